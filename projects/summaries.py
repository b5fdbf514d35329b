"""Summaries over many tables: 附表2, the list of projects, the list of indicators, departments side by side. Pure.

A summary is a :class:`Sheet` of texts and amounts (yuan). Totals are added up here from the tables themselves and then
compared with what the tables claim: with 附表1's 项目支出, with a filed 附表2 and with each of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from indicators.categories import NATIONAL
from projects.grids import grid as g
from projects.targettable import Amount, DepartmentRef, Funding, Goals, Indicator, Item, TargetTable

KEY_INDICATORS = 5
NUMERALS = "〇一二三四五六七八九十"
Value = str | int | Decimal | None
NOT_READ = "未能识别"


@dataclass(frozen=True, slots=True)
class Filed:
    """A table and where it is filed; ``state`` as a person reads it."""

    department: str
    state: str
    table: TargetTable


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` relative; ``amount`` columns hold yuan, ``count`` columns whole numbers."""

    title: str
    width: float
    amount: bool = False
    count: bool = False


@dataclass(slots=True)
class Sheet:
    """``total`` stands below the rows; ``notes`` below that."""

    title: str
    columns: tuple[Column, ...]
    rows: list[list[Value]] = field(default_factory=list)
    total: list[Value] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def number(amount: Amount) -> Decimal | None:
    """Return an amount that can be added; a text that could not be read counts as nothing."""
    return amount if isinstance(amount, Decimal) else None


def _sum(amounts: Iterable[Amount]) -> Decimal:
    return sum((amount for amount in map(number, amounts) if amount is not None), Decimal(0))


def projects_of(filed: Sequence[Filed]) -> list[Filed]:
    return [item for item in filed if item.table.kind == "project"]


def numeral(value: int) -> str:
    """Return 一, 十二, 二十一 …; from a hundred on in digits."""
    if value > 99:
        return str(value)
    tens, ones = divmod(value, 10)
    front = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return front + (NUMERALS[ones] if ones else "") or NUMERALS[0]


# ---- 附表2 ------------------------------------------------------------------------------------


def annex_two(filed: Sequence[Filed], *, department: DepartmentRef, year: int) -> TargetTable:
    """Return 专项资金绩效目标汇总表 made of the project tables: total first, then one line per project.

    The goals of the whole, and the order, are those of a filed 附表2 where there is one.
    """
    projects = projects_of(filed)
    own = next((item.table for item in filed if item.table.kind == "summary"), None)
    if own:
        places = {"".join(item.name.split()): place for place, item in enumerate(own.items)}
        projects.sort(key=lambda item: places.get("".join(item.table.label().split()), len(places)))
    return TargetTable(
        layout="zhuzhou-2",
        kind="summary",
        fiscal_year=year,
        title=f"{year}年专项资金绩效目标汇总表",
        department=department,
        funding=Funding(total=_sum(item.table.funding.total for item in projects)),
        goals=Goals(own.goals.period, own.goals.annual) if own else Goals(),
        items=[
            Item(numeral(n), table.label(), table.funding.total, table.goals.period, table.goals.annual)
            for n, table in enumerate((item.table for item in projects), 1)
        ],
    )


# ---- lists ------------------------------------------------------------------------------------


def project_list(filed: Sequence[Filed], *, title: str) -> Sheet:
    """One row per project with its money and its key indicators."""
    projects = projects_of(filed)
    sheet = Sheet(
        title,
        (
            Column("序号", 5, count=True), Column("部门", 13), Column("项目编码", 12), Column("项目名称", 18),
            Column("金额（元）", 11, amount=True), Column("其中：财政资金（元）", 11, amount=True),
            Column("其他资金（元）", 9, amount=True), Column("年度绩效目标", 24), Column("主要绩效指标", 26),
            Column("状态", 7),
        ),
    )  # fmt: skip
    for n, item in enumerate(projects, 1):
        table, money = item.table, item.table.funding
        key = "\n".join(f"{row.name} {row.value}".strip() for row in key_indicators(table))
        sheet.rows.append(
            [n, item.department, table.project.code, table.label(), _shown(money.total), _shown(money.fiscal),
             _shown(money.other), table.goals.annual, key, item.state]
        )  # fmt: skip
    funding = [item.table.funding for item in projects]
    sums = [_sum(getattr(money, name) for money in funding) for name in ("total", "fiscal", "other")]
    sheet.total = ["", "合计", "", f"{len(projects)} 个项目", *sums, "", "", ""]
    return sheet


