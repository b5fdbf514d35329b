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
from projects.grids.docx_parts import CELL_STYLE_IDS, GAP_STYLE_ID, PARAGRAPH_STYLE_IDS, W_NS
from projects.grids.grid import (
    BODY,
    CAPTION,
    HEADING,
    TEXT,
    TITLE,
    Block,
    Cell,
    Document,
    Grid,
    Origin,
    Paragraph,
    Row,
)
from projects.grids.text import cell_text, clean_text

_W = f"{{{W_NS}}}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
P, TBL, TR, TC, R = (_W + tag for tag in ("p", "tbl", "tr", "tc", "r"))
T, VAL = _W + "t", _W + "val"
_TC_PR, _TR_PR, _P_PR = _W + "tcPr", _W + "trPr", _W + "pPr"
_SPAN, _V_MERGE, _H_MERGE = _W + "gridSpan", _W + "vMerge", _W + "hMerge"
_BOX, _SDT = _W + "txbxContent", _W + "sdt"
_MATH_RUN, _MATH_TEXT = _M + "r", _M + "t"
_DROPPED = (_W + "del", _W + "moveFrom", _W + "rt", _MC + "Fallback", _W + "cellDel")
_SPECIAL = (*_DROPPED, _BOX, _SDT)
_WRAPPERS = {
    _W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink")
}
_OFF = ("0", "false", "off")
_BREAKS = {_W + "br": "\n", _W + "cr": "\n", _W + "tab": "\t", _W + "ptab": "\t",
           _W + "noBreakHyphen": "-"}  # fmt: skip
# Check boxes of the symbol fonts that forms are made with.
_SYMBOLS = {"F0FE": "☑", "F052": "☑", "F0A8": "□", "F06F": "□", "F0A3": "□", "F0FC": "√",
            "F050": "√", "F0FB": "×", "F051": "×"}  # fmt: skip
_OUR_PARAGRAPHS = {ident: style for style, ident in PARAGRAPH_STYLE_IDS.items()}
_OUR_CELLS = {ident: style for style, ident in CELL_STYLE_IDS.items()}
_UNREAD = {
    _W + "footnoteReference": ("docx-footnote", "脚注的内容没有读入"),
    _W + "endnoteReference": ("docx-footnote", "尾注的内容没有读入"),
    _W + "numPr": ("docx-numbering", "段落的自动编号没有读入，只读入了文字"),
    _W + "altChunk": ("docx-chunk", "嵌入的外部内容没有读入"),
    _W + "object": ("docx-object", "嵌入的对象（如 Excel 表格）没有读入"),
}


