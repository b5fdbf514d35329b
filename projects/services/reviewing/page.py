"""Everything the review page shows, as plain data, in a fixed number of queries. See docs/review.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse

from projects import workflow
from projects.diff import diff
from projects.findings import Finding
from projects.layouts.editing import Draft
from projects.layouts.entry_form import form_steps
from projects.layouts.marks import beside, by_identity, mark_data
from projects.layouts.steps import states
from projects.models import Assignment, ReviewComment, ReviewSetting, ReviewSheet, Revision, TargetTable
from projects.permissions import may_view
from projects.reviewlevels import IN_REVIEW, is_reviewer, level_of
from projects.selectors.comments import comments_of
from projects.selectors.sheets import demand_of, forms_for, setting_of
from projects.services import revisions
from projects.services.entry import counts, finding_data
from projects.services.entry_store import load
from projects.services.reviewing import facts, presence, shared, sheets
from projects.services.reviewing.commentdata import comments_data, counts_data, moment
from projects.services.reviewing.findings import findings_of
from projects.services.reviewing.versions import draft_of

if TYPE_CHECKING:
    from projects.models import User

FILES = ("docx", "xlsx", "html")


@dataclass(slots=True)
class Judged:
    """What is judged: the latest submitted revision and the one judged before it, as drafts; without revisions
    (imported in this state) the table as it is."""

    draft: Draft
    revision: Revision | None = None
    before: Revision | None = None
    before_draft: Draft | None = None


def judged(row: TargetTable) -> Judged:
    """Load what a reviewer of ``row`` judges; two queries where revisions keep their identities."""
    listed = list(Revision.objects.filter(table=row).order_by("-number")[:_REACH])
    at = next((place for place, item in enumerate(listed) if item.cause == Revision.Cause.SUBMIT), None)
    if at is None:
        return Judged(load(row).draft)
    latest = listed[at]
    before = listed[at + 1] if at + 1 < len(listed) else None
    now = None if latest.uids and (before is None or before.uids) else load(row).draft
    draft = draft_of(latest, now=now)
    return Judged(draft, latest, before, draft_of(before, now=now or draft) if before else None)


# The latest submission is the last or the last but one (an approval repeats it); before it stands what was judged then.
_REACH = 3


def review_data(*, user: User | Any, row: TargetTable, found: Judged | None = None) -> dict[str, Any]:
    """Return the page's data. ``row`` comes with department, year and funding; the caller saw to it that the person is
    its reviewer. ``found``: what :func:`judged` says, for a caller that needs it as well."""
    found = found or judged(row)
    draft = found.draft
    findings = findings_of(draft.table)
    history = list(row.transitions.select_related("revision").order_by("id"))
    listed = comments_data(comments_of(row, reviewer=True), user=user, table=row, draft=draft)
    level = level_of(user, row)
    stored = list(ReviewSheet.objects.filter(table=row).select_related("revision").order_by("-id"))
    return {
        "table": _table(row, draft),
        "level": level or "",
        "revision": _revision(found.revision),
        "round": sum(item.action == "submit" for item in _running(history)),
        "steps": form_steps(draft, states(draft.table, draft.layout, findings)),
        "findings": [finding_data(finding, draft) for finding in findings],
        "counts": counts(findings),
        **_comparisons(row, found, user),
        "comments": listed,
        "counts_comments": counts_data(listed),
        **_sheets(row, level, found.revision, stored, findings),
        "actions": _actions(row, user),
        "presence": presence.present([row.pk], without=user).get(row.pk, []),
        "assigned": _assigned(row, level, user),
        "blocks": [shared.block_data(block, user) for block in shared.blocks_of(user)],
        "cursor": cursor_of(row),
        "history": [_event(item) for item in history],
        "urls": urls(row),
    }


def cursor_of(row: TargetTable) -> int:
    last: int | None = ReviewComment.objects.filter(table=row).aggregate(last=Max("changed"))["last"]
    return last or 0


def urls(row: TargetTable) -> dict[str, Any]:
    pk = row.pk
    names = ("data", "pulse", "comments", "sheet", "decide")
    found: dict[str, Any] = {name: reverse(f"review-{name}", args=[pk]) for name in names}
    found["table"] = reverse("table", args=[pk])
    found["diff"] = reverse("table-diff", args=[pk])
    return found


def _table(row: TargetTable, draft: Draft) -> dict[str, Any]:
    return {
        "id": row.pk,
        "label": row.label,
        "version": row.version,
        "status": row.status,
        "status_name": str(row.get_status_display()),
        "open": row.status in IN_REVIEW,
        "year": row.fiscal_year.year,
        "department": row.department.name,
        "amount": "" if row.amount is None else f"{row.amount}",
        "unit": draft.layout.unit,
        "layout": row.layout,
        "layout_name": draft.layout.name,
        "adjustment": row.adjustment,
    }


def _revision(revision: Revision | None) -> dict[str, Any] | None:
    if revision is None:
        return None
    return {
        "number": revision.number,
        "at": moment(revision.at),
        "by": revision.actor_name,
        "comment": revision.comment,
        "fault": revisions.fault(revision),
    }


def _running(history: Sequence[Any]) -> Sequence[Any]:
    """The history since the running adjustment began; withdrawn adjustments begin it again."""
    starts = [place for place, item in enumerate(history) if item.action in ("adjust", "cancel_adjustment")]
    return history[starts[-1] :] if starts else history


def _comparisons(row: TargetTable, found: Judged, user: User | Any) -> dict[str, Any]:
    last_round = None
    if found.before is not None and found.before_draft is not None:
        last_round = mark_data(by_identity(found.before_draft, found.draft), found.before_draft.table, found.draft)
        last_round |= {
            "label": f"{found.before}（{found.before.get_cause_display()}）",
            "revision": found.before.number,
            "url": f"{reverse('table-diff', args=[row.pk])}?from=r{found.before.number}",
        }
    earlier = facts.last_years(row)
    if earlier is None or may_view(user, earlier):
        return {"marks": {"round": last_round, "year": None}, "last_year": None}
    then = facts.content_of_year(earlier)
    year = mark_data(diff(then, found.draft.table), then, found.draft, years=True)
    year |= {
        "label": f"{earlier.fiscal_year}的表",
        "url": f"{reverse('table-diff', args=[row.pk])}?from=t{earlier.pk}",
    }
    told = {
        "id": earlier.pk,
        "label": earlier.label,
        "year": earlier.fiscal_year.year,
        "amount": "" if earlier.amount is None else f"{earlier.amount}",
        "url": reverse("table", args=[earlier.pk]),
    }
    return {"marks": {"round": last_round, "year": year}, "last_year": told | beside(then, found.draft)}


def _sheets(
    row: TargetTable,
    level: str | None,
    revision: Revision | None,
    stored: Sequence[ReviewSheet],
    findings: Sequence[Finding],
) -> dict[str, Any]:
    own = None
    if level and revision is not None:
        setting = setting_of(row.fiscal_year)
        forms = forms_for(row, setting)
        found = next((item for item in stored if item.revision_id == revision.pk and item.level == level), None)
        found = found or sheets.blank_sheet(row, revision, level, findings)
        own = sheets.sheet_data(found, may_edit=True, forms=forms)
        own["required"] = demand_of(setting, level) == ReviewSetting.Demand.REQUIRED
    shown = [item for item in stored if item.frozen_at or (revision and item.revision_id == revision.pk)]
    return {"sheet": own, "sheets": [sheets.sheet_data(item, may_edit=False) for item in shown]}


def _actions(row: TargetTable, user: User | Any) -> list[dict[str, Any]]:
    wanted = {"return": "退回", "pass": "审核通过", "approve": "批复"}
    return [
        {"action": transition.action, "name": transition.name, "why": why}
        for transition, why in workflow.available(row, user)
        if transition.action in wanted
    ]


def _assigned(row: TargetTable, level: str | None, user: User | Any) -> dict[str, Any] | None:
    found = Assignment.objects.filter(table=row, level=level or "").select_related("user").first()
    return {"to": str(found.user), "mine": found.user_id == user.pk} if found else None


def _event(item: Any) -> dict[str, Any]:
    return {
        "action": item.action,
        "name": workflow.action_name(item.action),
        "by": item.actor_name,
        "at": moment(item.at),
        "reason": item.reason,
        "revision": item.revision.number if item.revision else None,
    }


def pulse(*, user: User | Any, row: TargetTable, cursor: int, reviewer: bool) -> dict[str, Any]:
    """Return what is new since ``cursor``: comments, versions, who is there. ``row`` comes with department and year."""
    found = comments_of(row, reviewer=reviewer, since=cursor)
    listed = list(found)
    # The form is loaded only when there is something whose place must be told.
    draft = (judged(row).draft if reviewer else load(row).draft) if listed else None
    sheet = None
    if reviewer and (level := level_of(user, row)):
        sheet = sheets.current(row, level)
    return {
        "ok": True,
        "cursor": max([cursor, *(item.changed for item in listed)]),
        "version": row.version,
        "status": row.status,
        "comments": comments_data(listed, user=user, table=row, draft=draft) if draft else [],
        "presence": presence.present([row.pk], without=user).get(row.pk, []) if reviewer else [],
        "sheet_version": sheet.version if sheet else 0,
        "decided": _decided(row) if reviewer and row.status not in IN_REVIEW else "",
    }


def _decided(row: TargetTable) -> str:
    last = row.transitions.order_by("-id").first()
    if last is None:
        return ""
    return f"{last.actor_name}已办理“{workflow.action_name(last.action)}”，现为“{row.get_status_display()}”"


def draft_before(user: User | Any, row: TargetTable) -> Draft:
    """Return the form that the person has before him: what is judged, or what is being filled in."""
    if is_reviewer(user, row) and row.status in IN_REVIEW:
        return judged(row).draft
    return load(row).draft


def comment_list(
    *, user: User | Any, row: TargetTable, reviewer: bool, number: int | None = None
) -> dict[str, Any] | None:
    """Return the comments that the person may see, with their places in the form as it is (for the officer's side), as
    judged (for reviewers), or as it was in revision ``number``; ``None`` when there is no such revision."""
    if number is not None:
        revision = Revision.objects.filter(table=row, number=number).first()
        if revision is None:
            return None
        draft = draft_of(revision, now=None if revision.uids else load(row).draft)
    else:
        draft = judged(row).draft if reviewer and row.status in IN_REVIEW else load(row).draft
    found = comments_of(row, reviewer=reviewer, until_revision=number)
    listed = comments_data(found, user=user, table=row, draft=draft)
    return {"comments": listed, "counts": counts_data(listed), "cursor": cursor_of(row)}
