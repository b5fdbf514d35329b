"""One set of columns for all the tables of a sheet."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from projects.grids.grid import Grid

SNAP = 0.012  # column edges nearer than this part of the width are one

Widths = tuple[float, ...]


def all_widths(grid: Grid) -> Widths:
    """Relative widths of all columns that the grid uses."""
    used = max([c.col + c.colspan for row in grid.rows for c in row.cells], default=1)
    widths = grid.widths
    spare = sum(widths) / len(widths) if widths else 1.0
    return (*widths, *[spare] * (used - len(widths)))


@lru_cache(maxsize=128)
def shared_columns(grids: tuple[Widths, ...]) -> tuple[list[float], list[list[int]]]:
    """Column edges (0 to 1) shared by all grids, and each grid's edges as indexes into them.

    The results are kept and must not be changed: the sheets of a book have the same columns.
    """
    shared: list[float] = [0.0, 1.0]
    wanted: list[list[float]] = []
    for widths in grids:
        own = _edges(widths)
        fine = min(b - a for a, b in pairwise(own)) > 2 * SNAP
        placed: list[float] = []
        for edge in own:
            near = min(shared, key=lambda known: abs(known - edge))
            if near == edge or (fine and abs(near - edge) <= SNAP):
                placed.append(near)
            else:
                shared.append(edge)
                placed.append(edge)
        wanted.append(placed)
    shared.sort()
    index = {edge: number for number, edge in enumerate(shared)}
    return shared, [[index[edge] for edge in placed] for placed in wanted]


def _edges(widths: Widths) -> list[float]:
    """Column edges of one grid as parts of its width."""
    least = sum(widths) * 0.002 or 1.0  # no column so thin that its edges become one
    total = sum(max(width, least) for width in widths)
    so_far = 0.0
    edges = [0.0]
    for width in widths[:-1]:
        so_far += max(width, least)
        edges.append(round(so_far / total, 6))
    return [*edges, 1.0]
