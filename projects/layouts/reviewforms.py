"""绩效目标审核表 and 绩效目标调整表 drawn as grids, for every writer. Pure: plain data in, blocks out.

The review sheet follows the annex of 财预〔2015〕88号 (four dimensions, eight items), both levels side by side; the
adjustment form prints what changed before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from projects.diff import ADDED, CHANGED, KIND_NAMES, MOVED, REMOVED, Difference
from projects.grids import grid as g
from projects.layouts.editing import Draft, row_texts
from projects.layouts.entry_form import cell_name
from projects.layouts.typed import shown
from projects.rules.dimensions import ITEMS
from projects.targettable import ROW_TYPES

LEVELS = {"department": "部门审核", "finance": "财政审核"}
KEY = "key"
# 审核内容, 审核要点, then grade and opinion of either level.
WIDTHS = [11.0, 31.0, 9.0, 20.0, 9.0, 20.0]
HEAD_PATHS = ("fiscal_year", "layout", "kind")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the head of either form; ``amount`` in yuan."""

    name: str
    department: str
    year: int
    amount: Decimal | None = None
    version: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SheetView:
    """One level's sheet for printing: texts only. ``items``: key → grade, score, opinion."""

    level: str
    form: str
    items: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, str]
    grade: str = ""
    score: str = ""
    reason: str = ""
    opinion: str = ""
    decision: str = ""
    by: str = ""
    at: str = ""


def _wan(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount / 10_000:,.2f}"


# 审核表 ---------------------------------------------------------------------------------------------------------


def review_form(head: Head, sheets: Sequence[SheetView], *, page_break: bool = False) -> list[g.Block]:
    """Draw one table's review sheet. A level without a sheet keeps its columns empty."""
    by_level = {sheet.level: sheet for sheet in sheets}
    forms = {sheet.form for sheet in sheets}
    kind = "重点项目" if KEY in forms else "一般性项目"
    return [
        g.Paragraph("项目支出绩效目标审核表", g.TITLE, page_break=page_break),
        g.Paragraph(f"（{kind}）\t{head.year}年度", g.CAPTION),
        g.Grid([*_head_rows(head), *_item_rows(by_level), *_end_rows(by_level)], WIDTHS),
    ]


def _head_rows(head: Head) -> Iterator[g.Row]:
    money = _wan(head.amount)
    lines = (
        ("项目名称", head.name, "主管部门", head.department),
        ("项目金额（万元）", money, "审核版本", head.version),
    )
    for left, first, right, second in lines:
        yield g.Row(
            [
                g.Cell(left, 0, style=g.LABEL),
                g.Cell(first, 1, colspan=2, style=g.SHORT),
                g.Cell(right, 3, style=g.LABEL),
                g.Cell(second, 4, colspan=2, style=g.SHORT),
            ]
        )


def _item_rows(by_level: Mapping[str, SheetView]) -> Iterator[g.Row]:
    yield g.Row(
        [
            g.Cell("审核内容", 0, rowspan=2, style=g.HEAD),
            g.Cell("审核要点", 1, rowspan=2, style=g.HEAD),
            g.Cell(LEVELS["department"], 2, colspan=2, style=g.HEAD),
            g.Cell(LEVELS["finance"], 4, colspan=2, style=g.HEAD),
        ],
        head=True,
    )
    titles = [_graded_title(by_level.get(level)) for level in LEVELS]
    yield g.Row(
        [cell for at, title in zip((2, 4), titles, strict=True) for cell in (
            g.Cell(title, at, style=g.HEAD), g.Cell("审核意见", at + 1, style=g.HEAD),
        )],
        head=True,
    )  # fmt: skip
    spans = {name: sum(item.dimension_name == name for item in ITEMS) for name in {i.dimension_name for i in ITEMS}}
    drawn: set[str] = set()
    for item in ITEMS:
        cells = []
        if item.dimension_name not in drawn:
            drawn.add(item.dimension_name)
            cells.append(g.Cell(item.dimension_name, 0, rowspan=spans[item.dimension_name], style=g.LABEL))
        cells.append(g.Cell(f"{item.name}：{item.question}", 1, style=g.TEXT))
        for at, level in ((2, "department"), (4, "finance")):
            sheet = by_level.get(level)
            mark, opinion = _item(sheet, item.key) if sheet else ("", "")
            cells += [g.Cell(mark, at, style=g.SHORT), g.Cell(opinion, at + 1, style=g.TEXT)]
        yield g.Row(cells)


