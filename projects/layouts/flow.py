"""Find the cells of a form in text that has lost them: the text of a PDF, broken at the column's width.

The form's own labels, in their printed order, divide the text; inside a cell, lines are joined as
Chinese is, without a blank, except where a paragraph evidently ends. In the indicator list category
labels divide the rows, and the first text that looks like a target value divides a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from indicators.categories import level1_code, level2_code
from projects.findings import WARN, Finding
from projects.grids.grid import Cell, Origin
from projects.layouts.definition import FormBlock, Layout, RepeatBlock, Slot
from projects.layouts.labels import norm
from projects.layouts.lines import Line
from projects.layouts.registry import all_layouts
from projects.targettable import field_kind

_ALTERNATIVES = {"（": "[（(]", "）": "[）)]", "(": "[（(]", ")": "[）)]", "：": "[：:]", "/": "[/／]"}
# Circled numbers are left out: they stand inside a sentence as often as at its beginning.
_ITEM = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．](?!\d)")
_ENDS = "。；;！!：:”"
_VALUE = re.compile(
    r"不适用|[<>=≤≥≧≦＞＜].{1,12}|.{0,6}(不少于|不低于|不超过|不高于|至少|低于|达到?|控制在).{0,4}\d.{0,10}"
    r"|.{0,7}\d[\d.,\-—~]*\s*([%％‰]|[个人次场套件条项天年月日元万批家户名张份]).{0,6}|\d[\d.,]*"
    r"|(进一步|有效|明显|显著|不断|逐步|得到|持续)?(提升|提高|改善|保障|促进|及时|完成|重点解决|长期|好|优|良)"
)
_LONG = frozenset(["project.overview", "project.purpose", "goals.period", "goals.annual", "duties"])


@dataclass(slots=True)
class Reflow:
    """Rows rebuilt from running text, on the form that was found."""

    layout: Layout
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """A label or a list heading in the text."""

    slot: Slot | None
    text: str
    start: int
    end: int


def reflow(paragraphs: list[Line]) -> Reflow | None:
    """Return the rows of the form whose labels divide the text best, ``None`` when none does."""
    text, starts = _joined(paragraphs)
    best: tuple[float, Layout | None, list[_Found]] = (0.0, None, [])
    for layout in all_layouts():
        wanted = list(_labels(layout))
        if not wanted:
            continue
        found = _find(text, wanted)
        share = len(found) / len(wanted)
        if share > best[0]:
            best = (share, layout, found)
    if best[1] is None or best[0] < 0.6:
        return None
    return _rebuild(best[1], text, best[2], starts)


def _joined(paragraphs: list[Line]) -> tuple[str, list[tuple[int, int]]]:
    """Return the whole text, a blank line between runs, and ``(position, line of the file)`` of each line."""
    pieces: list[str] = []
    starts: list[tuple[int, int]] = []
    at = 0
    for line in paragraphs:
        body = line.cells[0].text
        row = line.cells[0].origin.row
        for number, part in enumerate(body.split("\n")):
            starts.append((at, row + number))
            pieces.append(part)
            at += len(part) + 1
        pieces.append("")
        at += 1
    return "\n".join(pieces), starts


def _labels(layout: Layout) -> Iterator[tuple[Slot | None, str]]:
    """Yield the printed labels of a form in reading order, the heading of a list as one."""
    for block in layout.blocks:
        if isinstance(block, RepeatBlock):
            yield None, " ".join(cell.literal for cell in block.head)
            continue
        yield from _form_labels(block, layout)


def _form_labels(block: FormBlock, layout: Layout) -> Iterator[tuple[Slot | None, str]]:
    seen: dict[str, int] = {}
    for row in block.rows:
        for cell in row:
            if not cell.literal or cell.binding:
                continue
            slots = layout.slots.get(norm(cell.literal))
            if slots:
                at = seen.get(norm(cell.literal), 0)
                seen[norm(cell.literal)] = at + 1
                yield slots[min(at, len(slots) - 1)], cell.literal


def _find(text: str, wanted: list[tuple[Slot | None, str]]) -> list[_Found]:
    """Find the labels in their order, each standing by itself, maybe broken over lines."""
    found: list[_Found] = []
    at = 0
    for slot, label in wanted:
        match = _pattern(label).search(text, at)
        if match:
            found.append(_Found(slot, label, match.start(), match.end()))
            at = match.end()
    return found


def _pattern(label: str) -> re.Pattern[str]:
    chars = [_ALTERNATIVES.get(char, re.escape(char)) for char in label if not char.isspace()]
    return re.compile(r"(?<!\S)" + r"\s*".join(chars) + r"(?!\S)")


def _rebuild(layout: Layout, text: str, found: list[_Found], starts: list[tuple[int, int]]) -> Reflow:
    result = Reflow(layout)
    width = max((_width(line) for line in text.split("\n")), default=0)
    ends = [label.start for label in found[1:]] + [len(text)]
    row: list[tuple[str, int]] = []
    for label, end in zip(found, ends, strict=True):
        body = text[label.end : end]
        number = _row_of(label.start, starts)
        if label.slot is None:
            block = next(b for b in layout.blocks if isinstance(b, RepeatBlock) and _is_head(b, label.text))
            result.lines.append(_line([(cell.literal, number) for cell in block.head]))
            result.lines += _list_rows(body, label.end, starts, result)
            continue
        path = label.slot.binding.path
        row = [(label.text, number), (_value(path, body, width), number)]
        result.lines.append(_line(row))
    return result


def _is_head(block: RepeatBlock, text: str) -> bool:
    return " ".join(cell.literal for cell in block.head) == text


def _line(cells: list[tuple[str, int]]) -> Line:
    return Line([Cell(text, col, origin=Origin(row, col + 1)) for col, (text, row) in enumerate(cells)], para=False)


def _row_of(position: int, starts: list[tuple[int, int]]) -> int:
    row = 0
    for at, number in starts:
        if at > position:
            break
        row = number
    return row


def _value(path: str, body: str, width: int) -> str:
    """Return the text of one cell: long texts by paragraphs, anything else in one piece."""
    if path in _LONG:
        return join_lines(body, width)
    pieces = body.split()
    return "".join(pieces) if field_kind(path) != "text" else _join_words(body)


def _join_words(body: str) -> str:
    return "".join(line.strip() for line in body.split("\n"))


def _width(line: str) -> int:
    """Width in half-width characters."""
    return sum(2 if ord(char) > 0x2E7F or char in "“”‘’—…·①②③④⑤⑥⑦⑧⑨⑩" else 1 for char in line.strip())


def join_lines(body: str, width: int) -> str:
    """Join lines that were broken at ``width``; a short line, or an item's number after a stop, ends a paragraph."""
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    if not lines:
        return ""
    joined = lines[0]
    for before, line in pairwise(lines):
        full = _width(before) >= width * 0.88
        item = bool(_ITEM.match(line)) and before[-1] in _ENDS
        joined += ("" if full and not item else "\n") + line
    return joined


