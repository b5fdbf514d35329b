"""结转: last year's tables as new drafts of the next year, each linked to the one it came from.

What exists is left alone, so it can be repeated: a table whose project already has one in the target year, or which was
copied before (and perhaps voided since), is counted and skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from projects.models import Department, FiscalYear
from projects.models import TargetTable as Stored
from projects.models.department import subtree
from projects.models.keys import natural_key
from projects.permissions import may_administer
from projects.selectors.forms import in_editions_of
from projects.services import audit, findings
from projects.services.years import YearRefused
from projects.store import LOCK, NEW, Entry, load_tables, save_tables
from projects.targettable import Funding, Goals, TargetTable

if TYPE_CHECKING:
    from projects.models import User

AT_ONCE = 500
SOURCE = "由{year}年度结转"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a copy takes along. What a project is called and is for comes always, and so do cells outside the form."""

    goals: bool = True
    indicators: bool = True
    funding: bool = False
    only_approved: bool = False
    department_ids: tuple[int, ...] = ()
    """Departments with everything below them; empty for all."""

    def taken(self) -> list[str]:
        names = {"goals": "目标", "indicators": "指标", "funding": "资金"}
        return [name for key, name in names.items() if getattr(self, key)]


@dataclass(frozen=True, slots=True)
class Line:
    """One department in the preview."""

    department: Department
    found: int
    existing: int

    @property
    def fresh(self) -> int:
        return self.found - self.existing


@dataclass(frozen=True, slots=True)
class Preview:
    """What a roll-over would do. ``lines`` are in the order of the tree."""

    lines: list[Line]

    @property
    def found(self) -> int:
        return sum(line.found for line in self.lines)

    @property
    def existing(self) -> int:
        return sum(line.existing for line in self.lines)

    @property
    def fresh(self) -> int:
        return self.found - self.existing


@dataclass(frozen=True, slots=True)
class Outcome:
    created: int
    existing: int


def preview(*, source: FiscalYear, target: FiscalYear, choice: Choice) -> Preview:
    """Say which tables would be copied and how many are there already. Four queries."""
    rows = _candidates(source, choice)
    existing = _existing(rows, source, target)
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.department_id, []).append(row.pk)
    departments = Department.objects.filter(pk__any_of=sorted(found)).order_by("path")
    return Preview(
        [
            Line(department, len(found[department.pk]), len(existing.intersection(found[department.pk])))
            for department in departments
        ]
    )


