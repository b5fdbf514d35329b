"""What a blank form may not carry along into every exported file: programs, links, hidden notes.

The file has passed the checks of every upload before (container, sizes, macros, document types). Here its parts are
looked at for what is allowed in a document to be read but not in a form to be handed out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.grids.docx_text import W, xml_parser

_FIELDS = frozenset(["PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"])
_LOOSE = re.compile(r"(^|/)(embeddings|activeX|externalLinks|ctrlProps|webextensions|model)/", re.IGNORECASE)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_HYPERLINK = "/hyperlink"


def dangers(data: bytes, suffix: str, name: str) -> list[Finding]:
    """Return what has to be taken out of the file, and what will not survive being filled in."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found = list(_common(package))
        found += list(_word(package) if suffix == "docx" else _excel(package))
    return [finding.at(file=name, table=finding.table) for finding in found]


def _xml(package: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(package.read(name), xml_parser())


def _common(package: zipfile.ZipFile) -> Iterator[Finding]:
    names = package.namelist()
    if any(_LOOSE.search(name) for name in names):
        yield Finding(BLOCK, "embedded", "文件里有嵌入的对象、控件或外部数据，请删去后再上传")
    if any(name.startswith("xl/connections") or name.startswith("xl/queryTables") for name in names):
        yield Finding(BLOCK, "connection", "工作簿里有数据连接，请删去后再上传")
    for name in names:
        if not name.endswith(".rels"):
            continue
        for link in _xml(package, name):
            if link.get("TargetMode") == "External" and not str(link.get("Type")).endswith(_HYPERLINK):
                yield Finding(BLOCK, "external", "文件引用了外部文件（模板、图片或数据），请取消链接后再上传")
                return


def _word(package: zipfile.ZipFile) -> Iterator[Finding]:
    parts = [name for name in package.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name)]
    told: set[str] = set()
    for name in parts:
        for element in _xml(package, name).iter():
            found = _in_word(element)
            if found and found.code not in told:
                told.add(found.code)
                yield found
    if "word/comments.xml" in package.NameToInfo and len(_xml(package, "word/comments.xml")):
        yield Finding(BLOCK, "comments", "文件里有批注，会随每次导出带出去；请先删去")


def _in_word(element: etree._Element) -> Finding | None:
    tag = element.tag
    if tag in (W + "instrText", W + "fldSimple"):
        words = str(element.text if tag == W + "instrText" else element.get(W + "instr")).split()
        if words and words[0].upper() not in _FIELDS:
            return Finding(BLOCK, "field", f"文件里有域代码“{words[0][:20]}”，只允许页码；请按 Ctrl+Shift+F9 转为文字")
    elif tag in (W + "ins", W + "del", W + "moveFrom", W + "moveTo"):
        return Finding(BLOCK, "tracked", "文件里有未处理的修订，请先全部接受或拒绝")
    elif tag == W + "altChunk":
        return Finding(BLOCK, "embedded", "文件里有嵌入的外部内容，请删去后再上传")
    return None


def _excel(package: zipfile.ZipFile) -> Iterator[Finding]:
    for name in package.namelist():
        if _SHEET.fullmatch(name):
            places = [str(f.getparent().get("r")) for f in _xml(package, name).iter(_S + "f")]  # type: ignore[union-attr]
            if places:
                text = f"单元格 {'、'.join(places[:8])} 里有公式；表样里不能有公式，请改为占位符或文字"
                yield Finding(BLOCK, "formula", text)
        elif re.match(r"xl/(comments|threadedComments)", name):
            yield Finding(BLOCK, "comments", "工作簿里有批注，会随每次导出带出去；请先删去")
        elif re.fullmatch(r"xl/charts/chart\d+\.xml", name):
            yield Finding(
                WARN, "drawing", "Excel 表样里的图表不能保留（文字、线框、图形、图片可以）；需要时请改用 Word 表样"
            )
    if "xl/workbook.xml" in package.NameToInfo:
        defined = [str(found.get("name")) for found in _xml(package, "xl/workbook.xml").iter(_S + "definedName")]
        loose = [name for name in defined if not name.startswith("_xlnm.")]
        if loose:
            yield Finding(BLOCK, "names", f"工作簿里有自定义名称“{loose[0][:30]}”，请在“名称管理器”里删去")
        elif defined:
            yield Finding(INFO, "print-area", "打印区域和重复标题行会随内容调整")
