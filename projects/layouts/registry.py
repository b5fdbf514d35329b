"""The layouts at hand: shipped data files, and those that the office added, through one small seam.

This part knows no database. Whoever keeps the office's own forms connects a :class:`Source` once; without one there
are the shipped layouts alone.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache
from pathlib import Path
from typing import Protocol

from projects.layouts.definition import Layout, load_layout

DATA = Path(__file__).parent / "data"
ORDER = ("longhua", "hebei", "hebei-department", "zhuzhou-1", "zhuzhou-2", "zhuzhou-3", "mof-2015")


class Source(Protocol):
    """Keeps further layouts. The same identifier gives the same object as long as the process runs."""

    def listed(self) -> tuple[Layout, ...]:
        """Return the layouts in use: for recognising files and as a choice, the usual ones first."""

    def find(self, name: str) -> Layout | None:
        """Return any layout that a table may be filed in, also one out of use."""

    def switched_off(self) -> Set[str]:
        """Return the shipped layouts that are out of use here."""


_source: Source | None = None


def connect(source: Source | None) -> None:
    """Take further layouts from ``source``."""
    global _source
    _source = source


@cache
def shipped_layouts() -> tuple[Layout, ...]:
    """Return every shipped layout, the usual ones first."""
    found = {layout.id: layout for layout in map(load_layout, sorted(DATA.glob("*.toml")))}
    first = [found.pop(name) for name in ORDER if name in found]
    return (*first, *found.values())


@cache
def _shipped() -> dict[str, Layout]:
    return {layout.id: layout for layout in shipped_layouts()}


def all_layouts() -> tuple[Layout, ...]:
    """Return every layout in use: the shipped ones, then those of the office."""
    if _source is None:
        return shipped_layouts()
    off = _source.switched_off()
    shipped = tuple(item for item in shipped_layouts() if item.id not in off) if off else shipped_layouts()
    return (*shipped, *_source.listed())


def get_layout(name: str) -> Layout | None:
    """Return the layout with this identifier, in use or not; ``None`` when there is none."""
    found = _shipped().get(name)
    if found is None and name and _source is not None:
        found = _source.find(name)
    return found


def layouts_for(kind: str) -> list[Layout]:
    """Return the layouts that a table of this kind can be drawn in."""
    return [layout for layout in all_layouts() if layout.kind == kind]
