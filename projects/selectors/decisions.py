"""Decisions of a year: who returned, passed or approved what, with the sheet frozen then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, OuterRef, QuerySet, Subquery, Value, When

from projects.models import Department, FiscalYear, Level, ReviewSheet, Role, TargetTable, TransitionRecord
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, REVIEWS, rights_of
from projects.reviewlevels import REVIEW_ACTIONS
from projects.rules.dimensions import GRADES

if TYPE_CHECKING:
    from projects.models import User

SEES = (*REVIEWS, Role.ADMINISTRATOR)
"""Who sees the records of reviewing: reviewers and administrators, each in their departments."""
NAMES = {"return": "退回", "pass": "审核通过", "approve": "批复"}
Status, Levels = TargetTable.Status, FiscalYear.Levels


@dataclass(frozen=True, slots=True)
class Wish:
    """Conditions of register and statistics, as texts; empty ones do not narrow."""

    year: str = ""
    department: str = ""
    level: str = ""
    decision: str = ""
    grade: str = ""
    page: str = ""

    def query(self, **changes: str) -> str:
        texts = {item.name: getattr(self, item.name) for item in fields(self)} | changes
        return urlencode({name: text for name, text in texts.items() if text})


def wish_of(params: Mapping[str, Any]) -> Wish:
    """Read the conditions; what makes no sense is left out."""
    known = {"level": Level.values, "decision": REVIEW_ACTIONS, "grade": GRADES}
    found = {}
    for item in fields(Wish):
        text = str(params.get(item.name, "")).strip()
        if text in known[item.name] if item.name in known else text.isdecimal() and len(text) < 10:
            found[item.name] = text
    return Wish(**found)


def may_see(user: User | Any) -> bool:
    return rights_of(user).any(*SEES)


def tables_of(user: User | Any) -> QuerySet[TargetTable]:
    """Tables whose reviews the person may read about: in his departments, not submitted by himself."""
    ids = rights_of(user).department_ids(*SEES)
    found = TargetTable.objects.exclude(submitted_by=user.pk) if user.pk else TargetTable.objects.none()
    return found if ids is EVERYWHERE else found.filter(department__in=ids)


def decisions(user: User | Any, wish: Wish, *, year: int | None = None) -> QuerySet[TransitionRecord]:
    """Return the records with level, grade, score and sheet, the latest first."""
    records = TransitionRecord.objects.filter(action__in=REVIEW_ACTIONS, table__in=tables_of(user))
    number = int(wish.year) if wish.year else year
    if number is not None:
        records = records.filter(table__fiscal_year__year=number)
    if wish.department:
        chosen = Department.objects.filter(pk=int(wish.department)).first()
        records = records.filter(subtree(chosen.path, "table__department__path")) if chosen else records.none()
    sheet = ReviewSheet.objects.filter(table=OuterRef("table"), decided_version=OuterRef("version"))
    before = TransitionRecord.objects.filter(table=OuterRef("table"), id__lt=OuterRef("id"))
    rounds = before.filter(action="submit").order_by().values("table").annotate(n=Count("id")).values("n")
    records = records.annotate(
        level=Case(
            When(action="pass", then=Value(Level.DEPARTMENT.value)),
            When(source=Status.SUBMITTED, table__fiscal_year__levels=Levels.FINANCE, then=Value(Level.FINANCE.value)),
            When(source=Status.SUBMITTED, then=Value(Level.DEPARTMENT.value)),
            When(table__fiscal_year__levels=Levels.DEPARTMENT, then=Value(Level.DEPARTMENT.value)),
            default=Value(Level.FINANCE.value),
            output_field=CharField(),
        ),
        grade=Subquery(sheet.values("grade")[:1]),
        score=Subquery(sheet.values("score")[:1]),
        sheet=Subquery(sheet.values("pk")[:1]),
        sheet_revision=Subquery(sheet.values("revision__number")[:1]),
        arrived=Subquery(before.order_by("-id").values("at")[:1]),
        rounds=Subquery(rounds[:1]),
    )
    for name, value in (("level", wish.level), ("action", wish.decision), ("grade", wish.grade)):
        if value:
            records = records.filter(**{name: value})
    return records.select_related("table", "table__department", "table__fiscal_year").order_by("-id")


def years(user: User | Any) -> list[int]:
    """Years with tables that the person may read about, the latest first."""
    found = tables_of(user).order_by().values_list("fiscal_year__year", flat=True).distinct()
    return sorted(found, reverse=True)


def departments(user: User | Any) -> list[tuple[int, str]]:
    """Departments to choose from, in the order of the tree."""
    ids = rights_of(user).department_ids(*SEES)
    found = Department.objects.order_by("path")
    found = found if ids is EVERYWHERE else found.filter(pk__in=ids)
    return list(found.values_list("pk", "name"))


def days(record: Any) -> int | None:
    """Whole days from when the table came to this level until the decision."""
    return None if record.arrived is None else max((record.at - record.arrived).days, 0)
