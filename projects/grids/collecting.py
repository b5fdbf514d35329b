"""Python's search for garbage, put off while a document is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Put the search for cycles off while many small objects are made that all stay: a document, its tables.

    Each full search walks through everything the process holds; reading a book set off several, a quarter of its time.
    Works as a decorator, too. Where another thread has put it off already, its end is the end for both.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
