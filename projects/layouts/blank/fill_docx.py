"""A table into the office's own Word file: its fonts, widths, borders and seals' lines stay as they are.

Works on the elements that python-docx keeps; nothing of the file is drawn anew. A row of a list is copied for each
entry, equal categories are merged downward, long texts get a paragraph for each line.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator, Sequence
from typing import Any

from docx import Document as open_word
from lxml import etree

from projects.grids import grid as g
from projects.grids.docx_text import TBL, TC, TR, P, T, W
from projects.grids.text import clean_text
from projects.layouts.blank.packing import repacked
from projects.layouts.blank.values import Filler
from projects.layouts.blank.vocabulary import PLACEHOLDER, SECTION, Placeholder, parts_of, read_placeholder
from projects.layouts.labels import norm

Element = Any
_TC_PR, _TR_PR, _V_MERGE, _SPAN, _P_PR, _R = W + "tcPr", W + "trPr", W + "vMerge", W + "gridSpan", W + "pPr", W + "r"
_HEIGHT, _RULE, _VAL = W + "trHeight", W + "hRule", W + "val"
_ONCE = (W + "bookmarkStart", W + "bookmarkEnd")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def fill_docx(data: bytes, fillers: Sequence[Filler], *, title: str, form: str) -> bytes:
    """Return the file filled in for each table in turn, each on its own page. The same input gives the same bytes."""
    word = open_word(io.BytesIO(data))
    body = word.element.body
    last = body.find(W + "sectPr")
    blank = [child for child in body if child is not last]
    for child in blank:
        body.remove(child)
    for index, filler in enumerate(fillers):
        page = [copy.deepcopy(child) for child in blank] if index < len(fillers) - 1 else blank
        if index:
            _begin_page(body, last)
            for element in page:
                _drop(element, _ONCE)
        for element in page:
            _put(body, last, element)
        _fill(page, filler)
        _supplement(body, last, filler)
    word.core_properties.title, word.core_properties.category = title[:250], form
    out = io.BytesIO()
    word.save(out)
    return repacked(out.getvalue())


def _put(body: Element, last: Element | None, element: Element) -> None:
    if last is None:
        body.append(element)
    else:
        last.addprevious(element)


def _begin_page(body: Element, last: Element | None) -> None:
    paragraph = etree.SubElement(body, P)
    run = etree.SubElement(paragraph, _R)
    etree.SubElement(run, W + "br").set(W + "type", "page")
    body.remove(paragraph)
    _put(body, last, paragraph)


def _drop(element: Element, tags: Sequence[str]) -> None:
    for found in list(element.iter(*tags)):
        parent = found.getparent()
        if parent is not None:
            parent.remove(found)


def _fill(page: list[Element], filler: Filler) -> None:
    if filler.layout.sections:
        _sections(page, filler)
    titled = False
    for element in page:
        for row in list(element.iter(TR)):
            if _is_list(row):
                _repeat(row, filler)
        for paragraph in list(element.iter(P)):
            text = _text(paragraph)
            if not PLACEHOLDER.search(text) and not (not titled and _is_title(text, filler)):
                continue
            if not titled and _is_title(text, filler):
                # The title as it was read or typed, which may differ from what the form would print.
                titled = True
                _set_whole(paragraph, filler.title)
            else:
                _fill_paragraph(paragraph, filler)


def _is_title(text: str, filler: Filler) -> bool:
    shown = "".join(part for part in parts_of(text) if isinstance(part, str))
    return bool(text.strip()) and "".join(shown.split()) == "".join(filler.blank_title.split())


# --- text of a paragraph, whatever runs it is cut into ----------------------------------------------


def _texts(paragraph: Element) -> list[Element]:
    """The text elements of a paragraph, without those of text boxes inside it."""
    return [t for t in paragraph.iter(T) if next(t.iterancestors(P)) is paragraph]


def _text(paragraph: Element) -> str:
    return "".join(t.text or "" for t in _texts(paragraph))


def _write(text: Element, value: str) -> None:
    """Put a text into a text element; line breaks become breaks of its run."""
    lines = clean_text(value).split("\n")
    text.text = lines[0]
    text.set(_SPACE, "preserve")
    at = text
    for line in lines[1:]:
        broken = etree.Element(W + "br")
        at.addnext(broken)
        at = etree.Element(T)
        at.text = line
        at.set(_SPACE, "preserve")
        broken.addnext(at)


def _replace(paragraph: Element, start: int, end: int, value: str) -> None:
    """Replace the characters ``start`` to ``end`` of a paragraph, which may lie in several runs."""
    at, put = 0, False
    for text in _texts(paragraph):
        words = text.text or ""
        first, last = max(start - at, 0), min(end - at, len(words))
        at += len(words)
        if first >= len(words) or last <= 0 or first >= last:
            continue
        kept = words[:first] + (value if not put else "") + words[last:]
        put = True
        _write(text, kept)


def _set_whole(paragraph: Element, value: str) -> None:
    _replace(paragraph, 0, len(_text(paragraph)), value)


def _fill_paragraph(paragraph: Element, filler: Filler) -> None:
    text = _text(paragraph)
    found = list(PLACEHOLDER.finditer(text))
    values = [filler.single(read_placeholder(match[1]))[0] for match in found]
    if len(found) == 1 and "\n" in values[0] and text.strip() == found[0][0]:
        _paragraphs(paragraph, values[0].split("\n"))
        return
    bare = not values[0] if len(found) == 1 else False
    behind = text[found[-1].end() :]
    inside = paragraph.getparent() is not None and paragraph.getparent().tag == TC
    if bare and behind.strip() and inside:
        # 万元 behind an amount that is blank is no value.
        _replace(paragraph, found[0].start(), len(text), "")
        return
    for match, value in zip(reversed(found), reversed(values), strict=True):
        _replace(paragraph, match.start(), match.end(), value)


def _paragraphs(paragraph: Element, lines: list[str]) -> None:
    """Set a paragraph to the first line and copies of it to the others."""
    at = paragraph
    for line in lines[1:]:
        twin = copy.deepcopy(paragraph)
        _drop(twin, _ONCE)
        _set_whole(twin, line)
        at.addnext(twin)
        at = twin
    _set_whole(paragraph, lines[0])


# --- rows of a list ----------------------------------------------------------------------------------


def _cell_text(cell: Element) -> str:
    return "\n".join(_text(p) for p in cell.iter(P))


def _placeholders(cell: Element) -> list[Placeholder]:
    return [part for part in parts_of(_cell_text(cell)) if isinstance(part, Placeholder)]


def _own_cells(row: Element) -> list[Element]:
    return [cell for cell in row.iter(TC) if next(cell.iterancestors(TR)) is row]


def _is_list(row: Element) -> bool:
    return any(one.rows for cell in _own_cells(row) for one in _placeholders(cell))


def _repeat(row: Element, filler: Filler) -> None:
    name = next(one.rows for cell in _own_cells(row) for one in _placeholders(cell) if one.rows)
    count = filler.rows(name)
    _let_grow(row)
    rows = [row]
    for _ in range(count - 1):
        twin = copy.deepcopy(row)
        _drop(twin, _ONCE)
        for element in twin.iter():
            for key in [key for key in element.attrib if key.endswith(("}paraId", "}textId"))]:
                del element.attrib[key]
        rows[-1].addnext(twin)
        rows.append(twin)
    down: dict[int, int] = {}
    for index, made in enumerate(rows):
        for number, cell in enumerate(_own_cells(made)):
            found = _placeholders(cell)
            if not found:
                continue
            value = filler.listed(found[0], index)
            if value.rows == 0 and down.get(number, 0) > 0:
                _merge(cell, "continue")
                down[number] -= 1
            elif value.rows > 1:
                _merge(cell, "restart")
                down[number] = value.rows - 1
            paragraph = next(p for p in cell.iter(P) if PLACEHOLDER.search(_text(p)))
            lines = value.text.split("\n")
            _paragraphs(paragraph, lines)


def _merge(cell: Element, how: str) -> None:
    properties = cell.find(_TC_PR)
    if properties is None:
        properties = etree.Element(_TC_PR)
        cell.insert(0, properties)
    for old in properties.findall(_V_MERGE):
        properties.remove(old)
    mark = etree.Element(_V_MERGE)
    mark.set(_VAL, how)
    # The schema wants it behind width and span, before borders.
    before = [child for child in properties if child.tag in (W + "cnfStyle", W + "tcW", _SPAN, W + "hMerge")]
    if before:
        before[-1].addnext(mark)
    else:
        properties.insert(0, mark)


def _let_grow(row: Element) -> None:
    """A row of exactly so many points would hide what does not fit."""
    for height in row.iter(_HEIGHT):
        if height.get(_RULE) == "exact":
            height.set(_RULE, "atLeast")


# --- prose -------------------------------------------------------------------------------------------


def _sections(page: list[Element], filler: Filler) -> None:
    """Set headings and texts in the order of the table's sections; the last pair serves for further ones."""
    pairs: list[tuple[Element, Element]] = []
    before: Element | None = None
    for element in page:
        if element.tag != P or not _text(element).strip():
            continue
        if any(part.path == SECTION for part in parts_of(_text(element)) if isinstance(part, Placeholder)):
            if before is not None:
                pairs.append((before, element))
            before = None
        else:
            before = element
    sections = filler.table.sections
    while pairs and len(pairs) < len(sections):
        heading, text = (copy.deepcopy(element) for element in pairs[-1])
        pairs[-1][1].addnext(heading)
        heading.addnext(text)
        pairs.append((heading, text))
    for number, (heading, text) in enumerate(pairs):
        if number >= len(sections):
            for element in (heading, text):
                element.getparent().remove(element)
            continue
        if norm(_text(heading)) != norm(sections[number].title):
            _set_whole(heading, sections[number].title)
        _paragraphs(text, [line for line in sections[number].text.split("\n") if line] or [""])


