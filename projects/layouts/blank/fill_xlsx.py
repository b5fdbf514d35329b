"""A table into the office's own workbook by openpyxl: fonts, widths, borders, print settings stay.

Texts are written as texts, so nothing typed becomes a formula. The row of a list is copied for each entry; what
stands below moves down with its merges and heights. Rows grow where a text needs more room.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from projects.grids import grid as g
from projects.grids.text import clean_text, text_width
from projects.layouts.blank.drawings import Moves, drawing_of, with_drawings
from projects.layouts.blank.packing import repacked
from projects.layouts.blank.sheet_rows import grow
from projects.layouts.blank.values import Filler, ListCell
from projects.layouts.blank.vocabulary import PLACEHOLDER, SECTION, Placeholder, parts_of

_LONGEST = 32_767
_TALLEST = 409.0
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  a property of the file, which knows no zone
_SHEET_LONGEST = 31


def fill_xlsx(data: bytes, fillers: Sequence[Filler], *, title: str, form: str) -> bytes:
    """Return the workbook with one sheet per table. The same input gives the same bytes."""
    book = load_workbook(io.BytesIO(data), keep_links=False)
    blank: Any = next(sheet for sheet in book.worksheets if _has_placeholders(sheet))
    drawing = drawing_of(data, blank.title)
    blank._images, blank._charts = [], []  # openpyxl's own idea of them: some pictures, no shapes
    sheets = [blank, *(book.copy_worksheet(blank) for _ in fillers[1:])]
    for sheet in sheets[1:]:
        sheet.print_title_rows, sheet.print_area = blank.print_title_rows, blank.print_area
    names: set[str] = set()
    moves: dict[str, Moves] = {}
    for sheet, filler in zip(sheets, fillers, strict=True):
        grown = _fill(sheet, filler)
        if len(sheets) > 1:
            sheet.title = _sheet_name(filler.table.label(), names)
        moves[sheet.title] = grown
    properties = book.properties
    properties.title, properties.category = clean_text(title)[:250], form
    properties.created = properties.modified = _EPOCH
    out = io.BytesIO()
    book.save(out)
    made = with_drawings(out.getvalue(), drawing, moves) if drawing else out.getvalue()
    return repacked(_undated(made))


def _undated(data: bytes) -> bytes:
    """openpyxl writes the time of saving whatever the properties say."""
    import re
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            target.writestr(name, content)
    return out.getvalue()


def _has_placeholders(sheet: Any) -> bool:
    return any(PLACEHOLDER.search(cell.value) for cell in _texts(sheet))


def _texts(sheet: Any) -> list[Any]:
    return [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def _sheet_name(label: str, taken: set[str]) -> str:
    bare = (
        "".join("_" if char in r"[]:*?/\'" else char for char in clean_text(label).replace("\n", " ")).strip() or "表"
    )
    name, number = bare[:_SHEET_LONGEST], 1
    while name.lower() in taken:
        number += 1
        name = f"{bare[: _SHEET_LONGEST - 4]}({number})"
    taken.add(name.lower())
    return name


def _fill(sheet: Any, filler: Filler) -> Moves:
    """Fill a sheet in; return below which rows others were added, for what is drawn on them."""
    moves = _sections(sheet, filler) if filler.layout.sections else []
    row = 1
    while row <= sheet.max_row:
        name = _list_in(sheet, row)
        count = _repeat(sheet, row, name, filler) if name else 1
        moves.append((row, count - 1))
        row += count
    titled = False
    for cell in _texts(sheet):
        shown = "".join(part for part in parts_of(cell.value) if isinstance(part, str))
        if not titled and cell.value.strip() and "".join(shown.split()) == "".join(filler.blank_title.split()):
            titled = True
            _write(cell, filler.title)
        elif PLACEHOLDER.search(cell.value):
            _fill_cell(cell, filler)
    _supplement(sheet, filler)
    for row in range(1, sheet.max_row + 1):
        _fit(sheet, row)
    return [(row, extra) for row, extra in moves if extra > 0]


def _fill_cell(cell: Any, filler: Filler) -> None:
    parts = parts_of(cell.value)
    fields = [part for part in parts if isinstance(part, Placeholder)]
    if len(parts) == 1:
        text, number, number_format = filler.single(fields[0])
        _write(cell, text, number, number_format)
        return
    only = filler.single(fields[0])[0] if len(fields) == 1 else "filled"
    if not only and isinstance(parts[-1], str) and cell.border.left.style:
        # 万元 behind an amount that is blank is no value.
        parts = parts[:-1]
    _write(cell, "".join(part if isinstance(part, str) else filler.single(part)[0] for part in parts))


def _write(cell: Any, text: str, number: float | None = None, number_format: str = "") -> None:
    if number is not None:
        cell.value = number
        if cell.number_format in ("General", "@"):
            cell.number_format = number_format or "General"
        if text_width(text) > _room(cell.parent, cell.column, _last_column(cell)):
            # A figure too long for its column would show as ###.
            alignment = copy.copy(cell.alignment)
            alignment.wrap_text, alignment.shrink_to_fit = None, True
            cell.alignment = alignment
        return
    text = clean_text(text)[:_LONGEST]
    cell.value = text or None
    if text:
        cell.data_type = "s"
        if "\n" in text or text_width(text) > 12:
            alignment = copy.copy(cell.alignment)
            alignment.wrap_text, alignment.shrink_to_fit = True, None
            cell.alignment = alignment


# --- lists -------------------------------------------------------------------------------------------


def _list_in(sheet: Any, row: int) -> str:
    for cell in sheet[row]:
        if isinstance(cell.value, str):
            for part in parts_of(cell.value):
                if isinstance(part, Placeholder) and part.rows:
                    return part.rows
    return ""


def _repeat(sheet: Any, row: int, name: str, filler: Filler) -> int:
    count = filler.rows(name)
    columns = {c.column: p for c in sheet[row] if isinstance(c.value, str) and (p := _only(c.value)) is not None}
    grow(sheet, row, count - 1)
    spans = {rng.min_col: rng.max_col for rng in sheet.merged_cells.ranges if rng.min_row == rng.max_row == row}
    for index in range(count):
        for column, one in columns.items():
            value = filler.listed(one, index)
            if value.rows == 0:
                continue
            _write_listed(sheet.cell(row + index, column), value)
            if value.rows > 1:
                _merge_down(sheet, row + index, column, spans.get(column, column), value.rows)
    return count


def _write_listed(cell: Any, value: ListCell) -> None:
    # A target value is a text even where it is a bare figure.
    _write(cell, value.text, value.number if value.number_format not in ("0", "") else None, value.number_format)


def _only(text: str) -> Placeholder | None:
    found = [part for part in parts_of(text) if isinstance(part, Placeholder)]
    return found[0] if found else None


def _merge_down(sheet: Any, row: int, left: int, right: int, rows: int) -> None:
    inside = CellRange(min_row=row, max_row=row + rows - 1, min_col=left, max_col=right)
    for rng in [rng for rng in sheet.merged_cells.ranges if rng.issubset(inside)]:
        sheet.merged_cells.remove(rng)
    kept = {(r, c): copy.copy(sheet.cell(r, c)._style) for r in range(row, row + rows) for c in range(left, right + 1)}
    for r in range(row, row + rows):
        for c in range(left, right + 1):
            if (r, c) != (row, left):
                covered: Any = MergedCell(sheet, r, c)
                covered._style = kept[r, c]
                sheet._cells[r, c] = covered
    sheet.merged_cells.add(inside.coord)


# --- prose -------------------------------------------------------------------------------------------


def _sections(sheet: Any, filler: Filler) -> Moves:
    """Set headings and texts in the order of the table's sections; the last pair serves for further ones."""
    moves: Moves = []
    rows = [
        c.row for c in _texts(sheet) if any(isinstance(p, Placeholder) and p.path == SECTION for p in parts_of(c.value))
    ]
    pairs: list[tuple[int, int]] = []
    for row in rows:
        above = next((r for r in range(row - 1, 0, -1) if any(isinstance(c.value, str) for c in sheet[r])), 0)
        pairs.append((above, row))
    sections = filler.table.sections
    if pairs and len(sections) > len(pairs):
        top, bottom = pairs[-1]
        for _ in range(len(sections) - len(pairs)):
            end = pairs[-1][1]
            grow(sheet, end, 2)
            moves.append((end, 2))
            for source, target in ((top, end + 1), (bottom, end + 2)):
                _copy_row(sheet, source, target)
            pairs.append((end + 1, end + 2))
    for number, (heading, text) in enumerate(pairs):
        section = sections[number] if number < len(sections) else None
        for row, words in ((heading, section.title if section else ""), (text, section.text if section else "")):
            cell = next(c for c in sheet[row] if isinstance(c.value, str))
            _write(cell, words)
    return moves


