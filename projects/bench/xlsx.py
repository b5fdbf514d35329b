"""Writing Excel: a workbook of 44 sheets, from tables in memory to bytes."""

from __future__ import annotations

from io import BytesIO

from projects.bench import xlsx_plain
from projects.bench.child import Job
from projects.bench.report import Report, Row, at_most
from projects.bench.samples import MANY, book_tables, many_tables
from projects.bench.timing import compare, folder, in_child, noise
from projects.grids.grid import Grid
from projects.grids.xlsx_reader import read_xlsx
from projects.grids.xlsx_writer import write_xlsx
from projects.layouts import render
from projects.targettable import TargetTable

OURS, BARE, PLAIN = "本系统（版式 + 写出）ours", "直接用 XlsxWriter bare", "openpyxl 常规逐格设字体/对齐/边框"


def write(tables: list[TargetTable]) -> bytes:
    """Draw and write one sheet per table, as a download does."""
    out = BytesIO()
    write_xlsx(((table.label(), render(table, number=number)) for number, table in enumerate(tables, 1)), out)
    return out.getvalue()


def contents(data: bytes) -> list[list[tuple[str, int, int]]]:
    """Return what a reader sees in each grid of a workbook: texts, and how many rows and columns they take."""
    grids = [block for block in read_xlsx(data, "book.xlsx").blocks if isinstance(block, Grid)]
    return [[(cell.text, cell.colspan, cell.rowspan) for _, cell in grid.cells()] for grid in grids]


def run(report: Report) -> None:
    """Print the comparison."""
    tables = book_tables(report)
    sheets = [xlsx_plain.finished(render(table, number=number)) for number, table in enumerate(tables, 1)]
    ways = {
        OURS: lambda: write(tables),
        BARE: lambda: xlsx_plain.write_bare(sheets),
        PLAIN: lambda: xlsx_plain.write_openpyxl(sheets),
    }
    found = compare(ways, rounds=3 if report.quick else 9)
    ours, bare, plain = (found[name].median for name in ways)
    count = len(tables)
    rows = [
        Row(OURS, f"{ours * 1000 / count:.3f}", 1.0),
        Row(BARE, f"{bare * 1000 / count:.3f}", **at_most(found[OURS].per(found[BARE]), 1.5)),
        Row(PLAIN, f"{plain * 1000 / count:.2f}", found[PLAIN].per(found[OURS])),
    ]
    report.table(f"Excel：{count} 张表成册 xlsx export", "毫秒/表 ms", rows)
    written = [contents(way()) for way in ways.values()]
    same = "三份文件的文字与合并单元格逐格相同，行高只有本系统计算"
    if written[1] != written[0] or written[2] != written[0]:
        same = "注意：三份文件的内容不同，倍数不可比"
    report.note(f"{same}；{noise(found)}")
    _grow(report, tables)


def _grow(report: Report, tables: list[TargetTable]) -> None:
    count = MANY // 5 if report.quick else MANY
    many = list(many_tables(count))
    found = compare({"few": lambda: write(tables), "many": lambda: write(many)}, rounds=3)
    few, each = found["few"].median / len(tables), found["many"].median / count
    rows = [
        Row(f"{len(tables)} 个工作表", f"{few * 1000:.3f}"),
        Row(f"{count} 个工作表", f"{each * 1000:.3f}", found["many"].per(found["few"]) * len(tables) / count),
        Row(f"{count} 个工作表，内存高出起点", f"{in_child('xlsx:stream', count)['mib']:.1f} MiB"),
    ]
    report.table("Excel：由少到多 xlsx growth", "毫秒/表 ms", rows)
    report.note(noise(found))


def stream(count: str) -> Job:
    """Memory job: build ``count`` tables, then write them as one workbook to a file."""
    with folder() as place, (place / "book.xlsx").open("wb") as out:
        yield
        tables = list(many_tables(int(count)))
        write_xlsx(((table.label(), render(table, number=n)) for n, table in enumerate(tables, 1)), out)
    return None
