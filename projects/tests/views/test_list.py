from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client

from projects.models import Department, TargetTable
from projects.selectors.tables import CAP
from projects.tests.views.conftest import Make
from projects.views.listing import Part


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/tables/?{quote(query, safe='=&-')}")
    assert answer.status_code == 200
    return [row.label for row in answer.context["table"].page.object_list.data]


@pytest.fixture
def some(make: Make, departments: dict[str, Department]) -> dict[str, TargetTable]:
    return {
        "pc": make("办公设备购置", code="A001", amount="200000", indicator="购置电脑数量"),
        "road": make("道路养护", department="office", amount="1008140", indicator="养护里程", status="approved"),
        "care": make("优抚对象补助", department="other", year=2020, amount=None, layout="longhua"),
        "whole": make(
            "2021年部门整体支出", kind="department", layout="zhuzhou-1", amount="13261900", indicator="覆盖率"
        ),
        "void": make("作废项目", status="void", amount="5"),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("year=2021", ["办公设备购置", "道路养护", "2021年部门整体支出绩效目标表"]),
        ("q=道路", ["道路养护"]),
        ("q=A001", ["办公设备购置"]),
        ("q=a001", ["办公设备购置"]),
        ("q=电脑 办公", ["办公设备购置"]),
        ("q=养护里程", ["道路养护"]),
        ("q=程", ["道路养护"]),
        ("q=没有", []),
        ("status=approved", ["道路养护"]),
        ("status=void", ["作废项目"]),
        ("kind=department", ["2021年部门整体支出绩效目标表"]),
        ("layout=longhua", ["优抚对象补助"]),
        ("amount_min=100", ["2021年部门整体支出绩效目标表", "道路养护"]),
        ("amount_min=1,008.14万&amount_max=1008.14", []),
        ("amount_max=20", ["办公设备购置"]),
        ("amount_min=20&amount_max=100.814", ["道路养护", "办公设备购置"]),
    ],
)
def test_list_filter_finds_exactly(client: Client, some: dict, query: str, found: list[str]) -> None:
    assert names(client, query) == found


def test_list_of_a_department_takes_in_what_is_below(
    client: Client, some: dict, departments: dict[str, Department]
) -> None:
    assert names(client, f"department={departments['bureau'].pk}&year=2021") == [
        "办公设备购置",
        "道路养护",
        "2021年部门整体支出绩效目标表",
    ]
    assert names(client, f"department={departments['office'].pk}") == ["道路养护"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=amount&year=2021", ["办公设备购置", "道路养护", "2021年部门整体支出绩效目标表"]),
        ("sort=-amount", ["2021年部门整体支出绩效目标表", "道路养护", "办公设备购置", "优抚对象补助"]),
        ("sort=amount", ["办公设备购置", "道路养护", "2021年部门整体支出绩效目标表", "优抚对象补助"]),
    ],
)
def test_list_sorts_and_leaves_blank_amounts_for_the_end(
    client: Client, some: dict, query: str, found: list[str]
) -> None:
    assert names(client, query) == found


def test_list_names_the_sorted_column_to_assistive_technology(client: Client, some: dict) -> None:
    text = client.get("/tables/?sort=-amount").content.decode()
    assert text.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a href="?sort=amount">金额（万元）</a>' in text


def test_list_ignores_an_unknown_column(client: Client, some: dict) -> None:
    assert len(names(client, "sort=password")) == 4


