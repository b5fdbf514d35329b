"""Contents of tables for documents: versions in force or what stands now, in a given order, some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import Revision
from projects.models import TargetTable as Stored
from projects.services import revisions
from projects.services.exporting import ExportRefused
from projects.services.exports import Content, content_line
from projects.store import load_tables
from projects.targettable import TargetTable

AT_ONCE = 200

Loaded = tuple[Content, TargetTable]


def current(ids: Sequence[int]) -> Iterator[Loaded]:
    """Yield the contents of these tables as they stand, in this order."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        contents = load_tables(Stored.objects.filter(pk__any_of=list(part)).order_by("pk"))
        by_id = dict(zip(sorted(part), contents, strict=True))
        for pk in part:
            yield content_line(pk, 0, by_id[pk]), by_id[pk]


def in_force(ids: Sequence[int]) -> Iterator[Loaded]:
    """Yield the approved versions of these tables, in this order.

    Raises :class:`ExportRefused` for a table without one, and for a version whose bytes are not those that were
    approved: a document is not built on it.
    """
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = Revision.objects.filter(pk__in=Stored.objects.filter(pk__any_of=list(part)).values("approved_revision"))
        by_id = {revision.table_id: revision for revision in found.order_by("table_id")}
        for pk in part:
            revision = by_id.get(pk)
            if revision is None:
                raise ExportRefused("有的表已不再有批复的版本，请重新打开本页核对")
            if fault := revisions.fault(revision):
                raise ExportRefused(f"第 {pk} 号表的批复版本（{revision}）{fault}，不能用于成册，请告知管理员")
            yield (pk, revision.number, revision.sha256), revisions.content_of(revision)
