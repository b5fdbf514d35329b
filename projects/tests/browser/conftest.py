"""A real Chromium against the live server. `make test` runs these in a process of their own."""

import os

import pytest
from django.conf import settings

from perfgoals.testing.chromium import ARGUMENTS, find_chromium

# Playwright runs an event loop in this thread; Django would refuse the ORM because of it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as on a server: a database in memory is one connection for all, and its locks do not wait."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "browser.sqlite3")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def context(context):
    # The default of 30 s turns a few failing tests into minutes.
    context.set_default_timeout(5000)
    return context


@pytest.fixture
def page(page):
    """A page that fails its test when the browser reports a script error or a breach of the CSP."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    assert problems == []
