"""One table under review, for scripts: the contract is docs/review.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.grading import BadGrade
from projects.layouts.editing import BadChange
from projects.models import Revision, TargetTable
from projects.reviewlevels import is_reviewer, level_of
from projects.selectors.review_queue import filter_of_query, neighbours
from projects.selectors.sheets import forms_for, setting_of
from projects.services.reviewing import comments as service
from projects.services.reviewing import deciding, page, presence, sheets
from projects.services.reviewing.commentdata import one_comment
from projects.services.reviewing.findings import findings_of
from projects.services.revisions import content_of
from projects.views.entry import row_of
from projects.views.jsonbody import BadBody, bad, body_of, number_of, text_of

View = Callable[..., HttpResponse]
NOT_THERE = "没有这张表，或您不能查看"


def reviewed_row(request: HttpRequest, pk: int) -> TargetTable:
    """Return a table that this person reviews; for everybody else there is no such address."""
    row = row_of(request, pk)
    if not is_reviewer(request.user, row):
        raise Http404(_(NOT_THERE))
    return row


def answers(view: View) -> View:
    """Bodies that make no sense are a 400, what does not exist for this person a 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadBody as error:
            return bad(error.message, error.status)
        except BadChange as error:
            return bad(str(error))
        except BadGrade as error:
            answer = {"ok": False, "error": "bad", "message": error.message, "field": error.field}
            return JsonResponse(answer, status=400)
        except service.NotYours as error:
            raise Http404(_(NOT_THERE)) from error

    return wrapped


def flag_of(body: dict[str, Any], key: str) -> bool:
    value = body.get(key, False)
    if not isinstance(value, bool):
        raise BadBody(f"“{key}”应为 true 或 false")
    return value


