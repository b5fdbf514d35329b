"""JSON in, JSON out: what every address that scripts speak to needs."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

_UNSET: Any = object()


class BadBody(Exception):
    """The request cannot be read; ``status`` is 400 or 413."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the request. Raises :class:`BadBody`."""
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise BadBody(_("一次发送的内容太多，请分几次保存"), 413) from error
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadBody(_("请求不是 JSON")) from error
    if not isinstance(found, dict):
        raise BadBody(_("请求应为 JSON 对象"))
    return found


def text_of(body: dict[str, Any], key: str, default: str = _UNSET) -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise BadBody(f"“{key}”应为文字")
    return value


def number_of(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise BadBody(f"“{key}”应为整数")
    return value


def bad(message: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"ok": False, "error": "bad", "message": message}, status=status)
