"""A block from the clipboard becomes rows: from Excel, from Word, as text; merged cells filled down."""

from __future__ import annotations

import pytest

from projects.layouts import get_layout
from projects.layouts.editing import Draft, apply
from projects.services.paste import preview, read_block
from projects.targettable import Indicator, TargetTable

EXCEL = """Version:0.9
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312"><style>td{mso-number-format:General}</style></head>
<body><table border=0><!--StartFragment--><col width=72>
<tr height=19><td rowspan=3>产出指标</td><td rowspan=2>数量指标</td><td>购置台数</td><td>&ge;20台</td></tr>
<tr><td>培训人次</td><td>不少于3场</td></tr>
<tr><td>质量指标</td><td>验收合格率</td><td x:num="1">100%</td></tr><!--EndFragment--></table></body></html>"""

WORD = """<html><body><!--StartFragment-->
<table class=MsoTableGrid><thead><tr><td><p class=MsoNormal>一级指标</p></td><td><p>二级指标</p></td>
<td><p><b>三级指标</b></p></td><td><p>指标值</p></td><td><p>指标值确定依据</p></td></tr></thead>
<tbody><tr><td rowspan="2"><p>产出指标<o:p></o:p></p></td><td><p>数量指标</p></td><td><p>购置</p><p>台数</p></td>
<td>≥20台</td><td>计划</td></tr><tr><td><p>时效指标</p></td><td><p>完成时间</p></td><td><p>12月底前</p></td><td></td></tr></tbody></table>
<!--EndFragment--></body></html>"""

TSV = "产出指标\t数量指标\t购置台数\t≥20台\r\n\t\t培训人次\t3场\r\n\t质量指标\t验收合格率\t100%\r\n"


def draft(layout: str = "hebei", *rows: Indicator) -> Draft:
    form = get_layout(layout)
    assert form is not None
    table = TargetTable(layout=layout, kind=form.kind, fiscal_year=2027, indicators=list(rows))
    uids = {name: [] for name in ("spend_plan", "tasks", "period_indicators", "costs", "items", "sections")}
    return Draft(table, form, uids | {"indicators": [f"{n:032x}" for n in range(1, len(rows) + 1)]})


def pasted(made: Draft, **block: str) -> list[tuple[str, ...]]:
    """Paste and apply: level 1, level 2, name, value, basis of what the table then has."""
    found = preview(made, **block)  # type: ignore[arg-type]
    apply(made, found.changes)
    return [(row.level1, row.level2, row.name, row.value, row.basis) for row in made.table.indicators]


FROM_TSV = [
    ("产出指标", "数量指标", "购置台数", "≥20台", ""),
    ("产出指标", "数量指标", "培训人次", "3场", ""),
    ("产出指标", "质量指标", "验收合格率", "100%", ""),
]
FROM_EXCEL = [FROM_TSV[0], (*FROM_TSV[1][:3], "不少于3场", ""), FROM_TSV[2]]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"html": EXCEL}, FROM_EXCEL),
        ({"html": EXCEL, "text": "不看"}, FROM_EXCEL),
        ({"text": TSV}, FROM_TSV),
        (
            {"html": WORD},
            [
                ("产出指标", "数量指标", "购置\n台数", "≥20台", "计划"),
                ("产出指标", "时效指标", "完成时间", "12月底前", ""),
            ],
        ),
        # A number in front is no field; a total is no row.
        (
            {"text": "1\t数量\t购置台数\t20台\n2\t质量\t合格率\t98%\n\t合计\t\t"},
            [("产出指标", "数量指标", "购置台数", "20台", ""), ("产出指标", "质量指标", "合格率", "98%", "")],
        ),
        # Sign, figure and unit in cells of their own.
        (
            {"text": "数量指标\t购置台数\t≥\t20\t台\n质量指标\t合格率\t≥\t98\t%"},
            [("产出指标", "数量指标", "购置台数", "≥20台", ""), ("产出指标", "质量指标", "合格率", "≥98%", "")],
        ),
        # Headings of another place.
        (
            {"text": "三级指标\t指标值及单位\t绩效标准\n购置台数\t20台\t计划标准"},
            [("", "", "购置台数", "20台", "")],
        ),
        # Excel quotes cells with line breaks.
        (
            {"text": '数量指标\t"购置\n台数"\t≥20台\n质量指标\t"说""好""的"\t100%'},
            [("产出指标", "数量指标", "购置\n台数", "≥20台", ""), ("产出指标", "质量指标", '说"好"的', "100%", "")],
        ),
        # A quote that is never closed.
        (
            {"text": '19"显示器台数\t20台\n键盘数\t30个'},
            [("", "", '19"显示器台数', "20台", ""), ("", "", "键盘数", "30个", "")],
        ),
        ({"text": ""}, []),
        ({"html": "<table></table>", "text": ""}, []),
        ({"html": "<b>没有表格</b>", "text": "只有一句话"}, [("", "", "只有一句话", "", "")]),
    ],
)
def test_block_becomes_rows(block: dict[str, str], expected: list[tuple[str, ...]]) -> None:
    assert pasted(draft(), **block) == expected


