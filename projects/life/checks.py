"""What a table must hold before it may be submitted: the checks of :data:`SUBMISSION_CHECKS` in the year's setup."""

from __future__ import annotations

from collections.abc import Callable

from projects.checks import check_least, check_table
from projects.findings import Finding
from projects.layouts import Layout, layout_of
from projects.rules import STANDARD, Setup
from projects.targettable import TargetTable

Check = Callable[[TargetTable, Layout, Setup], list[Finding]]
mandatory: Check = check_least
"""The least that every form asks for: year, department, and for a project its name and its amount."""

SUBMISSION_CHECKS: list[Check] = [check_table]
"""Each is asked at submission; findings of level ``block`` refuse it."""


def submission_findings(table: TargetTable, setup: Setup = STANDARD) -> list[Finding]:
    """Return what all checks have to say about ``table`` in its own form."""
    layout = layout_of(table)
    return [finding for check in SUBMISSION_CHECKS for finding in check(table, layout, setup)]
