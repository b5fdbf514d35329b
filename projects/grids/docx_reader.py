"""Word to grids: one pass over document.xml in flat memory, nothing that is printed left out.

Each outermost paragraph or table is turned into blocks when its end is seen, then freed. Deleted
text (tracked changes), field codes, placeholders and the fallback copies of drawings are taken out
of the tree first, so that the walk itself stays simple and fast.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from perfgoals.uploads import damaged, refuse
from projects.findings import INFO, WARN, Finding
from projects.grids.docx_parts import CELL_STYLE_IDS
from projects.grids.docx_text import (
    DROPPED,
    TBL,
    TC,
    TR,
    VAL,
    P,
    T,
    W,
    is_on,
    number,
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
    TEXT,
    Block,
    Cell,
    Document,
    Grid,
    Origin,
    Paragraph,
    Row,
)
from projects.grids.text import cell_text, clean_text

_TC_PR, _TR_PR, _P_PR = W + "tcPr", W + "trPr", W + "pPr"
_SPAN, _V_MERGE, _H_MERGE = W + "gridSpan", W + "vMerge", W + "hMerge"
_WRAPPERS = {W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink")}
_OUR_CELLS = {ident: style for style, ident in CELL_STYLE_IDS.items()}
_UNREAD = {
    W + "footnoteReference": ("docx-footnote", "脚注的内容没有读入"),
    W + "endnoteReference": ("docx-footnote", "尾注的内容没有读入"),
    W + "numPr": ("docx-numbering", "段落的自动编号没有读入，只读入了文字"),
    W + "altChunk": ("docx-chunk", "嵌入的外部内容没有读入"),
    W + "object": ("docx-object", "嵌入的对象（如 Excel 表格）没有读入"),
}


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
            title = package_title(package)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError) as error:
        raise damaged(name) from error
    except etree.XMLSyntaxError as error:
        raise damaged(name) from error
    if not reader.root_seen:
        raise refuse(name, "unsupported", "不是普通的 Word 文档（可能是“严格 Open XML”格式）",
                     "请在 Word 中另存为“Word 文档（.docx）”再上传")  # fmt: skip
    return Document(reader.blocks, name, title, reader.findings)


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

    def read(self, stream: object) -> None:
        depth = 0
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=(P, TBL, W + "body", W + "altChunk"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        for event, element in events:
            tag = element.tag
            if tag not in (P, TBL):
                self.root_seen = True
                if tag != W + "body":
                    self._note(tag)
                continue
            if event == "start":
                depth += 1
                continue
            depth -= 1
            if depth == 0:
                self._outermost(element)
                self._free(element)

    @staticmethod
    def _free(element: etree._Element) -> None:
        element.clear()
        parent = element.getparent()
        if parent is not None:
            while parent[0] is not element:
                del parent[0]

    def _outermost(self, element: etree._Element) -> None:
        if any(True for _ in element.iterancestors(*DROPPED)):
            return
        boxes = self._prepare(element)
        if element.tag == P:
            self._paragraphs += 1
            self._paragraph(element)
        else:
            self._table(element)
        for box in boxes:
            for child in box:
                if child.tag in (P, TBL):
                    self._outermost(child)

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
        nested: list[etree._Element] = []
        self._rows(element, grid, nested)
        _fit_widths(element, grid)
        if grid.rows and not (nested and not any(c.text for _, c in grid.cells())):
            self.blocks.append(grid)
        for inner in nested:
            self._table(inner)

    def _rows(self, table: etree._Element, grid: Grid, nested: list[etree._Element]) -> None:
        # column -> (anchor, row after its last one), for merges that may go on
        open_cells: dict[int, tuple[Cell, int]] = {}
        for index, element in enumerate(_children(table, TR)):
            row = Row([])
            col = 0
            properties = element.find(_TR_PR)
            if properties is not None:
                col = number(properties.find(W + "gridBefore"))
                row.head = is_on(properties.find(W + "tblHeader"))
            for position, cell in enumerate(_children(element, TC), 1):
                place = Origin(index + 1, position, grid.part)
                col += self._cell(cell, col, place, row, open_cells, nested)
            grid.rows.append(row)

    def _cell(
        self,
        element: etree._Element,
        col: int,
        place: Origin,
        row: Row,
        open_cells: dict[int, tuple[Cell, int]],
        nested: list[etree._Element],
    ) -> int:
        """Add one cell to ``row`` or to the merge above it; return how many columns it takes."""
        span, merge, joined = 1, None, False
        properties = element.find(_TC_PR)
        if properties is not None:
            for item in properties:
                if item.tag == _SPAN:
                    span = max(number(item), 1)
                elif item.tag == _V_MERGE:
                    merge = item.get(VAL) or "continue"
                elif item.tag == _H_MERGE:
                    joined = item.get(VAL) != "restart"
        text, style = self._cell_content(element, nested)
        if merge == "continue":
            anchor, until = open_cells.get(col, (None, 0))
            if anchor is not None and until == place.row - 1 and anchor.colspan == span:
                anchor.rowspan += 1
                open_cells[col] = (anchor, place.row)
                if text:
                    self._hidden(text, place)
                return span
        if joined and row.cells:
            row.cells[-1].colspan += span
            return span
        cell = Cell(text, col, span, 1, style, origin=place)
        row.cells.append(cell)
        if merge is not None:
            open_cells[col] = (cell, place.row)
        return span

    def _hidden(self, text: str, place: Origin) -> None:
        self.findings.append(
            Finding(WARN, "docx-hidden", "合并单元格中被遮住的文字没有读入", file=self.name,
                    table=place.part, row=place.row, column=place.column, cell=text)
        )  # fmt: skip

    def _cell_content(self, element: etree._Element, nested: list[etree._Element]) -> tuple[str, str]:
        lines: list[str] = []
        style = TEXT
        first = True
        for child in element:
            tag = child.tag
            if tag == P:
                if first:
                    first = False
                    style = _cell_style(child)
                lines.append(paragraph_text(child))
            elif tag == TBL:
                nested.append(child)
            elif tag in _WRAPPERS:
                for inner in _children(child, P, TBL):
                    if inner.tag == P:
                        lines.append(paragraph_text(inner))
                    else:
                        nested.append(inner)
        return cell_text(lines[0] if len(lines) == 1 else "\n".join(lines)), style


def _cell_style(paragraph: etree._Element) -> str:
    """The cell's style where our own writer stated one."""
    if len(paragraph) and paragraph[0].tag == _P_PR and len(paragraph[0]):
        return _OUR_CELLS.get(paragraph[0][0].get(VAL), TEXT)  # type: ignore[arg-type]
    return TEXT


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


def _fit_widths(table: etree._Element, grid: Grid) -> None:
    """Take the widths of ``tblGrid``, cut or filled up to the columns that are really used."""
    used = max((c.col + c.colspan for row in grid.rows for c in row.cells), default=0)
    columns = table.find(W + "tblGrid")
    widths = [] if columns is None else [float(number(c, W + "w")) for c in columns]
    widths = [w for w in widths[:used]]
    known = [w for w in widths if w > 0]
    if not known:
        grid.widths = [1.0] * used
        return
    spare = sum(known) / len(known)
    grid.widths = [w if w > 0 else spare for w in widths] + [spare] * (used - len(widths))
