"""Departments: the tree with counts and amounts, and the page of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.models import Department, TargetTable
from projects.selectors.tables import filter_tables
from projects.tables import RecentTable, fetch_rows
from projects.views.current import tables_in_view
from projects.views.home import state_counts
from projects.views.shared import chosen_year, departments

SHOWN = 50


@dataclass(slots=True)
class DepartmentRow:
    """A department with everything below it: number of tables, amount of its project tables in yuan.

    ``depth`` counts from the highest department shown; ``share`` is the width of its bar, 0 to 100.
    """

    department: Department
    depth: int
    count: int = 0
    amount: Decimal = Decimal(0)
    share: int = 0


def department_rows(shown: Iterable[Department], tables: QuerySet[TargetTable]) -> list[DepartmentRow]:
    """Roll counts and amounts up the tree: one query, whatever its size.

    Amounts are those of project tables: a department's own table and a summary contain them a second time.
    """
    listed = list(shown)
    top = min((department.depth for department in listed), default=0)
    rows = {department.pk: DepartmentRow(department, department.depth - top) for department in listed}
    below: dict[int, list[DepartmentRow]] = defaultdict(list)
    for row in rows.values():
        for pk in (*row.department.ancestor_ids, row.department.pk):
            if pk in rows:
                below[row.department.pk].append(rows[pk])
    found = (
        tables.order_by()
        .values_list("department_id")
        .annotate(n=Count("id"), amount=Sum("amount", filter=Q(kind=TargetTable.Kind.PROJECT)))
    )
    for pk, count, amount in found:
        for row in below[pk]:
            row.count += count
            row.amount += amount or 0
    largest = max((row.amount for row in rows.values()), default=Decimal(0))
    for row in rows.values():
        row.share = int(row.amount * 100 / largest) if largest > 0 and row.amount > 0 else 0
    return list(rows.values())


def _tables_of_year(request: HttpRequest) -> QuerySet[TargetTable]:
    year = chosen_year(request)
    return filter_tables(tables_in_view(request), year=year.year if year else None)


@require_safe
def department_list(request: HttpRequest) -> HttpResponse:
    rows = department_rows(departments(request), _tables_of_year(request))
    return render(request, "projects/department_list.html", {"rows": rows, "year": chosen_year(request)})


@require_safe
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """One department: its place in the tree, what is below it, its tables."""
    listed = departments(request)
    shown = next((row for row in listed if row.pk == pk), None)
    if shown is None:
        raise Http404(_("没有这个部门"))
    tables = filter_tables(_tables_of_year(request), department=shown)
    inside = [row for row in listed if row.path.startswith(shown.path)]
    rows = department_rows(inside, tables)
    recent = fetch_rows(list(tables.order_by("-fiscal_year_id", "id").values_list("id", flat=True)[:SHOWN]))
    year = chosen_year(request)
    ancestors = set(shown.ancestor_ids)
    query = f"?department={shown.pk}" + (f"&year={year.year}" if year else "")
    context = {
        "department": shown,
        "parents": [row for row in listed if row.pk in ancestors],
        "row": rows[0],
        "rows": rows[1:],
        "counts": state_counts(tables),
        "table": RecentTable(recent),
        "list_url": reverse("table-list") + query,
        "year": year,
    }
    return render(request, "projects/department.html", context)
