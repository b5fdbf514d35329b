"""The repeated row of a blank form: where it stands, its headings, totals and the label at its side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from projects.findings import BLOCK
from projects.grids.grid import Cell
from projects.layouts.blank.cells import Shelf
from projects.layouts.blank.vocabulary import ROW_NUMBER, Placeholder, parts_of
from projects.layouts.definition import Binding, RepeatBlock, TemplateCell
from projects.layouts.labels import norm

_TOTALS = frozenset(["合计", "总计", "小计"])
_SPLIT = frozenset(["operator", "unit"])
_INDICATORS = {"indicators", "period_indicators"}


@dataclass(frozen=True, slots=True)
class ListRow:
    """Rows of a list by index: headings at ``top``, the row that is repeated, a total before or after it."""

    row: int
    top: int
    bottom: int
    first: int | None = None
    last: int | None = None


def _lists_in(row: Sequence[Cell]) -> set[str]:
    return {part.rows for cell in row for part in parts_of(cell.text) if isinstance(part, Placeholder) and part.rows}


def find_lists(rows: list[list[Cell]], start: int, end: int, shelf: Shelf) -> list[ListRow]:
    """Return the lists of a table in order; report what cannot be one."""
    found: list[ListRow] = []
    seen: set[str] = set()
    taken = start
    for index in range(start, end):
        lists = _lists_in(rows[index])
        if not lists:
            continue
        origin = rows[index][0].origin
        if len(lists) > 1 and lists != _INDICATORS:
            shelf.note(BLOCK, "lists-mixed", "同一行里混有不同列表的占位符（如指标和支出明细）", origin)
            continue
        if lists & seen:
            shelf.note(BLOCK, "row-twice", "同一种指标行出现了两次；只留一行，填写时自动按指标重复", origin)
            continue
        seen |= lists
        top, first = index - 1, None
        if top >= taken and _is_total(rows[top]):
            first, top = top, top - 1
        last = index + 1 if index + 1 < end and _is_total(rows[index + 1]) else None
        if top < taken:
            shelf.note(BLOCK, "no-head", "指标行的上面应有一行列标题", origin)
            continue
        bottom = last if last is not None else index
        found.append(ListRow(index, top, bottom, first, last))
        taken = bottom + 1
    return found


def _is_total(row: Sequence[Cell]) -> bool:
    return any(norm(cell.text) in _TOTALS for cell in row)


def take_list(found: ListRow, rows: list[list[Cell]], widths: list[float], shelf: Shelf) -> RepeatBlock | None:
    """Return the block of a list, ``None`` when it cannot be one (reported)."""
    height = found.bottom - found.top + 1
    side: Cell | None = None
    head = list(rows[found.top])
    if head and head[0].rowspan == height > 1:
        side, head = head[0], head[1:]
    wrong = [c for index in range(found.top, found.bottom + 1) for c in rows[index] if c is not side and c.rowspan > 1]
    for cell in wrong:
        text = "列标题和指标行不能有上下合并的单元格（左侧的总栏目除外，它须从列标题合并到最后一行）"
        shelf.note(BLOCK, "list-merged", text, cell.origin)
    if wrong:
        return None
    edges = sorted(
        {0, len(widths)}
        | {edge for cell in (*head, *rows[found.row]) for edge in (cell.col, cell.col + cell.colspan)}
        | {edge for index in (found.first, found.last) if index is not None for c in rows[index] for edge in _edges(c)}
        | ({side.colspan} if side else set())
    )
    columns = {edge: number for number, edge in enumerate(edges)}
    own = tuple(sum(widths[a:b]) for a, b in pairwise(edges))
    lists = _lists_in(rows[found.row])
    of = "indicators" if lists == _INDICATORS else next(iter(lists))
    beside = "period_indicators" if lists == _INDICATORS else ""
    if len(head) != len(rows[found.row]) or [_edges(c) for c in head] != [_edges(c) for c in rows[found.row]]:
        text = f"列标题有 {len(head)} 格，指标行有 {len(rows[found.row])} 格，应上下对齐、格数相同"
        shelf.note(BLOCK, "head-differs", text, rows[found.row][0].origin)
        return None
    if side and side.colspan > 1 and columns[side.colspan] > 1:
        shelf.note(BLOCK, "list-merged", "左侧总栏目的右边应与列标题的左边对齐", side.origin)
        return None
    row, merge = _row(rows[found.row], columns, of, beside, shelf)
    for heading, bound in zip(head, row, strict=True):
        if bound.binding:
            shelf.head_unit(f"{of}.{bound.binding.path}", heading.text, heading.origin)
    _check_head(head, row, shelf)

    def placed(index: int | None) -> tuple[TemplateCell, ...]:
        if index is None:
            return ()
        cells = [shelf.cell(cell) for cell in rows[index]]
        return tuple(TemplateCell(c.parts, columns[c.col], _span(c, columns)) for c in cells)

    return RepeatBlock(
        of=of,
        widths=own,
        head=tuple(TemplateCell((c.text,), columns[c.col], _span(c, columns)) for c in head),
        row=row,
        side=side.text if side else "",
        beside=beside,
        first=placed(found.first),
        last=placed(found.last),
        merge=merge,
    )


def _edges(cell: Cell) -> tuple[int, int]:
    return cell.col, cell.col + cell.colspan


def _span(cell: Cell | TemplateCell, columns: dict[int, int]) -> int:
    return columns[cell.col + cell.colspan] - columns[cell.col]


def _check_head(head: Sequence[Cell], row: Sequence[TemplateCell], shelf: Shelf) -> None:
    for heading, cell in zip(head, row, strict=True):
        if cell.binding and not norm(heading.text):
            shelf.note(BLOCK, "no-heading", "这一列没有列标题（或超过 60 字），读回时认不出来", heading.origin)
        if any(isinstance(part, Placeholder) for part in parts_of(heading.text)):
            shelf.note(BLOCK, "heading-field", "列标题里不能有占位符", heading.origin)
    if len({norm(heading.text) for heading in head}) < 2:
        shelf.note(BLOCK, "few-headings", "列表至少要有两个不同的列标题", head[0].origin)


def _row(
    cells: Sequence[Cell], columns: dict[int, int], of: str, beside: str, shelf: Shelf
) -> tuple[tuple[TemplateCell, ...], tuple[str, ...]]:
    """Return the repeated row and the columns in which equal neighbours are merged."""
    known = [(cell, shelf.known(cell.text.strip(), cell.origin)) for cell in cells]
    paths = {(part.rows, part.path) for _, parts in known for part in parts if isinstance(part, Placeholder)}
    made: list[TemplateCell] = []
    merge: list[str] = []
    seen: set[tuple[str, str]] = set()
    for cell, parts in known:
        fields = [part for part in parts if isinstance(part, Placeholder) and part.path]
        content: tuple[str | Binding, ...] = tuple(part for part in parts if isinstance(part, str))
        if len(fields) > 1 or (fields and content):
            shelf.note(BLOCK, "row-mixed", "指标行的每一格只能放一个占位符，不能有其他文字", cell.origin)
        elif fields and fields[0].path == "number":
            content = (Binding(ROW_NUMBER),)
        elif fields and not fields[0].rows:
            shelf.note(BLOCK, "row-field", f"{fields[0].text} 不是指标行的栏目", cell.origin)
        elif fields:
            one = fields[0]
            if (one.rows, one.path) in seen:
                shelf.note(BLOCK, "twice", f"{one.text} 在这一行出现了两次", cell.origin)
            seen.add((one.rows, one.path))
            on_left = bool(beside) and one.rows == beside and one.path != "level1"
            leaf = (
                "quantity"
                if one.path == "value" and _SPLIT & {p for rows, p in paths if rows == one.rows}
                else one.path
            )
            content = (Binding(leaf, one.option, one.bare_zero, on_left),)
            if leaf in ("level1", "level2") and not one.apart:
                merge.append(("<" if on_left else "") + leaf)
        made.append(TemplateCell(content, columns[cell.col], _span(cell, columns)))
    return tuple(made), tuple(merge)
