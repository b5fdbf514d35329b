"""Two blank forms of an office that the code has never seen: one in Word, one in Excel, built differently."""

from __future__ import annotations

import io
from typing import Any

import docx
import openpyxl
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Border, Font, Side

# --- Word: one table, side label, running number, sign and unit in own columns, unit and styles by option ------------

WORD_TITLE = "{{年度}}年度滨江市市级财政项目绩效申报书"
WORD_ROWS = [
    ["项目全称", "{{项目名称}}", "", "主办处室", "{{其他:主办处室}}", ""],
    ["起始", "{{计划开始日期|年月日}}", "", "完成", "{{计划完成日期|年月日}}", ""],
    ["申请经费（元）", "{{预算数|元|千分位}}", "", "其中市级财政", "{{财政拨款|万元}}万元", ""],
    ["立项缘由", "{{项目概况}}", "", "", "", ""],
    ["年内要达到的结果：{{年度绩效目标}}", "", "", "", "", ""],
    ["半年应支出", "{{支出计划6月|不带百分号}}", "", "全年应支出", "{{支出计划12月|不带百分号}}", ""],
]
WORD_HEAD = ["编号", "大类", "小类", "考核内容", "符号", "标准"]
WORD_ROW = ["{{序号}}", "{{一级指标}}", "{{二级指标}}", "{{三级指标}}", "{{计算符号}}", "{{指标值}}"]
WORD_SPANS = {
    0: [(1, 2), (4, 5)],
    1: [(1, 2), (4, 5)],
    2: [(1, 2), (4, 5)],
    3: [(1, 5)],
    4: [(0, 5)],
    5: [(1, 2), (4, 5)],
}
WORD_WIDTHS = [2.0, 2.4, 2.6, 4.6, 1.6, 3.8]


