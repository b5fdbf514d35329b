"""Checking a table: the way in to ``projects.rules`` for those who have one table at hand. Pure.

``LEAST`` are the rules without which a table cannot be filed at all, ``FORM_RULES`` those that only look at what the
form itself asks for; the rest judges what was written.
"""

from __future__ import annotations

from projects.findings import Finding
from projects.layouts.definition import Layout
from projects.rules import STANDARD, Setup, check_table
from projects.rules.case import is_unused
from projects.rules.engine import rules
from projects.rules.form import sums_of
from projects.targettable import TargetTable

__all__ = ["FORM_RULES", "LEAST", "check_least", "check_table", "is_unused", "sums_of"]
LEAST = frozenset({"head", "amount"})
FORM_RULES = frozenset(
    rule.id for rule in rules() if rule.scope == "table" and rule.source.text.startswith("表式自身")
) | {"blank", "indicator-value", "no-indicators", "no-output", "no-outcome"}


def check_least(table: TargetTable, layout: Layout, setup: Setup = STANDARD) -> list[Finding]:
    """Return what a table lacks to be filed; these rules cannot be switched off."""
    return check_table(table, layout, Setup(only=LEAST))
