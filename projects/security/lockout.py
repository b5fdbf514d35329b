"""What django-axes asks of us: whose account is tried, and the answer of a locked one."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

LENGTH = 150


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the account as the login form understands it: full-width spellings are the same account."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return unicodedata.normalize("NFKC", str(typed)).strip().casefold()[:LENGTH]


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