@require_safe
def data(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(page.review_data(user=request.user, row=reviewed_row(request, pk)))


@require_POST
@answers
def pulse(request: HttpRequest, pk: int) -> JsonResponse:
    """What is new; a reviewer is counted as present. The officer's side may ask, too, and is not counted."""
    row = row_of(request, pk)
    body = body_of(request)
    cursor, leave = number_of(body, "cursor"), flag_of(body, "leave")
    reviewer = is_reviewer(request.user, row)
    if reviewer:
        presence.here(row, request.user, leave=leave)
    return JsonResponse(page.pulse(user=request.user, row=row, cursor=cursor, reviewer=reviewer))


# Comments -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def comments(request: HttpRequest, pk: int) -> JsonResponse:
    row = row_of(request, pk)
    if request.method == "POST":
        return _new_comment(request, row)
    wanted = request.GET.get("revision", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None
    reviewer = is_reviewer(request.user, row)
    found = page.comment_list(user=request.user, row=row, reviewer=reviewer, number=number)
    if found is None:
        raise Http404(_("没有这个版本"))
    return JsonResponse(found)


def _new_comment(request: HttpRequest, row: TargetTable) -> JsonResponse:
    if not is_reviewer(request.user, row):
        raise Http404(_(NOT_THERE))
    body = body_of(request)
    wish = {key: text_of(body, key) for key in ("uid", "kind", "anchor", "path", "text")}
    try:
        done = service.add(user=request.user, table_id=row.pk, **wish)
    except service.CommentRefused as error:
        return _refused(request, row, error)
    return _told(request, row, done, status=201 if done.made else 200)


@require_POST
@answers
def comment(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    row = row_of(request, pk)
    body = body_of(request)
    wish: dict[str, Any] = {key: text_of(body, key) for key in ("text", "kind") if key in body}
    try:
        done = service.change(user=request.user, table_id=pk, number=number, version=number_of(body, "version"), **wish)
    except service.CommentRefused as error:
        return _refused(request, row, error)
    return _told(request, row, done)


@require_POST
@answers
def remove(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    row = row_of(request, pk)
    version = number_of(body_of(request), "version")
    try:
        done = service.remove(user=request.user, table_id=pk, number=number, version=version)
    except service.CommentRefused as error:
        return _refused(request, row, error)
    return _told(request, row, done)


@require_POST
@answers
def act(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    row = row_of(request, pk)
    body = body_of(request)
    try:
        done = service.act(
            user=request.user,
            table_id=pk,
            number=number,
            version=number_of(body, "version"),
            act=text_of(body, "act"),
            text=text_of(body, "text", ""),
        )
    except service.CommentRefused as error:
        return _refused(request, row, error)
    return _told(request, row, done)


def _told(request: HttpRequest, row: TargetTable, done: service.Done, status: int = 200) -> JsonResponse:
    shown = one_comment(request.user, row, _draft(request, row), done.comment.pk)
    return JsonResponse({"ok": True, "comment": shown, "cursor": done.cursor}, status=status)


def _refused(request: HttpRequest, row: TargetTable, error: service.CommentRefused) -> JsonResponse:
    answer: dict[str, Any] = {"ok": False, "error": error.error, "message": error.message}
    if error.comment is not None:
        answer["comment"] = one_comment(request.user, row, _draft(request, row), error.comment.pk)
    return JsonResponse(answer, status=409)


def _draft(request: HttpRequest, row: TargetTable) -> Any:
    """The form that the person has before him: what is judged, or what is being filled in."""
    return page.draft_before(request.user, row)


# Sheet and decision ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def sheet(request: HttpRequest, pk: int) -> JsonResponse:
    row = reviewed_row(request, pk)
    forms = forms_for(row, setting_of(row.fiscal_year))
    if request.method == "POST":
        return _save_sheet(request, row, forms)
    level = level_of(request.user, row)
    revision = _latest(row)
    if level is None or revision is None:
        raise Http404(_("这张表现在不由您审核"))
    found = sheets.current(row, level) or sheets.blank_sheet(row, revision, level, findings_of(content_of(revision)))
    return JsonResponse({"ok": True, "sheet": sheets.sheet_data(found, may_edit=True, forms=forms)})


def _latest(row: TargetTable) -> Revision | None:
    return Revision.objects.filter(table=row, cause=Revision.Cause.SUBMIT).order_by("-number").first()


def _save_sheet(request: HttpRequest, row: TargetTable, forms: list[str]) -> JsonResponse:
    body = body_of(request)
    items = body.get("items")
    if not isinstance(items, dict):
        raise BadBody("items 应为对象")
    version = number_of(body, "version")
    revision = _latest(row) if version == 0 else None
    try:
        saved = sheets.save(
            user=request.user,
            table_id=row.pk,
            version=version,
            form=text_of(body, "form"),
            items=items,
            overall=text_of(body, "overall", ""),
            reason=text_of(body, "reason", ""),
            opinion=text_of(body, "opinion", ""),
            findings=findings_of(content_of(revision)) if revision else None,
        )
    except sheets.SheetRefused as error:
        answer: dict[str, Any] = {"ok": False, "error": error.error, "message": error.message}
        if error.sheet is not None:
            answer["sheet"] = sheets.sheet_data(error.sheet, may_edit=True, forms=forms)
        return JsonResponse(answer, status=409)
    return JsonResponse({"ok": True, "sheet": sheets.sheet_data(saved, may_edit=True, forms=forms)})


@require_POST
@answers
def decide(request: HttpRequest, pk: int) -> JsonResponse:
    row = reviewed_row(request, pk)
    body = body_of(request)
    cursor = number_of(body, "cursor")
    query = filter_of_query(text_of(body, "queue", "")).query(page="")
    following = _next(request, row, query)
    try:
        done = deciding.decide(
            user=request.user,
            table_id=pk,
            action=text_of(body, "action"),
            version=number_of(body, "version"),
            cursor=cursor,
            reason=text_of(body, "reason", ""),
            resolve=flag_of(body, "resolve"),
            sheet=number_of(body, "sheet") if "sheet" in body else 0,
        )
    except deciding.DecisionRefused as error:
        answer: dict[str, Any] = {"ok": False, "error": error.error, "message": error.message}
        if error.error == deciding.STALE:
            row = row_of(request, pk)
            now = page.pulse(user=request.user, row=row, cursor=cursor, reviewer=is_reviewer(request.user, row))
            answer |= {key: now[key] for key in ("version", "status", "cursor", "comments", "sheet_version")}
        else:
            answer |= {"open": list(error.open), "missing": list(error.missing)}
        return JsonResponse(answer, status=409)
    said = {"action": deciding.said(text_of(body, "action")), "name": done.label}
    answer = {
        "ok": True,
        "status": done.status,
        "status_name": str(done.get_status_display()),
        "message": _("已%(action)s“%(name)s”") % said,
        "next": following,
    }
    return JsonResponse(answer)


def _next(request: HttpRequest, row: TargetTable, query: str) -> dict[str, Any] | None:
    """The table after this one in the queue, asked for before this one leaves it."""
    _before, after, place, _count = neighbours(user=request.user, table_id=row.pk, query=query)
    if after is None and place > 1:
        # The last of the queue is done: what was passed over before it comes next.
        after = neighbours(user=request.user, table_id=0, query=query)[1]
    if after is None:
        return None
    url = reverse("table", args=[after]) + "review/"
    return {"id": after, "url": f"{url}?{query}" if query else url}
