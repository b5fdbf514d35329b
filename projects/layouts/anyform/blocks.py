"""Parts of a form that take more than one line: labels above their values, amounts in rows and columns."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.label import Label, is_amount
from projects.layouts.anyform.money import Money, crossed, money_of
from projects.layouts.anyform.sheet import Spot, covering
from projects.layouts.anyform.words import Meaning, is_actual
from projects.layouts.bound import POSITION
from projects.layouts.labels import norm, unit_of

if TYPE_CHECKING:
    from projects.layouts.anyform.form import FormReader


def below_labels(form: FormReader, index: int) -> bool:
    """Take a row of labels with the row of their values below."""
    if not form.sheet.follows(index + 1) or index + 1 >= len(form.sheet.lines):
        return False
    groups = form.groups(index)
    tops = form.sheet.filled(index)
    side = [spot for spot in tops if spot.last > index]
    heads = [spot for spot in tops if spot.last == index]
    if side and (len(side) > 1 or side[0] is not tops[0]):
        return False
    lost = not side and _side_without_values(form, index, tops)
    if lost:
        side, heads = tops[:1], tops[1:]
    items = [
        form.label_of(
            spot, groups + [Label(s, norm(s.text), form.mean(norm(s.text)), unit=unit_of(s.text)) for s in side]
        )
        for spot in heads
    ]
    aside = _side_is_lost(form, index)
    if aside:
        first = items[0] or Label(heads[0], norm(heads[0].text), None, unit=unit_of(heads[0].text))
        side, heads = [heads[0]], heads[1:]
        items = [form.label_of(spot, [*groups, first]) for spot in heads]
    known: list[object] = [item for item in items if item and not item.inline]
    known += [spot for item, spot in zip(items, heads, strict=True) if item is None and _tells_actual(spot.text)]
    blanks = [cell for cell in form.sheet.tops(index) if not cell.text and tops[0].col < cell.col < tops[-1].col]
    if not lost and (len(known) < 2 or len(known) * 2 < len(items) or blanks):
        return False
    if any(
        item is None and (len(norm(s.text)) > 12 or is_number(s.text) or _is_answer(items, heads, number))
        for number, (item, s) in enumerate(zip(items, heads, strict=True))
    ):
        return False
    below = form.sheet.spots[index + 1]
    values = [covering(below, spot.col, spot.end) for spot in heads]
    if aside:
        values = list(form.sheet.filled(index + 1))
    texts = [spot for spot in values if spot and spot.top and spot.text]
    if not texts or any(form.label_of(spot, groups) for spot in texts if len(spot.text) < 24):
        return False
    if (
        len(known) == 2
        and len(items) == 2
        and not side
        and len(form.sheet.tops(index)) == 2
        and len(form.sheet.filled(index + 1)) != 2
    ):
        return False
    unit = next((unit_of(spot.text) for spot in side if unit_of(spot.text)), "")
    for item, head, spot in zip(items, heads, values, strict=True):
        if spot and spot.top and spot.text:
            label = item or Label(head, norm(head.text), None)
            label.unit = label.unit or unit
            form.claim(label, spot.text, spot)
    form.skip.add(index + 1)
    return True


def _side_is_lost(form: FormReader, index: int) -> bool:
    """Tell whether the first of these labels stood at the side of the rows below, its merge lost.

    The values then begin below it, one fewer than there are labels.
    """
    above, below = form.sheet.filled(index), form.sheet.filled(index + 1)
    plain = all(c.colspan == 1 and c.rowspan == 1 for at in (index, index + 1) for c in form.sheet.lines[at].cells)
    return plain and 2 < len(above) == len(below) + 1 and below[0].col == above[0].col and below[-1].end < above[-1].end


def _side_without_values(form: FormReader, index: int, tops: list[Spot]) -> bool:
    """Tell whether the first of these labels lost its merge: below it stands nothing, below the others their texts."""
    lines = form.sheet.lines[index : index + 2]
    if len(tops) < 2 or any(cell.colspan > 1 or cell.rowspan > 1 for line in lines for cell in line.cells):
        return False
    first = form.label_of(tops[0], [])
    below = form.sheet.filled(index + 1)
    if not below or below[0].col != tops[1].col or (first is not None and first.inline):
        return False
    if first is None and not _tells_actual(tops[0].text) and len(norm(tops[0].text)) > 2:
        return False
    groups = [first] if first else []
    named = all(form.label_of(spot, groups) or _tells_actual(spot.text) for spot in tops[1:])
    return named and {spot.col for spot in below} <= {spot.col for spot in tops[1:]}


def _is_answer(items: list[Label | None], heads: list[Spot], number: int) -> bool:
    """Tell whether an unknown cell stands right of a known label and is not about what was achieved: its value."""
    before = items[number - 1] if number else None
    return before is not None and before.meaning is not None and not _tells_actual(heads[number].text)


def _tells_actual(text: str) -> bool:
    return is_actual(norm(text)) and not re.search("[，。；]", text)


def matrix(form: FormReader, index: int) -> bool:
    """Take amounts that stand where a row label meets a column heading."""
    heads: list[tuple[Spot, Money]] = []
    for spot in form.sheet.filled(index):
        money = money_of(norm(spot.text))
        if money is not None and not (spot.last > index):
            heads.append((spot, money))
    if heads and any(is_amount(s.text) for s in form.sheet.filled(index) if heads[0][0].col < s.col < heads[-1][0].col):
        return False  # each label with its own amount beside it
    if len(heads) > 1 and _amounts_moved(form, index):
        heads = [(replace_col(spot, spot.col - 1), money) for spot, money in heads if spot.col > tops_at(form, index)]
    elif len(heads) > 2 and (lost := _lost_side(form, index, heads[0][0])):
        heads = [(replace_col(spot, spot.col - lost), money) for spot, money in heads[1:]]
    if len(heads) > 2 and _is_corner(form, index, heads[0][0]):
        heads.pop(0)
    if len(heads) < 2:
        return False
    start = heads[0][0].col
    rows: list[tuple[int, Label, Money | None]] = []
    groups = form.groups(index)
    unit = next(
        (u for s in [*(g.spot for g in groups), *form.sheet.filled(index)] if (u := unit_of(s.text))),
        "",
    )
    at = index + 1
    while at < len(form.sheet.lines) and form.sheet.follows(at):
        label = _row_label(form, at, start)
        amounts = [covering(form.sheet.spots[at], h.col, h.end) for h, _ in heads]
        filled = [s.text for s in amounts if s and s.top and s.text]
        if label is None or not all(is_amount(text) for text in filled):
            break
        if not filled and not (label.meaning and label.meaning.money):
            break
        rows.append((at, label, label.meaning.money if label.meaning else None))
        at += 1
    if not rows or not any(money for _, _, money in rows):
        return False
    for at, label, money in rows:
        for head, column in heads:
            amount = covering(form.sheet.spots[at], head.col, head.end)
            if amount is None or not amount.top or not amount.text:
                continue
            both = crossed(money, column) if money else None
            name = f"{label.label}·{norm(head.text)}"
            if both and both.part:
                sure = 0.85 if column.span != "" or len(heads) == 1 else 0.7
                form.builder.claim(
                    Meaning("", sure, POSITION, both), amount.text, amount.cell, name, unit=label.unit or unit
                )
            else:
                form.builder.other(name, amount.text, amount.cell)
        form.labels_seen.append(label.label)
        form.skip.add(at)
    return True


def _is_corner(form: FormReader, index: int, first: Spot) -> bool:
    """Tell whether below the first of several amounts' headings stands the label of a row: it heads the whole."""
    if index + 1 >= len(form.sheet.lines) or not form.sheet.follows(index + 1):
        return False
    right = next((s.col for s in form.sheet.filled(index) if s.col > first.col), first.end)
    below = form.sheet.filled(index + 1)
    return bool(below) and first.col <= below[0].col < right and money_of(norm(below[0].text)) is not None


