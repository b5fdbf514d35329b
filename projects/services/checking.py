"""All stored tables through all rules, one after the other: what ``manage.py check_tables`` prints and writes."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from projects.findings import LEVEL_NAMES, Finding
from projects.layouts import layout_of
from projects.models import FiscalYear
from projects.models import TargetTable as Stored
from projects.rules import Checker, rule_of
from projects.rules.dimensions import item_key, item_of
from projects.selectors.findings import setups
from projects.store import load_tables

BATCH = 200
COLUMNS = ("表编号", "年度", "部门", "表", "级别", "规则", "审核要点", "位置", "问题", "原文", "出处")


@dataclass(frozen=True, slots=True)
class Checked:
    """One finding of one stored table."""

    pk: int
    year: int
    department: str
    label: str
    finding: Finding

    def to_dict(self) -> dict[str, Any]:
        item = item_of(item_key(self.finding.code))
        return {
            "table": self.pk,
            "year": self.year,
            "department": self.department,
            "label": self.label,
            "item": item.name,
        } | {
            key: value for key, value in self.finding.to_dict().items() if key not in ("table", "file", "row", "column")
        }

    def row(self) -> tuple[Any, ...]:
        rule = rule_of(self.finding.code)
        return (
            self.pk,
            self.year,
            self.department,
            self.label,
            LEVEL_NAMES[self.finding.level],
            rule.title if rule else self.finding.code,
            item_of(item_key(self.finding.code)).name,
            self.finding.field,
            self.finding.text,
            self.finding.cell,
            self.finding.source,
        )


def check_stored(queryset: QuerySet[Stored]) -> Iterator[Checked]:
    """Yield what the rules find in ``queryset``, table by table, then what comparison shows, department by department.

    Tables come in the order of departments, so only one department's briefs are in memory at a time.
    """
    setup = setups(FiscalYear.objects.values_list("pk", flat=True))
    by_year = {number: setup[pk] for pk, number in FiscalYear.objects.values_list("pk", "year")}
    ids = list(queryset.order_by("department_id", "fiscal_year__year", "pk").values_list("pk", flat=True))
    checker, here = Checker(lambda year: by_year[year or 0]), 0
    heads: dict[int, tuple[int, str, str]] = {}
    for start in range(0, len(ids), BATCH):
        chosen = queryset.model.objects.filter(pk__any_of=ids[start : start + BATCH])
        chosen = chosen.order_by("department_id", "fiscal_year__year", "pk")
        names = ("pk", "fiscal_year__year", "department__name", "label", "department_id")
        for row, table in zip(list(chosen.values_list(*names)), load_tables(chosen), strict=True):
            if row[4] != here:
                yield from _compared(checker, heads)
                checker, here, heads = Checker(lambda year: by_year[year or 0]), row[4], {}
            heads[row[0]] = row[1:4]
            table.fiscal_year = row[1]
            for finding in checker.add(row[0], table, layout_of(table)):
                yield Checked(row[0], row[1], row[2], row[3], finding)
            checker.briefs[-1].department = str(here)
    yield from _compared(checker, heads)


def _compared(checker: Checker, heads: dict[int, tuple[int, str, str]]) -> Iterator[Checked]:
    for key, finding in checker.compare():
        yield Checked(key, *heads[key], finding)


def as_json(found: Iterator[Checked]) -> Iterator[str]:
    """Yield a JSON array piece by piece."""
    yield "["
    for number, one in enumerate(found):
        yield (",\n" if number else "\n") + json.dumps(one.to_dict(), ensure_ascii=False)
    yield "\n]\n"


def as_text(found: Iterator[Checked]) -> Iterator[str]:
    """Yield one line per finding, and the counts at the end."""
    levels: Counter[str] = Counter()
    tables: set[int] = set()
    for one in found:
        levels[one.finding.level] += 1
        tables.add(one.pk)
        place = f"{one.year}年 {one.department} {' '.join(one.label.split())}"
        yield f"[{LEVEL_NAMES[one.finding.level]}] {place}：{one.finding.text}（{one.finding.code}）\n"
    told = "，".join(f"{name} {levels[level]}" for level, name in LEVEL_NAMES.items())
    yield f"有问题的表 {len(tables)} 张：{told}\n"


def as_xlsx(found: Iterator[Checked]) -> bytes:
    """Return a workbook with one row per finding; texts are never formulas. Rows go to disk, not to memory."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("检查结果")
        bold = book.add_format({"bold": True})
        for column, (name, width) in enumerate(zip(COLUMNS, (8, 6, 24, 36, 8, 24, 12, 20, 60, 30, 30), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        number = 0
        for number, one in enumerate(found, 1):
            for column, value in enumerate(one.row()):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, value[:32_000])
        sheet.autofilter(0, 0, max(number, 1), len(COLUMNS) - 1)
    return stream.getvalue()
