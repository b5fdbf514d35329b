"""Read the rows of an indicator list, also where cells were shifted, merged away or lost.

Most rows need no thought: each cell stands under its heading. Where a level label does not stand in
its column, every way of placing the cells in order under the headings is weighed, and the best is
taken and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from indicators.categories import core, level1_code, level2_code
from projects.layouts.definition import Layout, RepeatBlock, TemplateCell
from projects.layouts.labels import norm
from projects.layouts.lines import Line

_PLAIN_VALUE = re.compile(
    r"[<>=≤≥≦≧＞＜＝﹦═]?\s*[\d.,]+\s*([%％]|[\u4e00-\u9fff]{0,3})([以之]?[上下内前])?[;；。]?|不适用|是/否"
)


@dataclass(slots=True)
class Column:
    """A heading of the list as it stands in this file: the field below it and the columns it covers.

    ``printed``: the form itself writes there, a running number or always the same word.
    """

    path: str
    beside: bool
    start: int
    end: int
    label: str
    printed: bool = False


def read_head(block: RepeatBlock, line: Line) -> list[Column] | None:
    """Return the columns when ``line`` is the heading row of ``block``, else ``None``.

    Headings are taken in the form's order; an unknown one is kept with an empty path.
    """
    if len(line.filled) < block.head_needs:
        return None
    labels = [norm(text) for text in line.texts]
    wanted = block.head_labels
    if len(block.head_words.intersection(labels)) < block.head_needs:
        return None
    side = norm(block.side) if block.side else ""
    columns: list[Column] = []
    free: list[TemplateCell] = list(block.row)
    for cell, label in zip(line.cells, labels, strict=True):
        if not label or label == side:
            continue
        at = next((i for i, name in enumerate(wanted) if name == label and free[i] is not _USED), None)
        start, end = cell.col, cell.col + cell.colspan
        if at is None:
            columns.append(Column("", False, start, end, label))
            continue
        binding = block.row[at].binding
        free[at] = _USED
        if binding:
            columns.append(Column(binding.path, binding.beside, start, end, label))
        else:
            columns.append(Column("", False, start, end, label, bool(block.row[at].parts)))
    return columns


_USED = TemplateCell(("",))


def by_column(line: Line, columns: list[Column]) -> tuple[list[int | None], list[int]]:
    """Return per heading the index of the cell below it, and the cells that stand below none.

    A cell left of all headings belongs to the side label.
    """
    found: list[int | None] = [None] * len(columns)
    stray: list[int] = []
    left = columns[0].start
    at = 0
    for index, cell in enumerate(line.cells):
        if cell.col + cell.colspan <= left:
            continue
        while at < len(columns) - 1 and cell.col >= columns[at].end:
            at += 1
        if columns[at].start <= cell.col < columns[at].end and found[at] is None:
            found[at] = index
        elif line.texts[index]:
            stray.append(index)
    return found, stray


class Vocabulary:
    """Which words are level-1 and level-2 categories on a form; the form's own tree decides first.

    满意度 is a level 1 in most places and a level 2 in some.
    """

    def __init__(self, layout: Layout) -> None:
        self._first = {core(levels[0]) for levels in layout.categories.values()}
        self._second = {core(levels[1]) for levels in layout.categories.values()} - self._first
        self._cache: dict[tuple[str, int], bool] = {}

    def is_level(self, text: str, level: int) -> bool:
        """Tell whether ``text`` is a category of ``level`` (1 or 2)."""
        key = (text, level)
        if key not in self._cache:
            if len(self._cache) > 5000:
                self._cache.clear()
            self._cache[key] = self._look_up(text, level)
        return self._cache[key]

    def _look_up(self, text: str, level: int) -> bool:
        bare = core(text) if len(text) <= 40 else ""
        if level == 1:
            return bare in self._first or bool(bare and bare not in self._second and level1_code(text))
        return bare in self._second or bool(bare and bare not in self._first and level2_code(text))


def is_regular(texts: list[str], columns: list[Column], words: Vocabulary, *, merged: bool = False) -> bool:
    """Tell whether level labels, and nothing else, stand in the level columns.

    ``merged``: the category's cell reaches down from a row above, so the others stand where they belong.
    """
    name, category = "", merged
    for text, column in zip(texts, columns, strict=True):
        if not text:
            continue
        if column.path == "level1":
            if not words.is_level(text, 1):
                return False
        elif column.path == "level2":
            if not words.is_level(text, 2):
                return False
            category = category or not column.beside
        elif column.path == "name" and not column.beside:
            name = text
    # Beside its category even 经济效益 is a name; without one it is the category, shifted.
    return category or not _is_level2_only(name)


@lru_cache(maxsize=4096)
def _is_level2_only(text: str) -> bool:
    """Tell whether a text can only be a category: 经济效益, 数量指标; not 满意度, which also names indicators."""
    code = level2_code(text)
    return bool(code) and not code.startswith("satisfaction") and (core(text) != text or code.startswith("outcome"))


def best_placement(line: Line, columns: list[Column], words: Vocabulary) -> list[int | None] | None:
    """Return the best way of placing the filled cells in order under the headings, ``None`` if there is none.

    Cells usually move together, so a placement pays for each change of the distance by which they moved.
    """
    cells = [i for i in line.filled if line.cells[i].col + line.cells[i].colspan > columns[0].start]
    if not cells or len(cells) > len(columns):
        return None
    own = [_own_column(line, index, columns) for index in cells]
    fits = [[_fit(line.texts[index], column, words) for column in columns] for index in cells]
    best, chosen = float("-inf"), None
    for places in combinations(range(len(columns)), len(cells)):
        score = sum(fits[number][at] for number, at in enumerate(places)) + _completeness(places, columns)
        moved = 0
        for at, before in zip(places, own, strict=True):
            score += 1.0 if at - before == moved else -0.7
            moved = at - before
        if score > best:
            best, chosen = score, places
    if chosen is None:
        return None
    found: list[int | None] = [None] * len(columns)
    for index, at in zip(cells, chosen, strict=True):
        found[at] = index
    return found


def _own_column(line: Line, index: int, columns: list[Column]) -> int:
    col = line.cells[index].col
    return next((i for i, column in enumerate(columns) if column.start <= col < column.end), len(columns))


def _completeness(places: tuple[int, ...], columns: list[Column]) -> float:
    taken = {columns[at].path for at in places}
    return (0.0 if "name" in taken else -3.0) + (0.0 if "value" in taken else -1.0)


def _fit(text: str, column: Column, words: Vocabulary) -> float:
    path = column.path
    if path == "level1":
        return 4.0 if words.is_level(text, 1) else -4.0
    if path == "level2":
        return 4.0 if words.is_level(text, 2) else -4.0
    value_like = bool(_PLAIN_VALUE.fullmatch(text))
    if path == "name":
        if _is_level2_only(text):
            return -3.0
        if words.is_level(text, 1):
            return -4.0
        return -2.0 if value_like and text != "不适用" else 0.5 if text == "不适用" else 1.0
    if path == "value":
        return 3.0 if value_like else 0.5 if len(text) <= 8 else -1.0 if len(text) > 40 else 0.0
    return -1.0 if value_like and text != "不适用" else 0.5
