"""Where a table's content can come from: last year, another project, a file; presets and sums. All of it proposals."""

from __future__ import annotations

import logging
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from projects.layouts.editing import Draft
from projects.models import TargetTable as Stored
from projects.selectors.tables import filter_tables, list_tables, previous_table, visible_to
from projects.services import copying
from projects.services.entry_store import load
from projects.services.reading import FileRefused, read_upload
from projects.store import load_tables
from projects.targettable import TargetTable
from projects.views.entry import row_of
from projects.views.jsonbody import bad

MOST = 20
logger = logging.getLogger(__name__)


@require_safe
def offers(request: HttpRequest, pk: int) -> JsonResponse:
    row = row_of(request, pk)
    last = _last_year(request, row)
    before = load_tables(Stored.objects.filter(pk=last.pk))[0] if last else None
    return JsonResponse(copying.offers(load(row).draft, before))


@require_safe
def sources(request: HttpRequest, pk: int) -> JsonResponse:
    """Last year's table first, then others that contain the words: of the same kind, this department's ahead."""
    row = row_of(request, pk)
    last = _last_year(request, row)
    words = request.GET.get("q", "").strip()
    others = filter_tables(visible_to(request.user).filter(kind=row.kind).exclude(pk=row.pk), text=words)
    if not words:
        others = others.filter(department=row.department_id)
    if last is not None:
        others = others.exclude(pk=last.pk)
    # Those named so stand before those that only mention it; each list is cut in the database.
    found = list(list_tables(others.filter(label__contains=words))[:MOST])
    if words and len(found) < MOST:
        found += list_tables(others.exclude(label__contains=words))[: MOST - len(found)]
    found.sort(key=lambda item: (words not in item.label, item.department_id != row.department_id))
    listed = [_item(item) for item in found]
    return JsonResponse({"last_year": _item(last) if last else None, "found": listed})


@require_safe
def source(request: HttpRequest, pk: int, other: int) -> JsonResponse:
    row, theirs = row_of(request, pk), row_of(request, other)
    content = load_tables(Stored.objects.filter(pk=theirs.pk))[0]
    return JsonResponse(_side_by_side(content, load(row).draft))


@require_POST
def upload(request: HttpRequest, pk: int) -> JsonResponse:
    """The tables in a file, each beside this one. Nothing is stored, not even the file."""
    row = row_of(request, pk)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return bad(_("请选择文件"))
    try:
        reads = read_upload(file.read(), file.name or "", year=row.fiscal_year.year)
    except FileRefused as error:
        return JsonResponse({"ok": False, "error": "file", "message": error.message}, status=400)
    draft = load(row).draft
    tables = []
    for read in reads:
        findings = [finding.describe() for finding in read.findings]
        tables.append(_side_by_side(read.table, draft, same=True) | {"findings": findings})
    if not tables:
        message = _("文件中没有找到绩效目标表，请确认选对了文件")
        return JsonResponse({"ok": False, "error": "file", "message": message}, status=400)
    return JsonResponse({"tables": tables})


def _last_year(request: HttpRequest, row: Stored) -> Stored | None:
    """The predecessor, else the same project's latest earlier table, if this person may see it."""
    earlier = row.predecessor_id
    if earlier is None:
        found = previous_table(row)
        earlier = found.pk if found else None
    if earlier is None:
        return None
    visible = visible_to(request.user).filter(Q(pk=earlier)).exclude(status=Stored.Status.VOID)
    return visible.select_related("department", "fiscal_year").first()


def _item(row: Stored) -> dict[str, Any]:
    return {
        "id": row.pk,
        "label": row.label,
        "year": row.fiscal_year.year,
        "department": row.department.name,
        "amount": None if row.amount is None else str(row.amount),
        "status": row.status,
    }


def _side_by_side(theirs: TargetTable, draft: Draft, *, same: bool = False) -> dict[str, Any]:
    return {"label": theirs.label(), "year": theirs.fiscal_year, "parts": copying.parts_of(theirs, draft, same=same)}
