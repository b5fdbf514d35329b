"""What a cell is called on its own form: officers know the label that they see, not the field's name."""

from __future__ import annotations

from functools import cache

from projects.layouts.definition import Layout
from projects.layouts.names import LIST_NAMES, name_of
from projects.layouts.typed import kind_of

SHORT_LABEL = 2


def cell_name(layout: Layout, path: str) -> str:
    """Return what a cell is called: by the label the form prints, amounts with the unit they are typed in."""
    if path == "department":
        return "预算单位"
    printed = _printed(layout).get(path, "")
    name = (
        f"截至{int(path[-2:])}月底累计比例（%）"
        if path.startswith("spend_plan.")
        else name_of(path).removesuffix("（元）")
    )
    # A short label such as 金额 tells nothing without the labels around it.
    name = printed if len(printed) > SHORT_LABEL else name
    return f"{name}（{layout.unit_of(path)}）" if kind_of(path) == "money" else name


@cache
def _printed(layout: Layout) -> dict[str, str]:
    return {slot.binding.path: slot.label for slots in layout.slots.values() for slot in slots if slot.place != "under"}


def place_name(layout: Layout, path: str) -> str:
    """Return the name of the place a finding stands at: a single cell by its label, a row's cell with its number."""
    return name_of(path) if path.partition(".")[0] in LIST_NAMES else cell_name(layout, path)
