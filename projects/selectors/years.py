"""Fiscal years with what stands in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count

from projects.models import FiscalYear, TargetTable

Status = TargetTable.Status


@dataclass(slots=True)
class YearRow:
    """A year and its live tables by state."""

    year: FiscalYear
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Still with the officers."""
        return self.counts[Status.DRAFT] + self.counts[Status.RETURNED]

    @property
    def review(self) -> int:
        return self.counts[Status.SUBMITTED] + self.counts[Status.DEPT_REVIEWED]

    @property
    def approved(self) -> int:
        return self.counts[Status.APPROVED]


def year_rows() -> list[YearRow]:
    """All years, the latest first, with counts. Two queries."""
    rows = {year.pk: YearRow(year) for year in FiscalYear.objects.order_by("-year")}
    counted = (
        TargetTable.objects.exclude(status__in=TargetTable.RETIRED)
        .order_by()
        .values_list("fiscal_year_id", "status")
        .annotate(n=Count("id"))
    )
    for year, status, count in counted:
        rows[year].counts[status] = count
    return list(rows.values())
