"""Two more blank forms of an office: landscape, seals in merged cells below the indicators, cells in another order."""

from __future__ import annotations

import io

import docx
import openpyxl
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Pt

SEAL = "（签章）：\n\n　　　　年　　月　　日"
# Texts of a row; a blank cell belongs to the one on its left, ^ to the one above.
WORD_ROWS = [
    ["实施进度安排", "起：{{计划开始日期|年月日}}", "", "止：{{计划完成日期|年月日}}", "", "归口代码",
     "{{项目编码}}", ""],
    ["绩效总目标", "{{年度绩效目标}}", "", "", "", "", "", ""],
    ["预算项目", "{{项目名称}}", "", "", "项目属性", "{{项目类型}}", "所属专项", "{{所属专项}}"],
    ["申请资金", "{{资金总额|万元|两位小数}}", "", "其中财政安排", "{{财政拨款|万元|两位小数}}", "自筹及其他",
     "{{其他资金|万元|两位小数}}", ""],
    ["立项理由", "{{项目概况}}", "", "", "", "", "", ""],
    ["绩效指标体系", "度量标准", "指标大类", "指标小类", "指标", "依据", "", "分值"],
    ["^", "{{指标值}}", "{{一级指标}}", "{{二级指标}}", "{{三级指标}}", "{{指标值确定依据}}", "", "{{权重}}"],
    ["审核意见", f"单位负责人{SEAL}", "", "", f"财政部门意见{SEAL}", "", "", ""],
]  # fmt: skip


def word_form() -> bytes:
    made = docx.Document()
    section = made.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    made.add_paragraph().add_run("云岭县{{年度}}年县级预算项目绩效申报审批表").font.size = Pt(20)
    made.add_paragraph("填报单位（公章）：{{主管单位}}　　　　　　　　金额单位：万元")
    table = made.add_table(rows=len(WORD_ROWS), cols=8, style="Table Grid")
    for at, texts in enumerate(WORD_ROWS):
        for column, text in enumerate(texts):
            if text == "^":
                table.cell(at - 1, column).merge(table.cell(at, column))
            elif text:
                right = column
                while right + 1 < len(texts) and not texts[right + 1]:
                    right += 1
                table.cell(at, column).merge(table.cell(at, right)).text = text
    made.add_paragraph("经办人：{{其他:经办人}}　　　　联系电话：{{其他:联系电话}}　　　　填报日期：　　年　月　日")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


SHEET = {
    "A1:I1": "江北市市本级项目支出绩效目标备案表（{{年度}}年）",
    "A2:E2": "单位：{{主管单位}}",
    "F2:I2": "单位：元",
    "A3:B3": "项目名称", "C3:F3": "{{项目名称}}", "G3:H3": "项目编号", "I3:I3": "{{项目编码}}",
    "A4:B4": "金额（元）", "C4:D4": "{{资金总额|元|千分位}}", "E4:F4": "财政资金（元）",
    "G4:G4": "{{财政拨款|元|千分位}}", "H4:H4": "非财政资金（元）", "I4:I4": "{{其他资金|元|千分位}}",
    "A5:A8": "用款计划", "B5:C5": "三月末", "D5:D5": "六月末", "E5:G5": "十月末", "H5:I5": "十二月末",
    "B6:C6": "{{支出计划3月}}", "D6:D6": "{{支出计划6月}}", "E6:G6": "{{支出计划10月}}", "H6:I6": "{{支出计划12月}}",
    "B7:C8": "资金用途", "D7:I8": "{{资金用途}}",
    "A9:B9": "预期总目标", "C9:I9": "{{年度绩效目标}}",
    "A10:A10": "序", "B10:B10": "类", "C10:C10": "款", "D10:D10": "考核指标", "E10:F10": "计划值",
    "G10:H10": "指标说明", "I10:I10": "设定依据",
    "A11:A11": "{{序号}}", "B11:B11": "{{一级指标}}", "C11:C11": "{{二级指标}}", "D11:D11": "{{三级指标}}",
    "E11:F11": "{{指标值}}", "G11:H11": "{{指标解释}}", "I11:I11": "{{指标值确定依据}}",
    "A12:D13": "申报单位（盖章）\n\n年　月　日", "E12:I13": "主管部门审核（盖章）\n\n年　月　日",
    "A14:I14": "经办：{{其他:经办人}}",
}  # fmt: skip


def excel_form() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.page_setup.orientation = "landscape"
    for place, text in SHEET.items():
        sheet[place.partition(":")[0]] = text
        if len(set(place.split(":"))) > 1:
            sheet.merge_cells(place)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
