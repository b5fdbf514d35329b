"""What several pages need: the years and departments to choose from, the year in force."""

from __future__ import annotations

from django.http import HttpRequest

from projects.models import Department, FiscalYear
from projects.views.current import departments_in_view


def fiscal_years(request: HttpRequest) -> list[FiscalYear]:
    """All budget years, the latest first. One query per request, however often it is asked."""
    found: list[FiscalYear] | None = getattr(request, "_fiscal_years", None)
    if found is None:
        found = list(FiscalYear.objects.order_by("-year"))
        request._fiscal_years = found  # type: ignore[attr-defined]
    return found


def chosen_year(request: HttpRequest) -> FiscalYear | None:
    """The year that the address names, ``None`` for all years (and for a year that does not exist)."""
    wanted = request.GET.get("year", "")
    return next((year for year in fiscal_years(request) if str(year.year) == wanted), None)


def departments(request: HttpRequest) -> list[Department]:
    """The departments whose tables the person may see, in the order of the tree. One query per request."""
    found: list[Department] | None = getattr(request, "_departments", None)
    if found is None:
        found = list(departments_in_view(request).only("id", "code", "name", "path"))
        request._departments = found  # type: ignore[attr-defined]
    return found
