"""Target tables out: one document with all of them in order, or a folder with one file each."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from projects.targettable import TargetTable

if TYPE_CHECKING:
    from projects.findings import Finding
    from projects.layouts import Layout
    from projects.services.pdf import Pdf

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
# One row per indicator, many tables in one Excel sheet: to be filled in and imported again.
LIST = "list"
NAME_LENGTH = 80
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class ExportRefused(Exception):
    """Nothing can be exported this way; the message (Chinese) says why."""


def export(
    tables: Iterable[TargetTable],
    *,
    format: str,
    out: BinaryIO,
    layout: Layout | None = None,
    title: str = "",
) -> list[Finding]:
    """Write ``tables`` as one document to the binary stream ``out``.

    Tables of another kind than ``layout``'s keep their own form. ``title`` is the document's property; left empty it
    names year and department, which some forms do not print: reading the file back needs them. Returns what the format
    could not hold.
    """
    from projects.layouts import title_property

    tables = list(tables)
    title = title or title_property(tables)
    form = own_form(tables, layout)
    if format == "json":
        _write_json(tables, out)
        return []
    if format == LIST:
        from projects.layouts.listbook import write_list

        write_list(tables, out)
        return []
    from projects.layouts import book

    if form and (filled := _filled(tables, form, format)) is not None:
        out.write(filled)
        return []
    if format == "docx":
        from projects.grids.docx_writer import write_docx

        write_docx(book(tables, layout), out, title=title, form=form)
        return []
    if format == "html":
        from projects.grids.html_writer import write_html_page

        out.write(write_html_page(book(tables, layout), title, form).encode())
        return []
    if format == "xlsx":
        from projects.grids.xlsx_writer import write_xlsx

        return write_xlsx(_sheets(tables, layout), out, title=title, form=form)
    if format == "pdf":
        out.write(export_pdf(tables, layout=layout, title=title).data)
        return []
    raise ExportRefused(f"不支持的格式：{format}（可用：{'、'.join(FORMATS)}）")


def _filled(tables: Sequence[TargetTable], form: str, format: str) -> bytes | None:
    """Return the office's own file filled in; ``None`` when it has none of this format."""
    from projects.layouts import get_layout
    from projects.layouts.blank.filling import fill
    from projects.selectors.forms import edition_of
    from projects.services.forms import FormRefused, content_of

    edition, layout = edition_of(form), get_layout(form)
    if edition is None or layout is None or edition.suffix != format:
        return None
    try:
        return fill(content_of(edition), format, tables, layout)
    except FormRefused as error:
        raise ExportRefused(str(error)) from error


def own_form(tables: Sequence[TargetTable], layout: Layout | None) -> str:
    """Return the identifier of the office's own form that all ``tables`` are drawn in, ``""`` when there is none."""
    from projects.layouts import layout_of

    forms = {layout if layout and layout.kind == table.kind else layout_of(table) for table in tables}
    form = forms.pop() if len(forms) == 1 else None
    return form.id if form is not None and form.own else ""


def export_bytes(tables: Iterable[TargetTable], *, format: str, layout: Layout | None = None, title: str = "") -> bytes:
    """Return what :func:`export` writes: for downloads."""
    out = io.BytesIO()
    export(tables, format=format, out=out, layout=layout, title=title)
    return out.getvalue()


def export_pdf(tables: Iterable[TargetTable], *, layout: Layout | None = None, title: str = "") -> Pdf:
    """Return the tables as PDF, set as in their Word file, or as in the office's own file where they are drawn in it.

    Raises ``PdfRefused``; may take seconds.
    """
    from projects.layouts import book, title_property
    from projects.services import pdf

    listed = list(tables)
    form = own_form(listed, layout)
    for suffix in ("docx", "xlsx") if form and pdf.office() else ():
        if (filled := _filled(listed, form, suffix)) is not None:
            return pdf.Pdf(pdf.from_office(filled, suffix), pdf.OFFICE)
    return pdf.make_pdf(lambda: book(listed, layout), title=title or title_property(listed))


