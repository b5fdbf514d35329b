"""Read a table out of the lines of a form: the layout's labels and headings say what each cell is."""

from __future__ import annotations

from projects.findings import INFO, WARN
from projects.grids.grid import Cell
from projects.layouts.bound import POSITION
from projects.layouts.definition import Binding, Layout, RepeatBlock, Slot
from projects.layouts.frame import frame_values
from projects.layouts.labels import norm, squeeze, unit_of
from projects.layouts.lines import (
    Line,
    begins_supplement,
    department_line,
    is_coded_department,
    parse_department,
    signatures,
    supplement_row,
    unit_line,
)
from projects.layouts.match_rows import RowReader
from projects.layouts.ownwords import fixed_rows, followers, printed
from projects.layouts.properties import YEAR_IN_TITLE
from projects.layouts.readtable import ReadTable
from projects.layouts.rows_read import read_head
from projects.layouts.supplement import apply_supplement
from projects.layouts.values import day_of_serial, parse_day, parse_money, parse_percent
from projects.targettable import PlanPoint, TargetTable, field_kind

_LINES_KEPT = frozenset(
    ["project.overview", "project.purpose", "goals.period", "goals.annual", "duties", "project.procurement"]
)


def match(lines: list[Line], layout: Layout, title: str = "") -> ReadTable:
    """Read the lines of one table printed on ``layout``."""
    reader = _Reader(layout, title)
    for line in lines:
        reader.take(line)
    return reader.finish()


