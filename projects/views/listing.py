"""The list of tables: what meets the conditions, how much money that is, and one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.sql.datastructures import BaseTable
from django.http import HttpRequest, QueryDict

from projects.models import TargetTable
from projects.selectors.tables import CAP
from projects.tables import ListData, TargetTableTable

OTHER_KINDS = (TargetTable.Kind.DEPARTMENT, TargetTable.Kind.SUMMARY)


@dataclass(frozen=True, slots=True)
class Part:
    """The tables of one kind and their amount in yuan. Kinds are not added up: a department's total contains its
    projects' amounts, and so does a summary."""

    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """``capped``: there are more than ``count``, and no amounts are known."""

    count: int
    parts: list[Part]
    capped: bool = False

    @property
    def text(self) -> str:
        return f"{self.count:,}" + ("+" if self.capped else "")


class IndexedTable(BaseTable):
    """``FROM … INDEXED BY …``: without statistics SQLite takes the index of any condition and fetches all it names."""

    index = ""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, params = super().as_sql(compiler, connection)
        return (f"{sql} INDEXED BY {self.index}", params) if connection.vendor == "sqlite" else (sql, params)


def by_index(queryset: QuerySet[TargetTable], index: str) -> QuerySet[TargetTable]:
    """Have a queryset without joins answered from this index; one with joins stays as it is."""
    queryset = queryset.order_by()
    alias = queryset.query.get_initial_alias()
    if list(queryset.query.alias_map) == [alias]:
        table = IndexedTable(TargetTable._meta.db_table, alias)
        table.index = index
        queryset.query.alias_map[alias] = table
    return queryset


def totals_of(queryset: QuerySet[TargetTable], *, retired: bool = False, broad: bool = False) -> Totals:
    """Count and add up, kind by kind; void tables and former versions only when ``retired``.

    ``queryset`` is to hold the retired ones either way. Everything is added up first, from one narrow index; then the
    few tables that are retired or no projects, which are subtracted or shown apart. Asking for the live projects
    alone would test each of all rows. ``broad``: a condition may leave most rows and has an index that SQLite would
    wrongly take.
    """
    everything = (by_index(queryset, "table_totals") if broad else queryset.order_by()).aggregate(
        n=Count("*"), amount=Sum("amount")
    )
    figures = {TargetTable.Kind.PROJECT: [everything["n"], everything["amount"] or Decimal(0)]}
    for kind, status, count, amount in _odd_ones(queryset, retired=retired, broad=broad):
        hidden = not retired and status in TargetTable.RETIRED
        if kind != TargetTable.Kind.PROJECT or hidden:
            figures[TargetTable.Kind.PROJECT][0] -= count
            figures[TargetTable.Kind.PROJECT][1] -= amount or 0
        if kind != TargetTable.Kind.PROJECT and not hidden:
            figure = figures.setdefault(TargetTable.Kind(kind), [0, Decimal(0)])
            figure[0] += count
            figure[1] += amount or 0
    parts = [Part(str(kind.label), *figures[kind]) for kind in TargetTable.Kind if kind in figures and figures[kind][0]]
    return Totals(sum(part.count for part in parts), parts)


def _odd_ones(queryset: QuerySet[TargetTable], *, retired: bool, broad: bool) -> list[tuple[Any, ...]]:
    """Return kind, state, number and amount of the tables that are no projects, or (unless ``retired``) retired."""
    no_projects, out_of_use = Q(kind__in=OTHER_KINDS), Q(status__in=TargetTable.RETIRED)
    if not broad:
        chosen = [queryset.filter(no_projects if retired else no_projects | out_of_use)]
    else:
        chosen = [by_index(queryset.filter(no_projects), "table_kind")]
        if not retired:
            chosen.append(by_index(queryset.filter(out_of_use & ~no_projects), "table_status"))
    figures = {"n": Count("*"), "amount": Sum("amount")}
    return [row for part in chosen for row in part.order_by().values_list("kind", "status").annotate(**figures)]


def found_by_text(queryset: QuerySet[TargetTable]) -> tuple[QuerySet[TargetTable], Totals]:
    """Run a search once: what it found becomes a list of ids, unless that list were too long.

    Returns the queryset to go on with and its totals, which are capped in the latter case.
    """
    ids = list(queryset.order_by().values_list("id", flat=True)[: CAP + 1])
    if len(ids) > CAP:
        return queryset, Totals(CAP, [], capped=True)
    found = TargetTable.objects.filter(id__any_of=ids)
    return found, totals_of(found, retired=True)


def table_page(request: HttpRequest, queryset: QuerySet[TargetTable], total: int) -> TargetTableTable:
    """Return the page of the list that the address asks for, sorted as it asks; odd values give the nearest page.

    Unsorted, one year stands in the order of its documents, all years stand with the latest tables first.
    """
    usual = "id" if request.GET.get("year") else "-id"
    table = TargetTableTable(ListData(queryset.order_by(usual), total))
    table.request = request
    table.order_by = request.GET.getlist(table.prefixed_order_by_field)
    per_page = table._meta.per_page
    wanted = Paginator(range(total), per_page).get_page(request.GET.get("page"))
    table.paginate(per_page=per_page, page=wanted.number)
    return table


def query_without(query: QueryDict, *names: str, **values: Any) -> str:
    """Return the address's conditions without ``names`` and with ``values``, as ``?…``."""
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    for name, value in values.items():
        rest[name] = str(value)
    return "?" + rest.urlencode()