def roll_over(
    *,
    user: User | Any,
    source: FiscalYear,
    target: FiscalYear,
    choice: Choice,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Copy the chosen tables of ``source`` into ``target``. Raises :class:`YearRefused`.

    One transaction, so the two years never stand half-way; a fixed number of queries for each 500 tables.
    """
    if why := may_administer(user, None) or refusal(source, target):
        raise YearRefused(why)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # The lock of the store: no import may claim a place between the look and the copy.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if FiscalYear.objects.select_for_update().get(pk=target.pk).state != FiscalYear.State.OPEN:
            raise YearRefused(f"{target}没有开放，不能结转")
        rows = _candidates(source, choice)
        existing = _existing(rows, source, target)
        fresh = [row for row in rows if row.pk not in existing]
        created = 0
        for start in range(0, len(fresh), AT_ONCE):
            created += _copy(fresh[start : start + AT_ONCE], source, target, choice)
            if progress:
                progress(min(start + AT_ONCE, len(fresh)))
        audit.record(
            "year.rollover",
            actor=user,
            obj=target,
            after={
                "来源年度": source.year,
                "新建草稿": created,
                "已有": len(rows) - created,
                "带入": choice.taken(),
                "只取已批复": choice.only_approved,
                "部门": list(choice.department_ids),
            },
        )
    return Outcome(created, len(rows) - created)


def refusal(source: FiscalYear, target: FiscalYear) -> str:
    """Return why no table can go from ``source`` to ``target``, ``""`` when it can."""
    if target.year <= source.year:
        return "只能结转到以后的年度"
    if target.state != FiscalYear.State.OPEN:
        return f"{target}“{target.get_state_display()}”，不能结转"
    return ""


def _candidates(source: FiscalYear, choice: Choice) -> list[Stored]:
    rows: QuerySet[Stored] = Stored.objects.filter(fiscal_year=source).exclude(status__in=Stored.RETIRED)
    if choice.only_approved:
        # An adjustment under way does not undo the approval.
        rows = rows.filter(Q(status=Stored.Status.APPROVED) | Q(approved_revision__isnull=False))
    if choice.department_ids:
        inside = Q(pk__in=[])
        for path in Department.objects.filter(pk__any_of=list(choice.department_ids)).values_list("path", flat=True):
            inside |= subtree(path)
        rows = rows.filter(department__in=Department.objects.filter(inside))
    names = ("id", "kind", "project_id", "department_id", "title_key", "title", "sha256", "position")
    return list(rows.only(*names).order_by("department_id", "source", "position", "id"))


def _existing(rows: Sequence[Stored], source: FiscalYear, target: FiscalYear) -> set[int]:
    """Ids of those in ``rows`` that have their table in the target year: copied before, or filed in another way."""
    copied_before = set(
        Stored.objects.filter(fiscal_year=target, predecessor__any_of=[row.pk for row in rows]).values_list(
            "predecessor_id", flat=True
        )
    )
    taken = set(
        Stored.objects.filter(fiscal_year=target)
        .exclude(status__in=Stored.RETIRED)
        .values_list("kind", "project_id", "department_id", "title_key")
    )
    projects = {(kind, project) for kind, project, _department, _key in taken if project}
    titles = {(kind, department, key) for kind, project, department, key in taken if not project}

    def there(row: Stored) -> bool:
        if row.pk in copied_before:
            return True
        if row.project_id:
            return (row.kind, row.project_id) in projects
        # A project's form without a project's name has no place of its own.
        title = natural_key(_title(row.title, source.year, target.year))
        return row.kind != Stored.Kind.PROJECT and (row.kind, row.department_id, title) in titles

    return {row.pk for row in rows if there(row)}


def _copy(rows: Sequence[Stored], source: FiscalYear, target: FiscalYear, choice: Choice) -> int:
    ids = [row.pk for row in rows]
    contents = dict(zip(sorted(ids), load_tables(Stored.objects.filter(pk__any_of=ids).order_by("pk")), strict=True))
    departments = Department.objects.in_bulk(sorted({row.department_id for row in rows}))
    origin = SOURCE.format(year=source.year)
    drafts = in_editions_of(target.year, [copied(contents[row.pk], target.year, choice) for row in rows])
    entries = [
        Entry(draft, departments[row.department_id], origin, row.position)
        for row, draft in zip(rows, drafts, strict=True)
    ]
    saved = save_tables(entries).saved
    for entry, done in zip(entries, saved, strict=True):
        if done.outcome != NEW:
            # Two projects grew into one name: nothing that somebody wrote may be replaced by a copy.
            raise YearRefused(f"“{entry.table.label()}”与{target}已有的另一张表同名，请先核对项目名称和编码")
    made = [Stored(pk=done.pk, predecessor_id=row.pk) for row, done in zip(rows, saved, strict=True)]
    Stored.objects.bulk_update(made, ["predecessor"])
    findings.refresh(row.pk for row in made)
    return len(made)


def copied(table: TargetTable, year: int, choice: Choice) -> TargetTable:
    """Return the draft of ``year`` that follows ``table``. Pure."""
    draft = deepcopy(table)
    draft.title = _title(table.title, table.fiscal_year, year)
    draft.fiscal_year = year
    if not choice.goals:
        draft.goals, draft.duties, draft.tasks, draft.sections = Goals(), "", [], []
    if not choice.indicators:
        draft.indicators, draft.period_indicators = [], []
    if not choice.funding:
        draft.funding, draft.spend_plan = Funding(), []
        draft.project.fixed_assets = None
        for cost in draft.costs:
            cost.amount = None
        for item in draft.items:
            item.amount = None
    return draft


def _title(title: str, old: int | None, new: int) -> str:
    """The year in a form's title is that of the form; other numbers and years stay as they are."""
    return re.sub(rf"(?<!\d){old}(?=年)", str(new), title) if old else title
