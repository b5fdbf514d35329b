"""预算管理一体化 exchange: goals and indicators under the field names PM_PERF_GOAL_INFO and PM_PERF_INDICATOR. Pure.

Source: the data fields of 预算管理一体化 as noted in the field notes. Codes of levels 1 and 2 are those of our own
category tree (``output``, ``output.quantity``), because the official lists of codes differ by place. A text longer than
its field is given whole and reported: nothing is cut silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from projects.targettable import Indicator, TargetTable

SCHEMA = "perfgoals.exchange/1"
GOALS, INDICATORS = "PM_PERF_GOAL_INFO", "PM_PERF_INDICATOR"
_KEYS = {"MOF_DIV_CODE": 9, "FISCAL_YEAR": 4, "AGENCY_CODE": 21, "PRO_CODE": 21, "YEARFLAG": 1}
# Field → longest text, in characters.
GOAL_FIELDS: dict[str, int] = {**_KEYS, "KPI_TARGET": 2000}
INDICATOR_FIELDS: dict[str, int] = {
    **_KEYS,
    "LV1_PERF_IND_CODE": 40, "LV1_PERF_IND_NAME": 200, "LV2_PERF_IND_CODE": 40, "LV2_PERF_IND_NAME": 200,
    "LV3_PERF_IND_CODE": 40, "LV3_PERF_IND_NAME": 200, "KPI_CONTENT": 2000, "KPI_EVALSTD": 2000, "KPI_VAL": 1000,
    "KPI_REMARK": 2000, "COMPUTESIGN": 2, "METERUNIT": 200, "WEIGHT": 6,
}  # fmt: skip
YEAR, PERIOD = "0", "1"
SIGNS = {">": "1", "<": "2", "=": "3", "≥": "4", "≤": "5"}
QUALITATIVE, QUANTITATIVE, NOT_APPLICABLE = "6", "9", "10"


@dataclass(slots=True)
class Exchange:
    """Rows of both tables, every field a text; ``issues`` (Chinese) says what a receiver would refuse."""

    goals: list[dict[str, str]] = field(default_factory=list)
    indicators: list[dict[str, str]] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, GOALS: self.goals, INDICATORS: self.indicators, "issues": self.issues}


def exchange_of(tables: Iterable[TargetTable], *, division: str = "") -> Exchange:
    """Return the rows of the project tables. ``division`` is the MOF_DIV_CODE of all of them."""
    found = Exchange()
    if not division:
        found.issues.append("没有设置财政区划代码（MOF_DIV_CODE），该字段为空")
    for table in tables:
        if table.kind != "project":
            continue
        label = table.label() or "（未命名）"
        keys = {
            "MOF_DIV_CODE": division,
            "FISCAL_YEAR": str(table.fiscal_year or ""),
            "AGENCY_CODE": table.department.code,
            "PRO_CODE": table.project.code,
        }
        missing = [name for name, value in keys.items() if not value and name != "MOF_DIV_CODE"]
        if missing:
            found.issues.append(f"{label}：{'、'.join(missing)} 为空")
        halves = (
            (YEAR, table.goals.annual, table.indicators),
            (PERIOD, table.goals.period, table.period_indicators),
        )
        for flag, goal, rows in halves:
            named = {**keys, "YEARFLAG": flag}
            if goal:
                found.goals.append(_checked({**named, "KPI_TARGET": goal}, GOAL_FIELDS, label, found.issues))
            for row in rows:
                if row.name or row.value:
                    line = {**named, **_indicator(row)}
                    found.indicators.append(_checked(line, INDICATOR_FIELDS, label, found.issues))
    return found


def sign_of(row: Indicator) -> str:
    """Return COMPUTESIGN: 1–5 a comparison, 9 a number without one, 10 不适用, 6 words."""
    if "不适用" in row.value:
        return NOT_APPLICABLE
    if isinstance(row.quantity, Decimal):
        return SIGNS.get(row.operator, QUANTITATIVE)
    return QUALITATIVE


def _indicator(row: Indicator) -> dict[str, str]:
    sign = sign_of(row)
    compared = sign in SIGNS.values() and isinstance(row.quantity, Decimal)
    level1, _, level2 = row.category.partition(".")
    return {
        "LV1_PERF_IND_CODE": level1,
        "LV1_PERF_IND_NAME": row.level1,
        "LV2_PERF_IND_CODE": row.category if level2 else "",
        "LV2_PERF_IND_NAME": row.level2,
        "LV3_PERF_IND_CODE": "",
        "LV3_PERF_IND_NAME": row.name,
        "KPI_CONTENT": row.description,
        "KPI_EVALSTD": row.standard or row.basis,
        "KPI_VAL": f"{row.quantity:f}" if compared else row.value,
        "KPI_REMARK": row.basis if row.standard else "",
        "COMPUTESIGN": sign,
        "METERUNIT": row.unit if compared else "",
        "WEIGHT": f"{row.weight:f}" if isinstance(row.weight, Decimal) else str(row.weight or ""),
    }


def _checked(line: dict[str, str], fields: dict[str, int], label: str, issues: list[str]) -> dict[str, str]:
    for name, most in fields.items():
        if len(line[name]) > most:
            issues.append(f"{label}：{name} 有 {len(line[name])} 字，超过 {most} 字的上限")
    return {name: line[name] for name in fields}
