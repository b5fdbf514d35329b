"""Responses that a browser saves as a file, with Chinese names intact."""

from __future__ import annotations

import re
from io import BytesIO

from django.http import FileResponse

CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
# Characters that Windows refuses in a file name, and control characters.
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def file_name(stem: str, suffix: str, limit: int = 80) -> str:
    """Return a name that every system can save: ``stem`` cleaned and cut, with ``.suffix``."""
    clean = _UNSAFE.sub("_", " ".join(stem.split())).strip(" ._")[:limit].rstrip(" ._")
    return f"{clean or 'download'}.{suffix}"


def attachment(content: bytes, stem: str, suffix: str) -> FileResponse:
    """Offer bytes as a file to save, named in UTF-8 as RFC 6266 has it."""
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=file_name(stem, suffix),
        content_type=CONTENT_TYPES[suffix],
    )
