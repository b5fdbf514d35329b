"""Fair times: all ways in turn, round by round, on the same heap; and memory from a process of its own."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_SHORT = 0.05  # seconds under which a way is run several times a round
_REPEATS = 5


@dataclass(slots=True)
class Times:
    """Seconds of one way: every sample, and the median of each round."""

    seconds: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def per(self, other: Times) -> float:
        """Return how many times as long this way takes as ``other``: the median of the ratios round by round.

        Whatever else the machine does in a round slows both ways down, so the ratio is calmer than the times.
        """
        return statistics.median(a / b for a, b in zip(self.rounds, other.rounds, strict=True))

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a part of the median: the noise of this machine."""
        if len(self.seconds) < 4:
            return (max(self.seconds) - min(self.seconds)) / 2 / self.median
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) / 2 / self.median


def compare(
    ways: dict[str, Callable[[], object]], *, rounds: int, before: Callable[[str], object] | None = None
) -> dict[str, Times]:
    """Time each way once a round (short ones several times), after one run each to warm up.

    The collector stays on, as it is in use, but begins every sample with nothing to do: what lived before is frozen.
    The order turns round by round. ``before`` is called untimed before each sample with the way's name.
    """
    found = {name: Times() for name in ways}
    repeats = {}
    for name, way in ways.items():
        repeats[name] = _REPEATS if _sample(name, way, before) < _SHORT else 1
    gc.collect()
    gc.freeze()
    try:
        names = list(ways)
        for turn in range(rounds):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                samples = [_sample(name, ways[name], before) for _ in range(repeats[name])]
                found[name].seconds += samples
                found[name].rounds.append(statistics.median(samples))
    finally:
        gc.unfreeze()
    return found


def _sample(name: str, way: Callable[[], object], before: Callable[[str], object] | None) -> float:
    if before:
        before(name)
    gc.collect()
    start = perf_counter()
    way()
    return perf_counter() - start


def noise(times: dict[str, Times]) -> str:
    """Return the largest spread of these times in words."""
    return f"本组测量的波动（四分位差之半/中位数）最大 {max(t.spread for t in times.values()):.0%}"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="perfgoals-bench-") as name:
        yield Path(name)


def in_child(job: str, *arguments: str | int, database: str = "") -> dict[str, Any]:
    """Run ``module:generator`` of this package in a process of its own; see :mod:`projects.bench.child`.

    Returns what it returned and ``seconds``, ``mib`` (peak over the start). With ``database`` (its address) Django is
    set up there as in the demo, but with nothing of the demo's own files.
    """
    with folder() as var:
        env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DEBUG")}
        env |= {"DJANGO_SETTINGS_MODULE": "perfgoals.settings", "PERFGOALS_DEMO": "1", "PERFGOALS_VAR": str(var)}
        env |= {"LOG_LEVEL": "WARNING"} | ({"DATABASE_URL": database} if database else {})
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "projects.bench.child", job, *map(str, arguments)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            check=True,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
