"""PDF: by LibreOffice from our Word file, and by ourselves; the contents' pages compared with the PDF's."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings as django_settings

from projects.grids import pdf_fonts
from projects.grids.grid import Block
from projects.grids.pdf_fonts import find_fonts
from projects.grids.pdf_writer import NoFont, write_pdf
from projects.layouts.volume import Chapter, Volume, contents_of, volume_blocks
from projects.services import exporting, pdf
from projects.targettable import TargetTable

EXPECTED = Path(django_settings.BASE_DIR) / "fixtures" / "expected"
BOOK, ANNEXES = "002_4229725100bda47c", "003_6fc3c3bcd6c0de3e"
VOLUME = Volume("2021年部门预算绩效文本", ("某局", "2021年1月"))

needs_font = pytest.mark.skipif(find_fonts() is None, reason="NOT RUN: no Chinese font to embed on this machine")


def chapters(sample: str) -> list[Chapter]:
    data = json.loads((EXPECTED / f"{sample}.json").read_text("utf-8"))
    tables = [TargetTable.from_dict(item) for item in data]
    return [Chapter("某局", lambda: tables)]


def blocks(sample: str, volume: Volume = VOLUME) -> Iterator[Block]:
    return volume_blocks(chapters(sample), volume)


def outline(data: bytes) -> list[tuple[int, str, int]]:
    """Level, title and page of the PDF's own bookmarks."""
    document = pypdfium2.PdfDocument(data)
    return [(mark.level + 1, mark.get_title(), mark.get_dest().get_index() + 1) for mark in document.get_toc()]


