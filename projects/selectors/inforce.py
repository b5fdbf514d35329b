"""What is in force of tables whose content is being changed: while an adjustment runs, the approved version counts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from projects.models import Revision, TargetTable


def is_adjusting(row: TargetTable) -> bool:
    """Tell whether a table has an approved version and stands at another content, or may."""
    return row.approved_revision_id is not None and row.status != TargetTable.Status.APPROVED


def amounts_in_force(rows: Iterable[TargetTable]) -> dict[int, Decimal | None]:
    """Return the approved amount in yuan of each table among ``rows`` that is being adjusted. At most one query."""
    revisions = [row.approved_revision_id for row in rows if is_adjusting(row)]
    if not revisions:
        return {}
    found = Revision.objects.filter(pk__in=revisions).order_by("pk").values_list("table_id", "content")
    return {table: _amount(content) for table, content in found}


def _amount(content: str) -> Decimal | None:
    try:
        return Decimal(str(json.loads(content)["funding"]["total"]))
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
