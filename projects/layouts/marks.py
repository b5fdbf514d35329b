"""What differs between two versions, laid on the cells of the newer one's form: for switchable marks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from projects.diff import ADDED, REMOVED, Cell, Difference, Pairs, Row, diff, match_rows, pair_names
from projects.layouts.editing import Draft, row_texts
from projects.layouts.typed import shown
from projects.targettable import ROW_TYPES, TargetTable
from projects.textdiff import GONE, NEW, marks

# Of another year anyhow, or no cell of the form.
OTHER_YEAR = ("fiscal_year", "title", "layout", "kind")
NO_CELL = ("fiscal_year", "layout", "kind")


def by_identity(old: Draft, new: Draft) -> Difference:
    """Compare two versions of one table: rows are the same by their identity; months of the plan by their name."""
    pairs: dict[str, Pairs] = {
        key: pair_names(old.uids[key], new.uids[key]) for key in ROW_TYPES if key != "spend_plan"
    }
    return diff(old.table, new.table, pairs=pairs)


def mark_data(difference: Difference, old: TargetTable, new: Draft, *, years: bool = False) -> dict[str, Any]:
    """Return the marks on the form of ``new``: changed cells with what stood there, rows, and what was removed.

    ``years``: the two are of different years; what tells the year is no difference then.
    """
    skipped = OTHER_YEAR if years else NO_CELL
    head = [cell for cell in difference.cells if cell.path not in skipped]
    cells = {new.entry_path(cell.path): _cell(cell, new) for cell in head}
    rows: dict[str, str] = {}
    removed = []
    for block in difference.blocks:
        before = {gone: place for gone, place in _behind(block.pairs)}
        for row in block.rows:
            if row.kind == REMOVED:
                removed.append(_removed(row, block.key, old, new, before))
                continue
            cells |= dict(_row_cells(row, new))
            if block.key != "spend_plan" and row.new is not None:
                rows[f"{block.key}/{new.uids[block.key][row.new]}"] = row.kind
    number = len(head) + sum(len(block.rows) for block in difference.blocks)
    return {"count": number, "cells": cells, "rows": rows, "removed": removed}


def _row_cells(row: Row, new: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    if row.kind == ADDED:
        return
    for cell in row.cells:
        if not cell.derived:
            yield new.entry_path(cell.path), _cell(cell, new)


def _cell(cell: Cell, new: Draft) -> dict[str, Any]:
    rows, _, rest = cell.path.partition(".")
    bare = f"{rows}.{rest.partition('.')[2]}" if rows in ROW_TYPES else cell.path
    old, now = shown(bare, cell.old, new.layout), shown(bare, cell.new, new.layout)
    runs = [[run.kind, run.text] for run in (cell.runs or marks(old, now))]
    if not cell.runs and old and now:
        runs = [[GONE, old], [NEW, now]]
    name = cell.name.replace("（元）", f"（{new.layout.unit}）")
    return {"name": name, "old": old, "runs": [run for run in runs if run[1]]}


def _behind(pairs: Sequence[tuple[int | None, int | None]]) -> Iterator[tuple[int, int | None]]:
    """Yield for each removed row the new row behind which it stood, ``None`` for the beginning."""
    last = None
    for old, new in pairs:
        if new is not None:
            last = new
        elif old is not None:
            yield old, last


def _removed(row: Row, key: str, old: TargetTable, new: Draft, behind: dict[int, int | None]) -> dict[str, Any]:
    place = behind.get(row.old) if row.old is not None else None
    texts = list(row_texts(new, key, getattr(old, key)[row.old]).values()) if key != "spend_plan" else []
    after = new.uids[key][place] if place is not None and key != "spend_plan" else ""
    return {"list": key, "after": after, "label": row.label, "texts": texts}


def beside(old: TargetTable, new: Draft) -> dict[str, Any]:
    """Return last year's indicators beside this year's: by row, and those that are gone."""
    rows: dict[str, dict[str, Any]] = {}
    gone = []
    for key in ("indicators", "period_indicators"):
        before, now = getattr(old, key), getattr(new.table, key)
        for there, here in match_rows(key, before, now):
            if there is None:
                continue
            told = {"name": before[there].name, "value": before[there].value}
            if here is None:
                if told["name"] or told["value"]:
                    gone.append(told)
            else:
                same = told["value"] == now[here].value and told["name"] == now[here].name
                rows[new.uids[key][here]] = told | {"same": same}
    return {"rows": rows, "gone": gone}
