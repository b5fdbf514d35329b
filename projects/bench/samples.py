"""What is measured on: the 44 project tables of the second sample document, and as many copies as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice

from projects.bench.report import Report
from projects.bench.timing import ROOT
from projects.targettable import TargetTable

BOOK = 44
MANY = 1000


@cache
def hebei_tables() -> list[TargetTable]:
    """Return the 44 tables in their order."""
    from projects.grids.files import open_document
    from projects.layouts import read_tables

    path = next((ROOT / "fixtures" / "samples").glob("002_*"))
    reads = read_tables(open_document(path.read_bytes(), path.name))
    return [read.table for read in reads if read.table.kind == "project"]


def book_tables(report: Report) -> list[TargetTable]:
    """Return the tables of the book, a quarter of them where it has to go quickly."""
    return hebei_tables()[: BOOK // 4 if report.quick else BOOK]


def many_tables(count: int) -> Iterator[TargetTable]:
    """Yield ``count`` tables, each an object and a project of its own."""
    for number, table in enumerate(islice(cycle(hebei_tables()), count)):
        copy = TargetTable.from_dict(table.to_dict())
        copy.project.code = f"{table.project.code}-{number:05d}"
        copy.project.name = f"{table.project.name}（{number:05d}）"
        yield copy
