"""Compare a reading with what a careful person reads, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from projects.layouts import ReadTable
from projects.targettable import decimal_text

Cell = tuple[str, str, str, float]  # path, expected, found, how sure


def cells(read: ReadTable | None, expected: dict[str, Any]) -> Iterator[Cell]:
    """Yield each cell that stands in the document with what was found for it."""
    sure: dict[str, float] = {}
    for bound in read.bound if read else ():
        sure[bound.path] = min(bound.sure, sure.get(bound.path, 1.0))
    for path, value in expected.items():
        if path in ("indicators", "period_indicators"):
            yield from _rows(read, path, value, sure)
        else:
            found = _leaf(read, path)
            if value or found:
                yield path, value, found, sure.get(path, 0.0)


def _leaf(read: ReadTable | None, path: str) -> str:
    if read is None:
        return ""
    first, _, leaf = path.partition(".")
    value = getattr(getattr(read.table, first), leaf)
    return decimal_text(value) if isinstance(value, Decimal) else value or ""


def _rows(read: ReadTable | None, of: str, expected: list[list[str]], sure: dict[str, float]) -> Iterator[Cell]:
    rows = list(getattr(read.table, of)) if read else []
    for number in range(max(len(rows), len(expected))):
        row = rows[number] if number < len(rows) else None
        wanted = expected[number] if number < len(expected) else ["", "", "", ""]
        for leaf, text in zip(("level1", "level2", "name", "value"), wanted, strict=True):
            path = f"{of}.{number}.{leaf}"
            found = getattr(row, leaf) if row else ""
            if text or found or (row is None and leaf == "name"):
                yield path, text or "(no row)", found, sure.get(path, 0.0)


def compare(reads: list[ReadTable], tables: list[dict[str, Any]]) -> list[Cell]:
    """Return all cells of a document; a table too many has all its indicators wrong."""
    found: list[Cell] = []
    for number in range(max(len(reads), len(tables))):
        read = reads[number] if number < len(reads) else None
        found += cells(
            read, tables[number] if number < len(tables) else {"project.name": "(no table)", "indicators": []}
        )
    return found
