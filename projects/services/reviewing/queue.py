"""The queue page's data: see docs/review.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.utils import timezone

from projects.findings import BLOCK, WARN
from projects.grading import all_good
from projects.models import Department, FiscalYear, Level, Membership, Submission, TargetTable, User
from projects.permissions import REVIEWS, rights_of
from projects.reviewlevels import due_level
from projects.selectors import review_queue as selector
from projects.selectors.comments import MustCounts, must_counts
from projects.selectors.sheets import drafts_of, standing
from projects.services.reviewing import presence, shared

if TYPE_CHECKING:
    from projects.findings import Finding
    from projects.models import ReviewSheet

NAMES = {"findings": "检查问题", "changed": "与上年相比", "round": "送审次数", "mine": "分派"}
NO_FACTS = "没有送审时的检查记录"


def queue_data(
    *,
    user: User | Any,
    params: Mapping[str, Any],
    year: int | None = None,
    department: Department | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return the page's rows, counts and filters in a fixed number of queries."""
    now = now or timezone.now()
    wish = selector.filter_of(params)
    queue = selector.base(user, year=year, department=department)
    counted = selector.counts(queue, user, now)
    found = selector.narrowed(queue, wish, user, now=now)
    shown = found.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    pages = max(1, -(-shown["count"] // selector.SIZE))
    number = min(max(int(wish.page or 1), 1), pages)
    start = (number - 1) * selector.SIZE
    listed = selector.ordered(found, wish).select_related("department", "fiscal_year", "submission")
    rows = list(listed[start : start + selector.SIZE])
    known = _colleagues(user)
    return {
        "rows": _rows(rows, user, known, now),
        "counts": {"all": counted["all"], "mine": counted["mine_me"], "nobody": counted["mine_nobody"]}
        | {key: counted[key] for key in ("overdue", "clean")},
        "shown": {"count": shown["count"], "amount": f"{shown['amount'] or Decimal(0):.2f}"},
        "filters": _filters(wish, counted, queue, known),
        "sorts": [{"value": value, "text": text} for value, text in selector.CHOICES["sort"].items()],
        "sort": wish.sort or "waited",
        "page": {"number": number, "pages": pages, "size": selector.SIZE},
        "views": [shared.view_data(view, user) for view in shared.views_of(user)],
        "colleagues": _loads(known, queue),
        "query": wish.query(page=""),
    }


def _rows(rows: Sequence[TargetTable], user: Any, names: Mapping[int, str], now: datetime) -> list[dict[str, Any]]:
    must, drafts = must_counts(rows), drafts_of(rows)
    here = presence.present([row.pk for row in rows], without=user, now=now)
    return [
        _row(row, names, now, must.get(row.pk, MustCounts()), drafts.get(row.pk))
        | {"here": [other["by"] for other in here.get(row.pk, [])]}
        for row in rows
    ]


def _row(
    row: Any, names: Mapping[int, str], now: datetime, must: MustCounts, sheet: ReviewSheet | None
) -> dict[str, Any]:
    facts = submission_of(row)
    due = _due(row)
    return {
        "id": row.pk,
        "label": row.label or row.title,
        "version": row.version,
        "status": row.status,
        "status_name": str(row.get_status_display()),
        "department": row.department.name,
        "year": row.fiscal_year.year,
        "amount": None if row.amount is None else f"{row.amount}",
        "adjustment": row.adjustment,
        "round": facts.round if facts else 1,
        "since": _moment(row.since),
        "waited_days": max((now - row.since).days, 0),
        "due": _moment(due) if due else "",
        "overdue": due is not None and due < now,
        "findings": {"block": facts.blocks, "warn": facts.warns, "info": facts.infos} if facts else None,
        "changed_year": facts.changed_year if facts else None,
        "changed_round": facts.changed_round if facts else None,
        "amount_last_year": f"{facts.amount_year}" if facts and facts.amount_year is not None else None,
        "comments": {"must_open": must.open, "answered": must.pending - must.open},
        "assigned": {"id": row.assignee, "to": names.get(row.assignee, "")} if row.assignee else None,
        "grade": standing(sheet).grade if sheet else "",
        "bulk": not_in_bulk(facts, must, sheet),
    }


def submission_of(row: TargetTable) -> Submission | None:
    found: Submission | None = getattr(row, "submission", None)
    return found


def not_in_bulk(facts: Submission | None, must: MustCounts, sheet: ReviewSheet | None) -> str:
    """Return why a table cannot be passed together with others, as far as the list can know."""
    if facts is None:
        return NO_FACTS
    if facts.blocks or facts.warns:
        return f"有 {facts.blocks + facts.warns} 个检查问题"
    if must.pending:
        return f"有 {must.pending} 条未解决的“必须修改”意见"
    return sheet_not_good(sheet)


def findings_not_clean(findings: Iterable[Finding]) -> str:
    number = sum(finding.level in (BLOCK, WARN) for finding in findings)
    return f"有 {number} 个检查问题" if number else ""


def sheet_not_good(sheet: ReviewSheet | None) -> str:
    if sheet is None:
        return "还没有填审核表"
    if missing := standing(sheet).missing:
        return f"审核表没有填完：{'、'.join(missing)}"
    return "" if all_good(sheet.form, sheet.items, sheet.weights) else "审核表有评为“中”或“差”的项"


def _due(row: TargetTable) -> datetime | None:
    finance = due_level(row) == Level.FINANCE
    year: FiscalYear = row.fiscal_year
    return year.finance_due if finance else year.department_due


def _moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")


# Filters and colleagues -------------------------------------------------------------------------------------------


def _filters(
    wish: selector.Filter, counted: Mapping[str, int], queue: Any, names: Mapping[int, str]
) -> list[dict[str, Any]]:
    found = [_departments(wish, queue)]
    for name, title in NAMES.items():
        choices = [
            {"value": value, "text": text, "count": counted[f"{name}_{value}"]}
            for value, text in selector.CHOICES[name].items()
        ]
        value = getattr(wish, name)
        if name == "mine" and value.isdecimal():
            choices.append({"value": value, "text": names.get(int(value), "他人"), "count": None})
        text = next((choice["text"] for choice in choices if choice["value"] == value), "")
        found.append({"key": name, "name": title, "value": value, "text": text, "choices": choices})
    typed = {"min": "金额不低于（万元）", "max": "金额不高于（万元）", "waited": "至少等待（天）", "q": "名称"}
    for name, title in typed.items():
        value = getattr(wish, name)
        found.append({"key": name, "name": title, "value": value, "text": value, "choices": []})
    return found


def _departments(wish: selector.Filter, queue: Any) -> dict[str, Any]:
    rows = queue.order_by("department__path").values_list("department_id", "department__name", "department__path")
    listed = rows.annotate(n=Count("pk"))
    choices = [{"value": str(pk), "text": name, "count": n} for pk, name, _path, n in listed]
    text = next((choice["text"] for choice in choices if choice["value"] == wish.department), "")
    if wish.department and not text:
        text = "所选部门"
    return {"key": "department", "name": "部门", "value": wish.department, "text": text, "choices": choices}


def _colleagues(user: User | Any) -> dict[int, str]:
    """Who reviews at the same level, somewhere in the departments where ``user`` does: id → name. One query."""
    mine = [(role, path) for role, _id, path in rights_of(user).grants if role in REVIEWS]
    found = {}
    rows = Membership.objects.filter(role__in={role for role, _path in mine}, user__is_active=True).select_related(
        "user", "department"
    )
    for row in rows.order_by("user__username"):
        path = row.department.path if row.department else None
        if any(
            row.role == role and (path is None or own is None or path.startswith(own) or own.startswith(path))
            for role, own in mine
        ):
            found[row.user_id] = str(row.user)
    return found


def _loads(names: Mapping[int, str], queue: Any) -> list[dict[str, Any]]:
    waiting = dict(queue.order_by().values_list("assignee").annotate(n=Count("pk")))
    return [{"id": pk, "name": name, "waiting": waiting.get(pk, 0)} for pk, name in names.items()]
