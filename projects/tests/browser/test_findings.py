"""Findings where people look: beside the cell while filling in, mended by one click; on the table and in the list."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from projects.models import Department, User
from projects.models import TargetTable as Stored
from projects.services import findings
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator
from projects.tests.browser.test_entry import all_saved, log_in, officer, open_entry, violations
from projects.tests.generated import table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person() -> User:
    return officer()


@pytest.fixture
def row() -> Stored:
    bureau = Department.objects.create(name="财政局")
    made = table(1)
    made.indicators.append(Indicator("产出指标", "质量指标", "设备完好率", value="1", category="output.quality"))
    pk = save_tables([Entry(made, bureau)]).saved[0].pk or 0
    findings.refresh([pk])
    return Stored.objects.get(pk=pk)


@pytest.fixture
def site(live_server: Any, page: Any, person: User) -> str:
    log_in(page, live_server.url)
    return live_server.url


def test_finding_stands_beside_its_cell_and_one_click_mends_it(site: str, page: Any, row: Stored) -> None:
    open_entry(page, site, row, "indicators")
    cell = page.locator("[data-path$='/value'].has-warn")
    expect(cell).to_have_count(1)
    cell.locator("[data-in]").focus()
    note = page.locator("#margin-findings li")
    expect(note).to_contain_text("没有百分号，应为“100%”")
    note.get_by_role("button", name="改为“100%”").click()
    expect(cell).to_have_count(0)
    all_saved(page)
    assert load_tables(Stored.objects.filter(pk=row.pk))[0].indicators[3].value == "100%"
    page.keyboard.press("Control+z")
    expect(page.locator("[data-path$='/value'].has-warn")).to_have_count(1)
    all_saved(page)
    assert load_tables(Stored.objects.filter(pk=row.pk))[0].indicators[3].value == "1"


def test_what_one_cell_says_renews_the_finding_of_another(site: str, page: Any, row: Stored) -> None:
    open_entry(page, site, row, "all")
    purpose = page.locator("[data-path='project.purpose']")
    purpose.locator("[data-in]").fill("办公设备购置1")
    purpose.locator("[data-in]").blur()
    page.wait_for_selector("[data-path='project.purpose'].has-warn")
    name = page.locator("[data-path='project.name'] [data-in]").first
    name.fill("会议室设备购置")
    name.blur()
    expect(page.locator("[data-path='project.purpose'].has-warn")).to_have_count(0)


def test_last_step_lists_findings_and_leads_to_the_cell(site: str, page: Any, row: Stored) -> None:
    open_entry(page, site, row, "check")
    note = page.locator(".notes .note--warn").first
    expect(note).to_contain_text("比率")
    note.click()
    assert page.evaluate("document.activeElement.closest('[data-path]').dataset.path").endswith("/value")
    assert violations(page) == []


def test_table_page_marks_the_cell_and_the_list_counts(site: str, page: Any, row: Stored) -> None:
    page.goto(f"{site}/tables/{row.pk}/")
    expect(page.locator("[data-field='indicators.3.value'].has-warn")).to_have_count(1)
    finding = page.locator("[data-findings] .finding--warn button").first
    finding.focus()
    expect(page.locator(".paper .is-shown")).to_have_text("1")
    assert violations(page) == []
    page.goto(f"{site}/tables/?finding=rate-bare")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody .mark--warn")).to_have_text("1")
    page.goto(f"{site}/tables/?finding=yes-no")
    expect(page.locator("tbody tr")).to_have_count(0)


def test_page_of_rules_is_readable_for_everybody(site: str, page: Any, row: Stored) -> None:
    page.goto(f"{site}/rules/?year=2021")
    rule = page.locator("#rule-rate-bare")
    rule.locator("summary").click()
    expect(rule).to_contain_text("项目验收合格率：1")
    expect(rule.locator("select")).to_have_count(0)
    assert violations(page) == []
