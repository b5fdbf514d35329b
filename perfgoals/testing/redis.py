"""A Redis of one's own for the length of a test: on a socket in a temporary folder, keeping nothing."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def missing() -> str:
    """What of the Redis way is not on this machine; ``""`` when it is all there."""
    if not shutil.which("redis-server"):
        return "no redis-server in PATH"
    return "" if find_spec("django_tasks_rq") else "package django-tasks-rq is not installed"


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield its TASK_REDIS_URL. Raises ``RuntimeError`` when it does not come up."""
    # A socket's path may have 107 bytes, so not under a long TMPDIR.
    home = Path(tempfile.mkdtemp(prefix="redis-", dir="/tmp"))
    socket = home / "socket"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*command, "--dir", str(home)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.05)
        yield f"unix://{socket}?db=0"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)
