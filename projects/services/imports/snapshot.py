"""A stored table as its bare rows, and back: what undoing an import needs. Identities of rows survive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model

from projects.bulk import insert
from projects.mapping import BLOCKS
from projects.models import Funding, Project, SearchText, StoredFinding, TableBrief
from projects.models import TargetTable as Stored

BESIDE: tuple[type[Model], ...] = (
    Funding,
    SearchText,
    StoredFinding,
    TableBrief,
    *dict.fromkeys(block.model for block in BLOCKS),
)
"""Everything that storing and checking write beside the head of a table."""
# What identifies a table, and what must never go back: a version that was once seen stands for one content only.
KEPT = frozenset(["id", "version", "updated_at", "status"])


def take(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the rows of the tables by id, as plain JSON: the head by columns, the rest by model."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found: dict[int, dict[str, Any]] = {}
    for head in Stored.objects.filter(pk__any_of=wanted).values():
        found[head["id"]] = {"head": head}
    for model in BESIDE:
        rows = model._default_manager.filter(table__any_of=wanted).order_by("pk")
        for row in rows.values():
            found[row["table_id"]].setdefault(model.__name__, []).append(row)
    plain: dict[int, dict[str, Any]] = {
        pk: json.loads(json.dumps(rows, cls=DjangoJSONEncoder)) for pk, rows in found.items()
    }
    return plain


def restore(taken: dict[int, dict[str, Any]]) -> None:
    """Put tables back as :func:`take` found them; their versions rise all the same."""
    if not taken:
        return
    for pk, rows in taken.items():
        head = {name: _value(Stored, name, value) for name, value in rows["head"].items() if name not in KEPT}
        Stored.objects.filter(pk=pk).update(**head, version=F("version") + 1)
    for model in BESIDE:
        model._default_manager.filter(table__any_of=sorted(taken))._raw_delete("default")
        rows_of = [row for rows in taken.values() for row in rows.get(model.__name__, [])]
        if rows_of:
            names = list(rows_of[0])
            insert(model, names, [[_value(model, name, row[name]) for name in names] for row in rows_of])


def _value(model: type[Model], name: str, value: Any) -> Any:
    field = model._meta.get_field(name)
    if field.get_internal_type() == "UUIDField":
        return None if value is None else str(value).replace("-", "")
    return field.to_python(value)  # type: ignore[union-attr]


def names_of(projects: Iterable[int]) -> dict[int, list[str]]:
    """Code, name and keys of projects, by id: writing their tables may rename them."""
    rows = Project.objects.filter(pk__any_of=sorted(set(projects)))
    return {pk: names for pk, *names in rows.values_list("id", "code", "name", "key", "name_key")}


def changed_names(before: dict[int, list[str]]) -> dict[int, list[str]]:
    """Those of ``before`` that are called otherwise now."""
    now = Project.objects.filter(pk__any_of=sorted(before)).values_list("id", "code", "name", "key", "name_key")
    return {pk: before[pk] for pk, *names in now if names != before[pk]}
