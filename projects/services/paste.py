"""A block from the clipboard → rows of a list: which column is what, merged cells filled down. Pure, writes nothing.

Excel and Word put HTML and tab-separated text on the clipboard; HTML knows the merged cells and is preferred. Columns
are told by their headings where there are any, else by what stands in them; the person may correct the guess.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from indicators import units
from indicators.categories import category
from indicators.targets import Kind, parse
from projects.grids.files import FileRefused
from projects.grids.grid import Grid
from projects.grids.html_reader import read_html
from projects.grids.text import cell_text
from projects.layouts.definition import Layout, RepeatBlock
from projects.layouts.editing import Draft
from projects.layouts.generic import column_words
from projects.layouts.labels import norm
from projects.layouts.match_rows import vocabulary
from projects.layouts.names import ROW_FIELD_NAMES
from projects.layouts.typed import INDICATOR_LISTS, LEVELS
from projects.layouts.values import parse_money
from projects.services.copying import Change, chained

MOST_ROWS, MOST_COLUMNS = 1_000, 60
_CHARSET = re.compile(r"charset\s*=\s*[\"']?[\w-]+", re.I)
_SIGNS = frozenset(["≥", "≤", ">", "<", "=", ">=", "<=", "＝", "＞", "＜", "≧", "≦", "定性", "正向", "反向"])
_TOTALS = frozenset(["合计", "总计", "小计"])
_VALUES = frozenset([Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE, Kind.SEVERAL, Kind.DATE, Kind.PERIOD, Kind.LIMIT])

_FIGURES = frozenset([Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE])
_FIRST = frozenset("≥≤≧≦<>=＞＜＝约")
_LEADS = ("不", "大于", "小于", "至少", "达到", "超过", "低于", "高于", "每")


@dataclass(slots=True)
class Block:
    """Rows of equal length; ``filled`` marks texts that came down from a merged cell."""

    rows: list[list[str]] = field(default_factory=list)
    filled: list[list[bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Column:
    """``field`` is empty for a column that is left out; ``sure``: its heading said so."""

    field: str
    label: str
    sure: bool


@dataclass(slots=True)
class Preview:
    columns: list[Column]
    rows: list[dict[str, Any]]
    header_rows: int
    changes: list[Change]
    notes: list[str]


def preview(
    draft: Draft, *, html: str = "", text: str = "", rows: str = "indicators", after: str | None = None,
    columns: Sequence[str] | None = None,
) -> Preview:  # fmt: skip
    """Return what a paste into list ``rows`` behind row ``after`` would add. ``ValueError``: no such list."""
    if rows not in ROW_FIELD_NAMES or rows == "spend_plan":
        raise ValueError(f"没有这个列表：{rows[:40]}")
    notes: list[str] = []
    block = read_block(html, text)
    if len(block.rows) > MOST_ROWS:
        notes.append(f"只取前 {MOST_ROWS} 行，其余请分次粘贴")
        block = Block(block.rows[:MOST_ROWS], block.filled[:MOST_ROWS])
    headers, found = columns_of(block, rows, draft.layout)
    if columns is not None:
        allowed = {"", *ROW_FIELD_NAMES[rows]}
        found = [
            Column(name if name in allowed else "", old.label, True)
            for name, old in zip([*columns, *[""] * len(found)], found, strict=False)
        ]
    body = Block(block.rows[headers:], block.filled[headers:])
    listed = _values(body, found, rows, draft, after, notes)
    shown = [{"texts": r, "filled": f} for r, f in zip(body.rows, body.filled, strict=True)]
    place = after if after is not None else (draft.uids[rows][-1] if draft.uids[rows] else "")
    return Preview(found, shown, headers, chained(rows, listed, place), notes)


# --- the block --------------------------------------------------------------------------------------


def read_block(html: str, text: str) -> Block:
    """Return the rows of the clipboard: the largest table of ``html``, else ``text`` by tabs and lines."""
    if "<t" in html.lower():
        try:
            document = read_html(_CHARSET.sub("", html).encode("utf-8", "replace"), "剪贴板")
        except FileRefused:
            document = None
        grids = [block for block in document.blocks if isinstance(block, Grid)] if document else []
        if grids:
            return _squared(max(grids, key=lambda grid: len(grid.rows) * grid.columns))
    return _from_text(text)


def _squared(grid: Grid) -> Block:
    """Expand merged cells: the text comes down into every row, and stands in the first of several columns."""
    width = min(grid.columns, MOST_COLUMNS)
    height = len(grid.rows)
    rows = [[""] * width for _ in range(height)]
    filled = [[False] * width for _ in range(height)]
    for index, cell in grid.cells():
        for down in range(min(cell.rowspan, height - index)):
            if cell.col < width:
                rows[index + down][cell.col] = cell.text
                filled[index + down][cell.col] = down > 0 and bool(cell.text)
    return _trimmed(Block(rows, filled))


def _from_text(text: str) -> Block:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    # A quote that is never closed is a character of the text, not a sign of Excel's.
    plain = text.count('"') % 2 == 1
    lines = (
        [line.split("\t") for line in text.split("\n")]
        if plain
        else list(csv.reader(text.split("\n") if '"' not in text else text.splitlines(keepends=True), delimiter="\t"))
    )
    width = min(max(map(len, lines), default=0), MOST_COLUMNS)
    rows = [[cell_text(cell) for cell in line[:width]] + [""] * (width - len(line)) for line in lines]
    return _trimmed(Block(rows, [[False] * width for _ in rows]))


def _trimmed(block: Block) -> Block:
    """Leave out blank rows and columns."""
    keep = [any(row) for row in block.rows]
    rows = [row for row, full in zip(block.rows, keep, strict=True) if full]
    filled = [row for row, full in zip(block.filled, keep, strict=True) if full]
    if not rows:
        return Block()
    columns = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    return Block([[row[at] for at in columns] for row in rows], [[row[at] for at in columns] for row in filled])


# --- columns ----------------------------------------------------------------------------------------


def columns_of(block: Block, rows: str, layout: Layout) -> tuple[int, list[Column]]:
    """Return the number of heading rows and what each column is."""
    if not block.rows:
        return 0, []
    headings = _headings(rows, layout)
    for number, row in enumerate(block.rows[:3]):
        fields = [headings.get(norm(text), "") for text in row]
        known = [name for name in fields if name]
        filled = sum(1 for text in row if text)
        if (len(known) >= 2 and len(known) * 2 >= filled) or (filled == 1 and len(known) == 1):
            return number + 1, _by_heading(block, row, fields, rows)
    return 0, _by_contents(block, rows, layout)


def _headings(rows: str, layout: Layout) -> dict[str, str]:
    found = {norm(name): leaf for leaf, name in ROW_FIELD_NAMES[rows].items() if leaf != "category"}
    if rows in INDICATOR_LISTS:
        found |= column_words()
    for block in layout.blocks:
        if isinstance(block, RepeatBlock) and rows in (block.of, block.beside):
            for head, cell in zip(block.head, block.row, strict=True):
                if cell.binding:
                    found[norm(head.literal)] = cell.binding.path
    return found


def _by_heading(block: Block, row: list[str], fields: list[str], rows: str) -> list[Column]:
    seen: set[str] = set()
    found = []
    for at, (text, name) in enumerate(zip(row, fields, strict=True)):
        once = name if name in ROW_FIELD_NAMES[rows] and name not in seen else ""
        seen.add(once)
        found.append(Column(once, text or f"第{at + 1}列", bool(once)))
    return found


def _by_contents(block: Block, rows: str, layout: Layout) -> list[Column]:
    columns = [[row[at] for row in block.rows if row[at]] for at in range(len(block.rows[0]))]
    found: dict[int, str] = {}
    if rows in INDICATOR_LISTS:
        _find_levels(columns, found, layout)
        _find_values(columns, found)
    elif "amount" in ROW_FIELD_NAMES[rows]:
        at = _best(columns, found, lambda text: not isinstance(parse_money(text, "元"), str))
        if at is not None:
            found[at] = "amount"
    for at, texts in enumerate(columns):
        if at not in found and len(texts) > 1 and _is_numbering(texts):
            found[at] = "no" if rows == "items" else ""
    _fill_in_order(columns, found, _printed(rows, layout))
    return [Column(found.get(at, ""), f"第{at + 1}列", False) for at in range(len(columns))]


def _is_numbering(texts: list[str]) -> bool:
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 5]
    return len(numbers) == len(texts) and all(b == a + 1 for a, b in pairwise(numbers))


def _share(texts: list[str], test: Any) -> float:
    return sum(float(test(text)) for text in texts) / len(texts) if texts else 0.0


def _best(columns: list[list[str]], found: dict[int, str], test: Any, least: float = 0.5) -> int | None:
    shares = [(0.0 if at in found else _share(texts, test), -at) for at, texts in enumerate(columns)]
    share, at = max(shares, default=(0.0, 0))
    return -at if share >= least else None


def _value_like(text: str) -> float:
    """How much a text looks like a target value. Names hold numbers too, bases years: the beginning counts."""
    if len(text) > 30:
        return 0.0
    kind = parse(text).kind
    if kind in _FIGURES and (text[0] in _FIRST or text[0].isdigit() or text.startswith(_LEADS)):
        return 1.0
    if kind in _VALUES:
        return 0.5 if any(char.isdigit() for char in text) else 0.3
    return 0.3 if kind in (Kind.GRADED, Kind.NOT_APPLICABLE, Kind.YES_NO) else 0.0


def _find_levels(columns: list[list[str]], found: dict[int, str], layout: Layout) -> None:
    words = vocabulary(layout)
    for level, name in enumerate(LEVELS, 1):
        at = _best(columns, found, lambda text, level=level: words.is_level(text, level), 0.6)
        if at is not None:
            found[at] = name


def _find_values(columns: list[list[str]], found: dict[int, str]) -> None:
    sign = _best(columns, found, lambda text: text in _SIGNS, 0.8)
    if sign is not None and sign + 1 < len(columns):
        found[sign], found[sign + 1] = "operator", "quantity"
        if sign + 2 < len(columns) and _share(columns[sign + 2], units.is_unit) >= 0.5:
            found[sign + 2] = "unit"
        return
    numbering = {at: "" for at, texts in enumerate(columns) if len(texts) > 1 and _is_numbering(texts) and at == 0}
    at = _best(columns, found | numbering, _value_like, 0.3)
    if at is not None:
        found[at] = "value"


def _printed(rows: str, layout: Layout) -> list[str]:
    """Return the fields of the list in the order of the form's columns, then those it does not print."""
    order: list[str] = []
    for block in layout.blocks:
        if isinstance(block, RepeatBlock) and rows in (block.of, block.beside):
            mine = [c.binding for c in block.row if c.binding and (c.binding.beside == (rows != block.of))]
            order += [binding.path for binding in mine]
    return order or [name for name in ROW_FIELD_NAMES[rows] if name != "category"]


