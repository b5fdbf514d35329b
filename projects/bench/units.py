"""Small parts by themselves: drawing, matching, storing's hash, target values."""

from __future__ import annotations

from collections.abc import Callable

from indicators import targets
from projects.bench.report import Report, Row
from projects.bench.samples import hebei_tables
from projects.bench.timing import compare, noise
from projects.grids.grid import Document
from projects.layouts import book, read_tables
from projects.searchtext import grams, table_text


def run(report: Report) -> None:
    """Print each part's time; nothing is asked of them."""
    tables = hebei_tables()
    values = [row.value for table in tables for row in table.indicators]
    document = Document(list(book(tables)), "book.docx")
    # what it is, how often it happens in one call, the call
    parts: dict[str, tuple[int, Callable[[], object]]] = {
        "版式绘出一张表 render": (len(tables), lambda: list(book(tables))),
        "认表式并逐栏对应一张表 match": (len(tables), lambda: read_tables(document)),
        "一张表的内容校验值 sha256": (len(tables), lambda: [table.sha256() for table in tables]),
        "一张表的检索文字 grams": (len(tables), lambda: [grams(table_text(table)) for table in tables]),
        "一张表转为交换格式 to_dict": (len(tables), lambda: [table.to_dict() for table in tables]),
        "初次看懂一个指标值 understood": (len(values), lambda: _understand(values)),
    }
    found = compare({name: way for name, (_, way) in parts.items()}, rounds=3 if report.quick else 9)
    rows = [Row(name, f"{found[name].median * 1e6 / count:.1f}") for name, (count, _) in parts.items()]
    report.table("小件 small parts", "微秒 µs", rows)
    report.note(noise(found))


def _understand(values: list[str]) -> None:
    """Read values as if none had been seen before, but for those that stand twice in these tables."""
    for part in vars(targets).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()
    for value in values:
        targets.understood(value)
