"""The form's own rules: what each says, and that the samples pass but for the slips they really have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal

import pytest

from projects.checks import FORM_RULES, check_table, sums_of
from projects.findings import BLOCK
from projects.layouts import layout_of
from projects.layouts.steps import states
from projects.rules import Setup
from projects.targettable import Indicator, PlanPoint, Section, TargetTable
from projects.tests.generated import table
from projects.tests.layouts.helpers import tables


def found(made: TargetTable) -> list[tuple[str, str, str]]:
    findings = check_table(made, layout_of(made), Setup(only=FORM_RULES))
    return [(item.level, item.code, item.field) for item in findings if item.level != "info"]


def planned(*percents: str | None) -> Callable[[TargetTable], object]:
    values = [None if text is None else Decimal(text) for text in percents]
    points = [PlanPoint(by, value) for by, value in zip(("03", "06", "10", "12"), values, strict=True)]
    return lambda table: setattr(table, "spend_plan", points)


def test_a_filled_in_table_has_no_findings() -> None:
    assert found(table()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: setattr(t.goals, "annual", " "), [("block", "mandatory", "goals.annual")]),
        (lambda t: setattr(t.funding, "other", Decimal(1)), [("block", "sum", "funding.total")]),
        (lambda t: setattr(t.funding, "other", "约一万"), [("block", "unread", "funding.other")]),
        (lambda t: setattr(t.funding, "other", None), []),
        (planned("25", "20", "75", "100"), [("block", "plan-falls", "spend_plan.1.percent")]),
        (planned("25", "50", "75", "90"), [("block", "plan-end", "spend_plan.3.percent")]),
        (planned(None, "50", "75", "100"), [("warn", "plan-blank", "spend_plan.0.percent")]),
        (planned(None, None, None, None), [("warn", "plan-empty", "spend_plan.0.percent")]),
        (lambda t: setattr(t, "spend_plan", []), [("warn", "plan-empty", "spend_plan")]),
        (lambda t: setattr(t.indicators[0], "value", ""), [("block", "indicator-value", "indicators.0.value")]),
        (lambda t: setattr(t.indicators[0], "value", "待填"), [("block", "indicator-value", "indicators.0.value")]),
        (lambda t: setattr(t.indicators[0], "name", ""), [("block", "indicator-name", "indicators.0.name")]),
        (lambda t: t.indicators.append(Indicator("效益指标", "生态效益指标")), []),
        (lambda t: t.indicators.append(Indicator("效益指标", "生态效益指标", "不适用", value="不适用")), []),
        (lambda t: t.indicators.clear(), [("block", "no-indicators", "indicators")]),
        (lambda t: t.indicators.pop(1), [("block", "no-outcome", "indicators")]),
        (lambda t: t.indicators.pop(0), [("block", "no-output", "indicators")]),
        (lambda t: setattr(t, "indicators", [Indicator(name="指标", value="1个")]), []),
    ],
)  # fmt: skip
def test_each_rule(change: Callable[[TargetTable], object], expected: list[tuple[str, str, str]]) -> None:
    made = table()
    change(made)
    assert found(made) == expected


def test_sums_of_cost_details_and_of_a_summary() -> None:
    summary = deepcopy(next(item for item in tables("003") if item.layout == "zhuzhou-2"))
    assert isinstance(summary.funding.total, Decimal)
    summary.funding.total += 1
    assert found(summary) == [("block", "items-sum", "funding.total")]
    summary.funding.total -= 1
    assert found(summary) == []


def test_sums_count_blanks_as_nothing_and_texts_not_at_all() -> None:
    made = table()
    made.funding.other = None
    assert [(whole, total) for whole, _parts, total in sums_of(made, layout_of(made))] == [
        ("funding.total", Decimal("200000.00"))
    ]
    made.funding.other = "约"
    assert list(sums_of(made, layout_of(made))) == []


def test_the_samples_have_only_their_real_slips() -> None:
    counts = {
        sample: Counter(
            item.code
            for made in tables(sample)
            for item in check_table(made, layout_of(made), Setup(only=FORM_RULES))
            if item.level == BLOCK
        )
        for sample in ("001", "002", "003", "004")
    }
    assert counts == {"001": {}, "002": {"unread": 1}, "003": {"indicator-value": 2}, "004": {}}


def test_prose_without_a_word_below_its_headings_is_not_filled_in() -> None:
    headings = ("一、总体绩效目标", "二、分项绩效目标", "三、工作保障措施")
    prose = TargetTable(layout="hebei-department", kind="department", fiscal_year=2027)
    prose.department.name = "财政局"
    prose.sections = [Section(title) for title in headings]
    layout = layout_of(prose)
    assert found(prose) == [("block", "mandatory", "sections")]
    assert states(prose, layout, check_table(prose, layout))["prose"] == "empty"
    prose.sections[0].text = "做好退役军人服务。"
    findings = check_table(prose, layout, Setup(only=FORM_RULES))
    told = [(item.code, item.field, item.text) for item in findings]
    assert told == [
        ("blank", "sections.1.text", "“二、分项绩效目标”没有填写"),
        ("blank", "sections.2.text", "“三、工作保障措施”没有填写"),
    ]
    assert states(prose, layout, findings)["prose"] == "partial"


@pytest.mark.parametrize(
    ("layout", "called"),
    [("longhua", "项目总金额（万元）"), ("hebei", "预算数（元）"), ("mof-2015", "中期资金总额（万元）")],
)
def test_what_is_missing_is_called_as_the_form_calls_it(layout, called) -> None:
    made = table(layout=layout)
    made.funding.total = None
    texts = [item.text for item in check_table(made, layout_of(made)) if item.code == "amount"]
    assert texts == [f"“{called}”没有填写"]
