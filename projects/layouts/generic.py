"""Make a layout for a form nobody described: by what its labels and headings mean.

Every locality words the same cells differently. ``meaning.toml`` lists the words; here the lines of one
table are scanned for them and a layout is put together, on which the table is then matched like any
other. Such a reading is always reported, with the share of labels that were understood.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from projects.layouts.definition import Binding, Block, FormBlock, Layout, RepeatBlock, TemplateCell
from projects.layouts.labels import norm
from projects.layouts.lines import Line

_MEANING = Path(__file__).parent / "meaning.toml"
_YEAR_OF_FORM = re.compile(r"\s*(20\d\d)\s*年|.*[（(]\s*20\d\d\s*年度?\s*[)）]")
_LEVEL_WORDS = frozenset(["level1", "level2", "name"])
_DIRECTION = frozenset(["正向", "反向", "正向指标", "反向指标", "定性", "定量"])
_AMBIGUOUS = {"project.usage": "project.purpose"}


@dataclass(frozen=True, slots=True)
class _Meaning:
    labels: dict[str, str]
    second: dict[str, str]
    columns: dict[str, str]


@cache
def _meaning() -> _Meaning:
    with _MEANING.open("rb") as stream:
        data = tomllib.load(stream)
    labels = {norm(word): path for path, words in data["labels"].items() for word in words}
    columns = {norm(word): path for path, words in data["columns"].items() for word in words}
    return _Meaning(labels, data["second"], columns)


@cache
def project_labels() -> frozenset[str]:
    """Return the bare labels that name a project: a second one in a document begins another table."""
    return frozenset(label for label, path in _meaning().labels.items() if path == "project.name")


def column_words() -> dict[str, str]:
    """Return bare heading → field of an indicator, over all localities."""
    return _meaning().columns


@dataclass(slots=True)
class _Draft:
    """A layout in the making: which label was bound to which path, and the blocks so far."""

    paths: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    words: int = 0

    def bind(self, label: str, value: str) -> str:
        """Return the path for this occurrence of a label."""
        path = _meaning().labels[label]
        if path in _AMBIGUOUS and len(value) > 15:
            path = _AMBIGUOUS[path]
        if path in self.paths:
            path = _meaning().second.get(path, f"extra.{label}")
        self.paths.append(path)
        self.words += 1
        return path


def guess(lines: list[Line], title: str) -> Layout | None:
    """Return a layout for the lines of one table, ``None`` when too little of it is understood."""
    draft = _Draft()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        head = _head(line)
        if head is not None:
            if not any(isinstance(b, RepeatBlock) and b.head == head.head for b in draft.blocks):
                draft.blocks.append(head)
            continue
        _scan(line, lines[at] if at < len(lines) else None, draft)
    has_list = any(isinstance(block, RepeatBlock) for block in draft.blocks)
    if draft.words < 3 and not (has_list and draft.words):
        return None
    return Layout(
        id="",
        name="按栏目名称识读",
        kind=_kind(title),
        title="{year}" if _YEAR_OF_FORM.match(title) else "",
        unit="万元",
        money="General",
        blocks=_whole_or_year(draft),
    )


def _kind(title: str) -> str:
    if "整体" in title:
        return "department"
    return "summary" if "汇总" in title else "project"


def _scan(line: Line, following: Line | None, draft: _Draft) -> None:
    """Add the labels of one line: values stand to the right, or below where all cells are labels."""
    found = [(index, label) for index in line.filled if (label := _label(line.texts[index]))]
    if not found:
        return
    only_labels = len(found) == len(line.filled) and len(found) > 1 and len(line.cells) == len(line.filled)
    if only_labels and following is not None and not any(_label(following.texts[i]) for i in following.filled):
        bound = found[1:] if _is_side(line, following) else found
        _add_below(bound, line, draft)
        return
    for number, (index, label) in enumerate(found):
        end = found[number + 1][0] if number + 1 < len(found) else len(line.texts)
        values = [line.texts[i] for i in range(index + 1, end) if line.texts[i]]
        inline = norm(line.texts[index]) != label
        if not values and not inline and line.cells[index].rowspan > 1:
            continue
        path = draft.bind(label, values[0] if values else "")
        label_cell = TemplateCell((label,), 0)
        if inline:
            draft.blocks.append(FormBlock((1.0,), ((TemplateCell((f"{label}：", Binding(path)), 0),),)))
        else:
            draft.blocks.append(FormBlock((1.0, 1.0), ((label_cell, TemplateCell((Binding(path),), 1)),)))


def _label(text: str) -> str:
    """Return the known bare label of a cell, also where a value follows it behind a colon."""
    label = norm(text)
    if label in _meaning().labels:
        return label
    head, mark, _ = text.replace("：", ":").partition(":")
    if mark and norm(head) in _meaning().labels:
        return norm(head)
    return ""


def _is_side(line: Line, following: Line) -> bool:
    """Tell whether the first cell of a row of labels is a side label that reaches into the next row."""
    return line.cells[0].rowspan > 1 or not following.texts[0] or len(following.cells) < len(line.cells)


def _add_below(found: list[tuple[int, str]], line: Line, draft: _Draft) -> None:
    labels = tuple(TemplateCell((label,), number) for number, (_, label) in enumerate(found))
    values = tuple(TemplateCell((Binding(draft.bind(label, "")),), number) for number, (_, label) in enumerate(found))
    draft.blocks.append(FormBlock((1.0,) * len(found), (labels, values)))


def _head(line: Line) -> RepeatBlock | None:
    """Return the block of an indicator list when this line is its heading row."""
    words = _meaning().columns
    named = [(index, words[norm(line.texts[index])]) for index in line.filled if norm(line.texts[index]) in words]
    paths = [path for _, path in named]
    if not (_LEVEL_WORDS & set(paths)) or not {"value", "quantity"} & set(paths) or len(named) < 2:
        return None
    if paths.count("name") > paths.count("value"):
        # 绩效指标 beside 三级指标 is the label at the side of the list.
        named.remove(next(item for item in named if item[1] == "name"))
        paths = [path for _, path in named]
    twice = paths.count("value") == 2
    seen: set[str] = set()
    head, row = [], []
    for number, (index, path) in enumerate(named):
        beside = twice and path != "level1" and path not in seen
        if path in seen and not twice:
            continue
        seen.add(path)
        head.append(TemplateCell((line.texts[index],), number))
        row.append(TemplateCell((Binding(path, beside=beside),), number))
    return RepeatBlock(
        "indicators", (1.0,) * len(head), tuple(head), tuple(row), beside="period_indicators" if twice else ""
    )


def _whole_or_year(draft: _Draft) -> tuple[Block, ...]:
    """Return the blocks; amounts of the year alone are the headline amounts of the table."""
    if "funding.total" in draft.paths:
        return tuple(draft.blocks)
    moved = {"funding.annual": "funding.total"}
    if "funding.fiscal" not in draft.paths:
        moved |= {"funding.annual_fiscal": "funding.fiscal", "funding.annual_other": "funding.other"}
    return tuple(_renamed(block, moved) if isinstance(block, FormBlock) else block for block in draft.blocks)


def _renamed(block: FormBlock, moved: dict[str, str]) -> FormBlock:
    def rename(cell: TemplateCell) -> TemplateCell:
        parts = tuple(
            Binding(moved.get(part.path, part.path)) if isinstance(part, Binding) else part for part in cell.parts
        )
        return TemplateCell(parts, cell.col, cell.colspan, cell.rowspan)

    return FormBlock(block.widths, tuple(tuple(rename(cell) for cell in row) for row in block.rows))


def joined_value(operator: str, value: str, unit: str) -> str:
    """Return one text for a value in three cells: ``≥``, ``95``, ``%`` → ``≥95%``; directions are no signs."""
    if operator in _DIRECTION:
        operator = ""
    if operator and value.startswith(operator):
        operator = ""
    if unit and (value.endswith(unit) or not re.search(r"\d\s*$", value)):
        unit = ""
    return f"{operator}{value}{unit}"
