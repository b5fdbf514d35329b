"""Production settings with what a test cannot have: HTTPS, collected files, slow passwords, a real folder."""

import os
from pathlib import Path

os.environ.update(
    PERFGOALS_DEMO="0",
    SECRET_KEY="only-for-tests-" + "x" * 40,
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    PERFGOALS_VAR=str(Path(__file__).resolve().parents[2] / "var" / "test"),
)

from perfgoals.settings import *  # noqa: F403  the lines above must come first
from perfgoals.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Jobs run at once, in the request that asks for them; tests of the worker itself choose the real queue.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
IMPORT_WORKER = "external"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
EXPORT_WORKER = "inline"
# Tests at the same time would use up each other's share of a minute.
PUBLIC_PER_MINUTE = 0
