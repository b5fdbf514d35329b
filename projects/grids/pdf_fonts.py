"""A Chinese font on this machine that may be put into a PDF: which file, and which face of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PLACES = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
    "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip
# File and number of the face with the mainland's forms of characters, the most fitting first.
_TEXT = (
    ("simsun.ttc", 0), ("NotoSerifCJK-Regular.ttc", 2), ("NotoSerifCJKsc-Regular.otf", 0),
    ("SourceHanSerifSC-Regular.otf", 0), ("NotoSerifSC-Regular.otf", 0), ("Songti.ttc", 0), ("uming.ttc", 0),
)  # fmt: skip
_HEADS = (
    ("simhei.ttf", 0), ("NotoSansCJK-Regular.ttc", 2), ("NotoSansCJKsc-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0), ("NotoSansSC-Regular.otf", 0), ("STHeiti Medium.ttc", 0),
    ("wqy-zenhei.ttc", 0), ("wqy-microhei.ttc", 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Font:
    path: str
    face: int


@dataclass(frozen=True, slots=True)
class Fonts:
    """``text`` for what is written in 宋体 or 仿宋, ``heads`` for what is written in 黑体."""

    text: Font
    heads: Font


@cache
def find_fonts() -> Fonts | None:
    """Return fonts to embed, ``None`` where no known one is installed."""
    known = {name.lower() for name, _ in (*_TEXT, *_HEADS)}
    found: dict[str, str] = {}
    for place in _PLACES:
        for folder, _, files in os.walk(Path(place).expanduser()):
            for name in sorted(files):
                if name.lower() in known:
                    found.setdefault(name.lower(), str(Path(folder) / name))
    text, heads = _first(_TEXT, found), _first(_HEADS, found)
    if text is None and heads is None:
        return None
    return Fonts(text or heads, heads or text)  # type: ignore[arg-type]  # one of them is there


def _first(wanted: tuple[tuple[str, int], ...], found: dict[str, str]) -> Font | None:
    for name, face in wanted:
        if name.lower() in found:
            return Font(found[name.lower()], face)
    return None
