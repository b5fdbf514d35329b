"""The floor of writing Word: this one form, by hand, in f-strings, straight from the table into the zip.

No layout, no grid, nothing that could be another form: what remains is the texts, their escapes and deflate. The
document has the same widths, merges, borders and styles as ours.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import BytesIO
from itertools import groupby, pairwise
from operator import attrgetter
from xml.sax.saxutils import escape

from projects.grids import docx_parts as parts
from projects.grids.docx_frame import NO_FRAME, package_parts, section
from projects.targettable import Amount, TargetTable

_EDGES = (0, 12, 28, 34, 46, 56, 58, 70, 78, 84, 100)  # percent of the width: every edge of the form
_MIDDLE = '<w:vAlign w:val="center"/>'
_PARAGRAPH = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr>'
_RUN = '<w:r><w:t xml:space="preserve">'
_END = "</w:t></w:r></w:p></w:tc>"
_ROW = '<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="420"/></w:trPr>'
_HEAD_ROW = '<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="420"/><w:tblHeader/></w:trPr>'
_GAP = f'<w:p><w:pPr><w:pStyle w:val="{parts.GAP_STYLE_ID}"/></w:pPr></w:p>'


def _open(col: int, span: int, style: str, merge: str = "", middle: str = _MIDDLE) -> str:
    width = round((_EDGES[col + span] - _EDGES[col]) / 100 * parts.TEXT_WIDTH)
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}{merge}{middle}</w:tcPr>' + _PARAGRAPH.format(
        style
    )


def _label(text: str, col: int, span: int, merge: str = "", style: str = "PgCellLabel") -> str:
    return f"{_open(col, span, style, merge)}{_RUN}{text}{_END}"


_START, _GO_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
_TABLE = (
    f'<w:tbl><w:tblPr><w:tblStyle w:val="PgForm"/><w:tblW w:w="{parts.TEXT_WIDTH}" w:type="dxa"/><w:jc w:val="center"/>'
    '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
    + "".join(f'<w:gridCol w:w="{round((b - a) / 100 * parts.TEXT_WIDTH)}"/>' for a, b in pairwise(_EDGES))
    + "</w:tblGrid>"
)
_CODE, _NAME = _open(1, 3, "PgCellShort"), _open(6, 4, "PgCellShort")
_TOTAL, _FISCAL, _OTHER = (_open(col, span, "PgCellMoney") for col, span in ((2, 2), (6, 1), (9, 1)))
_PURPOSE, _PURPOSE_LONG = _open(1, 9, "PgCellText"), _open(1, 9, "PgCellText", "", "")
_MONTHS = tuple((by, _open(col, span, "PgCellShort")) for by, col, span in
                (("03", 1, 2), ("06", 3, 2), ("10", 5, 3), ("12", 8, 2)))  # fmt: skip
_FIRST = f"{_ROW}{_label('项目编码', 0, 1)}{_CODE}"
_SECOND = _label("项目名称", 4, 2) + _NAME
_THIRD = f"</w:tr>{_ROW}{_label('预算规模及资金用途', 0, 1, _START)}{_label('预算数', 1, 1)}{_TOTAL}"
_FOURTH = _label("其中：财政资金", 4, 2) + _FISCAL
_FIFTH = _label("其他资金", 7, 2) + _OTHER
_SIXTH = f"</w:tr>{_ROW}{_open(0, 1, 'PgCellText', _GO_ON, '')}</w:p></w:tc>"
_SEVENTH = (
    f"</w:tr>{_ROW}{_label('资金支出计划（%）', 0, 1, _START)}{_label('3月底', 1, 2)}{_label('6月底', 3, 2)}"
    f"{_label('10月底', 5, 3)}{_label('12月底', 8, 2)}</w:tr>{_ROW}"
    f"{_open(0, 1, 'PgCellText', _GO_ON, '')}</w:p></w:tc>"
)
_EIGHTH = f"</w:tr>{_ROW}{_label('绩效目标', 0, 1)}"
_PLACES = ((0, 1), (1, 1), (2, 2), (4, 3), (7, 2), (9, 1))
_HEADS = _HEAD_ROW + "".join(
    _label(text, col, span, "", "PgCellHead")
    for text, (col, span) in zip(
        ("一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"), _PLACES, strict=True
    )
) + "</w:tr>"  # fmt: skip
_LEVEL1, _LEVEL2 = _open(0, 1, "PgCellLabel"), _open(1, 1, "PgCellLabel")
_LEVEL1_START, _LEVEL2_START = _open(0, 1, "PgCellLabel", _START), _open(1, 1, "PgCellLabel", _START)
_LEVEL1_MORE, _LEVEL2_MORE = (_open(col, 1, "PgCellText", _GO_ON, "") + "</w:p></w:tc>" for col in (0, 1))
_ROW_NAME, _ROW_TEXT, _ROW_VALUE, _ROW_BASIS = (
    _open(*place, style)
    for place, style in zip(_PLACES[2:], ("PgCellText", "PgCellText", "PgCellShort", "PgCellText"), strict=True)
)
_BREAK = "</w:t></w:r></w:p>" + _PARAGRAPH.format("PgCellText") + _RUN


def write(tables: Iterable[TargetTable]) -> bytes:
    """Write the book."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in (
            *package_parts(NO_FRAME),
            ("_rels/.rels", parts.ROOT_RELS),
            ("docProps/core.xml", parts.core("")),
            ("docProps/app.xml", parts.APP),
            ("word/styles.xml", parts.STYLES),
            ("word/fontTable.xml", parts.FONT_TABLE),
        ):
            package.writestr(name, text)
        with package.open("word/document.xml", "w", force_zip64=True) as stream:
            xml = [parts.DOCUMENT_OPEN]
            for number, table in enumerate(tables):
                xml.append(_page(table, first=not number))
                if len(xml) > 15:
                    stream.write("".join(xml).encode())
                    xml.clear()
            stream.write("".join([*xml, section(NO_FRAME)]).encode())
    return out.getvalue()


