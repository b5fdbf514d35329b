"""What a department's book would hold: its tables in order, and what is still missing in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, IntegerField, QuerySet, When

from projects.models import Department, TargetTable
from projects.models.department import subtree
from projects.selectors.inforce import amounts_in_force, is_adjusting
from projects.selectors.tables import filter_tables

APPROVED, DRAFT = "approved", "draft"
SOURCES = {APPROVED: "已批复的版本", DRAFT: "草稿（当前内容）"}
KINDS = {TargetTable.Kind.DEPARTMENT: 0, TargetTable.Kind.SUMMARY: 1, TargetTable.Kind.PROJECT: 2}

FILED, CODE, AMOUNT = "filed", "code", "amount"
ORDERS = {FILED: "按原文件的次序", CODE: "按项目编码", AMOUNT: "按金额从大到小"}


@dataclass(frozen=True, slots=True)
class BookTable:
    """One table that a book may hold. ``revision`` is the version in force, 0 when none was ever approved."""

    pk: int
    label: str
    kind: str
    layout: str
    status: str
    status_label: str
    amount: Decimal | None
    code: str
    department: int
    revision: int
    adjusting: bool

    @property
    def front(self) -> int:
        """The department's own tables stand before the projects'."""
        return KINDS[TargetTable.Kind(self.kind)]


@dataclass(slots=True)
class BookChapter:
    """A department of the book with what it holds, in order, and what is missing."""

    department: Department
    tables: list[BookTable] = field(default_factory=list)
    missing: list[BookTable] = field(default_factory=list)
    no_overall: bool = False
    empty: bool = False


def fullest_place(visible: QuerySet[TargetTable], departments: Sequence[Department]) -> tuple[int, int] | None:
    """Return department and year to begin with: the latest year with an approved table, else with any. One query.

    The department is the topmost of ``departments`` (in the order of the tree) above the first such table.
    """
    rows = visible.exclude(status__in=TargetTable.RETIRED).annotate(
        unapproved=Case(When(approved_revision=None, then=1), default=0, output_field=IntegerField())
    )
    rows = rows.order_by("unapproved", "-fiscal_year__year", "department__path")
    first = rows.values_list("department__path", "fiscal_year__year").first()
    if first is None:
        return None
    path, year = first
    top = next((item.pk for item in departments if path.startswith(item.path)), None)
    return None if top is None else (top, year)


def book_chapters(
    visible: QuerySet[TargetTable], *, department: Department, year: int, below: bool, source: str, order: str = FILED
) -> list[BookChapter]:
    """Return the chapters in the order of the departments' tree: three queries, one more where something is adjusted.

    From approved versions, tables that have none are missing; departments without any table are listed as empty, those
    without 部门整体绩效目标 among what the book holds as ``no_overall``.
    """
    tree = Department.objects.filter(subtree(department.path)).order_by("path")
    departments = list(tree) if below else [department]
    chapters = {row.pk: BookChapter(row) for row in departments}
    tables = filter_tables(visible, year=year).filter(department__any_of=list(chapters))
    rows = tables.select_related("approved_revision").only(
        "label", "kind", "layout", "status", "amount", "project_code", "department_id", "adjustment",
        "approved_revision__number",
    )  # fmt: skip
    listed = list(rows.order_by("source", "position", "id"))
    approved = amounts_in_force(listed) if source == APPROVED else {}
    for row in listed:
        found = _table(row, approved.get(row.pk, row.amount))
        chapter = chapters[found.department]
        held = source == DRAFT or found.revision
        (chapter.tables if held else chapter.missing).append(found)
    for chapter in chapters.values():
        chapter.tables = ordered(chapter.tables, order)
        chapter.empty = not chapter.tables and not chapter.missing
        chapter.no_overall = bool(chapter.tables) and all(table.kind != "department" for table in chapter.tables)
    return list(chapters.values())


def ordered(tables: Iterable[BookTable], order: str) -> list[BookTable]:
    """Return tables in one of :data:`ORDERS`; they come as filed."""
    if order == CODE:
        return sorted(tables, key=lambda table: (table.front, not table.code, table.code))
    if order == AMOUNT:
        return sorted(tables, key=lambda table: (table.front, -(table.amount or Decimal(0))))
    return sorted(tables, key=lambda table: table.front)


def _table(row: TargetTable, amount: Decimal | None) -> BookTable:
    revision = row.approved_revision.number if row.approved_revision is not None else 0
    return BookTable(
        pk=row.pk,
        label=row.label or "（未命名）",
        kind=row.kind,
        layout=row.layout,
        status=row.status,
        status_label=str(row.get_status_display()),
        amount=amount,
        code=row.project_code,
        department=row.department_id,
        revision=revision,
        adjusting=is_adjusting(row),
    )