def export_pdfs(tables: Sequence[TargetTable]) -> list[Pdf]:
    """Return each table as a PDF of its own, several in one run of LibreOffice.

    In another company than its own a file's fonts may be numbered differently: it looks the same, its bytes need not
    be those of :func:`export_pdf`.
    """
    from projects.services import pdf

    if not pdf.office():
        return [export_pdf([table]) for table in tables]
    made: dict[int, Pdf] = {}
    waiting: dict[str, dict[int, bytes]] = {}
    for number, table in enumerate(tables):
        suffix, data = _office_file(table)
        waiting.setdefault(suffix, {})[number] = data
    for suffix, files in waiting.items():
        try:
            converted = pdf.all_from_office(list(files.values()), suffix)
        except pdf.PdfRefused:  # one of them, or all together: each by itself then, and whose fault it is comes out
            converted = [pdf.from_office(data, suffix) for data in files.values()]
        made |= {number: pdf.Pdf(data, pdf.OFFICE) for number, data in zip(files, converted, strict=True)}
    return [made[number] for number in range(len(tables))]


def _office_file(table: TargetTable) -> tuple[str, bytes]:
    """The file that LibreOffice gets of one table: the office's own form filled in, or our Word file."""
    form = own_form([table], None)
    for suffix in ("docx", "xlsx") if form else ():
        if (filled := _filled([table], form, suffix)) is not None:
            return suffix, filled
    return "docx", export_bytes([table], format="docx")


def export_each(
    tables: Iterable[TargetTable], *, format: str, folder: Path, layout: Layout | None = None
) -> list[Path]:
    """Write one file per table into ``folder`` (made when missing), numbered in order. Returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, table in enumerate(tables, 1):
        path = folder / file_name(table, format, number=number)
        content = export_bytes([table], format=format, layout=layout)
        write_whole(path, content)
        written.append(path)
    return written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old or the new one, never half of one."""
    beside = path.with_name(f".{path.name[:60]}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def file_name(table: TargetTable, format: str, *, number: int | None = None) -> str:
    """Return a file name that every system takes: ``003_办公设备购置.docx``."""
    text = _plain_name(table.label()) or "绩效目标表"
    if number is not None:
        text = f"{number:03d}_{text}"
    elif _RESERVED.fullmatch(text):
        text = f"_{text}"
    return f"{text}.{'xlsx' if format == LIST else format}"


def folder_name(text: str) -> str:
    """Return a folder's name that every system takes."""
    name = _plain_name(text) or "未命名部门"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def _plain_name(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C" or char in "\n\t")
    text = _UNSAFE.sub("_", text).strip("._ ")
    while len(text.encode()) > NAME_LENGTH * 2 or len(text) > NAME_LENGTH:
        text = text[:-1]
    return text.rstrip("._ ")


def find_layout(name: str) -> Layout:
    """Return the layout with this identifier. Raises :class:`ExportRefused` naming those there are."""
    from projects.layouts import all_layouts, get_layout

    layout = get_layout(name)
    if layout is None:
        known = "、".join(item.id for item in all_layouts())
        raise ExportRefused(f"没有表式“{name}”，可用的有：{known}")
    return layout


def _sheets(tables: Iterable[TargetTable], layout: Layout | None) -> Iterator[tuple[str, Any]]:
    from projects.layouts import layout_of, render

    numbers: dict[str, int] = {}
    for table in tables:
        form = layout if layout and layout.kind == table.kind else layout_of(table)
        numbers[form.id] = numbers.get(form.id, 0) + 1
        yield table.label(), render(table, form, numbers[form.id])


def _write_json(tables: Iterable[TargetTable], out: BinaryIO) -> None:
    """A JSON array, one table after the other."""
    out.write(b"[")
    for number, table in enumerate(tables):
        text = json.dumps(table.to_dict(), ensure_ascii=False, indent=2)
        out.write((",\n" if number else "\n").encode() + text.encode())
    out.write(b"\n]\n")
