"""The cells of an indicator list in running text: pieces broken at a column's width in one, values from their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.targets import Kind, parse
from indicators.units import is_unit
from projects.layouts.anyform.contents import is_number, is_sign, may_be_unit, value_like
from projects.layouts.anyform.tokens import Token

STRONG = frozenset([Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE, Kind.SEVERAL, Kind.DATE, Kind.PERIOD, Kind.LIMIT])
_NUMBERED = re.compile(r"^指标\s*\d{1,2}\s*[:：.、]")
_REST = re.compile(r"以上|以内|以下|左右|之前|之内|前|内|及以上|[%％]")
SIGN_ONLY = re.compile(r"[≥≤<>＞＜≧≦=]+|(不少于|不低于|不超过|不高于|至少|大于|小于|高于|低于|达到)(等于)?")


@dataclass(slots=True)
class ListCell:
    """A cell of a list: the lines it begins and ends in. ``whole``: the file itself tells where it ends."""

    text: str
    row: int
    last: int
    gap: bool
    first: bool
    whole: bool = False


def is_value(text: str) -> bool:
    """Tell whether a text can hardly be anything but a target value."""
    text = _NUMBERED.sub("", text)
    if len(text) > 30 or SIGN_ONLY.fullmatch(text):
        return False
    return (parse(text).kind in STRONG and bool(re.search(r"[\d一二两三四五六七八九十百]", text))) or bool(
        re.match(r"[≥≤<>＞＜≧≦]", text)
    )


def cells_of(tokens: Sequence[Token], *, signs: bool, units: bool) -> list[ListCell]:
    """Join pieces broken at a cell's width; blanks and blank lines divide cells, and so do values.

    ``signs``, ``units``: they have no columns of their own, so a blank does not divide them from their figure.
    """
    cells: list[ListCell] = []
    for number, token in enumerate(tokens):
        last = cells[-1] if cells else None
        alone = number + 1 == len(tokens) or tokens[number + 1].first
        following = "" if alone else tokens[number + 1].text
        begins = last is not None and _is_text_behind(cells) and (is_value(following) or is_sign(following))
        if last is not None and token.first and not begins and not token.whole and _goes_on(last, token, alone=alone):
            last.text += token.text
            last.last = token.row
            continue
        if last is not None and not token.first and _measures(last.text, token, signs=signs, units=units, ends=alone):
            last.text += f" {token.text}"
            continue
        cells.append(ListCell(token.text, token.row, token.row, token.gap, token.first, token.whole))
    return cells


def _is_text_behind(cells: list[ListCell]) -> bool:
    """Tell whether the last cell is a text right of a value: what follows begins the next row."""
    if len(cells) < 3 or is_value(cells[-1].text):
        return False
    return is_value(cells[-2].text) or (may_be_unit(cells[-2].text) and is_value(cells[-3].text))


def _measures(before: str, token: Token, *, signs: bool, units: bool, ends: bool) -> bool:
    """Tell whether a blank stands between a sign and its figure, or a figure and its unit.

    ``ends``: the line ends here; then a unit may be one that nobody listed.
    """
    text = token.text
    if signs and SIGN_ONLY.fullmatch(before) and re.match(r"\d", text):
        return True
    unit = is_unit(text.rstrip("以上下内前左右")) or (ends and len(text) <= 3 and may_be_unit(text))
    return units and unit and bool(re.fullmatch(r"\D{0,5}\d[\d.,]*", before))


def _goes_on(cell: ListCell, token: Token, *, alone: bool) -> bool:
    """Tell whether a piece at the beginning of a line goes on the cell that ended the line before."""
    if any(cell.text.count(a) > cell.text.count(b) for a, b in ("《》", "（）", "()", "“”")):
        return True
    if is_sign(token.text) and not alone:
        return False
    if re.search(r"\d$", cell.text) and re.match(r"[年月日]\s*(\d|[底末前中上下]|$)", token.text):
        return True
    if cell.text.endswith("》") and not re.match(r"[（(、和及，,；;]", token.text):
        return False
    if token.gap and not (len(token.text) <= 2 and alone and value_like(token.text) < 0.8):
        return False
    if len(token.text) <= 2 and alone and not token.text.isascii() and value_like(token.text) < 0.8:
        return True
    if is_value(cell.text):
        return len(token.text) <= 5 and _ends_value(cell.text, token.text)
    if SIGN_ONLY.fullmatch(cell.text):
        return True
    if is_number(cell.text):
        return False
    return not is_value(token.text)


def _ends_value(value: str, rest: str) -> bool:
    if _REST.fullmatch(rest):
        return True
    joined = parse(value + rest)
    before = parse(value)
    if joined.kind not in STRONG:
        return False
    if re.match(r"[\d.]", rest):
        return bool(re.search(r"[\d.,年月\-—~～至]$", value))
    if joined.kind is Kind.DATE:
        return bool(re.fullmatch(r"[\d年月日号季度底末前中上下旬之以内至到完成 -]+", rest))
    return bool(joined.unit) and joined.unit != before.unit and is_unit(joined.unit)
