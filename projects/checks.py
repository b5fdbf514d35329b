"""The form's own rules: what is missing, what does not add up. Pure; fields are interchange paths with row numbers.

Only what the form prints is asked for. Sources: 财预〔2021〕101号 (output and outcome indicators in every project),
the forms' own wording for sums and spend plans.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from indicators.categories import level1_code
from indicators.targets import Kind, parse
from projects.findings import BLOCK, INFO, WARN, Finding
from projects.layouts.definition import Layout
from projects.layouts.names import ROW_FIELD_NAMES, name_of
from projects.layouts.steps import leaf_of
from projects.layouts.supplement import layout_has
from projects.layouts.typed import is_unread
from projects.targettable import DAY_FIELDS, Indicator, TargetTable, leaves

TARGETS_101 = "财预〔2021〕101号"
NOT_APPLICABLE = "不适用"
# What every form that prints it wants filled in. Year, department, project and amount are asked for by the workflow.
MANDATORY = ("goals.annual",)
EXPECTED = (
    "project.type",
    "project.start",
    "project.end",
    "project.period",
    "project.overview",
    "project.purpose",
    "funding.fiscal",
    "goals.period",
    "duties",
)
_SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("funding.total", ("funding.fiscal", "funding.other")),
    ("funding.annual", ("funding.annual_fiscal", "funding.annual_other")),
    ("funding.total", ("funding.general_budget", "funding.government_fund", "funding.other")),
    ("funding.total", ("funding.basic_expenditure", "funding.project_expenditure")),
)
_PARTS = (
    ("funding.central_transfer", "funding.total"),
    ("funding.government_purchase", "funding.total"),
    ("project.fixed_assets", "funding.total"),
    ("funding.annual", "funding.total"),
)
_LISTS = ("indicators", "period_indicators")


def check_table(table: TargetTable, layout: Layout) -> list[Finding]:
    """Return all findings at once, in the order of the form."""
    rules = (_unread, _blank, _sums, _parts, _plan, _rows, _categories, _items, _costs)
    label = table.label()
    return [finding.at(table=label) for rule in rules for finding in rule(table, layout)]


def sums_of(table: TargetTable, layout: Layout) -> Iterator[tuple[str, tuple[str, ...], Decimal]]:
    """Yield ``(whole, parts, sum)`` of each sum that the form prints and whose parts are amounts (blank: zero)."""
    for whole, parts in _SUMS:
        if whole not in layout.paths or not layout.paths.issuperset(parts):
            continue
        values = [leaf_of(table, path) for path in parts]
        if any(isinstance(value, str) and value for value in values) or not any(map(_amount, values)):
            continue
        yield whole, parts, sum((value for value in values if isinstance(value, Decimal)), Decimal(0))


def _amount(value: Any) -> bool:
    return isinstance(value, Decimal)


def _unread(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    for path, value in leaves(table):
        if not isinstance(value, str) or not value:
            continue
        first, _, rest = path.partition(".")
        bare = f"{first}.{rest.partition('.')[2]}" if rest[:1].isdigit() else path
        if bare == "spend_plan.by" or not is_unread(bare, value):
            continue
        what = "日期" if bare in DAY_FIELDS else "0–100 之间的百分比" if first == "spend_plan" else "数值"
        level = WARN if bare.endswith(("weight", "quantity")) else BLOCK
        yield Finding(level, "unread", f"“{name_of(path)}”不能识别为{what}，已按原文保留", field=path, cell=value)


def _blank(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    for path in MANDATORY:
        if path in layout.paths and not str(leaf_of(table, path) or "").strip():
            yield Finding(BLOCK, "mandatory", f"“{name_of(path)}”没有填写", field=path)
    for path in EXPECTED:
        if path in layout.paths and leaf_of(table, path) in (None, ""):
            yield Finding(INFO, "blank", f"“{name_of(path)}”没有填写", field=path)


def _sums(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    for whole, parts, total in sums_of(table, layout):
        stated = leaf_of(table, whole)
        values = [leaf_of(table, path) for path in parts]
        if not isinstance(stated, Decimal) or stated == total or not all(map(_amount, values)):
            continue
        names = "＋".join(_short(path) for path in parts)
        text = f"{names}合计 {total:,.2f} 元，与“{_short(whole)}” {stated:,.2f} 元不等"
        yield Finding(BLOCK, "sum", text, field=whole, cell=f"{stated:f}")


def _parts(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    for part, whole in _PARTS:
        one, other = leaf_of(table, part), leaf_of(table, whole)
        both = part in layout.paths and whole in layout.paths
        if both and isinstance(one, Decimal) and isinstance(other, Decimal) and one > other:
            text = f"“{_short(part)}” {one:,.2f} 元，大于“{_short(whole)}” {other:,.2f} 元"
            yield Finding(WARN, "part-larger", text, field=part, cell=f"{one:f}")


def _short(path: str) -> str:
    return name_of(path).removesuffix("（元）")


def _plan(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    if not any(path.startswith("spend_plan.") for path in layout.paths):
        return
    points = list(enumerate(table.spend_plan))
    given = [(index, point) for index, point in points if isinstance(point.percent, Decimal)]
    if not given:
        text = "“资金支出计划”没有填写"
        yield Finding(WARN, "blank", text, field="spend_plan.0.percent" if points else "spend_plan")
        return
    for index, point in points:
        if point.percent is None:
            yield Finding(WARN, "plan-blank", f"{_month(point)}没有填写", field=f"spend_plan.{index}.percent")
    for (_, before), (index, point) in pairwise(given):
        if before.percent > point.percent:  # type: ignore[operator]
            text = f"{_month(point)}为 {point.percent}%，小于{_month(before)}的 {before.percent}%；累计比例不能下降"
            yield Finding(BLOCK, "plan-falls", text, field=f"spend_plan.{index}.percent", cell=f"{point.percent}%")
    index, last = given[-1]
    if last is table.spend_plan[-1] and last.percent != 100:
        text = f"{_month(last)}为 {last.percent}%，年底应为 100%"
        yield Finding(BLOCK, "plan-end", text, field=f"spend_plan.{index}.percent", cell=f"{last.percent}%")


def _month(point: Any) -> str:
    return f"截至{int(point.by) if point.by.isdigit() else point.by}月底的支出计划"


def is_unused(row: Indicator) -> bool:
    """Whether an indicator row only keeps the place of a category: blank, or 不适用."""
    texts = {row.name.strip(), row.value.strip()} - {""}
    return not texts or texts <= {NOT_APPLICABLE, "/", "无", "—", "-"}


def _rows(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    for rows in _LISTS:
        if not layout_has(layout, rows):
            continue
        for index, row in enumerate(getattr(table, rows)):
            if is_unused(row):
                continue
            if not row.name.strip():
                text = f"第{index + 1}行指标有指标值而没有名称"
                yield Finding(BLOCK, "indicator-name", text, field=f"{rows}.{index}.name", cell=row.value)
            elif parse(row.value).kind in (Kind.EMPTY, Kind.PLACEHOLDER):
                text = f"第{index + 1}行指标“{row.name[:30]}”没有{ROW_FIELD_NAMES[rows]['value']}"
                yield Finding(BLOCK, "indicator-value", text, field=f"{rows}.{index}.value", cell=row.value)


def _categories(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    if not layout_has(layout, "indicators"):
        return
    used = [row for row in table.indicators if not is_unused(row)]
    if not used:
        yield Finding(BLOCK, "no-indicators", "还没有绩效指标", field="indicators", source=TARGETS_101)
        return
    groups = {_group(row) for row in used}
    if groups == {""}:
        return  # a form without categories: nothing to guess
    for group, name in (("output", "产出"), ("outcome", "效益")):
        if group not in groups:
            text = f"没有{name}类指标，每个项目都应有产出指标和效益指标"
            yield Finding(BLOCK, f"no-{group}", text, field="indicators", source=TARGETS_101)


def _group(row: Indicator) -> str:
    return row.category.partition(".")[0] or level1_code(row.level1)


def _items(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    if not layout_has(layout, "items"):
        return
    if not table.items:
        yield Finding(BLOCK, "no-items", "汇总表还没有项目", field="items")
        return
    amounts = [row.amount for row in table.items]
    total = table.funding.total
    if isinstance(total, Decimal) and all(isinstance(amount, Decimal) for amount in amounts):
        found = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
        if found != total:
            text = f"各行金额合计 {found:,.2f} 元，与“合计” {total:,.2f} 元不等"
            yield Finding(BLOCK, "items-sum", text, field="funding.total", cell=f"{total:f}")


def _costs(table: TargetTable, layout: Layout) -> Iterator[Finding]:
    if not layout_has(layout, "costs"):
        return
    amounts = [row.amount for row in table.costs if row.amount is not None]
    total = table.funding.total
    if not amounts or not isinstance(total, Decimal) or any(isinstance(amount, str) for amount in amounts):
        return
    found = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
    if found != total:
        text = f"支出明细合计 {found:,.2f} 元，与“资金总额” {total:,.2f} 元不等"
        yield Finding(WARN, "costs-sum", text, field="funding.total", cell=f"{total:f}")
