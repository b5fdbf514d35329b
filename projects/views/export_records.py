"""导出记录: for auditors; a file's SHA-256 leads to who took it and what was in it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.permissions import may_read_audit
from projects.selectors.exports import find_records, records_visible_to
from projects.services.exports import KINDS

PER_PAGE = 50
LINES = 50


@require_safe
def export_records(request: HttpRequest) -> HttpResponse:
    if why := may_read_audit(request.user):
        raise PermissionDenied(why)
    text, kind = request.GET.get("q", "").replace("\0", ""), request.GET.get("kind", "")
    found = find_records(records_visible_to(request.user), text=text, kind=kind if kind in KINDS else "")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "q": text,
        "kind": kind,
        "kinds": KINDS,
        "page": page,
        "rows": [
            (row, KINDS.get(row.kind, row.kind), row.revisions[:LINES], max(len(row.revisions) - LINES, 0))
            for row in page
        ],
    }
    return render(request, "projects/export_records.html", context)
