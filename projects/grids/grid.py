"""The narrow waist between file formats and official forms.

A :class:`Document` is what a file holds in reading order: paragraphs and :class:`Grid` tables. A
grid stores only the anchor of each merged cell; the positions an anchor covers hold nothing. All
texts are plain: paragraphs inside a cell are joined by ``\\n``, tabs inside a paragraph separate a
left from a right part (``填报单位：\\t金额：万元``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from projects.findings import Finding

# How a cell is set. A writer maps each to alignment, weight and fonts of its format.
LABEL = "label"  # a printed label: centred
HEAD = "head"  # a column heading of a repeated block: centred, emphasised
TEXT = "text"  # long text: left, top
SHORT = "short"  # a short value: centred
MONEY = "money"  # an amount: right, tabular figures
CELL_STYLES = (LABEL, HEAD, TEXT, SHORT, MONEY)

# How a paragraph is set.
PART = "part"  # divider of a book: 第一部分
ANNEX = "annex"  # 附表1, left, small
TITLE = "title"  # title of the table: centred, large; a bookmark and an entry in the contents
CAPTION = "caption"  # the line above the table: left part, tab, right part
HEADING = "heading"  # heading of a prose section: left, bold
BODY = "body"  # a paragraph of prose: first line indented by two characters
SIGN = "sign"  # signature line below the table

# What a book has around its tables. Readers pass over it: it repeats what stands in the tables.
COVER = "cover"  # the large lines of a cover
COVER_LINE = "cover-line"  # the small lines of a cover: department, date
NUMBER = "number"  # a running number and name above a form that prints none: a bookmark, an entry in the contents
CONTENTS = "contents"  # heading of the contents
ENTRY1, ENTRY2, ENTRY3 = "entry1", "entry2", "entry3"  # entries of the contents: text, tab, page
ENTRIES = (ENTRY1, ENTRY2, ENTRY3)
NAVIGATION = (COVER, COVER_LINE, NUMBER, CONTENTS, *ENTRIES)
PARAGRAPH_STYLES = (PART, ANNEX, TITLE, CAPTION, HEADING, BODY, SIGN, *NAVIGATION)


class Origin(NamedTuple):
    """Where a text came from: counted from 1, 0 when unknown.

    ``row`` is the line of a text file, or the row of a Word table or sheet; ``column`` the cell's
    position in that row; ``part`` names the sheet or the table within the file.
    """

    row: int = 0
    column: int = 0
    part: str = ""


NOWHERE = Origin()


@dataclass(slots=True)
class Cell:
    """The anchor of a (possibly merged) cell.

    ``number`` is set where the form has a pure number, with ``number_format`` in Excel's notation
    (``#,##0.00``): a spreadsheet then gets a real number that prints as ``text``. ``field`` is the
    path in the interchange form that the cell is bound to, empty for labels.
    """

    text: str
    col: int = 0
    colspan: int = 1
    rowspan: int = 1
    style: str = TEXT
    field: str = ""
    number: float | None = None
    number_format: str = ""
    origin: Origin = NOWHERE


@dataclass(slots=True)
class Row:
    """Anchors that begin in this row, by column. ``head``: repeated when the table breaks."""

    cells: list[Cell]
    head: bool = False


@dataclass(slots=True)
class Grid:
    """A table. ``widths`` are relative column widths; all rows share these columns.

    Equality of two grids is equality of their rows' texts and spans; use :func:`shape` for that.
    """

    rows: list[Row] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    part: str = ""

    @property
    def columns(self) -> int:
        """Number of columns: the widths', or the furthest right edge of a cell."""
        if self.widths:
            return len(self.widths)
        return max((c.col + c.colspan for row in self.rows for c in row.cells), default=0)

    def cells(self) -> Iterator[tuple[int, Cell]]:
        """Yield ``(row index, anchor)`` in reading order."""
        for index, row in enumerate(self.rows):
            for cell in row.cells:
                yield index, cell


UNLISTED = 10  # level of a paragraph that the outline leaves out, whatever its style


@dataclass(slots=True)
class Paragraph:
    """Text outside tables. ``anchor`` names a bookmark; ``page_break``: starts a new page.

    ``level`` is the level in the outline, :data:`UNLISTED` for none, 0 for what the style says. ``target`` is the
    anchor that an entry of the contents points to.
    """

    text: str
    style: str = BODY
    page_break: bool = False
    anchor: str = ""
    origin: Origin = NOWHERE
    level: int = 0
    target: str = ""


Block = Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same on every page of a document.

    ``header`` is the running head, ``mark`` a word across each page (草稿). ``cover``: the first page has neither head
    nor number, only the mark. ``refresh``: page numbers in the text are worked out again when the file is opened.
    ``wide``: the paper lies on its side.
    """

    header: str = ""
    mark: str = ""
    cover: bool = False
    refresh: bool = False
    wide: bool = False


@dataclass(slots=True)
class Document:
    """A file in reading order.

    ``name`` is the file's name, used in every message about it; ``title`` its title property (Word,
    Excel) or ``<title>`` (HTML), where an exported file states its year (``2021年度绩效目标表``); ``form`` the
    identifier of the office's own form it was written in, where it states one.
    ``findings``: what the reader of the format noticed and could not turn into text.
    """

    blocks: list[Block] = field(default_factory=list)
    name: str = ""
    title: str = ""
    findings: list[Finding] = field(default_factory=list)
    form: str = ""


def shape(grid: Grid) -> list[list[tuple[str, int, int, int]]]:
    """Return texts and spans alone: what has to survive writing and reading a file."""
    return [[(c.text, c.col, c.colspan, c.rowspan) for c in row.cells] for row in grid.rows]
