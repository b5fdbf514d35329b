"""Who works on what: claims with a sign of life, so that a killed worker loses nothing and nobody repeats anything.

The queue (django-tasks, in the database or Redis) only says that there is work. Whether a file may be taken is decided
by its own row: claiming is one conditional UPDATE, storing what was read checks the claim once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import ImportBatch, ImportFile
from projects.services.claims import ATTEMPTS, claim_name, lapsed
from projects.services.imports import broker

logger = logging.getLogger(__name__)
# After how long something that waits is taken for lost by the queue: one that is empty cannot be about to bring it.
FORGOTTEN, LOST = timedelta(minutes=10), timedelta(seconds=15)
GIVEN_UP = "读取这个文件时程序中断了 {n} 次（可能过于复杂或占用内存过多），已跳过。请拆分或另存后重新上传。"


def claim_file(pk: int) -> ImportFile | None:
    """Take a waiting file of an open batch for ourselves; ``None`` when it is not to be had (any more)."""
    name = claim_name()
    taken = ImportFile.objects.filter(
        pk=pk, state=ImportFile.State.WAITING, batch__state=ImportBatch.State.OPEN
    ).update(
        state=ImportFile.State.READING,
        worker=name,
        beat_at=timezone.now(),
        attempts=F("attempts") + 1,
        changed_at=timezone.now(),
    )
    if not taken:
        return None
    return ImportFile.objects.select_related("batch").get(pk=pk)


def claim_batch(pk: int, state: str) -> ImportBatch | None:
    """Take a batch that is to be committed or undone, unless somebody alive is at it."""
    batch = ImportBatch.objects.filter(pk=pk, state=state).first()
    if batch is None or (batch.worker and not lapsed(batch.worker, batch.beat_at, timezone.now())):
        return None
    name = claim_name()
    taken = ImportBatch.objects.filter(pk=pk, state=state, worker=batch.worker).update(
        worker=name, beat_at=timezone.now(), done=0
    )
    return ImportBatch.objects.get(pk=pk) if taken else None


def queue_files(ids: Iterable[int]) -> None:
    """Have the files read, by whoever comes first. Call it outside a transaction."""
    from projects.tasks import read_file

    listed = list(ids)
    ImportFile.objects.filter(pk__any_of=listed).update(queued_at=timezone.now())
    for done, pk in enumerate(listed):
        if not broker.enqueue(read_file, pk):
            ImportFile.objects.filter(pk__any_of=listed[done:]).update(queued_at=None)
            break
    _wake()


def queue_batch(batch: ImportBatch) -> None:
    """Have a batch committed or undone, as its state says."""
    from projects.tasks import commit_batch, undo_batch

    task: Any = undo_batch if batch.state == ImportBatch.State.UNDOING else commit_batch
    if not broker.enqueue(task, batch.pk, first=True):
        ImportBatch.objects.filter(pk=batch.pk, worker="").update(beat_at=None)
    _wake()


def _wake() -> None:
    from projects.services.imports import background

    background.ensure_worker()


def outstanding() -> bool:
    """Whether anything waits or is being done."""
    busy = (ImportBatch.State.COMMITTING, ImportBatch.State.UNDOING)
    return (
        ImportFile.objects.filter(
            state__in=(ImportFile.State.WAITING, ImportFile.State.READING), batch__state=ImportBatch.State.OPEN
        ).exists()
        or ImportBatch.objects.filter(state__in=busy).exists()
    )


def recover() -> int:
    """Put back into the queue what dead workers left lying and what the queue forgot; return how many."""
    now = timezone.now()
    again = _lost_files(now) + _forgotten_files(now)
    if again:
        queue_files(again)
    batches = 0
    for batch in ImportBatch.objects.filter(state__in=(ImportBatch.State.COMMITTING, ImportBatch.State.UNDOING)):
        if batch.worker and lapsed(batch.worker, batch.beat_at, now):
            free = ImportBatch.objects.filter(pk=batch.pk, state=batch.state, worker=batch.worker)
            if free.update(worker="", beat_at=now):
                queue_batch(batch)
                batches += 1
        elif not batch.worker and (batch.beat_at is None or batch.beat_at < now - _patience()):
            ImportBatch.objects.filter(pk=batch.pk).update(beat_at=now)
            queue_batch(batch)
            batches += 1
    return len(again) + batches


def _patience() -> timedelta:
    try:
        return FORGOTTEN if broker.ready() else LOST
    except broker.unreachable():
        return FORGOTTEN


def _lost_files(now: datetime) -> list[int]:
    again = []
    reading = ImportFile.objects.filter(state=ImportFile.State.READING, batch__state=ImportBatch.State.OPEN)
    for file in reading.only("id", "worker", "beat_at", "attempts"):
        if not lapsed(file.worker, file.beat_at, now):
            continue
        free = ImportFile.objects.filter(pk=file.pk, state=ImportFile.State.READING, worker=file.worker)
        if file.attempts >= ATTEMPTS:
            text = GIVEN_UP.format(n=file.attempts)
            free.update(state=ImportFile.State.REFUSED, refusal=text, worker="", changed_at=now)
        elif free.update(state=ImportFile.State.WAITING, worker="", changed_at=now):
            again.append(file.pk)
    return again


def _forgotten_files(now: datetime) -> list[int]:
    """Waiting files that no queue seems to know: nobody reads, and they were queued long ago or never."""
    if ImportFile.objects.filter(state=ImportFile.State.READING).exists():
        return []
    waiting = ImportFile.objects.filter(state=ImportFile.State.WAITING, batch__state=ImportBatch.State.OPEN)
    if not waiting.exists():
        return []
    lately = now - _patience()
    if waiting.filter(queued_at__gte=lately).exists():
        return []
    return list(waiting.order_by("id").values_list("id", flat=True))
