"""The eight items of the review sheet and the draft made from findings."""

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.rules import dimensions
from projects.rules.dimensions import ITEMS, draft, overall


def _found(level: str, code: str = "x", times: int = 1) -> list[Finding]:
    return [Finding(level, code, "…") for _ in range(times)]


def test_sheet_has_four_dimensions_of_two_items():
    assert [(item.dimension_name, item.name) for item in ITEMS] == [
        ("完整性", "规范完整性"),
        ("完整性", "明确清晰性"),
        ("相关性", "目标相关性"),
        ("相关性", "指标科学性"),
        ("适当性", "绩效合理性"),
        ("适当性", "资金匹配性"),
        ("可行性", "实现可能性"),
        ("可行性", "条件充分性"),
    ]
    assert [item.key for item in ITEMS if item.machine] == ["form", "indicators"]


def test_draft_without_findings_grades_only_what_a_machine_sees():
    drafts = draft(_found(BLOCK, times=0))
    assert [item.grade for item in drafts] == ["优", None, None, "优", None, None, None, None]
    assert drafts[7].note == "机器检查没有发现问题；绩效目标表里没有实施方案和制度，机器不能判断，由审核人判断。"
    assert overall(drafts)[0] is None


def test_draft_sorts_findings_under_their_item():
    findings = [*_found(WARN, "a"), *_found(INFO, "b"), *_found(BLOCK, "a")]
    drafts = draft(findings, item_for={"a": "funding", "b": "clarity"}.__getitem__)
    assert {item.item.key: [found.level for found in item.findings] for item in drafts if item.findings} == {
        "clarity": [INFO],
        "funding": [WARN, BLOCK],
    }
    assert [item.grade for item in drafts] == ["优", None, None, "优", None, "中", None, None]
    assert drafts[5].note.startswith("机器检查：须修改 1 项、提醒 1 项；")


def test_grades_follow_the_counts():
    def grade(found: list[Finding]) -> str | None:
        return draft(found, item_for=lambda code: "form")[0].grade

    assert grade(_found(INFO, times=9)) == "优"
    assert grade(_found(WARN)) == grade(_found(WARN, times=5)) == "良"
    assert grade(_found(WARN, times=6)) == grade(_found(BLOCK)) == grade(_found(BLOCK, times=2)) == "中"
    assert grade(_found(BLOCK, times=3)) == "差"


def test_overall_is_the_worst_item_and_names_what_is_left():
    grade, why = overall(draft(_found(WARN), item_for=lambda code: "results"))
    assert grade == "良"
    assert why == (
        "绩效合理性为“良”，总评暂定不高于“良”；明确清晰性、目标相关性、资金匹配性、实现可能性、条件充分性由审核人判断。"
    )


def test_unknown_code_is_about_the_form():
    assert dimensions.item_key("nothing-like-it") == "form"
    assert dimensions.item_key("no-output") == "indicators"
