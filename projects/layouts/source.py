"""The lines of one table as a grid of their own: what a person sees beside the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from projects.grids.grid import NOWHERE, SHORT, TITLE, Grid, Row
from projects.layouts.lines import Line


def source_grid(lines: Sequence[Line], head: Line | None = None) -> Grid:
    """Return the lines as rows; a paragraph is a row over the whole width.

    Merged cells are cut where lines between them were left out (blank rows) or belong to another table.
    """
    shown = [head, *lines] if head is not None and head not in lines else list(lines)
    columns = max((c.col + c.colspan for line in shown if not line.para for c in line.cells), default=1)
    grid = Grid([], [1.0] * columns, shown[0].origin.part if shown else "")
    for number, line in enumerate(shown):
        if line.para:
            text = "\t".join(line.texts)
            cell = replace(line.cells[0], text=text, col=0, colspan=columns, rowspan=1)
            cell.style = TITLE if line is head else SHORT
            grid.rows.append(Row([cell]))
            continue
        row = Row([])
        for cell in line.cells:
            last = cell.rowspan - 1 + line.y
            below = sum(1 for one in shown[number + 1 :] if one.grid == line.grid and not one.para and one.y <= last)
            row.cells.append(replace(cell, rowspan=1 + below))
        grid.rows.append(row)
    if shown:
        grid.part = (shown[0].cells[0].origin if shown[0].cells else NOWHERE).part
    return grid
