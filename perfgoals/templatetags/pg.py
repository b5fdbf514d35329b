"""Tags and filters of every page: icons, amounts, percents, shares."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from perfgoals.web import figures

register = template.Library()


@cache
def _icon(name: str, sheet: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sheet, name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; it carries no meaning of its own, the word stands beside it."""
    return _icon(name, static("img/icons.svg"))


@register.filter
def yuan(value: Any) -> str:
    """Yuan with two places; a text that could not be read stands as it is."""
    return figures.yuan(value) if isinstance(value, Decimal | None) else str(value)


@register.filter
def wan(value: Any) -> str:
    """Yuan as 万元 with two places; a text that could not be read stands as it is."""
    return figures.wan(value) if isinstance(value, Decimal | None) else str(value)


@register.filter
def percent(value: Any) -> str:
    return figures.percent(value) if isinstance(value, Decimal | None) else str(value)


@register.filter
def share(part: Decimal, whole: Decimal) -> str:
    return figures.share(part, whole)
