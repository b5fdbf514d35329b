"""Who may do what: rights from memberships. They reach down the department tree, never sideways.

``rights_of(user)`` reads all memberships in one query and keeps them on the user object. Predicates return a reason
for the page to show, and ``""`` when the thing is allowed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from projects.models import Department, FiscalYear, Membership, Role, TargetTable
from projects.models.department import subtree

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from projects.models import User


class _Everywhere(enum.Enum):
    EVERY = "everywhere"


EVERYWHERE: Final = _Everywhere.EVERY
"""In place of a list of departments: all of them, also those that are not there yet."""
Everywhere = Literal[_Everywhere.EVERY]

Grant = tuple[str, int | None, str | None]
"""Role, department id, department path; ``None`` for everywhere."""

SEES_TABLES = (Role.OFFICER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.READER, Role.ADMINISTRATOR)
"""Roles that see the tables of their departments. The security administrator and the auditor see none."""
REVIEWS = (Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER)
KEEPS_PEOPLE = (Role.ADMINISTRATOR, Role.SECURITY)
PROTECTED = (Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR)
"""三员: roles given by the security administrator alone. Accounts that hold one are his to keep, too."""

# 三员分立: which roles one person may not hold at the same time, wherever. The auditor reads the log and does nothing
# that stands in it; who gives rights neither keeps the system nor decides on tables.
APART: dict[str, frozenset[str]] = {
    Role.AUDITOR: frozenset(set(Role.values) - {Role.AUDITOR}),
    Role.SECURITY: frozenset(set(Role.values) - {Role.SECURITY, Role.READER}),
    Role.ADMINISTRATOR: frozenset({Role.SECURITY, Role.AUDITOR}),
    Role.OFFICER: frozenset({Role.SECURITY, Role.AUDITOR}),
    Role.DEPARTMENT_REVIEWER: frozenset({Role.SECURITY, Role.AUDITOR}),
    Role.FINANCE_REVIEWER: frozenset({Role.SECURITY, Role.AUDITOR}),
    Role.READER: frozenset({Role.AUDITOR}),
}
GIVEN_BY: dict[str, str] = {role: Role.SECURITY if role in PROTECTED else Role.ADMINISTRATOR for role in Role.values}
"""Who gives and takes a role: the one named, in the department concerned or above it. Nobody their own."""
BROAD = 50


class Rights:
    """What one person may do, as loaded; a changed membership counts from the next request on."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self.grants = list(grants)
        self._ids: dict[tuple[str, ...], list[int]] = {}
        self._all: dict[tuple[str, ...], bool] = {}

    def paths(self, *roles: str) -> list[str] | Everywhere:
        """Return the paths of the departments where the person has one of ``roles`` (any role without arguments).

        Paths below another one of the list are left out: each stands for itself and everything below it.
        """
        found = [path for role, _id, path in self.grants if not roles or role in roles]
        if None in found:
            return EVERYWHERE
        tops: list[str] = []
        for path in sorted({path for path in found if path}):
            if not tops or not path.startswith(tops[-1]):
                tops.append(path)
        return tops

    def has(self, role: str, department: Department | None) -> bool:
        """Whether the person has ``role`` in ``department`` or above it; for ``None``, everywhere."""
        return self.covers(department.path if department else None, role)

    def covers(self, path: str | None, *roles: str) -> bool:
        """Like :meth:`has`, for one of several roles and a department's path."""
        return any(
            held is None or (path is not None and path.startswith(held))
            for role, _id, held in self.grants
            if not roles or role in roles
        )

    def any(self, *roles: str) -> bool:
        """Whether the person has one of ``roles`` anywhere at all."""
        return any(role in roles for role, _id, _path in self.grants)

    def departments(self, *roles: str, prefix: str = "") -> Q:
        """Return the condition for departments where one of ``roles`` is held.

        ``prefix`` leads to the department: ``departments(Role.OFFICER, prefix="department__")`` for tables. That joins;
        for large tables :meth:`department_ids` keeps to one index.
        """
        paths = self.paths(*roles)
        if paths is EVERYWHERE:
            return Q()
        condition = Q(pk__in=[])
        for number, path in enumerate(paths):
            part = subtree(path, f"{prefix}path")
            condition = part if number == 0 else condition | part
        return condition

    def department_ids(self, *roles: str) -> list[int] | Everywhere:
        """Return the ids of all departments where one of ``roles`` is held. One query (two when many), kept."""
        paths = self.paths(*roles)
        if paths is EVERYWHERE:
            return EVERYWHERE
        if not paths:
            return []
        key = tuple(paths)
        if key not in self._ids:
            found = Department.objects.filter(self.departments(*roles)).order_by("path")
            self._ids[key] = ids = list(found.values_list("id", flat=True))
            # Who has the roots has everything: no condition is much faster than a list of all departments.
            self._all[key] = len(ids) > BROAD and len(ids) == Department.objects.count()
        return EVERYWHERE if self._all[key] else self._ids[key]

    @property
    def own_department_ids(self) -> list[int]:
        """Ids of the departments that the memberships name, without those below; in the order of the tree."""
        named = {pk: path for _role, pk, path in self.grants if pk is not None and path is not None}
        return sorted(named, key=lambda pk: named[pk])


def rights_of(user: User | AnonymousUser | Any) -> Rights:
    """Return the rights of ``user``: one query, then kept on the object. Nobody and locked people have none.

    A superuser counts as system administrator everywhere and as nothing else.
    """
    # The object behind request.user's lazy wrapper keeps attributes set through the wrapper.
    known: Rights | None = getattr(user, "_rights", None)
    if known is not None:
        return known
    rights = roles_of(user) if user.is_authenticated and user.is_active else Rights([])
    user._rights = rights
    return rights


