"""Draw a table in an official form: ``TargetTable`` → paragraphs and one Grid.

Each layout is compiled once to a plan of cells with getters; drawing a table then only fills in
texts. Cells that print the same words on every form are shared between grids: treat a rendered
grid as read-only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from projects.grids import grid as g
from projects.layouts.cells import compile_cell, fill_text
from projects.layouts.definition import FormBlock, Layout, block_edges
from projects.layouts.registry import get_layout
from projects.layouts.rows_draw import compile_rows
from projects.layouts.supplement import supplement
from projects.targettable import KINDS, Indicator, TargetTable

DrawRows = Callable[[TargetTable], list[g.Row]]


def render(table: TargetTable, layout: Layout | None = None, number: int | None = None) -> list[g.Block]:
    """Return the blocks of one table in its own layout, or in another of its kind.

    ``number`` is its number in a book. What the layout has no cell for follows in a supplement, so
    nothing is lost. Raises ``ValueError`` when the table cannot be drawn in that layout.
    """
    layout = layout or layout_of(table)
    if layout.kind != table.kind:
        raise ValueError(f"“{layout.name}”不是“{KINDS[table.kind]}”类表的表式")
    blocks: list[g.Block] = []
    if layout.annex:
        blocks.append(g.Paragraph(layout.annex, g.ANNEX))
    blocks.append(g.Paragraph(title_of(table, layout, number), g.TITLE))
    for line in layout.captions:
        blocks.append(g.Paragraph("\t".join(fill_text(parts, table, number, layout) for parts in line), g.CAPTION))
    if layout.sections:
        blocks += _prose(table)
    if layout.blocks:
        drawn = adapted(table, layout)
        for draws in _plan(layout):
            blocks.append(g.Grid([row for draw in draws for row in draw(drawn)], layout.widths))
    blocks += [g.Paragraph(fill_text(parts, table, number, layout), g.SIGN) for parts in layout.sign]
    blocks += supplement(table, layout)
    return blocks


def layout_of(table: TargetTable) -> Layout:
    """Return the layout a table is filed in; tables of unknown forms are drawn in a usual one of their kind."""
    usual = {"project": "mof-2015", "department": "zhuzhou-1", "summary": "zhuzhou-2"}[table.kind]
    layout = get_layout(table.layout) or get_layout(usual)
    if layout is None:
        raise ValueError(f"没有可用的表式：{table.layout}")
    return layout


def title_of(table: TargetTable, layout: Layout, number: int | None = None) -> str:
    """Return the printed title: as it was read in its own layout, else as the layout words it."""
    if table.title and table.layout == layout.id:
        return table.title
    text = fill_text(layout.title_parts, table, number, layout)
    return text.removeprefix(".").replace("（年度）", "")


def book(tables: Iterable[TargetTable], layout: Layout | None = None) -> Iterator[g.Block]:
    """Yield the blocks of many tables, each on its own page, with the dividers of the book.

    Tables are drawn one at a time: memory does not grow with their number. Numbers run per layout.
    """
    part: tuple[str, ...] = ()
    numbers: dict[str, int] = {}
    first = True
    for table in tables:
        form = layout if layout and layout.kind == table.kind else layout_of(table)
        if form.part and form.part != part and (table.kind == "department" or part):
            for index, text in enumerate(form.part):
                yield g.Paragraph(text, g.PART, page_break=not first and not index)
            first = table.kind == "department"
            part = form.part
        numbers[form.id] = numbers.get(form.id, 0) + 1
        blocks = render(table, form, numbers[form.id])
        head = blocks[0]
        if isinstance(head, g.Paragraph):
            head.page_break = not first
        first = False
        yield from blocks


def _prose(table: TargetTable) -> list[g.Block]:
    blocks: list[g.Block] = []
    for section in table.sections:
        blocks.append(g.Paragraph(section.title, g.HEADING))
        blocks += [g.Paragraph(line, g.BODY) for line in section.text.split("\n") if line]
    return blocks


def adapted(table: TargetTable, layout: Layout) -> TargetTable:
    """Return the table as ``layout`` words its categories; a table in its own form is returned as it is."""
    return table if table.layout == layout.id else _converted(table, layout)


def _converted(table: TargetTable, layout: Layout) -> TargetTable:
    """Return a copy whose category names are those of ``layout``, where it has the category."""

    def rename(rows: list[Indicator]) -> list[Indicator]:
        renamed = []
        for row in rows:
            levels = layout.categories.get(row.category)
            if levels is None:
                renamed.append(row)
                continue
            copy = Indicator(*(getattr(row, name) for name in _INDICATOR_FIELDS))
            copy.level1, copy.level2 = levels
            renamed.append(copy)
        return renamed

    values = {name: getattr(table, name) for name in TargetTable.__slots__}
    values["indicators"] = rename(table.indicators)
    values["period_indicators"] = rename(table.period_indicators)
    return TargetTable(**values)


_INDICATOR_FIELDS = Indicator.__slots__


def draw_blocks(table: TargetTable, layout: Layout) -> list[list[list[g.Row]]]:
    """Return grids of blocks of rows: what :func:`render` joins, the blocks in the order of the layout's."""
    return [[draw(table) for draw in draws] for draws in _plan(layout)]


@cache
def _plan(layout: Layout) -> list[list[DrawRows]]:
    """Return the row drawers of each grid: a list without a side label is a grid of its own.

    Word repeats a heading row only at the top of a table, so such a list begins a new one.
    """
    at = {edge: index for index, edge in enumerate(layout.edges)}
    grids: list[list[DrawRows]] = []
    for block in layout.blocks:
        columns = [at[edge] for edge in block_edges(block.widths)]
        if not grids or not (isinstance(block, FormBlock) or block.side):
            grids.append([])
        if isinstance(block, FormBlock):
            grids[-1].append(_form_drawer(block, columns, layout))
        else:
            grids[-1].append(compile_rows(block, columns, layout))
    return grids


def _form_drawer(block: FormBlock, columns: list[int], layout: Layout) -> DrawRows:
    rows = [[compile_cell(cell, columns, layout) for cell in row] for row in block.rows]
    return lambda table: [g.Row([fill(table) for fill in row]) for row in rows]
