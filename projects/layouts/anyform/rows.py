"""Read the rows below the heading of a list: of one table, or of many projects one below the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from indicators.categories import core
from projects.findings import WARN
from projects.grids.grid import Cell
from projects.layouts.anyform.builder import Builder
from projects.layouts.anyform.columns import settle
from projects.layouts.anyform.contents import (
    is_category,
    is_filler,
    is_level1,
    is_level2,
    value_like,
)
from projects.layouts.anyform.extent import TOTALS
from projects.layouts.anyform.heads import PAIRS, Column, Head
from projects.layouts.anyform.realign import realign
from projects.layouts.anyform.row_parts import Own, is_dots, is_misplaced, pairs_of
from projects.layouts.anyform.sheet import Sheet, Spot, covering
from projects.layouts.anyform.words import ACTUAL, GRADE, Meaning
from projects.layouts.bound import CONTENTS, POSITION
from projects.layouts.definition import Layout
from projects.layouts.labels import norm, squeeze
from projects.layouts.rows_read import Column as PlainColumn
from projects.layouts.rows_read import Vocabulary, best_placement, is_regular
from projects.layouts.values import parse_money
from projects.targettable import ROW_TYPES

_NUMBERING = re.compile(r"^([一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[、.．])")
_PAIR = re.compile(r"\s*(?:[-—–/\\>＞、·]+|\n)\s*")
_OFFICE = re.compile(
    r".{2,40}(局|委|办|办公室|中心|处|院|校|站|厅|部|馆|所|会|政府|医院|学校|大学|学院|街道|镇|乡|队|团|社|集团|公司|库|室|园|场)(（?本级）?|\(本级\)|机关)?"
)
_WORDLESS = Layout(id="", name="", kind="project", title="", unit="", money="")

_NAMED = ("@project.name", "@department.name")


@cache
def _words() -> Vocabulary:
    return Vocabulary(_WORDLESS)


@dataclass(slots=True)
class ListReader:
    """Reads the rows of one list. ``begin`` opens the table of a further project in a list of many."""

    sheet: Sheet
    head: Head
    builder: Builder
    begin: Callable[[], Builder]
    rows: list[tuple[str, Own, Cell, str]] = field(default_factory=list)
    key: str = ""
    department: tuple[str, Cell] | None = None
    claimed: set[str] = field(default_factory=set)
    started: bool = False
    section: tuple[str, str] = ("", "")
    own_words: bool = False
    paired: bool = False

    def read(self, lines: list[int]) -> None:
        if self.head.of == "indicators":
            realign(self.sheet, self.head, lines)
            cells = [[self._top_text(index, column) for index in lines] for column in self.head.columns]
            settle(self.head, cells)
            self.own_words = self._has_own_words(cells)
        for number, index in enumerate(lines):
            following = lines[number + 1] if number + 1 < len(lines) else None
            self._take(index, following)
        self._flush()

    def _top_text(self, index: int, column: Column) -> str:
        spot = covering(self.sheet.spots[index], column.start, column.end)
        return spot.text if spot and spot.top else ""

    # -- one line -------------------------------------------------------------------------------

    def _take(self, index: int, following: int | None) -> None:
        tops = self.sheet.filled(index)
        if not tops:
            return
        label = norm(tops[0].text)
        if TOTALS.fullmatch(label):
            self._total(tops)
            return
        if len(tops) == 1 and is_category(tops[0].text) and (tops[0].cell.colspan > 1 or self._is_plain(index)):
            level = _NUMBERING.sub("", squeeze(tops[0].text))
            levels = [c for c in self.head.columns if c.path in ("level1", "level2")]
            own = any(c.start == tops[0].col and c.end == tops[0].end for c in levels)
            if own and len(levels) == 1 and is_level1(level) and (self.section[0] or not is_level2(level)):
                self.section = (level, "")  # 产出指标 alone in the column of 数量指标
                return
            if not own and (not levels or tops[0].end > levels[0].end):
                second = is_level2(level) and (not is_level1(level) or (self.section[0] and core(level) != "满意度"))
                self.section = (self.section[0], level) if second else (level, "")
                return
        places = self._places(index)
        if self.head.many:
            if self._is_department_row(places, following):
                self.department = self._office(places)
                return
            if self._is_subtotal(places):
                self._total(tops)
                return
            self._project(places)
        if self.head.of in ("indicators", "projects", "wide"):
            self._table_fields(places)
        if self.head.of == "indicators":
            self._indicators(index, places)
        elif self.head.of == "wide":
            self._pairs(places)
        elif self.head.of != "projects":
            self._plain(places)

    def _has_own_words(self, cells: list[list[str]]) -> bool:
        """Tell whether the place has categories of its own, so that an unknown word is no sign of a shifted cell."""
        texts = [
            text
            for column, found in zip(self.head.columns, cells, strict=True)
            if column.path == "level2"
            for text in found
        ]
        filled = [text for text in texts if text]
        known = sum(map(is_level2, filled))
        return len(filled) >= 3 and known * 10 < len(filled) * 7

    def _is_plain(self, index: int) -> bool:
        return all(cell.colspan == 1 and cell.rowspan == 1 for cell in self.sheet.lines[index].cells)

    def _places(self, index: int) -> list[Spot | None]:
        """Return per column the cell below it; one that spans several columns stands below the first."""
        used: set[int] = set()
        found: list[Spot | None] = []
        for column in self.head.columns:
            spot = covering(self.sheet.spots[index], column.start, column.end)
            if spot and not spot.text and spot.end < column.end:
                # A heading over two columns, one for offices and one for their projects.
                inside = (s for s in self.sheet.spots[index] if s.text and spot.end <= s.col < column.end)
                spot = next(inside, spot)
            if spot and id(spot.cell) in used:
                spot = None
            if spot:
                used.add(id(spot.cell))
            found.append(spot)
        return found

    def _total(self, tops: list[Spot]) -> None:
        label = norm(tops[0].text)
        for spot in tops[1:]:
            column = next((c for c in self.head.columns if c.start <= spot.col < c.end), None)
            if column and column.money and self.head.of == "tasks":
                self.builder.claim(Meaning("", 0.8, money=column.money), spot.text, spot.cell, label, unit=column.unit)
            elif not self.head.many:
                self.builder.other(f"{label}·{column.label}" if column else label, spot.text, spot.cell)

    # -- projects of a list ---------------------------------------------------------------------

    def _text_at(self, places: list[Spot | None], *paths: str) -> str:
        for column, spot in zip(self.head.columns, places, strict=True):
            if column.path in paths and spot and spot.text:
                return spot.text
        return ""

    def _is_department_row(self, places: list[Spot | None], following: int | None) -> bool:
        """Tell whether a row of a list of projects holds nothing but the department of those below."""
        if self._text_at(places, "name", "value", "quantity", "@goals.annual", "level1", "level2"):
            return False
        names = [
            spot.text
            for column, spot in zip(self.head.columns, places, strict=True)
            if spot and spot.top and spot.text and column.path in _NAMED
        ]
        tall = any(spot and spot.tall for spot in places)
        if len(names) != 1 or tall or not _OFFICE.fullmatch(names[0]) or following is None:
            return False
        return bool(self._text_at(self._places(following), "@project.name", "@project.code"))

    def _is_subtotal(self, places: list[Spot | None]) -> bool:
        """Tell whether a row adds up the projects of an office: an amount, no project, no indicator."""
        if not any(column.path == "@project.name" for column in self.head.columns):
            return False
        named = ("@project.name", "@project.code", "name", "value", "quantity", "level1", "level2", "@goals.annual")
        money = ["@money", *(c.path for c in self.head.columns if c.path.startswith("@funding."))]
        return not self._text_at(places, *named) and bool(self._text_at(places, *money))

    def _office(self, places: list[Spot | None]) -> tuple[str, Cell]:
        """Return code and name of the department that a row holds, and the cell of its name."""
        name = next(s for c, s in zip(self.head.columns, places, strict=True) if c.path in _NAMED and s and s.text)
        code = self._text_at(places, "@project.code", "@department.code")
        return (f"{code}{name.text}" if code.isdigit() else name.text), name.cell

    def _project(self, places: list[Spot | None]) -> None:
        name = self._text_at(places, *_NAMED) if self.head.of == "wide" else self._text_at(places, "@project.name")
        code = self._text_at(places, "@project.code")
        key = f"{code}\0{name}"
        fresh = any(
            spot and spot.top and spot.text and column.path in ("@project.name", "@project.code", *self._wide_names)
            for column, spot in zip(self.head.columns, places, strict=True)
        )
        if not fresh or key == self.key or not key.strip("\0"):
            return
        self._flush()
        self.key = key
        self.claimed = set()
        if self.started:
            self.builder = self.begin()
        self.started = True
        if self.department:
            self.builder.claim(Meaning("department.name", 0.85, POSITION, rank=1), *self.department, "单位")

    @property
    def _wide_names(self) -> tuple[str, ...]:
        return _NAMED if self.head.of == "wide" else ()

    def _table_fields(self, places: list[Spot | None]) -> None:
        """Claim what a row says of its table: project, department, amounts, goals."""
        for column, spot in zip(self.head.columns, places, strict=True):
            if not column.path.startswith("@") or spot is None or not spot.text:
                continue
            key = f"{column.path}{column.start}"
            if column.path.startswith("@extra."):
                if key not in self.claimed:
                    self.builder.other(column.path.removeprefix("@extra."), spot.text, spot.cell)
                    self.claimed.add(key)
                continue
            seen = f"{key}\0{spot.text}"
            if seen in self.claimed or (key in self.claimed and not column.path.startswith("@goals.")):
                continue
            self.claimed |= {key, seen}
            found = Meaning(
                column.path[1:] if not column.money else "", column.sure, column.how, column.money, column.rank
            )
            self.builder.claim(found, spot.text, spot.cell, column.label, unit=column.unit)

    def _flush(self) -> None:
        """Add the indicators gathered for a table; those in columns of one category stay together."""
        order: dict[str, int] = {}
        for group, _, _, _ in self.rows:
            order.setdefault(group, len(order))
        groups = {column.level1: number for number, column in enumerate(self.head.columns) if column.level1}
        for _, own, first, half in sorted(self.rows, key=lambda row: groups.get(row[0], 0)):
            self.builder.indicator(own, first, half)
        self.rows = []

    # -- indicators -----------------------------------------------------------------------------

    def _indicators(self, index: int, places: list[Spot | None]) -> None:
        shifted = False
        if all(column.half in ("", "annual") for column in self.head.columns):
            better = self._shifted(index, places)
            shifted = better is not None
            places = better or places
        groups = list(dict.fromkeys(c.level1 for c in self.head.columns if c.path in ("name", "value"))) or [""]
        halves = ["period", "annual"] if any(c.half == "period" for c in self.head.columns) else [self.head.half]
        for group in groups:
            for half in halves:
                self._one(places, group, half, halves, shifted=shifted)
        for column, spot in zip(self.head.columns, places, strict=True):
            if column.path in ("", ACTUAL) and spot and spot.top and spot.text and column.label not in ("序号", "编号"):
                number = len(self.builder.table.indicators) + len(self.rows)
                self.builder.table.extra[f"{column.label}（第{number}行）"] = spot.text

    def _one(self, places: list[Spot | None], group: str, half: str, halves: list[str], *, shifted: bool) -> None:
        own: Own = {}
        written = False
        both = len(halves) > 1
        shared = both and sum(1 for c in self.head.columns if c.path == "name") == 1
        for column, spot in zip(self.head.columns, places, strict=True):
            path = column.path
            if not path or path[0] in "@-" or column.level1 not in ("", group):
                continue
            common = path in ("level1",) or (shared and path not in ("value", "operator", "quantity", "unit"))
            if both and not common and (column.half or "annual") != half:
                continue
            text = spot.text if spot and (spot.top or path in ("level1", "level2")) else ""
            if path == GRADE:
                if column.label == "优" and "value" not in own:
                    own["value"] = (text, spot.cell if spot else None, CONTENTS, 0.55, column.label)
                continue
            if path in own and not text:
                continue
            sure = min(column.sure, 0.5) if shifted else column.sure
            own[path] = (text, spot.cell if spot else None, column.how, sure, column.label)
            written = written or bool(
                text and path in ("name", "value", "quantity") and spot and spot.top and not is_filler(text)
            )
        if not written:
            own.pop("name", None)
        if group and group != "" and "level1" not in own:
            own["level1"] = (group, None, POSITION, 0.9, group)
        for path, text in zip(("level1", "level2"), self.section, strict=True):
            if text and not own.get(path, ("",))[0]:
                own[path] = (text, None, POSITION, 0.85, "")
        self._pair(own)
        level = any(own.get(path, ("",))[0] for path in ("level2",))
        if not written and (both or not level or not self._level_is_new(places)):
            return
        name, value = (own.get(path, ("",))[0] for path in ("name", "value"))
        if name and not value and is_dots(name):
            return  # the form's own …… where more could be written
        if name and not value and value_like(name) >= 1.0 and len(name) < 12 and "quantity" not in own:
            # A value where the name should be: the cells of this row stand elsewhere than their headings say.
            own = {path: (text, spot, how, min(sure, 0.4), at) for path, (text, spot, how, sure, at) in own.items()}
        if any(is_misplaced(own.get(path, ("",))[0]) for path in ("level1", "level2")):
            own = {path: (text, spot, how, min(sure, 0.4), at) for path, (text, spot, how, sure, at) in own.items()}
        cell = next((spot.cell for spot in places if spot and spot.top and spot.text), None)
        if cell is not None:
            self.rows.append((group, own, cell, half))

    def _level_is_new(self, places: list[Spot | None]) -> bool:
        """Tell whether a row without an indicator at least opens a category: blank category rows are kept."""
        return any(
            column.path == "level2" and spot and spot.top and not is_filler(spot.text)
            for column, spot in zip(self.head.columns, places, strict=True)
        )

    def _pair(self, own: Own) -> None:
        """Divide 产出指标-数量指标 standing in one cell."""
        for path in ("level1", "level2"):
            text, cell, how, sure, label = own.get(path, ("", None, "", 0.0, ""))
            parts = _PAIR.split(text)
            other = "level2" if path == "level1" else "level1"
            if self.paired and path == "level2" and core(text) == "满意度" and not own.get(other, ("",))[0]:
                own["level1"] = (text, cell, how, sure, label)
                own["level2"] = ("", cell, how, sure, label)
            if len(parts) == 2 and is_level1(parts[0]) and is_level2(parts[1]) and not own.get(other, ("",))[0]:
                self.paired = True
                own["level1"] = (parts[0], cell, how, sure, label)
                own["level2"] = (parts[1], cell, how, sure, label)

    def _pairs(self, places: list[Spot | None]) -> None:
        """Take the indicators that stand with their values in one cell below a category, one a line."""
        for column, spot in zip(self.head.columns, places, strict=True):
            if column.path != PAIRS or spot is None or not spot.top:
                continue
            self.rows += [(column.level1, own, spot.cell, self.head.half) for own in pairs_of(column, spot)]

    def _shifted(self, index: int, places: list[Spot | None]) -> list[Spot | None] | None:
        """Return a better place for each cell where cells moved left because merged ones above were lost."""
        line = self.sheet.lines[index]
        columns = [PlainColumn(c.path, False, c.start, c.end, c.label) for c in self.head.columns]
        levels = {column.path for column in columns} & {"level1", "level2"}
        if not levels or len(columns) > 9 or not self._is_plain(index):
            return None
        texts = [spot.text if spot and spot.top else "" for spot in places]
        merged = any(
            c.path == "level2" and spot is not None and not spot.top for c, spot in zip(columns, places, strict=True)
        )
        stray = any(spot.col >= columns[-1].end for spot in self.sheet.filled(index))
        if not stray and self.own_words:
            return None
        if not stray and is_regular(texts, columns, _words(), merged=merged):
            return None
        better = best_placement(line, columns, _words())
        if better is None:
            return None
        spots = {id(spot.cell): spot for spot in self.sheet.tops(index)}
        found = [None if number is None else spots[id(line.cells[number])] for number in better]
        if [spot and spot.text for spot in found] == [text or None for text in texts]:
            return None
        words = " | ".join(line.texts[number] for number in line.filled)
        self.builder.read.note(
            WARN, "cells-shifted", "这一行的单元格错位，已按内容归位，请核对", line.cells[line.filled[0]], cell=words
        )
        return found

    # -- other lists ----------------------------------------------------------------------------

    def _plain(self, places: list[Spot | None]) -> None:
        rows = getattr(self.builder.table, self.head.of)
        row = ROW_TYPES[self.head.of]()
        written = False
        for column, spot in zip(self.head.columns, places, strict=True):
            if spot is None or not spot.text:
                continue
            if not column.path or column.path.startswith("@"):
                if spot.top:
                    self.builder.table.extra[f"{column.label}（第{len(rows) + 1}行）"] = spot.text
                continue
            value = (
                parse_money(spot.text, column.unit or self.builder.unit or "万元")
                if column.path == "amount"
                else spot.text
            )
            setattr(row, column.path, value)
            written = written or spot.top
            self.builder.read.bind(
                f"{self.head.of}.{len(rows)}.{column.path}",
                spot.cell,
                how=column.how,
                sure=column.sure,
                label=column.label,
                text=spot.text,
            )
        if written:
            rows.append(row)
