"""Records of exports as auditors may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from projects.models import ExportRecord, Role
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, rights_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from projects.models import User


def records_visible_to(user: User | AnonymousUser) -> QuerySet[ExportRecord]:
    """Return the records of files that lie within the departments where ``user`` is auditor, the latest first.

    A file with tables of several departments is for auditors of a department above them all.
    """
    paths = rights_of(user).paths(Role.AUDITOR)
    everything = ExportRecord.objects.order_by("-id")
    if paths is EVERYWHERE:
        return everything
    if not paths:
        return everything.none()
    condition = Q()
    for path in paths:
        condition |= subtree(path, "department_path")
    return everything.filter(condition)


def find_records(queryset: QuerySet[ExportRecord], *, text: str = "", kind: str = "") -> QuerySet[ExportRecord]:
    """Narrow the records; ``text`` is looked for in the file's name, the person and the beginning of the SHA-256."""
    text = text.strip()
    if text:
        queryset = queryset.filter(
            Q(name__icontains=text) | Q(actor_name__icontains=text) | Q(sha256__startswith=text.lower())
        )
    return queryset.filter(kind=kind) if kind else queryset
