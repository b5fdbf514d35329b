from decimal import Decimal

import pytest
from django.test import Client

from projects.models import TargetTable
from projects.targettable import Funding, Indicator, PlanPoint
from projects.tests.views.conftest import Make


def page(client: Client, table: TargetTable, query: str = "") -> str:
    answer = client.get(f"/tables/{table.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_table_page_shows_the_official_form_and_the_data_beside_it(client: Client, make: Make) -> None:
    text = page(client, make("办公设备购置", code="A001"))
    assert 'class="pg-form"' in text
    assert "办公设备购置绩效目标表" in text
    for heading in ("概要", "资金构成", "资金支出计划", "年度指标"):
        assert heading in text
    assert '<svg class="plot" viewBox="0 0 300 132" role="img"' in text


def test_table_page_offers_the_other_layouts_of_its_kind(client: Client, make: Make) -> None:
    table = make("办公设备购置")
    answer = client.get(f"/tables/{table.pk}/?layout=mof-2015")
    assert "项目支出绩效目标申报表" in answer.content.decode()
    choices = {choice["query"]: choice["current"] for choice in answer.context["layouts"]}
    assert choices == {"longhua": False, None: False, "zhuzhou-3": False, "mof-2015": True}
    assert all(download["url"].endswith("?layout=mof-2015") for download in answer.context["downloads"])


def test_table_page_shows_values_that_could_not_be_read_and_fields_without_a_place(client: Client, make: Make) -> None:
    table = make(
        spend_plan=[PlanPoint("03", Decimal("25")), PlanPoint("10", "10075.00%"), PlanPoint("12")],
        extra={"项目负责人": "张三"},
    )
    answer = client.get(f"/tables/{table.pk}/")
    aside = answer.context["aside"]
    assert [(str(item.place), item.text) for item in aside.unread] == [("资金支出计划 10月底", "10075.00%")]
    assert aside.extra == [("项目负责人", "张三")]
    assert [point.month for point in aside.curve.points] == [3]
    text = answer.content.decode()
    assert "未能识别的原文 1 处" in text
    assert "项目负责人" in text


def test_table_page_links_other_years_of_the_same_project(client: Client, make: Make) -> None:
    last = make("办公设备购置", year=2020, amount="160000")
    now = make("办公设备购置", year=2021, amount="200000")
    make("别的项目", year=2020)
    others = client.get(f"/tables/{now.pk}/").context["others"]
    assert [(other.pk, other.year, other.amount, other.change) for other in others] == [
        (last.pk, 2020, Decimal("160000"), "+4.00（+25%）")
    ]
    back = client.get(f"/tables/{last.pk}/").context["others"]
    assert [other.change for other in back] == ["−4.00（−20%）"]


@pytest.mark.parametrize("kind", ["project", "department", "summary"])
def test_table_page_opens_without_any_content(client: Client, make: Make, kind: str) -> None:
    layout = {"project": "", "department": "hebei-department", "summary": "zhuzhou-2"}[kind]
    table = make("空表", kind=kind, layout=layout, amount=None, spend_plan=[], indicators=0, funding=Funding())
    text = page(client, table)
    assert "资金构成" not in text
    assert "side-tree" not in text


def test_table_page_hangs_indicators_into_a_tree(client: Client, make: Make) -> None:
    rows = [
        Indicator("产出指标", "数量指标", "场次", value="≥3"),
        Indicator("效益指标", "社会效益指标", "知晓率", value="95%"),
        Indicator("产出指标", "数量指标", "人数", value="20"),
        Indicator("", "", "无类别", value="1"),
    ]
    table = make()
    from projects.views.aside import tree

    roots = tree(rows)
    assert [(str(root.label), root.count) for root in roots] == [("产出指标", 2), ("效益指标", 1), ("未分类", 1)]
    assert [row.name for row in roots[0].branches[0].rows] == ["场次", "人数"]
    assert page(client, table).count('class="itree"') == 1
