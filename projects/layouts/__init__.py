"""Official forms as data, matched against incoming documents and rendered to outgoing ones."""

from projects.layouts.definition import Layout
from projects.layouts.properties import title_property
from projects.layouts.reading import read_tables
from projects.layouts.readtable import ReadTable
from projects.layouts.registry import all_layouts, get_layout, layouts_for
from projects.layouts.render import book, layout_of, render

__all__ = [
    "Layout",
    "ReadTable",
    "all_layouts",
    "book",
    "get_layout",
    "layout_of",
    "layouts_for",
    "read_tables",
    "render",
    "title_property",
]
