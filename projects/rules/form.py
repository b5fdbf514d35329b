"""The form itself: what is missing, what does not add up. Only what the form prints is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from projects.findings import BLOCK, INFO, WARN
from projects.layouts.definition import Layout
from projects.layouts.names import LIST_NAMES, name_of
from projects.layouts.steps import leaf_of
from projects.rules.case import Case, yuan_text
from projects.rules.engine import FORM, PRACTICE, Hit, Rule
from projects.rules.samples import funding, goals, indicator, item, one, plan, project, rows
from projects.targettable import DAY_FIELDS, Funding, Project, TargetTable

# What every form that prints it wants filled in.
MANDATORY = ("goals.annual",)
NOTHING = frozenset(("", "无", "略", "/", "-", "—", "同上", "暂无", "待定", "待填", "待补充", "见附件", "null"))


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


def _short(path: str) -> str:
    return name_of(path).removesuffix("（元）")


def _unread(weak: bool) -> Callable[[Case], Iterator[Hit]]:
    """Values that are still text; ``weak``: those of the columns of which not much depends."""

    def find(case: Case) -> Iterator[Hit]:
        for path, bare, value in case.unread:
            what = "日期" if bare in DAY_FIELDS else "0–100 之间的百分比" if bare.startswith("spend_plan") else "数值"
            if bare.endswith(("weight", "quantity")) == weak:
                yield Hit(path, value, {"field": case.called(path), "what": what})

    return find


def _head(case: Case) -> Iterator[Hit]:
    table = case.table
    wanted = {"fiscal_year": table.fiscal_year, "department.name": table.department.name or table.department.code}
    if table.kind == "project":
        wanted["project.name"] = table.project.name.strip()
    for path, value in wanted.items():
        if not value:
            yield Hit(path, "", {"field": case.called(path)})


def _amount_missing(case: Case) -> Iterator[Hit]:
    total, name = case.table.funding.total, case.called("funding.total")
    if not case.prints("funding.total") or (isinstance(total, Decimal) and total >= 0):
        return
    if total is None and case.table.kind != "project":
        return
    told = f"“{name}”没有填写" if total in (None, "") else f"“{name}”应为不小于零的金额"
    yield Hit("funding.total", "" if total is None else str(total), {"told": told})


def _mandatory(case: Case) -> Iterator[Hit]:
    for path in MANDATORY:
        text = str(leaf_of(case.table, path) or "").strip()
        if case.prints(path) and text.strip("。.（）()") in NOTHING:
            yield Hit(path, text, {"field": case.called(path), "told": f"只写了“{text}”" if text else "没有填写"})

    # A form of prose: nothing at all stands below its headings.
    if case.layout.sections and not any(section.text.strip() for section in case.table.sections):
        yield Hit("sections", "", {"field": LIST_NAMES["sections"], "told": "没有填写"})


def _blank(case: Case) -> Iterator[Hit]:
    for path in EXPECTED:
        if case.prints(path) and leaf_of(case.table, path) in (None, ""):
            yield Hit(path, "", {"field": case.called(path)})
    sections = case.table.sections if case.layout.sections else []
    if any(section.text.strip() for section in sections):
        for index, section in enumerate(sections):
            if section.title.strip() and not section.text.strip():
                yield Hit(f"sections.{index}.text", "", {"field": section.title.strip()[:40]})


def _sums(case: Case) -> Iterator[Hit]:
    for whole, parts, total in sums_of(case.table, case.layout):
        stated = leaf_of(case.table, whole)
        values = [leaf_of(case.table, path) for path in parts]
        if not isinstance(stated, Decimal) or stated == total or not all(map(_amount, values)):
            continue
        names = "＋".join(_short(path) for path in parts)
        yield Hit(whole, f"{stated:f}", {"names": names, "sum": total, "whole": _short(whole), "stated": stated})


def _larger(case: Case) -> Iterator[Hit]:
    for part, whole in _PARTS:
        one_, other = leaf_of(case.table, part), leaf_of(case.table, whole)
        both = case.prints(part) and case.prints(whole)
        if both and isinstance(one_, Decimal) and isinstance(other, Decimal) and one_ > other:
            facts = {"part": _short(part), "one": one_, "whole": _short(whole), "other": other}
            yield Hit(part, f"{one_:f}", facts)


def _no_items(case: Case) -> Iterator[Hit]:
    if case.has("items") and not case.table.items:
        yield Hit("items")


def _items_sum(case: Case) -> Iterator[Hit]:
    total, amounts = case.total, [row.amount for row in case.table.items]
    if not case.has("items") or not amounts or total is None or not all(map(_amount, amounts)):
        return
    found = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
    if found != total:
        yield Hit("funding.total", f"{total:f}", {"found": found, "total": total})


_OUTPUT = indicator("发放人数", "10人", "output.quantity")


def _dates_order(case: Case) -> Iterator[Hit]:
    start, end = case.table.project.start, case.table.project.end
    if isinstance(start, date) and isinstance(end, date) and start > end:
        yield Hit("project.end", end.isoformat(), {"start": start.isoformat(), "end": end.isoformat()})


def _year_outside(case: Case) -> Iterator[Hit]:
    """The budget year lies outside the project's dates, or title and period name another year."""
    table, year = case.table, case.table.fiscal_year
    if year is None:
        return
    start, end = table.project.start, table.project.end
    if isinstance(start, date) and isinstance(end, date) and not start.year <= year <= end.year and start <= end:
        yield Hit("project.start", start.isoformat(), {"told": f"项目起止日期为 {start} 至 {end}", "year": year})
    named = [int(found) for found in re.findall(r"(?<!\d)(20\d{2})年", table.project.period)]
    if named and not min(named) <= year <= max(named):
        yield Hit(
            "project.period", table.project.period, {"told": f"项目实施期写的是 {table.project.period}", "year": year}
        )
    if (found := re.match(r"(20\d{2})年", table.title)) and int(found[1]) != year:
        yield Hit("title", table.title, {"told": f"表题写的是 {found[0]}", "year": year})


