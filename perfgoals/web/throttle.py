"""How often one address may ask the pages that need no login. Per process, in memory, one window at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

WINDOW = 60
MOST_ADDRESSES = 50_000


class Throttle:
    """Counts the requests of each address in the running window of :data:`WINDOW` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = -1
        self._counts: dict[str, int] = {}

    def refuses(self, address: str, most: int) -> bool:
        """Count one request; tell whether it is one too many. ``most`` 0 means no limit."""
        if not most:
            return False
        window = int(self._clock() // WINDOW)
        if window != self._window:
            self._window, self._counts = window, {}
        if address not in self._counts and len(self._counts) >= MOST_ADDRESSES:
            address = ""  # Memory stays bounded: further addresses share one count.
        self._counts[address] = self._counts.get(address, 0) + 1
        return self._counts[address] > most
