"""Running text as a stream of pieces: what stands between blanks, where lines and runs of lines end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from projects.grids.text import text_width
from projects.layouts.anyform.words import words
from projects.layouts.labels import norm
from projects.layouts.lines import Line

_ITEM = re.compile(r"([（(]?[一二三四五六七八九十\d]{1,3}[)）、.．](?!\d)|目标\s*\d{1,2}\s*[:：])")
_ENDS = "。；;！!：:”"


_PROSE = 60
_LABELLED = re.compile(
    r".(部门|单位|金额|资金|预算数?|日期|时间|电话|负责人|名称|编码|类型|属性|类别)([（(]|[:：]|\d|$)"
)


@dataclass(slots=True)
class Token:
    """A piece of text. ``first``: it begins its line; ``gap``: a blank line before it; ``width``: of its line.

    ``whole``: it is a cell, no piece of one. ``label``: whether it is a label, where that is known already.
    """

    text: str
    row: int
    first: bool
    gap: bool
    width: int = 0
    whole: bool = False
    label: bool | None = None

    @property
    def doubtful(self) -> bool:
        """Whether a text between glued labels may hold another label and its text."""
        return self.label is False and len(self.text) < _PROSE and bool(_LABELLED.search(self.text))


def tokens_of(lines: Sequence[Line], *, whole: bool = False) -> list[Token]:
    """Return the pieces of paragraphs, one paragraph per run of lines; rows are those of the file.

    ``whole``: each line is a cell.
    """
    found: list[Token] = []
    before: tuple[int, int] | None = None
    apart = whole and stand_apart(lines)
    for line in lines:
        for cell in line.cells:
            for number, text in enumerate(_unbroken(cell.text) if apart else cell.text.split("\n")):
                row = cell.origin.row + number
                pieces = [squeezed(text)] if whole and text.strip() else _pieces(text)
                width = text_width(text.strip())
                gap = before is not None and (cell.origin.row, row) != before and number == 0
                for place, piece in enumerate(pieces):
                    found.append(Token(piece, row, place == 0, gap and place == 0, width, whole))
            before = (cell.origin.row, cell.origin.row)
    return _upright(found)


def stand_apart(lines: Sequence[Line]) -> bool:
    """Tell whether blank lines stand between the cells: most runs of lines are a single one."""
    single = sum("\n" not in cell.text for line in lines for cell in line.cells)
    return single > _APART and single > 0.8 * sum(len(line.cells) for line in lines)


def _unbroken(text: str) -> list[str]:
    """Return the lines of a cell that stands apart, those of a word broken over a few in one."""
    parts = text.split("\n")
    told = words().labels.keys() | words().columns.keys()
    broken = len(parts) < 5 and all(len(part) < 16 and norm(part) not in told for part in parts)
    return ["".join(parts)] if broken else parts


_APART = 12
_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff](?!\S)")
_UNIT = re.compile(r"(单位\s*[:：])\s+(?=万?元)")
_BRACKETED = re.compile(r"[（(] {0,2}[^（）()\s]{1,12} [)）]|[（(] [^（）()\s]{1,12}[)）]")  # 收益率( ≥**% )
_DATE = re.compile(
    r"20\d\d ?年(?: ?\d{1,2}(?: ?月(?: ?\d{1,2}(?: ?日)?)?)?)?|\d{1,2} 月 ?(?=底|末|前|[上中下]旬)"
    r"|\d{1,2} ?月 \d{1,2} ?日|^月 ?\d{1,2} ?日|每[年月季]度? \d{1,2} ?日?"
)  # 2023 年 6 月底
_KEPT = "\x00"  # a blank inside of a piece
_PAGE = re.compile(r"[-—－–]\s*\d{1,4}\s*[-—－–]|第\s*\d{1,4}\s*页(\s*[,，/]?\s*共\s*\d{1,4}\s*页)?")


def _closed(found: re.Match[str]) -> str:
    """Return a word printed with a blank between its characters; 优 良 中 差 are four words."""
    return found[0] if set(found[0]) <= set("优良中差 ") else found[0].replace(" ", "")


def _keep(found: re.Match[str]) -> str:
    return found[0].replace(" ", _KEPT)


def _pieces(text: str) -> list[str]:
    """Return what stands between the blanks of a line; the number of a page is nothing."""
    if _PAGE.fullmatch(text.strip()):
        return []
    text = _SPACED.sub(_closed, _UNIT.sub(r"\1", text))
    text = _DATE.sub(_keep, text.strip())
    text = _BRACKETED.sub(_keep, text)
    found: list[str] = []
    for piece in text.split():
        aim = found and found[-1] == "目标" and re.match(r"\d{1,2}[:：.、]", piece)
        if aim:
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [piece.replace(_KEPT, " ") for piece in found]


_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff，。；、])\s+(?=[\u4e00-\u9fff])")


def squeezed(text: str) -> str:
    """Return a text without the blanks between its characters, which stand where a line ended in its cell."""
    return _BETWEEN.sub("", text.strip())


def glue(tokens: Sequence[Token]) -> str:
    """Join pieces as Chinese is: without a blank over a line's end, with one where a blank stood."""
    text = ""
    for token in tokens:
        text += (" " if text and not token.first else "") + token.text
    return text