def read_docx(data: bytes, name: str) -> Document:
    """Read the bytes of a .docx file. Raises :class:`FileRefused` when it cannot be parsed.

    Paragraphs have ``Origin(number of the paragraph, 0, "正文")``, cells ``Origin(row, cell,
    "表1")``, both counted as Word's reader would. Limits on size are the caller's
    (:func:`perfgoals.uploads.check_upload`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            reader = _Reader(name, _styles(package))
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
    types = etree.fromstring(package.read("[Content_Types].xml"), _parser())
    for override in types:
        if "document.main+xml" in str(override.get("ContentType")):
            return str(override.get("PartName")).lstrip("/")
    raise KeyError("word/document.xml")


def package_title(package: zipfile.ZipFile) -> str:
    """The title property of a Word or Excel package."""
    if "docProps/core.xml" not in package.NameToInfo:
        return ""
    core = etree.fromstring(package.read("docProps/core.xml"), _parser())
    found = core.findtext("{http://purl.org/dc/elements/1.1/}title")
    return cell_text(str(found or ""))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _styles(package: zipfile.ZipFile) -> dict[str, str]:
    """Map style identifiers to our paragraph styles, following ``basedOn``."""
    if "word/styles.xml" not in package.NameToInfo:
        return {}
    known: dict[str, str] = {}
    based: dict[str, str] = {}
    for style in etree.fromstring(package.read("word/styles.xml"), _parser()).iter(_W + "style"):
        ident = str(style.get(_W + "styleId"))
        label = _value(style.find(_W + "name")).lower()
        level = style.find(f"{_P_PR}/{_W}outlineLvl")
        if ident in _OUR_PARAGRAPHS:
            known[ident] = _OUR_PARAGRAPHS[ident]
        elif label in ("title", "标题"):
            known[ident] = TITLE
        elif label.startswith(("heading", "标题 ")) or (level is not None and _value(level) < "9"):
            known[ident] = HEADING
        based[ident] = _value(style.find(_W + "basedOn"))
    for ident in based:
        above, steps = ident, 0
        while above not in known and above in based and steps < 20:
            above, steps = based[above], steps + 1
        known.setdefault(ident, known.get(above, BODY))
    return known


def _value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(VAL) or "")


def _on(element: etree._Element | None) -> bool:
    return element is not None and element.get(VAL) not in _OFF


def _number(element: etree._Element | None, attribute: str = VAL) -> int:
    """A whole number from an attribute; 0 where there is none."""
    text = "" if element is None else str(element.get(attribute) or "")
    try:
        return min(max(int(float(text)), 0), 100_000) if text else 0
    except (ValueError, OverflowError):
        return 0


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
            stream,  # type: ignore[arg-type]
            events=("start", "end"),
            tag=(P, TBL, _W + "body", _W + "altChunk"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        for event, element in events:
            tag = element.tag
            if tag is not P and tag != P and tag != TBL:
                self.root_seen = True
                if tag != _W + "body":
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
        if any(True for _ in element.iterancestors(*_DROPPED)):
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
        boxes: list[etree._Element] = []
        for special in list(element.iter(*_SPECIAL)):
            parent = special.getparent()
            if parent is None:
                continue
            if special.tag == _SDT:
                if not _on(special.find(f"{_W}sdtPr/{_W}showingPlcHdr")):
                    continue
            elif special.tag == _BOX:
                boxes.append(special)
            elif parent.tag == _TR_PR:  # a deleted row
                parent = parent.getparent()
                special, parent = parent, parent.getparent()
            elif special.tag == _W + "cellDel":
                parent = parent.getparent()
                special, parent = parent, parent.getparent()
            elif parent.tag == _W + "rPr":  # only the paragraph mark is deleted
                continue
            if parent is not None and special.tail is None or not str(special.tail).strip():
                parent.remove(special)
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
        mark = next(element.iter(_W + "bookmarkStart"), None)
        anchor = "" if mark is None else str(mark.get(_W + "name") or "")
        origin = Origin(self._paragraphs, 0, "正文")
        self.blocks.append(
            Paragraph(text, style, page_break, "" if anchor == "_GoBack" else anchor, origin)
        )

    def _paragraph_style(self, element: etree._Element) -> tuple[str, bool]:
        properties = element.find(_P_PR)
        if properties is None:
            return self.styles.get("", BODY), False
        ident = _value(properties.find(_W + "pStyle"))
        style = self.styles.get(ident, BODY)
        level = properties.find(_W + "outlineLvl")
        if style == BODY and level is not None and _value(level) < "9":
            style = HEADING
        return style, _on(properties.find(_W + "pageBreakBefore"))

    def _split_breaks(self, element: etree._Element) -> tuple[str, bool, bool]:
        """Text, whether a page break stands before it, and whether one stands after it."""
        text = clean_text(paragraph_text(element))
        before = after = False
        for mark in element.iter(_W + "br"):
            if mark.get(_W + "type") == "page":
                earlier = any(t.text for t in element.iter(T) if _precedes(t, mark))
                before, after = before or not earlier, after or earlier
        section = element.find(f"{_P_PR}/{_W}sectPr")
        if section is not None and _value(section.find(_W + "type")) != "continuous":
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
                col = _number(properties.find(_W + "gridBefore"))
                row.head = _on(properties.find(_W + "tblHeader"))
            for number, cell in enumerate(_children(element, TC), 1):
                place = Origin(index + 1, number, grid.part)
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
                    span = max(_number(item), 1)
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

    def _cell_content(
        self, element: etree._Element, nested: list[etree._Element]
    ) -> tuple[str, str]:
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


def paragraph_text(element: etree._Element) -> str:
    """Text of one paragraph: runs in order, tabs and breaks as characters."""
    texts: list[str] = []
    for run in element.iter(R, _MATH_RUN):
        for child in run:
            tag = child.tag
            if tag == T or tag == _MATH_TEXT:
                if child.text:
                    texts.append(child.text)
            elif tag in _BREAKS:
                if child.get(_W + "type") not in ("page", "column"):
                    texts.append(_BREAKS[tag])
            elif tag == _W + "sym":
                code = str(child.get(_W + "char") or "").upper()
                texts.append(_SYMBOLS.get(code, "□"))
    return texts[0] if len(texts) == 1 else "".join(texts)


def _strip_lines(text: str) -> str:
    """Strip a body paragraph as a cell is, but keep a tab that sets its right part off."""
    left, tab, right = text.partition("\t")
    if tab and right.strip() and "\n" not in text:
        return f"{left.strip()}\t{right.strip()}"
    return cell_text(text)


def _precedes(first: etree._Element, second: etree._Element) -> bool:
    paragraph = next(second.iterancestors(P), None)
    if paragraph is None:
        return False
    for element in paragraph.iter(first.tag, second.tag):
        if element is first:
            return True
        if element is second:
            return False
    return False


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
    columns = table.find(_W + "tblGrid")
    widths = [] if columns is None else [float(_number(c, _W + "w")) for c in columns]
    widths = [w for w in widths[:used]]
    known = [w for w in widths if w > 0]
    if not known:
        grid.widths = [1.0] * used
        return
    spare = sum(known) / len(known)
    grid.widths = [w if w > 0 else spare for w in widths] + [spare] * (used - len(widths))
