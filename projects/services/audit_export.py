"""The audit log as a file: Excel with every cell as text, CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.timezone import localtime

from projects.layouts.names import place_name
from projects.models import AuditEvent
from projects.services.audit import action_name

HEADINGS = ("时间", "操作人", "动作", "结果", "对象", "对象编号", "地址", "请求编号", "之前", "之后")
WIDTHS = (20, 22, 16, 8, 36, 24, 16, 34, 40, 60)
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CELL = 32_000
# A cell that begins like this would be run, also behind blanks or written full-width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def safe(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it and never computes it."""
    return f"'{text}" if text.lstrip(" \u3000\u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def row_of(event: AuditEvent) -> tuple[str, ...]:
    """One line of the log as texts."""
    number = f"{event.object_type} {event.object_id}".strip()
    return (
        f"{localtime(event.at):%Y-%m-%d %H:%M:%S}",
        event.actor_name,
        action_name(event.action),
        "成功" if event.succeeded else "未成功",
        event.object_name,
        number,
        event.address,
        event.request_id,
        plain(event.before),
        plain(event.after),
    )


def plain(values: Any) -> str:
    """``{"状态": "草稿", "版本": 1}`` → ``状态：草稿；版本：1``; nested values in brackets, places by name."""
    if not values:
        return ""
    if not isinstance(values, dict):
        return _inside(values)
    return "；".join(f"{key}：{_inside(item) or '空白'}" for key, item in values.items())


def _inside(item: Any) -> str:
    if isinstance(item, dict):
        told = "，".join(f"{place_name(str(key))}＝{_inside(value) or '空白'}" for key, value in item.items())
        return f"（{told}）" if told else "无"
    if isinstance(item, list):
        return "、".join(_inside(value) for value in item) or "无"
    if isinstance(item, bool) or item is None:
        return {True: "是", False: "否", None: ""}[item]
    return str(item)


def as_csv(events: Iterable[AuditEvent]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows([safe(text) for text in row_of(event)] for event in events)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(events: Iterable[AuditEvent]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    sheet = book.add_worksheet("审计日志")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, (text, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, bold)
    sheet.freeze_panes(1, 0)
    for number, event in enumerate(events, 1):
        for column, text in enumerate(row_of(event)):
            sheet.write_string(number, column, text[:CELL], wrapped)
    book.close()
    return out.getvalue()


def export(events: Iterable[AuditEvent], format: str) -> bytes:
    """Return the file. Raises ``KeyError`` for a format that :data:`FORMATS` lacks."""
    return {"csv": as_csv, "xlsx": as_xlsx}[format](events)


def in_parts(queryset: Any, most: int) -> Iterator[AuditEvent]:
    """Yield at most ``most`` events without holding them all."""
    yield from queryset[:most].iterator(chunk_size=1000)
