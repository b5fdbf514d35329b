import json
import logging
import sys

import pytest
from django.db import OperationalError, connection

from perfgoals.logs import JsonFormatter


@pytest.mark.django_db
def test_health_answers_without_login(client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_health_without_database_is_unavailable(client) -> None:
    def refuse(*_args):
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        assert client.get("/healthz").status_code == 503


def test_log_line_is_json_with_extra_and_exception() -> None:
    record = logging.makeLogRecord({"name": "perfgoals", "levelname": "INFO", "msg": "导入 %s 个表", "args": (70,)})
    record.user = "zhang"
    try:
        raise ValueError("坏")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["user"], line["level"]) == ("导入 70 个表", "zhang", "INFO")
    assert "ValueError: 坏" in line["exception"]
