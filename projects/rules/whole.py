"""Rules on the indicators of a table taken together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from indicators.targets import Kind
from projects.findings import BLOCK, WARN
from projects.layouts.names import ROW_FIELD_NAMES
from projects.rules import words
from projects.rules.case import COST, Case, Row
from projects.rules.engine import FORM, MOF_101, PRACTICE, Hit, Rule
from projects.rules.samples import indicator, one, project, rows


def _indicator_name(case: Case) -> Iterator[Hit]:
    for row in case.rows:
        if not row.name:
            yield Hit(row.path("name"), row.item.value, {"number": row.number})


def _indicator_value(case: Case) -> Iterator[Hit]:
    for row in case.rows:
        if row.name and row.target.kind in (Kind.EMPTY, Kind.PLACEHOLDER):
            what = ROW_FIELD_NAMES[row.rows]["value"]
            yield row.hit(number=row.number, short=row.name[:30], what=what)


def _year_groups(case: Case) -> set[str]:
    return {row.group for row in case.rows if row.rows == "indicators"}


def _no_indicators(case: Case) -> Iterator[Hit]:
    if case.has("indicators") and not _year_groups(case):
        yield Hit("indicators")


def _lacks(group: str) -> Callable[[Case], Iterator[Hit]]:
    def find(case: Case) -> Iterator[Hit]:
        groups = _year_groups(case) if case.has("indicators") else set()
        if groups - {""} and group not in groups:  # a form without categories: nothing to guess
            yield Hit("indicators")

    return find


def _weights(case: Case) -> Iterator[Hit]:
    given = [row.item.weight for row in case.rows if row.rows == "indicators"]
    weights = [weight for weight in given if isinstance(weight, Decimal)]
    total = sum(weights, Decimal(0))
    if not weights or len(weights) != len(given) or total in (case.setup.threshold("weight_sum"), 100):
        return
    yield Hit("indicators", "", {"total": total.normalize(), "wanted": case.setup.threshold("weight_sum")})


_OUTPUT = indicator("发放人数", "10人", "output.quantity")


_OUTCOME = indicator("信访量", "低于上年", "outcome.social")


FIRST_YEAR_OF_101 = 2022
"""财预〔2021〕101号 is of August 2021; tables of that year were written before."""


def _no_cost(case: Case) -> Iterator[Hit]:
    table = case.table
    if table.kind != "project" or not case.rows or (table.fiscal_year or 0) < FIRST_YEAR_OF_101:
        return
    if not any(code in case.layout.categories for code in COST):
        return
    if any(row.category in COST or row.group == "cost" for row in case.rows):
        return
    told = words.WORKS.search(f"{table.project.name} {table.project.type}")
    small = case.total is not None and case.total < case.setup.threshold("large_purchase")
    if told and not (small and told[0] in words.PURCHASE):
        yield Hit("indicators", "", {"word": told[0]})


def _duplicate(case: Case) -> Iterator[Hit]:
    seen: dict[tuple[str, str], Row] = {}
    for row in case.rows:
        name = words.plain(row.name)
        first = seen.setdefault((row.rows, name), row)
        if not name:
            continue
        if first is row:
            first = next((other for other in seen.values() if _nearly(other, row)), row)
        if first is not row:
            yield row.hit("name", other=first.number)


def _nearly(one: Row, other: Row) -> bool:
    """Whether two long names differ by one or two added characters while the values are the same."""
    if one is other or one.rows != other.rows or one.item.value.strip() != other.item.value.strip():
        return False
    short, long = sorted((words.plain(one.name), words.plain(other.name)), key=len)
    if len(short) < 9 or len(long) - len(short) > 2 or words.is_rate(short) or words.is_count(short):
        return False
    rest = iter(long)
    return all(char in rest for char in short)


_CONTENT = (
    "支出",
    "保障",
    "改善",
    "提升",
    "提高",
    "促进",
    "推动",
    "解决",
    "满意",
    "稳定",
    "增强",
    "节约",
    "降低",
    "减少",
    "增加",
    "完善",
)


def _shifted(case: Case) -> Iterator[Hit]:
    """Worded values of the outcome rows that fit a neighbour's text and not their own: they stand a row off."""
    group = [row for row in case.rows if row.group == "outcome" and row.target.kind in (Kind.GRADED, Kind.TEXT)]
    said = {row.index: [word for word in _CONTENT if word in row.target.text] for row in group}
    misfits = [row for row in group if said[row.index] and not any(word in row.subject for word in said[row.index])]
    for row in misfits:
        fitting = [
            other
            for other in misfits
            if other is not row and any(word in other.subject for word in said[row.index])
        ]  # fmt: skip
        back = any(row is not other and any(word in row.subject for word in said[other.index]) for other in misfits)
        if fitting or back:
            other = fitting[0].number if fitting else row.number - 1
            yield row.hit(other=other)


