"""公开: administrators choose which approved tables anybody may read, and which labelled cells stay internal."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.models import FiscalYear, Role, TargetTable
from projects.permissions import may_administer, rights_of
from projects.selectors.public import Candidate, candidates, field_choices
from projects.services import publicity
from projects.services.publicity import ReleaseRefused
from projects.views.shared import chosen_year

NAMES = {"none": _("未公开"), "public": _("已公开"), "renew": _("有新的批复，待重新公开")}


def _administrator(request: HttpRequest) -> None:
    if not rights_of(request.user).any(Role.ADMINISTRATOR):
        raise PermissionDenied(_("只有系统管理员可以公开绩效目标表"))


def _condition(request: HttpRequest) -> Any:
    return rights_of(request.user).departments(Role.ADMINISTRATOR, prefix="department__")


def _first_year(request: HttpRequest) -> FiscalYear | None:
    """The latest year with approved tables, which is where there is something to do; else the latest."""
    approved = TargetTable.objects.filter(_condition(request), approved_revision__isnull=False)
    years = FiscalYear.objects.annotate(some=Exists(approved.filter(fiscal_year=OuterRef("pk"))))
    return years.order_by("-some", "-year").first()


@require_http_methods(["GET", "HEAD", "POST"])
def releases(request: HttpRequest) -> HttpResponse:
    """The approved tables of a year with what is public of them."""
    _administrator(request)
    year = chosen_year(request) or _first_year(request)
    if year is None:
        return render(request, "projects/releases.html", {"year": None})
    if request.method == "POST":
        return _change(request, year)
    rows = candidates(_condition(request), year)
    context = {
        "year": year,
        "frame_year": year.year,
        "rows": rows,
        "counts": {state: sum(row.state == state for row in rows) for state in NAMES},
        "on": settings.PUBLIC_PAGES,
        "everywhere": not may_administer(request.user, None),
        "fields": field_choices(_condition(request), year),
    }
    return render(request, "projects/releases.html", context)


def _change(request: HttpRequest, year: FiscalYear) -> HttpResponse:
    action = request.POST.get("action", "")
    try:
        if action == "all":
            rows: list[Candidate] = candidates(_condition(request), year)
            seen = {row.table.pk: row.table.approved_revision_id or 0 for row in rows if row.state != "public"}
        else:
            seen = _chosen(request)
        if not seen:
            messages.info(request, _("没有选中的表"))
        elif action == "withdraw":
            done = publicity.withdraw(user=request.user, year=year, tables=list(seen)).done
            messages.success(request, _("已撤回公开 %(n)d 张") % {"n": done})
        elif action in ("release", "all"):
            outcome = publicity.release(user=request.user, year=year, seen=seen)
            messages.success(request, _("已公开 %(n)d 张") % {"n": outcome.done})
            for text in outcome.skipped[:20]:
                messages.warning(request, text)
        else:
            raise Http404
    except ReleaseRefused as error:
        messages.error(request, str(error))
    return redirect(f"{request.path}?year={year.year}")


def _chosen(request: HttpRequest) -> dict[int, int]:
    found = {}
    for text in request.POST.getlist("choose"):
        table, _colon, revision = text.partition(":")
        if table.isdecimal() and revision.isdecimal() and len(text) < 40:
            found[int(table)] = int(revision)
    return found


@require_POST
def release_fields(request: HttpRequest) -> HttpResponse:
    """Which labelled cells are shown: those listed on the page, ticked or not."""
    _administrator(request)
    if why := may_administer(request.user, None):
        raise PermissionDenied(why)
    year = get_object_or_404(FiscalYear, year=chosen) if (chosen := request.POST.get("year", "")).isdecimal() else None
    ticked = set(request.POST.getlist("shown"))
    changed = publicity.set_fields(
        user=request.user, shown={label: label in ticked for label in request.POST.getlist("label")[:2_000]}
    )
    messages.success(request, _("已保存，改动 %(n)d 栏") % {"n": changed})
    target = redirect("releases")
    if year is not None:
        target["Location"] += f"?year={year.year}"
    return target
