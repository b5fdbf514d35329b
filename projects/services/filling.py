"""How far each table of a list is: filled steps, and what the checks still say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projects.findings import BLOCK, WARN
from projects.layouts import layout_of
from projects.layouts.steps import COMPLETE, states
from projects.models import TargetTable as Stored
from projects.store import load_tables
from projects.workflow import submission_findings


@dataclass(frozen=True, slots=True)
class Headway:
    """``done`` of ``steps`` are complete; ``block`` and ``warn`` count what the checks object to."""

    done: int
    steps: int
    block: int
    warn: int


def headway(ids: Sequence[int]) -> dict[int, Headway]:
    """Return how far the tables with these ids are, in a fixed number of queries."""
    ordered = sorted(set(ids))
    tables = load_tables(Stored.objects.filter(pk__in=ordered).order_by("id"))
    found = {}
    for pk, table in zip(ordered, tables, strict=True):
        layout, findings = layout_of(table), submission_findings(table)
        reached = states(table, layout, findings)
        reached.pop("check")
        levels = [finding.level for finding in findings]
        done = sum(state == COMPLETE for state in reached.values())
        found[pk] = Headway(done, len(reached), levels.count(BLOCK), levels.count(WARN))
    return found
