"""The loop that asks the rules: broken ones, switched-off ones, thresholds, comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from projects.findings import WARN
from projects.layouts import layout_of
from projects.rules import Checker, Setup, check_table, rule_of
from projects.rules.brief import Brief, brief_of
from projects.rules.case import Case
from projects.rules.engine import BROKEN, OFF, Rule
from projects.rules.samples import indicator, table
from projects.tests.layouts.strategies import random_tables


def _running(*given: Rule) -> Setup:
    setup = Setup()
    setup.running.update(
        {scope: [(rule, rule.level) for rule in given if rule.scope == scope] for scope in setup.running}
    )
    return setup


@pytest.fixture
def yes_no() -> Rule:
    found = rule_of("yes-no")
    assert found is not None
    return found


def _raises(*_given: object) -> Iterator[object]:
    yield from ()
    raise KeyError("secret")


def test_raising_rule_becomes_a_finding_and_the_rest_runs(yes_no, caplog) -> None:
    broken = replace(yes_no, id="broken", find=_raises)
    immediate = replace(yes_no, id="immediate", scope="table", find=lambda case: 1 / 0)
    made = table(indicator("项目总成本", "是/否", "output.cost"))
    found = check_table(made, setup=_running(broken, immediate, yes_no))
    assert [(item.code, item.level, item.cell) for item in found] == [
        (BROKEN, WARN, "immediate"),
        (BROKEN, WARN, "broken"),
        ("yes-no", "block", "是/否"),
    ]
    assert "secret" not in found[1].text
    assert "KeyError" in found[1].text


def test_rule_whose_message_lacks_a_fact_is_broken_too(yes_no, caplog) -> None:
    made = table(indicator("项目总成本", "是/否", "output.cost"))
    found = check_table(made, setup=_running(replace(yes_no, message="{nothing}")))
    assert [item.code for item in found] == [BROKEN]


def test_raising_rule_that_compares_tables_is_reported_once(yes_no, caplog) -> None:
    setup = _running(replace(yes_no, scope="pair", find=_raises))
    checker = Checker(lambda year: setup)
    for key in "ab":
        checker.add(key, table())
    assert [(key, item.code) for key, item in checker.compare()] == [("a", BROKEN)]


def test_switched_off_rule_is_silent_and_level_can_change(yes_no) -> None:
    made = table(indicator("项目总成本", "是/否", "output.cost"))

    def levels(setup: Setup) -> list[str]:
        return [item.level for item in check_table(made, setup=setup) if item.code == "yes-no"]

    assert levels(Setup()) == ["block"]
    assert levels(Setup({"yes-no": OFF})) == []
    assert levels(Setup({"yes-no": "info"})) == ["info"]


def test_threshold_moves_the_border() -> None:
    made = table(indicator("市民满意度", "≥98%", "satisfaction.beneficiaries"))

    def full(setup: Setup) -> bool:
        return "satisfaction-full" in {item.code for item in check_table(made, setup=setup)}

    assert not full(Setup())
    assert full(Setup(thresholds={"satisfaction_full": Decimal(98)}))


def test_brief_survives_storing() -> None:
    made = table(indicator("慰问部队数量", "≥16个", "output.quantity"))
    brief = brief_of(Case(made, layout_of(made), Setup()), 7)
    assert Brief.load(7, brief.dump()) == brief


def test_tables_of_other_departments_and_years_are_not_compared() -> None:
    rows = [indicator(f"慰问部队数量{number}", "16个", "output.quantity") for number in range(4)]
    checker = Checker()
    for key, (name, year, department) in enumerate([("甲", 2021, "一局"), ("乙", 2022, "一局"), ("丙", 2021, "二局")]):
        made = table(*rows, fiscal_year=year)
        made.project.name, made.department.name = name, department
        checker.add(key, made)
    assert list(checker.compare()) == []


@settings(max_examples=60, deadline=None)
@given(random_tables())
def test_any_table_is_checked_without_a_broken_rule(made) -> None:
    checker = Checker()
    found = checker.add(0, made)
    checker.add(1, made)
    assert BROKEN not in {item.code for item in (*found, *(item for _key, item in checker.compare()))}


def test_quotes_inside_quotes_are_single() -> None:
    only = Setup(only=frozenset(["unit-missing"]))
    (finding,) = check_table(table(indicator("“党建引领”活动", "2", "output.quantity")), setup=only)
    assert finding.text == "“‘党建引领’活动”的指标值“2”没有计量单位"
