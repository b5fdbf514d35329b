"""The review sheet: what it adds up to, who fills it in, when it stands in the way, that it is frozen."""

from __future__ import annotations

from typing import Any

import pytest

from projects.findings import BLOCK, WARN, Finding
from projects.grading import WEIGHTS, BadGrade, all_good, verdict, weights_of
from projects.models import AuditEvent, ReviewSetting, ReviewSheet, Revision, WrittenOnce
from projects.rules.dimensions import ITEM_KEYS, ITEMS
from projects.services.reviewing import sheets
from projects.services.reviewing.comments import NotYours
from projects.services.reviewing.deciding import DecisionRefused, decide
from projects.services.reviewing.sheets import SheetRefused
from projects.tests.reviewing.conftest import Bureau
from projects.workflow import IllegalTransition

Items = dict[str, dict[str, str]]


def graded(grade: str = "优", **others: str) -> Items:
    return {key: {"grade": others.get(key, grade)} for key in ITEM_KEYS}


def scored(lost: str = "0") -> Items:
    """Full marks, but ``lost`` points in the last item (weight 15)."""
    last = ITEM_KEYS[-1]
    return {key: {"score": str(15 - int(lost)) if key == last else WEIGHTS[key]} for key in ITEM_KEYS}


def save(bureau: Bureau, user: Any = None, **wish: Any) -> ReviewSheet:
    wish = {"version": 0, "form": "general", "items": graded()} | wish
    return sheets.save(user=user or bureau.reviewer, table_id=bureau.pk, **wish)


# What it adds up to ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "proposed", "missing"),
    [
        (graded(), "优", ()),
        (graded(goals="良"), "良", ()),
        (graded("良", goals="差"), "差", ()),
        ({}, "", tuple(item.name for item in ITEMS)),
        (graded(form=""), "", ("规范完整性",)),
        (graded("中", form=""), "中", ("规范完整性",)),
    ],
)  # fmt: skip
def test_general_sheet_proposes_the_worst_grade(items: Items, proposed: str, missing: tuple[str, ...]) -> None:
    found = verdict("general", items, WEIGHTS)
    assert (found.proposed, found.missing) == (proposed, missing)


@pytest.mark.parametrize(("last", "grade"), [("15", "优"), ("5", "优"), ("4.99", "良")])
def test_key_sheet_is_graded_by_its_score(last: str, grade: str) -> None:
    items = scored()
    items["conditions"]["score"] = last
    assert verdict("key", items, WEIGHTS).proposed == grade
    limits = {"89.99": "良", "80": "良", "79.99": "中", "60": "中", "59.99": "差"}
    for total, expected in limits.items():
        one = {key: {"score": "0"} for key in ITEM_KEYS} | {"form": {"score": total}}
        assert verdict("key", one, {"form": "100"}).proposed == expected


def test_all_good_asks_every_item() -> None:
    assert all_good("general", graded("良"), WEIGHTS)
    assert not all_good("general", graded("良", funding="中"), WEIGHTS)
    assert not all_good("general", graded("优", funding=""), WEIGHTS)
    assert all_good("key", scored("3"), WEIGHTS)  # 12 of 15
    assert not all_good("key", scored("4"), WEIGHTS)


def test_weights_add_up_to_a_hundred() -> None:
    assert weights_of({**WEIGHTS, "form": "8.5", "clarity": "11.50"})["clarity"] == "11.5"
    with pytest.raises(BadGrade, match="合计应为 100，现为 101"):
        weights_of({**WEIGHTS, "form": "11"})
    for bad in ("", "十", "-1", "NaN", "1e999", "1.005"):
        with pytest.raises(BadGrade) as caught:
            weights_of({**WEIGHTS, "goals": bad})
        assert caught.value.field == "goals"


# Filling it in --------------------------------------------------------------------------------------------------


