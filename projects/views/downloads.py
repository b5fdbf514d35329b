"""Tables as files: one table, or the filtered list as one book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.web.downloads import attachment
from projects.layouts import Layout, layout_of
from projects.models import Department
from projects.models import TargetTable as Stored
from projects.services import audit, contents, exporting, pdf
from projects.services.exports import Content, content_line, record_export, weighed
from projects.targettable import TargetTable
from projects.views.table import FORMATS, chosen_layout, content_of, stored_table
from projects.views.tables import BOOKS, filter_of

LARGEST_BOOK = 2_000
"""Tables in one book made while the browser waits; more than that is split by year or department."""
IN_MEMORY = 8 * 1024 * 1024


@require_safe
def single(request: HttpRequest, pk: int, suffix: str) -> HttpResponse | FileResponse:
    """One table in its own form, or in the one that ``?layout=`` names."""
    if suffix not in FORMATS:
        raise Http404(_("没有这种文件格式"))
    row = stored_table(request, pk)
    content = content_of(row)
    layout = chosen_layout(request, content)
    other = None if layout is layout_of(content) else layout
    try:
        out = written([content], suffix, layout=other, title=content.label())
    except exporting.ExportRefused as error:
        messages.error(request, str(error))
        return redirect("table", pk)
    name = exporting.file_name(content, suffix)
    if request.method == "GET":
        audit.record("table.download", actor=request.user, obj=row, after={"格式": suffix, "表式": layout.name})
        line = content_line(row.pk, 0, content)
        handed_out(request, out, "table", suffix, name, [line], [row.department.path], layout=layout.id)
    return attachment(out, name=name, content_type=exporting.FORMATS[suffix])


@require_safe
def book(request: HttpRequest, suffix: str) -> HttpResponse | FileResponse:
    """All tables that meet the conditions of the list, as one document, in the order of a book."""
    if suffix not in BOOKS:
        raise Http404(_("没有这种成册格式"))
    ids = ids_in_book_order(filter_of(request).tables, LARGEST_BOOK + 1)
    if not ids:
        raise Http404(_("没有符合条件的绩效目标表"))
    if len(ids) > LARGEST_BOOK:
        return render(request, "projects/book_too_large.html", {"most": LARGEST_BOOK}, status=400)
    title = _("绩效目标表（%(n)d张）") % {"n": len(ids)}
    lines: list[Content] = []
    out = written(noted(contents.current(ids), lines), suffix, title=title)
    if request.method == "GET":
        paths = Department.objects.filter(tables__in=ids).values_list("path", flat=True).distinct()
        handed_out(request, out, "list", suffix, f"{title}.{suffix}", lines, list(paths))
        asked = {key: value for key, value in request.GET.items() if value}
        audit.record("book.download", actor=request.user, name=title, after={"格式": suffix, "张数": len(ids), **asked})
    return attachment(out, name=f"{title}.{suffix}", content_type=exporting.FORMATS[suffix])


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """The page that says why there is no file."""
    return render(request, "projects/export_refused.html", {"reason": reason}, status=400)


def noted(loaded: Iterable[contents.Loaded], lines: list[Content]) -> Iterator[TargetTable]:
    """Pass tables on and keep what the record of exports says of each."""
    for line, table in loaded:
        lines.append(line)
        yield table


def handed_out(
    request: HttpRequest,
    out: IO[bytes],
    kind: str,
    suffix: str,
    name: str,
    revisions: list[Content],
    paths: list[str],
    *,
    layout: str = "",
) -> None:
    """Write a file that is about to be sent into the record of exports."""
    how = pdf.way()[0] if suffix == "pdf" else ""
    record_export(
        kind=kind, format=suffix, name=name, written=weighed(out, how), actor=request.user,
        revisions=revisions, paths=paths, layout=layout,
    )  # fmt: skip


def written(tables: Iterable[TargetTable], suffix: str, *, layout: Layout | None = None, title: str = "") -> IO[bytes]:
    """Return an open temporary file with the document; whoever sends it closes it."""
    out = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    try:
        exporting.export(tables, format=suffix, out=out, layout=layout, title=title)
    except BaseException:
        out.close()
        raise
    return out


def ids_in_book_order(tables: QuerySet[Stored], most: int) -> list[int]:
    """Ids of at most ``most`` tables: by year, the latest first, then by department, file and place in the file."""
    order = ("-fiscal_year__year", "department__path", "source", "position", "id")
    return list(tables.order_by(*order).values_list("id", flat=True)[:most])
