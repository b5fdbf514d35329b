"""Reading Word: from the bytes of a book to matched tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from projects.bench import docx, reading_plain
from projects.bench.child import Job
from projects.bench.report import Report, Row, at_most
from projects.bench.samples import MANY, book_tables, many_tables
from projects.bench.timing import compare, folder, in_child, noise
from projects.grids.docx_reader import read_docx
from projects.layouts import read_tables
from projects.targettable import TargetTable

OURS = "本系统（读 + 认表式 + 逐栏对应）ours"
TREE, STREAM = "lxml 整棵树，一遍筛选 bare tree", "lxml iterparse，一遍筛选 bare stream"
LEVELS = "lxml 整棵树，逐层走 bare, usual"
PLAIN = "python-docx rows/cells"
MEMORY_MIB = 80


def read(data: bytes) -> list[TargetTable]:
    """Read and match, as an import does."""
    return [found.table for found in read_tables(read_docx(data, "book.docx"))]


WAYS: dict[str, Callable[[bytes], object]] = {
    OURS: read,
    TREE: reading_plain.whole_tree,
    STREAM: reading_plain.streamed,
    LEVELS: reading_plain.level_by_level,
    PLAIN: reading_plain.python_docx,
}


def run(report: Report) -> None:
    """Print the comparison, the growth and the memory of each way."""
    tables = book_tables(report)
    data = docx.write(tables)
    ways = {name: lambda way=way: way(data) for name, way in WAYS.items()}
    document = read_docx(data, "book.docx")
    steps = {"其中：文件 → Grid read_docx": lambda: read_docx(data, "book.docx"),
             "其中：Grid → 绩效目标表 match": lambda: read_tables(document)}  # fmt: skip
    found = compare(ways | steps, rounds=3 if report.quick else 9)
    medians = {name: times.median for name, times in found.items()}
    ours, bare = medians[OURS], min(medians[name] for name in (TREE, STREAM, LEVELS))
    rows = [Row(OURS, _each(ours, tables), 1.0)]
    rows += [Row(name, _each(medians[name], tables), found[name].per(found[OURS])) for name in steps]
    for name in (TREE, STREAM, LEVELS):
        need = (
            at_most(found[OURS].per(found[name]), 3)
            if medians[name] == bare
            else {"ratio": found[OURS].per(found[name])}
        )
        rows.append(Row(name, _each(medians[name], tables), **need))
    rows.append(Row(PLAIN, _each(medians[PLAIN], tables), found[PLAIN].per(found[OURS])))
    report.table(f"读 Word：{len(tables)} 张表的册子 read and match", "毫秒/表 ms", rows)
    same = "读回的表与写出的逐项相同" if read(data) == tables else "注意：读回的表与写出的不同"
    report.note(f"{same}；要求对 lxml 各写法中最快的一种；{noise(found)}")
    _grow(report, data, tables)


def _each(seconds: float, tables: list[TargetTable]) -> str:
    return f"{seconds * 1000 / len(tables):.3f}"


def _grow(report: Report, data: bytes, tables: list[TargetTable]) -> None:
    count = MANY // 5 if report.quick else MANY
    many = docx.write(list(many_tables(count)))
    found = compare({"few": lambda: read(data), "many": lambda: read(many)}, rounds=3)
    few, each = found["few"].median / len(tables), found["many"].median / count
    rows = [
        Row(f"{len(tables)} 张一册", f"{few * 1000:.3f}"),
        Row(f"{count} 张一册", f"{each * 1000:.3f}", found["many"].per(found["few"]) * len(tables) / count),
    ]
    with folder() as place:
        path = place / "book.docx"
        path.write_bytes(many)
        for name in (OURS, TREE, STREAM, PLAIN):
            mib = in_child("reading:memory", str(path), name)["mib"]
            asked = {"need": f"≤ {MEMORY_MIB} MiB", "met": mib <= MEMORY_MIB} if name == OURS else {}
            rows.append(Row(f"{count} 张，内存高出起点：{name}", f"{mib:.1f} MiB", **asked))
    report.table("读 Word：由少到多 read growth", "毫秒/表 ms", rows)
    report.note(f"内存含读出的全部表；每一格取自独立进程的 VmHWM；{noise(found)}")


def memory(path: str, name: str) -> Job:
    """Memory job: read the book at ``path`` in the way ``name``, keeping what was read."""
    yield
    kept = WAYS[name](Path(path).read_bytes())
    return {"kept": bool(kept)}