def key_indicators(table: TargetTable, most: int = KEY_INDICATORS) -> list[Indicator]:
    """Return the indicators a reader wants first: the heaviest, else the first of each category, with a value."""
    rows = [row for row in table.indicators if row.name and row.value and "不适用" not in row.value]
    weighed = [row for row in rows if number(row.weight)]
    if len(weighed) == len(rows) and rows:
        heaviest = sorted(rows, key=lambda row: -(number(row.weight) or 0))[:most]
        return [row for row in rows if row in heaviest]
    first: dict[str, Indicator] = {}
    for row in rows:
        first.setdefault(row.category or f"{row.level1}/{row.level2}", row)
    chosen = list(first.values())[:most]
    chosen += [row for row in rows if not any(row is other for other in chosen)][: most - len(chosen)]
    return [row for row in rows if any(row is other for other in chosen)]


def indicator_list(filed: Sequence[Filed], *, title: str) -> Sheet:
    """One row per indicator of every table."""
    sheet = Sheet(
        title,
        (
            Column("序号", 5, count=True), Column("部门", 13), Column("项目", 18), Column("一级指标", 9),
            Column("二级指标", 10), Column("三级指标", 20), Column("指标说明", 18), Column("指标值", 12),
            Column("依据", 13), Column("统一分类", 12),
        ),
    )  # fmt: skip
    for item in filed:
        for row in (*item.table.period_indicators, *item.table.indicators):
            if not (row.name or row.value):
                continue  # a category that the form prints and nobody uses
            sheet.rows.append(
                [len(sheet.rows) + 1, item.department, item.table.label(), row.level1, row.level2, row.name,
                 row.description, row.value, row.basis or row.standard, category_name(row.category)]
            )  # fmt: skip
    sheet.total = ["", "合计", f"{len(sheet.rows)} 条指标", *[""] * 7]
    return sheet


def category_name(code: str) -> str:
    """Return the national name of a category, by which indicators of different forms can be compared."""
    return "·".join(NATIONAL[code]) if code in NATIONAL else ""


def department_comparison(filed: Sequence[Filed], *, title: str) -> Sheet:
    """One row per department: projects, money, indicators, how many of them are numbers."""
    sheet = Sheet(
        title,
        (
            Column("序号", 6, count=True), Column("部门", 26), Column("项目数", 9, count=True),
            Column("金额（元）", 16, amount=True), Column("占比", 9), Column("平均每个项目（元）", 15, amount=True),
            Column("指标数", 9, count=True), Column("平均每个项目指标数", 12), Column("有数值的指标", 12),
        ),
    )  # fmt: skip
    groups: dict[str, list[TargetTable]] = {}
    for item in projects_of(filed):
        groups.setdefault(item.department, []).append(item.table)
    whole = _sum(item.table.funding.total for item in projects_of(filed))
    for n, (name, tables) in enumerate(groups.items(), 1):
        sheet.rows.append([n, name, *_figures(tables, whole)])
    everything = [table for tables in groups.values() for table in tables]
    sheet.total = ["", "合计", *_figures(everything, whole)]
    return sheet


def _figures(tables: Sequence[TargetTable], whole: Decimal) -> list[Value]:
    amount = _sum(table.funding.total for table in tables)
    rows = [row for table in tables for row in table.indicators if row.name or row.value]
    numbers = sum(1 for row in rows if number(row.quantity) is not None)
    count = len(tables)
    cent = Decimal("0.01")
    return [
        count,
        amount,
        f"{amount * 100 / whole:.1f}%" if whole else "",
        (amount / count).quantize(cent) if count else None,
        len(rows),
        f"{len(rows) / count:.1f}" if count else "",
        f"{numbers}（{numbers * 100 / len(rows):.0f}%）" if rows else "0",
    ]


def _shown(amount: Amount) -> Value:
    return amount if amount is None or isinstance(amount, Decimal) else f"{amount}（{NOT_READ}）"


