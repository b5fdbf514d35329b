"""What a form has no cell for stands below it by name, and goes back to its field from there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from projects.grids.grid import Grid, Paragraph
from projects.layouts import get_layout, read_tables, render, title_property
from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES, name_of
from projects.layouts.properties import parse_title_property
from projects.layouts.supplement import HEADING, apply_supplement, supplement
from projects.targettable import Indicator, PlanPoint, TargetTable, Task
from projects.tests.layouts.helpers import codes, row_document, tables, written


def listed(table: TargetTable, form: str) -> list[tuple[str, str]]:
    layout = get_layout(form)
    assert layout is not None
    blocks = supplement(table, layout)
    if not blocks:
        return []
    heading, grid = blocks
    assert isinstance(heading, Paragraph)
    assert isinstance(grid, Grid)
    assert heading.text == HEADING
    head, *rows = [[cell.text for cell in row.cells] for row in grid.rows]
    assert head == ["栏目", "内容"]
    return [(name, text) for name, text in rows]


@pytest.mark.parametrize("sample", ["001", "002", "003", "004"])
def test_a_table_in_its_own_form_has_no_supplement(sample: str) -> None:
    assert [listed(table, table.layout) for table in tables(sample)] == [[]] * len(tables(sample))


def test_what_hebei_cannot_show_of_a_longhua_table() -> None:
    assert [name for name, _ in listed(tables("004")[13], "hebei")] == [
        "项目类型", "资金用途", "计划开始日期", "计划完成日期", "项目概况", "固定资产采购金额（元）", "采购品目",
        "本年度金额（元）", "中央转移支付资金（元）", "政府购买服务资金（元）", "中期目标", "支出计划",
    ]  # fmt: skip
    values = dict(listed(tables("004")[13], "hebei"))
    assert (values["计划开始日期"], values["固定资产采购金额（元）"], values["支出计划"]) == (
        "2021-01-01",
        "120000.00",
        "（无）",
    )


def test_a_year_against_the_dates_is_listed() -> None:
    table = TargetTable(layout="longhua", fiscal_year=2022)
    table.project.start, table.project.end = date(2021, 1, 1), date(2021, 12, 31)
    assert listed(table, "longhua") == [("预算年度", "2022")]
    table.fiscal_year = 2021
    assert listed(table, "longhua") == []
    table.fiscal_year, table.project.end = 2022, date(2023, 1, 1)
    assert listed(table, "longhua") == []


def test_a_year_against_the_title_is_listed() -> None:
    table = TargetTable(layout="zhuzhou-3", fiscal_year=2024, title="2023年区级专项资金支出方向绩效目标表")
    assert listed(table, "zhuzhou-3") == [("预算年度", "2024")]
    assert read_tables(written("docx", [("", render(table))]))[0].table.fiscal_year == 2024


def test_rows_come_back_even_when_blank() -> None:
    table = TargetTable(layout="longhua", fiscal_year=2021, title="项目支出绩效目标表")
    table.department.name = "某局"
    table.tasks = [Task("甲", "", "丙"), Task(), Task(goal="乙")]
    table.spend_plan = [PlanPoint("06"), PlanPoint("12", Decimal(100))]
    assert listed(table, "longhua") == [
        ("支出计划第1行·截至月份", "06"),
        ("支出计划第2行·截至月份", "12"),
        ("支出计划第2行·累计比例（%）", "100.00"),
        ("重点工作第1行·事项", "甲"),
        ("重点工作第1行·工作目标", "丙"),
        ("重点工作第2行·事项", ""),
        ("重点工作第3行·工作目标", "乙"),
    ]
    (read,) = read_tables(written("docx", [("", render(table))], title_property([table])))
    assert read.table == table


def test_indicators_understood_again_are_not_listed() -> None:
    row = Indicator("产出目标", "数量", "甲", value="≥95%", category="output.quantity", operator="≥", unit="%")
    table = TargetTable(layout="longhua", indicators=[row])
    assert listed(table, "longhua") == []
    row.weight, row.description = Decimal(10), "解释"
    assert listed(table, "longhua") == [("年度指标第1行·指标解释", "解释"), ("年度指标第1行·权重", "10")]


def test_mid_term_indicators_come_back_in_the_words_of_their_form() -> None:
    table = TargetTable(layout="longhua", fiscal_year=2021, title="项目支出绩效目标表")
    table.department.name = "某局"
    for level1, level2 in [("效果目标", "生态效益"), ("效果目标", "环境效益")]:
        table.period_indicators.append(Indicator(level1, level2, "甲", category="outcome.ecological"))
    there = read_tables(written("html", [("", render(table, get_layout("mof-2015")))], title_property([table])))[
        0
    ].table
    assert [(i.level1, i.level2) for i in there.period_indicators] == [
        ("效益指标", "生态效益指标"),
        # No word of the form: kept as it was typed.
        ("效果目标", "环境效益"),
    ]
    back = read_tables(written("html", [("", render(there, get_layout("longhua")))], title_property([there])))[0].table
    assert back == table


def test_apply_puts_texts_into_their_fields() -> None:
    table = TargetTable(spend_plan=[PlanPoint("03")])
    pairs = [
        ("项目编码", "0012"), ("资金总额（元）", "100.50"), ("计划开始日期", "2021-01-06"), ("其他栏目·联系人", "张三"),
        ("支出计划", "（无）"), ("支出计划第1行·截至月份", "06"), ("支出计划第1行·累计比例（%）", "50.00"),
        ("年度指标第1行·权重", "10"), ("预算年度", "2021"), ("表题", "某表"), ("部门职责概述", "甲\n乙"),
    ]  # fmt: skip
    assert apply_supplement(table, pairs) == []
    assert (table.project.code, table.funding.total, table.project.start) == (
        "0012",
        Decimal("100.50"),
        date(2021, 1, 6),
    )
    assert table.spend_plan == [PlanPoint("06", Decimal(50))]
    assert table.indicators == [Indicator(weight=Decimal(10))]
    assert (table.fiscal_year, table.title, table.duties, table.extra) == (2021, "某表", "甲\n乙", {"联系人": "张三"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("不认识的栏目", "甲"),
        ("年度指标第0行·三级指标", "甲"),
        ("年度指标第3行·三级指标", "甲"),
        ("年度指标第99999999行·三级指标", "甲"),
        ("年度指标第1行·颜色", "甲"),
        ("年度指标", "甲"),
        ("预算年度", "二〇二一"),
        ("预算年度", "2021年"),
    ],
)
def test_apply_keeps_what_it_does_not_know(name: str, text: str) -> None:
    table = TargetTable()
    assert apply_supplement(table, [(name, text)]) == [name]
    assert table == TargetTable(extra={name: text})


def test_a_changed_amount_in_a_supplement_stays_as_text() -> None:
    table = TargetTable()
    assert apply_supplement(table, [("资金总额（元）", "约100"), ("计划完成日期", "年底")]) == []
    assert (table.funding.total, table.project.end) == ("约100", "年底")


def test_unknown_names_below_a_form_are_reported() -> None:
    rows = [
        "项目名称|甲|主管单位|某局", "项目类型|其他|资金用途|其他", "计划开始日期|2021-01-01|计划完成日期|2021-12-31",
        "项目总金额（万元）|10|本年度项目金额（万元）|5", "财政拨款资金（万元）|10|其他资金（万元）|0",
        "中央转移支付资金（万元）|0|政府购买服务资金（万元）|0", "项目概况|无", "项目用途|无",
        "固定资产采购金额|0|采购品目|", "项目总（中期）目标|甲", "年度绩效目标|乙",
        "一级指标|二级指标|指标内容|目标值|目标值来源", "产出目标|数量|甲|1|丙",
    ]  # fmt: skip
    document = row_document("项目支出绩效目标表", *rows, HEADING, "栏目|内容", "项目编码|77", "颜色|红")
    (read,) = read_tables(document)
    assert (read.table.project.code, read.table.extra) == ("77", {"颜色": "红"})
    assert codes(read) == [("unknown-label", 0)]
    assert len(read.table.indicators) == 1


def test_every_field_has_its_own_name() -> None:
    assert len(set(FIELD_NAMES.values())) == len(FIELD_NAMES)
    assert len(set(LIST_NAMES.values())) == len(LIST_NAMES)
    for names in ROW_FIELD_NAMES.values():
        assert len(set(names.values())) == len(names)
    assert name_of("indicators.2.value") == "年度指标第3行·指标值"
    assert name_of("extra.项目负责人") == "项目负责人"
    assert name_of("funding.total") == "资金总额（元）"
    assert name_of("nirgends") == "nirgends"


def table_of(year: int | None, code: str, name: str) -> TargetTable:
    table = TargetTable(fiscal_year=year)
    table.department.code, table.department.name = code, name
    return table


@pytest.mark.parametrize(
    ("mine", "title", "read"),
    [
        ([table_of(2021, "321001", "某局")], "2021年度绩效目标表 321001某局", (2021, "321001", "某局")),
        ([table_of(2021, "", "某局")], "2021年度绩效目标表 某局", (2021, "", "某局")),
        ([table_of(2021, "", "某局"), table_of(2021, "", "某院")], "2021年度绩效目标表", (2021, "", "")),
        ([table_of(2021, "", "某局"), table_of(2022, "", "某局")], "绩效目标表", (None, "", "")),
        ([table_of(None, "321001", "某局")], "绩效目标表", (None, "", "")),
        ([], "绩效目标表", (None, "", "")),
    ],
)
def test_title_property(mine: list[TargetTable], title: str, read: tuple[int | None, str, str]) -> None:
    assert title_property(mine) == title
    assert parse_title_property(title) == read


def test_title_property_of_other_programs() -> None:
    assert parse_title_property("某区2023年预算文本") == (2023, "", "")
    assert parse_title_property("文档1") == (None, "", "")


def test_department_code_beside_a_printed_name() -> None:
    table = tables("001")[0]
    title = f"2021年度绩效目标表 440309{table.department.name}"
    assert read_tables(written("docx", [("", render(table))], title))[0].table.department.code == "440309"
    other = "2021年度绩效目标表 440309另一个局"
    assert read_tables(written("docx", [("", render(table))], other))[0].table.department.code == ""
