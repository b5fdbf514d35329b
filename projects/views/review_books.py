"""What was decided: register, statistics, adjustments before and after; and what a year asks of its reviewers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.models import FiscalYear, ReviewSetting
from projects.permissions import REVIEWS, may_administer, may_edit, rights_of
from projects.reviewlevels import ROLE_OF
from projects.selectors import decisions
from projects.services.reviewing import papers, records, settings
from projects.views.review_pages import with_query
from projects.views.table import stored_table


def _must_see(request: HttpRequest) -> None:
    if not decisions.may_see(request.user):
        raise PermissionDenied(_("只有审核人和系统管理员可以查看审核记录"))


def _tabs(request: HttpRequest) -> dict[str, bool]:
    return {"queue": rights_of(request.user).any(*REVIEWS)}


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Decisions, the latest first; the conditions stand in the address."""
    _must_see(request)
    data = records.register_data(user=request.user, params=request.GET)
    context = {
        "register": data,
        "fields": data["filters"],
        "whole": with_query(reverse("review-sheets", args=["docx"]), data["query"]),
        "tabs": _tabs(request),
    }
    return render(request, "projects/review/register.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    _must_see(request)
    data = records.statistics_data(user=request.user, params=request.GET)
    plots = {plot["table"]: plot for plot in data["plots"]}
    context = {
        "statistics": data,
        "fields": data["filters"],
        "blocks": [table | {"plot": plots.get(table["key"])} for table in data["tables"]],
        "tabs": _tabs(request),
    }
    return render(request, "projects/review/statistics.html", context)


@require_safe
def adjustment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One adjustment: why, and what stood before and stands after it."""
    row = stored_table(request, pk)
    try:
        data = papers.adjustment_data(user=request.user, row=row, number=number)
    except papers.NoSuchPaper as error:
        raise Http404(_("没有这次调整")) from error
    context = {
        "row": row,
        "name": row.label or _("（未命名）"),
        "adjustment": data,
        "fill": number == row.adjustment and not may_edit(request.user, row),
        "frame_year": row.fiscal_year.year,
    }
    return render(request, "projects/review/adjustment.html", context)


@require_safe
def year_settings(request: HttpRequest, year: int) -> HttpResponse:
    """What a year asks of its reviewers, to be changed by administrators of everything."""
    if why := may_administer(request.user, None):
        raise PermissionDenied(why)
    chosen = get_object_or_404(FiscalYear, year=year)
    data: dict[str, Any] = settings.settings_data(year=chosen)
    amount = data["key_amount"]
    context = {
        "settings": data,
        "address": reverse("review-settings-save", args=[year]),
        "levels": [(str(level), role.label) for level, role in ROLE_OF.items()],
        "demands": ReviewSetting.Demand.choices,
        "key_amount": f"{(Decimal(amount) / 10_000).normalize():f}" if amount else "",
        "frame_year": year,
    }
    return render(request, "projects/review/settings.html", context)
