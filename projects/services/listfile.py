"""Excel lists that people fill in: read the first sheet below its heading, write plain sheets of text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from perfgoals.uploads import XLS, XLSX, check_upload, damaged, refuse

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADING_WITHIN = 10
CELL_MOST = 32_767


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: its number in the file and what was typed, by heading."""

    number: int
    texts: dict[str, str]


def read_list(data: bytes, name: str, *, heads: Sequence[str], needed: Sequence[str], most: int) -> list[Line]:
    """Return the lines of the first sheet that hold anything. Raises :class:`perfgoals.uploads.FileRefused`."""
    kind = check_upload(data, name)
    if kind not in (XLSX, XLS):
        raise refuse(name, "unsupported", "不是 Excel 工作簿", "请下载模板填写后上传")
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        grid = [[_text(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]
        headings = [[" ".join(cell.split()) for cell in line] for line in grid[:HEADING_WITHIN]]
    except (CalamineError, ValueError, IndexError) as error:
        raise damaged(name) from error
    head = next((at for at, line in enumerate(headings) if set(needed) <= set(line)), None)
    if head is None:
        raise refuse(name, "head", f"的前十行里没有表头（{'、'.join(needed)}）", "请下载模板填写后上传")
    at = {label: headings[head].index(label) for label in heads if label in headings[head]}
    lines = []
    for number, cells in enumerate(grid[head + 1 :], head + 2):
        typed = {label: cells[column] for label, column in at.items() if column < len(cells)}
        if any(typed.values()):
            lines.append(Line(number, typed))
    if not lines:
        raise refuse(name, "empty", "没有数据行", "请在表头下面填写")
    if len(lines) > most:
        raise refuse(name, "too-many", f"有 {len(lines)} 行，超过 {most} 行的上限", "请拆分后再上传")
    return lines


def workbook(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
    *,
    note: str = "",
    choices: Mapping[str, Sequence[str]] | None = None,
    filters: bool = False,
) -> bytes:
    """A plain sheet with a heading; every cell is written as text, so that nothing becomes a formula.

    ``choices`` offers a list of words below some headings, ``filters`` puts Excel's own filter on the heading.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, head, bold)
        line = 0
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(line, column, value[:CELL_MOST], text)
        for head, words in (choices or {}).items():
            column = heads.index(head)
            rule = {"validate": "list", "source": list(words), "error_type": "warning"}
            sheet.data_validation(1, column, max(line, 500), column, rule)
        if filters:
            sheet.autofilter(0, 0, line, len(heads) - 1)
        if note:
            sheet.write_string(0, len(heads) + 1, note)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def _text(value: Any) -> str:
    """A cell as typed: Excel hands numbers over as floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy(str(value))


def tidy(text: str) -> str:
    """Return ``text`` without superfluous blanks and control characters, its lines kept."""
    lines = (" ".join(line.split()) for line in text.replace("\0", "").splitlines())
    return "\n".join(lines).strip()
