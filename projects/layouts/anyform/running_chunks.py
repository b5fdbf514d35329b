"""What stands below one category of a list in running text, and its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indicators.categories import level1_code
from indicators.targets import Kind, parse
from projects.layouts.anyform.contents import (
    is_direction,
    is_filler,
    is_number,
    is_scoring,
    is_sign,
    is_unit_cell,
    may_be_unit,
    value_like,
)
from projects.layouts.anyform.running_cells import ListCell, is_value
from projects.layouts.anyform.words import ACTUAL

_GRADED = frozenset([Kind.GRADED, Kind.YES_NO, Kind.NOT_APPLICABLE])
_FIGURES = re.compile(r"[-—－/]+|\d[\d.,]*\s*[%％分]?")
LEAD = "@lead"  # a project's field in front of its indicators, in a list of many
_MANY = 3  # categories
_SHORT = 3  # characters of a name: fewer are the rest of another
_MOST_COLUMNS = 7  # behind the name: more are read cell after cell


@dataclass(slots=True)
class Column:
    """A heading of the list as printed, and the field of an indicator it names."""

    text: str
    path: str


def tell_levels(columns: list[Column]) -> None:
    """Of two headings for the first level the second is the second's: 指标类型, 指标类别."""
    first = [column for column in columns if column.path == "level1"]
    if len(first) == 2 and not any(column.path == "level2" for column in columns):
        first[1].path = "level2"


@dataclass(slots=True)
class FoundRow:
    """A row: text per column number, the line it begins in, and whether its cells were told apart surely."""

    cells: dict[int, str] = field(default_factory=dict)
    row: int = 0
    doubtful: bool = False


@dataclass(slots=True)
class Chunk:
    """What stands below one category: its cells, and the categories by column."""

    cells: list[ListCell]
    levels: dict[int, str]
    opened: int

    def rows(self, columns: list[Column]) -> list[FoundRow]:
        """Return the rows, cell after cell; a single blank one of a category without any."""
        return self.filled(_without_rest(columns, list(_rows_of(columns, self.cells))))

    def filled(self, rows: list[FoundRow]) -> list[FoundRow]:
        """Return rows with their categories."""
        found = rows or [FoundRow(row=self.opened)]
        for row in found:
            row.cells |= self.levels
        return found


def swapped(row: FoundRow, columns: list[Column]) -> bool:
    """Tell whether a name stands below the value's heading, or a unit below the name's."""
    texts = {column.path: row.cells.get(n, "") for n, column in enumerate(columns)}
    return is_unit_cell(texts.get("name", "")) or bool(re.match(r"指标\s*\d{1,2}[:：]", texts.get("value", "")))


def worth(row: FoundRow, columns: list[Column]) -> float:
    """Return how much a row looks like one: 1 with a name and a value, less with what is no value, or a value twice."""
    texts = {column.path: row.cells.get(n, "") for n, column in enumerate(columns)}
    value = texts.get("value", "") or texts.get("quantity", "")
    found = min(1.0, value_like(value) + 0.2) if value else 0.4
    name = texts.get("name", "")
    if not value and is_filler(name):
        return found  # a row that the form keeps open
    odd = len(name) < _SHORT or is_value(name) or is_sign(name[-1]) or is_number(name) or is_scoring(name)
    return found - (1.0 if odd else 0.0)


def _begins_again(rows: list[FoundRow], columns: list[Column]) -> bool:
    """Tell whether the categories begin again behind the last: another project's, which nobody saw."""
    level1 = next((n for n, column in enumerate(columns) if column.path == "level1"), None)
    if level1 is None or any(column.path == LEAD for column in columns):
        return False
    codes = [level1_code(row.cells.get(level1, "")) for row in rows]
    last = codes.index("satisfaction") if "satisfaction" in codes else len(codes)
    return "output" in codes[last:]