def test_columns_by_heading_are_sure_and_by_contents_are_guesses() -> None:
    by_heading = preview(draft(), html=WORD)
    assert [(c.field, c.sure) for c in by_heading.columns] == [
        ("level1", True),
        ("level2", True),
        ("name", True),
        ("value", True),
        ("basis", True),
    ]
    assert by_heading.header_rows == 1
    guessed = preview(draft(), html=EXCEL)
    assert [(c.field, c.sure) for c in guessed.columns] == [
        ("level1", False),
        ("level2", False),
        ("name", False),
        ("value", False),
    ]
    assert [row["filled"] for row in guessed.rows] == [
        [False, False, False, False],
        [True, True, False, False],
        [True, False, False, False],
    ]


def test_columns_can_be_corrected() -> None:
    made = draft("longhua")
    found = preview(made, text="甲\t乙\n丙\t丁", columns=["basis", "name"])
    apply(made, found.changes)
    assert [(row.name, row.basis) for row in made.table.indicators] == [("乙", "甲"), ("丁", "丙")]


def test_rows_without_categories_take_those_of_the_row_before_and_stand_behind_it() -> None:
    first, last = Indicator("产出指标", "数量指标", "甲"), Indicator("效益指标", "社会效益指标", "乙")
    made = draft("hebei", first, last)
    found = preview(made, text="丙\t3场\n丁\t4场", after=f"{1:032x}")
    apply(made, found.changes)
    assert [(row.level2, row.name) for row in made.table.indicators] == [
        ("数量指标", "甲"),
        ("数量指标", "丙"),
        ("数量指标", "丁"),
        ("社会效益指标", "乙"),
    ]


def test_costs_find_their_amount() -> None:
    made = draft("zhuzhou-3")
    found = preview(made, text="打印机\t3台\t1.5\t市场价\n纸张\t10箱\t0.3\t市场价\n合计\t\t1.8\t", rows="costs")
    apply(made, found.changes)
    rows = [(row.content, row.detail, str(row.amount), row.basis) for row in made.table.costs]
    assert rows == [("打印机", "3台", "15000.00", "市场价"), ("纸张", "10箱", "3000.00", "市场价")]
    assert found.notes == ["略去 1 行合计"]


def test_twenty_rows_of_a_spreadsheet_keep_their_order() -> None:
    lines = [f"产出指标\t数量指标\t指标{number}\t≥{number}%\t年度工作计划" for number in range(1, 21)]
    made = draft("longhua")
    apply(made, preview(made, text="\n".join(lines)).changes)
    assert [(row.level1, row.name, row.value, row.basis) for row in made.table.indicators] == [
        ("产出目标", f"指标{number}", f"≥{number}%", "年度工作计划") for number in range(1, 21)
    ]


def test_hostile_blocks_stay_text() -> None:
    block = read_block(
        "<table><tr><td><script>alert(1)</script>&lt;b&gt;甲</td><td colspan=50>乙</td></tr></table>", ""
    )
    assert block.rows == [["<b>甲", "乙"]]
    with pytest.raises(ValueError, match="没有这个列表"):
        preview(draft(), text="甲", rows="users")
