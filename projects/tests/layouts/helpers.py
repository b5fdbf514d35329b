"""The samples read once, documents made of lines, and files written and read again."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path

from projects.grids.files import open_document
from projects.grids.grid import Block, Cell, Document, Grid, Origin, Paragraph, Row
from projects.layouts import ReadTable, read_tables
from projects.layouts.lines import Line
from projects.targettable import TargetTable

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
SAMPLES = {path.stem[:3]: path for path in sorted((FIXTURES / "samples").glob("*.txt"))}
FORMATS = ("docx", "xlsx", "html")


@cache
def reads(sample: str) -> list[ReadTable]:
    """Return the tables of a sample (``001`` … ``004``) as they are read."""
    path = SAMPLES[sample]
    return read_tables(open_document(path.read_bytes(), path.name))


def tables(sample: str) -> list[TargetTable]:
    return [read.table for read in reads(sample)]


def all_tables() -> list[TargetTable]:
    return [table for sample in SAMPLES for table in tables(sample)]


def find(name: str) -> TargetTable:
    """Return the sample table of this name."""
    return next(table for table in all_tables() if table.label() == name)


def written(kind: str, sheets: Sequence[tuple[str, Sequence[Block]]], title: str = "") -> Document:
    """Write blocks to a file of this kind and open it as one that came from outside."""
    blocks = [block for _, sheet in sheets for block in sheet]
    out = io.BytesIO()
    if kind == "docx":
        from projects.grids.docx_writer import write_docx

        write_docx(blocks, out, title=title)
    elif kind == "xlsx":
        from projects.grids.xlsx_writer import write_xlsx

        assert write_xlsx(sheets, out, title=title) == []
    else:
        from projects.grids.html_writer import write_html_page

        out.write(write_html_page(blocks, title).encode())
    return open_document(out.getvalue(), f"表.{kind}")


def row_document(*rows: str, title: str = "", name: str = "表.docx") -> Document:
    """Return a document whose lines with ``|`` are rows of a table, all others paragraphs."""
    blocks: list[Block] = []
    for number, text in enumerate(rows, start=1):
        if "|" not in text:
            blocks.append(Paragraph(text, origin=Origin(number, 1)))
            continue
        if not isinstance(blocks[-1] if blocks else None, Grid):
            blocks.append(Grid())
        cells = [Cell(part.strip(" "), col, origin=Origin(number, col + 1)) for col, part in enumerate(text.split("|"))]
        grid = blocks[-1]
        assert isinstance(grid, Grid)
        grid.rows.append(Row(cells))
    return Document(blocks, name, title)


def line(*texts: str, para: bool = False) -> Line:
    """Return one row of a table, one cell per column."""
    return Line([Cell(text, col, origin=Origin(1, col + 1)) for col, text in enumerate(texts)], para=para)


def paragraph(text: str, number: int = 1) -> Line:
    return Line([Cell(text, origin=Origin(number, 1))], para=True)


def codes(read: ReadTable) -> list[tuple[str, int]]:
    """Return code and row of each finding, in order."""
    return [(finding.code, finding.row) for finding in read.findings]


def differences(found: object, expected: object, path: str = "") -> list[str]:
    """Return what differs, one line per leaf: path, expected, found. Order of keys counts, save in ``extra``."""
    if isinstance(found, dict) and isinstance(expected, dict):
        same = found.keys() == expected.keys() if path == "extra" else list(found) == list(expected)
        report = [] if same else [f"{path}: keys {list(expected)} → {list(found)}"]
        for key in expected:
            report += differences(found.get(key, "(missing)"), expected[key], f"{path}.{key}".strip("."))
        return report
    if isinstance(found, list) and isinstance(expected, list):
        report = []
        for index, (one, other) in enumerate(zip_longest(found, expected, fillvalue="(missing)")):
            report += differences(one, other, f"{path}.{index}".strip("."))
        return report
    return [] if found == expected and type(found) is type(expected) else [f"{path}: {expected!r} → {found!r}"]


def compare(found: TargetTable, expected: TargetTable, ignoring: str = "") -> list[str]:
    """Return the leaves in which two tables differ, save those whose path matches ``ignoring``."""
    lines = differences(found.to_dict(), expected.to_dict())
    return [line for line in lines if not (ignoring and re.fullmatch(ignoring, line.partition(":")[0]))]
