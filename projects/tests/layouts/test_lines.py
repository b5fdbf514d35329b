"""Judgements about one line: title, divider, annex, caption, department, signature, markup."""

from __future__ import annotations

import pytest

from projects.grids.grid import Cell, Document, Grid, Origin, Paragraph, Row
from projects.layouts.lines import (
    begins_supplement,
    department_line,
    is_annex,
    is_coded_department,
    is_divider,
    is_title,
    lines_of,
    parse_department,
    signatures,
    unit_line,
)
from projects.layouts.supplement import HEADING
from projects.tests.layouts.helpers import line, paragraph


@pytest.mark.parametrize(
    "text",
    [
        "项目支出绩效目标表",
        "2023年部门整体支出绩效目标表",
        "2023年区级专项资金绩效目标汇总表",
        "2023年区级专项资金支出方向绩效目标表",
        "项目支出绩效目标申报表（2024年度）",
        "项目支出绩效目标申报表(2024年度)",
        "1.关于提前下达2021年中央优抚对象医疗保障经费预算的通知  医疗 秦财社（2020）835号绩效目标表",
        "3.优抚“解三难”资金绩效目标表",
        "项 目 支 出 绩 效 目 标 表",
        "项目支出\n绩效目标表",
    ],
)
def test_title(text: str) -> None:
    assert is_title(paragraph(text))


@pytest.mark.parametrize(
    "text", ["", "项目绩效目标", "附表1", "绩效目标表说明", "请填写。绩效目标表", "项目支出表", "绩效目标表1"]
)
def test_not_a_title(text: str) -> None:
    assert not is_title(paragraph(text))


def test_a_row_with_two_texts_is_no_title() -> None:
    assert not is_title(line("项目支出绩效目标表", "单位：元"))
    assert is_title(line("项目支出绩效目标表", "", ""))


@pytest.mark.parametrize(
    ("text", "divider", "annex"),
    [
        ("第一部分", True, False),
        (" 第 二 部 分 ", True, False),
        ("第十二部分", True, False),
        ("第一部分 总体", False, False),
        ("附表1", False, True),
        ("附件3-2：", False, True),
        ("附表一", False, True),
        ("附表", False, True),
        ("附表1 说明", False, False),
    ],
)
def test_divider_and_annex(text: str, divider: bool, annex: bool) -> None:
    assert (is_divider(text), is_annex(text)) == (divider, annex)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：元", "元"),
        ("金额：万元", "万元"),
        ("          金额单位：万元", "万元"),
        ("单位:万元", "万元"),
        ("（单位：万元）", "万元"),
        ("金额单位：（人民币）万元", "万元"),
        ("单位：万元人民币", "万元"),
        ("金额单位：人民币万元", "万元"),
        ("单位：（千元）", "千元"),
        ("单位：个", ""),
        ("填报单位：元", ""),
    ],
)
def test_unit_line(text: str, unit: str) -> None:
    assert unit_line(text) == unit


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("填报单位：（盖章）", ""),
        ("填报单位：某局（盖章）", "某局"),
        ("填报单位（盖章）：某局", "某局"),
        ("编制单位: 某局", "某局"),
        ("预算部门名称：某局", "某局"),
        ("填报人：张三", None),
        ("某局", None),
    ],
)
def test_department_line(text: str, department: str | None) -> None:
    assert department_line(text) == department


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("321001秦皇岛市山海关区退役军人事务局本级", "321001", "秦皇岛市山海关区退役军人事务局本级"),
        ("[321001]某局", "321001", "某局"),
        ("321001 某局", "321001", "某局"),
        ("某局（321001）", "321001", "某局"),
        ("某局 321001", "321001", "某局"),
        ("某局[321001]", "321001", "某局"),
        ("某局", "", "某局"),
        ("某局第12中队", "", "某局第12中队"),
    ],
)
def test_department_code_and_name(text: str, code: str, name: str) -> None:
    assert parse_department(text) == (code, name)


def test_coded_department() -> None:
    assert is_coded_department("321001某局")
    assert not is_coded_department("某局（321001）")
    assert not is_coded_department("12某局")


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("单位负责人签字：", [("单位负责人签字", "")]),
        ("单位负责人签字：张三", [("单位负责人签字", "张三")]),
        ("填表人：李四        联系电话：0335-1234567 ", [("填表人", "李四"), ("联系电话", "0335-1234567")]),
        (
            "单位负责人签字：\n\n\n\n填表人：                                    联系电话：",
            [("单位负责人签字", ""), ("填表人", ""), ("联系电话", "")],
        ),
        ("填报日期：2023年1月5日", [("填报日期", "2023年1月5日")]),
        ("经办人（签字）：王五", [("经办人", "王五")]),
        ("请填表人：签字", None),
        ("填表人", None),
        ("", None),
    ],
)
def test_signatures(text: str, pairs: list[tuple[str, str]] | None) -> None:
    assert signatures(text) == pairs


@pytest.mark.parametrize(
    ("text", "clean", "marked"),
    [
        ("<p>一</p>", "一", [0]),
        ("<p>1、甲</p> <p>2、乙</p>", "1、甲\n2、乙", [0]),
        ('<p class="x">甲</p><p>乙</p>', "甲\n乙", [0]),
        ("甲<br/>乙<br>丙", "甲\n乙\n丙", [0]),
        ("甲<b>乙</b><span style='a'>丙</span>", "甲乙丙", [0]),
        ("&nbsp;&nbsp;甲", "甲", [0]),
        ("“1. 甲</p> <p>2. 乙”", "“1. 甲\n2. 乙”", [0]),
        ("印发<关于加强建设的意见>的通知", "印发<关于加强建设的意见>的通知", []),
        ("3<5 且 <10", "3<5 且 <10", []),
        (" 甲 \n\n \n 乙 ", "甲\n乙", []),
    ],
)
def test_markup_goes_and_paragraphs_stay(text: str, clean: str, marked: list[int]) -> None:
    found = line(text)
    assert (found.texts, found.marked) == ([clean], marked)


def test_lines_of_a_document() -> None:
    grid = Grid([Row([Cell("甲", 0), Cell("", 1)]), Row([Cell(" ", 0)]), Row([])])
    blocks = [Paragraph("填报单位：某局\t单位：元", "caption", origin=Origin(3, 1)), Paragraph(" "), grid]
    lines = lines_of(Document(blocks))
    assert [(found.texts, found.para, found.filled) for found in lines] == [
        (["填报单位：某局", "单位：元"], True, [0, 1]),
        (["甲", ""], False, [0]),
    ]
    assert lines[0].origin == Origin(3, 1)
    assert lines[0].single == ""
    assert lines[1].single == "甲"


def test_heading_of_the_supplement() -> None:
    assert begins_supplement(paragraph(f" {HEADING} "))
    assert begins_supplement(line(HEADING, ""))
    assert not begins_supplement(line("", HEADING))
    assert not begins_supplement(paragraph("附：说明"))
