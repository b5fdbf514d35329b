"""On which page does a paragraph stand? Worked out as Word sets the page, without setting it.

The contents of a book carry these numbers from the beginning; Word, WPS and LibreOffice then work them out themselves
from the fields. Heights are points. A line of 宋体 is 1.3 times its size high, as Word sets it; a program that has
other fonts may break a table a line earlier or later.
"""

from __future__ import annotations

import math

from projects.grids import docx_parts as parts
from projects.grids.grid import (
    ANNEX,
    BODY,
    CAPTION,
    CONTENTS,
    COVER,
    COVER_LINE,
    ENTRY1,
    ENTRY2,
    ENTRY3,
    HEADING,
    NUMBER,
    PART,
    SIGN,
    TITLE,
    Block,
    Grid,
    Paragraph,
    Row,
)
from projects.grids.text import text_width

LINE = 1.3  # height of a line in sizes of its font
SIZE = 10.5
_PAGE = (parts.PAGE_HEIGHT - parts.MARGIN_TOP - parts.MARGIN_BOTTOM) / 20
_WIDTH = parts.TEXT_WIDTH / 20
_CELL_SIDES = 7.5  # what a cell's left and right margins take
_CELL_ENDS = 2.0  # above and below each paragraph of a cell
_ROW = 21.0
_GAP = 1.0
_BEGINNING = 30.0  # of what follows a heading stands on its page
_TALL = 400  # characters from which a row may break over pages: as the writer of Word files says

# style: size of the font, height of a line (0: as the font is), before and after, indent of the first line, what its
# margins take
STYLES: dict[str, tuple[float, float, float, float, float, float]] = {
    PART: (18, 27, 12, 12, 0, 0),  # 1.5 lines of 12 pt, as the style says: no less than the font asks for
    ANNEX: (12, 0, 0, 3, 0, 0),
    TITLE: (17, 0, 3, 8, 0, 0),
    CAPTION: (10.5, 0, 0, 3, 0, 0),
    HEADING: (14, 27.3, 6, 3, 0, 0),
    BODY: (14, 30.3, 0, 0, 28, 0),
    SIGN: (10.5, 0, 6, 0, 0, 0),
    COVER: (26, 0, 0, 18, 0, 0),
    COVER_LINE: (16, 0, 0, 10, 0, 0),
    NUMBER: (14, 0, 0, 6, 0, 0),
    CONTENTS: (18, 35.1, 6, 12, 0, 0),
    ENTRY1: (12, 20.8, 1, 1, 0, 0),
    ENTRY2: (10.5, 18.2, 1, 1, 0, 14),
    ENTRY3: (10.5, 18.2, 1, 1, 0, 28),
}


class Pager:
    """Takes blocks in order and tells the page each begins on, from 1."""

    def __init__(self, line: float = LINE) -> None:
        self.page = 1
        self._used = 0.0
        self._line = line

    def add(self, block: Block) -> int:
        """Return the page that ``block`` begins on. A table that begins on the next page takes no heading along."""
        if isinstance(block, Grid):
            return self._grid(block)
        if block.page_break and self._used:
            self._turn()
        if not block.text and block.style == BODY:
            self._used += _GAP
            return self.page
        height = self._paragraph(block)
        with_next = _BEGINNING if block.style in (HEADING, NUMBER) else 0.0
        if self._used + height + with_next > _PAGE and self._used:
            self._turn()
        page = self.page
        self._used += height
        while self._used > _PAGE:
            self.page += 1
            self._used -= _PAGE
        return page

    def _turn(self) -> None:
        self.page += 1
        self._used = 0.0

    def _paragraph(self, block: Paragraph) -> float:
        size, line, before, after, first, right = STYLES.get(block.style, STYLES[BODY])
        room = (_WIDTH - right) / (size / 2)
        text = block.text.rpartition("\t")[0] if block.target else block.text
        lines = sum(max(math.ceil((text_width(part) + first / size * 2) / room), 1) for part in text.split("\n"))
        scale = self._line / LINE
        return before + after + lines * (line * scale if line else size * self._line)

    def _grid(self, grid: Grid) -> int:
        heights = self._rows(grid)
        heads = 0
        while heads < len(grid.rows) and grid.rows[heads].head:
            heads += 1
        repeated = sum(heights[:heads])
        begun = 0
        for index, height in enumerate(heights):
            full = self._used + height > _PAGE and self._used > 0
            if full and (_whole(grid.rows[index]) or _PAGE - self._used < 2 * _ROW):
                self._turn()
                self._used = repeated if index >= heads else 0.0
            begun = begun or self.page
            self._used += height
            while self._used > _PAGE:
                self.page += 1
                self._used -= _PAGE - repeated
        return begun or self.page

    def _rows(self, grid: Grid) -> list[float]:
        total = sum(grid.widths) or 1.0
        edges = [0.0]
        for width in grid.widths:
            edges.append(edges[-1] + width / total * _WIDTH)
        heights = [_ROW] * len(grid.rows)
        spanning: list[tuple[int, int, float]] = []
        last = len(edges) - 1
        for index, cell in grid.cells():
            room = edges[min(cell.col + cell.colspan, last)] - edges[min(cell.col, last)] - _CELL_SIDES
            needed = self._cell(cell.text, room)
            if cell.rowspan > 1:
                spanning.append((index, min(cell.rowspan, len(heights) - index), needed))
            elif needed > heights[index]:
                heights[index] = needed
        for index, span, needed in spanning:
            missing = needed - sum(heights[index : index + span])
            if missing > 0:
                heights[index + span - 1] += missing
        return heights

    def _cell(self, text: str, room: float) -> float:
        """Height of a cell: each of its paragraphs broken into lines of whole characters."""
        if not text:
            return 0.0
        fitting = max(int(room / (SIZE / 2)), 2)
        height = 0.0
        for part in text.split("\n"):
            lines = max(math.ceil(text_width(part) / fitting), 1)
            height += lines * SIZE * self._line + _CELL_ENDS
        return height


def _whole(row: Row) -> bool:
    return sum(len(cell.text) for cell in row.cells) < _TALL