class _Reader:
    """Walks the lines of one table once; knows whether it is among single cells or in a list."""

    def __init__(self, layout: Layout, title: str) -> None:
        self.layout = layout
        self.read = ReadTable(TargetTable(layout=layout.id, kind=layout.kind, title=title))
        self.table = self.read.table
        self.unit = layout.unit
        self.used: dict[str, int] = {}
        self.seen: set[str] = set()
        self.plan: dict[str, str] = {}
        self.below: list[tuple[Slot, Cell, str]] = []
        self.under: Slot | None = None
        self.rows: RowReader | None = None
        self.repeats = [block for block in layout.blocks if isinstance(block, RepeatBlock)]
        self.alike = len({block.head_labels for block in self.repeats}) < len(self.repeats)
        self.unders = {slot.label: slot for slots in layout.slots.values() for slot in slots if slot.place == "under"}
        # The form prints the department, without any label, beside the unit.
        self.department_above = any(
            len(parts) == 1 and isinstance(parts[0], Binding) and parts[0].path == "department"
            for parts in layout.caption
        )
        self.supplement: list[tuple[str, str]] | None = None
        # Elsewhere a year in the title belongs to the project's name, which may be an older one.
        found = YEAR_IN_TITLE.search(title) if "{year}" in layout.title else None
        self.table.fiscal_year = int(found[1]) if found else None

    # -- one line ---------------------------------------------------------------------------

    def take(self, line: Line) -> None:
        for index in line.marked:
            self.read.note(
                INFO,
                "markup-removed",
                "单元格里有网页标记（如 <p>）或书签标记，已去除标记、保留文字",
                line.cells[index],
            )
        if self.supplement is not None or begins_supplement(line):
            self._take_supplement(line)
            return
        if self._take_frame(line) or self._begin_list(line):
            return
        if self.rows and not self._leaves_list(line):
            self.rows.take(line)
            return
        self.rows = None
        self._take_form(line)

    def _take_supplement(self, line: Line) -> None:
        self.supplement = supplement_row(self.supplement, line)

    def _take_frame(self, line: Line) -> bool:
        """Take lines around the form: unit, department, signatures. Tell whether it was one."""
        # In a sheet without borders the lines around the form are rows like all others.
        loose = line.para or not (self.rows or self.under or self.below)
        if loose and (own := frame_values(self.layout, line)) is not None:
            for binding, text in own:
                self._set(binding, text, line.cells[0])
            return True
        if self._is_cell_of_form(line):
            return False
        texts = [line.texts[index] for index in line.filled]
        units = [unit_line(text) for text in texts]
        names = [department_line(text) for text in texts]
        frame = [bool(unit) or name is not None for unit, name in zip(units, names, strict=True)]
        if all(frame) or (any(frame) and (self.rows is None or line.para)):
            self.unit = next((unit for unit in units if unit), self.unit)
            cells = [line.cells[index] for index in line.filled]
            for text, unit, name, cell in zip(texts, units, names, cells, strict=True):
                if name is not None:
                    self._set_department(name, cell)
                elif not unit and (self.department_above or is_coded_department(text)):
                    self._set_department(text, cell)
                elif not unit:
                    self._loose(text, line)
            return True
        if not line.para and len(line.filled) > 2:
            return False
        signed = [signatures(text) for text in texts]
        if signed[0] or (any(signed) and line.para):
            for text, pairs in zip(texts, signed, strict=True):
                for label, value in pairs or []:
                    if value:
                        self.table.extra[label] = value
                        self.read.bind(f"extra.{label}", line.cells[line.filled[0]], text=value)
                if pairs is None:
                    self._loose(text, line)
            return True
        return False

    def _is_cell_of_form(self, line: Line) -> bool:
        """Tell whether a row belongs to the form whatever its words: it begins with a label, or below one."""
        if line.para:
            return False
        if line.filled[0] or line.cells[0].col:
            return self.rows is not None or self.under is not None or bool(self.below)
        return self.rows is None and norm(line.texts[0]) in self.layout.slots

    def _begin_list(self, line: Line) -> bool:
        if len(line.filled) < 2:
            return False
        for block in self._candidates(line):
            columns = read_head(block, line)
            if columns is None:
                continue
            if not (self.rows and self.rows.block is block):
                self.rows = RowReader(block, columns, self.layout, self.read, self.unit_of_head(line))
                self.seen.add(block.of)
            else:
                self.rows.columns = columns
            return True
        return False

    def _candidates(self, line: Line) -> list[RepeatBlock]:
        """Return the lists in the order in which the line may be the heading of one: forms may have two alike."""
        if not self.alike:
            return self.repeats
        labels = {norm(text) for text in line.texts}

        def rank(block: RepeatBlock) -> tuple[bool, bool]:
            return not (block.side and norm(block.side) in labels), block.of in self.seen

        return sorted(self.repeats, key=rank)

    def unit_of_head(self, line: Line) -> str:
        return next((unit for unit in map(unit_of, line.texts) if unit), self.unit)

    def _leaves_list(self, line: Line) -> bool:
        if line.para:
            return False
        first = line.texts[line.filled[0]]
        label = norm(first)
        if label in self.layout.slots and line.filled[0] == 0 and label not in self.seen:
            return True
        if not self.layout.own:
            return False
        # An office's own form may go on with anything: a line of seals, or a label with its value in the same cell.
        if tuple(squeeze(line.texts[index]) for index in line.filled) in fixed_rows(self.layout):
            return True
        head, mark, _ = first.replace("：", ":").partition(":")
        return bool(mark) and any(
            slot.place == "inline" and slot.label not in self.seen for slot in self.layout.slots.get(norm(head), ())
        )

    # -- single cells -----------------------------------------------------------------------

    def _take_form(self, line: Line) -> None:
        items = self._labels_in(line)
        if not any(items):
            self._take_values(line)
            return
        self.below = []
        lead = next(index for index, item in enumerate(items) if item)
        before = [index for index in range(lead) if line.texts[index]]
        self._take_side(line, before)
        starts = [index for index, item in enumerate(items) if item]
        for start, end in zip(starts, [*starts[1:], len(items)], strict=True):
            slot = items[start]
            if slot is not None:
                self._take_slot(slot, line, start, end)

    def _labels_in(self, line: Line) -> list[tuple[Slot, str] | None]:
        """Return per cell the slot it is the label of; the cell right of a label is its value, whatever it says."""
        items: list[tuple[Slot, str] | None] = []
        if self.under is not None and not self.below and line.single and (line.filled[0] or line.cells[0].col):
            return items
        owner: Slot | None = None
        for text in line.texts:
            item = None
            if text and not (owner and self._is_value_of(owner, text)):
                item = self._slot_at(text)
            items.append(item)
            waits = item is not None and item[0].place == "right" and not item[1] and text[-1] not in "：:"
            owner = item[0] if item is not None and waits else None
        return items

    def _is_value_of(self, owner: Slot, text: str) -> bool:
        label = norm(text)
        if label in self.layout.slots:
            # A form prints the same words as a label further on: only there they are one.
            return bool(self.layout.id) and label not in followers(self.layout).get(owner.label, ())
        return field_kind(owner.binding.path) == "text"

    def _take_side(self, line: Line, before: list[int]) -> None:
        for index in before:
            label = norm(line.texts[index])
            if label in self.unders:
                self.under = self.unders[label]
            self.unit = unit_of(line.texts[index]) or self.unit

    def _slot_at(self, text: str) -> tuple[Slot, str] | None:
        """Return the slot a cell is the label of, and the value standing in the same cell behind a colon."""
        label = norm(text)
        rest = ""
        if label not in self.layout.slots or self.layout.slots[label][0].place == "under":
            head, mark, rest = text.replace("：", ":").partition(":")
            if not mark or "\n" in head:
                return None
            label = norm(head)
            if label == "" and rest:
                return self._slot_at(rest)
            if label not in self.layout.slots:
                return None
        slots = self.layout.slots[label]
        at = self.used.get(label, 0)
        self.used[label] = at + 1
        if at >= len(slots):
            return None
        return slots[at], text[len(text) - len(rest) :].strip() if rest else ""

    def _take_slot(self, found: tuple[Slot, str], line: Line, start: int, end: int) -> None:
        slot, inline = found
        self.seen.add(slot.label)
        label_cell = line.cells[start]
        unit = unit_of(line.texts[start])
        if slot.place == "below":
            self.below.append((slot, label_cell, unit))
            return
        if inline:
            self._set(slot.binding, _bare(inline, slot), label_cell, unit)
            start -= 1
            values = [index for index in range(start + 2, end) if line.texts[index]]
        else:
            values = [index for index in range(start + 1, end) if line.texts[index]]
            if not values:
                self._set(slot.binding, "", label_cell, unit)
                return
            self._set(slot.binding, _bare(line.texts[values[0]], slot), line.cells[values[0]], unit)
            values = values[1:]
        self._take_unknown(line, values)

    def _take_unknown(self, line: Line, indexes: list[int]) -> None:
        """Keep cells that have no field: a side label, or label and value in turn."""
        sides = [i for i in indexes if norm(line.texts[i]) in self.unders or line.cells[i].rowspan > 1]
        self._take_side(line, sides)
        rest = [i for i in indexes if i not in sides and not self._is_printed(line.texts[i])]
        while rest:
            label, value = rest[0], rest[1] if len(rest) > 1 else None
            key = norm(line.texts[label]) or line.texts[label]
            text = line.texts[value] if value is not None else ""
            self._keep(key, text, line.cells[label])
            rest = rest[2:]

    def _is_printed(self, text: str) -> bool:
        return norm(text) in printed(self.layout)

    def _take_values(self, line: Line) -> None:
        """Take a row without labels: values below their labels, or the text below a side label."""
        if self.below:
            taken = set()
            for slot, label, unit in self.below:
                right = label.col + label.colspan
                below = (i for i, c in enumerate(line.cells) if c.col < right and c.col + c.colspan > label.col)
                index = next(below, None)
                cell = line.cells[index] if index is not None else label
                self._set(slot.binding, _bare(line.texts[index], slot) if index is not None else "", cell, unit)
                taken.add(index)
            self.below = []
            stray = [i for i in line.filled if i not in taken]
            self._take_unknown(line, stray)
            return
        if self.under is not None:
            index = line.filled[0]
            self._set(self.under.binding, _bare(line.texts[index], self.under), line.cells[index])
            self.under = None
            self._take_unknown(line, line.filled[1:])
            return
        known = [i for i in line.filled if not self._is_printed(line.texts[i])]
        self._take_side(line, line.filled)
        if len(known) >= 2 and not line.para:
            self._take_unknown(line, known)
        elif known:
            self._loose(line.texts[known[0]], line)

    def _loose(self, text: str, line: Line) -> None:
        self.table.extra["其他文字"] = "\n".join(filter(None, [self.table.extra.get("其他文字", ""), text]))
        self.read.note(INFO, "loose-text", "表内有不属于任何栏目的文字，已保留在“其他文字”", line.cells[0], cell=text)

    def _keep(self, key: str, text: str, cell: Cell) -> None:
        self.table.extra[key] = "\n".join(filter(None, [self.table.extra.get(key, ""), text]))
        self.read.bind(f"extra.{key}", cell, how=POSITION, sure=0.7, label=key, text=text)
        self.read.note(INFO, "unknown-label", f"表式没有“{key}”这一栏，已作为其他栏目保留", cell, cell=text)

    # -- setting fields ---------------------------------------------------------------------

    def _set_department(self, text: str, cell: Cell | None = None) -> None:
        code, name = parse_department(text)
        if name and not self.table.department.name:
            self.table.department.code, self.table.department.name = code, name
            self.read.bind("department.name", cell, text=text)

    def _set(self, binding: Binding, text: str, cell: Cell, unit: str = "") -> None:
        path = binding.path
        first, _, leaf = path.partition(".")
        if path == "department" or path == "department.name":
            self._set_department(text, cell)
            return
        if text:
            self.read.bind(path, cell, text=text)
        if first == "extra":
            if text:
                self.table.extra[leaf] = text
        elif first == "spend_plan":
            self.plan[leaf] = text
            self._spend_point(leaf, text, cell)
        elif first == "duties":
            self.table.duties = text
        else:
            setattr(getattr(self.table, first), leaf, self._value(path, text, cell, unit))

    def _spend_point(self, by: str, text: str, cell: Cell) -> None:
        percent = parse_percent(text)
        if isinstance(percent, str):
            self.read.note(
                WARN,
                "percent-unreadable",
                f"截至{int(by)}月底的支出计划不是 0–100% 之间的百分比，已按原文保留",
                cell,
                field=f"spend_plan.{len(self.table.spend_plan)}.percent",
                cell=text,
            )
        self.table.spend_plan.append(PlanPoint(by, percent))

    def _value(self, path: str, text: str, cell: Cell, unit: str) -> object:
        kind = field_kind(path)
        if kind == "money":
            amount = parse_money(text, self.layout.units.get(path) or unit or self.unit)
            if isinstance(amount, str):
                self.read.note(WARN, "amount-unreadable", "金额无法识别，已按原文保留", cell, field=path, cell=text)
            return amount
        if kind == "day":
            return self._day(path, text, cell)
        return text if path in _LINES_KEPT else "".join(text.split("\n"))

    def _day(self, path: str, text: str, cell: Cell) -> object:
        serial = day_of_serial(text)
        if serial:
            self.read.note(
                INFO, "serial-date", f"日期是 Excel 的序列数，读作 {serial.isoformat()}", cell, field=path, cell=text
            )
            return serial
        day = parse_day(text)
        if isinstance(day, str):
            self.read.note(WARN, "date-unreadable", "日期无法识别，已按原文保留", cell, field=path, cell=text)
        return day

    def finish(self) -> ReadTable:
        for slots in self.layout.slots.values():
            for slot in slots:
                if slot.label not in self.seen and slot.place != "under":
                    self.read.note(WARN, "label-missing", f"没有找到“{slot.label}”一栏", field=slot.binding.path)
                    break
        for block in self.repeats:
            if block.of not in self.seen:
                self.read.note(WARN, "list-missing", f"没有找到{'、'.join(block.head_labels)}的表头", field=block.of)
        months = sorted(path.split(".")[1] for path in self.layout.paths if path.startswith("spend_plan."))
        by_month = {point.by: point for point in self.table.spend_plan}
        self.table.spend_plan = [by_month.get(month) or PlanPoint(month) for month in months]
        if self.supplement:
            for name in apply_supplement(self.table, self.supplement):
                self.read.note(INFO, "unknown-label", f"补充栏目“{name}”无法对应，已作为其他栏目保留")
        return self.read


def _bare(text: str, slot: Slot) -> str:
    """Return the text of a cell without the words that the form prints behind the value."""
    return text.removesuffix(slot.suffix).rstrip() if slot.suffix else text
