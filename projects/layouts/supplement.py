"""What a form has no cell for: drawn below it as name and text, and read back from there.

Only what the form itself cannot show is listed, so a table in its own form usually has no
supplement at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from projects.grids import grid as g
from projects.layouts.definition import Layout
from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES, name_of
from projects.layouts.properties import YEAR_IN_TITLE, own_year
from projects.layouts.registry import get_layout
from projects.targettable import (
    PART_TYPES,
    ROW_TYPES,
    Indicator,
    TargetTable,
    leaf_text,
    parse_leaf,
)

HEADING = "附：本表式未设栏目的内容"
OTHER_LABEL = "其他栏目·"
_NONE = "（无）"
_YEAR = re.compile(r"20\d\d")
_ROW = re.compile(r"(.+?)第(\d+)行·(.+)")

# Understood from other cells when the form is read again.
_DERIVED = frozenset(["operator", "quantity", "unit", "category"])


def supplement(table: TargetTable, layout: Layout) -> list[g.Block]:
    """Return heading and grid of all that ``layout`` has no cell for, or nothing."""
    rows = [g.Row([g.Cell(name, 0, style=g.LABEL), g.Cell(text, 1)]) for name, text in _missing(table, layout)]
    if not rows:
        return []
    head = g.Row([g.Cell("栏目", 0, style=g.HEAD), g.Cell("内容", 1, style=g.HEAD)], head=True)
    return [g.Paragraph(HEADING, g.HEADING), g.Grid([head, *rows], [28.0, 72.0])]


def _missing(table: TargetTable, layout: Layout) -> Iterator[tuple[str, str]]:
    scalars, lists = unbound(layout)
    own = table.layout == layout.id
    for first, leaf, path in scalars:
        if own and first == "department":
            continue  # Around the form, not in it: the document's title property states it.
        value = getattr(getattr(table, first), leaf) if leaf else getattr(table, first)
        if value is not None and value != "":
            yield name_of(path), leaf_text(path, value)
    if table.fiscal_year is not None and _stated_year(table, layout) not in (None, table.fiscal_year):
        yield name_of("fiscal_year"), str(table.fiscal_year)
    for rows, names in lists:
        whole = not layout_has(layout, rows)
        for index, row in enumerate(getattr(table, rows)):
            if whole and not own and isinstance(row, Indicator):
                row = _in_words_of(row, table.layout, layout)
            yield from _missing_in_row(rows, index, row, names, whole=whole)
    if table.extra:
        for key, text in table.extra.items():
            if f"extra.{key}" not in layout.paths:
                yield OTHER_LABEL + key, text
    if not own:
        yield from _foreign(table, layout)


def _in_words_of(row: Indicator, filed_in: str, layout: Layout) -> Indicator:
    """Return an indicator with the category names of ``layout``, where it has those of the form it is filed in."""
    own = get_layout(filed_in)
    usual = own is not None and own.categories.get(row.category) == (row.level1, row.level2)
    if not usual or row.category not in layout.categories:
        return row
    level1, level2 = layout.categories[row.category]
    return replace(row, level1=level1, level2=level2)


def _stated_year(table: TargetTable, layout: Layout) -> int | None:
    """Return the year a reader of the drawn form would take the table to be of, ``None`` when it has to ask."""
    if "{year}" in layout.title:
        if table.layout != layout.id or not table.title:
            return table.fiscal_year
        found = YEAR_IN_TITLE.search(table.title)
        if found:
            return int(found[1])
    return own_year(table)


def _missing_in_row(rows: str, index: int, row: Any, names: list[str], *, whole: bool) -> Iterator[tuple[str, str]]:
    blank = True
    for name in names:
        value = getattr(row, name)
        if value is None or value == "":
            continue
        blank = False
        yield name_of(f"{rows}.{index}.{name}"), leaf_text(f"{rows}.{name}", value)
    if blank and whole:
        # The row itself has to come back, though nothing is written in it.
        yield name_of(f"{rows}.{index}.{names[0]}"), ""


def _foreign(table: TargetTable, layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield what another form would change: category names of its own, and plan months it prints."""
    own = get_layout(table.layout)
    printed = own.categories if own else {}
    for rows in ("indicators", "period_indicators"):
        if not layout_has(layout, rows):
            continue
        for index, row in enumerate(getattr(table, rows)):
            if row.category in layout.categories and printed.get(row.category) != (row.level1, row.level2):
                yield name_of(f"{rows}.{index}.level1"), row.level1
                yield name_of(f"{rows}.{index}.level2"), row.level2
    months = {path.split(".")[1] for path in layout.paths if path.startswith("spend_plan.")}
    if not months:
        return
    if [point.by for point in table.spend_plan] != sorted(months):
        # The form's own months are blank cells there, not points of this table's plan.
        yield LIST_NAMES["spend_plan"], _NONE
        for index, point in enumerate(table.spend_plan):
            yield from _missing_in_row("spend_plan", index, point, ["by", "percent"], whole=True)


