"""Labels without blanks, brackets, marks and numbering."""

from __future__ import annotations

import pytest

from projects.layouts.labels import norm, squeeze, unit_of


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("项目名称", "项目名称"),
        ("项目总金额\n（万元）", "项目总金额"),
        ("项目总金额 (万元)", "项目总金额"),
        ("中央转移支付资\n金（万元）", "中央转移支付资金"),
        ("其中：财政资金", "财政资金"),
        ("其中财政资金 ", "财政资金"),
        ("     政府性基金拨款", "政府性基金拨款"),
        ("名  称", "名称"),
        ("合\u3000计", "合计"),
        ("支出方向      （子项）", "支出方向"),
        ("支出明细及测算 说明", "支出明细及测算说明"),
        ("*项目名称", "项目名称"),
        ("项目名称＊", "项目名称"),
        ("项目名称：", "项目名称"),
        ("项目名称:", "项目名称"),
        ("一、项目名称", "项目名称"),
        ("（一）项目名称", "项目名称"),
        ("1.项目名称", "项目名称"),
        ("1、项目名称", "项目名称"),
        ("3月底", "3月底"),
        ("项目总（中期）目标", "项目总目标"),
        ("项目总(中期)目标", "项目总目标"),
        ("责任单位／科室", "责任单位/科室"),
        ("资金支出计划（%）", "资金支出计划"),
        ("（万元）", "(万元)"),
        ("项目〔重点〕名称", "项目名称"),
        ("", ""),
        ("长" * 61, ""),
    ],
)
def test_norm(text: str, bare: str) -> None:
    assert norm(text) == bare


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("项目总金额（万元）", "万元"),
        ("预算数(元)", "元"),
        ("金额（单位：千元）", "千元"),
        ("金额（亿元）", "亿元"),
        ("金额（ 万元 ）", "万元"),
        ("预算数", ""),
        ("资金支出计划（%）", ""),
        ("单位：万元", ""),
    ],
)
def test_unit_in_a_label(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_squeeze_takes_every_blank() -> None:
    assert squeeze(" 一\u3000二\n三\t四\u200b＊五* ") == "一二三四五"
