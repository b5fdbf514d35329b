"""Bulk import: batches, their files and progress, the preview as a list, and what is decided on the whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perfgoals.web.downloads import attachment
from projects.forms.imports import ACCEPTED, FILTER_NAMES, NewBatchForm, OptionsForm
from projects.layouts.listbook import write_list
from projects.models import ImportBatch, ImportFile, ImportTable, Role
from projects.models import TargetTable as Stored
from projects.permissions import rights_of
from projects.selectors import imports as selectors
from projects.services import audit
from projects.services.imports import background, batches, correcting, jobs, workbook
from projects.services.imports.correcting import Refused, Stale
from projects.services.rollover import Choice, copied
from projects.store import load_tables
from projects.targettable import TargetTable
from projects.views.current import tables_in_view
from projects.views.shared import fiscal_years

PER_PAGE = 50
FILES_SHOWN = 100
AT_ONCE = 500
State = ImportBatch.State
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def administrator_only(request: HttpRequest) -> None:
    if not rights_of(request.user).any(Role.ADMINISTRATOR):
        raise PermissionDenied(_("只有系统管理员可以批量导入"))


def own_batch(request: HttpRequest, pk: int) -> ImportBatch:
    """A batch that this person may see; anything else does not exist for them."""
    administrator_only(request)
    return get_object_or_404(selectors.visible_batches(request.user).select_related("department"), pk=pk)


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def number(text: Any) -> int | None:
    """A number from the address or a form; ``None`` for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def deciding_back(
    request: HttpRequest, act: Callable[[], str], name: str, *place: int, query: str = ""
) -> HttpResponse:
    """Do what was decided, say what came of it (or why not), and go back to where the person was."""
    try:
        if text := act():
            messages.success(request, text)
    except Refused as error:
        messages.error(request, str(error))
    query = query or request.POST.get("back", "")
    target = reverse(name, args=place)
    if name == "import-table" and not ImportTable.objects.filter(batch=place[0], pk=place[1]).exists():
        target = reverse("import-batch", args=place[:1])
    safe = query.startswith("?") and not set(query) & set("\r\n")
    return redirect(target + query if safe else target)


def deciding(view: Callable[[HttpRequest, ImportBatch], str]) -> Callable[..., HttpResponse]:
    """A decision on a batch as a view: POST, and back to the batch."""

    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        shown = own_batch(request, pk)
        return deciding_back(request, lambda: view(request, shown), "import-batch", pk)

    return wrapped


def seen(request: HttpRequest) -> int:
    version = number(request.POST.get("version"))
    if version is None:
        raise Stale
    return version


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """All batches; a new one begins here, by dropping files or without a script by the form."""
    administrator_only(request)
    form = NewBatchForm(request.POST or None, scopes=selectors.scopes(request.user))
    if request.method == "POST" and form.is_valid():
        files = request.FILES.getlist("file")
        name = request.POST.get("name", "") or (files[0].name if files else "")
        try:
            made = batches.begin(user=request.user, department=form.cleaned_data["department"], name=name or "")
            for file in files:
                _take(request, made, file, file.name or "")
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if wants_json(request):
                return JsonResponse(
                    {"ok": True, "id": made.pk, "url": reverse("import-batch", args=[made.pk])}, status=201
                )
            return redirect("import-batch", made.pk)
    if request.method == "POST" and wants_json(request):
        return JsonResponse({"ok": False, "message": "；".join(form.errors.get("department", []))}, status=400)
    rows = selectors.batch_rows(selectors.visible_batches(request.user))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "accepted": ACCEPTED, "limits": _limits(), "years": fiscal_years(request)}
    return render(request, "imports/list.html", context, status=400 if form.errors else 200)


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """The Excel list to fill in: empty, or with ``year`` what that year has; ``next=1`` as the following year's."""
    administrator_only(request)
    year = number(request.GET.get("year"))
    ahead = request.GET.get("next") == "1"
    out = io.BytesIO()
    tables = tables_in_view(request).filter(fiscal_year__year=year) if year else None
    write_list(_prefilled(tables, ahead) if tables is not None else [], out)
    name = _("绩效目标清单模板.xlsx")
    if year:
        name = _("%(year)d年绩效目标清单.xlsx") % {"year": year + ahead}
        audit.record("import.download", actor=request.user, name=name)
    return attachment(out, name=name, content_type=XLSX_TYPE)


