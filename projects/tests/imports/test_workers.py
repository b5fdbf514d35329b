"""Two worker processes and kill -9: nothing is lost, nothing is done twice. On PostgreSQL, with real processes.

Once with the queue in the database, once with it in Redis (mark ``redis``, a step of its own).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection

from perfgoals.testing.redis import server as redis_server
from projects.models import Department, ImportBatch, ImportFile, ImportTable, Role
from projects.models import TargetTable as Stored
from projects.services import claims
from projects.services.imports import files, jobs
from projects.tests import office
from projects.tests.imports.conftest import as_file, made

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRESQL = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="other processes cannot see SQLite's database in memory",
)
FILES, TABLES = 16, 12


@contextmanager
def supervisor(var: Path, processes: int = 2, redis: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """``import_worker`` as in production, on the test's database and files."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "perfgoals.settings",
        "DATABASE_URL": address,
        "PERFGOALS_VAR": str(var),
        "IMPORT_LEASE_SECONDS": "600",
        "TASK_REDIS_URL": redis,
    }
    command = [sys.executable, str(Path(configured.BASE_DIR) / "manage.py"), "import_worker", "--processes"]
    process = subprocess.Popen([*command, str(processes)], env=environment, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(found: Callable[[], Any], seconds: float = 90) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def kill(worker: str) -> None:
    os.kill(int(worker.split("/")[1]), signal.SIGKILL)


@pytest.fixture
def district(settings: Any, tmp_path: Path) -> ImportBatch:
    """A batch of books that nobody has begun to read."""
    settings.MEDIA_ROOT = tmp_path / "media"
    bureau = Department.objects.create(code="321001", name="财政局")
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    batch = ImportBatch.objects.create(name="全区", user=admin, options={"past": "auto", "by": admin.pk})
    for number in range(FILES):
        data = as_file(*(made(number * TABLES + place, bureau) for place in range(TABLES)))
        ImportFile.objects.create(batch=batch, name=f"{number}.docx", sha256=files.keep(batch.pk, data), size=len(data))
    return batch


@ON_POSTGRESQL
def test_killed_workers_lose_nothing_and_repeat_nothing(tmp_path: Path, district: ImportBatch) -> None:
    import_with_killed_workers(tmp_path, district)


@pytest.mark.redis
@ON_POSTGRESQL
def test_killed_workers_lose_nothing_through_redis(tmp_path: Path, district: ImportBatch) -> None:
    with redis_server() as redis:
        import_with_killed_workers(tmp_path, district, redis)


@pytest.mark.redis
@ON_POSTGRESQL
def test_a_redis_that_forgets_or_goes_away_loses_nothing(tmp_path: Path, district: ImportBatch) -> None:
    """The queue only says that there is work: what is to be done stands in the database."""
    from redis import Redis

    with redis_server() as redis, supervisor(tmp_path, 1, redis):
        until(lambda: ImportFile.objects.filter(state="read").exists())
        Redis.from_url(redis).flushall()
        left = ImportFile.objects.filter(state="waiting").count()
        assert left > 0
        until(lambda: ImportFile.objects.filter(state="read").count() == FILES)
    assert ImportTable.objects.count() == FILES * TABLES
    ImportFile.objects.update(state="waiting", queued_at=None, attempts=0)
    with supervisor(tmp_path, 1, f"unix://{tmp_path}/nowhere"):
        time.sleep(3)
        assert set(ImportFile.objects.values_list("state", flat=True)) == {"waiting"}
    with redis_server() as redis, supervisor(tmp_path, 1, redis):
        until(lambda: ImportFile.objects.filter(state="read").count() == FILES)
    assert ImportTable.objects.count() == FILES * TABLES


def import_with_killed_workers(tmp_path: Path, batch: ImportBatch, redis: str = "") -> None:
    reading = ImportFile.objects.filter(state="reading")

    with supervisor(tmp_path, redis=redis):
        first = until(reading.first)
        kill(first.worker)
        # Two at a time, never the same file.
        until(lambda: ImportFile.objects.filter(state="read").count() >= 3)
        holders = list(reading.values_list("worker", flat=True))
        assert len(holders) == len(set(holders)) <= 2
    # The whole machine went down; what it had in hand is taken up by the next one.
    left = ImportFile.objects.filter(state__in=("waiting", "reading")).count()
    assert left > 0
    with supervisor(tmp_path, redis=redis):
        until(lambda: ImportFile.objects.filter(state="read").count() == FILES)
        assert ImportTable.objects.count() == FILES * TABLES
        assert set(ImportFile.objects.values_list("tables_found", flat=True)) == {TABLES}
        assert set(ImportTable.objects.values_list("outcome", flat=True)) == {"new"}
        assert ImportFile.objects.filter(attempts__gt=1).count() >= 1

        ImportBatch.objects.filter(pk=batch.pk).update(state="committing", worker="", beat_at=None)
        claimed = until(lambda: ImportBatch.objects.exclude(worker="").first())
        kill(claimed.worker)
        until(lambda: not claims._running(int(claimed.worker.split("/")[1])) or None)
        until(lambda: ImportBatch.objects.get().state == "committed")
    batch.refresh_from_db()
    assert Stored.objects.count() == FILES * TABLES
    assert (batch.result["new"], batch.result["updated"]) == (FILES * TABLES, 0)
    assert set(Stored.objects.values_list("version", flat=True)) == {1}


def test_a_file_that_kills_its_reader_three_times_is_given_up(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
    batch = ImportBatch.objects.create(name="全区")
    file = ImportFile.objects.create(batch=batch, name="x.docx", sha256="0" * 64)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for attempt in range(1, claims.ATTEMPTS + 1):
        claimed = jobs.claim_file(file.pk)
        assert claimed is not None
        assert jobs.claim_file(file.pk) is None
        assert claimed.attempts == attempt
        dead = claimed.worker.replace(f"/{os.getpid()}/", f"/{gone.pid}/")
        ImportFile.objects.filter(pk=file.pk).update(worker=dead)
        jobs.recover()
    file.refresh_from_db()
    assert file.state == "refused"
    assert "中断了 3 次" in file.refusal
