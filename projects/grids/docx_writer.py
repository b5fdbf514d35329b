"""Grids to Word: escaped WordprocessingML streamed into the zip, in flat memory.

The strings that open a cell depend only on its columns, span, merge and style; they are built once
per list of widths and kept, so that a cell costs two look-ups and an escape.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import BinaryIO

from projects.grids import docx_parts as parts
from projects.grids.docx_frame import NO_FRAME, package_parts, section
from projects.grids.grid import BODY, ENTRIES, TEXT, Block, Cell, Frame, Grid, Paragraph, Row
from projects.grids.text import NEEDS_ESCAPE, clean_text, escape

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FLUSH = 1 << 17  # characters of document.xml that are kept before they go into the zip
_LONG_TEXT = 72  # characters from which a text stands at the top of its cell
_TALL_ROW = 400  # characters from which a row may break over pages
_ROW_HEIGHT = 420  # least height, twentieths of a point
_RUN_OPEN = '<w:r><w:t xml:space="preserve">'
_RUN_CLOSE = "</w:t></w:r></w:p>"
_CELL_CLOSE = _RUN_CLOSE + "</w:tc>"
_GAP = f'<w:p><w:pPr><w:pStyle w:val="{parts.GAP_STYLE_ID}"/></w:pPr></w:p>'


def write_docx(
    blocks: Iterable[Block], out: BinaryIO, *, title: str = "", form: str = "", frame: Frame = NO_FRAME
) -> None:
    """Write ``blocks`` as a Word document to ``out`` (which need not be seekable).

    A4 with page numbers, portrait unless the frame says otherwise. The same blocks give the same bytes. ``title`` is
    the document's property, not printed; ``form`` the office's own form it is drawn in. Memory does not grow with the
    number of tables when ``blocks`` is lazy.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in (
            *package_parts(frame)[:1],
            ("_rels/.rels", parts.ROOT_RELS),
            ("docProps/core.xml", parts.core(title, form)),
            ("docProps/app.xml", parts.APP),
            *package_parts(frame)[1:],
            ("word/styles.xml", parts.STYLES),
            ("word/fontTable.xml", parts.FONT_TABLE),
        ):
            package.writestr(_entry(name), text)
        with package.open(_entry("word/document.xml"), "w", force_zip64=True) as stream:
            for piece in _pieces(blocks, frame):
                stream.write(piece)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _pieces(blocks: Iterable[Block], frame: Frame) -> Iterator[bytes]:
    """Yield document.xml in pieces of about ``_FLUSH`` characters."""
    pending: list[str] = [parts.DOCUMENT_OPEN]
    size = 0
    for xml in _body(blocks, parts.WIDE_TEXT_WIDTH if frame.wide else parts.TEXT_WIDTH):
        pending.append(xml)
        size += len(xml)
        if size > _FLUSH:
            yield "".join(pending).encode()
            pending.clear()
            size = 0
    pending.append(section(frame))
    yield "".join(pending).encode()


def _body(blocks: Iterable[Block], width: int) -> Iterator[str]:
    after_table = True  # a body must not be empty, nor end with a table
    first = True
    names: set[str] = set()
    for block in blocks:
        if isinstance(block, Grid):
            if after_table and not first:
                yield _GAP  # without it Word would make one table of two
            yield _table(block, width)
            after_table = True
        else:
            yield _paragraph(block, names)
            after_table = False
        first = False
    if after_table:
        yield _GAP


# ---- paragraphs -----------------------------------------------------------------------------


def _paragraph(block: Paragraph, names: set[str]) -> str:
    if not block.text and block.style == BODY:
        style = parts.GAP_STYLE_ID
    else:
        style = parts.PARAGRAPH_STYLE_IDS.get(block.style, "PgBody")
    page = "<w:pageBreakBefore/>" if block.page_break else ""
    if block.level:
        page += f'<w:outlineLvl w:val="{min(block.level, 10) - 1}"/>'
    if block.style in ENTRIES:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr>{_contents_entry(block)}</w:p>'
    start = end = ""
    if block.anchor:
        number = len(names) + 1
        name = _bookmark(block.anchor, names)
        start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
        end = f'<w:bookmarkEnd w:id="{number}"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr>{start}{_runs(block.text)}{end}</w:p>'


