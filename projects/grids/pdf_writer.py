"""Grids to PDF without any other program: paper, fonts and borders as in the Word file, page breaks of our own.

For machines without LibreOffice. The fonts' used characters are embedded. Everything is set twice: the first time to
learn the pages of the headings, which the contents then print. Lengths are points, ``y`` runs downwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from fpdf import FPDF

from projects.grids import docx_parts as parts
from projects.grids.docx_frame import NO_FRAME
from projects.grids.grid import (
    ANNEX,
    BODY,
    CAPTION,
    CONTENTS,
    COVER,
    COVER_LINE,
    ENTRIES,
    HEAD,
    HEADING,
    MONEY,
    NUMBER,
    PART,
    SIGN,
    TEXT,
    TITLE,
    UNLISTED,
    Block,
    Cell,
    Frame,
    Grid,
    Paragraph,
)  # fmt: skip
from projects.grids.pages import STYLES
from projects.grids.pdf_fonts import Fonts, find_fonts
from projects.grids.text import clean_text

_TOP, _BOTTOM, _SIDE = parts.MARGIN_TOP / 20, parts.MARGIN_BOTTOM / 20, parts.MARGIN_SIDE / 20
_SIZE, _LEADING = 10.5, 1.3
_PAD, _ROW, _TALL, _LONG = 3.75, 21.0, 400, 72
_HEADS = {PART, ANNEX, HEADING, COVER_LINE, NUMBER, CONTENTS, "entry1", TITLE, COVER}
_CENTRED = {PART, TITLE, COVER, COVER_LINE, CONTENTS}
_OUTLINE = {PART: 1, TITLE: 1, NUMBER: 2, HEADING: 2}
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every glyph it embeds


class NoFont(Exception):
    """No Chinese font is installed here."""


def write_pdf(blocks: Callable[[], Iterable[Block]], *, title: str = "", frame: Frame = NO_FRAME) -> bytes:
    """Return a PDF with embedded fonts. ``blocks`` is called twice. The same blocks give the same bytes.

    Raises :class:`NoFont` where no Chinese font is found.
    """
    fonts = find_fonts()
    if fonts is None:
        raise NoFont("没有可以嵌入的中文字体")
    pdf = _document(fonts, title, frame)
    dry = _Setter(pdf, frame, {}, drawing=False)
    for block in blocks():
        dry.add(block)
    setter = _Setter(pdf, frame, dry.pages, drawing=True)
    for block in blocks():
        setter.add(block)
    if not setter.page:
        setter.turn()
    return bytes(pdf.output())


def _document(fonts: Fonts, title: str, frame: Frame) -> FPDF:
    pdf = FPDF(orientation="landscape" if frame.wide else "portrait", unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(_CREATED)
    pdf.set_title(clean_text(title))
    pdf.set_lang("zh-CN")
    pdf.add_font("text", fname=fonts.text.path, collection_font_number=fonts.text.face)
    pdf.add_font("heads", fname=fonts.heads.path, collection_font_number=fonts.heads.face)
    pdf.set_line_width(0.5)
    return pdf


class _Setter:
    """Sets blocks one after the other; without ``drawing`` it only counts pages."""

    def __init__(self, pdf: FPDF, frame: Frame, known: dict[str, int], *, drawing: bool) -> None:
        self.pdf, self.frame, self.known, self.drawing = pdf, frame, known, drawing
        self.page = 0
        self.y = 0.0
        self.pages: dict[str, int] = {}
        self.width = pdf.w - 2 * _SIDE
        self.end = pdf.h - _BOTTOM
        self._widths: dict[str, dict[str, float]] = {"text": {}, "heads": {}}

    # ---- pages ----

    def turn(self) -> None:
        self.page += 1
        self.y = _TOP
        if not self.drawing:
            return
        pdf, frame = self.pdf, self.frame
        pdf.add_page()
        if frame.mark:
            pdf.set_text_color(225)
            pdf.set_font("heads", size=110)
            with pdf.rotation(45, pdf.w / 2, pdf.h / 2):
                pdf.text(pdf.w / 2 - 110 * len(frame.mark) / 2, pdf.h / 2 + 40, frame.mark)
            pdf.set_text_color(0)
        first = frame.cover and self.page == 1
        head = "" if first else frame.header
        if frame.mark:
            head += f"（{frame.mark}，未经批复）"
        if head:
            self._line(clean_text(head), _SIDE, 54, self.width, "heads", 9, "centre")
            pdf.line(_SIDE, 58, _SIDE + self.width, 58)
        if not first:
            self._line(f"— {self.page} —", _SIDE, pdf.h - 38, self.width, "text", 10.5, "centre")

    def _room(self, height: float) -> None:
        """Turn the page when ``height`` does not fit any more (and something stands on the page)."""
        if not self.page or (self.y + height > self.end and self.y > _TOP):
            self.turn()

    # ---- text ----

    def _measure(self, text: str, font: str, size: float) -> float:
        widths = self._widths[font]
        total = 0.0
        for char in text:
            width = widths.get(char)
            if width is None:
                self.pdf.set_font(font, size=100)
                width = widths[char] = self.pdf.get_string_width(char) / 100
            total += width
        return total * size

    def _wrap(self, text: str, font: str, size: float, room: float, first: float = 0.0) -> list[str]:
        """Break into lines; a number or Latin word stays whole where it fits on a line."""
        lines: list[str] = []
        for paragraph in clean_text(text).replace("\t", "　").split("\n"):
            line, used = "", first
            for word in _words(paragraph):
                width = self._measure(word, font, size)
                if used + width > room and line:
                    lines.append(line)
                    line, used = "", 0.0
                while width > room and len(word) > 1:
                    cut = max(int(len(word) * room / width), 1)
                    lines.append(word[:cut])
                    word = word[cut:]
                    width = self._measure(word, font, size)
                line += word
                used += width
            lines.append(line)
            first = 0.0
        return lines

    def _line(self, text: str, x: float, y: float, room: float, font: str, size: float, align: str) -> None:
        if not self.drawing or not text:
            return
        if align != "left":
            spare = room - self._measure(text, font, size)
            x += spare / 2 if align == "centre" else spare
        self.pdf.set_font(font, size=size)
        self.pdf.text(x, y, text)

    # ---- blocks ----

    def add(self, block: Block) -> None:
        if isinstance(block, Grid):
            self._grid(block)
            return
        if block.page_break and self.page:
            self.turn()
        if block.text or block.style != BODY:
            self._paragraph(block)

    def _paragraph(self, block: Paragraph) -> None:
        size, line, before, after, indent, _ = STYLES.get(block.style, STYLES[BODY])
        line = line or size * _LEADING
        font = "heads" if block.style in _HEADS else "text"
        if block.style in ENTRIES:
            self._entry(block, font, size, line)
            return
        left, tab, right = block.text.partition("\t")
        self._room(before + line + (30 if block.style in _HEADS else 0))
        self.y += before
        self._note(block)
        if tab and block.style in (CAPTION, SIGN):
            base = self.y + line * 0.76
            self._line(left, _SIDE, base, self.width, font, size, "left")
            where = "right" if block.style == CAPTION else "left"
            self._line(right, _SIDE + (self.width / 2 if where == "left" else 0), base, self.width, font, size, where)
            self.y += line + after
            return
        align = "centre" if block.style in _CENTRED else "left"
        for index, text in enumerate(self._wrap(block.text, font, size, self.width, indent)):
            self._room(line)
            shift = indent if not index else 0.0
            self._line(text, _SIDE + shift, self.y + line * 0.76, self.width, font, size, align)
            self.y += line
        self.y += after

    def _note(self, block: Paragraph) -> None:
        if not block.anchor:
            return
        self.pages[block.anchor] = self.page
        level = block.level or _OUTLINE.get(block.style, UNLISTED)
        if self.drawing and level < UNLISTED:
            self.pdf.set_xy(_SIDE, self.y)
            self.pdf.start_section(" ".join(block.text.split()), level=level - 1, strict=False)

    def _entry(self, block: Paragraph, font: str, size: float, line: float) -> None:
        text = block.text.rpartition("\t")[0]
        page = str(self.known.get(block.target, ""))
        indent = 14.0 * ENTRIES.index(block.style)
        lines = self._wrap(text, font, size, self.width - indent - 30)
        for index, words in enumerate(lines):
            self._room(line + 2)
            base = self.y + line * 0.76
            self._line(words, _SIDE + indent, base, self.width, font, size, "left")
            if index == len(lines) - 1:
                self._line(page, _SIDE, base, self.width, font, size, "right")
                start = _SIDE + indent + self._measure(words, font, size) + 4
                stop = _SIDE + self.width - self._measure(page, font, size) - 4
                dots = "." * max(int((stop - start) / self._measure(".", font, size)), 0)
                self._line(dots, start, base, stop - start, font, size, "right")
            if self.drawing and page:
                link = self.pdf.add_link(page=int(page))
                self.pdf.link(_SIDE, self.y, self.width, line, link)
            self.y += line + 2

    # ---- tables ----

    def _grid(self, grid: Grid) -> None:
        if not grid.rows:
            return
        self._room(_ROW * 2)
        table = _Table(self, grid)
        for index in range(len(grid.rows)):
            table.row(index)
        table.close()


class _Table:
    """One grid while it is set: where each of its rows has come to stand, page by page."""

    def __init__(self, setter: _Setter, grid: Grid) -> None:
        self.setter, self.grid = setter, grid
        total = sum(grid.widths) or 1.0
        self.edges = [_SIDE]
        for width in grid.widths:
            self.edges.append(self.edges[-1] + width / total * setter.width)
        self.lines: dict[int, list[str]] = {}
        self.heights = self._heights()
        self.heads = 0
        while self.heads < len(grid.rows) and grid.rows[self.heads].head:
            self.heads += 1
        # Of this page: row → (top, bottom). Cells that reach below the row in hand wait until the page or they end.
        self.places: dict[int, tuple[float, float]] = {}
        self.open: list[tuple[int, Cell, list[str]]] = []

    def _x(self, col: int) -> float:
        return self.edges[min(col, len(self.edges) - 1)]

    def _heights(self) -> list[float]:
        heights = [_ROW] * len(self.grid.rows)
        spanning: list[tuple[int, int, float]] = []
        for index, cell in self.grid.cells():
            room = self._x(cell.col + cell.colspan) - self._x(cell.col) - 2 * _PAD
            lines = self.setter._wrap(cell.text, _font(cell), _SIZE, room) if cell.text else []
            self.lines[id(cell)] = lines
            needed = len(lines) * _SIZE * _LEADING + 6
            if cell.rowspan > 1:
                spanning.append((index, min(cell.rowspan, len(heights) - index), needed))
            else:
                heights[index] = max(heights[index], needed)
        for index, span, needed in spanning:
            missing = needed - sum(heights[index : index + span])
            if missing > 0:
                heights[index + span - 1] += missing
        return heights

    def row(self, index: int) -> None:
        setter, left = self.setter, self.heights[index]
        whole = sum(len(cell.text) for cell in self.grid.rows[index].cells) < _TALL
        if setter.y + left > setter.end and (whole or setter.end - setter.y < 2 * _ROW) and left < setter.end - _TOP:
            self._turn(index)
        self.open += [(index, cell, list(self.lines[id(cell)])) for cell in self.grid.rows[index].cells]
        while setter.y + left > setter.end:
            left -= setter.end - setter.y
            self.places[index] = (setter.y, setter.end)
            setter.y = setter.end
            self._turn(index)
        self.places[index] = (setter.y, setter.y + left)
        setter.y += left
        self._draw(index, closing=False)

    def close(self) -> None:
        self._draw(len(self.grid.rows), closing=True)
        self.setter.y += 1

    def _turn(self, index: int) -> None:
        self._draw(index, closing=True)
        self.setter.turn()
        self.places.clear()
        if self.heads and index >= self.heads:
            kept, self.open = self.open, []
            for head in range(self.heads):
                cells = self.grid.rows[head].cells
                self.open += [(head, cell, list(self.lines[id(cell)])) for cell in cells]
                self.places[head] = (self.setter.y, self.setter.y + self.heights[head])
                self.setter.y += self.heights[head]
            self._draw(self.heads, closing=True)
            self.open = kept
            self.places.clear()

    def _draw(self, index: int, *, closing: bool) -> None:
        """Draw the cells that end with row ``index``, or all that are open when the page ends (``closing``)."""
        rest: list[tuple[int, Cell, list[str]]] = []
        for first, cell, lines in self.open:
            last = min(first + cell.rowspan, len(self.grid.rows)) - 1
            if not closing and last > index:
                rest.append((first, cell, lines))
                continue
            rows = [row for row in range(first, last + 1) if row in self.places]
            if rows:
                top, bottom = self.places[rows[0]][0], self.places[rows[-1]][1]
                lines = self._cell(cell, lines, top, bottom)
            if closing and (last > index or (last == index and index < len(self.grid.rows))):
                rest.append((first, cell, lines))
        self.open = rest

    def _cell(self, cell: Cell, lines: list[str], top: float, bottom: float) -> list[str]:
        """Draw a cell's part on this page; return the lines that found no room there."""
        setter = self.setter
        x, right = self._x(cell.col), self._x(cell.col + cell.colspan)
        if setter.drawing:
            setter.pdf.rect(x, top, right - x, bottom - top)
        leading = _SIZE * _LEADING
        fitting = max(int((bottom - top - 5) / leading), 0)
        shown, left = lines[:fitting], lines[fitting:]
        y = top + 3
        if not left and not (cell.style == TEXT and len(cell.text) > _LONG):
            y = top + (bottom - top - len(shown) * leading) / 2
        align = {TEXT: "left", MONEY: "right"}.get(cell.style, "centre")
        for line in shown:
            setter._line(line, x + _PAD, y + leading * 0.76, right - x - 2 * _PAD, _font(cell), _SIZE, align)
            y += leading
        return left


def _font(cell: Cell) -> str:
    return "heads" if cell.style == HEAD else "text"


# A line begins with none of the first and ends with none of the second.
_CLOSING, _OPENING = "，。；：、！？）】》〉」』”’〕％·…,.;:!?)]}%", "（【《〈「『“‘〔([{"


def _words(text: str) -> Iterable[str]:
    """Split where a line may break: behind every Chinese character and every blank, not around brackets and stops."""
    word = ""
    for char in text:
        wide = char == " " or ord(char) > 0x2E7F
        if word and (wide or ord(word[-1]) > 0x2E7F) and char not in _CLOSING and word[-1] not in _OPENING:
            yield word
            word = ""
        word += char
        if char == " ":
            yield word
            word = ""
    if word:
        yield word