def _copy_row(sheet: Any, source: int, target: int) -> None:
    for cell in sheet[source]:
        if not isinstance(cell, MergedCell):
            other = sheet.cell(target, cell.column)
            if not isinstance(other, MergedCell):
                other.value, other._style = cell.value, copy.copy(cell._style)


# --- what the form has no place for ------------------------------------------------------------------


def _supplement(sheet: Any, filler: Filler) -> None:
    blocks = filler.supplement()
    if not blocks:
        return
    used = [
        cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None or cell.border.left.style
    ]
    left, right = min(used, default=1), max(used, default=2)
    right = max(right, left + 1)
    middle = _middle(sheet, left, right)
    row = sheet.max_row + 2
    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for block in blocks:
        if isinstance(block, g.Paragraph):
            _write(sheet.cell(row, left), block.text)
            sheet.merge_cells(start_row=row, end_row=row, start_column=left, end_column=right)
            row += 1
            continue
        for line in block.rows:
            for column in range(left, right + 1):
                sheet.cell(row, column).border = border
                sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="center")
            for cell, (start, end) in zip(line.cells, ((left, middle), (middle + 1, right)), strict=True):
                _write(sheet.cell(row, start), cell.text)
                if end > start:
                    sheet.merge_cells(start_row=row, end_row=row, start_column=start, end_column=end)
            row += 1
    if sheet.print_area:
        sheet.print_area = f"A1:{get_column_letter(max(right, 1))}{row - 1}"


