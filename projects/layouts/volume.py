"""绩效文本: the book of a department or of a tree of them: cover, contents, parts, numbered tables.

A book is drawn twice: once to learn its headings and their pages, once to be written. Neither keeps more than one table
in memory, so each chapter hands out its tables anew every time it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from projects.grids import grid as g
from projects.grids.pages import Pager
from projects.layouts.definition import Binding, Layout
from projects.layouts.labels import squeeze
from projects.layouts.render import layout_of, render
from projects.targettable import TargetTable

AS_FORM, ALWAYS, NEVER = "form", "always", "never"
PART_ONE = ("第一部分", "部门整体绩效目标")
PART_TWO = ("第二部分", "预算项目绩效目标")
CONTENTS = "目　　录"
_NUMBER = re.compile(r"\s*\d{1,3}\s*[.、．]\s*")
_LONGEST_ENTRY = 90


@dataclass(frozen=True, slots=True)
class Volume:
    """What a book is made of beside its tables.

    ``title`` and ``lines`` stand on the cover. ``parts`` says when 第一部分 and 第二部分 stand before the department's
    tables and the projects' (:data:`AS_FORM`: where the official form of the place has them). ``numbered`` gives
    projects a number also where their form prints none. ``mark`` stands across each page.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    cover: bool = True
    contents: bool = True
    parts: str = AS_FORM
    numbered: bool = False
    mark: str = ""

    def frame(self) -> g.Frame:
        header = " ".join((*self.lines[:1], self.title)) if self.cover or self.contents else ""
        return g.Frame(header=header, mark=self.mark, cover=self.cover, refresh=self.contents)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The tables of one department in their order. ``name`` heads it where a book has several."""

    name: str
    tables: Callable[[], Iterable[TargetTable]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents. ``page`` counts from the cover."""

    level: int
    text: str
    anchor: str
    page: int


@dataclass(slots=True)
class _Writing:
    """Where the book has got to: headings so far, whether the next block begins it, the number of the next project."""

    volume: Volume
    several: bool
    listed: list[tuple[g.Paragraph, str]] = field(default_factory=list)
    headings: int = 0
    begun: bool = False

    @property
    def base(self) -> int:
        return 2 if self.several else 1

    def heading(self, paragraph: g.Paragraph, level: int, text: str) -> g.Paragraph:
        """Give a heading its bookmark and its place in the outline; ``text`` is what the contents say."""
        self.headings += 1
        paragraph.anchor = f"toc_{self.headings}"
        paragraph.level = min(level, 3)
        self.listed.append((paragraph, text))
        return paragraph


def contents_of(chapters: Sequence[Chapter], volume: Volume) -> list[Entry]:
    """Return the contents: every heading, its bookmark and its page as worked out here."""
    writing = _Writing(volume, len(chapters) > 1, begun=volume.cover or volume.contents)
    pager = Pager()
    found: list[Entry] = []
    for block in _body(chapters, writing):
        page = pager.add(block)
        for paragraph, text in writing.listed:
            found.append(Entry(paragraph.level, text, paragraph.anchor, page))
        writing.listed.clear()
    front = Pager()
    if volume.cover:
        front.page += 1
    for block in _contents(found, first=True):
        front.add(block)
    shift = front.page if volume.contents else front.page - 1
    return [Entry(e.level, e.text, e.anchor, e.page + shift) for e in found]


def volume_blocks(
    chapters: Sequence[Chapter], volume: Volume, entries: Sequence[Entry] | None = None
) -> Iterator[g.Block]:
    """Yield the book. ``entries`` are its contents, where somebody knows the pages better than we do."""
    if volume.cover:
        yield g.Paragraph("\n" * 6 + volume.title, g.COVER)
        for index, line in enumerate(volume.lines):
            yield g.Paragraph(("\n" * 10 if not index else "") + line, g.COVER_LINE)
    if volume.contents:
        if entries is None:
            entries = contents_of(chapters, volume)
        yield from _contents(entries, first=not volume.cover)
    writing = _Writing(volume, len(chapters) > 1, begun=volume.cover or volume.contents)
    yield from _body(chapters, writing)


def _contents(entries: Sequence[Entry], *, first: bool) -> Iterator[g.Block]:
    yield g.Paragraph(CONTENTS, g.CONTENTS, page_break=not first)
    for entry in entries:
        yield g.Paragraph(f"{entry.text}\t{entry.page}", g.ENTRIES[entry.level - 1], target=entry.anchor)


