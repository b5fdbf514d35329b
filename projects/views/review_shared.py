"""Frequent opinions and saved filters, for scripts: see docs/review.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.models import SavedView, TextBlock
from projects.services.reviewing import shared
from projects.views.jsonbody import BadBody, bad, body_of, number_of, text_of
from projects.views.review_json import flag_of

View = Callable[..., HttpResponse]


def answers(view: View) -> View:
    """For reviewers; bodies that make no sense are a 400, other people's things a 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            shared.may_keep(request.user)
            return view(request, *args, **kwargs)
        except BadBody as error:
            return bad(error.message, error.status)
        except shared.BadShared as error:
            return bad(str(error))
        except shared.SharedStale:
            answer = {"ok": False, "error": "stale", "message": _("这条常用意见刚被改动，请刷新后再改")}
            return JsonResponse(answer, status=409)
        except shared.NotReviewer as error:
            raise PermissionDenied(_("只有审核人可以使用")) from error
        except (SavedView.DoesNotExist, TextBlock.DoesNotExist) as error:
            raise Http404(_("没有这一条")) from error

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def views(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        body = body_of(request)
        name, query = text_of(body, "name"), text_of(body, "query")
        view = shared.save_view(user=request.user, name=name, query=query, shared=flag_of(body, "shared"))
        return JsonResponse({"ok": True, "view": shared.view_data(view, request.user)})
    return JsonResponse({"items": [shared.view_data(view, request.user) for view in shared.views_of(request.user)]})


@require_POST
@answers
def view_remove(request: HttpRequest, number: int) -> JsonResponse:
    shared.remove_view(user=request.user, number=number)
    return JsonResponse({"ok": True})


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def blocks(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        return _save(request)
    return JsonResponse({"items": [shared.block_data(block, request.user) for block in shared.blocks_of(request.user)]})


@require_POST
@answers
def block(request: HttpRequest, number: int) -> JsonResponse:
    return _save(request, number)


def _save(request: HttpRequest, number: int | None = None) -> JsonResponse:
    body = body_of(request)
    saved = shared.save_block(
        user=request.user,
        number=number,
        version=number_of(body, "version") if number is not None else 0,
        text=text_of(body, "text"),
        kind=text_of(body, "kind", ""),
        field=text_of(body, "field", ""),
        shared=flag_of(body, "shared"),
    )
    status = 200 if number is not None else 201
    return JsonResponse({"ok": True, "block": shared.block_data(saved, request.user)}, status=status)


@require_POST
@answers
def block_remove(request: HttpRequest, number: int) -> JsonResponse:
    shared.remove_block(user=request.user, number=number)
    return JsonResponse({"ok": True})


@require_POST
@answers
def block_used(request: HttpRequest, number: int) -> JsonResponse:
    shared.block_used(user=request.user, number=number)
    return JsonResponse({"ok": True})