def _middle(sheet: Any, left: int, right: int) -> int:
    """The last column of the first of two parts, about 28 and 72 of the width."""
    widths = [_width(sheet, column) for column in range(left, right + 1)]
    goal, so_far = sum(widths) * 0.28, 0.0
    for number, width in enumerate(widths[:-1]):
        so_far += width
        if so_far >= goal:
            return left + number
    return right - 1


# --- heights -----------------------------------------------------------------------------------------


def _room(sheet: Any, first: int, last: int) -> float:
    """How many narrow characters a line holds in these columns."""
    return max(sum(_width(sheet, column) for column in range(first, last + 1)) - 1.5, 2.0)


def _last_column(cell: Any) -> int:
    """The last column of what a cell is merged with, or its own."""
    merged = cell.parent.merged_cells.ranges
    return next((rng.max_col for rng in merged if (rng.min_row, rng.min_col) == (cell.row, cell.column)), cell.column)


def _width(sheet: Any, column: int) -> float:
    for dimension in sheet.column_dimensions.values():
        if dimension.min and dimension.min <= column <= (dimension.max or dimension.min) and dimension.width:
            return float(dimension.width)
    return 8.43


def _fit(sheet: Any, row: int) -> None:
    """Give a row the height that its texts need; never less than the form has."""
    spans = {(r.min_row, r.min_col): r for r in sheet.merged_cells.ranges}
    needed = 0.0
    for cell in sheet[row]:
        if not isinstance(cell.value, str):
            continue
        span = spans.get((row, cell.column))
        last, rows = (span.max_col, span.max_row - span.min_row + 1) if span else (cell.column, 1)
        room = _room(sheet, cell.column, last)
        size = float(cell.font.sz or 11)
        lines = sum(int(text_width(line) * size / 11 / room) + 1 for line in cell.value.split("\n"))
        height = (lines * size * 1.32 + 4) / rows
        # One line fits the row as the office made it.
        needed = max(needed, height if lines > 1 or rows > 1 else 0.0)
    own = sheet.row_dimensions[row].height
    if needed > float(own or 15):
        sheet.row_dimensions[row].height = min(round(needed, 1), _TALLEST)
