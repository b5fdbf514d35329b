"""What waits for a person, derived from the tables' states at the moment of asking; nothing of it is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.models import Department, FiscalYear, Role, TargetTable, TransitionRecord
from projects.models.department import subtree
from projects.permissions import rights_of

if TYPE_CHECKING:
    from projects.models import User

SHOWN = 10
"""Rows of each part; its count is of all."""

Status = TargetTable.Status
Levels = FiscalYear.Levels


@dataclass(frozen=True, slots=True)
class Task:
    """One table that waits. ``reason`` is why it was returned, ``since`` from when it waits, ``due`` until when."""

    pk: int
    label: str
    department: str
    year: int
    since: datetime
    due: datetime | None = None
    reason: str = ""
    overdue: bool = False

    def waited(self, now: datetime | None = None) -> timedelta:
        """How long it has waited."""
        return max((now or timezone.now()) - self.since, timedelta())


@dataclass(slots=True)
class Part:
    """One kind of work: how many tables, how many past their date, and the most urgent of them.

    ``status`` is the state under which the list shows them (of reviews at two levels: that of the most urgent).
    """

    key: str
    count: int = 0
    overdue: int = 0
    status: str = ""
    tasks: list[Task] = field(default_factory=list)


@dataclass(slots=True)
class WorkList:
    """``None`` for what the person's roles do not have."""

    drafts: Part | None = None
    returned: Part | None = None
    reviews: Part | None = None

    @property
    def parts(self) -> list[Part]:
        return [part for part in (self.returned, self.drafts, self.reviews) if part is not None]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


def worklist(
    user: User | Any, *, year: int | None = None, department: Department | None = None, now: datetime | None = None
) -> WorkList:
    """Return what waits for ``user`` in open years, or in ``year``, within ``department``.

    Two queries for each part that the person's roles have, whatever the number of tables.
    """
    now = now or timezone.now()
    rights = rights_of(user)
    found = WorkList()
    tables = TargetTable.objects.filter(fiscal_year__state=FiscalYear.State.OPEN)
    if year is not None:
        tables = tables.filter(fiscal_year__year=year)
    if department is not None:
        tables = tables.filter(subtree(department.path, "department__path"))
    if rights.any(Role.OFFICER):
        own = tables.filter(rights.departments(Role.OFFICER, prefix="department__"))
        found.drafts = _part("drafts", own.filter(status=Status.DRAFT), F("updated_at"), "fiscal_year__due", now)
        returned = own.filter(status=Status.RETURNED)
        found.returned = _part("returned", returned, _last("return", "at"), "fiscal_year__due", now, reason=True)
    if rights.any(Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER):
        found.reviews = _reviews(user, year, department, now)
    return found


def waiting_for(user: User | Any) -> QuerySet[TargetTable]:
    """Tables whose next step is this person's to take: of their level, in their departments, neither submitted nor
    passed by themselves."""
    rights = rights_of(user)
    inside = {role: rights.departments(role, prefix="department__") for role in _REVIEWERS}
    step = Q(pk__in=[])
    for role, status, levels in _STEPS:
        if rights.any(role):
            step |= Q(status=status, fiscal_year__levels__in=levels) & inside[role]
    waiting = TargetTable.objects.filter(step, fiscal_year__state__in=_REVIEWED_IN)
    waiting = waiting.exclude(submitted_by=user.pk).annotate(passed_by=_last("pass", "actor_id"))
    # The second level is not for the one who passed the first.
    return waiting.filter(~Q(status=Status.DEPT_REVIEWED) | Q(passed_by=None) | ~Q(passed_by=user.pk))


_REVIEWERS = (Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER)
_REVIEWED_IN = (FiscalYear.State.OPEN,)
_STEPS = (
    (Role.DEPARTMENT_REVIEWER, Status.SUBMITTED, (Levels.BOTH, Levels.DEPARTMENT)),
    (Role.DEPARTMENT_REVIEWER, Status.DEPT_REVIEWED, (Levels.DEPARTMENT,)),
    (Role.FINANCE_REVIEWER, Status.SUBMITTED, (Levels.FINANCE,)),
    (Role.FINANCE_REVIEWER, Status.DEPT_REVIEWED, (Levels.BOTH, Levels.FINANCE)),
)


def _last(action: str, name: str) -> Subquery:
    """A column of the table's latest transition by ``action``."""
    history = TransitionRecord.objects.filter(table=OuterRef("pk"), action=action).order_by("-id")
    return Subquery(history.values(name)[:1])


def _reviews(user: User | Any, year: int | None, department: Department | None, now: datetime) -> Part:
    tables = waiting_for(user)
    if year is not None:
        tables = tables.filter(fiscal_year__year=year)
    if department is not None:
        tables = tables.filter(subtree(department.path, "department__path"))
    arrived = TransitionRecord.objects.filter(table=OuterRef("pk")).order_by("-id").values("at")[:1]
    return _part("reviews", tables, Subquery(arrived), "", now)


