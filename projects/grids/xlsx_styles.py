"""What calamine leaves out of an .xlsx file: number formats, borders, heights, formulas, extents.

One light pass over styles.xml and over the attributes of each sheet. It runs before calamine, which
reserves memory for the whole rectangle of a sheet: a sheet with one cell in the last corner has to
be refused first.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from posixpath import join, normpath

from lxml import etree

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ROW, _CELL, _V, _F, _IS = (_S + tag for tag in ("row", "c", "v", "f", "is"))
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATES = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}  # built in, the Chinese ones included
DATE = "date"
PLAIN = ""
_BUILT_IN = {1: "f0", 2: "f2", 3: ",0", 4: ",2", 9: "%0", 10: "%2", 37: ",0", 38: ",0", 39: ",2",
             40: ",2", 41: ",0", 42: ",0", 43: ",2", 44: ",2"}  # fmt: skip


@dataclass(slots=True)
class SheetFacts:
    """Of one sheet, rows and columns from 0."""

    rows: int = 0
    columns: int = 0
    formats: dict[tuple[int, int], str] = field(default_factory=dict)  # "date", or % f , and decimals
    bordered: dict[int, tuple[int, int]] = field(default_factory=dict)  # row: first, last column
    heights: dict[int, float] = field(default_factory=dict)  # points, where stated
    uncached: list[tuple[int, int]] = field(default_factory=list)  # formulas without a value
    widths: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class BookStyles:
    """Of each cell format (``xf``): how it prints numbers, and whether it draws side borders."""

    formats: list[str] = field(default_factory=list)
    borders: list[bool] = field(default_factory=list)


def parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def sheet_paths(package: zipfile.ZipFile) -> dict[str, str]:
    """Map sheet names to parts of the package."""
    book = etree.fromstring(package.read("xl/workbook.xml"), parser())
    links = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"), parser())
    targets = {str(link.get("Id")): str(link.get("Target")) for link in links}
    paths = {}
    for sheet in book.iter(_S + "sheet"):
        target = targets.get(str(sheet.get(_R + "id")), "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        paths[str(sheet.get("name"))] = path
    return paths


def book_styles(package: zipfile.ZipFile) -> BookStyles:
    """Read what matters from styles.xml."""
    result = BookStyles()
    if "xl/styles.xml" not in package.NameToInfo:
        return result
    root = etree.fromstring(package.read("xl/styles.xml"), parser())
    codes = {int(str(f.get("numFmtId") or 0)): str(f.get("formatCode") or "") for f in root.iter(_S + "numFmt")}
    sides = [
        any(side.tag in (_S + "left", _S + "right") and side.get("style") not in (None, "none")
            for side in border)
        for border in root.iterfind(f"{_S}borders/{_S}border")
    ]  # fmt: skip
    for xf in root.iterfind(f"{_S}cellXfs/{_S}xf"):
        number = int(str(xf.get("numFmtId") or 0))
        border = int(str(xf.get("borderId") or 0))
        result.formats.append(_kind(number, codes.get(number, "")))
        result.borders.append(border < len(sides) and sides[border])
    return result


def _kind(number: int, code: str) -> str:
    if not code and number in _BUILT_IN:
        return _BUILT_IN[number]
    if number in _DATES:
        return DATE
    bare = _LITERALS.sub("", code.split(";")[0])
    if "%" in bare:
        digits = re.search(r"\.([0#?]+)", bare)
        return f"%{len(digits.group(1)) if digits else 0}"
    fixed = re.fullmatch(r"(#,##)?0(?:\.(0+))?", bare.strip())
    if fixed:
        return f"{',' if fixed.group(1) else 'f'}{len(fixed.group(2) or '')}"
    return DATE if re.search("[yd]", bare.lower()) else PLAIN


def sheet_facts(package: zipfile.ZipFile, path: str, styles: BookStyles) -> SheetFacts:
    """One pass over a sheet, in flat memory but for the facts."""
    facts = SheetFacts()
    formatted = {str(i) for i, kind in enumerate(styles.formats) if kind}
    bordered = {str(i) for i, has in enumerate(styles.borders) if has}
    with package.open(path) as stream:
        events = etree.iterparse(
            stream, events=("end",), tag=(_ROW, _S + "col"), resolve_entities=False,
            no_network=True, load_dtd=False,
        )  # fmt: skip
        number = 0
        for _, element in events:
            if element.tag == _ROW:
                stated = element.get("r")
                number = int(stated) if stated else number + 1
                _row(element, number - 1, facts, styles, formatted, bordered)
                parent = element.getparent()
                element.clear()
                if parent is not None:
                    while parent[0] is not element:
                        del parent[0]
            else:
                _column(element, facts)
    return facts


def _column(element: etree._Element, facts: SheetFacts) -> None:
    first, last = int(str(element.get("min") or 1)), int(str(element.get("max") or 1))
    hidden = element.get("hidden") in ("1", "true")
    width = 0.0 if hidden else float(str(element.get("width") or 8.43))
    for column in range(first - 1, min(last, first + 256)):
        facts.widths[column] = width


def _row(
    element: etree._Element,
    row: int,
    facts: SheetFacts,
    styles: BookStyles,
    formatted: set[str],
    bordered: set[str],
) -> None:
    facts.rows = max(facts.rows, row + 1)
    height = element.get("ht")
    if height:
        facts.heights[row] = float(height)
    column = -1
    left = right = -1
    for cell in element:
        if cell.tag != _CELL:
            continue
        place = cell.get("r")
        column = _column_number(str(place).rstrip("0123456789")) if place else column + 1
        style = cell.get("s")
        if style in bordered:
            left = column if left < 0 else left
            right = column
        if len(cell):
            if style in formatted and cell.get("t", "n") == "n":
                facts.formats[row, column] = styles.formats[int(str(style))]
            if cell[0].tag == _F and not cell.findtext(_V) and cell.get("t") != "str":
                facts.uncached.append((row, column))
    facts.columns = max(facts.columns, column + 1)
    if left >= 0:
        facts.bordered[row] = (left, right)


@lru_cache(maxsize=1024)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