def _procurement(case: Case) -> Iterator[Hit]:
    if not (case.prints("project.fixed_assets") and case.prints("project.procurement")):
        return
    amount, listed = case.table.project.fixed_assets, case.table.project.procurement.strip()
    if isinstance(amount, Decimal) and amount > 0 and not listed:
        told = f"固定资产采购金额 {yuan_text(amount)}，没有填写采购品目"
        yield Hit("project.procurement", "", {"told": told})
    elif listed and listed not in ("无", "不适用", "/") and (amount is None or amount == 0):
        yield Hit("project.fixed_assets", "", {"told": f"填写了采购品目“{listed[:30]}”，没有采购金额"})


RULES = (
    Rule(
        "head",
        "年度、部门、项目名称空白",
        BLOCK,
        "table",
        "form",
        "年度、部门、项目名称是否填写？",
        FORM,
        "“{field}”没有填写",
        _head,
        wrong=(one("项目名称空白", project=project(" ")),),
        right=(one("项目名称“优抚对象门诊补助”"),),
    ),
    Rule(
        "amount",
        "资金总额空白或不是金额",
        BLOCK,
        "table",
        "form",
        "资金总额是否填写，是否为不小于零的金额？",
        FORM,
        "{told}",
        _amount_missing,
        wrong=(one("资金总额空白", funding=Funding()), one("资金总额 -1元", total="-1")),
        right=(one("资金总额 10万元"),),
    ),
    Rule(
        "unread",
        "金额、日期、百分比不能识别",
        BLOCK,
        "table",
        "form",
        "金额、日期、支出计划的百分比能不能识别？",
        FORM,
        "“{field}”不能识别为{what}，已按原文保留",
        _unread(False),
        wrong=(one("10月底支出计划 10075.00%", spend_plan=plan("25", "50", "10075.00%", None)),),
        right=(one("10月底支出计划 75%", spend_plan=plan("25", "50", "75", "100")),),
    ),
    Rule(
        "unread-number",
        "权重、数值不能识别",
        WARN,
        "table",
        "form",
        "权重和数值栏能不能识别？",
        PRACTICE,
        "“{field}”不能识别为{what}，已按原文保留",
        _unread(True),
        wrong=(rows("权重“十”", indicator("发放人数", "10人", "output.quantity", weight="十")),),
        right=(rows("权重空白", _OUTPUT),),
    ),
    Rule(
        "mandatory",
        "必填项没有填写",
        BLOCK,
        "table",
        "form",
        "必填项是否都填了？",
        FORM,
        "“{field}”{told}",
        _mandatory,
        wrong=(one("年度绩效目标空白", goals=goals("")), one("年度绩效目标“略”", goals=goals("略"))),
        right=(one("年度绩效目标已填写"),),
    ),
    Rule(
        "blank",
        "栏目空白",
        INFO,
        "table",
        "form",
        "表式印有的栏目是否都填了？",
        FORM,
        "“{field}”没有填写",
        _blank,
        wrong=(one("项目用途空白", spend_plan=plan("25", "50", "75", "100")),),
        right=(one("汇总表没有这些栏目", layout="zhuzhou-2", kind="summary", goals=goals("做好优抚", "做好优抚")),),
    ),
    Rule(
        "sum",
        "合计不等于各部分之和",
        BLOCK,
        "table",
        "form",
        "财政资金＋其他资金＝资金总额？基本支出＋项目支出＝总额？",
        FORM,
        "{names}合计 {sum:,.2f} 元，与“{whole}” {stated:,.2f} 元不等",
        _sums,
        wrong=(one("总额 10万元，财政 9万元，其他 0", funding=funding(total="100000", fiscal="90000", other="0")),),
        right=(
            one("总额 10万元，财政 9万元，其他 1万元", funding=funding(total="100000", fiscal="90000", other="10000")),
        ),
    ),
    Rule(
        "part-larger",
        "部分大于整体",
        WARN,
        "table",
        "form",
        "中央转移支付、政府购买服务、固定资产采购、本年度金额是否不超过总额？",
        FORM,
        "“{part}” {one:,.2f} 元，大于“{whole}” {other:,.2f} 元",
        _larger,
        wrong=(one("总额 10万元，本年度 12万元", layout="longhua", funding=funding(total="100000", annual="120000")),),
        right=(one("总额 10万元，本年度 8万元", layout="longhua", funding=funding(total="100000", annual="80000")),),
    ),
    Rule(
        "no-items",
        "汇总表没有项目",
        BLOCK,
        "table",
        "form",
        "汇总表是否列出了项目？",
        FORM,
        "汇总表还没有项目",
        _no_items,
        wrong=(one("汇总表空白", layout="zhuzhou-2", kind="summary"),),
        right=(one("汇总表一行", layout="zhuzhou-2", kind="summary", items=[item("一", "培训", "100000")]),),
    ),
    Rule(
        "items-sum",
        "汇总表合计不对",
        BLOCK,
        "table",
        "form",
        "汇总表的合计是否等于各行之和？",
        FORM,
        "各行金额合计 {found:,.2f} 元，与“合计” {total:,.2f} 元不等",
        _items_sum,
        wrong=(
            one("合计 10万元，各行 9万元", layout="zhuzhou-2", kind="summary", items=[item("一", "培训", "90000")]),
        ),
        right=(
            one("合计 10万元，各行 10万元", layout="zhuzhou-2", kind="summary", items=[item("一", "培训", "100000")]),
        ),
    ),
    Rule(
        "dates-order",
        "完成日期早于开始日期",
        "block",
        "table",
        "form",
        "计划完成日期是否不早于计划开始日期？",
        FORM,
        "计划完成日期 {end} 早于计划开始日期 {start}",
        _dates_order,
        wrong=(
            one("2021-12-31 至 2021-01-01", project=project("培训", start=date(2021, 12, 31), end=date(2021, 1, 1))),
        ),
        right=(
            one("2021-01-01 至 2021-12-31", project=project("培训", start=date(2021, 1, 1), end=date(2021, 12, 31))),
        ),
    ),
    Rule(
        "year-outside",
        "年度前后不一",
        WARN,
        "table",
        "form",
        "起止日期、实施期、表题里的年份与预算年度是否一致？",
        PRACTICE,
        "{told}，预算年度是 {year} 年",
        _year_outside,
        wrong=(
            one(
                "2021 年度的项目，日期 2019-01-01 至 2019-12-31",
                project=project("培训", start=date(2019, 1, 1), end=date(2019, 12, 31)),
            ),
            one("2021 年度的项目，实施期“2020年度”", project=Project(name="培训", period="2020年度")),
        ),
        right=(
            one(
                "日期 2020-01-06 至 2022-12-31",
                project=project("平台建设", start=date(2020, 1, 6), end=date(2022, 12, 31)),
            ),
            one("实施期“2020年—2022年”", project=Project(name="培训", period="2020年—2022年")),
        ),
    ),
    Rule(
        "procurement",
        "采购金额与品目不配",
        WARN,
        "table",
        "form",
        "有固定资产采购金额的是否填了品目，有品目的是否填了金额？",
        PRACTICE,
        "{told}",
        _procurement,
        wrong=(
            one(
                "采购金额 12万元，品目空白", layout="longhua", project=project("设备购置", fixed_assets=Decimal(120000))
            ),
        ),
        right=(
            one(
                "采购金额 12万元，品目“台式电脑”",
                layout="longhua",
                project=project("设备购置", fixed_assets=Decimal(120000), procurement="台式电脑"),
            ),
        ),
    ),
)