def _body(chapters: Sequence[Chapter], writing: _Writing) -> Iterator[g.Block]:
    for chapter in chapters:
        if writing.several:
            heading = g.Paragraph(chapter.name, g.PART, page_break=writing.begun)
            writing.begun = True
            yield writing.heading(heading, 1, chapter.name)
        yield from _chapter(chapter, writing)


def _chapter(chapter: Chapter, writing: _Writing) -> Iterator[g.Block]:
    volume = writing.volume
    part: tuple[str, ...] = ()
    number = 0
    inside = False
    for table in chapter.tables():
        layout = layout_of(table)
        lines = _part_lines(table, layout, volume)
        prose = bool(layout.sections)
        goes_on = False
        if lines and lines != part and (volume.parts == ALWAYS or table.kind == "department" or part):
            named = "　".join((*lines, layout.title) if prose and len(lines) == 1 else lines)
            for index, text in enumerate(lines):
                paragraph = g.Paragraph(text, g.PART, page_break=writing.begun and not index, level=g.UNLISTED)
                writing.begun = True
                yield paragraph if index else writing.heading(paragraph, writing.base, named)
            goes_on = prose
            part, inside = lines, True
        if table.kind == "project":
            number += 1
        drawn = render(table, layout, number)
        _break_before(drawn, writing, stay=goes_on)
        yield from _headed(drawn, table, layout, number, writing, inside=inside, under=goes_on)


def _part_lines(table: TargetTable, layout: Layout, volume: Volume) -> tuple[str, ...]:
    if volume.parts == NEVER:
        return ()
    if volume.parts == AS_FORM or layout.part:
        return layout.part
    return PART_ONE if table.kind == "department" else PART_TWO


def _break_before(drawn: list[g.Block], writing: _Writing, *, stay: bool) -> None:
    head = drawn[0]
    if isinstance(head, g.Paragraph):
        head.page_break = writing.begun and not stay
    writing.begun = True


def _headed(
    drawn: list[g.Block],
    table: TargetTable,
    layout: Layout,
    number: int,
    writing: _Writing,
    *,
    inside: bool,
    under: bool,
) -> Iterator[g.Block]:
    """Yield a drawn table with its headings marked: the title, and the sections of a prose part below it."""
    level = writing.base + inside
    annex = ""
    if table.kind == "project" and writing.volume.numbered and not numbers_itself(layout):
        name = " ".join(table.label().split()) or "（未命名）"
        text = f"{number}．{name}"
        head = drawn[0]
        heading = g.Paragraph(text, g.NUMBER)
        if isinstance(head, g.Paragraph):
            heading.page_break, head.page_break = head.page_break, False
        yield writing.heading(heading, level, _short(text))
        annex = text
    for block in drawn:
        if isinstance(block, g.Paragraph):
            if block.style == g.ANNEX and not annex:
                annex = block.text
            elif block.style == g.TITLE:
                block.level = g.UNLISTED
                if numbers_itself(layout):
                    block.text = renumbered(block.text, number)
                if under:
                    pass  # the part's heading stands right above and is the same place
                elif annex and writing.volume.numbered and table.kind == "project":
                    pass  # numbered above
                else:
                    writing.heading(block, level, _entry_text(block.text, annex, table))
            elif block.style == g.HEADING and layout.sections:
                writing.heading(block, level + (not under), _short(block.text))
            elif block.style == g.HEADING:
                block.level = g.UNLISTED
        yield block


def _entry_text(title: str, annex: str, table: TargetTable) -> str:
    text = " ".join(title.split())
    name = " ".join(table.project.name.split())
    if table.kind == "project" and name and squeeze(name) not in squeeze(text):
        text = f"{text}（{name}）"
    return _short(f"{annex}　{text}" if annex else text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ENTRY else text[: _LONGEST_ENTRY - 1] + "…"


def numbers_itself(layout: Layout) -> bool:
    """Tell whether the form prints a running number in its title."""
    return any(isinstance(part, Binding) and part.path == "number" for part in layout.title_parts)


def renumbered(title: str, number: int) -> str:
    """Return a title with its place in this book for a number, whatever number it was read with."""
    rest = _NUMBER.sub("", title, count=1) if _NUMBER.match(title) else title
    return f"{number}.{rest.lstrip()}"
