"""A PDF of ours is read back whole: by the file it carries, and nearly so by its tags alone."""

from __future__ import annotations

import io

import pypdfium2
import pytest

from projects.grids import pdf_original
from projects.grids.files import open_document
from projects.grids.pdf_fonts import find_fonts
from projects.grids.pdf_writer import write_pdf
from projects.layouts import Layout, ReadTable, book, layouts_for, read_tables, title_property
from projects.services import exporting, pdf
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import all_tables, compare, tables
from projects.tests.layouts.test_round_trip import FORMS_OWN

needs_font = pytest.mark.skipif(find_fonts() is None, reason="NOT RUN: no Chinese font to embed on this machine")
# LibreOffice keeps one of the blanks at the end of a line.
BLANKS = {"关于提前下达2021年中央优抚对象医疗保障经费预算的通知  医疗 秦财社（2020）835号",
          "关于提前下达2021年市级财政优抚对象补助预算指标的通知  义务兵优待  秦财社（2020）817号"}  # fmt: skip


def word(table: TargetTable, layout: Layout | None = None) -> bytes:
    return exporting.export_bytes([table], format="docx", layout=layout)


def read(data: bytes) -> list[ReadTable]:
    return read_tables(open_document(data, "表.pdf"))


def changed(data: bytes) -> bytes:
    """The PDF with a page more, as somebody might add it."""
    document = pypdfium2.PdfDocument(data)
    document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def printed() -> list[tuple[TargetTable, bytes]]:
    """Every sample table in its own form, by LibreOffice in one run."""
    mine = all_tables()
    return list(zip(mine, pdf.all_from_office([word(table) for table in mine], "docx", timeout=300), strict=True))


@pytest.mark.office
def test_every_sample_table_is_read_back(printed: list[tuple[TargetTable, bytes]]) -> None:
    for table, data in printed:
        (found,) = read(data)
        assert compare(found.table, table) == []


