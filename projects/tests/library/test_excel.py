"""The library as an Excel list: out and in again."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from indicators.models import LibraryIndicator
from perfgoals.uploads import FileRefused
from projects.models import AuditEvent, Department, User
from projects.selectors.library import list_library
from projects.services import library, library_excel
from projects.services.library_excel import CHANGED, HEADS, NEW, UNCHANGED, WRONG
from projects.services.listfile import workbook
from projects.tests.library.conftest import Add

FULL = {
    "explanation": "按月统计\n逐项核对",
    "formula": "=1+1",
    "source_type": "policy",
    "basis_type": "plan",
    "basis": "《办法》",
    "direction": "positive",
    "sign": "≥",
    "unit": "%",
    "value": "≥95%",
    "scoring": "@每低一个百分点扣1分",
    "evidence": "+发放名册",
    "sector": "教育",
    "project_type": "-一次性",
}


def book(*rows: dict[str, str], heads: tuple[str, ...] = HEADS) -> bytes:
    lines = [[row.get(head, "") for head in heads] for row in rows]
    return workbook("指标库", heads, lines, [10] * len(heads))


def line(name: str, **more: str) -> dict[str, str]:
    return {"一级指标": "产出指标", "二级指标": "质量指标", "三级指标": name} | more


def preview(actor: User, data: bytes, default: Department | None = None) -> list[library_excel.Row]:
    rows = library_excel.read_rows(data, "指标.xlsx")
    library_excel.check_rows(rows, actor=actor, default=default)
    return rows


def outcomes(rows: list[library_excel.Row]) -> list[str]:
    return [row.outcome for row in rows]


def confirmed(rows: list[library_excel.Row]) -> list[library_excel.Row]:
    return library_excel.unpack(library_excel.pack(rows))


def stored() -> list[tuple[Any, ...]]:
    names = (*library.FIELDS, "department", "state", "version")
    return list(LibraryIndicator.objects.order_by("id").values_list(*names))


def test_what_goes_out_comes_in_unchanged(add: Add, people: dict[str, User], places: dict[str, Department]) -> None:
    add("准确率", **FULL)
    retired = add("合格率", places["bureau"], category="satisfaction.beneficiaries")
    library.set_in_use(actor=people["top"], pk=retired.pk, version=1, in_use=False)
    before = stored()
    data = library_excel.export(list_library(LibraryIndicator.objects.all()))
    rows = preview(people["top"], data)
    assert outcomes(rows) == [UNCHANGED, UNCHANGED]
    library_excel.import_rows(rows, actor=people["top"], default=None)
    assert stored() == before
    # Into an empty library: the same again but for the numbers.
    LibraryIndicator.objects.all().delete()
    without = [{**row.texts, "编号": ""} for row in rows]
    fresh = preview(people["top"], book(*without))
    assert outcomes(fresh) == [NEW, NEW]
    library_excel.import_rows(confirmed(fresh), actor=people["top"], default=None)
    assert [row[:-1] for row in stored()] == [row[:-1] for row in before]


def test_nothing_in_the_file_is_a_formula(add: Add) -> None:
    add("准确率", **FULL)
    data = library_excel.export(LibraryIndicator.objects.all())
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {"=1+1", "@每低一个百分点扣1分", "+发放名册", "-一次性"} <= {cell.value for cell in cells}


def test_the_blank_list_has_the_headings_and_the_words_to_choose_from(people: dict[str, User]) -> None:
    data = library_excel.template()
    grid = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert tuple(grid[0][: len(HEADS)]) == HEADS
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"正向指标,反向指标"' in lists
    assert '"在用,已停用"' in lists
    with pytest.raises(FileRefused, match="没有数据行"):
        library_excel.read_rows(data, "指标.xlsx")


def test_the_preview_says_of_each_row_what_it_would_do_and_writes_nothing(
    add: Add, people: dict[str, User], places: dict[str, Department]
) -> None:
    same, other = add("准确率", value="≥95%"), add("合格率", value="≥90%")
    before, events = stored(), AuditEvent.objects.count()
    rows = preview(
        people["top"],
        book(
            line("准确率", 参考值="≥95%"),
            line("合格率", 参考值="100%", 状态="已停用"),
            line("覆盖率", 指标库="11", 计算符号=">=", 指标方向="正向"),
            line("名称变了", 编号=str(same.pk)),
        ),
    )
    assert outcomes(rows) == [UNCHANGED, CHANGED, NEW, WRONG]
    assert rows[1].changes == [("参考值", "≥90%", "100%"), ("状态", "在用", "已停用")]
    assert (rows[2].department, rows[2].fields["sign"], rows[2].fields["direction"]) == (
        places["bureau"],
        "≥",
        "positive",
    )
    assert rows[3].errors == ["与前面的一行是同一个指标"]
    assert (stored(), AuditEvent.objects.count()) == (before, events)
    done = library_excel.import_rows(confirmed(rows), actor=people["top"], default=None)
    assert (done[NEW], done[CHANGED]) == (1, 1)
    other.refresh_from_db()
    assert (other.value, other.state) == ("100%", "retired")
    assert LibraryIndicator.objects.get(name="覆盖率").department == places["bureau"]
    again = preview(people["top"], book(line("合格率", 参考值="100%"), line("覆盖率", 指标库="11", 计算符号="≥")))
    assert outcomes(again) == [UNCHANGED, CHANGED]  # the second leaves out the direction: an empty cell says empty
    assert again[1].changes == [("指标方向", "正向指标", "")]


def test_a_column_that_is_not_there_says_nothing(add: Add, people: dict[str, User]) -> None:
    add("准确率", **FULL)
    rows = preview(people["top"], book(line("准确率", 参考值="100%"), heads=("二级指标", "三级指标", "参考值")))
    assert rows[0].changes == [("参考值", "≥95%", "100%")]


def test_a_number_renames(add: Add, people: dict[str, User]) -> None:
    made = add("准确率")
    rows = preview(people["top"], book(line("发放准确率", 编号=str(made.pk))))
    assert rows[0].changes == [("三级指标", "准确率", "发放准确率")]
    library_excel.import_rows(confirmed(rows), actor=people["top"], default=None)
    assert LibraryIndicator.objects.get().name == "发放准确率"


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"二级指标": "满意"}, "“二级指标”不是国家分类中的类别"),
        ({"三级指标": ""}, "“三级指标”没有填"),
        ({"计算符号": "大约"}, "“计算符号”只能填：≥、≤、=、>、<、定性"),
        ({"指标来源": "听说"}, "“指标来源”只能填：政策文件、统计指标、部门管理指标、社会评比、其他"),
        ({"状态": "删除"}, "“状态”只能填：在用、已停用"),
        ({"指标库": "没有的局"}, "“指标库”不存在，或不由您维护：没有的局"),
        ({"编号": "999999"}, "没有编号为 999999 的指标；新增的行不填编号"),
        ({"编号": "甲"}, "没有编号为 甲 的指标；新增的行不填编号"),
        ({"计量单位": "个" * 41}, "“计量单位”超过 40 个字"),
        ({"评分标准": "评" * 2001}, "“评分标准”超过 2000 个字"),
    ],
)
def test_errors_name_the_column_and_leave_the_other_rows_alone(
    people: dict[str, User], texts: dict[str, str], error: str
) -> None:
    rows = preview(people["top"], book(line("准确率", 评分标准="按比例") | texts, line("合格率")))
    assert (rows[0].number, rows[0].errors) == (2, [error])
    assert outcomes(rows) == [WRONG, NEW]
    library_excel.import_rows(confirmed(rows), actor=people["top"], default=None)
    assert [row.name for row in LibraryIndicator.objects.all()] == ["合格率"]


def test_a_keeper_of_one_library_touches_no_other(
    add: Add, people: dict[str, User], places: dict[str, Department]
) -> None:
    shared, foreign = add("准确率"), add("合格率", places["foreign"])
    rows = preview(
        people["keeper"],
        book(
            line("准确率", 指标库="共享指标库"),
            line("准确率", 编号=str(shared.pk), 参考值="1"),
            line("合格率", 编号=str(foreign.pk), 参考值="1"),
            line("准确率"),
        ),
        places["bureau"],
    )
    assert outcomes(rows) == [WRONG, WRONG, WRONG, NEW]
    assert rows[1].errors == ["共享指标库由全部部门的系统管理员维护"]
    assert rows[2].errors == ["“外区”的指标库由它的系统管理员维护"]


def test_what_changed_after_the_preview_is_not_written_over(add: Add, people: dict[str, User]) -> None:
    made = add("准确率", value="≥95%")
    rows = confirmed(preview(people["top"], book(line("准确率", 参考值="100%"), line("合格率"))))
    library.change_indicator(actor=people["top"], pk=made.pk, version=1, fields={"value": "≥99%"}, department=None)
    with pytest.raises(ValidationError):
        library_excel.import_rows(rows, actor=people["top"], default=None)
    assert [row.value for row in LibraryIndicator.objects.all()] == ["≥99%"]
    # A row previewed as new that exists by now would change what nobody was shown.
    rows = confirmed(preview(people["top"], book(line("合格率", 参考值="100%"))))
    add("合格率", value="≥60%")
    with pytest.raises(ValidationError):
        library_excel.import_rows(rows, actor=people["top"], default=None)
    assert LibraryIndicator.objects.get(name="合格率").value == "≥60%"


def test_checking_takes_the_same_queries_for_few_and_many(people: dict[str, User]) -> None:
    counts = []
    for many in (1, 60):
        rows = library_excel.read_rows(book(*(line(f"指标{n}的准确率") for n in range(many))), "指标.xlsx")
        actor = User.objects.get(pk=people["top"].pk)
        with CaptureQueriesContext(connection) as captured:
            library_excel.check_rows(rows, actor=actor, default=None)
        counts.append(len(captured))
    assert counts == [4, 4]
