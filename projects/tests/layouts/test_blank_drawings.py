"""What is drawn on an office's own Excel form stays on it, beside the rows it stood at."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from projects.grids.files import open_document
from projects.layouts import Layout, read_tables
from projects.layouts.blank.dangers import dangers
from projects.layouts.blank.drawings import drawing_of
from projects.layouts.blank.extract import Choices, read_blank
from projects.layouts.blank.filling import fill
from projects.layouts.blank.prove import specimen
from projects.layouts.registry import shipped_layouts
from projects.tests.layouts.helpers import compare
from projects.tests.own_forms import excel_form

SEAL = (
    b"<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>%d</xdr:row><xdr:rowOff>0"
    b"</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>%d</xdr:row><xdr:rowOff>0"
    b'</xdr:rowOff></xdr:to><xdr:sp macro="Run" textlink="A1"><xdr:nvSpPr><xdr:cNvPr id="9" name="%s">%s</xdr:cNvPr>'
    b'<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></a:xfrm>'
    b"<a:prstGeom "
    b'prst="ellipse"><a:avLst/></a:prstGeom><a:noFill/>'
    b'<a:ln w="12700"><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></a:ln></xdr:spPr></xdr:sp>'
    b"<xdr:clientData/></xdr:twoCellAnchor>"
)
LINK = b'<a:hlinkClick xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId77"/>'
CHART = (
    b"<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0"
    b"</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0"
    b"</xdr:rowOff></xdr:to><xdr:graphicFrame/><xdr:clientData/></xdr:twoCellAnchor>"
)


def drawn_form() -> bytes:
    """The own form with a picture at its head, an ellipse at the list of rows, one at the seal, and a chart."""
    book = openpyxl.load_workbook(io.BytesIO(excel_form()))
    picture = io.BytesIO()
    Picture.new("RGB", (4, 4), "red").save(picture, "PNG")
    book.active.add_image(Image(picture), "B2")
    out, made = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/drawings/drawing1.xml":
                content = content.replace(
                    b"<wsDr ",
                    b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
                    b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ',
                )
                content = content.replace(
                    b"</wsDr>", SEAL % (11, 14, b"list", LINK) + SEAL % (16, 18, b"seal", b"") + CHART + b"</xdr:wsDr>"
                )
            target.writestr(name, content)
    return made.getvalue()


@pytest.fixture(scope="module")
def form() -> Layout:
    shown = shipped_layouts()[0]
    found = read_blank(open_document(drawn_form(), "表.xlsx"), Choices(categories=shown.categories), "own-drawn")
    assert found.layout is not None
    return found.layout


def anchors(data: bytes, title: str) -> list[tuple[str, int, int]]:
    """Name and first and last row (from 1) of what is drawn on a sheet, in order."""
    drawing = drawing_of(data, title)
    assert drawing is not None
    found = []
    for anchor in drawing.root:
        rows = [int(one.text or 0) + 1 for one in anchor.iter("{*}row")]
        found.append((next(str(one.get("name")) for one in anchor.iter("{*}cNvPr")), rows[0], rows[-1]))
    return found


def test_drawings_move_with_the_rows_they_stand_on(form: Layout) -> None:
    blank = drawn_form()
    before = anchors(blank, openpyxl.load_workbook(io.BytesIO(blank)).active.title)
    assert [(name, top) for name, top, _ in before][1:] == [("list", 12), ("seal", 17)]
    table = specimen(form)
    filled = fill(blank, "xlsx", [table], form)
    sheet = openpyxl.load_workbook(io.BytesIO(filled)).active
    seal = next(cell.row for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("主管领导"))
    head = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "今年指标")
    after = anchors(filled, sheet.title)
    assert after[0][1:] == before[0][1:]
    assert after[1] == ("list", head, before[1][2] - 12 + head + len(table.indicators) - 1)
    assert after[2][:2] == ("seal", seal)
    assert fill(blank, "xlsx", [table], form) == filled


def test_every_sheet_of_a_book_has_its_drawing_and_the_file_is_read_back(form: Layout) -> None:
    one, other = specimen(form), specimen(form)
    other.project.name, other.indicators = "另一项目", other.indicators[:1]
    filled = fill(drawn_form(), "xlsx", [one, other], form)
    book = openpyxl.load_workbook(io.BytesIO(filled))
    assert [len(anchors(filled, title)) for title in book.sheetnames] == [3, 3]
    assert [len(sheet._images) for sheet in book.worksheets] == [1, 1]
    with zipfile.ZipFile(io.BytesIO(filled)) as package:
        assert [name for name in package.namelist() if "media" in name] == ["xl/media/form1.png"]
    reads = read_tables(open_document(filled, "表.xlsx"), layouts=[form], filed=form)
    assert [compare(found.table, table) for found, table in zip(reads, (one, other), strict=True)] == [[], []]


def test_charts_links_and_macros_are_not_carried_along(form: Layout) -> None:
    filled = fill(drawn_form(), "xlsx", [specimen(form)], form)
    with zipfile.ZipFile(io.BytesIO(filled)) as package:
        text = package.read("xl/drawings/form1.xml")
        assert b"ellipse" in text
        assert not [word for word in (b"graphicFrame", b"hlinkClick", b"macro", b"textlink") if word in text]


def test_only_charts_are_said_not_to_be_kept() -> None:
    assert [found.code for found in dangers(drawn_form(), "xlsx", "表.xlsx") if found.code == "drawing"] == []


def test_a_form_without_drawings_is_filled_as_before(form: Layout) -> None:
    blank = excel_form()
    assert drawing_of(blank, openpyxl.load_workbook(io.BytesIO(blank)).active.title) is None
    with zipfile.ZipFile(io.BytesIO(fill(blank, "xlsx", [specimen(form)], form))) as package:
        assert not [name for name in package.namelist() if "drawing" in name]
