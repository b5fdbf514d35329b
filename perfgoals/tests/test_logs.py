"""One JSON object a line; the request's number in it; nothing that a person typed, no secret."""

import io
import json
import logging
import sys
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.test import RequestFactory

from perfgoals.context import Origin, _current
from perfgoals.logs import JsonFormatter

PASSWORD = "Geheim-Wort-2027!"


def formatted(record: logging.LogRecord) -> dict:
    return json.loads(JsonFormatter().format(record))


@contextmanager
def written():
    """Everything that any logger says, as production writes it, down to DEBUG."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def test_line_is_json_with_the_extra_and_the_request() -> None:
    record = logging.makeLogRecord({"name": "perfgoals", "levelname": "INFO", "msg": "导入 %s 个表", "args": (70,)})
    record.user = 7
    token = _current.set(Origin("10.0.0.1", "f" * 32))
    try:
        line = formatted(record)
    finally:
        _current.reset(token)
    line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "perfgoals",
        "message": "导入 70 个表",
        "user": 7,
        "request_id": "f" * 32,
    }


def test_exception_is_its_type_and_place_because_messages_quote_what_people_typed() -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "ERROR", "msg": "坏了"})
    try:
        raise IntegrityError("Key (username)=(张三) already exists")
    except IntegrityError:
        record.exc_info = sys.exc_info()
    exception = formatted(record)["exception"].splitlines()
    assert (exception[-1], "张三" in str(exception)) == ("IntegrityError", False)
    assert exception[0].endswith(" test_exception_is_its_type_and_place_because_messages_quote_what_people_typed")


def test_request_in_the_extra_is_its_path_without_the_query() -> None:
    record = logging.makeLogRecord({"name": "django.request", "levelname": "WARNING", "msg": "Not Found: %s"})
    record.args = ("/tables/",)
    record.request = RequestFactory().get("/tables/?q=张三&token=abc")
    record.session_key = "abc"
    record.thing = object()
    line = formatted(record)
    assert (line["path"], line["method"], line["session_key"], line["thing"]) == ("/tables/", "GET", "***", "<object>")
    assert "张三" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.django_db
def test_one_line_a_request_and_none_for_the_load_balancer(client) -> None:
    with written() as out:
        client.get("/healthz")
        client.get("/readyz")
        answer = client.get("/login/?next=/tables/")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    (line,) = [line for line in lines if line["logger"] == "perfgoals.request"]
    assert (line["message"], line["status"], line["user"]) == ("GET /login/ 200", 200, None)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(line["ms"], int)


@pytest.mark.django_db
def test_login_right_and_wrong_leaves_neither_password_nor_session_nor_token_in_any_line(client) -> None:
    user = get_user_model().objects.create_user("zhangsan", password=PASSWORD)
    with written() as out:
        token = client.get("/login/").cookies["csrftoken"].value
        for password in (PASSWORD + "x", PASSWORD):
            form = {"username": "zhangsan", "password": password, "csrfmiddlewaretoken": token}
            answer = client.post("/login/", form)
        client.get("/?q=x")
        client.get("/no-such-page/?secret=" + PASSWORD)
    session = client.cookies["sessionid"].value
    assert (answer.status_code, bool(session)) == (302, True)
    text = out.getvalue()
    assert text.count("POST /login/") == 2
    user.refresh_from_db()
    for secret in (PASSWORD, session, token, user.password, client.cookies["csrftoken"].value):
        assert secret not in text
