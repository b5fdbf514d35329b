"""The count in the top bar."""

from __future__ import annotations

from typing import Any

from django import template

from projects.selectors.notices import unread_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> int:
    """How many notices wait for the person who looks at the page. One query on an index."""
    user = context["request"].user
    return unread_count(user) if user.is_authenticated else 0
