"""A table while it is being filled in: its rows by lasting identity, and the four changes that can be made to it.

Pure: works on the dataclasses; ``services.entry`` stores what came out. Paths and changes are those of docs/entry.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from projects.layouts.cells import department_text
from projects.layouts.definition import Binding, FormBlock, Layout
from projects.layouts.lines import parse_department
from projects.layouts.names import ROW_FIELD_NAMES, name_of
from projects.layouts.typed import (
    INDICATOR_LISTS,
    LEVELS,
    VALUE_PARTS,
    is_unread,
    read_typed,
    reading,
    set_indicator,
    shown,
    tidy,
    value_cell,
)
from projects.targettable import PART_TYPES, ROW_TYPES, PlanPoint, TargetTable

LISTS = tuple(name for name in ROW_TYPES if name != "spend_plan")
TEXT_LIMIT = 100_000
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))
_PARTS = {name: frozenset(item.name for item in fields(kind)) for name, kind in PART_TYPES.items()}
_ROW_LEAVES = {name: tuple(item.name for item in fields(kind)) for name, kind in ROW_TYPES.items()}
_DERIVED = frozenset(["category"])


class BadChange(ValueError):
    """A change that no cell and no row can take: a mistake of the page, not of the person."""


@dataclass(slots=True)
class Draft:
    """``uids`` of each list in the order of its rows; ``layout`` decides units, words and what is printed."""

    table: TargetTable
    layout: Layout
    uids: dict[str, list[str]]

    def row(self, rows: str, uid: str) -> Any:
        """Return the row with this identity, ``None`` when it is gone."""
        listed = self.uids[rows]
        return getattr(self.table, rows)[listed.index(uid)] if uid in listed else None

    def value(self, path: str) -> Any:
        """Return the value behind a path; ``None`` for a row that is gone."""
        if "/" in path:
            rows, uid, leaf = split(path)
            row = self.row(rows, uid)
            if row is not None and leaf in VALUE_PARTS and rows in INDICATOR_LISTS:
                return value_cell(row, leaf, rows, self.layout)
            return None if row is None else getattr(row, leaf)
        first, _, leaf = path.partition(".")
        if first == "spend_plan":
            return next((point.percent for point in self.table.spend_plan if point.by == leaf), None)
        if first == "extra":
            return self.table.extra.get(leaf, "")
        if path == "department":
            ref = self.table.department
            return department_text(ref.code, ref.name, _department_option(self.layout))
        if path not in ("title", "duties") and leaf not in _PARTS.get(first, ()):
            raise BadChange(f"没有这一格：{path[:80]}")
        return getattr(getattr(self.table, first), leaf) if leaf else getattr(self.table, first)

    def text(self, path: str) -> str:
        """Return what the form prints for a path."""
        value = self.value(path)
        return shown(plain(path), value, self.layout)

    def cell(self, path: str) -> dict[str, Any]:
        """Return text, what was understood, and whether it could not be read."""
        value, bare = self.value(path), plain(path)
        row = self.row(*split(path)[:2]) if "/" in path else None
        return {
            "text": shown(bare, value, self.layout),
            "unread": is_unread(bare, value),
            "understood": reading(bare, value, row),
        }

    def entry_path(self, path: str) -> str:
        """Turn an interchange path with a row number (``indicators.3.value``) into one with the row's identity."""
        rows, _, rest = path.partition(".")
        number, _, leaf = rest.partition(".")
        if rows not in ROW_TYPES or not number.isdecimal():
            return path
        index = int(number)
        if rows == "spend_plan":
            points = self.table.spend_plan
            return f"spend_plan.{points[index].by}" if index < len(points) and leaf == "percent" else path
        listed = self.uids[rows]
        if index >= len(listed):
            return rows
        return f"{rows}/{listed[index]}/{leaf}" if leaf else f"{rows}/{listed[index]}"


@dataclass(slots=True)
class Touched:
    """``paths`` whose text may have changed, in order; ``gone``: rows that were not there any more."""

    paths: dict[str, None] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


def split(path: str) -> tuple[str, str, str]:
    """Return list, identity and leaf of a row's path. Raises :class:`BadChange`."""
    parts = path.split("/")
    if len(parts) != 3 or parts[0] not in LISTS or parts[2] not in _ROW_LEAVES[parts[0]]:
        raise BadChange(f"没有这一格：{path[:80]}")
    return parts[0], uid_of(parts[1]), parts[2]


