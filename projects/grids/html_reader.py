"""HTML to grids: our own pages exactly, other pages (saved web forms) by the usual rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from perfgoals.uploads import damaged, refuse
from projects.grids.docx_text import form_mark
from projects.grids.grid import (
    BODY,
    CELL_STYLES,
    HEAD,
    HEADING,
    LABEL,
    PARAGRAPH_STYLES,
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

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)""", re.I)
_BLANKS = re.compile(r"[ \t\n]+")
_HIDDEN = {"script", "style", "template", "noscript", "select", "option", "head", "title"}
_FLOW = {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "section", "dd", "dt"}
_HEADINGS = {"h1": TITLE, "h2": HEADING, "h3": HEADING, "h4": HEADING, "h5": HEADING,
             "h6": HEADING}  # fmt: skip
_MAX_COLUMNS = 1000  # the HTML standard's ceiling of colspan
_MAX_CELLS = 1_000_000


def read_html(data: bytes, name: str) -> Document:
    """Read an HTML file. Cells get ``Origin(row, cell, "表1")``, paragraphs their number."""
    text = clean_text(decode_html(data))
    try:
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise damaged(name) from error
    reader = _Reader(name)
    body = root.find("body")
    reader.walk(root if body is None else body)
    reader.flush()
    title = root.findtext("head/title") or ""
    marks = root.xpath("head/meta[@name='perfgoals-form']/@content")
    form = form_mark(str(marks[0])) if isinstance(marks, list) and marks else ""
    return Document(reader.blocks, name, cell_text(str(title)), form=form)


def decode_html(data: bytes) -> str:
    """Decode by byte order mark, declared charset, UTF-8, then GB18030."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    declared = _CHARSET.search(data[:4096])
    codings = ["utf-8-sig", "gb18030"]
    if declared:
        coding = declared.group(1).decode("ascii", "replace").lower()
        codings.insert(0, "gb18030" if coding in ("gb2312", "gbk") else coding)
    for coding in codings:
        try:
            return data.decode(coding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030", "replace")


class _Reader:
    """Blocks of one page; loose text is gathered until the next block begins."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.blocks: list[Block] = []
        self._loose: list[str] = []
        self._tables = 0
        self._paragraphs = 0

    def walk(self, element: html.HtmlElement) -> None:
        self._loose.append(element.text or "")
        for child in element:
            self._child(child)
            self._loose.append(child.tail or "")

    def _child(self, child: html.HtmlElement) -> None:
        tag = child.tag
        if not isinstance(tag, str) or tag in _HIDDEN:
            return
        if tag == "table":
            self.flush()
            self._table(child)
        elif tag == "br":
            self._loose.append("\x00")
        elif tag in _FLOW:
            self.flush()
            if tag != "div" or "pg-gap" in _classes(child):
                self._block(child)
            else:
                self.walk(child)
            self.flush()
        else:
            self.walk(child)

    def flush(self) -> None:
        text = _collapse("".join(self._loose))
        self._loose.clear()
        self._add(text, BODY, False, "")

    def _add(self, text: str, style: str, page_break: bool, anchor: str) -> None:
        if not text and not page_break:
            return
        self._paragraphs += 1
        origin = Origin(self._paragraphs, 0, "正文")
        self.blocks.append(Paragraph(text, style, page_break, anchor, origin))

    def _block(self, element: html.HtmlElement) -> None:
        """A paragraph or heading; one that holds a table or further blocks is walked instead."""
        if any(True for _ in element.iter("table", "p", "div", "li") if _ is not element):
            self.walk(element)
            return
        classes = _classes(element)
        style = next((s for s in PARAGRAPH_STYLES if f"pg-{s}" in classes), "")
        anchor = element.get("id") or ""
        if style or "pg-gap" in classes:
            spans = [_raw(child) for child in element if child.tag == "span"]
            text = "\t".join(spans) if len(spans) > 1 else _raw(element)
            self._add(text, style or BODY, "pg-break" in classes, anchor)
            return
        text = _collapse(_text(element))
        self._add(text, _HEADINGS.get(str(element.tag), BODY), False, anchor)

    # ---- tables ----

    def _table(self, table: html.HtmlElement) -> None:
        self._tables += 1
        grid = Grid(part=f"表{self._tables}")
        ours = "pg-form" in _classes(table)
        nested: list[html.HtmlElement] = []
        # merged cells that reach into the row: (first column, column after, row after)
        above: list[tuple[int, int, int]] = []
        count = 0
        sections = list(_sections(table))
        rows = [(row, len(section) - i) for section in sections for i, row in enumerate(section)]
        for index, (element, left) in enumerate(rows):
            above = [span for span in above if span[2] > index]
            taken = sorted(above)
            row = Row([], "pg-head" in _classes(element) or _in_head(element))
            col = 0
            for number, item in enumerate(_cells(element), 1):
                while taken and taken[0][0] <= col:
                    col = max(col, taken.pop(0)[1])
                cell = _cell(item, ours, nested)
                cell.col = col
                cell.rowspan = min(cell.rowspan or left, left)
                cell.origin = Origin(index + 1, number, grid.part)
                row.cells.append(cell)
                col += cell.colspan
                count += 1
                if cell.rowspan > 1:
                    above.append((cell.col, col, index + cell.rowspan))
                if col > _MAX_COLUMNS or count > _MAX_CELLS:
                    raise refuse(self.name, "too-large", "的表格过大", "请拆分后再上传")
            grid.rows.append(row)
        grid.widths = _widths(table, grid.columns)
        if grid.rows and not (nested and not any(c.text for _, c in grid.cells())):
            self.blocks.append(grid)
        for inner in nested:
            self._table(inner)


