"""Where a comment stands: a cell, a row, a step or the whole of a table, found again by the row's identity. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from projects.layouts.editing import LISTS, BadChange, Draft, row_texts, split, uid_of
from projects.layouts.entry_form import cell_name
from projects.layouts.names import LIST_NAMES, ROW_FIELD_NAMES
from projects.layouts.steps import STEP_NAMES, step_of_path, steps_of

CELL, ROW, STEP, TABLE = "cell", "row", "step", "table"
WHOLE = "整张表"


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` in its one spelling; ``step`` is the step to open for it, ``text`` what stands there (as printed).

    ``gone``: the row was deleted, or the cell is no longer there; ``name`` and ``text`` are then empty.
    """

    path: str
    step: str = ""
    uid: str = ""
    name: str = ""
    text: str = ""
    gone: bool = False


def locate(draft: Draft, anchor: str, path: str) -> Place:
    """Find an anchor in ``draft``. Raises :class:`.editing.BadChange` for what can be no anchor of any table."""
    if anchor == TABLE:
        return Place("", "", name=WHOLE)
    if anchor == STEP:
        return _step(draft, path)
    if anchor not in (CELL, ROW):
        raise BadChange(f"没有这种位置：{anchor[:20]}")
    if "/" in path:
        return _in_row(draft, anchor, path)
    if anchor == ROW:
        raise BadChange(f"没有这一行：{path[:80]}")
    return _head(draft, path)


def _step(draft: Draft, key: str) -> Place:
    if key not in STEP_NAMES:
        raise BadChange(f"没有这一部分：{key[:40]}")
    found = next((step for step in steps_of(draft.layout) if step.key == key), None)
    if found is None and key != "other":
        return Place(key, gone=True)
    return Place(key, key, name=found.title if found else STEP_NAMES[key])


def _in_row(draft: Draft, anchor: str, path: str) -> Place:
    if anchor == CELL:
        rows, uid, leaf = split(path)
    else:
        rows, _, rest = path.partition("/")
        if rows not in LISTS:
            raise BadChange(f"没有这一行：{path[:80]}")
        uid, leaf = uid_of(rest), ""
    exact = f"{rows}/{uid}" + (f"/{leaf}" if leaf else "")
    row = draft.row(rows, uid)
    step = step_of_path(draft.layout, rows)
    if row is None:
        return Place(exact, step, uid, gone=True)
    name = f"{LIST_NAMES[rows]}第{draft.uids[rows].index(uid) + 1}行"
    if leaf:
        return Place(exact, step, uid, f"{name}·{ROW_FIELD_NAMES[rows].get(leaf, leaf)}", draft.text(exact))
    return Place(exact, step, uid, name, " | ".join(row_texts(draft, rows, row).values()))


def _head(draft: Draft, path: str) -> Place:
    value = draft.value(path)
    step = step_of_path(draft.layout, path)
    printed = path in draft.layout.paths or step != "other"
    if value in (None, "") and not printed:
        return Place(path, step, gone=True)
    return Place(path, step, name=cell_name(draft.layout, path), text=draft.text(path))
