"""Word files of other programs."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml import parse_xml

from projects.grids.docx_parts import W_NS
from projects.grids.docx_reader import read_docx
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Cell, Grid, Paragraph, Row, shape


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def body_of(xml: str) -> bytes:
    """A package that holds ``xml`` as its body and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f'<w:document xmlns:w="{W_NS}"><w:body>{xml}</w:body></w:document>')
    return out.getvalue()


def texts(data: bytes) -> list[object]:
    blocks = read_docx(data, "a.docx").blocks
    return [b.text if isinstance(b, Paragraph) else shape(b) for b in blocks]


def test_python_docx_merged_cells() -> None:
    document = docx.Document()
    document.add_heading("项目支出绩效目标表", 1)
    table = document.add_table(4, 4)
    table.cell(0, 1).merge(table.cell(0, 3)).text = "名称"
    table.cell(1, 0).merge(table.cell(3, 0)).text = "产出\n指标"
    table.cell(2, 1).merge(table.cell(3, 2)).text = "块"
    blocks = read_docx(saved(document), "a.docx").blocks
    title, grid = blocks
    assert isinstance(title, Paragraph)
    assert (title.text, title.style) == ("项目支出绩效目标表", "heading")
    assert isinstance(grid, Grid)
    assert shape(grid) == [
        [("", 0, 1, 1), ("名称", 1, 3, 1)],
        [("产出\n指标", 0, 1, 3), ("", 1, 1, 1), ("", 2, 1, 1), ("", 3, 1, 1)],
        [("块", 1, 2, 2), ("", 3, 1, 1)],
        [("", 3, 1, 1)],
    ]


def test_nested_table_follows_as_its_own_grid() -> None:
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "外"
    outer.cell(0, 1).add_table(1, 1).cell(0, 0).text = "内"
    assert texts(saved(document)) == [
        [[("外", 0, 1, 1), ("", 1, 1, 1)]],
        [[("内", 0, 1, 1)]],
    ]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_tracked_changes_fields_and_controls() -> None:
    xml = (
        f"<w:p><w:ins>{run('新')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
        f"<w:sdt><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>"
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('点击输入')}</w:sdtContent></w:sdt>"
        f"<w:hyperlink>{run('链接')}</w:hyperlink></w:p>"
    )
    assert texts(body_of(xml)) == ["新控件链接"]


def test_tabs_breaks_and_page_breaks() -> None:
    xml = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='right'/></w:tabs></w:pPr><w:r><w:t>左</w:t><w:tab/>"
        "<w:t>右</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t></w:r></w:p>"
        "<w:p><w:r><w:br w:type='page'/></w:r></w:p>" + f"<w:p>{run('三')}</w:p>"
    )
    blocks = read_docx(body_of(xml), "a.docx").blocks
    assert [(b.text, b.page_break) for b in blocks if isinstance(b, Paragraph)] == [
        ("左\t右", False), ("一\n二", False), ("三", True),
    ]  # fmt: skip


RESTART = "<w:vMerge w:val='restart'/>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"


def test_rows_in_controls_deleted_rows_and_skipped_columns() -> None:
    xml = (
        "<w:tbl><w:tblGrid><w:gridCol w:w='100'/><w:gridCol w:w='300'/></w:tblGrid>"
        f"<w:sdt><w:sdtContent><w:tr>{cell('a')}{cell('b')}</w:tr></w:sdtContent></w:sdt>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('x')}{cell('y')}</w:tr>"
        f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{cell('c')}</w:tr></w:tbl>"
    )
    (grid,) = read_docx(body_of(xml), "a.docx").blocks
    assert isinstance(grid, Grid)
    assert shape(grid) == [[("a", 0, 1, 1), ("b", 1, 1, 1)], [("c", 1, 1, 1)]]
    assert grid.widths == [100.0, 300.0]


def test_text_under_a_merge_is_reported() -> None:
    xml = f"<w:tbl><w:tr>{cell('a', RESTART)}</w:tr><w:tr>{cell('藏', '<w:vMerge/>')}</w:tr></w:tbl>"
    document = read_docx(body_of(xml), "a.docx")
    assert [(f.code, f.table, f.row, f.column, f.cell) for f in document.findings] == [
        ("docx-hidden", "表1", 2, 1, "藏")
    ]


def test_text_box_is_read_after_its_paragraph() -> None:
    xml = f"<w:p>{run('前')}<w:r><w:pict><w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent></w:pict></w:r></w:p>"
    assert texts(body_of(xml)) == ["前", "框"]


def test_written_file_opens_in_python_docx_with_chinese_language_and_heading() -> None:
    out = io.BytesIO()
    grid = Grid([Row([Cell("a", 0, 2, 2)]), Row([])], [1, 1])
    write_docx([Paragraph("标题", "title", anchor="1 表"), grid, grid], out, title="书名")
    document = docx.Document(out)
    assert document.core_properties.title == "书名"
    assert document.paragraphs[0].style.base_style.name == "Heading 1"
    assert len(document.tables) == 2
    with zipfile.ZipFile(out) as package:
        assert b'w:eastAsia="zh-CN"' in package.read("word/styles.xml")
        assert b'w:name="t1_\xe8\xa1\xa8"' in package.read("word/document.xml")
        for name in package.namelist():
            parse_xml(package.read(name))


def test_memory_stays_flat_for_a_lazy_book() -> None:
    import tracemalloc

    grid = Grid([Row([Cell(f"指标{r}{c}", c) for c in range(6)]) for r in range(25)])
    tracemalloc.start()
    write_docx((grid for _ in range(400)), io.BytesIO())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 1024 * 1024
