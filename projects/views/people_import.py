"""People from an Excel list: template, preview with all errors, confirmation with the passwords."""

from __future__ import annotations

import io
from base64 import b64encode

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perfgoals.uploads import FileRefused, Limits, too_large
from perfgoals.web.downloads import attachment
from projects.forms.people import PeopleImportForm
from projects.selectors.people import roles_given
from projects.services import people_import as service
from projects.services.listfile import XLSX_TYPE
from projects.views.people import keeper_only

SALT = "projects.people-import"
VALID_SECONDS = 3600


@require_safe
def people_template(request: HttpRequest) -> FileResponse:
    keeper_only(request)
    return attachment(io.BytesIO(service.template()), name=_("用户名单模板.xlsx"), content_type=XLSX_TYPE)


@never_cache
@require_http_methods(["GET", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """Upload and preview. The rows travel in the confirmation form, signed for this person: nothing is kept here."""
    keeper_only(request)
    if not roles_given(request.user):
        raise PermissionDenied(_("您不能授予任何角色，也就不能导入用户"))
    form = PeopleImportForm(request.POST or None, request.FILES or None)
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
            return preview(request, rows, name=file.name)
    return render(request, "people/import.html", {"form": form, "heads": service.HEADS})


def preview(request: HttpRequest, rows: list[service.Row], *, name: str = "") -> HttpResponse:
    bad = service.check_rows(rows, actor=request.user)
    token = "" if bad else signing.dumps([request.user.pk, service.pack(rows)], salt=SALT, compress=True)
    context = {"rows": rows, "bad": bad, "good": len(rows) - bad, "token": token, "name": name}
    return render(request, "people/import_preview.html", context, status=400 if bad else 200)


@never_cache
@require_POST
def people_import_confirm(request: HttpRequest) -> HttpResponse:
    """Make the accounts. The file with the passwords is a part of the answer and stands nowhere else."""
    keeper_only(request)
    try:
        owner, data = signing.loads(request.POST.get("rows", ""), salt=SALT, max_age=VALID_SECONDS)
    except (signing.BadSignature, ValueError):
        owner, data = None, None
    if owner != request.user.pk:
        form = PeopleImportForm()
        return render(request, "people/import.html", {"form": form, "heads": service.HEADS, "stale": True}, status=400)
    rows = service.unpack(data)
    try:
        made = service.import_people(rows, actor=request.user)
    except ValidationError:
        return preview(request, rows)
    file = b64encode(service.passwords_workbook(made)).decode()
    context = {"made": made, "file": f"data:{XLSX_TYPE};base64,{file}"}
    return render(request, "people/import_done.html", context)
