"""Claims on work, with a sign of life: a killed process loses nothing, and nobody repeats what another is doing.

A claim is a name in the row of what is worked on and the time of its last sign of life. It lapses when its process is
gone (same machine) or has given no sign for ``IMPORT_LEASE_SECONDS``.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from projects.models import ExportJob, ImportBatch, ImportFile

logger = logging.getLogger(__name__)
ATTEMPTS = 3
"""How often work is taken up again that was cut off each time."""
WORKER = "PERFGOALS_IMPORT_WORKER"
"""Set in the environment of worker processes: they may be ended when a file takes too long."""


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


@contextmanager
def alive(claimed: ImportFile | ImportBatch | ExportJob, *, limit: int = 0) -> Iterator[None]:
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
