"""People as lists: who is kept or seen by whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from projects.models import Department, Membership, Role, User
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, GIVEN_BY, KEEPS_PEOPLE, rights_of


def people_of(user: Any) -> QuerySet[User]:
    """Return the people with a role in the departments where ``user`` is system or security administrator.

    People without any role are seen by administrators of everything.
    """
    rights = rights_of(user)
    if not rights.any(*KEEPS_PEOPLE):
        return User.objects.none()
    if rights.paths(*KEEPS_PEOPLE) is EVERYWHERE:
        return User.objects.all()
    inside = Membership.objects.filter(rights.departments(*KEEPS_PEOPLE, prefix="department__"), user=OuterRef("pk"))
    return User.objects.filter(Exists(inside))


def list_people(
    people: QuerySet[User],
    *,
    text: str = "",
    department: Department | None = None,
    role: str = "",
    state: str = "",
) -> QuerySet[User]:
    """Narrow ``people`` and fetch their roles along. ``state``: ``active``, ``inactive`` or ``waiting``."""
    for word in text.split():
        people = people.filter(Q(username__icontains=word) | Q(display_name__icontains=word) | Q(email__icontains=word))
    theirs = Membership.objects.filter(user=OuterRef("pk"))
    if department is not None:
        theirs = theirs.filter(subtree(department.path, "department__path"))
    if role:
        theirs = theirs.filter(role=role)
    if department is not None or role:
        people = people.filter(Exists(theirs))
    if state in ("active", "inactive"):
        people = people.filter(is_active=state == "active")
    elif state == "waiting":
        people = people.filter(is_active=True, last_login=None)
    roles = Membership.objects.select_related("department").order_by("department__path", "role")
    return people.order_by("username").prefetch_related(Prefetch("memberships", roles))


def departments_kept(user: Any) -> QuerySet[Department]:
    """The departments whose people ``user`` keeps."""
    return Department.objects.filter(rights_of(user).departments(*KEEPS_PEOPLE)).order_by("path")


def roles_given(user: Any) -> list[str]:
    """The roles that ``user`` gives somewhere."""
    rights = rights_of(user)
    given = [role for role in Role.values if rights.any(GIVEN_BY[role])]
    if user.is_superuser and Role.SECURITY not in given:
        given.append(Role.SECURITY)
    return given
