"""What a label about money means: which part of the funding, of the year or of the whole period.

Which field that is depends on the whole form (a form with the year's amounts beside the project's has others than
one with the year's alone), so labels first become a :class:`Money`, and :func:`resolve` names the fields at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

YEAR, WHOLE, SPENT, BEFORE, HALF = "year", "whole", "spent", "before", "half"


@dataclass(frozen=True, slots=True)
class Money:
    """``part``: a leaf of the funding (``total fiscal other …``), ``""`` for money without a field of its own.

    ``span``: ``year``, ``whole`` (the project's whole period), ``spent`` or ``before`` (not a target), or ``""``.
    ``start``: of two amounts of the year the one at its beginning.
    """

    part: str
    span: str = ""
    start: bool = False


_NOT_MONEY = re.compile(
    r"执行率|支付率|支出率|完成率|占比|比例|比率|得分|分值|权重|科目|编码|代码|性质|用途|方向|依据|说明|绩效|管理(?!资金)|"
    r"情况|部门(?!预算)|单位(?!资金|自有|自筹|收入)|年度$|来源$|负责|内容|范围|时间|日期|进度|计划$|(?<!预算)安排$|类型|类别|分类|明细|事项|项目名"
)
_NOUN = re.compile(
    r"^(中央|省级?|市级?|区级?|县级?|市县|地方|本级|上级)(财政|配套)$|资金|金额|预算|投资|拨款|经费|补助|收入|基金|转移支付|自筹|总额|总计|合计|小计|执行数|支出$|结转|结余|专户|额度|贷款|债券"
)
# A label about money is made of these words and no others: 农村危房改造补助资金 names a project.
_MADE_OF = re.compile(
    r"(项目|专项|预算|年度|当年|本年|全年|年初|今年|年|中期|长期|实施|期|周期|总|其中|申请|申报|安排|下达|财政|拨款|性|资金|金额|总额|总量|"
    r"规模|投资|投入|经费|支出|数|额|合计|小计|总计|一般|公共|政府|基金|购买|服务|中央|地方|上级|本级|省级|市级|区级|县级|省|市|区|县|级|"
    r"其他|其它|自筹|自有|单位|社会|资本|补助|补贴|转移支付|非税|收入|事业|经营|结转|结余|上年|上|执行|实际|到位|概算|调整|后|固定资产|采购|"
    r"专户|管理|国有|债券|债务|贷款|银行|基本|核定|批复|拟|计划|20\d\d|的|及|和|三|总体|整体|全部|以前|前|历年|前年|内|外|配套|捐赠|预计|累计|"
    r"所需|构成|组成|使用|额度|本次|按|来源|部门|情况|保险|非|度)+"
)
_SPENT = re.compile(r"执行|实际|已支|到位|支出数|决算|完成")
_BEFORE = re.compile(r"调整前|结转|结余|上年|上一年|前年|以前|去年|历年")
_WHOLE = re.compile(r"中期|长期|实施期|项目期|周期|总投资|概算|项目总|三年|全部|整个|20\d\d年?[-—~至到]20\d\d")
_YEAR = re.compile(r"年度|当年|本年|全年|今年|年初|20\d\d年|当期|本次|调整")
_PARTS = (
    ("fixed_assets", re.compile(r"固定资产")),
    ("government_purchase", re.compile(r"政府购买服务")),
    ("government_fund", re.compile(r"政府性基金")),
    ("central_transfer", re.compile(r"中央(?!.*地方$)|上级补助中央")),
    ("", re.compile(r"专户|国有资本|债券|债务|贷款|银行|地方|上级|省级|市级|区级|县级|省补|市补|配套|社会保险|非税")),
    ("general_budget", re.compile(r"一般公共预算")),
    ("basic_expenditure", re.compile(r"基本支出")),
    ("project_expenditure", re.compile(r"^项目支出(预算|金额|合计|小计)?$")),
    ("other", re.compile(r"其他|其它|自筹|自有|单位(资金|收入)|社会(资金|资本|投资)|非财政|事业收入|经营收入|预算外")),
    (
        "fiscal",
        re.compile(
            r"财政(性|预算|专项)?(拨款|资金|安排|投入|补助|经费|拨付|支出)|政府预算(资金|安排)|预算内|本级(财政|安排|资金)|财政$"
        ),
    ),
    (
        "total",
        re.compile(
            r"总额|总量|总计|合计|小计|总金额|总投资|总预算|总规模|规模|金额|预算数|额度|预算|投资|经费|资金|拨款|执行数|支出$"
        ),
    ),
)


@lru_cache(maxsize=4096)
def money_of(label: str) -> Money | None:
    """Return what a bare label says about money, ``None`` when it is about something else."""
    if (
        not label
        or len(label) > 22
        or not _NOUN.search(label)
        or _NOT_MONEY.search(label)
        or not _MADE_OF.fullmatch(label)
    ):
        return None
    part = next((name for name, pattern in _PARTS if pattern.search(label)), "")
    if _SPENT.search(label):
        return Money("", SPENT)
    if _BEFORE.search(label):
        return Money("", BEFORE)
    span = WHOLE if _WHOLE.search(label) else YEAR if _YEAR.search(label) else ""
    return Money(part, span, start="年初" in label)


def crossed(row: Money, column: Money) -> Money:
    """Return what stands where a row of amounts meets a column of amounts."""
    if SPENT in (row.span, column.span) or BEFORE in (row.span, column.span):
        return Money("", SPENT if SPENT in (row.span, column.span) else BEFORE)
    span = column.span or row.span
    if not row.part or not column.part:
        return Money("", span)
    part = row.part if row.part != "total" else column.part
    return Money(part, span, column.start or row.start)


_PLAIN = {"central_transfer", "government_purchase", "government_fund", "basic_expenditure", "project_expenditure"}


def resolve(found: Iterable[Money], kind: str) -> dict[Money, str]:
    """Return the field of each kind of money a table has; those without one are left out."""
    every = set(found)
    totals = {money.span for money in every if money.part == "total"}
    # An amount that names no time is the whole project's where the year's stands beside it.
    both = YEAR in totals and len(totals & {WHOLE, ""}) > 0
    named = {money.part for money in every}
    if YEAR not in totals and totals >= {WHOLE, ""}:
        both, year = True, ""  # 预算金额 beside 项目总金额 is the year's
    else:
        year = YEAR
    result: dict[Money, str] = {}
    starts = {(money.part, money.span) for money in every if money.start}
    for money in every:
        part = money.part
        if not part or money.span in (SPENT, BEFORE) or ((part, money.span) in starts and not money.start):
            continue
        if part == "fixed_assets":
            result[money] = "project.fixed_assets"
            continue
        if part == "general_budget" and kind != "department" and not {"fiscal", "government_fund"} & named:
            part = "fiscal"  # the only fiscal money of a project's form
        if part in ("total", "fiscal", "other") and both and money.span == year and (year or part == "total"):
            result[money] = "funding.annual" if part == "total" else f"funding.annual_{part}"
        else:
            result[money] = f"funding.{part}"
    return result


def money_at(path: str) -> Money | None:
    """Return the kind of money that a field of the funding holds, ``None`` for any other field."""
    if path == "project.fixed_assets":
        return Money("fixed_assets")
    first, _, leaf = path.partition(".")
    if first != "funding":
        return None
    if leaf.startswith("annual"):
        return Money(leaf.removeprefix("annual").lstrip("_") or "total", "year")
    return Money(leaf)
