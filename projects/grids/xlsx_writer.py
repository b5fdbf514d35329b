"""Grids to Excel by XlsxWriter: merged, bordered, wrapped, ready to print on A4.

All tables of a sheet share one set of columns: the edges of all their columns together. A row may
be at most 409 pt high; a longer text takes several sheet rows merged into one cell. Strings are
always written as strings, so nothing typed can become a formula or a link.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from projects.findings import WARN, Finding
from projects.grids.grid import (
    ANNEX,
    BODY,
    CAPTION,
    HEAD,
    HEADING,
    LABEL,
    MONEY,
    PART,
    SHORT,
    SIGN,
    TEXT,
    TITLE,
    Block,
    Grid,
    Paragraph,
)
from projects.grids.sheet_columns import all_widths, shared_columns
from projects.grids.text import NEEDS_ESCAPE, clean_text, text_width

MAX_ROW_HEIGHT = 409.0  # points; Excel's own ceiling
MAX_CELL_TEXT = 32767
_WIDE = 140.0
_SHEET_WIDTH = 91.0  # half-width characters of 10.5 pt over all columns: A4 less its margins
_COLUMN_PADDING = 0.72  # of a character; Excel adds it to the width that it is told
_LINE = 14.0  # points of a 10.5 pt line
_PADDING = 6.0
_MARGIN = 1.5  # half-width characters of a cell that its text cannot use
_LONG_TEXT = 72
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  a constant, so that the bytes are reproducible
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

# font, size, height of a line, further properties
_PARAGRAPHS: dict[str, tuple[str, float, float, dict[str, Any]]] = {
    PART: ("黑体", 18, 30, {"align": "center", "valign": "vcenter"}),
    ANNEX: ("黑体", 12, 18, {"align": "left", "valign": "vcenter"}),
    TITLE: ("方正小标宋简体", 17, 26, {"align": "center", "valign": "vcenter"}),
    CAPTION: ("宋体", 10.5, 16, {"align": "left", "valign": "vcenter"}),
    HEADING: ("黑体", 14, 24, {"align": "left", "valign": "vcenter"}),
    BODY: ("仿宋", 12, 18, {"align": "left", "valign": "top"}),
    SIGN: ("宋体", 10.5, 24, {"align": "left", "valign": "vcenter"}),
}
_CELLS: dict[str, dict[str, Any]] = {
    LABEL: {"align": "center"},
    HEAD: {"align": "center", "font_name": "黑体"},
    TEXT: {"align": "left"},
    SHORT: {"align": "center"},
    MONEY: {"align": "right"},
}


def write_xlsx(
    sheets: Iterable[tuple[str, Sequence[Block]]], out: BinaryIO, *, title: str = "", form: str = "", wide: bool = False
) -> list[Finding]:
    """Write one sheet per ``(name, blocks)``; names are made valid and unique. ``wide``: the pages lie on their side.

    ``title`` and ``form`` (the office's own form they are drawn in) are properties of the file. The same
    blocks give the same bytes. Returns what a sheet could not hold: texts beyond Excel's 32,767 characters per cell,
    which are cut with a mark.
    """
    options = {
        "in_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": clean_text(title), "category": form, "created": _CREATED})
    formats = _Formats(book)
    names: set[str] = {"history"}
    findings: list[Finding] = []
    empty = True
    for name, blocks in sheets:
        sheet_name = unique_sheet_name(name, names)
        _Sheet(book.add_worksheet(sheet_name), sheet_name, formats, findings, wide).write(blocks)
        empty = False
    if empty:
        book.add_worksheet("Sheet1")
    book.close()
    return findings


def unique_sheet_name(name: str, taken: set[str]) -> str:
    """A name Excel takes: at most 31 characters, none forbidden, unique without regard to case.

    ``taken`` holds lower-case names and gets the new one.
    """
    base = _FORBIDDEN.sub(" ", clean_text(name)).strip().strip("'").strip()[:31] or "Sheet"
    unique, number = base.rstrip("' "), 2
    while _folded(unique) in taken:
        mark = f"({number})"
        unique = base[: 31 - len(mark)].rstrip() + mark
        number += 1
    taken.add(_folded(unique))
    return unique


def _folded(name: str) -> str:
    return name.lower()


class _Formats:
    """Formats of one workbook by what distinguishes them."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self.made: dict[tuple[str, str, bool], Format] = {}

    def cell(self, style: str, number_format: str, long: bool) -> Format:
        key = (style, number_format, long)
        found = self.made.get(key)
        if found is None:
            properties = {
                "font_name": "宋体", "font_size": 10.5, "border": 1, "text_wrap": True,
                "valign": "top" if long and style == TEXT else "vcenter", **_CELLS.get(style, _CELLS[TEXT]),
            }  # fmt: skip
            # Older Excel prints #### for long texts in cells of the format "text".
            properties["num_format"] = number_format or ("General" if long else "@")
            found = self.made[key] = self._book.add_format(properties)
        return found

    def paragraph(self, style: str, right: bool = False) -> Format:
        key = (f"paragraph {style}", "", right)
        found = self.made.get(key)
        if found is None:
            font, size, _, extra = _PARAGRAPHS.get(style, _PARAGRAPHS[BODY])
            properties = {"font_name": font, "font_size": size, "text_wrap": True, **extra}
            if right:
                properties["align"] = "right"
            found = self.made[key] = self._book.add_format(properties)
        return found


@dataclass(slots=True)
class _Plan:
    """Sheet rows of one grid: where each of its rows begins, and how high the sheet rows are."""

    starts: list[int] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)


