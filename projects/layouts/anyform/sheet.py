"""The lines of one table with every merged cell in all the rows it covers."""

from __future__ import annotations

from dataclasses import dataclass, field

from projects.grids.grid import Cell
from projects.layouts.lines import Line


@dataclass(slots=True, eq=False)
class Spot:
    """A cell as one line sees it. ``top``: it begins in this line; ``line``, ``last``: its first and last."""

    text: str
    cell: Cell
    top: bool
    line: int
    last: int

    @property
    def col(self) -> int:
        return self.cell.col

    @property
    def end(self) -> int:
        return self.cell.col + self.cell.colspan

    @property
    def tall(self) -> bool:
        return self.last > self.line


@dataclass(slots=True)
class Sheet:
    """``spots``: per line its cells by column, those that reach down from above included."""

    lines: list[Line]
    spots: list[list[Spot]] = field(default_factory=list)

    def tops(self, index: int) -> list[Spot]:
        """Return the cells that begin in a line, blank ones included."""
        return [spot for spot in self.spots[index] if spot.top]

    def filled(self, index: int) -> list[Spot]:
        """Return the cells with text that begin in a line."""
        return [spot for spot in self.spots[index] if spot.top and spot.text]

    def follows(self, index: int) -> bool:
        """Tell whether a line belongs to the same grid as the one before it."""
        if not 0 < index < len(self.lines):
            return False
        before, line = self.lines[index - 1], self.lines[index]
        return not before.para and not line.para and before.grid == line.grid


def sheet_of(lines: list[Line]) -> Sheet:
    """Return the lines with their merged cells spread over the rows they cover."""
    sheet = Sheet(lines)
    ends = _ends(lines)
    open_: list[Spot] = []
    for index, line in enumerate(lines):
        if not sheet.follows(index):
            open_ = []
        open_ = [spot for spot in open_ if spot.last >= index]
        tops = [
            Spot(text, cell, True, index, ends[index].get(number, index))
            for number, (cell, text) in enumerate(zip(line.cells, line.texts, strict=True))
        ]
        below = [Spot(spot.text, spot.cell, False, spot.line, spot.last) for spot in open_]
        sheet.spots.append(sorted([*below, *tops], key=lambda spot: spot.col))
        open_ += [spot for spot in tops if spot.tall]
    return sheet


def _ends(lines: list[Line]) -> list[dict[int, int]]:
    """Return per line the last line of each of its tall cells."""
    found: list[dict[int, int]] = []
    for index, line in enumerate(lines):
        ends: dict[int, int] = {}
        for number, cell in enumerate(line.cells):
            if cell.rowspan < 2 or line.para:
                continue
            last = index
            while last + 1 < len(lines) and _inside(lines[last + 1], line, cell.rowspan):
                last += 1
            if last > index:
                ends[number] = last
        found.append(ends)
    return found


def _inside(below: Line, line: Line, rowspan: int) -> bool:
    return not below.para and below.grid == line.grid and line.y < below.y < line.y + rowspan


def covering(spots: list[Spot], start: int, end: int) -> Spot | None:
    """Return the cell below the columns ``start`` to ``end``: that of the first of them, else the first inside."""
    inside = None
    for spot in spots:
        if spot.col <= start < spot.end:
            return spot
        if inside is None and start < spot.col < end:
            inside = spot
    return inside
