"""The spend plan (资金支出计划): cumulative percent by the end of each month."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from projects.findings import BLOCK, WARN
from projects.rules.case import Case
from projects.rules.engine import FORM, Hit, Rule
from projects.rules.samples import one, plan
from projects.targettable import PlanPoint


def _given(case: Case) -> list[tuple[int, PlanPoint, Decimal]]:
    points = enumerate(case.table.spend_plan)
    return [(index, point, point.percent) for index, point in points if isinstance(point.percent, Decimal)]


def _month(point: PlanPoint) -> str:
    return f"截至{int(point.by) if point.by.isdigit() else point.by}月底的支出计划"


def _plan_empty(case: Case) -> Iterator[Hit]:
    if case.has("spend_plan") and not _given(case) and all(point.percent is None for point in case.table.spend_plan):
        yield Hit("spend_plan.0.percent" if case.table.spend_plan else "spend_plan")


def _plan_blank(case: Case) -> Iterator[Hit]:
    if not case.has("spend_plan") or all(point.percent is None for point in case.table.spend_plan):
        return
    for index, point in enumerate(case.table.spend_plan):
        if point.percent is None:
            yield Hit(f"spend_plan.{index}.percent", "", {"month": _month(point)})


def _plan_falls(case: Case) -> Iterator[Hit]:
    if not case.has("spend_plan"):
        return
    for (_, before, low), (index, point, percent) in pairwise(_given(case)):
        if percent < low <= 100:
            facts = {"month": _month(point), "percent": percent, "before": _month(before), "low": low}
            yield Hit(f"spend_plan.{index}.percent", f"{percent}%", facts)


def _plan_range(case: Case) -> Iterator[Hit]:
    for index, point, percent in _given(case):
        if not 0 <= percent <= 100:
            yield Hit(f"spend_plan.{index}.percent", f"{percent}%", {"month": _month(point), "percent": percent})


def _plan_end(case: Case) -> Iterator[Hit]:
    given = _given(case) if case.has("spend_plan") else []
    if given and given[-1][1] is case.table.spend_plan[-1] and given[-1][2] != 100:
        index, point, percent = given[-1]
        yield Hit(f"spend_plan.{index}.percent", f"{percent}%", {"month": _month(point), "percent": percent})


RULES = (
    Rule(
        "plan-empty",
        "支出计划没有填写",
        WARN,
        "table",
        "form",
        "资金支出计划是否填写？",
        FORM,
        "“资金支出计划”没有填写",
        _plan_empty,
        wrong=(one("四个月份都空白", spend_plan=plan(None, None, None, None)),),
        right=(one("25、50、75、100", spend_plan=plan("25", "50", "75", "100")),),
    ),
    Rule(
        "plan-blank",
        "支出计划有空白月份",
        WARN,
        "table",
        "form",
        "支出计划的每个月份是否都填了（没有支出填 0）？",
        FORM,
        "{month}没有填写",
        _plan_blank,
        wrong=(one("3月底、6月底空白，10月底 100", spend_plan=plan(None, None, "100", "100")),),
        right=(one("0、0、100、100", spend_plan=plan("0", "0", "100", "100")),),
    ),
    Rule(
        "plan-range",
        "支出计划超出 0–100",
        BLOCK,
        "table",
        "form",
        "支出计划的百分比是否在 0 与 100 之间？",
        FORM,
        "{month}为 {percent}%，应在 0% 与 100% 之间",
        _plan_range,
        wrong=(one("10月底 10075", spend_plan=plan("25", "50", "10075", "100")),),
        right=(one("10月底 75", spend_plan=plan("25", "50", "75", "100")),),
    ),
    Rule(
        "plan-falls",
        "支出计划下降",
        BLOCK,
        "table",
        "form",
        "累计支出比例是否逐期不减？",
        FORM,
        "{month}为 {percent}%，低于{before}（{low}%）；累计比例不能下降",
        _plan_falls,
        wrong=(one("50、25、75、100", spend_plan=plan("50", "25", "75", "100")),),
        right=(one("50、50、100、100", spend_plan=plan("50", "50", "100", "100")),),
    ),
    Rule(
        "plan-end",
        "年底不是 100%",
        BLOCK,
        "table",
        "form",
        "支出计划年底是否为 100%？",
        FORM,
        "{month}为 {percent}%，年底应为 100%",
        _plan_end,
        wrong=(one("25、50、75、90", spend_plan=plan("25", "50", "75", "90")),),
        right=(one("25、50、75、100", spend_plan=plan("25", "50", "75", "100")),),
    ),
)
