"""What the pages of bulk import show: states and outcomes as words with a shape."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from perfgoals.templatetags.pg import icon
from projects.models import ImportBatch, ImportFile, ImportTable

register = template.Library()

BATCH_SHAPES = {
    "open": "draft",
    "committing": "working",
    "committed": "done",
    "undoing": "working",
    "undone": "back",
    "discarded": "void",
}
FILE_SHAPES = {"waiting": "draft", "reading": "working", "read": "done", "unpacked": "done", "refused": "void"}
OUTCOME_SHAPES = {
    "new": "draft",
    "changed": "working",
    "unchanged": "done",
    "blocked": "block",
    "twice": "void",
    "excluded": "void",
}
RESULTS = (("new", "新增"), ("updated", "更新"), ("unchanged", "未变"), ("skipped", "跳过"))


def _badge(shape: str, word: Any) -> SafeString:
    if shape == "block":
        return format_html('<span class="state is-blocked">{}{}</span>', icon("block"), word)
    return format_html('<span class="state state--{}">{}{}</span>', shape, icon(f"state-{shape}"), word)


@register.filter
def batch_state(batch: ImportBatch) -> SafeString:
    return _badge(BATCH_SHAPES[batch.state], batch.get_state_display())


@register.filter
def file_state(file: ImportFile) -> SafeString:
    return _badge(FILE_SHAPES[file.state], file.get_state_display())


@register.filter
def outcome(row: ImportTable) -> SafeString:
    return _badge(OUTCOME_SHAPES[row.outcome], row.get_outcome_display())


@register.filter
def batch_result(batch: ImportBatch) -> str:
    """The report in one line."""
    parts = [f"{word} {batch.result[name]}" for name, word in RESULTS if batch.result.get(name)]
    if batch.state == ImportBatch.State.UNDONE:
        return _("已恢复导入前的内容")
    return "，".join(parts)


@register.filter
def get(mapping: Any, key: str) -> Any:
    """An entry of a mapping whose keys are data; 0 where there is none."""
    return mapping.get(key, 0)
