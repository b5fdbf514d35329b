"""Draw the repeated blocks of a form: indicators, costs, tasks, items; equal categories merged downward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from projects.grids import grid as g
from projects.layouts.cells import Fill, compile_cell, place, printer, style_of
from projects.layouts.definition import Layout, RepeatBlock, TemplateCell
from projects.layouts.typed import INDICATOR_LISTS, VALUE_PARTS, value_cell
from projects.targettable import ROW_TYPES, TargetTable

Pair = tuple[Any, Any]


class _Column:
    """One column of a repeated row, compiled."""

    __slots__ = ("beside", "col", "colspan", "get", "leaf", "merged", "parts", "path", "show", "style")

    def __init__(self, cell: TemplateCell, block: RepeatBlock, columns: list[int], layout: Layout) -> None:
        binding = cell.binding
        self.col, self.colspan = place(cell, columns)
        self.parts = cell.parts
        if binding is None:
            # A running number, a word that stands in each row, or nothing.
            self.beside, self.merged, self.leaf, self.path, self.style = False, False, "", "", g.SHORT
            return
        self.beside = binding.beside
        self.leaf = binding.path
        self.path = f"{block.beside if binding.beside else block.of}.{binding.path}"
        self.get: Callable[[Any], Any] = attrgetter(binding.path)
        if block.of in INDICATOR_LISTS and binding.path in VALUE_PARTS:
            # Sign, figure and unit in own cells: together they are the value.
            rows = block.beside if binding.beside else block.of
            self.get = partial(value_cell, leaf=binding.path, rows=rows, layout=layout)
        self.show = printer(self.path, layout, binding.bare_zero)
        self.style = style_of(self.path, layout)
        self.merged = ("<" if binding.beside else "") + binding.path in block.merge


def compile_rows(block: RepeatBlock, columns: list[int], layout: Layout) -> Callable[[TargetTable], list[g.Row]]:
    """Return what draws heading, rows and totals of a block for a table."""
    head = [g.Cell(c.literal, *place(c, columns), 1, g.HEAD) for c in block.head]
    compiled = [_Column(cell, block, columns, layout) for cell in block.row]
    first = [compile_cell(cell, columns, layout) for cell in block.first]
    last = [compile_cell(cell, columns, layout) for cell in block.last]
    side_width = columns[1] - columns[0]

    def draw(table: TargetTable) -> list[g.Row]:
        rows = [g.Row(list(head) if block.side else head, head=True)]
        rows += _single(first, table)
        rows += _draw_pairs(compiled, pairs_of(table, block), block)
        rows += _single(last, table)
        if block.side:
            rows[0].cells.insert(0, g.Cell(block.side, 0, side_width, len(rows), g.LABEL))
        return rows

    return draw


def _single(fills: list[Fill], table: TargetTable) -> list[g.Row]:
    return [g.Row([fill(table) for fill in fills])] if fills else []


def pairs_of(table: TargetTable, block: RepeatBlock) -> list[Pair]:
    """Return ``(row, row of the left half)``; at least one, so that a form never lacks its cells."""
    rows: Sequence[Any] = getattr(table, block.of)
    left: Sequence[Any] = getattr(table, block.beside) if block.beside else ()
    pairs: list[Pair] = side_by_side(rows, left) if block.beside else [(row, None) for row in rows]
    return pairs or [(ROW_TYPES[block.of](), None)]


def side_by_side(rows: Sequence[Any], left: Sequence[Any]) -> list[Pair]:
    """Put two indicator lists beside each other, level 1 by level 1, keeping the order of both."""
    pairs: list[Pair] = []
    right_runs, left_runs = _runs(rows), _runs(left)
    while right_runs or left_runs:
        name = _next_level1(right_runs, left_runs)
        ours = right_runs.pop(0)[1] if right_runs and right_runs[0][0] == name else []
        theirs = left_runs.pop(0)[1] if left_runs and left_runs[0][0] == name else []
        for index in range(max(len(ours), len(theirs))):
            pairs.append((ours[index] if index < len(ours) else None, theirs[index] if index < len(theirs) else None))
    return pairs


def _next_level1(right: list[tuple[str, list[Any]]], left: list[tuple[str, list[Any]]]) -> str:
    """Return the category that comes next: the right half's, unless the left half has others before it."""
    if not right:
        return left[0][0]
    if left and left[0][0] != right[0][0] and left[0][0] not in {name for name, _ in right}:
        return left[0][0]
    return right[0][0]


def _runs(rows: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    runs: list[tuple[str, list[Any]]] = []
    for row in rows:
        if runs and runs[-1][0] == row.level1:
            runs[-1][1].append(row)
        else:
            runs.append((row.level1, [row]))
    return runs


def _value(column: _Column, pair: Pair) -> Any:
    row = pair[1] if column.beside else pair[0]
    if row is None:
        # Level 1 stands once for both halves.
        return pair[1].level1 if column.leaf == "level1" and pair[1] is not None else None
    return column.get(row)


def _draw_pairs(columns: list[_Column], pairs: list[Pair], block: RepeatBlock) -> list[g.Row]:
    spans = _spans(columns, pairs)
    rows = []
    for index, pair in enumerate(pairs):
        cells = []
        for column, span in zip(columns, spans, strict=True):
            rowspan = span[index] if span else 1
            if not rowspan:
                continue
            if not column.path:
                cells.append(g.Cell(_printed(column, index), column.col, column.colspan, 1, column.style))
                continue
            value = _value(column, pair)
            text, number, number_format = column.show(value) if value is not None else ("", None, "")
            cells.append(
                g.Cell(
                    text,
                    column.col,
                    column.colspan,
                    rowspan,
                    column.style,
                    f"{block.beside if column.beside else block.of}.{index}.{column.leaf}",
                    number,
                    number_format,
                )
            )
        rows.append(g.Row(cells))
    return rows


def _printed(column: _Column, index: int) -> str:
    """Return what the form itself writes into a column of a list."""
    return "".join(part if isinstance(part, str) else str(index + 1) for part in column.parts)


def _spans(columns: list[_Column], pairs: list[Pair]) -> list[list[int] | None]:
    """Return per column how many rows each cell covers (0: covered from above), ``None`` when never merged.

    A cell is merged with the one above only where the merged columns left of it are merged too.
    """
    found: list[list[int] | None] = []
    outer: dict[bool, list[bool]] = {}
    for column in columns:
        if not column.merged:
            found.append(None)
            continue
        values = [_value(column, pair) for pair in pairs]
        level1_joined = outer.get(False) if column.leaf != "level1" else None
        joined = [False] * len(values)
        for index in range(1, len(values)):
            same = bool(values[index]) and values[index] == values[index - 1]
            joined[index] = same and (level1_joined is None or level1_joined[index])
        if column.leaf == "level1":
            outer[False] = joined
        span = [0] * len(values)
        anchor = 0
        for index, covered in enumerate(joined):
            anchor = anchor if covered else index
            span[anchor] += 1
        found.append(span)
    return found
