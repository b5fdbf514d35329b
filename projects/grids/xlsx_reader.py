"""Excel to grids by calamine, as the sheet prints: dates, percentages, whole numbers.

Rows with drawn side borders are tables; the unbordered rows around them (title, unit, signatures)
become paragraphs. A sheet without borders, or with free rows that look like a table, is one grid.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from perfgoals.uploads import damaged, encrypted, refuse
from projects.findings import WARN, Finding
from projects.grids.docx_text import package_form, package_title
from projects.grids.grid import BODY, CAPTION, Block, Cell, Document, Grid, Origin, Paragraph, Row
from projects.grids.text import cell_text
from projects.grids.xlsx_styles import DATE, SheetFacts, book_styles, sheet_facts, sheet_paths

_MAX_AREA = 5_000_000  # cells of a sheet's rectangle
_MAX_BLANK_TAIL = 60  # blank bordered rows that are still taken for part of a form
_ROW_CEILING = 409.0
_DEFAULT_HEIGHT = 14.25
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  Excel's dates know no zone

Merge = tuple[int, int, int, int]  # top, left, bottom, right, inclusive


def read_xlsx(data: bytes, name: str) -> Document:
    """Read an .xlsx or .xls file. Raises :class:`FileRefused` when it cannot be parsed.

    One grid per table of each sheet, ``part`` and ``origin.part`` the sheet's name, ``origin`` the
    sheet's own row and column. Very hidden sheets are left out, hidden ones are read.
    """
    packed = data.startswith(b"PK")
    try:
        facts, title, form = _facts(data, name) if packed else ({}, "", "")
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        document = Document([], name, title, form=form)
        for index, sheet in enumerate(book.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet and (sheet.visible != SheetVisibleEnum.VeryHidden):
                _read_sheet(book, index, facts.get(sheet.name), document)
    except PasswordError as error:
        raise encrypted(name) from error
    except (CalamineError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, OSError) as error:
        raise damaged(name) from error
    except (ValueError, EOFError, IndexError) as error:
        if type(error).__name__ == "FileRefused":
            raise
        raise damaged(name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a bug of the Rust reader, not ours to pass on
            raise
        raise damaged(name) from error
    return document


def _facts(data: bytes, name: str) -> tuple[dict[str, SheetFacts], str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        styles = book_styles(package)
        facts = {}
        for sheet, path in sheet_paths(package).items():
            if path in package.NameToInfo:
                facts[sheet] = sheet_facts(package, path, styles)
                _check_area(facts[sheet].rows, facts[sheet].columns, sheet, name)
        return facts, package_title(package), package_form(package)


def _check_area(rows: int, columns: int, sheet: str, name: str) -> None:
    if rows * columns > _MAX_AREA:
        reason = f"的工作表“{sheet}”占用 {rows} 行 {columns} 列，超出可读取的范围"
        raise refuse(name, "too-large", reason, "请删除表格以外的空行、空列后重新保存再上传")


def _read_sheet(book: CalamineWorkbook, index: int, facts: SheetFacts | None, document: Document) -> None:
    sheet = book.get_sheet_by_index(index)
    _check_area(sheet.total_height, sheet.total_width, sheet.name, document.name)
    values = sheet.to_python(skip_empty_area=False)
    merges = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    reader = _Sheet(sheet.name, document, facts or SheetFacts(), values, merges)
    reader.report()
    document.blocks += reader.blocks()


class _Sheet:
    """Texts and merges of one sheet."""

    def __init__(
        self,
        name: str,
        document: Document,
        facts: SheetFacts,
        values: list[list[Any]],
        merges: list[Merge],
    ) -> None:
        self.name = name
        self.document = document
        self.facts = facts
        self.texts: dict[tuple[int, int], str] = {}
        for r, row in enumerate(values):
            for c, value in enumerate(row):
                if value != "":
                    text = as_text(value, facts.formats.get((r, c), ""))
                    if text:
                        self.texts[r, c] = text
        self._extents(merges)
        self._anchor(merges)

    def _extents(self, merges: list[Merge]) -> None:
        """The used rectangle: texts, merges that hold text, and borders that are not mere padding."""
        self.rows = max((r + 1 for r, _ in self.texts), default=0)
        self.columns = max((c + 1 for _, c in self.texts), default=0)
        for top, left, bottom, right in merges:
            if (top, left) in self.texts:
                self.rows = max(self.rows, bottom + 1)
                self.columns = max(self.columns, right + 1)
        drawn = self.facts.bordered
        if self.texts and drawn and max(drawn) - self.rows < _MAX_BLANK_TAIL:
            self.rows = max(self.rows, max(drawn) + 1)
        inside = [right for row, (_, right) in drawn.items() if row < self.rows]
        if inside and max(inside) - self.columns < _MAX_BLANK_TAIL:
            self.columns = max(self.columns, max(inside) + 1)

    def _anchor(self, merges: list[Merge]) -> None:
        """Keep merges that do not overlap, cut to the rectangle; mark what they cover."""
        self.spans: dict[tuple[int, int], tuple[int, int]] = {}
        self.covered: set[tuple[int, int]] = set()
        for top, left, bottom, right in sorted(merges):
            bottom, right = min(bottom, self.rows - 1), min(right, self.columns - 1)
            if bottom < top or right < left:
                continue
            places = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
            if places & self.covered or any(place in self.spans for place in places):
                continue
            self.spans[top, left] = (bottom - top + 1, right - left + 1)
            self.covered |= places - {(top, left)}
            for place in places - {(top, left)}:
                self.texts.pop(place, None)

    def report(self) -> None:
        """Formulas without a stored value, and error values."""
        for row, column in self.facts.uncached:
            self._find("xlsx-formula", "公式没有保存计算结果，按空白读入；请在 Excel 中打开并保存一次",
                       row, column)  # fmt: skip
        for (row, column), text in self.texts.items():
            if text.startswith("#") and text.rstrip("!?").isupper() and text in _ERRORS:
                self._find("xlsx-error", "单元格是 Excel 的错误值", row, column, text)

    def _find(self, code: str, text: str, row: int, column: int, cell: str = "") -> None:
        self.document.findings.append(
            Finding(WARN, code, text, file=self.document.name, table=self.name, row=row + 1,
                    column=column + 1, cell=cell)
        )  # fmt: skip

    # ---- blocks ----

    def blocks(self) -> list[Block]:
        if not self.texts:
            return []
        blocks: list[Block] = []
        segments = self._segments()
        several = sum(table for table, _, _ in segments) > 1
        for table, first, last in segments:
            if table:
                blocks.append(self._grid(first, last, squeeze=several))
            else:
                blocks += self._paragraphs(first, last)
        return blocks

    def _segments(self) -> list[tuple[bool, int, int]]:
        """Split the rows into tables and what stands between them: (is table, first, last)."""
        tabular = [row in self.facts.bordered for row in range(self.rows)]
        for (row, _), (height, _) in self.spans.items():
            if height > 1 and any(tabular[row : row + height]):
                tabular[row : row + height] = [True] * height
        free = [0] * self.rows
        for row, _ in self.texts:
            free[row] += not tabular[row]
        if not any(tabular) or max(free) > 2:
            first = min(row for row, _ in self.texts)
            return [(True, first, self.rows - 1)]
        segments: list[tuple[bool, int, int]] = []
        for row, table in enumerate(tabular):
            if segments and segments[-1][0] == table:
                segments[-1] = (table, segments[-1][1], row)
            else:
                segments.append((table, row, row))
        return segments

    def _paragraphs(self, first: int, last: int) -> list[Block]:
        blocks: list[Block] = []
        for row in range(first, last + 1):
            found = [(c, self.texts[row, c]) for c in range(self.columns) if (row, c) in self.texts]
            if found:
                style = CAPTION if len(found) == 2 else BODY
                text = "\t".join(text for _, text in found)
                origin = Origin(row + 1, found[0][0] + 1, self.name)
                blocks.append(Paragraph(text, style, origin=origin))
        return blocks

    def _grid(self, first: int, last: int, *, squeeze: bool) -> Grid:
        """The rows ``first`` to ``last`` as a grid.

        ``squeeze``: drop column edges that only other tables of the sheet use. Rows that exist only
        because a row cannot be higher than 409 pt are joined again.
        """
        left = self._left(first, last)
        anchors = [
            (r, c, *self.spans.get((r, c), (1, 1)))
            for r in range(first, last + 1)
            for c in range(left, self.columns)
            if (r, c) not in self.covered
        ]
        rows = self._row_numbers({a[0] for a in anchors}, first, last)
        edges = set(range(left, self.columns + 1))
        if squeeze:
            edges = {a[1] for a in anchors} | {a[1] + a[3] for a in anchors}
        order = sorted(edges)
        columns = {edge: number for number, edge in enumerate(order)}
        grid = Grid([Row([]) for _ in range(rows[last] + 1)], self._widths(order), self.name)
        for r, c, height, width in anchors:
            cell = Cell(
                self.texts.get((r, c), ""),
                columns[c],
                columns[c + width] - columns[c],
                rows[min(r + height - 1, last)] - rows[r] + 1,
                origin=Origin(r + 1, c + 1, self.name),
            )
            grid.rows[rows[r]].cells.append(cell)
        return grid

    def _left(self, first: int, last: int) -> int:
        """First column in use: tables often begin in column B."""
        used = [c for (r, c) in self.texts if first <= r <= last]
        used += [c for r, (c, _) in self.facts.bordered.items() if first <= r <= last]
        return min(used, default=0)

    def _row_numbers(self, begun: set[int], first: int, last: int) -> dict[int, int]:
        """Number the grid's rows; a sheet row in which nothing begins may continue the one above."""
        numbers: dict[int, int] = {}
        number = -1
        heights = self.facts.heights
        for row in range(first, last + 1):
            own, above = (heights.get(r, _DEFAULT_HEIGHT) for r in (row, row - 1))
            portion = abs(own - above) < 1 and own + above > _ROW_CEILING
            if row == first or row in begun or not portion:
                number += 1
            numbers[row] = number
        return numbers

    def _widths(self, edges: list[int]) -> list[float]:
        known = self.facts.widths
        widths = []
        for left, right in pairwise(edges):
            widths.append(sum(known.get(c, 8.43) for c in range(left, right)) or 0.1)
        return widths


