"""Records of reviewing as files, and the year's settings for scripts. See docs/review.md."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from perfgoals.web.downloads import attachment
from projects.grids.grid import Block
from projects.models import FiscalYear
from projects.permissions import may_administer
from projects.reviewlevels import is_reviewer
from projects.selectors import decisions
from projects.services import audit
from projects.services.exporting import ExportRefused
from projects.services.exports import Content
from projects.services.reviewing import papers, records, settings
from projects.views.downloads import handed_out, refused
from projects.views.entry import row_of
from projects.views.jsonbody import BadBody, body_of, number_of, text_of
from projects.views.review_json import answers

IN_MEMORY = 8 * 1024 * 1024
XLSX = papers.FORMATS["xlsx"]
Documents = list[tuple[str, list[Block]]]


def _file(write: Callable[[IO[bytes]], object], *, name: str, content_type: str) -> FileResponse:
    out: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  whoever sends it closes it
    try:
        write(out)
    except BaseException:
        out.close()
        raise
    return attachment(out, name=name, content_type=content_type)


def _known(suffix: str) -> None:
    if suffix not in papers.FORMATS:
        raise Http404(_("没有这种文件格式"))


def _paper(
    request: HttpRequest, documents: Documents, suffix: str, title: str, versions: list[Content], paths: list[str]
) -> HttpResponse | FileResponse:
    """A document to be saved, written into the record of exports.

    HTML is saved as well: it carries its own stylesheet and is printed from the file.
    """

    def write(out: IO[bytes]) -> None:
        papers.write(documents, suffix, out, title=title)
        if request.method == "GET":
            handed_out(request, out, "review", suffix, f"{title}.{suffix}", versions, paths)

    try:
        return _file(write, name=f"{title}.{suffix}", content_type=papers.FORMATS[suffix])
    except ExportRefused as refusal:
        return refused(request, str(refusal))


@require_safe
def sheet_file(request: HttpRequest, pk: int, suffix: str) -> HttpResponse | FileResponse:
    """绩效目标审核表 of one table. The officer's side gets it once it may know of the decision."""
    _known(suffix)
    row = row_of(request, pk)
    reviewer = is_reviewer(request.user, row)
    wanted = request.GET.get("revision", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None
    if not reviewer and not papers.told(row):
        raise Http404(_("这张表还没有审核表"))
    documents = papers.sheet_documents([row], reviewer=reviewer, revision=number)
    if not documents:
        raise Http404(_("这张表还没有审核表"))
    if request.method == "GET":
        audit.record("sheet.download", actor=request.user, obj=row, after={"格式": suffix})
    title = f"{row.label}绩效目标审核表"
    versions = papers.judged([row], reviewer=reviewer, revision=number)
    return _paper(request, documents, suffix, title, versions, [row.department.path])


@require_safe
def sheets_file(request: HttpRequest, suffix: str) -> HttpResponse | FileResponse:
    """Review sheets of a batch: the tables named, else those of the register's conditions."""
    _known(suffix)
    _must_see(request)
    listed = [int(text) for text in request.GET.getlist("table") if text.isdecimal() and len(text) < 19]
    tables = decisions.tables_of(request.user)
    if listed:
        tables = tables.filter(pk__in=listed[: papers.MOST])
    else:
        chosen = decisions.decisions(request.user, decisions.wish_of(request.GET))
        tables = tables.filter(pk__in=chosen.order_by().values("table"))
    rows = list(
        tables.select_related("department", "fiscal_year").order_by("department__path", "position", "id")[: papers.MOST]
    )
    documents = papers.sheet_documents(rows, reviewer=False)
    if not documents:
        raise Http404(_("没有符合条件的审核表"))
    title = _("绩效目标审核表（%(n)d张）") % {"n": len(documents)}
    if request.method == "GET":
        audit.record("sheet.download", actor=request.user, name=title, after={"格式": suffix, "张数": len(documents)})
    versions = papers.judged(rows, reviewer=False)
    return _paper(request, documents, suffix, title, versions, [row.department.path for row in rows])


@require_safe
def adjustment_file(request: HttpRequest, pk: int, number: int, suffix: str) -> HttpResponse | FileResponse:
    """绩效目标调整表 of one adjustment."""
    _known(suffix)
    row = row_of(request, pk)
    try:
        found = papers.adjusted(row, number)
    except papers.NoSuchPaper as error:
        raise Http404(_("没有这次调整")) from error
    if request.method == "GET":
        audit.record("adjustment.download", actor=request.user, obj=row, after={"第几次": number, "格式": suffix})
    title = f"{row.label}绩效目标调整表（第{number}次）"
    documents = [(row.label or "调整表", papers.adjustment_document(row, found))]
    both = [version for version in (found.before, found.after) if version is not None]
    versions = [(row.pk, version.number, version.sha256) for version in both]
    return _paper(request, documents, suffix, title, versions, [row.department.path])


def _must_see(request: HttpRequest) -> None:
    if not decisions.may_see(request.user):
        raise PermissionDenied(_("只有审核人和系统管理员可以查看审核记录"))


@require_safe
def register_file(request: HttpRequest) -> FileResponse:
    _must_see(request)
    if request.method == "GET":
        audit.record("register.download", actor=request.user, name=_("审核登记簿"), after=dict(request.GET.items()))
    return _file(
        lambda out: records.write_register(user=request.user, params=request.GET, out=out),
        name=_("绩效目标审核登记簿") + ".xlsx",
        content_type=XLSX,
    )


@require_safe
def statistics_file(request: HttpRequest) -> FileResponse:
    _must_see(request)
    if request.method == "GET":
        audit.record("register.download", actor=request.user, name=_("审核统计"), after=dict(request.GET.items()))
    return _file(
        lambda out: records.write_statistics(user=request.user, params=request.GET, out=out),
        name=_("绩效目标审核统计") + ".xlsx",
        content_type=XLSX,
    )


@require_POST
@answers
def settings_save(request: HttpRequest, year: int) -> HttpResponse:
    """What a year asks of its reviews: of administrators of everything alone."""
    if why := may_administer(request.user, None):
        raise PermissionDenied(why)
    chosen = get_object_or_404(FiscalYear, year=year)
    body = body_of(request)
    demand, weights = body.get("sheet"), body.get("weights")
    if not isinstance(demand, dict) or not isinstance(weights, dict):
        raise BadBody("sheet 和 weights 应为对象")
    try:
        settings.save_settings(
            user=request.user,
            year=chosen,
            version=number_of(body, "version"),
            department=text_of(demand, "department"),
            finance=text_of(demand, "finance"),
            key_amount=text_of(body, "key_amount"),
            weights=weights,
        )
    except settings.SettingRefused as error:
        return JsonResponse({"ok": False, "error": error.error, "message": error.message}, status=409)
    return JsonResponse({"ok": True, "settings": settings.settings_data(year=chosen)})
