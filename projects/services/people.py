"""Accounts and roles: every change checks who acts, is recorded, and ends what it makes untrue."""

from __future__ import annotations

from typing import Any

from axes.utils import reset as axes_reset
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from projects.models import Department, Membership, Role, User
from projects.permissions import forget_rights, held_apart, may_give, may_keep
from projects.security.lockout import username_of
from projects.security.passwords import first_password, set_password
from projects.security.secondfactor import switch_off
from projects.security.sessions import end_sessions
from projects.services import audit


def allow(reason: str) -> None:
    """Go on when there is no reason against it."""
    if reason:
        raise PermissionDenied(reason)


def facts(user: User) -> dict[str, Any]:
    """What the log keeps of an account."""
    return {"姓名": user.display_name, "邮箱": user.email, "启用": user.is_active}


@transaction.atomic
def create_person(
    *,
    actor: User,
    username: str,
    display_name: str,
    email: str = "",
    roles: list[str],
    department: Department | None,
    action: str = "user.create",
) -> tuple[User, str]:
    """Make an account with its first roles in one department; return it with the password to be handed over.

    A person begins with a role, for that is what decides who keeps the account.
    """
    if not roles:
        raise ValidationError({"roles": _("请至少选择一个角色。")})
    user = User(username=username, display_name=display_name, email=email)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    password = first_password()
    set_password(user, password, must_change=True)
    audit.record(action, actor=actor, obj=user, after=facts(user), department=department)
    for role in roles:
        give_role(actor=actor, person=user, role=role, department=department)
    return user, password


@transaction.atomic
def change_person(*, actor: User, person: User, display_name: str, email: str) -> None:
    allow(may_keep(actor, person))
    before = facts(person)
    person.display_name, person.email = display_name, email
    person.full_clean(exclude=["password"])
    person.save(update_fields=["display_name", "email"])
    if facts(person) != before:
        audit.record("user.change", actor=actor, obj=person, before=before, after=facts(person))


@transaction.atomic
def give_role(*, actor: User, person: User, role: str, department: Department | None) -> Membership:
    """Give a role; refused when the actor may not, when it is held already or must be held apart."""
    allow(may_give(actor, person, role, department))
    # Two roles that exclude each other, given at the same moment by two people: one waits for the other.
    User.objects.select_for_update().get(pk=person.pk)
    held = list(Membership.objects.filter(user=person).values_list("role", flat=True))
    if person.is_superuser:
        held.append(Role.ADMINISTRATOR.value)
    if reason := held_apart(held, role):
        raise ValidationError(reason)
    try:
        with transaction.atomic():
            row = Membership.objects.create(user=person, department=department, role=role)
    except IntegrityError as error:
        raise ValidationError(_("此人在这个部门已经有这个角色。")) from error
    forget_rights(person)
    audit.record(
        "membership.add",
        actor=actor,
        obj=person,
        after={"角色": Role(role).label, "部门": str(department or _("全部部门"))},
        department=department,
    )
    return row


@transaction.atomic
def take_role(*, actor: User, membership: Membership) -> None:
    person, department = membership.user, membership.department
    allow(may_give(actor, person, membership.role, department))
    told = {"角色": membership.get_role_display(), "部门": str(department or _("全部部门"))}
    membership.delete()
    forget_rights(person)
    audit.record("membership.remove", actor=actor, obj=person, before=told, department=department)


@transaction.atomic
def move_person(*, actor: User, person: User, source: Department, target: Department) -> int:
    """Move the person's roles in ``source`` to ``target``, roles they have there already once; return how many."""
    rows = list(Membership.objects.filter(user=person, department=source).select_related("user", "department"))
    for row in rows:
        take_role(actor=actor, membership=row)
        if not Membership.objects.filter(user=person, department=target, role=row.role).exists():
            give_role(actor=actor, person=person, role=row.role, department=target)
    return len(rows)


@transaction.atomic
def set_active(*, actor: User, person: User, active: bool) -> None:
    """Deactivate (which ends all sessions) or reactivate. Nothing of the account is lost."""
    allow(may_keep(actor, person))
    if person.is_active == active:
        return
    person.is_active = active
    person.save(update_fields=["is_active"])
    if not active:
        end_sessions(person)
    audit.record("user.activate" if active else "user.deactivate", actor=actor, obj=person)


@transaction.atomic
def reset_password(*, actor: User, person: User) -> str:
    """Give a new first password, free the account, end its sessions and its second factor; return the password."""
    allow(may_keep(actor, person))
    password = first_password()
    set_password(person, password, must_change=True)
    end_sessions(person)
    switch_off(person, actor=actor)
    axes_reset(username=username_of_account(person))
    audit.record("password.reset", actor=actor, obj=person)
    return password


@transaction.atomic
def unlock(*, actor: User, person: User) -> None:
    """Free an account that wrong passwords have locked."""
    allow(may_keep(actor, person))
    axes_reset(username=username_of_account(person))
    audit.record("user.unlock", actor=actor, obj=person)


def username_of_account(person: User) -> str:
    """The name under which failures are counted."""
    return username_of(None, {"username": person.username})