def prose(tokens: Sequence[Token]) -> str:
    """Join the lines of a long text; a line that is not full, or an item's number after a stop, begins a paragraph."""
    lines: list[list[Token]] = []
    for token in tokens:
        if token.first or not lines:
            lines.append([])
        lines[-1].append(token)
    full = max((text_width(glue(line)) for line in lines), default=0) * 0.85
    text = ""
    for number, line in enumerate(lines):
        words = glue(line)
        if not number:
            text = words
            continue
        short = text_width(glue(lines[number - 1])) < full
        item = bool(_ITEM.match(words)) and text[-1] in _ENDS
        text += ("\n" if short or item else "") + words
    return text


_UPRIGHT = re.compile(
    r"(项目|年度|中期|长期|实施期)?(总体|绩效|预期|年度)*目标|(年度|项目)?绩效指标|(项目|专项)?资金(情况)?(?:[（(]万?元[)）])?"
    r"|产出指标|效益指标|满意度指标|成本指标|项目概况|基本情况"
)


def _upright(tokens: list[Token]) -> list[Token]:
    """Put words printed from top to bottom, one character a line, back together."""
    found: list[Token] = []
    used: set[int] = set()
    for number, token in enumerate(tokens):
        if number in used:
            continue
        if token.first and len(token.text) <= 2 and not token.text.isascii():
            parts = _column(tokens, number)
            for size in range(len(parts), 1, -1):
                word = "".join(tokens[index].text for index in parts[:size])
                if len(word) >= 3 and _UPRIGHT.fullmatch(word):
                    used |= set(parts[:size])
                    found.append(Token(word, token.row, True, token.gap, token.width))
                    break
            else:
                found.append(token)
            continue
        found.append(token)
    # A line that has lost its first piece begins with the next one.
    for one, two in pairwise(found):
        if one.row != two.row and not two.first:
            two.first = True
    return found


def _column(tokens: list[Token], start: int) -> list[int]:
    """Return the short pieces that stand alone in their lines from ``start`` on.

    Between single characters a few lines of the cell beside them may stand, between pieces of two nothing.
    """
    parts = [start]
    between = 0
    for number in range(start + 1, min(len(tokens), start + 60)):
        token = tokens[number]
        alone = token.first and (number + 1 == len(tokens) or tokens[number + 1].first)
        if alone and len(token.text) <= 2 and not token.text.isascii():
            if between and max(len(token.text), len(tokens[parts[-1]].text)) > 1:
                break
            parts.append(number)
        elif token.first:
            between += 1
            if between > 3:
                break
        if len(parts) > 14:
            break
    return parts
