"""A folder of Word books imported by real worker processes, one of them killed in the middle: time, growth, memory."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from projects.bench.child import Job
from projects.bench.report import Report, Row, at_most
from projects.bench.samples import BOOK, many_tables
from projects.bench.store import fresh_database
from projects.bench.timing import ROOT, folder, in_child

SIZES, QUICK = (10, 20, 40), (2, 4)
WHOLE = "BENCH_IMPORT_FILES"
"""In the environment: measure this many files as well (1000 for the whole district of README)."""


def run(report: Report) -> None:
    """Print how time and memory grow with the number of files; the claim is: in proportion, and not at all."""
    sizes = list(QUICK if report.quick else SIZES)
    if os.environ.get(WHOLE, "").isdecimal():
        sizes.append(int(os.environ[WHOLE]))
    try:
        with report.postgres() as server:
            found = {}
            for count in sizes:
                with fresh_database(server) as address:
                    found[count] = in_child("imports:job", count, 2, database=address)
            _print(report, "PostgreSQL，2 个进程", found)
    except subprocess.CalledProcessError:
        raise
    except (RuntimeError, OSError) as error:
        report.missing(f"PostgreSQL 批量导入（{str(error).splitlines()[0] if str(error) else type(error).__name__}）")
        with folder() as place:
            found = {
                count: in_child("imports:job", count, 1, database=f"sqlite:///{place}/{count}.sqlite3")
                for count in sizes
            }
        _print(report, "SQLite，1 个进程", found)


def _print(report: Report, where: str, found: dict[int, dict[str, Any]]) -> None:
    rows = []
    first = found[min(found)]
    for count, one in found.items():
        tables = one["tables"]
        growth: dict[str, Any] = {}
        if one is not first:
            # The start of the workers weighs on the smallest size, so the others can only look better for it.
            growth = at_most((one["read"] / tables) / (first["read"] / first["tables"]), 1.3)
        rows.append(Row(f"{count} 个文件 {tables} 张表：读取", f"{one['read'] / tables * 1000:.1f}", **growth))
        rows.append(Row(f"{count} 个文件：写入", f"{one['commit'] / tables * 1000:.1f}"))
        rows.append(Row(f"{count} 个文件：整批撤销", f"{one['undo'] / tables * 1000:.1f}"))
    report.table(f"批量导入（{where}）bulk import, a worker killed in between", "毫秒/表", rows)
    memory = [
        Row(f"{count} 个文件：最大的工作进程", f"{one['peak']:.0f}", **at_most(one["peak"] / first["peak"], 1.5))
        for count, one in found.items()
    ]
    report.table(f"批量导入（{where}）的内存 memory", "MiB", memory)
    last = found[max(found)]
    report.note(
        f"{max(found)} 个文件：读取 {last['read']:.0f} 秒，写入 {last['commit']:.0f} 秒，撤销 {last['undo']:.0f} 秒；"
        f"中途以 kill -9 结束读取进程 {last['killed']} 个，重新读取的文件 {last['again']} 个；"
        f"第二次导入未变 {last['unchanged']} / {last['tables']} 张；页面 {last['page']:.0f} 毫秒"
    )


def job(count: str, processes: str) -> Job:
    """Import ``count`` books, then import them again, then undo, on the database that the environment names."""
    from django.core.management import call_command
    from django.test import Client

    from projects.models import Department, ImportBatch, ImportFile, ImportTable, Membership, User
    from projects.models import TargetTable as Stored
    from projects.services.imports import files

    call_command("migrate", verbosity=0)
    admin = User.objects.create_user("bench", password=None)
    Membership.objects.create(user=admin, role="administrator")
    for name in {table.department.name for table in many_tables(BOOK)}:
        Department.objects.create(name=name)

    def batch(label: str) -> Any:
        made = ImportBatch.objects.create(name=label, user=admin, options={"past": "auto", "by": admin.pk})
        for number, data in enumerate(_books(int(count))):
            sha256 = files.keep(made.pk, data)
            ImportFile.objects.create(batch=made, name=f"{number:04d}.docx", sha256=sha256, size=len(data))
        return made

    first = batch("第一次")
    yield
    command = [sys.executable, str(ROOT / "manage.py"), "import_worker", "--processes", processes]
    workers = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603  our own command
    watch = _Watch(ImportFile)
    try:
        total = int(count)
        read = _timed(lambda: watch.until(lambda: _done(ImportFile, first) >= total, kill_at=total // 2, batch=first))
        tables = ImportTable.objects.filter(batch=first).count()
        client = Client(HTTP_HOST="localhost")
        client.force_login(admin)
        client.get(f"/imports/{first.pk}/")
        page = _timed(lambda: client.get(f"/imports/{first.pk}/?show=new&page=3"))
        _turn(ImportBatch, first, "committing")
        commit = _timed(lambda: watch.until(lambda: _state(ImportBatch, first) != "committing"))
        if _state(ImportBatch, first) != "committed":
            raise RuntimeError(ImportBatch.objects.get(pk=first.pk).message)
        written = Stored.objects.count()
        second = batch("第二次")
        watch.until(lambda: _done(ImportFile, second) >= total)
        unchanged = ImportTable.objects.filter(batch=second, outcome="unchanged").count()
        _turn(ImportBatch, first, "undoing")
        undo = _timed(lambda: watch.until(lambda: _state(ImportBatch, first) != "undoing"))
        if written != tables or Stored.objects.exists():
            raise RuntimeError("the import was not written or not taken back as a whole")
    finally:
        os.killpg(workers.pid, signal.SIGKILL)
        workers.wait()
    again = ImportFile.objects.filter(batch=first, attempts__gt=1).count()
    return {
        "tables": tables,
        "read": read,
        "commit": commit,
        "undo": undo,
        "unchanged": unchanged,
        "peak": watch.peak,
        "killed": watch.killed,
        "again": again,
        "page": page * 1000,
    }


def _books(count: int) -> Any:
    """Word books of 44 tables each, as the system writes them; the year is the one being filed."""
    from itertools import islice

    from projects.services.exporting import export

    tables = many_tables(count * BOOK)
    for _ in range(count):
        part = list(islice(tables, BOOK))
        for table in part:
            table.fiscal_year = date.today().year  # noqa: DTZ011  any year does
        out = io.BytesIO()
        export(part, format="docx", out=out)
        yield out.getvalue()


class _Watch:
    """Waits, looks at the workers' memory meanwhile, and kills one of them once."""

    def __init__(self, model: Any) -> None:
        self.model, self.peak, self.killed = model, 0.0, 0

    def until(self, done: Callable[[], bool], *, kill_at: int = 0, batch: Any = None) -> None:
        while not done():
            for pid in self._pids():
                self.peak = max(self.peak, _peak(pid))
            if kill_at and not self.killed and _done(self.model, batch) >= kill_at and (pids := self._pids()):
                os.kill(pids[0], signal.SIGKILL)
                self.killed += 1
            time.sleep(0.1)

    def _pids(self) -> list[int]:
        names = self.model.objects.filter(state="reading").values_list("worker", flat=True)
        return [int(name.split("/")[1]) for name in names if name]


def _peak(pid: int) -> float:
    """Highest resident size of a process in MiB; 0 where the system does not tell, or it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _done(model: Any, batch: Any) -> int:
    return int(model.objects.filter(batch=batch, state__in=("read", "refused")).count())


def _state(model: Any, batch: Any) -> str:
    return str(model.objects.values_list("state", flat=True).get(pk=batch.pk))


def _turn(model: Any, batch: Any, state: str) -> None:
    model.objects.filter(pk=batch.pk).update(state=state, worker="", beat_at=None)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
