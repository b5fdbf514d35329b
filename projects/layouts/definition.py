"""Official forms as data: what a layout file says, parsed once.

A layout file (``data/*.toml``) draws the form row by row: cells stand between bars, ``{field}`` is a
cell that is filled in, ``(3x1)`` spans three columns and one row, ``{field!0}`` prints a zero amount
as a bare ``0``. Blocks of different proportions share one grid whose columns are the union of all
their edges, as in a Word table. The same definition is rendered and matched.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from projects.layouts.corrections import Hints
from projects.layouts.labels import norm

_SPAN = re.compile(r"\((\d+)x(\d+)\)$")
_FIELD = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Binding:
    """A ``{…}`` in a cell. ``path`` is a leaf of the table or of a row, or ``number``, ``year``, ``years``.

    ``beside``: belongs to the second list of a block with two halves (``{<name}``). ``option`` is
    what stands behind ``:`` (``department:front``: code before name), ``bare_zero`` the ``!0``.
    """

    path: str
    option: str = ""
    bare_zero: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """A cell of the form: literal texts and bindings in turn, its place in the block's columns."""

    parts: tuple[str | Binding, ...]
    col: int = 0
    colspan: int = 1
    rowspan: int = 1

    @property
    def binding(self) -> Binding | None:
        """The one field this cell is filled with; computed words of a label are none."""
        return next((p for p in self.parts if isinstance(p, Binding) and p.path not in COMPUTED), None)

    @property
    def literal(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def prefix(self) -> str:
        """The words before the field: ``资金总额：``."""
        return "".join(self.parts[: self._at]) if self.binding else self.literal  # type: ignore[arg-type]

    @property
    def suffix(self) -> str:
        """The words behind the field: ``万元``."""
        return "".join(self.parts[self._at + 1 :]) if self.binding else ""  # type: ignore[arg-type]

    @property
    def _at(self) -> int:
        return next(
            index for index, part in enumerate(self.parts) if isinstance(part, Binding) and part.path not in COMPUTED
        )


# ``row`` counts the rows of a list; it stands in repeated rows alone.
COMPUTED = frozenset(["number", "year", "years", "row"])


@dataclass(frozen=True, slots=True)
class FormBlock:
    """Rows that occur once. ``widths`` are the block's own relative column widths."""

    widths: tuple[float, ...]
    rows: tuple[tuple[TemplateCell, ...], ...]


@dataclass(frozen=True)
class RepeatBlock:
    """A heading row and one row per entry of ``of`` (``indicators``, ``costs``, …).

    ``beside`` names the list drawn in the left half of the same rows. ``side`` is the label merged
    down at the left of the block. ``first`` and ``last`` are single rows such as 合计; ``merge`` names
    the columns in which equal neighbours are merged.
    """

    of: str
    widths: tuple[float, ...]
    head: tuple[TemplateCell, ...]
    row: tuple[TemplateCell, ...]
    side: str = ""
    beside: str = ""
    first: tuple[TemplateCell, ...] = ()
    last: tuple[TemplateCell, ...] = ()
    merge: tuple[str, ...] = ()

    @cached_property
    def head_labels(self) -> tuple[str, ...]:
        return tuple(norm(cell.literal) for cell in self.head)

    @cached_property
    def head_words(self) -> frozenset[str]:
        return frozenset(self.head_labels)

    @cached_property
    def head_needs(self) -> int:
        """How many different headings a line must have to be this block's heading row."""
        return max(2, round(len(self.head_words) * 0.7))


Block = FormBlock | RepeatBlock


@dataclass(frozen=True)
class Slot:
    """Where the value of a label stands: ``right`` of it, ``below``, ``under`` (below a side label) or ``inline``.

    ``suffix`` is printed behind the value in the same cell.
    """

    binding: Binding
    place: str
    label: str
    suffix: str = ""


@dataclass(frozen=True, eq=False)
class Layout:
    """One official form. ``unit`` is the unit its amounts are printed in, ``money`` their style.

    ``units`` and ``styles`` say by path where a cell differs from that. ``above`` are further lines below the caption.
    ``own`` marks a form that an office uploaded: its lines around the table and its title may say anything, so they
    are known by their own words.
    """

    id: str
    name: str
    kind: str
    title: str
    unit: str
    money: str
    blocks: tuple[Block, ...] = ()
    annex: str = ""
    caption: tuple[tuple[str | Binding, ...], ...] = ()
    sign: tuple[tuple[str | Binding, ...], ...] = ()
    part: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    center_money: bool = False
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)
    borrowed: frozenset[str] = frozenset()
    # Of a saved reading: the words its form is known by, and what they mean; see ``saved``.
    words: frozenset[str] = frozenset()
    hints: Hints = field(default_factory=Hints)
    units: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    above: tuple[tuple[tuple[str | Binding, ...], ...], ...] = ()
    own: bool = False

    def unit_of(self, path: str) -> str:
        """Return the unit in which the amount of this path is printed."""
        return self.units.get(path, self.unit)

    @cached_property
    def captions(self) -> tuple[tuple[tuple[str | Binding, ...], ...], ...]:
        """The lines between title and table, each in groups that a tab separates."""
        return ((self.caption,) if self.caption else ()) + self.above

    @cached_property
    def edges(self) -> list[float]:
        """Edges of the shared grid in percent of the table's width, from 0 to 100."""
        found = {0.0, 100.0}
        for block in self.blocks:
            found.update(block_edges(block.widths))
        return sorted(found)

    @cached_property
    def widths(self) -> list[float]:
        return [round(b - a, 4) for a, b in zip(self.edges, self.edges[1:], strict=False)]

    @cached_property
    def title_parts(self) -> tuple[str | Binding, ...]:
        return parse_parts(self.title)

    @cached_property
    def slots(self) -> dict[str, list[Slot]]:
        """Bare label → its slots in the order in which the form prints that label."""
        return _slots(self.blocks)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every path the form has a cell for: ``funding.total``, ``indicators.name``, ``extra.实施单位``."""
        found: set[str] = set()
        for parts in (self.title_parts, *(group for line in self.captions for group in line), *self.sign):
            found.update(binding.path for binding in parts if isinstance(binding, Binding))
        for block in self.blocks:
            if isinstance(block, FormBlock):
                found.update(cell.binding.path for row in block.rows for cell in row if cell.binding)
                continue
            for cell in block.row:
                if cell.binding:
                    found.add(f"{block.beside if cell.binding.beside else block.of}.{cell.binding.path}")
            if block.beside:
                found.add(f"{block.beside}.level1")
            found.update(cell.binding.path for cell in (*block.first, *block.last) if cell.binding)
        if "department" in found:
            found.add("department.name")
            found.discard("department")
        if any(part.path == "department" and part.option for part in self._all_bindings()):
            found.update(["department.name", "department.code"])
        return frozenset(found - COMPUTED)

    def _all_bindings(self) -> list[Binding]:
        groups: list[tuple[str | Binding, ...]] = [group for line in self.captions for group in line]
        groups += [cell.parts for b in self.blocks if isinstance(b, FormBlock) for row in b.rows for cell in row]
        return [part for parts in groups for part in parts if isinstance(part, Binding)]

    @cached_property
    def own_categories(self) -> dict[str, tuple[str, str]]:
        """The categories of the form itself; ``borrowed`` ones are drawn only for tables that come from other forms."""
        return {code: levels for code, levels in self.categories.items() if code not in self.borrowed}


def block_edges(widths: tuple[float, ...]) -> list[float]:
    """Return the edges of a block's columns in percent of the table's width."""
    total, at, found = sum(widths), 0.0, [0.0]
    for width in widths:
        at += width
        found.append(round(at * 100 / total, 2))
    return found


def parse_parts(text: str) -> tuple[str | Binding, ...]:
    """Split ``"资金总额：{funding.total}"`` into literals and bindings."""
    parts: list[str | Binding] = []
    for index, piece in enumerate(_FIELD.split(text)):
        if index % 2:
            parts.append(_binding(piece))
        elif piece:
            parts.append(piece)
    return tuple(parts)


def _binding(text: str) -> Binding:
    beside = text.startswith("<")
    path, _, bare = text.lstrip("<").partition("!")
    path, _, option = path.partition(":")
    return Binding(path, option, bare == "0", beside)


def parse_row(text: str, start: int = 0) -> tuple[TemplateCell, ...]:
    """Parse one row; columns are counted from ``start``."""
    cells: list[TemplateCell] = []
    col = start
    for piece in text.split("|"):
        piece = piece.strip(" ")
        span = _SPAN.search(piece)
        colspan, rowspan = (int(span[1]), int(span[2])) if span else (1, 1)
        body = piece[: span.start()].rstrip() if span else piece
        cells.append(TemplateCell(parse_parts("" if body == "　" else body), col, colspan, rowspan))
        col += colspan
    return tuple(cells)


def _form_rows(texts: list[str], columns: int) -> tuple[tuple[TemplateCell, ...], ...]:
    """Parse rows, leaving out the columns that a cell of an earlier row reaches down into."""
    rows: list[tuple[TemplateCell, ...]] = []
    taken: dict[int, int] = {}
    for text in texts:
        free = [col for col in range(columns) if taken.get(col, 0) == 0]
        taken = {col: left - 1 for col, left in taken.items() if left > 1}
        placed, at = [], 0
        cells = parse_row(text)
        _check_width(text, cells, len(free))
        for cell in cells:
            col = free[at]
            placed.append(TemplateCell(cell.parts, col, cell.colspan, cell.rowspan))
            for covered in range(col, col + cell.colspan):
                if cell.rowspan > 1:
                    taken[covered] = cell.rowspan - 1
            at += cell.colspan
        rows.append(tuple(placed))
    return tuple(rows)


def _check_width(text: str, cells: tuple[TemplateCell, ...], columns: int) -> None:
    width = sum(cell.colspan for cell in cells)
    if width != columns:
        raise ValueError(f"版式行“{text}”占 {width} 列，应占 {columns} 列")


def _repeated(raw: dict[str, Any], name: str, start: int, columns: int) -> tuple[TemplateCell, ...]:
    """Parse a row of a repeated block, which fills all columns right of its side label."""
    if name not in raw:
        return ()
    cells = parse_row(raw[name], start)
    _check_width(raw[name], cells, columns - start)
    return cells


def _slots(blocks: tuple[Block, ...]) -> dict[str, list[Slot]]:
    found: dict[str, list[Slot]] = {}
    for block in blocks:
        if not isinstance(block, FormBlock):
            continue
        side = ""
        for index, row in enumerate(block.rows):
            for at, cell in enumerate(row):
                if cell.rowspan > 1 and not cell.binding:
                    side = norm(cell.literal)
                if cell.binding:
                    label, place = _label_of(block, index, at, side)
                    found.setdefault(label, []).append(Slot(cell.binding, place, label, cell.suffix.strip()))
    return found


def _label_of(block: FormBlock, index: int, at: int, side: str) -> tuple[str, str]:
    row = block.rows[index]
    cell = row[at]
    if cell.prefix.strip():
        return norm(cell.prefix), "inline"
    if at and not row[at - 1].binding:
        return norm(row[at - 1].literal), "right"
    above = [c for c in block.rows[index - 1] if (c.col, c.colspan) == (cell.col, cell.colspan)] if index else []
    if above and not above[0].binding:
        return norm(above[0].literal), "below"
    return side, "under"


def parse_layout(data: dict[str, Any]) -> Layout:
    """Build a layout from parsed TOML. Raises ``ValueError`` naming the row that does not fit, or the key it lacks."""
    try:
        return _parse_layout(data)
    except KeyError as error:
        raise ValueError(f"版式“{data.get('id', '')}”缺少 {error.args[0]}") from error


def _parse_layout(data: dict[str, Any]) -> Layout:
    blocks: list[Block] = []
    for raw in data.get("blocks", []):
        widths = tuple(float(w) for w in raw["widths"])
        if "rows" in raw:
            blocks.append(FormBlock(widths, _form_rows(raw["rows"], len(widths))))
            continue
        start, columns = 1 if raw.get("side") else 0, len(widths)
        if not {"head", "row"} <= raw.keys():
            raise ValueError(f"版式“{data['id']}”的 {raw['of']} 缺少 head 或 row")
        blocks.append(
            RepeatBlock(
                raw["of"],
                widths,
                head=_repeated(raw, "head", start, columns),
                row=_repeated(raw, "row", start, columns),
                side=raw.get("side", ""),
                beside=raw.get("beside", ""),
                first=_repeated(raw, "first", start, columns),
                last=_repeated(raw, "last", start, columns),
                merge=tuple(raw.get("merge", ())),
            )
        )
    caption = data.get("caption", "")
    reading = data.get("reading", {})
    return Layout(
        id=data["id"],
        name=data["name"],
        kind=data["kind"],
        title=data["title"],
        unit=data["unit"],
        money=data["money"],
        blocks=tuple(blocks),
        annex=data.get("annex", ""),
        caption=tuple(parse_parts(piece.strip()) for piece in caption.split("|")) if caption else (),
        sign=tuple(parse_parts(line) for line in data.get("sign", [])),
        part=tuple(data.get("part", [])),
        sections=tuple(data.get("sections", [])),
        center_money=data.get("center_money", False),
        categories={code: (levels[0], levels[1]) for code, levels in data.get("categories", {}).items()},
        borrowed=frozenset(data.get("borrowed", ())),
        words=frozenset(reading.get("words", ())),
        hints=Hints(
            {label: path for label, path in reading.get("labels", ())},
            {(label, nth): path for label, nth, path in reading.get("columns", ())},
            reading.get("unit", ""),
        ),
    )


def load_layout(path: Path) -> Layout:
    """Read one layout file."""
    with path.open("rb") as stream:
        return parse_layout(tomllib.load(stream))
