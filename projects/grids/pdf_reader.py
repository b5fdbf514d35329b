"""PDF with text to grids: ruling lines give the cells, words inside them the texts.

A table that goes on over the page is joined again, also where a row was broken in its middle. A page without
ruling lines gives paragraphs. There is no recognition of images: a scan is refused with what to do.
"""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from perfgoals.uploads import damaged, encrypted, refuse
from projects.findings import WARN, Finding
from projects.grids.grid import Block, Cell, Document, Grid, Origin, Paragraph, Row
from projects.grids.text import cell_text, clean_text, first_together

MAX_PAGES = 400
MAX_CHARS = 2_000_000
_MAX_OBJECTS = 60_000  # of one page: beyond this it is a drawing
_NEAR = 2.5  # points within which two rulings are the same

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pdf(data: bytes, name: str) -> Document:
    """Read the bytes of a PDF. Raises :class:`FileRefused` when it is encrypted, damaged, or holds no text.

    ``Origin(row, cell, "第3页")`` counts within the page; a paragraph's row is its line on the page.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    from projects.grids.pdf_original import original_of
    from projects.grids.pdf_tags import tagged_blocks

    document = Document([], name)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise refuse(name, "too-large", f"有 {len(pdf.pages)} 页，超过 {MAX_PAGES} 页的上限", "请拆分后再上传")
            original = original_of(pdf.doc)
            if original is not None and original[2]:
                return _inside(original[1], original[0], name)
            document.title = _title(pdf.metadata)
            if original is not None:
                changed = "页面在生成之后改动过，没有采用所附的原件，按页面读取，请核对"
                document.findings.append(Finding(WARN, "pdf-changed", changed, file=name))
            tagged = tagged_blocks(pdf, MAX_CHARS)
            if not any(isinstance(block, Grid) for block in tagged):
                _Reader(document).read(pdf.pages)
            if tagged and not any(isinstance(block, Grid) for block in document.blocks):
                document.blocks = tagged  # prose; a table whose tags name no cells is better read by its lines
    except Exception as error:
        if type(error).__name__ == "FileRefused":
            raise
        causes = (error, error.__cause__, error.__context__, *error.args)
        if any(isinstance(one, (PDFPasswordIncorrect, PDFEncryptionError)) for one in causes):
            raise encrypted(name) from error
        raise damaged(name) from error
    if not any(_has_text(block) for block in document.blocks):
        document.blocks = _plain_text(data)
    if not document.blocks:
        raise refuse(name, "no-text", "是扫描件或图片，里面没有文字", "请上传 Word、Excel 原件，或先用文字识别软件转换")
    return document


def _plain_text(data: bytes) -> list[Block]:
    """Return the lines of each page as another program sees them: pdfminer cannot decode every font's own encoding."""
    import pypdfium2

    blocks: list[Block] = []
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    try:
        left = MAX_CHARS
        for number, page in enumerate(document, 1):
            text = clean_text(page.get_textpage().get_text_range()[:left])
            left -= len(text)
            lines = [line.strip() for line in text.split("\n")]
            blocks += [
                Paragraph(line, origin=Origin(row, 1, f"第{number}页")) for row, line in enumerate(lines, 1) if line
            ]
    finally:
        document.close()
    return blocks


def _inside(data: bytes, suffix: str, name: str) -> Document:
    """Read the Word or Excel file that a PDF of ours carries, with the checks of any other."""
    from projects.grids.files import open_document

    document = open_document(data, f"原件.{suffix}", office="")
    document.name = name
    document.findings = [finding.at(file=name) for finding in document.findings]
    return document


def _title(metadata: Any) -> str:
    title = metadata.get("Title") if isinstance(metadata, dict) else ""
    return cell_text(title)[:200] if isinstance(title, str) else ""


def _has_text(block: Block) -> bool:
    return bool(block.text.strip()) if isinstance(block, Paragraph) else any(cell.text for _, cell in block.cells())


@dataclass(slots=True)
class _Table:
    """Cells of one table on a page: the edges of its columns and rows, and what stands in each cell."""

    xs: list[float]
    ys: list[float]
    boxes: list[tuple[int, int, int, int]]  # left, top, right, bottom as indices of edges
    words: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


