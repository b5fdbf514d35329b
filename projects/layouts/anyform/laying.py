"""Lay a stream of cells below the headings of a list: which cells make a row, and below which heading each stands.

Of all ways to do it the one that fits best is taken (a shortest way through cells × columns): categories below the
levels, values below the value, a name in every row; what is left out costs, so does a cell made of several pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from indicators.categories import core
from projects.layouts.anyform.contents import (
    is_category,
    is_direction,
    is_level1,
    is_level2,
    is_number,
    is_scoring,
    is_sign,
    is_unit_cell,
    may_be_unit,
    value_like,
)
from projects.layouts.anyform.running_chunks import Column, FoundRow
from projects.layouts.anyform.words import ACTUAL

_MOST_PIECES = 4  # of a cell whose text was parted
_BLANK = -3.0  # a category without an indicator
# How much the end of a line costs inside of a cell.
_JOINING = {"level1": 0.3, "level2": 0.3, "text": 0.5}
_HALVES = 2
_REST_OF_CATEGORY = 4
_GRADES = frozenset("是否优良中差有无-—－/")
_ALONE = -1.5
_SHORT_VALUE = 8
_LONG_TEXT = 14
_MOST_LINES = 7  # of a cell in running text
_NO = -6.0
_NAME_FIRST = re.compile(
    r"(?!不|大于|小于|高于|低于|至少|达到|每)[\u4e00-\u9fff]{3}"
)  # 新增5G基站数: words, then a figure
_PHRASES = re.compile(r"[，。；].{4}")  # of a text: no name and no value has them
_BEHIND_SHARE = re.compile(r"[%％](?!以|及|左右|之|或|、|，|；|;|（|\(|~|-|—|至)[\u4e00-\u9fff]")
_TEXT_BEHIND = re.compile(r"[≥≤＝=]?\d[\d.,]*[%％]?([\u4e00-\u9fff]{6,})")
_UNIT_FIRST = re.compile(r"([\u4e00-\u9fff]{1,4})[≥≤＝=]?\d")
_PAIR = re.compile(r"\s*[-—–/\\＞>·]+\s*")
_FIGURE = re.compile(r"[-—－/]+|\d[\d.,]*\s*[%％分]?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell of the stream, blank or not, the row of the file it stands in, and its number in the stream.

    ``joins``: what it costs to take it for the rest of the cell before it, where the lines of the text tell.
    """

    text: str
    row: int
    number: int
    joins: float | None = None


@dataclass(slots=True)
class _Way:
    """The best way to a cell: score, and the step before it: where its pieces began, column, and its way."""

    score: float
    begin: int = 0
    column: int = -1
    before: _Way | None = None
    fresh: bool = False
    end: int = 0


