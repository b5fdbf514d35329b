"""From where the running request came, for the audit log and the log lines.

A small middleware sets it; services read it without ever seeing a request. Outside a request (commands, threads)
both texts are empty.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")


@dataclass(frozen=True, slots=True)
class Origin:
    """``address`` is the caller's, ``request_id`` the number under which this request stands in all logs."""

    address: str = ""
    request_id: str = ""


_current: ContextVar[Origin] = ContextVar("perfgoals_origin", default=Origin())  # noqa: B039  frozen


def origin() -> Origin:
    """Return where the running request came from."""
    return _current.get()


class OriginMiddleware:
    """Stands first. A number and an address given by others are believed only behind our own proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        here = Origin(address_of(request), _request_id(request))
        request.id = here.request_id  # type: ignore[attr-defined]
        token = _current.set(here)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = here.request_id
        return response


def address_of(request: HttpRequest) -> str:
    """Return the caller's address; behind our proxy the last one of ``X-Forwarded-For``, which the proxy wrote."""
    if getattr(settings, "BEHIND_PROXY", False):
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            pass
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if getattr(settings, "BEHIND_PROXY", False) and _ID.fullmatch(given):
        return given
    return uuid.uuid4().hex
