"""Decide what each column of an indicator list is: its heading, checked against what stands in it."""

from __future__ import annotations

from collections.abc import Sequence

from projects.layouts.anyform.contents import Looks, looks
from projects.layouts.anyform.heads import Column, Head
from projects.layouts.anyform.words import ACTUAL, GRADE, half_of
from projects.layouts.bound import CONFIRMED, CONTENTS

# Of several columns that could be the indicator itself, the first of these is.
_NAME_ORDER = (
    "四级指标名称",
    "四级指标",  # what has the value; the third level is then a group of them
    "三级指标名称",
    "三级指标",
    "指标名称",
    "绩效指标名称",
    "具体指标",
    "绩效指标",
    "指标内容",
    "指标",
)
_SIDES = frozenset(
    ["绩效指标", "年度绩效指标", "项目绩效指标", "绩效目标", "指标", "年度指标", "个性指标", "绩效目标指标"]
)


def settle(head: Head, cells: Sequence[Sequence[str]]) -> None:
    """Settle the columns of an indicator list; ``cells`` holds per column the texts that begin below it."""
    seen = {id(column): looks(texts) for column, texts in zip(head.columns, cells, strict=True)}
    for column in head.columns:
        if column.how != CONFIRMED:
            _check(column, seen[id(column)], head)
    _names(head, seen)
    _halves(head)
    _values(head, seen)
    _blanks(head, seen)
    _twice(head, seen)


def _has(head: Head, path: str, half: str | None = None) -> bool:
    return any(column.path == path and (half is None or column.half == half) for column in head.columns)


def _become(column: Column, path: str, sure: float) -> None:
    column.path, column.sure, column.how = path, sure, CONTENTS


def _check(column: Column, look: Looks, head: Head) -> None:
    """Weigh a heading against the column's contents; where the same word means two things they decide."""
    path = column.path
    if not look.count or not path or path[0] in "@-":
        return
    if path in ("operator", "level1", "level2", "standard", "unit"):
        _ambiguous(column, look, head)
    elif path == "weight" and look.number < 0.5:
        column.path = ""
    elif path == "name" and look.level2 > 0.8 and not _has(head, "level2"):
        _become(column, "level2", 0.8)
    elif path in ("value", "quantity"):
        column.sure *= 0.55 + 0.45 * min(1.0, look.value + 0.35)
    elif path == "name" and (look.number > 0.6 or look.sign > 0.6):
        column.sure = 0.3
    elif path == "description" and look.sign > 0.7 and not _has(head, "operator"):
        _become(column, "operator", 0.7)


def _ambiguous(column: Column, look: Looks, head: Head) -> None:
    path = column.path
    if path == "operator":
        if look.sign >= 0.6 and look.sign >= look.direction:
            return
        if look.direction >= 0.6:
            column.path = ""
        elif look.level2 >= 0.6 and not _has(head, "level2"):
            _become(column, "level2", 0.8)
        else:
            column.path = ""
    elif path in ("level1", "level2"):
        other = "level2" if path == "level1" else "level1"
        own, others = (look.level1, look.level2) if path == "level1" else (look.level2, look.level1)
        if others > own and others >= 0.6 and not _has(head, other):
            _become(column, other, 0.85)
        elif own < 0.5 and others < 0.5 and not column.label.startswith(("一级", "二级")):
            if look.sign + look.direction >= 0.6:
                column.path = ""
            else:
                column.sure = 0.6
        elif own < 0.5:
            column.sure = 0.75
    elif path == "unit" and look.unit < 0.5 and look.length > 6:
        column.path, column.sure = "@department.name", 0.6
    elif path == "standard" and look.sign >= 0.7 and not _has(head, "operator"):
        _become(column, "operator", 0.7)


def _names(head: Head, seen: dict[int, Looks]) -> None:
    """Leave one name column in each half; a label at the side of the list is none."""
    names = [column for column in head.columns if column.path == "name"]
    values = [column for column in head.columns if column.path in ("value", "quantity")]
    if len(names) > 1 and (names[0].label in _SIDES or half_of(names[0].label)) and not seen[id(names[0])].count:
        names.pop(0).path = ""
    if len(names) < 2 or len({column.level1 for column in names}) == len(names):
        return
    if len(names) == len(values) and len({column.label for column in names}) == 1:
        return  # two grids beside each other
    filled = [column for column in names if seen[id(column)].count] or names
    order = {label: number for number, label in enumerate(_NAME_ORDER)}
    best = min(filled, key=lambda column: order.get(column.label, 99))
    for column in names:
        if column is best:
            continue
        look = seen[id(column)]
        if look.level1 > 0.6 and not _has(head, "level1"):
            _become(column, "level1", 0.8)
        elif look.level2 > 0.6 and not _has(head, "level2"):
            _become(column, "level2", 0.8)
        elif "三级" in column.label and "四级" in best.label:
            column.path = ""
        elif not _has(head, "description") and look.count:
            column.path, column.sure = "description", 0.7
        else:
            column.path = ""


