"""Text files: what is left of a document after its tables were saved as text.

Four habits occur. *Bars*: :mod:`projects.grids.bar_lines`. *Rows*: one line per row, cells divided by tabs.
*Cells*: one line per cell, each
begun by a tab, rows divided by a blank line, further lines of a cell without a tab. *Flow*: the text
of a PDF, without any mark of cells; its lines become paragraphs, one per run of lines between blank
lines, and whoever knows the form has to find the cells.
"""

from __future__ import annotations

import re

from projects.grids.bar_lines import bar_blocks, has_bars, without_lone_bars
from projects.grids.grid import Block, Cell, Document, Grid, Origin, Paragraph, Row
from projects.grids.text import clean_text

BOOKMARK = re.compile(r"\[bookmark:\s[^\]\n]*\]")
_CODINGS = ("utf-8-sig", "gb18030", "utf-16")


def decode(data: bytes) -> str:
    """Return the text in the first coding that fits: UTF-8, UTF-16 with its mark, GB18030."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    for coding in _CODINGS[:2]:
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    return data.decode("gb18030", errors="replace")


def read_txt(data: bytes, name: str) -> Document:
    """Read a text file; rows of a grid count from the file's first line."""
    lines = clean_text(decode(data).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    lines = without_lone_bars(lines)
    if has_bars(lines):
        return Document(bar_blocks(lines), name)
    tabbed = [line for line in lines if "\t" in line]
    if not tabbed:
        return Document(_flow(lines), name)
    one_cell = sum(1 for line in tabbed if line.startswith("\t") and "\t" not in line[1:])
    blocks = _cell_lines(lines) if one_cell * 2 > len(tabbed) else _row_lines(lines)
    return Document(blocks, name)


def _flow(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    run: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            run.append(_paragraph(line))
        elif run:
            blocks.append(Paragraph("\n".join(run), origin=Origin(number - len(run), 1)))
            run = []
    return blocks


def _paragraph(line: str) -> str:
    """A line outside tables without the marks that headings carry; those in cells are reported, see ``Line``."""
    return BOOKMARK.sub("", line).strip()


def _add_row(blocks: list[Block], texts: list[tuple[str, Origin]]) -> None:
    last = blocks[-1] if blocks else None
    grid = last if isinstance(last, Grid) else Grid()
    if grid is not last:
        blocks.append(grid)
    cells = [Cell(_strip_lines(text), col, origin=origin) for col, (text, origin) in enumerate(texts)]
    grid.rows.append(Row(cells))


def _strip_lines(text: str) -> str:
    if "\n" not in text:
        return text.strip()
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def _row_lines(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    for number, line in enumerate(lines, start=1):
        if "\t" in line:
            _add_row(blocks, [(text, Origin(number, col)) for col, text in enumerate(line.split("\t"), start=1)])
        elif line.strip():
            blocks.append(Paragraph(_paragraph(line), origin=Origin(number, 1)))
    return blocks


def _cell_lines(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    row: list[tuple[str, Origin]] = []
    open_row = False
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("\t"):
            open_row = True
            row.append((line[1:], Origin(number, len(row) + 1)))
        elif not line.strip():
            if row:
                _add_row(blocks, row)
            row, open_row = [], False
        elif open_row:
            text, origin = row[-1]
            row[-1] = (f"{text}\n{line}", origin)
        else:
            blocks.append(Paragraph(_paragraph(line), origin=Origin(number, 1)))
    return blocks
