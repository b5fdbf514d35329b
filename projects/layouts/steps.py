"""Cut a form into the steps of filling it in, from its own definition: no form has code of its own.

A step is a set of the form's rows. Rows that a merged cell holds together stay together, and go where most of their
cells belong. So the page of a step is the form itself, with the other rows left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from projects.findings import BLOCK, Finding
from projects.layouts.definition import COMPUTED, Binding, FormBlock, Layout
from projects.targettable import ROW_TYPES

STEP_NAMES = {
    "basics": "基本信息",
    "funding": "资金",
    "plan": "支出计划",
    "goals": "绩效目标",
    "tasks": "重点工作",
    "indicators": "绩效指标",
    "costs": "测算明细",
    "items": "汇总",
    "prose": "文字部分",
    "other": "其他栏目",
    "check": "核对与送审",
}
_SECTIONS = {
    "title": "basics",
    "department": "basics",
    "project": "basics",
    "funding": "funding",
    "spend_plan": "plan",
    "goals": "goals",
    "duties": "goals",
    "tasks": "tasks",
    "indicators": "indicators",
    "period_indicators": "indicators",
    "costs": "costs",
    "items": "items",
    "sections": "prose",
}
EMPTY, PARTIAL, COMPLETE, FINDINGS = "empty", "partial", "complete", "findings"
# Codes of findings that say no more than "not filled in yet".
BLANKS = frozenset(["mandatory", "blank", "amount", "no-indicators", "no-output", "no-outcome", "no-items"])


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one block of the form; ``rows`` is ``None`` for a repeated block, which is never cut."""

    block: int
    rows: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """``paths``: single cells, ``lists``: repeated blocks, both as printed; ``frame``: with what stands around them."""

    key: str
    title: str
    parts: tuple[Part, ...] = ()
    paths: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    frame: bool = False


@dataclass(slots=True)
class _Making:
    parts: list[Part] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)


def section_of(path: str) -> str:
    """Return the step a path belongs to by its meaning; ``""`` for cells without a field."""
    return _SECTIONS.get(path.split(".", 1)[0].split("/", 1)[0], "")


@cache
def steps_of(layout: Layout) -> tuple[Step, ...]:
    """Return the steps of a form in a fixed order, the last one 核对与送审. 其他栏目 depends on the table."""
    made: dict[str, _Making] = {}
    last = "basics"
    for number, block in enumerate(layout.blocks):
        if not isinstance(block, FormBlock):
            last = _take_list(made, number, block)
            continue
        for rows in bands(block):
            last = _take_band(made, number, block, rows, last)
    frame = list(dict.fromkeys(frame_paths(layout)))
    if layout.sections:
        made["prose"] = _Making(lists=["sections"])
    known = {path for making in made.values() for path in making.paths}
    around = [path for path in frame if path not in known]
    if around or not made:
        made.setdefault("basics", _Making()).paths += around
    keys = [key for key in STEP_NAMES if key in made]
    # The title goes with the first step: a form of prose alone has no cells for a step of its own.
    found = [_step(key, made, frame=key == keys[0]) for key in keys]
    return (*found, Step("check", STEP_NAMES["check"]))


def _take_list(made: dict[str, _Making], number: int, block: Any) -> str:
    key = _SECTIONS[block.of]
    making = made.setdefault(key, _Making())
    making.parts.append(Part(number))
    making.lists += [rows for rows in (block.of, block.beside) if rows]
    making.paths += [cell.binding.path for cell in (*block.first, *block.last) if cell.binding]
    making.sections.append(key)
    return key


def _take_band(made: dict[str, _Making], number: int, block: FormBlock, rows: tuple[int, ...], last: str) -> str:
    paths = [cell.binding.path for row in rows for cell in block.rows[row] if cell.binding]
    votes = Counter(section for section in map(section_of, paths) if section)
    # Of equal votes the first section counts, which is the one the band begins with.
    key = votes.most_common(1)[0][0] if votes else last
    making = made.setdefault(key, _Making())
    making.parts.append(Part(number, rows))
    making.paths += paths
    making.sections += list(votes)
    return key


