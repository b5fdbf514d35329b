"""绩效目标审核表: prefilled from findings, saved as a draft, frozen with the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from projects.findings import Finding
from projects.grading import GENERAL, KEY, BadGrade, item_typed, verdict
from projects.life.case import passers
from projects.models import Level, ReviewSheet, Revision, TargetTable
from projects.models.review import TEXT_LENGTH
from projects.reviewlevels import is_reviewer, level_of
from projects.rules.dimensions import GRADES, ITEM_KEYS, ITEMS, draft
from projects.selectors.sheets import forms_for, setting_of, standing, weights_in
from projects.selectors.tables import visible_to
from projects.services import audit
from projects.services.reviewing.comments import NotYours
from projects.services.reviewing.versions import submitted

if TYPE_CHECKING:
    from projects.models import User

MACHINE = ("proposed", "note", "findings")


class SheetRefused(Exception):
    """The draft was not saved. ``error``: ``stale`` (with the sheet as it is), ``frozen``, ``closed``."""

    def __init__(self, error: str, message: str, sheet: ReviewSheet | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.sheet = sheet


def blank_sheet(
    table: TargetTable, revision: Revision, level: str, findings: Sequence[Finding], *, form: str = ""
) -> ReviewSheet:
    """Return a sheet that is not stored, prefilled with what the findings allow to propose."""
    setting = setting_of(table.fiscal_year)
    forms = forms_for(table, setting)
    sheet = ReviewSheet(
        table=table,
        revision=revision,
        level=level,
        form=form if form in forms else forms[0],
        weights=weights_in(setting),
        items=prefilled(findings),
        version=0,
    )
    return _reckoned(sheet)


def prefilled(findings: Sequence[Finding]) -> dict[str, dict[str, Any]]:
    """Return the eight items with the machine's proposals; no score is proposed."""
    return {
        item.item.key: {
            "grade": item.grade or "",
            "score": "",
            "opinion": "",
            "proposed": item.grade or "",
            "note": item.note,
            "findings": len(item.findings),
        }
        for item in draft(findings)
    }


def _reckoned(sheet: ReviewSheet) -> ReviewSheet:
    found = verdict(sheet.form, sheet.items, sheet.weights)
    sheet.proposed, sheet.score = found.proposed, found.score if sheet.form == KEY else None
    sheet.grade = standing(sheet).grade
    return sheet


def current(table: TargetTable, level: str) -> ReviewSheet | None:
    """Return the stored sheet of ``level`` for the latest submitted revision, draft or frozen."""
    found = submitted(table)
    return ReviewSheet.objects.filter(revision=found[0], level=level).first() if found else None


def save(
    *,
    user: User | Any,
    table_id: int,
    version: int,
    form: str,
    items: Mapping[str, Any],
    overall: str = "",
    reason: str = "",
    opinion: str = "",
    findings: Sequence[Finding] | None = None,
) -> ReviewSheet:
    """Save the draft of the level for which the person decides now. ``version`` 0: there was none.

    Items and texts are taken as they are; only what can be no grade and no score is refused (:class:`.BadGrade`).
    ``findings`` of the content, when at hand: the machine's proposals are kept with a new draft.
    """
    with transaction.atomic():
        visible = visible_to(user).select_related("department", "fiscal_year").order_by()
        table = visible.select_for_update(of=("self",)).filter(pk=table_id).first()
        if table is None or not is_reviewer(user, table):
            raise NotYours
        level = _may_write(user, table)
        revisions = submitted(table)
        if not revisions:
            raise SheetRefused("closed", "这张表没有送审版本，不能填审核表")
        sheet = ReviewSheet.objects.select_for_update().filter(revision=revisions[0], level=level).first()
        if sheet is not None and sheet.frozen_at is not None:
            raise SheetRefused("frozen", "审核表已随审核决定固定，不能修改", sheet)
        if (sheet.version if sheet else 0) != version:
            raise SheetRefused("stale", "审核表刚被他人保存，请看清后再填", sheet)
        sheet = sheet or blank_sheet(table, revisions[0], level, findings or ())
        before = _told(sheet)
        _fill(sheet, table, form, items, overall, reason, opinion)
        sheet.version += 1
        sheet.saved_by, sheet.saved_by_name, sheet.saved_at = user, audit.actor_label(user), timezone.now()
        sheet.save()
        audit.record("sheet.save", actor=user, obj=table, before=before, after=_told(sheet))
    return sheet


