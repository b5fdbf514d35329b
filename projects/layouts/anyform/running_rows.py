"""Divide the running text below the heading of an indicator list into its rows and their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indicators.categories import core, level1_code, level2_code
from indicators.targets import Kind, parse
from indicators.units import is_unit
from projects.layouts.anyform.contents import (
    is_category,
    is_direction,
    is_level1,
    is_level2,
    is_number,
    is_sign,
    may_be_unit,
    value_like,
)
from projects.layouts.anyform.tokens import Token
from projects.layouts.anyform.words import ACTUAL

_SCORE = re.compile(r"[（(][^（）()]{0,10}分[^（）()]{0,4}[)）]|[（(]\d{1,3}([-—~～]\d{1,3})?[)）]分?")
_SCORE_BEGUN = re.compile(r"[（(][\d\-—~～]*$")
_SHORT = frozenset(["经济", "社会", "生态", "环境", "对象"])
_BARE = frozenset(["数量", "质量", "时效", "成本"])
_TAIL = re.compile(r"指标|标|目标")
_STRONG = frozenset([Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE, Kind.SEVERAL, Kind.DATE, Kind.PERIOD, Kind.LIMIT])
_GRADED = frozenset([Kind.GRADED, Kind.YES_NO, Kind.NOT_APPLICABLE])
_REST = re.compile(r"以上|以内|以下|左右|之前|之内|前|内|及以上|[%％]")
_SIGN_ONLY = re.compile(r"[≥≤<>＞＜≧≦=]+|(不少于|不低于|不超过|不高于|至少|大于|小于|高于|低于|达到)(等于)?")
_FIGURES = re.compile(r"[-—－/]+|\d[\d.,]*\s*[%％分]?")
_END_WORDS = re.compile(
    r"(总分|合计|总计|总得分|得分合计|备注|注|说明|填表人|填报人|审核人|单位负责人|联系电话|其他(需要)?说明.*|.{2,12}(审核|初审|评审|审批)意见)[:：]?.{0,12}"
)


@dataclass(slots=True)
class Column:
    """A heading of the list as printed, and the field of an indicator it names."""

    text: str
    path: str


@dataclass(slots=True)
class FoundRow:
    """A row: text per column number, the line it begins in, and whether its cells were told apart surely."""

    cells: dict[int, str] = field(default_factory=dict)
    row: int = 0
    doubtful: bool = False


@dataclass(slots=True)
class _Cell:
    text: str
    row: int
    last: int
    gap: bool
    first: bool


def category_at(tokens: Sequence[Token], at: int, *, bare: bool = False) -> int:
    """Return the position behind the category that begins at ``at``, which may be broken over lines; 0 for none.

    ``bare``: also 数量, 服务对象满意度, words that elsewhere may as well be a name.
    """
    text = ""
    for end in range(at, min(at + 4, len(tokens))):
        token = tokens[end]
        if end > at and not token.first:
            return 0
        text += token.text
        if len(text) > 24:
            return 0
        word = _SCORE.sub("", text).endswith(("指标", "目标")) or _stands_alone(tokens, at, end)
        if word and (_names_category(text) or (bare and (is_level2(text) or text in _SHORT))):
            if end > at and _names_category(_text(tokens[at + 1 : end + 1])) and not level2_code(text):
                return 0
            end += 1
            if end < len(tokens) and tokens[end].first and _TAIL.fullmatch(tokens[end].text):
                end += 1
            for more in range(end + 1, min(end + 4, len(tokens) + 1)):
                if _SCORE.fullmatch(_text(tokens[end:more])):
                    return more
            return end
    return 0


def _stands_alone(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Tell whether pieces are no more than the beginning of a category that the next lines go on."""
    for stop in range(end + 2, min(at + 4, len(tokens)) + 1):
        if not tokens[stop - 1].first:
            break
        if _names_category(_text(tokens[at:stop])):
            return False
    return True


