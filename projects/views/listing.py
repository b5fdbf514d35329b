"""The list of tables: what meets the conditions, how much money that is, and one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, QueryDict

from projects.models import TargetTable
from projects.selectors.tables import CAP
from projects.tables import ListData, TargetTableTable

KIND_ORDER = {kind: place for place, kind in enumerate(TargetTable.Kind.values)}


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


def totals_of(queryset: QuerySet[TargetTable]) -> Totals:
    """Count and add up, kind by kind: one query, answered from one index."""
    rows = queryset.order_by().values_list("kind").annotate(n=Count("id"), amount=Sum("amount"))
    parts = [
        Part(str(TargetTable.Kind(kind).label), count, amount or Decimal(0))
        for kind, count, amount in sorted(rows, key=lambda row: KIND_ORDER[row[0]])
    ]
    return Totals(sum(part.count for part in parts), parts)


def found_by_text(queryset: QuerySet[TargetTable]) -> tuple[QuerySet[TargetTable], Totals | None]:
    """Run a search once: what it found becomes a list of ids, unless that list were too long.

    Returns the queryset to go on with, and capped totals in the latter case.
    """
    ids = list(queryset.order_by().values_list("id", flat=True)[: CAP + 1])
    if len(ids) > CAP:
        return queryset, Totals(CAP, [], capped=True)
    return TargetTable.objects.filter(id__any_of=ids), None


def table_page(request: HttpRequest, queryset: QuerySet[TargetTable], total: int) -> TargetTableTable:
    """Return the page of the list that the address asks for, sorted as it asks; odd values give the nearest page."""
    table = TargetTableTable(
        ListData(queryset.order_by("-fiscal_year_id", "id"), total),
        order_by=[alias for alias in request.GET.getlist("sort") if alias],
        request=request,
    )
    paginator = Paginator(range(total), TargetTableTable._meta.per_page)
    table.paginate(per_page=paginator.per_page, page=paginator.get_page(request.GET.get("page")).number)
    return table


def query_without(query: QueryDict, *names: str, **values: Any) -> str:
    """Return the address's conditions without ``names`` and with ``values``, as ``?…``."""
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    for name, value in values.items():
        rest[name] = str(value)
    return "?" + rest.urlencode()