# ---- what is compared before anything is released ----------------------------------------------


def differences(filed: Sequence[Filed], *, stored: Decimal | None = None) -> list[str]:
    """Add everything up anew and say where it differs from what is claimed; nothing is put right.

    ``stored`` is the sum that the list of tables shows for the same project tables.
    """
    found: list[str] = []
    unread = [item.table.label() for item in projects_of(filed) if isinstance(item.table.funding.total, str)]
    if unread:
        named = "、".join(unread[:5]) + ("……" if len(unread) > 5 else "")
        found.append(f"{len(unread)} 张表的金额{NOT_READ}，没有计入合计：{named}")
    whole = _sum(item.table.funding.total for item in projects_of(filed))
    if stored is not None and stored != whole:
        found.append(_unequal("逐表相加", whole, "列表中这些表的合计", stored))
    by_department: dict[str, list[TargetTable]] = {}
    for item in filed:
        by_department.setdefault(item.department, []).append(item.table)
    for name, tables in by_department.items():
        found += [f"{name}：{text}" for text in _department_differences(tables)]
    return found


def _department_differences(tables: Sequence[TargetTable]) -> list[str]:
    projects = [table for table in tables if table.kind == "project"]
    whole = _sum(table.funding.total for table in projects)
    found: list[str] = []
    for table in tables:
        if table.kind == "department":
            claimed = number(table.funding.project_expenditure)
            if claimed is not None and projects and claimed != whole:
                found.append(_unequal("附表1的项目支出", claimed, "各项目表之和", whole))
        elif table.kind == "summary":
            found += _summary_differences(table, projects, whole)
    return found


def _summary_differences(summary: TargetTable, projects: Sequence[TargetTable], whole: Decimal) -> list[str]:
    found: list[str] = []
    claimed = number(summary.funding.total)
    lines = _sum(item.amount for item in summary.items)
    if claimed is not None and claimed != lines:
        found.append(_unequal("附表2的合计", claimed, "附表2各行之和", lines))
    if claimed is not None and projects and claimed != whole:
        found.append(_unequal("附表2的合计", claimed, "各项目表之和", whole))
    by_name = {"".join(table.label().split()): table for table in projects}
    for item in summary.items:
        table = by_name.get("".join(item.name.split()))
        listed, detailed = number(item.amount), number(table.funding.total) if table else None
        if table is None and projects:
            found.append(f"附表2中的“{item.name}”没有同名的项目表")
        elif listed is not None and detailed is not None and listed != detailed:
            found.append(_unequal(f"附表2中的“{item.name}”", listed, "其项目表", detailed))
    return found


def _unequal(one: str, left: Decimal, other: str, right: Decimal) -> str:
    return f"{one}为 {left:,.2f} 元，{other}为 {right:,.2f} 元，相差 {left - right:+,.2f} 元"


# ---- as blocks --------------------------------------------------------------------------------


def text_of(value: Value) -> str:
    """Return what is printed: amounts with two places and separators."""
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def blocks_of(sheet: Sheet, *, caption: str = "") -> list[g.Block]:
    """Return a sheet as title, one table with a repeated heading, total, notes."""
    styles = [g.MONEY if column.amount else g.SHORT if column.count else g.TEXT for column in sheet.columns]
    head = g.Row([g.Cell(column.title, n, style=g.HEAD) for n, column in enumerate(sheet.columns)], head=True)

    def row(values: Sequence[Value]) -> g.Row:
        pairs = zip(values, styles, strict=True)
        return g.Row([g.Cell(text_of(value), n, style=style) for n, (value, style) in enumerate(pairs)])

    rows = [head, *map(row, sheet.rows)]
    if sheet.total:
        rows.append(row(sheet.total))
    blocks: list[g.Block] = [g.Paragraph(sheet.title, g.TITLE)]
    if caption:
        blocks.append(g.Paragraph(caption, g.CAPTION))
    blocks.append(g.Grid(rows, [column.width for column in sheet.columns]))
    if sheet.notes:
        blocks.append(g.Paragraph("核对说明", g.HEADING))
        blocks += [g.Paragraph(f"{n}．{note}", g.SIGN) for n, note in enumerate(sheet.notes, 1)]
    return blocks
