"""Cells of a form: what reads a field, how it prints, and where its cell stands in the shared grid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from projects.grids import grid as g
from projects.layouts.definition import COMPUTED, Binding, Layout, TemplateCell
from projects.layouts.values import print_money, print_percent
from projects.targettable import TargetTable, field_kind

LONG_PATHS = frozenset(["project.overview", "project.purpose", "goals.period", "goals.annual", "duties"])
LONG_ROW_FIELDS = frozenset(
    ["name", "description", "basis", "content", "item", "goal", "period_goal", "annual_goal"],
)
# How a percent or a day of a form may be printed instead; amounts name their style themselves.
BARE_PERCENT, CHINESE_DAY = "bare", "年月日"
LISTS = frozenset(["indicators", "period_indicators", "costs", "tasks", "items"])

Printed = tuple[str, float | None, str]
Printer = Callable[[Any], Printed]
Fill = Callable[[TargetTable], g.Cell]


def _computed(path: str, table: TargetTable, number: int | None) -> str:
    if path == "number":
        return "" if number is None else str(number)
    if path == "year":
        return "" if table.fiscal_year is None else str(table.fiscal_year)
    start, end = table.project.start, table.project.end
    if isinstance(start, date) and isinstance(end, date) and start.year != end.year:
        return f"（{start.year}年—{end.year}年）"
    return ""


def fill_text(
    parts: tuple[str | Binding, ...], table: TargetTable, number: int | None = None, layout: Layout | None = None
) -> str:
    """Return a line with its fields filled in; ``layout`` says how amounts and days in it are printed."""
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif part.path in COMPUTED:
            pieces.append(_computed(part.path, table, number))
        elif layout is not None:
            pieces.append(printer(part.path, layout, part.bare_zero)(getter(part.path, part.option)(table))[0])
        else:
            pieces.append(getter(part.path, part.option)(table) or "")
    return "".join(pieces)


def getter(path: str, option: str = "") -> Callable[[TargetTable], Any]:
    """Return what reads a leaf of the table: a plain path, ``spend_plan.MM``, ``extra.标签``, ``department``."""
    first, _, rest = path.partition(".")
    if path == "department":
        return lambda table: department_text(table.department.code, table.department.name, option)
    if first == "spend_plan":
        return lambda table: next((p.percent for p in table.spend_plan if p.by == rest), None)
    if first == "extra":
        return lambda table: table.extra.get(rest, "")
    return attrgetter(path)


def department_text(code: str, name: str, option: str) -> str:
    """Return code and name as one text: ``321001某局`` (front), ``某局（321001）`` (back), or the name."""
    if not option or not code:
        return name
    return f"{code}{name}" if option == "front" else f"{name}（{code}）"


def printer(path: str, layout: Layout, bare_zero: bool) -> Printer:
    """Return what turns a leaf into text, number and number format."""
    kind = "percent" if path.startswith("spend_plan.") else field_kind(path)
    style = layout.styles.get(path, "")
    if kind == "money":
        unit, money = layout.unit_of(path), style or layout.money

        def print_amount(value: Any) -> Printed:
            if not isinstance(value, Decimal):
                return value or "", None, ""
            text, number_format = print_money(value, unit, money, bare_zero)
            return text, float(text.replace(",", "")), number_format

        return print_amount
    if style == BARE_PERCENT:
        return lambda value: (
            print_percent(value).removesuffix("%") if isinstance(value, Decimal) else value or "",
            None,
            "",
        )
    if kind == "percent":
        return lambda value: (print_percent(value) if isinstance(value, Decimal) else value or "", None, "")
    if style == CHINESE_DAY:
        return lambda value: (chinese_day(value) if isinstance(value, date) else value or "", None, "")
    if kind == "day":
        return lambda value: (value.isoformat() if isinstance(value, date) else value or "", None, "")
    if kind == "number":
        return lambda value: ("" if value is None else str(value), None, "")
    if path.endswith("indicators.value"):
        return lambda value: (value, *_pure_number(value))
    return lambda value: (value, None, "")


def chinese_day(day: date) -> str:
    """Return ``2021年1月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def _pure_number(text: str) -> tuple[float | None, str]:
    """Return a number where the text is one that a spreadsheet prints back letter by letter."""
    if len(text) > 12 or not text[:1].isdigit() or not text.isascii():
        return None, ""
    whole, _, places = text.partition(".")
    if not whole.isdigit() or (whole[0] == "0" and len(whole) > 1):
        return None, ""
    if not places:
        return (float(text), "0") if "." not in text else (None, "")
    return (float(text), "0." + "0" * len(places)) if places.isdigit() and places[-1] != "0" else (None, "")


def style_of(path: str, layout: Layout) -> str:
    """Return how the cell of a leaf is set."""
    if field_kind(path) == "money":
        return g.SHORT if layout.center_money else g.MONEY
    rows, _, leaf = path.partition(".")
    if rows not in LISTS:
        return g.TEXT if path in LONG_PATHS else g.SHORT
    if leaf in ("level1", "level2"):
        return g.LABEL
    return g.TEXT if leaf in LONG_ROW_FIELDS else g.SHORT


def place(cell: TemplateCell, columns: list[int]) -> tuple[int, int]:
    """Return column and span of a cell in the shared grid; ``columns`` are the block's edges there."""
    start = columns[cell.col]
    return start, columns[cell.col + cell.colspan] - start


def compile_cell(cell: TemplateCell, columns: list[int], layout: Layout) -> Fill:
    """Return what draws this cell for a table."""
    col, colspan = place(cell, columns)
    rowspan, binding = cell.rowspan, cell.binding
    if not any(isinstance(part, Binding) for part in cell.parts):
        shared = g.Cell(cell.literal, col, colspan, rowspan, g.LABEL)
        return lambda table: shared
    if binding is None:
        parts = cell.parts
        return lambda table: g.Cell(fill_text(parts, table), col, colspan, rowspan, g.LABEL)
    get = getter(binding.path, binding.option)
    show = printer(binding.path, layout, binding.bare_zero)
    style, path, prefix, suffix = style_of(binding.path, layout), binding.path, cell.prefix, cell.suffix
    if suffix:

        def fill_between(table: TargetTable) -> g.Cell:
            text = show(get(table))[0]
            return g.Cell(prefix + text + (suffix if text else ""), col, colspan, rowspan, g.SHORT, path)

        return fill_between
    if prefix:
        return lambda table: g.Cell(prefix + show(get(table))[0], col, colspan, rowspan, g.SHORT, path)

    def fill(table: TargetTable) -> g.Cell:
        text, number, number_format = show(get(table))
        return g.Cell(text, col, colspan, rowspan, style, path, number, number_format)

    return fill
