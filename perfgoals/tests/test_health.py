from contextlib import ExitStack

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder


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


@pytest.mark.django_db
def test_ready_when_database_migrations_and_folder_are_in_order(client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "checks": {"database": True, "migrations": True, "storage": True}},
    )
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["database", "migrations", "storage"])
def test_not_ready_names_what_is_missing_and_nothing_else(client, settings, broken: str) -> None:
    with ExitStack() as stack:
        if broken == "database":
            stack.enter_context(connection.execute_wrapper(_refuse))
        elif broken == "migrations":
            MigrationRecorder(connection).record_unapplied("projects", "0001_initial")
        else:
            settings.VAR_DIR = "/nowhere/at/all"
        answer = client.get("/readyz")
    checks = {"database": True, "migrations": broken != "database", "storage": True} | {broken: False}
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "checks": checks})


def _refuse(*_args):
    raise OperationalError("password=geheim host=db.internal")
