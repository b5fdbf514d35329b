"""A thousand tables into the database and back, on SQLite and on PostgreSQL, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from projects.bench.child import Job
from projects.bench.report import Report, Row, at_least
from projects.bench.samples import MANY, many_tables
from projects.bench.timing import Times, compare, folder, in_child, noise

OURS, PLAIN, PREFETCH = "本系统 ours", "ORM 逐行 save() / 逐表读", "ORM prefetch_related"


def run(report: Report) -> None:
    """Print both databases; say loudly where there is no PostgreSQL."""
    count, rounds = (MANY // 5, 2) if report.quick else (MANY, 5)
    with folder() as place:
        path = place / "bench.sqlite3"
        _print(report, "SQLite", 2, in_child("store:job", count, rounds, database=f"sqlite:///{path}"))
    try:
        with report.postgres() as server, fresh_database(server) as address:
            _print(report, "PostgreSQL", 5, in_child("store:job", count, rounds, database=address))
    except subprocess.CalledProcessError:
        raise
    except (RuntimeError, OSError) as error:
        report.missing(f"PostgreSQL 存取（{str(error).splitlines()[0] if str(error) else type(error).__name__}）")


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make a database of our own on ``server``, yield its address, drop it. Raises ``RuntimeError`` if refused."""
    import psycopg2

    name = f"perfgoals_bench_{os.getpid()}"
    try:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f'CREATE DATABASE "{name}"')
    except psycopg2.Error as error:
        raise RuntimeError(str(error)) from error
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.close()


def _print(report: Report, database: str, need: float, found: dict[str, Any]) -> None:
    count, rows = found["tables"], []
    for what, key in (("存", "save"), ("取", "load")):
        times = {way: Times(rounds, rounds) for way, rounds in found[key].items()}
        ours = times[OURS]
        rows.append(Row(f"{what}：{OURS}", f"{ours.median * 1000:.0f}", 1.0))
        rows.append(
            Row(f"{what}：{PLAIN}", f"{times[PLAIN].median * 1000:.0f}", **at_least(times[PLAIN].per(ours), need))
        )
        if PREFETCH in times:
            rows.append(Row(f"{what}：{PREFETCH}", f"{times[PREFETCH].median * 1000:.0f}", times[PREFETCH].per(ours)))
    report.table(f"{database}：存取 {count} 张表（{found['rows']} 行）store and load", "毫秒 ms", rows)
    report.note(f"{found['same']}；对照同在一个事务、写同样的列；{found['noise']}")


def job(count: str, rounds: str) -> Job:
    """Time both ways on the database that the environment names."""
    from django.core.management import call_command
    from django.db import connection

    from projects.bench import store_plain
    from projects.models import TargetTable as Stored
    from projects.store import load_tables, save_tables

    call_command("migrate", verbosity=0)
    tables = list(many_tables(int(count)))
    empty = _keep_empty() if connection.vendor == "sqlite" else None
    written = 0
    yield

    def save_plain() -> None:
        nonlocal written
        written = store_plain.save(tables)

    def clear(way: str) -> None:
        if empty:
            connection.close()
            shutil.copyfile(empty, connection.settings_dict["NAME"])
        else:
            _truncate()

    saving = compare({OURS: lambda: save_tables(tables), PLAIN: save_plain}, rounds=int(rounds), before=clear)
    stored = Stored.objects.order_by("id")
    clear(PLAIN)
    save_plain()
    theirs = store_plain.load(stored)
    clear(OURS)
    save_tables(tables)
    same = theirs == tables == load_tables(stored)
    loads = {
        OURS: lambda: load_tables(stored),
        PLAIN: lambda: store_plain.load(stored),
        PREFETCH: lambda: store_plain.load_prefetched(stored),
    }
    loading = compare(loads, rounds=int(rounds))
    connection.close()
    return {
        "tables": len(tables),
        "rows": written,
        "save": {name: times.rounds for name, times in saving.items()},
        "load": {name: times.rounds for name, times in loading.items()},
        "same": "两种写法读回的表都与存入的逐项相同" if same else "注意：读回的表与存入的不同，倍数不可比",
        "noise": noise(saving | {f"load {name}": times for name, times in loading.items()}),
    }


def _keep_empty() -> Path:
    """Put a copy of the migrated, empty database beside it: a quick way back."""
    from django.db import connection

    connection.close()
    path = Path(connection.settings_dict["NAME"])
    return Path(shutil.copyfile(path, path.with_suffix(".empty")))


def _truncate() -> None:
    from django.db import connection

    from projects.models import Department, FiscalYear, Project
    from projects.models import TargetTable as Stored

    names = ", ".join(model._meta.db_table for model in (Stored, Project, Department, FiscalYear))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")
