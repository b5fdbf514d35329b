"""States as people see them: the word with a shape, so that colour is never alone."""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from perfgoals.templatetags.pg import icon
from projects.models import TargetTable

SHAPES = {
    TargetTable.Status.DRAFT: "draft",
    TargetTable.Status.SUBMITTED: "working",
    TargetTable.Status.DEPT_REVIEWED: "working",
    TargetTable.Status.APPROVED: "done",
    TargetTable.Status.RETURNED: "back",
    TargetTable.Status.VOID: "void",
    TargetTable.Status.HISTORY: "done",
}


def state_badge(status: str) -> SafeString:
    """Return a state as its word with its shape."""
    return _badge(status, get_language())


@cache
def _badge(status: str, language: str | None) -> SafeString:
    shape = SHAPES[TargetTable.Status(status)]
    word = TargetTable.Status(status).label
    return format_html('<span class="state state--{}">{}{}</span>', shape, icon(f"state-{shape}"), word)
