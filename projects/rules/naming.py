"""Names, descriptions and bases of indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.targets import Kind
from projects.findings import INFO, WARN
from projects.rules import words
from projects.rules.case import COST, Case, Row
from projects.rules.engine import MOF_88, MOF_101, PRACTICE, Hit, Rule
from projects.rules.samples import row

_OBJECTLESS = re.compile(
    "(?:覆盖|完成|合格|达标|及时|准确|落实|到位|使用|增长|发放|达成|通过)率|(?:工作|项目|总体)?时效性?|全年性?|年度"
)


_NO_BASIS = ("", "无", "暂无", "没有", "不适用", "null")


def _category_name(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind != Kind.NOT_APPLICABLE and words.CATEGORY_NAME.fullmatch(words.bare(row.name)):
        yield row.hit("name")


def _short_name(row: Row, case: Case) -> Iterator[Hit]:
    if _OBJECTLESS.fullmatch(words.bare(row.name)) and words.plain(row.description) in ("", words.plain(row.name)):
        yield row.hit("name")


def _description_is_name(row: Row, case: Case) -> Iterator[Hit]:
    if row.description and words.plain(row.description) == words.plain(row.name):
        yield row.hit("description")


def _basis_missing(row: Row, case: Case) -> Iterator[Hit]:
    if (
        case.prints(f"{row.rows}.basis")
        and words.plain(row.item.basis) in _NO_BASIS
        and row.target.kind != Kind.NOT_APPLICABLE
    ):
        yield row.hit("basis")


def _basis_general(row: Row, case: Case) -> Iterator[Hit]:
    basis = words.plain(row.item.basis)
    if len(basis) > 1 and row.target.kind != Kind.NOT_APPLICABLE and words.GENERAL_BASIS.fullmatch(basis):
        if words.NAMED_BASIS.fullmatch(basis):
            return
        yield row.hit("basis", basis=row.item.basis.strip()[:40])


def _input(row: Row, case: Case) -> Iterator[Hit]:
    if row.group in ("output", "outcome") and row.category not in COST and words.INPUT.search(row.name):
        yield row.hit("name")


RULES = (
    Rule(
        "short-name",
        "指标名称没有对象",
        INFO,
        "row",
        "clarity",
        "看名称能不能知道是什么的覆盖率、完成率、时效？",
        MOF_88,
        "看“{name}”不知道考核的是什么，请写明对象和内容",
        _short_name,
        wrong=(row("覆盖率", "100%"), row("工作时效", "1年", "output.timeliness")),
        right=(row("优抚对象覆盖率", "100%"), row("覆盖率", "100%", description="实际享受待遇人数占应享受人数的比例")),
    ),
    Rule(
        "category-name",
        "指标名称只写了类别",
        WARN,
        "row",
        "clarity",
        "指标名称是不是只写了“社会效益”“数量指标”？",
        MOF_88,
        "“{name}”是指标的类别，请写具体的指标名称",
        _category_name,
        wrong=(row("社会效益", "提升", "outcome.social"), row("数量指标", "10个", "output.quantity")),
        right=(row("社会效益", "不适用", "outcome.social"), row("慰问部队数量", "10个", "output.quantity")),
    ),
    Rule(
        "description-name",
        "指标解释照抄名称",
        WARN,
        "row",
        "clarity",
        "指标解释有没有说明指标的含义和计算方法？",
        PRACTICE,
        "“{name}”的解释与名称相同，请说明含义和计算方法",
        _description_is_name,
        wrong=(row("补助落实率", "100%", description="补助落实率"),),
        right=(row("补助落实率", "100%", description="实际领取人数占应领取人数的比例"),),
    ),
    Rule(
        "basis-missing",
        "没有确定依据",
        INFO,
        "row",
        "form",
        "表式要求填写指标值依据的，是否填写？",
        MOF_101,
        "“{name}”没有填写指标值确定依据",
        _basis_missing,
        wrong=(row("补助落实率", "100%", basis=""), row("补助落实率", "100%", basis="无")),
        right=(row("补助落实率", "100%", basis="某市优抚对象补助管理办法"),),
    ),
    Rule(
        "basis-general",
        "确定依据笼统",
        INFO,
        "row",
        "clarity",
        "凭所写的依据能不能找到那份文件？",
        PRACTICE,
        "“{name}”的依据“{basis}”过于笼统，请写明文件名称、文号或数据来源",
        _basis_general,
        wrong=(row("补助落实率", "100%", basis="年度工作计划"), row("员工满意度", "95%", basis="单位工作需要")),
        right=(row("补助落实率", "100%", basis="《军人抚恤优待条例》"), row("采集率", "97%", basis="项目合同")),
    ),
    Rule(
        "input-as-output",
        "把投入当产出",
        WARN,
        "row",
        "results",
        "产出和效益指标说的是做成了什么，还是花了多少钱？",
        PRACTICE,
        "“{name}”说的是花钱的情况，不是产出或效益",
        _input,
        wrong=(row("资金使用效益", "按要求支出", "outcome.economic"), row("发放劳务费次数", "12次", "output.quantity")),
        right=(
            row("补助发放准确率", "100%"),
            row("支付及时率", "100%", "output.timeliness"),
            row("预算支出率", "100%", "output.cost"),
        ),
    ),
)
