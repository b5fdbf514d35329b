"""Give back the merges of a heading of two rows to a table that lost them: 指标值 above 运算符号, 数值, 度量单位."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indicators.categories import level1_code, level2_code
from projects.layouts.anyform.contents import is_category, is_level1, is_number, is_sign
from projects.layouts.anyform.words import ACTUAL, half_of, heading, is_actual
from projects.layouts.labels import norm
from projects.layouts.lines import Line

_ROWS_AHEAD = 8


def with_merges(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, each heading of two rows whose merges were lost with its cells where they stood."""
    found = list(lines)
    for index in range(len(found) - 2):
        upper, lower = found[index], found[index + 1]
        if upper.para or lower.para or upper.grid != lower.grid or not (_plain(upper) and _plain(lower)):
            continue
        if spans := _categories(upper, lower):
            found[index] = _spread(upper, spans)
            continue
        at = _parent(found, index)
        if at is not None:
            found[index], found[index + 1] = _merged(upper, lower, at)
    return found


def _plain(line: Line) -> bool:
    return all(cell.colspan == 1 and cell.rowspan == 1 for cell in line.cells)


def _parent(lines: Sequence[Line], index: int) -> int | None:
    """Return which heading of a row spans those of the next: they make the rows below as wide as they are."""
    upper, lower = _texts(lines[index]), _texts(lines[index + 1])
    if len(upper) < 3 or not 2 <= len(lower) <= len(upper) or "" in upper or "" in lower:
        return None
    paths = [found[0] if (found := heading(norm(text))) else "" for text in upper]
    if not {"level1", "level2", "name"} & set(paths) or not all(map(_is_part, lower)):
        return None
    rows = (_texts(line) for line in lines[index + 2 : index + 2 + _ROWS_AHEAD] if line.grid == lines[index].grid)
    full = [len(row) for row in rows if row and is_level1(row[0]) and len(row) > 1 and is_category(row[0])]
    side = 1 if paths[0] == "name" and "level1" in paths[:2] else 0  # 绩效指标 at the side of the list
    wide = len(upper) + len(lower) - 1 - side
    if not full or max(full) > wide or max(full) < wide - 1:
        return None
    parents = ("standard", "value") if lower[0] in ("优", "良") else ("value", "quantity", ACTUAL)
    return next((number for number, path in enumerate(paths) if path in parents), None)


def _categories(upper: Line, lower: Line) -> list[int]:
    """Return how many categories of level 2 each cell of a heading spans; none where it is no such heading."""
    above, below = _texts(upper), _texts(lower)
    first = next((number for number, text in enumerate(above) if is_category(text)), 0)
    if not first or len(below) <= len(above) or any(below[:first]) or not all(map(is_category, above[first:])):
        return []
    codes = [level2_code(text) for text in below[first:]]
    groups = [level1_code(text) for text in above[first:]]
    counts = [sum(1 for code in codes if code.split(".")[0] == group) for group in groups]
    return [1] * first + counts if all(codes) and all(counts) and sum(counts) == len(codes) else []


def _spread(line: Line, spans: list[int]) -> Line:
    cells = []
    col = line.cells[0].col
    for cell, span in zip(line.cells, spans, strict=False):
        cells.append(replace(cell, col=col, colspan=span))
        col += span
    return Line(cells, para=False, style=line.style, grid=line.grid, y=line.y)


def _texts(line: Line) -> list[str]:
    return line.texts[: line.filled[-1] + 1] if line.filled else []


def _is_part(text: str) -> bool:
    """Tell whether a text can be a heading below another one."""
    label = norm(text)
    if is_category(text) or is_number(text) or is_sign(text) or len(label) > 14:
        return False
    return bool(heading(label) or half_of(label) or is_actual(label) or label in ("前年", "上年", "数值", "符号"))


def _merged(upper: Line, lower: Line, at: int) -> tuple[Line, Line]:
    width = len(_texts(lower))
    tops = []
    for number, cell in enumerate(upper.cells[: len(_texts(upper))]):
        col = cell.col if number <= at else cell.col + width - 1
        tops.append(replace(cell, col=col, colspan=width if number == at else 1, rowspan=1 if number == at else 2))
    start = tops[at].col
    below = [replace(cell, col=start + number) for number, cell in enumerate(lower.cells[:width])]
    return (
        Line(tops, para=False, style=upper.style, grid=upper.grid, y=upper.y),
        Line(below, para=False, style=lower.style, grid=lower.grid, y=lower.y),
    )
