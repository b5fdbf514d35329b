"""Summaries: what is added up, what is compared, and that no cell becomes a formula."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from projects import exchange, summaries
from projects.grids.docx_reader import read_docx
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Grid
from projects.grids.xlsx_reader import read_xlsx
from projects.layouts import book, read_tables
from projects.services import summaries as service
from projects.summaries import Filed
from projects.targettable import DepartmentRef, Funding, Goals, Indicator, Item, Project, TargetTable

EXPECTED = Path(settings.BASE_DIR) / "fixtures" / "expected"
HOME = "株洲市石峰区退役军人事务局"


def sample(name: str) -> list[Filed]:
    data = json.loads((EXPECTED / f"{name}.json").read_text("utf-8"))
    tables = [TargetTable.from_dict(item) for item in data]
    return [Filed(table.department.name, "已批复", table) for table in tables]


def annexes() -> list[Filed]:
    return sample("003_6fc3c3bcd6c0de3e")


def gathered(filed: list[Filed]) -> service.Gathered:
    return service.Gathered(2023, DepartmentRef("", HOME), False, filed, [], summaries.differences(filed))


def written(kind: str, suffix: str, filed: list[Filed]) -> bytes:
    out = io.BytesIO()
    service.write(kind, suffix, gathered(filed), out)
    return out.getvalue()


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_annex_two_made_of_the_tables_is_the_annex_two_of_the_sample() -> None:
    filed = annexes()
    own = filed[1].table
    made = summaries.annex_two(filed, department=own.department, year=2023)
    assert made.funding.total == own.funding.total == Decimal("11842600.00")
    assert [(i.no, i.name, i.amount) for i in made.items] == [(i.no, i.name, i.amount) for i in own.items]
    assert made.goals == own.goals


def test_annex_two_read_back_from_word_is_what_was_written() -> None:
    made = summaries.annex_two(annexes(), department=DepartmentRef("", HOME), year=2023)
    out = io.BytesIO()
    write_docx(book([made]), out)
    (read,) = read_tables(read_docx(out.getvalue(), "a.docx"))
    assert read.table.to_dict() == made.to_dict()


def test_sample_003_adds_up_to_what_its_annexes_claim() -> None:
    assert summaries.differences(annexes(), stored=Decimal("11842600.00")) == []


def test_every_difference_is_said_with_both_sides() -> None:
    filed = annexes()
    filed[2].table.funding.total = Decimal("30000.00")  # 烈士纪念设施整修 was 20000
    found = summaries.differences(filed, stored=Decimal("11842600.00"))
    assert found == [
        "逐表相加为 11,852,600.00 元，列表中这些表的合计为 11,842,600.00 元，相差 +10,000.00 元",
        f"{HOME}：附表1的项目支出为 11,842,600.00 元，各项目表之和为 11,852,600.00 元，相差 -10,000.00 元",
        f"{HOME}：附表2的合计为 11,842,600.00 元，各项目表之和为 11,852,600.00 元，相差 -10,000.00 元",
        f"{HOME}：附表2中的“烈士纪念设施整修”为 20,000.00 元，其项目表为 30,000.00 元，相差 -10,000.00 元",
    ]


def test_lines_that_do_not_make_their_total_and_lines_without_a_table_are_said() -> None:
    filed = annexes()
    filed[1].table.items[0] = Item("一", "没有这个项目", Decimal("1.00"))
    found = summaries.differences(filed)
    assert f"{HOME}：附表2中的“没有这个项目”没有同名的项目表" in found
    assert any("附表2的合计为 11,842,600.00 元，附表2各行之和为 11,822,601.00 元" in text for text in found)


def test_amount_that_could_not_be_read_is_named_not_guessed() -> None:
    table = TargetTable(kind="project", project=Project(name="甲"), funding=Funding(total="约三万"))
    assert summaries.differences([Filed("某局", "草稿", table)]) == ["1 张表的金额未能识别，没有计入合计：甲"]
    assert summaries.project_list([Filed("某局", "草稿", table)], title="a").rows[0][4] == "约三万（未能识别）"


def test_project_list_has_key_indicators_of_different_categories_first() -> None:
    rows = [
        Indicator(name="甲", value="1", category="output.quantity"),
        Indicator(name="乙", value="2", category="output.quantity"),
        Indicator(name="丙", value="不适用", category="output.cost"),
        Indicator(name="丁", value="3", category="outcome.social"),
    ]
    table = TargetTable(kind="project", indicators=rows)
    assert [row.name for row in summaries.key_indicators(table, 2)] == ["甲", "丁"]
    assert [row.name for row in summaries.key_indicators(table, 3)] == ["甲", "乙", "丁"]
    for row, weight in zip(rows, (5, 20, 10, 15), strict=True):
        row.weight = Decimal(weight)
    assert [row.name for row in summaries.key_indicators(table, 2)] == ["乙", "丁"]


def test_indicator_list_has_one_row_per_indicator_that_is_used() -> None:
    filed = annexes()
    used = [row for item in filed for row in item.table.indicators if row.name or row.value]
    sheet = summaries.indicator_list(filed, title="指标清单")
    assert len(sheet.rows) == len(used) == 48
    assert sheet.rows[0][2:8] == [
        "2023年部门整体支出绩效目标表",
        "产出指标",
        "数量指标",
        "辖区内享受待遇人员数",
        "",
        "990",
    ]
    assert sheet.total[2] == "48 条指标"


def test_department_comparison_adds_up() -> None:
    filed = annexes() + sample("002_4229725100bda47c")
    sheet = summaries.department_comparison(filed, title="部门比较")
    assert [row[1] for row in sheet.rows] == [
        HOME, "秦皇岛市山海关区退役军人事务局本级", "秦皇岛市山海关区军队离休退休干部休养所",
    ]  # fmt: skip
    for column in (2, 3, 6):
        assert sum(row[column] for row in sheet.rows) == sheet.total[column]  # type: ignore[arg-type, misc]
    assert sheet.total[2] == 51


@pytest.mark.parametrize("kind", service.KINDS)
@pytest.mark.parametrize("suffix", ["docx", "xlsx", "csv"])
def test_each_summary_in_each_format_names_every_project_and_repeats_itself(kind: str, suffix: str) -> None:
    data = written(kind, suffix, annexes())
    assert data == written(kind, suffix, annexes())
    if suffix == "csv":
        text = data.decode("utf-8-sig")
    else:
        document = (read_docx if suffix == "docx" else read_xlsx)(data, f"a.{suffix}")
        text = "\n".join(c.text for b in document.blocks if isinstance(b, Grid) for _, c in b.cells())
    wanted = [HOME] if kind == service.DEPARTMENTS else ["城镇军队退役人员就业援助资金", "经开区-优军优抚专项"]
    for name in wanted:
        assert name in text


def test_nothing_typed_becomes_a_formula() -> None:
    evil = '=HYPERLINK("http://a.example","b")'
    table = TargetTable(
        kind="project",
        project=Project(name=evil, code="+1"),
        goals=Goals(annual="@SUM(A1)"),
        indicators=[Indicator(name="-1+1", value="=100%", category="output.quality")],
        funding=Funding(total=Decimal("-5.00")),
    )
    filed = [Filed("某局", "草稿", table)]
    for kind in service.KINDS:
        for row in lines(written(kind, "csv", filed)):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@")) or cell.startswith("-1+")]
        with zipfile.ZipFile(io.BytesIO(written(kind, "xlsx", filed))) as package:
            assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    assert lines(written(service.PROJECTS, "csv", filed))[1][3:5] == [f"'{evil}", "-5.00"]


def test_totals_stand_as_numbers_in_excel_and_as_plain_numbers_in_csv() -> None:
    assert lines(written(service.PROJECTS, "csv", annexes()))[-1][:5] == ["", "合计", "", "7 个项目", "11842600.00"]
    with zipfile.ZipFile(io.BytesIO(written(service.PROJECTS, "xlsx", annexes()))) as package:
        assert b"<v>11842600</v>" in package.read("xl/worksheets/sheet1.xml")


def test_differences_stand_below_the_list() -> None:
    filed = annexes()
    filed[2].table.funding.total = Decimal("30000.00")
    out = io.BytesIO()
    service.write(service.PROJECTS, "docx", gathered(filed), out)
    texts = [block.text for block in read_docx(out.getvalue(), "a.docx").blocks if not isinstance(block, Grid)]
    assert texts[1] == "核对说明"
    assert len(texts) == 5


# ---- 一体化 ----


def test_exchange_has_the_fields_by_name_and_a_goal_per_half() -> None:
    made = exchange.exchange_of([item.table for item in sample("002_4229725100bda47c")], division="130303000")
    assert len(made.goals) == 44
    assert made.issues == []
    assert made.goals[0] == {
        "MOF_DIV_CODE": "130303000",
        "FISCAL_YEAR": "2021",
        "AGENCY_CODE": "321001",
        "PRO_CODE": "13030321033M82CPMGECI",
        "YEARFLAG": "0",
        "KPI_TARGET": "1.足额发放优抚对象门诊补助\n2.及时发放优抚对象门诊补助\n3.按照标准发放",
    }
    last = made.indicators[8]
    assert list(last) == list(exchange.INDICATOR_FIELDS)
    assert last | {"KPI_CONTENT": ""} == {
        "MOF_DIV_CODE": "130303000", "FISCAL_YEAR": "2021", "AGENCY_CODE": "321001",
        "PRO_CODE": "13030321033M82CPMGECI", "YEARFLAG": "0",
        "LV1_PERF_IND_CODE": "satisfaction", "LV1_PERF_IND_NAME": "满意度指标",
        "LV2_PERF_IND_CODE": "satisfaction.beneficiaries", "LV2_PERF_IND_NAME": "服务对象满意度指标",
        "LV3_PERF_IND_CODE": "", "LV3_PERF_IND_NAME": "优抚对象满意度", "KPI_CONTENT": "",
        "KPI_EVALSTD": "年度工作计划", "KPI_VAL": "95", "KPI_REMARK": "", "COMPUTESIGN": "4", "METERUNIT": "%",
        "WEIGHT": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "sign"),
    [
        (Indicator(value="≥95%", operator="≥", quantity=Decimal(95)), "4"),
        (Indicator(value="≤3", operator="≤", quantity=Decimal(3)), "5"),
        (Indicator(value="=1", operator="=", quantity=Decimal(1)), "3"),
        (Indicator(value=">1", operator=">", quantity=Decimal(1)), "1"),
        (Indicator(value="<1", operator="<", quantity=Decimal(1)), "2"),
        (Indicator(value="990", quantity=Decimal(990)), "9"),
        (Indicator(value="有效改善"), "6"),
        (Indicator(value="不适用"), "10"),
    ],
)
def test_signs_of_the_exchange(row: Indicator, sign: str) -> None:
    assert exchange.sign_of(row) == sign


def test_what_a_receiver_would_refuse_is_reported_and_given_whole() -> None:
    table = TargetTable(kind="project", project=Project(name="甲"), goals=Goals(annual="字" * 2001), fiscal_year=2023)
    made = exchange.exchange_of([table])
    assert made.goals[0]["KPI_TARGET"] == "字" * 2001
    assert made.issues == [
        "没有设置财政区划代码（MOF_DIV_CODE），该字段为空",
        "甲：AGENCY_CODE、PRO_CODE 为空",
        "甲：KPI_TARGET 有 2001 字，超过 2000 字的上限",
    ]


@pytest.mark.parametrize(("part", "rows"), [("goals.csv", 45), ("indicators.csv", 397)])
def test_exchange_as_csv_has_a_row_each(part: str, rows: int) -> None:
    out = io.BytesIO()
    service.write_exchange(part, gathered(sample("002_4229725100bda47c")), out)
    found = lines(out.getvalue())
    fields = exchange.GOAL_FIELDS if part == "goals.csv" else exchange.INDICATOR_FIELDS
    assert found[0] == list(fields)
    assert len(found) == rows
