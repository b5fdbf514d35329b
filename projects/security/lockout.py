"""What django-axes asks of us: whose account is tried, and the answer of a locked one."""

from __future__ import annotations

import unicodedata
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

LENGTH = 150


def username_of(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the account as the login form understands it: full-width spellings are the same account."""
    typed = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return unicodedata.normalize("NFKC", str(typed)).strip().casefold()[:LENGTH]


def is_locked(username: str) -> bool:
    """Whether wrong passwords have locked this account at the moment."""
    # One row per address and browser; all of them count together.
    recent = AccessAttempt.objects.filter(
        username=username_of(None, {"username": username}),
        attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME,
    )
    failures = recent.aggregate(n=Sum("failures_since_start"))["n"] or 0
    return failures >= settings.AXES_FAILURE_LIMIT


def message() -> str:
    """The same for accounts that exist and accounts that do not."""
    return _("密码错误次数过多，该账号已暂停登录 %(minutes)d 分钟。请稍后再试，或联系本单位管理员。") % {
        "minutes": settings.LOGIN_LOCK_MINUTES
    }


def answer(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Keep the login page that the view has drawn; it already says that the account is locked."""
    return response or HttpResponse(message(), status=429, content_type="text/plain; charset=utf-8")