def bands(block: FormBlock) -> list[tuple[int, ...]]:
    """Return the rows of a block in groups that merged cells hold together; rows without any field join the next."""
    found: list[tuple[int, ...]] = []
    current: list[int] = []
    reach = 0
    for index, row in enumerate(block.rows):
        current.append(index)
        reach = max([reach, *(index + cell.rowspan for cell in row)])
        filled = any(cell.binding for at in current for cell in block.rows[at])
        if index + 1 >= reach and filled:
            found.append(tuple(current))
            current = []
    if current:
        found.append(tuple(current))
    return found


def _step(key: str, made: dict[str, _Making], *, frame: bool) -> Step:
    making = made[key]
    guests = [name for name in dict.fromkeys(making.sections) if name != key and name not in made]
    title = "、".join([STEP_NAMES[key], *(STEP_NAMES[name] for name in guests)])
    return Step(key, title, tuple(making.parts), tuple(making.paths), tuple(making.lists), frame)


def frame_paths(layout: Layout) -> Iterable[str]:
    """Yield the paths that stand around the form: above it and in its signature lines."""
    for parts in (*(group for line in layout.captions for group in line), *layout.sign):
        for part in parts:
            if isinstance(part, Binding) and part.path not in COMPUTED:
                yield part.path


def step_of_path(layout: Layout, path: str) -> str:
    """Return the key of the step on which a path stands (with row number, identity, or neither)."""
    first = path.split("/", 1)[0].split(".", 1)[0]
    for step in steps_of(layout):
        if path in step.paths or first in step.lists:
            return step.key
        if path.startswith("department") and any(p.startswith("department") for p in step.paths):
            return step.key
    if first == "spend_plan":
        return next((step.key for step in steps_of(layout) if step.key == "plan"), "other")
    if path == "title":
        return steps_of(layout)[0].key
    return "other"


def states(table: Any, layout: Layout, findings: Iterable[Finding]) -> dict[str, str]:
    """Return the state of each step: a blocking finding beats all, blank cells alone are no finding."""
    blocked: set[str] = set()
    blank: set[str] = set()
    for finding in findings:
        key = step_of_path(layout, finding.field) if finding.field else "check"
        if finding.code in BLANKS and not finding.cell:
            blank.add(key)
        elif finding.level == BLOCK:
            blocked.add(key)
    found = {}
    for step in steps_of(layout):
        if step.key == "check":
            continue
        if step.key in blocked:
            found[step.key] = FINDINGS
        elif not _filled(table, step):
            found[step.key] = EMPTY
        else:
            found[step.key] = PARTIAL if step.key in blank else COMPLETE
    untouched = set(found.values()) == {EMPTY}
    found["check"] = FINDINGS if blocked else COMPLETE if not blank else EMPTY if untouched else PARTIAL
    return found


def _filled(table: Any, step: Step) -> bool:
    if any(_row_filled(row) for rows in step.lists for row in getattr(table, rows)):
        return True
    own = [path for path in step.paths if section_of(path) and not path.startswith("department")]
    return any(leaf_of(table, path) not in (None, "") for path in own or step.paths)


def _row_filled(row: Any) -> bool:
    """Whether more stands in a row than what the form gives: categories, months, headings of its prose."""
    given = ("level1", "level2", "category", "by", "title")
    names = [name for name in row.__slots__ if name not in given]
    return any(getattr(row, name) not in (None, "") for name in names)


def leaf_of(table: Any, path: str) -> Any:
    """Return the value of a single cell of the form; ``None`` where it has none."""
    first, _, leaf = path.partition(".")
    if first == "spend_plan":
        return next((point.percent for point in table.spend_plan if point.by == leaf), None)
    if first == "extra":
        return table.extra.get(leaf)
    if first in ROW_TYPES:
        return None
    owner = getattr(table, first)
    return getattr(owner, leaf) if leaf else (owner.name if path == "department" else owner)
