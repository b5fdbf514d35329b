"""The rules: all samples at once, and ten thousand tables one after the other in bounded memory."""

from __future__ import annotations

import time

from projects.bench.child import Job
from projects.bench.report import Report, Row
from projects.bench.samples import many_tables
from projects.bench.timing import ROOT, compare, folder, in_child, noise
from projects.rules import Checker, judged

MANY = 10_000
MOST_SECONDS, MOST_SAMPLES, MOST_MIB = 60.0, 1.0, 256.0


def run(report: Report) -> None:
    """Print both; in a quick run a tenth of the tables, held to a tenth of the time."""
    samples = list(judged.samples(ROOT / "fixtures" / "expected"))
    found = compare({"all": lambda: _check(samples)}, rounds=3 if report.quick else 9)
    count = MANY // 10 if report.quick else MANY
    with folder() as place:
        many = in_child("rules:job", count, database=f"sqlite:///{place / 'bench.sqlite3'}")
    seconds, most = found["all"].median, MOST_SECONDS * count / MANY
    rows = [
        Row("样例全部表、全部规则", f"{seconds:.3f}", need=f"< {MOST_SAMPLES:g} 秒", met=seconds < MOST_SAMPLES),
        Row(
            f"{count} 张表逐张检查并比较", f"{many['checking']:.1f}", need=f"< {most:g} 秒", met=many["checking"] < most
        ),
    ]
    report.table("检查规则 rules", "秒 s", rows)
    peak = many["mib"]
    report.table(
        "检查规则占用的内存",
        "MiB",
        [Row("检查时增长的峰值（每张表留一份摘要）", f"{peak:.0f}", need=f"< {MOST_MIB:g} MiB", met=peak < MOST_MIB)],
    )
    report.note(f"{many['findings']} 条问题；{noise(found)}")


def _check(samples: list) -> int:  # type: ignore[type-arg]
    total = 0
    for _name, tables in samples:
        checker = Checker()
        total += sum(len(checker.add(number, table)) for number, table in enumerate(tables))
        total += sum(1 for _ in checker.compare())
    return total


def job(count: str) -> Job:
    """Time the rules alone; what the process grows by is measured around it."""
    yield
    checker, found = Checker(), 0
    spent = 0.0
    for number, table in enumerate(many_tables(int(count))):
        table.department.name = f"{table.department.name}{number // 50}"
        begun = time.perf_counter()
        found += len(checker.add(number, table))
        spent += time.perf_counter() - begun
    start = time.perf_counter()
    found += sum(1 for _ in checker.compare())
    spent += time.perf_counter() - start
    return {"checking": spent, "findings": found}
