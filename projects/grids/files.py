"""The door for files: what they really are, whether they are let in, and which reader takes them."""

from __future__ import annotations

from perfgoals.uploads import (
    DEFAULT_LIMITS,
    DOCX,
    HTML,
    PDF,
    TXT,
    XLS,
    XLSX,
    FileRefused,
    Limits,
    check_upload,
    damaged,
    refuse,
)
from projects.findings import BLOCK, Finding
from projects.grids.grid import Document
from projects.grids.office import find_office, modernised
from projects.grids.walk import walk

__all__ = ["FileRefused", "Limits", "check_upload", "open_document", "refusal", "walk"]


def open_document(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS, *, office: str | None = None) -> Document:
    """Read a file of any known format by its content; old ones (.doc, .wps, .rtf, .et) through LibreOffice.

    ``office``: LibreOffice's program, ``""`` for none; ``None`` looks for it.

    Raises :class:`FileRefused`, and only that, for what cannot or must not be read; the message
    names the file, the reason and the remedy.
    """
    try:
        kind = check_upload(data, name, limits)
    except FileRefused as error:
        if not error.target:
            raise
        program = find_office() if office is None else office
        data = modernised(data, name, error, program)
        kind = check_upload(data, f"document.{error.target}", limits)
    try:
        return _read(kind, data, name)
    except (RecursionError, MemoryError) as error:
        raise damaged(name, "的结构过于复杂，无法读取") from error


def _read(kind: str, data: bytes, name: str) -> Document:
    """Import the reader only when a file asks for it."""
    if kind == DOCX:
        from projects.grids.docx_reader import read_docx

        return read_docx(data, name)
    if kind in (XLSX, XLS):
        from projects.grids.xlsx_reader import read_xlsx

        return read_xlsx(data, name)
    if kind == HTML:
        from projects.grids.html_reader import read_html

        return read_html(data, name)
    if kind == TXT:
        from projects.grids.txt_reader import read_txt

        return read_txt(data, name)
    if kind == PDF:
        from projects.grids.pdf_reader import read_pdf

        return read_pdf(data, name)
    remedy = "请逐个上传其中的文件，或使用批量导入"
    raise refuse(name, "unsupported", "是压缩包，不能作为单个文件读取", remedy)


def refusal(error: FileRefused) -> Finding:
    """The refusal of a file as a finding, for reports that list everything at once."""
    return Finding(BLOCK, f"file-{error.code}", error.message, file=error.name)
