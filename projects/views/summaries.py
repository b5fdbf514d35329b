"""汇总与一体化交换: what a choice of tables adds up to, what differs, and the files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.web.downloads import attachment
from projects.forms.books import BookChoice
from projects.selectors.books import BookChapter, book_chapters, fullest_place
from projects.selectors.tables import visible_to
from projects.services import audit, pdf
from projects.services import summaries as service
from projects.services.exporting import ExportRefused, folder_name
from projects.services.exports import record_export, weighed
from projects.services.summaries import Gathered
from projects.views.downloads import refused
from projects.views.shared import departments, fiscal_years

SHOWN = {"docx": "Word", "xlsx": "Excel", "csv": "CSV", "pdf": "PDF"}
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


def _choice(request: HttpRequest) -> tuple[BookChoice, list[BookChapter]]:
    if not departments(request):
        raise Http404(_("没有您可以查看的部门"))
    choice = BookChoice(
        request.GET,
        departments=departments(request),
        years=fiscal_years(request),
        begin=lambda: fullest_place(visible_to(request.user), departments(request)),
    )
    if not choice.is_valid():
        raise Http404(_("没有这个部门、年度或选项"))
    data = choice.cleaned_data
    department = next(row for row in departments(request) if row.pk == data["department"])
    chapters = book_chapters(
        visible_to(request.user), department=department, year=data["year"], below=data["below"],
        source=data["source"], order=data["order"],
    )  # fmt: skip
    return choice, chapters


def _gathered(choice: BookChoice, chapters: list[BookChapter]) -> Gathered:
    return service.gather(chapters, year=choice.cleaned_data["year"], source=choice.cleaned_data["source"])


def _need_projects(found: Gathered) -> None:
    if not found.projects:
        raise ExportRefused(_("所选范围内没有可以汇总的项目表（只取已批复的版本时，草稿不算）"))


@require_safe
def summaries(request: HttpRequest) -> HttpResponse:
    """Totals added up anew, beside what is claimed; then the files."""
    if departments(request) and not fiscal_years(request):
        return render(request, "projects/summaries.html", {"choice": None})
    choice, chapters = _choice(request)
    context: dict[str, Any] = {"choice": choice, "frame_year": choice.cleaned_data["year"]}
    context["missing"] = sum(len(chapter.missing) for chapter in chapters)
    try:
        found = _gathered(choice, chapters)
    except ExportRefused as refusal:
        return render(request, "projects/summaries.html", {**context, "refusal": str(refusal)}, status=400)
    query = "?" + "&".join(f"{name}={value}" for name, value in choice.data.items() if value)
    can_pdf = bool(pdf.way()[0])
    context |= {
        "found": found,
        "kinds": [
            (label, [
                (SHOWN[suffix], reverse("summary-file", args=[kind, suffix]) + query)
                for suffix in service.FORMATS if suffix != "pdf" or can_pdf
            ])
            for kind, label in service.KINDS.items()
        ],
        "exchange": [
            (label, reverse("exchange-file", args=part.split(".")) + query) for part, label in service.EXCHANGE.items()
        ],
        "issues": service.exchange_of(found).issues,
        "issues_shown": 12,
    }  # fmt: skip
    return render(request, "projects/summaries.html", context)


@require_safe
def summary_file(request: HttpRequest, kind: str, suffix: str) -> HttpResponse | FileResponse:
    """One summary in one format."""
    if kind not in service.KINDS or suffix not in service.FORMATS:
        raise Http404(_("没有这种汇总或格式"))
    choice, chapters = _choice(request)
    out = BytesIO()
    try:
        found = _gathered(choice, chapters)
        _need_projects(found)
        how = service.write(kind, suffix, found, out)
    except ExportRefused as refusal:
        return refused(request, str(refusal))
    name = f"{folder_name(f'{found.prefix}{service.KINDS[kind]}')}.{suffix}"
    return _sent(request, chapters, found, out, "summary", suffix, name, service.FORMATS[suffix], how)


@require_safe
def exchange_file(request: HttpRequest, part: str, suffix: str) -> HttpResponse | FileResponse:
    """Goals and indicators under the field names of 预算管理一体化."""
    if f"{part}.{suffix}" not in service.EXCHANGE:
        raise Http404(_("没有这种交换文件"))
    choice, chapters = _choice(request)
    out = BytesIO()
    try:
        found = _gathered(choice, chapters)
        _need_projects(found)
    except ExportRefused as refusal:
        return refused(request, str(refusal))
    service.write_exchange(f"{part}.{suffix}", found, out)
    table = {"all": "PM_PERF", "goals": "PM_PERF_GOAL_INFO", "indicators": "PM_PERF_INDICATOR"}[part]
    name = f"{table}_{found.year}_{folder_name(found.department.code or found.department.name)}.{suffix}"
    return _sent(request, chapters, found, out, "exchange", suffix, name, TYPES[suffix], "")


def _sent(
    request: HttpRequest,
    chapters: list[BookChapter],
    found: Gathered,
    out: BytesIO,
    kind: str,
    suffix: str,
    name: str,
    content_type: str,
    how: str,
) -> FileResponse:
    if request.method == "GET":
        paths = [chapter.department.path for chapter in chapters if chapter.tables]
        record_export(
            kind=kind, format=suffix, name=name, written=weighed(out, how), actor=request.user,
            revisions=found.contents, paths=paths,
        )  # fmt: skip
        audit.record(
            f"{kind}.download", actor=request.user, name=name, department=chapters[0].department,
            after={"格式": suffix, "张数": len(found.contents), "核对差异": len(found.differences)},
        )  # fmt: skip
    return attachment(out, name=name, content_type=content_type)
