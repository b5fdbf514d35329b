"""The list format: many tables in one Excel sheet, one row per indicator; written empty or filled, read without loss.

The first sheet has what officers fill in; a second one, ``其他栏目``, takes whatever has no column there (spend plan,
tasks, costs, labelled cells), one line each, so that nothing is lost. Columns are known by their headings in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, BinaryIO

from indicators.categories import category
from indicators.targets import understood
from projects.findings import BLOCK, WARN
from projects.grids.flat_xlsx import FlatSheet, write_flat
from projects.grids.grid import Cell, Document, Grid
from projects.layouts.labels import squeeze
from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES, name_of
from projects.layouts.readtable import ReadTable
from projects.layouts.supplement import OTHER_LABEL, apply_supplement
from projects.layouts.values import day_of_serial, parse_day, parse_money
from projects.targettable import KINDS, Indicator, TargetTable, field_kind, leaf_text, leaves, parse_leaf

FORM = "list"  # ReadTable.form of tables read from a list
MAIN, OTHER, HELP = "绩效目标", "其他栏目", "填写说明"
NUMBER, HALF, YEAR, KIND, LAYOUT = "表号", "指标时段", "预算年度", "表种", "表式"
_HALVES = {"indicators": "年度", "period_indicators": "中期"}
_BY_HALF = {name: rows for rows, name in _HALVES.items()}
_KINDS = {name: kind for kind, name in KINDS.items()}
_LEAVES = ("level1", "level2", "name", "description", "value", "basis", "standard", "weight")
_DERIVED = frozenset(["category", "operator", "quantity", "unit"])
_ORDER = (
    "department.code", "department.name", "project.code", "project.name", "title", "project.parent", "project.type",
    "project.usage", "project.start", "project.end", "project.period",
    "funding.total", "funding.fiscal", "funding.other", "funding.annual", "funding.annual_fiscal",
    "funding.annual_other", "funding.central_transfer", "funding.government_purchase", "funding.general_budget",
    "funding.government_fund", "funding.basic_expenditure", "funding.project_expenditure", "project.fixed_assets",
    "project.procurement", "project.overview", "project.purpose", "duties", "goals.period", "goals.annual",
)  # fmt: skip
_REPEATED = frozenset([NUMBER, FIELD_NAMES["project.name"]])
_NEEDED = frozenset([HALF, FIELD_NAMES["project.name"], ROW_FIELD_NAMES["indicators"]["name"]])
_OF_LIST = re.compile(r"(.+)第(\d+)行·")
_MOST_TABLES = 5000


def _headings() -> list[tuple[str, str]]:
    """Return ``(heading, path)`` of the columns of the first sheet in order."""
    name = "project.name"
    head = [(NUMBER, ""), (FIELD_NAMES[name], name), (YEAR, "fiscal_year"), (KIND, "kind"), (LAYOUT, "layout")]
    head += [(FIELD_NAMES[path], path) for path in _ORDER if path != name]
    head.append((HALF, ""))
    return head + [(ROW_FIELD_NAMES["indicators"][leaf], f"indicators.{leaf}") for leaf in _LEAVES]


_HELP = (
    ("一行一条指标", "同一张表的各行“表号”相同；项目的栏目（部门、资金、目标等）只填在第一行，以下各行可以空着。"),
    ("表号", "任意编号，一张表一个。留空时，项目编码、项目名称与上一行不同即为另一张表。"),
    ("金额", "一律以元为单位。"),
    ("日期", "如 2027-01-01。"),
    ("指标时段", "年度或中期；留空为年度。"),
    ("一级指标、二级指标", "写全名，如“产出指标”“数量指标”；空着则与上一行相同，整行都空着除外。"),
    ("指标值", "连同符号和单位写在一格，如 ≥95%、不少于3场。"),
    ("表式", "填表式标识（如 hebei），可以留空。"),
    ("其他栏目", "支出计划、支出明细等没有列的内容，按“年度指标第1行·…”的写法一行一项，一般不用填。"),
)


# --- writing -------------------------------------------------------------------------------------


def write_list(tables: Iterable[TargetTable], out: BinaryIO) -> None:
    """Write a workbook in the list format; without tables it is the empty form to fill in."""
    headings = _headings()
    rest: list[list[Any]] = []

    def rows() -> Iterator[list[Any]]:
        for number, table in enumerate(tables, 1):
            yield from _table_rows(number, table, headings)
            rest.extend([number, name, text] for name, text in _rest(table))

    widths = [_width(path) for _, path in headings]
    write_flat(
        out,
        [
            FlatSheet(MAIN, [heading for heading, _ in headings], rows(), widths),
            FlatSheet(OTHER, [NUMBER, "栏目", "内容"], rest, [8, 36, 80]),
            FlatSheet(HELP, ["栏目", "怎么填"], [list(line) for line in _HELP], [22, 90]),
        ],
        title="绩效目标列表",
    )


def _width(path: str) -> float:
    if field_kind(path) == "money":
        return 15
    wide = ("goals", "project.overview", "project.purpose", "project.name", "duties")
    return 40 if path.startswith(wide) else 24 if path.startswith("indicators.") or path == "department.name" else 12


def _table_rows(number: int, table: TargetTable, headings: list[tuple[str, str]]) -> Iterator[list[Any]]:
    indicators = [(rows, row) for rows in _HALVES for row in getattr(table, rows)]
    for index, (rows, row) in enumerate(indicators or [("", None)]):
        cells: list[Any] = []
        for heading, path in headings:
            if heading == NUMBER:
                cells.append(number)
            elif heading == HALF:
                cells.append(_HALVES.get(rows, ""))
            elif path.startswith("indicators."):
                cells.append("" if row is None else leaf_text(path, getattr(row, path.partition(".")[2])))
            else:
                cells.append(_head_cell(table, path) if index == 0 or heading in _REPEATED else "")
        yield cells


def _head_cell(table: TargetTable, path: str) -> Any:
    if path == "kind":
        return KINDS[table.kind]
    value = _get(table, path)
    if field_kind(path) == "money" and isinstance(value, Decimal) and abs(value) < 10**13 and value == round(value, 2):
        return float(value)
    return value if path == "fiscal_year" and value is not None else leaf_text(path, value)


def _get(table: TargetTable, path: str) -> Any:
    first, _, leaf = path.partition(".")
    return getattr(getattr(table, first), leaf) if leaf else getattr(table, first)


def _rest(table: TargetTable) -> Iterator[tuple[str, str]]:
    """Yield the fields without a column: name and text, as in a supplement."""
    for path, value in leaves(table):
        first, _, rest = path.partition(".")
        if first in _HALVES:
            index, _, leaf = rest.partition(".")
            if leaf in _DERIVED and value != _derived(getattr(table, first)[int(index)], leaf):
                yield name_of(path), leaf_text(f"{first}.{leaf}", value)
        elif first == "extra":
            yield OTHER_LABEL + rest, str(value)
        elif first in LIST_NAMES:
            index, _, leaf = rest.partition(".")
            if value not in (None, "") or leaf == _first_leaf(table, first):
                yield name_of(path), leaf_text(f"{first}.{leaf}", value)


def _first_leaf(table: TargetTable, rows: str) -> str:
    return fields(getattr(table, rows)[0])[0].name


def _derived(row: Indicator, leaf: str) -> Any:
    if leaf == "category":
        return category(row.level1, row.level2)
    return dict(zip(("operator", "quantity", "unit"), understood(row.value), strict=True))[leaf]


# --- reading -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rows:
    """A sheet of the list format: heading → column, and its rows below the heading."""

    columns: dict[str, int]
    rows: list[dict[int, Cell]]

    def text(self, row: dict[int, Cell], heading: str) -> str:
        cell = self.cell(row, heading)
        return cell.text.strip() if cell else ""

    def cell(self, row: dict[int, Cell], heading: str) -> Cell | None:
        return row.get(self.columns.get(heading, -1))


def read_list(document: Document) -> list[ReadTable] | None:
    """Return the tables of a workbook in the list format, ``None`` when the document is none."""
    main = next((found for block in document.blocks if (found := _sheet(block, _NEEDED))), None)
    if main is None:
        return None
    reads: dict[str, ReadTable] = {}
    order: list[ReadTable] = []
    key, above = "", ("", "")
    for row in main.rows:
        number = main.text(row, NUMBER)
        if not any(cell.text for column, cell in row.items() if column != main.columns.get(NUMBER)):
            continue
        own = number or "\0".join(main.text(row, FIELD_NAMES[path]) for path in ("project.code", "project.name"))
        if (own.strip("\0") and own != key) or not order:
            key, above = own, ("", "")
            if own in reads and number:
                reads[own].note(WARN, "list-apart", "同一表号的行没有排在一起，已归入同一张表", main.cell(row, NUMBER))
            read = reads.get(own) if number else None
            if read is None:
                if len(order) >= _MOST_TABLES:
                    order[-1].note(
                        BLOCK,
                        "list-long",
                        f"列表超过 {_MOST_TABLES} 张表，以下没有读入，请拆分",
                        main.cell(row, NUMBER),
                    )
                    break
                first = next(iter(row.values()))
                read = ReadTable(TargetTable(), row=first.origin.row, part=first.origin.part, form=FORM)
                order.append(read)
                reads[own] = read
        read = reads[key]
        _read_head(read, main, row)
        above = _read_indicator(read, main, row, above)
    _read_rest(document, reads, order)
    return order


def _sheet(block: object, needed: frozenset[str]) -> _Rows | None:
    if not isinstance(block, Grid):
        return None
    for index, row in enumerate(block.rows[:5]):
        columns = {squeeze(cell.text): cell.col for cell in reversed(row.cells) if cell.text}
        if needed <= columns.keys():
            rows = [{cell.col: cell for cell in below.cells} for below in block.rows[index + 1 :]]
            return _Rows(columns, [row for row in rows if row])
    return None


def _read_head(read: ReadTable, main: _Rows, row: dict[int, Cell]) -> None:
    for heading, path in _headings():
        cell = main.cell(row, heading)
        if not path or path.startswith("indicators.") or cell is None or not cell.text.strip():
            continue
        known = next((one for one in read.bound if one.path == path), None)
        if known is not None:
            if known.text != cell.text and heading not in _REPEATED:
                text = f"“{heading}”在同一张表里前后不同，取第一次填写的“{known.text[:40]}”"
                read.note(WARN, "list-differs", text, cell, field=path, cell=cell.text)
            continue
        _set_head(read, path, cell)
        read.bind(path, cell, label=heading)


def _set_head(read: ReadTable, path: str, cell: Cell) -> None:
    table, text = read.table, cell.text.strip()
    if path == "fiscal_year":
        found = re.fullmatch(r"(20\d\d|19\d\d)(年度?)?", text)
        if found:
            table.fiscal_year = int(found[1])
        else:
            read.note(WARN, "year-unreadable", "预算年度无法识别", cell, field=path, cell=text)
    elif path == "kind":
        table.kind = _KINDS.get(text, "project")
        if text not in _KINDS:
            read.note(WARN, "kind-unknown", f"表种应为{'、'.join(_KINDS)}，按项目支出读取", cell, field=path, cell=text)
    else:
        first, _, leaf = path.partition(".")
        value = _value(read, path, text, cell)
        setattr(getattr(table, first) if leaf else table, leaf or first, value)


def _value(read: ReadTable, path: str, text: str, cell: Cell) -> Any:
    kind = field_kind(path)
    if kind == "day":
        value: Any = day_of_serial(text) or parse_day(text)
    elif kind == "money":
        value = parse_money(text, "元")
    else:
        return parse_leaf(path, text)
    if isinstance(value, str):
        what = "日期" if kind == "day" else "金额"
        code = "date-unreadable" if kind == "day" else "amount-unreadable"
        read.note(WARN, code, f"{what}无法识别，已按原文保留", cell, field=path, cell=text)
    return value


def _read_indicator(read: ReadTable, main: _Rows, row: dict[int, Cell], above: tuple[str, str]) -> tuple[str, str]:
    names = ROW_FIELD_NAMES["indicators"]
    half = main.text(row, HALF)
    texts = {leaf: main.text(row, names[leaf]) for leaf in _LEAVES}
    if not half and not any(texts.values()):
        return above
    of = _BY_HALF.get(half or "年度", "indicators")
    if half and half not in _BY_HALF:
        text = f"指标时段应为{'或'.join(_BY_HALF)}，按年度读取"
        read.note(WARN, "half-unknown", text, main.cell(row, HALF), cell=half)
    if not half:
        # Filled in by hand: blank levels are those of the row above. What we write says all of it.
        texts["level1"] = texts["level1"] or above[0]
        texts["level2"] = texts["level2"] or (above[1] if texts["level1"] == above[0] else "")
    indicator = Indicator(**{leaf: parse_leaf(f"indicators.{leaf}", text) for leaf, text in texts.items()})
    for leaf in _DERIVED:
        setattr(indicator, leaf, _derived(indicator, leaf))
    rows = getattr(read.table, of)
    for leaf in _LEAVES:
        cell = main.cell(row, names[leaf])
        if cell is not None and cell.text:
            read.bind(f"{of}.{len(rows)}.{leaf}", cell, label=names[leaf])
    rows.append(indicator)
    return texts["level1"], texts["level2"]


def _read_rest(document: Document, reads: dict[str, ReadTable], order: Sequence[ReadTable]) -> None:
    needed = frozenset([NUMBER, "栏目", "内容"])
    sheet = next((found for block in document.blocks if (found := _sheet(block, needed))), None)
    pairs: dict[str, list[tuple[str, str]]] = {}
    for row in sheet.rows if sheet else ():
        number = sheet.text(row, NUMBER) if sheet else ""
        cell = sheet.cell(row, "栏目") if sheet else None
        if cell is None or not cell.text.strip():
            continue
        if number not in reads:
            if order:
                order[0].note(WARN, "list-number", f"“{OTHER}”中的表号“{number}”不在“{MAIN}”里，没有读入", cell)
            continue
        pairs.setdefault(number, []).append((cell.text.strip(), sheet.text(row, "内容") if sheet else ""))
    for number, lines in pairs.items():
        read = reads[number]
        for name in apply_supplement(read.table, lines):
            read.note(WARN, "unknown-label", f"“{OTHER}”中的栏目“{name}”无法对应，已作为其他栏目保留")