def _may_write(user: User | Any, table: TargetTable) -> Level:
    level = level_of(user, table)
    if level is None:
        raise SheetRefused("closed", "这张表现在不由您审核，不能填审核表")
    if passers([table]).get(table.pk) == user.pk:
        raise SheetRefused("closed", "这张表的部门审核是您本人办理的，须由他人审核")
    return level


def _fill(
    sheet: ReviewSheet,
    table: TargetTable,
    form: str,
    items: Mapping[str, Any],
    overall: str,
    reason: str,
    opinion: str,
) -> None:
    if form not in forms_for(table, setting_of(table.fiscal_year)):
        raise BadGrade("form", "金额达到重点项目标准的表，须用重点项目审核表" if form == GENERAL else "没有这种审核表")
    sheet.form = form
    if overall and overall not in GRADES:
        raise BadGrade("overall", f"总评应为 {'、'.join(GRADES)} 之一")
    merged = {}
    for key in ITEM_KEYS:
        typed = items.get(key, {})
        if not isinstance(typed, Mapping):
            raise BadGrade(key, "每一项应为对象")
        known = sheet.items.get(key, {})
        merged[key] = {name: known[name] for name in MACHINE if name in known} | item_typed(key, typed, sheet.weights)
        _short(key, merged[key]["opinion"])
    sheet.items = merged
    sheet.overall, sheet.reason, sheet.opinion = overall, _short("reason", reason), _short("opinion", opinion)
    _reckoned(sheet)


def _short(field: str, text: str) -> str:
    text = text.replace("\0", "").strip()
    if len(text) > TEXT_LENGTH:
        raise BadGrade(field, f"内容超过 {TEXT_LENGTH} 字")
    return text


def _told(sheet: ReviewSheet) -> dict[str, Any]:
    score = {"得分": sheet.score} if sheet.score is not None else {}
    named = {item.name: sheet.items.get(item.key, {}) for item in ITEMS}
    graded = {name: item.get("score" if sheet.form == KEY else "grade", "") for name, item in named.items()}
    return {"总评": sheet.grade, **score, "各项": graded, "总体意见": sheet.opinion, "版本": sheet.version}


def freeze(sheet: ReviewSheet, *, action: str, version: int, now: Any) -> None:
    """Fix a draft with the decision taken on the table's ``version``; the caller holds the table's lock."""
    _reckoned(sheet)
    sheet.decision, sheet.decided_version, sheet.frozen_at = action, version, now
    sheet.save()


def sheet_data(sheet: ReviewSheet, *, may_edit: bool, forms: Sequence[str] = ()) -> dict[str, Any]:
    """Return a sheet as pages get it; see docs/review.md."""
    found = verdict(sheet.form, sheet.items, sheet.weights)
    stands = standing(sheet)
    at = sheet.frozen_at or (sheet.saved_at if sheet.pk else None)
    return {
        "id": sheet.pk,
        "version": sheet.version,
        "level": sheet.level,
        "level_name": str(Level(sheet.level).label),
        "revision": sheet.revision.number,
        "form": sheet.form,
        "form_name": str(sheet.get_form_display()),
        "frozen": sheet.frozen_at is not None,
        "by": sheet.saved_by_name,
        "at": timezone.localtime(at).isoformat(timespec="seconds") if at else "",
        "decision": sheet.decision,
        "items": [_item_data(sheet, item) for item in ITEMS],
        "proposed": found.proposed,
        "why": found.why,
        "score": "" if found.score is None or sheet.form != KEY else f"{found.score:f}",
        "overall": sheet.overall,
        "grade": stands.grade,
        "reason": sheet.reason,
        "opinion": sheet.opinion,
        "complete": not stands.missing,
        "missing": list(stands.missing),
        "may_edit": may_edit and sheet.frozen_at is None,
        "forms": list(forms),
    }


def _item_data(sheet: ReviewSheet, item: Any) -> dict[str, Any]:
    stored = sheet.items.get(item.key, {})
    return {
        "key": item.key,
        "dimension": item.dimension_name,
        "name": item.name,
        "question": item.question,
        "grade": stored.get("grade", ""),
        "score": stored.get("score", ""),
        "weight": sheet.weights.get(item.key, ""),
        "opinion": stored.get("opinion", ""),
        "proposed": stored.get("proposed", ""),
        "note": stored.get("note", ""),
        "findings": stored.get("findings", 0),
    }
