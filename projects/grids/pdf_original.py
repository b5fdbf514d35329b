"""A PDF of ours carries the Word or Excel file that it was set from: what is read back is that file, to the blank.

Lines on paper do not tell where a paragraph ended or how many blanks a line's end swallowed. The file inside counts
only while the pages are still those that were made from it: a digest of what draws them stands beside it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1

NAMES = {"docx": "Word原件.docx", "xlsx": "Excel原件.xlsx"}
_MARK = "perfgoals "
_MAX_FILES = 50
_INCREMENTAL = 1  # pdfium's flag: append, change nothing
_MAX_DEPTH = 20


def with_original(data: bytes, original: bytes, suffix: str) -> bytes:
    """Return the PDF with the file it was set from attached; its own bytes stay as they are, the rest follows them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        attachment = document.new_attachment(NAMES[suffix])
        attachment.set_data(original)
        attachment.set_str_value("Desc", f"{_MARK}{_digest(_pages(PDFDocument(PDFParser(io.BytesIO(data)))))}")
        out = io.BytesIO()
        document.save(out, flags=_INCREMENTAL)
        return out.getvalue()
    finally:
        document.close()


def original_of(document: PDFDocument) -> tuple[str, bytes, bool] | None:
    """Return suffix and bytes of the file a PDF of ours was set from, and whether the pages are still those of it."""
    for name, stream in _files(document):
        suffix = next((suffix for suffix, own in NAMES.items() if own == name), "")
        told = _text(resolve1((resolve1(stream.get("Params")) or {}).get("Desc")))
        if suffix and told.startswith(_MARK):
            return suffix, stream.get_data(), told == f"{_MARK}{_digest(_pages(document))}"
    return None


def _files(document: PDFDocument) -> Iterator[tuple[str, PDFStream]]:
    """Yield name and stream of each attachment."""
    names = resolve1(document.catalog.get("Names"))
    tree = resolve1(names.get("EmbeddedFiles")) if isinstance(names, dict) else None
    for number, (name, found) in enumerate(_leaves(tree, 0)):
        found = resolve1(found)
        held = resolve1(found.get("EF")) if isinstance(found, dict) else None
        stream = resolve1(held.get("UF") or held.get("F")) if isinstance(held, dict) else None
        if isinstance(stream, PDFStream):
            yield _text(name), stream
        if number > _MAX_FILES:
            return


def _leaves(tree: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    if not isinstance(tree, dict) or depth > _MAX_DEPTH:
        return
    listed = resolve1(tree.get("Names"))
    if isinstance(listed, list):
        yield from ((resolve1(name), found) for name, found in zip(listed[::2], listed[1::2], strict=False))
    kids = resolve1(tree.get("Kids"))
    for kid in kids[:_MAX_FILES] if isinstance(kids, list) else ():
        yield from _leaves(resolve1(kid), depth + 1)


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return value if isinstance(value, str) else ""
    return value[2:].decode("utf-16-be", "replace") if value[:2] == b"\xfe\xff" else value.decode("latin-1")


def _pages(document: PDFDocument) -> Iterator[bytes]:
    """Yield what draws each page."""
    for page in PDFPage.create_pages(document):
        for content in page.contents:
            stream = resolve1(content)
            if isinstance(stream, PDFStream):
                yield stream.get_data()
        yield b"\f"


def _digest(pages: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for part in pages:
        found.update(part)
    return found.hexdigest()
