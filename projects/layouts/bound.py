"""Which cell of the source a field was read from, how it was found, and how sure that is.

Stands beside the table, never inside it: the interchange form keeps its exact keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

# How a field was found, the surest first.
CONFIRMED = "confirmed"  # a person said so (a correction)
LAYOUT = "layout"  # the label or heading of a known form, a saved reading included
SYNONYM = "synonym"  # a label or heading known to mean this
CONTENTS = "contents"  # what stands in the column or cell: signs, units, categories
POSITION = "position"  # where the cell stands: below, beside, filled down from a merged cell
GUESS = "guess"  # nothing better was there
HOW = (CONFIRMED, LAYOUT, SYNONYM, CONTENTS, POSITION, GUESS)
HOW_NAMES = {
    CONFIRMED: "人工确认",
    LAYOUT: "表式栏目",
    SYNONYM: "栏目同义词",
    CONTENTS: "内容特征",
    POSITION: "所在位置",
    GUESS: "推测",
}

# Below this a field has to be looked at before it is taken.
UNSURE = 0.6


class Bound(NamedTuple):
    """One cell of the source and the field it was read into.

    ``path`` is the field with rows by index: ``project.name``, ``spend_plan.03``, ``indicators.3.value`` (all cells of
    a value in three cells), ``extra.填表人``. ``label`` is the bare label or heading that named it, ``text`` the
    cell's own words; ``part``, ``row``, ``column`` its place as in :class:`~projects.grids.grid.Origin`. ``sure`` is
    0 to 1: the share of such readings that are expected to be right.
    """

    path: str
    how: str
    sure: float
    label: str = ""
    text: str = ""
    part: str = ""
    row: int = 0
    column: int = 0

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()


def table_sure(bound: Iterable[Bound]) -> float:
    """Return the confidence of a whole table: the mean over its fields, pulled down by the weakest of them."""
    sures = sorted(one.sure for one in bound if not one.path.startswith("extra."))
    if not sures:
        return 0.0
    weakest = sures[: max(1, len(sures) // 10)]
    return round(0.5 * sum(sures) / len(sures) + 0.5 * sum(weakest) / len(weakest), 2)
