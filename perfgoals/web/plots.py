"""Geometry of the few plots, in units of the SVG's own view box. Pure: numbers in, shapes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

WIDTH = 300.0


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a stacked bar. ``tone`` 1 to 3 picks the fill."""

    label: str
    amount: Decimal
    x: str
    width: str
    tone: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole split into parts; what the parts do not explain is left blank."""

    whole: Decimal
    parts: list[Part]


def stacked_bar(whole: Decimal, parts: Sequence[tuple[str, Decimal]]) -> Bar | None:
    """Lay parts side by side over ``whole``, or over their sum when that is larger.

    ``None`` when no part is positive.
    """
    shown = [(label, amount) for label, amount in parts if amount > 0]
    scale = max(whole, sum((amount for _, amount in shown), Decimal(0)))
    if not shown:
        return None
    x = 0.0
    laid = []
    for tone, (label, amount) in enumerate(shown, 1):
        width = float(amount / scale) * WIDTH
        laid.append(Part(label, amount, _n(x), _n(max(width, 1.0)), min(tone, 3)))
        x += width
    return Bar(scale, laid)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the plan: month, cumulative percent and what an even course would have reached."""

    month: int
    percent: Decimal
    x: str
    y: str
    even: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """Step line of a plan over twelve months against the even line."""

    points: list[Point]
    path: str
    even: str
    left: str
    right: str
    top: str
    bottom: str
    levels: list[tuple[str, str]] = field(default_factory=list)
    months: list[tuple[str, str]] = field(default_factory=list)


def step_line(plan: Sequence[tuple[int, Decimal]]) -> Curve | None:
    """Draw ``(month, cumulative percent)`` as steps: each level holds until the next month end that is stated.

    Percents outside 0 to 100 are drawn at the edge. ``None`` when no point is given.
    """
    if not plan:
        return None
    left, right, top, bottom = 32.0, WIDTH - 8, 10.0, 110.0

    def at_x(month: float) -> float:
        return left + (right - left) * month / 12

    def at_y(value: Decimal) -> float:
        return bottom - (bottom - top) * float(min(max(value, Decimal(0)), Decimal(100))) / 100

    points = [
        Point(month, value, _n(at_x(month)), _n(at_y(value)), (Decimal(month) * 100 / 12).quantize(Decimal("0.1")))
        for month, value in sorted(plan)
    ]
    path = f"M{_n(left)} {_n(bottom)}" + "".join(f"H{p.x}V{p.y}" for p in points)
    if points[-1].month < 12:
        path += f"H{_n(right)}"
    return Curve(
        points=points,
        path=path,
        even=f"M{_n(left)} {_n(bottom)}L{_n(right)} {_n(top)}",
        left=_n(left),
        right=_n(right),
        top=_n(top),
        bottom=_n(bottom),
        levels=[(_n(at_y(Decimal(level))), f"{level}%") for level in (0, 50, 100)],
        months=[(_n(at_x(month)), f"{month}月") for month in (3, 6, 9, 12)],
    )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
