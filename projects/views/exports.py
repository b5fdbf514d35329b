"""公开与导出: files built in the background, their progress, and taking them away; archives of the list."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from perfgoals.web.downloads import attachment
from projects.models import ExportJob, Role
from projects.permissions import rights_of
from projects.selectors.tables import visible_to
from projects.services import books, export_jobs, exporting
from projects.services.exporting import ExportRefused
from projects.views.downloads import ids_in_book_order
from projects.views.tables import filter_of

TYPES = {"zip": "application/zip", **{suffix: kind for suffix, kind in books.FORMATS.items()}}
WORKING = (ExportJob.State.QUEUED, ExportJob.State.RUNNING)


@require_safe
def publishing(request: HttpRequest) -> HttpResponse:
    """The room: what can be made, and the person's own files."""
    export_jobs.expire()
    export_jobs.recover()
    context = {
        "jobs": export_jobs.jobs_of(request.user),  # type: ignore[arg-type]
        "releases": rights_of(request.user).any(Role.ADMINISTRATOR),
    }
    return render(request, "projects/publishing.html", context)


def job_page(job: ExportJob) -> HttpResponseRedirect:
    """Have the job built once this request is through, and go where its progress is shown."""
    transaction.on_commit(lambda: export_jobs.start(job.pk))
    return redirect("export-job", job.pk)


def _own(request: HttpRequest, pk: int) -> ExportJob:
    jobs = ExportJob.objects.filter(owner=request.user).defer("order", "revisions")  # type: ignore[misc]
    return get_object_or_404(jobs, pk=pk)


@require_safe
def export_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress, and the file once it is there."""
    job = _own(request, pk)
    return render(request, "projects/export_job.html", {"job": job, "working": job.state in WORKING})


@require_safe
def export_job_state(request: HttpRequest, pk: int) -> JsonResponse:
    """The same for the page's script."""
    job = _own(request, pk)
    return JsonResponse(
        {
            "state": job.state,
            "label": job.get_state_display(),
            "done": job.done,
            "total": job.total,
            "message": job.message,
        }
    )


@require_safe
def export_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The finished file; the right to see every table in it is asked again."""
    job = _own(request, pk)
    try:
        stream = export_jobs.fetch(job, user=request.user)  # type: ignore[arg-type]
    except ExportRefused as refusal:
        job.refresh_from_db()
        context = {"job": job, "working": job.state in WORKING, "refusal": str(refusal)}
        return render(request, "projects/export_job.html", context, status=409)
    kind = TYPES["zip" if job.kind == export_jobs.ZIP else job.format]
    return attachment(stream, name=job.name, content_type=kind)


@require_POST
def table_zip(request: HttpRequest) -> HttpResponse:
    """An archive of the chosen tables, or of all that meet the conditions in the address when none is chosen."""
    suffix = request.POST.get("format", "docx")
    chosen = [int(pk) for pk in request.POST.getlist("table") if pk.isascii() and pk.isdigit()]
    tables = visible_to(request.user).filter(pk__any_of=chosen) if chosen else filter_of(request).tables
    ids = ids_in_book_order(tables, export_jobs.LARGEST_ZIP + 1)
    name = _("绩效目标表（%(n)d张）_%(day)s") % {"n": len(ids), "day": f"{localtime():%Y%m%d}"}
    try:
        job = export_jobs.order_zip(user=request.user, ids=ids, format=suffix, name=exporting.folder_name(name))  # type: ignore[arg-type]
    except ExportRefused as refusal:
        messages.error(request, str(refusal))
        query = request.GET.urlencode()
        return redirect(f"/tables/{'?' + query if query else ''}")
    return job_page(job)
