"""The life of a table in a real browser: decide by keyboard, see what changed, nothing for axe to complain about."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from projects.life import checks
from projects.models import Department, Role, TargetTable, User
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator
from projects.tests.office import person, tables
from projects.workflow import apply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _least_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])


@pytest.fixture
def people() -> dict[str, User]:
    department = Department.objects.create(name="财政局")
    return {
        "officer": person("officer", (Role.OFFICER, department)),
        "reviewer": person("reviewer", (Role.DEPARTMENT_REVIEWER, department)),
        "auditor": person("auditor", (Role.AUDITOR, None)),
    }


@pytest.fixture
def row(people: dict[str, User]) -> TargetTable:
    return tables(Department.objects.get())[0]


def enter(context, live_server, user: User):
    """A page of a person who is logged in."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.clear_cookies()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def act(row: TargetTable, action: str, user: User, reason: str = "理由") -> None:
    version = TargetTable.objects.get(pk=row.pk).version
    apply(table_id=row.pk, action=action, user=user, version=version, reason=reason)


def test_a_table_is_submitted_and_returned_by_keyboard_alone(context, live_server, page, people, row) -> None:
    enter(context, live_server, people["officer"])
    page.goto(f"{live_server.url}/tables/{row.pk}/")
    page.locator("summary", has_text="送审").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("首次报送")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert-success")
    assert "现为“已送审”" in page.inner_text(".alert-success")

    enter(context, live_server, people["reviewer"])
    page.goto(f"{live_server.url}/tables/{row.pk}/")
    page.locator("summary", has_text="退回").focus()
    page.keyboard.press("Enter")
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.type("指标值缺依据")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert-success")
    assert TargetTable.objects.get(pk=row.pk).status == "returned"


def test_the_later_of_two_decisions_sees_what_changed(context, live_server, page, people, row) -> None:
    act(row, "submit", people["officer"])
    enter(context, live_server, people["reviewer"])
    page.goto(f"{live_server.url}/tables/{row.pk}/")
    act(row, "withdraw", people["officer"])
    page.locator("summary", has_text="审核通过").click()
    page.fill("#reason-pass", "同意")
    page.get_by_role("button", name="确认审核通过").click()
    page.wait_for_selector("[role=alert]")
    assert "办理了“撤回”" in page.inner_text("[role=alert]")
    assert page.inner_text("pre") == "同意"
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow(page) <= 0


@pytest.mark.parametrize("width", [390, 1440])
def test_history_and_difference_are_accessible_and_fit(context, live_server, page, people, row, width: int) -> None:
    act(row, "submit", people["officer"])
    act(row, "return", people["reviewer"])
    content = load_tables(TargetTable.objects.filter(pk=row.pk))[0]
    content.funding.total = content.funding.total * 2
    content.goals.annual = "完成购置并投入使用，" * 20
    content.indicators = [Indicator("产出指标", "数量指标", "A" * 80, value="≥1台"), *content.indicators[1:]]
    save_tables([Entry(content, Department.objects.get())])
    enter(context, live_server, people["officer"])
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("", "history/", "revisions/1/", "diff/?from=r1&to=now"):
        page.goto(f"{live_server.url}/tables/{row.pk}/{path}")
        assert violations(page) == [], path
        assert overflow(page) <= 0, path
    # Marks are told apart without colour, on screen and on paper.
    assert page.locator("del.gone").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    assert page.locator("ins.came").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    page.emulate_media(media="print")
    assert page.locator("form.versions").is_hidden()
    assert page.locator("table.diff").first.is_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_audit_log_is_accessible_and_fits(context, live_server, page, people, row, width: int) -> None:
    act(row, "submit", people["officer"], "长" * 300)
    enter(context, live_server, people["auditor"])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/audit/")
    assert page.locator("table.log tbody tr").count() >= 1
    assert violations(page) == []
    assert overflow(page) <= 0
