"""指标库: the list, one indicator, and what its keeper does with it."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.models import Category, LibraryIndicator
from perfgoals.web.downloads import attachment
from projects.forms.library import LibraryFilter, LibraryForm
from projects.models import Department, Role
from projects.permissions import EVERYWHERE, SEES_TABLES, may_keep_library, rights_of
from projects.selectors import library as selectors
from projects.services import audit, library_excel
from projects.services import library as service
from projects.services.listfile import XLSX_TYPE
from projects.views.listing import query_without
from projects.views.people import add_errors

PER_PAGE = 50
LEAST, LEAST_OFFERED = 0.75, 0.5


def readers_only(request: HttpRequest) -> None:
    if not rights_of(request.user).any(*SEES_TABLES):
        raise PermissionDenied(_("您的角色不查看指标库"))


def keepers_only(request: HttpRequest) -> None:
    if not rights_of(request.user).any(Role.ADMINISTRATOR):
        raise PermissionDenied(_("只有系统管理员可以维护指标库"))


def keeps_shared(request: HttpRequest) -> bool:
    return rights_of(request.user).has(Role.ADMINISTRATOR, None)


def indicator_of(request: HttpRequest, pk: int) -> LibraryIndicator:
    """An indicator that this person may see, with what was merged into it; others do not exist."""
    visible = selectors.with_merged(selectors.library_visible_to(request.user))
    return get_object_or_404(visible.select_related("department", "merged_into"), pk=pk)


def _libraries(request: HttpRequest) -> QuerySet[Department]:
    read = selectors.libraries_read(request.user)
    found = Department.objects.order_by("path")
    return found if read is EVERYWHERE else found.filter(pk__any_of=read)


def _filtered(request: HttpRequest) -> tuple[LibraryFilter, QuerySet[LibraryIndicator]]:
    readers_only(request)
    visible = selectors.library_visible_to(request.user)
    form = LibraryFilter(
        request.GET,
        departments=_libraries(request),
        sectors=selectors.choices_of(visible, "sector"),
        project_types=selectors.choices_of(visible, "project_type"),
    )
    return form, selectors.list_library(visible, **form.asked) if form.is_valid() else visible.none()


@require_safe
def library_list(request: HttpRequest) -> HttpResponse:
    form, found = _filtered(request)
    page = Paginator(selectors.with_merged(found), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    usage = selectors.usage_of(rows, request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    keeps = rights_of(request.user).any(Role.ADMINISTRATOR)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, service.category_name(row.category), usage[row.pk]) for row in rows],
        "rest": query_without(request.GET, "page"),
        "filtered": any(asked.values()),
        "category": Category.objects.filter(code=asked["category"]).first() if asked.get("category") else None,
        "export": query_without(request.GET, "page"),
        "keeps": keeps,
        "waiting": selectors.proposals_waiting(request.user).count() if keeps else 0,
    }
    return render(request, "library/list.html", context)


@require_safe
def library_export(request: HttpRequest) -> HttpResponseBase:
    """What meets the conditions, as a list that can be imported again. Taking it is recorded."""
    form, found = _filtered(request)
    rows = list(found[: library_excel.LARGEST + 1])
    if len(rows) > library_excel.LARGEST:
        said = _("符合条件的指标超过 %(n)d 个，请缩小范围后再导出。")
        messages.error(request, said % {"n": library_excel.LARGEST})
        return redirect("library")
    if request.method == "GET":
        told = {form.fields[name].label: value for name, value in form.cleaned_data.items() if value}
        audit.record("library.export", actor=request.user, name=service.SHARED_NAME, after={"行数": len(rows), **told})
    name = f"指标库_{localdate():%Y%m%d}.xlsx"
    return _workbook(library_excel.export(rows), name)


def _workbook(content: bytes, name: str) -> FileResponse:
    return attachment(io.BytesIO(content), name=name, content_type=XLSX_TYPE)


@require_safe
def library_indicator(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One indicator; a merged one leads to the one that took its place."""
    indicator = indicator_of(request, pk)
    if indicator.merged_into_id:
        said = _("“%(name)s”已并入“%(into)s”。") % {"name": indicator, "into": indicator.merged_into}
        messages.info(request, said)
        return redirect("library-indicator", indicator.merged_into_id)
    refusal = may_keep_library(request.user, indicator.department)
    context = {
        "indicator": indicator,
        "category": service.category_name(indicator.category),
        "place": service.library_name(indicator.department),
        "facts": [
            (service.NAMES[name], service.shown(indicator, name))
            for name in service.FIELDS
            if name not in ("category", "name")
        ],
        "used": selectors.used(indicator, request.user),
        "refusal": refusal,
        "alike": [] if refusal else _alike(request, indicator),
    }
    return render(request, "library/indicator.html", context)


def _alike(request: HttpRequest, indicator: LibraryIndicator) -> list[dict[str, Any]]:
    """Indicators that look like this one, with whether it may be merged into each."""
    visible = selectors.library_visible_to(request.user)
    pairs = selectors.lookalikes(indicator, visible, least=LEAST_OFFERED)
    found = visible.select_related("department").in_bulk([pair.other for pair in pairs])
    return [
        {
            "row": (other := found[pair.other]),
            "percent": round(pair.likeness * 100),
            "place": service.library_name(other.department),
            "fits": indicator.state == service.State.IN_USE and service.mergeable(indicator, other),
        }
        for pair in pairs
    ]


