"""填报清单: an officer's tables of one year, begun and submitted many at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from projects.badges import state_badge
from projects.findings import LEVELS, Finding
from projects.models import FiscalYear
from projects.selectors.filling import Line, files_tables, filing
from projects.services import creating, submitting
from projects.services.filling import headway
from projects.views.current import current_department
from projects.views.listing import query_without
from projects.views.shared import fiscal_years

MOST = 500
TABS = (
    ("all", _lazy("全部")),
    ("missing", _lazy("尚未建表")),
    ("open", _lazy("填报中")),
    ("filed", _lazy("已送审")),
)
# What bulk creation takes over beside the basics; whether it is ticked at first.
TAKES = (
    ("goals", _lazy("绩效目标"), True),
    ("indicators", _lazy("绩效指标"), True),
    ("funding", _lazy("资金"), False),
    ("plan", _lazy("支出计划（连同资金）"), False),
)


@dataclass(slots=True)
class Outcome:
    """What became of the chosen lines: ``done`` in one sentence, ``refused`` with table, label and reason each."""

    done: str
    refused: list[dict[str, Any]] = field(default_factory=list)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One page of the list."""
    return _show(request, _year(request, request.GET.get("year", "")))


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Drafts of the chosen last year's tables; of a single one, opened at once."""
    if request.method != "POST":
        return redirect("filling")
    year = _year(request, request.POST.get("year", ""))
    if year is None:
        raise PermissionDenied(_("还没有预算年度"))
    take = [key for key, _label, _ticked in TAKES if key in request.POST.getlist("take")]
    single = request.POST.get("one", "")
    chosen = [int(text) for text in ([single] if single else request.POST.getlist("before")) if _is_id(text)][:MOST]
    made = creating.bulk_create(user=request.user, year=year, tables=chosen, take=take)
    if single and made.created:
        return redirect("entry", made.created[0][1])
    done = _("已新建 %(n)d 张草稿") % {"n": len(made.created)} if chosen else _("没有选中上年的表")
    refused = [{"id": 0, "label": item.label, "message": item.message} for item in made.skipped]
    return _show(request, year, Outcome(done, refused))


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """Submit the chosen drafts, each in the version that the page showed."""
    if request.method != "POST":
        return redirect("filling")
    year = _year(request, request.POST.get("year", ""))
    reason = request.POST.get("reason", "").strip()[:1000]
    wishes = []
    for text in request.POST.getlist("table")[:MOST]:
        pk, _colon, version = text.partition(":")
        if _is_id(pk) and _is_id(version):
            wishes.append(submitting.Wish(int(pk), int(version), reason))
    results = submitting.submit_each(user=request.user, wishes=wishes)
    refused = [
        {
            "id": result.id if result.label else 0,
            "label": result.label,
            "message": result.message,
            "findings": [finding.text for finding in sorted(result.findings, key=_weight)[:5]],
            "more": max(0, len(result.findings) - 5),
        }
        for result in results
        if result.error
    ]
    sent = len(results) - len(refused)
    done = _("已送审 %(n)d 张") % {"n": sent} if wishes else _("没有选中可以送审的表")
    return _show(request, year, Outcome(done, refused), reason)


def _weight(finding: Finding) -> int:
    return LEVELS.index(finding.level)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _year(request: HttpRequest, wanted: str) -> FiscalYear | None:
    """The year asked for, else the latest open one, else the latest; ``None`` when there is none."""
    if not files_tables(request.user):
        raise PermissionDenied(_("只有填报人有填报清单"))
    years = fiscal_years(request)
    if wanted:
        return get_object_or_404(FiscalYear, year=int(wanted) if _is_id(wanted) else -1)
    opened = [year for year in years if year.state == FiscalYear.State.OPEN]
    return next(iter(opened or years), None)


def _show(
    request: HttpRequest, year: FiscalYear | None, outcome: Outcome | None = None, reason: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {"year": year, "outcome": outcome, "reason": reason}
    if year is not None:
        asked = request.POST if request.method == "POST" else request.GET
        q, show, number = asked.get("q", "")[:100], asked.get("show", "all"), asked.get("page", "1")
        found = filing(
            request.user,
            year.year,
            department=current_department(request),
            q=q,
            show=show,
            page=int(number) if _is_id(number) else 1,
        )
        context |= {
            "frame_year": year.year,
            "found": found,
            "rows": _rows(found.lines, {item["id"] for item in outcome.refused} if outcome else set()),
            "q": q,
            "show": show if show in found.counts else "all",
            "tabs": [
                {"key": key, "label": label, "n": found.counts[key], "url": _url(asked, year, show=key)}
                for key, label in TABS
            ],
            "earlier": _url(asked, year, show=show, page=found.page - 1) if found.page > 1 else "",
            "later": _url(asked, year, show=show, page=found.page + 1) if found.page < found.pages else "",
            "takes": [{"key": key, "label": label, "ticked": ticked} for key, label, ticked in TAKES],
            "is_open": year.state == FiscalYear.State.OPEN,
        }
    return render(request, "projects/filling.html", context)


def _url(asked: Any, year: FiscalYear, **values: Any) -> str:
    return query_without(
        asked, "page", "csrfmiddlewaretoken", "table", "before", "take", "reason", year=year.year, **values
    )


def _rows(lines: list[Line], kept: set[int]) -> list[dict[str, Any]]:
    """Each line with how far its table is; looked at only while the officer can do something about it."""
    far = headway([line.pk for line in lines if line.is_open])
    return [{"line": line, "far": far.get(line.pk), "badge": _badge(line), "kept": line.pk in kept} for line in lines]


def _badge(line: Line) -> str:
    return state_badge(line.status) if line.status else ""
