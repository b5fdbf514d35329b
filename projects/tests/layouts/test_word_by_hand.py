"""Word files as officers make them: merged cells, labels with blanks and breaks, cells no form knows."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

from docx import Document as new_document
from docx.document import Document as WordDocument

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.tests.layouts.helpers import codes

Place = tuple[int, int, int, int, str]


def fill(document: WordDocument, rows: int, columns: int, cells: list[Place]) -> None:
    """Add a table; a cell is given by first row, first column, last row, last column and text."""
    table = document.add_table(rows, columns)
    for top, left, bottom, right, text in cells:
        anchor = table.cell(top, left)
        if (top, left) != (bottom, right):
            anchor = anchor.merge(table.cell(bottom, right))
        anchor.text = text


def read(document: WordDocument) -> list[ReadTable]:
    out = io.BytesIO()
    document.save(out)
    return read_tables(open_document(out.getvalue(), "手工.docx"))


LONGHUA: list[Place] = [
    (0, 0, 0, 1, "项目 名称"), (0, 2, 0, 2, "办公设备购置"), (0, 3, 0, 3, "主管\n单位"), (0, 4, 0, 4, "某区某局"),
    (1, 0, 1, 1, "项目类型"), (1, 2, 1, 2, "一般性项目"), (1, 3, 1, 3, "资金用途"), (1, 4, 1, 4, "其他"),
    (2, 0, 2, 1, "计划开始日期"), (2, 2, 2, 2, "44197"), (2, 3, 2, 3, "计划完成日期"), (2, 4, 2, 4, "2021年12月31日"),
    (3, 0, 3, 1, "项目总金额\n（元）"), (3, 2, 3, 2, "200,000.00"), (3, 3, 3, 3, "本年度项目金额\n（万元）"),
    (3, 4, 3, 4, "20"),
    (4, 0, 4, 1, "财政拨款资金（万元）"), (4, 2, 4, 2, "20"), (4, 3, 4, 3, "其他资金（万元）"), (4, 4, 4, 4, ""),
    (5, 0, 5, 1, "中央转移支付资金（万元）"), (5, 2, 5, 2, "0"), (5, 3, 5, 3, "政府购买服务资金（万元）"),
    (5, 4, 5, 4, "0"),
    (6, 0, 6, 1, "项目负责人"), (6, 2, 6, 2, "张三"), (6, 3, 6, 3, "联系方式"), (6, 4, 6, 4, "0755-1234567"),
    (7, 0, 7, 1, "项目概况"), (7, 2, 7, 4, "第一段。\n第二段。"),
    (8, 0, 8, 1, "项目用途"), (8, 2, 8, 4, "购置办公设备"),
    (9, 0, 9, 1, "固定资产采购金额"), (9, 2, 9, 2, "12"), (9, 3, 9, 3, "采购品目"), (9, 4, 9, 4, "电脑、投影仪"),
    (10, 0, 10, 1, "项目总（中期）\n目标"), (10, 2, 10, 4, "保障"),
    (11, 0, 11, 1, "年度绩效目标"), (11, 2, 11, 4, "保障设备"),
    (12, 0, 12, 0, "一级\n指标"), (12, 1, 12, 1, "二级\n指标"), (12, 2, 12, 2, "指标内容"), (12, 3, 12, 3, "目标值"),
    (12, 4, 12, 4, "目标值来源"),
    (13, 0, 15, 0, "产\n出\n目\n标"), (13, 1, 14, 1, "数 量"), (13, 2, 13, 2, "台式电脑"), (13, 3, 13, 3, "12台"),
    (13, 4, 13, 4, "新增人员"),
    (14, 2, 14, 2, "投影仪"), (14, 3, 14, 3, "3"), (14, 4, 14, 4, "新增人员"),
    (15, 1, 15, 1, "质量"), (15, 2, 15, 2, "验收合格率"), (15, 3, 15, 3, "≥95%"), (15, 4, 15, 4, ""),
    (16, 0, 16, 0, "效果目标"), (16, 1, 16, 1, "满意度"), (16, 2, 16, 2, "员工满意度"), (16, 3, 16, 3, ""),
    (16, 4, 16, 4, "调查"),
]  # fmt: skip


def test_longhua_with_merged_cells_and_extra_labels() -> None:
    document = new_document()
    document.add_paragraph("项目支出绩效目标表")
    fill(document, 17, 5, LONGHUA)
    (found,) = read(document)
    table = found.table
    assert (table.layout, table.title, table.fiscal_year) == ("longhua", "项目支出绩效目标表", 2021)
    assert (table.project.name, table.department.name) == ("办公设备购置", "某区某局")
    assert (table.project.start, table.project.end) == (date(2021, 1, 1), date(2021, 12, 31))
    f = table.funding
    assert [f.total, f.annual, f.fiscal, f.other] == [Decimal(200000), Decimal(200000), Decimal(200000), None]
    assert (table.project.overview, table.project.fixed_assets) == ("第一段。\n第二段。", Decimal(120000))
    assert table.extra == {"项目负责人": "张三", "联系方式": "0755-1234567"}
    assert [(i.level1, i.level2, i.name, i.value, i.basis, i.category) for i in table.indicators] == [
        ("产出目标", "数量", "台式电脑", "12台", "新增人员", "output.quantity"),
        ("产出目标", "数量", "投影仪", "3", "新增人员", "output.quantity"),
        ("产出目标", "质量", "验收合格率", "≥95%", "", "output.quality"),
        ("效果目标", "满意度", "员工满意度", "", "调查", "satisfaction.beneficiaries"),
    ]
    # Rows count from the table's first one.
    assert codes(found) == [("serial-date", 3), ("unknown-label", 7), ("unknown-label", 7), ("value-blank", 17)]


HEBEI: list[Place] = [
    (0, 0, 0, 0, "项目编码"), (0, 1, 0, 2, "13030321033M82CPMGECI"), (0, 3, 0, 3, "项目名称"), (0, 4, 0, 6, "门诊补助"),
    (1, 0, 2, 0, "预算规模\n及资金用途"), (1, 1, 1, 1, "预算数"), (1, 2, 1, 2, "682000.00"),
    (1, 3, 1, 3, "其中：\n财政资金"),
    (1, 4, 1, 4, "682000.00"), (1, 5, 1, 5, "其他资金"), (1, 6, 1, 6, "0"),
    (2, 1, 2, 6, "主要用于支付门诊补助"),
    (3, 0, 4, 0, "资金支出计划\n（%）"), (3, 1, 3, 2, "3月底"), (3, 3, 3, 3, "6月底"), (3, 4, 3, 4, "10月底"),
    (3, 5, 3, 6, "12月底"),
    (4, 1, 4, 2, "25.00%"), (4, 3, 4, 3, ""), (4, 4, 4, 4, "120%"), (4, 5, 4, 6, "100.00%"),
    (5, 0, 5, 0, "项目联系人"), (5, 1, 5, 6, "李四"),
    (6, 0, 6, 0, "绩 效 目 标"), (6, 1, 6, 6, "1.足额发放\n2.及时发放"),
    (7, 0, 7, 0, "一级指标"), (7, 1, 7, 1, "二级指标"), (7, 2, 7, 2, "三级指标"), (7, 3, 7, 4, "绩效指标\n描述"),
    (7, 5, 7, 5, "指标值"), (7, 6, 7, 6, "指标值确定依据"),
    (8, 0, 9, 0, "产出指标"), (8, 1, 8, 1, "数量指标"), (8, 2, 8, 2, "发放人数"), (8, 3, 8, 4, "享受补助的人数"),
    (8, 5, 8, 5, "990人"), (8, 6, 8, 6, "年度工作计划"),
    (9, 1, 9, 1, "时效指标"), (9, 2, 9, 2, "发放时间"), (9, 3, 9, 4, "每月"), (9, 5, 9, 5, "每月15日前"),
    (9, 6, 9, 6, "计划"),
]  # fmt: skip


def test_hebei_with_caption_lines_and_an_extra_row() -> None:
    document = new_document()
    document.add_paragraph("2.门诊补助绩效目标表")
    document.add_paragraph("321001某市某局\t单位：元")
    fill(document, 10, 7, HEBEI)
    (found,) = read(document)
    table = found.table
    assert (table.layout, table.title) == ("hebei", "2.门诊补助绩效目标表")
    assert (table.department.code, table.department.name) == ("321001", "某市某局")
    assert (table.project.code, table.project.name) == ("13030321033M82CPMGECI", "门诊补助")
    assert table.project.purpose == "主要用于支付门诊补助"
    f = table.funding
    assert [f.total, f.fiscal, f.other] == [Decimal(682000), Decimal(682000), Decimal(0)]
    assert [(p.by, p.percent) for p in table.spend_plan] == [
        ("03", Decimal(25)), ("06", None), ("10", "120%"), ("12", Decimal(100)),
    ]  # fmt: skip
    assert table.goals.annual == "1.足额发放\n2.及时发放"
    assert table.extra == {"项目联系人": "李四"}
    assert [(i.level1, i.level2, i.name, i.description, i.value, i.basis) for i in table.indicators] == [
        ("产出指标", "数量指标", "发放人数", "享受补助的人数", "990人", "年度工作计划"),
        ("产出指标", "时效指标", "发放时间", "每月", "每月15日前", "计划"),
    ]
    assert codes(found) == [("percent-unreadable", 5), ("unknown-label", 6)]


def test_two_word_tables_of_two_forms() -> None:
    document = new_document()
    document.add_paragraph("项目支出绩效目标表")
    fill(document, 17, 5, LONGHUA)
    document.add_page_break()
    document.add_paragraph("2.门诊补助绩效目标表")
    document.add_paragraph("321001某市某局\t单位：元")
    fill(document, 10, 7, HEBEI)
    first, second = read(document)
    assert (first.table.layout, second.table.layout) == ("longhua", "hebei")
    assert second.table.fiscal_year == first.table.fiscal_year == 2021
    assert [f.code for f in second.findings] == ["percent-unreadable", "unknown-label", "year-filled"]
