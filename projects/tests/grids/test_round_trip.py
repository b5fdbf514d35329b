"""What a writer writes, the reader of the format gives back, merges and odd texts included."""

from __future__ import annotations

import io

from hypothesis import HealthCheck, assume, given, settings

from projects.grids.docx_reader import read_docx
from projects.grids.docx_writer import write_docx
from projects.grids.grid import (
    ANNEX,
    BODY,
    CAPTION,
    HEADING,
    PART,
    SIGN,
    TITLE,
    Cell,
    Document,
    Grid,
    Paragraph,
    Row,
    shape,
)
from projects.grids.html_reader import read_html
from projects.grids.html_writer import write_html_page
from projects.grids.xlsx_reader import read_xlsx
from projects.grids.xlsx_writer import write_xlsx
from projects.tests.grids.strategies import LONG, grids, uses_every_edge

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def through_docx(*blocks: Grid | Paragraph) -> Document:
    out = io.BytesIO()
    write_docx(blocks, out, title="标题")
    return read_docx(out.getvalue(), "表.docx")


def through_xlsx(*blocks: Grid | Paragraph) -> Document:
    out = io.BytesIO()
    assert write_xlsx([("表", blocks)], out, title="标题") == []
    return read_xlsx(out.getvalue(), "表.xlsx")


def through_html(*blocks: Grid | Paragraph) -> Document:
    return read_html(write_html_page(blocks, "标题").encode(), "表.html")


def shapes(document: Document) -> list[object]:
    return [shape(block) for block in document.blocks if isinstance(block, Grid)]


@relaxed
@given(grids())
def test_docx_random_grid(grid: Grid) -> None:
    assert shapes(through_docx(grid, grid)) == [shape(grid), shape(grid)]


@relaxed
@given(grids())
def test_html_random_grid(grid: Grid) -> None:
    assert shapes(through_html(grid, grid)) == [shape(grid), shape(grid)]


@relaxed
@given(grids())
def test_xlsx_random_grid(grid: Grid) -> None:
    assume(any(cell.text for _, cell in grid.cells()))
    assert shapes(through_xlsx(grid)) == [shape(grid)]


@relaxed
@given(grids(), grids())
def test_xlsx_two_grids_share_columns(one: Grid, two: Grid) -> None:
    assume(uses_every_edge(one) and uses_every_edge(two))
    assume(any(cell.text for _, cell in one.cells()) and any(c.text for _, c in two.cells()))
    assert shapes(through_xlsx(one, two)) == [shape(one), shape(two)]


FORM = Grid(
    [
        Row([Cell("项目名称", 0, style="label"), Cell("龙华", 1, 3)]),
        Row([Cell("产出", 0, 1, 2, "label"), Cell("数量", 1), Cell("150000", 2), Cell(LONG, 3)]),
        Row([Cell("质量", 1), Cell("", 2), Cell("a\nb", 3)]),
    ],
    [16, 34, 16, 34],
)
PARAGRAPHS = [
    Paragraph("第一部分", PART),
    Paragraph("附表1", ANNEX),
    Paragraph("项目支出绩效目标表", TITLE, True, "t1"),
    Paragraph("一、总体绩效目标", HEADING),
    Paragraph("正文一段。", BODY),
    Paragraph("填报单位：（盖章）\t金额：万元", CAPTION),
    FORM,
    Paragraph("填表人：\t联系电话：", SIGN),
]


def test_docx_paragraphs_keep_style_break_and_anchor() -> None:
    document = through_docx(*PARAGRAPHS)
    assert document.title == "标题"
    assert [(b.text, b.style, b.page_break, b.anchor) for b in document.blocks if isinstance(b, Paragraph)] == [
        (b.text, b.style, b.page_break, b.anchor) for b in PARAGRAPHS if isinstance(b, Paragraph)
    ]
    grid = document.blocks[6]
    assert isinstance(grid, Grid)
    assert shape(grid) == shape(FORM)
    assert grid.rows[1].cells[3].origin == (2, 4, "表1")
    assert [round(w / sum(grid.widths) * 100) for w in grid.widths] == [16, 34, 16, 34]


def test_html_paragraphs_keep_style_break_and_anchor() -> None:
    document = through_html(*PARAGRAPHS)
    assert document.title == "标题"
    assert [(b.text, b.style, b.page_break, b.anchor) for b in document.blocks if isinstance(b, Paragraph)] == [
        (b.text, b.style, b.page_break, b.anchor) for b in PARAGRAPHS if isinstance(b, Paragraph)
    ]


def test_xlsx_paragraphs_keep_text_and_order() -> None:
    document = through_xlsx(*PARAGRAPHS)
    assert document.title == "标题"
    assert [b.text if isinstance(b, Paragraph) else shape(b) for b in document.blocks] == [
        b.text if isinstance(b, Paragraph) else shape(b) for b in PARAGRAPHS
    ]
    grid = document.blocks[6]
    assert isinstance(grid, Grid)
    assert grid.part == "表"
    assert grid.rows[0].cells[1].origin == (7, 2, "表")


def test_docx_page_break_before_a_table() -> None:
    document = through_docx(FORM, Paragraph("", page_break=True), FORM)
    assert [getattr(b, "page_break", None) for b in document.blocks] == [None, True, None]


def test_docx_uneven_rows_keep_their_columns() -> None:
    grid = Grid([Row([Cell("a", 0), Cell("b", 1)]), Row([Cell("c", 1)]), Row([Cell("d", 0)])], [1, 1])
    assert shapes(through_docx(grid)) == [shape(grid)]


def test_xlsx_numbers_are_numbers_and_print_as_text() -> None:
    cells = [
        Cell("1,008.14", 0, number=1008.14, number_format="#,##0.00"),
        Cell("682000.00", 1, number=682000.0, number_format="0.00"),
        Cell("25.00%", 2, number=0.25, number_format="0.00%"),
        Cell("0", 3, number=0.0, number_format="0"),
    ]
    grid = Grid([Row(cells)])
    assert shapes(through_xlsx(grid)) == [shape(grid)]


def test_writers_give_the_same_bytes_twice() -> None:
    for write in (
        lambda out: write_docx(PARAGRAPHS, out, title="t"),
        lambda out: write_xlsx([("一", PARAGRAPHS), ("二", [FORM])], out, title="t"),
    ):
        one, two = io.BytesIO(), io.BytesIO()
        write(one)
        write(two)
        assert one.getvalue() == two.getvalue()
