import re

import pytest
from django.test import Client

from projects.models import Membership, Role, User
from projects.tests.views.conftest import Make


def test_home_without_tables_says_how_to_begin(client: Client) -> None:
    text = client.get("/").content.decode()
    assert "还没有绩效目标表" in text
    assert '<a class="btn btn-primary" href="/filling/">填报清单</a>' in text


@pytest.mark.parametrize(
    ("role", "first", "rooms"),
    [
        (Role.ADMINISTRATOR, "/imports/", {"/tables/", "/departments/", "/releases/", "/imports/"}),
        (Role.AUDITOR, "/audit/", {"/audit/"}),
        (Role.SECURITY, "/people/", {"/people/"}),
    ],
)
def test_home_and_navigation_offer_only_what_the_role_may_open(
    db: None, role: str, first: str, rooms: set[str]
) -> None:
    user = User.objects.create_user("somebody", password="a-Long-pass-1")
    Membership.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    text = client.get("/").content.decode()
    assert f'<a class="btn btn-primary" href="{first}">' in text
    nav = text[text.index('id="nav"') : text.index("</nav>", text.index('id="nav"'))]
    offered = set(re.findall(r'<a href="([^"]+)"', nav))
    assert rooms <= offered
    assert {address: client.get(address).status_code for address in offered} == dict.fromkeys(offered, 200)


def test_home_counts_each_state_and_links_to_it(client: Client, make: Make) -> None:
    for number in range(3):
        make(f"项目{number}")
    make("退回的项目", status="returned")
    make("作废的项目", status="void")
    answer = client.get("/")
    assert answer.context["total"] == 4
    assert answer.context["counts"] == [{"status": "draft", "n": 3}, {"status": "returned", "n": 1}]
    assert 'href="/tables/?status=returned"' in answer.content.decode()


def test_home_shows_the_latest_tables_first_and_next_steps(client: Client, make: Make) -> None:
    make("先录入的项目")
    make("后录入的项目", status="returned")
    answer = client.get("/")
    assert [row.label for row in answer.context["table"].rows.data] == ["后录入的项目", "先录入的项目"]
    assert [step["label"] for step in answer.context["steps"]] == [
        "核对 1 张草稿",
        "修改 1 张退回的表",
        "按部门查看张数和金额",
        "筛选后整册下载",
    ]


def test_home_tells_an_officer_of_projects_that_have_no_table_yet(client: Client, make: Make) -> None:
    for name in ("甲项目", "乙项目"):
        make(name, year=2021)
    make("乙项目", year=2022)
    answer = client.get("/")
    first = answer.context["steps"][0]
    assert (first["label"], first["url"]) == (
        "为 1 个上年的项目新建2022年度的表",
        "/filling/?year=2022&show=missing",
    )
    assert 'href="/filling/?year=2022&amp;show=missing"' in answer.content.decode()
    assert "上年的项目" not in client.get("/?year=2021").content.decode()


def test_a_draft_in_the_work_list_opens_for_filling_in(client: Client, make: Make) -> None:
    row = make("甲项目")
    assert f'<a class="list__open" href="/tables/{row.pk}/fill/" title="甲项目">' in client.get("/").content.decode()


def test_home_of_one_year_counts_that_year_only(client: Client, make: Make) -> None:
    make("今年的项目", year=2021)
    make("去年的项目", year=2020)
    answer = client.get("/?year=2020")
    assert answer.context["total"] == 1
    text = answer.content.decode()
    assert "2020年度绩效目标" in text
    assert 'href="/tables/?year=2020"' in text
    assert '<a href="/?year=2020" aria-current="true">2020年度</a>' in text


def test_home_ignores_a_year_that_does_not_exist(client: Client, make: Make) -> None:
    make()
    assert client.get("/?year=1066").context["total"] == 1
    assert client.get("/?year=x").context["total"] == 1


def test_next_steps_follow_the_roles(make: Make) -> None:
    make()
    make("退回的项目", status="returned")
    user = User.objects.create_user("judge", password="a-Long-pass-1")
    Membership.objects.create(user=user, role=Role.FINANCE_REVIEWER)
    client = Client()
    client.force_login(user)
    steps = [step["label"] for step in client.get("/").context["steps"]]
    assert steps == ["逐张审核", "按部门查看张数和金额", "筛选后整册下载"]
