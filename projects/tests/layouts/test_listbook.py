"""The list format: one row per indicator, many projects; filled in by hand, and written and read without loss."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.layouts.listbook import write_list
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import all_tables, compare
from projects.tests.layouts.strategies import random_tables


def through(tables: list[TargetTable]) -> list[ReadTable]:
    out = io.BytesIO()
    write_list(tables, out)
    return read_tables(open_document(out.getvalue(), "列表.xlsx"))


def test_all_tables_of_the_samples_come_back_whole() -> None:
    tables = [table for table in all_tables() if not table.sections]
    found = through(tables)
    assert len(found) == len(tables) == 69
    assert [line for read, table in zip(found, tables, strict=True) for line in compare(read.table, table)] == []
    assert [finding.code for read in found for finding in read.findings] == []


def test_prose_comes_back_too() -> None:
    tables = [table for table in all_tables() if table.sections]
    assert [compare(read.table, table) for read, table in zip(through(tables), tables, strict=True)] == [[]]


@given(random_tables())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_table_comes_back_whole(table: TargetTable) -> None:
    found = through([table])
    assert [compare(read.table, table) for read in found] == [[]]


def test_the_empty_form_has_no_tables() -> None:
    assert through([]) == []


def filled(*rows: dict[str, Any]) -> bytes:
    """The empty form with rows typed below the headings."""
    out = io.BytesIO()
    write_list([], out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    sheet = book["绩效目标"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, 2):
        for heading, value in row.items():
            sheet.cell(number, columns[heading], value)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_rows_typed_by_hand_are_grouped_by_project_and_filled_down() -> None:
    data = filled(
        {"项目名称": "甲", "预算单位": "财政局", "预算年度": 2027, "资金总额（元）": 1200000, "年度绩效目标": "做好。",
         "一级指标": "产出指标", "二级指标": "数量指标", "三级指标": "场次", "指标值": "≥3场"},
        {"三级指标": "人数", "指标值": "200人"},
        {"二级指标": "质量指标", "三级指标": "合格率", "指标值": "100%"},
        {"项目名称": "乙", "预算单位": "财政局", "预算年度": "2027年", "指标时段": "中期",
         "三级指标": "里程", "指标值": "9公里"},
    )  # fmt: skip
    first, second = [read.table for read in read_tables(open_document(data, "a.xlsx"))]
    assert (first.project.name, first.department.name, first.fiscal_year) == ("甲", "财政局", 2027)
    assert (str(first.funding.total), first.goals.annual) == ("1200000.00", "做好。")
    assert [(row.level1, row.level2, row.name, row.category) for row in first.indicators] == [
        ("产出指标", "数量指标", "场次", "output.quantity"),
        ("产出指标", "数量指标", "人数", "output.quantity"),
        ("产出指标", "质量指标", "合格率", "output.quality"),
    ]
    assert (second.project.name, second.indicators, len(second.period_indicators)) == ("乙", [], 1)


def test_slips_are_reported_at_their_cells() -> None:
    data = filled(
        {
            "表号": 1,
            "项目名称": "甲",
            "预算年度": "明年",
            "资金总额（元）": "十万",
            "表种": "其他",
            "指标时段": "远期",
            "三级指标": "a",
        },
        {"表号": 1, "预算单位": "财政局", "三级指标": "b"},
        {"表号": 1, "预算单位": "民政局", "三级指标": "c"},
        {"表号": 2, "项目名称": "乙", "三级指标": "d"},
        {"表号": 1, "三级指标": "e"},
    )
    reads = read_tables(open_document(data, "a.xlsx"))
    found = {(finding.code, finding.row) for read in reads for finding in read.findings}
    assert {
        ("year-unreadable", 2), ("amount-unreadable", 2), ("kind-unknown", 2), ("half-unknown", 2),
        ("list-differs", 4), ("list-apart", 6),
    } <= found  # fmt: skip
    assert [len(read.table.indicators) for read in reads] == [4, 1]
    assert reads[0].table.funding.total == "十万"


def test_nothing_in_a_list_is_a_formula() -> None:
    table = TargetTable()
    table.project.name = "=1+1"
    out = io.BytesIO()
    write_list([table], out)
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["绩效目标"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"} == {"s"}


def test_headings_are_known_in_any_order() -> None:
    out = io.BytesIO()
    write_list(all_tables()[:1], out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    sheet = book["绩效目标"]
    rows = [list(reversed([cell.value for cell in row])) for row in sheet.iter_rows()]
    turned = openpyxl.Workbook()
    for row in rows:
        turned.active.append(row)
    rest = turned.create_sheet("其他栏目")
    for row in book["其他栏目"].iter_rows(values_only=True):
        rest.append(row)
    saved = io.BytesIO()
    turned.save(saved)
    [read] = read_tables(open_document(saved.getvalue(), "a.xlsx"))
    assert compare(read.table, all_tables()[0]) == []


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_an_ordinary_document_is_no_list(kind: str) -> None:
    from projects.layouts import layout_of, render
    from projects.tests.layouts.helpers import written

    table = all_tables()[0]
    document = written(kind, [("表", render(table, layout_of(table)))])
    assert [read.form for read in read_tables(document)] == ["longhua"]
