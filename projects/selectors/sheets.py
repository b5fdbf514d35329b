"""Review sheets and what a year asks of them, read for one table or for many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, Subquery

from projects.grading import GENERAL, KEY, WEIGHTS, verdict
from projects.models import FiscalYear, Level, ReviewSetting, ReviewSheet, Revision, TargetTable
from projects.reviewlevels import due_level

Demand = ReviewSetting.Demand


def settings_of(years: Iterable[FiscalYear]) -> dict[int, ReviewSetting]:
    """Return the settings of all ``years``, the usual ones where none are stored. One query."""
    wanted = {year.pk: year for year in years}
    found = {item.pk: item for item in ReviewSetting.objects.filter(pk__in=list(wanted))}
    return {pk: found.get(pk) or ReviewSetting(fiscal_year=year, version=0) for pk, year in wanted.items()}


def setting_of(year: FiscalYear) -> ReviewSetting:
    return settings_of([year])[year.pk]


def demand_of(setting: ReviewSetting, level: str) -> str:
    return setting.department_sheet if level == Level.DEPARTMENT else setting.finance_sheet


def weights_in(setting: ReviewSetting) -> dict[str, str]:
    return setting.weights or dict(WEIGHTS)


def forms_for(table: TargetTable, setting: ReviewSetting) -> list[str]:
    """Return the versions of the sheet to choose from: from the year's amount on, only that of key projects."""
    large = setting.key_amount is not None and table.amount is not None and table.amount >= setting.key_amount
    return [KEY] if large else [GENERAL, KEY]


def drafts_of(tables: Iterable[TargetTable]) -> dict[int, ReviewSheet]:
    """Return the drafts for the level whose turn it is, each on its table's latest submitted revision. One query."""
    due = {table.pk: level for table in tables if (level := due_level(table))}
    if not due:
        return {}
    latest = Revision.objects.filter(table=OuterRef("table"), cause=Revision.Cause.SUBMIT).order_by("-number")
    rows = (
        ReviewSheet.objects.filter(table__in=list(due), frozen_at=None)
        .annotate(latest=Subquery(latest.values("pk")[:1]))
        .filter(Q(revision=F("latest")))
    )
    return {sheet.table_id: sheet for sheet in rows if sheet.level == due[sheet.table_id]}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a sheet comes to as it stands: its overall grade, and what is missing before it may be decided on."""

    grade: str
    missing: tuple[str, ...]


def standing(sheet: ReviewSheet) -> Standing:
    found = verdict(sheet.form, sheet.items, sheet.weights)
    missing = list(found.missing)
    grade = sheet.overall or found.proposed
    if sheet.overall and found.proposed and sheet.overall != found.proposed and not sheet.reason.strip():
        missing.append("改变总评的理由")
    if not missing and not grade:
        missing.append("总评")
    return Standing(grade, tuple(missing))
