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
        head, mark, rest = bare.replace("：", ":").partition(":")
        if is_category(head.strip()):
            name = squeeze(head)
            second = is_level2(name) and (not is_level1(name) or (level1 and core(name) != "满意度"))
            level1, level2 = (level1, name) if second else (name, "")
            taken.add(row)
            bare = bare[len(bare) - len(rest) :].strip() if mark else ""
        elif not (level1 or level2) or not _NUMBER.match(text):
            level1 = level2 = ""
            continue
        for piece in filter(None, (one.strip() for one in re.split("[；;。]", bare))):
            name, value = divided(_NUMBER.sub("", piece))
            found.append(Said(level1, level2, name, value, row))
            taken.add(row)
    return found, taken
