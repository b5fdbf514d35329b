"""What goes wrong on an ordinary day: another window, a table closed meanwhile, a huge text, a click too early."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from projects.models import TargetTable as Stored
from projects.tests.browser.test_entry import (
    ROWS,
    all_saved,
    blank,
    both,
    cell,
    open_entry,
    person,
    saved,
    site,
    stored,
    violations,
)

__all__ = ["person", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def paste(page: Any, text: str) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          document.activeElement.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        text,
    )


def test_a_blank_row_is_not_marked_however_often_the_page_is_drawn(site, page, person) -> None:
    row = blank(person, "zhuzhou-3")
    open_entry(page, site, row, "costs")
    for text in ("1", "12"):
        page.click('.stepnav a[data-to="goals"]')
        cell(page, "goals.annual").fill(text)
        all_saved(page)
        page.click('.stepnav a[data-to="costs"]')
        expect(page.locator('tr[data-list="costs"] .has-warn')).to_have_count(0)


def test_the_handle_does_not_stay_behind_on_another_step(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.locator(f"{ROWS} [data-in]").first.focus()
    expect(page.locator(".handle")).to_be_visible()
    page.click('.stepnav a[data-to="check"]')
    expect(page.locator(".handle")).to_be_hidden()


def test_what_can_be_filled_in_is_known_from_the_first_click(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.click("[data-do=fill]")
    expect(page.locator("[role=menuitem]").first).to_have_text("产出目标 › 数量 填“不适用”")


def test_a_paste_into_one_category_leaves_the_blank_rows_of_the_others(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.locator(f"{ROWS} [data-in]").first.focus()
    # Word of another place: 产出指标 is 产出目标 on this form.
    paste(page, "产出指标\t质量指标\t合格率\t≥95%\n\t\t抽检率\t≥10%")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("用掉这几类的 1 个空白行")
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="detached")
    all_saved(page)
    kept = [(one.level2, one.name) for one in stored(row).indicators]
    assert kept[:4] == [("数量", ""), ("质量", "合格率"), ("质量", "抽检率"), ("时效", "")]
    assert len(kept) == 8


def test_escape_decides_no_conflict(site, page, person, browser) -> None:
    row = blank(person, "longhua")
    other = both(browser, site, page, row)
    cell(other, "goals.annual").focus()
    other.keyboard.insert_text("别人的话")
    all_saved(other)
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("我的话")
    page.keyboard.press("Tab")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_contain_text("别人的话")
    assert stored(row).goals.annual == "别人的话"
    page.get_by_role("button", name="全部用已保存的").click()
    all_saved(page)
    assert stored(row).goals.annual == "别人的话"
    other.context.close()


def test_what_was_typed_into_a_table_closed_meanwhile_is_shown_apart(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "goals")
    Stored.objects.filter(pk=row.pk).update(status=Stored.Status.SUBMITTED)
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("晚了一步的话")
    page.keyboard.press("Tab")
    expect(page.locator("#save-state")).to_contain_text("不能修改")
    page.reload()
    page.wait_for_selector("[data-ready]")
    # The form shows what the table holds, not what could not be saved.
    assert page.locator('[data-path="goals.annual"]').inner_text() == ""
    left = page.locator(".left")
    expect(left).to_contain_text("1 处内容。这张表现在不能修改")
    expect(left.get_by_role("button", name="恢复")).to_have_count(0)
    left.get_by_role("button", name="查看").click()
    expect(page.locator("dialog[open]")).to_contain_text("晚了一步的话")
    page.keyboard.press("Escape")
    left.get_by_role("button", name="放弃").click()
    page.reload()
    page.wait_for_selector("[data-ready]")
    expect(page.locator(".left")).to_have_count(0)


TYPED = """(node, text) => {
  node.focus();
  node.value = text;
  node.dispatchEvent(new InputEvent('input', {bubbles: true}));
  node.blur();
}"""


def test_a_text_too_long_to_store_holds_nothing_else_up_once_it_is_shortened(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "goals")
    cell(page, "goals.annual").evaluate(TYPED, "长" * 100_001)
    word = page.locator("#save-state")
    expect(word).to_contain_text("“年度绩效目标”的文字超过 100000 字")
    cell(page, "goals.period").evaluate(TYPED, "三年目标")
    # Not even a reload gets it stuck.
    page.reload()
    page.wait_for_selector("[data-ready]")
    expect(word).to_contain_text("“年度绩效目标”的文字超过 100000 字")
    page.get_by_role("button", name="查看没有保存的内容").click()
    expect(page.locator("dialog[open] tbody tr")).to_have_count(2)
    page.keyboard.press("Escape")
    cell(page, "goals.annual").evaluate(TYPED, "短")
    all_saved(page)
    assert (stored(row).goals.period, stored(row).goals.annual) == ("三年目标", "短")


def test_very_much_at_once_is_sent_in_several_requests(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "all")
    sizes: list[int] = []
    page.on("request", lambda sent: sizes.append(len(sent.post_data or "")) if sent.url.endswith("/changes/") else None)
    page.route("**/fill/changes/", lambda route: route.abort())
    long = "长" * 99_000
    paths = [
        "goals.period", "goals.annual", "project.overview", "project.purpose",
        "project.name", "project.type", "project.usage", "project.procurement",
    ]  # fmt: skip
    for path in paths:
        cell(page, path).evaluate(TYPED, long)
    page.unroute("**/fill/changes/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-entry]")).to_have_attribute("data-waiting", "0", timeout=20000)
    saved(page)
    assert max(sizes) < 700_000
    table = stored(row)
    assert [table.goals.period, table.goals.annual, table.project.overview, table.project.procurement] == [long] * 4


def test_rows_pasted_and_taken_back_travel_as_one_request(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.locator(f"{ROWS} [data-in]").first.focus()
    paste(page, "\n".join(f"产出目标\t数量\t第{n}项完成数\t{n}项" for n in range(1, 121)))
    page.locator("dialog[open] tbody tr").nth(119).wait_for()
    bodies: list[dict[str, Any]] = []
    page.on(
        "request", lambda sent: bodies.append(json.loads(sent.post_data)) if sent.url.endswith("/changes/") else None
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROWS)).to_have_count(126)
    all_saved(page)
    page.keyboard.press("Control+z")
    expect(page.locator(ROWS)).to_have_count(7)
    all_saved(page)
    assert [len(body["changes"]) for body in bodies] == [121, 121]
    assert [one.name for one in stored(row).indicators] == [""] * 7


def test_two_presses_of_submit_are_one(site, page, person) -> None:
    row = blank(person, "hebei-department")
    open_entry(page, site, row, "prose")
    for number in range(3):
        page.locator("[data-kind=long] [data-in]").nth(number).fill(f"第{number + 1}部分的内容。")
    all_saved(page)
    page.click('.stepnav a[data-to="check"]')
    expect(page.locator("[data-submit] [type=submit]")).to_be_enabled()
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/fill/submit/") else None)
    page.evaluate("for (const _ of 'ab') document.querySelector('[data-submit] form').requestSubmit()")
    page.wait_for_url(f"**/tables/{row.pk}/")
    assert len(sent) == 1
    assert Stored.objects.get(pk=row.pk).status == Stored.Status.SUBMITTED


def test_the_arrow_leads_from_the_page_to_the_first_blank_cell(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row)
    page.keyboard.press("ArrowDown")
    page.keyboard.type("道路养护")
    page.keyboard.press("Tab")
    all_saved(page)
    assert stored(row).project.name == "道路养护"
    # The page is called by the project from the moment it has a name.
    expect(page.locator("h1")).to_have_text("道路养护")
    assert page.title() == "填报：道路养护 · 绩效目标管理"


def test_menus_stand_inside_the_page_for_screen_readers(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.locator(ROWS).first.hover()
    page.click(".handle")
    expect(page.get_by_role("menuitem", name="在下面添加一行")).to_be_visible()
    assert violations(page) == []


def test_a_click_into_a_figure_and_typing_replaces_it_and_the_second_click_edits(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "funding")
    total = cell(page, "funding.total")
    total.fill("202")
    all_saved(page)
    expect(total).to_have_value("202.00")
    total.click()
    page.keyboard.type("200")
    page.keyboard.press("Tab")
    all_saved(page)
    expect(total).to_have_value("200.00")
    total.click()
    total.click()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    all_saved(page)
    assert str(stored(row).funding.total) == "2000500.00"


def test_the_words_of_a_tall_category_stay_in_sight(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    page.locator(f"{ROWS} [data-in]").first.focus()
    paste(page, "\n".join(f"产出目标\t数量\t第{n}项完成数\t{n}项" for n in range(1, 61)))
    page.locator("dialog[open] tbody tr").nth(59).wait_for()
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROWS)).to_have_count(66)
    page.locator(ROWS).nth(40).scroll_into_view_if_needed()
    expect(page.locator('[data-path$="/level2"] [data-level]', has_text="数量")).to_be_in_viewport()
    all_saved(page)