class _Reader:
    """Goes through the pages in order; knows whether the last thing on the page before was a table."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.chars = 0
        self.open: tuple[Grid, list[float]] | None = None

    def read(self, pages: list[Any]) -> None:
        for number, page in enumerate(pages, 1):
            self.chars += len(page.chars)
            if self.chars > MAX_CHARS:
                raise refuse(self.document.name, "too-large", "的文字过多，超出可读取的范围", "请拆分后再上传")
            self._page(page, f"第{number}页")
            page.close()

    def _page(self, page: Any, part: str) -> None:
        if len(page.rects) + len(page.lines) + len(page.curves) > _MAX_OBJECTS:
            self._note("pdf-drawing", f"{part}的线条过多，没有按表格读取", part)
            tables: list[_Table] = []
        else:
            tables = [table for found in page.find_tables() if (table := _table_of(found.cells))]
        loose: list[dict[str, Any]] = []
        for word in _words(page):
            table, box = _box_of(word, tables)
            if table is None:
                loose.append(word)
            else:
                table.words.setdefault(box, []).append(word)
        lines = _lines(loose)
        if lines and _is_page_number(lines[-1][1]):
            lines.pop()
        if lines and _is_page_number(lines[0][1]):
            lines.pop(0)
        things: list[tuple[float, Any]] = [(table.ys[0], table) for table in tables]
        things += lines
        for row, (_, thing) in enumerate(sorted(things, key=lambda item: item[0]), 1):
            if isinstance(thing, _Table):
                self._add(thing, part)
            else:
                self.document.blocks.append(Paragraph(thing, origin=Origin(row, 1, part)))
                self.open = None

    def _add(self, table: _Table, part: str) -> None:
        grid = _grid(table, part)
        if not grid.rows:
            return
        if self.open is not None:
            before, edges = self.open
            if _same_columns(edges, table.xs):
                _join(before, grid, edges, table.xs)
                return
        self.document.blocks.append(grid)
        self.open = (grid, table.xs)

    def _note(self, code: str, text: str, part: str) -> None:
        self.document.findings.append(Finding(WARN, code, text, file=self.document.name, table=part))


def _words(page: Any) -> list[dict[str, Any]]:
    found = page.extract_words(x_tolerance=1.5, y_tolerance=2, keep_blank_chars=True, use_text_flow=False)
    return [word for word in found if clean_text(word["text"]).strip()]


def _cluster(values: list[float]) -> list[float]:
    """Return the edges, those that are the same ruling as one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _NEAR:
            edges.append(value)
    return edges


def _edge(edges: list[float], value: float) -> int:
    at = bisect_left(edges, value - _NEAR)
    return min(at, len(edges) - 1)


def _table_of(cells: list[tuple[float, float, float, float]]) -> _Table | None:
    xs = _cluster([x for cell in cells for x in (cell[0], cell[2])])
    ys = _cluster([y for cell in cells for y in (cell[1], cell[3])])
    if len(xs) < 3 and len(ys) < 3:
        return None
    boxes: list[tuple[int, int, int, int]] = []
    taken: set[tuple[int, int]] = set()
    for x0, top, x1, bottom in sorted(cells, key=lambda c: (c[1], c[0])):
        box = (_edge(xs, x0), _edge(ys, top), _edge(xs, x1), _edge(ys, bottom))
        places = {(r, c) for r in range(box[1], box[3]) for c in range(box[0], box[2])}
        if places and not places & taken:
            boxes.append(box)
            taken |= places
    return _Table(xs, ys, boxes) if boxes else None


def _box_of(word: dict[str, Any], tables: list[_Table]) -> tuple[_Table | None, int]:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    for table in tables:
        if not (table.xs[0] <= x <= table.xs[-1] and table.ys[0] <= y <= table.ys[-1]):
            continue
        for number, (left, top, right, bottom) in enumerate(table.boxes):
            if table.xs[left] <= x <= table.xs[right] and table.ys[top] <= y <= table.ys[bottom]:
                return table, number
    return None, -1


def _lines(words: list[dict[str, Any]]) -> list[tuple[float, str]]:
    """Return ``(top, text)`` of each line of loose words; wide gaps become tabs."""
    found: list[tuple[float, str]] = []
    for line in _rows(words):
        text, end = "", None
        for word in line:
            if end is not None:
                # Word and LibreOffice set a quarter of a character between Chinese and figures, which is no blank.
                blank = max((word["bottom"] - word["top"]) * 0.4, 3.0)
                text += "\t" if word["x0"] - end > max(14.0, blank) else " " if word["x0"] - end > blank else ""
            text += clean_text(word["text"]).strip()
            end = word["x1"]
        found.append((line[0]["top"], text))
    return found


def _rows(words: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    row: list[dict[str, Any]] = []
    for word in sorted(words, key=lambda w: (w["top"], w["x0"])):
        if row and word["top"] > (row[0]["top"] + row[0]["bottom"]) / 2:
            yield sorted(row, key=lambda w: float(w["x0"]))
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda w: float(w["x0"]))


def _is_page_number(text: str) -> bool:
    bare = text.replace("第", "").replace("页", "").replace("共", "").strip("-—–_ /\t")
    return len(bare) <= 7 and (bare.replace("/", "").replace(" ", "").isdigit())


