"""审计日志: for auditors, within their departments; searched, paged, taken away as a file."""

from __future__ import annotations

import io

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.web.downloads import attachment
from projects.forms.audit_filter import AuditFilter
from projects.models import AuditEvent, Department, Role
from projects.permissions import may_read_audit, rights_of
from projects.selectors.audit import events_visible_to, known_actions
from projects.services import audit, audit_export
from projects.views.listing import query_without

PER_PAGE = 50
LARGEST = 50_000
"""Lines in one file; the latest ones when there are more."""
NAMES = {"xlsx": _("Excel 工作簿"), "csv": _("CSV 文件")}


def _filtered(request: HttpRequest) -> tuple[AuditFilter, QuerySet[AuditEvent]]:
    if why := may_read_audit(request.user):
        raise PermissionDenied(why)
    visible = events_visible_to(request.user)
    shown = list(Department.objects.filter(rights_of(request.user).departments(Role.AUDITOR)).order_by("path"))
    form = AuditFilter(request.GET, actions=known_actions(visible), departments=shown)
    return form, form.events(visible)


@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    form, events = _filtered(request)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    query = query_without(request.GET, "page")
    context = {
        "form": form,
        "page": page,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "rows": [(event, audit_export.plain(event.before), audit_export.plain(event.after)) for event in page],
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "exports": [(reverse("audit-export", args=[suffix]) + query, name) for suffix, name in NAMES.items()],
    }
    return render(request, "projects/audit.html", context)


@require_safe
def audit_export_view(request: HttpRequest, suffix: str) -> FileResponse:
    """The lines that meet the conditions, as a file. Taking it is itself recorded."""
    form, events = _filtered(request)
    if suffix not in audit_export.FORMATS or not form.is_valid():
        raise Http404(_("没有这种文件格式"))
    content = audit_export.export(audit_export.in_parts(events, LARGEST), suffix)
    if request.method == "GET":
        asked = {form.fields[name].label: value for name, value in form.cleaned_data.items() if value}
        audit.record("audit.export", actor=request.user, after={"格式": suffix, **asked})
    name = f"审计日志_{localdate():%Y%m%d}.{suffix}"
    return attachment(io.BytesIO(content), name=name, content_type=audit_export.FORMATS[suffix])
