"""提交版本: the table as it was at a moment, as canonical JSON with the SHA-256 of exactly these bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max

from projects.models import Revision
from projects.models import TargetTable as Stored
from projects.services.audit import actor_label
from projects.targettable import TargetTable

if TYPE_CHECKING:
    from projects.models import User


@dataclass(frozen=True, slots=True)
class Tampered:
    """A revision whose bytes do not agree with what was written down about them."""

    revision: Revision
    reason: str


def canonical(table: TargetTable) -> str:
    """Return the interchange JSON in one fixed spelling: the contract's order of keys, no blanks, no escapes.

    The order is kept, not sorted, because the order of ``extra`` is content.
    """
    return json.dumps(table.to_dict(), ensure_ascii=False, separators=(",", ":"))


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def write(
    row: Stored,
    content: TargetTable,
    *,
    cause: str,
    actor: User | None,
    comment: str = "",
    adjustment: int = 0,
    uids: dict[str, list[str]] | None = None,
) -> Revision:
    """Add the next revision of ``row``; the caller holds the row's lock, which makes the number its own.

    ``uids`` are the identities of the rows of ``content``, by block.
    """
    text = canonical(content)
    last = Revision.objects.filter(table=row).aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        table=row,
        number=last + 1,
        cause=cause,
        adjustment=adjustment,
        content=text,
        sha256=digest(text),
        comment=comment,
        uids=uids or {},
        actor=actor,
        actor_name=actor_label(actor),
    )


def content_of(revision: Revision) -> TargetTable:
    """Return the table that a revision holds."""
    return TargetTable.from_dict(json.loads(revision.content))


def fault(revision: Revision) -> str:
    """Return what is wrong with a revision (Chinese), ``""`` when its bytes are those that were written."""
    if digest(revision.content) != revision.sha256:
        return "内容与校验值不符"
    try:
        content_of(revision)
    except (ValueError, TypeError, AttributeError):
        return "校验值相符，但内容不是绩效目标表"
    return ""


def tampered(*, batch: int = 200) -> Iterator[Tampered]:
    """Go through all revisions and yield those that do not verify, and gaps in a table's numbers.

    Needs memory for one batch at a time.
    """
    expected: dict[int, int] = {}
    everything = Revision.objects.order_by("table_id", "number").select_related("table")
    for revision in everything.iterator(chunk_size=batch):
        number = expected.get(revision.table_id, 0) + 1
        if revision.number != number:
            yield Tampered(revision, f"前面缺少第{number}版")
        expected = {revision.table_id: revision.number}
        if reason := fault(revision):
            yield Tampered(revision, reason)
    approved = Stored.objects.exclude(approved_revision=None).select_related("approved_revision")
    wrong = approved.exclude(approved_revision__cause=Revision.Cause.APPROVE)
    for row in wrong.order_by("id"):
        if row.approved_revision is not None:
            yield Tampered(row.approved_revision, "被登记为批复版本，但不是批复时写入的")
