"""One table before one person, with everything that guards and effects ask, each read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from projects.models import ReviewSetting, ReviewSheet, Revision, TargetTable, TransitionRecord
from projects.permissions import rights_of
from projects.reviewlevels import due_level
from projects.selectors.comments import MustCounts, must_counts
from projects.selectors.sheets import demand_of, drafts_of, setting_of, standing
from projects.store import load_tables
from projects.targettable import TargetTable as Content

if TYPE_CHECKING:
    from projects.findings import Finding
    from projects.models import User

_UNKNOWN: Any = object()


@dataclass(slots=True)
class Case:
    """``table`` comes with department and year. ``content`` is loaded when first asked for, unless it was given.

    ``check_content`` is off where reading the content for every row of a list would cost too much.
    """

    table: TargetTable
    user: User | Any
    now: datetime = field(default_factory=timezone.now)
    reason: str = ""
    action: str = ""
    check_content: bool = True
    revision: Revision | None = None
    findings: Sequence[Finding] = ()
    _content: Content | None = None
    _passed_by: Any = _UNKNOWN
    _must: Any = _UNKNOWN
    _sheet: Any = _UNKNOWN
    _setting: Any = _UNKNOWN

    def has(self, role: str) -> bool:
        return rights_of(self.user).has(role, self.table.department)

    @property
    def content(self) -> Content:
        if self._content is None:
            self._content = load_tables(TargetTable.objects.filter(pk=self.table.pk))[0]
        return self._content

    @property
    def passed_by(self) -> int | None:
        """Who passed the table on in the round that is running."""
        if self._passed_by is _UNKNOWN:
            self._passed_by = passers([self.table]).get(self.table.pk)
        return self._passed_by

    @property
    def must(self) -> MustCounts:
        """How many 必须修改 comments stand in the way of what."""
        if self._must is _UNKNOWN:
            self._must = must_counts([self.table]).get(self.table.pk)
        return self._must or MustCounts()

    @property
    def sheet(self) -> ReviewSheet | None:
        """The draft of the review sheet at the level whose turn it is."""
        if self._sheet is _UNKNOWN:
            self._sheet = drafts_of([self.table]).get(self.table.pk)
        found: ReviewSheet | None = self._sheet
        return found

    @property
    def sheet_demand(self) -> str:
        """What the year asks of the sheet of the level whose turn it is."""
        if self._setting is _UNKNOWN:
            self._setting = setting_of(self.table.fiscal_year)
        level = due_level(self.table)
        return demand_of(self._setting, level) if level else ReviewSetting.Demand.NONE

    @property
    def sheet_missing(self) -> tuple[str, ...]:
        """What is missing in the sheet, drafted or not."""
        return standing(self.sheet).missing if self.sheet else ("各项评定",)

    @property
    def adjusting(self) -> bool:
        """Whether an approved version is in force while the table is being changed."""
        return self.table.approved_revision_id is not None and self.table.status != TargetTable.Status.APPROVED


def passers(tables: Sequence[TargetTable]) -> dict[int, int | None]:
    """Return ``{id of a table that passed the department's review: who passed it}`` in one query."""
    ids = [table.pk for table in tables if table.status == TargetTable.Status.DEPT_REVIEWED]
    if not ids:
        return {}
    rows = TransitionRecord.objects.filter(table__in=ids, action="pass").order_by("id")
    return dict(rows.values_list("table_id", "actor_id"))