def roles_of(user: Any) -> Rights:
    """Return what the memberships of ``user`` say, also of somebody who is deactivated. One query."""
    rows = Membership.objects.filter(user=user).order_by()
    grants: list[Grant] = list(rows.values_list("role", "department_id", "department__path"))
    if user.is_superuser:
        grants.append((Role.ADMINISTRATOR.value, None, None))
    return Rights(grants)


def forget_rights(user: User) -> None:
    """Have the next :func:`rights_of` read the memberships again, after they were changed in this very request."""
    user._rights = None  # type: ignore[attr-defined]


def may_view(user: User | AnonymousUser, table: TargetTable) -> str:
    """Views answer a foreign table with 404; the reason is for services."""
    if rights_of(user).covers(table.department.path, *SEES_TABLES):
        return ""
    return _("这张表不在您可以查看的部门里")


def may_edit(user: User | AnonymousUser, table: TargetTable) -> str:
    """An officer of the department or above it, a draft or returned table, a year that is open."""
    if not rights_of(user).has(Role.OFFICER, table.department):
        return _("您不是“%(department)s”的填报人") % {"department": table.department}
    if table.status not in TargetTable.EDITABLE:
        return _("这张表“%(state)s”，不能修改") % {"state": table.get_status_display()}
    return year_open(table.fiscal_year)


def may_create(user: User | AnonymousUser, department: Department, year: FiscalYear) -> str:
    """Start or import a table in ``department``."""
    if not rights_of(user).has(Role.OFFICER, department):
        return _("您不是“%(department)s”的填报人") % {"department": department}
    return year_open(year)


def may_administer(user: User | AnonymousUser | Any, department: Department | None) -> str:
    """System administrator of ``department`` or above; of everything for ``None``."""
    if rights_of(user).has(Role.ADMINISTRATOR, department):
        return ""
    if department is None:
        return _("需要全部部门的系统管理员")
    return _("您不是“%(department)s”的系统管理员") % {"department": department}


def may_give(actor: User | Any, person: User, role: str, department: Department | None) -> str:
    """Give or take ``role`` in ``department`` (``None``: everywhere)."""
    if actor.pk == person.pk:
        return _("不能给自己授予或收回角色")
    giver = GIVEN_BY[role]
    if rights_of(actor).has(giver, department):
        return ""
    if role == Role.SECURITY and actor.is_superuser and not _security_exists():
        return ""  # the very first one has to come from somewhere
    names = {"role": Role(role).label, "giver": Role(giver).label, "where": department or _("全部部门")}
    return _("“%(role)s”由“%(where)s”的%(giver)s授予和收回") % names


def held_apart(held: Iterable[str], role: str) -> str:
    """Why ``role`` may not be given to somebody who holds ``held``."""
    clash = [Role(other).label for other in held if other in APART[role]]
    if not clash:
        return ""
    names = {"role": Role(role).label, "other": "、".join(dict.fromkeys(map(str, clash)))}
    return _("“%(role)s”不能与“%(other)s”由同一人担任") % names


def may_keep(actor: User | Any, person: User) -> str:
    """Change, lock, free and reset the account of ``person``.

    The system administrator keeps accounts whose every role lies in his departments; those of the three kinds of
    administrators are kept by the security administrator. A superuser's account is kept on the server.
    """
    if actor.pk == person.pk:
        return _("自己的账号在“我的账户”里维护")
    if person.is_superuser:
        return _("超级管理员的账号只能在服务器上维护")
    theirs = roles_of(person)
    keeper = Role.SECURITY if theirs.any(*PROTECTED) else Role.ADMINISTRATOR
    mine = rights_of(actor)
    places = [path for _role, _id, path in theirs.grants] or [None]
    if all(mine.covers(path, keeper) for path in places):
        return ""
    if keeper == Role.SECURITY:
        return _("三员（系统管理员、安全管理员、审计员）的账号由安全管理员维护")
    return _("此人还有您管理范围以外的角色，或没有角色，由上级系统管理员维护")


def may_keep_library(user: User | AnonymousUser, department: Department | None) -> str:
    """Keep the indicator library of ``department``; the shared one (``None``): administrators of everything."""
    if rights_of(user).has(Role.ADMINISTRATOR, department):
        return ""
    if department is None:
        return _("共享指标库由全部部门的系统管理员维护")
    return _("“%(department)s”的指标库由它的系统管理员维护") % {"department": department}


def may_propose(user: User | AnonymousUser, table: TargetTable) -> str:
    """Propose an indicator of a table for the library: whoever works on the table, not who only reads it."""
    if rights_of(user).covers(table.department.path, Role.OFFICER, *REVIEWS, Role.ADMINISTRATOR):
        return ""
    return _("您在“%(department)s”只能查看，不能提出入库建议") % {"department": table.department}


def may_change_departments(user: User | AnonymousUser) -> str:
    return "" if rights_of(user).any(Role.ADMINISTRATOR) else _("只有系统管理员可以维护部门")


def _security_exists() -> bool:
    return Membership.objects.filter(role=Role.SECURITY, user__is_active=True).exists()


def may_read_audit(user: User | AnonymousUser) -> str:
    """The auditor; which departments, ``rights_of(user).departments(Role.AUDITOR)`` says."""
    return "" if rights_of(user).any(Role.AUDITOR) else _("只有审计员可以查看审计记录")


def year_open(year: FiscalYear) -> str:
    if year.state == FiscalYear.State.OPEN:
        return ""
    return _("%(year)s%(state)s，不能修改") % {"year": year, "state": year.get_state_display()}