def _classes(element: html.HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _in_head(row: html.HtmlElement) -> bool:
    parent = row.getparent()
    return parent is not None and parent.tag == "thead"


def _sections(table: html.HtmlElement) -> Iterator[list[html.HtmlElement]]:
    """Row groups; a merged cell does not reach beyond its group."""
    loose: list[html.HtmlElement] = []
    for child in table:
        if child.tag == "tr":
            loose.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield [row for row in child if row.tag == "tr"]
    if loose:
        yield loose


def _cells(row: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (cell for cell in row if cell.tag in ("td", "th"))


def _cell(element: html.HtmlElement, ours: bool, nested: list[html.HtmlElement]) -> Cell:
    inner = [t for t in element.iter("table") if _owner(t) is element]
    nested += inner
    classes = _classes(element)
    style = next((s for s in CELL_STYLES if f"pg-cell--{s}" in classes), "")
    if not style:
        style = TEXT if element.tag == "td" else LABEL
        row = element.getparent()
        if element.tag == "th" and row is not None and _in_head(row):
            style = HEAD
    text = _raw(element) if ours else _collapse(_text(element))
    return Cell(
        text,
        0,
        min(max(_count(element.get("colspan")), 1), _MAX_COLUMNS),
        _count(element.get("rowspan")),
        style,
        element.get("data-field") or "",
    )


def _owner(table: html.HtmlElement) -> html.HtmlElement | None:
    """The cell that directly holds a nested table."""
    return next(table.iterancestors("td", "th"), None)


def _count(text: str | None) -> int:
    """A span: 1 when missing or wrong, 0 for "to the end"."""
    found = re.match(r"\s*(\d{1,6})", text or "")
    return int(found.group(1)) if found else 1


def _raw(element: html.HtmlElement) -> str:
    """Text as it stands, ``<br>`` as line breaks: our own pages add no blanks."""
    return cell_text("".join(_strings(element)).replace("\x00", "\n"))


def _text(element: html.HtmlElement) -> str:
    return "".join(_strings(element))


def _strings(element: html.HtmlElement) -> Iterator[str]:
    """Text pieces; ``\\0`` marks a line break. Nested tables are left to themselves."""
    yield element.text or ""
    for child in element:
        tag = child.tag
        if tag == "br":
            yield "\x00"
        elif isinstance(tag, str) and tag not in _HIDDEN and tag != "table":
            if tag in _FLOW:
                yield "\x00"
            yield from _strings(child)
            if tag in _FLOW:
                yield "\x00"
        if tag == "input":
            yield child.get("value") or ""
        yield child.tail or ""


def _collapse(text: str) -> str:
    """Collapse blanks as a browser does; breaks of blocks leave no empty lines."""
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\x00"))
    return cell_text("\n".join(line for line in lines if line))


def _widths(table: html.HtmlElement, columns: int) -> list[float]:
    widths: list[float] = []
    for column in table.iterfind("colgroup/col"):
        found = re.match(r"\s*([\d.]{1,10})", column.get("width") or "")
        try:
            width = float(found.group(1)) if found else 0.0
        except ValueError:
            width = 0.0
        widths += [width] * max(_count(column.get("span")), 1)
    known = [w for w in widths if w > 0]
    if len(widths) != columns or len(known) != columns:
        return [1.0] * columns
    return widths
