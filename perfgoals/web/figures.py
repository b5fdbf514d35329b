"""Amounts, percents and counts as officers write them. Amounts come in yuan, as ``Decimal``."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

WAN = Decimal(10_000)
CENT = Decimal("0.01")


def yuan(value: Decimal | None) -> str:
    """``Decimal('682000')`` → ``682,000.00``; empty for ``None``."""
    return "" if value is None else f"{value.quantize(CENT, ROUND_HALF_UP):,}"


def wan(value: Decimal | None) -> str:
    """Yuan as 万元 with two places: ``Decimal('682000')`` → ``68.20``; empty for ``None``."""
    return "" if value is None else f"{(value / WAN).quantize(CENT, ROUND_HALF_UP):,}"


def percent(value: Decimal | None) -> str:
    """``Decimal('25.00')`` → ``25%``, ``Decimal('33.30')`` → ``33.3%``; empty for ``None``."""
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def share(part: Decimal, whole: Decimal) -> str:
    """Part of a whole in percent with one place at most; empty when the whole is zero."""
    if not whole:
        return ""
    return percent((part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))
