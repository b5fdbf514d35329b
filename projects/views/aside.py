"""What stands beside the official form: the same numbers as plots and tables, and what needs a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from perfgoals.web.plots import Bar, Curve, stacked_bar, step_line
from projects.targettable import Indicator, TargetTable, field_kind, leaves

FUNDING = {
    "total": _("资金总额"),
    "fiscal": _("财政拨款"),
    "general_budget": _("一般公共预算拨款"),
    "government_fund": _("政府性基金拨款"),
    "other": _("其他资金"),
    "annual": _("本年度金额"),
    "annual_fiscal": _("本年度财政拨款"),
    "annual_other": _("本年度其他资金"),
    "central_transfer": _("中央转移支付"),
    "government_purchase": _("政府购买服务"),
    "basic_expenditure": _("基本支出"),
    "project_expenditure": _("项目支出"),
}
SOURCES = ("fiscal", "general_budget", "government_fund", "other")
"""The parts that together make the total; the rest of the rows cut it another way."""

PLACES = {
    "project.start": _("计划开始日期"),
    "project.end": _("计划完成日期"),
    "project.fixed_assets": _("固定资产采购金额"),
    "spend_plan.percent": _("资金支出计划"),
    "costs.amount": _("支出明细金额"),
    "items.amount": _("汇总项目金额"),
    "indicators.weight": _("指标权重"),
    "indicators.quantity": _("指标值"),
    "period_indicators.weight": _("中期指标权重"),
    "period_indicators.quantity": _("中期指标值"),
}


@dataclass(slots=True)
class FundingRow:
    """One line of the funding table. ``part`` says that the line is a piece of the total."""

    label: str
    amount: Decimal | str
    part: bool = False
    tone: int = 0


@dataclass(slots=True)
class Branch:
    """A category and what hangs below it: sub-categories, or indicators."""

    label: str
    rows: list[Indicator] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows) + sum(branch.count for branch in self.branches)


@dataclass(slots=True)
class Unread:
    """A value that stands as it was written because it could not be read."""

    place: str
    text: str


@dataclass(slots=True)
class Aside:
    """Everything beside the form. ``whole`` is the total that shares are taken of."""

    funding: list[FundingRow]
    whole: Decimal
    bar: Bar | None
    curve: Curve | None
    plan: list[tuple[str, Decimal | str | None, Decimal | None]]
    trees: list[tuple[str, list[Branch], int]]
    unread: list[Unread]
    extra: list[tuple[str, str]]


def aside_of(table: TargetTable) -> Aside:
    """Gather what is shown beside one table. Pure."""
    funding = table.funding
    parts = [(FUNDING[name], value) for name in SOURCES if isinstance(value := getattr(funding, name), Decimal)]
    known = sum((amount for _label, amount in parts), Decimal(0))
    whole = funding.total if isinstance(funding.total, Decimal) else known
    bar = stacked_bar(whole, parts)
    tones = {part.label: part.tone for part in bar.parts} if bar else {}
    rows = [
        FundingRow(label, value, name in SOURCES, tones.get(label, 0))
        for name, label in FUNDING.items()
        if (value := getattr(funding, name)) is not None
    ]
    points = [
        (int(point.by), point.percent)
        for point in table.spend_plan
        if isinstance(point.percent, Decimal) and point.by.isdigit() and 1 <= int(point.by) <= 12
    ]
    curve = step_line(points)
    even = {point.month: point.even for point in curve.points} if curve else {}
    return Aside(
        funding=rows,
        whole=whole,
        bar=bar,
        curve=curve,
        plan=[
            (point.by.lstrip("0"), point.percent, even.get(int(point.by)) if point.by.isdigit() else None)
            for point in table.spend_plan
        ],
        trees=[
            (label, tree(indicators), len(indicators))
            for label, indicators in (
                (_("年度指标"), table.indicators),
                (_("中期指标"), table.period_indicators),
            )
            if indicators
        ],
        unread=list(unread_of(table)),
        extra=list(table.extra.items()),
    )


def tree(indicators: list[Indicator]) -> list[Branch]:
    """Hang indicators under their levels 1 and 2, in the order in which these first occur."""
    roots: dict[str, Branch] = {}
    inner: dict[tuple[str, str], Branch] = {}
    for row in indicators:
        first = row.level1 or _("未分类")
        if first not in roots:
            roots[first] = Branch(first)
        if not row.level2:
            roots[first].rows.append(row)
            continue
        key = (first, row.level2)
        if key not in inner:
            inner[key] = Branch(row.level2)
            roots[first].branches.append(inner[key])
        inner[key].rows.append(row)
    return list(roots.values())


def unread_of(table: TargetTable) -> list[Unread]:
    """Return the amounts, percents, dates and numbers that are still the text that was written there."""
    found = []
    for path, value in leaves(table):
        parts = path.split(".")
        index = int(parts[1]) if len(parts) > 2 and parts[1].isdigit() else None
        plain = ".".join((parts[0], *parts[2:])) if index is not None else path
        if field_kind(plain) == "text" or not isinstance(value, str) or not value or path == "fiscal_year":
            continue
        place = FUNDING.get(parts[-1], plain) if parts[0] == "funding" else PLACES.get(plain, plain)
        if plain == "spend_plan.percent" and index is not None:
            place = _("资金支出计划 %(month)s月底") % {"month": table.spend_plan[index].by.lstrip("0")}
        elif index is not None:
            place = _("%(place)s（第%(row)d行）") % {"place": place, "row": index + 1}
        found.append(Unread(place, value))
    return found
