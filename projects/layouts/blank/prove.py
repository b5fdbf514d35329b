"""Try a form before anybody relies on it: fill specimens into it, read them back, and report each field that differs.

What a form cannot give back would be lost at the next import, so such a form may not be activated.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from indicators.categories import NATIONAL, category
from indicators.targets import understood
from projects.findings import BLOCK, Finding
from projects.grids.files import open_document
from projects.layouts.blank.filling import fill
from projects.layouts.cells import LONG_PATHS
from projects.layouts.definition import Layout
from projects.layouts.names import name_of
from projects.layouts.reading import read_tables
from projects.layouts.typed import kind_of
from projects.targettable import PART_TYPES, ROW_TYPES, Indicator, PlanPoint, Section, TargetTable, leaves

YEAR = 2026
_VALUES = ("≥95%", "不少于3场", "12月底前", "有效提升", "20台", "100")


def specimen(layout: Layout, *, full: bool = True) -> TargetTable:
    """Return a table that says something in every cell of the form, or (not ``full``) in as few as possible."""
    table = TargetTable(layout=layout.id, kind=layout.kind, fiscal_year=YEAR)
    table.department.name = "试填市试填局"
    if "department.code" in layout.paths:
        table.department.code = "321001"
    months = sorted(path.partition(".")[2] for path in layout.paths if path.startswith("spend_plan."))
    share = Decimal(100) / (len(months) or 1)
    table.spend_plan = [
        PlanPoint(by, (share * (n + 1)).quantize(Decimal("0.01")) if full else None) for n, by in enumerate(months)
    ]
    for number, path in enumerate(sorted(layout.paths)):
        first, _, leaf = path.partition(".")
        if first == "extra" and full:
            table.extra[leaf] = f"试填{number}"
        elif path == "duties" and full:
            table.duties = "第一项职责。\n第二项职责。"
        elif first in PART_TYPES and first != "department" and (full or path == "project.name"):
            setattr(getattr(table, first), leaf, _value(path, number))
    for name in ROW_TYPES:
        if name != "spend_plan" and any(path.startswith(f"{name}.") for path in layout.paths):
            getattr(table, name)[:] = _rows(name, layout, full)
    table.sections = [Section(title, "第一段。\n第二段。" if full else "") for title in layout.sections]
    table.title = "".join(
        part if isinstance(part, str) else {"year": str(YEAR), "project.name": table.project.name}.get(part.path, "")
        for part in layout.title_parts
    ).replace("\n", "")
    return table


def _value(path: str, number: int) -> Any:
    kind = kind_of(path)
    if kind == "money":
        return Decimal(1_234_500 + number * 10_100) + Decimal("0.25")
    if kind == "day":
        return date(YEAR, 1 + number % 12, 9)
    return f"试填第{number}项。\n另起一行。" if path in LONG_PATHS else f"试填第{number}项"


def _rows(name: str, layout: Layout, full: bool) -> list[Any]:
    if name not in ("indicators", "period_indicators"):
        return [_plain_row(name, n, layout) for n in range(2 if full else 1)]
    wanted = dict(layout.categories) or ({"": ("", "")} if f"{name}.level1" not in layout.paths else NATIONAL)
    rows: list[Any] = []
    for one, two in list(wanted.values())[: None if full else 1]:
        for n in range(2 if full else 1):
            if f"{name}.level2" not in layout.paths:
                two = ""
            row = Indicator(one, two, f"试填{len(rows) + 1}号指标", category=category(one, two))
            row.value = _VALUES[len(rows) % len(_VALUES)]
            row.operator, row.quantity, row.unit = understood(row.value)
            for leaf in ("description", "basis", "standard"):
                if f"{name}.{leaf}" in layout.paths and full:
                    setattr(row, leaf, f"试填依据{n + 1}")
            if f"{name}.weight" in layout.paths and full:
                row.weight = Decimal(5)
            rows.append(row)
    return rows


def _plain_row(name: str, number: int, layout: Layout) -> Any:
    row = ROW_TYPES[name]()
    for item in fields(row):
        path = f"{name}.{item.name}"
        if path in layout.paths:
            setattr(
                row, item.name, _value(path, number) if kind_of(path) == "money" else f"试填{item.name}{number + 1}"
            )
    return row


def prove(data: bytes, suffix: str, layout: Layout) -> list[Finding]:
    """Return what does not come back when specimens are filled in and read again; nothing for a sound form."""
    findings: list[Finding] = []
    for full in (True, False):
        table = specimen(layout, full=full)
        filled = fill(data, suffix, [table], layout)
        findings += compared(table, filled, f"试填.{suffix}", layout)
        if findings:
            break
    return findings


def compared(table: TargetTable, filled: bytes, name: str, layout: Layout) -> list[Finding]:
    """Return how a filled file, read again, differs from the table it was made of."""
    document = open_document(filled, name)
    found = read_tables(document, filed=layout)
    if len(found) != 1:
        return [Finding(BLOCK, "proof", f"填好的文件读回时是 {len(found)} 张表，应为 1 张；请核对标题和列标题")]
    if found[0].table.layout != layout.id:
        return [Finding(BLOCK, "proof", "填好的文件读回时认不出这个表样，请核对栏目名称和列标题")]
    here, there = dict(leaves(table)), dict(leaves(found[0].table))
    wrong = [path for path in dict.fromkeys([*here, *there]) if here.get(path) != there.get(path)]
    return [
        Finding(
            BLOCK,
            "proof",
            f"“{name_of(path)}”填入“{_short(here.get(path))}”，读回是“{_short(there.get(path))}”",
            field=path,
        )
        for path in wrong[:12]
    ]


def _short(value: Any) -> str:
    return "" if value is None else str(value).replace("\n", " ")[:30]
