"""Flat Excel lists: a heading row, then rows; written in constant memory, texts always as texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter

from projects.grids.text import clean_text

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  a constant, so that the bytes are reproducible
_MOST = 32767


@dataclass(slots=True)
class FlatSheet:
    """``rows``: texts and numbers; ``widths`` in half-width characters."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float]


def write_flat(out: BinaryIO, sheets: Sequence[FlatSheet], *, title: str = "") -> None:
    """Write the sheets one after the other; nothing typed becomes a formula."""
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": clean_text(title), "created": _CREATED})
    base = {"font_name": "宋体", "font_size": 10.5, "valign": "top", "text_wrap": True}
    text, head = (
        book.add_format({**base, "num_format": "@"}),
        book.add_format({**base, "font_name": "黑体", "valign": "vcenter", "align": "center", "bg_color": "#E8EEF4"}),
    )
    number, whole = book.add_format({**base, "num_format": "0.00"}), book.add_format({**base, "num_format": "0"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width, text)
        page.freeze_panes(1, 2 if len(sheet.head) > 8 else 0)
        page.set_row(0, 30)
        for column, heading in enumerate(sheet.head):
            page.write_string(0, column, heading, head)
        for row, cells in enumerate(sheet.rows, 1):
            for column, value in enumerate(cells):
                if isinstance(value, (int, float)):
                    page.write_number(row, column, value, whole if isinstance(value, int) else number)
                elif value:
                    page.write_string(row, column, clean_text(str(value))[:_MOST], text)
    book.close()
