"""The first page: how many tables stand where, what came in last, what to do next."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from projects.models import FiscalYear, Role, TargetTable
from projects.permissions import REVIEWS, SEES_TABLES, rights_of
from projects.selectors.filling import missing
from projects.selectors.tables import filter_tables
from projects.selectors.worklist import progress, worklist
from projects.tables import RecentTable, fetch_rows
from projects.views.current import current_department, tables_in_view
from projects.views.listing import query_without
from projects.views.shared import chosen_year, fiscal_years

RECENT = 10
LEGEND = (
    ("approved", _lazy("已批复")),
    ("review", _lazy("审核中")),
    ("drafts", _lazy("填报中")),
    ("missing", _lazy("缺报")),
)
STATUS_ORDER = {status: place for place, status in enumerate(TargetTable.Status.values)}


def state_counts(tables: QuerySet[TargetTable]) -> list[dict[str, Any]]:
    """How many tables are in each state that occurs, in the order of a table's life. One query."""
    rows = tables.order_by().values_list("status").annotate(n=Count("id"))
    return [{"status": status, "n": n} for status, n in sorted(rows, key=lambda row: STATUS_ORDER[row[0]])]


def next_steps(request: HttpRequest, counts: dict[str, int]) -> list[dict[str, str]]:
    """What this person can do with the tables as they stand, derived from their states and from the roles."""
    tables = reverse("table-list")
    rights = rights_of(request.user)
    steps = []
    if rights.any(*REVIEWS):
        steps.append(
            {
                "url": reverse("review-queue"),
                "label": _("逐张审核"),
                "why": _("按等待的时间排列，办完一张接着下一张"),
            }
        )
    if rights.any(Role.OFFICER):
        steps += _to_begin(request)
    drafts = counts.get(TargetTable.Status.DRAFT, 0)
    if drafts and rights.any(Role.OFFICER, Role.ADMINISTRATOR):
        steps.append(
            {
                "url": tables + query_without(request.GET, status=TargetTable.Status.DRAFT),
                "label": _("核对 %(n)s 张草稿") % {"n": f"{drafts:,}"},
                "why": _("打开一张表，对照官方表式看各栏是否齐全"),
            }
        )
    returned = counts.get(TargetTable.Status.RETURNED, 0)
    if returned and rights.any(Role.OFFICER):
        steps.append(
            {
                "url": tables + query_without(request.GET, status=TargetTable.Status.RETURNED),
                "label": _("修改 %(n)s 张退回的表") % {"n": f"{returned:,}"},
                "why": _("按审核意见修改后重新送审"),
            }
        )
    steps.append(
        {
            "url": reverse("department-list") + query_without(request.GET),
            "label": _("按部门查看张数和金额"),
            "why": _("看哪些部门还没有录入"),
        }
    )
    steps.append(
        {
            "url": tables + query_without(request.GET),
            "label": _("筛选后整册下载"),
            "why": _("在列表中选定范围，一次得到 Word 或 Excel 成册文件"),
        }
    )
    return steps


def _to_begin(request: HttpRequest) -> list[dict[str, str]]:
    """Last year's projects without a table in the chosen or the latest open year: no list of tables shows them."""
    opened = [row for row in fiscal_years(request) if row.state == FiscalYear.State.OPEN]
    year = chosen_year(request) or next(iter(opened), None)
    if year not in opened:
        return []
    number = missing(request.user, year.year, department=current_department(request))
    if not number:
        return []
    return [
        {
            "url": f"{reverse('filling')}?year={year.year}&show=missing",
            "label": _("为 %(n)s 个上年的项目新建%(year)s年度的表") % {"n": f"{number:,}", "year": year.year},
            "why": _("在填报清单中逐个或成批由上年的表新建"),
        }
    ]


def _board(request: HttpRequest) -> dict[str, Any]:
    """The progress of the chosen year, or of the latest open one; nothing for those who administer no department."""
    years = fiscal_years(request)
    opened = [row for row in years if row.state == FiscalYear.State.OPEN]
    year = chosen_year(request) or next(iter(opened or years), None)
    if year is None:
        return {}
    rows = progress(request.user, year, department=current_department(request))
    return {"board": rows, "board_year": year, "legend": LEGEND}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    year = chosen_year(request)
    tables = filter_tables(tables_in_view(request), year=year.year if year else None)
    counts = state_counts(tables)
    recent = fetch_rows(list(tables.order_by("-updated_at", "-id").values_list("id", flat=True)[:RECENT]))
    context = {
        "year": year,
        "sees": rights_of(request.user).any(*SEES_TABLES),
        "total": sum(count["n"] for count in counts),
        "counts": counts,
        "table": RecentTable(recent),
        "steps": next_steps(request, {count["status"]: count["n"] for count in counts}),
        "work": worklist(request.user, year=year.year if year else None, department=current_department(request)),
        **_board(request),
    }
    return render(request, "projects/home.html", context)
