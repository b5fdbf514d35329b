#!/usr/bin/env python
"""Everything that must hold before a change is handed in, one step after another, and all of it reported.

    .ci/test.py [STEP ...]    steps: lint migrations deploy sqlite postgres redis office browser; all without arguments

A step whose tools cannot be had here is named at the end as NOT RUN; with PERFGOALS_REQUIRE_ALL=1 that is a failure
where the step is mandatory.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PYTHON = sys.executable
WORKERS = str(max(2, min(os.cpu_count() or 2, 4)))

from perfgoals.testing.chromium import find_chromium  # noqa: E402  needs the path above
from perfgoals.testing.postgres import PostgresUnavailable, cluster  # noqa: E402
from perfgoals.testing.redis import missing as redis_missing  # noqa: E402

counts: Counter[str] = Counter()


class NotRun(Exception):
    """This machine lacks what the step needs."""


def run(*command: str, **environment: str) -> bool:
    """Run, show the output as it comes, add up what pytest says at its end."""
    print("$", " ".join(Path(part).name if part == PYTHON else part for part in command), flush=True)
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        last = ""
        for raw in process.stdout or ():
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()
            last = raw.decode(errors="replace").strip() or last
    if "pytest" in command and re.search(r" in [\d.]+s", last):
        found = re.findall(r"(\d+) (passed|failed|skipped|xfailed|xpassed|error)s?\b", last)
        counts.update({kind: int(number) for number, kind in found})
    return process.returncode == 0


def lint() -> bool:
    results = [
        run(PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."),
        run(PYTHON, "-m", "ruff", "check", "."),
        run(PYTHON, "-m", "mypy"),
    ]
    return all(results)


def manage(*arguments: str, **environment: str) -> bool:
    """manage.py as in production: nothing set but what a server needs."""
    server = {"PERFGOALS_DEMO": "0", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "perfgoals.example"}
    with tempfile.TemporaryDirectory() as var:
        return run(PYTHON, "manage.py", *arguments, **{**server, "PERFGOALS_VAR": var, **environment})


def migrations() -> bool:
    return manage("makemigrations", "--check", "--dry-run")


def deploy() -> bool:
    results = [
        manage("check", "--deploy", "--fail-level", "WARNING"),
        # The manifest refuses a stylesheet that names a missing file.
        manage("collectstatic", "--noinput", "--verbosity", "0"),
    ]
    return all(results)


def pytest(*arguments: str, **environment: str) -> bool:
    return run(PYTHON, "-m", "pytest", "-q", "-rs", *arguments, **environment)


def sqlite() -> bool:
    return pytest("-n", WORKERS, DATABASE_URL="")


def postgres() -> bool:
    try:
        with cluster() as url:
            return pytest("-n", WORKERS, "--only-database", DATABASE_URL=url)
    except PostgresUnavailable as error:
        raise NotRun(f"PostgreSQL: {error}") from error


def redis() -> bool:
    if why := redis_missing():
        raise NotRun(f"Redis: {why}; background work through TASK_REDIS_URL was not tried")
    try:
        with cluster() as url:
            return pytest("-m", "redis", "-n", WORKERS, DATABASE_URL=url)
    except PostgresUnavailable as error:
        raise NotRun(f"PostgreSQL: {error}") from error


def browser() -> bool:
    if not find_chromium():
        run(PYTHON, "-m", "playwright", "install", "chromium")
    if not find_chromium():
        raise NotRun("Chromium: none in PATH or $CHROMIUM, and Playwright could not fetch its own")
    return pytest("-m", "browser", "-n", WORKERS, DATABASE_URL="")


def office() -> bool:
    if not (shutil.which("soffice") or shutil.which("libreoffice")):
        raise NotRun("LibreOffice: no soffice in PATH; Word files were not opened, pages of the contents not compared")
    return pytest("-m", "office", "-n", WORKERS, "--dist", "loadfile", DATABASE_URL="")


STEPS: dict[str, Callable[[], bool]] = {
    step.__name__: step for step in (lint, migrations, deploy, sqlite, postgres, redis, office, browser)
}
MANDATORY = {"postgres", "browser"}


def main(names: list[str]) -> int:
    verdicts: dict[str, str] = {}
    begun = time.monotonic()
    for name in names or list(STEPS):
        print(f"\n───── {name} ─────", flush=True)
        started = time.monotonic()
        try:
            verdict = "ok" if STEPS[name]() else "FAILED"
        except NotRun as reason:
            verdict = f"NOT RUN: {reason}"
        verdicts[name] = f"{verdict}  ({time.monotonic() - started:.0f} s)"
    print("\n───── result ─────")
    for name, verdict in verdicts.items():
        print(f"{name:<11}{verdict}")
    failed = any(verdict.startswith("FAILED") for verdict in verdicts.values())
    missing = [name for name, verdict in verdicts.items() if verdict.startswith("NOT RUN")]
    if missing:
        print("\n*** Not everything was run on this machine; see NOT RUN above. ***")
    if counts:
        print("===== " + ", ".join(f"{number} {kind}" for kind, number in counts.items()), end="")
        print(f" in {time.monotonic() - begun:.2f}s =====")
    strict = os.environ.get("PERFGOALS_REQUIRE_ALL") == "1"
    return int(failed or (strict and not MANDATORY.isdisjoint(missing)))


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - set(STEPS):
        sys.exit(f"unknown step: {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    sys.exit(main(sys.argv[1:]))