# --- what the form has no place for ------------------------------------------------------------------


def _supplement(body: Element, last: Element | None, filler: Filler) -> None:
    for block in filler.supplement():
        if isinstance(block, g.Paragraph):
            _put(body, last, _plain_paragraph(block.text))
        else:
            _put(body, last, _plain_table(block))
            _put(body, last, _plain_paragraph(""))


def _plain_paragraph(text: str) -> Element:
    paragraph = etree.Element(P)
    spacing = etree.SubElement(etree.SubElement(paragraph, _P_PR), W + "spacing")
    spacing.set(W + "before", "40")
    spacing.set(W + "after", "40")
    run = etree.SubElement(paragraph, _R)
    _write(etree.SubElement(run, T), text)
    return paragraph


def _plain_table(grid: g.Grid) -> Element:
    table = etree.Element(TBL)
    properties = etree.SubElement(table, W + "tblPr")
    width = etree.SubElement(properties, W + "tblW")
    width.set(W + "w", "5000")
    width.set(W + "type", "pct")
    borders = etree.SubElement(properties, W + "tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = etree.SubElement(borders, W + side)
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(W + key, value)
    columns = etree.SubElement(table, W + "tblGrid")
    twips = [round(width / sum(grid.widths) * 9000) for width in grid.widths]
    for twip in twips:
        etree.SubElement(columns, W + "gridCol").set(W + "w", str(twip))
    for row in grid.rows:
        line = etree.SubElement(table, TR)
        for cell, twip in zip(row.cells, twips, strict=True):
            made = etree.SubElement(line, TC)
            size = etree.SubElement(etree.SubElement(made, _TC_PR), W + "tcW")
            size.set(W + "w", str(twip))
            size.set(W + "type", "dxa")
            for text in cell.text.split("\n"):
                made.append(_plain_paragraph(text))
    return table


def places_outside(data: bytes) -> Iterator[str]:
    """Yield the texts of headers and footers in which a placeholder stands: those are not filled in."""
    word = open_word(io.BytesIO(data))
    for section in word.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if part.is_linked_to_previous:
                continue
            for paragraph in part._element.iter(P):
                if PLACEHOLDER.search(_text(paragraph)):
                    yield _text(paragraph)
