"""What a person may want to type next: what this department's tables say elsewhere, the most used first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q

from projects.models import Department, TableIndicator, TargetTable
from projects.models.department import subtree
from projects.selectors.search import search_tables
from projects.selectors.tables import visible_to

if TYPE_CHECKING:
    from projects.models import User

FIELDS = ("name", "value", "unit", "basis", "standard", "description")
MOST = 12
# So many of the latest tables that contain the words are looked at, whatever the size of the database.
LATEST = 2_000
LONGEST = 60


def suggestions(
    *, user: User | Any, table: TargetTable, field: str, category: str = "", q: str = ""
) -> list[dict[str, Any]]:
    """Return texts of ``field`` that contain ``q``, with how often they occur; for names also what goes with them.

    Approved tables of the department and those below it, and its own tables of any state but this one.
    """
    if field not in FIELDS:
        return []
    rows = TableIndicator.objects.filter(table__any_of=_tables(user, table, field, q)).exclude(**{field: ""})
    if category:
        rows = rows.filter(category=category)
    words = q.split()
    for word in words:
        rows = rows.filter(**{f"{field}__icontains": word[:LONGEST]})
    counted = (
        rows.order_by().values(field).annotate(count=Count("pk"), latest=Max("table")).order_by("-count", "-latest")
    )
    items = [{"text": row[field], "count": row["count"]} for row in counted[:MOST]]
    return _with_company(rows, items) if field == "name" and items else items


def _tables(user: Any, table: TargetTable, field: str, q: str) -> Any:
    ids = list(Department.objects.filter(subtree(table.department.path)).values_list("id", flat=True))
    own = Q(status=TargetTable.Status.APPROVED) | Q(department=table.department_id)
    found = visible_to(user).filter(own, department__any_of=ids).exclude(pk=table.pk)
    found = found.exclude(status=TargetTable.Status.VOID)
    # The index of the search holds names and values; bases are looked for in the rows themselves.
    if q.strip() and field in ("name", "value"):
        found = search_tables(found, q[:LONGEST])
    return list(found.order_by("-id").values_list("id", flat=True)[:LATEST])


def _with_company(rows: Any, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the value, unit and basis that each name is most often used with."""
    used = rows.filter(name__in=[item["text"] for item in items]).values_list("name", "value", "unit", "basis")
    company: dict[str, tuple[Counter[str], Counter[str], Counter[str]]] = {}
    for name, *texts in used.order_by("-table")[:LATEST]:
        counters = company.setdefault(name, (Counter(), Counter(), Counter()))
        for counter, text in zip(counters, texts, strict=True):
            if text:
                counter[text] += 1
    for item in items:
        for key, counter in zip(("value", "unit", "basis"), company.get(item["text"], ()), strict=False):
            item[key] = counter.most_common(1)[0][0] if counter else ""
    return items
