"""Cells and lines of a blank form: words and placeholders in turn, with what is wrong about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from projects.findings import BLOCK, Finding
from projects.grids.grid import Cell, Origin
from projects.layouts.blank.vocabulary import OPENED, PLACEHOLDER, SECTION, Placeholder, is_computed, parts_of
from projects.layouts.definition import Binding, Block, FormBlock, TemplateCell
from projects.layouts.labels import unit_of
from projects.layouts.values import UNITS
from projects.targettable import field_kind

Parts = tuple[str | Binding, ...]


class Shelf:
    """Gathers, over the whole form, the placeholders found, the units and styles they ask for, and the findings."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.found: list[tuple[Placeholder, Origin]] = []
        self.units: dict[str, str] = {}
        self.styles: dict[str, str] = {}
        self.money: set[str] = set()
        self._prefixes: dict[str, str] = {}
        self._used: dict[str, Origin] = {}

    def note(self, level: str, code: str, text: str, at: Origin | None = None, *, path: str = "") -> None:
        """Add a finding; the same one at the same place only once."""
        place = at or Origin()
        made = Finding(
            level, code, text, file=self.file, table=place.part, row=place.row, column=place.column, field=path
        )
        if made not in self.findings:
            self.findings.append(made)

    def place_of(self, path: str) -> Origin:
        return self._used.get(path, Origin())

    def prefix_of(self, path: str) -> str:
        return self._prefixes.get(path, "")

    def forget(self, cells: Sequence[Cell]) -> None:
        """Take back what was found in cells that turn out to belong elsewhere; they will be read again."""
        places = {cell.origin for cell in cells}
        self.found = [(placeholder, at) for placeholder, at in self.found if at not in places]
        self.findings = [f for f in self.findings if Origin(f.row, f.column, f.table) not in places]
        self._used = {path: at for path, at in self._used.items() if at not in places}

    def known(self, text: str, origin: Origin) -> list[str | Placeholder]:
        """Return words and placeholders; report the unknown ones, braces that do not close, options that do not fit."""
        parts = parts_of(text)
        if OPENED.search(PLACEHOLDER.sub("", text)):
            self.note(BLOCK, "braces", f"花括号没有成对：“{text.strip()[:40]}”", origin)
        for part in parts:
            if isinstance(part, str):
                continue
            self.found.append((part, origin))
            if not part.path:
                self.note(BLOCK, "unknown", _unknown(part), origin)
            for option in part.wrong:
                self.note(BLOCK, "option", f"{part.text} 不能用选项“{option}”", origin, path=part.full_path)
            if part.path:
                self._remember(part)
        return parts

    def _remember(self, part: Placeholder) -> None:
        path = part.full_path
        if field_kind(path) == "money":
            self.money.add(path)
        if part.unit:
            self.units[path] = part.unit
        if part.style:
            self.styles[path] = part.style

    def line(self, text: str, origin: Origin) -> Parts:
        """Return a line outside the table; any number of fields may stand in it."""
        found: list[str | Binding] = []
        for part in self.known(text, origin):
            if isinstance(part, str):
                found.append(part)
            elif part.rows:
                self.note(BLOCK, "list-outside", f"{part.text} 只能放在表格的指标行里", origin, path=part.full_path)
            elif part.path and part.path != SECTION:
                self._once(part, origin)
                found.append(part.binding())
        return tuple(found)

    def _once(self, part: Placeholder, origin: Origin) -> None:
        if is_computed(part.path) or part.path.startswith("department"):
            return
        if part.path in self._used and self._used[part.path] != origin and part.path != "project.name":
            self.note(BLOCK, "twice", f"{part.text} 出现了两次；同一内容只能填在一处", origin, path=part.path)
        self._used.setdefault(part.path, origin)

    def row(self, cells: Sequence[Cell], columns: int) -> tuple[TemplateCell, ...]:
        return tuple(self.cell(cell) for cell in cells)

    def cell(self, cell: Cell) -> TemplateCell:
        """Return a cell that occurs once: words, and at most one field."""
        found: list[str | Binding] = []
        fields = 0
        for part in self.known(cell.text, cell.origin):
            if isinstance(part, str):
                found.append(part)
                continue
            if part.rows or part.path == SECTION:
                what = "须与其他指标占位符在同一行" if part.rows else "只能单独成段，不能放在表格里"
                self.note(BLOCK, "list-outside", f"{part.text} {what}", cell.origin, path=part.full_path)
                continue
            if not part.path:
                found.append(part.text)  # to be seen where it stands
                continue
            if not is_computed(part.path):
                fields += 1
                if fields > 1:
                    self.note(BLOCK, "two-fields", "一格里只能有一个占位符，请拆成几格", cell.origin, path=part.path)
                    continue
                self._once(part, cell.origin)
                self._used[part.path] = cell.origin
                self._prefixes[part.path] = "".join(p for p in found if isinstance(p, str))
            elif fields:
                self.note(BLOCK, "computed-behind", f"{part.text} 不能放在其他占位符之后", cell.origin)
                continue
            found.append(part.binding())
        if fields and any(isinstance(p, Binding) and is_computed(p.path) for p in found):
            self.note(BLOCK, "computed-beside", "“年度”“序号”不能与其他占位符在同一格", cell.origin)
            found = [p for p in found if not (isinstance(p, Binding) and is_computed(p.path))]
        if fields:
            found = _trimmed(found)
        return TemplateCell(tuple(found), cell.col, cell.colspan, cell.rowspan)

    def label_units(self, rows: Sequence[Sequence[Cell]], block: Block) -> None:
        """Take the unit that a label states in brackets for the amount beside it; report where both are stated."""
        if not isinstance(block, FormBlock):
            return
        side = ""
        for index, row in enumerate(block.rows):
            for at, cell in enumerate(row):
                if cell.rowspan > 1 and not cell.binding:
                    side = cell.literal
                if cell.binding and field_kind(cell.binding.path) == "money":
                    above = block.rows[index - 1] if index else ()
                    over = next((c.literal for c in above if (c.col, c.colspan) == (cell.col, cell.colspan)), "")
                    left = row[at - 1].literal if at and not row[at - 1].binding else over
                    words = (cell.prefix or left, cell.suffix)
                    self._label_unit(cell.binding.path, words, side, rows[index][at].origin)

    def _label_unit(self, path: str, words: tuple[str, str], side: str, origin: Origin) -> None:
        label, suffix = words
        stated = unit_of(label) or next((unit for unit in ("万元", "千元", "亿元", "元") if suffix.strip() == unit), "")
        stated = stated or unit_of(side)
        if not stated:
            return
        own = self.units.get(path, "")
        if own and own != stated:
            self.note(BLOCK, "unit", f"栏目写的是“{stated}”，占位符写的是“{own}”", origin, path=path)
        self.units[path] = own or stated

    def head_unit(self, path: str, label: str, origin: Origin) -> None:
        """The same for the heading of a column."""
        if field_kind(path) == "money":
            self._label_unit(path, (label, ""), "", origin)

    def usual_unit(self) -> str:
        """Return the unit that most amounts state."""
        return next((unit for unit, _ in Counter(self.units.values()).most_common(1) if unit in UNITS), "")


def _trimmed(parts: list[str | Binding]) -> list[str | Binding]:
    """Drop words that are only blanks or line breaks around a field."""
    return [part for part in parts if isinstance(part, Binding) or part.strip()]


def _unknown(part: Placeholder) -> str:
    hint = f"是不是“{'”“'.join(part.near)}”？" if part.near else ""
    return f"不认识占位符 {part.text}。{hint}没有相应栏目时可写作“{{{{其他:{part.text.strip('{}').split('|')[0]}}}}}”"
