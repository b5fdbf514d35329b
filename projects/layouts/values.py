"""Amounts, percents and days: from what a form prints to Decimal and date, and back.

Nothing is guessed: a text that is not one number or one possible day stays a text, and the caller
reports it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from projects.targettable import Amount, Day, decimal_text

WAN = Decimal(10000)
UNITS = {"元": Decimal(1), "万元": WAN, "千元": Decimal(1000), "亿元": Decimal(100000000)}

_MOST_DIGITS = 24  # beyond this no amount, and no figure that Decimal would keep whole
_CENT = Decimal("0.01")
_NUMBER = re.compile(r"[¥￥]?\s*(-?\d+(?:\.\d+)?|-?\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*(万元|千元|亿元|元)?")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*[%％]?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")
_COMPACT_DAY = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[34]\d{4}(?:\.0)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_WIDE = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")


def parse_money(text: str, unit: str) -> Amount:
    """Return yuan; ``None`` for a blank, the text itself when it is not an amount.

    ``unit`` is what the form states; a unit written behind the number wins over it.
    """
    text = text.strip()
    if not text:
        return None
    found = _NUMBER.fullmatch(text.translate(_WIDE))
    if not found or len(found[1]) > _MOST_DIGITS:
        return text
    yuan = Decimal(found[1].replace(",", "")) * UNITS[found[2] or unit]
    cents = yuan.quantize(_CENT)
    return cents if cents == yuan else yuan.normalize()


def parse_percent(text: str) -> Amount:
    """Return percent (25 for ``25.00%``); a number outside 0–100 is no share of a plan and stays text."""
    text = text.strip()
    if not text:
        return None
    found = _PERCENT.fullmatch(text.translate(_WIDE))
    if not found:
        return text
    value = Decimal(found[1])
    return value if 0 <= value <= 100 else text


def parse_day(text: str) -> Day:
    """Return the day; ``None`` for a blank, the text itself when it is no possible day."""
    text = text.strip()
    if not text:
        return None
    found = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if not found:
        return text
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return text


def day_of_serial(text: str) -> date | None:
    """Return the day of an Excel serial number (``44561`` → 2021-12-31), ``None`` for anything else."""
    text = text.strip()
    return _EXCEL_EPOCH + timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else None


def parse_number(text: str) -> Amount:
    """Return a plain number such as a weight; the text itself when it is none."""
    text = text.strip().rstrip("分")
    found = _PERCENT.fullmatch(text.translate(_WIDE))
    return Decimal(found[1]) if found else (text or None)


@lru_cache(maxsize=8192)
def print_money(value: Decimal, unit: str, style: str, bare_zero: bool) -> tuple[str, str]:
    """Return the text of an amount and Excel's format for it.

    ``style``: ``#,##0.00``, ``0.00`` or ``General`` (no trailing zeros). A form in 万元 prints more
    than two places where the amount has them: an amount is never rounded.
    """
    if bare_zero and not value:
        return "0", "0"
    scaled = value / UNITS[unit]
    if style == "General":
        return decimal_text(scaled.normalize(), 0), "General"
    text = decimal_text(scaled.normalize(), 2)
    zeros = "0" * (len(text) - text.index(".") - 1)
    if style == "#,##0.00":
        return f"{Decimal(text):,f}", f"#,##0.{zeros}"
    return text, f"0.{zeros}"


@lru_cache(maxsize=1024)
def print_percent(value: Decimal) -> str:
    """Return ``25.00%``."""
    return decimal_text(value.normalize(), 2) + "%"
