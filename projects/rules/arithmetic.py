"""Formulas inside running text: 2380元/人/月*12个月*112人=320万元 is computed again. Pure, linear, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation

_SCALE = {"": 1, "万": 10**4, "亿": 10**8, "千": 10**3, "百万": 10**6, "千万": 10**7}
_NUMBER = r"\d{1,12}(?:,\d{3})*(?:\.\d{1,6})?"
_UNIT = r"[^\d\s=＝×xX*＊+＋\-－÷,，;；。、()（）]{0,12}(?:[(（][^\d()（）]{1,10}[)）])?"  # 元/人·天, 元/(人·天)
_TERM = rf"(?:{_NUMBER})\s*(?:%|‰|(?:百万|千万|万|亿|千)?\s*{_UNIT})"
_OPERATOR = r"\s*[×xX*＊✕+＋÷－-]\s*"
_FORMULA = re.compile(rf"(?<![\d.,/／·×xX*＊÷+＋)）-])({_TERM}(?:{_OPERATOR}{_TERM}){{1,12}})\s*[=＝]\s*({_TERM})")
_MONEY = re.compile("[元万亿千]")
_FIGURE = re.compile(r"[\d.]+")
_PARTS = re.compile(rf"({_NUMBER})\s*(%|‰|百万|千万|万|亿|千)?|([×xX*＊✕+＋÷－-])")


@dataclass(frozen=True, slots=True)
class Formula:
    """``computed`` is what the left side gives, ``stated`` what stands behind the equals sign, both in units.

    ``figure`` is what is stated without its scale where the left side names no money: 100-20=80万元 is all in 万元.
    """

    text: str
    computed: Decimal
    stated: Decimal
    figure: Decimal
    yuan: bool

    def differs(self, tolerance: Decimal) -> bool:
        return not any(_close(self.computed, stated, tolerance) for stated in (self.stated, self.figure))


def _close(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other))


def formulas(text: str) -> Iterator[Formula]:
    """Yield every formula of a text that can be computed."""
    if "=" not in text and "＝" not in text:
        return
    for match in _FORMULA.finditer(text[:20_000]):
        computed, stated = _compute(match[1]), _compute(match[2])
        if computed is not None and stated is not None:
            bare = not _MONEY.search(match[1]) and _FIGURE.match(match[2].replace(",", ""))
            yield Formula(match[0].strip(), computed, stated, Decimal(bare[0]) if bare else stated, "元" in match[2])


def _compute(side: str) -> Decimal | None:
    """Multiply and divide before adding, as the eye does."""
    sums: list[Decimal] = []
    operator, sign = "", 1
    try:
        for match in _PARTS.finditer(side):
            if match[3]:
                operator = match[3]
                continue
            value = Decimal(match[1].replace(",", "")) * _factor(match[2] or "")
            if operator in ("+", "＋", "-", "－", ""):
                if operator == "" and sums:
                    return None  # two numbers with words between them: no formula
                sign = -1 if operator in ("-", "－") else 1
                sums.append(sign * value)
            elif operator == "÷":
                sums[-1] /= value
            else:
                sums[-1] *= value
            operator = ""
    except (InvalidOperation, DivisionByZero, IndexError):
        return None
    return sum(sums, Decimal(0)) if sums and not operator else None


def _factor(scale: str) -> Decimal:
    if scale == "%":
        return Decimal("0.01")
    return Decimal("0.001") if scale == "‰" else Decimal(_SCALE[scale])