def plain(path: str) -> str:
    """Return a path without identity: ``indicators/…/value`` → ``indicators.value``."""
    if "/" in path:
        rows, _, leaf = path.split("/")
        return f"{rows}.{leaf}"
    return path


def uid_of(text: Any) -> str:
    """Return a row's identity in 32 hex digits. Raises :class:`BadChange`."""
    try:
        return UUID(str(text)).hex
    except ValueError as error:
        raise BadChange(f"行标识不是 UUID：{str(text)[:60]}") from error


def apply(draft: Draft, changes: Sequence[Mapping[str, Any]]) -> Touched:
    """Make the changes in order. Raises :class:`BadChange` when one makes no sense; the draft is then spoilt."""
    touched = Touched()
    for change in changes:
        op = change.get("op")
        if op == "set":
            path = tidy(_text(change, "path"))
            _set(draft, path, _text(change, "value", path), touched)
        elif op in ("add", "delete", "move"):
            rows = _text(change, "list")
            if rows not in LISTS:
                raise BadChange(f"没有这个列表：{rows[:40]}")
            uid = uid_of(change.get("uid"))
            {"add": _add, "delete": _delete, "move": _move}[op](draft, rows, uid, change, touched)
        else:
            raise BadChange(f"没有这种改动：{str(op)[:40]}")
    return touched


def touched_paths(draft: Draft, changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str | None]]:
    """Yield ``(path, text sent, text it was typed over)`` of all cells that ``changes`` would write."""
    for change in changes:
        op = change.get("op")
        if op == "set":
            was = change.get("was")
            yield tidy(str(change.get("path"))), str(change.get("value", "")), was if isinstance(was, str) else None
        elif op == "move":
            for leaf in LEVELS:
                if leaf in change:
                    yield f"{change.get('list')}/{uid_of(change.get('uid'))}/{leaf}", str(change[leaf]), None


def _text(change: Mapping[str, Any], key: str, path: str = "") -> str:
    value = change.get(key)
    if not isinstance(value, str):
        raise BadChange(f"改动缺少“{key}”，或它不是文字")
    if len(value) > TEXT_LIMIT:
        raise BadChange(f"“{_place_name(path)}”的文字超过 {TEXT_LIMIT} 字，请删短，或作为附件上传")
    return value


def _place_name(path: str) -> str:
    if "/" not in path:
        return name_of(path)
    rows, _uid, leaf = split(path)
    return ROW_FIELD_NAMES[rows].get(leaf, leaf)


def _set(draft: Draft, path: str, text: str, touched: Touched) -> None:
    if "/" in path:
        rows, uid, leaf = split(path)
        row = draft.row(rows, uid)
        if row is None:
            touched.gone.append(uid)
            return
        _set_leaf(draft, rows, row, leaf, text)
        touched.paths[f"{rows}/{uid}/{leaf}"] = None
        _followers(rows, uid, leaf, touched)
        return
    _set_head(draft, path, text)
    touched.paths[path] = None
    if path == "department":
        touched.paths |= {"department.code": None, "department.name": None}


def _set_leaf(draft: Draft, rows: str, row: Any, leaf: str, text: str) -> None:
    if leaf in _DERIVED:
        return
    if rows in INDICATOR_LISTS:
        set_indicator(row, leaf, text, draft.layout)
    else:
        setattr(row, leaf, read_typed(f"{rows}.{leaf}", text, draft.layout))


def _followers(rows: str, uid: str, leaf: str, touched: Touched) -> None:
    if rows in INDICATOR_LISTS and leaf in ("operator", "quantity", "unit"):
        touched.paths[f"{rows}/{uid}/value"] = None


def _set_head(draft: Draft, path: str, text: str) -> None:
    table = draft.table
    first, _, leaf = path.partition(".")
    if path in ("title", "duties"):
        setattr(table, path, tidy(text))
    elif path == "department":
        table.department.code, table.department.name = parse_department(tidy(text))
    elif first in _PARTS and leaf in _PARTS[first]:
        setattr(getattr(table, first), leaf, read_typed(path, text, draft.layout))
    elif first == "spend_plan" and leaf in MONTHS:
        _set_percent(draft, leaf, read_typed(path, text, draft.layout))
    elif first == "extra" and leaf:
        if tidy(text):
            table.extra[leaf] = tidy(text)
        else:
            table.extra.pop(leaf, None)
    else:
        raise BadChange(f"没有这一格：{path[:80]}")


