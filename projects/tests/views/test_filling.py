"""填报清单: which lines stand in it, what they say, and what the two buttons do to many lines at once."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.models import FiscalYear, Membership, Role, TargetTable, User
from projects.selectors.filling import Line, filing
from projects.store import load_tables
from projects.targettable import Indicator
from projects.tests.views.conftest import Make

NEXT = 2022
COMPLETE: dict[str, Any] = {
    "rows": [
        Indicator("产出指标", "数量指标", "购置电脑", value="≥20台", category="output.quantity", basis="购置清单"),
        Indicator("效益指标", "社会效益指标", "办公保障率", value="≥95%", category="outcome.social", basis="历史标准"),
    ]
}


@pytest.fixture
def next_year(db: None) -> FiscalYear:
    return FiscalYear.objects.create(year=NEXT)


def lines(person: User, **asked: Any) -> dict[str, Line]:
    return {line.label: line for line in filing(person, NEXT, **asked).lines}


def shown(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_projects_of_last_year_without_a_table_stand_beside_this_years(person, make: Make, next_year) -> None:
    make("甲项目", amount="200000")
    make("乙项目", amount="100000")
    make("乙项目", year=NEXT, amount="150000")
    make("丙项目", year=NEXT)
    make("丁项目", status="void")
    found = lines(person)
    assert set(found) == {"甲项目", "乙项目", "丙项目"}
    assert found["甲项目"].pk == 0
    assert (found["甲项目"].amount, found["甲项目"].before) == (None, Decimal(200000))
    assert (found["乙项目"].before, found["乙项目"].difference) == (Decimal(100000), Decimal(50000))
    assert (found["丙项目"].before_pk, found["丙项目"].difference) == (0, None)


def test_a_past_years_record_is_last_years_table(person, make: Make, next_year) -> None:
    make("甲项目", status="history", amount="100")
    make("乙项目", status="history", amount="300")
    made = make("乙项目", year=NEXT, amount="200")
    found = lines(person)
    assert (found["甲项目"].pk, found["甲项目"].before) == (0, Decimal(100))
    assert (found["乙项目"].pk, found["乙项目"].difference) == (made.pk, Decimal(-100))


def test_a_department_table_of_another_form_does_not_hide_last_years(person, make: Make, next_year) -> None:
    make("部门整体", kind="department", layout="zhuzhou-1")
    assert [line.pk for line in filing(person, NEXT).lines] == [0]
    made = make("部门整体", kind="department", layout="zhuzhou-1", year=NEXT)
    assert [line.pk for line in filing(person, NEXT).lines] == [made.pk]


@pytest.mark.parametrize(
    ("show", "labels"),
    [
        ("all", {"甲项目", "乙项目", "丙项目", "丁项目"}),
        ("missing", {"甲项目"}),
        ("open", {"乙项目", "丙项目"}),
        ("filed", {"丁项目"}),
    ],
)
def test_the_choices_and_their_counts(person, make: Make, next_year, show: str, labels: set[str]) -> None:
    make("甲项目")
    make("乙项目", year=NEXT)
    make("丙项目", year=NEXT, status="returned")
    make("丁项目", year=NEXT, status="submitted")
    assert set(lines(person, show=show)) == labels
    assert filing(person, NEXT, show=show).counts == {"all": 4, "missing": 1, "open": 2, "filed": 1}


def test_a_search_narrows_lines_and_counts(person, make: Make, next_year) -> None:
    make("道路养护")
    make("桥梁养护", year=NEXT)
    make("办公用房", year=NEXT)
    found = filing(person, NEXT, q="养护")
    assert {line.label for line in found.lines} == {"道路养护", "桥梁养护"}
    assert found.counts == {"all": 2, "missing": 1, "open": 1, "filed": 0}


def test_only_departments_where_one_is_officer(make: Make, departments, next_year) -> None:
    make("甲项目")
    make("乙项目", department="other", year=NEXT)
    user = User.objects.create_user("one")
    Membership.objects.create(user=user, role=Role.OFFICER, department=departments["other"])
    Membership.objects.create(user=user, role=Role.READER, department=departments["bureau"])
    assert set(lines(user)) == {"乙项目"}


def test_who_files_nothing_is_told_so(make: Make) -> None:
    make("甲项目")
    user = User.objects.create_user("reads")
    Membership.objects.create(user=user, role=Role.READER)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("filling")).status_code == 403


def test_without_a_year_the_page_says_what_to_do(client: Client) -> None:
    assert "请联系系统管理员新建" in shown(client.get(reverse("filling")))


def test_the_latest_open_year_is_shown(client: Client, make: Make, next_year) -> None:
    make("甲项目")
    FiscalYear.objects.create(year=2023, state=FiscalYear.State.CLOSED)
    assert "2022年度填报清单" in shown(client.get(reverse("filling")))
    assert client.get(reverse("filling") + "?year=1999").status_code == 404
    assert "2023年度“已关闭”，只能查看" in shown(client.get(reverse("filling") + "?year=2023"))


def test_headway_and_findings_of_a_draft(client: Client, make: Make, next_year) -> None:
    make("甲项目", year=NEXT, amount=None)
    text = shown(client.get(reverse("filling")))
    assert re.search(r"甲项目 .* 草稿 .*\d/\d .*须改 \d", text)


def test_drafts_are_made_of_what_was_chosen(client: Client, make: Make, next_year) -> None:
    chosen, other = make("甲项目", amount="200000"), make("乙项目")
    body = {"year": NEXT, "before": [chosen.pk], "take": ["goals"]}
    response = client.post(reverse("filling-create"), body)
    assert "已新建 1 张草稿。" in shown(response)
    made = TargetTable.objects.get(fiscal_year=next_year)
    assert (made.label, made.predecessor_id, made.status) == ("甲项目", chosen.pk, "draft")
    content = load_tables(TargetTable.objects.filter(pk=made.pk))[0]
    assert (content.goals.annual, content.indicators, content.funding.total) == ("完成年度采购", [], None)
    again = shown(client.post(reverse("filling-create"), body))
    assert "已新建 0 张草稿，1 张没有办理： 甲项目：本年度已有这张表" in again
    assert other.successors.count() == 0


def test_nothing_chosen_is_said(client: Client, make: Make, next_year) -> None:
    make("甲项目")
    assert "没有选中上年的表" in shown(client.post(reverse("filling-create"), {"year": NEXT}))
    assert "没有选中可以送审的表" in shown(client.post(reverse("filling-submit"), {"year": NEXT, "table": ["x", "7:"]}))


def test_submitting_several_keeps_the_refused_ones_ticked(client: Client, make: Make, next_year) -> None:
    good = make("甲项目", year=NEXT, **COMPLETE)
    bad = make("乙项目", year=NEXT, amount=None)
    body = {"year": NEXT, "table": [f"{good.pk}:{good.version}", f"{bad.pk}:{bad.version}"], "reason": "已核对"}
    response = client.post(reverse("filling-submit"), body)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status) == ("submitted", "draft")
    assert "已送审 1 张，1 张没有办理： 乙项目 ：还有必须修改的问题" in shown(response)
    assert f'value="{bad.pk}:{bad.version}" checked' in response.content.decode()


def test_a_version_seen_earlier_is_refused(client: Client, make: Make, next_year) -> None:
    row = make("甲项目", year=NEXT, **COMPLETE)
    TargetTable.objects.filter(pk=row.pk).update(version=row.version + 1)
    body = {"year": NEXT, "table": [f"{row.pk}:{row.version}"], "reason": "已核对"}
    assert "已送审 0 张，1 张没有办理" in shown(client.post(reverse("filling-submit"), body))
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_page_takes_the_same_queries_for_few_and_for_many(client: Client, make: Make, next_year) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(reverse("filling")).status_code == 200
        return len(caught)

    make("甲项目")
    make("乙项目", year=NEXT)
    queries()
    few = queries()
    for number in range(20):
        make(f"甲项目{number}")
        make(f"乙项目{number}", year=NEXT)
    assert queries() == few


def test_pages(person, make: Make, next_year, monkeypatch) -> None:
    monkeypatch.setattr("projects.selectors.filling.PER_PAGE", 2)
    for name in "甲乙丙":
        make(name + "项目", year=NEXT)
    first, last = filing(person, NEXT), filing(person, NEXT, page=9)
    assert (first.pages, len(first.lines), last.page, len(last.lines)) == (2, 2, 2, 1)
    assert {line.pk for line in first.lines} & {line.pk for line in last.lines} == set()


def test_one_button_begins_a_table_and_opens_it(client: Client, person, make: Make, next_year) -> None:
    before = make("甲项目", **COMPLETE)
    client.force_login(person)
    page = client.get(reverse("filling"), {"year": NEXT}).content.decode()
    assert f'name="one" value="{before.pk}"' in page
    made = client.post(reverse("filling-create"), {"year": NEXT, "one": before.pk, "take": ["goals", "indicators"]})
    new = TargetTable.objects.get(fiscal_year=next_year)
    assert (made.status_code, made["Location"]) == (302, f"/tables/{new.pk}/fill/")
    assert new.predecessor_id == before.pk
    # Pressed twice: nothing is made a second time, and the page says so.
    again = client.post(reverse("filling-create"), {"year": NEXT, "one": before.pk})
    assert again.status_code == 200
    assert "本年度已有这张表" in shown(again)
    assert TargetTable.objects.filter(fiscal_year=next_year).count() == 1


def test_the_addresses_of_the_buttons_lead_back_to_the_list(client: Client, person, next_year) -> None:
    client.force_login(person)
    for name in ("filling-create", "filling-submit"):
        assert client.get(reverse(name))["Location"] == reverse("filling")
