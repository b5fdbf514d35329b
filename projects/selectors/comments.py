"""Comments as they are read: by reviewers all of them, by the officer's side those that were shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from projects.models import CommentEntry, ReviewComment, TargetTable

State, Kind = ReviewComment.State, ReviewComment.Kind
LIVE = Q(removed=False)


def comments_of(
    table: TargetTable, *, reviewer: bool, since: int | None = None, until_revision: int | None = None
) -> QuerySet[ReviewComment]:
    """Return comments with their threads (two queries), in the order they were made.

    ``since``: only those that changed after this number, removed ones included, so that a page can take them off.
    """
    entries = CommentEntry.objects.order_by("id")
    found = ReviewComment.objects.filter(table=table).annotate(revision_number=F("revision__number"))
    if not reviewer:
        entries = entries.filter(shown_at__isnull=False)
        found = found.filter(shown_at__isnull=False)
    found = found.filter(LIVE) if since is None else found.filter(changed__gt=since)
    if until_revision is not None:
        found = found.filter(revision__number__lte=until_revision)
    return found.prefetch_related(Prefetch("entries", queryset=entries)).order_by("id")


@dataclass(frozen=True, slots=True)
class MustCounts:
    """必须修改 comments of a table: ``pending`` not resolved, ``open`` not answered either, ``unanswered`` those shown
    to the officer's side that it has not answered."""

    pending: int = 0
    open: int = 0
    unanswered: int = 0


def must_counts(tables: Iterable[TargetTable]) -> dict[int, MustCounts]:
    """Return the counts of the tables that have any, in one query."""
    ids = [table.pk for table in tables]
    if not ids:
        return {}
    rows = (
        ReviewComment.objects.filter(LIVE, table__any_of=ids, kind=Kind.MUST)
        .order_by()
        .values_list("table_id")
        .annotate(
            pending=Count("pk", filter=~Q(state=State.RESOLVED)),
            open=Count("pk", filter=Q(state=State.OPEN)),
            unanswered=Count("pk", filter=Q(shown_at__isnull=False, shown_state=State.OPEN)),
        )
    )
    return {pk: MustCounts(pending, open_, unanswered) for pk, pending, open_, unanswered in rows}


def must_ids(table: TargetTable, **state: Any) -> list[int]:
    """Ids of 必须修改 comments in a state, for pages that lead to them."""
    found = ReviewComment.objects.filter(LIVE, table=table, kind=Kind.MUST, **state)
    return list(found.order_by("id").values_list("id", flat=True))
