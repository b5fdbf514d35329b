"""Indicators told in lines of text: ``1.数量指标：办理案件数≥1200件；…`` below ``一、产出指标``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.categories import core
from projects.layouts.anyform.contents import divided, is_category, is_level1, is_level2
from projects.layouts.labels import squeeze

_NUMBER = re.compile(r"^\s*([（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳]|指标\d{1,2}[:：])\s*(?!\d)")
_HEADING = re.compile(r"(年度|项目|主要)?绩效(目标)?指标(情况|内容|如下)?[:：]?")


@dataclass(frozen=True, slots=True)
class Said:
    """An indicator told in a line of the file."""

    level1: str
    level2: str
    name: str
    value: str
    row: int


_CATEGORY = re.compile(r"([^:：,，；;。]{2,24}?)\s*(?:[:：,，]|$)")
_VALUED = re.compile(r"[≥≤>＞<＜=＝≧≦]\s*\d[^，,]*$")
_COMMA = re.compile(r"[，,](?!\d{3}(?!\d))")


def _opened(text: str) -> tuple[str, str] | None:
    """Return the category that a piece begins with, and the rest: 数量指标：…, or 可持续影响指标，…."""
    found = _CATEGORY.match(text)
    if found is None or not is_category(found[1].strip()):
        return None
    return found[1].strip(), text[found.end() :].strip()


def _each(text: str) -> list[str]:
    """Return the indicators that a comma divides: each has a figure with its sign."""
    pieces = [piece for piece in _COMMA.split(text) if piece.strip()]
    if len(pieces) > 1 and all(_VALUED.search(piece) for piece in pieces):
        return pieces
    return [text] if text else []


def said(lines: Sequence[tuple[int, str]]) -> tuple[list[Said], set[int]]:
    """Return the indicators that numbered lines tell, and the lines they took."""
    found: list[Said] = []
    taken: set[int] = set()
    level1 = level2 = ""
    for row, text in lines:
        bare = _NUMBER.sub("", text.strip())
        if _HEADING.fullmatch(squeeze(bare)):
            taken.add(row)
            continue
        if _opened(bare) is None and (not (level1 or level2) or not _NUMBER.match(text)):
            level1 = level2 = ""
            continue
        taken.add(row)
        for piece in re.split("[；;。]", bare):
            piece = _NUMBER.sub("", piece.strip())
            while head := _opened(piece):
                name, piece = squeeze(head[0]), head[1]
                second = is_level2(name) and (not is_level1(name) or (level1 and core(name) != "满意度"))
                level1, level2 = (level1, name) if second else (name, "")
            for one in _each(piece):
                name, value = divided(_NUMBER.sub("", one))
                found.append(Said(level1, level2, name, value, row))
    return found, taken
