"""How often one address may ask the pages that need no login: one window at a time, counted by all processes together.

The counts lie in a small file of fixed size that the server's processes map into memory: no database row is written for
somebody without a login. Addresses fall into slots by a keyed hash, so two that share one cannot be chosen.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import mmap
import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
WINDOW = 60
SLOTS = 1 << 16
_SLOT = struct.Struct("<II")  # the window, and how often in it


class Throttle:
    """Counts the requests of each address in the running window of :data:`WINDOW` seconds.

    ``place`` tells the file, asked for with the first request; without one each process counts for itself.
    """

    def __init__(self, clock: Callable[[], float] = time.time, place: Callable[[], Path] | None = None) -> None:
        self._clock, self._place = clock, place
        self._lock = threading.Lock()
        self._file: int | None = None
        self._counts: mmap.mmap | None = None

    def refuses(self, address: str, most: int) -> bool:
        """Count one request; tell whether it is one too many. ``most`` 0 means no limit."""
        if not most:
            return False
        window = int(self._clock() // WINDOW)
        key = settings.SECRET_KEY.encode()[:64]
        slot = int.from_bytes(hashlib.blake2b(address.encode(), key=key, digest_size=4).digest()) % SLOTS * _SLOT.size
        with self._held() as counts:
            known, count = _SLOT.unpack_from(counts, slot)
            count = min(count + 1, 1 << 31) if known == window else 1
            _SLOT.pack_into(counts, slot, window, count)
        return count > most

    @contextmanager
    def _held(self) -> Iterator[mmap.mmap]:
        with self._lock:
            if self._counts is None:
                self._counts = self._opened()
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield self._counts
            finally:
                if self._file is not None:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opened(self) -> mmap.mmap:
        size = SLOTS * _SLOT.size
        if self._place is not None:
            path = self._place()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                weakref.finalize(self, os.close, self._file)
                os.ftruncate(self._file, size)
                return mmap.mmap(self._file, size)
            except OSError as error:
                logger.warning("%s cannot be used (%s): requests are counted by each process alone", path, error)
                self._file = None
        return mmap.mmap(-1, size)
