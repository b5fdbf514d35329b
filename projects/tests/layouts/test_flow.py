"""Running text, as a PDF leaves it: labels and categories divide it, what cannot be divided is kept and reported."""

from __future__ import annotations

from decimal import Decimal

import pytest

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.layouts.flow import join_lines
from projects.tests.layouts.helpers import codes


def read(text: str) -> list[ReadTable]:
    return read_tables(open_document(text.encode(), "表.txt"))


ZHUZHOU = """附表3

2023年区级专项资金支出方向绩效目标表

填报单位：某区某局（盖章） 金额单位：万元

支出方向
（子项） 烈士纪念设施整修 所属专项 名称 烈士纪念设施专项

项目金额 2 金额 5

项目实施期 2023年度

实施期绩效目标 烈士墓日常维护。

年度绩效目标 做好烈士墓的日常维护。

年度绩效指标 一级指标 二级指标 三级指标 指标值及单位 绩效标准

产出指标

数量指标 烈士墓数量 12座 计划标准

质量指标

时效指标 实施时间 2023年12月底前 计划标准

成本指标

效益指标

社会效益指标 提高社会群体对烈士的
尊崇

有效提升 计划标准

社会公众及服务对象满意度指标 社会满意度 ≥95% 计划标准

支出明细及测算说明 支出内容简介 支出明细 金额 支出测算依据及过程说明

日常维护烈士墓 2 依据条例精神

合计 2

单位负责人签字：王五

填表人：张三 联系电话：0731-1234567
"""


def test_zhuzhou_as_running_text() -> None:
    (found,) = read(ZHUZHOU)
    table = found.table
    assert (table.layout, table.fiscal_year, table.department.name) == ("zhuzhou-3", 2023, "某区某局")
    assert (table.project.name, table.project.parent, table.project.period) == (
        "烈士纪念设施整修",
        "烈士纪念设施专项",
        "2023年度",
    )
    assert table.funding.total == Decimal(20000)
    assert (table.goals.period, table.goals.annual) == ("烈士墓日常维护。", "做好烈士墓的日常维护。")
    assert [(i.level1, i.level2, i.name, i.value, i.standard) for i in table.indicators] == [
        ("产出指标", "数量指标", "烈士墓数量", "12座", "计划标准"),
        ("产出指标", "质量指标", "", "", ""),
        ("产出指标", "时效指标", "实施时间", "2023年12月底前", "计划标准"),
        ("产出指标", "成本指标", "", "", ""),
        ("效益指标", "社会效益指标", "提高社会群体对烈士的尊崇", "有效提升", "计划标准"),
        ("效益指标", "社会公众及服务对象满意度指标", "社会满意度", "≥95%", "计划标准"),
    ]
    # The list of costs cannot be divided: its text is kept.
    assert table.costs == []
    assert table.extra == {
        "所属专项金额": "5",
        "其他文字": "日常维护烈士墓 2 依据条例精神\n合计 2",
        "单位负责人签字": "王五",
        "填表人": "张三",
        "联系电话": "0731-1234567",
    }
    assert codes(found) == [("loose-text", 41), ("loose-text", 43), ("list-missing", 0), ("list-not-divided", 39)]


HEBEI = """3.优抚“解三难”资金绩效目标表

321001某市某局 单位：元

项目编码 130303213XC8E0FI5TM0D 项目名称 优抚“解三难”资金

预算规模及资金用途 预算数 150000.00 其中：财政资金 150000.00 其他资金 0

主要用于退役军人解三难支出

资金支出计划（%） 3月底 6月底 10月底 12月底

25.00% 50.00% 75.00% 100.00%

绩效目标 1.解决优抚对象困难；
2.有效改善困难群众生活

一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据

产出指标 数量指标 帮扶率 实际帮扶人数占申请人数的比例 100% 年度工作计划

质量指标 补助发放准确率 100% 年度工作计划

满意度指标 服务对象满意度指标 帮扶对象满意度 随机抽样调查 ≥95% 年度工作计划
"""


def test_hebei_as_running_text() -> None:
    (found,) = read(HEBEI)
    table = found.table
    assert (table.layout, table.department.code, table.department.name) == ("hebei", "321001", "某市某局")
    assert (table.project.code, table.project.name) == ("130303213XC8E0FI5TM0D", "优抚“解三难”资金")
    assert table.project.purpose == "主要用于退役军人解三难支出"
    f = table.funding
    assert [f.total, f.fiscal, f.other] == [Decimal(150000), Decimal(150000), Decimal(0)]
    assert [(p.by, p.percent) for p in table.spend_plan] == [
        ("03", Decimal(25)), ("06", Decimal(50)), ("10", Decimal(75)), ("12", Decimal(100)),
    ]  # fmt: skip
    assert table.goals.annual == "1.解决优抚对象困难；\n2.有效改善困难群众生活"
    assert [(i.level1, i.level2, i.name, i.description, i.value, i.basis) for i in table.indicators] == [
        ("产出指标", "数量指标", "帮扶率", "实际帮扶人数占申请人数的比例", "100%", "年度工作计划"),
        ("产出指标", "质量指标", "补助发放准确率", "", "100%", "年度工作计划"),
        ("满意度指标", "服务对象满意度指标", "帮扶对象满意度", "随机抽样调查", "≥95%", "年度工作计划"),
    ]
    assert codes(found) == [("description-not-divided", 22)]


def test_missing_months_cannot_be_placed_and_are_reported() -> None:
    (found,) = read(HEBEI.replace("25.00% 50.00% 75.00% 100.00%", "50.00% 100.00%"))
    assert [p.percent for p in found.table.spend_plan] == [None, None, None, "50.00% 100.00%"]
    assert [code for code, _ in codes(found)] == ["percent-unreadable", "cells-not-divided", "description-not-divided"]


def test_a_second_row_in_a_category_is_reported() -> None:
    second = "100% 年度工作计划 慰问次数 4次 年度工作计划"
    (found,) = read(HEBEI.replace("的比例 100% 年度工作计划", f"的比例 {second}"))
    assert found.table.indicators[0].basis == "年度工作计划慰问次数4次年度工作计划"
    assert codes(found) == [("rows-not-divided", 20), ("description-not-divided", 22)]


def test_a_row_without_a_value_is_reported() -> None:
    (found,) = read(HEBEI.replace("补助发放准确率 100% 年度工作计划", "补助发放准确率 年度工作计划"))
    row = found.table.indicators[1]
    assert (row.name, row.value) == ("补助发放准确率年度工作计划", "")
    assert codes(found) == [("value-blank", 22), ("value-not-found", 22)]


def test_text_that_is_no_form_yields_no_table() -> None:
    assert read("项目支出绩效目标表\n\n请各单位按照要求填报。\n\n谢谢。") == []
    assert read("通知") == []


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        ("", ""),
        ("一行", "一行"),
        ("满满满满满满满满满\n接着写。", "满满满满满满满满满接着写。"),
        ("短。\n另起一段", "短。\n另起一段"),
        ("满满满满满满满满。\n1.另一条", "满满满满满满满满。\n1.另一条"),
        ("满满满满满满满满，\n1.不是另一条", "满满满满满满满满，1.不是另一条"),
        ("满满满满满满满满满\n2020年接着写", "满满满满满满满满满2020年接着写"),
        ("满满满满满满满满。\n（二）另一条", "满满满满满满满满。\n（二）另一条"),
        ("  甲  \n\n 乙 ", "甲\n乙"),
    ],
)
def test_join_lines_broken_at_the_width_of_a_column(body: str, joined: str) -> None:
    assert join_lines(body, 18) == joined