# --- the indicator list ------------------------------------------------------------------------


@dataclass(slots=True)
class _Token:
    text: str
    row: int
    run: int


def _tokens(body: str, offset: int, starts: list[tuple[int, int]]) -> list[_Token]:
    found = []
    run = 0
    at = offset
    for line in body.split("\n"):
        if not line.strip():
            run += 1
        for match in re.finditer(r"\S+", line):
            found.append(_Token(match[0], _row_of(at + match.start(), starts), run))
        at += len(line) + 1
    return found


def _list_rows(body: str, offset: int, starts: list[tuple[int, int]], result: Reflow) -> list[Line]:
    """Return the rows of a list ``level1, level2, name, value, basis`` from its tokens."""
    rows: list[Line] = []
    level1 = level2 = ""
    rest: list[_Token] = []

    def close() -> None:
        nonlocal rest, level1, level2
        if level2 or rest:
            rows.extend(_split_rows(level1, level2, rest, result))
        rest, level1, level2 = [], "", ""

    for token in _tokens(body, offset, starts):
        if level1_code(token.text) and not level2_code(token.text):
            close()
            level1 = token.text
        elif level2_code(token.text) and not (level2 and not rest):
            before = level1 if not level2 and not rest else ""
            if not before:
                close()
            level2 = token.text
        else:
            rest.append(token)
    close()
    return rows


def _split_rows(level1: str, level2: str, tokens: list[_Token], result: Reflow) -> list[Line]:
    """Divide the tokens of one category into name, value and basis."""
    if not tokens:
        return [_line([(level1, 0), (level2, 0)])]
    at = _value_at(tokens)
    row = tokens[0].row
    if at is None:
        result.findings.append(
            Finding(WARN, "value-not-found", "这一行没有找到指标值，全部文字归入指标名称，请核对", row=row)
        )
        return [_line([(level1, row), (level2, row), (_glue(tokens), row), ("", row), ("", row)])]
    name, value, basis = tokens[:at], tokens[at], tokens[at + 1 :]
    return [
        _line(
            [
                (level1, row),
                (level2, row),
                (_glue(name), row),
                (value.text, value.row),
                (_glue(basis), basis[0].row if basis else value.row),
            ]
        )
    ]


def _value_at(tokens: list[_Token]) -> int | None:
    """Return the first token behind the name that looks like a target value."""
    for index in range(1, len(tokens)):
        if len(tokens[index].text) <= 24 and _VALUE.fullmatch(tokens[index].text):
            return index
    return None


def _glue(tokens: list[_Token]) -> str:
    return "".join(token.text for token in tokens)
