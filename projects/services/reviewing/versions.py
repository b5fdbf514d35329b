"""A submitted revision as a draft whose rows have their identities, so that comments find their cells in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.diff import match_rows
from projects.layouts import layout_of
from projects.layouts.editing import Draft
from projects.models import Revision, TargetTable
from projects.services import revisions
from projects.targettable import ROW_TYPES
from projects.targettable import TargetTable as Content

if TYPE_CHECKING:
    from collections.abc import Sequence

Uids = dict[str, list[str]]


def draft_of(revision: Revision, *, content: Content | None = None, now: Draft | None = None) -> Draft:
    """Return what ``revision`` holds. ``now`` (the table as it is) serves revisions that kept no identities."""
    content = content if content is not None else revisions.content_of(revision)
    uids = uids_of(revision, content) or (_guessed(content, now) if now is not None else _none(content))
    return Draft(content, layout_of(content), uids)


def uids_of(revision: Revision, content: Content) -> Uids | None:
    """Return the identities kept with ``revision``; ``None`` where there are none, or not one for each row."""
    kept = revision.uids
    found: Uids = {}
    for key in ROW_TYPES:
        listed = kept.get(key, [])
        if len(listed) != len(getattr(content, key)):
            return None
        found[key] = list(listed)
    return found


def _none(content: Content) -> Uids:
    return {key: [""] * len(getattr(content, key)) for key in ROW_TYPES}


def _guessed(content: Content, now: Draft) -> Uids:
    """Match rows as a person would with those of today. What is gone gets no identity."""
    found = _none(content)
    for key in ROW_TYPES:
        for old, new in match_rows(key, getattr(content, key), getattr(now.table, key)):
            if old is not None and new is not None:
                found[key][old] = now.uids[key][new]
    return found


def submitted(table: TargetTable, *, most: int = 1) -> Sequence[Revision]:
    """Return the latest revisions that were submitted, the latest first."""
    found = Revision.objects.filter(table=table, cause=Revision.Cause.SUBMIT).order_by("-number")
    return list(found[:most])
