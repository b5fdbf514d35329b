"""The parts of a Word package that depend on the page: head, foot, the word across it, settings, the section."""

from __future__ import annotations

from projects.grids import docx_parts as parts
from projects.grids.docx_parts import CT, DECLARATION, PKG, REL, W_NS
from projects.grids.grid import Frame
from projects.grids.text import escape

_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
# The shape that Word itself uses for a word across the page.
_TEXT_SHAPE = (
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
    '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
    '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>'
    '<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>'
    '<v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"'
    ' o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
)
_SHAPE_STYLE = (
    "position:absolute;margin-left:0;margin-top:0;width:330pt;height:150pt;rotation:315;z-index:-251658752;"
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
    "mso-position-vertical:center;mso-position-vertical-relative:margin"
)
_PAGE_NUMBER = (
    '<w:r><w:t xml:space="preserve">— </w:t></w:r>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    '<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
)
NO_FRAME = Frame()


def package_parts(frame: Frame) -> list[tuple[str, str]]:
    """Return ``(name, XML)`` of the parts beside the document itself, in a fixed order."""
    found = [("word/settings.xml", _settings(frame)), ("word/footer1.xml", _footer(_PAGE_NUMBER))]
    if _headed(frame):
        found.append(("word/header1.xml", _header(frame.header, frame.mark)))
    if frame.cover:
        found += [("word/header2.xml", _header("", frame.mark)), ("word/footer2.xml", _footer(""))]
    names = [name for name, _ in found if "settings" not in name]
    return [
        ("[Content_Types].xml", _content_types(names)),
        ("word/_rels/document.xml.rels", _relations(names)),
        *found,
    ]


def section(frame: Frame) -> str:
    """Return what closes the document: its one section and the end of the body."""
    references = '<w:footerReference w:type="default" r:id="rIdfooter1"/>'
    if _headed(frame):
        references = f'<w:headerReference w:type="default" r:id="rIdheader1"/>{references}'
    if frame.cover:
        references += '<w:headerReference w:type="first" r:id="rIdheader2"/>'
        references += '<w:footerReference w:type="first" r:id="rIdfooter2"/>'
    width, height, turned = parts.PAGE_WIDTH, parts.PAGE_HEIGHT, ""
    if frame.wide:
        width, height, turned = height, width, ' w:orient="landscape"'
    return (
        f'<w:sectPr>{references}<w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{parts.MARGIN_TOP}" w:right="{parts.MARGIN_SIDE}" w:bottom="{parts.MARGIN_BOTTOM}"'
        f' w:left="{parts.MARGIN_SIDE}" w:header="851" w:footer="680" w:gutter="0"/>'
        f"{'<w:titlePg/>' if frame.cover else ''}</w:sectPr></w:body></w:document>"
    )


def _headed(frame: Frame) -> bool:
    return bool(frame.header or frame.mark)


def _settings(frame: Frame) -> str:
    refresh = '<w:updateFields w:val="true"/>' if frame.refresh else ""
    return (
        f'{DECLARATION}<w:settings xmlns:w="{W_NS}"><w:zoom w:percent="100"/>'
        '<w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/>'
        f'{refresh}<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def _footer(content: str) -> str:
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{content}</w:p>'
    return f'{DECLARATION}<w:ftr xmlns:w="{W_NS}">{paragraph}</w:ftr>'


def _header(text: str, mark: str) -> str:
    shape = ""
    if mark:
        shape = (
            f'<w:r><w:pict>{_TEXT_SHAPE}<v:shape id="PgMark" o:spid="_x0000_s2049" type="#_x0000_t136"'
            f' style="{_SHAPE_STYLE}" o:allowincell="f" fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".5"/>'
            f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{escape(mark)}"/>'
            "</v:shape></w:pict></w:r>"
        )
    label = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    if mark:
        said = f"（{mark}，未经批复）" if text else f"{mark}，未经批复"
        label += f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(said)}</w:t></w:r>'
    # An empty head has no line under it.
    border = "" if label else '<w:pBdr><w:bottom w:val="nil"/></w:pBdr>'
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="Header"/>{border}</w:pPr>{shape}{label}</w:p>'
    return f'{DECLARATION}<w:hdr xmlns:w="{W_NS}" {_VML}>{paragraph}</w:hdr>'


def _content_types(names: list[str]) -> str:
    def override(name: str, kind: str) -> str:
        return f'<Override PartName="/{name}" ContentType="{CT}{kind}+xml"/>'

    own = [("document", "document.main"), ("styles", "styles"), ("settings", "settings"), ("fontTable", "fontTable")]
    listed = [override(f"word/{name}.xml", kind) for name, kind in own]
    listed += [override(name, "header" if "header" in name else "footer") for name in names]
    return (
        f'{DECLARATION}<Types xmlns="{PKG}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(listed)}'
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        '<Override PartName="/docProps/app.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>'
    )


def _relations(names: list[str]) -> str:
    listed = [
        ("rId1", "styles", "styles.xml"),
        ("rId2", "settings", "settings.xml"),
        ("rId3", "fontTable", "fontTable.xml"),
    ]
    for path in names:
        file = path.removeprefix("word/")
        stem = file.removesuffix(".xml")
        listed.append((f"rId{stem}", stem.rstrip("0123456789"), file))
    lines = "".join(f'<Relationship Id="{i}" Type="{REL}/{kind}" Target="{file}"/>' for i, kind, file in listed)
    return f'{DECLARATION}<Relationships xmlns="{PKG}/relationships">{lines}</Relationships>'
