"""Running text laid below the headings of its list: pieces of lines, each a cell or the rest of one.

What a line's end costs inside of a cell depends on what stands around it: the blank between two pieces of a line
divides cells, the end of a line may stand in the middle of one; of all ways the best is taken
(:mod:`projects.layouts.anyform.laying`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from projects.layouts.anyform.contents import may_be_unit
from projects.layouts.anyform.laying import Piece, lay
from projects.layouts.anyform.running_cells import SIGN_ONLY
from projects.layouts.anyform.running_chunks import Column, FoundRow, doubt
from projects.layouts.anyform.running_leads import told_leads
from projects.layouts.anyform.running_rows import END_WORDS
from projects.layouts.anyform.tokens import Token

_MOST = 900  # pieces: the time grows with them
_REST = 4  # characters of a line that is the rest of the one before
_FIGURES = 8
_MEETS = re.compile(r"[\u4e00-\u9fff]\d|\d[\u4e00-\u9fff]")
_SAME_LINE, _LINE, _GAP, _TAIL = 2.5, 0.3, 0.2, 0.05


def laid(columns: list[Column], tokens: Sequence[Token]) -> tuple[list[FoundRow], int]:
    """Return the rows of a list and how many tokens they took; none where there are too many pieces."""
    stop = next(
        (n for n, token in enumerate(tokens) if n and token.first and END_WORDS.fullmatch(token.text)), len(tokens)
    )
    halves = sum(column.path == "name" for column in columns) > 1
    if stop > _MOST or (not halves and any(token.whole for token in tokens)):
        return [], 0
    spaced = _is_spaced(tokens[:stop])
    pieces = [
        Piece(token.text, token.row, n, _joins(tokens, n, spaced=spaced) if n else _SAME_LINE)
        for n, token in enumerate(tokens[:stop])
    ]
    rows, last = lay(told_leads(columns), pieces)
    doubt(rows, columns)
    return rows, last + 1


def _is_spaced(tokens: Sequence[Token]) -> bool:
    """Tell whether the text has a blank wherever Chinese meets a figure, as some programs make of a small gap there."""
    figures = sum(1 for token in tokens if re.match(r"[≥≤]?\d", token.text))
    return figures > _FIGURES and sum(1 for token in tokens if _MEETS.search(token.text)) * 5 < figures


def _joins(tokens: Sequence[Token], at: int, *, spaced: bool) -> float:
    """Return what it costs that a piece goes on the cell of the piece before it."""
    token, before = tokens[at], tokens[at - 1]
    if token.whole:
        return _SAME_LINE
    if not token.first:
        if spaced and _MEETS.search(before.text[-1] + token.text[0]):
            return 0.2
        measures = re.fullmatch(r"\D{0,5}\d[\d.,]*", before.text) and may_be_unit(token.text)
        return 0.1 if measures or SIGN_ONLY.fullmatch(before.text) else _SAME_LINE
    if re.search("[年月]$", before.text) and re.match(r"\d{1,2} ?[月日]|[底末前]|[上中下]旬", token.text):
        return -1.5  # a date
    alone = at + 1 == len(tokens) or tokens[at + 1].first
    if alone and len(token.text) <= _REST and not re.match(r"[\d≥≤]", token.text):
        return _TAIL
    cost = _LINE + (_GAP if token.gap else 0.0)
    if at > 1 and before.first and len(before.text) <= _REST:
        cost += _LINE  # the rest of a cell ends it
    return cost + (_LINE if before.text[-1] in "。；" else 0.0)
