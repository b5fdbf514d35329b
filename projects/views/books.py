"""绩效文本: the page to choose what a book holds and in which order, and the book itself."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perfgoals.web.downloads import attachment
from projects.forms.books import BookChoice, BookForm, rows_of
from projects.models import Department
from projects.selectors.books import DRAFT, BookChapter, book_chapters, fullest_place
from projects.selectors.tables import visible_to
from projects.services import audit, books, export_jobs, pdf
from projects.services.exporting import ExportRefused, folder_name
from projects.services.exports import record_export, weighed
from projects.views.exports import job_page
from projects.views.shared import departments, fiscal_years

AT_ONCE = 300
"""Tables of a book that is made while the browser waits; a longer one is built in the background."""
LARGEST = 3_000
IN_MEMORY = 8 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse | FileResponse:
    """The page; a POST builds what was chosen on it."""
    sent = request.POST if request.method == "POST" else None
    choice = BookChoice(
        sent or request.GET,
        departments=departments(request),
        years=fiscal_years(request),
        begin=lambda: fullest_place(visible_to(request.user), departments(request)),
    )
    if not departments(request):
        raise Http404(_("没有您可以查看的部门"))
    if not fiscal_years(request):
        return render(request, "projects/book.html", {"choice": None})
    if not choice.is_valid():
        raise Http404(_("没有这个部门、年度或选项"))
    chapters = _chapters(request, choice)
    rows = rows_of(chapters, sent)
    form = BookForm(sent or _suggested(choice, chapters))
    message = ""
    if sent is not None:
        if form.is_valid():
            try:
                return _made(request, choice, form, chapters, rows)
            except ExportRefused as refusal:
                message = str(refusal)
        else:
            message = _("请先改正封面和目录的设置")
    return render(
        request, "projects/book.html", _context(choice, chapters, rows, form, message), status=400 if message else 200
    )


def _chapters(request: HttpRequest, choice: BookChoice) -> list[BookChapter]:
    data = choice.cleaned_data
    return book_chapters(
        visible_to(request.user),
        department=next(row for row in departments(request) if row.pk == data["department"]),
        year=data["year"],
        below=data["below"],
        source=data["source"],
        order=data["order"],
    )


def _suggested(choice: BookChoice, chapters: list[BookChapter]) -> dict[str, Any]:
    top: Department = chapters[0].department
    return {
        "title": _("%(year)s年部门预算绩效文本") % {"year": choice.cleaned_data["year"]},
        "unit": top.name,
        "date": "",
        "cover": True,
        "contents": True,
        "numbered": False,
        "parts": "form",
        "format": "docx",
    }


def _context(
    choice: BookChoice, chapters: list[BookChapter], rows: list[Any], form: BookForm, message: str
) -> dict[str, Any]:
    how, why = pdf.way()
    return {
        "choice": choice,
        "form": form,
        "message": message,
        "rows": [(chapter, listed) for chapter, listed in rows if listed],
        "several": sum(1 for _, listed in rows if listed) > 1,
        "count": sum(len(listed) for _, listed in rows),
        "missing": [(chapter, chapter.missing) for chapter in chapters if chapter.missing],
        "missing_count": sum(len(chapter.missing) for chapter in chapters),
        "no_overall": [chapter.department for chapter in chapters if chapter.no_overall],
        "empty": [chapter.department for chapter in chapters if chapter.empty],
        "adjusting": [table for chapter in chapters for table in chapter.tables if table.adjusting],
        "draft": choice.cleaned_data["source"] == DRAFT,
        "pdf_how": how,
        "pdf_why": why,
        "frame_year": choice.cleaned_data["year"],
    }


def _made(
    request: HttpRequest, choice: BookChoice, form: BookForm, chapters: list[BookChapter], rows: list[Any]
) -> HttpResponse | FileResponse | HttpResponseRedirect:
    chosen = [row.table for _chapter, listed in rows for row in listed if row.taken]
    if not chosen:
        raise ExportRefused(_("没有选择绩效目标表"))
    if len(chosen) > LARGEST:
        raise ExportRefused(_("一册最多 %(n)d 张表，请按部门分册") % {"n": LARGEST})
    draft = choice.cleaned_data["source"] == DRAFT
    order = form.order(chapters, chosen, year=choice.cleaned_data["year"], draft=draft)
    suffix = form.cleaned_data["format"]
    name = f"{order.lines[0] if order.lines else ''}{order.title}{_('（草稿）') if draft else ''}"
    name = f"{folder_name(name)}.{suffix}"
    if suffix == "pdf" or len(chosen) > AT_ONCE:
        return job_page(export_jobs.order_book(user=request.user, book=order, format=suffix, name=name))  # type: ignore[arg-type]
    out = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed when it has been sent
    try:
        revisions, how = books.build(order, suffix, out)
        written = weighed(out, how)
        paths = [chapter.department.path for chapter, listed in rows if any(row.taken for row in listed)]
        record_export(
            kind="book", format=suffix, name=name, written=written, actor=request.user,
            revisions=revisions, paths=paths,
        )  # fmt: skip
        audit.record(
            "book.download", actor=request.user, name=name, department=chapters[0].department,
            after={"格式": suffix, "张数": len(chosen), "来源": choice.cleaned_data["source"]},
        )  # fmt: skip
    except BaseException:
        out.close()
        raise
    return attachment(out, name=name, content_type=books.FORMATS[suffix])
