"""The findings a reviewer sees: one place, whatever rules are in force."""

from __future__ import annotations

from projects.findings import Finding
from projects.life.checks import submission_findings
from projects.targettable import TargetTable


def findings_of(content: TargetTable) -> list[Finding]:
    """Return what the checks have to say about a submitted content."""
    return submission_findings(content)