def _page(table: TargetTable, *, first: bool) -> str:
    project, funding = table.project, table.funding
    plan = {point.by: point.percent for point in table.spend_plan}
    months = "".join([f"{opening}{_RUN}{_percent(plan.get(by))}{_END}" for by, opening in _MONTHS])
    page = "" if first else "<w:pageBreakBefore/>"
    goals, purpose = table.goals.annual, project.purpose
    department = table.department.code + table.department.name
    return (
        f'<w:p><w:pPr><w:pStyle w:val="PgTitle"/>{page}</w:pPr>{_RUN}{escape(table.title)}</w:t></w:r></w:p>'
        f'<w:p><w:pPr><w:pStyle w:val="PgCaption"/></w:pPr>{_RUN}{escape(department)}'
        f'</w:t><w:tab/><w:t xml:space="preserve">单位：元</w:t></w:r></w:p>{_TABLE}'
        f"{_FIRST}{_RUN}{escape(project.code)}{_END}{_SECOND}{_RUN}{escape(project.name)}{_END}"
        f"{_THIRD}{_RUN}{_money(funding.total)}{_END}{_FOURTH}{_RUN}{_money(funding.fiscal)}{_END}"
        f"{_FIFTH}{_RUN}{_money(funding.other) if funding.other else '0'}{_END}"
        f"{_SIXTH}{_PURPOSE_LONG if len(purpose) > 72 else _PURPOSE}{_RUN}{_text(purpose)}{_END}{_SEVENTH}{months}"
        f"{_EIGHTH}{_PURPOSE_LONG if len(goals) > 72 else _PURPOSE}{_RUN}{_text(goals)}{_END}</w:tr></w:tbl>{_GAP}"
        f"{_TABLE}{_HEADS}{''.join(_rows(table))}</w:tbl>"
    )


def _rows(table: TargetTable) -> list[str]:
    rows = []
    for level1, group in groupby(table.indicators, attrgetter("level1")):
        listed = list(group)
        left = f"{_LEVEL1_START if len(listed) > 1 else _LEVEL1}{_RUN}{level1}{_END}"
        for level2, inner in groupby(listed, attrgetter("level2")):
            same = list(inner)
            right = f"{_LEVEL2_START if len(same) > 1 else _LEVEL2}{_RUN}{level2}{_END}"
            for row in same:
                rows.append(
                    f"{_ROW}{left}{right}{_ROW_NAME}{_RUN}{_text(row.name)}{_END}"
                    f"{_ROW_TEXT}{_RUN}{_text(row.description)}{_END}{_ROW_VALUE}{_RUN}{_text(row.value)}{_END}"
                    f"{_ROW_BASIS}{_RUN}{_text(row.basis)}{_END}</w:tr>"
                )
                left, right = _LEVEL1_MORE, _LEVEL2_MORE
    return rows


def _text(text: str) -> str:
    return escape(text).replace("\n", _BREAK)


def _money(value: Amount) -> str:
    return "" if value is None else f"{value:.2f}" if not isinstance(value, str) else escape(value)


def _percent(value: Amount) -> str:
    return "" if value is None else f"{value:.2f}%" if not isinstance(value, str) else escape(value)
