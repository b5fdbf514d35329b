"""A table with its rows' identities out of the database, and back with only what changed. Used by ``entry`` alone.

What changed is found by taking the table apart before and after: whatever a change touched, no column is forgotten and
none is written for nothing. The number of statements depends on what changed, never on how many rows there are.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from projects import bulk
from projects.layouts import layout_of
from projects.layouts.editing import Draft
from projects.mapping import BLOCKS, FUNDING_COLUMNS, HEAD_COLUMNS, Block, Columns, put_together, take_apart
from projects.models import Funding, Project, SearchText
from projects.models import TargetTable as Stored
from projects.models.keys import natural_key, project_key
from projects.models.table import LABEL_LENGTH
from projects.searchtext import grams, table_text
from projects.selectors.duplicates import filed_twice
from projects.store import LOCK
from projects.targettable import TargetTable

FAR = 1_000_000
"""Where rows wait while others take their places: positions are unique at every moment."""


@dataclass(slots=True)
class Loaded:
    """``ids`` and ``uids`` of the rows by block, as they were stored."""

    row: Stored
    draft: Draft
    before: Columns
    text: str
    uids: dict[str, list[str]]
    ids: dict[str, dict[str, int]]


def load(row: Stored) -> Loaded:
    """Read what belongs to ``row`` (which comes with year and funding): one query per kind of row."""
    rows: list[list[tuple[Any, ...]]] = []
    uids: dict[str, list[str]] = {}
    ids: dict[str, dict[str, int]] = {}
    by_block = _rows(row)
    for block in BLOCKS:
        found = by_block[block.key]
        rows.append([item[2:] for item in found])
        uids[block.key] = [item[1].hex for item in found]
        ids[block.key] = {item[1].hex: item[0] for item in found}
    funding = getattr(row, "funding", None) or Funding()
    table = put_together(
        layout=row.layout,
        kind=row.kind,
        year=row.fiscal_year.year,
        extra=row.extra,
        unread=row.unread,
        exact=row.exact,
        funding=[getattr(funding, name) for name in FUNDING_COLUMNS],
        head=[getattr(row, name) for name in HEAD_COLUMNS],
        rows=rows,
    )
    draft = Draft(table, layout_of(table), {key: list(listed) for key, listed in uids.items()})
    return Loaded(row, draft, take_apart(table), table_text(table), uids, ids)


def _rows(row: Stored) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    done: set[Any] = set()
    for block in BLOCKS:
        if block.model in done:
            continue
        done.add(block.model)
        shared = {dict(other.fixed).get("half", ""): other.key for other in BLOCKS if other.model is block.model}
        half = [name for name, _ in block.fixed]
        model: Any = block.model
        listed = model.objects.filter(table=row.pk).order_by(*half, "position")
        for item in listed.values_list(*half, "id", "uid", *block.names):
            found[shared[item[0]] if half else block.key].append(item[1:] if half else item)
    return found


def store(loaded: Loaded, *, now: Any) -> tuple[bool, list[str]]:
    """Write what changed under the row's lock, with the next version. Returns whether anything did, and remarks."""
    table = loaded.draft.table
    _new_uids(loaded.draft)
    after = take_apart(table)
    wrote = [_store_block(loaded, place, block, after) for place, block in enumerate(BLOCKS)]
    columns = {
        name: value
        for name, value, old in zip(HEAD_COLUMNS, after.head, loaded.before.head, strict=True)
        if value != old
    }
    for name in ("extra", "unread", "exact"):
        if getattr(after, name) != getattr(loaded.before, name):
            columns[name] = getattr(after, name)
    funding = {
        name: value
        for name, value, old in zip(FUNDING_COLUMNS, after.funding, loaded.before.funding, strict=True)
        if value != old
    }
    if not (columns or funding or any(wrote)):
        return False, []
    if funding:
        Funding.objects.filter(table=loaded.row.pk).update(**funding)
    remarks = _filing(loaded, columns)
    _head(loaded, columns, after, now)
    text = table_text(table)
    if text != loaded.text:
        SearchText.objects.filter(table=loaded.row.pk).update(text=text, grams=" ".join(grams(text)))
    return True, remarks


def _head(loaded: Loaded, columns: dict[str, Any], after: Columns, now: Any) -> None:
    row, table = loaded.row, loaded.draft.table
    columns |= {"sha256": table.sha256(), "version": row.version + 1, "updated_at": now}
    label = " ".join(table.label().split())[:LABEL_LENGTH]
    if label != row.label:
        columns["label"] = label
    if after.funding[0] != row.amount:
        columns["amount"] = after.funding[0]
    Stored.objects.filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def _new_uids(draft: Draft) -> None:
    for listed in draft.uids.values():
        for index, uid in enumerate(listed):
            if not uid:
                listed[index] = os.urandom(16).hex()


# --- rows ------------------------------------------------------------------------------------------


