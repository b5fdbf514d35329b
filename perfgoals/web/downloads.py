"""Responses that a browser saves as a file, with Chinese names intact."""

from __future__ import annotations

from typing import IO

from django.http import FileResponse


def attachment(content: IO[bytes], *, name: str, content_type: str) -> FileResponse:
    """Offer a file, read from its beginning, to be saved as ``name``; it is closed when it has been sent."""
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
