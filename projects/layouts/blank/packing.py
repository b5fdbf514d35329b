"""The same content gives the same file: a package written again with fixed times, its parts in a fixed order."""

from __future__ import annotations

import io
import zipfile

_EPOCH = (2000, 1, 1, 0, 0, 0)
_FIRST = "[Content_Types].xml"


def repacked(data: bytes) -> bytes:
    """Return the package with every entry dated alike."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != _FIRST, name)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, source.read(name))
    return out.getvalue()