class _Sheet:
    """One sheet while it is written."""

    def __init__(self, sheet: Worksheet, name: str, formats: _Formats, findings: list[Finding], wide: bool) -> None:
        self.sheet = sheet
        self.wide = wide
        self.name = name
        self.formats = formats
        self.findings = findings
        self.row = 0
        self.columns = 1
        self.widths: list[float] = []

    def write(self, blocks: Sequence[Block]) -> None:
        grids = [block for block in blocks if isinstance(block, Grid) and block.rows]
        # Prose alone: two columns, as LibreOffice does not fit a single one that is too wide to the page.
        edges, places = shared_columns(tuple(map(all_widths, grids))) if grids else ([0.0, 0.5, 1.0], [])
        placed = iter(places)
        self.widths = [(right - left) * (_WIDE if self.wide else _SHEET_WIDTH) for left, right in pairwise(edges)]
        self.columns = len(self.widths)
        for index, width in enumerate(self.widths):
            self.sheet.set_column(index, index, max(round(width - _COLUMN_PADDING, 2), 0.3))
        breaks: list[int] = []
        after_grid = False
        for block in blocks:
            if isinstance(block, Grid):
                if block.rows:
                    if after_grid:
                        self.sheet.set_row(self.row, 3)
                        self.row += 1
                    self._grid(block, next(placed))
                    after_grid = True
                continue
            if block.page_break and self.row:
                breaks.append(self.row)
            self._paragraph(block)
            after_grid = after_grid and not block.text
        self._page(breaks)

    def _page(self, breaks: list[int]) -> None:
        sheet = self.sheet
        sheet.set_paper(9)
        if self.wide:
            sheet.set_landscape()
        else:
            sheet.set_portrait()
        sheet.set_margins(left=0.79, right=0.79, top=0.87, bottom=0.79)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(1)
        sheet.set_footer("&C— &P —")
        if self.row:
            sheet.print_area(0, 0, self.row - 1, self.columns - 1)
            used = xl_range(0, 0, self.row - 1, self.columns - 1)
            sheet.ignore_errors({"number_stored_as_text": used})
        if breaks:
            sheet.set_h_pagebreaks(breaks)

    # ---- paragraphs ----

    def _paragraph(self, block: Paragraph) -> None:
        text = block.text
        if not text:
            return
        left, tab, right = text.partition("\t")
        _, size, line, _ = _PARAGRAPHS.get(block.style, _PARAGRAPHS[BODY])
        if tab and "\t" not in right and "\n" not in text and self.columns > 1:
            middle = self._middle(left, right)
            self.sheet.set_row(self.row, line)
            self._span(self.row, 0, self.row, middle - 1, left, self.formats.paragraph(block.style))
            last = self.columns - 1
            align = self.formats.paragraph(block.style, block.style != SIGN)
            self._span(self.row, middle, self.row, last, right, align)
            self.row += 1
            return
        if block.style == BODY:
            text = f"　　{text}"
        text = text.replace("\t", "　　")
        room = sum(self.widths) * 10.5 / size - _MARGIN
        needed = _lines(text, room) * line + _PADDING
        first = self.row
        for height in _portions(needed):
            self.sheet.set_row(self.row, height)
            self.row += 1
        style = self.formats.paragraph(block.style)
        self._span(first, 0, self.row - 1, self.columns - 1, text, style)

    def _middle(self, left: str, right: str) -> int:
        """The column at which the right part begins: both parts get room as they need it."""
        share = (text_width(left) + 1) / (text_width(left) + text_width(right) + 2)
        goal, so_far = share * sum(self.widths), 0.0
        best, distance = 1, math.inf
        for index, width in enumerate(self.widths[:-1], 1):
            so_far += width
            if abs(so_far - goal) < distance:
                best, distance = index, abs(so_far - goal)
        return best

    # ---- grids ----

    def _grid(self, grid: Grid, edges: list[int]) -> None:
        plan = self._plan(grid, edges)
        for index, height in enumerate(plan.heights):
            self.sheet.set_row(self.row + index, height)
        sheet, formats, top = self.sheet, self.formats, self.row
        starts, last = plan.starts, len(grid.rows)
        for index, row in enumerate(grid.rows):
            first = top + starts[index]
            for cell in row.cells:
                text, number = cell.text, cell.number
                key = (cell.style, "" if number is None else cell.number_format, len(text) > _LONG_TEXT)
                style = formats.made.get(key) or formats.cell(*key)
                left, right = edges[cell.col], edges[cell.col + cell.colspan] - 1
                end = top + starts[min(index + cell.rowspan, last)] - 1
                if end > first or right > left:
                    sheet.merge_range(first, left, end, right, "", style)
                if number is not None and math.isfinite(number):
                    sheet.write_number(first, left, number, style)
                elif text:
                    if len(text) > _LONG_TEXT or NEEDS_ESCAPE.search(text):
                        text = self._fit(text, first, left)
                    sheet.write_string(first, left, text, style)
                else:
                    sheet.write_blank(first, left, None, style)
        self._repeat(grid, plan)
        self.row += len(plan.heights)

    def _repeat(self, grid: Grid, plan: _Plan) -> None:
        heads = [index for index, row in enumerate(grid.rows) if row.head]
        if heads:
            first = heads[0]
            last = first
            while last + 1 in heads:
                last += 1
            self.sheet.repeat_rows(self.row + plan.starts[first], self.row + plan.starts[last + 1] - 1)

    def _plan(self, grid: Grid, edges: list[int]) -> _Plan:
        """Heights that hold every text; a row beyond Excel's ceiling becomes several sheet rows."""
        heights = [20.0] * len(grid.rows)
        tall: list[tuple[int, int, float]] = []
        before = [0.0]
        for width in self.widths:
            before.append(before[-1] + width)
        for index, cell in grid.cells():
            text = cell.text
            room = before[edges[cell.col + cell.colspan]] - before[edges[cell.col]] - _MARGIN
            if len(text) * 2 <= room and "\n" not in text:
                continue
            needed = _lines(text, room) * _LINE + _PADDING
            span = min(cell.rowspan, len(heights) - index)
            if span > 1:
                tall.append((index, span, needed))
            elif needed > heights[index]:
                heights[index] = needed
        for index, span, needed in tall:
            missing = needed - sum(heights[index : index + span])
            if missing > 0:
                heights[index + span - 1] += missing
        plan = _Plan()
        for height in heights:
            plan.starts.append(len(plan.heights))
            plan.heights += _portions(height)
        plan.starts.append(len(plan.heights))
        return plan

    # ---- writing ----

    def _fit(self, text: str, row: int, col: int) -> str:
        text = clean_text(text)
        if len(text) * 2 <= MAX_CELL_TEXT or len(text.encode("utf-16-le")) // 2 <= MAX_CELL_TEXT:
            return text
        self.findings.append(
            Finding(WARN, "xlsx-cut", "文字超过 Excel 单元格 32767 字的上限，表中只保留前面部分",
                    table=self.name, row=row + 1, column=col + 1, cell=text[:50])
        )  # fmt: skip
        return text[: MAX_CELL_TEXT // 2] + "……（后文过长，见原表）"

    def _span(self, row: int, col: int, end: int, last: int, text: str, style: Format) -> None:
        if end > row or last > col:
            self.sheet.merge_range(row, col, end, last, "", style)
        if text:
            self.sheet.write_string(row, col, self._fit(text, row, col), style)


def _lines(text: str, room: float) -> int:
    """Lines that ``text`` takes in ``room`` half-width characters, at least one a paragraph."""
    usable = room if room > 2 else 2.0
    if "\n" not in text:
        return int(text_width(text) / usable) + 1
    return sum(int(text_width(line) / usable) + 1 for line in text.split("\n"))


def _portions(height: float) -> list[float]:
    """Equal sheet rows of at most 409 pt that are ``height`` high together."""
    if height <= MAX_ROW_HEIGHT:
        return [height]
    count = math.ceil(height / MAX_ROW_HEIGHT)
    return [height / count] * count