def word_form(**changes: str) -> bytes:
    """Return the Word form; ``changes`` replace texts in it."""
    made = docx.Document()
    made.styles["Normal"].font.name = "仿宋"
    made.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    title = made.add_paragraph()
    # Word cuts a text into runs wherever somebody edited it.
    for piece in ("{{年", "度}}年度滨江市", "市级财政项目绩效申报书"):
        run = title.add_run(changes.get(piece, piece))
        run.bold, run.font.size = True, Pt(18)
    made.add_paragraph(changes.get("caption", "报送机构（公章）：{{主管单位}}        填写日期：{{其他:填写日期}}"))
    table = made.add_table(rows=len(WORD_ROWS) + 2, cols=6, style="Table Grid")
    table.autofit = False
    for number, texts in enumerate([*WORD_ROWS, WORD_HEAD, WORD_ROW]):
        for left, right in WORD_SPANS.get(number, []):
            table.cell(number, left).merge(table.cell(number, right))
        for column, text in enumerate(texts):
            cell = table.cell(number, column)
            cell.width = Cm(WORD_WIDTHS[column])
            text = changes.get(text, text)
            if text:
                _in_runs(cell.paragraphs[0], text)
    table.rows[-1].height, table.rows[-1].height_rule = Cm(1), WD_ROW_HEIGHT_RULE.EXACTLY
    made.add_paragraph()
    made.add_paragraph(changes.get("sign", "分管领导（签名）：{{其他:分管领导}}          经手人：{{其他:经手人}}"))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _in_runs(paragraph: Any, text: str) -> None:
    """Add a text in three runs, the middle one in another font."""
    third = max(len(text) // 3, 1)
    for number, piece in enumerate((text[:third], text[third : 2 * third], text[2 * third :])):
        run = paragraph.add_run(piece)
        run.font.name = "楷体" if number == 1 else None


# --- Excel: begins in column B, two stacked lists of indicators, costs with a total, amounts in 元 -------------------

SHEET = [
    # row, first column, last column, last row, text
    (2, 2, 7, 2, "东山县{{年度}}年预算项目目标管理卡"),
    (3, 2, 4, 3, "填报单位：{{主管单位|代码在后}}"),
    (3, 5, 7, 3, "单位：元"),
    (4, 2, 2, 4, "卡片编号"),
    (4, 3, 4, 4, "{{项目编码}}"),
    (4, 5, 5, 4, "事项"),
    (4, 6, 7, 4, "{{项目名称}}"),
    (5, 2, 2, 7, "钱从哪里来"),
    (5, 3, 4, 5, "合起来"),
    (5, 5, 7, 5, "{{资金总额|千分位}}"),
    (6, 3, 4, 6, "县财政出"),
    (6, 5, 7, 6, "{{财政拨款|千分位}}"),
    (7, 3, 4, 7, "其余"),
    (7, 5, 7, 7, "{{其他资金|千分位|零写0}}"),
    (8, 2, 2, 8, "三年要做成什么"),
    (8, 3, 7, 8, "{{中期目标}}"),
    (9, 2, 2, 10, "三年指标"),
    (9, 3, 3, 9, "类"),
    (9, 4, 4, 9, "款"),
    (9, 5, 5, 9, "名目"),
    (9, 6, 6, 9, "数目"),
    (9, 7, 7, 9, "凭据"),
    (10, 3, 3, 10, "{{中期一级指标}}"),
    (10, 4, 4, 10, "{{中期二级指标}}"),
    (10, 5, 5, 10, "{{中期三级指标}}"),
    (10, 6, 6, 10, "{{中期指标值}}"),
    (10, 7, 7, 10, "{{中期指标值确定依据}}"),
    (11, 2, 2, 11, "今年要做成什么"),
    (11, 3, 7, 11, "{{年度绩效目标}}"),
    (12, 2, 2, 13, "今年指标"),
    (12, 3, 3, 12, "类"),
    (12, 4, 4, 12, "款"),
    (12, 5, 5, 12, "名目"),
    (12, 6, 6, 12, "数目"),
    (12, 7, 7, 12, "凭据"),
    (13, 3, 3, 13, "{{一级指标}}"),
    (13, 4, 4, 13, "{{二级指标}}"),
    (13, 5, 5, 13, "{{三级指标}}"),
    (13, 6, 6, 13, "{{指标值}}"),
    (13, 7, 7, 13, "{{指标值确定依据}}"),
    (14, 2, 2, 16, "钱怎么花"),
    (14, 3, 4, 14, "花在哪"),
    (14, 5, 5, 14, "细目"),
    (14, 6, 6, 14, "多少"),
    (14, 7, 7, 14, "怎么算的"),
    (15, 3, 4, 15, "{{支出内容}}"),
    (15, 5, 5, 15, "{{支出明细}}"),
    (15, 6, 6, 15, "{{明细金额|千分位}}"),
    (15, 7, 7, 15, "{{测算依据}}"),
    (16, 3, 5, 16, "合计"),
    (16, 6, 6, 16, "{{其他:花费合计}}"),
    (16, 7, 7, 16, ""),
    (17, 2, 4, 17, "主管领导（盖章处）："),
    (17, 5, 7, 17, "电话：{{其他:电话}}"),
]  # fmt: skip
OUTSIDE = (2, 3, 17)


def excel_form(**changes: str) -> bytes:
    """Return the Excel form; ``changes`` replace texts in it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "目标卡"
    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for column, width in zip("ABCDEFG", (2, 12, 11, 11, 26, 16, 18), strict=True):
        sheet.column_dimensions[column].width = width
    for top, left, right, bottom, text in SHEET:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cell = sheet.cell(row, column)
                cell.font = Font(name="楷体", size=11, bold=column == 2)
                cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
                if row not in OUTSIDE:
                    cell.border = border
        sheet.cell(top, left).value = changes.get(text, text) or None
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=left, end_column=right)
    sheet.row_dimensions[17].height = 60
    sheet.print_area = "B2:G17"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
