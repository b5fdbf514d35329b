"""PDF with the Chinese fonts in it: LibreOffice on our own Word file, so that both look the same; else our own writer.

What LibreOffice writes of the moment (creation date, random identifier) is replaced: the same Word file gives the same
PDF. Either way the PDF carries that Word file (:mod:`projects.grids.pdf_original`), so that it is read back whole.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pypdfium2
from django.conf import settings

from projects.grids.docx_frame import NO_FRAME
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Block, Frame, Paragraph
from projects.grids.office import ConversionFailed, convert_all, find_office
from projects.grids.pdf_fontids import own_font_ids
from projects.grids.pdf_original import with_original
from projects.services.exporting import ExportRefused

OFFICE, OWN = "LibreOffice", "内置排版"
# Tagged: who cannot see the page hears it in order, and the tables can be read back whatever their lines look like.
_TAGGED = '{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
FILTERS = {"docx": f"writer_pdf_Export:{_TAGGED}", "xlsx": f"calc_pdf_Export:{_TAGGED}"}
_DATE = re.compile(rb"(/(?:CreationDate|ModDate)\s*\(D:)\d{14}[^)]*\)")
_STAMP = b"20000101000000Z')"
_ID = re.compile(rb"/ID\s*\[\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*\]")
_CHECKSUM = re.compile(rb"/DocChecksum\s*/[0-9A-Fa-f]{32}")
# The fonts official documents ask for, where they are missing: the nearest free ones, in their Chinese forms.
_INSTEAD = {
    "宋体": ("SimSun", "Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN"),
    "仿宋": ("FangSong", "仿宋_GB2312", "Noto Serif CJK SC", "Source Han Serif SC"),
    "黑体": ("SimHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    "方正小标宋简体": ("FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "Source Han Serif SC"),
}
logger = logging.getLogger(__name__)


class PdfRefused(ExportRefused):
    """No PDF can be made here, or not of this; the message (Chinese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """``how`` is :data:`OFFICE` or :data:`OWN`."""

    data: bytes
    how: str


@cache
def office() -> str:
    """Return LibreOffice's program, ``""`` where there is none (or the setting turns it off)."""
    wanted = settings.SOFFICE
    if wanted == "off":
        return ""
    return find_office(wanted)


def way() -> tuple[str, str]:
    """Return how PDF is made here and why, in Chinese; ``("", reason)`` where it cannot be made."""
    if office():
        return OFFICE, "由 LibreOffice 从同一份 Word 文件转换，版面与 Word 文件一致，中文字体嵌入文件。"
    from projects.grids.pdf_fonts import find_fonts

    if find_fonts() is not None:
        return OWN, (
            "本机没有 LibreOffice，由系统自带的排版程序直接生成：内容、表格与 Word 文件相同，中文字体嵌入文件，"
            "但换行、分页可能与 Word 略有不同。"
        )
    return "", (
        "本机没有 LibreOffice，也没有可以嵌入的中文字体，不能生成 PDF。请管理员安装 LibreOffice 或中文字体"
        "（如 fonts-noto-cjk），或下载 Word 文件后另存为 PDF。"
    )


def make_pdf(
    blocks: Callable[[], Iterable[Block]], *, title: str = "", frame: Frame = NO_FRAME, timeout: float | None = None
) -> Pdf:
    """Return the blocks as PDF, set as their Word file is. Raises :class:`PdfRefused`."""
    how, why = way()
    if not how:
        raise PdfRefused(why)
    if how == OWN:
        from projects.grids.pdf_writer import write_pdf

        made = write_pdf(blocks, title=title, frame=frame)
        return Pdf(settled(with_original(made, _word_file(blocks(), title, frame), "docx")), OWN)
    stated: list[int] = []
    data = _by_office(_told(blocks(), stated), title, frame, timeout)
    pages = _headings(data) if stated else []
    if pages != stated and len(pages) == len(stated):
        # Which fonts LibreOffice has decides where pages end; the contents say what it made of them.
        data = _by_office(_renumbered(blocks(), pages), title, frame, timeout)
    return Pdf(data, OFFICE)


def _by_office(blocks: Iterable[Block], title: str, frame: Frame, timeout: float | None) -> bytes:
    return from_office(_word_file(blocks, title, frame), "docx", timeout=timeout)


def _word_file(blocks: Iterable[Block], title: str, frame: Frame) -> bytes:
    out = io.BytesIO()
    write_docx(blocks, out, title=title, frame=frame)
    return out.getvalue()


def _told(blocks: Iterable[Block], pages: list[int]) -> Iterator[Block]:
    """Pass blocks on and note the pages that the contents state."""
    for block in blocks:
        if isinstance(block, Paragraph) and block.target:
            pages.append(int(block.text.rpartition("\t")[2]))
        yield block


def _renumbered(blocks: Iterable[Block], pages: Iterable[int]) -> Iterator[Block]:
    known = iter(pages)
    for block in blocks:
        if isinstance(block, Paragraph) and block.target:
            block = replace(block, text=f"{block.text.rpartition(chr(9))[0]}\t{next(known)}")
        yield block


def _headings(data: bytes) -> list[int]:
    """Return the page of each bookmark of a PDF, from 1, in their order."""
    document = pypdfium2.PdfDocument(data)
    try:
        found = [mark.get_dest() for mark in document.get_toc()]
        return [place.get_index() + 1 for place in found if place is not None]
    finally:
        document.close()


def from_office(data: bytes, suffix: str, *, timeout: float | None = None) -> bytes:
    """Have LibreOffice convert a Word or Excel file (``suffix``) of our making.

    Raises :class:`PdfRefused` when it fails or takes too long.
    """
    return all_from_office([data], suffix, timeout=timeout)[0]


def all_from_office(files: Sequence[bytes], suffix: str, *, timeout: float | None = None) -> list[bytes]:
    """Have LibreOffice convert several files in one run: each to the bytes that it would have alone."""
    limit = timeout or settings.SOFFICE_TIMEOUT
    try:
        made = convert_all(office(), files, suffix, f"pdf:{FILTERS[suffix]}", timeout=limit, fonts=_fonts_conf())
    except TimeoutError as error:
        logger.error("%s", error)
        raise PdfRefused(
            f"LibreOffice 转换超过 {limit:g} 秒，已停止。请减少张数，或下载 Word 文件后另存为 PDF。"
        ) from error
    except ConversionFailed as error:
        logger.error("%s", error)
        raise PdfRefused("LibreOffice 未能转换这份文件，请下载 Word 文件后另存为 PDF，并告知管理员。") from error
    return [settled(with_original(own_font_ids(data), file, suffix)) for data, file in zip(made, files, strict=True)]


@cache
def _fonts_conf() -> str:
    """Return a font configuration: the system's own, and what to take for a font that is not there."""
    aliases = "".join(
        f'<alias binding="same"><family>{font}</family><accept>{"".join(f"<family>{o}</family>" for o in others)}'
        "</accept></alias>"
        for font, others in _INSTEAD.items()
    )
    system = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">{system}</include>{aliases}</fontconfig>'
    )


def settled(data: bytes) -> bytes:
    """Return a PDF without its moment and its random identifier, at the same length, so that offsets still hold."""

    def stamp(found: re.Match[bytes]) -> bytes:
        room = len(found[0]) - len(found[1])
        return found[1] + _STAMP[: room - 1].ljust(room - 1, b"'")[: room - 1] + b")"

    def blank(found: re.Match[bytes]) -> bytes:
        return re.sub(rb"<[0-9A-Fa-f]+>", lambda one: b"<" + b"0" * (len(one[0]) - 2) + b">", found[0])

    data = _CHECKSUM.sub(lambda found: found[0][:-32] + b"0" * 32, _DATE.sub(stamp, data))
    data = _ID.sub(blank, data)
    own = hashlib.sha256(data).hexdigest()[:32].upper().encode()
    return _ID.sub(lambda found: found[0].replace(b"<" + b"0" * 32 + b">", b"<" + own + b">"), data)
