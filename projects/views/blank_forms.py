"""表样管理: the forms that come with the system and those of the office; upload, check, try, take into use."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perfgoals.web.downloads import attachment
from projects.findings import BLOCK, INFO, Finding
from projects.forms.blank_forms import ChoicesForm, UploadForm
from projects.grids.html_writer import write_html
from projects.layouts import render as render_form
from projects.layouts.blank.draw import blank_blocks, form_mark_of
from projects.layouts.blank.filling import FILLED, fill
from projects.layouts.blank.prove import compared
from projects.layouts.blank.vocabulary import OPTIONS, groups
from projects.layouts.definition import Layout
from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES
from projects.layouts.registry import shipped_layouts
from projects.models import Department, Form, FormEdition, Role, ShippedForm
from projects.models import TargetTable as Stored
from projects.permissions import EVERYWHERE, may_administer, rights_of
from projects.selectors.tables import visible_to
from projects.services import audit, exporting
from projects.services import forms as service
from projects.services.forms import FormRefused
from projects.store import load_tables
from projects.targettable import KINDS, TargetTable

MOST_TABLES = 12
logger = logging.getLogger(__name__)


def _administrator(request: HttpRequest) -> None:
    if not rights_of(request.user).any(Role.ADMINISTRATOR):
        raise PermissionDenied(_("只有系统管理员可以管理表样"))


def _kept(request: HttpRequest) -> QuerySet[Form]:
    """Forms of the person's departments, and those of everybody."""
    _administrator(request)
    rights = rights_of(request.user)
    forms = Form.objects.select_related("department")
    if rights.paths(Role.ADMINISTRATOR) is EVERYWHERE:
        return forms
    return forms.filter(Q(department=None) | rights.departments(Role.ADMINISTRATOR, prefix="department__"))


def _edition(request: HttpRequest, pk: int, number: int) -> FormEdition:
    form = get_object_or_404(_kept(request), pk=pk)
    edition = get_object_or_404(FormEdition, form=form, number=number)
    edition.form = form
    return edition


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    forms = list(_kept(request).prefetch_related("editions").order_by("name", "id"))
    names = [edition.layout_id for form in forms for edition in form.editions.all()]
    shipped = shipped_layouts()
    counted = Stored.objects.filter(layout__in=[*names, *(item.id for item in shipped)])
    used = dict(counted.order_by().values_list("layout").annotate(n=Count("pk")))
    off = set(ShippedForm.objects.filter(active=False).values_list("layout", flat=True))
    context = {
        "rows": [
            {"form": form, "edition": edition, "used": used.get(edition.layout_id, 0), "kind": KINDS[form.kind]}
            for form in forms
            for edition in form.editions.all()
        ],
        "shipped": [
            {"layout": item, "active": item.id not in off, "used": used.get(item.id, 0), "kind": KINDS[item.kind]}
            for item in shipped
        ],
        "everywhere": not may_administer(request.user, None),
    }
    return render(request, "projects/forms/list.html", context)


@require_safe
def form_help(request: HttpRequest) -> HttpResponse:
    _administrator(request)
    return render(request, "projects/forms/help.html", {"groups": groups(), "options": OPTIONS.items()})


@require_safe
def form_blank(request: HttpRequest, layout: str, suffix: str) -> FileResponse:
    """A shipped form as a blank file with placeholders: a starting point."""
    _administrator(request)
    found = next((item for item in shipped_layouts() if item.id == layout), None)
    if found is None or suffix not in FILLED:
        raise Http404(_("没有这个表样"))
    out = io.BytesIO()
    if suffix == "docx":
        from projects.grids.docx_writer import write_docx

        write_docx(blank_blocks(found), out, form=form_mark_of(found))
    else:
        from projects.grids.xlsx_writer import write_xlsx

        write_xlsx([(found.name, blank_blocks(found))], out, form=form_mark_of(found))
    out.seek(0)
    name = f"{found.name}（空白表样）.{suffix}"
    return attachment(out, name=name, content_type=exporting.FORMATS[suffix])


@require_POST
def form_shipped(request: HttpRequest, layout: str) -> HttpResponse:
    _administrator(request)
    if why := may_administer(request.user, None):
        raise PermissionDenied(why)
    try:
        service.switch_shipped(user=request.user, layout=layout, active=request.POST.get("active") == "1")
    except FormRefused as error:
        raise Http404(str(error)) from error
    messages.success(request, _("已保存"))
    return redirect("form-list")