RULES = (
    Rule(
        "indicator-name",
        "指标没有名称",
        BLOCK,
        "table",
        "form",
        "有指标值的行是否都有指标名称？",
        FORM,
        "第{number}行指标有指标值而没有名称",
        _indicator_name,
        wrong=(rows("名称空白，指标值 10人", indicator("", "10人", "output.quantity")),),
        right=(rows("发放人数 10人", _OUTPUT),),
    ),
    Rule(
        "indicator-value",
        "指标没有指标值",
        BLOCK,
        "table",
        "form",
        "每条指标是否都有指标值？",
        MOF_101,
        "第{number}行指标“{short}”没有{what}",
        _indicator_value,
        wrong=(
            rows("烈士墓数量：（空）", indicator("烈士墓数量", "", "output.quantity")),
            rows("烈士墓数量：待填", indicator("烈士墓数量", "待填", "output.quantity")),
        ),
        right=(
            rows("烈士墓数量 1座", indicator("烈士墓数量", "1座", "output.quantity")),
            rows("不适用的空行", indicator("", "", "output.cost")),
        ),
    ),
    Rule(
        "no-indicators",
        "没有绩效指标",
        BLOCK,
        "table",
        "form",
        "表中是否有绩效指标？",
        MOF_101,
        "还没有绩效指标",
        _no_indicators,
        wrong=(one("指标表空白"),),
        right=(rows("有一条指标", _OUTPUT),),
    ),
    Rule(
        "no-output",
        "没有产出指标",
        BLOCK,
        "table",
        "indicators",
        "项目是否设了产出指标？",
        MOF_101,
        "没有产出类指标，每个项目都应有产出指标和效益指标",
        _lacks("output"),
        wrong=(rows("只有效益指标", _OUTCOME),),
        right=(rows("产出、效益都有", _OUTPUT, _OUTCOME),),
    ),
    Rule(
        "no-outcome",
        "没有效益指标",
        BLOCK,
        "table",
        "indicators",
        "项目是否设了效益指标？",
        MOF_101,
        "没有效益类指标，每个项目都应有产出指标和效益指标",
        _lacks("outcome"),
        wrong=(rows("只有产出指标", _OUTPUT),),
        right=(rows("产出、效益都有", _OUTPUT, _OUTCOME),),
    ),
    Rule(
        "no-cost",
        "工程、修缮、采购项目没有成本指标",
        WARN,
        "table",
        "indicators",
        "工程基建、修缮、采购类项目是否设了成本指标？（2022 年起，表式有成本类别的才查）",
        MOF_101,
        "项目属于“{word}”，应设成本指标",
        _no_cost,
        wrong=(
            one(
                "烈士纪念设施整修，没有成本指标",
                project=project("烈士纪念设施整修"),
                fiscal_year=2022,
                indicators=[indicator("烈士墓数量", "1座", "output.quantity")],
            ),
        ),
        right=(
            one(
                "烈士纪念设施整修，成本指标“整修总成本 ≤2万元”",
                project=project("烈士纪念设施整修"),
                fiscal_year=2022,
                indicators=[indicator("整修总成本", "≤2万元", "output.cost")],
            ),
            one("优抚对象门诊补助", indicators=[indicator("发放人数", "1人", "output.quantity")]),
        ),
    ),
    Rule(
        "weights",
        "权重合计不对",
        WARN,
        "table",
        "form",
        "填了权重的，合计是否为 90（或 100）？",
        PRACTICE,
        "指标权重合计 {total:f}，应为 {wanted:f} 或 100",
        _weights,
        wrong=(rows("权重 30", indicator("发放人数", "10人", "output.quantity", weight=Decimal(30))),),
        right=(
            rows("权重 90", indicator("发放人数", "10人", "output.quantity", weight=Decimal(90))),
            rows("没有权重", _OUTPUT),
        ),
    ),
    Rule(
        "duplicate-indicator",
        "指标重复",
        WARN,
        "table",
        "indicators",
        "同一条指标是否在表中出现两次？",
        PRACTICE,
        "“{name}”与第{other}行指标重复",
        _duplicate,
        wrong=(
            rows(
                "社会效益、可持续影响都写“辖区内人员的获得感”",
                indicator("辖区内人员的获得感", "提高", "outcome.social"),
                indicator("辖区内人员的获得感", "提高", "outcome.sustainable"),
            ),
        ),
        right=(
            rows(
                "实有人口信息采集率、实有人口信息准确率",
                indicator("实有人口信息采集率", "97%"),
                indicator("实有人口信息准确率", "97%"),
            ),
        ),
    ),
    Rule(
        "shifted-values",
        "指标值错行",
        WARN,
        "table",
        "indicators",
        "几条效益指标的指标值是否整体错了一行？",
        PRACTICE,
        "“{name}”的指标值“{value}”与本行文字不合，像是与第{other}行错了位",
        _shifted,
        wrong=(
            rows(
                "资金支出情况：进一步保障；保障社会发展：按要求支出",
                indicator("资金支出情况", "进一步保障", "outcome.economic"),
                indicator("保障社会发展", "按要求支出", "outcome.social"),
            ),
        ),
        right=(
            rows(
                "资金支出情况：按要求支出；保障社会发展：进一步保障",
                indicator("资金支出情况", "按要求支出", "outcome.economic"),
                indicator("保障社会发展", "进一步保障", "outcome.social"),
            ),
            rows(
                "优抚对象生活情况：有效改善",
                indicator("优抚对象生活情况", "有效改善", "outcome.social"),
                indicator("保障优抚对象稳定", "进一步保障", "outcome.sustainable"),
            ),
        ),
    ),
)
