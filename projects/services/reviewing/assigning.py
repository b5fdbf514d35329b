"""分派: give waiting tables to colleagues, by hand, evenly, or a department's tables to one person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from projects.life.case import passers
from projects.models import Assignment, TargetTable, User
from projects.reviewlevels import due_level, level_of
from projects.selectors.tables import visible_to
from projects.services import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

HAND, EVENLY, DEPARTMENT, CLEAR = "hand", "evenly", "department", "clear"
WAYS = (HAND, EVENLY, DEPARTMENT, CLEAR)
MOST = 500
NOT_THERE = "没有这张表，或您不能审核"


class BadAssignment(ValueError):
    """What was asked for makes no sense; the message (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Given:
    """A table and the person it now is assigned to, ``None`` when to nobody."""

    table_id: int
    user: User | None


@dataclass(frozen=True, slots=True)
class NotGiven:
    table_id: int
    label: str
    message: str


@dataclass(slots=True)
class Outcome:
    done: list[Given] = field(default_factory=list)
    refused: list[NotGiven] = field(default_factory=list)


def assign(*, user: User | Any, tables: Sequence[int], how: str, users: Sequence[int] = ()) -> Outcome:
    """Assign the tables that wait at the level of ``user`` to ``users``; each refusal has its reason.

    By hand takes one person. Evenly gives each table to whoever has least, counting what they have already. By
    department keeps the tables of a department with one person. Raises :class:`BadAssignment`.
    """
    if how not in WAYS:
        raise BadAssignment("how 应为 hand、evenly、department 或 clear")
    if len(tables) > MOST:
        raise BadAssignment(f"一次最多分派 {MOST} 张表")
    people = list(User.objects.filter(pk__in=list(users), is_active=True).order_by("username"))
    if how != CLEAR and (not people or (how == HAND and len(people) != 1)):
        raise BadAssignment("请选择一位审核人" if how == HAND else "请选择审核人")
    outcome = Outcome()
    with transaction.atomic():
        rows = _mine(user, tables, outcome)
        chosen = {row.pk: None for row in rows} if how == CLEAR else _shared_out(rows, people, how, outcome)
        _write(user, rows, chosen, outcome)
    return outcome


def _mine(user: Any, tables: Sequence[int], outcome: Outcome) -> list[TargetTable]:
    """The tables whose turn it is at the level of the person who gives them out, locked in the order of their ids."""
    visible = visible_to(user).select_related("department", "fiscal_year").filter(pk__in=list(tables))
    found = {row.pk: row for row in visible.order_by("pk").select_for_update(of=("self",))}
    rows = []
    for pk in dict.fromkeys(tables):
        row = found.get(pk)
        if row is None or level_of(user, row) is None:
            outcome.refused.append(NotGiven(pk, row.label if row else "", NOT_THERE))
        else:
            rows.append(row)
    return rows


def _why_not(person: User, row: TargetTable, passed: Mapping[int, int | None]) -> str:
    if level_of(person, row) is None:
        return f"{person}不能审核这张表（不是“{row.department}”本级的审核人，或是本人送审的）"
    return f"{person}已办理过这张表的部门审核" if passed.get(row.pk) == person.pk else ""


def _shared_out(
    rows: Sequence[TargetTable], people: Sequence[User], how: str, outcome: Outcome
) -> dict[int, User | None]:
    passed = passers(rows)
    loads: Counter[int] = Counter({person.pk: 0 for person in people})
    # What they have already counts, but for the tables that are given out anew.
    held = Assignment.objects.filter(user__in=people, table__status__in=("submitted", "dept_reviewed"))
    loads.update(held.exclude(table__in=[row.pk for row in rows]).values_list("user_id", flat=True))
    groups: dict[Any, list[TargetTable]] = defaultdict(list)
    for row in rows:
        groups[row.department_id if how == DEPARTMENT else row.pk].append(row)
    chosen: dict[int, User | None] = {}
    for group in sorted(groups.values(), key=len, reverse=True):
        for row, person in _one_for(group, people, loads, passed):
            if person is None:
                outcome.refused.append(NotGiven(row.pk, row.label, _why_not(people[0], row, passed)))
            else:
                chosen[row.pk] = person
                loads[person.pk] += 1
    return chosen


def _one_for(
    group: Sequence[TargetTable], people: Sequence[User], loads: Counter[int], passed: Mapping[int, int | None]
) -> list[tuple[TargetTable, User | None]]:
    """Give a group to the least busy person who may review all of it; else each table to whoever may."""
    whole = [person for person in people if not any(_why_not(person, row, passed) for row in group)]
    if whole:
        person = min(whole, key=lambda item: loads[item.pk])
        return [(row, person) for row in group]
    found: list[tuple[TargetTable, User | None]] = []
    for row in group:
        able = [person for person in people if not _why_not(person, row, passed)]
        found.append((row, min(able, key=lambda item: loads[item.pk]) if able else None))
    return found


def _write(user: Any, rows: Sequence[TargetTable], chosen: Mapping[int, User | None], outcome: Outcome) -> None:
    kept = [row for row in rows if row.pk in chosen]
    levels: dict[int, str] = {row.pk: due_level(row) or "" for row in kept}
    for level in set(levels.values()):
        ids = [pk for pk, own in levels.items() if own == level]
        Assignment.objects.filter(table__in=ids, level=level).delete()
    now = timezone.now()
    Assignment.objects.bulk_create(
        Assignment(table=row, level=levels[row.pk], user=person, by=user, at=now)
        for row in kept
        if (person := chosen[row.pk]) is not None
    )
    for row in kept:
        person = chosen[row.pk]
        audit.record("review.assign", actor=user, obj=row, after={"分派给": audit.actor_label(person) or "无"})
        outcome.done.append(Given(row.pk, person))
