"""The neutral form of one target table (绩效目标表): dataclasses and their JSON.

The JSON is the contract ``perfgoals.table/1``: keys are always present, a blank cell is ``""``
(text), ``null`` (amount, percent, date) or ``[]``. Amounts are yuan. A value that cannot be read
stays in its place as the text that was written there, so every amount, percent and date field may
hold a ``str`` beside its proper type; nothing is repaired here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

SCHEMA = "perfgoals.table/1"
KINDS = {"project": "项目支出", "department": "部门整体", "summary": "汇总表"}

Amount = Decimal | str | None
Day = date | str | None

_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class DepartmentRef:
    """主管单位 as the table states it."""

    code: str = ""
    name: str = ""


@dataclass(slots=True)
class Project:
    """What the money is for. ``fixed_assets`` in yuan; ``period`` is the period as one text."""

    code: str = ""
    name: str = ""
    parent: str = ""
    type: str = ""
    usage: str = ""
    start: Day = None
    end: Day = None
    period: str = ""
    overview: str = ""
    purpose: str = ""
    fixed_assets: Amount = None
    procurement: str = ""


@dataclass(slots=True)
class Funding:
    """资金构成 in yuan. ``annual*`` only where a form prints the year beside the whole project."""

    total: Amount = None
    fiscal: Amount = None
    other: Amount = None
    annual: Amount = None
    annual_fiscal: Amount = None
    annual_other: Amount = None
    central_transfer: Amount = None
    government_purchase: Amount = None
    general_budget: Amount = None
    government_fund: Amount = None
    basic_expenditure: Amount = None
    project_expenditure: Amount = None


@dataclass(slots=True)
class PlanPoint:
    """资金支出计划: cumulative percent at the end of month ``by`` (``"03"``)."""

    by: str
    percent: Amount = None


@dataclass(slots=True)
class Goals:
    """总体目标 of the whole period (中期) and of the year."""

    period: str = ""
    annual: str = ""


@dataclass(slots=True)
class Task:
    """年度重点工作计划: item, responsible unit, goal."""

    item: str = ""
    unit: str = ""
    goal: str = ""


@dataclass(slots=True)
class Indicator:
    """A level-3 indicator. ``value`` is as written; operator, quantity, unit were understood."""

    level1: str = ""
    level2: str = ""
    name: str = ""
    description: str = ""
    value: str = ""
    basis: str = ""
    standard: str = ""
    weight: Amount = None
    category: str = ""
    operator: str = ""
    quantity: Amount = None
    unit: str = ""


@dataclass(slots=True)
class Cost:
    """支出明细及测算说明: one row, ``amount`` in yuan."""

    content: str = ""
    detail: str = ""
    amount: Amount = None
    basis: str = ""


@dataclass(slots=True)
class Item:
    """One project of a summary table (汇总表), ``amount`` in yuan."""

    no: str = ""
    name: str = ""
    amount: Amount = None
    period_goal: str = ""
    annual_goal: str = ""


@dataclass(slots=True)
class Section:
    """A prose part of a department table."""

    title: str = ""
    text: str = ""


@dataclass(slots=True)
class TargetTable:
    """One 绩效目标表. ``extra`` keeps labelled cells that have no field of their own."""

    layout: str = ""
    kind: str = "project"
    fiscal_year: int | None = None
    title: str = ""
    department: DepartmentRef = field(default_factory=DepartmentRef)
    project: Project = field(default_factory=Project)
    funding: Funding = field(default_factory=Funding)
    spend_plan: list[PlanPoint] = field(default_factory=list)
    goals: Goals = field(default_factory=Goals)
    duties: str = ""
    tasks: list[Task] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    period_indicators: list[Indicator] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the interchange form, keys in the contract's order."""
        return {"schema": SCHEMA} | _plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TargetTable:
        """Build a table from the interchange form. Raises ``ValueError`` naming what is wrong."""
        if not isinstance(data, dict):
            raise ValueError("表 应为对象")
        if data.get("schema") != SCHEMA:
            raise ValueError(f"不是 {SCHEMA} 格式：schema 为 {data.get('schema')!r}")
        return _build(cls, {k: v for k, v in data.items() if k != "schema"}, "")

    def sha256(self) -> str:
        """Return the hash of the content: equal tables have equal hashes."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def label(self) -> str:
        """Return what a person calls this table: the project's name, else the department's, else the title."""
        if self.kind == "project":
            return self.project.name or self.title
        return self.title or self.department.name


ROW_TYPES: dict[str, type] = {
    "spend_plan": PlanPoint,
    "tasks": Task,
    "indicators": Indicator,
    "period_indicators": Indicator,
    "costs": Cost,
    "items": Item,
    "sections": Section,
}
PART_TYPES: dict[str, type] = {
    "department": DepartmentRef,
    "project": Project,
    "funding": Funding,
    "goals": Goals,
}

# Which leaves are amounts (two places), percents, days, free numbers.
MONEY_FIELDS = frozenset(
    [f"funding.{f.name}" for f in fields(Funding)] + ["project.fixed_assets", "costs.amount", "items.amount"]
)
PERCENT_FIELDS = frozenset(["spend_plan.percent"])
DAY_FIELDS = frozenset(["project.start", "project.end"])
NUMBER_FIELDS = frozenset(
    [f"{rows}.{name}" for rows in ("indicators", "period_indicators") for name in ("weight", "quantity")]
)


def decimal_text(value: Decimal, places: int = 2) -> str:
    """Return plain decimal text with at least ``places`` places (``Decimal('1E+3')`` → ``1000.00``)."""
    text = f"{value:f}"
    point = text.find(".")
    have = 0 if point < 0 else len(text) - point - 1
    if have < places:
        text += ("." if point < 0 else "") + "0" * (places - have)
    return text


def field_kind(path: str) -> str:
    """Return ``money``, ``percent``, ``day``, ``number`` or ``text`` for a path without indices."""
    if path in MONEY_FIELDS:
        return "money"
    if path in PERCENT_FIELDS:
        return "percent"
    if path in DAY_FIELDS:
        return "day"
    return "number" if path in NUMBER_FIELDS else "text"


def leaf_text(path: str, value: Any) -> str:
    """Return a leaf as the text it has in the JSON; ``path`` without indices."""
    return str(_plain(value, path) if value is not None else "")


def parse_leaf(path: str, text: str) -> Any:
    """Return the value of a leaf from its JSON text; the inverse of :func:`leaf_text`."""
    return _leaf(path, text)


def leaves(table: TargetTable) -> Iterator[tuple[str, Any]]:
    """Yield ``(path, value)`` of every leaf, rows by index: ``indicators.0.name``, ``extra.电话``."""
    for item in fields(table):
        value = getattr(table, item.name)
        if is_dataclass(value):
            for leaf in fields(value):
                yield f"{item.name}.{leaf.name}", getattr(value, leaf.name)
        elif isinstance(value, list):
            for index, row in enumerate(value):
                for leaf in fields(row):
                    yield f"{item.name}.{index}.{leaf.name}", getattr(row, leaf.name)
        elif isinstance(value, dict):
            for key, text in value.items():
                yield f"{item.name}.{key}", text
        else:
            yield item.name, value


def _plain(value: Any, path: str = "") -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value, 0 if path in NUMBER_FIELDS else 2)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item, path) for item in value]
    if is_dataclass(value):
        prefix = f"{path}." if path else ""
        return {name: _plain(getattr(value, name), prefix + name) for name in _leaf_names(value.__class__)}
    return dict(value) if isinstance(value, dict) else value


@cache
def _leaf_names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def _build(kind: type, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{path or '表'} 应为对象")
    known = {f.name for f in fields(kind)}
    unknown = set(data) - known
    if unknown:
        raise ValueError(f"{path or '表'} 有未知的键：{'、'.join(sorted(unknown))}")
    prefix = f"{path}." if path else ""
    values: dict[str, Any] = {}
    for name, value in data.items():
        if not path and name in ROW_TYPES:
            if not isinstance(value, list):
                raise ValueError(f"{name} 应为数组")
            values[name] = [_build(ROW_TYPES[name], row, name) for row in value]
        elif not path and name in PART_TYPES:
            values[name] = _build(PART_TYPES[name], value, name)
        elif not path and name == "extra":
            if not isinstance(value, dict):
                raise ValueError("extra 应为对象")
            values[name] = {str(key): str(text) for key, text in value.items()}
        else:
            values[name] = _leaf(prefix + name, value)
    if kind is PlanPoint and "by" not in values:
        raise ValueError(f"{path} 缺少 by")
    return kind(**values)


def _leaf(path: str, value: Any) -> Any:
    kind = field_kind(path)
    if path == "fiscal_year":
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError("fiscal_year 应为整数或 null")
        return value
    if path == "kind" and value not in KINDS:
        raise ValueError(f"kind 应为 {'、'.join(KINDS)}")
    if kind == "text":
        if not isinstance(value, str):
            raise ValueError(f"{path} 应为文字")
        return value
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{path} 应为文字或 null")
    if not value:
        return None
    if kind == "day":
        return _day(value)
    return Decimal(value) if _AMOUNT.fullmatch(value) else value


def _day(value: str) -> date | str:
    if _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
