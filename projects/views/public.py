"""绩效目标公开: what anybody may read. Rendered without the request, so that nothing of a person can get in."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.context import address_of
from perfgoals.web.throttle import WINDOW, Throttle
from projects.grids.html_writer import write_html
from projects.layouts import render as render_form
from projects.models import Department, Release
from projects.selectors.public import matching, public_departments, public_releases, public_table, public_years
from projects.services.audit_export import safe
from projects.services.exporting import file_name
from projects.services.exports import record_public
from projects.targettable import TargetTable, leaf_text

PAGE = 50
MOST_ROWS = 5_000
throttle = Throttle(place=lambda: Path(settings.VAR_DIR) / "public-throttle")
LIST_HEADINGS = ("年度", "部门代码", "部门", "项目编码", "名称", "金额（元）", "地址")
HEADINGS = (
    "年度", "部门代码", "部门", "项目编码", "名称", "金额（元）", "年度绩效目标", "一级指标", "二级指标", "三级指标",
    "指标解释", "指标值", "指标值确定依据", "绩效标准", "权重",
)  # fmt: skip

View = Callable[..., HttpResponse]


def open_to_all(view: View) -> Callable[..., HttpResponseBase]:
    """No login; nothing at all unless switched on; not too often; may be kept by caches for a short while."""

    @login_not_required
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PUBLIC_PAGES:
            raise Http404
        if throttle.refuses(address_of(request), settings.PUBLIC_PER_MINUTE):
            text = _("访问过于频繁，请一分钟后再试。")
            return HttpResponse(text, status=429, headers={"Retry-After": str(WINDOW)}, content_type="text/plain")
        response = view(request, *args, **kwargs)
        return _cached(request, response)

    return guarded


def _cached(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    # A person who is logged in gets a session cookie with the answer: that one must not be shared.
    anonymous = settings.SESSION_COOKIE_NAME not in request.COOKIES
    response["Cache-Control"] = f"public, max-age={settings.PUBLIC_MAX_AGE}" if anonymous else "private, no-cache"
    response["ETag"] = etag
    if settings.PUBLIC_NOINDEX:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return get_conditional_response(request, etag=etag, response=response) or response


def _page(template: str, context: dict[str, Any]) -> HttpResponse:
    return HttpResponse(render_to_string(template, context | {"noindex": settings.PUBLIC_NOINDEX}))


@open_to_all
def index(request: HttpRequest) -> HttpResponse:
    """Departments of a year, the latest one without ``?year=``."""
    years = public_years()
    year = _year(request.GET.get("year", ""), years)
    context = {"years": years, "year": year, "departments": public_departments(year) if year else []}
    return _page("public/index.html", context)


def _year(text: str, years: list[int]) -> int | None:
    if not text:
        return years[0] if years else None
    if not text.isascii() or not text.isdigit() or int(text[:5]) not in years:
        raise Http404
    return int(text)


@open_to_all
def table_list(request: HttpRequest, year: int) -> HttpResponse:
    """Tables of a year, by name, department, page."""
    found, query, department = _found(request, year)
    pages = Paginator(found, PAGE)
    page = pages.get_page(request.GET.get("page", "1"))
    context = {"year": year, "query": query, "department": department, "page": page, "total": pages.count}
    return _page("public/list.html", context)


def _found(request: HttpRequest, year: int) -> tuple[Any, str, Department | None]:
    found = public_releases().filter(table__fiscal_year__year=year)
    wanted = request.GET.get("department", "")
    department = None
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
            raise Http404
        found = found.filter(table__department=int(wanted))
        # A department of which nothing is public does not exist here.
        department = get_object_or_404(Department.objects.filter(pk__in=found.values("table__department")))
    query = request.GET.get("q", "").strip()[:100]
    found = matching(found, query) if query else found
    return (
        found.select_related("table__department").order_by("table__department__path", "label", "id"),
        query,
        department,
    )


@open_to_all
def list_data(request: HttpRequest, year: int) -> HttpResponse:
    """The same list as CSV, at most :data:`MOST_ROWS` rows."""
    found, _query, _department = _found(request, year)
    releases = list(found.select_related("revision", "table__department")[:MOST_ROWS])
    rows = (
        (
            year,
            release.table.department.code,
            release.table.department.name,
            "",
            release.label,
            "" if release.amount is None else f"{release.amount:.2f}",
            f"/public/tables/{release.uid}/",
        )
        for release in releases
    )
    return _csv(request, LIST_HEADINGS, rows, f"{year}年绩效目标公开目录.csv", releases)


def _release(uid: UUID) -> Release:
    found = public_releases().select_related("revision", "table__department", "table__fiscal_year")
    return get_object_or_404(found, uid=uid)


@open_to_all
def table(request: HttpRequest, uid: UUID) -> HttpResponse:
    release = _release(uid)
    content = public_table(release)
    context = {
        "release": release,
        "year": release.table.fiscal_year.year,
        "department": release.table.department,
        # The writer escapes every text itself, hence safe.
        "form": SafeString(write_html(render_form(content))),
    }
    return _page("public/table.html", context)


@open_to_all
def table_data(request: HttpRequest, uid: UUID, suffix: str) -> HttpResponse:
    """One table as interchange JSON, or as CSV with one row per indicator."""
    release = _release(uid)
    content = public_table(release)
    if suffix == "json":
        text = json.dumps([content.to_dict()], ensure_ascii=False, indent=1)
        return _file(request, text.encode(), "application/json", file_name(content, "json"), [release])
    if suffix == "csv":
        return _csv(request, HEADINGS, _rows(content), file_name(content, "csv"), [release])
    raise Http404


def _rows(table: TargetTable) -> Iterable[tuple[Any, ...]]:
    head = (
        table.fiscal_year,
        table.department.code,
        table.department.name,
        table.project.code,
        table.label(),
        leaf_text("funding.total", table.funding.total),
        table.goals.annual,
    )
    names = ("level1", "level2", "name", "description", "value", "basis", "standard")
    for row in table.indicators:
        yield (*head, *(getattr(row, name) for name in names), leaf_text("indicators.weight", row.weight))
    if not table.indicators:
        yield (*head, *("" for _name in (*names, "weight")))


def _csv(
    request: HttpRequest,
    headings: Iterable[str],
    rows: Iterable[Iterable[Any]],
    name: str,
    releases: Sequence[Release],
) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    # None may start what a spreadsheet takes for a formula.
    writer.writerows([safe("" if value is None else str(value)) for value in row] for row in rows)
    return _file(request, out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name, releases)


def _file(
    request: HttpRequest, content: bytes, content_type: str, name: str, releases: Sequence[Release]
) -> HttpResponse:
    if request.method == "GET":
        record_public(name=name, format=name.rpartition(".")[2], content=content, releases=releases)
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
