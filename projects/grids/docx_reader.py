"""Word to grids: one pass over document.xml in flat memory, nothing that is printed left out.

Each outermost paragraph or table is turned into blocks when its end is seen, then freed. Deleted
text (tracked changes), field codes, placeholders and the fallback copies of drawings are taken out
of the tree first, so that the walk itself stays simple and fast.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import IO

from lxml import etree

from perfgoals.uploads import damaged, refuse
from projects.findings import INFO, WARN, Finding
from projects.grids.collecting import no_collection
from projects.grids.docx_parts import CELL_STYLE_IDS
from projects.grids.docx_table import TableReader, take_nested
from projects.grids.docx_text import (
    MC,
    TBL,
    P,
    T,
    W,
    is_on,
    is_placeholder,
    package_form,
    package_title,
    paragraph_styles,
    paragraph_text,
    precedes,
    take_out,
    value,
    xml_parser,
)
from projects.grids.grid import (
    BODY,
    CAPTION,
    HEADING,
    Block,
    Document,
    Grid,
    Origin,
    Paragraph,
)
from projects.grids.text import cell_text, clean_text

_TC_PR, _TR_PR, _P_PR = W + "tcPr", W + "trPr", W + "pPr"
_SPAN, _V_MERGE, _H_MERGE = W + "gridSpan", W + "vMerge", W + "hMerge"
_BODY = W + "body"
_PIECE = 1 << 16
_WRAPPERS = {
    *(W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink")),
    MC + "AlternateContent",
    MC + "Choice",
}
_OUR_CELLS = {ident: style for style, ident in CELL_STYLE_IDS.items()}
_UNREAD = {
    W + "footnoteReference": ("docx-footnote", "脚注的内容没有读入"),
    W + "endnoteReference": ("docx-footnote", "尾注的内容没有读入"),
    W + "numPr": ("docx-numbering", "段落的自动编号没有读入，只读入了文字"),
    W + "altChunk": ("docx-chunk", "嵌入的外部内容没有读入"),
    W + "object": ("docx-object", "嵌入的对象（如 Excel 表格）没有读入"),
}


@no_collection()
def read_docx(data: bytes, name: str) -> Document:
    """Read the bytes of a .docx file. Raises :class:`FileRefused` when it cannot be parsed.

    Paragraphs have ``Origin(number of the paragraph, 0, "正文")``, cells ``Origin(row, cell,
    "表1")``, both counted as Word's reader would. Limits on size are the caller's
    (:func:`perfgoals.uploads.check_upload`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            reader = _Reader(name, paragraph_styles(package))
            with package.open(_main_part(package)) as stream:
                reader.read(stream)
            title, form = package_title(package), package_form(package)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError) as error:
        raise damaged(name) from error
    except etree.XMLSyntaxError as error:
        raise damaged(name) from error
    if not reader.root_seen:
        raise refuse(name, "unsupported", "不是普通的 Word 文档（可能是“严格 Open XML”格式）",
                     "请在 Word 中另存为“Word 文档（.docx）”再上传")  # fmt: skip
    return Document(reader.blocks, name, title, reader.findings, form)


def _main_part(package: zipfile.ZipFile) -> str:
    if "word/document.xml" in package.NameToInfo:
        return "word/document.xml"
    types = etree.fromstring(package.read("[Content_Types].xml"), xml_parser())
    for override in types:
        if "document.main+xml" in str(override.get("ContentType")):
            return str(override.get("PartName")).lstrip("/")
    raise KeyError("word/document.xml")


