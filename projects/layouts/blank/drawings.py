"""Pictures and shapes of an office's own sheet (a seal's circle, lines, a picture) kept in the workbook filled from it.

openpyxl reads cells; of drawings it keeps pictures at most. So the part is taken from the file itself, moved with the
rows it stands on, and put back into the workbook that openpyxl wrote (ECMA-376-1, 20.5: spreadsheetDrawing).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_PICTURES = {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg", "gif": "image/gif", "emf": "image/x-emf",
             "wmf": "image/x-wmf", "bmp": "image/bmp"}  # fmt: skip
_BEHIND = {_MAIN + name for name in ("legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls",
                                     "webPublishItems", "tableParts", "extLst")}  # fmt: skip
_ANCHORS = {_XDR + name for name in ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")}
_UNKEPT = {_XDR + "graphicFrame", _XDR + "contentPart"}  # charts, ink: they are made of other parts
ID = "rIdPgDrawing"

Moves = list[tuple[int, int]]  # rows (from 1) below which rows were added, and how many, in the order it was done


@dataclass(slots=True)
class Drawing:
    """The drawing of one sheet: its XML, and the pictures it shows by their relationship."""

    root: etree._Element
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # relationship → suffix, content

    def moved(self, moves: Moves) -> bytes:
        """Return the XML with its anchors where their rows went."""
        root = etree.fromstring(etree.tostring(self.root), _parser())
        for row in root.iter(_XDR + "row"):
            at = int(row.text or 0)
            for below, extra in moves:
                at += extra if at >= below else 0
            row.text = str(at)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def drawing_of(data: bytes, title: str) -> Drawing | None:
    """Return the drawing of the sheet with this title; ``None`` where it has none, or nothing that can be kept."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = _sheets(package).get(title, "")
        part = next((target for kind, target, _ in _related(package, sheet) if kind == "drawing"), "")
        if part not in package.NameToInfo:
            return None
        try:
            root = etree.fromstring(package.read(part), _parser())
        except etree.XMLSyntaxError:
            return None  # Excel would leave it out as well
        pictures = {}
        for kind, target, ident in _related(package, part):
            suffix = target.rpartition(".")[2].lower()
            if kind == "image" and suffix in _PICTURES and target in package.NameToInfo:
                pictures[ident] = (suffix, package.read(target))
    for anchor in list(root):
        if anchor.tag not in _ANCHORS or any(True for _ in anchor.iter(*_UNKEPT)) or _lost_picture(anchor, pictures):
            root.remove(anchor)
    _without_links(root, set(pictures))
    return Drawing(root, pictures) if len(root) else None


def with_drawings(data: bytes, drawing: Drawing, moves: Mapping[str, Moves]) -> bytes:
    """Return a workbook by openpyxl with the drawing on each of these sheets, moved as the rows of each were."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: source.read(name) for name in source.namelist()}
        media = {}
        for number, (ident, (suffix, content)) in enumerate(sorted(drawing.pictures.items()), 1):
            media[ident] = f"xl/media/form{number}.{suffix}"
            parts[media[ident]] = content
        made = []
        sheets = _sheets(source)
        for number, (title, moved) in enumerate(moves.items(), 1):
            name, sheet = f"xl/drawings/form{number}.xml", sheets[title]
            made.append(name)
            parts[name] = drawing.moved(moved)
            parts[_rels(name)] = _relationships((ident, "image", f"/{path}") for ident, path in media.items())
            parts[sheet] = _showing(parts[sheet])
            parts[_rels(sheet)] = _relationships([(ID, "drawing", f"/{name}")], parts.get(_rels(sheet)))
        suffixes = {suffix for suffix, _ in drawing.pictures.values()}
        parts["[Content_Types].xml"] = _typed(parts["[Content_Types].xml"], made, suffixes)
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def _rels(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _related(package: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """Return kind, part and identifier of each relationship of a part within the file."""
    if _rels(part) not in package.NameToInfo:
        return []
    found = []
    for one in etree.fromstring(package.read(_rels(part)), _parser()).iter(_PACKAGE + "Relationship"):
        if one.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/" + posixpath.dirname(part), str(one.get("Target"))))
            found.append((str(one.get("Type")).rpartition("/")[2], path.lstrip("/"), str(one.get("Id"))))
    return found


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by title, in order."""
    parts = {ident: part for kind, part, ident in _related(package, "xl/workbook.xml") if kind == "worksheet"}
    sheets = etree.fromstring(package.read("xl/workbook.xml"), _parser()).iter(_MAIN + "sheet")
    return {str(one.get("name")): parts[ident] for one in sheets if (ident := str(one.get(_REL + "id"))) in parts}


def _lost_picture(anchor: etree._Element, pictures: dict[str, tuple[str, bytes]]) -> bool:
    shown = {str(value) for one in anchor.iter() for name, value in one.attrib.items() if name == _REL + "embed"}
    return not shown <= pictures.keys()


def _without_links(root: etree._Element, kept: set[str]) -> None:
    """Take out what points to something that is not kept: links of shapes, pictures elsewhere."""
    for element in list(root.iter(etree.Element)):
        if any(re.match(re.escape(_REL), str(name)) and value not in kept for name, value in element.attrib.items()):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for shape in root.iter(_XDR + "sp"):
        for name in ("macro", "textlink"):
            if name in shape.attrib:
                del shape.attrib[name]


def _relationships(more: Iterable[tuple[str, str, str]], old: bytes | None = None) -> bytes:
    blank = b'<Relationships xmlns="%s"/>' % _PACKAGE[1:-1].encode()
    root = etree.fromstring(old or blank, _parser())
    for ident, kind, target in more:
        etree.SubElement(root, _PACKAGE + "Relationship", Id=ident, Type=f"{_OF}/{kind}", Target=target)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _showing(sheet: bytes) -> bytes:
    root = etree.fromstring(sheet, _parser())
    shown = etree.Element(_MAIN + "drawing", {_REL + "id": ID})
    at = next((number for number, child in enumerate(root) if child.tag in _BEHIND), len(root))
    root.insert(at, shown)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _typed(types: bytes, drawings: Iterable[str], suffixes: set[str]) -> bytes:
    root = etree.fromstring(types, _parser())
    known = {str(one.get("Extension")).lower() for one in root.iter(_TYPES + "Default")}
    for suffix in sorted(suffixes - known):
        etree.SubElement(root, _TYPES + "Default", Extension=suffix, ContentType=_PICTURES[suffix])
    for name in drawings:
        etree.SubElement(root, _TYPES + "Override", PartName=f"/{name}", ContentType=_DRAWING)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
