"""Less typing: what could be put into a table from elsewhere, as proposed changes. Nothing here writes anything.

The page shows a proposal beside what stands there, and sends what the person chose as an ordinary batch.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from projects.checks import is_unused, sums_of
from projects.layouts.cells import printer
from projects.layouts.editing import LISTS, Draft, row_texts
from projects.layouts.names import LIST_NAMES, name_of
from projects.layouts.printed import cell_name
from projects.layouts.steps import STEP_NAMES, leaf_of, section_of, steps_of
from projects.layouts.supplement import layout_has
from projects.layouts.typed import INDICATOR_LISTS, LEVELS, shown
from projects.targettable import Indicator, TargetTable, field_kind, leaves

Change = dict[str, Any]
# What says which table this is, and is never copied over.
_OWN = frozenset(["title", "department.code", "department.name", "project.code", "project.name", "fiscal_year"])
_SKIPPED = frozenset(["layout", "kind", *_OWN])
_NAMES = frozenset(["project.code", "project.name"])
NOT_APPLICABLE = "不适用"


def set_change(path: str, value: str, was: str | None = None) -> Change:
    change = {"op": "set", "path": path, "value": value}
    return change if was is None else change | {"was": was}


def new_uid() -> str:
    return uuid.uuid4().hex


# --- from another table ------------------------------------------------------------------------------


def parts_of(theirs: TargetTable, draft: Draft, *, same: bool = False) -> list[dict[str, Any]]:
    """Return what another table has for each part of this one, side by side, with the changes that would take it.

    ``same``: it is this very table, from a file; then its name and code are offered where none stand here yet.
    """
    own = _NAMES if same else frozenset()
    found: dict[str, dict[str, Any]] = {}
    for path, value in leaves(theirs):
        first = path.partition(".")[0]
        if first in LISTS or (path in _SKIPPED and (path not in own or draft.text(path).strip())):
            continue
        _scalar(found, path, value, theirs, draft)
    for rows in LISTS:
        if getattr(theirs, rows) or getattr(draft.table, rows):
            _list(found, rows, theirs, draft)
    return [found[key] for key in STEP_NAMES if key in found and found[key]["changes"]]


def _part(found: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    return found.setdefault(key, {"key": key, "title": STEP_NAMES[key], "rows": [], "changes": []})


def _scalar(found: dict[str, dict[str, Any]], path: str, value: Any, theirs: TargetTable, draft: Draft) -> None:
    if path.startswith("spend_plan."):
        index, _, leaf = path.removeprefix("spend_plan.").partition(".")
        if leaf != "percent":
            return
        path = f"spend_plan.{theirs.spend_plan[int(index)].by}"
    text, ours = shown(path, value, draft.layout), draft.text(path)
    if not text:
        return  # a blank takes nothing away
    part = _part(found, section_of(path) or "other")
    change = set_change(path, text, ours)
    row = {
        "path": path,
        "name": _name(path) if path.startswith("spend_plan.") else cell_name(draft.layout, path),
        "theirs": text,
        "ours": ours,
        "differs": text != ours,
        "change": change,
    }
    if field_kind(path) == "money":
        row["difference"] = _difference(value, leaf_of(draft.table, path), draft)
    part["rows"].append(row)
    if text != ours:
        part["changes"].append(change)


def _name(path: str) -> str:
    if path.startswith("spend_plan."):
        return f"截至{int(path.partition('.')[2])}月底"
    return name_of(path).removesuffix("（元）")


def _difference(theirs: Any, ours: Any, draft: Draft) -> str:
    """Return by how much this table's amount is larger, in its unit; empty where one is missing."""
    if not isinstance(theirs, Decimal) or not isinstance(ours, Decimal):
        return ""
    return printer("funding.total", draft.layout, False)(ours - theirs)[0]


def _list(found: dict[str, dict[str, Any]], rows: str, theirs: TargetTable, draft: Draft) -> None:
    part = _part(found, section_of(rows))
    mine = [row_texts(draft, rows, row) for row in getattr(draft.table, rows)]
    other = [_taken(draft, rows, row) for row in getattr(theirs, rows)]
    for number in range(max(len(mine), len(other))):
        left = other[number] if number < len(other) else {}
        right = mine[number] if number < len(mine) else {}
        part["rows"].append(
            {
                "path": rows,
                "name": f"{LIST_NAMES[rows]}第{number + 1}行",
                "theirs": _line(left),
                "ours": _line(right),
                "differs": left != right,
                "change": add_change(rows, left) if left else None,
            }
        )
    if mine == other or not other:
        return
    part["changes"] += [{"op": "delete", "list": rows, "uid": uid} for uid in draft.uids[rows]]
    part["changes"] += chained(rows, other, "")


def _line(texts: dict[str, str]) -> str:
    return " | ".join(texts.values())


def _taken(draft: Draft, rows: str, row: Any) -> dict[str, str]:
    """Return a row's texts; categories under the names of this table's form."""
    texts = row_texts(draft, rows, row)
    if rows in INDICATOR_LISTS and row.category in draft.layout.categories:
        texts |= dict(zip(LEVELS, draft.layout.categories[row.category], strict=True))
    return texts


def add_change(rows: str, values: dict[str, str], after: str | None = None) -> Change:
    change: Change = {"op": "add", "list": rows, "uid": new_uid(), "values": values}
    return change if after is None else change | {"after": after}


def chained(rows: str, listed: list[dict[str, str]], after: str) -> list[Change]:
    """Return ``add``s of rows that follow each other, the first behind ``after``."""
    found = []
    for values in listed:
        found.append(add_change(rows, values, after))
        after = found[-1]["uid"]
    return found


# --- offers --------------------------------------------------------------------------------------------


