"""Log lines that a machine can read: one JSON object each, with the request's number and without personal text.

What people typed is in the database and in the audit log, where rights decide who reads it; log files travel. So a line
names the path without its query, the person by account number, and an exception by its type and place: messages of
exceptions quote values (PostgreSQL names the duplicate, parsers the text), so only LOG_LEVEL=DEBUG writes them.
"""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from perfgoals.context import origin

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"passw|pwd|secret|token|session|cookie|csrf|authori[sz]ation|credential|otp", re.IGNORECASE)
HIDDEN = "***"
QUIET = ("/healthz", "/readyz", "/static/")

logger = logging.getLogger("perfgoals.request")


class JsonFormatter(logging.Formatter):
    """Message, level, logger, time, request, and whatever plain value the caller passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := origin().request_id:
            line["request_id"] = number
        for key, value in vars(record).items():
            if key not in _STANDARD:
                line |= _extra(key, value)
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=_by_type)

    def formatException(self, ei: Any) -> str:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            return super().formatException(ei)
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return "\n".join([*frames, ei[0].__name__])


def _extra(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, HttpRequest):
        return {"method": value.method, "path": value.path}
    if _SECRET.search(key):
        return {key: HIDDEN}
    return {key: value}


def _by_type(value: Any) -> str:
    """An object's own text may hold anything (a request prints its query), so only its type is named."""
    return f"<{type(value).__name__}>"


class RequestLogMiddleware:
    """One line a request: what was asked, how it ended, how long it took, by which account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        if not request.path.startswith(QUIET):
            user = getattr(request, "user", None)
            logger.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - begun) * 1000),
                    "user": getattr(user, "pk", None),
                },
            )
        return response
