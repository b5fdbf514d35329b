"""Production refuses to start half-configured; the demo stays on this machine and in its own database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SERVER = {"SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "goals.example, www.goals.example"}
SHOW = """
import json, django
from django.conf import settings as s
django.setup()
print(json.dumps({name: getattr(s, name) for name in (
    "DEMO", "DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS", "SECRET_KEY")} | {"db": {k: str(v) for k, v in s.DATABASES["default"].items()}}))
"""


def start(*command: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "perfgoals.settings",
            "PERFGOALS_VAR": str(var),
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def shown(var: Path, **environment: str) -> dict:
    done = start("-c", SHOW, var=var, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
@pytest.mark.parametrize("value", [None, " "])
def test_production_without_a_setting_refuses_and_names_the_remedy(tmp_path: Path, missing: str, value) -> None:
    environment = {**SERVER, missing: value} if value else {k: v for k, v in SERVER.items() if k != missing}
    done = start("manage.py", "check", var=tmp_path, **environment)
    assert done.returncode == 1
    assert f"缺少环境变量 {missing}" in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_is_the_default_and_strict(tmp_path: Path) -> None:
    found = shown(tmp_path, **SERVER, DEBUG="1")
    assert (found["DEMO"], found["DEBUG"]) == (False, False)
    assert found["ALLOWED_HOSTS"] == ["goals.example", "www.goals.example"]
    assert [found[name] for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")] == [
        True
    ] * 3
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000


def test_demo_answers_here_only_and_keeps_its_own_database_and_key(tmp_path: Path) -> None:
    found = shown(tmp_path, PERFGOALS_DEMO="1", ALLOWED_HOSTS="goals.example", SECRET_KEY="k" * 60)
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["db"]["NAME"] == str(tmp_path / "demo" / "perfgoals.sqlite3")
    assert found["SECRET_KEY"] != "k" * 60
    assert found["SECRET_KEY"] == shown(tmp_path, PERFGOALS_DEMO="1")["SECRET_KEY"]
    assert (tmp_path / "demo" / "secret.key").stat().st_mode & 0o077 == 0


def test_production_server_refuses_the_demo(tmp_path: Path) -> None:
    done = start("-c", "import perfgoals.wsgi", var=tmp_path, PERFGOALS_DEMO="1")
    assert done.returncode == 1
    assert "make run" in done.stderr


def test_database_url_gives_postgresql_with_kept_connections(tmp_path: Path) -> None:
    database = shown(tmp_path, **SERVER, DATABASE_URL="postgres://u:p@db.example:5433/goals")["db"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5433", "goals")
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == ("600", "True")
