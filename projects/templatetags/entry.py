"""What the page of filling in needs besides its data: explanations of the cells with their sources, and small forms."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from projects.forms.entry import AttachmentForm, SubmitForm
from projects.models import TargetTable
from projects.permissions import may_edit

register = template.Library()

RULE_2015 = "财预〔2015〕88号《中央部门预算绩效目标管理办法》"
RULE_2021 = "财预〔2021〕101号《中央部门项目支出核心绩效目标和指标设置及取值指引（试行）》"
FORM = "本表式"


@register.simple_tag
def entry_help() -> dict[str, tuple[str, str]]:
    """Return ``{path without row: (explanation, source)}``; a first part alone stands for all below it."""
    indicator = {
        "level1": (_("产出、效益、满意度三类，按表式所印选择；可从菜单改为其他类别。"), RULE_2015),
        "level2": (_("一级指标的细分：数量、质量、时效、成本，经济、社会、生态效益和可持续影响等。"), RULE_2015),
        "name": (_("一个指标只说一件可以衡量的事，不写指标值。"), RULE_2021),
        "description": (_("说明指标含义、计算方法或取数口径。"), RULE_2021),
        "value": (_("写比较符号、数值和计量单位，如“≥95%”“不少于3场”；可以定量的不用“较好”“提高”。"), RULE_2021),
        "basis": (_("这个值从哪里来：计划、历史、行业标准，或文件、合同的名称。"), RULE_2015),
        "standard": (_("历史标准、行业标准、计划标准，或财政部门认可的其他标准。"), RULE_2015),
        "weight": (_("各指标权重之和应为 100。"), RULE_2021),
    }
    costs = {
        "content": (_("这一项支出买什么、做什么。"), FORM),
        "detail": (_("支出的明细科目或构成。"), FORM),
        "amount": (_("这一项的金额，单位见表头；各项之和应等于项目金额。"), FORM),
        "basis": (_("数量乘单价，并写明标准的出处。"), FORM),
    }
    found = {
        "department": (_("编制本表的预算部门或单位，用规范全称。"), RULE_2015),
        "project": (_("按预算批复或申报的项目填写，名称与预算系统一致。"), FORM),
        "project.start": (_("写成 2026-1-1、2026年1月1日或 20260101 都可以。"), FORM),
        "project.end": (_("不早于开始日期。写法同开始日期。"), FORM),
        "project.overview": (_("立项依据、主要内容、实施范围，分段写清。"), RULE_2015),
        "project.purpose": (_("资金用在哪些方面。"), FORM),
        "funding": (_("只写数，单位见表头；写“3万元”时按所写单位换算。没有的填 0。"), FORM),
        "funding.total": (_("项目资金总额，应等于各来源之和。"), FORM),
        "spend_plan": (_("到该月底为止的累计比例，后一期不小于前一期，年底一般为 100%。"), FORM),
        "goals": (_("指向明确、细化量化、合理可行、相应匹配；可分条写，一条一段。"), RULE_2015),
        "goals.period": (_("项目在整个实施期内预期达到的产出和效果。"), RULE_2015),
        "goals.annual": (_("本年度预期达到的产出和效果，与年度资金相匹配。"), RULE_2015),
        "duties": (_("部门三定方案规定的主要职责。"), RULE_2015),
        "tasks.item": (_("年度内的一项重点工作。"), FORM),
        "tasks.unit": (_("承办的科室或单位。"), FORM),
        "tasks.goal": (_("到年底要做到什么程度。"), FORM),
    }
    for rows in ("indicators", "period_indicators"):
        found |= {f"{rows}.{leaf}": entry for leaf, entry in indicator.items()}
    return found | {f"costs.{leaf}": entry for leaf, entry in costs.items()}


@register.simple_tag
def may_fill(user: Any, row: TargetTable) -> bool:
    return not may_edit(user, row)


@register.simple_tag
def submit_form() -> SubmitForm:
    return SubmitForm()


@register.simple_tag
def attachment_form() -> AttachmentForm:
    return AttachmentForm()
