"""Target tables as lists: what a person may see, filtered, counted and summed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum

from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import Department, TargetTable
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, SEES_TABLES, rights_of
from projects.selectors.findings import with_findings
from projects.selectors.search import search_tables

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from projects.models import User

# A search may hit most of the tables; beyond this number the list says "more than".
CAP = 1000
LIST_FIELDS = (
    "id",
    "label",
    "title",
    "kind",
    "status",
    "layout",
    "amount",
    "version",
    "updated_at",
    "project_code",
    "fiscal_year__year",
    "department__name",
    "department__code",
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Number of tables and their amounts' sum in yuan; ``capped``: there are more than ``count``, no sum."""

    count: int
    amount: Decimal | None
    capped: bool = False


def visible_to(user: User | AnonymousUser) -> QuerySet[TargetTable]:
    """Return the tables ``user`` may see: the one place where this is decided, and every view's beginning."""
    ids = rights_of(user).department_ids(*SEES_TABLES)
    if ids is EVERYWHERE:
        return TargetTable.objects.all()
    if not ids:
        return TargetTable.objects.none()
    # By ids, not by a join on paths: lists, counts and sums then keep to the indexes of this one table.
    return (
        TargetTable.objects.filter(department=ids[0])
        if len(ids) == 1
        else TargetTable.objects.filter(department__any_of=ids)
    )


def list_tables(queryset: QuerySet[TargetTable]) -> QuerySet[TargetTable]:
    """Return ``queryset`` with what a list shows and nothing more (texts stay in the database), newest first."""
    return queryset.select_related("fiscal_year", "department").only(*LIST_FIELDS).order_by("-id")


def filter_tables(
    queryset: QuerySet[TargetTable],
    *,
    year: int | None = None,
    department: Department | None = None,
    below: bool = True,
    project: str = "",
    status: str = "",
    layout: str = "",
    kind: str = "",
    amount_min: Decimal | None = None,
    amount_max: Decimal | None = None,
    text: str = "",
    rule: str = "",
    level: str = "",
    live: bool = True,
) -> QuerySet[TargetTable]:
    """Narrow ``queryset``; empty arguments do not narrow.

    ``below`` takes in the departments under ``department``; ``project`` is a code or a name; amounts in
    yuan, both ends included; ``rule`` and ``level`` leave tables of which a rule
    (of that level) found something; ``live`` leaves out void tables and former versions unless ``status`` asks for
    them.
    """
    exact = {"fiscal_year__year": year, "status": status, "layout": layout, "kind": kind}
    queryset = queryset.filter(**{name: value for name, value in exact.items() if value})
    if live and not status:
        queryset = queryset.exclude(status__in=TargetTable.RETIRED)
    if department is not None:
        if below:
            # Resolved first: with the ids at hand the database uses its index for the order of the list.
            ids = list(Department.objects.filter(subtree(department.path)).values_list("id", flat=True))
            queryset = queryset.filter(department__any_of=ids) if len(ids) > 1 else queryset.filter(department=ids[0])
        else:
            queryset = queryset.filter(department=department)
    if project:
        queryset = queryset.filter(Q(project_code=project) | Q(project_name=project))
    if amount_min is not None:
        queryset = queryset.filter(amount__gte=amount_min)
    if amount_max is not None:
        queryset = queryset.filter(amount__lte=amount_max)
    return search_tables(with_findings(queryset, rule=rule, level=level), text)


def totals(queryset: QuerySet[TargetTable], *, cap: int | None = None) -> Totals:
    """Return count and amount of ``queryset``; with ``cap``, stop counting there (for text searches).

    Without a text search it is answered from one index alone.
    """
    plain = queryset.select_related(None).order_by()
    if cap is None:
        both = plain.aggregate(count=Count("pk"), amount=Sum("amount"))
        return Totals(both["count"], both["amount"] or Decimal(0))
    amounts = list(plain.values_list("amount", flat=True)[: cap + 1])
    if len(amounts) > cap:
        return Totals(cap, None, capped=True)
    return Totals(len(amounts), sum((amount for amount in amounts if amount is not None), Decimal(0)))


def previous_tables(tables: Iterable[TargetTable]) -> dict[int, TargetTable]:
    """Return ``{id of a table: the table of the same project in the latest earlier year}`` in one query.

    A department's own tables have no project; there the same department, kind and layout count.
    """
    tables = list(tables)
    projects = [table.project_id for table in tables if table.project_id]
    loose = [table.department_id for table in tables if not table.project_id]
    earlier: dict[tuple[Any, ...], list[TargetTable]] = {}
    candidates = (
        TargetTable.objects.exclude(status__in=TargetTable.RETIRED)
        .filter(Q(project__any_of=projects) | Q(project=None, department__any_of=loose))
        .select_related("fiscal_year", "department")
        .only(*LIST_FIELDS, "project_id")
        .order_by("-fiscal_year__year", "-id")
    )
    for table in candidates:
        earlier.setdefault(_line(table), []).append(table)
    found = {}
    for table in tables:
        for candidate in earlier.get(_line(table), ()):
            if candidate.fiscal_year.year < table.fiscal_year.year:
                found[table.pk] = candidate
                break
    return found


def previous_table(table: TargetTable) -> TargetTable | None:
    """Return last year's table of the same project (or the latest before it)."""
    return previous_tables([table]).get(table.pk)


def neighbours(table: TargetTable, queryset: QuerySet[TargetTable]) -> tuple[int | None, int | None]:
    """Return the ids before and after ``table`` in the same department and year, in document order."""
    around = queryset.filter(fiscal_year=table.fiscal_year_id, department=table.department_id)
    ids = list(around.order_by("source", "position", "id").values_list("id", flat=True))
    if table.pk not in ids:
        return None, None
    place = ids.index(table.pk)
    return (ids[place - 1] if place else None), (ids[place + 1] if place + 1 < len(ids) else None)


def _line(table: TargetTable) -> tuple[Any, ...]:
    if table.project_id:
        return table.kind, table.project_id
    return table.kind, "department", table.department_id, table.layout
