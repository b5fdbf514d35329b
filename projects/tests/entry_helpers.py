"""Filling in by test: a person types what a drawn form shows, cell by cell."""

from __future__ import annotations

import uuid
from typing import Any

from projects.layouts.entry_form import form_steps
from projects.models import TargetTable as Stored
from projects.services import entry
from projects.services.entry_store import load

LISTS = ("indicators", "period_indicators", "costs", "tasks", "items", "sections")


def stored(pk: int) -> Stored:
    return Stored.objects.select_related("department", "fiscal_year", "funding").get(pk=pk)


def send(pk: int, user: Any, *changes: dict[str, Any], version: int | None = None, batch: str = "") -> entry.Applied:
    """Apply changes to a table as the page does."""
    now = Stored.objects.get(pk=pk).version if version is None else version
    return entry.apply_changes(
        table_id=pk, user=user, version=now, batch=batch or str(uuid.uuid4()), changes=list(changes)
    )


def set_(path: str, value: str, **more: str) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value, **more}


def drawn(pk: int) -> list[dict[str, Any]]:
    """The steps of a stored table as the page gets them."""
    row = stored(pk)
    return form_steps(load(row).draft, {})


def cells(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every cell that takes a text, in the order of the form."""
    found = []
    for step in steps:
        for line in step["lines"]:
            found += [cell for group in line["parts"] for cell in group if "path" in cell]
        found += [cell for grid in step["grids"] for row in grid["rows"] for cell in row["cells"] if cell["path"]]
        found += step.get("fields", [])
    return found


def typed_from(steps: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the batches by which a person copies a drawn form into a blank one: each cell a save of its own."""
    batches: list[list[dict[str, Any]]] = []
    uids: dict[str, str] = {}
    last: dict[str, str] = {}
    for cell in cells(steps):
        paths = [cell["path"], *cell.get("covers", [])]
        changes = []
        for path in paths:
            parts = path.split("/")
            if len(parts) == 3:
                rows, uid, leaf = parts
                if uid not in uids:
                    uids[uid] = uuid.uuid4().hex
                    changes.append({"op": "add", "list": rows, "uid": uids[uid], "after": last.get(rows, "")})
                    last[rows] = uids[uid]
                path = f"{rows}/{uids[uid]}/{leaf}"
            changes.append(set_(path, cell["text"].removeprefix(cell.get("prefix", ""))))
        batches.append(changes)
    return batches
