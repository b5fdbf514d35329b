"""Filling in: open a table for entry, and apply the changes of a page. The contract is docs/entry.md.

Autosave writes no revision. One batch is applied once, whatever happens to the connection; a batch that was based on
another version is refused with what stands there now. Every content is taken; what cannot be read is kept and reported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from projects.findings import BLOCK, LEVELS, Finding
from projects.layouts import editing, steps
from projects.layouts.definition import Layout
from projects.layouts.editing import BadChange, Draft
from projects.layouts.typed import tidy
from projects.life.checks import submission_findings
from projects.models import EntrySave
from projects.models import TargetTable as Stored
from projects.permissions import may_edit
from projects.rules import Setup
from projects.selectors.duplicates import filed_twice
from projects.selectors.findings import compared_findings, setup_of
from projects.selectors.tables import visible_to
from projects.services import audit, entry_store
from projects.services import findings as stored_findings
from projects.targettable import TargetTable

if TYPE_CHECKING:
    from projects.models import User

__all__ = ["Applied", "BadChange", "Closed", "Entry", "Stale", "apply_changes", "open_entry"]
KEPT = 200
"""Saves of a table that can still be repeated."""
PRUNE_EVERY = 50
MOST_CHANGES = 5_000


class Closed(Exception):
    """The table may not be changed now, or not by this person; the message (Chinese) says why."""


@dataclass(eq=False)
class Stale(Exception):
    """Somebody saved in between. ``cells``: path → current text, the text that was sent, whether nobody touched it."""

    version: int
    by: str
    at: Any
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A table open for entry. ``reason`` says why it cannot be changed, ``""`` when it can."""

    row: Stored
    draft: Draft
    findings: list[Finding]
    states: dict[str, str]
    reason: str = ""

    @property
    def table(self) -> TargetTable:
        return self.draft.table

    @property
    def uids(self) -> dict[str, list[str]]:
        return self.draft.uids

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def layout(self) -> Layout:
        return self.draft.layout

    @property
    def steps(self) -> tuple[steps.Step, ...]:
        return steps.steps_of(self.draft.layout)


@dataclass(slots=True)
class Applied:
    """What came of a batch. ``answer`` is the reply as plain data; ``repeated``: it had been applied before."""

    version: int
    answer: dict[str, Any]
    repeated: bool = False


def open_entry(row: Stored, *, user: User | Any = None) -> Entry:
    """Load everything that filling in needs, in a fixed number of queries. ``row`` comes with year and department."""
    draft = entry_store.load(row).draft
    findings = findings_of(row, draft, setup_of(row.fiscal_year_id))
    project = draft.table.project
    findings += _filing([filed_twice(row, code=project.code, name=project.name)])
    reason = may_edit(user, row) if user is not None else ""
    return Entry(row, draft, findings, steps.states(draft.table, draft.layout, findings), reason)


def apply_changes(
    *, table_id: int, user: User | Any, version: int, batch: str, changes: Sequence[Mapping[str, Any]]
) -> Applied:
    """Apply a batch to a table, all or nothing, under its row's lock.

    ``version`` is what the page shows, ``batch`` a UUID that the page made for these very changes. Raises
    :class:`Closed`, :class:`Stale`, :class:`BadChange`, and ``TargetTable.DoesNotExist`` for a table that the person
    may not see.
    """
    key = _batch(batch)
    if len(changes) > MOST_CHANGES:
        raise BadChange(f"一次最多 {MOST_CHANGES} 处改动")
    with transaction.atomic():
        visible = visible_to(user).select_related("department", "fiscal_year", "funding").order_by()
        row = visible.select_for_update(of=("self",)).get(pk=table_id)
        before = EntrySave.objects.filter(table=row, batch=key, user_id=user.pk).values_list("answer", flat=True)
        for answer in before:
            known = json.loads(answer)
            return Applied(known["version"], known, repeated=True)
        if reason := may_edit(user, row):
            raise Closed(reason)
        loaded = entry_store.load(row)
        if row.version != version:
            raise _stale(row, loaded.draft, changes)
        return _apply(loaded, user, key, changes)


def _batch(batch: str) -> UUID:
    try:
        return UUID(str(batch))
    except ValueError as error:
        raise BadChange("batch 应为 UUID") from error


def _apply(loaded: entry_store.Loaded, user: Any, key: UUID, changes: Sequence[Mapping[str, Any]]) -> Applied:
    row, draft = loaded.row, loaded.draft
    old = _texts(draft, changes)
    touched = editing.apply(draft, changes)
    now = timezone.now()
    wrote, remarks = entry_store.store(loaded, now=now)
    setup = setup_of(row.fiscal_year_id)
    findings = submission_findings(draft.table, setup)
    elsewhere = stored_findings.keep(row, draft, findings, setup) if wrote else set()
    findings += compared_findings(row.pk, draft.uids, row.label)
    answer = _answer(row, draft, touched, remarks, findings, elsewhere)
    name = audit.actor_label(user)
    if wrote:
        audit.record(
            "table.change",
            actor=user,
            obj=row,
            before={"版本": row.version - 1, "内容": old},
            after={"版本": row.version, "内容": {path: cell["text"] for path, cell in answer["cells"].items()}},
        )
    EntrySave.objects.create(
        table=row,
        batch=key,
        version=row.version,
        user=user,
        user_name=name,
        at=now,
        answer=json.dumps(answer, ensure_ascii=False),
    )
    if row.version % PRUNE_EVERY == 0:
        EntrySave.objects.filter(table=row, version__lte=row.version - KEPT).delete()
    return Applied(row.version, answer)


