"""What waits for a reviewer, filtered and sorted in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.models import Assignment, Department, FiscalYear, Level, TargetTable, TransitionRecord
from projects.models.department import subtree
from projects.selectors.search import search_tables
from projects.selectors.worklist import review_late, waiting_for

if TYPE_CHECKING:
    from projects.models import User

SIZE = 50
WAN = Decimal(10_000)
CHOICES: dict[str, dict[str, str]] = {
    "findings": {"none": "没有问题", "some": "有问题", "block": "有须修改", "warn": "有提醒"},
    "changed": {"yes": "与上年不同", "no": "与上年相同", "new": "没有上年的表"},
    "round": {"1": "首次送审", "2": "再次送审"},
    "mine": {"me": "分派给我", "nobody": "未分派"},
    "sort": {
        "waited": "等待最久",
        "amount": "金额从小到大",
        "-amount": "金额从大到小",
        "department": "部门",
        "findings": "问题最多",
    },
}
Status, Levels = TargetTable.Status, FiscalYear.Levels
CLEAN = Q(submission__blocks=0, submission__warns=0)


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions of the queue as texts; empty ones do not narrow. Amounts in 万元, ``waited`` in days."""

    year: str = ""
    department: str = ""
    min: str = ""
    max: str = ""
    findings: str = ""
    changed: str = ""
    round: str = ""
    waited: str = ""
    mine: str = ""
    q: str = ""
    sort: str = ""
    page: str = ""

    def query(self, **changes: str) -> str:
        """Return the conditions as an address, in one spelling."""
        texts = {item.name: getattr(self, item.name) for item in fields(self)} | changes
        return urlencode({name: text for name, text in texts.items() if text})


def filter_of(params: Mapping[str, Any]) -> Filter:
    """Read the conditions; what is unknown or makes no sense is left out."""
    found = {}
    for item in fields(Filter):
        text = str(params.get(item.name, "")).replace("\0", "").strip()[:100]
        if text and _known(item.name, text):
            found[item.name] = text
    return Filter(**found)


def filter_of_query(query: str) -> Filter:
    return filter_of(dict(parse_qsl(query.lstrip("?")[:1000])))


def _known(name: str, text: str) -> bool:
    if name in ("year", "department", "waited", "page"):
        return text.isdecimal() and len(text) < 10
    if name in ("min", "max"):
        return _amount(text) is not None
    if name == "mine" and text.isdecimal() and len(text) < 10:
        return True
    return name == "q" or text in CHOICES[name]