def _fill_in_order(columns: list[list[str]], found: dict[int, str], order: list[str]) -> None:
    """Give the columns that are left the fields that are left, in the form's order, none before one to its left."""
    taken = set(found.values())
    at_least = 0
    for at in range(len(columns)):
        if at in found:
            if found[at] in order:
                at_least = order.index(found[at])
            continue
        after = [order.index(name) for place, name in found.items() if place > at and name in order]
        limit = min(after, default=len(order))
        names = [
            name for i, name in enumerate(order) if at_least <= i < limit and name not in taken and name not in LEVELS
        ]
        if names:
            found[at] = names[0]
            taken.add(names[0])
            at_least = order.index(names[0])


# --- rows -------------------------------------------------------------------------------------------


def _values(
    body: Block, columns: list[Column], rows: str, draft: Draft, after: str | None, notes: list[str]
) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = []
    levels = dict.fromkeys(LEVELS, "")
    own = {column.field for column in columns} & set(LEVELS)
    if rows in INDICATOR_LISTS and not own:
        levels = _levels_at(draft, rows, after)
    skipped = 0
    for number, row in enumerate(body.rows):
        values = {c.field: text for c, text in zip(columns, row, strict=True) if c.field and text}
        if any(norm(text) in _TOTALS for text in row[:3]):
            skipped += 1
            continue
        if rows in INDICATOR_LISTS:
            _fill_down(body, number, columns, values, levels, draft.layout, own)
        if values:
            listed.append(values)
    if skipped:
        notes.append(f"略去 {skipped} 行合计")
    return listed


def _levels_at(draft: Draft, rows: str, after: str | None) -> dict[str, str]:
    row = draft.row(rows, after) if after else None
    return {leaf: getattr(row, leaf) if row is not None else "" for leaf in LEVELS}


def _fill_down(
    body: Block, number: int, columns: list[Column], values: dict[str, str], levels: dict[str, str],
    layout: Layout, own: set[str],
) -> None:  # fmt: skip
    """Blank levels take what stands above; a new level 1 ends the level 2 above it."""
    one = values.get("level1", "")
    if one and one != levels["level1"]:
        levels["level2"] = ""
    for leaf in LEVELS:
        levels[leaf] = values.get(leaf) or levels[leaf]
        if levels[leaf] and leaf not in values:
            values[leaf] = levels[leaf]
            at = next((i for i, column in enumerate(columns) if column.field == leaf), None)
            if at is not None:
                body.rows[number][at], body.filled[number][at] = levels[leaf], True
    given = values.get("level1", "") if "level1" in own else ""
    code = category(given, values.get("level2", ""))
    if "level2" in own and code in layout.categories:
        # In the form's own wording, as they will be stored: the page finds the form's blank rows by it.
        values |= dict(zip(LEVELS, layout.categories[code], strict=True))