def _form(request: HttpRequest, data: Any, indicator: LibraryIndicator | None = None) -> LibraryForm:
    initial: dict[str, Any] = {"category": request.GET.get("category", "")}
    if indicator is not None:
        initial = {name: getattr(indicator, name) for name in service.FIELDS}
        initial |= {"version": indicator.version, "department": indicator.department_id or ""}
    kept = selectors.libraries_kept(request.user)
    return LibraryForm(data, departments=kept, shared=keeps_shared(request), initial=initial)


@require_http_methods(["GET", "POST"])
def library_new(request: HttpRequest) -> HttpResponseBase:
    keepers_only(request)
    form = _form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.create_indicator(
                actor=request.user, department=form.cleaned_data["department"], fields=form.texts
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已加入指标库。"))
            return redirect("library-indicator", made.pk)
    return render(request, "library/form.html", {"form": form, "title": _("新建指标")})


@require_http_methods(["GET", "POST"])
def library_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change an indicator. When somebody else was faster, both texts are shown and nothing is written."""
    indicator = indicator_of(request, pk)
    if reason := may_keep_library(request.user, indicator.department):
        raise PermissionDenied(reason)
    form = _form(request, request.POST or None, indicator)
    context = {"form": form, "title": indicator.name, "indicator": indicator}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            service.change_indicator(
                actor=request.user,
                pk=pk,
                version=form.cleaned_data["version"] or 0,
                fields=form.texts,
                department=form.cleaned_data["department"],
            )
        except ValidationError as error:
            add_errors(form, error)
        except service.Stale as stale:
            context |= both_texts(form, stale)
            status = 409
        else:
            messages.success(request, _("已保存。"))
            return redirect("library-indicator", pk)
    return render(request, "library/form.html", context, status=status)


def both_texts(form: LibraryForm, stale: service.Stale) -> dict[str, Any]:
    """What stands now beside what was typed; sending the form again writes over what stands now."""
    form.data = form.data.copy()
    form.data["version"] = str(stale.indicator.version)
    theirs = [
        (service.NAMES[name], service.shown(stale.indicator, name))
        for name in service.FIELDS
        if service.tidy(form.texts[name]) != getattr(stale.indicator, name)
    ]
    return {"stale": str(stale), "theirs": theirs}


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _said(request: HttpRequest, error: ValidationError | service.Stale) -> None:
    text = " ".join(error.messages) if isinstance(error, ValidationError) else _("%s，请看过再办。") % error
    messages.error(request, text)


@require_POST
def library_state(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Retire, or take back into use."""
    indicator = indicator_of(request, pk)
    in_use = request.POST.get("in_use") == "1"
    try:
        service.set_in_use(actor=request.user, pk=indicator.pk, version=_version(request), in_use=in_use)
    except (ValidationError, service.Stale) as error:
        _said(request, error)
    else:
        done = _("已恢复使用。") if in_use else _("已停用：填报时不再建议，已有的表不受影响。")
        messages.success(request, done)
    return redirect("library-indicator", pk)


@require_POST
def library_merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Merge this indicator into another one."""
    indicator = indicator_of(request, pk)
    typed = request.POST.get("into", "")
    into = indicator_of(request, int(typed) if typed.isdecimal() and len(typed) < 18 else 0)
    try:
        service.merge(actor=request.user, source=indicator.pk, target=into.pk, version=_version(request))
    except (ValidationError, service.Stale) as error:
        _said(request, error)
        return redirect("library-indicator", pk)
    names = {"name": indicator, "into": into}
    messages.success(request, _("“%(name)s”已并入“%(into)s”，可在下面撤销。") % names)
    return redirect("library-indicator", into.pk)


@require_POST
def library_unmerge(request: HttpRequest, pk: int) -> HttpResponseBase:
    indicator = indicator_of(request, pk)
    try:
        service.unmerge(actor=request.user, pk=pk, version=_version(request))
    except (ValidationError, service.Stale) as error:
        _said(request, error)
        return redirect("library-indicator", indicator.merged_into_id or pk)
    messages.success(request, _("“%(name)s”已恢复为单独的指标。") % {"name": indicator})
    return redirect("library-indicator", pk)


@require_safe
def library_duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that look alike, of which this person may merge at least one."""
    keepers_only(request)
    visible = selectors.library_visible_to(request.user)
    too_many, more, pairs = False, False, []
    try:
        pairs, more = selectors.near_duplicates(visible, least=LEAST)
    except ValueError:
        too_many = True
    ids = {pk for pair in pairs for pk in (pair.one, pair.other)}
    found = visible.select_related("department").in_bulk(ids)
    rows = []
    for pair in pairs:
        sides = []
        for mine, other in ((pair.one, pair.other), (pair.other, pair.one)):
            row = found[mine]
            kept = not may_keep_library(request.user, row.department)
            sides.append(
                {
                    "row": row,
                    "place": service.library_name(row.department),
                    "into": found[other] if kept and service.mergeable(row, found[other]) else None,
                }
            )
        if any(side["into"] for side in sides):
            category = service.category_name(sides[0]["row"].category)
            rows.append({"percent": round(pair.likeness * 100), "category": category, "sides": sides})
    context = {"rows": rows, "more": more, "too_many": too_many, "most": selectors.MOST_COMPARED, "least": LEAST * 100}
    return render(request, "library/duplicates.html", context)