def _amount(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return number * WAN if number.is_finite() and abs(number) < 10**12 else None


def base(user: User | Any, *, year: int | None = None, department: Department | None = None) -> QuerySet[TargetTable]:
    """Everything that waits for ``user``, with ``since`` and to whom it is assigned (``assignee``)."""
    tables = waiting_for(user)
    if year is not None:
        tables = tables.filter(fiscal_year__year=year)
    if department is not None:
        tables = tables.filter(subtree(department.path, "department__path"))
    arrived = TransitionRecord.objects.filter(table=OuterRef("pk")).order_by("-id").values("at")[:1]
    assigned = Assignment.objects.filter(table=OuterRef("pk"), level=OuterRef("due_level")).values("user")[:1]
    return tables.annotate(
        since=Coalesce(Subquery(arrived), F("updated_at")),
        due_level=Case(
            When(status=Status.SUBMITTED, fiscal_year__levels=Levels.FINANCE, then=Value(Level.FINANCE.value)),
            When(status=Status.SUBMITTED, then=Value(Level.DEPARTMENT.value)),
            When(fiscal_year__levels=Levels.DEPARTMENT, then=Value(Level.DEPARTMENT.value)),
            default=Value(Level.FINANCE.value),
            output_field=CharField(),
        ),
    ).annotate(assignee=Subquery(assigned))


def narrowed(
    tables: QuerySet[TargetTable], wish: Filter, user: User | Any, *, now: datetime | None = None
) -> QuerySet[TargetTable]:
    """Apply the conditions to :func:`base`. A department that does not exist narrows to nothing."""
    now = now or timezone.now()
    if wish.year:
        tables = tables.filter(fiscal_year__year=int(wish.year))
    if wish.department:
        chosen = Department.objects.filter(pk=int(wish.department)).first()
        tables = tables.filter(subtree(chosen.path, "department__path")) if chosen else tables.none()
    if wish.min:
        tables = tables.filter(amount__gte=_amount(wish.min))
    if wish.max:
        tables = tables.filter(amount__lte=_amount(wish.max))
    for condition in _conditions(wish, user):
        tables = tables.filter(condition)
    if wish.waited:
        tables = tables.filter(since__lte=now - timedelta(days=min(int(wish.waited), 36_500)))
    return search_tables(tables, wish.q) if wish.q else tables


def _conditions(wish: Filter, user: User | Any) -> list[Q]:
    """Exactly one condition for each choice that was made."""
    some = Q(submission__blocks__gt=0) | Q(submission__warns__gt=0)
    known = {
        ("findings", "none"): CLEAN,
        ("findings", "some"): some,
        ("findings", "block"): Q(submission__blocks__gt=0),
        ("findings", "warn"): Q(submission__warns__gt=0),
        ("changed", "yes"): Q(submission__changed_year__gt=0),
        ("changed", "no"): Q(submission__changed_year=0),
        ("changed", "new"): Q(submission__isnull=False, submission__changed_year=None),
        ("round", "1"): Q(submission__round=1),
        ("round", "2"): Q(submission__round__gte=2),
        ("mine", "me"): Q(assignee=user.pk),
        ("mine", "nobody"): Q(assignee=None),
    }
    chosen = [(name, getattr(wish, name)) for name in ("findings", "changed", "round", "mine")]
    found = [known[pair] for pair in chosen if pair in known]
    if wish.mine.isdecimal():
        found.append(Q(assignee=int(wish.mine)))
    return found


_ORDERS: dict[str, tuple[Any, ...]] = {
    "waited": ("since", "pk"),
    "amount": (F("amount").asc(nulls_first=True), "pk"),
    "-amount": (F("amount").desc(nulls_last=True), "pk"),
    "department": ("department__path", "since", "pk"),
    "findings": (
        F("submission__blocks").desc(nulls_last=True),
        F("submission__warns").desc(nulls_last=True),
        "since",
        "pk",
    ),
}


def ordered(tables: QuerySet[TargetTable], wish: Filter) -> QuerySet[TargetTable]:
    return tables.order_by(*_ORDERS[wish.sort or "waited"])


def counts(tables: QuerySet[TargetTable], user: User | Any, now: datetime) -> dict[str, int]:
    """Count the queue before it is filtered, also what each choice would leave. One query."""
    wishes = [(name, value) for name in ("findings", "changed", "round", "mine") for value in CHOICES[name]]
    asked = {
        f"{name}_{value}": Count("pk", filter=_conditions(Filter(**{name: value}), user)[0]) for name, value in wishes
    }
    found = tables.order_by().aggregate(
        all=Count("pk"), overdue=Count("pk", filter=review_late(now)), clean=Count("pk", filter=CLEAN), **asked
    )
    return {key: value or 0 for key, value in found.items()}


MOST_PLACES = 5_000


def neighbours(*, user: User | Any, table_id: int, query: str) -> tuple[int | None, int | None, int, int]:
    """Return ``(id before, id after, place from 1, count)`` of a table in the filtered queue.

    A table that is not (any more) in it has place 0, and the first of the queue comes after it.
    """
    wish = filter_of_query(query)
    ids = list(ordered(narrowed(base(user), wish, user), wish).values_list("pk", flat=True)[:MOST_PLACES])
    if table_id not in ids:
        return None, ids[0] if ids else None, 0, len(ids)
    at = ids.index(table_id)
    after = ids[at + 1] if at + 1 < len(ids) else None
    return (ids[at - 1] if at else None), after, at + 1, len(ids)
