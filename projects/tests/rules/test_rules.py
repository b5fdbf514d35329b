"""Every rule by its own examples, and the declarations themselves."""

from __future__ import annotations

import re

import pytest

from projects.findings import BLOCK, LEVELS
from projects.rules import check_sample, rules
from projects.rules.dimensions import ITEM_KEYS, item_key
from projects.rules.engine import OFF, SCOPE_NAMES, BadSetup, Rule, setup_for

WRONG = [
    pytest.param(rule, sample, id=f"{rule.id}-{number}") for rule in rules() for number, sample in enumerate(rule.wrong)
]
RIGHT = [
    pytest.param(rule, sample, id=f"{rule.id}-{number}") for rule in rules() for number, sample in enumerate(rule.right)
]


@pytest.mark.parametrize(("rule", "sample"), WRONG)
def test_rule_reports_its_wrong_example(rule: Rule, sample) -> None:
    found = check_sample(rule, sample.tables)
    assert {finding.code for finding in found} == {rule.id}
    for finding in found:
        assert finding.level == rule.level
        assert finding.source == rule.source.text
        assert finding.field, "a finding names its place"
        assert "{" not in finding.text


@pytest.mark.parametrize(("rule", "sample"), RIGHT)
def test_rule_is_silent_on_its_right_example(rule: Rule, sample) -> None:
    assert check_sample(rule, sample.tables) == []


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_rule_is_declared_in_full(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]+", rule.id)
    assert rule.level in LEVELS
    assert rule.scope in SCOPE_NAMES
    assert rule.item in ITEM_KEYS
    assert item_key(rule.id) == rule.item
    assert rule.title
    assert rule.question.endswith(("？", "。", "）"))
    assert rule.wrong
    assert rule.right
    assert rule.level != BLOCK or rule.source.checked


def test_rule_without_a_checked_source_cannot_block() -> None:
    practice = next(rule for rule in rules() if not rule.source.checked)
    with pytest.raises(BadSetup, match="不能设为“须修改”"):
        setup_for({"2021": {"rules": {practice.id: BLOCK}}}, 2021)
    with pytest.raises(ValueError, match="没有核对过的正式出处"):
        Rule(**{name: getattr(practice, name) for name in practice.__dataclass_fields__} | {"level": BLOCK})


def test_setup_of_a_year_wins_over_that_of_all() -> None:
    setup = setup_for({"*": {"rules": {"yes-no": "warn"}}, "2021": {"rules": {"yes-no": False}}}, 2021)
    rule = next(rule for rule in rules() if rule.id == "yes-no")
    assert setup.level_of(rule) == OFF
    assert setup_for({"*": {"rules": {"yes-no": "warn"}}}, 2021).level_of(rule) == "warn"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"rules": {"nothing": "warn"}}, "没有规则“nothing”"),
        ({"rules": {"yes-no": "red"}}, "级别“red”不认识"),
        ({"thresholds": {"nothing": 1}}, "没有阈值“nothing”"),
        ({"thresholds": {"weight_sum": "x"}}, "应为数字：x"),
        ({"thresholds": {"weight_sum": "-1"}}, "不小于零"),
        ({"thresholds": {"weight_sum": "NaN"}}, "不小于零"),
    ],
)
def test_setup_names_what_it_does_not_understand(data, told) -> None:
    with pytest.raises(BadSetup, match=told):
        setup_for({"*": data}, 2021)
