"""Names that look alike, by the pairs of characters they share (Dice's coefficient). Pure.

``similar_pairs`` compares only what can reach the limit: of each name the rarest pairs are indexed, as many as two
names of that likeness must share one of (prefix filtering), and lengths that differ too much are left out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Pair:
    """Two identifiers and their likeness between 0 and 1; ``one`` is the one that came first."""

    one: int
    other: int
    likeness: float


@lru_cache(maxsize=65_536)
def pieces(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters and digits (的 does not count); of a single character, the character."""
    bare = "".join(char for char in text.casefold() if char.isalnum() and char != "的")
    return frozenset(a + b for a, b in pairwise(bare)) or frozenset(bare)


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are: 1 for the same pieces, 0 for none in common."""
    left, right = pieces(one), pieces(other)
    total = len(left) + len(right)
    return 2 * len(left & right) / total if total else 0.0


def similar_pairs(
    names: Sequence[tuple[int, str]], *, least: float, against: tuple[int, str] | None = None
) -> list[Pair]:
    """Return the pairs of ``names`` (identifier, text) that are at least ``least`` alike, in order of appearance.

    With ``against``, only the pairs of that one with the others; it comes first in them.
    """
    if against is not None:
        one, text = against
        found = ((other, likeness(text, name)) for other, name in names)
        return [Pair(one, other, value) for other, value in found if value >= least]
    common = Counter(piece for _, name in names for piece in pieces(name))
    indexed: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for at, (identifier, name) in enumerate(names):
        own = pieces(name)
        prefix = _prefix(own, common, least)
        met: set[int] = set()
        for piece in prefix:
            met.update(indexed[piece])
            indexed[piece].append(at)
        for earlier in sorted(met):
            theirs = pieces(names[earlier][1])
            shared = 2 * min(len(own), len(theirs)) / (len(own) + len(theirs))
            if shared >= least and (value := likeness(names[earlier][1], name)) >= least:
                pairs.append(Pair(names[earlier][0], identifier, value))
    return pairs


def _prefix(own: Iterable[str], common: Counter[str], least: float) -> list[str]:
    """The rarest pieces, so many that whoever is ``least`` alike shares one of them.

    Dice d means at least d/(2-d) of a set's pieces are shared (the other set being a superset at best).
    """
    rarest = sorted(own, key=lambda piece: (common[piece], piece))
    must_share = math.ceil(least / (2 - least) * len(rarest) - 1e-9)
    return rarest[: len(rarest) - must_share + 1]
