"""The layouts at hand: shipped data files, in a fixed order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from projects.layouts.definition import Layout, load_layout

DATA = Path(__file__).parent / "data"
ORDER = ("longhua", "hebei", "hebei-department", "zhuzhou-1", "zhuzhou-2", "zhuzhou-3", "mof-2015")


@cache
def all_layouts() -> tuple[Layout, ...]:
    """Return every shipped layout, the usual ones first."""
    found = {layout.id: layout for layout in map(load_layout, sorted(DATA.glob("*.toml")))}
    first = [found.pop(name) for name in ORDER if name in found]
    return (*first, *found.values())


@cache
def get_layout(name: str) -> Layout | None:
    """Return the layout with this identifier, ``None`` when there is none."""
    return next((layout for layout in all_layouts() if layout.id == name), None)


def layouts_for(kind: str) -> list[Layout]:
    """Return the layouts that a table of this kind can be drawn in."""
    return [layout for layout in all_layouts() if layout.kind == kind]
