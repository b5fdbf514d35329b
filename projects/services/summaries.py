"""Summaries and the exchange as files: gathered from versions in force or drafts, added up, compared, written."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Sum

from projects import exchange, summaries
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Frame
from projects.grids.text import text_width
from projects.grids.xlsx_writer import MAX_ROW_HEIGHT
from projects.models import TargetTable as Stored
from projects.selectors.books import DRAFT, BookChapter
from projects.services import contents, pdf
from projects.services.audit_export import CELL, safe
from projects.services.exporting import ExportRefused, export
from projects.services.exports import Content
from projects.summaries import Filed, Sheet
from projects.targettable import DepartmentRef, TargetTable

LARGEST = 5_000
"""Tables in one summary."""
ANNEX_TWO, PROJECTS, INDICATORS, DEPARTMENTS = "annex2", "projects", "indicators", "departments"
KINDS = {
    ANNEX_TWO: "专项资金绩效目标汇总表（附表2）",
    PROJECTS: "项目清单（含主要指标）",
    INDICATORS: "指标清单",
    DEPARTMENTS: "部门比较",
}
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
EXCHANGE = {"all.json": "全部（JSON）", "goals.csv": "目标（CSV）", "indicators.csv": "指标（CSV）"}
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  a constant, so that the bytes are reproducible


@dataclass(slots=True)
class Gathered:
    """The tables of a choice with what was found when everything was added up anew."""

    year: int
    department: DepartmentRef
    draft: bool
    filed: list[Filed] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def projects(self) -> list[Filed]:
        return summaries.projects_of(self.filed)

    @property
    def amount(self) -> Decimal:
        return sum((summaries.number(i.table.funding.total) or Decimal(0) for i in self.projects), Decimal(0))

    @property
    def prefix(self) -> str:
        return f"{self.department.name}{self.year}年{'（草稿）' if self.draft else ''}"


def gather(chapters: Sequence[BookChapter], *, year: int, source: str) -> Gathered:
    """Load what the chapters hold, and compare the totals. Raises :class:`ExportRefused` when it is too much."""
    top, draft = chapters[0].department, source == DRAFT
    found = Gathered(year, DepartmentRef(top.code, top.name), draft)
    rows = {table.pk: (table, chapter.department.name) for chapter in chapters for table in chapter.tables}
    if len(rows) > LARGEST:
        raise ExportRefused(f"一份汇总最多 {LARGEST} 张表，现有 {len(rows)} 张，请缩小部门范围")
    load = contents.current if draft else contents.in_force
    for line, table in load(list(rows)):
        row, home = rows[line[0]]
        found.contents.append(line)
        found.filed.append(Filed(home, row.status_label, table))
    projects = [pk for pk, (row, _) in rows.items() if row.kind == Stored.Kind.PROJECT]
    own = Stored.objects.filter(pk__any_of=[pk for pk in projects if draft or not rows[pk][0].adjusting])
    stored = own.aggregate(amount=Sum("amount"))["amount"] or Decimal(0)
    # Of a table that is being adjusted the list shows the new amount; what counts is the approved one.
    stored += sum(
        (rows[pk][0].amount or Decimal(0) for pk in projects if not draft and rows[pk][0].adjusting), Decimal(0)
    )
    found.differences = summaries.differences(found.filed, stored=stored)
    return found


def sheet_of(kind: str, found: Gathered) -> Sheet:
    """Return one of the three lists, with what differs noted below."""
    make = {
        PROJECTS: summaries.project_list,
        INDICATORS: summaries.indicator_list,
        DEPARTMENTS: summaries.department_comparison,
    }[kind]
    sheet = make(found.filed, title=f"{found.prefix}{KINDS[kind].partition('（')[0]}")
    sheet.notes = list(found.differences)
    return sheet


def write(kind: str, format: str, found: Gathered, out: BinaryIO) -> str:
    """Write a summary; return by which way a PDF was made."""
    title = f"{found.prefix}{KINDS[kind]}"
    if kind == ANNEX_TWO:
        return _write_annex_two(found, format, out, title)
    sheet = sheet_of(kind, found)
    frame = Frame(wide=True, mark="草稿" if found.draft else "")
    if format == "docx":
        write_docx(summaries.blocks_of(sheet), out, title=title, frame=frame)
    elif format == "pdf":
        made = pdf.make_pdf(lambda: summaries.blocks_of(sheet), title=title, frame=frame)
        out.write(made.data)
        return made.how
    elif format == "xlsx":
        _write_xlsx(sheet, out)
    else:
        headings = [column.title for column in sheet.columns]
        rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
        out.write(_csv(headings, [[_plain(value) for value in row] for row in rows]))
    return ""


def _write_annex_two(found: Gathered, format: str, out: BinaryIO, title: str) -> str:
    table = summaries.annex_two(found.filed, department=found.department, year=found.year)
    if format == "csv":
        headings = ["序号", "名称", "金额（元）", "实施期绩效目标", "年度绩效目标"]
        total = ["", "合计", _plain(table.funding.total), table.goals.period, table.goals.annual]
        rows = [[i.no, i.name, _plain(i.amount), i.period_goal, i.annual_goal] for i in table.items]
        out.write(_csv(headings, [total, *rows]))
    elif format == "pdf":
        from projects.layouts import book

        made = pdf.make_pdf(lambda: book([table]), title=title, frame=Frame(mark="草稿" if found.draft else ""))
        out.write(made.data)
        return made.how
    elif format == "docx" and found.draft:
        from projects.layouts import book

        write_docx(book([table]), out, title=title, frame=Frame(mark="草稿"))
    else:
        export([table], format=format, out=out, title=title)
    return ""


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _csv(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """CSV that a spreadsheet shows and never computes. Negative amounts stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([[text if _is_number(text) else safe(text) for text in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()


def _write_xlsx(sheet: Sheet, out: BinaryIO) -> None:
    """One flat sheet: headings that stay, amounts as numbers, everything else as text, the total below."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": sheet.title, "created": _CREATED})
    page = book.add_worksheet(sheet.title[-31:] if len(sheet.title) > 31 else sheet.title)
    cell = {"font_name": "宋体", "font_size": 10.5, "border": 1, "text_wrap": True, "valign": "top"}
    heading = book.add_format({"bold": True, "font_size": 16, "align": "center", "font_name": "宋体"})
    kinds = {
        "head": book.add_format({**cell, "bold": True, "align": "center", "valign": "vcenter"}),
        "text": book.add_format(cell),
        "amount": book.add_format({**cell, "num_format": "#,##0.00"}),
        "count": book.add_format({**cell, "num_format": "0", "align": "center"}),
    }
    last = len(sheet.columns) - 1
    page.merge_range(0, 0, 0, last, "", heading)
    page.write_string(0, 0, sheet.title, heading)
    page.set_row(0, 30)
    scale = 150 / sum(column.width for column in sheet.columns)
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, column.width * scale)
        page.write_string(1, n, column.title, kinds["head"])
    rooms = [max(column.width * scale - 1.5, 2) for column in sheet.columns]
    page.set_row(1, 15 * _lines([column.title for column in sheet.columns], rooms) + 4)
    for y, row in enumerate([*sheet.rows, *([sheet.total] if sheet.total else [])], 2):
        page.set_row(y, min(15 * _lines([summaries.text_of(value) for value in row], rooms) + 4, MAX_ROW_HEIGHT))
        for n, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
            if isinstance(value, Decimal):
                page.write_number(y, n, float(value), kinds["amount"])
            elif isinstance(value, int):
                page.write_number(y, n, value, kinds["count"])
            else:
                page.write_string(y, n, (value or "")[:CELL], kinds["count" if column.count else "text"])
    below = 2 + len(sheet.rows) + bool(sheet.total)
    for n, note in enumerate(sheet.notes, 1):
        page.write_string(below + n, 0, f"核对说明{n}：{note}")
    page.freeze_panes(2, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(1)
    page.set_footer("&C— &P —")
    book.close()


def _lines(texts: Sequence[str], rooms: Sequence[float]) -> int:
    """Lines that the fullest cell of a row takes; widths in half-width characters."""
    return max(
        sum(max(math.ceil(text_width(line) / room), 1) for line in text.split("\n"))
        for text, room in zip(texts, rooms, strict=True)
    )


# ---- 一体化 -----------------------------------------------------------------------------------


def exchange_of(found: Gathered) -> exchange.Exchange:
    tables: list[TargetTable] = [item.table for item in found.filed]
    return exchange.exchange_of(tables, division=settings.MOF_DIV_CODE)


def write_exchange(part: str, found: Gathered, out: BinaryIO) -> None:
    """Write one of :data:`EXCHANGE`."""
    made = exchange_of(found)
    if part == "all.json":
        out.write(json.dumps(made.to_json(), ensure_ascii=False, indent=2).encode() + b"\n")
        return
    rows, fields = (
        (made.goals, exchange.GOAL_FIELDS) if part == "goals.csv" else (made.indicators, exchange.INDICATOR_FIELDS)
    )
    out.write(_csv(list(fields), [list(row.values()) for row in rows]))
