"""Fill tables into an office's own file of either format."""

from __future__ import annotations

from collections.abc import Sequence

from projects.layouts.blank.values import Filler
from projects.layouts.definition import Layout
from projects.layouts.properties import title_property
from projects.targettable import TargetTable

FILLED = ("docx", "xlsx")


def fill(data: bytes, suffix: str, tables: Sequence[TargetTable], layout: Layout) -> bytes:
    """Return the file with ``tables`` filled in, one after the other. ``data`` is the blank form of ``layout``.

    The title property names year and department, as in every exported file: reading it back needs them.
    """
    fillers = [Filler(table, layout, number) for number, table in enumerate(tables, start=1)]
    title = title_property(tables)
    if suffix == "docx":
        from projects.layouts.blank.fill_docx import fill_docx

        return fill_docx(data, fillers, title=title, form=layout.id)
    from projects.layouts.blank.fill_xlsx import fill_xlsx

    return fill_xlsx(data, fillers, title=title, form=layout.id)
