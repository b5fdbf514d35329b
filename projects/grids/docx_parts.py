"""The constant parts of a Word package: styles, fonts, page. Written for this project.

Lengths are twentieths of a point unless the element says otherwise. Font names are those that
official documents ask for; ``altName`` in the font table names what to take where one is missing.
"""

from __future__ import annotations

from projects.grids.grid import (
    ANNEX,
    BODY,
    CAPTION,
    CONTENTS,
    COVER,
    COVER_LINE,
    ENTRY1,
    ENTRY2,
    ENTRY3,
    HEAD,
    HEADING,
    LABEL,
    MONEY,
    NUMBER,
    PART,
    SHORT,
    SIGN,
    TEXT,
    TITLE,
)
from projects.grids.text import escape

PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838  # A4
MARGIN_TOP, MARGIN_BOTTOM, MARGIN_SIDE = 1247, 1134, 1134  # 2.2 cm, 2 cm, 2 cm
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN_SIDE
WIDE_TEXT_WIDTH = PAGE_HEIGHT - 2 * MARGIN_SIDE  # on paper that lies on its side

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006"
CT = "application/vnd.openxmlformats-officedocument.wordprocessingml."

# Style identifiers of the paragraphs and cells; the reader recognises them.
PARAGRAPH_STYLE_IDS = {
    PART: "PgPart",
    ANNEX: "PgAnnex",
    TITLE: "PgTitle",
    CAPTION: "PgCaption",
    HEADING: "PgHeading",
    BODY: "PgBody",
    SIGN: "PgSign",
    COVER: "PgCover",
    COVER_LINE: "PgCoverLine",
    NUMBER: "PgNumber",
    CONTENTS: "PgContents",
    ENTRY1: "TOC1",
    ENTRY2: "TOC2",
    ENTRY3: "TOC3",
}
CELL_STYLE_IDS = {
    LABEL: "PgCellLabel",
    HEAD: "PgCellHead",
    TEXT: "PgCellText",
    SHORT: "PgCellShort",
    MONEY: "PgCellMoney",
}
GAP_STYLE_ID = "PgGap"

ROOT_RELS = (
    f'{DECLARATION}<Relationships xmlns="{PKG}/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{PKG}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    f'<Relationship Id="rId3" Type="{REL}/extended-properties" Target="docProps/app.xml"/>'
    "</Relationships>"
)
APP = (
    f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"><Application>PerfGoals</Application></Properties>'
)
DOCUMENT_OPEN = f'{DECLARATION}<w:document xmlns:w="{W_NS}" xmlns:r="{R_NS}"><w:body>'
CORE = (
    DECLARATION + "<cp:coreProperties"
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title>{form}'
    '<dcterms:created xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z</dcterms:modified>'
    "</cp:coreProperties>"
)


def core(title: str, form: str = "") -> str:
    """Return the properties of a document; ``form`` is its category: the form of an office it is drawn in."""
    category = f"<cp:category>{escape(form)}</cp:category>" if form else ""
    return CORE.format(title=escape(title), form=category)


# name, name to take instead, PANOSE digits, family, pitch
_FONTS = (
    ("Times New Roman", "Liberation Serif", "02020603050405020304", "roman", "00"),
    ("宋体", "SimSun", "02010600030101010101", "auto", "86"),
    ("黑体", "SimHei", "02010609060101010101", "modern", "86"),
    ("仿宋", "仿宋_GB2312", "02010609060101010101", "modern", "86"),
    ("方正小标宋简体", "黑体", "02010601030101010101", "auto", "86"),
)


def _font(name: str, other: str, panose: str, family: str, charset: str) -> str:
    return (
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:panose1 w:val="{panose}"/>'
        f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
    )


FONT_TABLE = f'{DECLARATION}<w:fonts xmlns:w="{W_NS}">' + "".join(_font(*f) for f in _FONTS) + "</w:fonts>"


def _style(ident: str, name: str, paragraph: str, run: str, *, based: str = "Normal", shown: bool = True) -> str:
    quick = "<w:qFormat/>" if shown else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{ident}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{quick}<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
    )


def _run(font: str, half_points: int, *, bold: bool = False) -> str:
    weight = "<w:b/>" if bold else '<w:b w:val="0"/>'
    return f'<w:rFonts w:eastAsia="{font}"/>{weight}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _spacing(before: int, after: int, line: int = 240, rule: str = "auto") -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


def _heading(level: int) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        '<w:basedOn w:val="Normal"/><w:next w:val="PgBody"/><w:qFormat/>'
        f'<w:pPr><w:keepNext/><w:outlineLvl w:val="{level - 1}"/></w:pPr></w:style>'
    )


