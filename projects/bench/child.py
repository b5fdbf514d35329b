"""One job in a process of its own: ``python -m projects.bench.child module:generator [argument …]``.

A job is a generator. What it does up to its one ``yield`` is preparation (imports, input); after that its time and its
memory count. Its return value, a dict or nothing, goes to standard output as JSON with ``seconds`` and ``mib``: the
highest resident size of the whole job less the resident size at the ``yield``.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

Job = Generator[None, None, dict[str, Any] | None]


def resident() -> tuple[float, float]:
    """Return the resident size now and at its highest, in MiB; where the system tells only the highest, that twice."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        return peak, peak
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(known["VmRSS"].split()[0]) / 1024, int(known["VmHWM"].split()[0]) / 1024


def main(job: str, *arguments: str) -> None:
    """Run the job and print what came of it."""
    if os.environ.get("DATABASE_URL"):
        import django

        django.setup()
    module, _, name = job.partition(":")
    running: Job = getattr(import_module(f"projects.bench.{module}"), name)(*arguments)
    next(running)
    gc.collect()
    start, _ = resident()
    began = perf_counter()
    result: dict[str, Any] = {}
    try:
        next(running)
    except StopIteration as end:
        result = end.value or {}
    result |= {"seconds": perf_counter() - began, "mib": resident()[1] - start}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
