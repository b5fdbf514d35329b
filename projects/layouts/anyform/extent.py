"""Where a list ends: which lines below its heading are its rows."""

from __future__ import annotations

import re

from projects.layouts.anyform.contents import is_category
from projects.layouts.anyform.heads import Head
from projects.layouts.anyform.sheet import Sheet, Spot
from projects.layouts.anyform.words import ACTUAL, heading, meaning
from projects.layouts.corrections import Hints
from projects.layouts.labels import norm

TOTALS = re.compile(r"(金额|资金|项目|分值|预算)?(合计|总计|小计|总分|共计)(金额|分值|得分)?")


def extent(sheet: Sheet, head: Head, limit: int, hints: Hints) -> list[int]:
    """Return the lines that are rows of a list: from its heading to ``limit`` or the line that leaves it."""
    found = []
    limit = min(limit, _side_ends(sheet, head, limit))
    for index in range(head.last + 1, limit):
        if sheet.lines[index].para:
            continue
        if _is_numbered(sheet, index):
            continue
        if _leaves(sheet, head, index, hints):
            break
        found.append(index)
    return found


def _side_ends(sheet: Sheet, head: Head, limit: int) -> int:
    """Return the line behind the label at the side of a list of tasks or costs: there the list ends."""
    if head.of not in ("tasks", "costs", "items"):
        return limit
    sides = [s for s in sheet.spots[head.last] if s.end <= head.columns[0].start and s.last > head.last]
    return min((side.last + 1 for side in sides), default=limit)


def _is_numbered(sheet: Sheet, index: int) -> bool:
    """Tell whether a row only numbers the columns: 1 2 3 4."""
    texts = [spot.text for spot in sheet.filled(index)]
    return len(texts) > 2 and texts in (
        [str(n + 1) for n in range(len(texts))],
        ["栏次", *map(str, range(1, len(texts)))],
    )


def _leaves(sheet: Sheet, head: Head, index: int, hints: Hints) -> bool:
    tops = sheet.filled(index)
    if not tops:
        return False
    first, label = tops[0], norm(tops[0].text)
    if TOTALS.fullmatch(label) or is_category(first.text):
        return False
    beside = head.columns[0]
    if head.of in ("tasks", "costs") and not beside.path and first.col == beside.start and len(tops) > 1:
        return True  # another label at the side
    if not head.many and any(_crosses(spot, head) for spot in tops):
        return True
    if head.many or first.col > head.columns[0].start:
        return False
    if heading(label) and not _is_outside(label):
        return False
    known = label in hints.labels or meaning(label) is not None or _is_outside(label)
    cells = [spot for spot in sheet.tops(index) if spot.col <= tops[-1].col]
    return known and (len(cells) * 2 <= len(head.columns) or len(cells) <= 2 < len(head.columns))


def _is_outside(label: str) -> bool:
    return label in ("备注", "说明", "其他说明", "其他需要说明的问题", "填表人", "审核意见", "需要说明的问题", "注")


def _crosses(spot: Spot, head: Head) -> bool:
    """Tell whether a cell spans from the words of a row to its value: a row of the list never does."""
    inside = [c.path for c in head.columns if c.start >= spot.col and c.end <= spot.end]
    if head.of != "indicators":
        return len([path for path in inside if path]) >= max(3, len(head.columns) - 1)
    return bool({"name", "level2"} & set(inside)) and bool({"value", "quantity", "weight", ACTUAL} & set(inside))
