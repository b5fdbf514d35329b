"""The rules against what a person found in the samples, and the figures the README prints of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from projects.rules import judged, rules

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "expected"


@pytest.fixture(scope="module")
def scores() -> dict[str, judged.Score]:
    return judged.scores(FOLDER)


def test_annotation_names_every_table_and_only_rules() -> None:
    must, may = judged.expected(FOLDER)
    known = {rule.id for rule in rules()}
    assert set(must) - known == set()
    assert {name for name, _sample, _table in may} - known == set()
    assert sum(len(places) for places in must.values()) > 1200


@pytest.mark.parametrize("rule", [rule.id for rule in rules()])
def test_rule_finds_what_was_annotated_and_nothing_else(rule: str, scores) -> None:
    assert (scores[rule].missed, scores[rule].wrong) == ([], [])


def test_nothing_broke(scores) -> None:
    assert set(scores) == {rule.id for rule in rules()}


def test_readme_tells_the_measured_figures() -> None:
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    printed = readme.partition("<!-- 规则表：由代码生成 -->\n")[2].partition("\n<!-- 规则表结束 -->")[0]
    assert printed == judged.readme_table(FOLDER)