def _names_category(text: str) -> bool:
    bare = _SCORE.sub("", text)
    if _SCORE_BEGUN.search(bare):
        return False
    return not re.search("[（(]", bare) and is_category(bare)


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def divide(columns: list[Column], tokens: Sequence[Token]) -> tuple[list[FoundRow], int]:
    """Return the rows, and how many of the tokens they took: a total or a signature ends the list."""
    if _hides_level(columns, tokens):
        level = next(n for n, column in enumerate(columns) if column.path in ("level1", "level2"))
        columns[level].path = "level1"
        columns.insert(level + 1, Column("二级指标", "level2"))
    reader = _Rows(columns)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.first and _END_WORDS.fullmatch(token.text) and (reader.rows or reader.body):
            break
        starts = token.first or reader.fresh
        end = category_at(tokens, at, bare=reader.wants_second) if starts else 0
        if end:
            reader.category(_text(tokens[at:end]), token.row, _following(tokens, end))
            at = end
            continue
        if reader.numbered and token.first and token.text.isdigit() and not reader.body:
            at += 1
            continue
        reader.body.append(token)
        reader.fresh = reader.numbered and token.first and token.text.isdigit()
        if reader.fresh:
            reader.body.pop()
        at += 1
    reader.close()
    _doubt(reader.rows, columns)
    return reader.rows, at


def _hides_level(columns: list[Column], tokens: Sequence[Token]) -> bool:
    """Tell whether one heading stands above both categories: 指标类别 above 产出指标 and 数量."""
    if len([column for column in columns if column.path in ("level1", "level2")]) != 1:
        return False
    for at, token in enumerate(tokens):
        end = category_at(tokens, at) if token.first else 0
        if end and end < len(tokens):
            return tokens[end].text in _BARE
    return False


def _doubt(rows: list[FoundRow], columns: list[Column]) -> None:
    """Doubt a row that differs from its like, and its neighbours: a cell too many here is one too few there."""
    value = next((n for n, column in enumerate(columns) if column.path in ("value", "quantity")), None)
    name = next((n for n, column in enumerate(columns) if column.path == "name"), None)
    odd = {number for number, row in enumerate(rows) if row.doubtful}
    for number, row in enumerate(rows):
        text = row.cells.get(value, "") if value is not None else ""
        title = row.cells.get(name, "") if name is not None else ""
        blank = not text and not title
        if not blank and (value_like(text) < 0.6 or _is_value(title) or re.match(r"[）)》、，。]", title)):
            odd.add(number)
    for number in odd:
        for near in (number - 1, number, number + 1):
            if 0 <= near < len(rows):
                rows[near].doubtful = True


def _following(tokens: Sequence[Token], at: int) -> str:
    end = category_at(tokens, at) if at < len(tokens) else 0
    return _text(tokens[at:end]) if end else ""


@dataclass(slots=True)
class _Rows:
    columns: list[Column]
    rows: list[FoundRow] = field(default_factory=list)
    body: list[Token] = field(default_factory=list)
    level1: str = ""
    level2: str = ""
    opened: int = 0
    waits: bool = False
    fresh: bool = False
    bare: bool = False

    @property
    def wants_second(self) -> bool:
        """Whether a level-1 category was just opened, or categories stand without 指标 in this list."""
        opened = bool(self.level1) and not self.level2 and not self.body and self.at("level2") is not None
        return opened or self.bare

    @property
    def numbered(self) -> bool:
        return self.columns[0].text in ("序号", "编号")

    def at(self, path: str) -> int | None:
        return next((n for n, column in enumerate(self.columns) if column.path == path), None)

    def category(self, text: str, row: int, following: str) -> None:
        """Open a category: of level 1 or of level 2, as what came before and what follows makes it."""
        self.close()
        if self._is_first(text, following):
            self.level1, self.level2, self.waits = text, "", False
        else:
            self.level2, self.waits = text, True
            self.bare = self.bare or (core(text) in _BARE and core(text) == text)
            if self.at("level1") is None and self.at("level2") is None:
                self.waits = False
        self.opened = row
        self.fresh = True

    def _is_first(self, text: str, following: str) -> bool:
        bare = core(text)
        if self.at("level2") is None:
            return is_level1(text) or self.at("level1") is not None
        if not is_level1(text):
            return False
        if bare == "满意度" and level1_code(self.level1) == "outcome" and not self.level2:
            return core(following).endswith("满意度")
        if bare == "满意度":
            return not (level1_code(self.level1) == "satisfaction" and not self.level2 and not self.waits)
        if bare.endswith("满意度"):
            return False
        if bare == "成本":
            return bool(following) and core(following).endswith("成本") and core(following) != "成本"
        return not is_level2(text) or True

    def close(self) -> None:
        """Turn what was gathered below a category into rows."""
        body, self.body = self.body, []
        cells = _cells(body, signs=self.at("operator") is None, units=self.at("unit") is None)
        found = _without_rest(self.columns, list(_rows_of(self.columns, cells)))
        if not found and self.waits:
            found = [FoundRow(row=self.opened)]
        for one in found:
            for path, text in (("level1", self.level1), ("level2", self.level2)):
                number = self.at(path)
                if number is not None and text:
                    one.cells[number] = text
            self.rows.append(one)
        self.waits = False


