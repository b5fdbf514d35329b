"""The uploaded bytes: kept by their hash under MEDIA_ROOT, so that doing it twice leaves one file."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from perfgoals.uploads import Limits
from projects.grids.text import clean_text
from projects.models import ImportFile
from projects.models.imports import NAME_LENGTH


def limits() -> Limits:
    return Limits(
        settings.UPLOAD_MAX_BYTES,
        settings.UPLOAD_MAX_ENTRIES,
        settings.UPLOAD_MAX_UNPACKED_BYTES,
        settings.UPLOAD_MAX_RATIO,
    )


def path_of(batch: int, sha256: str) -> str:
    return f"imports/{batch}/{sha256}"


def keep(batch: int, data: bytes) -> str:
    """Store ``data`` and return its hash."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(batch, sha256)
    if not default_storage.exists(path) or default_storage.size(path) != len(data):
        default_storage.delete(path)
        default_storage.save(path, ContentFile(data))
    return sha256


def content(file: ImportFile) -> bytes:
    with default_storage.open(path_of(file.batch_id, file.sha256)) as stream:
        data: bytes = stream.read()
    return data


def open_file(file: ImportFile) -> Any:
    """The stored file as a stream. Raises ``OSError`` when it is gone."""
    return default_storage.open(path_of(file.batch_id, file.sha256))


def forget(batch: int) -> None:
    """Remove all files of a batch."""
    folder = f"imports/{batch}"
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")


def tidy_name(name: Any) -> str:
    """A file's path as shown: forward slashes, without climbing up, control characters or excess length."""
    parts = [part.strip() for part in clean_text(str(name)).replace("\\", "/").split("/")]
    kept = "/".join(part for part in parts if part not in ("", ".", "..")) or "未命名"
    return kept if len(kept) <= NAME_LENGTH else "…" + kept[-(NAME_LENGTH - 1) :]
