"""Filling in: the page, its data, and the one address that changes a table. The contract is docs/entry.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from projects.layouts.entry_form import categories_of, form_steps
from projects.layouts.steps import STEP_NAMES
from projects.models import TargetTable as Stored
from projects.models import TransitionRecord
from projects.selectors.suggestions import suggestions
from projects.selectors.tables import visible_to
from projects.services import entry as service
from projects.services import paste as pasting
from projects.services.entry_store import load
from projects.services.reviewing.commentdata import comment_bar
from projects.views.jsonbody import BadBody, bad, body_of, text_of

ADDRESSES = ("changes", "state", "paste", "suggest", "offers", "sources", "upload", "submit")
View = Callable[..., HttpResponse]


def row_of(request: HttpRequest, pk: int) -> Stored:
    """Return a table that this person may see, with what entry needs; anything else is a 404."""
    row = visible_to(request.user).select_related("department", "fiscal_year", "funding").filter(pk=pk).first()
    if row is None:
        raise Http404(_("没有这张表，或您不能查看"))
    return row


def answers_json(view: View) -> View:
    """Turn a body that makes no sense into a 400, one that is too large into a 413, both as JSON."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadBody as error:
            return bad(error.message, error.status)
        except service.BadChange as error:
            return bad(str(error))

    return wrapped


def entry_data(request: HttpRequest, row: Stored) -> dict[str, Any]:
    """Everything the page shows, as plain data."""
    opened = service.open_entry(row, user=request.user)
    by, at = service.last_save(row)
    return {
        "table": {
            "id": row.pk,
            "label": row.label,
            "version": row.version,
            "status": row.status,
            "layout": row.layout,
            "layout_name": opened.layout.name,
            "unit": opened.layout.unit,
            "year": row.fiscal_year.year,
            "department": row.department.name,
            "saved_at": moment(at),
            "saved_by": by,
            "editable": not opened.reason,
            "reason": opened.reason,
        },
        "steps": [*form_steps(opened.draft, opened.states)],
        "findings": [service.finding_data(finding, opened.draft) for finding in opened.findings],
        "counts": service.counts(opened.findings),
        "categories": categories_of(opened.draft),
        "urls": {name: reverse(f"entry-{name}", args=[row.pk]) for name in ADDRESSES}
        | {"attachments": reverse("attachments", args=[row.pk]), "comments": reverse("review-comments", args=[row.pk])},
        "comments": comment_bar(user=request.user, row=row, draft=opened.draft),
    }


def moment(value: Any) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")


@require_safe
def page(request: HttpRequest, pk: int, step: str = "") -> HttpResponse:
    """The form as something to be filled in; ``step`` is a key, ``all`` the whole form on one page."""
    data = entry_data(request, row_of(request, pk))
    known = [item["key"] for item in data["steps"]]
    if step and step != "all" and step not in known:
        if step not in STEP_NAMES:
            raise Http404(_("没有这一步"))
        step = ""
    context = {
        "entry": data,
        "step": step or known[0],
        "entry_json": data,
        "frame_year": data["table"]["year"],
        "returned": _returned(data["table"]),
    }
    return render(request, "projects/entry/page.html", context)


def _returned(table: dict[str, Any]) -> TransitionRecord | None:
    """Return who returned the table and why, while it stands as returned."""
    if table["status"] != Stored.Status.RETURNED:
        return None
    return TransitionRecord.objects.filter(table=table["id"], action="return").order_by("-id").first()


@require_safe
def data(request: HttpRequest, pk: int) -> JsonResponse:
    found = entry_data(request, row_of(request, pk))
    if wanted := request.GET.get("step"):
        found["steps"] = [step for step in found["steps"] if step["key"] == wanted]
    return JsonResponse(found)


@require_safe
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """Version, who and when, findings and the states of the steps: what another window may have changed."""
    row = row_of(request, pk)
    opened = service.open_entry(row, user=request.user)
    by, at = service.last_save(row)
    return JsonResponse(
        {
            "version": row.version,
            "status": row.status,
            "by": by,
            "at": moment(at),
            "editable": not opened.reason,
            "reason": opened.reason,
            "findings": [service.finding_data(finding, opened.draft) for finding in opened.findings],
            "counts": service.counts(opened.findings),
            "steps": opened.states,
        }
    )


@require_POST
@answers_json
def changes(request: HttpRequest, pk: int) -> JsonResponse:
    body = body_of(request)
    listed = body.get("changes")
    version = body.get("version")
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise BadBody("changes 应为改动的数组")
    if not isinstance(version, int):
        raise BadBody("version 应为整数")
    try:
        applied = service.apply_changes(
            table_id=pk, user=request.user, version=version, batch=text_of(body, "batch"), changes=listed
        )
    except Stored.DoesNotExist as error:
        raise Http404(_("没有这张表，或您不能查看")) from error
    except service.Closed as error:
        return JsonResponse({"ok": False, "error": "closed", "message": str(error)}, status=409)
    except service.Stale as error:
        answer = {"ok": False, "error": "stale", "version": error.version, "by": error.by, "at": moment(error.at)}
        return JsonResponse(answer | {"cells": error.cells, "gone": error.gone}, status=409)
    return JsonResponse(applied.answer)


@require_POST
@answers_json
def paste(request: HttpRequest, pk: int) -> JsonResponse:
    """What a block from the clipboard would add; nothing is written."""
    row = row_of(request, pk)
    body = body_of(request)
    columns, after = body.get("columns"), body.get("after")
    if columns is not None and not (isinstance(columns, list) and all(isinstance(name, str) for name in columns)):
        raise BadBody("columns 应为文字的数组")
    try:
        found = pasting.preview(
            load(row).draft,
            html=text_of(body, "html", ""),
            text=text_of(body, "text", ""),
            rows=text_of(body, "list", "indicators"),
            after=service.editing.uid_of(after) if after else after,
            columns=columns,
        )
    except ValueError as error:
        raise BadBody(str(error)) from error
    return JsonResponse(
        {
            "columns": [{"field": c.field, "label": c.label, "sure": c.sure} for c in found.columns],
            "rows": found.rows,
            "header_rows": found.header_rows,
            "changes": found.changes,
            "notes": found.notes,
        }
    )


@require_safe
def suggest(request: HttpRequest, pk: int) -> JsonResponse:
    items = suggestions(
        user=request.user,
        table=row_of(request, pk),
        field=request.GET.get("field", "name"),
        category=request.GET.get("category", ""),
        q=request.GET.get("q", ""),
        name=request.GET.get("name", ""),
    )
    return JsonResponse({"items": items})
