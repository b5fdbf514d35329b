"""The form as something to be filled in: the steps' rows with a path on every cell that takes a text. Plain data.

The cells are those of :mod:`render` itself, so that the page cannot drift from the form; here they only get their
paths, the rows that a merged cell stands for, and what kind of text belongs into them. Shapes: docs/entry.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from projects.grids import grid as g
from projects.layouts.cells import LONG_PATHS, LONG_ROW_FIELDS
from projects.layouts.definition import COMPUTED, Binding, FormBlock, RepeatBlock, TemplateCell
from projects.layouts.editing import Draft, plain
from projects.layouts.names import LIST_NAMES, ROW_FIELD_NAMES
from projects.layouts.printed import cell_name
from projects.layouts.render import draw_blocks, title_of
from projects.layouts.rows_draw import Pair, pairs_of
from projects.layouts.steps import STEP_NAMES, Step, steps_of
from projects.layouts.supplement import layout_has, unbound
from projects.layouts.typed import INDICATOR_LISTS, is_unread, kind_of, reading, shown
from projects.targettable import ROW_TYPES

CellData = dict[str, Any]


def form_steps(draft: Draft, states: dict[str, str]) -> list[dict[str, Any]]:
    """Return all steps with their rows, 其他栏目 when the table has such."""
    layout = draft.layout
    drawn = [rows for grid in draw_blocks(draft.table, layout) for rows in grid]
    rows_of = [_block_rows(draft, block, rows) for block, rows in zip(layout.blocks, drawn, strict=True)]
    # The place of each row on the form, so that a page can put the steps' rows together again.
    for at, row in enumerate(row for rows in rows_of for row in rows):
        row["at"] = at
    found = [_step(draft, step, rows_of, states) for step in steps_of(layout)]
    other = list(other_fields(draft))
    if other:
        made = _plain_step("other", states.get("other", "partial"), other)
        found.insert(len(found) - 1, made)
    return found


def _plain_step(key: str, state: str, fields: list[CellData]) -> dict[str, Any]:
    step = {"key": key, "title": STEP_NAMES[key], "state": state, "lists": [], "lines": [], "grids": []}
    return step | {"paths": [item["path"] for item in fields], "fields": fields}


def _step(draft: Draft, step: Step, rows_of: list[list[dict[str, Any]]], states: dict[str, str]) -> dict[str, Any]:
    grids: list[dict[str, Any]] = []
    for part in step.parts:
        block = draft.layout.blocks[part.block]
        rows = rows_of[part.block]
        chosen = rows if part.rows is None else [rows[index] for index in part.rows]
        rows_list = "" if isinstance(block, FormBlock) else block.of
        if grids and not rows_list and not grids[-1]["list"]:
            grids[-1]["rows"] += chosen
        else:
            grids.append({"widths": draft.layout.widths, "list": rows_list, "rows": list(chosen)})
    fields = list(_prose_fields(draft)) if "sections" in step.lists else []
    return {
        "key": step.key,
        "title": step.title,
        "state": states.get(step.key, "empty"),
        "lists": list(step.lists),
        "paths": list(step.paths),
        "lines": list(_lines(draft)) if step.frame else [],
        "grids": grids,
        "fields": fields,
    }


# --- what stands around the form -------------------------------------------------------------------


def _lines(draft: Draft) -> Iterator[dict[str, Any]]:
    layout = draft.layout
    title = _field(draft, "title") | {"text": title_of(draft.table, layout)}
    if layout.annex:
        yield {"style": "annex", "parts": [[{"label": layout.annex}]]}
    yield {"style": "title", "parts": [[title]]}
    for line in layout.captions:
        yield {"style": "caption", "parts": [_line_parts(draft, parts) for parts in line]}
    for parts in layout.sign:
        yield {"style": "sign", "parts": [_line_parts(draft, parts)]}


def _line_parts(draft: Draft, parts: Sequence[str | Binding]) -> list[CellData]:
    found: list[CellData] = []
    for part in parts:
        if isinstance(part, str):
            found.append({"label": part})
        elif part.path == "year":
            found.append({"label": str(draft.table.fiscal_year or "")})
        elif part.path not in COMPUTED:
            found.append(_field(draft, part.path))
    return found


def _field(draft: Draft, path: str) -> CellData:
    value, bare = draft.value(path), plain(path)
    return {
        "path": path,
        "name": cell_name(draft.layout, path),
        "text": shown(bare, value, draft.layout),
        "kind": cell_kind(bare),
        "unread": is_unread(bare, value),
    }


def _column_name(block: RepeatBlock, leaf: str, side: int) -> str:
    """Return the heading a column has on the form, ``""`` when there is none."""
    heads = {cell.col: cell.literal for cell in block.head}
    for cell in block.row:
        if cell.binding and (cell.binding.path, cell.binding.beside) == (leaf, bool(side)):
            return heads.get(cell.col, "")
    return ""


def cell_kind(path: str) -> str:
    """Return what sort of text belongs into a cell; ``path`` without identity."""
    kind = kind_of(path)
    if kind != "text":
        return kind
    first, _, leaf = path.partition(".")
    long = path in LONG_PATHS or (first in ROW_TYPES and leaf in LONG_ROW_FIELDS) or path == "sections.text"
    return "long" if long else "text"


def _prose_fields(draft: Draft) -> Iterator[CellData]:
    for uid in draft.uids["sections"]:
        title = str(draft.value(f"sections/{uid}/title") or "").strip()
        for leaf in ("title", "text"):
            field = _field_of_row(draft, "sections", uid, leaf)
            # Below a heading a text is called by it.
            yield field | ({"name": title} if title and leaf == "text" else {})


def _field_of_row(draft: Draft, rows: str, uid: str, leaf: str) -> CellData:
    number = draft.uids[rows].index(uid) + 1
    name = f"{LIST_NAMES[rows]}第{number}行·{ROW_FIELD_NAMES[rows].get(leaf, leaf)}"
    made = _field_raw(draft, f"{rows}/{uid}/{leaf}")
    return made | {"name": name}


def _field_raw(draft: Draft, path: str) -> CellData:
    value, bare = draft.value(path), plain(path)
    text = shown(bare, value, draft.layout)
    return {"path": path, "text": text, "kind": cell_kind(bare), "unread": is_unread(bare, value)}


def other_fields(draft: Draft) -> Iterator[CellData]:
    """Yield the cells that hold something and that the form does not print."""
    table, layout = draft.table, draft.layout
    scalars, lists = unbound(layout)
    known = {path for step in steps_of(layout) for path in step.paths}
    for first, leaf, path in scalars:
        value = getattr(getattr(table, first), leaf) if leaf else getattr(table, first)
        covered = first == "department" and any(item.startswith("department") for item in known)
        if value not in (None, "") and not covered:
            yield _field(draft, path)
    for rows, names in lists:
        if rows == "spend_plan":
            yield from (_field(draft, f"spend_plan.{point.by}") for point in table.spend_plan)
            continue
        for uid in draft.uids[rows]:
            yield from (
                _field_of_row(draft, rows, uid, leaf)
                for leaf in names
                if draft.value(f"{rows}/{uid}/{leaf}") not in (None, "")
            )
    for key in table.extra:
        if f"extra.{key}" not in layout.paths:
            yield _field(draft, f"extra.{key}")


# --- cells of the form -----------------------------------------------------------------------------


def _block_rows(draft: Draft, block: FormBlock | RepeatBlock, rows: list[g.Row]) -> list[dict[str, Any]]:
    if isinstance(block, FormBlock):
        return [
            {"head": False, "uid": "", "cells": [_cell(draft, *both) for both in zip(row.cells, template, strict=True)]}
            for row, template in zip(rows, block.rows, strict=True)
        ]
    return list(_list_rows(draft, block, rows))


def _list_rows(draft: Draft, block: RepeatBlock, rows: list[g.Row]) -> Iterator[dict[str, Any]]:
    pairs = pairs_of(draft.table, block)
    uids = _identities(draft, block)
    first, last = 1 + bool(block.first), len(rows) - bool(block.last)
    templates = {1: block.first, len(rows) - 1: block.last}
    for at, row in enumerate(rows):
        if first <= at < last:
            index = at - first
            cells = [_list_cell(draft, block, cell, pairs, index, uids) for cell in row.cells]
            yield {"head": False, "uid": uids.get(id(pairs[index][0]), ""), "cells": cells}
            continue
        template = templates.get(at, ()) if at else ()
        cells = [_cell(draft, *both) for both in zip(row.cells, template, strict=True)] if template else [
            _label(cell) for cell in row.cells
        ]  # fmt: skip
        yield {"head": row.head, "uid": "", "cells": cells}


def _identities(draft: Draft, block: RepeatBlock) -> dict[int, str]:
    found: dict[int, str] = {}
    for rows in filter(None, (block.of, block.beside)):
        found.update(zip(map(id, getattr(draft.table, rows)), draft.uids[rows], strict=True))
    return found


def _label(cell: g.Cell) -> CellData:
    return _data(cell) | {"path": "", "covers": [], "prefix": "", "kind": "label", "name": "", "unread": False}


def _data(cell: g.Cell) -> CellData:
    return {
        "text": cell.text,
        "col": cell.col,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "style": cell.style,
    }


def _cell(draft: Draft, cell: g.Cell, template: TemplateCell) -> CellData:
    binding = template.binding
    if binding is None:
        return _label(cell)
    made = (
        _data(cell) | {"covers": [], "prefix": template.prefix, "suffix": template.suffix} | _field(draft, binding.path)
    )
    return made


def _list_cell(
    draft: Draft, block: RepeatBlock, cell: g.Cell, pairs: list[Pair], index: int, uids: dict[int, str]
) -> CellData:
    if not cell.field:
        return _label(cell)
    rows, _, rest = cell.field.partition(".")
    leaf = rest.partition(".")[2]
    side = 1 if rows == block.beside and rows != block.of else 0
    paths: list[str] = []
    for pair in pairs[index : index + cell.rowspan]:
        paths += _paths_of(block, pair, side, leaf, uids)
    path = paths[0] if paths else f"{rows}/+/{leaf}"
    value = draft.value(path) if paths else None
    made = _data(cell) | {"path": path, "covers": paths[1:], "prefix": "", "kind": cell_kind(f"{rows}.{leaf}")}
    name = _column_name(block, leaf, side) or ROW_FIELD_NAMES[rows].get(leaf, leaf)
    made |= {"name": name, "unread": is_unread(f"{rows}.{leaf}", value)}
    if made["kind"] == "target" and value:
        made["understood"] = reading(f"{rows}.value", value)
    if not paths:
        before = [pair[side] for pair in pairs[:index] if pair[side] is not None]
        made["after"] = uids.get(id(before[-1]), "") if before else ""
    return made


def _paths_of(block: RepeatBlock, pair: Pair, side: int, leaf: str, uids: dict[int, str]) -> list[str]:
    """Return the cells that a drawn cell stands for in one row: level 1 stands once for both halves."""
    both = (0, 1) if block.beside and leaf == "level1" else (side,)
    names = (block.of, block.beside)
    return [f"{names[at]}/{uids[id(pair[at])]}/{leaf}" for at in both if id(pair[at]) in uids and pair[at] is not None]


def categories_of(draft: Draft) -> list[dict[str, str]]:
    """Return the categories of the form in its order."""
    if not any(layout_has(draft.layout, rows) for rows in INDICATOR_LISTS):
        return []
    own = draft.layout.own_categories
    return [{"category": code, "level1": levels[0], "level2": levels[1]} for code, levels in own.items()]
