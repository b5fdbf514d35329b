"""Several tables passed or approved at once: each by itself, checked again under its own lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from projects import workflow
from projects.life.case import Case
from projects.models import FiscalYear, TargetTable
from projects.reviewlevels import is_reviewer
from projects.selectors.tables import visible_to
from projects.services.reviewing.findings import findings_of
from projects.services.reviewing.queue import findings_not_clean, sheet_not_good

if TYPE_CHECKING:
    from projects.models import User

MOST = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """A table on which nothing was done. ``name`` is empty where the person may not review the table."""

    table_id: int
    name: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """In the order in which the tables were given."""

    done: list[TargetTable] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def onwards(table: TargetTable) -> str:
    """Return the action that takes a table on: passing where a second level follows, else approval."""
    both = table.fiscal_year.levels == FiscalYear.Levels.BOTH
    return "pass" if both and table.status == TargetTable.Status.SUBMITTED else "approve"


def _fit(case: Case) -> str:
    """Without findings, every item 优 or 良: what the list said, asked again of what is there now."""
    return findings_not_clean(findings_of(case.content)) or sheet_not_good(case.sheet)


def pass_on(*, user: User | Any, versions: Mapping[int, int], reason: str = "") -> Outcome:
    """Pass or approve each table of ``versions`` (id → version the person saw) that needs no look at it.

    One refusal does not touch the others.
    """
    visible = visible_to(user).select_related("department", "fiscal_year").filter(pk__in=list(versions))
    rows = {row.pk: row for row in visible if is_reviewer(user, row)}
    outcome = Outcome()
    for pk, version in versions.items():
        row = rows.get(pk)
        if row is None:
            outcome.refused.append(Refused(pk, "", "没有这张表，或您不能审核"))
            continue
        try:
            done = workflow.apply(
                table_id=pk, action=onwards(row), user=user, version=version, reason=reason, prepare=_fit
            )
        except workflow.WorkflowError as error:
            outcome.refused.append(Refused(pk, row.label, error.reason))
        else:
            outcome.done.append(done)
    return outcome
