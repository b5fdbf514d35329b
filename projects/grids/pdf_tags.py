"""What a tagged PDF says of its own structure: paragraphs, tables, rows and cells, whatever their lines look like.

Word, WPS and LibreOffice write such tags for screen readers (ISO 32000-1, 14.7 and 14.8). Where they cover the text
they are better than ruling lines: a paragraph is one however often it was broken, and a cell one though a page divides
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfminer.psparser import PSLiteral

from projects.grids.grid import Block, Cell, Grid, Origin, Paragraph, Row
from projects.grids.text import cell_text, clean_text, first_together

_MAX_ELEMENTS = 200_000
_MAX_DEPTH = 60
_COVERED = 0.95  # of the characters have to be in a tagged block
_HEADINGS = {"H": 1, "H1": 1, "H2": 2, "H3": 3, "H4": 4, "H5": 5, "H6": 6}
_BLOCKS = {*_HEADINGS, "P", "Caption", "LBody", "Lbl", "Title", "Note", "BlockQuote"}
_CONTENTS = {"TOC", "TOCI", "Index"}
_CELLS = {"TD", "TH"}
_TAB = 14.0  # points between two characters of a line that are a tab's

Char = dict[str, Any]


@dataclass(slots=True)
class _Element:
    """An element of the structure: its children in order, elements or ``(page, number)`` of marked text."""

    kind: str
    kids: list[_Element | tuple[int, int]] = field(default_factory=list)
    spans: tuple[int, int] = (1, 1)

    def marks(self) -> Iterator[tuple[int, int]]:
        for kid in self.kids:
            if isinstance(kid, _Element):
                yield from kid.marks()
            else:
                yield kid

    def find(self, kinds: set[str]) -> Iterator[_Element]:
        """Yield the outermost elements of these kinds below this one."""
        for kid in self.kids:
            if isinstance(kid, _Element):
                if kid.kind in kinds:
                    yield kid
                else:
                    yield from kid.find(kinds)


class _Unusable(Exception):
    """There are no tags, or they do not say what stands in the document."""


def tagged_blocks(pdf: Any, most: int) -> list[Block]:
    """Return paragraphs and tables of a tagged PDF in order; none where its tags do not say what stands in it, or
    where it has more than ``most`` characters.

    ``pdf`` is pdfplumber's. ``Origin(row, cell, "第3页")`` counts rows and paragraphs of the page in which each begins.
    """
    try:
        root = _Tree(pdf).root()
    except _Unusable:
        return []
    texts: dict[tuple[int, int], list[Char]] = {}
    whole = 0
    for page in pdf.pages:
        for char in page.chars:
            number = char.get("mcid")
            if number is not None:
                texts.setdefault((page.page_number, number), []).append(char)
            whole += not char["text"].isspace() and (number is not None or char.get("tag") != "Artifact")
        page.close()
        if whole > most:
            return []
    maker = _Blocks(texts)
    maker.add(root)
    return maker.blocks if maker.used >= whole * _COVERED else []


class _Tree:
    """Reads the structure tree of a PDF, whatever it may hold: bounded in number and depth, each element once."""

    def __init__(self, pdf: Any) -> None:
        self.pages = {page.page_obj.pageid: page.page_number for page in pdf.pages}
        self.catalog = pdf.doc.catalog
        self.roles: dict[str, str] = {}
        self.count = 0
        self.seen: set[int] = set()

    def root(self) -> _Element:
        tree = resolve1(self.catalog.get("StructTreeRoot"))
        if not isinstance(tree, dict):
            raise _Unusable
        roles = resolve1(tree.get("RoleMap"))
        for name, other in roles.items() if isinstance(roles, dict) else ():
            self.roles[str(name)] = _name(other)
        found = _Element("Document")
        self._kids(found, tree.get("K"), 0, 0)
        return found

    def _kids(self, element: _Element, kids: Any, page: int, depth: int) -> None:
        if isinstance(kids, PDFObjRef):
            if kids.objid in self.seen:
                return
            self.seen.add(kids.objid)
            kids = resolve1(kids)
        if depth > _MAX_DEPTH or self.count > _MAX_ELEMENTS:
            raise _Unusable
        if isinstance(kids, list):
            for kid in kids:
                self._kids(element, kid, page, depth + 1)
        elif isinstance(kids, int) and not isinstance(kids, bool):
            element.kids.append((page, kids))
        elif isinstance(kids, dict):
            self._element(element, kids, self._page(kids) or page, depth)

    def _element(self, parent: _Element, found: dict[str, Any], page: int, depth: int) -> None:
        self.count += 1
        number = resolve1(found.get("MCID"))
        if isinstance(number, int):
            parent.kids.append((page, number))
        elif "S" in found:
            kind = _name(found["S"])
            for _ in range(4):  # a role may be mapped to another that is mapped
                kind = self.roles.get(kind, kind)
            element = _Element(kind)
            if kind in _CELLS:
                element.spans = _spans(resolve1(found.get("A")))
            self._kids(element, found.get("K"), page, depth + 1)
            parent.kids.append(element)

    def _page(self, found: dict[str, Any]) -> int:
        page = found.get("Pg")
        return self.pages.get(page.objid, 0) if isinstance(page, PDFObjRef) else 0


def _name(value: Any) -> str:
    value = resolve1(value)
    name = value.name if isinstance(value, PSLiteral) else value
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _spans(attributes: Any) -> tuple[int, int]:
    """Return columns and rows of a cell."""
    width = height = 1
    for one in attributes if isinstance(attributes, list) else [attributes]:
        one = resolve1(one)
        if isinstance(one, dict):
            wide, high = resolve1(one.get("ColSpan")), resolve1(one.get("RowSpan"))
            width = wide if isinstance(wide, int) and 1 < wide < 200 else width
            height = high if isinstance(high, int) and 1 < high < 5000 else height
    return width, height


class _Blocks:
    """Turns elements into blocks."""

    def __init__(self, texts: dict[tuple[int, int], list[Char]]) -> None:
        self.texts = texts
        self.blocks: list[Block] = []
        self.used = 0
        self._rows: dict[int, int] = {}

    def add(self, element: _Element) -> None:
        for kid in element.kids:
            if not isinstance(kid, _Element):
                self._paragraph(_Element("P", [kid]))
            elif kid.kind in _CONTENTS:
                self.used += sum(_filled(self.texts.get(mark, ())) for mark in kid.marks())
            elif kid.kind == "Table":
                self._table(kid)
            elif not any(kid.find({"Table", *_BLOCKS})):
                self._paragraph(kid)
            else:
                self.add(kid)

    def _text(self, element: _Element, gap: str) -> tuple[str, int]:
        """Return the text of an element and the page it begins on."""
        chars: list[Char] = []
        page = 0
        for mark in element.marks():
            found = self.texts.get(mark, ())
            self.used += _filled(found)
            chars += found
            page = page or mark[0]
        return _lines(chars, gap), page

    def _origin(self, page: int, column: int = 1) -> Origin:
        return Origin(self._rows.get(page, 0), column, f"第{page}页" if page else "")

    def _next(self, page: int) -> None:
        self._rows[page] = self._rows.get(page, 0) + 1

    def _paragraph(self, element: _Element) -> None:
        text, page = self._text(element, "\t")
        if not text:
            return
        self._next(page)
        for line in text.split("\n"):
            self.blocks.append(Paragraph(line, origin=self._origin(page), level=_HEADINGS.get(element.kind, 0)))

    def _table(self, element: _Element) -> None:
        grid = Grid()
        taken: set[tuple[int, int]] = set()
        for number, line in enumerate(element.find({"TR"})):
            cells: list[Cell] = []
            page = next((mark[0] for mark in line.marks()), 0)
            self._next(page)
            column = 0
            for position, one in enumerate(line.find(_CELLS), 1):
                while (number, column) in taken:
                    column += 1
                wide, high = one.spans
                parts = [self._text(part, " ")[0] for part in one.find(_BLOCKS)] or [self._text(one, " ")[0]]
                cells.append(Cell(cell_text("\n".join(parts)), column, wide, high, origin=self._origin(page, position)))
                taken |= {(r, c) for r in range(number, number + high) for c in range(column, column + wide)}
                column += wide
            grid.rows.append(Row(cells))
        _within(grid)
        if grid.rows:
            self.blocks.append(grid)


def _within(grid: Grid) -> None:
    """Cut what spans more rows than the table has."""
    for index, cell in grid.cells():
        cell.rowspan = min(cell.rowspan, len(grid.rows) - index)


def _filled(chars: list[Char] | tuple[()]) -> int:
    return sum(not char["text"].isspace() for char in chars)


def _lines(chars: list[Char], gap: str) -> str:
    """Return the text of characters in order; ``gap`` stands for a wide one within a line.

    A line that ends long before the longest one does ends where somebody broke it.
    """
    text = ""
    last: Char | None = None
    ends: list[tuple[int, float, float]] = []  # where in the text a line ends, its right edge, size
    for char in chars:
        if last is not None:
            size = max(last["bottom"] - last["top"], 1.0)
            if char["page_number"] != last["page_number"] or char["top"] > last["bottom"] - size * 0.3:
                ends.append((len(text), last["x1"], size))
            elif char["x0"] - last["x1"] > max(_TAB, size) and text and not text.endswith(gap):
                text += gap
        text += clean_text(char["text"])
        last = char
    longest = max((char["x1"] for char in chars if not char["text"].isspace()), default=0.0)
    for place, end, size in reversed(ends):
        if longest - end > size * (first_together(text[place : place + 40]) + 2) and text[:place].strip():
            text = f"{text[:place]}\n{text[place:]}"
        elif _parted(text[:place], text[place:]):
            text = f"{text[:place]} {text[place:]}"
    return text.strip()


def _parted(before: str, after: str) -> bool:
    """Tell whether a line's end stands for the blank between two words."""
    one, other = before[-1:], after[:1]
    return one.isascii() and one.isalpha() and other.isascii() and other.isalpha()
