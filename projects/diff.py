"""What differs between two target tables: pure, complete, and told in the words of the form.

``diff(old, new)`` covers every leaf whose JSON text differs. Rows are matched as a person would: those that are
alike first, then those of the same name, then similar ones in the same category, then similar ones anywhere; what is
left went or came.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from difflib import SequenceMatcher
from typing import Any

from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES
from projects.targettable import KINDS, ROW_TYPES, TargetTable, field_kind, leaf_text
from projects.textdiff import Run, marks

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
KIND_NAMES = {ADDED: "新增", REMOVED: "删除", CHANGED: "修改", MOVED: "移动"}
MORE_NAMES = {"layout": "表式", "kind": "类型"}
# By what a person recognises a row, and the category in which a similar one is looked for first.
KEYS: dict[str, tuple[str, ...]] = {
    "spend_plan": ("by",),
    "tasks": ("item",),
    "indicators": ("name",),
    "period_indicators": ("name",),
    "costs": ("content",),
    "items": ("name",),
    "sections": ("title",),
}
GROUPS: dict[str, tuple[str, ...]] = {"indicators": ("level1", "level2"), "period_indicators": ("level1", "level2")}
# Leaves that were understood from another one: shown only where the other one did not change.
DERIVED = {"operator": "value", "quantity": "value", "unit": "value", "category": "level2"}
NEAR, FAR = 0.5, 0.7
MOST_PAIRS = 40_000
LABEL = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One leaf that differs. ``path`` is that of the new table, of the old one in removed rows.

    ``difference`` and ``percent`` (of the old amount, one place) for numbers that both were read; ``runs`` for texts.
    ``derived``: follows from another changed cell of the same row.
    """

    path: str
    name: str
    kind: str
    old: Any
    new: Any
    difference: Decimal | None = None
    percent: Decimal | None = None
    runs: tuple[Run, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row that differs: where it stood, where it stands (from 0), what it is called, its cells.

    ``kind`` is the weightiest word for it; a moved row may have changed cells as well.
    """

    kind: str
    block: str
    label: str
    old: int | None
    new: int | None
    cells: tuple[Cell, ...] = ()
    context: str = ""

    @property
    def shown(self) -> list[Cell]:
        """The cells to be looked at: not what follows from others, nor what label and context say already."""
        said: tuple[str, ...] = ()
        if self.kind in (ADDED, REMOVED):
            said = (*(KEYS[self.block] if len(self.label) < LABEL else ()), *GROUPS.get(self.block, ()))
        return [cell for cell in self.cells if not cell.derived and cell.path.rpartition(".")[2] not in said]


@dataclass(frozen=True, slots=True)
class Block:
    """A repeated block with the rows that differ, in the new table's order, those removed where they were."""

    key: str
    name: str
    rows: tuple[Row, ...]
    pairs: tuple[tuple[int | None, int | None], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """``amounts``, ``cells`` and ``texts`` are the leaves outside repeated blocks."""

    cells: tuple[Cell, ...] = ()
    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.blocks)

    @property
    def count(self) -> int:
        """How many things a reader has to look at: cells of the head, and rows."""
        return len(self.cells) + sum(len(block.rows) for block in self.blocks)

    @property
    def amounts(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "money"]

    @property
    def others(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind != "money"]

    def rows(self) -> Iterator[Row]:
        for block in self.blocks:
            yield from block.rows


Pairs = list[tuple[int | None, int | None]]


def diff(old: TargetTable, new: TargetTable, *, pairs: Mapping[str, Pairs] | None = None) -> Difference:
    """Return how ``new`` differs from ``old``; false when every leaf reads the same.

    ``pairs`` says by block which rows are the same, where that is known (see :func:`pair_names`).
    """
    blocks = []
    for key in ROW_TYPES:
        block = _block(key, getattr(old, key), getattr(new, key), (pairs or {}).get(key))
        if block.rows:
            blocks.append(block)
    return Difference(tuple(_head(old, new)), tuple(blocks))


def _head(old: TargetTable, new: TargetTable) -> Iterator[Cell]:
    for item in fields(TargetTable):
        if item.name in ROW_TYPES or item.name == "extra":
            continue
        before, after = getattr(old, item.name), getattr(new, item.name)
        if is_dataclass(before):
            for leaf in fields(before):
                path = f"{item.name}.{leaf.name}"
                yield from _cell(path, path, getattr(before, leaf.name), getattr(after, leaf.name))
        else:
            yield from _cell(item.name, item.name, before, after)
    for key in (*new.extra, *(key for key in old.extra if key not in new.extra)):
        before, after = old.extra.get(key), new.extra.get(key)
        if before != after:
            # A label that came or went with an empty cell differs too.
            runs = tuple(marks(before or "", after or ""))
            yield Cell(f"extra.{key}", key or "（无栏目名）", "text", before, after, runs=runs)


def _cell(path: str, plain: str, old: Any, new: Any, *, name: str = "", derived: bool = False) -> Iterator[Cell]:
    """Yield the cell when its JSON text differs. ``plain`` is the path without an index."""
    before, after = leaf_text(plain, old), leaf_text(plain, new)
    if before == after:
        return
    kind = field_kind(plain)
    name = name or FIELD_NAMES.get(plain) or MORE_NAMES.get(plain, plain)
    difference = percent = None
    runs: tuple[Run, ...] = ()
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        difference, percent = _change(old, new)
    elif kind == "text" or (isinstance(old, str) and isinstance(new, str)):
        if plain == "kind":
            before, after = KINDS.get(before, before), KINDS.get(after, after)
        runs = tuple(marks(before, after))
    yield Cell(path, name, kind, old, new, difference, percent, runs, derived)


def _change(old: Decimal, new: Decimal) -> tuple[Decimal, Decimal | None]:
    with localcontext(prec=80):
        difference = new - old
        if not old:
            return difference, None
        return difference, (difference * 100 / abs(old)).quantize(Decimal("0.1"), ROUND_HALF_UP)


# Rows -----------------------------------------------------------------------------------------------------------


def _block(key: str, old: list[Any], new: list[Any], known: Pairs | None) -> Block:
    pairs = match_rows(key, old, new) if known is None else known
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    # A row that changed its category has moved already; it must not make others look moved.
    moved = _out_of_order([(a, b) for a, b in both if _group(key, old[a]) == _group(key, new[b])])
    rows = []
    for before, after in pairs:
        row = _row(key, old, new, before, after, (before, after) in moved)
        if row:
            rows.append(row)
    return Block(key, LIST_NAMES[key], tuple(rows), tuple(pairs))


def _row(key: str, old: list[Any], new: list[Any], before: int | None, after: int | None, moved: bool) -> Row | None:
    a = old[before] if before is not None else None
    b = new[after] if after is not None else None
    names = [item.name for item in fields(ROW_TYPES[key])]
    index = after if after is not None else before
    changed = {
        name
        for name in names
        if leaf_text(f"{key}.{name}", getattr(a, name, None)) != leaf_text(f"{key}.{name}", getattr(b, name, None))
    }
    cells = tuple(
        cell
        for name in names
        for cell in _cell(
            f"{key}.{index}.{name}",
            f"{key}.{name}",
            getattr(a, name, None),
            getattr(b, name, None),
            name=ROW_FIELD_NAMES[key].get(name, name),
            derived=DERIVED.get(name) in changed,
        )
    )
    regrouped = a is not None and b is not None and _group(key, a) != _group(key, b)
    if a is None or b is None:
        kind = ADDED if a is None else REMOVED
    elif moved or regrouped:
        kind = MOVED
    elif cells:
        kind = CHANGED
    else:
        return None
    return Row(kind, key, _label(key, b or a), before, after, cells, _context(key, b or a))


def _group(key: str, row: Any) -> tuple[str, ...]:
    return tuple(_tidy(getattr(row, name)) for name in GROUPS.get(key, ()))


def _label(key: str, row: Any) -> str:
    if key == "spend_plan":
        return f"{row.by.lstrip('0')}月底" if row.by.isdigit() else row.by
    named = "".join(getattr(row, name) for name in KEYS[key]).strip()
    second = {"indicators": "description", "period_indicators": "description", "sections": "text"}.get(key, "")
    return (named or (getattr(row, second, "") or "").strip()[:40] or "（未命名）")[:LABEL]


def _context(key: str, row: Any) -> str:
    return " · ".join(text for name in GROUPS.get(key, ()) if (text := getattr(row, name).strip()))


def match_rows(key: str, old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    """Pair the rows of a block; ``None`` stands for a row that is not there. In the new table's order, removed rows
    after the row that stood before them."""
    names = [item.name for item in fields(ROW_TYPES[key])]
    keys = KEYS[key]
    found: dict[int, int] = {}  # new index → old index
    free = dict.fromkeys(range(len(old)))

    def by(sign: Callable[[Any], Hashable | None], *, single: bool = False) -> None:
        """Pair rows of the same sign in their order; ``single``: only where it occurs once on either side."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        coming: dict[Hashable, list[int]] = defaultdict(list)
        for index in free:
            waiting[sign(old[index])].append(index)
        for index, row in enumerate(new):
            if index not in found:
                coming[sign(row)].append(index)
        for mark, places in coming.items():
            if mark is None or (single and (len(places) > 1 or len(waiting.get(mark, ())) > 1)):
                continue
            for here, there in zip(places, waiting.get(mark, ()), strict=False):
                found[here] = there
                free.pop(there)

    def name(row: Any) -> str | None:
        return "\n".join(_tidy(getattr(row, part)) for part in keys).strip() or None

    by(lambda row: tuple(leaf_text(f"{key}.{part}", getattr(row, part)) for part in names))
    by(lambda row: (_group(key, row), name(row)) if name(row) else None)
    by(name, single=True)
    if key != "spend_plan":
        for pair in _similar(key, old, new, free, found, name):
            found[pair[1]] = pair[0]
            free.pop(pair[0])
    return _in_order(len(old), len(new), found)


def pair_names(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair rows by lasting names (uids), laid out as in :func:`match_rows`; an empty name is the same as no other."""
    stood = {name: place for place, name in enumerate(old) if name}
    found = {place: stood[name] for place, name in enumerate(new) if name in stood}
    return _in_order(len(old), len(new), found)


def _similar(
    key: str,
    old: list[Any],
    new: list[Any],
    free: dict[int, None],
    found: dict[int, int],
    name: Callable[[Any], str | None],
) -> list[tuple[int, int]]:
    """Pair what is left by likeness, the most alike first; among equals the nearest places, then the first."""
    waiting = [index for index in range(len(new)) if index not in found]
    if len(waiting) * len(free) > MOST_PAIRS:
        return []
    scored = []
    for here in waiting:
        for there in free:
            near = _group(key, new[here]) == _group(key, old[there])
            score = _likeness(_text(old[there], name), _text(new[here], name), NEAR if near else FAR)
            if score:
                scored.append((not near, -score, abs(here - there), there, here))
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    pairs = []
    for *_rest, there, here in sorted(scored):
        if there not in taken_old and here not in taken_new:
            taken_old.add(there)
            taken_new.add(here)
            pairs.append((there, here))
    return pairs


def _text(row: Any, name: Callable[[Any], str | None]) -> str:
    """What likeness is measured on: the name, or all texts of a row that has none."""
    return name(row) or "\n".join(
        _tidy(value) for item in fields(row) if isinstance(value := getattr(row, item.name), str)
    )


def _likeness(old: str, new: str, least: float) -> float:
    """Return how alike two texts are, 0 when less than ``least``."""
    if not (old.strip() and new.strip()):
        return 0.0
    matcher = SequenceMatcher(None, old[:400], new[:400], autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return round(ratio, 6) if ratio >= least else 0.0


def _in_order(before: int, after: int, found: dict[int, int]) -> list[tuple[int | None, int | None]]:
    """Lay the pairs out: new rows in order, each removed row behind the nearest earlier row that is still there."""
    stands = {there: here for here, there in found.items()}
    gone: dict[int, list[int]] = defaultdict(list)
    last = -1
    for index in range(before):
        if index in stands:
            last = stands[index]
        else:
            gone[last].append(index)
    laid: list[tuple[int | None, int | None]] = [(index, None) for index in gone[-1]]
    for index in range(after):
        laid.append((found.get(index), index))
        laid += [(removed, None) for removed in gone.get(index, ())]
    return laid


def _out_of_order(pairs: list[tuple[int, int]]) -> set[tuple[int | None, int | None]]:
    """Return the pairs outside the longest run that kept its order: the fewest rows that can be said to have moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, (old, _new) in enumerate(pairs):
        at = bisect_left(tails, old)
        if at == len(tails):
            tails.append(old)
            ends.append(place)
        else:
            tails[at], ends[at] = old, place
        before.append(ends[at - 1] if at else -1)
    kept = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return {pair for place, pair in enumerate(pairs) if place not in kept}


def _tidy(text: str) -> str:
    """A text without blanks and width variants."""
    return "".join(unicodedata.normalize("NFKC", text).split())
