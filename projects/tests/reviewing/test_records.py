"""Review sheets and adjustment forms as documents, the register, the statistics, the year's settings."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from projects.grids.docx_reader import read_docx
from projects.grids.grid import Grid
from projects.models import ExportRecord, ReviewSetting, Revision, Role, TargetTable, User
from projects.rules.dimensions import ITEM_KEYS
from projects.services.reviewing import papers, sheets
from projects.services.reviewing.records import register_data, statistics_data
from projects.services.revisions import content_of
from projects.tests.entry_helpers import set_
from projects.tests.office import person
from projects.tests.reviewing.conftest import Bureau
from projects.tests.reviewing.test_queue import submitted
from projects.tests.reviewing.test_review_json import ask


def get(user: User, address: str) -> tuple[int, bytes, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    content = answer.getvalue() if answer.streaming else answer.content
    return answer.status_code, content, answer.get("Content-Security-Policy", "")


def texts(content: bytes) -> list[list[str]]:
    """The rows of all tables of a Word document."""
    grids = [block for block in read_docx(content, "x.docx").blocks if isinstance(block, Grid)]
    return [[cell.text for cell in row.cells] for grid in grids for row in grid.rows]


def graded(bureau: Bureau, user: User, *, form: str = "general", opinion: str = "", **others: str) -> None:
    name = "grade" if form == "general" else "score"
    usual = "优" if form == "general" else "10"
    items = {key: {name: others.get(key, usual), "opinion": f"{key}可以"} for key in ITEM_KEYS}
    sheets.save(user=user, table_id=bureau.pk, version=0, form=form, items=items, opinion=opinion)


def reviewed(bureau: Bureau) -> None:
    """Passed as 良, approved with 80 points."""
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer, goals="良", opinion="部门同意")
    bureau.act(bureau.reviewer, "pass")
    graded(bureau, bureau.finance, form="key", opinion="财政同意")
    bureau.act(bureau.finance, "approve")


def at(bureau: Bureau, rest: str) -> str:
    return f"/tables/{bureau.pk}/{rest}"


# The sheet ------------------------------------------------------------------------------------------------------


def test_review_sheet_prints_both_levels_side_by_side(bureau: Bureau) -> None:
    reviewed(bureau)
    status, content, _csp = get(bureau.finance, at(bureau, "review/sheet.docx"))
    rows = texts(content)
    assert (status, rows[0]) == (200, ["项目名称", "办公设备购置1", "主管部门", "财政局"])
    assert rows[1] == ["项目金额（万元）", "20.00", "审核版本", "第1版"]
    assert rows[2] == ["审核内容", "审核要点", "部门审核", "财政审核"]
    assert rows[3] == ["评定等级", "审核意见", "得分/分值", "审核意见"]
    assert rows[4][0] == "完整性"
    assert rows[4][2:] == ["优", "form可以", "10/10", "form可以"]
    assert rows[6][0] == "相关性"
    assert rows[6][2:] == ["良", "goals可以", "10/10", "goals可以"]
    assert rows[12] == ["总评", "良", "良（80 分）"]
    assert rows[13] == ["总体意见", "部门同意", "财政同意"]
    assert rows[14] == ["审核结论", "审核通过", "批复"]
    assert [text.split("\n")[0] for text in rows[15]] == ["审核人、时间", "reviewer", "finance"]


def test_review_sheet_as_excel_keeps_formulas_as_text(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer, opinion="=1+1")
    bureau.act(bureau.reviewer, "pass")
    _status, content, _csp = get(bureau.finance, at(bureau, "review/sheet.xlsx"))
    cells = [
        cell
        for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        for cell in row
    ]
    assert "=1+1" in cells
    assert "绩效目标审核表" in "".join(map(str, cells))


def test_review_sheet_to_print_is_a_file_under_the_strict_policy(bureau: Bureau) -> None:
    reviewed(bureau)
    status, content, policy = get(bureau.finance, at(bureau, "review/sheet.html"))
    assert (status, "部门同意" in content.decode(), "style-src 'self'" in policy.split("; ")) == (200, True, True)


def test_who_gets_the_sheet_and_when(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    assert get(bureau.reviewer, at(bureau, "review/sheet.docx"))[0] == 404  # there is none yet
    graded(bureau, bureau.reviewer)
    assert get(bureau.reviewer2, at(bureau, "review/sheet.docx"))[0] == 200  # a draft, for reviewers
    assert get(bureau.officer, at(bureau, "review/sheet.docx"))[0] == 404
    bureau.act(bureau.reviewer, "pass")
    assert get(bureau.officer, at(bureau, "review/sheet.docx"))[0] == 404  # the review goes on
    bureau.act(bureau.finance, "approve")
    assert get(bureau.officer, at(bureau, "review/sheet.docx"))[0] == 200
    assert get(bureau.stranger, at(bureau, "review/sheet.docx"))[0] == 404
    for page in (at(bureau, ""), at(bureau, "history/")):
        assert b"review/sheet.docx" in get(bureau.officer, page)[1]


def test_pages_name_no_sheet_that_is_not_to_be_had(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer)
    for page in (at(bureau, ""), at(bureau, "history/")):
        assert b"review/sheet" not in get(bureau.officer, page)[1]
        assert b"review/sheet.docx" in get(bureau.reviewer2, page)[1]
    assert get(bureau.officer, at(bureau, "review/sheet.odt"))[0] == 404


def test_a_sheet_as_pdf_is_recorded_with_the_version_it_judges(bureau: Bureau) -> None:
    reviewed(bureau)
    status, content, _csp = get(bureau.finance, at(bureau, "review/sheet.pdf"))
    assert (status, content[:5]) == (200, b"%PDF-")
    record = ExportRecord.objects.get()
    version = Revision.objects.filter(table=bureau.row, number=1).get()
    assert (record.kind, record.format, record.actor) == ("review", "pdf", bureau.finance)
    assert record.revisions == [[bureau.row.pk, 1, version.sha256]]
    assert record.sha256 == hashlib.sha256(content).hexdigest()


def test_sheet_of_an_earlier_round(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer, goals="差", opinion="第一轮")
    bureau.act(bureau.reviewer, "return")
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer, opinion="第二轮")
    bureau.act(bureau.reviewer, "pass")
    assert texts(get(bureau.finance, at(bureau, "review/sheet.docx"))[1])[13][1] == "第二轮"
    assert texts(get(bureau.finance, at(bureau, "review/sheet.docx?revision=1"))[1])[13][1] == "第一轮"


def test_batch_takes_what_is_asked_for_and_nothing_foreign(bureau: Bureau) -> None:
    first = bureau.pk
    reviewed(bureau)
    (second,) = submitted(bureau, 1)
    bureau.pk = second
    graded(bureau, bureau.reviewer)
    bureau.act(bureau.reviewer, "pass")
    both = get(bureau.reviewer, f"/review/sheets.docx?table={first}&table={second}")
    assert (both[0], [row[1] for row in texts(both[1]) if row[0] == "项目名称"]) == (
        200, ["办公设备购置1", "办公设备购置10"],
    )  # fmt: skip
    by_register = texts(get(bureau.reviewer, "/review/sheets.docx?decision=approve")[1])
    assert [row[1] for row in by_register if row[0] == "项目名称"] == ["办公设备购置1"]
    assert get(bureau.stranger, f"/review/sheets.docx?table={first}")[0] == 404
    TargetTable.objects.filter(pk=first).update(submitted_by=bureau.reviewer)
    assert get(bureau.reviewer, f"/review/sheets.docx?table={first}")[0] == 404
    assert get(bureau.officer, f"/review/sheets.docx?table={first}")[0] == 403


# Adjustments ----------------------------------------------------------------------------------------------------


def adjusted(bureau: Bureau) -> None:
    reviewed(bureau)
    bureau.act(bureau.officer, "adjust", reason="机构改革")
    first, second, third = bureau.uids
    bureau.edit(
        set_("funding.total", "210000"),
        set_("funding.fiscal", "210000"),
        set_(f"indicators/{second}/value", "99%"),
        {"op": "delete", "list": "indicators", "uid": third},
        {"op": "move", "list": "indicators", "uid": first, "after": second},
    )


def test_adjustment_form_shows_before_and_after(bureau: Bureau) -> None:
    adjusted(bureau)
    status, content, _csp = get(bureau.reader, at(bureau, "adjustments/1/form.docx"))
    rows = texts(content)
    assert (status, rows[1][-1], rows[2]) == (200, "尚未批复", ["调整原因", "机构改革"])
    assert [row[-3:] for row in rows[4:]] == [
        ["预算数（元）", "200000.00", "210000.00"],
        ["财政资金（元）", "200000.00", "210000.00"],
        ["效益指标 · 社会效益指标 · 验收合格率 · 指标值", "100%", "99%"],
        ["效益指标 · 社会效益指标 · 验收合格率（移动）", "第2行", "第1行"],
        ["满意度指标 · 服务对象满意度指标 · 职工满意度（删除）",
         "满意度指标 | 服务对象满意度指标 | 职工满意度 | ≥90%", ""],
    ]  # fmt: skip
    bureau.act(bureau.officer, "submit")
    bureau.act(bureau.reviewer, "pass")
    bureau.act(bureau.finance, "approve")
    again = texts(get(bureau.reader, at(bureau, "adjustments/1/form.docx"))[1])
    assert again[1][-1].startswith("finance 20")
    assert again[4:] == rows[4:]
    both = {item.adjustment: content_of(item) for item in Revision.objects.filter(cause="approve")}
    assert [len(both[number].indicators) for number in (0, 1)] == [3, 2]


def test_adjustment_data_for_the_page(bureau: Bureau) -> None:
    adjusted(bureau)
    data = papers.adjustment_data(user=bureau.reader, row=bureau.row, number=1)
    assert (data["reason"], data["by"], data["before"]["revision"], data["after"]["revision"]) == (
        "机构改革", "officer", 2, None,
    )  # fmt: skip
    assert {key: data["rows"][2][key] for key in ("section", "before", "after", "kind")} == {
        "section": "年度指标", "before": "100%", "after": "99%", "kind": "changed",
    }  # fmt: skip
    assert data["files"]["docx"] == at(bureau, "adjustments/1/form.docx")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_adjustment_that_never_was_is_not_there(bureau: Bureau, number: int) -> None:
    reviewed(bureau)
    assert get(bureau.reader, at(bureau, f"adjustments/{number}/form.docx"))[0] == 404


def test_adjustments_are_hidden_with_their_table(bureau: Bureau) -> None:
    adjusted(bureau)
    assert get(bureau.stranger, at(bureau, "adjustments/1/form.docx"))[0] == 404


# Register and statistics ----------------------------------------------------------------------------------------


def test_register_lists_decisions_with_their_sheets(bureau: Bureau) -> None:
    reviewed(bureau)
    data = register_data(user=bureau.finance, params={"year": "2027"})
    told = [
        (row["action_name"], row["level_name"], row["by"], row["grade"], row["score"], row["round"], row["days"])
        for row in data["rows"]
    ]
    assert told == [
        ("批复", "财政审核", "finance", "良", "80", 1, 0),
        ("审核通过", "部门审核", "reviewer", "良", "", 1, 0),
    ]
    assert data["totals"] == {"count": 2, "amount": "400000.00"}
    assert data["rows"][0]["sheet_url"] == f"/tables/{bureau.pk}/review/sheet.docx?revision=1"
    for params, count in (
        ({"level": "finance"}, 1),
        ({"decision": "pass"}, 1),
        ({"grade": "优"}, 0),
        ({"grade": "良"}, 2),
        ({"year": "2020"}, 0),
        ({"department": str(bureau.department.pk)}, 2),
        ({"department": str(bureau.elsewhere.pk)}, 0),
        ({"decision": "nonsense"}, 2),
    ):
        assert register_data(user=bureau.finance, params=params)["totals"]["count"] == count, params


def test_register_and_statistics_show_nothing_foreign_and_nothing_own(bureau: Bureau) -> None:
    bureau.act(bureau.all, "submit")
    bureau.act(bureau.reviewer, "return")
    assert register_data(user=bureau.finance, params={})["totals"]["count"] == 1
    for user in (bureau.all, bureau.stranger):
        assert register_data(user=user, params={})["rows"] == []
        assert statistics_data(user=user, params={})["tables"] == []
    assert get(bureau.officer, "/review/register.xlsx")[0] == 403


def test_register_as_excel(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    bureau.act(bureau.reviewer, "return", reason="=HYPERLINK(1)")
    _status, content, _csp = get(bureau.finance, "/review/register.xlsx?year=2027")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "2027年度绩效目标审核登记簿" in rows[0]
    assert rows[-1][1:5] == ["reviewer", "部门审核", "退回", "办公设备购置1"]
    assert "=HYPERLINK(1)" in rows[-1]


def test_register_takes_the_same_queries_for_one_and_for_many(bureau: Bureau) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        user = User.objects.get(pk=bureau.finance.pk)
        with CaptureQueriesContext(connection) as captured:
            register_data(user=user, params={})
            statistics_data(user=user, params={})
        return len(captured)

    reviewed(bureau)
    one = queries()
    for pk in submitted(bureau, 5):
        bureau.pk = pk
        bureau.comment(bureau.reviewer)
        bureau.act(bureau.reviewer, "return")
    assert queries() == one


def test_statistics_count_rounds_days_grades_and_findings(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    from projects.findings import INFO, WARN, Finding
    from projects.life import checks

    found = [Finding(WARN, "sum", "合计"), Finding(WARN, "sum", "合计"), Finding(INFO, "blank", "空")]
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [lambda *_args: found])
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return")
    bureau.go_on(bureau.officer, bureau.row.comments.get(), "answer", "好")
    bureau.act(bureau.officer, "submit")
    graded(bureau, bureau.reviewer)
    bureau.go_on(bureau.reviewer, bureau.row.comments.get(), "resolve")
    bureau.act(bureau.reviewer, "pass")
    data = statistics_data(user=bureau.finance, params={"year": "2027"})
    tables = {table["key"]: table["rows"] for table in data["tables"]}
    assert tables["rounds"][1] == ["2 次", "1", "100%"]
    assert tables["days"][0] == ["1 天以内", "2", "100%"]
    assert tables["grades"][0] == ["优", "1", "100%"]
    assert tables["findings"] == [["合计不等于各部分之和", "2", "100%"]]
    assert tables["departments"] == [["财政局", "1", "1", "0", "1", "2", "合计不等于各部分之和"]]
    (plot,) = [plot for plot in data["plots"] if plot["key"] == "rounds"]
    assert [(bar["label"], bar["value"], bar["w"]) for bar in plot["bars"]][:2] == [
        ("1 次", "0", "0.5"), ("2 次", "1", "194.0"),
    ]  # fmt: skip
    _status, content, _csp = get(bureau.finance, "/review/statistics.xlsx?year=2027")
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names == [
        "概况", "送审次数", "审核用时", "审核表总评", "最常见的检查问题", "各部门",
    ]  # fmt: skip


# Settings -------------------------------------------------------------------------------------------------------


def setting(**changes: Any) -> dict[str, Any]:
    weights = {key: "12.5" for key in ITEM_KEYS}
    body = {
        "version": 0,
        "sheet": {"department": "none", "finance": "required"},
        "key_amount": "5,000,000",
        "weights": weights,
    }
    return body | changes


def test_settings_are_the_administrators_of_everything(bureau: Bureau) -> None:
    chief = person("chief", (Role.ADMINISTRATOR, None))
    local = person("local", (Role.ADMINISTRATOR, bureau.department))
    address = "/review/settings/2027/save/"
    for user in (local, bureau.finance, bureau.officer):
        assert ask(user, address, setting())[0] == 403
    status, answer = ask(chief, address, setting())
    assert (status, answer["settings"]["key_amount"], answer["settings"]["weights"]["goals"]) == (
        200, "5000000.00", "12.5",
    )  # fmt: skip
    stored = ReviewSetting.objects.get()
    assert (stored.finance_sheet, stored.version) == ("required", 1)
    assert ask(chief, address, setting())[0] == 409
    assert ask(chief, "/review/settings/2031/save/", setting())[0] == 404
    for bad, field in (
        ({"key_amount": "很多"}, "key_amount"),
        ({"key_amount": "-1"}, "key_amount"),
        ({"sheet": {"department": "maybe", "finance": "none"}}, "department"),
        ({"weights": {}}, "form"),
        ({"weights": {key: "10" for key in ITEM_KEYS}}, ""),
    ):
        status, answer = ask(chief, address, setting(version=1, **bad))
        assert (status, answer["field"]) == (400, field), json.dumps(bad)
    assert ReviewSetting.objects.get().version == 1
