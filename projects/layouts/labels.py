"""What a label is once blanks, brackets, marks and numbering are taken off it."""

from __future__ import annotations

import re
from functools import lru_cache

_BLANK = re.compile(r"[\s\u3000\u200b\ufeff*＊]+")
_BRACKETS = re.compile(r"[（(\[【〔][^（()）\[\]【】〔〕]*[）)\]】〕]")
_EDGE = re.compile(r"^(其中)?[:：、，,。]*|[:：、，,。;；]+$")
_NUMBERED = re.compile(r"^([一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．](?!\d))")
UNIT_IN_LABEL = re.compile(r"[（(]\s*(?:单位[:：])?\s*(万元|千元|亿元|元)\s*[）)]")

_WIDE_LATIN = str.maketrans("（）：／％", "():/%")


@lru_cache(maxsize=16384)
def norm(text: str) -> str:
    """Return the bare label: ``其中：财政资金 `` → ``财政资金``, ``项目总金额\\n（万元）`` → ``项目总金额``."""
    if len(text) > 60:
        return ""
    bare = _BLANK.sub("", text)
    bare = _NUMBERED.sub("", bare)
    without = _BRACKETS.sub("", bare)
    return _EDGE.sub("", without or bare).translate(_WIDE_LATIN)


@lru_cache(maxsize=16384)
def squeeze(text: str) -> str:
    """Return the text without any blank."""
    return _BLANK.sub("", text)


def unit_of(text: str) -> str:
    """Return 元 or 万元 where a label states its unit in brackets, else ``""``."""
    found = UNIT_IN_LABEL.search(text)
    return found[1] if found else ""
