"""Writing Word: the book of 44 tables, from tables in memory to bytes, and the same with a thousand."""

from __future__ import annotations

from io import BytesIO

from projects.bench import docx_floor, docx_plain
from projects.bench.child import Job
from projects.bench.report import Report, Row, at_least, at_most
from projects.bench.samples import MANY, book_tables, many_tables
from projects.bench.timing import compare, folder, in_child, noise
from projects.grids.docx_reader import read_docx
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Grid, shape
from projects.layouts import book
from projects.targettable import TargetTable

OURS, PLAIN, FLOOR = "本系统（版式 + 写出）ours", "python-docx 常规 add_table/merge", "手写 f-string + zip 下限 floor"
MEMORY_MIB = 80
GROWTH = 1.3


def write(tables: list[TargetTable]) -> bytes:
    """Draw and write the book, as a download does."""
    out = BytesIO()
    write_docx(book(tables), out)
    return out.getvalue()


def contents(data: bytes) -> list[object]:
    """Return what a reader sees in a book: texts and merges."""
    blocks = read_docx(data, "book.docx").blocks
    return [shape(block) if isinstance(block, Grid) else block.text for block in blocks]


def run(report: Report) -> None:
    """Print the comparison and the growth."""
    tables = book_tables(report)
    count = len(tables)
    blocks = list(book(tables))
    ways = {
        OURS: lambda: write(tables),
        FLOOR: lambda: docx_floor.write(tables),
        PLAIN: lambda: docx_plain.write(blocks),
    }
    found = compare(ways, rounds=2 if report.quick else 9)
    ours, floor, plain = (found[name].median for name in ways)
    title = f"Word：{count} 张表成册 docx export, {sum(len(t.indicators) for t in tables)} 条指标"
    rows = [
        Row(OURS, f"{ours * 1000 / count:.3f}", 1.0),
        Row(PLAIN, f"{plain * 1000 / count:.2f}", **at_least(found[PLAIN].per(found[OURS]), 30)),
        Row(FLOOR, f"{floor * 1000 / count:.3f}", **at_most(found[OURS].per(found[FLOOR]), 4)),
    ]
    report.table(title, "毫秒/表 ms", rows)
    written = {name: contents(way()) for name, way in ways.items()}
    same = "三份文件的文字与合并单元格逐格相同"
    if written[PLAIN] != written[OURS] or written[FLOOR] != written[OURS]:
        same = "注意：三份文件的内容不同，倍数不可比"
    report.note(f"{same}；{noise(found)}")
    _grow(report, tables)


def _grow(report: Report, tables: list[TargetTable]) -> None:
    count = MANY // 5 if report.quick else MANY
    many = list(many_tables(count))
    found = compare({"few": lambda: write(tables), "many": lambda: write(many)}, rounds=3 if report.quick else 7)
    few, all_of_them = found["few"].median / len(tables), found["many"].median / count
    job = in_child("docx:stream", count)
    mib = job["mib"]
    rows = [
        Row(f"{len(tables)} 张一册", f"{few * 1000:.3f}"),
        Row(
            f"{count} 张一册",
            f"{all_of_them * 1000:.3f}",
            **at_most(found["many"].per(found["few"]) * len(tables) / count, GROWTH),
        ),
        Row(f"{count} 张一册，内存高出起点", f"{mib:.1f} MiB", need=f"≤ {MEMORY_MIB} MiB", met=mib <= MEMORY_MIB),
    ]
    report.table("Word：由少到多 docx growth", "毫秒/表 ms", rows)
    report.note(
        f"内存含读入样例和 {count} 张表对象（写出所增 {job['writing']:.1f} MiB），独立进程 VmHWM；{noise(found)}"
    )


def stream(count: str) -> Job:
    """Memory job: read the sample, build ``count`` tables, write them as one book to a file."""
    from projects.bench.child import resident

    with folder() as place, (place / "book.docx").open("wb") as out:
        yield
        many = list(many_tables(int(count)))
        _, before = resident()
        write_docx(book(many), out)
        return {"writing": resident()[1] - before}
