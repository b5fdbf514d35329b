"""Where fields stood, and corrections applied by reading again."""

from __future__ import annotations

import pytest

from projects.layouts import read_tables
from projects.layouts.corrections import Correction, hints_for
from projects.tests.layouts.helpers import reads, row_document

ROWS = (
    "项目支出绩效目标表",
    "项目名称|办公设备购置|主管单位|区网格中心",
    "项目类型|一般性项目|资金用途|其他",
    "计划开始日期|2021-01-01|计划完成日期|2021-12-31",
    "项目总金额（万元）|20.00|本年度项目金额（万元）|20.00",
    "财政拨款资金（万元）|20.00|其他资金（万元）|0.00",
    "中央转移支付资金（万元）|0|政府购买服务资金（万元）|0.00",
    "项目概况|概况",
    "项目用途|用途",
    "固定资产采购金额|0|采购品目|",
    "项目总（中期）目标|总目标",
    "年度绩效目标|年目标",
    "一级指标|二级指标|指标内容|目标值|目标值来源",
    "产出目标|数量|采购数量|≥5台|计划",
    "|质量|合格率|100%|标准",
)


def one(corrections: tuple[Correction, ...] = ()) -> object:
    found = read_tables(row_document(*ROWS), corrections=corrections)
    assert len(found) == 1
    return found[0]


def test_every_field_of_a_known_form_names_its_cell() -> None:
    read = one()
    by_path = {bound.path: bound for bound in read.bound}
    assert by_path["project.name"].text == "办公设备购置"
    assert (by_path["funding.total"].row, by_path["funding.total"].column) == (5, 2)
    assert by_path["indicators.1.value"].text == "100%"
    assert by_path["indicators.1.level1"].how == "position"
    assert by_path["indicators.1.name"].how == "layout"
    assert read.form == "longhua"
    assert read.sure > 0.9


def test_samples_are_sure_of_what_their_forms_say() -> None:
    for sample in ("002", "003", "004"):
        for read in reads(sample):
            if read.table.kind == "project":
                assert read.sure >= 0.6, read.table.label()


def test_source_holds_the_lines_with_their_places() -> None:
    read = one()
    texts = [[cell.text for cell in row.cells] for row in read.source.rows]
    assert texts[0] == ["项目支出绩效目标表"]
    assert texts[1] == ["项目名称", "办公设备购置", "主管单位", "区网格中心"]
    assert [cell.origin.row for row in read.source.rows for cell in row.cells[:1]] == list(range(1, 16))


def test_text_and_set_corrections() -> None:
    read = one(
        (
            Correction("text", row=14, column=4, text="≥6台"),
            Correction("set", row=2, path="funding.total", text="30"),
            Correction("set", row=2, path="spend_plan.03", text="25%"),
            Correction("set", row=2, path="nothing.here", text="x"),
        )
    )
    assert read.table.indicators[0].value == "≥6台"
    assert str(read.table.funding.total) == "300000.00"
    assert str(read.table.spend_plan[0].percent) == "25"
    assert [f.cell for f in read.findings if f.code == "correction-lost"] == ["x"]
    assert [b.how for b in read.bound if b.path == "funding.total"] == ["confirmed"]


def test_split_and_join_move_the_border_between_tables() -> None:
    document = row_document(*ROWS, *ROWS)
    assert len(read_tables(document)) == 2
    joined = read_tables(document, corrections=[Correction("join", row=16), Correction("join", row=17)])
    assert len(joined) == 1
    split = read_tables(document, corrections=[Correction("split", row=12)])
    assert [read.row for read in split] == [2, 12, 17]


def test_hints_of_the_form_win_over_those_of_all() -> None:
    corrections = [
        Correction("label", form="f", label="甲", path="project.name"),
        Correction("label", label="甲", path="project.code"),
        Correction("label", form="g", label="甲", path="duties"),
        Correction("column", label="值", column=1, path="value"),
        Correction("unit", text="元"),
    ]
    hints = hints_for("f", corrections)
    assert (hints.labels, hints.columns, hints.unit) == ({"甲": "project.name"}, {("值", 1): "value"}, "元")


@pytest.mark.parametrize(
    "data",
    [
        {"op": "drop"},
        {"op": "label", "label": "a", "path": "b"},
        {"op": "unit", "text": "角"},
        {"op": "text", "row": "1"},
        [],
    ],
)
def test_senseless_corrections_are_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"更正|没有|不是"):
        Correction.from_dict(data)  # type: ignore[arg-type]


def test_correction_survives_json() -> None:
    correction = Correction("column", form="form-1", label="指标值", column=1, path="period.value")
    assert Correction.from_dict(correction.to_dict()) == correction