def _contents_entry(block: Paragraph) -> str:
    """Text, dots, page number: a link, and a field that every program works out from the bookmark it points to."""
    text, _, page = block.text.rpartition("\t")
    name = _bookmark(block.target, set())

    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    instruction = f'<w:r><w:instrText xml:space="preserve"> PAGEREF {name} \\h </w:instrText></w:r>'
    number = f"{mark('begin')}{instruction}{mark('separate')}<w:r><w:t>{escape(page)}</w:t></w:r>{mark('end')}"
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{_runs(text)}<w:r><w:tab/></w:r>{number}</w:hyperlink>'


def _bookmark(anchor: str, names: set[str]) -> str:
    """A name that Word takes: a letter first, at most 40 letters, digits and underscores."""
    name = re.sub(r"\W", "_", anchor)[:36]
    if not name[:1].isalpha():
        name = f"t{name}"[:36]
    unique, number = name, 2
    while unique.lower() in names:
        unique = f"{name}_{number}"
        number += 1
    names.add(unique.lower())
    return unique


def _runs(text: str) -> str:
    if not text:
        return ""
    xml = escape(text).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    xml = xml.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f"{_RUN_OPEN}{xml}</w:t></w:r>"


# ---- tables ---------------------------------------------------------------------------------


class _Columns:
    """What depends on a list of widths alone: the opening of the table and of each kind of cell."""

    __slots__ = ("edges", "openings", "table")

    def __init__(self, widths: tuple[float, ...], width_of_all: int) -> None:
        total = sum(widths) or 1.0
        self.edges = [0]
        so_far = 0.0
        for width in widths:
            so_far += width
            self.edges.append(round(so_far / total * width_of_all))
        columns = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(self.edges))
        self.table = (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="PgForm"/><w:tblW w:w="{width_of_all}" w:type="dxa"/>'
            f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        )
        # (col, colspan, merge, style, long) -> the strings before and between the cell's lines
        self.openings: dict[tuple[int, int, bool, str, bool], tuple[str, str]] = {}

    def opening(self, key: tuple[int, int, bool, str, bool]) -> tuple[str, str]:
        col, span, merged, style, long = key
        merge = '<w:vMerge w:val="restart"/>' if merged else ""
        align = "" if style == TEXT and long else '<w:vAlign w:val="center"/>'
        ident = parts.CELL_STYLE_IDS.get(style, "PgCellText")
        paragraph = f'<w:p><w:pPr><w:pStyle w:val="{ident}"/></w:pPr>'
        made = (f"{self.properties(col, span, merge, align)}{paragraph}", paragraph)
        self.openings[key] = made
        return made

    def properties(self, col: int, span: int, merge: str, align: str) -> str:
        last = len(self.edges) - 1
        width = self.edges[min(col + span, last)] - self.edges[min(col, last)]
        spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}{merge}{align}</w:tcPr>'

    def continued(self, col: int, span: int) -> str:
        """A cell that continues the one above."""
        paragraph = '<w:p><w:pPr><w:pStyle w:val="PgCellText"/></w:pPr></w:p></w:tc>'
        return self.properties(col, span, "<w:vMerge/>", "") + paragraph

    def blank(self, col: int, span: int) -> str:
        """A cell for a place that no anchor covers."""
        paragraph = '<w:p><w:pPr><w:pStyle w:val="PgCellText"/></w:pPr></w:p></w:tc>'
        return self.properties(col, span, "", "") + paragraph