def test_blank_sheet_is_prefilled_from_findings(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    found = [Finding(WARN, "blank", "项目用途没有填写"), Finding(BLOCK, "no-output", "没有产出类指标")]
    sheet = sheets.blank_sheet(bureau.row, Revision.objects.get(), "department", found)
    assert (sheet.items["form"]["grade"], sheet.items["indicators"]["grade"]) == ("良", "中")
    assert (sheet.items["goals"]["grade"], sheet.proposed, ReviewSheet.objects.count()) == ("", "中", 0)


def test_draft_is_saved_with_its_version(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    sheet = save(bureau, opinion="总体较好", items=graded(form="良"))
    assert (sheet.version, sheet.grade, sheet.opinion, sheet.level) == (1, "良", "总体较好", "department")
    with pytest.raises(SheetRefused) as caught:
        save(bureau, bureau.reviewer2)
    assert (caught.value.error, caught.value.sheet) == ("stale", sheet)
    assert save(bureau, bureau.reviewer2, version=1, overall="中", reason="综合考虑").grade == "中"
    assert AuditEvent.objects.filter(action="sheet.save").count() == 2


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"items": {"form": {"grade": "A"}}}, "form"),
        ({"items": {"form": {"score": "11"}}, "form": "key"}, "form"),
        ({"items": {"form": {"score": "很好"}}, "form": "key"}, "form"),
        ({"items": {"goals": 3}}, "goals"),
        ({"overall": "及格"}, "overall"),
        ({"form": "other"}, "form"),
        ({"opinion": "长" * 4001}, "opinion"),
    ],
)
def test_what_can_be_no_grade_is_refused_with_its_place(bureau: Bureau, wish: dict[str, Any], field: str) -> None:
    bureau.act(bureau.officer, "submit")
    with pytest.raises(BadGrade) as caught:
        save(bureau, **wish)
    assert caught.value.field == field
    assert not ReviewSheet.objects.exists()


def test_only_whose_turn_it_is_fills_it_in(bureau: Bureau) -> None:
    with pytest.raises(SheetRefused):
        save(bureau)
    bureau.act(bureau.officer, "submit")
    for user in (bureau.officer, bureau.stranger, bureau.reader):
        with pytest.raises(NotYours):
            save(bureau, user)
    with pytest.raises(SheetRefused, match="现在不由您审核"):
        save(bureau, bureau.finance)
    bureau.act(bureau.all, "pass")
    with pytest.raises(SheetRefused, match="部门审核是您本人办理的"):
        save(bureau, bureau.all)
    assert save(bureau, bureau.finance).level == "finance"


def test_from_the_years_amount_on_the_key_version_is_used(bureau: Bureau) -> None:
    ReviewSetting.objects.create(fiscal_year=bureau.year, key_amount="200000")
    bureau.act(bureau.officer, "submit")
    with pytest.raises(BadGrade, match="须用重点项目审核表"):
        save(bureau)
    sheet = save(bureau, form="key", items=scored("10"))
    assert (f"{sheet.score}", sheet.grade) == ("90", "优")


# With the decision ----------------------------------------------------------------------------------------------


def test_a_required_sheet_must_be_complete(bureau: Bureau) -> None:
    ReviewSetting.objects.create(fiscal_year=bureau.year, department_sheet="required")
    bureau.act(bureau.officer, "submit")
    with pytest.raises(IllegalTransition, match="2027年要求填完审核表，还缺：各项评定"):
        bureau.act(bureau.reviewer, "pass")
    save(bureau, items=graded(form=""))
    with pytest.raises(IllegalTransition, match="还缺：规范完整性"):
        bureau.act(bureau.reviewer, "pass")
    save(bureau, version=1, overall="良")
    with pytest.raises(IllegalTransition, match="还缺：改变总评的理由"):
        bureau.act(bureau.reviewer, "pass")
    save(bureau, version=2)
    assert bureau.act(bureau.reviewer, "pass").status == "dept_reviewed"
    assert bureau.act(bureau.finance, "approve").status == "approved"  # optional at this level


