"""Put rows back below their headings where merged cells were lost and what stood right of them moved left."""

from __future__ import annotations

import re
from dataclasses import replace

from projects.layouts.anyform.contents import (
    is_category,
    is_direction,
    is_level1,
    is_level2,
    is_number,
    is_sign,
    is_unit_cell,
    may_be_unit,
    value_like,
)
from projects.layouts.anyform.heads import Column, Head
from projects.layouts.anyform.sheet import Sheet, Spot
from projects.layouts.anyform.words import ACTUAL
from projects.layouts.lines import Line

_MOST_COLUMNS = 24


def realign(sheet: Sheet, head: Head, lines: list[int]) -> list[int]:
    """Move rows whose first columns are missing to the right; return the lines that were moved."""
    columns = head.columns
    if len(columns) < 4 or len(columns) > _MOST_COLUMNS:
        return []
    if not {"level1", "level2"} & {c.path for c in columns}:
        return _beside_side(sheet, columns, lines)
    moved = []
    for index in lines:
        line = sheet.lines[index]
        if line.para or any(cell.colspan > 1 or cell.rowspan > 1 for cell in line.cells):
            continue
        if any(not spot.top for spot in sheet.spots[index]) or not line.filled:
            continue
        if line.filled[0] != 0 or line.cells[0].col != columns[0].start:
            continue
        by = _shift(line, columns)
        if by:
            _move(sheet, index, columns, by)
            moved.append(index)
    return moved


def _beside_side(sheet: Sheet, columns: list[Column], lines: list[int]) -> list[int]:
    """Move the rows of a list without levels that stand one heading too far left: 绩效指标 stood at their side."""
    rows = [index for index in lines if sheet.lines[index].filled]
    names = [column.path == "name" for column in columns[:2]]
    plain = all(cell.colspan == 1 and cell.rowspan == 1 for index in rows for cell in sheet.lines[index].cells)
    short = all(sheet.lines[index].filled[-1] + 1 < len(columns) for index in rows)
    if not (rows and plain and all(names) and short):
        return []
    if any(sheet.lines[index].filled[0] or sheet.lines[index].cells[0].col != columns[0].start for index in rows):
        return []
    for index in rows:
        _move(sheet, index, columns, 1)
    return rows


def _shift(line: Line, columns: list[Column]) -> int:
    """Return by how many columns a row fits its headings better than where it stands, 0 for none."""
    texts = line.texts[: line.filled[-1] + 1]
    if len(texts) == 1 and _is_lone_name(texts[0], columns):
        return max(number for number, column in enumerate(columns) if column.path == "name")
    if len(texts) == 1 and is_level2(texts[0]) and not is_level1(texts[0]):
        return next((number for number, column in enumerate(columns) if column.path == "level2"), 0)
    if len(texts) < 2 or len(texts) >= len(columns):
        return 0
    scores = [_score(texts, columns[by:]) for by in range(len(columns) - len(texts) + 1)]
    best = max(range(len(scores)), key=lambda by: (scores[by], -by))
    behind = dict(zip((column.path for column in columns[best:]), texts, strict=False))
    value = behind.get("value", "") or behind.get("quantity", "")
    valued = value_like(value) >= 1.0 and bool(behind.get("name"))
    if not any(column.path in ("level1", "level2") for column in columns[:2]):
        valued = valued and not re.fullmatch(r"[\d,.]+", value)  # an amount, in a list of projects
    telling = valued or any(
        column.path in ("level1", "level2", "operator") and text and _fits(text, column) >= 2.0
        for text, column in zip(texts, columns[best:], strict=False)
    )
    return best if best and telling and scores[best] >= scores[0] + 2 else 0


def _is_lone_name(text: str, columns: list[Column]) -> bool:
    """Tell whether the only cell of a row is the name of an indicator whose value was left blank."""
    if not any(column.path in ("level1", "level2") for column in columns[:2]):
        return False
    if not any(column.path == "name" for column in columns):
        return False
    return 4 < len(text) <= 40 and not (
        is_level1(text) or is_level2(text) or re.search("[：:。；]|合计|总分|说明|意见", text)
    )


def _score(texts: list[str], columns: list[Column]) -> float:
    return sum(_fits(text, column) for text, column in zip(texts, columns, strict=False) if text)


def _fits(text: str, column: Column) -> float:
    """Return how well a text stands below a heading: positive where it is of its kind."""
    path = column.path
    category = is_category(text)
    if path == "level1":
        return 3.0 if is_level1(text) else -2.0
    if path == "level2":
        return 3.0 if is_level2(text) else -2.0
    if category:
        return -3.0
    if path == "operator":
        return 2.0 if is_sign(text) or is_direction(text) else -2.0
    if path in ("value", "quantity"):
        return -1.0 if is_sign(text) and not is_number(text) else value_like(text)
    if path == "unit":
        return 1.0 if is_unit_cell(text) else 0.0 if may_be_unit(text) else -1.5
    if path in ("weight", "@money") or (path == ACTUAL and "分" in column.label):
        return 1.0 if is_number(text) else -1.5
    if path == "name":
        return -2.0 if is_number(text) or is_sign(text) else 0.5 if value_like(text) < 1.0 else -0.5
    return 0.0


def _move(sheet: Sheet, index: int, columns: list[Column], by: int) -> None:
    """Move the cells of a row to the columns that begin ``by`` headings further right."""
    line = sheet.lines[index]
    cells = [
        replace(cell, col=columns[number + by].start if number + by < len(columns) else cell.col + by)
        for number, cell in enumerate(line.cells)
    ]
    fresh = Line(cells, para=False, style=line.style, grid=line.grid, y=line.y)
    sheet.lines[index] = fresh
    sheet.spots[index] = [Spot(text, cell, True, index, index) for cell, text in zip(cells, fresh.texts, strict=True)]
