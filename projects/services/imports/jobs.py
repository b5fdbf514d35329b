"""Who works on what: claims with a sign of life, so that a killed worker loses nothing and nobody repeats anything.

The queue (django-tasks, in the database or Redis) only says that there is work. Whether a file may be taken is decided
by its own row: claiming is one conditional UPDATE, storing what was read checks the claim once more. A claim lapses
when its process is gone (same machine) or has given no sign of life for ``IMPORT_LEASE_SECONDS``.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import ImportBatch, ImportFile

logger = logging.getLogger(__name__)
ATTEMPTS = 3
FORGOTTEN = timedelta(minutes=10)
WORKER = "PERFGOALS_IMPORT_WORKER"
"""Set in the environment of worker processes: they may be ended when a file takes too long."""
GIVEN_UP = "读取这个文件时程序中断了 {n} 次（可能过于复杂或占用内存过多），已跳过。请拆分或另存后重新上传。"


def claim_name() -> str:
    """A name for one claim: machine, process, and something no other claim has."""
    return f"{socket.gethostname()[:60]}/{os.getpid()}/{uuid.uuid4().hex[:16]}"


def lapsed(worker: str, beat_at: datetime | None, now: datetime) -> bool:
    """Whether whoever made a claim is gone."""
    host, _, rest = worker.partition("/")
    pid = rest.partition("/")[0]
    if host == socket.gethostname()[:60] and pid.isdecimal() and not _running(int(pid)):
        return True
    return beat_at is None or beat_at < now - timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


def _running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


@contextmanager
def alive(claimed: ImportFile | ImportBatch, *, limit: int = 0) -> Iterator[None]:
    """Give signs of life for a claim while the block runs; in a worker, end the process after ``limit`` seconds.

    Its own thread and connection: the work itself may keep the main thread busy for long.
    """
    model, pk, worker = type(claimed), claimed.pk, claimed.worker
    over = threading.Event()
    pause = max(settings.IMPORT_LEASE_SECONDS / 6, 1)

    def beat() -> None:
        spent = 0.0
        while not over.wait(pause):
            spent += pause
            if limit and spent > limit and os.environ.get(WORKER):
                logger.error("%s %s took more than %s s, the worker ends", model.__name__, pk, limit)
                os._exit(75)
            try:
                model._default_manager.filter(pk=pk, worker=worker).update(beat_at=timezone.now())
            except DatabaseError as error:
                # A long commit holds SQLite's only lock; whoever would take our claim away needs it, too.
                logger.warning("sign of life for %s %s failed: %s", model.__name__, pk, error)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def queue_files(ids: Iterable[int]) -> None:
    """Have the files read, by whoever comes first. Call it outside a transaction."""
    from projects.tasks import read_file

    listed = list(ids)
    ImportFile.objects.filter(pk__any_of=listed).update(queued_at=timezone.now())
    for pk in listed:
        read_file.enqueue(pk)
    _wake()


def queue_batch(batch: ImportBatch) -> None:
    """Have a batch committed or undone, as its state says."""
    from projects.tasks import commit_batch, undo_batch

    task: Any = undo_batch if batch.state == ImportBatch.State.UNDOING else commit_batch
    task.using(priority=10).enqueue(batch.pk)
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
        elif not batch.worker and (batch.beat_at is None or batch.beat_at < now - FORGOTTEN):
            ImportBatch.objects.filter(pk=batch.pk).update(beat_at=now)
            queue_batch(batch)
            batches += 1
    return len(again) + batches


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
    lately = now - FORGOTTEN
    if waiting.filter(queued_at__gte=lately).exists():
        return []
    return list(waiting.order_by("id").values_list("id", flat=True))
