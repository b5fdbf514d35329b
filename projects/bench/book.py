"""The book: cover, contents with pages, 45 tables of the second sample document, and the same with a thousand."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO

from projects.bench.child import Job
from projects.bench.report import Report, Row, at_most
from projects.bench.samples import MANY, many_tables
from projects.bench.timing import ROOT, compare, folder, in_child, noise
from projects.grids.docx_writer import write_docx
from projects.layouts.volume import Chapter, Volume, volume_blocks
from projects.targettable import TargetTable

VOLUME = Volume("2021年部门预算绩效文本", ("某局",))
SECONDS, SECONDS_MANY, MEMORY_MIB, GROWTH = 0.3, 5.0, 80, 1.3


@cache
def sample() -> list[TargetTable]:
    """Return the department's part and its 44 projects."""
    path = next((ROOT / "fixtures" / "expected").glob("002_*"))
    return [TargetTable.from_dict(item) for item in json.loads(path.read_text("utf-8"))]


def write(tables: list[TargetTable]) -> bytes:
    """Build the book from tables in memory to bytes, pages of the contents included."""
    out = BytesIO()
    write_docx(volume_blocks([Chapter("某局", lambda: tables)], VOLUME), out, title="2021年", frame=VOLUME.frame())
    return out.getvalue()


def run(report: Report) -> None:
    """Print times, growth and memory."""
    few = sample()
    count = MANY // 5 if report.quick else MANY
    many = list(many_tables(count))
    found = compare({"few": lambda: write(few), "many": lambda: write(many)}, rounds=2 if report.quick else 5)
    small, large = found["few"].median, found["many"].median
    job, job_small = in_child("book:stream", count), in_child("book:stream", len(few))
    mib, extra = job["mib"], job["writing"] - job_small["writing"]
    rows = [
        Row(f"样例 002 全册 {len(few)} 张", f"{small:.3f} s", need=f"≤ {SECONDS} s", met=small <= SECONDS),
        Row(f"{count} 张一册", f"{large:.2f} s", need=f"≤ {SECONDS_MANY:g} s", met=large <= SECONDS_MANY),
        Row(
            "每张用时，多比少",
            f"{large / count * 1000:.2f} ms",
            **at_most(found["many"].per(found["few"]) * len(few) / count, GROWTH),
        ),
        Row(f"{count} 张，内存高出起点", f"{mib:.1f} MiB", need=f"≤ {MEMORY_MIB} MiB", met=mib <= MEMORY_MIB),
    ]
    report.table("绩效文本：封面、目录（页码算两遍）、正文 book", "", rows)
    report.note(f"写出本身的内存，{count} 张比 {len(few)} 张多 {extra:.1f} MiB，独立进程 VmHWM；{noise(found)}")


def stream(count: str) -> Job:
    """Memory job: build a book of ``count`` tables into a file."""
    from projects.bench.child import resident

    with folder() as place, (place / "book.docx").open("wb") as out:
        yield
        many = list(many_tables(int(count)))
        _, before = resident()
        blocks = volume_blocks([Chapter("某局", lambda: many)], VOLUME)
        write_docx(blocks, out, title="2021年", frame=VOLUME.frame())
        return {"writing": resident()[1] - before}