def _entry(level: int) -> str:
    """A style of the contents: dots up to the page number at the right edge. Word knows it by this very name."""
    tabs = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    indent = f'<w:ind w:left="{(level - 1) * 280}"/>'
    font = "黑体" if level == 1 else "宋体"
    return (
        f'<w:style w:type="paragraph" w:styleId="TOC{level}"><w:name w:val="toc {level}"/><w:basedOn w:val="Normal"/>'
        f'<w:next w:val="Normal"/><w:pPr>{tabs}{_spacing(20, 20, 320)}{indent}</w:pPr>'
        f"<w:rPr>{_run(font, 24 if level == 1 else 21)}</w:rPr></w:style>"
    )


# The height of 宋体's line, whatever font takes its place: tables then end where they do in Word.
_CELL_SPACING = _spacing(20, 20, 273, "exact")
_SIGN_TABS = f'<w:tabs><w:tab w:val="left" w:pos="{TEXT_WIDTH // 2}"/></w:tabs>'
_RIGHT_TAB = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'

STYLES = (
    f'{DECLARATION}<w:styles xmlns:w="{W_NS}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"'
    ' w:eastAsia="宋体"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
    '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    # Word's own default; said aloud, LibreOffice 7.4 takes it for "no" and does not lose a comma that would hang.
    '<w:qFormat/><w:pPr><w:widowControl/><w:overflowPunct w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="table" w:customStyle="1" w:styleId="PgForm"><w:name w:val="绩效表"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + '</w:tblBorders><w:tblCellMar><w:left w:w="75" w:type="dxa"/><w:right w:w="75" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
    + _heading(1)
    + _heading(2)
    + _heading(3)
    + "".join(map(_entry, (1, 2, 3)))
    + '<w:style w:type="paragraph" w:styleId="Header"><w:name w:val="header"/>'
    '<w:basedOn w:val="Normal"/><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr>'
    + '<w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/>'
    '<w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:sz w:val="21"/></w:rPr></w:style>'
    + _style("PgPart", "绩效表 部分", _spacing(240, 240, 360) + '<w:jc w:val="center"/>',
             _run("黑体", 36), based="Heading1")
    + _style("PgAnnex", "绩效表 附表号", "<w:keepNext/>" + _spacing(0, 60), _run("黑体", 24))
    + _style("PgTitle", "绩效表 标题", "<w:keepNext/>" + _spacing(60, 160) + '<w:jc w:val="center"/>',
             _run("方正小标宋简体", 34), based="Heading1")
    + _style("PgCaption", "绩效表 表头行", "<w:keepNext/>" + _RIGHT_TAB + _spacing(0, 60, 273, "exact"),
             _run("宋体", 21))
    + _style("PgHeading", "绩效表 小标题", "<w:keepNext/>" + _spacing(120, 60, 360),
             _run("黑体", 28), based="Heading2")
    + _style("PgBody", "绩效表 正文",
             _spacing(0, 0, 400) + '<w:ind w:firstLineChars="200" w:firstLine="560"/>'
             '<w:jc w:val="both"/>', _run("仿宋", 28))
    + _style("PgSign", "绩效表 签字行", _SIGN_TABS + _spacing(120, 0, 273, "exact"), _run("宋体", 21))
    + _style("PgCover", "绩效文本 封面标题", _spacing(0, 360) + '<w:jc w:val="center"/>', _run("方正小标宋简体", 52))
    + _style("PgCoverLine", "绩效文本 封面", _spacing(0, 200) + '<w:jc w:val="center"/>', _run("黑体", 32))
    + _style("PgNumber", "绩效文本 序号", "<w:keepNext/>" + _spacing(0, 120), _run("黑体", 28), based="Heading2")
    + _style("PgContents", "绩效文本 目录标题", _spacing(120, 240, 360) + '<w:jc w:val="center"/>', _run("黑体", 36))
    + _style(GAP_STYLE_ID, "绩效表 间隔", _spacing(0, 0, 20, "exact"),
             '<w:sz w:val="2"/><w:szCs w:val="2"/>', shown=False)
    + _style("PgCellText", "绩效表 文字", _CELL_SPACING, "", shown=False)
    + _style("PgCellLabel", "绩效表 栏目", '<w:jc w:val="center"/>', "", based="PgCellText", shown=False)
    + _style("PgCellShort", "绩效表 短值", '<w:jc w:val="center"/>', "", based="PgCellText", shown=False)
    + _style("PgCellMoney", "绩效表 金额", '<w:jc w:val="right"/>', "", based="PgCellText", shown=False)
    + _style("PgCellHead", "绩效表 列名", '<w:keepNext/><w:jc w:val="center"/>', _run("黑体", 21),
             based="PgCellText", shown=False)
    + "</w:styles>"
)  # fmt: skip