@pytest.mark.office
def test_every_sample_table_is_read_back_by_tags_alone(
    printed: list[tuple[TargetTable, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is in a PDF that Word, WPS or LibreOffice made of somebody's file."""
    monkeypatch.setattr(pdf_original, "_MARK", "another ")
    for table, data in printed:
        (found,) = read(data)
        assert compare(found.table, table, "title" if table.project.name in BLANKS else "") == []
        assert all(line.cells[0].origin.part.startswith("第") for line in found.lines)


@pytest.mark.office
@pytest.mark.parametrize("layout", layouts_for("project"), ids=lambda layout: layout.id)
def test_tables_in_another_form_are_read_back(layout: Layout) -> None:
    mine = [tables("001")[0], tables("002")[21], tables("003")[4], tables("004")[7]]
    made = pdf.all_from_office([word(table, layout) for table in mine], "docx", timeout=120)
    for table, data in zip(mine, made, strict=True):
        (found,) = read(data)
        assert compare(found.table, table, FORMS_OWN) == []


@pytest.mark.office
def test_a_book_is_read_back() -> None:
    mine = tables("002")
    found = read(pdf.make_pdf(lambda: book(mine), title=title_property(mine)).data)
    assert [
        difference for one, table in zip(found, mine, strict=True) for difference in compare(one.table, table)
    ] == []


@needs_font
def test_what_our_own_writer_sets_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "office", lambda: "")
    for table in (tables("002")[0], tables("003")[1]):
        made = exporting.export_pdf([table])
        (found,) = read(made.data)
        assert (made.how, compare(found.table, table)) == (pdf.OWN, [])


@pytest.mark.office
def test_pages_that_were_changed_are_read_as_they_are() -> None:
    table = tables("002")[2]
    (found,) = read(changed(exporting.export_pdf([table]).data))
    assert compare(found.table, table) == []
    document = open_document(changed(exporting.export_pdf([table]).data), "表.pdf")
    assert [(one.code, one.file) for one in document.findings] == [("pdf-changed", "表.pdf")]


@needs_font
def test_text_in_a_font_with_an_encoding_of_its_own_is_no_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "office", lambda: "")
    table = tables("004")[7]
    document = open_document(changed(exporting.export_pdf([table]).data), "表.pdf")
    assert "网格管理中心" in "".join(getattr(block, "text", "") for block in document.blocks)


@needs_font
@pytest.mark.parametrize("text", ["（深办发〔2019〕66号）文件要求", "共 1,008.14 万元，其中：财政拨款", "“龙华区”网格"])
def test_no_line_of_our_own_writer_begins_with_a_stop_or_ends_with_a_bracket(text: str) -> None:
    from projects.grids.grid import Paragraph

    data = write_pdf(lambda: [Paragraph(text * 12)])
    page = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    lines = page.replace("\r\n", "\n").split("\n")
    assert len(lines) > 3
    assert not [line for line in lines if line[:1] in "，。：）〕”、" or line[-1:] in "（〔“"]


ONE_TEXT = b"BT /F1 12 Tf 72 700 Td /P <</MCID 0>> BDC (Goal) Tj EMC ET"


def pdf_with(structure: str, draws: bytes = ONE_TEXT) -> bytes:
    """A page that shows ``draws``, tagged with the objects of ``structure``, the first of which is number 6."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 6 0 R/MarkInfo<</Marked true>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(draws), draws),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *structure.encode().split(b"\n"),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        out, size, table, size, len(out),
    )  # fmt: skip


@pytest.mark.parametrize(
    "structure",
    [
        "<</Type/StructTreeRoot/K 7 0 R>>\n<</S/P/Pg 3 0 R/K 0>>",
        "<</Type/StructTreeRoot/K 7 0 R/RoleMap<</Zeile/P>>>>\n<</S/Zeile/K<</Type/MCR/Pg 3 0 R/MCID 0>>>>",
        # Hostile ones: an element that is its own child, roles in a circle, spans beyond all bounds, nothing at all.
        "<</Type/StructTreeRoot/K 7 0 R>>\n<</S/P/Pg 3 0 R/K[0 7 0 R 6 0 R]>>",
        "<</Type/StructTreeRoot/K 7 0 R/RoleMap<</A/B/B/A>>>>\n<</S/A/Pg 3 0 R/K 0>>",
        "<</Type/StructTreeRoot/K 7 0 R>>\n"
        "<</S/Table/K[<</S/TR/K[<</S/TD/Pg 3 0 R/A<</RowSpan 999999/ColSpan -4>>/K 0>>]>>]>>",
        "<</Type/StructTreeRoot>>\n<<>>",
        "<</Type/StructTreeRoot/K 99 0 R>>\n<<>>",
        "<</Type/StructTreeRoot/K" + "[" * 90 + "0" + "]" * 90 + ">>\n<<>>",
    ],
)
def test_any_structure_gives_the_text(structure: str) -> None:
    document = open_document(pdf_with(structure), "结构.pdf")
    texts = [
        text
        for block in document.blocks
        for text in ([cell.text for _, cell in block.cells()] if hasattr(block, "cells") else [block.text])
    ]
    assert texts == ["Goal"]


def test_a_table_whose_tags_name_no_cells_is_read_by_its_lines() -> None:
    lines = b"".join(b"%d %d 100 20 re S " % (x, y) for x in (72, 172) for y in (680, 700))
    texts = b"".join(
        b"BT /F1 9 Tf %d %d Td /P <</MCID %d>> BDC (%s) Tj EMC ET " % (x, y, number, text)
        for number, (x, y, text) in enumerate(
            ((75, 706, b"Unit"), (175, 706, b"Office"), (75, 686, b"Sum"), (175, 686, b"9"))
        )
    )
    tags = "".join(f"<</S/P/Pg 3 0 R/K {number}>>" for number in range(4))
    document = open_document(pdf_with(f"<</Type/StructTreeRoot/K[{tags}]>>", lines + texts), "表.pdf")
    (grid,) = document.blocks
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [["Unit", "Office"], ["Sum", "9"]]
