"""What a row of a list holds: several indicators in a cell, a category that is none, the form's own dots."""

from __future__ import annotations

import re
from collections.abc import Iterator

from projects.grids.grid import Cell
from projects.layouts.anyform.contents import divided, is_category, is_number, is_sign, value_like
from projects.layouts.anyform.heads import Column
from projects.layouts.anyform.sheet import Spot
from projects.layouts.bound import CONTENTS

_ITEM = re.compile(r"^([（(]?\d{1,2}[)）、.．]|[①-⑳])\s*(?!\d)")
_DOTS = re.compile(r"[.…·。]+")
_LONG_LEVEL = 12

Own = dict[str, tuple[str, Cell | None, str, float, str]]  # leaf → text, cell, how, sure, heading


def pairs_of(column: Column, spot: Spot) -> Iterator[Own]:
    """Yield the indicators that stand with their values in one cell below a category, one a line."""
    if column.name:
        if spot.text:
            yield {
                "level1": (column.level1, None, column.how, column.sure, column.label),
                "level2": (column.level2, None, column.how, column.sure, column.label),
                "name": (column.name, None, column.how, column.sure, column.label),
                "value": (spot.text, spot.cell, column.how, column.sure, column.label),
            }
        return
    for line in re.split(r"[\n；;]", spot.text):
        name, value = divided(_ITEM.sub("", line.strip()))
        if not name:
            continue
        sure = column.sure if value else 0.4
        yield {
            "level1": (column.level1, spot.cell, column.how, sure, column.label),
            "level2": (column.level2, spot.cell, column.how, sure, column.label),
            "name": (name, spot.cell, CONTENTS, sure, column.label),
            "value": (value, spot.cell, CONTENTS, sure, column.label),
        }


def is_misplaced(level: str) -> bool:
    """Tell whether what stands below a level is no category by any word of any place: a figure, a sign, a value."""
    if not level or is_category(level):
        return False
    sentence = len(level) > _LONG_LEVEL and bool(re.search("[，。；]", level))
    return sentence or is_number(level) or is_sign(level) or value_like(level) >= 1.0


def is_dots(name: str) -> bool:
    """Tell whether a name is the form's own …… where more could be written."""
    return bool(_DOTS.fullmatch(name))
