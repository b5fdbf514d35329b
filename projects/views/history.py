"""The history of one table: who did what, and every version that was submitted or approved."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.web.downloads import attachment
from projects.layouts import layout_of
from projects.models import Revision
from projects.models import TargetTable as Stored
from projects.reviewlevels import is_reviewer
from projects.services import audit, exporting, revisions
from projects.services.reviewing import papers
from projects.views.compare import earlier_table, sides_of
from projects.views.downloads import handed_out, refused, written
from projects.views.table import FORMATS, form_html, stored_table


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """All transitions, the latest first, each with the version it wrote."""
    row = stored_table(request, pk)
    records = list(row.transitions.select_related("revision").order_by("-id"))
    found = list(row.revisions.defer("content").order_by("-number"))
    context = {
        "row": row,
        "name": row.label or _("（未命名）"),
        "records": records,
        "revisions": found,
        "sheets": set(papers.revisions_with_sheet(row, reviewer=is_reviewer(request.user, row))),
        "sides": sides_of(row, found),
        "earlier": earlier_table(request, row),
        "formats": downloads_of(),
        "frame_year": row.fiscal_year.year,
    }
    return render(request, "projects/history.html", context)


def downloads_of() -> list[tuple[str, str]]:
    return [("docx", "Word"), ("xlsx", "Excel"), ("pdf", "PDF"), ("json", "JSON")]


def one_revision(row: Stored, number: int) -> Revision:
    return get_object_or_404(Revision, table=row, number=number)


@require_safe
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version as the official form."""
    row = stored_table(request, pk)
    found = one_revision(row, number)
    fault = revisions.fault(found)
    content = None if fault else revisions.content_of(found)
    context = {
        "row": row,
        "name": row.label or _("（未命名）"),
        "revision": found,
        "fault": fault,
        "form": form_html(content, layout_of(content)) if content else "",
        "formats": [
            (label, reverse("revision-download", args=[pk, number, suffix])) for suffix, label in downloads_of()
        ],
        "frame_year": row.fiscal_year.year,
    }
    return render(request, "projects/revision.html", context)


@require_safe
def revision_download(request: HttpRequest, pk: int, number: int, suffix: str) -> HttpResponse | FileResponse:
    """One version as a file. A tampered one is given out by nobody."""
    if suffix not in FORMATS:
        raise Http404(_("没有这种文件格式"))
    row = stored_table(request, pk)
    found = one_revision(row, number)
    if revisions.fault(found):
        raise Http404(_("这个版本的内容与校验值不符"))
    content = revisions.content_of(found)
    try:
        out = written([content], suffix, title=content.label())
    except exporting.ExportRefused as refusal:
        return refused(request, str(refusal))
    name = exporting.file_name(content, suffix).removesuffix(f".{suffix}") + f"_{found}.{suffix}"
    if request.method == "GET":
        audit.record(
            "revision.download", actor=request.user, obj=row, after={"版本": str(found), "格式": FORMATS[suffix]}
        )
        line = (row.pk, found.number, found.sha256)
        handed_out(request, out, "revision", suffix, name, [line], [row.department.path])
    return attachment(out, name=name, content_type=exporting.FORMATS[suffix])
