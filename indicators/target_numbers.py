"""The figures of a target value: one number with its signs and unit, a range, two bounds. Pure, total, linear."""

import re
from decimal import Decimal
from typing import Final

from indicators import units
from indicators.target_types import Kind, Operator, Target
from indicators.target_words import (
    ADVERBS,
    APPROX,
    BETWEEN,
    COMPARISONS,
    EDGES,
    GRADED,
    LEAD,
    LEAD_LONGEST,
    NO_UNIT,
    ORDINAL,
    TAIL,
    TAIL_LONGEST,
    WEAK,
)

MAX_DIGITS: Final = 24  # a longer number is a code or an account, not a quantity
NUMBER: Final = re.compile(
    r"(?:(?<![^<>=≥≤~,;:(约])[+-])?(?<![A-Za-z0-9])(?<![0-9]\.)(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
)
DIGIT: Final = re.compile("[0-9]")
_SEPARATORS: Final = frozenset(("-", "~", "至", "到", "-~", "~-"))
_JOINTS: Final = frozenset(("", ",", "且", "并", "、", ",且", ";", "同时"))
_FORMULA: Final = frozenset("/:*×xX+=÷")  # 1/3, 3:1, 7*24: arithmetic is no target
SIGN_CHARS: Final = frozenset("<>=≥≤")
UNREADABLE: Final = Target("", Kind.UNREADABLE)
TEXT: Final = Target("", Kind.TEXT)


class Lead:
    """What stands in front of a number: operators, 每周, and the words left over."""

    __slots__ = ("operators", "per", "rest")

    def __init__(self, text: str) -> None:
        self.operators: list[str] = []
        self.per = ""
        rest = text
        for _ in range(8):
            if not rest or not (taken := self._word(rest) or self._per(rest)):
                break
            rest = rest[:-taken]
        self.rest = rest.strip(EDGES)

    def _word(self, rest: str) -> int:
        for size in range(min(LEAD_LONGEST, len(rest)), 0, -1):
            operator = LEAD.get(rest[-size:])
            if operator is not None:
                if operator:
                    self.operators.append(operator)
                return size
        return 0

    def _per(self, rest: str) -> int:
        start = rest.rfind("每", max(0, len(rest) - 5))
        base = rest[start + 1 :].removeprefix("个") if start >= 0 else ""
        if base not in units.FAMILIES:
            return 0
        self.per = f"/{base}{self.per}"
        return len(rest) - start

    def clear(self) -> bool:
        """Whether the words left over leave the number's meaning alone; 至少 may stand before a verb (至少开展2次)."""
        if not self.rest:
            return True
        for adverb, operator in ADVERBS:
            if adverb in self.rest:
                self.operators.append(operator)
                return True
        if self.rest[-1] == "第" or (self.rest[-1] == "前" and not self.rest.endswith("提前")):
            return False
        return not any(word in self.rest for word in COMPARISONS)


class _Tail:
    """What stands behind a number: unit, 以上, words left over. Not ``clear`` where these change its meaning."""

    __slots__ = ("approximate", "clear", "operators", "rest", "slip", "unit")

    def __init__(self, text: str) -> None:
        self.operators: list[str] = []
        self.unit = ""
        self.approximate = text[:1] in ("余", "多", "几")
        self.clear = True
        self.slip = False
        rest = self._take_unit(text[1:] if self.approximate else text)
        rest = self._take_prefix(rest)
        if rest and not self.unit:
            rest = self._take_unit(rest)  # 10以上(人)
        self.rest = rest
        if rest:
            self._judge(rest)

    def _take_unit(self, text: str) -> str:
        if text.startswith("("):
            close = text.find(")")
            if close > 0 and units.is_unit(text[1:close]):
                self.unit = text[1:close]
                return text[close + 1 :]
            return text
        end = units.head_end(text, 0)
        if end and text[end : end + 1] in ("余", "多") and text[:end] in units.SCALES:  # 3万多人
            self.approximate = True
            text = text[:end] + text[end + 1 :]
        end = units.unit_end(text)
        self.unit = text[:end]
        return text[end:]

    def _take_prefix(self, rest: str) -> str:
        for _ in range(3):
            for size in range(min(TAIL_LONGEST, len(rest)), 0, -1):
                if (operator := TAIL.get(rest[:size])) is not None:
                    self.operators.append(operator)
                    rest = rest[size:]
                    break
            else:
                break
        return rest

    def _take_suffix(self, rest: str) -> str:
        for size in range(min(TAIL_LONGEST, len(rest)), 1, -1):
            if (operator := TAIL.get(rest[-size:])) is not None:
                self.operators.append(operator)
                return rest[:-size]
        return rest

    def _judge(self, rest: str) -> None:
        first = rest[0]
        if first in "%‰." or (first in SIGN_CHARS and not DIGIT.search(rest)):
            self.slip = True
        elif DIGIT.search(rest) or first in "/前后半多余几号#*×+-~^" or SIGN_CHARS.intersection(rest):
            self.clear = False
        elif first not in ",;。、(:" and not self.operators:
            self._judge_words(self._take_suffix(rest))

    def _judge_words(self, rest: str) -> None:
        """17人参加 keeps 人; 39军属 and 5场地 have units this vocabulary lacks, taken as written."""
        whole = self.unit + rest
        if len(rest) > 1 and self.unit:
            return
        if len(whole) <= 3 and all(map(units.is_cjk, whole)) and not GRADED.search(rest) and not NO_UNIT.search(rest):
            self.unit = whole
        elif rest and not (self.unit and rest == "的"):
            self.clear = False


