"""Small pieces of reading WordprocessingML: text of a paragraph, styles, what is not printed."""

from __future__ import annotations

import zipfile

from lxml import etree

from projects.grids.docx_parts import PARAGRAPH_STYLE_IDS, W_NS
from projects.grids.grid import BODY, ENTRY1, HEADING, TITLE
from projects.grids.text import cell_text

W = f"{{{W_NS}}}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
P, TBL, TR, TC, R = (W + tag for tag in ("p", "tbl", "tr", "tc", "r"))
T, VAL = W + "t", W + "val"
_P_PR, _TR_PR, _R_PR = W + "pPr", W + "trPr", W + "rPr"
_BOX, _SDT, _CELL_DEL = W + "txbxContent", W + "sdt", W + "cellDel"
TYPE, SYM = W + "type", W + "sym"
_MATH_RUN, MATH_TEXT = _M + "r", _M + "t"
_DROPPED = (W + "del", W + "moveFrom", W + "rt", MC + "Fallback", _CELL_DEL)
_SPECIAL = (*_DROPPED, _BOX, _SDT)
_OFF = ("0", "false", "off")
BREAKS = {W + "br": "\n", W + "cr": "\n", W + "tab": "\t", W + "ptab": "\t",
           W + "noBreakHyphen": "-"}  # fmt: skip
# Check boxes of the symbol fonts that forms are made with.
_SYMBOLS = {"F0FE": "☑", "F052": "☑", "F0A8": "□", "F06F": "□", "F0A3": "□", "F0FC": "√",
            "F050": "√", "F0FB": "×", "F051": "×"}  # fmt: skip
_OUR_PARAGRAPHS = {ident: style for style, ident in PARAGRAPH_STYLE_IDS.items()}


def package_title(package: zipfile.ZipFile) -> str:
    """The title property of a Word or Excel package."""
    if "docProps/core.xml" not in package.NameToInfo:
        return ""
    core = etree.fromstring(package.read("docProps/core.xml"), xml_parser())
    found = core.findtext("{http://purl.org/dc/elements/1.1/}title")
    return cell_text(str(found or ""))


def package_form(package: zipfile.ZipFile) -> str:
    """The identifier of the form that an exported file was filled in (its category property), else ``""``."""
    if "docProps/core.xml" not in package.NameToInfo:
        return ""
    core = etree.fromstring(package.read("docProps/core.xml"), xml_parser())
    space = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
    return form_mark(str(core.findtext(f"{space}category") or ""))


def form_mark(text: str) -> str:
    """An identifier as files carry it; anything else somebody wrote there is none."""
    return text if len(text) <= 40 and text.isascii() else ""


def xml_parser() -> etree.XMLParser:
    """A parser that fetches nothing and expands nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def paragraph_styles(package: zipfile.ZipFile) -> dict[str, str]:
    """Map style identifiers to our paragraph styles, following ``basedOn``."""
    if "word/styles.xml" not in package.NameToInfo:
        return {}
    known: dict[str, str] = {}
    based: dict[str, str] = {}
    for style in etree.fromstring(package.read("word/styles.xml"), xml_parser()).iter(W + "style"):
        ident = str(style.get(W + "styleId"))
        label = value(style.find(W + "name")).lower()
        level = style.find(f"{_P_PR}/{W}outlineLvl")
        if ident in _OUR_PARAGRAPHS:
            known[ident] = _OUR_PARAGRAPHS[ident]
        elif label.startswith("toc "):
            known[ident] = ENTRY1
        elif label in ("title", "标题"):
            known[ident] = TITLE
        elif label.startswith(("heading", "标题 ")) or (level is not None and value(level) < "9"):
            known[ident] = HEADING
        based[ident] = value(style.find(W + "basedOn"))
    for ident in based:
        above, steps = ident, 0
        while above not in known and above in based and steps < 20:
            above, steps = based[above], steps + 1
        known.setdefault(ident, known.get(above, BODY))
    return known


def value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(VAL) or "")


def is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get(VAL) not in _OFF


def number(element: etree._Element | None, attribute: str = VAL) -> int:
    """A whole number from an attribute; 0 where there is none."""
    text = "" if element is None else str(element.get(attribute) or "")
    if text.isdecimal() and len(text) < 6:
        return int(text)
    try:
        return min(max(int(float(text)), 0), 100_000) if text else 0
    except (ValueError, OverflowError):
        return 0


def is_placeholder(control: etree._Element) -> bool:
    """Whether a content control still shows its prompt."""
    return is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr"))


def take_out(element: etree._Element) -> list[etree._Element]:
    """Remove what is not printed from ``element``; remove and return its text boxes.

    Deleted and moved text, deleted rows and cells, phonetic guides, fallback copies of drawings and
    the prompts of empty content controls go; a deleted paragraph mark stays.
    """
    boxes: list[etree._Element] = []
    for special in list(element.iter(*_SPECIAL)):
        victim: etree._Element | None = special
        parent = special.getparent()
        if parent is None or parent.tag == _R_PR:
            continue
        if special.tag == _SDT and not is_placeholder(special):
            continue
        if special.tag == _BOX:
            boxes.append(special)
        elif parent.tag == _TR_PR or special.tag == _CELL_DEL:  # marks the row, the cell
            victim = parent.getparent()
        holder = victim.getparent() if victim is not None else None
        if victim is not None and holder is not None:
            holder.remove(victim)
    return boxes


def paragraph_text(element: etree._Element) -> str:
    """Text of one paragraph: runs in order, tabs and breaks as characters."""
    texts: list[str] = []
    for child in element:
        tag = child.tag
        if tag == R:
            _run_text(child, texts)
        elif tag != _P_PR and len(child):
            for run in child.iter(R, _MATH_RUN):
                _run_text(run, texts)
    return texts[0] if len(texts) == 1 else "".join(texts)


def _run_text(run: etree._Element, texts: list[str]) -> None:
    for child in run:
        tag = child.tag
        if tag == T or tag == MATH_TEXT:  # noqa: SIM109  the hot path
            if child.text:
                texts.append(child.text)
        elif tag in BREAKS:
            if child.get(TYPE) not in ("page", "column"):
                texts.append(BREAKS[tag])
        elif tag == SYM:
            texts.append(symbol(child))


def symbol(element: etree._Element) -> str:
    """A character of a symbol font, as far as forms use them; a box for others."""
    return _SYMBOLS.get(str(element.get(W + "char") or "").upper(), "□")


def precedes(first: etree._Element, second: etree._Element) -> bool:
    paragraph = next(second.iterancestors(P), None)
    if paragraph is None:
        return False
    for element in paragraph.iter(first.tag, second.tag):
        if element is first:
            return True
        if element is second:
            return False
    return False
