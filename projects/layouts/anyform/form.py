"""Read the single cells of a form: which cell is a label, and which cell it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from projects.layouts.anyform.builder import Builder
from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.money import Money, crossed, money_of
from projects.layouts.anyform.sheet import Sheet, Spot, covering
from projects.layouts.anyform.words import Meaning, is_actual, meaning
from projects.layouts.bound import CONFIRMED, POSITION
from projects.layouts.corrections import Hints
from projects.layouts.labels import norm, squeeze, unit_of
from projects.layouts.lines import department_line, is_coded_department, signatures, unit_line

_YEAR_LINE = re.compile(r"[（(]?(20\d\d)年?度?[)）]?|(?:预算|填报|申报|所属|项目)?年度[:：](20\d\d)年?度?")
_UNIT_IN = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?\s*(万元|千元|亿元|元)")
_GAP = re.compile(r"[\t\u3000]+|\s{2,}|(?<=[）)])\s+(?=[^\s]{2,8}[:：])")
_LABEL_END = ("：", ":")
_SENTENCE = re.compile(r"[，。；！？]")
_NO_VALUE = re.compile(r"[/／\\—－-]+|无")


@dataclass(slots=True)
class Label:
    """A cell taken for a label: its bare words, what they mean (maybe nothing), the text behind a colon."""

    spot: Spot
    label: str
    meaning: Meaning | None
    inline: str = ""
    unit: str = ""


@dataclass(slots=True)
class FormReader:
    """Takes the lines of one table that are no rows of a list."""

    sheet: Sheet
    builder: Builder
    hints: Hints
    labels_seen: list[str] = field(default_factory=list)
    waiting: Label | None = None
    skip: set[int] = field(default_factory=set)

    # -- words ----------------------------------------------------------------------------------

    def mean(self, label: str) -> Meaning | None:
        """Return what a bare label means, corrections first."""
        if label in self.hints.labels:
            path = self.hints.labels[label]
            if not path:
                return None
            money = money_at(path)
            return Meaning("" if money else path, 1.0, CONFIRMED, money, rank=-1)
        return meaning(label)

    def label_of(self, spot: Spot, groups: list[Label]) -> Label | None:
        """Return the cell as a label, ``None`` when its words name nothing that is known."""
        text = spot.text
        label = norm(text)
        if not label:
            return self._inline(spot, groups)
        found = self.mean(label)
        if (found is None or found.vague) and groups:
            found = self._below(label, groups) or found
        if found is not None or label in self.hints.labels:
            return Label(spot, label, found, unit=unit_of(text))
        return self._inline(spot, groups)

    def _below(self, label: str, groups: list[Label]) -> Meaning | None:
        """Return what a word means below the label of its group: 名称 below 所属专项."""
        if not label or len(label) > 12 or is_number(label):
            return None
        for group in reversed(groups):
            if group.meaning and group.meaning.path == "project.parent":
                return Meaning("project.parent" if label == "名称" else f"extra.{group.label}{label}", 0.85)
            found = self.mean(group.label + label)
            if found and not found.vague:
                return found
        return None

    def _inline(self, spot: Spot, groups: list[Label]) -> Label | None:
        head, mark, rest = spot.text.replace("：", ":").partition(":")
        label = norm(head)
        if not mark or "\n" in head or not label or len(label) > 20:
            return None
        found = self.mean(label)
        if (found is None or found.vague) and groups:
            found = self._below(label, groups) or found
        if found is None and label not in self.hints.labels:
            return None
        return Label(spot, label, found, spot.text[len(spot.text) - len(rest) :].strip(), unit_of(head))

    # -- lines ----------------------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Take one line; some take those below with them."""
        if index in self.skip:
            return
        line = self.sheet.lines[index]
        tops = self.sheet.filled(index)
        if not tops:
            return
        framed = line.para or len(tops) == 1 or all(_is_frame(spot.text) for spot in tops)
        if framed and self._frame(index, tops):
            return
        if self._matrix(index) or self._below_labels(index):
            return
        self._row(index)

    def _frame(self, index: int, tops: list[Spot]) -> bool:
        """Take a line around the form: unit, year, department, signatures, labels with colons."""
        if self.waiting is not None and len(tops) == 1 and not _is_frame(tops[0].text):
            waiting, spot = self.waiting, tops[0]
            if self.label_of(spot, []) is None or len(spot.text) > 20:
                self.waiting = None
                if waiting.meaning:
                    self.builder.claim(waiting.meaning, spot.text, spot.cell, waiting.label, how=POSITION, sure=0.8)
                else:
                    self.builder.other(waiting.label, spot.text, spot.cell)
                return True
        taken = True
        for spot in tops:
            pieces = [spot.text] if "\n" in spot.text else [p for p in _GAP.split(spot.text) if p.strip()]
            for piece in pieces:
                taken = self._piece(piece.strip(), spot, len(tops) == 1) and taken
        return taken or self.sheet.lines[index].para

    def _piece(self, text: str, spot: Spot, alone: bool) -> bool:
        flat = squeeze(text)
        builder = self.builder
        if unit := unit_line(text) or (_UNIT_IN.search(text) or ["", ""])[1]:
            builder.unit = unit
            rest = _UNIT_IN.sub("", text).strip("（）() 　,，;；")
            return not rest or unit_line(text) != "" or self._piece(rest, spot, alone)
        if year := _YEAR_LINE.fullmatch(flat):
            builder.table.fiscal_year = int(year[1] or year[2])
            return True
        name = department_line(text)
        if name is not None:
            if name:
                builder.claim(
                    Meaning("department.name", 0.9, rank=2), name, spot.cell, norm(text.split("：")[0].split(":")[0])
                )
            return True
        if pairs := signatures(text):
            for label, value in pairs:
                builder.other(label, value, spot.cell)
            return True
        item = self.label_of(spot, []) if text == spot.text else self.label_of(_spot_of(text, spot), [])
        if item and item.inline:
            self._claim(item, item.inline, spot)
            return True
        if self.sheet.lines[spot.line].para or alone:
            if is_coded_department(text):
                builder.claim(Meaning("department.name", 0.8, POSITION, rank=2), text, spot.cell, "")
                return True
            if item and not _SENTENCE.search(text):
                self.waiting = item
                return True
            if self.sheet.lines[spot.line].para:
                builder.loose(text, spot.cell)
                return True
        return False

    # -- rows -----------------------------------------------------------------------------------

    def _groups(self, index: int) -> list[Label]:
        """Return the labels at the side that reach down into a line."""
        found = []
        for spot in self.sheet.spots[index]:
            if not spot.top and spot.text and not _SENTENCE.search(spot.text):
                label = norm(spot.text)
                found.append(Label(spot, label, self.mean(label), unit=unit_of(spot.text)))
        return found

    def _row(self, index: int) -> None:
        groups = self._groups(index)
        cells = self.sheet.tops(index)
        if len(self.sheet.filled(index)) == 1 and groups:
            only = self.sheet.filled(index)[0]
            if self.label_of(only, groups) is None and self._under(only, groups):
                return
        plain = all(cell.colspan == 1 and cell.rowspan == 1 for cell in self.sheet.lines[index].cells)
        if plain:
            # Without merged cells a blank beside a label may be the rest of the label's own cell.
            cells = [spot for spot in cells if spot.text or not self._before_text(spot, cells, groups)]
        pending: Label | None = None
        for number, spot in enumerate(cells):
            if not spot.text:
                pending = None
                continue
            item = self.label_of(spot, groups)
            if pending is not None and (item is None or self._is_value(pending, item, cells, number, groups)):
                self._claim(pending, spot.text, spot)
                pending = None
            elif item is not None:
                if pending is not None:
                    groups = [*groups, pending]
                    item = self.label_of(spot, groups) or item
                pending = self._labelled(item, groups)
            else:
                pending = self._unknown(spot, cells, number, groups)
        if pending is not None and len(self.sheet.filled(index)) == 1:
            self.waiting = pending

    def _before_text(self, spot: Spot, cells: list[Spot], groups: list[Label]) -> bool:
        """Tell whether the next text right of a blank cell is no label: it may be the value left of the blank."""
        following = next((cell for cell in cells if cell.col > spot.col and cell.text), None)
        return following is not None and self.label_of(following, groups) is None

    def _under(self, spot: Spot, groups: list[Label]) -> bool:
        """Take a text below the label at its side: a further line of what was claimed, or its first."""
        group = groups[-1]
        if (
            self.builder.claims
            and self.builder.claims[-1].label == group.label
            and self.builder.more(spot.text, spot.cell)
        ):
            return True
        if group.meaning and not group.meaning.money and not group.meaning.path.startswith("department"):
            self._claim(group, spot.text, spot, sure=0.8)
            return True
        return False

    def _labelled(self, item: Label, groups: list[Label]) -> Label | None:
        """Remember a label; one with its value behind the colon is done, or waits when that is blank."""
        self.labels_seen.append(item.label)
        if not item.unit:
            item.unit = next((group.unit for group in reversed(groups) if group.unit), "")
        lines = item.spot.text.split("\n")
        if item.inline and len(lines) > 1 and item.meaning and item.meaning.money:
            for text in lines:
                part = self._inline(_spot_of(text, item.spot), groups)
                if part and part.inline:
                    part.unit = part.unit or item.unit
                    self._claim(part, part.inline, item.spot)
            return None
        if item.inline:
            self._claim(item, item.inline, item.spot)
            return None
        return item

    def _is_value(self, pending: Label, item: Label, cells: list[Spot], number: int, groups: list[Label]) -> bool:
        """Decide whether a cell right of a label, itself worded like a label, is the value of it."""
        if item.spot.text.rstrip().endswith(_LABEL_END) or item.inline:
            return False
        following = cells[number + 1] if number + 1 < len(cells) else None
        if following is None:
            return not pending.spot.tall
        if not following.text:
            return False
        return not pending.spot.tall and self.label_of(following, groups) is not None

    def _unknown(self, spot: Spot, cells: list[Spot], number: int, groups: list[Label]) -> Label | None:
        """Take a cell nobody knows: a label when a cell with a value stands right of it."""
        following = cells[number + 1] if number + 1 < len(cells) else None
        label = norm(spot.text)
        plain = label and len(label) <= 16 and not _SENTENCE.search(spot.text) and not is_number(spot.text)
        if plain and following is not None:
            self.labels_seen.append(label)
            return Label(spot, label, None)
        if spot.tall and plain:
            return None
        if groups and groups[-1].meaning and not groups[-1].meaning.money and self._under(spot, groups):
            return None
        if not _NO_VALUE.fullmatch(spot.text):
            self.builder.loose(spot.text, spot.cell)
        return None

    def _claim(self, item: Label, text: str, spot: Spot, *, sure: float = 0.0) -> None:
        found = item.meaning
        if item.label not in self.labels_seen:
            self.labels_seen.append(item.label)
        if found is None or found.path.startswith("extra."):
            name = found.path.removeprefix("extra.") if found else item.label
            self.builder.other(name, text, spot.cell)
        else:
            self.builder.claim(found, text, spot.cell, item.label, unit=item.unit, sure=sure)

    # -- labels above their values --------------------------------------------------------------

    def _below_labels(self, index: int) -> bool:
        """Take a row of labels with the row of their values below."""
        if not self.sheet.follows(index + 1) or index + 1 >= len(self.sheet.lines):
            return False
        groups = self._groups(index)
        tops = self.sheet.filled(index)
        side = [spot for spot in tops if spot.last > index]
        heads = [spot for spot in tops if spot.last == index]
        if side and (len(side) > 1 or side[0] is not tops[0]):
            return False
        items = [
            self.label_of(
                spot, groups + [Label(s, norm(s.text), self.mean(norm(s.text)), unit=unit_of(s.text)) for s in side]
            )
            for spot in heads
        ]
        known: list[object] = [item for item in items if item and not item.inline]
        known += [spot for item, spot in zip(items, heads, strict=True) if item is None and is_actual(norm(spot.text))]
        blanks = [cell for cell in self.sheet.tops(index) if not cell.text and cell.col > tops[0].col]
        if len(known) < 2 or len(known) * 2 < len(items) or blanks:
            return False
        if any(
            item is None and (len(norm(s.text)) > 12 or is_number(s.text) or is_actual(s.text) is None)
            for item, s in zip(items, heads, strict=True)
        ):
            return False
        below = self.sheet.spots[index + 1]
        values = [covering(below, spot.col, spot.end) for spot in heads]
        texts = [spot for spot in values if spot and spot.top and spot.text]
        if not texts or any(self.label_of(spot, groups) for spot in texts if len(spot.text) < 24):
            return False
        if (
            len(known) == 2
            and len(items) == 2
            and not side
            and len(self.sheet.tops(index)) == 2
            and len(self.sheet.filled(index + 1)) != 2
        ):
            return False
        unit = next((unit_of(spot.text) for spot in side if unit_of(spot.text)), "")
        for item, head, spot in zip(items, heads, values, strict=True):
            if spot and spot.top and spot.text:
                label = item or Label(head, norm(head.text), None)
                label.unit = label.unit or unit
                self._claim(label, spot.text, spot)
        self.skip.add(index + 1)
        return True

    # -- amounts in rows and columns --------------------------------------------------------------

    def _matrix(self, index: int) -> bool:
        """Take amounts that stand where a row label meets a column heading."""
        heads: list[tuple[Spot, Money]] = []
        for spot in self.sheet.filled(index):
            money = money_of(norm(spot.text))
            if money is not None and not (spot.last > index):
                heads.append((spot, money))
        if len(heads) < 2:
            return False
        start = heads[0][0].col
        rows: list[tuple[int, Label, Money | None]] = []
        groups = self._groups(index)
        side = next((s for s in self.sheet.filled(index) if s.end <= start and s.text), None)
        unit = next(
            (
                u
                for s in [*(g.spot for g in groups), *([side] if side else []), *(h for h, _ in heads)]
                if s and (u := unit_of(s.text))
            ),
            "",
        )
        at = index + 1
        while at < len(self.sheet.lines) and self.sheet.follows(at):
            label = self._row_label(at, start)
            amounts = [covering(self.sheet.spots[at], h.col, h.end) for h, _ in heads]
            filled = [s.text for s in amounts if s and s.top and s.text]
            if label is None or not all(_is_amount(text) for text in filled):
                break
            rows.append((at, label, label.meaning.money if label.meaning else None))
            at += 1
        if not rows or not any(money for _, _, money in rows):
            return False
        for at, label, money in rows:
            for head, column in heads:
                amount = covering(self.sheet.spots[at], head.col, head.end)
                if amount is None or not amount.top or not amount.text:
                    continue
                both = crossed(money, column) if money else None
                name = f"{label.label}·{norm(head.text)}"
                if both and both.part:
                    sure = 0.85 if column.span != "" or len(heads) == 1 else 0.7
                    self.builder.claim(
                        Meaning("", sure, POSITION, both), amount.text, amount.cell, name, unit=label.unit or unit
                    )
                else:
                    self.builder.other(name, amount.text, amount.cell)
            self.labels_seen.append(label.label)
            self.skip.add(at)
        return True

    def _row_label(self, index: int, start: int) -> Label | None:
        left = [s for s in self.sheet.spots[index] if s.text and s.end <= start and s.top]
        if not left:
            return None
        groups = self._groups(index)
        item = self.label_of(left[-1], groups)
        if item and not item.inline:
            item.unit = item.unit or next((group.unit for group in groups if group.unit), "")
            return item
        return None if item else Label(left[-1], norm(left[-1].text), None)


def _spot_of(text: str, spot: Spot) -> Spot:
    return Spot(text, spot.cell, spot.top, spot.line, spot.last)


def _is_amount(text: str) -> bool:
    return is_number(text) or bool(
        re.fullmatch(r"[¥￥]?[\d,.]+\s*(万元|元)?|[/／\\—－-]+|\d+(\.\d+)?分?", text.strip())
    )


def _is_frame(text: str) -> bool:
    return bool(unit_line(text)) or department_line(text) is not None or signatures(text) is not None


def money_at(path: str) -> Money | None:
    """Return the kind of money that a field of the funding holds, ``None`` for any other field."""
    if path == "project.fixed_assets":
        return Money("fixed_assets")
    first, _, leaf = path.partition(".")
    if first != "funding":
        return None
    if leaf.startswith("annual"):
        return Money(leaf.removeprefix("annual").lstrip("_") or "total", "year")
    return Money(leaf)