# --- cells -------------------------------------------------------------------------------------


def _is_value(text: str) -> bool:
    """Tell whether a text can hardly be anything but a target value."""
    if len(text) > 30 or _SIGN_ONLY.fullmatch(text):
        return False
    return (parse(text).kind in _STRONG and bool(re.search(r"[\d一二两三四五六七八九十百]", text))) or bool(
        re.match(r"[≥≤<>＞＜≧≦]", text)
    )


def _cells(tokens: Sequence[Token], *, signs: bool, units: bool) -> list[_Cell]:
    """Join pieces broken at a cell's width; blanks and blank lines divide cells, and so do values.

    ``signs``, ``units``: they have no columns of their own, so a blank does not divide them from their figure.
    """
    cells: list[_Cell] = []
    for number, token in enumerate(tokens):
        last = cells[-1] if cells else None
        alone = number + 1 == len(tokens) or tokens[number + 1].first
        begins = not alone and last is not None and _is_text_behind(cells) and _is_value(tokens[number + 1].text)
        if last is not None and token.first and not begins and _goes_on(last, token, alone=alone):
            last.text += token.text
            last.last = token.row
            continue
        if last is not None and not token.first and _measures(last.text, token.text, signs=signs, units=units):
            last.text += f" {token.text}"
            continue
        cells.append(_Cell(token.text, token.row, token.row, token.gap, token.first))
    return cells


def _is_text_behind(cells: list[_Cell]) -> bool:
    """Tell whether the last cell is a text right of a value: what follows begins the next row."""
    return len(cells) > 2 and _is_value(cells[-2].text) and not _is_value(cells[-1].text)


def _measures(before: str, text: str, *, signs: bool, units: bool) -> bool:
    """Tell whether a blank stands between a sign and its figure, or a figure and its unit."""
    if signs and _SIGN_ONLY.fullmatch(before) and re.match(r"\d", text):
        return True
    return units and bool(re.fullmatch(r"\D{0,5}\d[\d.,]*", before)) and is_unit(text.rstrip("以上下内前左右"))


def _goes_on(cell: _Cell, token: Token, *, alone: bool) -> bool:
    """Tell whether a piece at the beginning of a line goes on the cell that ended the line before."""
    if any(cell.text.count(a) > cell.text.count(b) for a, b in ("《》", "（）", "“”")):
        return True
    if cell.text.endswith("》") and not re.match(r"[（(、和及，,；;]", token.text):
        return False
    if token.gap and not (len(token.text) <= 2 and alone and value_like(token.text) < 0.8):
        return False
    if len(token.text) <= 2 and alone and not token.text.isascii() and value_like(token.text) < 0.8:
        return True
    if _is_value(cell.text):
        return len(token.text) <= 5 and _ends_value(cell.text, token.text)
    if _SIGN_ONLY.fullmatch(cell.text):
        return True
    if is_number(cell.text):
        return False
    return not _is_value(token.text)