class _Reader:
    """State of one pass over one document."""

    def __init__(self, name: str, styles: dict[str, str]) -> None:
        self.name = name
        self.styles = styles
        self.blocks: list[Block] = []
        self.findings: list[Finding] = []
        self.root_seen = False
        self.page_break = False
        self._paragraphs = 0
        self._tables = 0
        self._told: set[str] = set()

    def read(self, stream: IO[bytes]) -> None:
        """Parse in pieces; a child of the body is complete when the next one has begun."""
        parser = etree.XMLPullParser(
            events=("start",), tag=_BODY, resolve_entities=False, no_network=True, load_dtd=False
        )
        body: etree._Element | None = None
        while piece := stream.read(_PIECE):
            parser.feed(piece)
            if body is None:
                for _, element in parser.read_events():
                    body = element  # type: ignore[assignment]  # only start events are asked for
            if body is not None:
                self._consume(body, list(body)[:-1])
        parser.close()
        if body is not None:
            self.root_seen = True
            self._consume(body, list(body))

    def _consume(self, body: etree._Element, children: list[etree._Element]) -> None:
        for child in children:
            self._top(child)
            child.clear()  # first: removing a full element walks all of it once more
            body.remove(child)

    def _top(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in (P, TBL):
            self._outermost(element)
        elif tag in _UNREAD:
            self._note(tag)
        elif tag in _WRAPPERS and not is_placeholder(element):
            for inner in _children(element, P, TBL):
                self._outermost(inner)

    def _outermost(self, element: etree._Element) -> None:
        boxes = self._prepare(element)
        if element.tag == P:
            self._paragraphs += 1
            self._paragraph(element)
        else:
            self._table(element)
        for box in boxes:
            for child in box:
                self._top(child)

    def _prepare(self, element: etree._Element) -> list[etree._Element]:
        """Take out what is not printed; return the text boxes, which are read after the block."""
        boxes = take_out(element)
        for unread in element.iter(*_UNREAD):
            self._note(unread.tag)
        return boxes

    def _note(self, tag: str) -> None:
        code, text = _UNREAD[tag]
        if code not in self._told:
            self._told.add(code)
            level = INFO if code == "docx-numbering" else WARN
            self.findings.append(Finding(level, code, text, file=self.name))

    # ---- paragraphs ----

    def _paragraph(self, element: etree._Element) -> None:
        style, page_break = self._paragraph_style(element)
        text, before, after = self._split_breaks(element)
        page_break = page_break or self.page_break or before
        self.page_break = after
        text = _strip_lines(text)
        if not text:
            self.page_break = page_break or after
            return
        if style is BODY and "\t" in text:
            style = CAPTION if text.count("\t") == 1 else BODY
        mark = next(element.iter(W + "bookmarkStart"), None)
        anchor = "" if mark is None else str(mark.get(W + "name") or "")
        origin = Origin(self._paragraphs, 0, "正文")
        self.blocks.append(Paragraph(text, style, page_break, "" if anchor == "_GoBack" else anchor, origin))

    def _paragraph_style(self, element: etree._Element) -> tuple[str, bool]:
        properties = element.find(_P_PR)
        if properties is None:
            return self.styles.get("", BODY), False
        ident = value(properties.find(W + "pStyle"))
        style = self.styles.get(ident, BODY)
        level = properties.find(W + "outlineLvl")
        if style == BODY and level is not None and value(level) < "9":
            style = HEADING
        return style, is_on(properties.find(W + "pageBreakBefore"))

    def _split_breaks(self, element: etree._Element) -> tuple[str, bool, bool]:
        """Text, whether a page break stands before it, and whether one stands after it."""
        text = clean_text(paragraph_text(element))
        before = after = False
        for mark in element.iter(W + "br"):
            if mark.get(W + "type") == "page":
                earlier = any(t.text for t in element.iter(T) if precedes(t, mark))
                before, after = before or not earlier, after or earlier
        section = element.find(f"{_P_PR}/{W}sectPr")
        if section is not None and value(section.find(W + "type")) != "continuous":
            after = True
        return text, before, after

    # ---- tables ----

    def _table(self, element: etree._Element) -> None:
        if self.page_break:
            self.blocks.append(Paragraph("", BODY, True))
            self.page_break = False
        self._tables += 1
        grid = Grid(part=f"表{self._tables}")
        nested = take_nested(element)
        TableReader(grid, self._hidden).read(element)
        if grid.rows and not (nested and not any(c.text for _, c in grid.cells())):
            self.blocks.append(grid)
        for inner in nested:
            self._table(inner)

    def _hidden(self, text: str, place: Origin) -> None:
        self.findings.append(
            Finding(WARN, "docx-hidden", "合并单元格中被遮住的文字没有读入", file=self.name,
                    table=place.part, row=place.row, column=place.column, cell=text)
        )  # fmt: skip


def _strip_lines(text: str) -> str:
    """Strip a body paragraph as a cell is, but keep a tab that sets its right part off."""
    left, tab, right = text.partition("\t")
    if tab and right.strip() and "\n" not in text:
        return f"{left.strip()}\t{right.strip()}"
    return cell_text(text)


def _children(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Children with one of ``tags``, looking through content controls and tracked insertions."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, *tags)
