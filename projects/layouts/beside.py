"""Two forms that stand beside each other on one sheet become two grids, the left one first."""

from __future__ import annotations

from dataclasses import replace

from projects.grids.grid import Block, Cell, Document, Grid, Row
from projects.layouts.generic import project_labels
from projects.layouts.labels import norm

_HEADINGS = frozenset(["一级指标", "二级指标", "三级指标", "指标值", "目标值", "指标名称"])
_FEW = 2
_LABEL = "名称"
_TOP = 8  # rows in which a form names its project


def apart(document: Document) -> Document:
    """Return the document, grids with two forms side by side as two; the same document where there are none."""
    blocks: list[Block] = []
    for block in document.blocks:
        blocks += _parted(block) if isinstance(block, Grid) else [block]
    return document if len(blocks) == len(document.blocks) else replace(document, blocks=blocks)


def _parted(grid: Grid) -> list[Block]:
    for number, row in enumerate(grid.rows[:_TOP]):
        if len(row.cells) < 2 * _FEW or sum(_LABEL in cell.text for cell in row.cells) < _FEW:
            continue
        named = [cell.col for cell in row.cells if _LABEL in cell.text and norm(cell.text) in project_labels()]
        if len(named) == _FEW and (edge := _edge(grid.rows[number:], *named)):
            left = [replace(one, cells=[cell for cell in one.cells if cell.col < edge]) for one in grid.rows]
            right = [replace(one, cells=_behind(one, edge)) for one in grid.rows]
            return [replace(grid, rows=left), replace(grid, rows=right)]
    return [grid]


def _behind(row: Row, edge: int) -> list[Cell]:
    return [replace(cell, col=cell.col - edge) for cell in row.cells if cell.col >= edge]


def _edge(rows: list[Row], first: int, second: int) -> int:
    """Return the column where the right form begins: no cell crosses it, and both sides head a list; 0 for none."""
    for edge in range(second, first, -1):
        if any(cell.col < edge < cell.col + cell.colspan for row in rows for cell in row.cells):
            continue
        sides = [{norm(c.text) for row in rows for c in row.cells if (c.col < edge) is left} for left in (True, False)]
        if all(len(_HEADINGS & side) >= _FEW for side in sides):
            return edge
    return 0