def _part(
    key: str, tables: QuerySet[TargetTable], since: Any, due: str, now: datetime, *, reason: bool = False
) -> Part:
    """Count, and fetch the first rows: those past their date before others, the longest waiting first."""
    late = Q(**{f"{due}__lt": now}) if due else review_late(now)
    counted = tables.aggregate(n=Count("pk"), late=Count("pk", filter=late))
    part = Part(key, counted["n"], counted["late"])
    if not part.count:
        return part
    rows = tables.annotate(
        since=Coalesce(since, F("updated_at")),
        why=_last("return", "reason") if reason else F("layout"),
    ).order_by("since", "pk")
    names = ("pk", "label", "title", "status", "department__name", "since", "why")
    year_names = ("year", "levels", "due", "department_due", "finance_due")
    for row in rows.values(*names, *(f"fiscal_year__{name}" for name in year_names))[:SHOWN]:
        moment = row["fiscal_year__due"] if due else review_due(row)
        part.status = part.status or row["status"]
        part.tasks.append(
            Task(
                pk=row["pk"],
                label=row["label"] or row["title"],
                department=row["department__name"],
                year=row["fiscal_year__year"],
                since=row["since"],
                due=moment,
                reason=(row["why"] or "") if reason else "",
                overdue=moment is not None and moment < now,
            )
        )
    return part


def review_late(now: datetime) -> Q:
    finance = Q(status=Status.DEPT_REVIEWED) & ~Q(fiscal_year__levels=Levels.DEPARTMENT)
    finance |= Q(status=Status.SUBMITTED, fiscal_year__levels=Levels.FINANCE)
    return (finance & Q(fiscal_year__finance_due__lt=now)) | (~finance & Q(fiscal_year__department_due__lt=now))


def review_due(row: dict[str, Any]) -> datetime | None:
    finance = row["fiscal_year__levels"] == Levels.FINANCE
    if row["status"] == Status.DEPT_REVIEWED:
        finance = row["fiscal_year__levels"] != Levels.DEPARTMENT
    return row["fiscal_year__finance_due"] if finance else row["fiscal_year__department_due"]


# Progress ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Progress:
    """One department with everything below it, in one year.

    ``missing`` are projects with a table last year and none this year; ``overdue`` are tables still with the officers
    after the due date, and those that are missing then. ``expected`` is what the bar is drawn of.
    """

    department: Department
    depth: int = 0
    drafts: int = 0
    review: int = 0
    approved: int = 0
    missing: int = 0
    overdue: int = 0

    @property
    def filed(self) -> int:
        """Tables that left the officers' hands."""
        return self.review + self.approved

    @property
    def expected(self) -> int:
        return self.drafts + self.review + self.approved + self.missing

    def bar(self) -> list[tuple[str, str, str]]:
        """Pieces of the bar as ``(kind, x, width)`` of 100; empty without tables."""
        pieces, at = [], 0.0
        for kind in ("approved", "review", "drafts"):
            if self.expected and (number := getattr(self, kind)):
                width = number * 100 / self.expected
                pieces.append((kind, f"{at:.2f}", f"{width:.2f}"))
                at += width
        return pieces


def progress(
    user: User | Any, year: FiscalYear, *, department: Department | None = None, now: datetime | None = None
) -> list[Progress]:
    """The board of ``year`` for the departments that ``user`` administers, in the order of the tree. Three queries.

    Departments without tables this year and last are left out, except those above others.
    """
    now = now or timezone.now()
    rights = rights_of(user)
    if not rights.any(Role.ADMINISTRATOR):
        return []
    listed = Department.objects.filter(rights.departments(Role.ADMINISTRATOR))
    if department is not None:
        listed = listed.filter(subtree(department.path))
    rows = {row.pk: Progress(row) for row in listed.only("id", "name", "path").order_by("path")}
    late = year.due is not None and year.due < now
    own: dict[int, Counter[str]] = defaultdict(Counter)
    live = TargetTable.objects.filter(fiscal_year=year).exclude(status__in=TargetTable.RETIRED)
    for pk, status, count in live.order_by().values_list("department_id", "status").annotate(n=Count("id")):
        own[pk][_KIND[status]] += count
    for pk, count in _missing(year):
        own[pk]["missing"] += count
    for pk, row in rows.items():
        for above in (*row.department.ancestor_ids, pk):
            if above in rows:
                _add(rows[above], own[pk], late)
    shown = [row for row in rows.values() if row.expected]
    top = min((row.department.depth for row in shown), default=0)
    for row in shown:
        row.depth = row.department.depth - top
    return shown


_KIND = {
    Status.DRAFT.value: "drafts",
    Status.RETURNED.value: "drafts",
    Status.SUBMITTED.value: "review",
    Status.DEPT_REVIEWED.value: "review",
    Status.APPROVED.value: "approved",
    Status.HISTORY.value: "approved",
}


def _add(row: Progress, counts: Counter[str], late: bool) -> None:
    for name in ("drafts", "review", "approved", "missing"):
        setattr(row, name, getattr(row, name) + counts[name])
    if late:
        row.overdue += counts["drafts"] + counts["missing"]


def _missing(year: FiscalYear) -> Iterable[tuple[int, int]]:
    """Per department: projects with a live table in the year before and none in ``year``."""
    before = (
        TargetTable.objects.exclude(status__in=TargetTable.RETIRED)
        .filter(fiscal_year__year=year.year - 1, project__isnull=False)
        .exclude(project__in=_projects_of(year))
    )
    return before.order_by().values_list("department_id").annotate(n=Count("project", distinct=True))


def _projects_of(year: FiscalYear) -> QuerySet[TargetTable, Any]:
    live = TargetTable.objects.exclude(status__in=TargetTable.RETIRED)
    return live.filter(fiscal_year=year, project__isnull=False).order_by().values("project_id")