def _lost_side(form: FormReader, index: int, first: Spot) -> int:
    """Return by how many columns the rows below stand too far left because the merge of the side label was lost.

    That label stands first, a blank right of it; the rows have their labels where it stands.
    """
    tops = form.sheet.tops(index)
    if first is not tops[0] or len(tops) < 3 or tops[1].text or not form.sheet.follows(index + 1):
        return 0
    if index + 1 >= len(form.sheet.lines):
        return 0
    below = form.sheet.filled(index + 1)
    beside = len(below) > 2 and below[0].col == first.col and is_amount(below[1].text) and below[1].col == first.end
    return tops[2].col - below[1].col if beside else 0


def tops_at(form: FormReader, index: int) -> int:
    """Return the column of a line's first cell."""
    return form.sheet.filled(index)[0].col


def _amounts_moved(form: FormReader, index: int) -> bool:
    """Tell whether the first heading stood at the side of the rows below, its merge lost: they are one cell shorter."""
    if index + 1 >= len(form.sheet.lines) or not form.sheet.follows(index + 1):
        return False
    above, below = form.sheet.filled(index), form.sheet.filled(index + 1)
    plain = all(c.colspan == 1 and c.rowspan == 1 for at in (index, index + 1) for c in form.sheet.lines[at].cells)
    wide = all(two.col == one.end for one, two in pairwise(above))  # no blank among the headings
    return (
        plain
        and wide
        and len(below) == len(above) - 1 > 1
        and below[0].col == above[0].col
        and all(is_amount(spot.text) for spot in below[1:])
        and not is_amount(below[0].text)
    )


def replace_col(spot: Spot, col: int) -> Spot:
    """Return the cell as if it began in another column."""
    return Spot(spot.text, replace(spot.cell, col=col), spot.top, spot.line, spot.last)


def _row_label(form: FormReader, index: int, start: int) -> Label | None:
    left = [s for s in form.sheet.spots[index] if s.text and s.end <= start and s.top]
    if not left:
        return None
    groups = form.groups(index)
    item = form.label_of(left[-1], groups)
    if item and not item.inline:
        item.unit = item.unit or next((group.unit for group in groups if group.unit), "")
        return item
    return None if item else Label(left[-1], norm(left[-1].text), None)
