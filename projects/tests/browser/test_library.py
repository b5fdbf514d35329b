"""An indicator's way in a real browser: approved in a table, proposed, accepted, offered while somebody types."""

from __future__ import annotations

import pytest

from indicators.models import LibraryIndicator
from projects.models import Department, Role, TargetTable, User
from projects.services.approved import file_approved
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator
from projects.tests.browser.test_life import enter, overflow, violations
from projects.tests.generated import table
from projects.tests.office import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def places() -> dict[str, Department]:
    return {name: Department.objects.create(name=name) for name in ("财政局", "卫健局")}


@pytest.fixture
def people(places: dict[str, Department]) -> dict[str, User]:
    return {
        "officer": person("officer", (Role.OFFICER, places["财政局"])),
        "colleague": person("colleague", (Role.OFFICER, places["卫健局"])),
        "keeper": person("keeper", (Role.ADMINISTRATOR, None)),
    }


def store(number: int, department: Department, *indicators: Indicator, status: str = "draft") -> TargetTable:
    content = table(number, fiscal_year=2027)
    content.indicators = list(indicators)
    pk = save_tables([Entry(content, department)]).saved[0].pk
    TargetTable.objects.filter(pk=pk).update(status=status)
    row = TargetTable.objects.select_related("department", "fiscal_year").get(pk=pk)
    if status == "approved":
        file_approved(row, load_tables(TargetTable.objects.filter(pk=pk))[0])
    return row


def test_proposed_accepted_and_offered_while_typing(context, live_server, page, people, places) -> None:
    level = ("产出指标", "质量指标")
    written = Indicator(*level, "补助发放准确率", value="≥98%", basis="《发放办法》", category="output.quality")
    approved = store(1, places["财政局"], written, status="approved")
    blank = Indicator(*level, category="output.quality")
    draft = store(2, places["卫健局"], blank)

    # Nothing to offer yet: the other bureau's table is none of the colleague's business.
    enter(context, live_server, people["colleague"])
    page.goto(f"{live_server.url}/tables/{draft.pk}/fill/indicators/")
    name = page.locator('[data-path$="/name"]').first
    name.click()
    page.keyboard.type("发放")
    with page.expect_response(lambda answer: "/suggest/" in answer.url) as first:
        page.keyboard.type("准")
    assert first.value.json() == {"items": []}

    # One click on the approved table's page.
    enter(context, live_server, people["officer"])
    page.goto(f"{live_server.url}/tables/{approved.pk}/")
    page.select_option("#propose-library", "shared")
    page.get_by_role("button", name="建议入库：补助发放准确率").click()
    page.wait_for_selector(".alert-success")
    assert page.inner_text(".alert-success") == "已建议把“补助发放准确率”加入共享指标库，等待审核。"
    assert page.locator(".propose").get_by_text("已建议").is_visible()

    # The keeper mends and accepts it.
    enter(context, live_server, people["keeper"])
    page.goto(f"{live_server.url}/library/")
    page.get_by_role("link", name="入库建议").click()
    page.get_by_role("link", name="补助发放准确率").click()
    page.wait_for_selector("text=核对、补充后采纳")
    assert violations(page) == []
    page.fill("#id_explanation", "准确发放的人数占应发放人数的比例")
    page.get_by_role("button", name="采纳，加入指标库").click()
    page.wait_for_selector(".alert-success")
    assert LibraryIndicator.objects.get().state == "in_use"

    # Offered by two characters, chosen by keyboard; what goes with it comes along.
    enter(context, live_server, people["colleague"])
    page.goto(f"{live_server.url}/tables/{draft.pk}/fill/indicators/")
    page.locator('[data-path$="/name"]').first.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type("准确")
    offer = page.locator("#entry-suggest li").first
    offer.wait_for()
    assert offer.inner_text().split("\n") == [
        "补助发放准确率",
        "≥98% · % · 《发放办法》".replace(" · %", ""),
        "准确发放的人数占应发放人数的比例",
        "共享指标库",
    ]
    page.keyboard.press("ArrowDown")
    with page.expect_response(lambda answer: "/changes/" in answer.url) as saved:
        page.keyboard.press("Enter")
    assert saved.value.ok
    content = load_tables(TargetTable.objects.filter(pk=draft.pk))[0].indicators[0]
    assert (content.name, content.value, content.basis) == ("补助发放准确率", "≥98%", "《发放办法》")


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_of_the_library_are_accessible_and_fit(context, live_server, page, people, places, width: int) -> None:
    from projects.services import library

    made = [
        library.create_indicator(
            actor=people["keeper"],
            department=None,
            fields={"category": "output.quality", "name": name, "explanation": "说明" * 60, "sector": "教育"},
        )
        for name in ("优抚对象补助发放准确率", "优抚对象补助发放的准确率" + "长" * 60)
    ]
    level = ("产出指标", "质量指标")
    written = Indicator(*level, "优抚对象补助发放准确率", value="≥98%", category="output.quality")
    store(1, places["财政局"], written, status="approved")
    enter(context, live_server, people["keeper"])
    page.set_viewport_size({"width": width, "height": 900})
    addresses = ["", "?category=output.quality", "?q=没有", "new/", "duplicates/", "proposals/", "import/"]
    for address in [*addresses, f"{made[0].pk}/", f"{made[0].pk}/edit/"]:
        page.goto(f"{live_server.url}/library/{address}")
        assert violations(page) == [], address
        assert overflow(page) <= 0, address
