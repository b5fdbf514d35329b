"""Insert rows into a worksheet so that everything below really moves: merges, heights, print area.

openpyxl's own ``insert_rows`` moves cells alone.
"""

from __future__ import annotations

import copy
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.merge import MergedCellRange


def grow(sheet: Any, row: int, extra: int) -> None:
    """Add ``extra`` rows below ``row`` with its styles, heights and merges; cells that reach across it grow."""
    if extra <= 0:
        return
    moved = {key: cell for key, cell in sheet._cells.items() if key[0] > row}
    for key in moved:
        del sheet._cells[key]
    for (at, column), cell in moved.items():
        cell.row = at + extra
        sheet._cells[at + extra, column] = cell
    heights = {at: dimension for at, dimension in sheet.row_dimensions.items() if at > row}
    for at in heights:
        del sheet.row_dimensions[at]
    for at, dimension in heights.items():
        dimension.index = at + extra
        sheet.row_dimensions[at + extra] = dimension
    across, below, own = _ranges(sheet, row, extra)
    width = max((column for _, column in sheet._cells), default=1)
    for number in range(1, extra + 1):
        _copy_row(sheet, row, row + number, width)
    sheet.merged_cells = MultiCellRange()
    copies = [CellRange(r.coord) for r in own for _ in (0,)]
    repeated = [_shifted(r, number) for r in copies for number in range(1, extra + 1)]
    for rng in (*across, *below, *own, *repeated):
        sheet.merged_cells.ranges.add(MergedCellRange(sheet, rng.coord))
    _cover(sheet, [*across, *repeated])
    _page(sheet, row, extra)


def _ranges(sheet: Any, row: int, extra: int) -> tuple[list[CellRange], list[CellRange], list[CellRange]]:
    """Return the merges that reach across the row (grown), those below it (moved), and those of the row itself."""
    across, below, own = [], [], []
    for rng in sheet.merged_cells.ranges:
        plain = CellRange(rng.coord)
        if plain.min_row > row:
            plain.shift(row_shift=extra)
            below.append(plain)
        elif plain.max_row == row == plain.min_row:
            own.append(plain)
        elif plain.max_row >= row:
            plain.expand(down=extra)
            across.append(plain)
        else:
            below.append(plain)
    return across, below, own


def _shifted(rng: CellRange, rows: int) -> CellRange:
    made = CellRange(rng.coord)
    made.shift(row_shift=rows)
    return made


def _copy_row(sheet: Any, source: int, target: int, width: int) -> None:
    for column in range(1, width + 1):
        cell = sheet._cells.get((source, column))
        if cell is not None:
            made = sheet.cell(target, column)
            made._style = copy.copy(cell._style)
            if not isinstance(cell, MergedCell) and cell.value is not None:
                made.value = cell.value
    if source in sheet.row_dimensions:
        sheet.row_dimensions[target].height = sheet.row_dimensions[source].height


def _cover(sheet: Any, ranges: list[CellRange]) -> None:
    """Cells under a merge hold no value."""
    for rng in ranges:
        for row in range(rng.min_row, rng.max_row + 1):
            for column in range(rng.min_col, rng.max_col + 1):
                if (row, column) == (rng.min_row, rng.min_col):
                    continue
                old = sheet._cells.get((row, column))
                if not isinstance(old, MergedCell):
                    covered: Any = MergedCell(sheet, row, column)
                    if old is not None:
                        covered._style = copy.copy(old._style)
                    sheet._cells[row, column] = covered


def _page(sheet: Any, row: int, extra: int) -> None:
    """Move what belongs to the page: print area, breaks, checks of input."""
    if sheet.print_area:
        areas = [CellRange(area.replace("$", "").rpartition("!")[2]) for area in str(sheet.print_area).split(",")]
        for area in areas:
            if area.min_row > row:
                area.shift(row_shift=extra)
            elif area.max_row >= row:
                area.expand(down=extra)
        sheet.print_area = ",".join(area.coord for area in areas)
    for found in sheet.row_breaks.brk:
        if found.id >= row:
            found.id += extra
    for check in sheet.data_validations.dataValidation:
        moved = MultiCellRange()
        for rng in check.sqref.ranges:
            plain = CellRange(rng.coord)
            if plain.min_row > row:
                plain.shift(row_shift=extra)
            elif plain.max_row >= row:
                plain.expand(down=extra)
            moved.add(plain.coord)
        check.sqref = moved