@pytest.mark.parametrize("grade", ["中", "差"])
def test_a_poor_grade_cannot_pass(bureau: Bureau, grade: str) -> None:
    bureau.act(bureau.officer, "submit")
    save(bureau, items=graded(goals=grade))
    with pytest.raises(IllegalTransition, match=f"审核表总评为“{grade}”"):
        bureau.act(bureau.reviewer, "pass")
    bureau.act(bureau.reviewer, "return")
    sheet = ReviewSheet.objects.get()
    assert (sheet.decision, sheet.decided_version, sheet.grade) == ("return", 2, grade)


def test_a_frozen_sheet_is_never_changed(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    save(bureau)
    bureau.act(bureau.reviewer, "pass")
    sheet = ReviewSheet.objects.get()
    assert sheet.frozen_at is not None
    for change in (
        sheet.save,
        sheet.delete,
        lambda: ReviewSheet.objects.update(grade="差"),
        lambda: ReviewSheet.objects.all().delete(),
    ):
        with pytest.raises(WrittenOnce):
            change()
    assert ReviewSheet.objects.get().grade == "优"


def test_a_draft_on_a_withdrawn_version_does_not_count(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    save(bureau, items=graded("差"))
    bureau.act(bureau.officer, "withdraw", "submit")
    assert bureau.act(bureau.reviewer, "pass").status == "dept_reviewed"
    assert ReviewSheet.objects.get().frozen_at is None


# Deciding on what one saw ---------------------------------------------------------------------------------------


def decided(bureau: Bureau, user: Any, action: str, **wish: Any) -> str:
    wish = {"version": bureau.row.version, "cursor": 0} | wish
    return decide(user=user, table_id=bureau.pk, action=action, **wish).status


def test_comments_and_sheets_of_others_make_a_decision_stale(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer2, kind="advice")
    with pytest.raises(DecisionRefused) as caught:
        decided(bureau, bureau.reviewer, "pass")
    assert (caught.value.error, "“绩效目标”" in caught.value.message) == ("stale", True)
    save(bureau, bureau.reviewer2)
    with pytest.raises(DecisionRefused, match="刚保存过审核表"):
        decided(bureau, bureau.reviewer, "pass", cursor=1)
    assert decided(bureau, bureau.reviewer, "pass", cursor=1, sheet=1) == "dept_reviewed"
    with pytest.raises(DecisionRefused) as caught:
        decided(bureau, bureau.finance, "approve", cursor=1, version=2)
    assert caught.value.error == "stale"
    refused = AuditEvent.objects.filter(succeeded=False).order_by("id").values_list("action", flat=True)
    assert list(refused) == ["table.pass", "table.pass", "table.approve"]


def test_answered_comments_are_resolved_with_the_decision_or_not_at_all(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    one = bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return")
    bureau.go_on(bureau.officer, one, "answer", "已改")
    bureau.act(bureau.officer, "submit")
    two = bureau.comment(bureau.reviewer, "title")
    with pytest.raises(DecisionRefused) as caught:
        decided(bureau, bureau.reviewer, "pass", cursor=99, resolve=True)
    assert (caught.value.error, caught.value.open) == ("refused", [one.pk, two.pk])
    one.refresh_from_db()
    assert one.state == "answered"
    bureau.go_on(bureau.reviewer, two, "resolve")
    assert decided(bureau, bureau.reviewer, "pass", cursor=99, resolve=True) == "dept_reviewed"
    one.refresh_from_db()
    assert (one.state, one.shown_state) == ("resolved", "answered")


def test_nobody_decides_on_his_own_or_a_foreign_table(bureau: Bureau) -> None:
    bureau.act(bureau.all, "submit")
    for user in (bureau.all, bureau.stranger, bureau.officer, bureau.reader):
        with pytest.raises(NotYours):
            decided(bureau, user, "pass")
    with pytest.raises(DecisionRefused, match="没有这种操作"):
        decided(bureau, bureau.reviewer, "withdraw")
