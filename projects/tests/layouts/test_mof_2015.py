"""The national form of 2015: two halves side by side, amounts in cells of their own or behind their labels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from projects.grids.grid import Cell, Document, Grid, Row
from projects.layouts import get_layout, read_tables, render, title_property
from projects.targettable import Indicator, TargetTable
from projects.tests.layouts.helpers import FORMATS, codes, row_document, written

# (column, span, rows, text) of each cell, row by row.
Cells = list[list[tuple[int, int, int, str]]]

HEAD: Cells = [
    [(0, 1, 1, "项目名称"), (1, 7, 1, "信息系统运行维护")],
    [(0, 1, 1, "主管部门及代码"), (1, 3, 1, "某部（123）"), (4, 1, 1, "实施单位"), (5, 3, 1, "信息中心")],
    [(0, 1, 1, "项目属性"), (1, 3, 1, "延续项目"), (4, 1, 1, "项目期"), (5, 3, 1, "2024年—2026年")],
]
LIST: Cells = [
    [(0, 1, 5, "绩效指标")]
    + [(n, 1, 1, text) for n, text in enumerate(
        ["一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"], start=1
    )],
    [(1, 1, 2, "产出指标"), (2, 1, 2, "数量指标"), (3, 1, 1, "系统数量"), (4, 1, 1, "≥12个"), (5, 1, 1, "数量指标"),
     (6, 1, 1, "年度系统数量"), (7, 1, 1, "4个")],
    [(3, 1, 1, "用户数量"), (4, 1, 1, "3000人"), (5, 1, 1, "质量指标"), (6, 1, 1, "验收合格率"), (7, 1, 1, "100%")],
    [(1, 1, 1, "效益指标"), (2, 1, 1, "社会效益指标"), (3, 1, 1, "办事效率"), (4, 1, 1, "有效提升"), (5, 1, 1, ""),
     (6, 1, 1, ""), (7, 1, 1, "")],
    [(1, 1, 1, "满意度指标"), (2, 1, 1, ""), (3, 1, 1, ""), (4, 1, 1, ""), (5, 1, 1, "服务对象满意度指标"),
     (6, 1, 1, "用户满意度"), (7, 1, 1, "≥95%")],
]  # fmt: skip


def document(money: Cells, *, title: str = "项目支出绩效目标申报表（2024年度）") -> Document:
    goals: Cells = [
        [(0, 1, 2, "总体目标"), (1, 3, 1, "中期目标（2024年—2026年）"), (4, 4, 1, "年度目标")],
        [(1, 3, 1, "建成统一平台。\n稳定运行。"), (4, 4, 1, "完成一期建设。")],
    ]
    rows = [Row([Cell(text, col, span, down) for col, span, down, text in row]) for row in HEAD + money + goals + LIST]
    return Document([Grid([Row([Cell(title, 0, 8)]), *rows])], "申报表.docx")


OWN_CELLS: Cells = [
    [(0, 1, 3, "项目资金（万元）"), (1, 2, 1, "中期资金总额："), (3, 1, 1, "100"), (4, 2, 1, "年度资金总额："),
     (6, 2, 1, "40.5")],
    [(1, 2, 1, "其中：财政拨款"), (3, 1, 1, "90"), (4, 2, 1, "其中：财政拨款"), (6, 2, 1, "40")],
    [(1, 2, 1, "其他资金"), (3, 1, 1, "10"), (4, 2, 1, "其他资金"), (6, 2, 1, "0.5")],
]  # fmt: skip
IN_CELL: Cells = [
    [(0, 1, 3, "项目资金（万元）"), (1, 3, 1, "中期资金总额：100"), (4, 4, 1, "年度资金总额：40.5")],
    [(1, 3, 1, "其中：财政拨款：90"), (4, 4, 1, "其中：财政拨款：40")],
    [(1, 3, 1, "其他资金:10"), (4, 4, 1, "其他资金：0.5")],
]


@pytest.mark.parametrize("money", [OWN_CELLS, IN_CELL], ids=["own cells", "behind the label"])
def test_two_halves(money: Cells) -> None:
    (read,) = read_tables(document(money))
    table = read.table
    assert (table.layout, table.fiscal_year, table.title) == ("mof-2015", 2024, "项目支出绩效目标申报表（2024年度）")
    assert (table.department.code, table.department.name) == ("123", "某部")
    assert (table.project.name, table.project.type, table.project.period) == (
        "信息系统运行维护",
        "延续项目",
        "2024年—2026年",
    )
    assert table.extra == {"实施单位": "信息中心"}
    f = table.funding
    assert [f.total, f.fiscal, f.other] == [Decimal(1000000), Decimal(900000), Decimal(100000)]
    assert [f.annual, f.annual_fiscal, f.annual_other] == [Decimal(405000), Decimal(400000), Decimal(5000)]
    assert (table.goals.period, table.goals.annual) == ("建成统一平台。\n稳定运行。", "完成一期建设。")
    assert [(i.level1, i.level2, i.name, i.value, i.category) for i in table.period_indicators] == [
        ("产出指标", "数量指标", "系统数量", "≥12个", "output.quantity"),
        ("产出指标", "数量指标", "用户数量", "3000人", "output.quantity"),
        ("效益指标", "社会效益指标", "办事效率", "有效提升", "outcome.social"),
    ]
    assert [(i.level1, i.level2, i.name, i.value, i.category) for i in table.indicators] == [
        ("产出指标", "数量指标", "年度系统数量", "4个", "output.quantity"),
        ("产出指标", "质量指标", "验收合格率", "100%", "output.quality"),
        ("满意度指标", "服务对象满意度指标", "用户满意度", "≥95%", "satisfaction.beneficiaries"),
    ]
    assert codes(read) == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("money", [OWN_CELLS, IN_CELL], ids=["own cells", "behind the label"])
def test_two_halves_written_and_read_again(kind: str, money: Cells) -> None:
    table = read_tables(document(money))[0].table
    assert [read.table for read in read_tables(written(kind, [("表", render(table))], title_property([table])))] == [
        table
    ]


def amounts(label: str, *, caption: str = "", number: str = "100") -> list[Decimal | str | None]:
    money = [[(c, s, r, text.replace("项目资金（万元）", label)) for c, s, r, text in row] for row in OWN_CELLS]
    money[0][2] = (3, 1, 1, number)
    made = document(money)
    if caption:
        grid = made.blocks[0]
        assert isinstance(grid, Grid)
        grid.rows.insert(1, Row([Cell(caption, 0, 8)]))
    funding = read_tables(made)[0].table.funding
    return [funding.total, funding.annual_other]


def test_amounts_are_in_the_unit_that_the_form_prints() -> None:
    assert amounts("项目资金（万元）") == [Decimal(1000000), Decimal(5000)]
    assert amounts("项目资金（元）") == [Decimal(100), Decimal("0.5")]
    assert amounts("项目资金\n（千元）") == [Decimal(100000), Decimal(500)]
    assert amounts("项目资金", caption="单位：元") == [Decimal(100), Decimal("0.5")]
    assert amounts("项目资金", caption="（金额单位：人民币元）") == [Decimal(100), Decimal("0.5")]
    assert amounts("项目资金") == [Decimal(1000000), Decimal(5000)]


def test_a_unit_behind_the_number_wins_for_that_cell_alone() -> None:
    assert amounts("项目资金（万元）", number="100元") == [Decimal(100), Decimal(5000)]
    assert amounts("项目资金（元）", number="100万元") == [Decimal(1000000), Decimal("0.5")]


def test_an_amount_that_cannot_be_read_is_kept_and_reported() -> None:
    money = [list(row) for row in OWN_CELLS]
    money[1][1] = (3, 1, 1, "约90")
    (read,) = read_tables(document(money))
    assert read.table.funding.fiscal == "约90"
    assert [(f.code, f.field, f.cell) for f in read.findings] == [("amount-unreadable", "funding.fiscal", "约90")]


def test_halves_of_different_length_and_order() -> None:
    table = TargetTable(layout="mof-2015", fiscal_year=2024, title="项目支出绩效目标申报表（2024年度）")
    for level1, level2, code in [
        ("产出指标", "数量指标", "output.quantity"),
        ("产出指标", "质量指标", "output.quality"),
        ("满意度指标", "服务对象满意度指标", "satisfaction.beneficiaries"),
    ]:
        table.indicators.append(Indicator(level1, level2, f"年{level2}", category=code))
    for level1, level2, code in [
        ("效益指标", "社会效益指标", "outcome.social"),
        ("产出指标", "时效指标", "output.timeliness"),
        ("效益指标", "经济效益指标", "outcome.economic"),
    ]:
        table.period_indicators.append(Indicator(level1, level2, f"中{level2}", category=code))
    assert [read.table for read in read_tables(written("docx", [("", render(table))]))] == [table]


def test_years_of_the_period_stand_in_the_label() -> None:
    table = read_tables(row_document("项目支出绩效目标表", *ROWS))[0].table
    words = [
        cell.text
        for block in render(table, get_layout("mof-2015"))
        if isinstance(block, Grid)
        for _, cell in block.cells()
    ]
    assert "中期目标（2020年—2022年）" in words


ROWS = [
    "项目名称|甲|主管单位|某局", "项目类型|其他|资金用途|其他", "计划开始日期|2020/1/6|计划完成日期|2022/12/31",
    "项目总金额（万元）|10|本年度项目金额（万元）|5", "财政拨款资金（万元）|10|其他资金（万元）|0",
    "中央转移支付资金（万元）|0|政府购买服务资金（万元）|0", "项目概况|无", "项目用途|无",
    "固定资产采购金额|0|采购品目|",
    "项目总（中期）目标|甲", "年度绩效目标|乙", "一级指标|二级指标|指标内容|目标值|目标值来源", "产出目标|数量|甲|1|丙",
]  # fmt: skip
