"""The digest kept of a table for comparison with others: a few kilobytes, plain JSON, so that it can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from indicators.targets import Kind
from projects.rules import words
from projects.rules.case import Case

TEXT_LENGTH = 400


class Target(NamedTuple):
    """An indicator of the year: its row, name and value without blanks, and what was understood of a single value."""

    row: int
    name: str
    value: str
    operator: str = ""
    quantity: str = ""
    unit: str = ""


class Line(NamedTuple):
    """A row of a summary table; ``amount`` in yuan as text, ``""`` where there is none."""

    name: str
    amount: str
    period_goal: str
    annual_goal: str


@dataclass(slots=True)
class Brief:
    """``key`` is whatever the caller knows the table by. Amounts are yuan as text, ``""`` where there is none."""

    key: Any
    label: str
    kind: str
    year: int | None
    department: str
    project: str
    total: str = ""
    project_expenditure: str = ""
    purpose: str = ""
    period: str = ""
    annual: str = ""
    targets: list[Target] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)

    @property
    def amount(self) -> Decimal | None:
        return Decimal(self.total) if self.total else None

    def dump(self) -> str:
        """Return it as JSON, without ``key``."""
        data = asdict(self)
        del data["key"]
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, key: Any, text: str) -> Brief:
        data = json.loads(text)
        data["targets"] = [Target(*row) for row in data["targets"]]
        data["items"] = [Line(*row) for row in data["items"]]
        return cls(key, **data)


def brief_of(case: Case, key: Any) -> Brief:
    """Digest a table."""
    table = case.table
    return Brief(
        key=key,
        label=table.label(),
        kind=table.kind,
        year=table.fiscal_year,
        department=words.plain(table.department.name) or table.department.code,
        project=table.project.name.strip(),
        total=_money(table.funding.total),
        project_expenditure=_money(table.funding.project_expenditure),
        purpose=table.project.purpose[:TEXT_LENGTH],
        period=table.goals.period[:TEXT_LENGTH],
        annual=table.goals.annual[:TEXT_LENGTH],
        targets=[_target(row) for row in case.rows if row.rows == "indicators"],
        items=[Line(item.name, _money(item.amount), item.period_goal, item.annual_goal) for item in table.items],
    )


def _target(row: Any) -> Target:
    name, value = words.plain(row.name), words.plain(row.item.value)
    target = row.target
    if not target.single or target.kind != Kind.NUMBER or target.quantity is None:
        return Target(row.index, name, value)
    return Target(row.index, name, value, target.operator, str(target.quantity), target.unit)


def _money(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else ""


def projects_of(briefs: Iterable[Brief]) -> list[Brief]:
    return [brief for brief in briefs if brief.kind == "project"]
