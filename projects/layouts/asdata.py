"""A layout as plain data for a JSON column, and back. What comes back is equal to what went in.

Unlike the layout files, which a person writes, this form keeps every text as it is: bars, braces and brackets too.
"""

from __future__ import annotations

from typing import Any

from projects.layouts.definition import Binding, Block, FormBlock, Layout, RepeatBlock, TemplateCell

Parts = tuple[str | Binding, ...]
FORMAT = 1


def to_data(layout: Layout) -> dict[str, Any]:
    """Return a layout as lists, dicts and texts."""
    return {
        "format": FORMAT,
        "id": layout.id,
        "name": layout.name,
        "kind": layout.kind,
        "title": layout.title,
        "unit": layout.unit,
        "money": layout.money,
        "blocks": [_block(block) for block in layout.blocks],
        "annex": layout.annex,
        "caption": [_parts(group) for group in layout.caption],
        "above": [[_parts(group) for group in line] for line in layout.above],
        "sign": [_parts(parts) for parts in layout.sign],
        "part": list(layout.part),
        "sections": list(layout.sections),
        "center_money": layout.center_money,
        "borrowed": sorted(layout.borrowed),
        "categories": {code: list(levels) for code, levels in layout.categories.items()},
        # A database may forget the order of keys; that of the categories is the order of the form.
        "order": list(layout.categories),
        "units": dict(layout.units),
        "styles": dict(layout.styles),
        "own": layout.own,
    }


def from_data(data: dict[str, Any]) -> Layout:
    """Return the layout that :func:`to_data` made these data of. Raises ``KeyError`` or ``ValueError`` for others."""
    if data["format"] != FORMAT:
        raise ValueError(f"版式数据的格式是 {data['format']}，应为 {FORMAT}")
    return Layout(
        id=data["id"],
        name=data["name"],
        kind=data["kind"],
        title=data["title"],
        unit=data["unit"],
        money=data["money"],
        blocks=tuple(_block_of(block) for block in data["blocks"]),
        annex=data["annex"],
        caption=tuple(_parts_of(group) for group in data["caption"]),
        sign=tuple(_parts_of(parts) for parts in data["sign"]),
        part=tuple(data["part"]),
        sections=tuple(data["sections"]),
        center_money=data["center_money"],
        borrowed=frozenset(data.get("borrowed", ())),
        categories={code: (data["categories"][code][0], data["categories"][code][1]) for code in data["order"]},
        units=dict(data["units"]),
        styles=dict(data["styles"]),
        above=tuple(tuple(_parts_of(group) for group in line) for line in data["above"]),
        own=data["own"],
    )


def _parts(parts: Parts) -> list[Any]:
    return [part if isinstance(part, str) else [part.path, part.option, part.bare_zero, part.beside] for part in parts]


def _parts_of(data: list[Any]) -> Parts:
    return tuple(part if isinstance(part, str) else Binding(*part) for part in data)


def _cells(cells: tuple[TemplateCell, ...]) -> list[Any]:
    return [[_parts(cell.parts), cell.col, cell.colspan, cell.rowspan] for cell in cells]


def _cells_of(data: list[Any]) -> tuple[TemplateCell, ...]:
    return tuple(TemplateCell(_parts_of(parts), col, colspan, rowspan) for parts, col, colspan, rowspan in data)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, FormBlock):
        return {"widths": list(block.widths), "rows": [_cells(row) for row in block.rows]}
    cells = {name: _cells(getattr(block, name)) for name in ("head", "row", "first", "last")}
    rest = {"side": block.side, "beside": block.beside, "merge": list(block.merge)}
    return {"of": block.of, "widths": list(block.widths), **cells, **rest}


def _block_of(data: dict[str, Any]) -> Block:
    widths = tuple(float(width) for width in data["widths"])
    if "of" not in data:
        return FormBlock(widths, tuple(_cells_of(row) for row in data["rows"]))
    cells = {name: _cells_of(data[name]) for name in ("head", "row", "first", "last")}
    return RepeatBlock(
        of=data["of"], widths=widths, side=data["side"], beside=data["beside"], merge=tuple(data["merge"]), **cells
    )
