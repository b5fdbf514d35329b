"""One document, many tables: with titles and without, in one form or two, with a table of contents in front."""

from __future__ import annotations

from projects.grids.grid import Document
from projects.layouts import read_tables, render
from projects.layouts.lines import lines_of
from projects.layouts.segments import cut, recognise
from projects.targettable import Indicator, TargetTable
from projects.tests.layouts.helpers import codes, compare, row_document, tables, written

LONGHUA = [
    "项目名称|{name}|主管单位|某局",
    "项目类型|一般性项目|资金用途|其他",
    "计划开始日期|2021-01-01|计划完成日期|2021-12-31",
    "项目总金额（万元）|10.00|本年度项目金额（万元）|10.00",
    "财政拨款资金（万元）|10.00|其他资金（万元）|0.00",
    "中央转移支付资金（万元）|0|政府购买服务资金（万元）|0.00",
    "项目概况|概况",
    "项目用途|用途",
    "固定资产采购金额|0|采购品目|",
    "项目总（中期）目标|中期",
    "年度绩效目标|年度",
    "一级指标|二级指标|指标内容|目标值|目标值来源",
    "产出目标|数量|{name}的数量|12|计划",
]


def longhua(name: str) -> list[str]:
    return [row.replace("{name}", name) for row in LONGHUA]


def summary(document: Document) -> list[tuple[str, str, str, str]]:
    """Return form, title, name and first indicator of each table read."""
    return [
        (t.layout, t.title, t.project.name, t.indicators[0].name if t.indicators else "")
        for t in (read.table for read in read_tables(document))
    ]


def test_tables_without_titles_are_divided_by_their_first_label() -> None:
    document = row_document(*longhua("甲"), *longhua("乙"), *longhua("丙"))
    assert summary(document) == [
        ("longhua", "", "甲", "甲的数量"), ("longhua", "", "乙", "乙的数量"), ("longhua", "", "丙", "丙的数量"),
    ]  # fmt: skip


def test_tables_with_titles() -> None:
    document = row_document("项目支出绩效目标表", *longhua("甲"), "附件2", "项目支出绩效目标表", *longhua("乙"))
    assert summary(document) == [
        ("longhua", "项目支出绩效目标表", "甲", "甲的数量"),
        ("longhua", "项目支出绩效目标表", "乙", "乙的数量"),
    ]


def test_a_title_in_the_first_row_of_the_table() -> None:
    document = row_document("项目支出绩效目标表||||", "填报单位：某区||||单位：元", *longhua("甲"))
    table = read_tables(document)[0].table
    assert (table.title, table.department.name, str(table.funding.total)) == ("项目支出绩效目标表", "某区", "100000.00")


def test_a_caption_above_an_untitled_table_belongs_to_it() -> None:
    document = row_document(
        "填报单位：某区", "单位：元", *longhua("甲")[:3], "项目总金额|10.00|本年度项目金额|5", *longhua("甲")[4:]
    )
    table = read_tables(document)[0].table
    assert table.department.name == "某区"
    assert (str(table.funding.total), str(table.funding.annual)) == ("10.00", "5.00")


def test_text_in_front_is_reported_on_the_first_table() -> None:
    document = row_document("关于报送绩效目标的函", "各单位：", "项目支出绩效目标表", *longhua("甲"))
    read = read_tables(document)[0]
    assert codes(read) == [("outside", 1), ("outside", 2)]
    assert [finding.cell for finding in read.findings] == ["关于报送绩效目标的函", "各单位："]


def test_a_table_of_contents_yields_no_tables() -> None:
    contents = ["目录", "一、总体绩效目标\t1", "1.甲绩效目标表\t3", "2.乙绩效目标表\t5"]
    document = row_document(*contents, "项目支出绩效目标表", *longhua("甲"))
    assert summary(document) == [("longhua", "项目支出绩效目标表", "甲", "甲的数量")]


def test_titles_without_a_table_yield_nothing() -> None:
    document = row_document("1.甲绩效目标表", "2.乙绩效目标表", "项目支出绩效目标表", *longhua("甲"))
    assert summary(document) == [("longhua", "项目支出绩效目标表", "甲", "甲的数量")]


def test_two_forms_in_one_document() -> None:
    mine = [tables("001")[0], tables("002")[5], tables("003")[3], tables("003")[0], tables("003")[1]]
    blocks = [block for table in mine for block in render(table)]
    found = [read.table for read in read_tables(written("docx", [("", blocks)]))]
    assert [table.layout for table in found] == ["longhua", "hebei", "zhuzhou-3", "zhuzhou-1", "zhuzhou-2"]
    # Years and missing departments are the document's, which has no single ones.
    loose = r"fiscal_year|department\.\w+"
    assert [compare(one, other, loose) for one, other in zip(found, mine, strict=True)] == [[]] * 5


def test_title_words_in_a_cell_do_not_divide_a_table() -> None:
    table = TargetTable(layout="hebei", fiscal_year=2023, title="1.某项目绩效目标表")
    table.project.name = "某项目"
    table.project.purpose = "编制项目支出绩效目标表"
    table.goals.annual = "第二部分"
    for name in ("附表1", "第一部分", "项目名称", "报送绩效目标表"):
        table.indicators.append(Indicator("产出指标", "数量指标", name, category="output.quantity"))
    assert [read.table.indicators for read in read_tables(written("html", [("", render(table))]))] == [table.indicators]


def test_recognise_by_labels_and_headings() -> None:
    segments, loose = cut(lines_of(row_document("项目支出绩效目标表", *longhua("甲"))))
    assert loose == []
    assert len(segments) == 1
    layout, share = recognise(segments[0])
    assert layout is not None
    assert (layout.id, share) == ("longhua", 1.0)


def test_recognise_nothing() -> None:
    segments, _ = cut(lines_of(row_document("甲|乙", "丙|丁")))
    assert recognise(segments[0])[0] is None


def test_unknown_form_is_kept_whole_and_blocks() -> None:
    document = row_document("某某绩效目标表", "甲|1", "乙|2", "丙|3", "丁|4|")
    reads = read_tables(document)
    assert [(f.level, f.code, f.row) for f in reads[0].findings] == [("block", "layout-unknown", 2)]
    table = reads[0].table
    assert (table.layout, table.title) == ("", "某某绩效目标表")
    assert table.extra == {"原表内容": "甲 | 1\n乙 | 2\n丙 | 3\n丁 | 4 | "}


def test_a_small_table_that_is_none_of_ours_is_passed_over() -> None:
    assert read_tables(row_document("甲|1", "乙|2")) == []
    assert read_tables(Document([], "空.docx")) == []
