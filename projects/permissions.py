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

SEES_TABLES = (Role.OFFICER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.READER, Role.ADMINISTRATOR)
"""Roles that see the tables of their departments. The security administrator and the auditor see none."""
REVIEWS = (Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER)
KEEPS_PEOPLE = (Role.ADMINISTRATOR, Role.SECURITY)
PROTECTED = (Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR)
"""三员: roles given by the security administrator alone, and held apart."""


class Rights:
    """What one person may do, as loaded; a changed membership counts from the next request on."""

    def __init__(self, grants: Iterable[tuple[str, int | None, str | None]]) -> None:
        """``grants``: role, department id and department path; ``None`` for everywhere."""
        self.grants = list(grants)
        self._ids: dict[tuple[str, ...], list[int]] = {}

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
        """Return the ids of all departments where one of ``roles`` is held. One query, kept."""
        paths = self.paths(*roles)
        if paths is EVERYWHERE:
            return EVERYWHERE
        if not paths:
            return []
        key = tuple(paths)
        if key not in self._ids:
            found = Department.objects.filter(self.departments(*roles)).order_by("path")
            self._ids[key] = list(found.values_list("id", flat=True))
        return self._ids[key]

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
    if not (user.is_authenticated and user.is_active):
        return Rights([])
    grants = list(
        Membership.objects.filter(user_id=user.pk).order_by().values_list("role", "department_id", "department__path")
    )
    if user.is_superuser:
        grants.append((Role.ADMINISTRATOR.value, None, None))
    rights = Rights(grants)
    user._rights = rights
    return rights


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


def may_review(user: User | AnonymousUser, table: TargetTable, role: str) -> str:
    """Hold the reviewing ``role`` over the table's department, and not have submitted the table oneself."""
    if role not in REVIEWS or not rights_of(user).has(role, table.department):
        names = {"department": table.department, "role": Role(role).label}
        return _("您不是“%(department)s”的%(role)s人员") % names
    if table.submitted_by_id is not None and table.submitted_by_id == user.pk:
        return _("不能审核自己送审的表")
    return ""


def may_administer(user: User | AnonymousUser, department: Department | None) -> str:
    """System administrator of ``department`` or above; of everything for ``None``."""
    if rights_of(user).has(Role.ADMINISTRATOR, department):
        return ""
    if department is None:
        return _("需要全部部门的系统管理员")
    return _("您不是“%(department)s”的系统管理员") % {"department": department}


def may_read_audit(user: User | AnonymousUser) -> str:
    """The auditor; which departments, ``rights_of(user).departments(Role.AUDITOR)`` says."""
    return "" if rights_of(user).any(Role.AUDITOR) else _("只有审计员可以查看审计记录")


def year_open(year: FiscalYear) -> str:
    if year.state == FiscalYear.State.OPEN:
        return ""
    return _("%(year)s%(state)s，不能修改") % {"year": year, "state": year.get_state_display()}
