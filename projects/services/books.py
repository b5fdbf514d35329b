"""绩效文本: what a person ordered, built as Word, PDF or web page from versions in force or from drafts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from projects.grids.docx_writer import write_docx
from projects.grids.grid import Block
from projects.grids.html_writer import write_html_page
from projects.layouts.volume import AS_FORM, Chapter, Volume, volume_blocks
from projects.services import contents, pdf
from projects.services.exports import Content
from projects.targettable import TargetTable

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
MARK = "草稿"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BookOrder:
    """A book as ordered: JSON goes in and out, so it can wait in the queue.

    ``chapters`` are a department's name and the ids of its tables in order. ``draft``: from what stands now, marked on
    each page. ``year`` is in the document's title, where reading the file back finds it.
    """

    year: int
    chapters: tuple[tuple[str, tuple[int, ...]], ...]
    draft: bool = False
    title: str = ""
    lines: tuple[str, ...] = ()
    cover: bool = True
    contents: bool = True
    parts: str = AS_FORM
    numbered: bool = False

    @property
    def ids(self) -> list[int]:
        return [pk for _, tables in self.chapters for pk in tables]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BookOrder:
        chapters = tuple((name, tuple(ids)) for name, ids in data["chapters"])
        return cls(**{**data, "chapters": chapters, "lines": tuple(data["lines"])})

    @property
    def volume(self) -> Volume:
        return Volume(
            title=self.title,
            lines=self.lines,
            cover=self.cover,
            contents=self.contents,
            parts=self.parts,
            numbered=self.numbered,
            mark=MARK if self.draft else "",
        )


def build(
    order: BookOrder, format: str, out: BinaryIO, *, progress: Progress | None = None
) -> tuple[list[Content], str]:
    """Write the book to ``out``; return what is in it and by which way it was made (empty: by ourselves, exactly).

    ``progress`` is told how many tables have been written. Raises ``ExportRefused`` and ``PdfRefused``.
    """
    held: dict[int, Content] = {}

    def tables(ids: tuple[int, ...]) -> Iterator[TargetTable]:
        load = contents.current if order.draft else contents.in_force
        for line, table in load(ids):
            held[line[0]] = line
            yield table

    def blocks() -> Iterator[Block]:
        chapters = [Chapter(name, lambda ids=ids: tables(ids)) for name, ids in order.chapters if ids]  # type: ignore[misc]
        volume = order.volume
        return _counted(volume_blocks(chapters, volume), held, progress)

    volume, how = order.volume, ""
    title = f"{order.year}年{order.title}"
    if format == "docx":
        write_docx(blocks(), out, title=title, frame=volume.frame())
    elif format == "html":
        out.write(write_html_page(blocks(), title, frame=volume.frame()).encode())
    else:
        made = pdf.make_pdf(blocks, title=title, frame=volume.frame())
        out.write(made.data)
        how = made.how
    return [held[pk] for pk in order.ids], how


def _counted(blocks: Iterator[Block], held: dict[int, Content], progress: Progress | None) -> Iterator[Block]:
    """Pass blocks on and tell now and then how far the book is."""
    last = 0
    for block in blocks:
        yield block
        if progress and len(held) - last >= 20:
            last = len(held)
            progress(last)


def built(order: BookOrder, format: str) -> tuple[bytes, list[Content], str]:
    """Return what :func:`build` writes, as bytes."""
    out = io.BytesIO()
    content, how = build(order, format, out)
    return out.getvalue(), content, how
