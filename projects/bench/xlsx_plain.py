"""Two other ways to the same workbook: ordinary openpyxl, and XlsxWriter with nothing around it.

Both get every sheet as a finished list of places: what stands in which range, how it is set. Finding that out, and how
high each row has to be, is ours alone to pay for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from projects.grids.grid import HEAD, MONEY, TEXT, TITLE, Block, Paragraph

_WIDTH = 92.0
_ALIGN = {TEXT: "left", MONEY: "right"}


@dataclass(slots=True)
class Place:
    """A range of a sheet and what stands in it; rows and columns from 0, ends included."""

    row: int
    col: int
    end: int
    last: int
    value: str | float
    style: str
    number_format: str = "@"
    border: bool = True


@dataclass(slots=True)
class Sheet:
    """A finished sheet: widths of its columns, its places, how many rows."""

    widths: list[float]
    places: list[Place]
    rows: int = 0


def finished(blocks: Sequence[Block]) -> Sheet:
    """Return where everything of a drawn table goes; its grids share one list of columns."""
    widths = next(block.widths for block in blocks if not isinstance(block, Paragraph))
    sheet = Sheet([width / sum(widths) * _WIDTH for width in widths], [])
    last = len(widths) - 1
    row = 0
    after_grid = False
    for block in blocks:
        if isinstance(block, Paragraph):
            left, tab, right = block.text.partition("\t")
            middle = last - 1 if tab else last
            sheet.places.append(Place(row, 0, row, middle, left, block.style, border=False))
            if tab:
                sheet.places.append(Place(row, middle + 1, row, last, right, block.style, border=False))
            row += 1
            after_grid = False
            continue
        row += after_grid
        for index, cell in block.cells():
            end = row + index + cell.rowspan - 1
            value = cell.text if cell.number is None else cell.number
            number_format = "@" if cell.number is None else cell.number_format
            right_end = cell.col + cell.colspan - 1
            sheet.places.append(Place(row + index, cell.col, end, right_end, value, cell.style, number_format))
        row += len(block.rows)
        after_grid = True
    sheet.rows = row
    return sheet


def write_bare(sheets: Sequence[Sheet]) -> bytes:
    """XlsxWriter at its barest: ``merge_range`` and ``write_*`` with kept formats."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats: dict[tuple[str, str], Any] = {}
    for number, sheet in enumerate(sheets, 1):
        page = book.add_worksheet(str(number))
        for index, width in enumerate(sheet.widths):
            page.set_column(index, index, width)
        for place in sheet.places:
            style = formats.get((place.style, place.number_format))
            if style is None:
                style = formats[place.style, place.number_format] = book.add_format(_properties(place))
            if place.end > place.row or place.last > place.col:
                page.merge_range(place.row, place.col, place.end, place.last, "", style)
            if isinstance(place.value, float):
                page.write_number(place.row, place.col, place.value, style)
            elif place.value:
                page.write_string(place.row, place.col, place.value, style)
            else:
                page.write_blank(place.row, place.col, None, style)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, sheet.rows - 1, len(sheet.widths) - 1)
    book.close()
    return out.getvalue()


def _properties(place: Place) -> dict[str, Any]:
    font, size = {HEAD: ("黑体", 10.5), TITLE: ("方正小标宋简体", 17)}.get(place.style, ("宋体", 10.5))
    return {
        "font_name": font, "font_size": size, "text_wrap": True, "border": int(place.border),
        "align": _ALIGN.get(place.style, "center"), "valign": "vcenter", "num_format": place.number_format,
    }  # fmt: skip


def write_openpyxl(sheets: Sequence[Sheet]) -> bytes:
    """openpyxl as it is usually written: font, alignment and border set on each cell, ``merge_cells``."""
    book = openpyxl.Workbook()
    if book.active is not None:
        book.remove(book.active)
    thin = Side(style="thin")
    for number, sheet in enumerate(sheets, 1):
        page = book.create_sheet(str(number))
        for index, width in enumerate(sheet.widths):
            page.column_dimensions[openpyxl.utils.get_column_letter(index + 1)].width = width
        for place in sheet.places:
            _write_place(page, place, thin)
        page.page_setup.paperSize = 9
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
        page.print_area = f"A1:{openpyxl.utils.get_column_letter(len(sheet.widths))}{sheet.rows}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_place(page: Worksheet, place: Place, thin: Side) -> None:
    properties = _properties(place)
    for row in range(place.row, place.end + 1):
        for col in range(place.col, place.last + 1):
            cell = page.cell(row + 1, col + 1)
            cell.font = Font(name=properties["font_name"], size=properties["font_size"])
            cell.alignment = Alignment(horizontal=properties["align"], vertical="center", wrap_text=True)
            if place.border:
                cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    anchor = page.cell(place.row + 1, place.col + 1)
    anchor.value = place.value if place.value != "" else None  # type: ignore[assignment]
    anchor.number_format = place.number_format
    if place.end > place.row or place.last > place.col:
        page.merge_cells(
            start_row=place.row + 1, start_column=place.col + 1, end_row=place.end + 1, end_column=place.last + 1
        )
