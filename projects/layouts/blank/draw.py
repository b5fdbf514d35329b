"""A layout as a blank form with placeholders: a starting point for an office's own form.

Read again by :mod:`extract`, it gives an equal form. Every amount states its unit and style, so nothing depends on
what the file says elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from projects.grids import grid as g
from projects.layouts.blank.vocabulary import ROW_NUMBER, written
from projects.layouts.cells import place, style_of
from projects.layouts.definition import Binding, FormBlock, Layout, RepeatBlock, TemplateCell, block_edges
from projects.targettable import field_kind

SHIPPED = "shipped:"
_MONEY = frozenset(["#,##0.00", "0.00", "General"])


def blank_blocks(layout: Layout) -> list[g.Block]:
    """Return the paragraphs and tables of the form with placeholders in place of all fields."""
    blocks: list[g.Block] = []
    if layout.annex:
        blocks.append(g.Paragraph(layout.annex, g.ANNEX))
    if layout.title:
        blocks.append(g.Paragraph(_line(layout.title_parts, layout), g.TITLE))
    for line in layout.captions:
        blocks.append(g.Paragraph("\t".join(_line(group, layout) for group in line), g.CAPTION))
    for title in layout.sections:
        blocks += [g.Paragraph(title, g.HEADING), g.Paragraph("{{正文}}", g.BODY)]
    blocks += _grids(layout)
    blocks += [g.Paragraph(_line(parts, layout), g.SIGN) for parts in layout.sign]
    return blocks


def form_mark_of(layout: Layout) -> str:
    """Return what a blank file says of the shipped form it was made of."""
    return f"{SHIPPED}{layout.id}"


def _line(parts: Sequence[str | Binding], layout: Layout) -> str:
    return "".join(part if isinstance(part, str) else _written(part, layout) for part in parts)


def _written(binding: Binding, layout: Layout, rows: str = "", *, apart: bool = False) -> str:
    path = f"{rows}.{binding.path}" if rows else binding.path
    style = layout.styles.get(path, "")
    if field_kind(path) == "money":
        money = style if style in _MONEY else layout.money
        return written(binding, rows, unit=layout.unit_of(path), style=money)
    return written(binding, rows, style=style, apart=apart)


def _grids(layout: Layout) -> list[g.Block]:
    at = {edge: index for index, edge in enumerate(layout.edges)}
    grids: list[g.Grid] = []
    for block in layout.blocks:
        columns = [at[edge] for edge in block_edges(block.widths)]
        if not grids or not (isinstance(block, FormBlock) or block.side):
            grids.append(g.Grid([], layout.widths))
        if isinstance(block, FormBlock):
            grids[-1].rows += [g.Row([_cell(cell, columns, layout) for cell in row]) for row in block.rows]
        else:
            grids[-1].rows += _list(block, columns, layout)
    return list(grids)


def _cell(cell: TemplateCell, columns: list[int], layout: Layout) -> g.Cell:
    style = style_of(cell.binding.path, layout) if cell.binding else g.LABEL
    return g.Cell(_line(cell.parts, layout), *place(cell, columns), cell.rowspan, style)


def _list(block: RepeatBlock, columns: list[int], layout: Layout) -> list[g.Row]:
    rows = [g.Row([g.Cell(c.literal, *place(c, columns), 1, g.HEAD) for c in block.head], head=True)]
    single = [g.Row([_cell(cell, columns, layout) for cell in cells]) for cells in (block.first, block.last) if cells]
    row = g.Row([_row_cell(cell, block, columns, layout) for cell in block.row])
    rows += [*single, row] if block.first else [row, *single]
    if block.side:
        rows[0].cells.insert(0, g.Cell(block.side, 0, columns[1] - columns[0], len(rows), g.LABEL))
    return rows


def _row_cell(cell: TemplateCell, block: RepeatBlock, columns: list[int], layout: Layout) -> g.Cell:
    binding = cell.binding
    if binding is None:
        text = "".join(p if isinstance(p, str) else written(Binding(ROW_NUMBER)) for p in cell.parts)
        return g.Cell(text, *place(cell, columns), 1, g.SHORT)
    rows = block.beside if binding.beside else block.of
    merged = ("<" if binding.beside else "") + binding.path in block.merge
    apart = binding.path in ("level1", "level2") and not merged
    # The figure beside its sign or unit is what the form calls the value.
    leaf = "value" if binding.path == "quantity" else binding.path
    text = _written(Binding(leaf, binding.option, binding.bare_zero), layout, rows, apart=apart)
    return g.Cell(text, *place(cell, columns), 1, style_of(f"{rows}.{binding.path}", layout))