_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


def as_text(value: Any, kind: str = "") -> str:
    """The text of a typed cell, as the sheet prints it.

    ``kind``: ``date``; ``%``, ``f`` or ``,`` (thousands) and the number of decimals; or nothing.
    """
    if isinstance(value, str):
        return cell_text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        if kind == DATE and 1 <= value < 2_958_466:
            return _date_text(_EPOCH + timedelta(days=float(value)))
        if kind.startswith("%"):
            return _percent(value, int(kind[1:]))
        return _fixed(value, kind) if kind[:1] in ("f", ",") else _number_text(value)
    if isinstance(value, datetime):
        return _date_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}"
    return cell_text(str(value))


def _date_text(value: datetime) -> str:
    if value.microsecond >= 500_000:
        value += timedelta(seconds=1)
    if not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.strftime("%Y-%m-%d %H:%M" + (":%S" if value.second else ""))


def _number_text(value: float) -> str:
    """Fifteen significant digits, as Excel stores them, without exponent or trailing zeros."""
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(value: float, kind: str) -> str:
    """With the format's decimals and thousands, unless that would hide digits of the number."""
    exact = Decimal(f"{value:.15g}")
    places = Decimal(1).scaleb(-int(kind[1:]))
    try:
        rounded = exact.quantize(places)
    except InvalidOperation:
        return _number_text(value)
    if rounded != exact:
        return _number_text(value)
    return f"{rounded:,f}" if kind[0] == "," else f"{rounded:f}"


def _percent(value: float, decimals: int) -> str:
    exact = Decimal(f"{value:.15g}") * 100
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}%"
