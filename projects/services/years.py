"""Fiscal years: made, set up, opened, closed, published. Every act is in the audit log.

A year is open, then closed, then published; closing and publishing can be taken back one step at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from projects.models import FiscalYear, TargetTable
from projects.permissions import may_administer
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User

State = FiscalYear.State
Levels = FiscalYear.Levels
UNDER_REVIEW = (TargetTable.Status.SUBMITTED, TargetTable.Status.DEPT_REVIEWED)

ACTIONS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "close": ("关闭", (State.OPEN,), State.CLOSED),
    "open": ("重新开放", (State.CLOSED,), State.OPEN),
    "publish": ("公布", (State.CLOSED,), State.PUBLISHED),
    "unpublish": ("撤回公布", (State.PUBLISHED,), State.CLOSED),
}
"""Code → name, states it starts from, state it leads to."""


class YearRefused(Exception):
    """The act was not done; the message (Chinese) is fit for the page."""


def create_year(*, user: User | Any, number: int) -> FiscalYear:
    """Make an open year without due dates. Raises :class:`YearRefused`."""
    _administrator(user)
    if FiscalYear.objects.filter(year=number).exists():
        raise YearRefused(f"{number}年已经有了")
    year = FiscalYear(year=number)
    _clean(year)
    with transaction.atomic():
        year.save()
        audit.record("year.create", actor=user, obj=year, after=_told(year))
    return year


def change_year(
    *,
    user: User | Any,
    year_id: int,
    levels: str,
    due: datetime | None,
    department_due: datetime | None,
    finance_due: datetime | None,
) -> FiscalYear:
    """Set review levels and due dates. Raises :class:`YearRefused`.

    Levels stay while tables are under review: their next step depends on them. Due dates come in the order of the
    steps; that of a level which the year does not have is dropped.
    """
    _administrator(user)
    with transaction.atomic():
        year = FiscalYear.objects.select_for_update().get(pk=year_id)
        before = _told(year)
        if year.state == State.PUBLISHED:
            raise YearRefused(f"{year}已公布，设置不能修改；确需修改请先撤回公布")
        if levels != year.levels and (waiting := _count(year, UNDER_REVIEW)):
            raise YearRefused(f"有 {waiting} 张表正在审核，审核级次不能改变；请先办结或退回")
        year.levels, year.due = levels, due
        year.department_due = department_due if levels != Levels.FINANCE else None
        year.finance_due = finance_due if levels != Levels.DEPARTMENT else None
        _clean(year)
        steps = [("送审", year.due), ("部门审核", year.department_due), ("财政审核", year.finance_due)]
        dated = [(name, moment) for name, moment in steps if moment]
        for (first, sooner), (second, later) in pairwise(dated):
            if later < sooner:
                raise YearRefused(f"{second}截止不能早于{first}截止")
        after = _told(year)
        if after != before:
            year.save()
            audit.record("year.change", actor=user, obj=year, before=before, after=after)
    return year


def change_state(*, user: User | Any, year_id: int, action: str) -> FiscalYear:
    """Close, reopen, publish or take back. Raises :class:`YearRefused`."""
    _administrator(user)
    with transaction.atomic():
        year = FiscalYear.objects.select_for_update().get(pk=year_id)
        if why := why_not(year, action, counts_of(year)):
            raise YearRefused(why)
        before, year.state = year.state, ACTIONS[action][2]
        year.save(update_fields=["state"])
        code = "close" if action == "unpublish" else action
        audit.record(
            f"year.{code}",
            actor=user,
            obj=year,
            before={"状态": State(before).label},
            after={"状态": State(year.state).label},
        )
    return year


def why_not(year: FiscalYear, action: str, counts: dict[str, int]) -> str:
    """Return why ``action`` is not possible now, ``""`` when it is; ``counts`` are the year's tables by state."""
    if action not in ACTIONS:
        return "没有这种操作"
    name, sources, _target = ACTIONS[action]
    if year.state not in sources:
        needed = "；请先关闭" if action == "publish" and year.state == State.OPEN else ""
        return f"{year}“{year.get_state_display()}”，不能{name}{needed}"
    return _GUARDS[action](counts) if action in _GUARDS else ""


def counts_of(year: FiscalYear) -> dict[str, int]:
    """Return the year's live tables by state."""
    rows = TargetTable.objects.filter(fiscal_year=year).order_by().values_list("status").annotate(n=Count("id"))
    return dict(rows)


def _publishable(counts: dict[str, int]) -> str:
    review = sum(counts.get(status, 0) for status in UNDER_REVIEW)
    if review:
        return f"有 {review} 张表正在审核，不能公布；请重新开放，办结或退回后再公布"
    if not counts.get(TargetTable.Status.APPROVED):
        return "没有已批复的表，不能公布"
    return ""


_GUARDS: dict[str, Callable[[dict[str, int]], str]] = {"publish": _publishable}


def _administrator(user: User | Any) -> None:
    if why := may_administer(user, None):
        raise YearRefused(why)


def _count(year: FiscalYear, statuses: tuple[str, ...]) -> int:
    return TargetTable.objects.filter(fiscal_year=year, status__in=statuses).order_by().count()


def _clean(year: FiscalYear) -> None:
    try:
        year.full_clean()
    except ValidationError as error:
        raise YearRefused("；".join(error.messages)) from error


def _told(year: FiscalYear) -> dict[str, Any]:
    """What the audit log keeps of a year."""

    def moment(value: datetime | None) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""

    return {
        "状态": year.get_state_display(),
        "审核级次": year.get_levels_display(),
        "送审截止": moment(year.due),
        "部门审核截止": moment(year.department_due),
        "财政审核截止": moment(year.finance_due),
    }