def lay(columns: Sequence[Column], pieces: Sequence[Piece]) -> tuple[list[FoundRow], int]:
    """Return the rows, and the number of the last piece they took (that of the first less one without any)."""
    kinds = [_kind(column) for column in columns]
    names = [number for number, kind in enumerate(kinds) if kind == "name"]
    middle = _middle(kinds, names)
    if not middle:
        told = (number for level in ("四级", "三级") for number in names if level in columns[number].text)
        third = next(told, names[0] if names else -1)
        kinds = ["text" if kind == "name" and number != third else kind for number, kind in enumerate(kinds)]
    count = len(pieces)
    most = _MOST_PIECES
    if any(piece.joins is not None for piece in pieces):
        most = _LONG_TEXT if "@long" in kinds else _MOST_LINES
    # Where some blank cells were kept, all were: a heading without a cell is rarer.
    skip = _SKIP | _KEPT if any(not piece.text for piece in pieces) else _SKIP
    # ways[i][j]: the first i pieces are laid, the last of them in column j
    ways: list[list[_Way | None]] = [[None] * len(kinds) for _ in range(count + 1)]
    opening = [_opening(kinds, j, skip, first=True) for j in range(len(kinds))]
    again = [_opening(kinds, j, skip, first=False) for j in range(len(kinds))]
    skips = [[sum(skip[kind] for kind in kinds[a + 1 : b]) for b in range(len(kinds))] for a in range(len(kinds))]
    closing = [sum(skip[kind] for kind in kinds[j + 1 :]) for j in range(len(kinds))]
    closing = [_BLANK if kind == "level2" else cost for kind, cost in zip(kinds, closing, strict=True)]
    if middle:  # a row of the first list alone
        closing = [
            max(cost, sum(skip[kind] for kind in kinds[j + 1 : middle]) + _ALONE) if j < middle else cost
            for j, cost in enumerate(closing)
        ]
    best: tuple[float, int, _Way | None] = (0.0, 0, None)
    for begin in range(count):
        rows = ways[begin]
        ended: _Way | None = None
        if begin:
            done = [(way.score + closing[j], way) for j, way in enumerate(rows) if way is not None]
            if not done:
                continue
            score, way = max(done, key=lambda one: one[0])
            ended = _Way(score, way.begin, way.column, way.before, way.fresh, way.end)
        for size in range(1, min(most, count - begin) + 1):
            if size > 1 and (not pieces[begin].text or not pieces[begin + size - 1].text):
                break
            text = "".join(piece.text for piece in pieces[begin : begin + size])
            for j, kind in enumerate(kinds):
                fit = _fit(text, kind) - _joined(pieces, begin, size, kind)
                if fit <= _NO:
                    continue
                here: _Way | None = None
                if not begin:
                    here = _Way(opening[j] + fit, begin, j, None, True, begin + size)
                elif ended is not None:
                    here = _Way(ended.score + again[j] + fit, begin, j, ended, True, begin + size)
                for i, left in enumerate(rows[:j]):
                    if left is None:
                        continue
                    score = left.score + skips[i][j] + fit
                    if middle and j == middle and kind == "level2" and _other_category(left, pieces, kinds, text):
                        score += _NO
                    if score > (here.score if here else -1e9):
                        here = _Way(score, begin, j, left, False, begin + size)
                old = ways[begin + size][j]
                if here is not None and (old is None or here.score > old.score):
                    ways[begin + size][j] = here
    for end in range(1, count + 1):
        # A list does not end in front of a value: that belongs to its last row.
        cut = 1.5 if end < count and value_like(pieces[end].text) >= 1.0 else 0.0
        for j, one in enumerate(ways[end]):
            if one is not None and one.score + closing[j] - cut > best[0]:
                best = (one.score + closing[j] - cut, end, one)
    rows_found = _rows(best[2], best[1], pieces, kinds)
    if not rows_found:
        return [], pieces[0].number - 1 if pieces else -1
    return rows_found, pieces[best[1] - 1].number


def _middle(kinds: list[str], names: list[int]) -> int:
    """Return where the second of two lists beside each other begins, 0 where there is one: each name has its value."""
    if len(names) != _HALVES or "value" not in kinds[names[0] : names[1]] or "value" not in kinds[names[1] :]:
        return 0
    return names[1] - (kinds[names[1] - 1] == "level2")


def _other_category(way: _Way, pieces: Sequence[Piece], kinds: list[str], text: str) -> bool:
    """Tell whether the row so far is not of the category ``text``: both halves of a row are of one."""
    at: _Way | None = way
    while at is not None:
        if kinds[at.column] == "level2":
            return core("".join(piece.text for piece in pieces[at.begin : at.end])) != core(text)
        if at.fresh:
            break
        at = at.before
    return True


def _rows(way: _Way | None, end: int, pieces: Sequence[Piece], kinds: list[str]) -> list[FoundRow]:
    """Return the rows of the best way, those that do not look like their like marked."""
    found: list[FoundRow] = []
    row = FoundRow()
    while way is not None:
        taken = pieces[way.begin : end]
        row.cells[way.column] = "".join(piece.text for piece in taken)
        row.row = taken[0].row
        parted = len(taken) > 1 and taken[-1].joins is None
        row.doubtful = row.doubtful or (parted and kinds[way.column] not in ("level1", "level2", "text"))
        if way.fresh:
            found.append(row)
            row = FoundRow()
        end, way = way.begin, way.before
    found = [row for row in reversed(found) if any(row.cells.values())]
    odd = {number for number, row in enumerate(found) if row.doubtful or _odd(row, kinds)}
    odd |= _unlike(found, kinds)
    for number in odd:
        for near in (number - 1, number, number + 1):
            if 0 <= near < len(found):
                found[near].doubtful = True
    return found


def _unlike(rows: list[FoundRow], kinds: list[str]) -> set[int]:
    """Return the rows that lack what nearly all others have, or have what nearly none has: a sign, a unit, a score."""
    found: set[int] = set()
    for column, kind in enumerate(kinds):
        if kind not in ("operator", "unit", "figure", "actual", "value"):
            continue
        full = {number for number, row in enumerate(rows) if row.cells.get(column)}
        for few in (full, set(range(len(rows))) - full):
            if len(few) * 4 <= len(rows):
                found |= few
    return found


