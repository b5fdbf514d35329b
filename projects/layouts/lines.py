"""A document as one stream of lines, and the small judgements about a line that need no form."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from projects.grids.grid import NAVIGATION, Cell, Document, Grid, Origin, Paragraph
from projects.grids.txt_reader import BOOKMARK
from projects.layouts.labels import norm, squeeze
from projects.layouts.supplement import HEADING

_MARKUP = re.compile(r"</?(?:p|br|span|div|strong|b|font|u)(?:\s[^<>]*)?/?>|&nbsp;", re.I)
_BREAK = re.compile(r"(?:</p\s*>\s*<p[^<>]*>|<br\s*/?>|</?(?:p|div)(?:\s[^<>]*)?>)", re.I)

_TITLE = re.compile(
    r"(\d{1,3}[.、．])?[^。；]{0,110}?(绩效目标|绩效)([（(][^（）()]{1,12}[)）])?(申报|批复|审批|汇总|审核|评审|分解|自评|填报|申请|公开|情况|一览|明细|公示|设定|编制|下达|调整|评价)?[表书]([（(][^（）()]{0,20}[)）])?"
)
_DIVIDER = re.compile(r"第[一二三四五六七八九十]+部分")
_ANNEX = re.compile(r"附(表|件)[一二三四五六七八九十\d]*(-\d+)?[:：]?")
_UNIT_LINE = re.compile(
    r"[（(]?(?:金额)?(?:单位|金额)[:：]?(?:[（(]?人民币[)）]?)?[（(]?(万元|千元|亿元|元)(?:人民币)?[)）]{0,2}"
)
_DEPARTMENT_LINE = re.compile(
    r"(?:填报|编制|申报|预算|填表)(?:单位|部门)(?:名称)?(?:[（(](?:盖章|公章)[)）])?[:：](.*?)(?:[（(](?:盖章|公章)[)）])?"
)
_CODED_DEPARTMENT = re.compile(r"[\[【（(]?(\d{3,})[\]】）)]?\s*((?![.,，%％年月]|[万亿]?元)[^\d\s].*)")
_DEPARTMENT_CODED = re.compile(r"(.*?[^\d\s（(])\s*[（(\[]?(\d{3,})[)）\]]?")
_SIGN = re.compile(
    r"(单位负责人签字|单位负责人（签章）|单位负责人|部门负责人|负责人签字|填表人|填报人|经办人|审核人|联系人|联系电话|填报日期|填报时间|填表日期)"
    r"(?:[（(]?(?:签字|签章|盖章)[)）]?)?[:：]"
)


class Line:
    """One row of a table, or one paragraph, with its cells' texts stripped of blanks and markup.

    ``grid`` and ``y``: number of the document's block it stands in, and its row there.
    """

    __slots__ = ("cells", "filled", "grid", "marked", "para", "style", "texts", "y")

    def __init__(self, cells: list[Cell], *, para: bool, style: str = "", grid: int = 0, y: int = 0) -> None:
        self.cells = cells
        self.para = para
        self.style = style
        self.grid = grid
        self.y = y
        self.marked: list[int] = []
        self.texts = [self._clean(index, cell.text) for index, cell in enumerate(cells)]
        self.filled = [index for index, text in enumerate(self.texts) if text]

    def _clean(self, index: int, text: str) -> str:
        if "<" in text or "&nbsp;" in text or "[bookmark" in text:
            bare = BOOKMARK.sub("", _MARKUP.sub("", _BREAK.sub("\n", text)))
            if bare != text:
                self.marked.append(index)
                text = bare
        if "\n" not in text:
            return text.strip()
        return "\n".join(line for line in map(str.strip, text.split("\n")) if line)

    @property
    def origin(self) -> Origin:
        return self.cells[self.filled[0] if self.filled else 0].origin if self.cells else Origin()

    @property
    def place(self) -> tuple[str, int]:
        """Part and row of the file: what names this line in a correction."""
        return self.origin.part, self.origin.row

    @property
    def single(self) -> str:
        """The text of a line that has one filled cell, else ``""``."""
        return self.texts[self.filled[0]] if len(self.filled) == 1 else ""


def lines_of(document: Document) -> list[Line]:
    """Return all lines of a document that hold any text; cover and contents repeat what stands in the tables."""
    found = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Grid):
            rows = (Line(row.cells, para=False, grid=number, y=y) for y, row in enumerate(block.rows) if row.cells)
            found += [line for line in rows if line.filled]
        elif block.text.strip() and block.style not in NAVIGATION:
            found.append(_paragraph_line(block, number))
    return found


def _paragraph_line(block: Paragraph, number: int) -> Line:
    cells = [Cell(text, col, origin=block.origin) for col, text in enumerate(block.text.split("\t"))]
    return Line(cells, para=True, style=block.style, grid=number)


def is_title(line: Line) -> bool:
    """Tell whether a line is the heading of a target table."""
    text = line.single
    return bool(text) and len(text) <= 160 and bool(_TITLE.fullmatch(squeeze(text)))


def divided_at_titles(lines: list[Line]) -> list[Line]:
    """Return the lines of a document that is nothing but text, runs of lines divided where a title stands in one."""
    if any(not line.para for line in lines):
        return lines
    found: list[Line] = []
    for line in map(_unrolled, lines):
        parts = line.cells[0].text.split("\n") if len(line.cells) == 1 else []
        titles = [number for number, text in enumerate(parts) if _is_short_title(text)]
        if len(parts) < 2 or not titles:
            found.append(line)
            continue
        edges = sorted({0, len(parts), *titles, *(number + 1 for number in titles)})
        for start, end in pairwise(edges):
            origin = line.cells[0].origin
            cell = Cell("\n".join(parts[start:end]), origin=origin._replace(row=origin.row + start))
            found.append(Line([cell], para=True, style=line.style, grid=line.grid))
    return found


def _unrolled(line: Line) -> Line:
    """Return a form that was rolled into a single line with a line for each of its pieces."""
    text = line.cells[0].text if len(line.cells) == 1 else ""
    if len(text) < 200 or "\n" in text or "一级指标" not in text:
        return line
    return Line([replace(line.cells[0], text="\n".join(text.split()))], para=True, style=line.style, grid=line.grid)


def _is_short_title(text: str) -> bool:
    bare = squeeze(text)
    return len(bare) <= 44 and bare.endswith(("表", "书", ")", "）")) and bool(_TITLE.fullmatch(bare))


def is_divider(text: str) -> bool:
    return bool(_DIVIDER.fullmatch(squeeze(text)))


def is_annex(text: str) -> bool:
    return bool(_ANNEX.fullmatch(squeeze(text)))


def unit_line(text: str) -> str:
    """Return the unit a line above the table states (``金额单位：万元``), else ``""``."""
    found = _UNIT_LINE.fullmatch(squeeze(text))
    return found[1] if found else ""


def department_line(text: str) -> str | None:
    """Return the department of ``填报单位：…（盖章）`` (maybe blank), ``None`` for any other line."""
    found = _DEPARTMENT_LINE.fullmatch(text.strip())
    return found[1].strip() if found else None


def parse_department(text: str) -> tuple[str, str]:
    """Return code and name of ``321001某局``, ``某局（321001）`` or ``某局``."""
    found = _CODED_DEPARTMENT.fullmatch(text)
    if found:
        return found[1], found[2].strip().lstrip("-—–_ ")
    found = _DEPARTMENT_CODED.fullmatch(text)
    return (found[2], found[1].strip()) if found else ("", text)


def is_coded_department(text: str) -> bool:
    return bool(_CODED_DEPARTMENT.fullmatch(text))


def signatures(text: str) -> list[tuple[str, str]] | None:
    """Return ``(label, text)`` of a signature line, ``None`` when it is none."""
    found = list(_SIGN.finditer(text))
    if not found or text[: found[0].start()].strip():
        return None
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(m[1], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)]


def bare_labels(line: Line) -> list[str]:
    """Return the bare label of each cell."""
    return [norm(text) for text in line.texts]


def begins_supplement(line: Line) -> bool:
    """Tell whether a line is the heading of what a form had no cell for."""
    inside = not line.para and (line.filled[0] > 0 or line.cells[0].col > 0)
    return not inside and squeeze(line.single) == squeeze(HEADING)


def supplement_row(pairs: list[tuple[str, str]] | None, line: Line) -> list[tuple[str, str]]:
    """Add one row of a supplement; the first line is its heading."""
    if pairs is None:
        return []
    if not line.para and line.texts[:2] != ["栏目", "内容"]:
        pairs.append((line.texts[0], line.texts[1] if len(line.texts) > 1 else ""))
    return pairs
