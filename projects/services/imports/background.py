"""The embedded worker: started beside the web server when there is work, gone again when there is none."""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)
PAUSE = 3.0
_last: dict[str, Any] = {"at": 0.0, "process": None}


def lock_path() -> Path:
    return Path(settings.VAR_DIR) / "import-worker.lock"


@contextmanager
def only_one() -> Iterator[bool]:
    """Hold the lock of this machine's embedded worker; yields False when another process holds it."""
    path = lock_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def ensure_worker() -> None:
    """Start a worker unless one runs on this machine or workers are started by hand. Returns at once."""
    if settings.IMPORT_WORKER != "embedded" or settings.TASK_REDIS_URL:
        return
    process = _last["process"]
    if process is not None and process.poll() is None:
        return
    if time.monotonic() - _last["at"] < PAUSE:
        return
    with only_one() as free:
        if not free:
            return
    _last["at"] = time.monotonic()
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "import_worker", "--until-idle"]
    try:
        # Our own interpreter and our own command; it stays in the server's process group and ends with it.
        _last["process"] = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, env=os.environ)  # noqa: S603
    except OSError as error:
        logger.error("the import worker could not be started: %s", error)


def resume(**_kwargs: Any) -> None:
    """With the first request after a start: go on with what was left when the server stopped."""
    from django.core.signals import request_started
    from django.db import DatabaseError

    request_started.disconnect(resume, dispatch_uid="projects.resume")
    from projects.services import export_jobs
    from projects.services.imports import jobs

    try:
        export_jobs.recover()
        if jobs.outstanding():
            ensure_worker()
    except DatabaseError as error:
        logger.warning("could not look for unfinished work: %s", error)