def resolve(signs: list[str]) -> Operator | None:
    """One operator from all that were written; ``None`` when they contradict each other (≥95%以下)."""
    firm = [sign for sign in signs if sign in ("=", ">", "<", "≥", "≤")]
    if not firm:
        return "≤" if WEAK in signs else ""
    directions = {{"≥": ">", "≤": "<"}.get(sign, sign) for sign in firm}
    if len(directions) > 1:
        return None
    for operator in _OPERATORS:
        if operator == firm[0]:
            return operator
    return None


_OPERATORS: Final[tuple[Operator, ...]] = ("=", ">", "<", "≥", "≤")


def percent(unit: str) -> str:
    return "%" if unit in ("百分比", "百分率") else unit


def _decimal(figure: str) -> Decimal | None:
    return Decimal(figure.replace(",", "")) if len(figure) <= MAX_DIGITS else None


def read_single(core: str, number: re.Match[str]) -> Target:
    before = core[: number.start()]
    tail = _Tail(core[number.end() :])
    if before.endswith((".", "%")) or tail.slip or (before.endswith("-") and len(before) > 1):
        return UNREADABLE
    if before.endswith(("±", "+/-", "+-")):
        return _read_tolerance(number[0], tail)
    lead = Lead(before)
    if (
        ORDINAL.search(core)
        or BETWEEN in tail.operators
        or not tail.clear
        or not lead.clear()
        or (lead.rest and not _fits(lead.rest, tail))
    ):
        return TEXT
    if lead.per and not units.is_unit(tail.unit):
        return TEXT  # 每月8
    quantity = _decimal(number[0])
    operator = resolve(lead.operators + tail.operators)
    if quantity is None or operator is None or SIGN_CHARS.intersection(lead.rest):
        return UNREADABLE
    unit = percent(tail.unit) + lead.per
    return Target(
        text="",
        kind=Kind.FREQUENCY if units.is_frequency(unit) else Kind.NUMBER,
        operator=operator,
        quantity=quantity,
        unit=unit,
        approximate=tail.approximate or APPROX in lead.operators or APPROX in tail.operators,
    )


def _fits(words: str, tail: _Tail) -> bool:
    """Behind leading words a number needs a known unit or nothing at all: 覆盖率达97%, not 龙华区2大队."""
    return (not tail.unit or units.is_unit(tail.unit)) and (words[-1].isalnum() or words[-1] in ")]")


def _read_tolerance(figure: str, tail: _Tail) -> Target:
    value = _decimal(figure)
    if value is None or tail.rest or value < 0:
        return UNREADABLE
    return Target("", Kind.RANGE, quantity=-value, upper=value, unit=percent(tail.unit))


def only_figures(core: str) -> bool:
    """10.5.3, 1,23: digits and points that form no number."""
    return not core.strip("0123456789.,")


def read_two(core: str, first: re.Match[str], second: re.Match[str]) -> Target | None:
    between = core[first.end() : second.start()]
    if only_figures(core) or between in ("%", "‰", ".", " ", ""):
        return UNREADABLE
    end = units.unit_end(between)
    middle = between[end:]
    if middle in _SEPARATORS:
        return _read_range(core, first, second, between[:end])
    if middle[:1] in _FORMULA:
        return TEXT
    return _read_bounds(core, first, second, between)


def _read_range(core: str, first: re.Match[str], second: re.Match[str], first_unit: str) -> Target | None:
    lead, tail = Lead(core[: first.start()]), _Tail(core[second.end() :])
    unit = percent(tail.unit or first_unit)
    if not lead.clear() or not tail.clear or tail.slip or (first_unit and not unit.startswith(percent(first_unit))):
        return None
    lower, upper = _decimal(first[0]), _decimal(second[0])
    operator = resolve(lead.operators + tail.operators)
    if lower is None or upper is None or operator is None or lower > upper:
        return UNREADABLE
    return Target(
        text="",
        kind=Kind.RANGE,
        operator=operator,
        quantity=lower,
        upper=upper,
        unit=unit + lead.per,
        approximate=tail.approximate or APPROX in lead.operators or APPROX in tail.operators,
    )


def _read_bounds(core: str, first: re.Match[str], second: re.Match[str], between: str) -> Target | None:
    """70%以上80%以下, ≥70%且≤80%: a range that is written as its two bounds."""
    lead, left = Lead(core[: first.start()]), _Tail(between)
    middle = Lead(left.rest)
    tail = _Tail(core[second.end() :])
    lower, upper = _decimal(first[0]), _decimal(second[0])
    unit = tail.unit or left.unit
    if (
        middle.rest not in _JOINTS
        or tail.rest
        or lower is None
        or upper is None
        or left.unit not in ("", unit)
        or middle.per
    ):
        return None
    below, above = resolve(lead.operators + left.operators), resolve(middle.operators + tail.operators)
    if below in ("≥", ">") and above in ("≤", "<"):
        return Target("", Kind.RANGE, quantity=lower, upper=upper, unit=percent(unit)) if lower <= upper else UNREADABLE
    return None
