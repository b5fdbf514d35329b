"""The indicator library from an Excel list: blank list, preview of every row, confirmation."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perfgoals.uploads import FileRefused, Limits, too_large
from perfgoals.web.downloads import attachment
from projects.forms.library import LibraryImportForm
from projects.models import Department
from projects.selectors.library import libraries_kept
from projects.services import library_excel as service
from projects.services.listfile import XLSX_TYPE
from projects.views.library import keepers_only, keeps_shared

SALT = "projects.library-import"
VALID_SECONDS = 3600
SHOWN_UNCHANGED = 20


@require_safe
def library_template(request: HttpRequest) -> FileResponse:
    keepers_only(request)
    return attachment(io.BytesIO(service.template()), name=_("指标库模板.xlsx"), content_type=XLSX_TYPE)


def _form(request: HttpRequest) -> LibraryImportForm:
    kept = libraries_kept(request.user)
    return LibraryImportForm(
        request.POST or None, request.FILES or None, departments=kept, shared=keeps_shared(request)
    )


@never_cache
@require_http_methods(["GET", "POST"])
def library_import(request: HttpRequest) -> HttpResponse:
    """Upload and preview. The rows travel in the confirmation form, signed for this person: nothing is kept here."""
    keepers_only(request)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        limits = Limits(max_bytes=settings.UPLOAD_MAX_BYTES)
        try:
            if file.size > limits.max_bytes:
                raise too_large(file.name, file.size, limits)
            rows = service.read_rows(file.read(), file.name)
        except FileRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            return _preview(request, rows, form.cleaned_data["department"], name=file.name)
    return render(request, "library/import.html", {"form": form})


def _preview(
    request: HttpRequest, rows: list[service.Row], default: Department | None, *, name: str = "", why: str = ""
) -> HttpResponse:
    """Every row with what it would do. Rows with errors are left out when the others are confirmed."""
    counts = service.check_rows(rows, actor=request.user, default=default)
    packed = service.pack(rows)
    token = ""
    if packed:
        token = signing.dumps([request.user.pk, default.pk if default else None, packed], salt=SALT, compress=True)
    too_long = len(token) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 10_000
    unchanged = [row for row in rows if row.outcome == service.UNCHANGED]
    hidden = {id(row) for row in unchanged[SHOWN_UNCHANGED:]}
    context = {
        "rows": [row for row in rows if id(row) not in hidden],
        "hidden": len(hidden),
        "counts": [(said, counts[key], key) for key, said in service.OUTCOMES.items()],
        "writes": len(packed),
        "wrong": counts[service.WRONG],
        "token": "" if too_long else token,
        "too_long": too_long,
        "name": name,
        "why": why,
    }
    return render(request, "library/import_preview.html", context, status=409 if why else 200)


@never_cache
@require_POST
def library_import_confirm(request: HttpRequest) -> HttpResponseBase:
    keepers_only(request)
    try:
        owner, place, data = signing.loads(request.POST.get("rows", ""), salt=SALT, max_age=VALID_SECONDS)
    except (signing.BadSignature, ValueError):
        owner, place, data = None, None, []
    if owner != request.user.pk:
        kept = libraries_kept(request.user)
        form = LibraryImportForm(None, None, departments=kept, shared=keeps_shared(request))
        return render(request, "library/import.html", {"form": form, "stale": True}, status=400)
    default = libraries_kept(request.user).filter(pk=place).first() if place else None
    rows = service.unpack(data)
    try:
        done = service.import_rows(rows, actor=request.user, default=default)
    except ValidationError as error:
        return _preview(request, service.unpack(data), default, why=" ".join(error.messages))
    counts = {"new": done[service.NEW], "changed": done[service.CHANGED]}
    messages.success(request, _("导入完成：新增 %(new)d 个，修改 %(changed)d 个。") % counts)
    return redirect("library")
