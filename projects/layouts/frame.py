"""The lines around the table of an office's own form, known by the form's own words.

Shipped forms have the lines that official forms usually have (unit, department, signatures). A form that an office
uploaded may say anything there: each of its lines becomes a pattern in which the fields are open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from projects.layouts.definition import COMPUTED, Binding, Layout
from projects.layouts.labels import squeeze
from projects.layouts.lines import Line

Parts = Sequence[str | Binding]
_SAME = {"：": "[：:]", ":": "[：:]", "（": "[（(]", "(": "[（(]", "）": "[）)]", ")": "[）)]"}


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A line above or below the table; group ``n`` of the pattern is the text of ``bindings[n]``."""

    pattern: re.Pattern[str]
    bindings: tuple[Binding, ...]


@cache
def frame_lines(layout: Layout) -> tuple[FrameLine, ...]:
    """Return the lines that the form prints around its table; none for shipped forms."""
    if not layout.own:
        return ()
    lines = [[part for group in line for part in (*group, " ")] for line in layout.captions]
    lines += [list(parts) for parts in layout.sign]
    if layout.annex:
        lines.append([layout.annex])
    return tuple(made for line in lines if (made := _frame_line(line)) is not None)


def words_of(parts: Parts) -> str:
    """Return the printed words of a line, without blanks."""
    return squeeze("".join(part for part in parts if isinstance(part, str)))


def _frame_line(parts: Parts) -> FrameLine | None:
    if not words_of(parts):
        return None  # It would be any line.
    bindings = tuple(part for part in parts if isinstance(part, Binding) and part.path not in COMPUTED)
    return FrameLine(re.compile(rf"\s*{_pattern(parts)}\s*", re.DOTALL), bindings)


def _pattern(parts: Parts) -> str:
    pieces = []
    for part in parts:
        if isinstance(part, Binding):
            pieces.append(".*?" if part.path in COMPUTED else "(.*?)")
        else:
            pieces += [_SAME.get(char, re.escape(char)) for char in squeeze(part)]
    return r"\s*".join(pieces)


def frame_values(layout: Layout, line: Line) -> list[tuple[Binding, str]] | None:
    """Return what the fields of a line around the table say, ``None`` when the form has no such line."""
    text = "\t".join(line.texts)
    for known in frame_lines(layout):
        found = known.pattern.fullmatch(text)
        if found:
            return [(b, (value or "").strip()) for b, value in zip(known.bindings, found.groups(), strict=True)]
    return None


@cache
def title_pattern(layout: Layout) -> re.Pattern[str] | None:
    """Return what the title of an office's own form looks like without blanks; ``None`` where it could be any line."""
    if not layout.own or len(words_of(layout.title_parts)) < 2:
        return None
    pieces = [".{0,120}?" if isinstance(part, Binding) else re.escape(squeeze(part)) for part in layout.title_parts]
    return re.compile("".join(pieces), re.DOTALL)


def is_title_of(layout: Layout, text: str) -> bool:
    """Tell whether a line is the title of this form of an office."""
    pattern = title_pattern(layout)
    return pattern is not None and len(text) <= 200 and bool(pattern.fullmatch(squeeze(text)))