def _grid(table: _Table, part: str) -> Grid:
    widths = [right - left for left, right in pairwise(table.xs)]
    grid = Grid([Row([]) for _ in range(len(table.ys) - 1)], widths, part)
    for number, (left, top, right, bottom) in enumerate(table.boxes):
        text = _text(table.words.get(number, []), table.xs[right])
        cell = Cell(text, left, right - left, bottom - top)
        grid.rows[top].cells.append(cell)
    for y, row in enumerate(grid.rows, 1):
        row.cells.sort(key=lambda cell: cell.col)
        for position, cell in enumerate(row.cells, 1):
            cell.origin = Origin(y, position, part)
    return grid


_ITEM = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．：:](?!\d)|[①-⑳]|目标\s*\d|其中")


_LONG = 8


def _text(words: list[dict[str, Any]], right: float) -> str:
    """Return the text of a cell: a line that fills the cell goes on in the next, a shorter one ends.

    A line fills the cell when what the next begins with would not have stood behind it any more: it is about as long as
    the longest, and there is little room to the cell's edge.
    """
    lines = list(_rows(words))
    longest = max((line[-1]["x1"] for line in lines), default=0.0)
    text = ""
    before = None
    for line in lines:
        size = line[0]["bottom"] - line[0]["top"]
        piece, end = "", None
        for word in line:
            piece += "" if end is None or word["x0"] - end < size * 0.4 else " "
            piece += clean_text(word["text"]).strip()
            end = float(word["x1"])
        if before is not None:
            last, high, long = before
            # In a narrow cell a second short line is another value rather than the rest of the first.
            room = first_together(piece) if long >= _LONG * high else 1.0
            full = right - last < high * (room + 1.6) and longest - last < high * (room + 0.1)
            text += _joint(text, piece) if full else "\n" if text else ""
        text += piece
        before = (end or 0.0, size, (end or 0.0) - float(line[0]["x0"]))
    return cell_text(text)


def _joint(text: str, piece: str) -> str:
    if _ITEM.match(piece):
        return "\n"
    words = text[-1:].isascii() and text[-1:].isalpha() and piece[:1].isascii() and piece[:1].isalpha()
    return " " if words else ""


def _same_columns(one: list[float], other: list[float]) -> bool:
    """Tell whether a table on the next page has the columns of the one before: its edges are among them."""
    if abs(one[0] - other[0]) > 6 or abs(one[-1] - other[-1]) > 6:
        return False
    near = sum(any(abs(x - y) <= 4 for y in one) for x in other)
    return near >= min(len(other), 3) and near * 3 >= len(other) * 2


def _join(grid: Grid, more: Grid, edges: list[float], others: list[float]) -> None:
    """Append the rows of a table's continuation on the next page, its columns in those of the beginning."""
    merged = _cluster([*edges, *others])
    _spread(grid, edges, merged)
    _spread(more, others, merged)
    edges[:] = merged
    grid.widths = [right - left for left, right in pairwise(merged)]
    rows = more.rows
    if rows and grid.rows and _is_rest(grid.rows[-1], rows[0]):
        for cell in rows[0].cells:
            above = next((one for one in grid.rows[-1].cells if one.col == cell.col), None)
            if above is not None and cell.text:
                above.text = f"{above.text}{cell.text}"
        rows = _without_first(rows)
    grid.rows += rows


def _without_first(rows: list[Row]) -> list[Row]:
    """Return the rows without the first, whose blank merged cells begin in the second; all where they have texts."""
    tall = [cell for cell in rows[0].cells if cell.rowspan > 1]
    if any(cell.text for cell in tall) or (tall and len(rows) == 1):
        return rows
    for cell in tall:
        cell.rowspan -= 1
        rows[1].cells.append(cell)
    if tall:
        rows[1].cells.sort(key=lambda cell: cell.col)
    return rows[1:]


def _spread(grid: Grid, edges: list[float], merged: list[float]) -> None:
    places = [_edge(merged, x) for x in edges]
    for _, cell in grid.cells():
        end = places[min(cell.col + cell.colspan, len(places) - 1)]
        cell.col = places[cell.col]
        cell.colspan = max(end - cell.col, 1)


_CATEGORY_ENDS = ("标", "指标", "目标")


def _is_rest(last: Row, first: Row) -> bool:
    """Tell whether the first row of a page is the rest of the row before it: text in few cells, none of them last."""
    filled = [cell for cell in first.cells if cell.text]
    before = {cell.col: cell.text for cell in last.cells}
    if any(cell.text in _CATEGORY_ENDS and before.get(cell.col, "标")[-1] != "标" for cell in filled):
        return all(before.get(cell.col) for cell in filled)
    if len(first.cells) < 2 or not filled or len(filled) * 2 > len(first.cells) or first.cells[-1].text:
        return len(first.cells) == 2 and not first.cells[0].text and bool(filled) and len(last.cells) == 2
    return all(before.get(cell.col) and before[cell.col][-1] not in "。；;" for cell in filled)