def _odd(row: FoundRow, kinds: list[str]) -> bool:
    """Tell whether a row lacks its name or its value, or either does not look like one."""
    text = {kind: row.cells.get(number, "") for number, kind in reversed(list(enumerate(kinds)))}
    name, value = text.get("name", ""), text.get("value", "")
    if not name and not value:
        return False
    return not name or value_like(value) < 0.6 or value_like(name) >= 1.0 or is_category(name)


# --- how well a text stands below a heading ----------------------------------------------------

# What it costs to leave a heading without a cell.
_SKIP = {
    "level1": 0.0,
    "level2": -1.0,
    "name": -4.0,
    "value": -2.5,
    "operator": -1.0,
    "unit": -1.0,
    "figure": -1.2,
    "actual": -1.5,
    "text": -0.3,
    "standard": -0.4,
    "number": -0.5,
    "@long": -0.6,
    "@money": -0.6,
    "@number": -0.3,
    "@code": -0.4,
    "@short": -0.3,
    "@project.name": -0.8,
}
_KEPT = {"text": -1.0, "standard": -1.0, "level2": -2.0, "figure": -1.6, "actual": -2.0}
# What may stand before 满意度指标: with other words it may be the end of a text and the category behind it.
_OF_WHOM = re.compile(
    r"(社会公众|社会|公众|服务对象|服务|对象|受益|群众|人员|或|及|和|与|、|/)*满意度?(指标|目标)?([（(].*)?等?"
)
_ENDS_IN_CATEGORY = re.compile(r".(产出|效益|满意度|成本|数量|质量|时效)(指标|目标)$")
_STANDARD = re.compile(
    r"(计划|行业|历史|国家|地方|部门|其他|预算支出|经验|通用)(标准|数据|值)|(正|反)向(指标)?|.*(得分|扣分|扣\d+分|酌情).*"
)


def _kind(column: Column) -> str:
    path, label = column.path, column.text
    if path.startswith("@"):
        if path.startswith("@goals.") or path in ("@project.overview", "@project.purpose", "@duties"):
            return "@long"
        return path if path in ("@money", "@number", "@project.name") else "@code" if "code" in path else "@short"
    if path in ("level1", "level2", "name", "operator", "unit"):
        return path
    if path in ("value", "quantity"):
        return "value"
    if label in ("序号", "编号"):
        return "number"
    if path == "standard" or re.search("标准(类型|依据)?$", label):
        return "standard"
    if path == "weight" or (path == ACTUAL and re.search("(分|率|分值|权重)([（(].*)?$", label)):
        return "figure"
    if (
        path == ACTUAL
        and re.search("值|完成情况|水平|上年|前年|去年", label)
        and not re.search("原因|说明|措施", label)
    ):
        return "actual"
    return "text"


def _opening(kinds: list[str], j: int, skip: dict[str, float], *, first: bool) -> float:
    """Return what it costs to begin a row in column ``j``: levels above are merged, but not in the first row."""
    cost = 0.0
    for kind in kinds[:j]:
        if kind in ("level1", "level2"):
            cost -= 3.0 if first else 0.0
        elif kind[0] != "@":
            cost += skip[kind]
        elif kind == "@number" and "@project.name" not in kinds:
            cost -= 0.8  # each row has its own
        elif kinds[j][0] == "@" and (first or kind == "@project.name"):
            cost += skip[kind]  # a row that opens a project opens it with its first cells
    if not first and j and kinds[j] not in ("level1", "level2", "name", "number") and kinds[j][0] != "@":
        cost -= 2.0
    return cost


def _joined(pieces: Sequence[Piece], begin: int, size: int, kind: str) -> float:
    if size == 1:
        return 0.0
    if kind == "name" and any(value_like(piece.text) >= 1.0 for piece in pieces[begin + 1 : begin + size]):
        return -_NO  # a value is no piece of a name
    if kind[:5] != "level" and any(is_category(piece.text) for piece in pieces[begin : begin + size]):
        return -_NO
    told = [piece.joins for piece in pieces[begin + 1 : begin + size] if piece.joins is not None]
    if told:
        if kind[0] == "@":
            return sum(
                max(one * 3 - 0.87, 0.03) for one in told
            )  # a project's texts have many lines, blank ones divide
        return sum(told) * _JOINING.get(kind, 1.0)
    each = 0.2 if kind in ("level1", "level2") else 0.3 if kind == "text" else 0.9
    short = min(len(piece.text) for piece in pieces[begin : begin + size])
    return each * (size - 1) + (0.0 if short <= 4 or kind == "text" else 0.8)


def is_pair(text: str) -> bool:
    """Tell whether a text is both categories in one: 产出指标-数量指标."""
    parts = _PAIR.split(text)
    return len(parts) == 2 and is_level1(parts[0]) and is_level2(parts[1])


