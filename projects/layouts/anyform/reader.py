"""Read the lines of a table of an unknown form: its lists, its single cells, then all of it put together."""

from __future__ import annotations

import hashlib

from projects.layouts.anyform.builder import Builder
from projects.layouts.anyform.contents import is_category
from projects.layouts.anyform.extent import extent
from projects.layouts.anyform.form import FormReader
from projects.layouts.anyform.heads import LIST_FIELDS, Head, find_heads
from projects.layouts.anyform.rows import ListReader
from projects.layouts.anyform.sheet import Sheet, sheet_of
from projects.layouts.anyform.unmerged import with_merges
from projects.layouts.anyform.words import ACTUAL, GRADE, heading, meaning
from projects.layouts.corrections import PERIOD, Hints
from projects.layouts.labels import norm
from projects.layouts.lines import Line
from projects.layouts.readtable import ListColumn, ReadTable

_NO_HINTS = Hints()


def form_words(lines: list[Line]) -> frozenset[str]:
    """Return the known labels and headings in the lines of a table: what its form is known by."""
    found: set[str] = set()
    for line in lines:
        for text in line.texts:
            if not text or len(text) > 40:
                continue
            label = norm(text)
            if not _names_something(label):
                head, mark, _ = text.replace("：", ":").partition(":")
                label = norm(head) if mark else ""
            if _names_something(label):
                found.add(label)
    return frozenset(found)


def form_of(lines: list[Line]) -> str:
    """Return the mark of a form: equal for tables with the same known labels and headings, whatever is filled in."""
    words = form_words(lines)
    text = "\n".join(sorted(words))
    return f"form-{hashlib.sha256(text.encode()).hexdigest()[:12]}" if words else ""


def _names_something(label: str) -> bool:
    column = heading(label)
    return bool(meaning(label) or (column and column[0] != ACTUAL and not is_category(label)))


def read_by_meaning(lines: list[Line], title: str, hints: Hints = _NO_HINTS) -> list[ReadTable]:
    """Return the tables that the lines of one segment hold: one, or many where they are a list of projects.

    Empty when too little of it is understood to be a target table.
    """
    lines = with_merges(lines)
    sheet = sheet_of(lines)
    heads = find_heads(sheet, hints)
    _tell_halves(heads)
    first = Builder(title, _kind(title, heads), unit=hints.unit)
    form = FormReader(sheet, first, hints)
    builders = [first]
    spent: set[int] = set()
    bounds = [*(head.first for head in heads[1:]), len(lines)][: len(heads)]
    lists: list[tuple[Head, list[int]]] = []
    for head, limit in zip(heads, bounds, strict=True):
        rows = extent(sheet, head, limit, hints)
        spent |= {*range(head.first, head.last + 1), *rows}
        lists.append((head, rows))
    for index in range(len(lines)):
        if index not in spent:
            form.take(index)

    def begin() -> Builder:
        builders.append(Builder(title, first.kind, unit=first.unit))
        builders[-1].table.fiscal_year = first.table.fiscal_year
        return builders[-1]

    shared = list(first.claims)
    for head, rows in lists:
        ListReader(sheet, head, builders[-1] if head.many else first, begin).read(rows)
    for builder in builders[1:]:
        builder.claims = [*shared, *builder.claims]
        for order, claim in enumerate(builder.claims):
            claim.order = order
    reads = [builder.finish() for builder in builders]
    columns = [column for head, _ in lists for column in _columns(head)]
    for read in reads:
        read.columns, read.words = columns, form_words(lines)
    return [read for read in reads if _enough(read, form)]


def _columns(head: Head) -> list[ListColumn]:
    found: list[ListColumn] = []
    for column in head.columns:
        nth = sum(1 for one in found if one.label == column.label)
        path = column.path.removeprefix("@")
        if path in (ACTUAL, "money", GRADE):
            path = ""
        if column.half == "period" and path in LIST_FIELDS:
            path = PERIOD + path
        if column.label and column.path != "@money":
            heading_text = " ".join(column.labels)
            found.append(ListColumn(column.label, nth, path, column.how, round(column.sure, 2), heading_text))
    return found


def _enough(read: ReadTable, form: FormReader) -> bool:
    """Tell whether this is a target table: a list of indicators, or a few fields that only such a table has."""
    table = read.table
    if table.indicators or table.period_indicators or table.items:
        return True
    fields = {one.path for one in read.bound if not one.path.startswith("extra.")}
    return len(fields) >= 3 and bool({"project.name", "goals.annual", "goals.period"} & fields)


def _kind(title: str, heads: list[Head]) -> str:
    if any(head.many for head in heads):
        return "project"
    if "整体" in title:
        return "department"
    if "汇总" in title or (any(head.of == "items" for head in heads) and not any(h.of == "indicators" for h in heads)):
        return "summary"
    return "project"


def _tell_halves(heads: list[Head]) -> None:
    """Of two lists of indicators the first is the mid-term one, unless their headings are a page's repeated ones."""
    lists = [head for head in heads if head.of == "indicators"]
    halves = {head.half for head in lists if head.half}
    if halves != {"annual", "period"}:
        # A single list is the year's, whatever it is called.
        for head in lists:
            if not (head.half == "period" and len(lists) > 1 and len(halves | {h.half for h in lists}) > 1):
                head.half = ""
    for head in lists:
        if head.half == "annual":
            head.half = ""


__all__ = ["Sheet", "form_of", "form_words", "read_by_meaning"]