def _set_percent(draft: Draft, by: str, percent: Any) -> None:
    plan = draft.table.spend_plan
    point = next((point for point in plan if point.by == by), None)
    if point is not None:
        point.percent = percent
        return
    at = next((index for index, other in enumerate(plan) if other.by > by), len(plan))
    plan.insert(at, PlanPoint(by, percent))
    draft.uids["spend_plan"].insert(at, "")


def _place(draft: Draft, rows: str, change: Mapping[str, Any]) -> int:
    """Return the index behind ``after``; the end where it is not (any more) there."""
    after = change.get("after", None)
    listed = draft.uids[rows]
    if after == "":
        return 0
    if after is None:
        return len(listed)
    uid = uid_of(after)
    return listed.index(uid) + 1 if uid in listed else len(listed)


def _add(draft: Draft, rows: str, uid: str, change: Mapping[str, Any], touched: Touched) -> None:
    values = change.get("values", {})
    if not isinstance(values, Mapping):
        raise BadChange("values 应为对象")
    unknown = set(values) - set(_ROW_LEAVES[rows])
    if unknown:
        raise BadChange(f"{rows} 没有这些栏：{'、'.join(sorted(map(str, unknown)))[:80]}")
    if uid not in draft.uids[rows]:
        row = ROW_TYPES[rows]()
        # A value in one text is what was typed; sign, figure and unit beside it are only its reading.
        skipped = ("operator", "quantity", "unit") if values.get("value") else ()
        for leaf in _ROW_LEAVES[rows]:
            if leaf in values and leaf not in skipped:
                _set_leaf(draft, rows, row, leaf, _text(values, leaf, f"{rows}/{uid}/{leaf}"))
        at = _place(draft, rows, change)
        getattr(draft.table, rows).insert(at, row)
        draft.uids[rows].insert(at, uid)
    touched.paths |= {f"{rows}/{uid}/{leaf}": None for leaf in _ROW_LEAVES[rows]}


def _delete(draft: Draft, rows: str, uid: str, change: Mapping[str, Any], touched: Touched) -> None:
    if uid in draft.uids[rows]:
        at = draft.uids[rows].index(uid)
        del draft.uids[rows][at], getattr(draft.table, rows)[at]
    touched.deleted.append(f"{rows}/{uid}")
    prefix = f"{rows}/{uid}/"
    for path in [path for path in touched.paths if path.startswith(prefix)]:
        del touched.paths[path]


def _move(draft: Draft, rows: str, uid: str, change: Mapping[str, Any], touched: Touched) -> None:
    row = draft.row(rows, uid)
    if row is None:
        touched.gone.append(uid)
        return
    if "after" in change and change["after"] not in (uid, None):
        at = draft.uids[rows].index(uid)
        del draft.uids[rows][at], getattr(draft.table, rows)[at]
        at = _place(draft, rows, change)
        draft.uids[rows].insert(at, uid)
        getattr(draft.table, rows).insert(at, row)
    for leaf in LEVELS:
        if leaf in change and rows in INDICATOR_LISTS:
            _set_leaf(draft, rows, row, leaf, _text(change, leaf))
            touched.paths[f"{rows}/{uid}/{leaf}"] = None


def row_texts(draft: Draft, rows: str, row: Any) -> dict[str, str]:
    """Return a row as the texts that would be typed to get it: the ``values`` of an ``add``."""
    found = {}
    for leaf in _ROW_LEAVES[rows]:
        if rows in INDICATOR_LISTS and leaf in ("category", "operator", "quantity", "unit"):
            continue
        text = shown(f"{rows}.{leaf}", getattr(row, leaf), draft.layout)
        if text:
            found[leaf] = text
    return found


def _department_option(layout: Layout) -> str:
    groups: list[tuple[str | Binding, ...]] = [group for line in layout.captions for group in line]
    groups += [cell.parts for block in layout.blocks if isinstance(block, FormBlock) for r in block.rows for cell in r]
    found = (
        part.option for parts in groups for part in parts if isinstance(part, Binding) and part.path == "department"
    )
    return next(found, "")