@require_http_methods(["GET", "HEAD", "POST"])
def form_new(request: HttpRequest) -> HttpResponse:
    """Upload a form, or (``?form=``) the next edition of one."""
    _administrator(request)
    wanted = request.GET.get("form", "")
    form = get_object_or_404(_kept(request), pk=int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else None
    if form is not None and (why := may_administer(request.user, form.department)):
        raise PermissionDenied(why)
    rights = rights_of(request.user)
    departments = None
    if form is None:
        departments = Department.objects.filter(rights.departments(Role.ADMINISTRATOR)).order_by("path")
    asked = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        departments=departments,
        top=rights.paths(Role.ADMINISTRATOR) is EVERYWHERE,
        initial={"first_year": timezone.localdate().year + 1},
    )
    findings: list[Any] = []
    if request.method == "POST" and asked.is_valid():
        file = asked.cleaned_data["file"]
        version = request.POST.get("version", "")
        try:
            edition = service.upload(
                user=request.user,
                data=file.read(service.LARGEST + 1),
                name=file.name,
                wish=asked.wish(),
                form=form,
                department=asked.cleaned_data.get("department"),
                version=int(version) if version.isdecimal() and len(version) < 10 else None,
            )
        except FormRefused as error:
            asked.add_error("file", str(error))
            findings = error.findings
        else:
            messages.success(request, _("已上传，请核对占位符并试填，再启用"))
            return redirect("form-edition", edition.form_id, edition.number)
    context = {"asked": asked, "form": form, "findings": findings, "version": form.version if form else ""}
    return render(request, "projects/forms/upload.html", context, status=400 if asked.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def form_edition(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One edition: the form with its placeholders, what they are bound to, what is wrong; choices can be changed."""
    edition = _edition(request, pk, number)
    form = edition.form
    changeable = not may_administer(request.user, form.department) and edition.activated_at is None
    initial = {
        "name": form.name,
        "first_year": edition.first_year,
        "last_year": edition.last_year,
        "note": edition.note,
        **edition.choices,
    }
    asked = ChoicesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and asked.is_valid():
        try:
            service.read_again(
                user=request.user, edition=edition, wish=asked.wish(), version=_version(request.POST.get("version"))
            )
        except FormRefused as error:
            asked.add_error(None, str(error))
        else:
            messages.success(request, _("已按新的设定重新识别"))
            return redirect("form-edition", pk, number)
    layout = service.layout_of_edition(edition)
    context = {
        "edition": edition,
        "form": form,
        "asked": asked,
        "changeable": changeable,
        "administers": not may_administer(request.user, form.department),
        "drawn": _drawn(layout),
        "layout": layout,
        "kind": KINDS[layout.kind],
        "bound": [_bound(*row) for row in edition.report.get("bound", [])],
        "findings": _findings(edition),
        "counts": _counts(edition),
        "acts": _acts(edition),
        "others": [other for other in form.editions.all() if other.pk != edition.pk],
        "used": Stored.objects.filter(layout=edition.layout_id).count(),
    }
    return render(request, "projects/forms/edition.html", context, status=400 if asked.errors else 200)


def _version(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _drawn(layout: Layout) -> SafeString:
    """The blank form as HTML; the writer escapes every text itself, hence safe."""
    return SafeString(write_html(blank_blocks(layout)))


def _bound(placeholder: str, path: str, place: list[Any]) -> dict[str, str]:
    row, column, part = place
    where = f"{part} 第{row}行第{column}格" if column else (f"第{row}段" if row else "")
    return {"placeholder": placeholder, "name": field_name(path), "where": where}


def field_name(path: str) -> str:
    """Return what a path without row number is called: ``indicators.value`` → ``年度指标·指标值``."""
    first, _dot, leaf = path.partition(".")
    if first in LIST_NAMES and first != "spend_plan":
        return f"{LIST_NAMES[first]}·{ROW_FIELD_NAMES[first].get(leaf, leaf)}"
    if first == "spend_plan":
        return f"截至{int(leaf)}月底累计比例"
    if first == "extra":
        return f"其他栏目·{leaf}"
    computed = {"year": "预算年度", "years": "起止年份", "number": "序号", "department": "预算单位", "section": "正文"}
    return computed.get(path) or FIELD_NAMES.get(path, path).removesuffix("（元）")


def _findings(edition: FormEdition) -> list[dict[str, Any]]:
    order = {BLOCK: 0, "warn": 1, INFO: 2}
    return sorted(edition.report.get("findings", []), key=lambda finding: order.get(finding["level"], 3))


def _counts(edition: FormEdition) -> dict[str, int]:
    levels = [finding["level"] for finding in edition.report.get("findings", [])]
    return {"block": levels.count(BLOCK), "bound": len(edition.report.get("bound", []))}


def _acts(edition: FormEdition) -> list[dict[str, str]]:
    names = {"activate": _("启用"), "deactivate": _("停用"), "delete": _("删除")}
    wanted = ["deactivate"] if edition.active else ["activate"]
    if edition.activated_at is None:
        wanted.append("delete")
    return [{"action": action, "name": names[action], "why": service.why_not(edition, action)} for action in wanted]


@require_POST
def form_state(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    edition = _edition(request, pk, number)
    if why := may_administer(request.user, edition.form.department):
        raise PermissionDenied(why)
    action = request.POST.get("action", "")
    try:
        version = _version(request.POST.get("version"))
        service.change_state(user=request.user, edition=edition, action=action, version=version)
    except FormRefused as error:
        messages.error(request, str(error))
        return redirect("form-edition", pk, number)
    done = {"activate": _("已启用"), "deactivate": _("已停用，已有的表照常使用"), "delete": _("已删除")}
    messages.success(request, done[action])
    return redirect("form-list") if action == "delete" else redirect("form-edition", pk, number)


@require_safe
def form_file(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The file as it was uploaded."""
    edition = _edition(request, pk, number)
    data = _content(edition)
    return attachment(io.BytesIO(data), name=edition.file_name, content_type=exporting.FORMATS[edition.suffix])


def _content(edition: FormEdition) -> bytes:
    try:
        return service.content_of(edition)
    except FormRefused as error:
        raise Http404(str(error)) from error


@require_safe
def form_try(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Choose a real table, see the form filled with it, and whether all of it would be read back."""
    edition = _edition(request, pk, number)
    layout = service.layout_of_edition(edition)
    found = visible_to(request.user).filter(kind=layout.kind).select_related("department", "fiscal_year")
    query = request.GET.get("q", "").strip()[:100]
    if query:
        found = found.filter(Q(label__contains=query) | Q(department__name__contains=query))
    context: dict[str, Any] = {
        "edition": edition,
        "form": edition.form,
        "query": query,
        "tables": list(found.order_by("-id")[:MOST_TABLES]),
    }
    wanted = request.GET.get("table", "")
    if wanted:
        row, table = _table(request, wanted, layout)
        drawn = SafeString(write_html(render_form(table, layout)))
        context |= {"row": row, "drawn": drawn, "differs": _differs(edition, table, layout)}
    return render(request, "projects/forms/try.html", context)


def _differs(edition: FormEdition, table: TargetTable, layout: Layout) -> list[Finding]:
    """What would not be read back; a form that still has mistakes may not even be filled in."""
    data = _content(edition)
    try:
        content = fill(data, edition.suffix, [table], layout)
        return compared(table, content, f"试填.{edition.suffix}", layout)
    except Exception as error:
        logger.error("trying a form failed: %s: %s", type(error).__name__, error)
        return [Finding(BLOCK, "proof", "这个文件现在还填不进去，请先改正检查出的问题")]


@require_safe
def form_filled(request: HttpRequest, pk: int, number: int, table: int, suffix: str) -> FileResponse:
    """The file of a trial."""
    edition = _edition(request, pk, number)
    layout = service.layout_of_edition(edition)
    if suffix != edition.suffix:
        raise Http404(_("这个表样没有这种格式的文件"))
    row, content = _table(request, str(table), layout)
    data = fill(_content(edition), suffix, [content], layout)
    if request.method == "GET":
        audit.record("table.download", actor=request.user, obj=row, after={"格式": suffix, "表式": str(edition)})
    name = exporting.file_name(content, suffix)
    return attachment(io.BytesIO(data), name=f"试填_{name}", content_type=exporting.FORMATS[suffix])


def _table(request: HttpRequest, wanted: str, layout: Layout) -> tuple[Stored, TargetTable]:
    """Return a table of the person's own sight, as it would be in this form."""
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404(_("没有这张表"))
    row = get_object_or_404(visible_to(request.user).filter(kind=layout.kind), pk=int(wanted))
    content = load_tables(Stored.objects.filter(pk=row.pk))[0]
    return row, as_in_form(content, layout)


def as_in_form(table: TargetTable, layout: Layout) -> TargetTable:
    """Return a table as if it had been filed in this form: its title, category words and months of the plan."""
    from projects.layouts.render import adapted, title_of

    if table.layout == layout.id:
        return table
    title = title_of(table, layout)
    moved = replace(adapted(table, layout), layout=layout.id, title=title)
    months = sorted(path.partition(".")[2] for path in layout.paths if path.startswith("spend_plan."))
    known = {point.by: point for point in table.spend_plan}
    from projects.targettable import PlanPoint

    return replace(moved, spend_plan=[known.get(by) or PlanPoint(by) for by in months]) if months else moved
