"""The starter set of the shared library: drawn from tables, kept as a fixture, loaded where it is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from indicators.models import LibraryIndicator
from indicators.starter import Starter, Written, starter_set
from projects.models.keys import natural_key
from projects.services import audit, library
from projects.targettable import TargetTable

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "library" / "starter.json"


def drawn_from(tables: Iterable[TargetTable]) -> list[Starter]:
    """Return what is usable among the indicators of ``tables``."""
    return starter_set(
        Written(row.category, row.name, row.value, row.unit, row.basis, row.description)
        for table in tables
        for row in (*table.indicators, *table.period_indicators)
    )


def as_json(entries: Iterable[Starter]) -> str:
    """The fixture's text."""
    return json.dumps([entry.to_dict() for entry in entries], ensure_ascii=False, indent=1) + "\n"


@transaction.atomic
def load_starter(entries: list[dict[str, Any]] | None = None) -> int:
    """Put the starter set into the shared library; return how many were added.

    An entry whose name stands there already, in whatever state, is left alone: a second run adds nothing, and what a
    keeper changed, retired or merged stays as it is.
    """
    found = json.loads(FIXTURE.read_text(encoding="utf-8")) if entries is None else entries
    there = set(LibraryIndicator.objects.filter(department=None).values_list("category", "name_key"))
    missing = [entry for entry in found if (entry["category"], natural_key(entry["name"])) not in there]
    for entry in missing:
        indicator = LibraryIndicator()
        library.fill(indicator, entry)
        library.save(indicator)
    if missing:
        audit.record("library.import", name=library.SHARED_NAME, after={"来源": "样例指标", "新增": len(missing)})
    return len(missing)
