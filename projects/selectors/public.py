"""What may be read without login. Everything public goes through :func:`public_releases`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum

from projects.models import Department, FiscalYear, PublicField, Release
from projects.models import TargetTable as Stored
from projects.publicfields import hidden_by_default, public_content
from projects.selectors.inforce import amounts_in_force
from projects.targettable import TargetTable


def public_releases() -> QuerySet[Release]:
    """Return what is public now: released, not withdrawn, and still the revision in force; nothing when off."""
    found = Release.objects.filter(active=True, revision=F("table__approved_revision"))
    found = found.exclude(table__status__in=Stored.RETIRED)
    return found if settings.PUBLIC_PAGES else found.none()


def matching(found: QuerySet[Release], text: str) -> QuerySet[Release]:
    """Return the releases that contain every blank-separated word."""
    for word in text.lower().split()[:8]:
        found = found.filter(text__contains=word)
    return found


@dataclass(frozen=True, slots=True)
class PublicDepartment:
    department: Department
    tables: int
    amount: Decimal


def public_years() -> list[int]:
    """Years of which something is public, the latest first. One query."""
    years = public_releases().order_by().values_list("table__fiscal_year__year", flat=True).distinct()
    return sorted(years, reverse=True)


def public_departments(year: int) -> list[PublicDepartment]:
    """Departments of which something is public in that year, in the order of the tree. Two queries."""
    rows = public_releases().filter(table__fiscal_year__year=year).order_by()
    figures = {
        row["table__department"]: row
        for row in rows.values("table__department").annotate(n=Count("pk"), amount=Sum("amount"))
    }
    departments = Department.objects.filter(pk__in=figures).order_by("path")
    return [
        PublicDepartment(item, figures[item.pk]["n"], figures[item.pk]["amount"] or Decimal(0)) for item in departments
    ]


def decided_fields() -> dict[str, bool]:
    return dict(PublicField.objects.values_list("label", "shown"))


def public_table(release: Release) -> TargetTable:
    """Return what the public sees of a release. One query for the field settings."""
    return public_content(TargetTable.from_dict(json.loads(release.revision.content)), decided_fields())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved table on the page of releases; ``state``: ``none``, ``public``, ``renew`` (approved anew since)."""

    table: Stored
    state: str
    release: Release | None


def candidates(condition: Q, year: FiscalYear) -> list[Candidate]:
    """Return the approved tables of a year, with their approved amounts and what is public of them. Two queries."""
    rows = list(
        Stored.objects.filter(condition, fiscal_year=year, approved_revision__isnull=False)
        .exclude(status__in=Stored.RETIRED)
        .select_related("department", "release")
        .order_by("department__path", "label", "id")
    )
    approved = amounts_in_force(rows)
    for row in rows:
        row.amount = approved.get(row.pk, row.amount)
    return [_candidate(row) for row in rows]


def _candidate(row: Any) -> Candidate:
    release = getattr(row, "release", None)
    if release is None or not release.active:
        return Candidate(row, "none", release)
    return Candidate(row, "public" if release.revision_id == row.approved_revision_id else "renew", release)


def field_choices(condition: Q, year: FiscalYear) -> list[tuple[str, bool]]:
    """Return the labelled cells that approved tables of a year hold, and whether they are shown. Two queries."""
    decided = decided_fields()
    labels: set[str] = set(decided)
    rows = Stored.objects.filter(condition, fiscal_year=year, approved_revision__isnull=False)
    for pairs in rows.order_by("id").values_list("extra", flat=True)[:5_000]:
        labels.update(str(pair[0]) for pair in pairs)
    return [(label, decided.get(label, not hidden_by_default(label))) for label in sorted(labels)]