@cache
def unbound(layout: Layout) -> tuple[list[tuple[str, str, str]], list[tuple[str, list[str]]]]:
    """Return the scalar leaves and the row leaves that the layout has no cell for."""
    scalars = []
    for path in FIELD_NAMES:
        first, _, leaf = path.partition(".")
        if path not in layout.paths and path not in ("title", "fiscal_year"):
            scalars.append((first, leaf, path))
    lists = []
    for rows in ROW_TYPES:
        if rows == "sections" and layout.sections:
            continue
        if rows == "spend_plan" and any(path.startswith("spend_plan.") for path in layout.paths):
            continue
        drop = _DERIVED if rows in ("indicators", "period_indicators") and layout_has(layout, rows) else frozenset()
        if f"{rows}.quantity" in layout.paths:
            drop |= {"value"}  # in three cells
        names = [n for n in ROW_FIELD_NAMES[rows] if f"{rows}.{n}" not in layout.paths and n not in drop]
        if names:
            lists.append((rows, names))
    return scalars, lists


def layout_has(layout: Layout, rows: str) -> bool:
    """Tell whether the form prints this list at all."""
    return any(path.startswith(f"{rows}.") for path in layout.paths)


# --- reading it back ---------------------------------------------------------------------------

_BY_NAME = {name: path for path, name in FIELD_NAMES.items()}
_LIST_BY_NAME = {name: rows for rows, name in LIST_NAMES.items()}
_LEAF_BY_NAME = {rows: {name: leaf for leaf, name in names.items()} for rows, names in ROW_FIELD_NAMES.items()}


def apply_supplement(table: TargetTable, pairs: list[tuple[str, str]]) -> list[str]:
    """Put the texts of a supplement back into their fields; return the names that are unknown."""
    unknown = []
    for name, text in pairs:
        path = _BY_NAME.get(name, "")
        if path and (path != "fiscal_year" or _YEAR.fullmatch(text)):
            _set(table, path, text)
        elif name.startswith(OTHER_LABEL):
            table.extra[name.removeprefix(OTHER_LABEL)] = text
        elif name in _LIST_BY_NAME and text == _NONE:
            getattr(table, _LIST_BY_NAME[name]).clear()
        elif not _set_row(table, name, text):
            unknown.append(name)
            table.extra[name] = text
    return unknown


def _set(table: TargetTable, path: str, text: str) -> None:
    first, _, leaf = path.partition(".")
    if first in PART_TYPES:
        setattr(getattr(table, first), leaf, parse_leaf(path, text))
    else:
        setattr(table, first, int(text) if path == "fiscal_year" else text)


def _set_row(table: TargetTable, name: str, text: str) -> bool:
    found = _ROW.fullmatch(name)
    rows = _LIST_BY_NAME.get(found[1], "") if found else ""
    leaf = _LEAF_BY_NAME[rows].get(found[3], "") if found and rows else ""
    if not found or not leaf:
        return False
    items, index = getattr(table, rows), int(found[2]) - 1
    if not 0 <= index <= min(len(items), 2000):
        return False
    if index == len(items):
        items.append(ROW_TYPES[rows](by="") if rows == "spend_plan" else ROW_TYPES[rows]())
    setattr(items[index], leaf, parse_leaf(f"{rows}.{leaf}", text))
    return True
