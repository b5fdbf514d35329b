"""Who has a table's review page open right now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from projects.models import ReviewPresence, TargetTable

if TYPE_CHECKING:
    from projects.models import User

SECONDS = 60
"""For so long one call counts; pages call every fifteen."""
FORGOTTEN = timedelta(hours=1)


def here(table: TargetTable, user: User | Any, *, leave: bool = False, now: datetime | None = None) -> None:
    """Say that ``user`` looks at ``table``, or no longer does."""
    now = now or timezone.now()
    if leave:
        ReviewPresence.objects.filter(table=table, user=user).delete()
        return
    since = now
    known = ReviewPresence.objects.filter(table=table, user=user)
    if known.filter(seen__gte=now - timedelta(seconds=SECONDS)).update(seen=now):
        return
    ReviewPresence.objects.update_or_create(table=table, user=user, defaults={"since": since, "seen": now})
    ReviewPresence.objects.filter(seen__lt=now - FORGOTTEN).delete()


def present(
    tables: Iterable[int], *, without: User | Any = None, now: datetime | None = None
) -> dict[int, list[dict[str, str]]]:
    """Return who else is there, by table, those who came first before others. One query."""
    since = (now or timezone.now()) - timedelta(seconds=SECONDS)
    rows = ReviewPresence.objects.filter(table__in=list(tables), seen__gte=since).select_related("user")
    if without is not None:
        rows = rows.exclude(user=without.pk)
    found: dict[int, list[dict[str, str]]] = {}
    for row in rows.order_by("since", "id"):
        told = {"by": str(row.user), "since": _moment(row.since), "seen": _moment(row.seen)}
        found.setdefault(row.table_id, []).append(told)
    return found


def _moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")
