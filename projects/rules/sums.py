"""Arithmetic inside texts, and the costs that should add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

from projects.findings import WARN
from projects.layouts.names import name_of
from projects.layouts.steps import leaf_of
from projects.rules.arithmetic import formulas
from projects.rules.case import Case, yuan_text
from projects.rules.engine import FORM, PRACTICE, Hit, Rule
from projects.rules.samples import cost, funding, one
from projects.targettable import Funding

_PARTS = (
    *(f"funding.{part.name}" for part in fields(Funding) if part.name != "total"),
    "project.fixed_assets",
)


def _amount_sign(case: Case) -> Iterator[Hit]:
    """Amounts below nothing, and a project without any money; a negative total is the rule ``amount``."""
    amounts = [(path, leaf_of(case.table, path)) for path in _PARTS if case.prints(path)]
    amounts += [(f"costs.{index}.amount", row.amount) for index, row in enumerate(case.table.costs)]
    amounts += [(f"items.{index}.amount", row.amount) for index, row in enumerate(case.table.items)]
    for path, amount in amounts:
        if isinstance(amount, Decimal) and amount < 0:
            yield Hit(path, f"{amount:f}", {"told": f"“{name_of(path)}”是负数"})
    if case.table.kind == "project" and case.total == 0:
        yield Hit("funding.total", "0", {"told": "“资金总额”是 0"})


def _costs_sum(case: Case) -> Iterator[Hit]:
    amounts = [row.amount for row in case.table.costs if row.amount is not None]
    total = case.total
    if not case.has("costs") or not amounts or total is None or any(isinstance(amount, str) for amount in amounts):
        return
    found = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
    if found != total:
        yield Hit("funding.total", f"{total:f}", {"found": found, "total": total})


def _arithmetic(case: Case) -> Iterator[Hit]:
    tolerance = case.setup.threshold("arithmetic_tolerance")
    for path, text in case.texts:
        for formula in formulas(text):
            if formula.differs(tolerance):
                computed = f"{formula.computed.normalize():,f}{'元' if formula.yuan else ''}"
                yield Hit(path, text, {"formula": formula.text[:80], "computed": computed})


def _cost_amount(case: Case) -> Iterator[Hit]:
    """The only formula of a cost row states another amount than the row."""
    tolerance = case.setup.threshold("arithmetic_tolerance")
    for index, row in enumerate(case.table.costs):
        found = [formula for formula in formulas(f"{row.detail}\n{row.basis}") if formula.yuan]
        if len(found) != 1 or not isinstance(row.amount, Decimal) or not row.amount:
            continue
        if abs(found[0].stated - row.amount) > tolerance * row.amount:
            facts = {"formula": found[0].text[:80], "amount": yuan_text(row.amount)}
            yield Hit(f"costs.{index}.amount", f"{row.amount:f}", facts)


RULES = (
    Rule(
        "amount-sign",
        "金额为负数或为 0",
        WARN,
        "table",
        "funding",
        "各项金额是不是写成了负数，资金总额是不是 0？",
        PRACTICE,
        "{told}，请核对",
        _amount_sign,
        wrong=(
            one("其他资金 -1万元", funding=funding(total="100000", fiscal="110000", other="-10000")),
            one("资金总额 0", total="0"),
        ),
        right=(one("资金总额 10万元，其他资金 0", funding=funding(total="100000", fiscal="100000", other="0")),),
    ),
    Rule(
        "arithmetic",
        "算式算不平",
        WARN,
        "table",
        "funding",
        "测算依据等文字里的算式重新计算，结果对不对？",
        PRACTICE,
        "“{formula}”重新计算为 {computed}",
        _arithmetic,
        wrong=(
            one("2元×40份=80万元", costs=[cost("资料", "800000", "2元×40份=80万元")]),
            one(
                "2380元/人/月*12个月*112人=320万元",
                costs=[cost("岗位补助", "3200000", "工资、社保约2380元/人/月*12个月*112人=320万元")],
            ),
        ),
        right=(
            one("16人×10000元/人=160000元", costs=[cost("奖励", "160000", "16人×10000元/人=160000元")]),
            one("100-20=80万元，各数都以万元计", costs=[cost("培训", "800000", "100-20=80万元")]),
            one("350元/(人·天)×80人×3天=8.4万元", costs=[cost("培训", "84000", "350元/(人·天)×80人×3天=8.4万元")]),
            one("分数 1/3*90万元=30万元", costs=[cost("培训", "300000", "1/3*90万元=30万元")]),
            one("3.5万元+2万元×3期=9.5万元", costs=[cost("培训", "95000", "3.5万元+2万元×3期=9.5万元")]),
        ),
    ),
    Rule(
        "cost-amount",
        "测算结果与金额不符",
        WARN,
        "table",
        "funding",
        "测算依据里算出的数与本行金额是否相同？",
        PRACTICE,
        "测算依据“{formula}”与本行金额 {amount} 不符",
        _cost_amount,
        wrong=(
            one(
                "金额 15万元，依据“16人×10000元/人=160000元”",
                costs=[cost("奖励", "150000", "16人×10000元/人=160000元")],
            ),
        ),
        right=(
            one(
                "金额 16万元，依据“16人×10000元/人=160000元”",
                costs=[cost("奖励", "160000", "16人×10000元/人=160000元")],
            ),
        ),
    ),
    Rule(
        "costs-sum",
        "支出明细合计不对",
        WARN,
        "table",
        "funding",
        "支出明细的金额合计是否等于资金总额？",
        FORM,
        "支出明细合计 {found:,.2f} 元，与“资金总额” {total:,.2f} 元不等",
        _costs_sum,
        wrong=(one("总额 10万元，明细 9万元", layout="zhuzhou-3", costs=[cost("培训", "90000")]),),
        right=(one("总额 10万元，明细 10万元", layout="zhuzhou-3", costs=[cost("培训", "100000")]),),
    ),
)
