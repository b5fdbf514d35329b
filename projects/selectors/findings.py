"""What the rules found, read back: a year's setup, counts for lists, findings for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from projects.findings import LEVELS, Finding
from projects.models import RuleSetup, StoredFinding, TargetTable
from projects.rules import STANDARD, Setup, rule_of
from projects.rules.engine import BadSetup, setup_for
from projects.store import row_uids


def setup_of(year_id: int) -> Setup:
    """Return the setup in force in a year (by its id). One query."""
    return setups([year_id])[year_id]


def setups(year_ids: Iterable[int], *, using: str = "default") -> dict[int, Setup]:
    """Return the setups of several years in one query."""
    wanted = set(year_ids)
    found = RuleSetup.objects.using(using).filter(pk__any_of=sorted(wanted))
    stored = {
        pk: build(levels, thresholds) for pk, levels, thresholds in found.values_list("pk", "levels", "thresholds")
    }
    return {pk: stored.get(pk, STANDARD) for pk in wanted}


def build(levels: Mapping[str, Any], thresholds: Mapping[str, Any]) -> Setup:
    """Return stored entries as a setup; what this version does not know or allow any more is left out."""
    parts = [{"rules": {name: level}} for name, level in levels.items()]
    parts += [{"thresholds": {name: value}} for name, value in thresholds.items()]
    kept_levels: dict[str, str] = {}
    kept_thresholds: dict[str, Any] = {}
    for part in parts:
        try:
            one = setup_for({"*": part}, None)
        except BadSetup:
            continue
        kept_levels |= one.levels
        kept_thresholds |= one.thresholds
    return Setup(kept_levels, kept_thresholds)


def counts_of(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return ``{table: {level: number of findings}}`` in one query; tables without findings are there too."""
    found = {pk: dict.fromkeys(LEVELS, 0) for pk in ids}
    rows = StoredFinding.objects.filter(table__any_of=list(ids)).order_by().values_list("table", "level")
    for table, level, number in rows.annotate(number=Count("id")):
        if level in LEVELS:
            found[table][level] = number
    return found


def with_findings(queryset: QuerySet[TargetTable], *, rule: str = "", level: str = "") -> QuerySet[TargetTable]:
    """Narrow to tables that a rule, or a level, has something to say about."""
    asked = {name: value for name, value in (("code", rule), ("level", level)) if value}
    if not asked:
        return queryset
    return queryset.filter(Exists(StoredFinding.objects.filter(table=OuterRef("pk"), **asked)))


def compared_findings(table_id: int, uids: Mapping[str, Sequence[str]] | None = None, label: str = "") -> list[Finding]:
    """Return what comparison with other tables showed when it was last made, places as interchange paths.

    One query, and where a place is in a row and ``uids`` are not at hand, those of the rows.
    """
    stored = StoredFinding.objects.filter(table=table_id, compared=True).order_by("id")
    rows = list(stored.values_list("level", "code", "text", "path"))
    if uids is None:
        uids = row_uids([table_id])[table_id] if any("/" in row[3] for row in rows) else {}
    return [
        Finding(level, code, text, table=label, field=interchange(path, uids), source=source_of(code))
        for level, code, text, path in rows
    ]


def source_of(code: str) -> str:
    rule = rule_of(code)
    return rule.source.text if rule else ""


def interchange(path: str, uids: Mapping[str, Sequence[str]]) -> str:
    """Turn a path with a row's identity into one with its number; a row that is gone leaves its list."""
    rows, slash, rest = path.partition("/")
    if not slash:
        return path
    uid, _, leaf = rest.partition("/")
    listed = list(uids.get(rows, ()))
    if uid not in listed:
        return rows
    return f"{rows}.{listed.index(uid)}" + (f".{leaf}" if leaf else "")


def by_rule(queryset: QuerySet[TargetTable]) -> list[tuple[str, str, int]]:
    """Return ``(rule, level, number of tables)`` over ``queryset``, the most frequent first."""
    rows = StoredFinding.objects.filter(table__in=queryset.order_by().values("pk")).order_by()
    counted = rows.values_list("code", "level").annotate(number=Count("table", distinct=True))
    return sorted(counted, key=lambda row: (LEVELS.index(row[1]) if row[1] in LEVELS else 9, -row[2], row[0]))
