"""Texts as typed in a form's cell → values of the table, and back: what the form prints, what was understood.

Pure and total: any text gives a value. What is no amount, percent, day or number stays the text it was.
Paths here are without row numbers: ``funding.total``, ``indicators.value``, ``spend_plan.03``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from indicators.categories import category, core
from indicators.targets import format_target, parse, understood
from projects.grids.text import clean_text
from projects.layouts.cells import printer
from projects.layouts.definition import FormBlock, Layout
from projects.layouts.generic import joined_value
from projects.layouts.labels import squeeze
from projects.layouts.values import day_of_serial, parse_day, parse_money, parse_number, parse_percent
from projects.targettable import Indicator, decimal_text, field_kind

INDICATOR_LISTS = ("indicators", "period_indicators")
LEVELS = ("level1", "level2")
VALUE_PARTS = ("operator", "quantity", "unit")
EMPTY_TEXTS = (None, "")


def kind_of(path: str) -> str:
    """``money percent day number target level text`` of a path without row numbers."""
    rows, _, leaf = path.partition(".")
    if rows == "spend_plan":
        return "percent"
    if rows in INDICATOR_LISTS:
        if leaf == "value":
            return "target"
        if leaf in LEVELS:
            return "level"
    return field_kind(path)


def tidy(text: str) -> str:
    """Return what was typed with one kind of line break, without control characters and blank edges."""
    return clean_text(text).strip()


def read_typed(path: str, text: str, layout: Layout) -> Any:
    """Return the value of a typed text; amounts in the layout's unit."""
    text = tidy(text)
    kind = kind_of(path)
    if kind == "money":
        return parse_money(text, layout.unit_of(path))
    if kind == "percent":
        return parse_percent(text)
    if kind == "day":
        return day_of_serial(text) or parse_day(text)
    if kind == "number":
        return parse_number(text)
    return text


def is_unread(path: str, value: Any) -> bool:
    """Whether an amount, percent, day or number is a text that could not be read."""
    return isinstance(value, str) and value != "" and kind_of(path) in ("money", "percent", "day", "number")


def shown(path: str, value: Any, layout: Layout) -> str:
    """Return what the form prints in this cell."""
    if value is None:
        return ""
    return _printer(layout, path)(value)[0]


@cache
def _printer(layout: Layout, path: str) -> Any:
    return printer(path, layout, path in _bare_zeros(layout))


@cache
def _bare_zeros(layout: Layout) -> frozenset[str]:
    found: set[str] = set()
    for block in layout.blocks:
        if isinstance(block, FormBlock):
            cells = [cell.binding for row in block.rows for cell in row]
            found.update(binding.path for binding in cells if binding and binding.bare_zero)
    return frozenset(found)


def reading(path: str, value: Any, row: Any = None) -> dict[str, Any] | None:
    """Return what was understood of a cell, ``None`` for plain text; ``row`` is the indicator it stands in."""
    kind = kind_of(path)
    if kind == "money":
        return {"kind": "money", "yuan": decimal_text(value) if isinstance(value, Decimal) else None}
    if kind == "percent":
        return {"kind": "percent", "percent": decimal_text(value) if isinstance(value, Decimal) else None}
    if kind == "day":
        return {"kind": "day", "date": value.isoformat() if isinstance(value, date) else None}
    if kind == "number":
        return {"kind": "number", "number": f"{value:f}" if isinstance(value, Decimal) else None}
    if kind == "target":
        return _target(str(value))
    if kind == "level" and isinstance(row, Indicator):
        return {"kind": "category", "category": row.category, "level1": row.level1, "level2": row.level2}
    return None


def _target(text: str) -> dict[str, Any]:
    target = parse(text)
    operator, quantity, unit = understood(text)
    return {
        "kind": "target",
        "reading": str(target.kind),
        "operator": operator,
        "quantity": None if quantity is None else f"{quantity:f}",
        "unit": unit,
        "shown": format_target(target),
    }


# --- indicator rows --------------------------------------------------------------------------------


def official(text: str, level: int, layout: Layout) -> str:
    """Return a category (``level`` 1 or 2) as the form prints it, other words without blanks."""
    if not text:
        return ""
    wanted = core(text)
    for levels in layout.categories.values():
        if core(levels[level - 1]) == wanted:
            return levels[level - 1]
    return squeeze(text)


def set_indicator(row: Indicator, leaf: str, text: str, layout: Layout) -> None:
    """Put a typed text into an indicator and bring along what follows from it."""
    text = tidy(text)
    if leaf in LEVELS:
        setattr(row, leaf, official(text, 1 if leaf == "level1" else 2, layout))
        row.category = category(row.level1, row.level2)
    elif leaf == "value":
        row.value = text
        row.operator, row.quantity, row.unit = understood(text)
    elif leaf in VALUE_PARTS:
        parts = value_parts(row) | {leaf: text}
        row.value = joined_value(parts["operator"], parts["quantity"], parts["unit"])
        row.operator, row.quantity, row.unit = understood(row.value)
        if row.quantity is None:
            # A sign or a unit that stands alone so far; the text itself is in the value.
            row.operator, row.unit = parts["operator"], parts["unit"]
    elif leaf == "weight":
        row.weight = parse_number(text)
    else:
        setattr(row, leaf, text)


def value_cell(row: Indicator, leaf: str, rows: str, layout: Layout) -> str:
    """Return what one of the cells of a divided value prints; the figure takes along what has no cell of its own."""
    parts = value_parts(row)
    if leaf != "quantity":
        return parts[leaf]
    sign = "" if f"{rows}.operator" in layout.paths else parts["operator"]
    unit = "" if f"{rows}.unit" in layout.paths else parts["unit"]
    return f"{sign}{parts['quantity']}{unit}"


def value_parts(row: Indicator) -> dict[str, str]:
    """Return sign, figure and unit of a value for forms that print them in own cells.

    A value that they would not give back word for word stays whole in the middle: ``不少于3场``.
    """
    whole = {"operator": "", "quantity": row.value, "unit": ""}
    if row.value and joined_value(row.operator, f"{row.quantity or ''}", row.unit) not in (row.value, ""):
        return whole
    if row.quantity in EMPTY_TEXTS:
        figure = row.value.removeprefix(row.operator) if row.operator else row.value
        return {"operator": row.operator, "quantity": figure.removesuffix(row.unit or "\0"), "unit": row.unit}
    return {"operator": row.operator, "quantity": str(row.quantity), "unit": row.unit}