def _prefilled(tables: QuerySet[Stored], ahead: bool) -> Iterator[TargetTable]:
    """The live tables in the order of their documents, some at a time."""
    live = tables.exclude(status__in=Stored.RETIRED).order_by("department_id", "source", "position", "id")
    ids = list(live.values_list("id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = dict(zip(sorted(part), load_tables(Stored.objects.filter(pk__any_of=part).order_by("pk")), strict=True))
        for pk in part:
            table = found[pk]
            yield copied(table, (table.fiscal_year or 0) + 1, Choice(funding=True)) if ahead else table


def _limits() -> dict[str, Any]:
    return {"file": settings.UPLOAD_MAX_BYTES // 1048576, "files": settings.IMPORT_MAX_FILES}


def _take(request: HttpRequest, made: ImportBatch, file: Any, name: str) -> ImportFile:
    """Hand an uploaded file on; what is too large is not even read."""
    large = file.size > settings.UPLOAD_MAX_BYTES
    data = b"" if large else file.read()
    return batches.add_file(user=request.user, batch=made, name=name, data=data, size=file.size if large else None)


@never_cache
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: progress while it runs, then the preview, then the report."""
    shown = own_batch(request, pk)
    how = selectors.progress(shown)
    groups = selectors.department_groups(shown)
    show = request.GET.get("show", "")
    file = number(request.GET.get("file"))
    text = request.GET.get("q", "").strip()[:100]
    rows = selectors.tables_of(shown, show=show, file=file, text=text)
    listed = shown.files.defer("findings", "readings").exclude(state="unpacked")
    context = {
        "batch": shown,
        "progress": how,
        "summary": selectors.summary(shown),
        "groups": groups,
        "can_make": not shown.department_id
        and any(group.open and group.stated and not group.proposals for group in groups),
        "scope": selectors.scopes(request.user)[:2_000] if shown.state == State.OPEN else [],
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "filters": [(key, name, key == show) for key, name in FILTER_NAMES.items()],
        "show": show,
        "file": listed.filter(pk=file).first() if file is not None else None,
        "text": text,
        "files": list(listed.order_by("id")[:FILES_SHOWN]),
        "refused": list(listed.filter(state="refused").order_by("id")[:FILES_SHOWN]),
        "options": OptionsForm(initial=correcting.DEFAULTS | shown.options),
        "open": shown.state == State.OPEN,
        "working": how.busy or shown.state in (State.COMMITTING, State.UNDOING),
        "accepted": ACCEPTED,
        "limits": _limits(),
        "since": timezone.now().isoformat(),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    return render(request, "imports/batch.html", context)


@never_cache
@require_safe
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """How far it is, and the files that changed ``since``: asked again and again by the page."""
    shown = own_batch(request, pk)
    how = selectors.progress(shown)
    working = how.busy or shown.state in (State.COMMITTING, State.UNDOING)
    if working:
        jobs.recover()
        background.ensure_worker()
    since: datetime | None = None
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        since = None
    if since is not None and timezone.is_naive(since):
        since = None
    now = timezone.now().isoformat()
    files = selectors.files_since(shown, since)
    return JsonResponse(
        {
            "state": shown.state,
            "working": working,
            "version": shown.version,
            "total": how.total,
            "done": how.done,
            "refused": how.refused,
            "tables": how.tables,
            "percent": how.percent,
            "now": files[-1].changed_at.isoformat() if files else (request.GET.get("since") or now),
            "files": [_file(file) for file in files],
        }
    )


def _file(file: ImportFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.name,
        "state": file.state,
        "label": file.get_state_display(),
        "tables": file.tables_found,
        "text": file.refusal,
    }


@never_cache
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file of a batch (the page's script), or several (its form without a script)."""
    shown = own_batch(request, pk)
    files = request.FILES.getlist("file")
    names = request.POST.getlist("name")
    unsent = number(request.POST.get("size")) or 0
    try:
        if not files and not (names and unsent > settings.UPLOAD_MAX_BYTES):
            raise Refused(_("没有选择文件"))
        taken = [
            _take(request, shown, file, names[at] if at < len(names) else file.name or "")
            for at, file in enumerate(files)
        ] or [batches.add_file(user=request.user, batch=shown, name=names[0], data=b"", size=unsent)]
    except Refused as error:
        if wants_json(request):
            return JsonResponse({"ok": False, "message": str(error)}, status=409)
        messages.error(request, str(error))
        return redirect("import-batch", pk)
    if wants_json(request):
        return JsonResponse({"ok": True, "files": [_file(file) for file in taken]}, status=201)
    return redirect("import-batch", pk)


@deciding
def again(request: HttpRequest, shown: ImportBatch) -> str:
    """Read refused files once more."""
    wanted = [pk for text in request.POST.getlist("file") if (pk := number(text)) is not None]
    count = batches.read_again(user=request.user, batch_id=shown.pk, file_ids=wanted)
    return _("正在重新读取 %(n)d 个文件") % {"n": count}


@deciding
def department(request: HttpRequest, shown: ImportBatch) -> str:
    count = correcting.choose_department(
        user=request.user,
        batch_id=shown.pk,
        stated=request.POST.get("stated", ""),
        choice=request.POST.get("department", ""),
        version=seen(request),
    )
    return _("已按所选部门重新对应 %(n)d 张表") % {"n": count}


@deciding
def options(request: HttpRequest, shown: ImportBatch) -> str:
    form = OptionsForm(request.POST)
    if not form.is_valid():
        raise Refused("；".join(text for texts in form.errors.values() for text in texts))
    correcting.set_options(user=request.user, batch_id=shown.pk, version=seen(request), **form.cleaned_data)
    return _("已按新的选项重新对比")


@deciding
def refresh(request: HttpRequest, shown: ImportBatch) -> str:
    correcting.refresh(user=request.user, batch_id=shown.pk)
    return _("已与现有的表重新对比")


@deciding
def exclude(request: HttpRequest, shown: ImportBatch) -> str:
    """The chosen tables, or with ``all`` every table under the filter that was shown."""
    excluded = request.POST.get("what") != "include"
    if request.POST.get("all"):
        rows = selectors.tables_of(
            shown,
            show=request.POST.get("show", ""),
            file=number(request.POST.get("file")),
            text=request.POST.get("q", "")[:100],
        )
        wanted = list(rows.values_list("id", flat=True))
    else:
        wanted = [pk for text in request.POST.getlist("table") if (pk := number(text)) is not None]
    if not wanted:
        raise Refused(_("没有选择任何表"))
    count = correcting.exclude(
        user=request.user, batch_id=shown.pk, tables=wanted, excluded=excluded, version=seen(request)
    )
    return (_("%(n)d 张表不导入") if excluded else _("%(n)d 张表恢复导入")) % {"n": count}


@deciding
def commit(request: HttpRequest, shown: ImportBatch) -> str:
    batches.ask_commit(
        user=request.user,
        batch_id=shown.pk,
        version=seen(request),
        valid_only=request.POST.get("valid_only") == "1",
    )
    return ""


@deciding
def undo(request: HttpRequest, shown: ImportBatch) -> str:
    batches.ask_undo(user=request.user, batch_id=shown.pk)
    return ""


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    shown = own_batch(request, pk)
    try:
        batches.discard(user=request.user, batch_id=shown.pk)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("import-batch", pk)
    messages.success(request, _("已放弃“%(name)s”，没有写入任何表") % {"name": shown.name})
    return redirect("import-list")


@require_safe
def errors(request: HttpRequest, pk: int) -> FileResponse:
    """The error workbook: every issue with its place, and a column to write the right text into."""
    shown = own_batch(request, pk)
    audit.record("import.download", actor=request.user, obj=shown, department=shown.department)
    name = _("%(name)s 问题清单.xlsx") % {"name": shown.name.replace("/", "_")}
    return attachment(io.BytesIO(workbook.build(shown)), name=name, content_type=XLSX_TYPE)


@deciding
def errors_upload(request: HttpRequest, shown: ImportBatch) -> str:
    """The error workbook comes back, corrected."""
    file = request.FILES.get("file")
    if file is None:
        raise Refused(_("没有选择文件"))
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise Refused(_("文件超过大小上限"))
    done = workbook.apply(user=request.user, batch_id=shown.pk, data=file.read(), name=file.name or "")
    if done.problems:
        for text in done.problems[:20]:
            messages.warning(request, text)
    return _("已采用 %(cells)d 处更正，涉及 %(tables)d 张表") % {"cells": done.cells, "tables": done.tables}