def _ends_value(value: str, rest: str) -> bool:
    if _REST.fullmatch(rest):
        return True
    joined = parse(value + rest)
    before = parse(value)
    if joined.kind not in _STRONG:
        return False
    if re.match(r"[\d.]", rest):
        return bool(re.search(r"[\d.,年月\-—~～至]$", value))
    if joined.kind is Kind.DATE:
        return True
    return bool(joined.unit) and joined.unit != before.unit and is_unit(joined.unit)


# --- rows --------------------------------------------------------------------------------------


def _rows_of(columns: list[Column], cells: list[_Cell]) -> Iterator[FoundRow]:
    """Yield the rows of one category: a name, then each column that the next cell can stand in."""
    names = [n for n, column in enumerate(columns) if column.path == "name"]
    if not names or not cells:
        return
    name = names[0]
    rest = [n for n in range(name + 1, len(columns))]
    at = 0
    while at < len(cells):
        row = FoundRow({name: cells[at].text}, cells[at].row)
        at += 1
        while at + 1 < len(cells) and _broken(cells, at, columns, rest):
            row.cells[name] += cells[at].text
            row.doubtful = True
            at += 1
        line = cells[at].last if at < len(cells) else 0
        for place, number in enumerate(rest):
            if at >= len(cells):
                break
            ahead = [columns[n] for n in rest[place + 1 :]]
            if not _fits(columns[number], cells, at, line, ahead):
                continue
            row.cells[number] = cells[at].text
            if columns[number].path == "value":
                line = cells[at].last
                row.doubtful = row.doubtful or value_like(cells[at].text) < 0.7
            at += 1
        row.doubtful = row.doubtful or not any(columns[n].path in ("value", "quantity") for n in row.cells)
        yield row


def _without_rest(columns: list[Column], rows: list[FoundRow]) -> list[FoundRow]:
    """Return the rows of a category; a text alone at its end stands behind the last one's value: why it was missed."""
    texts = [n for n, column in enumerate(columns) if column.path in (ACTUAL, "basis", "standard", "description")]
    if len(rows) < 2 or len(rows[-1].cells) > 1 or not texts:
        return rows
    last, before = rows[-1], rows[-2]
    before.cells[texts[-1]] = before.cells.get(texts[-1], "") + next(iter(last.cells.values()))
    return rows[:-1]


def _broken(cells: list[_Cell], at: int, columns: list[Column], rest: list[int]) -> bool:
    """Tell whether a cell is the end of the name before it: no value, below it, and a value stands right behind."""
    cell = cells[at]
    if not cell.first or _is_value(cell.text) or parse(cell.text).kind in _GRADED or is_sign(cell.text):
        return False
    if any(columns[n].path in ("description", "basis", "standard") for n in rest):
        return len(cell.text) <= 4 and not is_number(cell.text) and _is_value(cells[at + 1].text)
    return _is_value(cells[at + 1].text) and not is_number(cells[at + 1].text)


def _fits(column: Column, cells: list[_Cell], at: int, line: int, ahead: list[Column]) -> bool:
    """Tell whether a cell can stand below a heading; ``line``: where the row's value ends."""
    cell = cells[at]
    text = cell.text
    if column.path == "operator":
        return is_sign(text) or is_direction(text)
    if column.path == "unit":
        return may_be_unit(text) and not is_number(text)
    if column.path == "weight" or (column.path == ACTUAL and re.search("分|率", column.text)):
        return bool(_FIGURES.fullmatch(text))
    if column.path in ("value", "quantity"):
        return True
    beside = (cell.row <= line and not cell.first) or cell.row == line
    if column.path == ACTUAL and value_like(text) >= 0.8:
        return True
    if column.path == "description" and any(one.path == "value" for one in ahead):
        return not _is_value(text) and at + 1 < len(cells)
    # A text behind the value: below it, it may as well be the next row's name.
    following = cells[at + 1].text if at + 1 < len(cells) else ""
    scored = any(one.path == "weight" or "分" in one.text for one in ahead) and is_number(following)
    return beside or scored or not _is_value(following)
