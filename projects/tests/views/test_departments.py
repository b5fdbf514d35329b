from decimal import Decimal

from django.test import Client

from projects.models import Department
from projects.tests.views.conftest import Make


def test_departments_without_any_say_how_to_begin(client: Client) -> None:
    assert '<a class="btn btn-primary" href="/filling/">填报清单</a>' in client.get("/departments/").content.decode()


def test_departments_add_up_what_is_below_but_projects_only(
    client: Client, make: Make, departments: dict[str, Department]
) -> None:
    make("甲", department="bureau", amount="100000")
    make("乙", department="office", amount="50000.50")
    make("部门整体", department="bureau", kind="department", layout="zhuzhou-1", amount="150000.50")
    rows = {row.department.name: row for row in client.get("/departments/").context["rows"]}
    assert [(name, row.depth, row.count, row.amount) for name, row in rows.items()] == [
        ("财政局", 0, 3, Decimal("150000.50")),
        ("国库处", 1, 1, Decimal("50000.50")),
        ("卫健局", 0, 0, Decimal("0")),
    ]
    assert [row.share for row in rows.values()] == [100, 33, 0]


def test_department_page_shows_its_place_and_everything_below(
    client: Client, make: Make, departments: dict[str, Department]
) -> None:
    make("甲", department="bureau")
    make("乙", department="office")
    make("丙", department="other")
    answer = client.get(f"/departments/{departments['bureau'].pk}/?year=2021")
    assert [row.label for row in answer.context["table"].rows.data] == ["甲", "乙"]
    assert [row.department.name for row in answer.context["rows"]] == ["国库处"]
    assert answer.context["list_url"] == f"/tables/?department={departments['bureau'].pk}&year=2021"
    below = client.get(f"/departments/{departments['office'].pk}/")
    assert [parent.name for parent in below.context["parents"]] == ["财政局"]


def test_department_without_tables_says_so(client: Client, departments: dict[str, Department]) -> None:
    text = client.get(f"/departments/{departments['other'].pk}/").content.decode()
    assert "还没有绩效目标表" in text
