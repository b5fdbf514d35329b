"""The rules a target table is checked by, and what a reviewer is told about them. Pure.

One table::

    findings = check_table(table, layout, setup)

Many, with the rules that compare tables, in little memory (one :class:`~projects.rules.brief.Brief` is kept of each)::

    checker = Checker(lambda year: setup)
    for key, table in …:
        findings = checker.add(key, table)
    for key, finding in checker.compare():
        …
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from projects.findings import Finding
from projects.layouts.definition import Layout
from projects.layouts.render import layout_of
from projects.rules import (
    across,
    bounds,
    categories,
    form,
    measures,
    naming,
    plan,
    satisfaction,
    slips,
    summary,
    sums,
    texts,
    whole,
    wording,
)
from projects.rules.brief import Brief, brief_of
from projects.rules.case import Case
from projects.rules.engine import Hit, Rule, Setup, broken, collect, register, rule_of, rules, setup_for
from projects.targettable import TargetTable

__all__ = ["STANDARD", "Checker", "Setup", "check_case", "check_table", "compare", "rule_of", "rules", "setup_for"]

for _part in (
    form,
    plan,
    sums,
    whole,
    measures,
    bounds,
    wording,
    naming,
    categories,
    satisfaction,
    texts,
    slips,
    across,
    summary,
):
    register(_part.RULES)
STANDARD = Setup()
"""Every rule at its own level."""
ACROSS = ("pair", "department", "year")


def check_table(table: TargetTable, layout: Layout | None = None, setup: Setup = STANDARD) -> list[Finding]:
    """Return what all rules on rows and on the table find, in the order of the rules. Never raises for content."""
    return check_case(Case(table, layout or layout_of(table), setup))


def check_case(case: Case) -> list[Finding]:
    """Like :func:`check_table`, for a table whose values have been read."""
    label = case.table.label()
    found: list[Finding] = []
    for rule, level in case.setup.running["table"]:
        hits = (rule.finding(hit, level, label) for hit in _safe(rule.find, case))
        collect(rule, found, hits, _blame(rule, label))
    for rule, level in case.setup.running["row"]:
        hits = (rule.finding(hit, level, label) for row in case.rows for hit in _safe(rule.find, row, case))
        collect(rule, found, hits, _blame(rule, label))
    return found


def _safe(find: Callable[..., Iterable[Any] | None], *given: Any) -> Iterator[Any]:
    """Ask lazily, so that a rule which is no generator raises where it is caught."""
    yield from find(*given) or ()


def _blame(rule: Rule, label: str) -> Callable[[Exception], Finding]:
    return lambda error: broken(rule, error, label)


class Checker:
    """Checks tables one by one and remembers a brief of each; :meth:`compare` then says what comparison shows."""

    def __init__(self, setup_of: Callable[[int | None], Setup] = lambda year: STANDARD) -> None:
        self._setup_of = setup_of
        self._setups: dict[int | None, Setup] = {}
        self.briefs: list[Brief] = []

    def setup(self, year: int | None) -> Setup:
        if year not in self._setups:
            self._setups[year] = self._setup_of(year)
        return self._setups[year]

    def add(self, key: Any, table: TargetTable, layout: Layout | None = None) -> list[Finding]:
        case = Case(table, layout or layout_of(table), self.setup(table.fiscal_year))
        self.briefs.append(brief_of(case, key))
        return check_case(case)

    def compare(self) -> Iterator[tuple[Any, Finding]]:
        return compare(self.briefs, self.setup)


def compare(briefs: Iterable[Brief], setup_of: Callable[[int | None], Setup]) -> Iterator[tuple[Any, Finding]]:
    """Yield ``(key, finding)`` of all rules that compare the tables of a department's year, or a project's years."""
    groups: dict[tuple[str, int | None], list[Brief]] = defaultdict(list)
    histories: dict[tuple[str, str], list[Brief]] = defaultdict(list)
    for brief in briefs:
        groups[brief.department, brief.year].append(brief)
        if brief.kind == "project" and brief.project and brief.year is not None:
            histories[brief.department, brief.project].append(brief)
    for (_department, year), group in groups.items():
        if len(group) > 1:
            setup = setup_of(year)
            for scope in ("pair", "department"):
                for rule, level in setup.running[scope]:
                    yield from _ask(rule, level, group[0], _safe(rule.find, group, setup))
    for history in histories.values():
        years = {brief.year: brief for brief in history}
        for year, later in years.items():
            earlier = years.get(year - 1) if year is not None else None
            if earlier is not None:
                setup = setup_of(year)
                for rule, level in setup.running["year"]:
                    yield from _ask(rule, level, later, _safe(rule.find, earlier, later, setup))


def _ask(rule: Rule, level: str, first: Brief, hits: Iterator[tuple[Brief, Hit]]) -> list[tuple[Any, Finding]]:
    found: list[tuple[Any, Finding]] = []
    told = ((brief.key, rule.finding(hit, level, brief.label)) for brief, hit in hits)
    collect(rule, found, told, lambda error: (first.key, broken(rule, error, first.label)))
    return found


def check_sample(rule: Rule, tables: tuple[TargetTable, ...]) -> list[Finding]:
    """Return what one rule says of its own example."""
    only = Setup(only=frozenset([rule.id]))
    checker = Checker(lambda year: only)
    found = [finding for number, table in enumerate(tables) for finding in checker.add(number, table)]
    return found + [finding for _key, finding in checker.compare()]
