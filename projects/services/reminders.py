"""Reminders before a due date: 7, 3 and 1 days ahead, each once for each person.

What is open is derived from the tables' states at the time of the run. A due date that is moved starts anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from projects.models import Department, FiscalYear, Membership, Notice, Role, TargetTable
from projects.services.notices import clip, next_reviewer

DAYS = (7, 3, 1)
KIND = "due"

Status = TargetTable.Status


@dataclass(frozen=True, slots=True)
class _Stage:
    """One due date that is near: who is asked, for which tables."""

    year: FiscalYear
    key: str
    role: str
    statuses: tuple[str, ...]
    due: datetime
    days: int
    text: str


def remind(*, now: datetime | None = None) -> int:
    """Write the reminders that are due and return how many; those written before are left out.

    A fixed number of queries: years, open tables by department, people with departments, one insert.
    """
    now = now or timezone.now()
    stages = [stage for year in FiscalYear.objects.filter(state="open") for stage in _stages(year, now)]
    if not stages:
        return 0
    open_tables = _open_tables(stages)
    paths = dict(Department.objects.values_list("id", "path"))
    members = list(
        Membership.objects.filter(role__in={stage.role for stage in stages}, user__is_active=True)
        .order_by("user_id", "id")
        .values_list("user_id", "role", "department__path")
    )
    notices = [notice for stage in stages for notice in _notices(stage, open_tables, paths, members, now)]
    before = Notice.objects.filter(kind=KIND).count()
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return Notice.objects.filter(kind=KIND).count() - before


def _stages(year: FiscalYear, now: datetime) -> Iterator[_Stage]:
    reviewers = {status: next_reviewer(status, year.levels) for status in (Status.SUBMITTED, Status.DEPT_REVIEWED)}
    rows = (
        ("submit", Role.OFFICER, tuple(TargetTable.EDITABLE), year.due, "送审"),
        ("department", Role.DEPARTMENT_REVIEWER, None, year.department_due, "部门审核"),
        ("finance", Role.FINANCE_REVIEWER, None, year.finance_due, "财政审核"),
    )
    for key, role, statuses, due, text in rows:
        if due is None or due <= now:
            continue
        left = (timezone.localtime(due).date() - timezone.localtime(now).date()).days
        reached = [days for days in DAYS if left <= days]
        waiting = statuses or tuple(status for status, who in reviewers.items() if who == role)
        if reached and waiting:
            yield _Stage(year, key, role, waiting, due, min(reached), text)


def _open_tables(stages: list[_Stage]) -> dict[tuple[int, str], Counter[int]]:
    """Open tables by year and state, counted by department."""
    rows = (
        TargetTable.objects.filter(
            fiscal_year__in={stage.year.pk for stage in stages},
            status__in={status for stage in stages for status in stage.statuses},
        )
        .order_by()
        .values_list("fiscal_year_id", "status", "department_id")
        .annotate(n=Count("id"))
    )
    found: dict[tuple[int, str], Counter[int]] = {}
    for year, status, department, count in rows:
        found.setdefault((year, status), Counter())[department] = count
    return found


def _notices(
    stage: _Stage,
    open_tables: dict[tuple[int, str], Counter[int]],
    paths: dict[int, str],
    members: Sequence[tuple[int, str, str | None]],
    now: datetime,
) -> Iterator[Notice]:
    counts: Counter[str] = Counter()
    for status in stage.statuses:
        for department, number in open_tables.get((stage.year.pk, status), Counter()).items():
            counts[paths[department]] += number
    reach: dict[int, set[str]] = {}
    for user, role, path in members:
        if role == stage.role:
            reach.setdefault(user, set()).update(at for at in counts if path is None or at.startswith(path))
    due = timezone.localtime(stage.due)
    left = (due.date() - timezone.localtime(now).date()).days
    when = f"还有 {left} 天" if left else "就是今天"
    for user, inside in reach.items():
        number = sum(counts[path] for path in inside)
        if number:
            yield Notice(
                user_id=user,
                kind=KIND,
                text=clip(
                    f"{stage.year}度绩效目标{stage.text}截止时间为 {due:%m月%d日 %H:%M}，{when}，"
                    f"您还有 {number} 张表没有{stage.text}"
                ),
                once=f"due.{stage.year.year}.{stage.key}.{stage.days}.{due:%Y%m%d}",
            )