def _store_block(loaded: Loaded, place: int, block: Block, after: Columns) -> bool:
    was, now = loaded.uids[block.key], loaded.draft.uids[block.key]
    old_rows, rows = loaded.before.rows[place], after.rows[place]
    if was == now and old_rows == rows:
        return False
    ids = loaded.ids[block.key]
    model: Any = block.model
    kept = set(now)
    gone = [ids[uid] for uid in was if uid not in kept]
    if gone:
        model.objects.filter(pk__any_of=gone)._raw_delete(model.objects.db)
    _rearrange(model, ids, was, now)
    old = dict(zip(was, old_rows, strict=True))
    _rewrite(block, ids, old, dict(zip(now, rows, strict=True)))
    fixed = tuple(value for _, value in block.fixed)
    names = ("table_id", "position", "uid", *(name for name, _ in block.fixed), *block.names)
    fresh = [
        (loaded.row.pk, position, uid, *fixed, *row)
        for position, (uid, row) in enumerate(zip(now, rows, strict=True))
        if uid not in ids
    ]
    bulk.insert(model, names, fresh)
    return True


def _rearrange(model: Any, ids: dict[str, int], was: list[str], now: list[str]) -> None:
    """Give every kept row its place: first far away, then there, because a place is never held twice."""
    before = {uid: position for position, uid in enumerate(was)}
    moved = [(ids[uid], position) for position, uid in enumerate(now) if uid in ids and before[uid] != position]
    if not moved:
        return
    model.objects.filter(pk__any_of=[pk for pk, _ in moved]).update(position=F("position") + FAR)
    bulk.update(model, ("position",), moved)


def _rewrite(
    block: Block, ids: dict[str, int], old: dict[str, tuple[Any, ...]], new: dict[str, tuple[Any, ...]]
) -> None:
    changed = [uid for uid in new if uid in ids and new[uid] != old[uid]]
    if not changed:
        return
    places = [at for at in range(len(block.names)) if any(new[uid][at] != old[uid][at] for uid in changed)]
    names = [block.names[at] for at in places]
    bulk.update(block.model, names, [(ids[uid], *(new[uid][at] for at in places)) for uid in changed])


# --- where the table belongs -----------------------------------------------------------------------


def _filing(loaded: Loaded, columns: dict[str, Any]) -> list[str]:
    """Keep project and natural key right when name, code or title changed; returns remarks for the person.

    A table keeps its project while that is nobody else's or it follows that project's earlier table: then the project
    is renamed. Else the project of the new name is looked for, and made when there is none. A place that another
    live table holds is never taken: the table stays where it is, and the person is told.
    """
    row, table = loaded.row, loaded.draft.table
    if row.kind == Stored.Kind.PROJECT and {"project_name", "project_code"} & set(columns):
        return _project(row, table, columns)
    if "title" in columns and not row.project_id:
        key = natural_key(table.title)
        others = _live(row).filter(project=None, department=row.department_id, title_key=key)
        if row.kind != Stored.Kind.PROJECT and others.exists():
            return ["同一部门、同一年度已有同名的表，请核对"]
        columns["title_key"] = key
    return []


def _live(row: Stored) -> Any:
    others = Stored.objects.filter(fiscal_year=row.fiscal_year_id, kind=row.kind).exclude(pk=row.pk)
    return others.exclude(status__in=Stored.RETIRED)


def _project(row: Stored, table: TargetTable, columns: dict[str, Any]) -> list[str]:
    code, name = table.project.code.strip(), table.project.name.strip()
    if not natural_key(code + name):
        return []
    if connection.vendor == "postgresql":
        # The lock of the store: two people must not make the same project at once.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    key = project_key(code, name)
    own = Project.objects.filter(pk=row.project_id).first() if row.project_id else None
    found = own if own is not None and own.key == key else None
    found = found or Project.objects.filter(department=row.department_id, key=key).first()
    if found is not None and found.pk != row.project_id:
        if reason := filed_twice(row, code=code, name=name):
            return [reason]
        _leave(row, own)
        columns |= {"project_id": found.pk, "title_key": ""}
        row.project = found
    if found is None and own is not None and _is_own(row, own):
        found = own
    if found is None:
        found = Project.objects.create(department_id=row.department_id, code=code, name=name)
        columns |= {"project_id": found.pk, "title_key": ""}
        return []
    if (found.code, found.name) != (code, name):
        # A blank code or name says nothing about the project.
        found.code, found.name = code or found.code, name or found.name
        taken = Project.objects.filter(department=found.department_id, key=project_key(found.code, found.name))
        if not taken.exclude(pk=found.pk).exists():
            found.save()
    return []


def _is_own(row: Stored, project: Project) -> bool:
    """Whether renaming the project renames no one else's: it has no other table, or this one continues it."""
    if row.predecessor_id and Stored.objects.filter(pk=row.predecessor_id, project=project).exists():
        return True
    return not Stored.objects.filter(project=project).exclude(pk=row.pk).exists()


def _leave(row: Stored, project: Project | None) -> None:
    """Remove a project that was made while this very table's name was being typed."""
    if project is None or Stored.objects.filter(project=project).exclude(pk=row.pk).exists():
        return
    Stored.objects.filter(pk=row.pk).update(project=None)
    project.delete()