def offers(draft: Draft, last_year: TargetTable | None = None) -> dict[str, Any]:
    """Return presets of the plan, sums and rests, and 不适用 for categories that nobody used."""
    return {
        "plan": list(_presets(draft, last_year)),
        "sums": list(_sums(draft)),
        "not_applicable": list(_unused(draft)),
    }


def _presets(draft: Draft, last_year: TargetTable | None) -> Iterator[dict[str, Any]]:
    paths = [path for step in steps_of(draft.layout) for path in step.paths if path.startswith("spend_plan.")]
    if not paths:
        return
    months = [path.partition(".")[2] for path in paths]
    named: list[tuple[str, str, dict[str, Decimal]]] = [
        ("even", "按月均匀", {by: _share(int(by)) for by in months}),
        ("once", "年底一次支出", {by: Decimal(100 if by == months[-1] else 0) for by in months}),
        ("first", "年初一次支出", {by: Decimal(100) for by in months}),
    ]
    before = {point.by: point.percent for point in last_year.spend_plan} if last_year else {}
    same = {by: value for by in months if isinstance(value := before.get(by), Decimal)}
    if len(same) == len(months):
        named.append(("last_year", "与上年相同", same))
    for key, title, points in named:
        texts = {by: shown(f"spend_plan.{by}", points[by], draft.layout) for by in months}
        changes = [
            set_change(f"spend_plan.{by}", text, now)
            for by, text in texts.items()
            if text != (now := draft.text(f"spend_plan.{by}"))
        ]
        if changes:
            yield {"key": key, "title": title, "points": texts, "changes": changes}


def _share(month: int) -> Decimal:
    """Even spending: each quarter's end gets its quarters, other months their twelfths, 100 in December."""
    return (Decimal(month) * 100 / 12).quantize(Decimal("0.01"))


def _sums(draft: Draft) -> Iterator[dict[str, Any]]:
    table, layout = draft.table, draft.layout
    for whole, parts, total in sums_of(table, layout):
        stated = leaf_of(table, whole)
        blank = [path for path in parts if leaf_of(table, path) in (None, "")]
        if isinstance(stated, Decimal) and len(blank) == 1 and stated >= total:
            title = f"{_name(blank[0])}＝{_name(whole)}－{'－'.join(_name(path) for path in parts if path != blank[0])}"
            yield _sum(draft, blank[0], title, stated - total)
        elif stated != total and not blank:
            yield _sum(draft, whole, f"{_name(whole)}＝{'＋'.join(map(_name, parts))}", total)
        elif stated in (None, "") and len(blank) < len(parts):
            yield _sum(draft, whole, f"{_name(whole)}＝{'＋'.join(_name(p) for p in parts if p not in blank)}", total)
    for rows, name in (("costs", "支出明细合计"), ("items", "合计")):
        yield from _row_sum(draft, rows, name)


def _sum(draft: Draft, path: str, title: str, value: Decimal) -> dict[str, Any]:
    text, now = shown(path, value, draft.layout), draft.text(path)
    return {"path": path, "title": title, "text": text, "now": now, "changes": [set_change(path, text, now)]}


def _row_sum(draft: Draft, rows: str, name: str) -> Iterator[dict[str, Any]]:
    if not layout_has(draft.layout, rows):
        return
    amounts = [row.amount for row in getattr(draft.table, rows) if row.amount is not None]
    if not amounts or not all(isinstance(amount, Decimal) for amount in amounts):
        return
    total = sum(amounts, Decimal(0))
    printed = [path for path in draft.layout.paths if path == f"extra.{name}"] or ["funding.total"]
    wanted = {*printed, "funding.total"} if rows == "costs" else {"funding.total"}
    for path in sorted(wanted):
        text = shown("funding.total", total, draft.layout)
        if draft.text(path) != text:
            change = set_change(path, text, draft.text(path))
            title = f"{_name(path)}＝{LIST_NAMES[rows]}各行之和"
            yield {"path": path, "title": title, "text": text, "now": draft.text(path), "changes": [change]}


def _unused(draft: Draft) -> Iterator[dict[str, Any]]:
    """Offer 不适用 for each category of the form that has no indicator: in its blank row, or in a new one."""
    if not layout_has(draft.layout, "indicators"):
        return
    used = {row.category for row in draft.table.indicators if not is_unused(row) or row.name == NOT_APPLICABLE}
    for code, (level1, level2) in draft.layout.own_categories.items():
        if code not in used:
            changes = not_applicable(draft, code)
            yield {"category": code, "level1": level1, "level2": level2, "changes": changes}


def not_applicable(draft: Draft, category: str) -> list[Change]:
    """Return the changes that write 不适用 into every printed cell of a category."""
    level1, level2 = draft.layout.categories[category]
    printed = [path.partition(".")[2] for path in draft.layout.paths if path.startswith("indicators.")]
    fields = [name for name in ("name", "description", "value", "basis", "standard") if name in printed]
    for uid, row in zip(draft.uids["indicators"], draft.table.indicators, strict=True):
        if row.category == category and is_unused(row):
            return [set_change(f"indicators/{uid}/{name}", NOT_APPLICABLE, getattr(row, name)) for name in fields]
    values = {"level1": level1, "level2": level2} | {name: NOT_APPLICABLE for name in fields}
    return [add_change("indicators", values, _behind(draft, category))]


def _behind(draft: Draft, category: str) -> str:
    """Return the row behind which a category of the form begins; ``""`` for the very first place."""
    order = list(draft.layout.categories)
    place = order.index(category)
    last = ""
    for uid, row in zip(draft.uids["indicators"], draft.table.indicators, strict=True):
        if isinstance(row, Indicator) and row.category in order and order.index(row.category) <= place:
            last = uid
    return last


__all__ = ["Change", "add_change", "chained", "not_applicable", "offers", "parts_of"]
