"""Read text without marks of cells in every way it may have been written, and take the reading that is most like one.

Pieces of cells, whole cells one a line, cells without anything between them, indicators told in sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from projects.grids.grid import Cell, Origin
from projects.layouts.anyform.glued import glued_parts
from projects.layouts.anyform.running import RunningReader
from projects.layouts.anyform.running_labels import opened
from projects.layouts.anyform.running_leads import leads_of
from projects.layouts.anyform.tokens import stand_apart, tokens_of
from projects.layouts.anyform.told import Rows, told
from projects.layouts.lines import Line, unit_line

_FEW = 2
_FITS = 0.4
_APART_FITS = 0.1
_CLEARLY = 0.1
_STRANGE = 0.34
_MANY_LABELS = 5


def running(lines: Sequence[Line]) -> Rows | None:
    """Return the rows found in running text; where many of a list are doubtful, all of the form is: columns mixed."""
    found = _best(lines)
    if found is not None and found.strange > _STRANGE:
        found.doubtful |= {cell.origin.row for line in found.lines for cell in line.cells}
    return found


def _best(lines: Sequence[Line]) -> Rows | None:
    """Return the rows of a form whose cells became running text, ``None`` where too few known words stand in it.

    What is read as pieces of cells is read as whole cells, one a line, too: the better of both is taken.
    """
    pieces = _divided(lines, whole=False)
    cells = _divided(lines, whole=True)
    apart = stand_apart(lines)
    enough = _APART_FITS if apart else _FITS
    if cells and (pieces is None or cells.better(pieces, enough, apart=apart)):
        return cells
    if pieces is not None:
        return pieces
    glued = _glued(lines)
    return glued if glued and glued.listed else told(lines) or glued


def better_apart(lines: Sequence[Line], cells: Rows) -> Rows:
    """Return the reading of cells that stand apart, or the one that counts them where its rows look more like rows."""
    counted = _divided(lines, whole=True)
    if counted is None or counted.known < cells.known or counted.worth <= cells.worth + _CLEARLY:
        return cells
    return counted


def _glued(lines: Sequence[Line]) -> Rows | None:
    """Return the rows of a text without anything between its cells."""
    parts = glued_parts(lines)
    reader = RunningReader([])
    for part in parts:
        if part.columns:
            reader.add_list(part.columns, part.rows, part.head, part.side)
            continue
        reader.tokens = [token for token in part.tokens if not unit_line(token.text)]
        reader.out.doubtful |= {token.row for token in part.tokens if part.doubtful or token.doubtful}
        reader.fields(0, len(reader.tokens))
    return reader.out if reader.known and (reader.out.listed or reader.known > _MANY_LABELS) else None


def _divided(lines: Sequence[Line], *, whole: bool) -> Rows | None:
    every = tokens_of(lines, whole=whole)
    tokens = [part for token in every if not unit_line(token.text) for part in opened(token)]
    reader = RunningReader(tokens)
    for unit in every:
        if unit_line(unit.text):
            reader.out.lines.append(Line([Cell(unit.text, origin=Origin(unit.row, 1))], para=True))
    heads = reader.heads()
    if not heads:
        return None
    at = 0
    for start, end, columns in heads:
        reader.fields(at, start)
        following = next((other for other, _, _ in heads if other > start), len(tokens))
        at = end + reader.take_list(columns, end, following)
    reader.fields(at, len(tokens))
    reader.out.known = reader.known
    return reader.out if reader.known + len(heads) > _FEW or any(leads_of(columns) for _, _, columns in heads) else None
