"""Sessions that end when nobody works, and pages that wait until login is complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from perfgoals.context import address_of
from projects.security.sessions import ADDRESS, GATE, SEEN, SINCE
from projects.services import audit

STEP = 60
"""Seconds between two notes of activity: not every page writes the session."""
BACKGROUND = "X-Background"
"""Requests with this header (polling) do not count as activity."""
ENDED = "X-Session-Ended"
"""Header of a 401 that htmx and scripts get in place of the login page: ``idle``, ``expired`` or ``login``."""

# What must be done first, and the pages on which it is done. Logging out is always possible.
GATES: dict[str, tuple[str, ...]] = {
    "code": ("login-code",),
    "password": ("password",),
    "second-factor": ("second-factor",),
}
ALWAYS = ("logout", "health", "ready")


def wants_data(request: HttpRequest) -> bool:
    """Whether a script asked, which cannot do anything with a login page."""
    accepts = request.headers.get("Accept", "")
    return (
        request.headers.get("HX-Request") == "true"
        or request.content_type == "application/json"
        or ("application/json" in accepts and "text/html" not in accepts)
    )


def begin(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Note the beginning of a session, however it was begun."""
    session = getattr(request, "session", None)
    if request is not None and session is not None:
        session[SINCE] = session[SEEN] = int(time.time())
        session[ADDRESS] = address_of(request)


user_logged_in.connect(begin, dispatch_uid="projects.security.begin")


class SessionMiddleware:
    """Ends a session that is idle (SESSION_IDLE_MINUTES) or too old (SESSION_MAX_HOURS). After authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # An anonymous session has no user id, so that nothing is read for it.
        if request.user.is_authenticated:
            now = int(time.time())
            session = request.session
            seen, since = session.get(SEEN, now), session.get(SINCE, now)
            if now - seen > settings.SESSION_IDLE_MINUTES * 60:
                self._end(request, "idle")
            elif now - since > settings.SESSION_MAX_HOURS * 3600:
                self._end(request, "expired")
            elif SEEN not in session or (now - seen >= STEP and BACKGROUND not in request.headers):
                session[SEEN] = now
                session.setdefault(SINCE, now)
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            # A shared computer's back button must not show the last person's pages.
            response["Cache-Control"] = "private, no-cache, no-store"
        return response

    def _end(self, request: HttpRequest, reason: str) -> None:
        audit.record("logout", actor=request.user, obj=request.user, after={"reason": reason})
        logout(request)
        request.session_ended = reason  # type: ignore[attr-defined]


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Django's, but scripts get 401 with a header, and an incomplete login leads to what is missing."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if request.user.is_authenticated and getattr(view_func, "login_required", True):
            return self._gate(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:
        reason = getattr(request, "session_ended", "")
        if wants_data(request):
            response = JsonResponse({"detail": _("登录已失效，请重新登录。"), "login": reverse("login")}, status=401)
            response[ENDED] = reason or "login"
            return response
        if not reason:
            return super().handle_no_permission(request, view_func)
        query = {"ended": reason}
        # What was to be saved is gone with the session; only a page can be gone back to.
        here = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        if here and url_has_allowed_host_and_scheme(here, None):
            query["next"] = here
        return redirect(f"{reverse('login')}?{urlencode(query)}")

    def _gate(self, request: HttpRequest) -> HttpResponse | None:
        gate = request.session.get(GATE) or ("password" if request.user.must_change_password else "")
        if gate == "second-factor" and request.user.must_change_password:
            gate = "password"
        match = request.resolver_match
        name = match.view_name if match else ""
        if not gate or name in ALWAYS or name in GATES[gate]:
            return None
        target = reverse(GATES[gate][0])
        if wants_data(request):
            response = JsonResponse({"detail": _("请先完成登录。"), "login": target}, status=401)
            response[ENDED] = gate
            return response
        return redirect(target)
