"""What goes into each placeholder when a table is filled into the office's own file: the texts the layout prints."""

from __future__ import annotations

from dataclasses import dataclass

from projects.grids import grid as g
from projects.layouts.blank.vocabulary import SECTION, Placeholder, is_computed, parts_of
from projects.layouts.cells import fill_text, getter, printer
from projects.layouts.definition import Layout, RepeatBlock
from projects.layouts.render import adapted, draw_blocks, title_of
from projects.layouts.supplement import supplement
from projects.targettable import TargetTable


@dataclass(frozen=True, slots=True)
class ListCell:
    """What one cell of one row of a list says; ``rows`` is how many rows it reaches down, 0 when covered from above."""

    text: str
    rows: int = 1
    number: float | None = None
    number_format: str = ""


class Filler:
    """Answers for one table what stands in place of a placeholder."""

    def __init__(self, table: TargetTable, layout: Layout, number: int | None = None) -> None:
        self.table = table
        self.layout = layout
        self.number = number
        self.title = title_of(table, layout, number)
        self.blank_title = "".join(part if isinstance(part, str) else "" for part in layout.title_parts)
        self._drawn = adapted(table, layout)
        self._lists: dict[str, list[dict[str, g.Cell]]] = {}
        grids = [rows for grid in draw_blocks(self._drawn, layout) for rows in grid]
        for block, rows in zip(layout.blocks, grids, strict=True):
            if isinstance(block, RepeatBlock):
                first, last = 1 + bool(block.first), len(rows) - bool(block.last)
                found = [{_leaf(cell.field): cell for cell in row.cells if cell.field} for row in rows[first:last]]
                for name in filter(None, (block.of, block.beside)):
                    self._lists[name] = found

    def single(self, one: Placeholder) -> tuple[str, float | None, str]:
        """Return text, number and number format of a placeholder outside lists."""
        if not one.path or one.path == SECTION:
            return "", None, ""
        binding = one.binding()
        if is_computed(one.path):
            return fill_text((binding,), self.table, self.number), None, ""
        return printer(one.path, self.layout, one.bare_zero)(getter(one.path, one.option)(self.table))

    def filled(self, text: str) -> str:
        """Return a text with all its placeholders filled in; words behind a blank value go with it."""
        pieces = [part if isinstance(part, str) else self.single(part)[0] for part in parts_of(text)]
        return "".join(pieces)

    def rows(self, name: str) -> int:
        """Return how many rows a list takes on the form: at least one."""
        return len(self._lists.get(name, [])) or 1

    def listed(self, one: Placeholder, index: int) -> ListCell:
        """Return a cell of row ``index`` of a list."""
        if one.path == "number":
            return ListCell(str(index + 1))
        rows = self._lists.get(one.rows, [])
        if index >= len(rows):
            return ListCell("")
        cell = rows[index].get(f"{one.rows}.{one.path}") or rows[index].get(_twin(one))
        if cell is None:
            return ListCell("", 0)
        return ListCell(cell.text, cell.rowspan, cell.number, cell.number_format)

    def supplement(self) -> list[g.Block]:
        """Return what the form has no place for, to follow below it."""
        return supplement(self.table, self.layout)


def _leaf(path: str) -> str:
    rows, _, rest = path.partition(".")
    return f"{rows}.{rest.partition('.')[2]}"


def _twin(one: Placeholder) -> str:
    """The value of a form with sign and unit in own columns is its figure; level 1 stands once for both halves."""
    if one.path == "value":
        return f"{one.rows}.quantity"
    if one.path != "level1":
        return ""
    return f"{'indicators' if one.rows == 'period_indicators' else 'period_indicators'}.{one.path}"
