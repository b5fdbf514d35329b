"""What the reviewing pages do with plain data: amounts and moments come as texts, as they travel in JSON."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from perfgoals.web import figures
from projects.diff import KIND_NAMES
from projects.models import TargetTable
from projects.reviewlevels import level_of
from projects.templatetags.life import SIGNS

register = template.Library()


@register.filter
def wan_of(value: Any) -> str:
    """``"682000.00"`` yuan as 万元; nothing for nothing, a text that is no amount as it stands."""
    if value in (None, ""):
        return "—"
    try:
        return figures.wan(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


@register.filter
def moment(value: Any) -> datetime | None:
    """A moment as JSON tells it, in local time; ``None`` for what is none."""
    found = parse_datetime(value) if isinstance(value, str) else value
    return timezone.localtime(found) if isinstance(found, datetime) else None


@register.simple_tag
def may_judge(user: Any, row: TargetTable) -> bool:
    """Whether the person has the table before him to decide on: its page then leads to the review."""
    return level_of(user, row) is not None


@register.simple_tag
def adjustments(row: TargetTable) -> range:
    """The numbers of the table's adjustments."""
    return range(1, row.adjustment + 1)


@register.filter
def person(label: str) -> str:
    """``王芳（wangfang）`` without the account, for narrow columns."""
    return label.partition("（")[0] or label


@register.filter
def of(mapping: dict[str, Any], key: str) -> Any:
    """The value under a key that is itself a variable."""
    return mapping.get(key, "")


@register.filter
def change_of(kind: str) -> SafeString:
    """``＋ 新增``: the sign and word of a kind of change."""
    return format_html(
        '<span class="change change--{}"><span aria-hidden="true">{}</span>{}</span>',
        kind,
        SIGNS.get(kind, ""),
        KIND_NAMES.get(kind, kind),
    )
