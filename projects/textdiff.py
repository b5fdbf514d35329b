"""Marks inside a changed text, fit for Chinese: pure.

Latin words and numbers are one piece, every Chinese character is its own. Sentences are compared first, so that a long
text with one new sentence stays readable and quick; then the pieces inside what was replaced. What two changes leave
standing between them is swallowed when it is too short to help the eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
_SENTENCE = re.compile(r"[^。；;！？\n]*[。；;！？\n]+|[^。；;！？\n]+")
_PIECE = re.compile(r"[A-Za-z]+|\d+(?:[.,:/-]\d+)*%?|[^\S\n]+|.", re.DOTALL)
# Above this many comparisons a passage is shown as replaced as a whole.
MOST = 4_000_000
ISLAND = 2
ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that stayed (``same``), went (``gone``) or came (``new``)."""

    kind: str
    text: str


def marks(old: str, new: str) -> list[Run]:
    """Return the runs that lead from ``old`` to ``new``.

    ``same`` and ``gone`` together spell ``old``, ``same`` and ``new`` together spell ``new``; what goes stands before
    what comes.
    """
    before, after = _SENTENCE.findall(old), _SENTENCE.findall(new)
    found: list[Run] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        found += [Run(SAME, gone)] if tag == "equal" else _inside(gone, come)
    return list(_joined(found))


def _inside(old: str, new: str) -> list[Run]:
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    head, tail = "".join(before[:start]), "".join(before[len(before) - end :])
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    return [Run(SAME, head), *_between(before, after), Run(SAME, tail)]


def _common(before: list[str], after: list[str]) -> int:
    """How many pieces both begin with."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(before), len(after)))


def _between(before: list[str], after: list[str]) -> list[Run]:
    whole = [Run(GONE, "".join(before)), Run(NEW, "".join(after))]
    if not (before and after) or len(before) * len(after) > MOST:
        return whole
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if min(len(before), len(after)) > 2 * ISLAND and matcher.ratio() < ALIKE:
        return whole
    return [
        run
        for equal, gone, come in _without_islands(matcher.get_opcodes(), before, after)
        for run in ([Run(SAME, gone)] if equal else [Run(GONE, gone), Run(NEW, come)])
    ]


def _without_islands(
    codes: Sequence[tuple[str, int, int, int, int]], before: list[str], after: list[str]
) -> list[tuple[bool, str, str]]:
    """Return ``(equal, old text, new text)`` with the short equal stretches between changes given to these."""
    parts = [(tag == "equal", "".join(before[a:b]), "".join(after[c:d])) for tag, a, b, c, d in codes]
    kept: list[tuple[bool, str, str]] = []
    for place, (equal, gone, come) in enumerate(parts):
        inner = 0 < place < len(parts) - 1
        around = (
            max(len(text) for near in parts[max(place - 1, 0) : place + 2] if not near[0] for text in near[1:])
            if (equal and inner)
            else 0
        )
        small = equal and inner and len(gone.strip()) <= ISLAND and around > len(gone) and "\n" not in gone
        if small or not equal:
            if kept and not kept[-1][0]:
                kept[-1] = (False, kept[-1][1] + gone, kept[-1][2] + come)
            else:
                kept.append((False, gone, come))
        else:
            kept.append((True, gone, come))
    return kept


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    """Join neighbours: between two stretches that stay, first everything that goes, then everything that comes."""
    same, gone, new = "", "", ""
    for run in runs:
        if not run.text:
            continue
        if run.kind == SAME:
            if gone or new:
                yield from _changed(same, gone, new)
                same = gone = new = ""
            same += run.text
        elif run.kind == GONE:
            gone += run.text
        else:
            new += run.text
    yield from _changed(same, gone, new)


def _changed(same: str, gone: str, new: str) -> Iterator[Run]:
    for kind, text in ((SAME, same), (GONE, gone), (NEW, new)):
        if text:
            yield Run(kind, text)
