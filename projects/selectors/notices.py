"""Notices of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from projects.models import Notice

if TYPE_CHECKING:
    from projects.models import User


def notices_of(user: User | Any) -> QuerySet[Notice]:
    """The person's notices, the latest first, with what a row shows."""
    return (
        Notice.objects.filter(user=user).order_by("-id").only("id", "kind", "text", "table_id", "created_at", "read_at")
    )


def unread_count(user: User | Any) -> int:
    """How many notices the person has not read, answered from an index."""
    return Notice.objects.filter(user=user, read_at=None).order_by().count()