def _halves(head: Head) -> None:
    """Tell the halves of two grids that stand beside each other: by their headings, else the mid-term is the left."""
    values = [c for c in head.columns if c.path in ("value", "quantity") and not c.level1]
    names = [c for c in head.columns if c.path == "name" and not c.level1]
    if len(names) != 2 or len(values) < 2:
        if len(names) == 1:
            for column in head.columns:
                if column.path not in ("value", "quantity"):
                    column.half = ""
        return
    left, right = names
    again = _paired(head, left, right)
    edge = min((c.start for c in head.columns if c.start > left.start and c.label in again), default=right.start)
    halves = {left.half, right.half}
    swapped = halves == {"annual", "period"} and left.half == "annual"
    if halves <= {"annual"} or halves <= {"period"}:
        goal_sides = [c.half for c in values[:2]]
        swapped = goal_sides == ["annual", "period"]
    for column in head.columns:
        if column.path == "level1" or not column.path:
            column.half = ""
            continue
        is_left = column.start < edge
        column.half = "period" if is_left != swapped else "annual"
        if not halves - {""}:
            column.sure = min(column.sure, 0.85)


def _paired(head: Head, left: Column, right: Column) -> set[str]:
    """Return the first label that comes back in the right half: that is where it begins."""
    counts: dict[str, list[Column]] = {}
    for column in head.columns:
        counts.setdefault(column.label, []).append(column)
    seconds = [found[1] for found in counts.values() if len(found) > 1]
    first = min(seconds, key=lambda column: column.start, default=right)
    return {first.label} if first.start > left.start else {right.label}


def _values(head: Head, seen: dict[int, Looks]) -> None:
    """Leave one value column in each half where several stand beside one name."""
    if any(column.level1 for column in head.columns if column.path == "value"):
        return
    names = [column for column in head.columns if column.path == "name"]
    values = [column for column in head.columns if column.path == "value"]
    if len(names) > 1 or len(values) < 2:
        return
    annual = [column for column in values if column.half == "annual"]
    period = [column for column in values if column.half == "period"]
    rest = [column for column in values if not column.half]
    if not annual and rest:
        annual, rest = rest[:1], rest[1:]
    if not annual:
        annual, period = period[:1], period[1:]
    filled = [column for column in annual if seen[id(column)].count] or annual
    keep = filled[-1] if len(filled) > 1 and "调整" in filled[-1].label else filled[0]
    changed = [column for column in values if "调整后" in column.label and seen[id(column)].count]
    if changed:
        annual, period, rest, keep = changed[:1], [], [], changed[0]
    for column in values:
        if column is keep:
            column.half = ""
            if len(annual) > 1 or rest:
                column.sure = min(column.sure, 0.6)
        elif column in period[:1]:
            column.half = "period"
        else:
            column.path = ACTUAL


def _blanks(head: Head, seen: dict[int, Looks]) -> None:
    """Name columns without a known heading by what stands in them, as far as something is missing."""
    for column in head.columns:
        look = seen[id(column)]
        if column.path or not look.count or column.how == CONFIRMED:
            continue
        if look.sign >= 0.8 and not _has(head, "operator"):
            _become(column, "operator", 0.8)
        elif look.level1 >= 0.8 and look.level1 > look.level2 and not _has(head, "level1"):
            _become(column, "level1", 0.8)
        elif (look.level2 >= 0.7 or look.level1 + look.level2 >= 0.9) and not _has(head, "level2"):
            _become(column, "level2", 0.8)
        elif look.unit >= 0.8 and not _has(head, "unit") and not _has(head, "name"):
            _become(column, "unit", 0.7)
    for path, test in (
        ("value", lambda look: look.value >= 0.7 and look.length < 20),
        ("name", lambda look: look.length > 3 and look.number < 0.3),
    ):
        if _has(head, path) or (path == "value" and (_has(head, "quantity") or _has(head, GRADE))):
            continue
        free = [c for c in head.columns if not c.path and seen[id(c)].count and test(seen[id(c)])]
        if free:
            _become(max(free, key=lambda c: seen[id(c)].different), path, 0.55)


def _twice(head: Head, seen: dict[int, Looks]) -> None:
    """Keep one column of each field in each half; the first with contents."""
    taken: dict[tuple[str, str, str], Column] = {}
    for column in head.columns:
        if not column.path or column.path in (ACTUAL, "@money", GRADE):
            continue
        key = (column.path, column.half, column.level1)
        other = taken.get(key)
        if other is None:
            taken[key] = column
        elif column.path.startswith("@"):
            if column.rank < other.rank:
                other.path, taken[key] = "", column
            else:
                column.path = ""
        elif seen[id(other)].count or not seen[id(column)].count:
            column.path = ""
        else:
            other.path, taken[key] = "", column
