"""Ordinary indicators of many fields, in words of our own: whatever is not noted beside a row must not be reported.

``good_indicators.txt`` holds a project and its goal per ``#`` line, then rows ``category | name | value``, with a
description or a basis where there is one, and behind ``!`` the rules that rightly object to a row.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from indicators.categories import NATIONAL
from projects.rules import check_table
from projects.targettable import DepartmentRef, Funding, Goals, Indicator, PlanPoint, Project, TargetTable

SHORT = {code.partition(".")[2]: code for code in NATIONAL if not code.startswith("cost.")} | {
    "cost": "output.cost",
    "satisfaction": "satisfaction.beneficiaries",
}
BASIS = "某市〔2021〕12号"


def _row(line: str) -> tuple[Indicator, set[str]]:
    text, _, noted = line.partition("!")
    category, name, value, description, basis = ([part.strip() for part in text.split("|")] + ["", ""])[:5]
    level1, level2 = NATIONAL[SHORT[category]]
    more = {"description": description, "basis": basis or BASIS, "category": SHORT[category]}
    return Indicator(level1=level1, level2=level2, name=name, value=value, **more), set(noted.split())


def _table(line: str) -> tuple[TargetTable, set[str]]:
    text, _, noted = line[1:].partition("!")
    name, goal = (part.strip() for part in text.split("|"))
    total = Decimal(30_000_000)
    table = TargetTable(
        layout="hebei",
        fiscal_year=2021,
        department=DepartmentRef("", "某局"),
        project=Project(name=name, purpose=f"用于{goal}等支出"),
        funding=Funding(total=total, fiscal=total, other=Decimal(0)),
        goals=Goals(annual=goal),
        spend_plan=[PlanPoint(by, Decimal(part)) for by, part in (("03", 25), ("06", 50), ("10", 75), ("12", 100))],
    )
    return table, set(noted.split())


def _tables() -> list[tuple[TargetTable, set[tuple[str, str]]]]:
    tables: list[tuple[TargetTable, set[tuple[str, str]]]] = []
    for line in (Path(__file__).parent / "good_indicators.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            table, noted = _table(line)
            tables.append((table, {(rule, "goals.annual") for rule in noted}))
        elif line.strip():
            row, noted = _row(line)
            table, all_noted = tables[-1]
            all_noted.update((rule, f"indicators.{len(table.indicators)}") for rule in noted)
            table.indicators.append(row)
    return tables


TABLES = _tables()


def test_there_are_many() -> None:
    assert len(TABLES) >= 30
    assert sum(len(table.indicators) for table, _ in TABLES) >= 500


@pytest.mark.parametrize(("table", "noted"), [pytest.param(*case, id=case[0].project.name) for case in TABLES])
def test_good_indicators_raise_only_what_is_noted(table: TargetTable, noted: set[tuple[str, str]]) -> None:
    found = {(finding.code, _place(finding.field)) for finding in check_table(table)}
    assert found == noted


def _place(field: str) -> str:
    """Return the row a finding is about, or the field of the table."""
    return field.rpartition(".")[0] if field.startswith("indicators.") else field
