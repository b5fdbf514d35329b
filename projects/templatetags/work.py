"""How long something waits, in words."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def waited(since: datetime) -> str:
    """``3 天``, ``5 小时``, ``12 分钟``, ``刚刚``: one unit is enough to see what is urgent."""
    minutes = max(int((timezone.now() - since).total_seconds() // 60), 0)
    if minutes >= 24 * 60:
        return _("%(n)d 天") % {"n": minutes // (24 * 60)}
    if minutes >= 60:
        return _("%(n)d 小时") % {"n": minutes // 60}
    if not minutes:
        return _("刚刚")
    return _("%(n)d 分钟") % {"n": minutes}