def _graded_title(sheet: SheetView | None) -> str:
    return "得分/分值" if sheet and sheet.form == KEY else "评定等级"


def _item(sheet: SheetView, key: str) -> tuple[str, str]:
    item = sheet.items.get(key, {})
    if sheet.form == KEY:
        score = item.get("score", "")
        return (f"{score}/{sheet.weights.get(key, '')}" if score else f"—/{sheet.weights.get(key, '')}"), item.get(
            "opinion", ""
        )
    return item.get("grade", ""), item.get("opinion", "")


def _end_rows(by_level: Mapping[str, SheetView]) -> Iterator[g.Row]:
    def row(label: str, text: Any, style: str = g.SHORT) -> g.Row:
        cells = [g.Cell(label, 0, colspan=2, style=g.LABEL)]
        for at, level in ((2, "department"), (4, "finance")):
            sheet = by_level.get(level)
            cells.append(g.Cell(text(sheet) if sheet else "", at, colspan=2, style=style))
        return g.Row(cells)

    yield row("总评", _overall)
    yield row("总体意见", lambda sheet: sheet.opinion, g.TEXT)
    yield row("审核结论", lambda sheet: sheet.decision)
    yield row("审核人、时间", lambda sheet: "\n".join(text for text in (sheet.by, sheet.at) if text))


def _overall(sheet: SheetView) -> str:
    text = sheet.grade + (f"（{sheet.score} 分）" if sheet.form == KEY and sheet.score else "")
    return f"{text}\n理由：{sheet.reason}" if sheet.reason else text


# 调整表 ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One line before and after. ``section`` is what it belongs to, ``kind`` one of :mod:`projects.diff`."""

    section: str
    name: str
    before: str
    after: str
    kind: str
    runs_before: list[list[str]] = field(default_factory=list)
    runs_after: list[list[str]] = field(default_factory=list)


def changes_of(difference: Difference, old: Draft, new: Draft) -> list[Change]:
    """Return what differs, line by line, as either version prints it, in the order of the form."""
    found = [
        _change("基本情况和资金", cell_name(new.layout, cell.path), cell, cell.path, new)
        for cell in difference.cells
        if cell.path not in HEAD_PATHS
    ]
    for block in difference.blocks:
        for row in block.rows:
            found += _row_changes(row, block, old, new)
    return found


def _row_changes(row: Any, block: Any, old: Draft, new: Draft) -> list[Change]:
    where = f"{row.context} · {row.label}" if row.context else row.label
    if row.kind in (ADDED, REMOVED):
        draft, at = (new, row.new) if row.kind == ADDED else (old, row.old)
        text = _whole_row(draft, block.key, at)
        before, after = ("", text) if row.kind == ADDED else (text, "")
        runs = [[("new" if row.kind == ADDED else "gone"), text]]
        return [
            Change(block.name, where, before, after, row.kind, [] if not before else runs, [] if not after else runs)
        ]
    made = []
    for cell in row.shown:
        leaf = cell.path.rpartition(".")[2]
        if leaf == "category":
            continue
        made.append(_change(block.name, f"{where} · {cell.name}", cell, f"{block.key}.{leaf}", new))
    if row.kind == MOVED:
        made.append(Change(block.name, where, f"第{row.old + 1}行", f"第{row.new + 1}行", MOVED))
    return made