def texts(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def squeezed(text: str) -> str:
    """Without blanks and the dots that lead to a number, which a PDF's text has or has not."""
    return re.sub(r"[\s.]", "", text)


def printed(data: bytes) -> str:
    """What the contents say: the pages between the cover and the first heading, without running head and foot."""
    first = outline(data)[0][2]
    body = "".join(re.sub(r"^.*\n|— *\d+ *—", "", text) for text in texts(data)[1 : first - 1])
    return squeezed(body).removeprefix("目录")


def stated(data: bytes, sample: str) -> str:
    """What the contents ought to say: each heading, and the page on which the PDF's own bookmark has it."""
    pages = [page for _, _, page in outline(data)]
    entries = contents_of(chapters(sample), VOLUME)
    return squeezed("".join(f"{entry.text}{page}" for entry, page in zip(entries, pages, strict=True)))


@pytest.mark.office
@pytest.mark.parametrize("sample", [BOOK, ANNEXES])
def test_contents_print_the_pages_that_the_headings_stand_on_in_libreoffice(sample: str) -> None:
    made = pdf.make_pdf(lambda: blocks(sample), title="2021年", frame=VOLUME.frame())
    assert made.how == pdf.OFFICE
    assert printed(made.data) == stated(made.data, sample)
    numbered = [re.search(rf"—\s*{page}\s*—", text) is not None for page, text in enumerate(texts(made.data), 1)]
    assert numbered == [False] + [True] * (len(numbered) - 1)


@pytest.mark.office
def test_contents_say_what_libreoffice_made_of_the_pages_where_we_were_wrong() -> None:
    wrong = [replace(entry, page=entry.page + 7) for entry in contents_of(chapters(BOOK), VOLUME)]
    made = pdf.make_pdf(lambda: volume_blocks(chapters(BOOK), VOLUME, wrong), title="2021年", frame=VOLUME.frame())
    assert printed(made.data) == stated(made.data, BOOK)


@pytest.mark.office
@pytest.mark.parametrize("sample", [BOOK, ANNEXES])
def test_own_estimate_of_the_pages_is_what_libreoffice_makes_of_the_sample(sample: str) -> None:
    made = pdf.make_pdf(lambda: blocks(sample), frame=VOLUME.frame())
    assert [page for _, _, page in outline(made.data)] == [e.page for e in contents_of(chapters(sample), VOLUME)]


@pytest.mark.office
def test_libreoffice_gives_the_same_bytes_for_the_same_book_and_embeds_every_font() -> None:
    volume = Volume("绩效文本", ("某局",), mark="草稿")
    first = pdf.make_pdf(lambda: blocks(ANNEXES, volume), title="甲", frame=volume.frame())
    again = pdf.make_pdf(lambda: blocks(ANNEXES, volume), title="甲", frame=volume.frame())
    assert first.data == again.data
    assert first.data.count(b"/FontDescriptor") == first.data.count(b"/FontFile") * 2 > 0
    assert all("未经批复" in text for text in texts(first.data))


@pytest.mark.office
def test_conversion_that_takes_too_long_is_ended_and_said() -> None:
    with pytest.raises(pdf.PdfRefused, match=r"LibreOffice 转换超过 0\.01 秒，已停止"):
        pdf.make_pdf(lambda: blocks(ANNEXES), timeout=0.01)


@pytest.mark.office
@pytest.mark.django_db
def test_several_tables_made_in_one_run_are_each_whole_and_repeat() -> None:
    data = json.loads((EXPECTED / f"{BOOK}.json").read_text("utf-8"))[1:5]
    tables = [TargetTable.from_dict(item) for item in data]
    made = exporting.export_pdfs(tables)
    assert [item.how for item in made] == [pdf.OFFICE] * 4
    for table, item in zip(tables, made, strict=True):
        text = squeezed("".join(texts(item.data)))
        assert [other.project.code in text for other in tables] == [other is table for other in tables]
        # In an archive stand the very bytes that are downloaded alone.
        assert exporting.export_pdf([table]).data == item.data
    assert [item.data for item in exporting.export_pdfs(tables)] == [item.data for item in made]


@needs_font
@pytest.mark.parametrize("sample", [BOOK, ANNEXES])
def test_own_writer_prints_in_its_contents_the_pages_of_its_headings(sample: str) -> None:
    data = write_pdf(lambda: blocks(sample), title="2021年", frame=VOLUME.frame())
    assert [level for level, _, _ in outline(data)] == [e.level for e in contents_of(chapters(sample), VOLUME)]
    assert printed(data) == stated(data, sample)


@needs_font
def test_own_writer_prints_every_word_of_the_tables() -> None:
    volume = Volume(cover=False, contents=False)
    page = "".join("".join(texts(write_pdf(lambda: blocks(ANNEXES, volume)))).split())
    for table in chapters(ANNEXES)[0].tables():
        for text in (table.goals.annual, table.goals.period, *(row.basis for row in table.costs)):
            for piece in text.split("\n"):
                letters = "".join(char for char in piece if "\u4e00" <= char <= "\u9fff")
                found = "".join(char for char in page if "\u4e00" <= char <= "\u9fff")
                assert letters[:12] in found


@needs_font
def test_own_writer_embeds_its_fonts_and_repeats_itself() -> None:
    volume = Volume("绩效文本", ("某局",), mark="草稿")
    data = write_pdf(lambda: blocks(ANNEXES, volume), title="甲", frame=volume.frame())
    assert data == write_pdf(lambda: blocks(ANNEXES, volume), title="甲", frame=volume.frame())
    assert data.count(b"/FontFile3") == 2
    assert all("未经批复" in text for text in texts(data))


def test_without_a_font_the_own_writer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_fonts, "_PLACES", ())
    find_fonts.cache_clear()
    try:
        with pytest.raises(NoFont, match="没有可以嵌入的中文字体"):
            write_pdf(lambda: blocks(ANNEXES))
    finally:
        monkeypatch.undo()
        find_fonts.cache_clear()


def test_moment_and_identifier_of_a_pdf_are_taken_out_at_the_same_length() -> None:
    one = (
        b"/CreationDate(D:20261121143144+08'00')>> /ID [ <29C96C7E991F1C51EE112A2BBF2634C7>\n"
        b"<29C96C7E991F1C51EE112A2BBF2634C7> ] /DocChecksum /48B8B79D612F4AB1C07CFC9559D041F0"
    )
    other = one.replace(b"2026112114", b"2031010203").replace(b"29C96C7E", b"00000000").replace(b"48B8", b"FFFF")
    assert pdf.settled(one) == pdf.settled(other)
    assert len(pdf.settled(one)) == len(one)
    assert pdf.settled(one).startswith(b"/CreationDate(D:20000101000000Z")
