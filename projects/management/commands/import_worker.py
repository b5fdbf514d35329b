"""``import_worker``: reads, commits and undoes imports in the background, in processes with bounded memory."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from projects.services.claims import WORKER
from projects.services.imports import background, broker, jobs

logger = logging.getLogger(__name__)
INTERVAL = 1.0
IDLE_SECONDS = 30
TASKS_EACH = 200
GRACE = 30


class Command(BaseCommand):
    help = "后台处理批量导入；可在多台机器上同时运行（同一数据库、同一数据目录）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=settings.IMPORT_PROCESSES, help="同时处理的进程数")
        parser.add_argument("--until-idle", action="store_true", help="没有工作时结束；同一台机器上只运行一个")
        parser.add_argument("--child", action="store_true", help="（内部使用）处理队列中的工作后结束")

    def handle(self, *args: Any, processes: int, until_idle: bool, child: bool, **options: Any) -> None:
        if child:
            return self._work()
        lock: AbstractContextManager[bool] = background.only_one() if until_idle else nullcontext(True)
        with lock as mine:
            if mine:
                _Supervisor(max(processes, 1), until_idle=until_idle).run()
        return None

    def _work(self) -> None:
        """Take jobs until there are none, or enough of them: a fresh process starts with fresh memory."""
        limit = settings.IMPORT_MEMORY_MB * 1024 * 1024
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        broker.work_off(TASKS_EACH)


class _Supervisor:
    """Keeps worker processes running while there is work. Does no work itself, so nothing in a file can hurt it."""

    def __init__(self, processes: int, *, until_idle: bool) -> None:
        self.processes, self.until_idle = processes, until_idle
        self.children: list[subprocess.Popen[bytes]] = []
        self.stopping = False

    def run(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        idle_since = time.monotonic()
        try:
            while not self.stopping:
                if self._step():
                    idle_since = time.monotonic()
                elif self.until_idle and time.monotonic() - idle_since > IDLE_SECONDS:
                    break
                time.sleep(INTERVAL)
        finally:
            self._end()

    def _step(self) -> bool:
        """Look after children and work; whether there is any."""
        self.children = [child for child in self.children if child.poll() is None]
        close_old_connections()
        try:
            jobs.recover()
            ready = broker.ready()
        except broker.unreachable() as error:
            logger.warning("the queue cannot be asked for work: %s", error)
            return True
        if ready:
            for _ in range(self.processes - len(self.children)):
                self.children.append(_spawn())
        return bool(ready or self.children)

    def _stop(self, *_args: Any) -> None:
        self.stopping = True

    def _end(self) -> None:
        """Let the children finish what they have in hand, for a while."""
        for child in self.children:
            child.terminate()
        until = time.monotonic() + GRACE
        for child in self.children:
            try:
                child.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()


def _spawn() -> subprocess.Popen[bytes]:
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "import_worker", "--child"]
    environment = {**os.environ, WORKER: "1"}
    # Our own interpreter and our own command.
    return subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603
