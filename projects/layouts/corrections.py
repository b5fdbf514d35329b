"""What a person corrects in a reading, as data: it is applied by reading the file again.

Corrections name places of the file or words of the form, never rows of a result. So they can be stored with the
batch, applied in any order any number of times, and given to all tables of the same form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from projects.grids.grid import Block, Document, Grid, Origin, Paragraph, Row
from projects.grids.text import clean_text
from projects.layouts.names import FIELD_NAMES, ROW_FIELD_NAMES

TEXT = "text"  # the cell at (part, row, column) says `text`
LABEL = "label"  # tables of `form`: the cells labelled `label` are the field `path`; "" for none
COLUMN = "column"  # tables of `form`: the list column headed `label` is the row field `path`; "" for none
UNIT = "unit"  # tables of `form`: amounts without a unit of their own are in `text` (元, 万元, 千元, 亿元)
SET = "set"  # the table that begins at (part, row): the field `path` is `text`, whatever the file says
SPLIT = "split"  # a table begins at the line (part, row)
JOIN = "join"  # the table that begins at (part, row) belongs to the one before it
OPS = (TEXT, LABEL, COLUMN, UNIT, SET, SPLIT, JOIN)

PERIOD = "period."  # before the path of a column: it belongs to the mid- or long-term half
LABEL_PATHS = frozenset(FIELD_NAMES) - {"title"} | {f"spend_plan.{month:02d}" for month in range(1, 13)}
_LEAVES = frozenset(ROW_FIELD_NAMES["indicators"]) - {"category"}
COLUMN_PATHS = LABEL_PATHS | _LEAVES | {f"{PERIOD}{leaf}" for leaf in _LEAVES}


@dataclasses.dataclass(frozen=True, slots=True)
class Correction:
    """One correction. ``form`` is :attr:`ReadTable.form`; ``""`` means every table of the file.

    ``column`` of ``COLUMN`` tells equal headings apart: 0 the first such column, 1 the second. Raises ``ValueError``
    (Chinese) when it cannot mean anything.
    """

    op: str
    form: str = ""
    part: str = ""
    row: int = 0
    column: int = 0
    label: str = ""
    path: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.op not in OPS:
            raise ValueError(f"没有“{self.op}”这种更正")
        if self.op == LABEL and self.path and not (self.path in LABEL_PATHS or self.path.startswith("extra.")):
            raise ValueError(f"没有“{self.path}”这一栏")
        if self.op == COLUMN and self.path and self.path not in COLUMN_PATHS:
            raise ValueError(f"指标没有“{self.path}”这一列")
        if self.op == UNIT and self.text not in ("元", "万元", "千元", "亿元"):
            raise ValueError(f"“{self.text}”不是金额单位")
        if self.op in (LABEL, COLUMN) and not self.label:
            raise ValueError("更正缺少栏目名称")

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Correction:
        """Build from JSON. Raises ``ValueError`` (Chinese) naming what is wrong."""
        kinds = {field.name: int if field.name in ("row", "column") else str for field in dataclasses.fields(cls)}
        if not isinstance(data, dict) or not set(data) <= set(kinds):
            raise ValueError("更正的格式不正确")
        for name, value in data.items():
            if not isinstance(value, kinds[name]) or isinstance(value, bool):
                raise ValueError(f"更正的 {name} 不正确")
        texts: dict[str, Any] = {n: clean_text(v) if isinstance(v, str) else v for n, v in data.items()}
        return cls(**texts)


@dataclasses.dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a form beforehand: bare label → field, ``(bare heading, n-th)`` → row field, unit."""

    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    columns: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)
    unit: str = ""

    def __bool__(self) -> bool:
        return bool(self.labels or self.columns or self.unit)

    def over(self, other: Hints) -> Hints:
        """Return both, this one winning."""
        return Hints(other.labels | self.labels, other.columns | self.columns, self.unit or other.unit)


def hints_for(form: str, corrections: Iterable[Correction]) -> Hints:
    """Return what the corrections say of the form ``form``; those of this form win over those of all."""
    hints = Hints()
    for one in sorted(corrections, key=lambda one: bool(one.form)):
        if one.form and one.form != form:
            continue
        if one.op == LABEL:
            hints.labels[one.label] = one.path
        elif one.op == COLUMN:
            hints.columns[one.label, one.column] = one.path
        elif one.op == UNIT:
            hints = dataclasses.replace(hints, unit=one.text)
    return hints


def corrected(document: Document, corrections: Sequence[Correction]) -> Document:
    """Return the document with the corrected texts in their cells; the given one stays as it is."""
    texts = {(one.part, one.row, one.column): clean_text(one.text) for one in corrections if one.op == TEXT}
    if not texts:
        return document
    blocks = [_corrected_block(block, texts) for block in document.blocks]
    return dataclasses.replace(document, blocks=blocks)


def _corrected_block(block: Block, texts: dict[tuple[str, int, int], str]) -> Block:
    if isinstance(block, Paragraph):
        text = _text_at(block.origin, texts)
        return block if text is None else dataclasses.replace(block, text=text)
    rows = []
    for row in block.rows:
        new = [(cell, _text_at(cell.origin, texts)) for cell in row.cells]
        cells = [cell if text is None else dataclasses.replace(cell, text=text, number=None) for cell, text in new]
        rows.append(Row(cells, row.head))
    return Grid(rows, block.widths, block.part)


def _text_at(origin: Origin, texts: dict[tuple[str, int, int], str]) -> str | None:
    return texts.get((origin.part, origin.row, origin.column))


def lines_named(op: str, corrections: Iterable[Correction]) -> frozenset[tuple[str, int]]:
    """Return the places ``(part, row)`` that corrections of this kind name."""
    return frozenset((one.part, one.row) for one in corrections if one.op == op)
