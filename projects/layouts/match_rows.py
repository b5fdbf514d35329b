"""Read the rows of a repeated block below their headings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from indicators.categories import NATIONAL, category, core, level1_code
from indicators.targets import understood
from projects.findings import INFO, WARN
from projects.grids.grid import Cell
from projects.layouts.bound import LAYOUT, POSITION, Bound
from projects.layouts.definition import Layout, RepeatBlock, TemplateCell
from projects.layouts.generic import joined_value
from projects.layouts.labels import norm, squeeze
from projects.layouts.lines import Line
from projects.layouts.readtable import ReadTable, bound_to
from projects.layouts.rows_read import Column, Vocabulary, best_placement, by_column, is_regular
from projects.layouts.values import parse_money, parse_number
from projects.targettable import ROW_TYPES, Indicator, field_kind

_LEVELS = ("level1", "level2")
_VALUE_PARTS = frozenset(["operator", "quantity", "unit"])
_TOTALS = frozenset(["合计", "总计", "小计"])


@cache
def vocabulary(layout: Layout) -> Vocabulary:
    """Return the category words of a layout."""
    return Vocabulary(layout)


class RowReader:
    """Takes the lines below one heading row and appends rows to the table."""

    def __init__(self, block: RepeatBlock, columns: list[Column], layout: Layout, read: ReadTable, unit: str) -> None:
        self.block = block
        self.columns = columns
        self.layout = layout
        self.read = read
        self.unit = unit
        self.words = vocabulary(layout)
        self.is_tree = block.of in ("indicators", "period_indicators")
        self.levels: dict[bool, tuple[str, str]] = {False: ("", ""), True: ("", "")}
        self.moved = False

    def take(self, line: Line) -> None:
        if self._is_total(line):
            return
        places, stray = by_column(line, self.columns)
        if self.is_tree:
            before = places
            places, stray = self._place(line, places, stray)
            self.moved = places is not before
        cells = [None if index is None else line.cells[index] for index in places]
        # What the form itself prints in a row (a running number) says nothing.
        texts = [
            "" if index is None or column.printed else line.texts[index]
            for column, index in zip(self.columns, places, strict=True)
        ]
        if not any(texts) and not stray:
            return
        for index in stray:
            self.read.note(
                WARN,
                "cell-outside",
                "这一格不在任何列标题之下，已并入“其他文字”",
                line.cells[index],
                cell=line.texts[index],
            )
            extra = self.read.table.extra
            extra["其他文字"] = "\n".join(filter(None, [extra.get("其他文字", ""), line.texts[index]]))
        for column, text in zip(self.columns, texts, strict=True):
            if not column.path and text:
                number = len(getattr(self.read.table, self.block.of)) + 1
                self.read.table.extra[f"{column.label}（第{number}行）"] = text
        if self.is_tree:
            place = line.cells[line.filled[0]]
            self._indicator(texts, cells, place, beside=False)
            if self.block.beside:
                self._indicator(texts, cells, place, beside=True)
        elif any(texts):
            self._plain_row(texts, cells)

    # -- totals -----------------------------------------------------------------------------

    def _is_total(self, line: Line) -> bool:
        template = self.block.first or self.block.last
        at = next((i for i in line.filled if norm(line.texts[i]) in _TOTALS), None)
        if not template or at is None or any(i < at for i in line.filled if line.cells[i].rowspan == 1):
            return False
        bound = [cell for cell in template if not any(norm(str(part)) in _TOTALS for part in cell.parts)]
        values = [cell for cell in bound if cell.col > _total_cell(template).col]
        rest = range(at + 1, len(line.texts))
        for cell, index in zip(values, rest, strict=False):
            if cell.binding:
                self._set_total(cell.binding.path, line.texts[index], line.cells[index])
        return True

    def _set_total(self, path: str, text: str, cell: Cell) -> None:
        first, _, leaf = path.partition(".")
        table = self.read.table
        if first == "extra":
            if text:
                table.extra[leaf] = text
            return
        value: Any = text
        if field_kind(path) == "money":
            value = parse_money(text, self.layout.units.get(path) or self.unit)
            if isinstance(value, str):
                self.read.note(WARN, "amount-unreadable", "金额无法识别，已按原文保留", cell, field=path, cell=text)
        setattr(getattr(table, first), leaf, value)

    # -- plain rows -------------------------------------------------------------------------

    def _plain_row(self, texts: list[str], cells: list[Cell | None]) -> None:
        rows = getattr(self.read.table, self.block.of)
        row = ROW_TYPES[self.block.of]()
        for column, text, cell in zip(self.columns, texts, cells, strict=True):
            if not column.path:
                continue
            value: Any = text
            if field_kind(f"{self.block.of}.{column.path}") == "money":
                value = parse_money(text, self.layout.units.get(f"{self.block.of}.{column.path}") or self.unit)
                if isinstance(value, str):
                    path = f"{self.block.of}.{len(rows)}.{column.path}"
                    self.read.note(WARN, "amount-unreadable", "金额无法识别，已按原文保留", cell, field=path, cell=text)
            setattr(row, column.path, value)
            if text:
                self.read.bind(f"{self.block.of}.{len(rows)}.{column.path}", cell, label=column.label, text=text)
        rows.append(row)

    # -- indicators -------------------------------------------------------------------------

    def _place(self, line: Line, places: list[int | None], stray: list[int]) -> tuple[list[int | None], list[int]]:
        texts = ["" if index is None else line.texts[index] for index in places]
        merged = any(c.path == "level2" and index is None for c, index in zip(self.columns, places, strict=True))
        if not stray and is_regular(texts, self.columns, self.words, merged=merged):
            return places, stray
        better = best_placement(line, self.columns, self.words)
        if better is None or better == places:
            return places, stray
        words = " | ".join(line.texts[index] for index in line.filled)
        lost = [
            c.label for c, index in zip(self.columns, better, strict=True) if index is None and c.path not in _LEVELS
        ]
        self.read.note(
            WARN,
            "cells-shifted",
            "这一行的单元格错位，已按内容归位，请核对" + (f"；缺少“{'、'.join(lost)}”一格" if lost else ""),
            line.cells[line.filled[0]],
            field=f"{self.block.of}.{len(getattr(self.read.table, self.block.of))}",
            cell=words,
        )
        return better, []

    def _indicator(self, texts: list[str], cells: list[Cell | None], first: Cell, *, beside: bool) -> None:
        rows: list[Indicator] = getattr(self.read.table, self.block.beside if beside else self.block.of)
        row = Indicator()
        written = False
        own: dict[str, str] = {}
        for column, text in zip(self.columns, texts, strict=True):
            if column.path == "level1" or column.beside == beside:
                own[column.path] = text
                written = written or bool(text and column.path != "level1")
        if not written and (self.block.beside or not own.get("level1")):
            return
        row.level1, row.level2, row.category = self._levels(own, first, beside, len(rows))
        for path, text in own.items():
            if path in ("level1", "level2", *_VALUE_PARTS) or not path:
                continue
            setattr(row, path, parse_number(text) if path == "weight" else text)
        if own.keys() & _VALUE_PARTS:
            value = own.get("value") or own.get("quantity", "")
            row.value = joined_value(own.get("operator", ""), value, own.get("unit", ""))
        row.operator, row.quantity, row.unit = understood(row.value)
        levels = (row.level1, row.level2)
        self.read.told.append(partial(self._bound, self.columns, levels, cells, first, beside, len(rows), self.moved))
        if not row.value and row.name and "value" in own:
            number = len(rows) + 1
            columns = zip(self.columns, cells, strict=True)
            at = next((cell for c, cell in columns if c.path == "value" and c.beside == beside and cell), first)
            of = self.block.beside if beside else self.block.of
            self.read.note(INFO, "value-blank", f"第{number}行指标没有指标值", at, field=f"{of}.{len(rows)}.value")
        rows.append(row)

    def _bound(
        self,
        columns: list[Column],
        levels: tuple[str, str],
        cells: list[Cell | None],
        first: Cell,
        beside: bool,
        number: int,
        moved: bool,
    ) -> Iterator[Bound]:
        """Yield the cells a row was read from; a level that came down from a merged cell is found by position."""
        of = self.block.beside if beside else self.block.of
        sure = 0.5 if moved else 0.99
        found = set()
        for column, cell in zip(columns, cells, strict=True):
            if not column.path or (column.beside != beside and column.path != "level1"):
                continue
            leaf = "value" if column.path in _VALUE_PARTS else column.path
            if cell is not None and cell.text:
                found.add(leaf)
                how = POSITION if moved else LAYOUT
                yield bound_to(f"{of}.{number}.{leaf}", cell, how=how, sure=sure, label=column.label)
        for leaf, text in zip(_LEVELS, levels, strict=True):
            if leaf not in found and text:
                yield bound_to(f"{of}.{number}.{leaf}", first, how=POSITION, sure=min(sure, 0.9), text=text)

    def _levels(self, own: dict[str, str], cell: Cell, beside: bool, number: int) -> tuple[str, str, str]:
        """Return level 1, level 2 and category: as printed, filled down, or following from level 2."""
        above1, above2 = self.levels[beside]
        level1 = self._official(own.get("level1", ""), 0) or above1
        same = level1_code(level1) == level1_code(above1) or not level1_code(level1)
        level2 = self._official(own.get("level2", ""), 1) or (above2 if same else "")
        code = category(level1, level2)
        if code and not own.get("level1") and own.get("level2"):
            named = (self.layout.categories.get(code) or NATIONAL[code])[0]
            if core(named) != core(level1) and not self._belongs(level1, code):
                self.read.note(
                    INFO,
                    "level1-implied",
                    f"一级指标空缺，按二级指标“{level2}”归入“{named}”",
                    cell,
                    field=f"{self.block.of}.{number}.level1",
                )
                level1 = named
                code = category(level1, level2)
        self.levels[beside] = (level1, level2)
        return level1, level2, code

    def _belongs(self, level1: str, code: str) -> bool:
        """Tell whether the category above fits: 满意度 stands under 效益 in some places."""
        group = level1_code(level1)
        return bool(group) and (
            code.startswith(f"{group}.") or (code.startswith("satisfaction") and group == "outcome")
        )

    def _official(self, text: str, level: int) -> str:
        """Return the category as the layout prints it, without blanks in any case."""
        if not text:
            return ""
        for levels in self.layout.categories.values():
            if core(levels[level]) == core(text):
                return levels[level]
        return squeeze(text)


def _total_cell(template: tuple[TemplateCell, ...]) -> TemplateCell:
    return next(cell for cell in template if norm(cell.literal) in _TOTALS)
