"""The ordinary way to a Word book: python-docx, ``add_table``, ``merge``, fonts on every run; cells fetched once."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, Twips
from docx.text.paragraph import Paragraph as WordParagraph

from projects.grids import docx_parts as parts
from projects.grids.grid import CAPTION, HEAD, MONEY, TEXT, TITLE, Block, Grid, Paragraph

_ALIGN = {TEXT: WD_ALIGN_PARAGRAPH.LEFT, MONEY: WD_ALIGN_PARAGRAPH.RIGHT}


def write(blocks: Iterable[Block]) -> bytes:
    """Write drawn blocks; drawing them from the tables is a present to this way."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Twips(parts.PAGE_WIDTH), Twips(parts.PAGE_HEIGHT)
    section.left_margin = section.right_margin = Twips(parts.MARGIN_SIDE)
    after_table = False
    for block in blocks:
        if isinstance(block, Paragraph):
            _paragraph(document.add_paragraph(), block)
            after_table = False
            continue
        if after_table:
            document.add_paragraph()
        _table(document, block)
        after_table = True
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraph(paragraph: WordParagraph, block: Paragraph) -> None:
    if block.style == TITLE:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.page_break_before = block.page_break
    font = {TITLE: ("方正小标宋简体", 17.0), CAPTION: ("宋体", 10.5)}.get(block.style, ("仿宋", 14.0))
    _run(paragraph, block.text, *font)


def _run(paragraph: WordParagraph, text: str, font: str, size: float) -> None:
    run = paragraph.add_run(text)
    run.font.name = "Times New Roman"
    run.font.size = Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(document: Document, grid: Grid) -> None:  # type: ignore[valid-type]
    columns = grid.columns
    table = document.add_table(rows=len(grid.rows), cols=columns)  # type: ignore[attr-defined]
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    cells = table._cells
    total = sum(grid.widths)
    for index, row in enumerate(grid.rows):
        for cell in row.cells:
            anchor = cells[index * columns + cell.col]
            if cell.colspan > 1 or cell.rowspan > 1:
                last = (index + cell.rowspan - 1) * columns + cell.col + cell.colspan - 1
                anchor = anchor.merge(cells[last])
            width = sum(grid.widths[cell.col : cell.col + cell.colspan]) / total
            anchor.width = Twips(round(width * parts.TEXT_WIDTH))
            anchor.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = anchor.paragraphs[0]
            paragraph.alignment = _ALIGN.get(cell.style, WD_ALIGN_PARAGRAPH.CENTER)
            _run(paragraph, cell.text, "黑体" if cell.style == HEAD else "宋体", 10.5)