def _whole_row(draft: Draft, key: str, at: int | None) -> str:
    if at is None:
        return ""
    row = getattr(draft.table, key)[at]
    if key == "spend_plan":
        return shown("spend_plan.percent", row.percent, draft.layout)
    return " | ".join(row_texts(draft, key, row).values())


def _change(section: str, name: str, cell: Any, bare: str, new: Draft) -> Change:
    before, after = shown(bare, cell.old, new.layout), shown(bare, cell.new, new.layout)
    gone = [[run.kind, run.text] for run in cell.runs if run.kind != "new"] or [["gone", before]]
    come = [[run.kind, run.text] for run in cell.runs if run.kind != "gone"] or [["new", after]]
    name = name.replace("（元）", f"（{new.layout.unit}）") if bare.partition(".")[0] in ROW_TYPES else name
    return Change(section, name, before, after, CHANGED, gone if before else [], come if after else [])


ADJUST_HEADS = ("类别", "调整内容", "调整前", "调整后")
ADJUST_WIDTHS = [16.0, 26.0, 29.0, 29.0]


def adjustment_form(
    head: Head, number: int, reason: str, changes: Sequence[Change], *, by: str = "", at: str = "", approved: str = ""
) -> list[g.Block]:
    """Draw 绩效目标调整表 of the ``number``-th adjustment. ``approved``: by whom and when, empty while it is not."""
    label, short = g.LABEL, g.SHORT
    rows = [
        g.Row([g.Cell("项目名称", 0, style=label), g.Cell(head.name, 1, style=short),
               g.Cell("主管部门", 2, style=label), g.Cell(head.department, 3, style=short)]),
        g.Row([g.Cell("项目金额（万元）", 0, style=label), g.Cell(_wan(head.amount), 1, style=short),
               g.Cell("批复情况", 2, style=label), g.Cell(approved or "尚未批复", 3, style=short)]),
        g.Row([g.Cell("调整原因", 0, style=label), g.Cell(reason, 1, colspan=3)]),
        g.Row([g.Cell(text, place, style=g.HEAD) for place, text in enumerate(ADJUST_HEADS)], head=True),
    ]  # fmt: skip
    rows += _change_rows(changes)
    if not changes:
        rows.append(g.Row([g.Cell("内容没有改动", 0, colspan=4, style=short)]))
    return [
        g.Paragraph("绩效目标调整表", g.TITLE),
        g.Paragraph(f"第{number}次调整\t{head.year}年度", g.CAPTION),
        g.Grid(rows, ADJUST_WIDTHS),
        g.Paragraph(f"申请人：{by}\t申请时间：{at}", g.SIGN),
    ]


def _change_rows(changes: Sequence[Change]) -> Iterator[g.Row]:
    for place, change in enumerate(changes):
        cells = []
        if place == 0 or changes[place - 1].section != change.section:
            span = next(
                (n for n, other in enumerate(changes[place:]) if other.section != change.section), len(changes) - place
            )
            cells.append(g.Cell(change.section, 0, rowspan=span, style=g.LABEL))
        name = change.name if change.kind == CHANGED else f"{change.name}（{KIND_NAMES[change.kind]}）"
        cells += [g.Cell(name, 1), g.Cell(change.before, 2), g.Cell(change.after, 3)]
        yield g.Row(cells)


# Registers ------------------------------------------------------------------------------------------------------


def list_form(
    title: str, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] = ()
) -> list[g.Block]:
    """Draw a plain list with a title, as the register and the statistics print it. ``widths`` are relative."""
    body = [g.Row([g.Cell(text, at, style=g.SHORT) for at, text in enumerate(row)]) for row in rows]
    first = g.Row([g.Cell(text, at, style=g.HEAD) for at, text in enumerate(heads)], head=True)
    return [
        g.Paragraph(title, g.TITLE),
        g.Paragraph(caption, g.CAPTION),
        g.Grid([first, *body], list(widths) or [1.0] * len(heads)),
    ]