def _texts(draft: Draft, changes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what stood in the cells that ``changes`` set, and the rows that they delete, for the audit log."""
    found: dict[str, str] = {}
    for path, _sent, _was in editing.touched_paths(draft, changes):
        if found.setdefault(path, "") == "" and _exists(draft, path):
            found[path] = draft.text(path)
    for change in changes:
        rows = change.get("list")
        if change.get("op") == "delete" and rows in editing.LISTS:
            uid = editing.uid_of(change.get("uid"))
            row = draft.row(str(rows), uid)
            if row is not None:
                found[f"{rows}/{uid}"] = " | ".join(editing.row_texts(draft, str(rows), row).values())
    return found


def _exists(draft: Draft, path: str) -> bool:
    try:
        return draft.value(path) is not None
    except BadChange:
        return False


def findings_of(row: Stored, draft: Draft, setup: Setup) -> list[Finding]:
    """Return what the rules say of a table now, and what comparison with others showed last."""
    return submission_findings(draft.table, setup) + compared_findings(row.pk, draft.uids, row.label)


def _answer(
    row: Stored,
    draft: Draft,
    touched: editing.Touched,
    remarks: Sequence[str],
    findings: list[Finding],
    elsewhere: set[str],
) -> dict[str, Any]:
    findings += _filing(remarks)
    scope = list(dict.fromkeys([*_scope(touched), *sorted(elsewhere)]))
    return {
        "ok": True,
        "version": row.version,
        "saved_at": timezone.localtime(row.updated_at).isoformat(timespec="seconds"),
        "gone": touched.gone,
        "cells": {path: draft.cell(path) for path in touched.paths},
        "scope": scope,
        "findings": [shown for item in findings if _within((shown := finding_data(item, draft))["path"], scope)],
        "counts": counts(findings),
        "steps": steps.states(draft.table, draft.layout, findings),
    }


def _filing(remarks: Sequence[str]) -> list[Finding]:
    """What keeps a table out of the place its name asks for."""
    return [Finding(BLOCK, "filing", text, field="project.name") for text in remarks if text]


def _scope(touched: editing.Touched) -> list[str]:
    """Return the prefixes whose findings a batch may have changed: sums and plans hang together, rows stand alone."""
    found: dict[str, None] = {}
    for path in (*touched.paths, *touched.deleted):
        rows, slash, rest = path.partition("/")
        if slash:
            found[f"{rows}/{rest.partition('/')[0]}"] = None
            found[rows] = None
        else:
            found[path.partition(".")[0]] = None
    if {"costs", "items"} & set(found):
        found["funding"] = None
    if "funding" in found:
        found["project.fixed_assets"] = None
    return list(found)


def _within(path: str, scope: Sequence[str]) -> bool:
    """A list's own name stands for what is said of the list as a whole; its rows are named one by one."""
    lists = set(editing.LISTS)
    return any(
        path == prefix or (prefix not in lists and path.startswith((f"{prefix}.", f"{prefix}/"))) for prefix in scope
    )


def finding_data(finding: Finding, draft: Draft) -> dict[str, Any]:
    """Return a finding as the page gets it, with the identity of its row."""
    path = draft.entry_path(finding.field)
    uid = path.split("/")[1] if "/" in path else ""
    remedy = [
        {"op": change.op, "path": draft.entry_path(change.path), "value": change.value}
        for change in getattr(finding, "remedy", ())
    ]
    return {
        "level": finding.level,
        "code": finding.code,
        "text": finding.text,
        "path": path,
        "uid": uid,
        "source": finding.source,
        "changes": remedy,
    }


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    return {level: sum(finding.level == level for finding in findings) for level in LEVELS}


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == BLOCK]


def last_save(row: Stored) -> tuple[str, Any]:
    """Return who changed the table last and when; the name is empty when it was no autosave."""
    found = EntrySave.objects.filter(table=row, version=row.version).values_list("user_name", flat=True).first()
    return found or "", row.updated_at


def _stale(row: Stored, draft: Draft, changes: Sequence[Mapping[str, Any]]) -> Stale:
    by, at = last_save(row)
    error = Stale(row.version, by, at)
    for path, sent, was in editing.touched_paths(draft, changes):
        if "/" in path:
            rows, uid, _leaf = editing.split(path)
            if draft.row(rows, uid) is None:
                error.gone.append(uid)
                continue
        text = draft.text(path)
        same = was is not None and tidy(was) == tidy(text)
        error.cells[path] = {"text": text, "mine": sent, "same": same}
    return error
