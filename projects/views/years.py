"""Administration of fiscal years: list, settings, state, roll-over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.forms.years import NewYearForm, RolloverForm, YearForm
from projects.models import Department, FiscalYear
from projects.permissions import may_administer
from projects.selectors.years import year_rows
from projects.services import years
from projects.services.rollover import Preview, preview, refusal, roll_over
from projects.services.years import YearRefused


def _administrator(request: HttpRequest) -> None:
    if why := may_administer(request.user, None):
        raise PermissionDenied(why)


@require_http_methods(["GET", "HEAD", "POST"])
def year_list(request: HttpRequest) -> HttpResponse:
    """All years with their counts; a new one is made here."""
    _administrator(request)
    form = NewYearForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            year = years.create_year(user=request.user, number=form.cleaned_data["number"])
        except YearRefused as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("已新建%(year)s，请设置审核级次和截止时间") % {"year": year})
            return redirect("year", year.year)
    context = {"rows": year_rows(), "form": form}
    return render(request, "projects/years.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def year(request: HttpRequest, number: int) -> HttpResponse:
    """One year's settings, and what can be done with it."""
    _administrator(request)
    shown = get_object_or_404(FiscalYear, year=number)
    names = ("levels", "due", "department_due", "finance_due")
    form = YearForm(request.POST or None, initial={name: getattr(shown, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            years.change_year(user=request.user, year_id=shown.pk, **form.cleaned_data)
        except YearRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存"))
            return redirect("year", number)
    counts = years.counts_of(shown)
    acts = [
        {"action": action, "name": name, "why": years.why_not(shown, action, counts)}
        for action, (name, sources, _target) in years.ACTIONS.items()
        if shown.state in sources
    ]
    context = {
        "year": shown,
        "form": form,
        "acts": acts,
        "row": next(row for row in year_rows() if row.year.pk == shown.pk),
        "rollover": shown.state == FiscalYear.State.OPEN,
        "frame_year": number,
    }
    return render(request, "projects/year.html", context, status=400 if form.errors else 200)


@require_POST
def year_state(request: HttpRequest, number: int) -> HttpResponse:
    _administrator(request)
    shown = get_object_or_404(FiscalYear, year=number)
    try:
        changed = years.change_state(user=request.user, year_id=shown.pk, action=request.POST.get("action", ""))
    except YearRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{changed}：{changed.get_state_display()}")
    return redirect("year", number)


@require_http_methods(["GET", "HEAD", "POST"])
def year_rollover(request: HttpRequest, number: int) -> HttpResponse:
    """Choose and see what would be copied (GET), then copy exactly that (POST)."""
    _administrator(request)
    target = get_object_or_404(FiscalYear, year=number)
    data: Any = request.POST if request.method == "POST" else request.GET or _first_choice(target)
    form = RolloverForm(data or None, target=target, departments=list(Department.objects.order_by("path")))
    shown: Preview | None = None
    if form.is_valid():
        source, choice = form.cleaned_data["source"], form.choice()
        if request.method == "POST":
            try:
                done = roll_over(user=request.user, source=source, target=target, choice=choice)
            except YearRefused as error:
                form.add_error(None, str(error))
            else:
                names = {"new": done.created, "old": done.existing}
                messages.success(request, _("已新建草稿 %(new)d 张；已有的 %(old)d 张没有改动") % names)
                return redirect("year", number)
        elif why := refusal(source, target):
            form.add_error(None, why)
        else:
            shown = preview(source=source, target=target, choice=choice)
    context = {"year": target, "form": form, "preview": shown, "frame_year": number}
    return render(request, "projects/year_rollover.html", context, status=400 if form.errors else 200)


def _first_choice(target: FiscalYear) -> dict[str, Any]:
    """Last year with goals and indicators; amounts are asked for anew each year."""
    last = FiscalYear.objects.filter(year__lt=target.year).order_by("-year").first()
    return {"source": str(last.pk), "goals": "on", "indicators": "on"} if last else {}
