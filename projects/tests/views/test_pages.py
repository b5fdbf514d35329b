"""Every page opens, keeps the policy, and needs as many queries for three rows as for one."""

from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client

from projects.models import Department, Membership, Role, User
from projects.tests.views.conftest import Make


class Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        self.found += [f"{tag} {name}" for name, value in attrs if (value or "").strip().startswith("javascript:")]


def inline_in(text: str) -> list[str]:
    parser = Inline()
    parser.feed(text)
    return parser.found


# PostgreSQL is asked how common the words are in one question more.
SEARCH = 14 if connection.vendor == "sqlite" else 15
PAGES = ["/", "/tables/", "/departments/"]


@pytest.mark.parametrize("address", [*PAGES, "/tables/1/", "/departments/1/", "/tables/book.docx"])
def test_page_asks_a_stranger_to_log_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer.url) == (302, f"/login/?next={address}")


def test_pages_hold_no_inline_script_or_style_and_the_policy_forbids_it(client: Client, make: Make) -> None:
    table = make('<script>alert(1)</script> style="x"', extra={"<b>联系人</b>": "<img src=x onerror=alert(1)>"})
    addresses = [
        *PAGES,
        "/tables/?q=电脑&year=2021&amount_min=abc",
        f"/tables/{table.pk}/",
        f"/tables/{table.pk}/?layout=mof-2015",
        f"/departments/{table.department_id}/",
        "/no-such-page/",
    ]
    for address in addresses:
        answer = client.get(address)
        text = answer.content.decode()
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert inline_in(text) == [], address
        assert "<b>联系人" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/tables/").content.decode()


def test_pages_are_chinese_and_name_themselves(client: Client, make: Make) -> None:
    table = make("办公设备购置")
    titles = {
        "/": "首页 · 绩效目标管理",
        "/tables/": "绩效目标表 · 绩效目标管理",
        "/departments/": "部门 · 绩效目标管理",
        f"/tables/{table.pk}/": "办公设备购置 · 绩效目标管理",
        f"/departments/{table.department_id}/": "财政局 · 绩效目标管理",
    }
    for address, title in titles.items():
        text = client.get(address).content.decode()
        assert '<html lang="zh-Hans">' in text
        assert f"<title>{title}</title>" in text


def test_login_page_opens_the_site_and_a_wrong_password_is_told(person: User) -> None:
    client = Client()
    refused = client.post("/login/", {"username": "officer", "password": "wrong", "next": "/tables/"})
    assert refused.status_code == 200
    assert 'role="alert"' in refused.content.decode()
    entered = client.post("/login/", {"username": "officer", "password": "a-Long-pass-1", "next": "/tables/"})
    assert (entered.status_code, entered.url) == (302, "/tables/")
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_foreign_or_unknown_ids_do_not_exist(client: Client, make: Make) -> None:
    table = make()
    for address in (
        "/tables/999999/",
        "/tables/999999/table.docx",
        "/departments/999999/",
        f"/tables/{table.pk}/?layout=zhuzhou-1",
        f"/tables/{table.pk}/?layout=none",
        f"/tables/{table.pk}/table.odt",
        "/tables/book.json",
    ):
        assert client.get(address).status_code == 404, address
    text = client.get("/tables/999999/").content.decode()
    assert "没有找到这一页" in text


def test_person_of_one_department_sees_it_and_what_is_below_and_nothing_else(
    make: Make, departments: dict[str, Department]
) -> None:
    person = User.objects.create_user("one")
    Membership.objects.create(user=person, role=Role.OFFICER, department=departments["office"])
    client = Client()
    client.force_login(person)
    own, above, foreign = (make(name, department=name) for name in ("office", "bureau", "other"))
    listed = client.get("/tables/").context["table"].page.object_list.data
    assert [row.pk for row in listed] == [own.pk]
    assert client.get(f"/tables/{own.pk}/").status_code == 200
    for table in (above, foreign):
        assert client.get(f"/tables/{table.pk}/").status_code == 404
        assert client.get(f"/tables/{table.pk}/table.json").status_code == 404
        assert client.get(f"/departments/{table.department_id}/").status_code == 404
        assert client.get(f"/tables/?department={table.department_id}").context["totals"].count == 0
        assert client.get(f"/tables/book.docx?department={table.department_id}").status_code == 404
    assert client.get("/").context["total"] == 1
    assert [row.department.name for row in client.get("/departments/").context["rows"]] == ["国库处"]
    for address in ("/", "/tables/", "/departments/", f"/tables/{own.pk}/", f"/departments/{own.department_id}/"):
        text = client.get(address).content.decode()
        assert "卫健局" not in text
        assert "财政局" not in text


def test_inactive_account_sees_nothing(client: Client, make: Make, person: User) -> None:
    table = make()
    person.is_active = False
    person.save()
    assert client.get(f"/tables/{table.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 14),
        ("/tables/", 12),
        ("/tables/?q=电脑", SEARCH),
        ("/tables/?department={department}&year=2021&sort=-amount", 14),
        ("/departments/", 7),
        ("/departments/{department}/", 13),
        ("/tables/{table}/", 21),
    ],
)
def test_page_needs_as_many_queries_for_three_tables_as_for_one(
    client: Client, make: Make, django_assert_num_queries, address: str, queries: int
) -> None:
    table = make("办公设备购置")
    address = address.format(table=table.pk, department=table.department_id)
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)
    make("办公设备更新", indicators=4)
    make("办公设备购置", year=2020, amount="150000")
    Department.objects.create(name="教育局")
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
