"""Workbooks of other programs, and what a sheet must not become."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest

from perfgoals.uploads import FileRefused
from projects.grids.grid import Cell, Grid, Paragraph, Row, shape
from projects.grids.xlsx_reader import as_text, read_xlsx
from projects.grids.xlsx_writer import unique_sheet_name, write_xlsx
from projects.tests.grids.strategies import LONG, NASTY


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(rows: list[list[object]], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    return saved(book)


def texts(data: bytes) -> list[list[str]]:
    (grid,) = read_xlsx(data, "a.xlsx").blocks
    assert isinstance(grid, Grid)
    return [[cell.text for cell in row.cells] for row in grid.rows]


def test_typed_cells_read_as_the_sheet_prints_them() -> None:
    rows: list[list[object]] = [
        [2021, 1008.14, 0.1 + 0.2, 1e20, -3.5],
        [0.25, 0.255, 1, 100.75, 0.333333],
        [date(2021, 1, 6), datetime(2021, 1, 6, 9, 30), 44202, 44202, True],  # noqa: DTZ001
        [1008.14, 682000, 1234567.5, 0.125, "001"],
    ]
    formats = {"A2": "0.00%", "B2": "0%", "C2": '0.0%', "D2": "0.00%", "E2": "0.00%",
               "C3": "yyyy/m/d", "D3": 'yyyy"年"m"月"d"日"',
               "A4": "#,##0.00", "B4": "0.00", "C4": "#,##0.00", "D4": "0.00"}  # fmt: skip
    assert texts(sheet_of(rows, formats)) == [
        ["2021", "1008.14", "0.3", "100000000000000000000", "-3.5"],
        ["25.00%", "26%", "100.0%", "10075.00%", "33.33%"],
        ["2021-01-06", "2021-01-06 09:30", "2021-01-06", "2021-01-06", "TRUE"],
        ["1,008.14", "682000.00", "1,234,567.50", "0.125", "001"],
    ]


def test_formula_without_value_is_reported_with_its_place() -> None:
    document = read_xlsx(sheet_of([["合计", "=SUM(1,2)"]]), "a.xlsx")
    assert [(f.level, f.code, f.table, f.row, f.column) for f in document.findings] == [
        ("warn", "xlsx-formula", "Sheet", 1, 2)
    ]


def test_foreign_title_rows_become_paragraphs_and_blank_borders_are_trimmed() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    side = openpyxl.styles.Side(style="thin")
    box = openpyxl.styles.Border(left=side, right=side, top=side, bottom=side)
    sheet["B1"] = "项目支出绩效目标表"
    sheet.merge_cells("B1:D1")
    sheet["D2"] = "单位：元"
    for row in sheet["B3:D5"]:
        for cell in row:
            cell.border = box
    sheet["B3"], sheet["B4"], sheet["D5"] = "产出", "效益", "x"
    sheet.merge_cells("B4:C5")
    for row in range(6, 500):
        sheet.cell(row, 2).border = box
    title, unit, grid = read_xlsx(saved(book), "a.xlsx").blocks
    assert isinstance(title, Paragraph)
    assert title.text == "项目支出绩效目标表"
    assert isinstance(unit, Paragraph)
    assert unit.text == "单位：元"
    assert isinstance(grid, Grid)
    assert shape(grid) == [
        [("产出", 0, 1, 1), ("", 1, 1, 1), ("", 2, 1, 1)],
        [("效益", 0, 2, 2), ("", 2, 1, 1)],
        [("x", 2, 1, 1)],
    ]
    assert grid.rows[0].cells[0].origin == (3, 2, "Sheet")


def test_very_hidden_sheets_are_left_out_and_hidden_ones_read() -> None:
    book = openpyxl.Workbook()
    for name, state in (("甲", "visible"), ("乙", "hidden"), ("丙", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet["A1"] = name
        sheet.sheet_state = state
    grids = read_xlsx(saved(book), "a.xlsx").blocks
    assert [g.part for g in grids if isinstance(g, Grid)] == ["甲", "乙"]


def test_sheet_with_one_cell_in_the_last_corner_is_refused() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "x"
    sheet["XFD1048576"] = "y"
    with pytest.raises(FileRefused, match="占用 1048576 行 16384 列，超出可读取的范围"):
        read_xlsx(saved(book), "a.xlsx")


def test_nothing_written_becomes_a_formula_or_link() -> None:
    grid = Grid([Row([Cell(text, 0)]) for text in NASTY])
    out = io.BytesIO()
    write_xlsx([("表", [grid])], out)
    sheet = openpyxl.load_workbook(out)["表"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    assert [cell.value or "" for (cell,) in sheet.iter_rows()] == NASTY
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_no_row_is_higher_than_excel_allows_and_long_text_has_room() -> None:
    out = io.BytesIO()
    write_xlsx([("表", [Grid([Row([Cell("概况", 0), Cell(LONG, 1)])], [1, 3])])], out)
    sheet = openpyxl.load_workbook(out)["表"]
    heights = [dimension.height for _, dimension in sorted(sheet.row_dimensions.items())]
    assert max(heights) <= 409
    assert sum(heights) > len(LONG) * 2 / 69 * 14
    assert sorted(str(r) for r in sheet.merged_cells.ranges) == [
        f"A1:A{len(heights)}", f"B1:B{len(heights)}",
    ]  # fmt: skip


def test_text_beyond_the_cell_limit_is_reported() -> None:
    findings = write_xlsx([("表", [Grid([Row([Cell("长" * 40000, 0)])])])], io.BytesIO())
    assert [(f.code, f.table, f.row, f.column) for f in findings] == [("xlsx-cut", "表", 1, 1)]


def test_page_is_set_for_printing() -> None:
    out = io.BytesIO()
    grid = Grid([Row([Cell("a", 0)]), Row([Cell("h", 0, style="head")], head=True), Row([Cell("b")])])
    write_xlsx([("表", [Paragraph("标题", "title"), grid])], out)
    sheet = openpyxl.load_workbook(out)["表"]
    assert sheet.print_area == "'表'!$A$1:$A$4"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToHeight == 0


def test_prose_alone_stands_in_columns_that_fit_the_page() -> None:
    out = io.BytesIO()
    write_xlsx([("表", [Paragraph("部门整体绩效目标", "title"), Paragraph("长" * 300, "body")])], out)
    sheet = openpyxl.load_workbook(out)["表"]
    # LibreOffice lets a single column that is too wide run over both edges of the paper.
    assert sorted(str(area) for area in sheet.merged_cells.ranges) == ["A1:B1", "A2:B2"]
    assert sheet.print_area == "'表'!$A$1:$B$2"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b:c*?[d]\\", "a b c   d"),
        ("", "Sheet"),
        ("'引号'", "引号"),
        ("History", "History(2)"),
        ("长" * 40, "长" * 31),
        ("表", "表(2)"),
        ("ABC", "ABC(2)"),
    ],
)
def test_unique_sheet_name(name: str, expected: str) -> None:
    assert unique_sheet_name(name, {"history", "表", "abc"}) == expected


def test_unique_sheet_name_numbers_long_duplicates() -> None:
    taken: set[str] = set()
    names = [unique_sheet_name("长" * 40, taken) for _ in range(12)]
    assert len(set(names)) == 12
    assert max(map(len, names)) == 31


def test_as_text_of_whole_float() -> None:
    assert as_text(2021.0) == "2021"
