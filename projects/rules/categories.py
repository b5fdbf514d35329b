"""What each category is for: cost, timeliness, ecology."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from indicators import dates, units
from indicators.dates import When
from indicators.targets import Kind, normalise
from projects.findings import WARN
from projects.rules import words
from projects.rules.case import COST, Case, Row, yuan_text
from projects.rules.engine import MOF_88, MOF_101, PRACTICE, Hit, Rule
from projects.rules.samples import indicator, one, plan, project, row, rows
from projects.targettable import PlanPoint

_WAN = Decimal(10000)


_NO_AMOUNT = (Kind.YES_NO, Kind.LIMIT, Kind.GRADED, Kind.TEXT, Kind.DATE, Kind.PERIOD, Kind.UNIT_ONLY)


def _cost_no_amount(row: Row, case: Case) -> Iterator[Hit]:
    if row.category not in COST or words.is_rate(row.name):
        return
    name = words.bare(row.name)
    spent = row.target.single and words.SPENT.search(name) and not re.search("节|省", name)  # 项目成本 100%
    no_money = units.family(row.target.unit) in ("percent", "person", "event", "count")
    if row.target.kind not in _NO_AMOUNT and not (spent and no_money and not words.GROWTH.search(row.subject)):
        return
    total = case.total
    remedy = (row.put("value", f"≤{yuan_text(total)}"),) if total else ()
    yield row.hit(remedy=remedy)


def _cost_above(row: Row, case: Case) -> Iterator[Hit]:
    target, total = row.target, case.total
    if row.category not in COST or not total or target.quantity is None or target.base_unit != "元":
        return
    amount = max(target.quantity, target.upper or target.quantity) * units.split_scale(target.unit)[0]
    if amount > total:
        yield row.hit(total=yuan_text(total))


def _not_timely(row: Row, case: Case) -> Iterator[Hit]:
    if row.category != "output.timeliness" or row.target.kind in (Kind.DATE, Kind.PERIOD, Kind.NOT_APPLICABLE):
        return
    if not words.TIME.search(f"{words.mended(row.subject)} {row.target.text}"):
        yield row.hit("name")


def _bounds(row: Row, case: Case) -> tuple[date, date] | None:
    when, until = row.target.when, row.target.until
    if when is None or when.every:
        return None
    first = when.bounds(case.table.fiscal_year)
    last = until.bounds(case.table.fiscal_year) if until else first
    return (first[0], last[1]) if first and last else None


_GRACE = timedelta(days=150)
"""A deadline may lie after the year: accounts and reports are due in spring."""


def _time_outside(row: Row, case: Case) -> Iterator[Hit]:
    span, bounds = case.span, None
    if row.category == "output.timeliness" and row.target.kind in (Kind.DATE, Kind.PERIOD):
        bounds = _bounds(row, case)
    if not span or not bounds:
        return
    (start, end), (first, last) = span, bounds
    if first.year > end.year + case.setup.threshold("year_after"):  # 2121年: see wrong-year
        return
    deadline = row.target.when is not None and row.target.when.side == "before"
    late = first > end + _GRACE if deadline else first > end
    if last < start or late:
        yield row.hit(start=start.isoformat(), end=end.isoformat())


def _named(text: str) -> When | None:
    found = dates.find(normalise(text)) if text else None
    return found.when if found and found.possible and not found.until else None


def _time_name(row: Row, case: Case) -> Iterator[Hit]:
    value = row.target.when if row.target.kind == Kind.DATE else None
    if value is None or row.category != "output.timeliness":
        return
    for text in (row.name, row.description):
        named = _named(text)
        if named is None:
            continue
        months = named.month and value.month and named.month != value.month
        days = named.day and value.day and named.day != value.day
        years = named.year and value.year and named.year != value.year
        if months or days or years:
            yield row.hit(named=text[:40])
            return


def _time_plan(row: Row, case: Case) -> Iterator[Hit]:
    """每月15日前发放 with nothing spent by June; 每年8月前发放 with 75 % by October."""
    points = [point for point in case.table.spend_plan if isinstance(point.percent, Decimal)]
    if row.category != "output.timeliness" or not points or not words.PAYING.search(row.subject):
        return
    monthly = re.search(r"[每按逐]月", row.subject)
    if monthly:
        late = _first_late(case, 6)
        if late is not None:
            yield row.hit("name", told=f"支出计划到{late}月底还没有支出")
        return
    named = next((when for when in map(_named, (row.name, row.description)) if when is not None), None)
    if named is None or not named.month or named.side != "before":
        return
    short = next((p for p in points if p.by.isdigit() and int(p.by) >= named.month and p.percent < 100), None)  # type: ignore[operator]
    if short is not None:
        yield row.hit("name", told=f"支出计划到{int(short.by)}月底只有 {short.percent:f}%")


def _first_late(case: Case, month: int) -> int | None:
    """Return the last month up to ``month`` by whose end nothing is planned, while something is later on."""
    plan = [point for point in case.table.spend_plan if point.by.isdigit()]
    early = [point for point in plan if int(point.by) <= month]
    if not early or not all(_nothing(point) for point in early):
        return None
    later = [point for point in plan if int(point.by) > month]
    return int(early[-1].by) if any(not _nothing(point) for point in later) else None


def _nothing(point: PlanPoint) -> bool:
    return point.percent is None or point.percent == 0


def _not_ecological(row: Row, case: Case) -> Iterator[Hit]:
    if row.category != "outcome.ecological" or row.target.kind == Kind.NOT_APPLICABLE:
        return
    if not words.ENVIRONMENT.search(f"{row.subject} {row.target.text}"):
        yield row.hit("name", remedy=row.as_unused())


RULES = (
    Rule(
        "cost-no-amount",
        "成本指标没有金额",
        WARN,
        "row",
        "funding",
        "成本指标有没有写出金额？",
        MOF_101,
        "成本指标“{name}”的指标值“{value}”没有金额，请写明控制在多少元以内",
        _cost_no_amount,
        wrong=(
            row("控制在年初预算内", "是/否", "output.cost"),
            row("项目成本", "控制在预算内", "cost.economic"),
            row("项目成本", "100%", "cost.economic"),
        ),
        right=(row("项目总成本", "≤10万元", "output.cost"), row("成本节约率", "≥5%", "output.cost")),
    ),
    Rule(
        "cost-above",
        "成本高于预算",
        WARN,
        "row",
        "funding",
        "成本指标的金额是否超过项目资金总额？",
        PRACTICE,
        "成本指标“{name}”的指标值“{value}”高于资金总额 {total}",
        _cost_above,
        wrong=(row("项目总成本", "≤12万元", "output.cost"),),
        right=(row("项目总成本", "≤10万元", "output.cost"), row("人均补助标准", "2380元/人", "output.cost")),
    ),
    Rule(
        "not-timely",
        "时效指标不说时间",
        WARN,
        "row",
        "indicators",
        "时效指标是否说明何时完成、是否及时？",
        PRACTICE,
        "时效指标“{name}”没有说明时间或及时程度，像是质量指标",
        _not_timely,
        wrong=(row("宣传活动完成率", "100%", "output.timeliness"),),
        right=(
            row("宣传活动及时完成率", "100%", "output.timeliness"),
            row("竣工验收", "2021年12月前", "output.timeliness"),
            row("拨付补助", "100%", "output.timeliness", description="每月15日前完成拨付"),
        ),
    ),
    Rule(
        "time-outside",
        "时间在项目期之外",
        WARN,
        "row",
        "likelihood",
        "时效指标的时间是否在项目起止日期或预算年度之内？",
        PRACTICE,
        "“{name}”的时间“{value}”不在 {start} 至 {end} 之内",
        _time_outside,
        wrong=(
            row("完成时间", "2020年12月前", "output.timeliness"),
            row("完成时间", "2022年6月", "output.timeliness"),
            row("完成时间", "2022年底前", "output.timeliness"),
        ),
        right=(
            row("完成时间", "2021年12月前", "output.timeliness"),
            row("支付时间", "每月15日前", "output.timeliness"),
            row("决算报送", "2022年3月底前", "output.timeliness"),
            one(
                "跨年项目（2020—2022 年）完成时间 2022年6月",
                project=project("平台建设", start=date(2020, 1, 6), end=date(2022, 12, 31)),
                indicators=[indicator("完成时间", "2022年6月", "output.timeliness")],
            ),
        ),
    ),
    Rule(
        "time-name",
        "时间与名称矛盾",
        WARN,
        "row",
        "indicators",
        "时效指标的指标值与名称、解释里的时间是否一致？",
        PRACTICE,
        "指标值“{value}”与“{named}”里的时间不一致",
        _time_name,
        wrong=(row("每年3月完成支付", "2021年6月前", "output.timeliness"),),
        right=(
            row("每年3月完成支付", "2021年3月前", "output.timeliness"),
            row("每年3月完成支付", "100%", "output.timeliness"),
        ),
    ),
    Rule(
        "time-plan",
        "时效指标与支出计划矛盾",
        WARN,
        "row",
        "likelihood",
        "时效指标说的支付时间与资金支出计划是否一致？",
        PRACTICE,
        "“{name}”与资金支出计划矛盾：{told}",
        _time_plan,
        wrong=(
            rows(
                "每月15日前发放到位；支出计划 3月底、6月底空白，10月底 100%",
                indicator("每月15日前发放到位", "100%", "output.timeliness"),
                spend_plan=plan(None, None, "100", "100"),
            ),
            rows(
                "每年8月前完成发放；支出计划 10月底 75%",
                indicator("支付及时率", "100%", "output.timeliness", description="每年8月前完成发放"),
                spend_plan=plan("25", "50", "75", "100"),
            ),
        ),
        right=(
            rows(
                "每月15日前发放到位；支出计划 25、50、75、100",
                indicator("每月15日前发放到位", "100%", "output.timeliness"),
                spend_plan=plan("25", "50", "75", "100"),
            ),
            rows(
                "每年8月前完成发放；支出计划 10月底 100%",
                indicator("支付及时率", "100%", "output.timeliness", description="每年8月前完成发放"),
                spend_plan=plan(None, None, "100", "100"),
            ),
        ),
    ),
    Rule(
        "not-ecological",
        "生态效益指标与环境无关",
        WARN,
        "row",
        "indicators",
        "生态效益指标说的是不是生态环境？没有这方面效益的写“不适用”。",
        MOF_88,
        "“{name}”与生态环境无关；没有生态效益的写“不适用”",
        _not_ecological,
        wrong=(row("保障社会发展", "进一步保障", "outcome.ecological"),),
        right=(
            row("污水达标排放率", "≥98%", "outcome.ecological"),
            row("节约成本", "10%", "outcome.ecological", description="节约水、电"),
        ),
    ),
)
