"""Put a typed text into one field of a table, by its path with row numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from projects.layouts.definition import Layout
from projects.layouts.lines import parse_department
from projects.layouts.typed import read_typed, set_indicator
from projects.targettable import PART_TYPES, ROW_TYPES, PlanPoint, TargetTable

_INDICATORS = ("indicators", "period_indicators")


def _leaves(kind: type) -> set[str]:
    return {one.name for one in fields(kind)}


def set_field(table: TargetTable, path: str, text: str, unit: str) -> bool:
    """Set the field and what follows from it; amounts in ``unit``. Return whether there is such a field.

    ``spend_plan.03`` names the point by its month; an index behind the last row adds a row.
    """
    form = Layout(id="", name="", kind=table.kind, title="", unit=unit or "元", money="General")
    first, _, rest = path.partition(".")
    if first in ROW_TYPES:
        return _set_row(table, first, rest, text, form)
    if first == "extra" and rest:
        table.extra[rest] = text
        return True
    if path == "department.name":
        code, table.department.name = parse_department(text)
        table.department.code = code or table.department.code
        return True
    if path == "fiscal_year":
        if text.strip().isdigit():
            table.fiscal_year = int(text)
        return text.strip().isdigit()
    holder: Any = getattr(table, first) if first in PART_TYPES else table
    leaf = rest if first in PART_TYPES else first
    if leaf not in _leaves(type(holder)) or leaf in ("layout", "kind"):
        return False
    setattr(holder, leaf, read_typed(path, text, form))
    return True


def _set_row(table: TargetTable, name: str, rest: str, text: str, form: Layout) -> bool:
    number, _, leaf = rest.partition(".")
    if not number.isdigit():
        return False
    rows = getattr(table, name)
    if name == "spend_plan" and not leaf:
        point = next((point for point in rows if point.by == number), None)
        if point is None:
            rows.append(point := PlanPoint(number))
            rows.sort(key=lambda one: one.by)
        point.percent = read_typed(f"spend_plan.{number}", text, form)
        return True
    index = int(number)
    if index > len(rows) or leaf not in _leaves(ROW_TYPES[name]):
        return False
    if index == len(rows):
        rows.append(PlanPoint("") if name == "spend_plan" else ROW_TYPES[name]())
    if name in _INDICATORS:
        set_indicator(rows[index], leaf, text, form)
    else:
        setattr(rows[index], leaf, read_typed(f"{name}.{leaf}", text, form))
    return True
