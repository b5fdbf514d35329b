"""The queue of background jobs as the workers need it: in the database, or in Redis where TASK_REDIS_URL says so.

Both only say that there is work. Losing an entry costs nothing: what waits stands in the database (see ``jobs``).
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

logger = logging.getLogger(__name__)


def unreachable() -> tuple[type[Exception], ...]:
    """What a queue raises that cannot be asked at the moment."""
    if not settings.TASK_REDIS_URL:
        return (DatabaseError,)
    from redis.exceptions import RedisError

    return (DatabaseError, RedisError)


def enqueue(task: Any, pk: int, *, first: bool = False) -> bool:
    """Have ``task`` done for ``pk``, with ``first`` before files that wait.

    False when Redis cannot be reached: ``jobs.recover`` puts it there later.
    """
    if not settings.TASK_REDIS_URL:
        (task.using(priority=10) if first else task).enqueue(pk)
        return True
    try:
        # RQ knows no priorities; its workers empty one queue before the next.
        (task.using(queue_name="first") if first else task).enqueue(pk)
    except unreachable() as error:
        logger.error("%s %s could not be queued: %s", task.name, pk, error)
        return False
    return True


def ready() -> bool:
    """Whether anything waits in the queue. Raises what :func:`unreachable` names."""
    if settings.TASK_REDIS_URL:
        import django_rq

        return any(django_rq.get_queue(name).count for name in settings.RQ_QUEUES)
    from django_tasks_db.models import DBTaskResult

    return bool(DBTaskResult.objects.ready().exists())


def work_off(most: int) -> None:
    """Do what waits, ``most`` jobs at most, in this very process."""
    if settings.TASK_REDIS_URL:
        options: dict[str, Any] = {"worker_class": "rq.worker.SimpleWorker", "job_class": "django_tasks_rq.Job"}
        call_command("rqworker", *settings.RQ_QUEUES, burst=True, max_jobs=most, verbosity=0, **options)
    else:
        call_command("db_worker", batch=True, max_tasks=most, startup_delay=False, reload=False, verbosity=0)
