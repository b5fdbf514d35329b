"""Imports as a person sees them: which batches, how far they are, what they hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from projects.models import Department, ImportBatch, ImportFile, ImportTable, Role
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, rights_of

if TYPE_CHECKING:
    from projects.models import User

UNSURE = 60
GROUPS = 60
Outcome = ImportTable.Outcome


def visible_batches(user: User | Any) -> QuerySet[ImportBatch]:
    """The batches of the departments that the person administers, and of those below them."""
    paths = rights_of(user).paths(Role.ADMINISTRATOR)
    if paths is EVERYWHERE:
        return ImportBatch.objects.all()
    inside = Q(pk__in=[])
    for path in paths:
        inside |= subtree(path, "department__path")
    return ImportBatch.objects.filter(inside)


def scopes(user: User | Any) -> list[Department | None]:
    """Where a batch of this person may file: the departments administered (``None`` for all), the widest first."""
    rights = rights_of(user)
    everywhere: list[Department | None] = [None] if rights.has(Role.ADMINISTRATOR, None) else []
    found = Department.objects.filter(rights.departments(Role.ADMINISTRATOR)).order_by("path")
    return everywhere + list(found.only("id", "name", "code", "path"))


def batch_rows(batches: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
    """For a list: newest first, with the numbers of files and tables."""
    return (
        batches.select_related("department")
        .annotate(file_count=Count("files", distinct=True, filter=~Q(files__state="unpacked")))
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading is. Archives count by what is in them."""

    total: int
    read: int
    refused: int
    waiting: int
    reading: int
    tables: int

    @property
    def done(self) -> int:
        return self.read + self.refused

    @property
    def busy(self) -> bool:
        return bool(self.waiting + self.reading)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def progress(batch: ImportBatch) -> Progress:
    """One query."""
    rows = batch.files.order_by().values_list("state").annotate(n=Count("id"), tables=Sum("tables_found"))
    counts = {state: n for state, n, _tables in rows}
    tables = sum(tables or 0 for _state, _n, tables in rows)
    names = ImportFile.State
    parts = {name: counts.get(name, 0) for name in (names.READ, names.REFUSED, names.WAITING, names.READING)}
    return Progress(
        sum(parts.values()),
        parts[names.READ],
        parts[names.REFUSED],
        parts[names.WAITING],
        parts[names.READING],
        tables,
    )


def files_since(batch: ImportBatch, since: datetime | None, most: int = 200) -> list[ImportFile]:
    """The files that changed after ``since``, for a page that follows the progress."""
    rows = batch.files.order_by("changed_at", "id").defer("findings", "readings")
    if since is not None:
        rows = rows.filter(changed_at__gt=since)
    return list(rows[:most])


@dataclass(slots=True)
class Group:
    """What files call one department, and where that leads. ``proposals`` are departments that may be meant."""

    stated: str
    tables: int
    found: str
    department: Department | None
    proposals: list[Department] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.department is None and self.found != ImportTable.Found.MADE


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers over the whole batch."""

    outcomes: Counter[str]
    unsure: int
    issues: int
    total: int

    @property
    def going(self) -> int:
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.CHANGED]


def summary(batch: ImportBatch) -> Summary:
    """Two queries."""
    outcomes = Counter(dict(batch.tables.order_by().values_list("outcome").annotate(n=Count("id"))))
    live = Q(excluded=False)
    rest = batch.tables.aggregate(
        unsure=Count("id", filter=live & Q(sure__lt=UNSURE)),
        issues=Count("id", filter=Q(blocks__gt=0) | Q(warns__gt=0)),
    )
    return Summary(outcomes, rest["unsure"], rest["issues"], sum(outcomes.values()))


def department_groups(batch: ImportBatch) -> list[Group]:
    """How the departments named in the files were understood, those to be settled first. Three queries."""
    rows = (
        batch.tables.filter(excluded=False)
        .order_by()
        .values("stated", "found", "department_id")
        .annotate(n=Count("id"), sample=Min("id"))
    )
    order = {"unknown": 0, "proposed": 0, "made": 1, "chosen": 2, "matched": 3}
    listed = sorted(rows, key=lambda row: (order[row["found"]], -row["n"], row["stated"]))[:GROUPS]
    samples = ImportTable.objects.filter(pk__in=[row["sample"] for row in listed if not row["department_id"]])
    proposals = dict(samples.values_list("id", "proposals"))
    wanted = {row["department_id"] for row in listed} | {pk for ids in proposals.values() for pk in ids}
    departments = Department.objects.in_bulk([pk for pk in wanted if pk])
    return [
        Group(
            row["stated"],
            row["n"],
            row["found"],
            departments.get(row["department_id"]),
            [departments[pk] for pk in proposals.get(row["sample"], []) if pk in departments],
        )
        for row in listed
    ]


FILTERS = {
    "new": Q(outcome=Outcome.NEW),
    "changed": Q(outcome=Outcome.CHANGED),
    "unchanged": Q(outcome=Outcome.UNCHANGED),
    "blocked": Q(outcome=Outcome.BLOCKED),
    "twice": Q(outcome=Outcome.TWICE),
    "excluded": Q(outcome=Outcome.EXCLUDED),
    "unsure": Q(sure__lt=UNSURE),
    "issues": Q(blocks__gt=0) | Q(warns__gt=0),
    "corrected": ~Q(corrections={}),
}


def tables_of(batch: ImportBatch, *, show: str = "", file: int | None = None, text: str = "") -> QuerySet[ImportTable]:
    """The tables of a batch in the order of its files, narrowed; without the big columns."""
    rows = batch.tables.all()
    if show in FILTERS:
        rows = rows.filter(FILTERS[show])
    if file is not None:
        rows = rows.filter(file=file)
    if text:
        rows = rows.filter(Q(label__contains=text) | Q(stated__contains=text) | Q(file__name__contains=text))
    return (
        rows.select_related("file", "department").defer("content", "before", "findings").order_by("file_id", "number")
    )


def neighbours(row: ImportTable) -> tuple[int | None, int | None]:
    """Ids of the tables before and after this one in the batch."""
    rows = ImportTable.objects.filter(batch=row.batch_id)
    before = rows.filter(Q(file__lt=row.file_id) | Q(file=row.file_id, number__lt=row.number))
    after = rows.filter(Q(file__gt=row.file_id) | Q(file=row.file_id, number__gt=row.number))
    return (
        before.order_by("-file_id", "-number").values_list("id", flat=True).first(),
        after.order_by("file_id", "number").values_list("id", flat=True).first(),
    )


def same_form(row: ImportTable) -> int:
    """How many other tables of the batch have the same form."""
    return ImportTable.objects.filter(batch=row.batch_id, form=row.form).exclude(pk=row.pk).count() if row.form else 0
