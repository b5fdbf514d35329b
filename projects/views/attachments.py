"""附件: list, add, download, delete; always through the table they belong to."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perfgoals.web.downloads import attachment as as_download
from projects.models import Attachment
from projects.permissions import may_edit
from projects.services import attachments as service
from projects.services import audit
from projects.views.entry import moment, row_of
from projects.views.jsonbody import bad


def _item(made: Attachment, editable: bool) -> dict[str, Any]:
    place = [made.table_id, made.pk]
    return {
        "id": made.pk,
        "name": made.name,
        "size": made.size,
        "kind": made.kind,
        "by": made.user_name,
        "at": moment(made.at),
        "url": reverse("attachment", args=place),
        "delete_url": reverse("attachment-delete", args=place) if editable else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: HttpRequest, pk: int) -> HttpResponse:
    row = row_of(request, pk)
    if request.method != "POST":
        editable = not may_edit(request.user, row)
        return JsonResponse(
            {"attachments": [_item(made, editable) for made in Attachment.objects.filter(table=row).order_by("id")]}
        )
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return bad(_("请选择文件"))
    try:
        made = service.add(user=request.user, table=row, name=file.name or "", data=file.read())
    except service.AttachmentRefused as error:
        return JsonResponse({"ok": False, "error": "file", "message": str(error)}, status=400)
    return JsonResponse(_item(made, True), status=201)


def _attachment(request: HttpRequest, pk: int, number: int) -> Attachment:
    row = row_of(request, pk)
    made = get_object_or_404(Attachment, pk=number, table=row)
    made.table = row
    return made


@require_safe
def download(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """Always offered to be saved, never shown: what is inside came from outside."""
    made = _attachment(request, pk, number)
    try:
        stream = made.file.open("rb")
    except OSError as error:
        raise Http404(_("附件的文件已不在服务器上，请告诉管理员")) from error
    audit.record("attachment.download", actor=request.user, obj=made.table, after={"附件": made.name})
    return as_download(stream, name=made.name, content_type=service.CONTENT_TYPES[made.kind])


@require_POST
def delete(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    try:
        service.remove(user=request.user, attachment=_attachment(request, pk, number))
    except service.AttachmentRefused as error:
        return JsonResponse({"ok": False, "error": "closed", "message": str(error)}, status=409)
    return JsonResponse({"ok": True})
