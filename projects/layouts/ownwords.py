"""The words that a form prints by itself, beside those that are filled in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from projects.layouts.definition import FormBlock, Layout, TemplateCell
from projects.layouts.labels import norm, squeeze

KEPT = 512
"""Forms whose words are kept at hand."""


@lru_cache(maxsize=KEPT)
def followers(layout: Layout) -> dict[str, set[str]]:
    """Return per label which labels stand behind it in its rows: where it has no value cell, one of them follows."""
    found: dict[str, set[str]] = {}
    for block in layout.blocks:
        for row in block.rows if isinstance(block, FormBlock) else ():
            labels = [norm(cell.literal) for cell in row if cell.literal]
            for label, after in pairwise(labels):
                found.setdefault(label, set()).add(after)
    return found


@lru_cache(maxsize=KEPT)
def fixed_rows(layout: Layout) -> frozenset[tuple[str, ...]]:
    """Return the rows of the form that nothing is filled into, as their words without blanks."""
    rows = (row for block in layout.blocks if isinstance(block, FormBlock) for row in block.rows)
    found = (tuple(squeeze(cell.literal) for cell in row if cell.literal.strip()) for row in rows if not _bound(row))
    return frozenset(filter(None, found))


def _bound(row: Sequence[TemplateCell]) -> bool:
    return any(cell.binding for cell in row)


@lru_cache(maxsize=KEPT)
def printed(layout: Layout) -> frozenset[str]:
    """Return every word that the form itself prints, side labels and group headings included."""
    found: set[str] = set()
    for block in layout.blocks:
        if isinstance(block, FormBlock):
            found.update(norm(cell.literal) for row in block.rows for cell in row if not cell.binding)
        else:
            found.add(norm(block.side))
    return frozenset(found - {""})
