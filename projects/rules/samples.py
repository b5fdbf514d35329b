"""How examples of rules are written: as little of a table as shows the point. They are shown to people and tested."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from indicators.categories import NATIONAL
from projects.rules.engine import Sample
from projects.targettable import (
    Cost,
    DepartmentRef,
    Funding,
    Goals,
    Indicator,
    Item,
    PlanPoint,
    Project,
    Section,
    TargetTable,
)

DEPARTMENT = "某区退役军人事务局"


def indicator(name: str, value: str, category: str = "output.quality", **more: Any) -> Indicator:
    """Return an indicator row of the national names."""
    level1, level2 = NATIONAL.get(category, ("", ""))
    return Indicator(level1=level1, level2=level2, name=name, value=value, category=category, **more)


def table(*rows: Indicator, layout: str = "hebei", total: str = "100000", **parts: Any) -> TargetTable:
    """Return a small project table; ``parts`` replaces whole parts (``goals=…``, ``project=…``)."""
    made = TargetTable(
        layout=layout,
        fiscal_year=2021,
        department=DepartmentRef("", DEPARTMENT),
        project=Project(name="优抚对象门诊补助"),
        funding=Funding(total=Decimal(total), fiscal=Decimal(total), other=Decimal(0)),
        goals=Goals(annual="按时足额发放优抚对象门诊补助"),
        indicators=list(rows),
    )
    for name, value in parts.items():
        setattr(made, name, value)
    return made


def row(name: str, value: str, category: str = "output.quality", **more: Any) -> Sample:
    """Return an example of one indicator."""
    described = f"（解释：{more['description']}）" if more.get("description") else ""
    return Sample(f"{name}{described}：{value or '（空）'}", (table(indicator(name, value, category, **more)),))


def rows(text: str, *given: Indicator, **parts: Any) -> Sample:
    """Return an example of several rows of one table."""
    return Sample(text, (table(*given, **parts),))


def one(text: str, **parts: Any) -> Sample:
    """Return an example of one table without indicators of interest."""
    return Sample(text, (table(**parts),))


def several(text: str, *tables: TargetTable) -> Sample:
    """Return an example of tables that are compared."""
    return Sample(text, tables)


def goals(annual: str, period: str = "") -> Goals:
    return Goals(period, annual)


def plan(*percents: str | None) -> list[PlanPoint]:
    """Return a spend plan for March, June, October, December."""
    return [
        PlanPoint(by, Decimal(percent) if percent and percent.replace(".", "").isdigit() else percent)
        for by, percent in zip(("03", "06", "10", "12"), percents, strict=True)
    ]


def cost(content: str, amount: str, basis: str = "") -> Cost:
    return Cost(content=content, amount=Decimal(amount), basis=basis)


def project(name: str, **more: Any) -> Project:
    return Project(name=name, **more)


def item(no: str, name: str, amount: str, **more: str) -> Item:
    return Item(no=no, name=name, amount=Decimal(amount), **more)


def funding(**amounts: str) -> Funding:
    return Funding(**{name: Decimal(value) for name, value in amounts.items()})


def section(title: str, text: str) -> Section:
    return Section(title, text)
