"""The error workbook: every issue of a batch with its place, to be corrected in Excel and uploaded again.

One row per issue. The two columns at the end are the answer's: ``改为`` what the cell should say, and the key that
tells which cell is meant. Rows whose answer is empty change nothing.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from perfgoals.uploads import XLS, XLSX, FileRefused, check_upload, damaged, refuse
from projects.findings import LEVEL_NAMES
from projects.grids.text import clean_text
from projects.layouts.names import name_of
from projects.models import ImportBatch, ImportTable, User
from projects.services.imports import correcting, files, placing
from projects.services.imports.correcting import Refused

HEADS = ("级别", "文件", "第几张表", "表", "行", "列", "栏目", "问题", "原文", "现在的内容", "改为", "标识")
WIDTHS = (8, 30, 8, 34, 6, 6, 24, 56, 26, 26, 26, 20)
ANSWER, KEY = HEADS.index("改为"), HEADS.index("标识")
MOST = 100_000
YEAR = "fiscal_year"


@dataclass(slots=True)
class Applied:
    """What came of an uploaded workbook; ``problems`` are rows that were not taken, in words."""

    cells: int = 0
    tables: int = 0
    problems: list[str] = field(default_factory=list)


def lines(batch: ImportBatch) -> Iterator[tuple[str, ...]]:
    """Every issue as a row of texts: refused files, what stands in a table's way, what reading noticed."""
    for file in batch.files.filter(state="refused").order_by("id").iterator():
        yield ("须修改", file.name, "", "", "", "", "", file.refusal, "", "", "", "")
    rows = batch.tables.filter(excluded=False).select_related("file").order_by("file_id", "number")
    for row in rows.iterator(chunk_size=200):
        now: dict[str, str] = {}
        if row.findings or row.reason:
            now = correcting.texts(row.table)
        if row.outcome == ImportTable.Outcome.BLOCKED:
            path = YEAR if "年度" in row.reason and row.year is None else ""
            yield _line(row, "须修改", 0, 0, path, row.reason, "", now)
        for finding in row.findings:
            level = LEVEL_NAMES.get(finding["level"], finding["level"])
            yield _line(
                row, level, finding["row"], finding["column"], finding["field"], finding["text"], finding["cell"], now
            )


def _line(
    row: ImportTable, level: str, line: int, column: int, path: str, text: str, cell: str, now: dict[str, str]
) -> tuple[str, ...]:
    known = path in now
    return (
        level,
        row.file.name,
        str(row.number),
        row.label,
        str(line or ""),
        str(column or ""),
        name_of(path) if known else path,
        text,
        cell,
        now.get(path, ""),
        "",
        f"{row.pk}:{path}" if known else "",
    )


def build(batch: ImportBatch) -> bytes:
    """Return the workbook. Every cell is text: nothing from a file can become a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("问题清单")
    bold = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"num_format": "@", "valign": "top"})
    answer = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#FFF2B8"})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width, text)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head, bold)
    for number, line in enumerate(lines(batch), 1):
        if number > MOST:
            sheet.write_string(number, 0, f"问题超过 {MOST} 条，以下从略", text)
            break
        for column, value in enumerate(line):
            form = answer if column == ANSWER and line[KEY] else text
            sheet.write_string(number, column, clean_text(value)[:32_000], form)
    book.close()
    return out.getvalue()


def apply(*, user: User | Any, batch_id: int, data: bytes, name: str) -> Applied:
    """Make the corrections that stand in an uploaded workbook. Raises :class:`.correcting.Refused`."""
    answers, done = _answers(data, name)
    if not answers:
        raise Refused("“改为”一列没有内容，没有改动")
    from django.db import transaction

    from projects.services import audit

    with transaction.atomic():
        batch = correcting.locked(batch_id, user=user)
        ids = list(answers)
        for start in range(0, len(ids), correcting.AT_ONCE):
            part = ImportTable.objects.filter(batch=batch, pk__any_of=ids[start : start + correcting.AT_ONCE])
            rows = list(part.order_by("id"))
            for row in rows:
                done.cells += _answer(row, answers.pop(row.pk), done)
                done.tables += 1
            placing.store_again(batch, rows, {row.place for row in rows})
        if answers:
            done.problems.append(f"有 {len(answers)} 张表不在这个批次里（可能已重新读取），请重新下载问题清单")
        correcting.touched(batch)
        after = {"更正": done.cells, "张数": done.tables, "文件": name}
        audit.record("import.correct", actor=user, obj=batch, department=batch.department, after=after)
    return done


def _answer(row: ImportTable, cells: dict[str, tuple[str, str]], done: Applied) -> int:
    """Write one table's answers; an answer to a cell that says something else by now is left out."""
    count = 0
    now = correcting.texts(row.table)
    for path, (was, text) in cells.items():
        if now.get(path) != was:
            done.problems.append(f"“{row.label}”的“{name_of(path)}”已不是清单中的内容，没有采用“{text[:20]}”")
            continue
        try:
            correcting.put(row.table, path, text)
        except Refused as error:
            done.problems.append(f"“{row.label}”：{error}")
            continue
        kept = row.corrections.setdefault("cells", {})
        kept[path] = {"was": kept.get(path, {}).get("was", was), "text": text}
        count += 1
    row.changed()
    return count


def _answers(data: bytes, name: str) -> tuple[dict[int, dict[str, tuple[str, str]]], Applied]:
    """``{table: {path: (what the cell said, what it should say)}}`` of the rows with an answer."""
    done = Applied()
    try:
        kind = check_upload(data, name, files.limits())
        if kind not in (XLSX, XLS):
            raise refuse(name, "unsupported", "不是 Excel 工作簿", "请上传下载后填写的问题清单")
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
            grid = sheet.to_python(skip_empty_area=False)
        except (CalamineError, ValueError, IndexError) as error:
            raise damaged(name) from error
    except FileRefused as error:
        raise Refused(error.message) from error
    texts = [[_text(cell) for cell in line] for line in grid]
    head = texts[0] if texts else []
    if "改为" not in head or "标识" not in head:
        raise Refused("这不是问题清单：第一行没有“改为”和“标识”两列。请上传下载后填写的问题清单。")
    answer, key, now = head.index("改为"), head.index("标识"), head.index("现在的内容") if "现在的内容" in head else -1
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for number, line in enumerate(texts[1:], 2):
        text = line[answer] if answer < len(line) else ""
        if not text:
            continue
        table, colon, path = (line[key] if key < len(line) else "").partition(":")
        if not colon or not table.isascii() or not table.isdecimal() or len(table) > 18:
            done.problems.append(f"第{number}行没有对应的格子（缺少标识），没有采用“{text[:20]}”")
            continue
        found[int(table)][path] = (line[now] if 0 <= now < len(line) else "", text)
    return dict(found), done


def _text(value: Any) -> str:
    """A cell as typed: Excel hands numbers over as floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean_text(str(value)).strip()
