"""The pages that a load balancer asks. Neither says anything about the installation to whoever asks.

``/healthz``: is this process up, and does its database answer? A process that fails it is to be replaced.
``/readyz``: may requests be sent to it: database, migrations, data folder. Wait while it fails, do not restart.
"""

from __future__ import annotations

import tempfile
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503."""
    if not _database():
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every check holds, else 503 with those that do not."""
    database = _database()
    checks = {"database": database, "migrations": database and _migrated(), "storage": _writable()}
    good = all(checks.values())
    return JsonResponse({"status": "ok" if good else "not ready", "checks": checks}, status=200 if good else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@cache
def _shipped() -> frozenset[tuple[str, str]]:
    """The migrations of this release; they change with the code only."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrated() -> bool:
    try:
        return _shipped() <= MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:
        return False


def _writable() -> bool:
    """The data folder takes a file. Asking for the mode would not notice a full or read-only disk."""
    try:
        with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
            file.write(b"ready")
    except OSError:
        return False
    return True
