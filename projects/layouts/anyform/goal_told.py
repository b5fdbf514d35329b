"""Indicators told in the cell of a goal below marks of their categories: 【产出指标-数量指标】 指标1：条数（≥5条）."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from projects.layouts.anyform.contents import divided, is_level1, is_level2

_MARK = re.compile(r"【([^【】]{2,24})】[:：]?")
_NUMBER = re.compile(r"^\d{1,2}\s*[.、．)）]\s*(?!\d)")
_LINES = re.compile(r"[\n；;]|\s+(?=指标\s*\d{1,2}\s*[:：])")
_IN_BRACKETS = re.compile(r"^(.{2,}?)[（(]([^（）()]+(?:[（(][^（）()]*[)）])?)[)）]$")
_PAIR = re.compile(r"\s*[-—–/>·]+\s*")
_FEW = 2


@dataclass(slots=True)
class Told:
    """``texts`` by mark, what stands in front of all by ``""``; ``rows``: level 1 and 2, name, value."""

    texts: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)


def told_in(text: str) -> Told | None:
    """Return what a cell tells below its marks, ``None`` for one that tells no indicators."""
    if "【" not in text:
        return None
    marks = list(_MARK.finditer(text))
    categories = [mark for mark in marks if is_level1(_PAIR.split(mark[1])[0]) or is_level2(mark[1])]
    if len(categories) < _FEW and not (categories and len(marks) > 1):
        return None
    found = Told()
    if before := text[: marks[0].start()].strip():
        found.texts[""] = before
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        body = text[mark.end() : end].strip()
        parts = _PAIR.split(mark[1])
        if len(parts) == _FEW and is_level1(parts[0]):
            level1, level2 = parts
        elif is_level2(mark[1]) and not is_level1(mark[1]):
            level1, level2 = "", mark[1]
        elif is_level1(mark[1]):
            level1, level2 = mark[1], ""
        else:
            found.texts[mark[1]] = body
            continue
        for line in filter(None, map(str.strip, _LINES.split(body))):
            bare = _NUMBER.sub("", line).rstrip("。")
            inner = _IN_BRACKETS.fullmatch(bare)
            name, value = (inner[1], inner[2]) if inner else divided(bare)
            found.rows.append((level1, level2, name, value))
    return found if found.rows else None
