"""Addresses for the measurement of the list: the site's own, and the same list without filter form and totals."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from perfgoals.urls import urlpatterns as site
from perfgoals.web.figures import WAN
from projects.models import Department
from projects.selectors.tables import CAP, filter_tables, visible_to
from projects.views.listing import table_page


def bare_list(request: HttpRequest) -> HttpResponse:
    """One page in the usual frame, under the same conditions, with the count that its page numbers need."""
    asked = request.GET
    queryset = filter_tables(
        visible_to(request.user),
        text=asked.get("q", ""),
        year=int(asked["year"]) if "year" in asked else None,
        department=Department.objects.get(pk=asked["department"]) if "department" in asked else None,
        status=asked.get("status", ""),
        layout=asked.get("layout", ""),
        amount_min=Decimal(asked["amount_min"]) * WAN if "amount_min" in asked else None,
    )
    total = queryset.order_by()[:CAP].count() if "q" in asked else queryset.order_by().count()
    return render(request, "projects/table_list.html", {"table": table_page(request, queryset, total)})


urlpatterns = [path("bare/", bare_list), *site]
