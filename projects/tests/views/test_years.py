"""Pages of the fiscal years: what they show, what they refuse, and that POST does what GET showed."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Department, FiscalYear, Role, TargetTable
from projects.tests import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(office.person("admin", (Role.ADMINISTRATOR, None)))
    return client


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(name="财政局")


def text(answer) -> str:
    return answer.content.decode()


def test_list_shows_the_counts_of_each_year_and_takes_as_many_queries_for_10_as_for_5(client, bureau) -> None:
    counts = []
    client.get("/years/")
    for start in (1, 2):
        for year in range(2020 + start, 2021 + start * 5):
            for number, status in enumerate(("draft", "submitted", "approved", "approved", "void")):
                office.tables(bureau, year=year, start=year * 10 + number, status=status)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/years/")
        counts.append(len(queries))
        assert {(row.total, row.open, row.review, row.approved) for row in answer.context["rows"]} == {(4, 1, 1, 2)}
    assert counts[0] == counts[1]


def test_new_year_is_made_once_and_only_when_plausible(client) -> None:
    answer = client.post("/years/", {"number": "2027"})
    assert (answer.status_code, answer["Location"]) == (302, "/years/2027/")
    for number, why in (("2027", "2027年已经有了"), ("1066", "1990"), ("x", "整数")):
        answer = client.post("/years/", {"number": number})
        assert answer.status_code == 400
        assert why in text(answer)
    assert [year.year for year in FiscalYear.objects.all()] == [2027]


def test_due_dates_are_typed_and_shown_in_local_time(client) -> None:
    office.year(2027)
    form = {"levels": "both", "due": "2027-01-31T18:00", "department_due": "", "finance_due": ""}
    assert client.post("/years/2027/", form).status_code == 302
    assert FiscalYear.objects.get().due == datetime(2027, 1, 31, 10, 0, tzinfo=UTC)
    assert 'value="2027-01-31T18:00"' in text(client.get("/years/2027/"))
    answer = client.post("/years/2027/", form | {"finance_due": "2027-01-01T00:00"})
    assert (answer.status_code, "财政审核截止不能早于送审截止" in text(answer)) == (400, True)


def test_buttons_are_those_of_the_state_and_say_why_not(client, bureau) -> None:
    office.year(2027, state="closed")
    office.tables(bureau, status="submitted")
    page = text(client.get("/years/2027/"))
    assert "不能公布：有 1 张表正在审核，不能公布；请重新开放，办结或退回后再公布。" in page
    assert ("重新开放" in page, "撤回公布" in page, "从上年结转" in page) == (True, False, False)
    answer = client.post("/years/2027/state/", {"action": "publish"}, follow=True)
    assert "有 1 张表正在审核" in text(answer)
    assert FiscalYear.objects.get().state == "closed"
    assert "2027年：填报中" in text(client.post("/years/2027/state/", {"action": "open"}, follow=True))


def test_roll_over_shows_first_and_then_makes_exactly_that(client, bureau) -> None:
    other = Department.objects.create(name="卫健局")
    office.tables(bureau, 2, status="approved")
    office.tables(other, 3, start=10)
    target = office.year(2028)
    shown = client.get("/years/2028/rollover/")
    assert [(line.department.name, line.fresh) for line in shown.context["preview"].lines] == [
        ("财政局", 2),
        ("卫健局", 3),
    ]
    assert "新建 5 张草稿" in text(shown)
    choice = {"source": FiscalYear.objects.get(year=2027).pk, "departments": [other.pk], "goals": "on"}
    page = text(client.get("/years/2028/rollover/", choice))
    assert "新建 3 张草稿" in page
    assert page.count(f'<input type="hidden" name="departments" value="{other.pk}">') == 1
    assert TargetTable.objects.filter(fiscal_year=target).count() == 0
    answer = client.post("/years/2028/rollover/", choice, follow=True)
    assert "已新建草稿 3 张；已有的 0 张没有改动" in text(answer)
    made = TargetTable.objects.filter(fiscal_year=target)
    assert {row.department_id for row in made} == {other.pk}
    assert "都已有了，没有要新建的表。" in text(client.get("/years/2028/rollover/", choice))


def test_roll_over_without_an_earlier_year_or_into_a_closed_one_is_explained(client, bureau) -> None:
    office.year(2027)
    assert "没有更早的年度" in text(client.get("/years/2027/rollover/"))
    office.tables(bureau, year=2026)
    office.year(2027, state="closed")
    source = FiscalYear.objects.get(year=2026).pk
    for answer in (client.get("/years/2027/rollover/"), client.post("/years/2027/rollover/", {"source": source})):
        assert (answer.status_code, "2027年“已关闭”，不能结转" in text(answer)) == (400, True)


def test_pages_of_an_unknown_year_do_not_exist(client) -> None:
    assert [client.get(f"/years/2050/{part}").status_code for part in ("", "rollover/")] == [404, 404]
    assert client.post("/years/2050/state/").status_code == 404
