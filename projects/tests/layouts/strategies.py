"""Random target tables of each kind, with texts as a cell of a form can hold them."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from indicators.categories import NATIONAL, category
from indicators.targets import understood
from projects.layouts import get_layout
from projects.targettable import (
    Cost,
    DepartmentRef,
    Funding,
    Goals,
    Indicator,
    Item,
    PlanPoint,
    Project,
    Section,
    TargetTable,
    Task,
)

# Odd things people type, and words that mean something elsewhere on a form: labels, headings, categories, captions.
WORDS = [
    "优抚对象", "补助发放", "=1+1", "+86", "-5", "a&b<c>", "《办法》", "≥95%", "不适用", "3.5", "00123", "２０２３年",
    "1,008.14", "𠮷野家", "甲 乙", "全角　空格", "90%以上", "每月15日前", "——", "“引号”", "x" * 80, "长期坚持。" * 30,
    "项目用途：购置设备", "其他资金", "其他资金：5", "单位：元", "填报单位：各街道", "联系人：李四",
    "第一部分", "附表1", "编制绩效目标表", "数量指标", "产出指标", "经济效益", "满意度", "时效", "项目名称",
    "项目名称：甲", "一级指标", "项目金额", "绩效目标：乙", "栏目", "内容", "（无）", "事项",
    "单位负责人签字：", "附：本表式未设栏目的内容",
]  # fmt: skip
words = st.sampled_from(WORDS)
filled = words
text = st.one_of(st.just(""), filled)
paragraphs = st.lists(filled, max_size=4).map("\n".join)
money = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**12).map(lambda cents: Decimal(cents) / 100),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("1008.14"), Decimal(20000), "约100", "待定"]),
)
percent = st.one_of(
    st.none(), st.sampled_from([Decimal(0), Decimal(25), Decimal("33.333"), Decimal(100), "10075.00%", "未定"])
)
day = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2049, 12, 31)), st.sampled_from(["2021-02-30", "长期"]))
FORMS = {
    "project": ["longhua", "hebei", "zhuzhou-3", "mof-2015"],
    "department": ["zhuzhou-1"],
    "summary": ["zhuzhou-2"],
}


@st.composite
def indicators(draw: st.DrawFn, form: str) -> list[Indicator]:
    """Rows grouped by category in the form's order, as an officer leaves them; several to a category."""
    layout = get_layout(form)
    printed = layout.categories if layout and layout.categories else NATIONAL
    rows = []
    for code in draw(st.lists(st.sampled_from(sorted(printed)), unique=True, max_size=5)):
        level1, level2 = printed[code]
        for _ in range(draw(st.integers(1, 2))):
            row = Indicator(level1, level2, draw(filled), value=draw(text), category=category(level1, level2))
            row.operator, row.quantity, row.unit = understood(row.value)
            row.description, row.basis, row.standard = draw(text), draw(text), draw(text)
            row.weight = draw(st.sampled_from([None, None, Decimal(10), Decimal("2.5")]))
            rows.append(row)
    return rows


def part(kind: type, draw: st.DrawFn, **special: st.SearchStrategy[Any]) -> Any:
    """Return a part of a table with every field drawn."""
    return kind(**{f.name: draw(special.get(f.name, text)) for f in fields(kind)})


PROJECT_FIELDS = {
    "code": st.sampled_from(["", "13030321033M82CPMGECI", "0012"]),
    "name": filled,
    "start": day,
    "end": day,
    "overview": paragraphs,
    "purpose": paragraphs,
    "fixed_assets": money,
}


@st.composite
def random_tables(draw: st.DrawFn, kind: str = "project") -> TargetTable:
    """A table that uses every field of the interchange form, filed in one of the forms of its kind."""
    form = draw(st.sampled_from(FORMS[kind]))
    table = TargetTable(layout=form, kind=kind, fiscal_year=draw(st.integers(2020, 2030)), title="某项目绩效目标表")
    table.department = DepartmentRef(
        draw(st.sampled_from(["", "321001"])), draw(st.sampled_from(["某市某局", "办公室"]))
    )
    table.project = part(Project, draw, **PROJECT_FIELDS)
    table.funding = Funding(**{f.name: draw(money) for f in fields(Funding)})
    table.goals = Goals(draw(paragraphs), draw(paragraphs))
    table.duties = draw(paragraphs)
    months = ["03", "06", "10", "12"]
    if form == "hebei" or draw(st.booleans()):
        table.spend_plan = [PlanPoint(by, draw(percent)) for by in months]
    table.indicators = draw(indicators(form))
    table.period_indicators = draw(indicators(form))
    table.tasks = draw(st.lists(st.builds(Task, filled, text, text), max_size=2))
    table.costs = draw(st.lists(st.builds(Cost, filled, text, money, paragraphs), max_size=2))
    table.items = draw(st.lists(st.builds(Item, st.just("一"), filled, money, text, text), max_size=2))
    table.sections = draw(st.lists(st.builds(Section, filled, paragraphs), max_size=2))
    keys = st.sampled_from(["项目负责人", "联系电话", "实施单位", "所属专项金额", "审核意见（一）"])
    # Signature lines hold a name or a number; another label there would be the next signature.
    signed = st.sampled_from(["张三", "0335-1234567", "某局办公室"])
    table.extra = draw(st.dictionaries(keys, signed, max_size=3))
    return table
