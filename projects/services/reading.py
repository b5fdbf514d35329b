"""An uploaded file → the tables in it, without any database."""

from __future__ import annotations

import logging

from django.conf import settings

from perfgoals.uploads import FileRefused, Limits, damaged, too_large
from projects.layouts import ReadTable, read_tables
from projects.services.pdf import office

__all__ = ["FileRefused", "read_upload"]
logger = logging.getLogger(__name__)


def read_upload(data: bytes, name: str, *, year: int | None = None) -> list[ReadTable]:
    """Return the tables of a Word, Excel, HTML or text file. Raises ``FileRefused`` with a sentence for the person."""
    from projects.grids.files import open_document

    limits = Limits(
        settings.UPLOAD_MAX_BYTES,
        settings.UPLOAD_MAX_ENTRIES,
        settings.UPLOAD_MAX_UNPACKED_BYTES,
        settings.UPLOAD_MAX_RATIO,
    )
    if len(data) > limits.max_bytes:
        raise too_large(name, len(data), limits)
    try:
        return list(read_tables(open_document(data, name, limits, office=office()), year=year))
    except FileRefused:
        raise
    except Exception as error:
        # A bug in a reader is no reason for an error page; the log keeps what it was.
        logger.error("reading an upload failed: %s: %s", type(error).__name__, error)
        raise damaged(name, "的内容无法解析") from error