def _unlike(rows: list[FoundRow], columns: list[Column]) -> set[int]:
    """Return the rows that differ from most in what is filled, or whose name is far longer than the others'.

    Where a column in front of the value is blank in all, what stands below it may be the end of each name.
    """
    value = next((n for n, column in enumerate(columns) if column.path in ("value", "quantity")), 0)
    name = next((n for n, column in enumerate(columns) if column.path == "name"), value)
    full = [number for number, row in enumerate(rows) if row.cells.get(name)]
    if len(full) < _MANY:
        return set()
    before = [n for n in range(name + 1, value) if columns[n].path in ("description", "basis", "standard", ACTUAL)]
    if any(not any(rows[number].cells.get(n) for number in full) for n in before):
        return set(full)
    odd: set[int] = set()
    for n, column in enumerate(columns):
        if column.path in ("operator", "unit", "weight"):
            filled = [number for number in full if rows[number].cells.get(n)]
            few = filled if len(filled) * 3 < len(full) else []
            odd |= set(few or (set(full) - set(filled) if len(filled) * 3 > 2 * len(full) else ()))
    lengths = sorted(len(rows[number].cells[name]) for number in full)
    usual = max(lengths[len(lengths) // 2], 8)
    return odd | {number for number in full if len(rows[number].cells[name]) > 3 * usual}


def doubt(rows: list[FoundRow], columns: list[Column]) -> None:
    """Doubt a row that differs from its like, and its neighbours: a cell too many here is one too few there."""
    value = next((n for n, column in enumerate(columns) if column.path in ("value", "quantity")), None)
    name = next((n for n, column in enumerate(columns) if column.path == "name"), None)
    weight = next((n for n, column in enumerate(columns) if column.path == "weight"), None)
    odd = {number for number, row in enumerate(rows) if row.doubtful}
    if _begins_again(rows, columns):
        odd = set(range(len(rows)))
    if value is not None and weight is not None:  # a score where the value is blank
        odd |= {n for n, row in enumerate(rows) if row.cells.get(value) and row.cells[value] == row.cells.get(weight)}
    for number, row in enumerate(rows):
        text = row.cells.get(value, "") if value is not None else ""
        title = row.cells.get(name, "") if name is not None else ""
        blank = not text and not title
        if not blank and (
            value_like(text) < 0.6 or is_value(title) or is_sign(title) or re.match(r"[）)》、，。]", title)
        ):
            odd.add(number)
    odd |= _unlike(rows, columns)
    for number in odd:
        for near in (number - 1, number, number + 1):
            if 0 <= near < len(rows):
                rows[near].doubtful = True


# --- rows --------------------------------------------------------------------------------------


def _rows_of(columns: list[Column], cells: list[ListCell]) -> Iterator[FoundRow]:
    """Yield the rows of one category: a name, then each column that the next cell can stand in."""
    names = [n for n, column in enumerate(columns) if column.path == "name"]
    if not names or not cells:
        return
    name = names[0]
    rest = [n for n in range(name + 1, len(columns))]
    at = 0
    while at < len(cells):
        row = FoundRow({name: cells[at].text}, cells[at].row)
        at += 1
        while at + 1 < len(cells) and _broken(cells, at, columns, rest):
            row.cells[name] += cells[at].text
            row.doubtful = True
            at += 1
        line = cells[at].last if at < len(cells) else 0
        for place, number in enumerate(rest):
            if at >= len(cells):
                break
            ahead = [columns[n] for n in rest[place + 1 :]]
            if not _fits(columns[number], cells, at, line, ahead):
                continue
            row.cells[number] = cells[at].text
            if columns[number].path == "value":
                line = cells[at].last
                row.doubtful = row.doubtful or value_like(cells[at].text) < 0.7
            at += 1
        row.doubtful = row.doubtful or not any(columns[n].path in ("value", "quantity") for n in row.cells)
        yield row


def _without_rest(columns: list[Column], rows: list[FoundRow]) -> list[FoundRow]:
    """Return the rows of a category; a text alone at its end stands behind the last one's value: why it was missed."""
    texts = [n for n, column in enumerate(columns) if column.path in (ACTUAL, "basis", "standard", "description")]
    if len(rows) < 2 or len(rows[-1].cells) > 1 or not texts:
        return rows
    last, before = rows[-1], rows[-2]
    before.cells[texts[-1]] = before.cells.get(texts[-1], "") + next(iter(last.cells.values()))
    return rows[:-1]


def _broken(cells: list[ListCell], at: int, columns: list[Column], rest: list[int]) -> bool:
    """Tell whether a cell is the end of the name before it: no value, below it, and a value stands right behind."""
    cell = cells[at]
    if not cell.first or is_value(cell.text) or parse(cell.text).kind in _GRADED or is_sign(cell.text):
        return False
    if any(columns[n].path in ("description", "basis", "standard") for n in rest):
        return len(cell.text) <= 4 and not is_number(cell.text) and is_value(cells[at + 1].text)
    return is_value(cells[at + 1].text) and not is_number(cells[at + 1].text)


def _fits(column: Column, cells: list[ListCell], at: int, line: int, ahead: list[Column]) -> bool:
    """Tell whether a cell can stand below a heading; ``line``: where the row's value ends."""
    cell = cells[at]
    text = cell.text
    if column.path == "operator":
        return is_sign(text) or is_direction(text)
    if column.path == "unit":
        return may_be_unit(text) and not is_number(text)
    if column.path == "weight" or (column.path == ACTUAL and re.search("分|率", column.text)):
        return bool(_FIGURES.fullmatch(text))
    if column.path in ("value", "quantity"):
        return True
    beside = (cell.row <= line and not cell.first) or cell.row == line
    if column.path == ACTUAL and value_like(text) >= 0.8:
        return True
    if column.path == "description" and any(one.path == "value" for one in ahead):
        return not is_value(text) and at + 1 < len(cells)
    # A text behind the value: below it, it may as well be the next row's name.
    following = cells[at + 1].text if at + 1 < len(cells) else ""
    scored = any(one.path == "weight" or "分" in one.text for one in ahead) and is_number(following)
    return beside or scored or not is_value(following)


# --- cells that are known to be whole -----------------------------------------------------------


def by_pattern(columns: list[Column], chunks: list[Chunk]) -> tuple[list[FoundRow], float]:
    """Return the rows of a list whose cells are whole but its blank ones are lost, and how well they fit.

    Of all choices of columns the one below whose headings the cells fit best is the list's; a category whose cells
    it does not divide evenly is read cell after cell, and unsure.
    """
    name = next((n for n, column in enumerate(columns) if column.path == "name"), None)
    if name is None or len(columns) - name - 1 > _MOST_COLUMNS:
        return [row for chunk in chunks for row in chunk.rows(columns)], 0.0
    best: tuple[float, int, list[int]] = (float("-inf"), 0, [])
    behind = range(name + 1, len(columns))
    suits = [[[_suits(cell.text, column) for column in columns] for cell in chunk.cells] for chunk in chunks]
    for bits in range(1, 1 << len(behind)):
        chosen = [name, *(n for place, n in enumerate(behind) if bits >> place & 1)]
        if not any(columns[n].path in ("value", "quantity") for n in chosen):
            continue
        score = sum(_fit(fits, chosen) for fits in suits)
        if (score, -len(chosen)) > best[:2] or (score == best[0] and chosen < best[2] and len(chosen) == len(best[2])):
            best = (score, -len(chosen), chosen)
    rows: list[FoundRow] = []
    count = sum(len(chunk.cells) for chunk in chunks)
    fits = best[0] / max(count, 1) * (1.0 if len(chunks) >= _MANY else 0.5)
    level2 = next((n for n, column in enumerate(columns) if column.path == "level2"), None)
    for chunk in chunks:
        cells, chosen = chunk.cells, best[2]
        if level2 is not None and level2 not in chunk.levels and len(cells) % max(len(chosen), 1):
            chosen = [level2, *chosen]  # a category of its own: 满意度指标, 具体指标
        width = len(chosen)
        if not best[2] or len(cells) % width:
            odd = chunk.rows(columns)
            for row in odd:
                row.doubtful = True
            rows += odd
            fits = 0.0
            continue
        parts = [cells[at : at + width] for at in range(0, len(cells), width)]
        found = [FoundRow({n: cell.text for n, cell in zip(chosen, part, strict=True)}, part[0].row) for part in parts]
        rows += chunk.filled(found)
    return rows, fits


def _fit(suits: list[list[float]], chosen: list[int]) -> float:
    if len(suits) % len(chosen):
        return -1.5 * len(suits)
    return sum(fits[chosen[number % len(chosen)]] for number, fits in enumerate(suits))


def _suits(text: str, column: Column) -> float:
    """Return how well a cell stands below a heading: positive where it is of its kind."""
    path = column.path
    if path == "operator":
        return 2.0 if is_sign(text) or is_direction(text) else -2.0
    if path in ("value", "quantity"):
        return -1.0 if is_sign(text) and not is_number(text) else value_like(text)
    if path == "unit":
        return 1.0 if is_unit_cell(text) else 0.0 if may_be_unit(text) else -1.5
    if path == "weight" or (path == ACTUAL and re.search("分|率", column.text)):
        return 1.5 if _FIGURES.fullmatch(text) else -1.5
    if path == "name":
        return -2.0 if is_number(text) or is_sign(text) else -1.0 if is_value(text) else 0.5
    if path == ACTUAL and not re.search("原因|措施|说明|备注|依据", column.text):
        return value_like(text)
    return -0.5 if is_value(text) else 0.4


# --- two lists beside each other ----------------------------------------------------------------


def two_halves(columns: list[Column], chunks: list[Chunk], names: list[int]) -> list[FoundRow]:
    """Return the rows of a list with a mid-term and a year's half: a category printed twice opens one, then the other.

    What stands below a category that is printed once may be of either half: it is taken for the first, and doubted.
    """
    level2 = [n for n, column in enumerate(columns) if column.path == "level2"]
    middle = level2[1] if len(level2) == 2 else names[1]
    parts = [list(range(middle)), list(range(middle, len(columns)))]
    rows: list[FoundRow] = []
    at = 0
    while at < len(chunks):
        twice = at + 1 < len(chunks) and chunks[at].levels == chunks[at + 1].levels
        pair = chunks[at : at + 2] if twice else chunks[at : at + 1]
        sides = [_side(columns, part, chunk) for part, chunk in zip(parts, pair, strict=False)]
        for number in range(max(len(side) for side in sides)):
            uneven = len({len(side) for side in sides}) > 1
            row = FoundRow(dict(pair[0].levels), pair[0].opened, doubtful=not twice or uneven)
            for side in sides:
                if number < len(side):
                    row.cells |= side[number].cells
                    row.row, row.doubtful = side[number].row, row.doubtful or side[number].doubtful
            if twice and len(level2) == 2 and level2[0] in row.cells:
                row.cells[level2[1]] = row.cells[level2[0]]
            rows.append(row)
        at += len(pair)
    return rows


def _side(columns: list[Column], part: list[int], chunk: Chunk) -> list[FoundRow]:
    found = _rows_of([columns[n] for n in part], chunk.cells)
    return [FoundRow({part[n]: text for n, text in row.cells.items()}, row.row, row.doubtful) for row in found]
