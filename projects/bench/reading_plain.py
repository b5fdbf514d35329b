"""Other ways to read a Word book: python-docx, and lxml over document.xml with nothing around it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

from docx import Document
from lxml import etree

from projects.grids.docx_parts import W_NS

_W = f"{{{W_NS}}}"
P, TBL, TR, TC, T, TAB = (_W + tag for tag in ("p", "tbl", "tr", "tc", "t", "tab"))
_SPAN, _MERGE, _VAL = _W + "gridSpan", _W + "vMerge", _W + "val"

# Text, columns it takes, "" or how it is merged down.
Cell = tuple[str, int, str]
Rows = list[list[Cell]]


def whole_tree(data: bytes, rows_of: Callable[[etree._Element], Rows] | None = None) -> list[str | Rows]:
    """Parse document.xml as one tree and take texts, spans and merges out of it."""
    rows_of = rows_of or _rows
    with zipfile.ZipFile(BytesIO(data)) as package:
        root = etree.fromstring(package.read("word/document.xml"), etree.XMLParser(resolve_entities=False))
    found: list[str | Rows] = []
    for element in root[0]:
        if element.tag == TBL:
            found.append(rows_of(element))
        elif element.tag == P:
            found.append(_text(element))
    return found


def streamed(data: bytes) -> list[str | Rows]:
    """The same by ``iterparse``, each block freed after it was read."""
    found: list[str | Rows] = []
    with zipfile.ZipFile(BytesIO(data)) as package, package.open("word/document.xml") as stream:
        inside = 0
        events = etree.iterparse(stream, events=("start", "end"), tag=(P, TBL), resolve_entities=False)
        for event, element in events:
            if event == "start":
                inside += 1
                continue
            inside -= 1
            if inside:
                continue
            found.append(_rows(element) if element.tag == TBL else _text(element))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return found


def _rows(table: etree._Element) -> Rows:
    """One filtered pass: faster than going from rows to cells to paragraphs."""
    texts: list[str] = []
    paragraphs = 0
    rows: list[list[tuple[list[str], list[int], list[str]]]] = []
    for element in table.iter(TR, TC, _SPAN, _MERGE, P, T, TAB):
        tag = element.tag
        if tag == T:
            texts.append(element.text or "")
        elif tag == P:
            if paragraphs:
                texts.append("\n")
            paragraphs += 1
        elif tag == TC:
            texts, paragraphs = [], 0
            rows[-1].append((texts, [], []))
        elif tag == _SPAN:
            rows[-1][-1][1].append(int(element.get(_VAL)))  # type: ignore[arg-type]
        elif tag == _MERGE:
            rows[-1][-1][2].append(element.get(_VAL) or "continue")  # type: ignore[arg-type]
        elif tag == TR:
            rows.append([])
        else:
            texts.append("\t")
    return [
        [("".join(texts), spans[0] if spans else 1, merges[0] if merges else "") for texts, spans, merges in row]
        for row in rows
    ]


def level_by_level(data: bytes) -> list[str | Rows]:
    """The same from tables to rows to cells to paragraphs, as it is usually written."""
    return whole_tree(data, lambda table: [[_cell(tc) for tc in tr.iterchildren(TC)] for tr in table.iterchildren(TR)])


def _cell(tc: etree._Element) -> Cell:
    span, merge = tc.find(f"{_W}tcPr/{_SPAN}"), tc.find(f"{_W}tcPr/{_MERGE}")
    return (
        "\n".join([_text(paragraph) for paragraph in tc.iterchildren(P)]),
        1 if span is None else int(span.get(_VAL)),  # type: ignore[arg-type]
        "" if merge is None else str(merge.get(_VAL) or "continue"),
    )


def _text(paragraph: etree._Element) -> str:
    return "".join([element.text or "" if element.tag == T else "\t" for element in paragraph.iter(T, TAB)])


def python_docx(data: bytes) -> list[str | list[list[str]]]:
    """The documented way: ``table.rows``, ``row.cells``, ``cell.text`` (a merged cell comes once for every place)."""
    document = Document(BytesIO(data))
    found: list[str | list[list[str]]] = [paragraph.text for paragraph in document.paragraphs]
    found += [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return found