@lru_cache(maxsize=256)
def _columns(widths: tuple[float, ...], width_of_all: int) -> _Columns:
    return _Columns(widths, width_of_all)


def _table(grid: Grid, width: int) -> str:
    count = max((c.col + c.colspan for row in grid.rows for c in row.cells), default=0)
    widths = list(grid.widths)
    if len(widths) < count or not widths:
        spare = sum(widths) / len(widths) if widths else 1.0
        widths += [spare] * (max(count, 1) - len(widths))
    columns = _columns(tuple(widths), width)
    xml = [columns.table]
    continued: dict[int, list[tuple[int, int, str]]] = {}
    leading = True
    for index, row in enumerate(grid.rows):
        leading = leading and row.head
        below = continued.pop(index, None)
        xml.append(_row(row, columns, below, leading=leading))
        for cell in row.cells:
            if cell.rowspan > 1:
                entry = (cell.col, cell.colspan, columns.continued(cell.col, cell.colspan))
                for under in range(index + 1, min(index + cell.rowspan, len(grid.rows))):
                    continued.setdefault(under, []).append(entry)
    if not grid.rows:
        xml.append(f"<w:tr>{columns.blank(0, len(widths))}</w:tr>")
    xml.append("</w:tbl>")
    return "".join(xml)


def _row(row: Row, columns: _Columns, below: list[tuple[int, int, str]] | None, *, leading: bool) -> str:
    """One row. ``below``: the cells that continue merged cells of earlier rows."""
    made: list[tuple[int, int, str]] = []
    total = 0
    expected = 0
    even = below is None
    for cell in row.cells:
        text = cell.text
        total += len(text)
        if cell.col != expected:
            even = False
        expected = cell.col + cell.colspan
        made.append((cell.col, cell.colspan, _cell(cell, text, columns)))
    if below:
        made += below
        made.sort(key=lambda item: item[0])
    properties = f'<w:trHeight w:val="{_ROW_HEIGHT}"/>'
    if leading:
        properties += "<w:tblHeader/>"
    if total < _TALL_ROW:
        properties = f"<w:cantSplit/>{properties}"
    if even and made and expected == len(columns.edges) - 1:
        cells = "".join([item[2] for item in made])
        return f"<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>"
    return _uneven_row(made, columns, properties)


def _uneven_row(made: list[tuple[int, int, str]], columns: _Columns, properties: str) -> str:
    """A row with places that no cell covers, at its ends (skipped) or inside (blank cells)."""
    last = len(columns.edges) - 1
    before = made[0][0] if made else 0
    cells: list[str] = []
    at = before
    for col, span, xml in made:
        if col > at:
            cells.append(columns.blank(at, col - at))
        cells.append(xml)
        at = col + span
    if not made:
        cells.append(columns.blank(0, last))
        at = last
    skipped = f'<w:gridBefore w:val="{before}"/>' if before else ""
    if at < last:
        skipped += f'<w:gridAfter w:val="{last - at}"/>'
    if before:
        skipped += f'<w:wBefore w:w="{columns.edges[before]}" w:type="dxa"/>'
    if at < last:
        skipped += f'<w:wAfter w:w="{columns.edges[last] - columns.edges[at]}" w:type="dxa"/>'
    return f"<w:tr><w:trPr>{skipped}{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell, text: str, columns: _Columns) -> str:
    key = (cell.col, cell.colspan, cell.rowspan > 1, cell.style, len(text) > _LONG_TEXT)
    opening, paragraph = columns.openings.get(key) or columns.opening(key)
    if not text:
        return f"{opening}</w:p></w:tc>"
    if NEEDS_ESCAPE.search(text):
        text = clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if "\t" in text:
            text = text.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
        if "\n" in text:
            text = text.replace("\n", f"{_RUN_CLOSE}{paragraph}{_RUN_OPEN}")
    return f"{opening}{_RUN_OPEN}{text}{_CELL_CLOSE}"
