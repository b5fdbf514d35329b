"""The prose part of a department's book: known titles divide it, every paragraph is kept."""

from __future__ import annotations

from projects.grids.grid import BODY, HEADING, TITLE, Paragraph
from projects.layouts import read_tables, render
from projects.targettable import Section, TargetTable
from projects.tests.layouts.helpers import codes, row_document, tables, written


def sections(*texts: str) -> list[tuple[str, str]]:
    reads = read_tables(row_document("第一部分", "部门整体绩效目标", *texts))
    return [(section.title, section.text) for section in reads[0].table.sections]


def test_titles_divide_and_paragraphs_are_joined_by_line_breaks() -> None:
    assert sections(
        "一、总体绩效目标",
        " 第一段。",
        "第二段。",
        "二、 分项绩效目标",
        "一、主要职责：",
        "1、甲",
        "三、工作保障措施",
        "末段",
    ) == [
        ("一、总体绩效目标", "第一段。\n第二段。"),
        ("二、 分项绩效目标", "一、主要职责：\n1、甲"),
        ("三、工作保障措施", "末段"),
    ]


def test_text_before_the_first_title_is_a_section_without_title() -> None:
    assert sections("说明文字", "一、总体绩效目标", "正文") == [("", "说明文字"), ("一、总体绩效目标", "正文")]


def test_a_sentence_that_begins_like_a_title_is_text() -> None:
    long = "一、总体绩效目标是保障退役军人"
    assert sections("一、总体绩效目标", long) == [("一、总体绩效目标", long)]


def test_a_missing_section_is_reported() -> None:
    read = read_tables(row_document("部门整体绩效目标", "一、总体绩效目标", "2021年我们将坚持"))[0]
    assert [f.text for f in read.findings if f.code == "section-missing"] == [
        "没有找到“二、分项绩效目标”这一部分",
        "没有找到“三、工作保障措施”这一部分",
    ]
    assert codes(read) == [("section-missing", 0), ("section-missing", 0), ("year-filled", 0)]
    assert read.table.fiscal_year == 2021


def test_prose_is_drawn_as_title_headings_and_paragraphs() -> None:
    table = TargetTable(layout="hebei-department", kind="department", title="部门整体绩效目标")
    table.sections = [Section("一、总体绩效目标", "甲\n乙"), Section("二、分项绩效目标", "")]
    assert render(table) == [
        Paragraph("部门整体绩效目标", TITLE),
        Paragraph("一、总体绩效目标", HEADING),
        Paragraph("甲", BODY),
        Paragraph("乙", BODY),
        Paragraph("二、分项绩效目标", HEADING),
    ]


def test_prose_table_keeps_fields_it_prints_nowhere() -> None:
    table = TargetTable.from_dict(tables("002")[0].to_dict())
    table.duties = "主要职责"
    table.extra = {"联系人": "张三"}
    blocks = [("", render(table))]
    found = read_tables(written("docx", blocks, "2021年度绩效目标表 321001秦皇岛市山海关区退役军人事务局本级"))[0].table
    assert found == table
