"""One Word table to a grid: a single filtered pass over its elements in document order.

Only elements that carry text or shape are looked at, so that a cell costs three or four of them;
content controls, tracked insertions and hyperlinks around them need no care at all.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from projects.grids.docx_text import BREAKS, MATH_TEXT, SYM, TBL, TC, TR, TYPE, VAL, P, R, T, W, is_on, number, symbol
from projects.grids.grid import Cell, Grid, Origin, Row
from projects.grids.text import cell_text

_SPAN, _V_MERGE, _H_MERGE = W + "gridSpan", W + "vMerge", W + "hMerge"
_BEFORE, _HEADER, _TAB = W + "gridBefore", W + "tblHeader", W + "tab"
_TAGS = (T, P, TC, _SPAN, _V_MERGE, TR, _H_MERGE, _BEFORE, _HEADER, MATH_TEXT, SYM, *BREAKS)


def take_nested(table: etree._Element) -> list[etree._Element]:
    """Remove and return the tables that stand directly inside the cells of ``table``."""
    inner = [t for t in table.iter(TBL) if t is not table]
    nested = [t for t in inner if next(t.iterancestors(TBL)) is table]
    for element in nested:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return nested


class TableReader:
    """State of one pass over one table; its nested tables have been taken out before.

    ``hidden`` is told of text in cells that a merge covers.
    """

    def __init__(self, grid: Grid, hidden: Callable[[str, Origin], None]) -> None:
        self.grid = grid
        self.hidden = hidden
        self.row = Row([])
        self.col = 0
        # column -> (anchor, number of the last row it reaches), for merges that may go on
        self.open: dict[int, tuple[Cell, int]] = {}
        self.position = 0
        self.texts: list[str] = []
        self.lines = -1  # paragraphs of the cell so far; -1 outside cells
        self.span = 1
        self.merge = ""
        self.joined = False

    def read(self, table: etree._Element) -> None:
        texts = self.texts
        for element in table.iter(*_TAGS):
            tag = element.tag
            if tag == T:
                if element.text:
                    texts.append(element.text)
            elif tag == P:
                if self.lines:
                    texts.append("\n")
                self.lines += 1
            elif tag == TC:
                if self.lines >= 0:
                    self._end_cell()
                self.lines = 0
            elif tag == _SPAN:
                self.span = max(number(element), 1)
            elif tag == _V_MERGE:
                self.merge = str(element.get(VAL) or "continue")
            elif tag == TR:
                self._end_cell()
                self._begin_row()
            else:
                self._rare(element, str(tag))
        self._end_cell()
        self._fit_widths(table)

    def _rare(self, element: etree._Element, tag: str) -> None:
        if tag == MATH_TEXT:
            self.texts.append(str(element.text or ""))
        elif tag == SYM:
            self.texts.append(symbol(element))
        elif tag == _BEFORE:
            self.col = number(element)
        elif tag == _HEADER:
            self.row.head = is_on(element)
        elif tag == _H_MERGE:
            self.joined = element.get(VAL) != "restart"
        elif element.get(TYPE) not in ("page", "column"):
            parent = element.getparent()
            if parent is not None and parent.tag == R:  # not the definition of a tab stop
                self.texts.append(BREAKS[tag])

    def _begin_row(self) -> None:
        self.row = Row([])
        self.grid.rows.append(self.row)
        self.col = self.position = 0

    def _end_cell(self) -> None:
        """Add the cell that has been gathered to the row, or to the merge above it."""
        if self.lines < 0:
            return
        texts = self.texts
        text = cell_text(texts[0] if len(texts) == 1 else "".join(texts)) if texts else ""
        span, col, row = self.span, self.col, len(self.grid.rows)
        self.position += 1
        self.col += span
        place = Origin(row, self.position, self.grid.part)
        if not ((self.joined or self.merge == "continue") and self._merged(text, col, span, place)):
            cell = Cell(text, col, span, 1, origin=place)
            self.row.cells.append(cell)
            if self.merge:
                self.open[col] = (cell, row)
        texts.clear()
        self.lines, self.span, self.merge, self.joined = -1, 1, "", False

    def _merged(self, text: str, col: int, span: int, place: Origin) -> bool:
        if self.merge == "continue" and col in self.open:
            anchor, until = self.open[col]
            if until == place.row - 1 and anchor.colspan == span:
                anchor.rowspan += 1
                self.open[col] = (anchor, place.row)
                if text:
                    self.hidden(text, place)
                return True
        if self.joined and self.row.cells:
            anchor = self.row.cells[-1]
            anchor.colspan += span
            if text:
                self.hidden(text, place)
            return True
        return False

    def _fit_widths(self, table: etree._Element) -> None:
        """Take the widths of ``tblGrid``, cut or filled up to the columns that are really used."""
        used = max((c.col + c.colspan for row in self.grid.rows for c in row.cells), default=0)
        columns = table.find(W + "tblGrid")
        widths = [] if columns is None else [float(number(c, W + "w")) for c in columns][:used]
        known = [w for w in widths if w > 0]
        if not known:
            self.grid.widths = [1.0] * used
            return
        spare = sum(known) / len(known)
        self.grid.widths = [w if w > 0 else spare for w in widths] + [spare] * (used - len(widths))
