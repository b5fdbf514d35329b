"""What a table must hold before it may be submitted; the coming checks plug in at :data:`SUBMISSION_CHECKS`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from projects.checks import check_table
from projects.findings import BLOCK, Finding
from projects.layouts import Layout, layout_of
from projects.layouts.names import name_of
from projects.targettable import TargetTable

Check = Callable[[TargetTable, Layout], list[Finding]]


def mandatory(table: TargetTable, layout: Layout) -> list[Finding]:
    """The least that every form asks for: year, department, and for a project its name and its amount."""
    wanted = {"fiscal_year": table.fiscal_year, "department.name": table.department.name or table.department.code}
    if table.kind == "project":
        wanted["project.name"] = table.project.name.strip()
    missing = [path for path, value in wanted.items() if not value]
    findings = [
        Finding(BLOCK, "mandatory", f"“{name_of(path)}”没有填写", table=table.label(), field=path) for path in missing
    ]
    if "funding.total" in layout.paths:
        findings += _amount(table)
    return findings


def _amount(table: TargetTable) -> list[Finding]:
    total = table.funding.total
    name = name_of("funding.total")
    if isinstance(total, Decimal) and total >= 0:
        return []
    if total is None and table.kind != "project":
        return []
    text = f"“{name}”没有填写" if total in (None, "") else f"“{name}”应为不小于零的金额"
    cell = "" if total is None else str(total)
    return [Finding(BLOCK, "amount", text, table=table.label(), field="funding.total", cell=cell)]


SUBMISSION_CHECKS: list[Check] = [mandatory, check_table]
"""Each is asked at submission; findings of level ``block`` refuse it."""


def submission_findings(table: TargetTable) -> list[Finding]:
    """Return what all checks have to say about ``table`` in its own form."""
    layout = layout_of(table)
    return [finding for check in SUBMISSION_CHECKS for finding in check(table, layout)]