def test_list_totals_keep_kinds_apart_and_leave_out_void_tables(client: Client, some: dict) -> None:
    totals = client.get("/tables/").context["totals"]
    assert totals.count == 4
    assert totals.parts == [
        Part("项目支出", 3, Decimal("1208140")),
        Part("部门整体", 1, Decimal("13261900")),
    ]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("year=2021&kind=project", [Part("项目支出", 2, Decimal("1208140"))]),
        ("status=approved", [Part("项目支出", 1, Decimal("1008140"))]),
        ("status=void", [Part("项目支出", 1, Decimal("5"))]),
        ("layout=zhuzhou-1", [Part("部门整体", 1, Decimal("13261900"))]),
        ("amount_max=20", [Part("项目支出", 1, Decimal("200000"))]),
        ("q=购置", [Part("项目支出", 2, Decimal("200000"))]),
        ("q=没有", []),
        ("year=2020", [Part("项目支出", 1, Decimal("0"))]),
    ],
)
def test_list_totals_follow_the_filter(client: Client, some: dict, query: str, parts: list[Part]) -> None:
    assert client.get(f"/tables/?{quote(query, safe='=&-')}").context["totals"].parts == parts


def test_list_shows_the_sum_under_the_rows(client: Client, some: dict) -> None:
    text = client.get("/tables/?kind=project").content.decode()
    assert "<strong>120.81</strong> 万元" in text


def test_list_chips_take_one_condition_away_each(client: Client, some: dict) -> None:
    answer = client.get("/tables/?q=%E8%B4%AD%E7%BD%AE&year=2021&amount_min=1&page=1")
    assert [(chip.label, chip.url) for chip in answer.context["chips"]] == [
        ("“购置”", "?year=2021&amount_min=1"),
        ("2021年", "?q=%E8%B4%AD%E7%BD%AE&amount_min=1"),
        ("金额不低于 1.00 万元", "?q=%E8%B4%AD%E7%BD%AE&year=2021"),
    ]


@pytest.mark.parametrize("query", ["amount_min=abc", "department=999999", "year=1066", "status=nonsense"])
def test_list_with_a_condition_that_makes_no_sense_says_so(client: Client, some: dict, query: str) -> None:
    answer = client.get(f"/tables/?{query}")
    assert answer.context["totals"].count == 0
    text = answer.content.decode()
    assert "筛选条件有误" in text
    assert 'aria-invalid="true"' in text


def test_list_without_hits_offers_to_clear_the_conditions(client: Client, some: dict) -> None:
    text = client.get("/tables/?q=%E6%B2%A1%E6%9C%89").content.decode()
    assert "没有符合这些条件的绩效目标表" in text
    assert "清除条件，查看全部" in text


def test_list_without_tables_says_how_to_begin(client: Client) -> None:
    assert '<a class="btn btn-primary" href="/filling/">填报清单</a>' in client.get("/tables/").content.decode()


def test_list_turns_pages_and_takes_odd_page_numbers_kindly(client: Client, make: Make) -> None:
    for number in range(51):
        make(f"项目{number:02d}", code=f"X{number}")
    assert len(names(client, "year=2021")) == 50
    assert names(client, "year=2021&page=2") == ["项目50"]
    assert names(client, "year=2021&page=99") == ["项目50"]
    assert len(names(client, "year=2021&page=x&per_page=1")) == 50


def test_list_counts_a_search_only_so_far(client: Client, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CAP == 1000
    monkeypatch.setattr("projects.views.listing.CAP", 2)
    for number in range(4):
        make(f"项目{number}", code=f"X{number}")
    answer = client.get("/tables/?q=%E9%A1%B9%E7%9B%AE")
    assert (answer.context["totals"].text, answer.context["totals"].capped) == ("2+", True)
    assert "缩小范围后显示金额合计" in answer.content.decode()


def test_list_marks_values_that_could_not_be_read(client: Client, make: Make) -> None:
    table = make("有误的项目")
    TargetTable.objects.filter(pk=table.pk).update(unread={"spend_plan.0.percent": "10075.00%"})
    assert "1 处原文未能识别" in client.get("/tables/").content.decode()


def test_list_filter_offers_departments_as_a_tree(client: Client, some: dict, departments: dict) -> None:
    text = client.get(f"/tables/?department={departments['office'].pk}").content.decode()
    assert f'<option value="{departments["office"].pk}" selected>\u3000国库处</option>' in text
