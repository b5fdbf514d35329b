"""填报清单: what an officer has to file in one year, last year's projects without a table included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value

from projects.models import Department, ReviewComment, Role, TargetTable
from projects.models.department import subtree
from projects.permissions import rights_of
from projects.selectors.search import search_tables

if TYPE_CHECKING:
    from projects.models import User

PER_PAGE = 50
SHOWN = ("all", "missing", "open", "filed")
"""``missing``: no table yet; ``open``: with the officer; ``filed``: out of the officer's hands."""


@dataclass(slots=True)
class Line:
    """One project (or table without a project) of the year. ``pk`` is 0 when this year has no table yet.

    Amounts in yuan. ``before_pk`` is last year's table, 0 when there is none. ``comments`` are the reviewers'
    comments that the officer has not yet answered.
    """

    label: str
    department: str
    pk: int = 0
    version: int = 0
    status: str = ""
    amount: Decimal | None = None
    updated_at: datetime | None = None
    before_pk: int = 0
    before: Decimal | None = None
    comments: int = 0

    @property
    def difference(self) -> Decimal | None:
        """This year's amount less last year's, when both are known."""
        return None if self.amount is None or self.before is None else self.amount - self.before

    @property
    def is_open(self) -> bool:
        """Whether the table is with the officer."""
        return self.status in TargetTable.EDITABLE


@dataclass(slots=True)
class Filing:
    """One page of the list. ``counts``: how many lines each choice of :data:`SHOWN` has under the same search."""

    counts: dict[str, int]
    total: int
    page: int
    pages: int
    lines: list[Line]


def files_tables(user: User | Any) -> bool:
    """Whether ``user`` is an officer anywhere."""
    return bool(rights_of(user).any(Role.OFFICER))


def filing(
    user: User | Any, year: int, *, department: Department | None = None, q: str = "", show: str = "all", page: int = 1
) -> Filing:
    """Return one page of what ``user`` files in ``year``, by department and name; at most seven queries."""
    present, absent = _present(user, year, department, q), _absent(user, year, department, q)
    states = dict(present.order_by().values_list("status").annotate(n=Count("id")))
    still = sum(states.get(status, 0) for status in TargetTable.EDITABLE)
    counts = {"missing": absent.count(), "open": still, "filed": sum(states.values()) - still}
    counts = {"all": sum(counts.values()), **counts}
    show = show if show in SHOWN else "all"
    if show == "open":
        present = present.filter(status__in=TargetTable.EDITABLE)
    elif show == "filed":
        present = present.exclude(status__in=TargetTable.EDITABLE)
    pages = max(1, -(-counts[show] // PER_PAGE))
    page = min(max(page, 1), pages)
    keys = _keys(absent, 1) if show == "missing" else _keys(present, 0)
    if show == "all":
        keys = keys.union(_keys(absent, 1), all=True)
    ordered = keys.order_by("place", "label", "id")[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Filing(counts, counts[show], page, pages, _lines(user, year, [(key[2], bool(key[3])) for key in ordered]))


def missing(user: User | Any, year: int, *, department: Department | None = None) -> int:
    """Return how many of last year's projects ``user`` files have no table in ``year``. One query."""
    return _absent(user, year, department, "").count()


def _keys(tables: QuerySet[TargetTable], missing: int) -> QuerySet[TargetTable, Any]:
    named = tables.order_by().annotate(place=F("department__path"), missing=Value(missing, IntegerField()))
    return named.values_list("place", "label", "id", "missing")


def _own(user: User | Any, department: Department | None, q: str) -> QuerySet[TargetTable]:
    tables = TargetTable.objects.filter(rights_of(user).departments(Role.OFFICER, prefix="department__"))
    if department is not None:
        tables = tables.filter(subtree(department.path, "department__path"))
    return search_tables(tables, q) if q.strip() else tables


def _present(user: User | Any, year: int, department: Department | None, q: str) -> QuerySet[TargetTable]:
    return _own(user, department, q).filter(fiscal_year__year=year).exclude(status__in=TargetTable.RETIRED)


def _absent(user: User | Any, year: int, department: Department | None, q: str) -> QuerySet[TargetTable]:
    """Last year's tables whose project (or, without one, whose form in this department) has no table this year."""
    now = TargetTable.objects.filter(fiscal_year__year=year).exclude(status__in=TargetTable.RETIRED)
    same_form = now.filter(
        department=OuterRef("department"), project=None, kind=OuterRef("kind"), layout=OuterRef("layout")
    )
    last = _own(user, department, q).filter(fiscal_year__year=year - 1).exclude(status__in=TargetTable.RETIRED)
    of_project = Q(project__isnull=False) & ~Exists(now.filter(project=OuterRef("project"), kind=OuterRef("kind")))
    return last.filter(of_project | (Q(project=None) & ~Exists(same_form)))


def _lines(user: User | Any, year: int, keys: list[tuple[int, bool]]) -> list[Line]:
    rows = (
        TargetTable.objects.filter(pk__in=[pk for pk, _missing in keys])
        .select_related("department")
        .only(
            "label", "title", "amount", "status", "version", "updated_at", "project", "predecessor", "department__name"
        )
        .order_by()
        .in_bulk()
    )
    present = [rows[pk] for pk, missing in keys if not missing and pk in rows]
    before = _before(present, year)
    comments = _comments([row.pk for row in present if row.status in TargetTable.EDITABLE])
    lines = []
    for pk, missing in keys:
        row = rows.get(pk)
        if row is None:
            continue
        label = row.label or row.title
        if missing:
            lines.append(Line(label, row.department.name, before_pk=pk, before=row.amount))
            continue
        line = Line(label, row.department.name, pk, row.version, row.status, row.amount, row.updated_at)
        line.before_pk, line.before = before.get(pk, (0, None))
        line.comments = comments.get(pk, 0)
        lines.append(line)
    return lines


def _before(rows: list[TargetTable], year: int) -> dict[int, tuple[int, Decimal | None]]:
    """Last year's table and amount of each row: its predecessor, else the table of the same project."""
    named = Q(pk__in=[row.predecessor_id for row in rows if row.predecessor_id])
    named |= Q(project__in=[row.project_id for row in rows if row.project_id], fiscal_year__year=year - 1)
    found = TargetTable.objects.filter(named, fiscal_year__year=year - 1).exclude(status__in=TargetTable.RETIRED)
    by_pk: dict[int, tuple[int, Decimal | None]] = {}
    by_project: dict[int, tuple[int, Decimal | None]] = {}
    for pk, project, amount in found.order_by("id").values_list("pk", "project", "amount"):
        by_pk[pk] = by_project[project or 0] = (pk, amount)
    result = {}
    for row in rows:
        one = by_pk.get(row.predecessor_id or 0) or by_project.get(row.project_id or -1)
        if one is not None:
            result[row.pk] = one
    return result


def _comments(ids: list[int]) -> dict[int, int]:
    shown = ReviewComment.objects.filter(table__in=ids, shown_at__isnull=False, shown_state="open", removed=False)
    return dict(shown.order_by().values_list("table").annotate(n=Count("id")))
