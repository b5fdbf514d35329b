"""Words that mean the same everywhere, and values that stand in three cells: what several readers share."""

from __future__ import annotations

import re
from functools import cache

from projects.layouts.anyform.words import words

_DIRECTION = frozenset(["正向", "反向", "正向指标", "反向指标", "定性", "定量"])


@cache
def project_labels() -> frozenset[str]:
    """Return the bare labels that name a project: a second one in a document begins another table."""
    return frozenset(label for label, path in words().labels.items() if path == "project.name")


def label_words() -> dict[str, str]:
    """Return bare label → field, over all localities."""
    return words().labels


def column_words() -> dict[str, str]:
    """Return bare heading → field of an indicator, over all localities."""
    return words().columns


def joined_value(operator: str, value: str, unit: str) -> str:
    """Return one text for a value in three cells: ``≥``, ``95``, ``%`` → ``≥95%``; directions are no signs."""
    if operator in _DIRECTION:
        operator = ""
    if operator and value.startswith(operator):
        operator = ""
    if unit and (value.endswith(unit) or not re.search(r"\d\s*$", value)):
        unit = ""
    return f"{operator}{value}{unit}"
