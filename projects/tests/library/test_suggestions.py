"""What is offered while typing: from where, in which order, and nothing that is not seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Department, TargetTable, User
from projects.selectors import search
from projects.selectors.suggestions import suggestions
from projects.services import library
from projects.store import Entry, save_tables
from projects.targettable import Indicator
from projects.tests.generated import table
from projects.tests.library.conftest import Add, Approve, quality


@pytest.fixture
def row(places: dict[str, Department]) -> TargetTable:
    """The table that is filled in."""
    content = table(900, fiscal_year=2027)
    content.project.name, content.project.type = "优抚对象补助", "一般性项目"
    content.indicators = []
    pk = save_tables([Entry(content, places["bureau"])]).saved[0].pk
    return TargetTable.objects.select_related("department", "fiscal_year").get(pk=pk)


def offered(user: User, row: TargetTable, **asked: str) -> list[tuple[str, str]]:
    found = suggestions(user=user, table=row, **({"field": "name", "category": "output.quality"} | asked))
    return [(item["text"], item["source"]) for item in found]


def test_a_library_entry_brings_what_goes_with_it(add: Add, people: dict[str, User], row: TargetTable) -> None:
    add("发放准确率", value="≥98%", unit="%", basis="《办法》", explanation="准确发放的占比")
    assert suggestions(user=people["officer"], table=row, field="name", category="output.quality", q="准确") == [
        {
            "text": "发放准确率",
            "count": 0,
            "library": True,
            "source": "共享指标库",
            "value": "≥98%",
            "unit": "%",
            "basis": "《办法》",
            "description": "准确发放的占比",
        }
    ]


def test_the_sources_are_named_and_one_name_stands_once(
    add: Add, approve: Approve, people: dict[str, User], places: dict[str, Department], row: TargetTable
) -> None:
    add("发放准确率")
    add("发放准确率", places["bureau"])
    approve(1, quality("发放准确率", "≥98%"), quality("采集准确率"))
    approve(2, quality("发放 准确率", "100%"))
    draft = table(3, fiscal_year=2027)
    draft.indicators = [quality("登记准确率")]
    save_tables([Entry(draft, places["bureau"])])
    assert offered(people["officer"], row, q="准确率") == [
        ("发放准确率", "“财政局”指标库 · 共享指标库 · 已批复 2 次"),
        ("采集准确率", "已批复 1 次"),
        ("登记准确率", "本部门未批复的表 1 次"),
    ]
    first = suggestions(user=people["officer"], table=row, field="name", category="output.quality", q="发放")[0]
    assert (first["value"], first["count"]) == ("100%", 2)  # the latest of two that are as frequent


def test_the_category_comes_first_then_the_project_then_use(
    approve: Approve, people: dict[str, User], row: TargetTable
) -> None:
    other = Indicator("产出指标", "时效指标", "补助准确率", value="100%", category="output.timeliness")
    for number in range(1, 6):
        approve(number, other, name=f"优抚对象补助{number}")
    for number in range(10, 14):
        approve(number, quality("培训准确率"), name=f"干部培训{number}", type="其他")
    approve(20, quality("抚恤准确率"), name="优抚对象补助", type="一般性项目")
    assert offered(people["officer"], row, q="准确") == [
        ("抚恤准确率", "已批复 1 次"),
        ("培训准确率", "已批复 4 次"),
        ("补助准确率", "时效指标 · 已批复 5 次"),
    ]


def test_nothing_foreign_nothing_retired_nothing_proposed(
    add: Add, approve: Approve, people: dict[str, User], places: dict[str, Department], row: TargetTable
) -> None:
    add("外区准确率", places["foreign"])
    approve(1, quality("外区的准确率"), place="foreign")
    retired = add("停用准确率")
    library.set_in_use(actor=people["top"], pk=retired.pk, version=1, in_use=False)
    library.create_indicator(
        actor=people["officer"],
        department=None,
        fields={"category": "output.quality", "name": "待审准确率"},
        state="proposed",
    )
    # They are there to be leaked.
    assert {text for text, _source in offered(people["top"], row, q="准确率")} == {"外区准确率", "外区的准确率"}
    assert offered(people["officer"], row, q="准确率") == []


@pytest.mark.parametrize("few", [0, 2000])
@pytest.mark.parametrize("many", [0, 20_000])
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("准确", {"发放准确率", "采集准确率", "AB 准确率"}),
        ("率", {"发放准确率", "采集准确率", "AB 准确率"}),
        ("采集 率", {"采集准确率"}),
        ("ａb准", {"AB 准确率"}),
        ("满意", set()),
        ("", {"发放准确率", "采集准确率", "AB 准确率"}),
        ("'\"%_", set()),
    ],
)
def test_substrings_of_any_length_are_found(
    add: Add,
    approve: Approve,
    people: dict[str, User],
    row: TargetTable,
    monkeypatch: pytest.MonkeyPatch,
    q: str,
    found: set[str],
    few: int,
    many: int,
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "MANY", many)
    add("发放准确率")
    approve(1, quality("采集准确率"), quality("AB 准确率"))
    assert {text for text, _source in offered(people["officer"], row, q=q)} == found


def test_other_columns_prefer_what_stands_beside_the_same_indicator(
    add: Add, approve: Approve, people: dict[str, User], row: TargetTable
) -> None:
    add("发放准确率", value="≥98%", scoring="按比例")
    for number in range(1, 4):
        approve(number, quality("培训合格率", "≥95%", basis="培训计划"))
    approve(5, quality("发放 准确率", "100%", basis="发放办法", standard="计划标准"))
    assert offered(people["officer"], row, field="value", name="发放准确率") == [
        ("≥98%", "共享指标库"),
        ("100%", "已批复 1 次"),
        ("≥95%", "已批复 3 次"),
    ]
    assert offered(people["officer"], row, field="basis", q="计划", name="发放准确率") == [("培训计划", "已批复 3 次")]
    assert [text for text, _ in offered(people["officer"], row, field="standard")] == ["按比例", "计划标准"]
    assert suggestions(user=people["officer"], table=row, field="password", q="a") == []


def test_the_queries_do_not_grow(add: Add, approve: Approve, people: dict[str, User], row: TargetTable) -> None:
    def counted(**asked: Any) -> int:
        user = User.objects.get(pk=people["officer"].pk)
        with CaptureQueriesContext(connection) as captured:
            offered(user, row, **asked)
        return len(captured)

    add("准确率0")
    approve(0, quality("准确率0"))
    asked = [{"q": "准确"}, {"q": ""}, {"field": "value", "name": "准确率0"}]
    first = [counted(**one) for one in asked]
    for number in range(1, 9):
        add(f"准确率{number}")
        approve(number, *[quality(f"准确率{n}") for n in range(number)])
    assert [counted(**one) for one in asked] == first
    assert max(first) <= 17
