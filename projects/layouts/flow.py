"""Find the cells of a form in text that has lost them: the text of a PDF, broken at the column's width.

The form's own labels, in their printed order, divide the text; inside a cell, lines are joined as
Chinese is, without a blank, except where a paragraph evidently ends. In the indicator list category
labels divide the rows, and the first text that looks like a target value divides a row. What cannot be
divided is kept as it stands and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from indicators.categories import core
from indicators.targets import understood
from projects.findings import WARN, Finding
from projects.grids.grid import Cell, Origin
from projects.layouts.definition import FormBlock, Layout, RepeatBlock, Slot
from projects.layouts.labels import norm
from projects.layouts.lines import Line, is_coded_department, signatures, unit_line
from projects.layouts.registry import all_layouts
from projects.layouts.rows_read import Vocabulary
from projects.layouts.values import parse_money
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
    """Rows rebuilt from running text, on the form found; ``whole``: the headings of all its lists stand there."""

    layout: Layout
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Wanted:
    slot: Slot | None
    text: str
    side: bool = False


@dataclass(slots=True)
class _Found:
    """A label, the heading of a list, or the label at the side of several rows (``side``), in the text."""

    wanted: _Wanted
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
        share = sum(1 for item in found if not item.wanted.side) / sum(1 for item in wanted if not item.side)
        if share > best[0]:
            best = (share, layout, found)
    if best[1] is None or best[0] < 0.6:
        return None
    result = _rebuild(best[1], text, best[2], starts)
    heads = {_head_text(block) for block in best[1].blocks if isinstance(block, RepeatBlock)}
    result.whole = heads <= {item.wanted.text for item in best[2]}
    return result


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


def _labels(layout: Layout) -> Iterator[_Wanted]:
    """Yield the printed labels of a form in reading order, the heading of a list as one."""
    for block in layout.blocks:
        if isinstance(block, RepeatBlock):
            if block.side:
                yield _Wanted(None, block.side, side=True)
            yield _Wanted(None, _head_text(block))
            continue
        yield from _form_labels(block, layout)


def _head_text(block: RepeatBlock) -> str:
    return " ".join(cell.literal for cell in block.head)


def _form_labels(block: FormBlock, layout: Layout) -> Iterator[_Wanted]:
    seen: dict[str, int] = {}
    for row in block.rows:
        for cell in row:
            if not cell.literal or cell.binding:
                continue
            label = norm(cell.literal)
            slots = layout.slots.get(label)
            if not slots or slots[0].place == "under":
                yield _Wanted(None, cell.literal, side=True)
                continue
            at = seen.get(label, 0)
            seen[label] = at + 1
            yield _Wanted(slots[min(at, len(slots) - 1)], cell.literal)


def _find(text: str, wanted: list[_Wanted]) -> list[_Found]:
    """Find the labels in their order, each standing by itself, maybe broken over lines.

    A side label counts only where it stands before the label that follows it on the form.
    """
    found: list[_Found] = []
    at = 0
    for number, item in enumerate(wanted):
        match = _pattern(item.text).search(text, at)
        if match and item.side:
            following = next((other for other in wanted[number + 1 :] if not other.side), None)
            after = _pattern(following.text).search(text, at) if following else None
            if after and after.start() < match.end():
                continue
        if match:
            found.append(_Found(item, match.start(), match.end()))
            at = match.end()
    return found


def _pattern(label: str) -> re.Pattern[str]:
    chars = [_ALTERNATIVES.get(char, re.escape(char)) for char in label if not char.isspace()]
    return re.compile(r"(?<!\S)" + r"\s*".join(chars) + r"(?!\S)")


def _rebuild(layout: Layout, text: str, found: list[_Found], starts: list[tuple[int, int]]) -> Reflow:
    """Return the found labels with their texts as rows of the form, what stands around them as paragraphs."""
    result = Reflow(layout)
    width = max((_width(line) for line in text.split("\n")), default=0)
    result.lines += _around(text[: found[0].start], 0, starts)
    side: list[tuple[str, int]] = []
    below: list[tuple[str, int]] = []
    for label, end in zip(found, [item.start for item in found[1:]] + [len(text)], strict=True):
        body = text[label.end : end]
        cell = (label.wanted.text, _row_of(label.start, starts))
        slot = label.wanted.slot
        if label.wanted.side:
            side = [cell]
        elif slot is None:
            block = next(b for b in layout.blocks if isinstance(b, RepeatBlock) and _head_text(b) == label.wanted.text)
            _take_list(block, body, label.end, starts, result)
        elif slot.place == "below":
            below.append(cell)
            if body.strip():
                result.lines += _below(below, body, result)
                below = []
        else:
            value, rest = _value(slot.binding.path, body, width)
            result.lines.append(_line([*side, cell, (value, cell[1])]))
            side = []
            if rest:
                # The text below a side label, as a row that begins under it.
                result.lines.append(_line([("", cell[1]), (rest, cell[1])]))
    return result


def _around(text: str, offset: int, starts: list[tuple[int, int]]) -> list[Line]:
    """Return the lines before the form and after it: unit, department, signatures."""
    lines = []
    for match in re.finditer(r"[^\n]*\S[^\n]*", text):
        words = match[0].split()
        parts = words if any(unit_line(word) or is_coded_department(word) for word in words) else [match[0].strip()]
        row = _row_of(offset + match.start(), starts)
        lines.append(Line([Cell(part, col, origin=Origin(row, col + 1)) for col, part in enumerate(parts)], para=True))
    return lines


def _below(labels: list[tuple[str, int]], body: str, result: Reflow) -> list[Line]:
    """Return the row of labels and the row of their values; in doubt all text goes to the last."""
    words, row = body.split(), labels[-1][1]
    if len(words) != len(labels):
        result.findings.append(
            Finding(WARN, "cells-not-divided", "几格的文字连在一起，无法分格，已归入最后一格，请核对", row=row)
        )
        words = [""] * (len(labels) - 1) + [_join_words(body)]
    return [_line(labels), _line([(word, row) for word in words])]


def _line(cells: list[tuple[str, int]]) -> Line:
    return Line([Cell(text, col, origin=Origin(row, col + 1)) for col, (text, row) in enumerate(cells)], para=False)


def _row_of(position: int, starts: list[tuple[int, int]]) -> int:
    row = 0
    for at, number in starts:
        if at > position:
            break
        row = number
    return row


def _value(path: str, body: str, width: int) -> tuple[str, str]:
    """Return the text of one cell, and what stands behind it: long texts by paragraphs, else in one piece."""
    if path in _LONG:
        return join_lines(body, width), ""
    pieces = body.split()
    kind = field_kind(path)
    if kind == "money" and len(pieces) > 1 and not isinstance(parse_money(pieces[0], "元"), str):
        return pieces[0], join_lines(body.strip().removeprefix(pieces[0]), width)
    return ("".join(pieces) if kind != "text" else _join_words(body)), ""


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


def _take_list(block: RepeatBlock, body: str, offset: int, starts: list[tuple[int, int]], result: Reflow) -> None:
    """Add the rows of a list; one that is no indicator list cannot be divided and is kept as text."""
    lines = body.split("\n")
    end = next((n for n, line in enumerate(lines) if signatures(line.strip())), len(lines))
    rows, tail = "\n".join(lines[:end]), "\n".join(lines[end:])
    number = _row_of(offset, starts)
    if block.of != "indicators" or block.beside:
        name = "、".join(block.head_labels)
        result.findings.append(
            Finding(WARN, "list-not-divided", f"“{name}”之下的文字无法分格，已作为其他文字保留，请核对", row=number)
        )
        # In front, where no list is open that would take them for its rows.
        result.lines[:0] = _around(rows, offset, starts)
    else:
        result.lines.append(_line([(cell.literal, number) for cell in block.head]))
        result.lines += _list_rows(block, _tokens(rows, offset, starts), result)
    result.lines += _around(tail, offset + len(rows) + 1, starts)


def _list_rows(block: RepeatBlock, tokens: list[_Token], result: Reflow) -> list[Line]:
    """Return the rows of an indicator list: a category, then name, description, value, basis as the form has them."""
    paths = [cell.binding.path for cell in block.row if cell.binding]
    level_of = _levels(result.layout)
    rows: list[Line] = []
    level1 = level2 = ""
    rest: list[_Token] = []

    def close() -> None:
        nonlocal rest, level1, level2
        if level2 or rest:
            cells = {"level1": (level1, 0), "level2": (level2, 0)} | _divided(paths, rest, result)
            number = rest[0].row if rest else 0
            rows.append(_line([(text, row or number) for text, row in (cells.get(path, ("", 0)) for path in paths)]))
        rest, level1, level2 = [], "", ""

    for token in tokens:
        level = level_of(token.text, level2 if not rest else "")
        if level == 1:
            close()
            level1 = token.text
        elif level == 2:
            if level2 or rest:
                close()
            level2 = token.text
        else:
            rest.append(token)
    close()
    return rows


def _levels(layout: Layout) -> Callable[[str, str], int]:
    """Return what tells whether a text is a level-1 or level-2 category, or 0.

    Right behind a category only another one that the form itself prints is one; 社会满意度 is a name there.
    """
    words = Vocabulary(layout)
    own = [{core(levels[level]) for levels in layout.categories.values()} for level in (0, 1)]

    def level_of(text: str, before: str) -> int:
        printed = core(text) in own[0] | own[1] and core(text) != core(before)
        if before and not printed:
            return 0
        return 1 if words.is_level(text, 1) else 2 if words.is_level(text, 2) else 0

    return level_of


def _divided(paths: list[str], tokens: list[_Token], result: Reflow) -> dict[str, tuple[str, int]]:
    """Divide the tokens of one category into name, description, value and basis."""
    if not tokens:
        return {}
    row = tokens[0].row
    at = _value_at(tokens)
    if at is None:
        _doubt(result, "value-not-found", "这一行没有找到指标值，全部文字归入指标名称，请核对", row)
        return {"name": (_glue(tokens), row)}
    name, value, basis = tokens[:at], tokens[at], tokens[at + 1 :]
    cells = {"name": (_glue(name), row), "value": (value.text, value.row)}
    if "description" in paths and len(name) == 2:
        cells |= {"name": (name[0].text, row), "description": (name[1].text, name[1].row)}
    elif "description" in paths:
        _doubt(result, "description-not-divided", "指标名称与描述连在一起，无法分开，已归入指标名称，请核对", row)
    if not basis:
        return cells
    if _value_at(basis) is not None:
        _doubt(result, "rows-not-divided", "这一类指标可能不止一行，未能分开，请核对", row)
    last = next((path for path in ("basis", "standard") if path in paths), "")
    text = _glue(basis)
    cells |= {last: (text, basis[0].row)} if last else {"value": (value.text + text, value.row)}
    return cells


def _doubt(result: Reflow, code: str, text: str, row: int) -> None:
    result.findings.append(Finding(WARN, code, text, row=row))


def _value_at(tokens: list[_Token]) -> int | None:
    """Return the first token behind the name that looks like a target value."""
    for index in range(1, len(tokens)):
        text = tokens[index].text
        if len(text) <= 24 and (_VALUE.fullmatch(text) or understood(text)[1] is not None):
            return index
    return None


def _glue(tokens: list[_Token]) -> str:
    return "".join(token.text for token in tokens)
