"""Two forms that the code has never seen: read, drawn, filled in and read back without a line of code."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from projects.grids.files import open_document
from projects.grids.grid import Grid
from projects.layouts import read_tables, render
from projects.layouts.blank.extract import BlankForm, Choices, read_blank
from projects.layouts.blank.filling import fill
from projects.layouts.blank.prove import prove, specimen
from projects.layouts.definition import Layout
from projects.layouts.registry import get_layout
from projects.layouts.render import adapted
from projects.layouts.steps import steps_of
from projects.targettable import DepartmentRef, Goals, PlanPoint, Project, TargetTable
from projects.tests.layouts.helpers import compare, tables
from projects.tests.layouts.strategies import random_tables
from projects.tests.own_forms import excel_form, word_form

MADE = {"docx": word_form, "xlsx": excel_form}


def read(suffix: str, **changes: str) -> BlankForm:
    classic = get_layout("hebei")
    assert classic is not None
    document = open_document(MADE[suffix](**changes), f"表.{suffix}")
    return read_blank(document, Choices(categories=classic.categories), f"own-{suffix}")


@cache
def form(suffix: str) -> Layout:
    found = read(suffix)
    assert found.layout is not None
    assert [(f.level, f.text) for f in found.findings if f.level != "info"] == []
    return found.layout


def cells(layout: Layout, table: Any) -> list[list[str]]:
    grids = [block for block in render(table, layout) if isinstance(block, Grid)]
    return [[cell.text for cell in row.cells] for grid in grids for row in grid.rows]


def test_the_word_form_becomes_a_layout() -> None:
    made = form("docx")
    assert (made.kind, made.unit, made.title) == ("project", "元", "{year}年度滨江市市级财政项目绩效申报书")
    assert made.units == {"funding.fiscal": "万元"}
    assert made.paths == {
        "project.name", "project.start", "project.end", "project.overview", "funding.total", "funding.fiscal",
        "goals.annual", "spend_plan.06", "spend_plan.12", "department.name", "extra.主办处室", "extra.填写日期",
        "extra.分管领导", "extra.经手人", "indicators.level1", "indicators.level2", "indicators.name",
        "indicators.operator", "indicators.quantity",
    }  # fmt: skip
    assert [step.key for step in steps_of(made)] == ["basics", "funding", "plan", "goals", "indicators", "check"]


def test_the_excel_form_becomes_a_layout() -> None:
    made = form("xlsx")
    assert (made.kind, made.unit, made.money, made.title) == (
        "project", "元", "#,##0.00", "东山县{year}年预算项目目标管理卡",
    )  # fmt: skip
    lists = [(block.of, block.side, len(block.row)) for block in made.blocks if hasattr(block, "of")]
    assert lists == [("period_indicators", "三年指标", 5), ("indicators", "今年指标", 5), ("costs", "钱怎么花", 4)]
    assert "extra.花费合计" in made.paths


def test_the_word_form_is_drawn_for_the_browser() -> None:
    table = specimen(form("docx"))
    drawn = cells(form("docx"), table)
    assert drawn[:3] == [
        ["项目全称", "试填第14项", "主办处室", "试填1"],
        ["起始", "2026年5月9日", "完成", "2026年2月9日"],
        ["申请经费（元）", "1,295,100.25", "其中市级财政", "128.500025万元"],
    ]
    assert drawn[4] == ["年内要达到的结果：试填第7项。\n另起一行。"]
    assert drawn[5] == ["半年应支出", "50.00", "全年应支出", "100.00"]
    assert drawn[7] == ["1", "产出指标", "数量指标", "试填1号指标", "≥", "95%"]
    assert drawn[8] == ["2", "试填2号指标", "", "不少于3场"]


@pytest.mark.parametrize("suffix", MADE)
def test_specimens_come_back(suffix: str) -> None:
    assert [finding.text for finding in prove(MADE[suffix](), suffix, form(suffix))] == []


@pytest.mark.parametrize("suffix", MADE)
@pytest.mark.parametrize("sample", ["001", "002", "003", "004"])
def test_real_tables_come_back(suffix: str, sample: str) -> None:
    """What the form has no place for follows below it and is read from there."""
    broken = []
    for table in [table for table in tables(sample) if table.kind == "project"][:6]:
        plan = [PlanPoint("06", Decimal(40)), PlanPoint("12", Decimal(100))] if suffix == "docx" else []
        once = replace(table, spend_plan=plan, layout=form(suffix).id, title=specimen(form(suffix)).title)
        content = fill(MADE[suffix](), suffix, [once], form(suffix))
        found = read_tables(open_document(content, f"表.{suffix}"), filed=form(suffix))
        assert len(found) == 1
        own = found[0].table
        again = read_tables(
            open_document(fill(MADE[suffix](), suffix, [own], form(suffix)), f"表.{suffix}"), filed=form(suffix)
        )
        broken += compare(again[0].table, own)
        broken += compare(own, once, r"(period_)?indicators\.\d+\.level[12]")
    assert broken == []


def test_the_word_file_keeps_what_the_office_made() -> None:
    table = specimen(form("docx"))
    word = docx.Document(io.BytesIO(fill(word_form(), "docx", [table], form("docx"))))
    blank = docx.Document(io.BytesIO(word_form()))
    widths = [[cell.width for cell in row.cells] for row in (word.tables[0].rows[0], blank.tables[0].rows[0])]
    assert widths[0] == widths[1]
    assert word.paragraphs[0].runs[0].bold
    assert word.paragraphs[0].text == "2026年度滨江市市级财政项目绩效申报书"
    assert word.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    text = "\n".join(paragraph.text for paragraph in word.paragraphs) + "".join(
        cell.text for row in word.tables[0].rows for cell in row.cells
    )
    assert "{{" not in text
    assert "分管领导（签名）：试填2          经手人：试填4" in text
    rows = word.tables[0].rows
    assert len(rows) == len(blank.tables[0].rows) + 17
    merges = [row.cells[1]._tc.tcPr.find(qn("w:vMerge")) for row in rows[7:9]]
    assert [None if merge is None else merge.get(qn("w:val")) for merge in merges] == ["restart", "restart"]
    assert rows[7].cells[1].text == rows[8].cells[1].text == "产出指标"
    assert rows[-1].height_rule == 1  # at least: a long text is not cut off


def test_the_workbook_keeps_what_the_office_made() -> None:
    table = specimen(form("xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(fill(excel_form(), "xlsx", [table], form("xlsx"))))
    sheet = book.active
    assert sheet.title == "目标卡"
    assert [sheet.column_dimensions[c].width for c in "BCDEFG"] == [12, 11, 11, 26, 16, 18]
    assert (sheet["B2"].value, sheet["B2"].font.name) == ("东山县2026年预算项目目标管理卡", "楷体")
    assert (sheet["E5"].value, sheet["E5"].number_format) == (table.funding.total, "#,##0.00")
    rows = 17 + 17 + 17 + 1
    assert sheet.print_area == f"'目标卡'!$B$2:$G${rows}"
    assert sheet[f"B{rows}"].value == "主管领导（盖章处）："
    assert sheet.row_dimensions[rows].height == 60
    merged = {str(found) for found in sheet.merged_cells.ranges}
    assert {"B9:B27", "C10:C17", "D10:D11", f"B{rows}:D{rows}"} <= merged


def test_a_formula_typed_into_a_cell_stays_a_text() -> None:
    table = replace(specimen(form("xlsx")))
    table.project.name = "=HYPERLINK(1)"
    table.indicators[0].name = "@SUM(A1)"
    book = openpyxl.load_workbook(io.BytesIO(fill(excel_form(), "xlsx", [table], form("xlsx"))))
    found = [cell for row in book.active.iter_rows() for cell in row if cell.value in ("=HYPERLINK(1)", "@SUM(A1)")]
    assert [cell.data_type for cell in found] == ["s", "s"]


@pytest.mark.parametrize("suffix", MADE)
def test_a_placeholder_typed_into_a_table_is_only_a_text(suffix: str) -> None:
    table = specimen(form(suffix))
    table.project.name = "{{资金总额}} {% load x %} {{ 7*7 }}"
    content = fill(MADE[suffix](), suffix, [table], form(suffix))
    found = read_tables(open_document(content, f"表.{suffix}"), filed=form(suffix))
    assert found[0].table.project.name == "{{资金总额}} {% load x %} {{ 7*7 }}"


@pytest.mark.parametrize(
    ("suffix", "changes", "code", "text"),
    [
        ("docx", {"{{预算数|元|千分位}}": "{{预算金颜|元}}"}, "unknown",
         "不认识占位符 {{预算金颜|元}}。没有相应栏目时可写作“{{其他:预算金颜}}”"),
        ("docx", {"{{项目概况}}": "{{项目概矿}}"}, "unknown",
         "不认识占位符 {{项目概矿}}。是不是“项目概况”“项目编码”“项目类型”？没有相应栏目时可写作“{{其他:项目概矿}}”"),
        ("docx", {"{{项目名称}}": "{{其他:名}}"}, "mandatory", "缺少必须有的占位符 {{项目名称}}"),
        ("docx", {"{{三级指标}}": ""}, "mandatory", "缺少必须有的占位符 {{三级指标}}"),
        ("docx", {"{{项目概况}}": "{{项目概况"}, "braces", "花括号没有成对：“{{项目概况”"),
        ("docx", {"{{项目概况}}": "{{项目概况}}{{项目用途}}"}, "two-fields", "一格里只能有一个占位符，请拆成几格"),
        ("docx", {"{{项目概况}}": "{{三级指标}}"}, "row-twice",
         "同一种指标行出现了两次；只留一行，填写时自动按指标重复"),
        ("docx", {"{{预算数|元|千分位}}": "{{预算数|万元}}"}, "unit", "栏目写的是“元”，占位符写的是“万元”"),
        ("docx", {"{{项目概况}}": "{{项目概况|千分位}}"}, "option", "{{项目概况|千分位}} 不能用选项“千分位”"),
        ("docx", {"立项缘由": ""}, "no-label",
         "这一格左边、上边和格内都没有栏目名称（或超过 60 字），读回时认不出来"),
        ("docx", {"编号": "", "大类": ""}, "no-heading", "这一列没有列标题（或超过 60 字），读回时认不出来"),
        ("xlsx", {"{{中期目标}}": "{{年度绩效目标}}"}, "twice",
         "{{年度绩效目标}} 出现了两次；同一内容只能填在一处"),
        ("xlsx", {"{{指标值}}": "{{指标值}}左右"}, "row-mixed", "指标行的每一格只能放一个占位符，不能有其他文字"),
        ("xlsx", {"{{支出内容}}": "{{工作事项}}"}, "lists-mixed",
         "同一行里混有不同列表的占位符（如指标和支出明细）"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(suffix: str, changes: dict[str, str], code: str, text: str) -> None:
    found = read(suffix, **changes)
    assert (code, text) in {(finding.code, finding.text) for finding in found.findings if finding.level == "block"}
    assert not found.usable


def test_a_finding_names_the_place() -> None:
    found = next(f for f in read("xlsx", **{"{{中期目标}}": "{{中期木标}}"}).findings if f.code == "unknown")
    assert (found.table, found.row, found.column) == ("目标卡", 8, 3)


def test_a_running_number_alone_is_no_indicator() -> None:
    table = replace(specimen(form("docx")), indicators=[])
    content = fill(word_form(), "docx", [table], form("docx"))
    assert read_tables(open_document(content, "表.docx"), filed=form("docx"))[0].table == table


@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(suffix=st.sampled_from(list(MADE)), table=random_tables("project"))
@example(
    suffix="docx",  # a goal that sounds like a title, in the cell of its label
    table=TargetTable(
        fiscal_year=2020,
        department=DepartmentRef(name="某局"),
        project=Project(name="甲"),
        goals=Goals(annual="编制绩效目标表"),
    ),
)
def test_any_table_comes_back(suffix: str, table: TargetTable) -> None:
    own = form(suffix)
    months = sorted(path.partition(".")[2] for path in own.paths if path.startswith("spend_plan."))
    known = {point.by: point for point in table.spend_plan}
    title = specimen(own).title.replace("2026", str(table.fiscal_year))
    mine = replace(adapted(table, own), layout=own.id, title=title)
    if months:
        mine = replace(mine, spend_plan=[known.get(month) or PlanPoint(month) for month in months])
    content = fill(MADE[suffix](), suffix, [mine], own)
    found = read_tables(open_document(content, f"表.{suffix}"), filed=own)
    assert [compare(read.table, mine) for read in found] == [[]]
