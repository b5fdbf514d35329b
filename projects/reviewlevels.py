"""Who reviews what: the levels of a table, and who stands on which side of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projects.models import FiscalYear, Level, Role, TargetTable
from projects.permissions import REVIEWS, rights_of

if TYPE_CHECKING:
    from projects.models import User

IN_REVIEW = (TargetTable.Status.SUBMITTED, TargetTable.Status.DEPT_REVIEWED)
ROLE_OF = {Level.DEPARTMENT: Role.DEPARTMENT_REVIEWER, Level.FINANCE: Role.FINANCE_REVIEWER}
REVIEW_ACTIONS = ("return", "pass", "approve")


def due_level(table: TargetTable) -> Level | None:
    """Return the level whose turn it is, ``None`` outside the review. ``table`` comes with its year."""
    levels = table.fiscal_year.levels
    if table.status == TargetTable.Status.SUBMITTED:
        return Level.FINANCE if levels == FiscalYear.Levels.FINANCE else Level.DEPARTMENT
    if table.status == TargetTable.Status.DEPT_REVIEWED:
        return Level.DEPARTMENT if levels == FiscalYear.Levels.DEPARTMENT else Level.FINANCE
    return None


def own_submission(user: User | Any, table: TargetTable) -> bool:
    return table.submitted_by_id is not None and table.submitted_by_id == user.pk


def is_reviewer(user: User | Any, table: TargetTable) -> bool:
    """Whether the person stands on the reviewers' side: some reviewing role over the department, not the submitter."""
    return rights_of(user).covers(table.department.path, *REVIEWS) and not own_submission(user, table)


def level_of(user: User | Any, table: TargetTable) -> Level | None:
    """Return the level for which the person may decide on ``table`` now, by role alone; ``None`` when for none."""
    due = due_level(table)
    if due is None or not is_reviewer(user, table) or not rights_of(user).has(ROLE_OF[due], table.department):
        return None
    return due


def speaks_for(user: User | Any, table: TargetTable) -> Level:
    """Return the level for which a reviewer's comment counts: the one whose turn it is, when he has that role."""
    found = level_of(user, table)
    if found is not None:
        return found
    department = rights_of(user).has(Role.DEPARTMENT_REVIEWER, table.department)
    return Level.DEPARTMENT if department else Level.FINANCE
