"""Read the single cells of a form: which cell is a label, and which cell it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from projects.layouts.anyform.blocks import below_labels, matrix
from projects.layouts.anyform.builder import Builder
from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.label import Label, spot_of
from projects.layouts.anyform.money import money_at
from projects.layouts.anyform.sheet import Sheet, Spot
from projects.layouts.anyform.words import Meaning, meaning
from projects.layouts.bound import CONFIRMED, POSITION
from projects.layouts.corrections import Hints
from projects.layouts.labels import norm, squeeze, unit_of
from projects.layouts.lines import department_line, is_coded_department, signatures, unit_line

_YEAR_LINE = re.compile(r"[（(]?(20\d\d)年?度?[)）]?|(?:预算|填报|申报|所属|项目)?年度[:：](20\d\d)年?度?")
_UNIT_IN = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?\s*(万元|千元|亿元|元)")
_GAP = re.compile(r"[\t\u3000]+|\s{2,}|(?<=[）)])\s+(?=[^\s]{2,8}[:：])")
_SAID = re.compile(r"([^\d，。；、：:（）()]{2,14})[:：]?(\d[\d,.]*(?:万元|亿元|元))")
_AMOUNT_FIRST = re.compile(r"(\d[\d,.]*(?:万元|亿元|元))[，,；;。（(其]")
_LABEL_END = ("：", ":")
_SENTENCE = re.compile(r"[，。；！？]")
_NO_VALUE = re.compile(r"[/／\\—－-]+|无")


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
        inner = self.mean(norm(rest)) if len(rest) <= 16 else None
        if inner is not None and inner.money:
            return Label(spot, norm(rest), inner, unit=unit_of(spot.text))  # 资金来源：(1)政府预算资金
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
        self.waiting = None  # a label on its own speaks of what stands right below it
        if matrix(self, index) or below_labels(self, index):
            return
        self._row(index)

    def _frame(self, index: int, tops: list[Spot]) -> bool:
        """Take a line around the form: unit, year, department, signatures, labels with colons."""
        if self.waiting is not None and len(tops) == 1 and not _is_frame(tops[0].text):
            waiting, spot = self.waiting, tops[0]
            amount = waiting.meaning is not None and waiting.meaning.money is not None
            if (self.label_of(spot, []) is None or len(spot.text) > 20) and not (amount and len(spot.text) > 40):
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
        item = self.label_of(spot, []) if text == spot.text else self.label_of(spot_of(text, spot), [])
        if item and item.inline:
            self.claim(item, item.inline, spot)
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

    def groups(self, index: int) -> list[Label]:
        """Return the labels at the side that reach down into a line."""
        found = []
        for spot in self.sheet.spots[index]:
            if not spot.top and spot.text and not _SENTENCE.search(spot.text):
                label = norm(spot.text)
                found.append(Label(spot, label, self.mean(label), unit=unit_of(spot.text)))
        return found

    def _row(self, index: int) -> None:
        groups = self.groups(index)
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
            if item is None and pending is not None and pending.meaning and pending.meaning.money:
                item = self._under_money(spot, pending, cells, number)
                if item is not None:
                    groups = [*groups, pending]
            if pending is not None and (item is None or self._is_value(pending, item, cells, number, groups)):
                self.claim(pending, spot.text, spot)
                pending = None
            elif item is not None:
                if pending is not None:
                    groups = [*groups, pending]
                    item = self.label_of(spot, groups) or item
                pending = self._labelled(item, groups)
            else:
                pending = self._unknown(spot, cells, number, groups)
        filled = self.sheet.filled(index)
        cut = len(filled) == 2 and len(norm(filled[0].text)) < 3  # the rest of an upright label
        if pending is not None and (len(filled) == 1 or (cut and pending.spot is filled[1])):
            self.waiting = pending

    def _under_money(self, spot: Spot, pending: Label, cells: list[Spot], number: int) -> Label | None:
        """Return a word right of an amount's label as a label of its own: 预算金额 | 调整前 | 980 | 调整后 | 1060."""
        following = cells[number + 1].text if number + 1 < len(cells) else ""
        found = self.mean(pending.label + norm(spot.text)) if re.match(r"\d", following) else None
        return Label(spot, norm(spot.text), found, unit=pending.unit) if found and found.money else None

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
            self.claim(group, spot.text, spot, sure=0.8)
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
                part = self._inline(spot_of(text, item.spot), groups)
                if part and part.inline:
                    part.unit = part.unit or item.unit
                    self.claim(part, part.inline, item.spot)
            return None
        if item.inline:
            self.claim(item, item.inline, item.spot)
            return None
        if item.unit and item.meaning and item.meaning.money:
            self.builder.units.append(item.unit)
        return item

    def _is_value(self, pending: Label, item: Label, cells: list[Spot], number: int, groups: list[Label]) -> bool:
        """Decide whether a cell right of a label, itself worded like a label, is the value of it."""
        if item.inline and pending.meaning and item.meaning and pending.meaning.path == item.meaning.path != "":
            return True  # 年度总体目标 | 目标：完成…
        if item.spot.text.rstrip().endswith(_LABEL_END) or item.inline:
            return False
        following = cells[number + 1] if number + 1 < len(cells) else None
        if following is None:
            cut = pending.meaning is None and len(pending.label) < 3 and item.meaning is not None
            return not pending.spot.tall and not cut
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
            if unit := unit_of(spot.text):
                self.builder.units.append(unit)
            return Label(spot, label, None, unit=unit_of(spot.text))
        if spot.tall and plain:
            return None
        if groups and groups[-1].meaning and not groups[-1].meaning.money and self._under(spot, groups):
            return None
        if not _NO_VALUE.fullmatch(spot.text):
            self.builder.loose(spot.text, spot.cell)
        return None

    def _amounts(self, item: Label, text: str, spot: Spot) -> bool:
        """Take a cell that says all amounts in one sentence: 总额120万元，其中：财政拨款100万元，其他资金20万元."""
        pieces = [(norm(found[1]), found[2]) for found in _SAID.finditer(squeeze(text))]
        if first := _AMOUNT_FIRST.match(squeeze(text)):
            pieces.insert(0, (item.label, first[1]))
        if len(pieces) < 2:
            return False
        pieces.sort(key=lambda piece: not piece[1].strip("0.万元"))  # of two other sources the one that gives
        known = [(label, self.mean("其他资金" if label == "其他" else label), amount) for label, amount in pieces]
        known = [one for one in known if one[1] and one[1].money]
        if len(known) < 2:
            return False
        for label, found, amount in known:
            if found is not None:
                self.builder.claim(found, amount, spot.cell, label, unit=item.unit, sure=0.75, how=POSITION)
        self.builder.other(item.label, text, spot.cell)
        return True

    def claim(self, item: Label, text: str, spot: Spot, *, sure: float = 0.0) -> None:
        found = item.meaning
        if found and found.money and self._amounts(item, text, spot):
            return
        if item.label not in self.labels_seen:
            self.labels_seen.append(item.label)
        if found is None or found.path.startswith("extra."):
            name = found.path.removeprefix("extra.") if found else item.label
            self.builder.other(name, text, spot.cell)
        else:
            self.builder.claim(found, text, spot.cell, item.label, unit=item.unit, sure=sure)


def _is_frame(text: str) -> bool:
    return bool(unit_line(text)) or department_line(text) is not None or signatures(text) is not None
