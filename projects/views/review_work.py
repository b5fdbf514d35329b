"""The queue for scripts: its rows, assignments, several decisions at once. See docs/review.md."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from projects.permissions import REVIEWS, rights_of
from projects.services.reviewing import assigning, bulk
from projects.services.reviewing.queue import queue_data
from projects.views.jsonbody import BadBody, body_of, number_of, text_of
from projects.views.review_json import answers


def must_review(request: HttpRequest) -> None:
    """Pages of reviewing are for whoever reviews anywhere at all."""
    if not rights_of(request.user).any(*REVIEWS):
        raise PermissionDenied(_("只有审核人可以使用"))


@require_safe
def data(request: HttpRequest) -> JsonResponse:
    must_review(request)
    return JsonResponse(queue_data(user=request.user, params=request.GET))


@require_POST
@answers
def assign(request: HttpRequest) -> JsonResponse:
    must_review(request)
    body = body_of(request)
    try:
        outcome = assigning.assign(
            user=request.user,
            tables=_numbers(body, "tables"),
            how=text_of(body, "how"),
            users=_numbers(body, "users") if "users" in body else [],
        )
    except assigning.BadAssignment as error:
        raise BadBody(str(error)) from error
    done = [{"id": given.table_id, "to": str(given.user) if given.user else ""} for given in outcome.done]
    refused = [{"id": item.table_id, "label": item.label, "message": item.message} for item in outcome.refused]
    return JsonResponse({"ok": True, "done": done, "refused": refused})


@require_POST
@answers
def pass_on(request: HttpRequest) -> JsonResponse:
    must_review(request)
    body = body_of(request)
    listed = body.get("tables")
    if not isinstance(listed, list) or len(listed) > bulk.MOST or not all(isinstance(item, dict) for item in listed):
        raise BadBody(f"tables 应为表的数组，最多 {bulk.MOST} 张")
    versions = {number_of(item, "id"): number_of(item, "version") for item in listed}
    outcome = bulk.pass_on(user=request.user, versions=versions, reason=text_of(body, "reason", ""))
    done = [{"id": row.pk, "label": row.label, "status_name": str(row.get_status_display())} for row in outcome.done]
    refused = [{"id": item.table_id, "label": item.name, "message": item.reason} for item in outcome.refused]
    return JsonResponse({"ok": True, "done": done, "refused": refused})


def _numbers(body: dict[str, Any], key: str) -> list[int]:
    value = body.get(key)
    if not isinstance(value, list) or not all(type(item) is int and 0 <= item < 2**63 for item in value):
        raise BadBody(f"{key} 应为编号的数组")
    return value