def _opens(text: str, kind: str) -> float:
    """Return how well a text stands in a column in front of the indicators: of its project."""
    if kind == "@money":
        return 1.5 if is_number(text) or re.fullmatch(r"\d[\d,.]*\s*万?元", text) else _NO
    if kind in ("@number", "@code"):
        return 1.0 if re.fullmatch(r"[\w-]*\d[\w-]*", text) else _NO
    if is_number(text) or is_sign(text) or is_direction(text):
        return _NO
    if kind == "@long":
        return 1.0 if len(text) > 14 else -0.5
    return (0.4 if 3 < len(text) < 40 else -0.5) - (1.5 if re.search("[。；]", text) else 0.0)


@lru_cache(maxsize=32768)
def _fit(text: str, kind: str) -> float:
    """Return how well a text stands below a heading of a kind; ``_NO`` where it cannot."""
    if not text:
        return -2.0 if kind == "name" else 0.05
    category = is_category(text) or is_pair(text)
    if kind[0] == "@":
        return _NO if category else _opens(text, kind)
    if kind in ("level1", "level2"):
        if is_direction(text) or len(text) < 2 or text in ("指标", "目标") or text[0] == "标":
            return _NO
        own = is_pair(text) or (is_level1(text) if kind == "level1" else is_level2(text))
        if own:
            odd = "满意度" in text[2:] and not _OF_WHOM.fullmatch(text)
            return (4.0 if category else 1.0) - (1.0 if re.match(r"[（(]", text) else 0.0) - (1.5 if odd else 0.0)
        if category:
            return -3.0
        if _ENDS_IN_CATEGORY.search(text):
            return -3.0
        ours = text.endswith(("指标", "目标")) and len(text) <= 12  # the place's own word
        return 0.5 if ours else -1.0 if len(text) <= 10 and not re.search(r"[\d，。；]", text) else _NO
    if category:
        return _NO + 1 if kind == "name" else _NO
    if kind in ("operator", "figure", "number"):
        own = {
            "operator": is_sign(text) or is_direction(text),
            "figure": bool(_FIGURE.fullmatch(text)),
            "number": text.isdigit(),
        }[kind]
        return 1.5 if own else _NO
    if kind == "unit":
        if is_number(text) or is_sign(text):
            return _NO
        return 1.5 if is_unit_cell(text) else 0.0 if may_be_unit(text) else -2.5
    if kind == "standard":
        return 1.2 if _STANDARD.fullmatch(text) else -0.3 if is_number(text) else 0.1
    if kind == "name":
        if is_scoring(text) or text in ("标", "目标") or (text.endswith("指标") and len(text) <= _REST_OF_CATEGORY):
            return -4.0
        if _STANDARD.fullmatch(text) or len(text) < 3:
            return -2.0
        if is_number(text) or is_sign(text):
            return -4.0
        if _PHRASES.search(text):
            return -1.0
        if value_like(text) >= 1.0 and len(text) < 16:
            return -0.7 if _NAME_FIRST.match(text) else -2.0
        return -1.0 if re.match(r"[（(]", text) else 0.3
    if kind in ("value", "actual"):
        if is_scoring(text) or (len(text) < 2 and not text.isdigit() and text not in _GRADES):
            return -2.0
        if is_sign(text) and not is_number(text) and text not in ("定性", "定量"):
            return -1.5
        figure = 0.0 if not re.search(r"\d", text) else 0.6 if len(text) <= _SHORT_VALUE else 0.35
        like = max(value_like(text), figure) * 2.5 - 0.6
        if _PHRASES.search(text):
            like = min(like, 0.0) - 0.5
        if not figure:
            like -= 0.1 * max(len(text) - 4, 0)  # 运成本明显降低: the end of a name is no value
        if _NAME_FIRST.match(text) and re.search(r"\d", text):
            like = min(like, 0.2)  # the end of a name and the value behind it
        elif ((rest := _TEXT_BEHIND.match(text)) and not is_unit_cell(rest[1])) or _BEHIND_SHARE.search(text):
            like = min(like, 0.2)  # the value and the name below it
        elif (unit := _UNIT_FIRST.match(text)) and is_unit_cell(unit[1]):
            like = min(like, 0.2)  # the unit of the figure before it
        return (like if len(text) <= 16 else min(like, 0.9) - 0.4) * (1.0 if kind == "value" else 0.8)
    return -0.3 if is_number(text) else 2.5 if is_scoring(text) else 0.5 if is_direction(text) else 0.1
