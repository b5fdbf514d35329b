"""The list of target tables, and the list as one file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.forms.table_filter import TableFilter
from projects.services.export_jobs import ZIP_FORMATS
from projects.views.current import tables_in_view
from projects.views.listing import found_by_text, query_without, table_page, totals_of
from projects.views.shared import departments, fiscal_years

BOOKS = {"docx": _("Word 文档"), "xlsx": _("Excel 工作簿")}


def filter_of(request: HttpRequest) -> TableFilter:
    """The conditions of the address on the tables that this person may see."""
    return TableFilter(
        request.GET,
        tables_in_view(request),
        departments=departments(request),
        years=fiscal_years(request),
    )


@require_safe
def table_list(request: HttpRequest) -> HttpResponse:
    """Search, filter, sort, turn pages; count and amounts below."""
    conditions = filter_of(request)
    queryset = conditions.tables
    if conditions.searches:
        queryset, totals = found_by_text(queryset)
    else:
        totals = totals_of(conditions.with_retired, retired=conditions.by_status, broad=conditions.broad)
    chips = conditions.chips()
    table = table_page(request, queryset, totals.count)
    context = {
        "filter": conditions,
        "chips": chips,
        "totals": totals,
        "table": table,
        "books": [
            {"label": label, "url": reverse("table-book", args=[suffix]) + query_without(request.GET, "page")}
            for suffix, label in BOOKS.items()
        ],
    }
    context["archives"] = list(ZIP_FORMATS.items())
    context["archive_url"] = reverse("table-zip") + query_without(request.GET, "page")
    return render(request, "projects/table_list.html", context)
