"""Reviewing as it goes in life, in a real Chromium: from submission over comments and answers to the approval."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from projects.models import Department, ReviewComment, ReviewSetting, ReviewSheet, Role, TargetTable, User
from projects.services.reviewing import page as reviewing
from projects.store import load_tables
from projects.tests.office import person, tables
from projects.workflow import apply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ITEMS = 8


@pytest.fixture
def people() -> dict[str, User]:
    bureau = Department.objects.create(name="财政局")
    return {
        "officer": person("officer", (Role.OFFICER, bureau)),
        "reviewer": person("reviewer", (Role.DEPARTMENT_REVIEWER, bureau)),
        "second": person("second", (Role.DEPARTMENT_REVIEWER, bureau)),
        "finance": person("finance", (Role.FINANCE_REVIEWER, None)),
    }


@pytest.fixture
def row(people: dict[str, User]) -> TargetTable:
    made = tables(Department.objects.get(), year=2021)[0]
    demand = ReviewSetting.Demand
    ReviewSetting.objects.create(
        fiscal_year=made.fiscal_year, department_sheet=demand.OPTIONAL, finance_sheet=demand.REQUIRED
    )
    return made


class Desk:
    """Somebody at the browser. ``site`` is the address of the server."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.keys = page, site, page.keyboard

    def enter(self, user: User) -> None:
        """Another person sits down."""
        client = Client()
        client.force_login(user)
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.site}])

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)
        self.page.wait_for_selector("[data-ready]")

    def faults(self) -> list[str]:
        found = Axe().run(self.page).response["violations"]
        listed = [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            listed.append("wider than the window")
        return listed

    def cell(self, path: str) -> Any:
        return self.page.locator(f'[data-paper] [data-path="{path}"]').first

    def stored(self) -> None:
        """Leave the cell being filled in and wait until the server has everything."""
        self.page.evaluate("document.activeElement.blur()")
        expect(self.page.locator("[data-entry]")).to_have_attribute("data-waiting", "0")


@pytest.fixture
def desk(page: Page, live_server: Any) -> Any:
    made = Desk(page, live_server.url)
    yield made
    # Nothing may be on its way when the database is emptied.
    page.goto("about:blank")
    page.wait_for_timeout(100)


def status(row: TargetTable) -> str:
    return TargetTable.objects.get(pk=row.pk).status


def act(row: TargetTable, action: str, user: User, reason: str = "理由") -> None:
    version = TargetTable.objects.get(pk=row.pk).version
    apply(table_id=row.pk, action=action, user=user, version=version, reason=reason)


def indicator_paths(row: TargetTable) -> list[str]:
    return [f"indicators/{uid}" for uid in reviewing.judged(row).draft.uids["indicators"]]


# --- the whole way ------------------------------------------------------------------------------------------------


def test_from_submission_to_approval_with_the_mouse(desk: Desk, people: dict[str, User], row: TargetTable) -> None:
    page = desk.page
    # The officer submits.
    desk.enter(people["officer"])
    desk.open(f"/tables/{row.pk}/fill/check/")
    if page.locator("[name=reason]").is_visible():
        page.fill("[name=reason]", "已核对")
    page.click("[data-submit] [type=submit]")
    page.wait_for_url(f"**/tables/{row.pk}/")
    assert status(row) == "submitted"
    first, _second, third = indicator_paths(row)

    # The department's reviewer comments on three cells and returns.
    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    places = (
        ("goals.annual", "must", "请写明购置数量"),
        (f"{first}/value", "must", "目标值缺依据"),
        (f"{third}/name", "advice", "建议改为服务对象满意度"),
    )
    for path, kind, text in places:
        desk.cell(path).click()
        page.get_by_role("button", name="批注此格").click()
        page.check(f"[name=compose-kind][value={kind}]")
        page.fill(".compose textarea", text)
        assert desk.faults() == []
        page.get_by_role("button", name="批注", exact=True).click()
        expect(page.locator(".talk", has_text=text)).to_be_visible()
    expect(page.locator("[data-why]")).to_contain_text("2 条“必须修改”没有解决")
    page.click("[data-decide=return]")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("带 2 条“必须修改”退回")
    dialog.locator("textarea").fill("请按批注修改")
    assert desk.faults() == []
    dialog.locator("#decide-next").uncheck()
    dialog.locator(".btn-primary").click()
    page.wait_for_load_state()
    expect(page.locator(".state").first).to_contain_text("已退回")
    assert status(row) == "returned"

    # The officer finds the first comment open, mends, and answers each; before that nothing can be submitted.
    desk.enter(people["officer"])
    desk.open(f"/tables/{row.pk}/fill/")
    bar = page.locator("[data-answers]")
    expect(bar).to_contain_text("0/3 已处理，还有 2 条“必须修改”没有答复")
    expect(bar).to_contain_text("请按批注修改")
    expect(desk.cell("goals.annual").locator("textarea")).to_be_focused()
    desk.keys.press("Control+a")
    desk.keys.type("年内购置电脑95台")
    desk.stored()
    page.click('[data-to="check"]')
    expect(page.locator("[data-verdict]")).to_contain_text("2 条“必须修改”的审核意见没有答复")
    assert page.locator("[data-submit] [type=submit]").is_disabled()
    assert desk.faults() == []
    for number, text in enumerate(("已写明95台", "依据为配备标准", "不采纳，只有职工使用"), 1):
        page.click("[data-answer-turn='1']")
        page.fill("[data-margin] [data-say]", text)
        assert desk.faults() == []
        page.get_by_role("button", name="答复", exact=True).click()
        expect(bar).to_contain_text(f"{number}/3 已处理")
    page.click('[data-to="check"]')
    if page.locator("[name=reason]").is_visible():
        page.fill("[name=reason]", "已逐条修改")
    page.click("[data-submit] [type=submit]")
    page.wait_for_url(f"**/tables/{row.pk}/")
    assert status(row) == "submitted"

    # The reviewer sees the changes alone, with the answers beside them, and passes.
    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    assert page.locator("[data-frame]").is_hidden()
    changed = page.locator("[data-changes] section").first.locator("tbody tr")
    expect(changed).to_have_count(1)
    expect(changed.locator("th")).to_have_text("绩效目标")
    expect(changed.locator("del")).to_have_text("完成购置")
    expect(changed.locator("ins")).to_have_text("年内购置电脑95台")
    expect(page.locator(".talk", has_text="请写明购置数量")).to_contain_text("已写明95台")
    assert desk.faults() == []
    page.click("[data-decide=forward]")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("把 3 条已答复的批注标为已解决")
    dialog.locator("#decide-next").uncheck()
    dialog.locator(".btn-primary").click()
    page.wait_for_load_state()
    expect(page.locator(".state").first).to_contain_text("部门已审核")
    assert status(row) == "dept_reviewed"
    assert set(ReviewComment.objects.values_list("state", flat=True)) == {"resolved"}

    # Finance grades and approves; the table is locked.
    desk.enter(people["finance"])
    desk.open(f"/tables/{row.pk}/review/")
    for group in page.locator("[data-sheet] tr[data-item]").all():
        group.locator("input[value=优]").check()
    expect(page.locator("[data-saved]")).to_contain_text("各项均已评")
    assert desk.faults() == []
    page.click("[data-decide=forward]")
    expect(page.locator("dialog[open]")).to_contain_text("总体评级：优")
    page.locator("dialog[open] #decide-next").uncheck()
    page.locator("dialog[open] .btn-primary").click()
    page.wait_for_load_state()
    expect(page.locator(".state").first).to_contain_text("已批复")
    assert status(row) == "approved"
    desk.open(f"/tables/{row.pk}/review/")
    assert page.locator("[data-decide=forward]").is_disabled()
    page.locator("summary", has_text="审核表").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Word 文档").click()
    with zipfile.ZipFile(saved.value.path()) as file:
        text = file.read("word/document.xml").decode()
    assert all(words in text for words in ("绩效目标审核表", "规范完整性", "优"))
    assert ReviewSheet.objects.get(level="finance").grade == "优"
    desk.enter(people["officer"])
    desk.open(f"/tables/{row.pk}/fill/")
    assert page.locator("[data-paper] textarea").count() == 0
    expect(page.locator(".alert-info")).to_contain_text("已批复")
    assert load_tables(TargetTable.objects.filter(pk=row.pk))[0].goals.annual == "年内购置电脑95台"


def _submit_by_keyboard(desk: Desk, row: TargetTable) -> None:
    """On the last step: Tab to the reason, where one is asked for, and on to the button."""
    reason = desk.page.locator("[name=reason]")
    if reason.is_visible():
        reason.focus()
        desk.keys.type("已核对")
        desk.keys.press("Tab")
    else:
        desk.page.locator("[data-submit] [type=submit]").focus()
    desk.keys.press("Enter")
    desk.page.wait_for_url(f"**/tables/{row.pk}/")


def test_from_submission_to_approval_by_keyboard_alone(desk: Desk, people: dict[str, User], row: TargetTable) -> None:
    page, keys = desk.page, desk.keys
    desk.enter(people["officer"])
    desk.open(f"/tables/{row.pk}/fill/check/")
    _submit_by_keyboard(desk, row)
    first = indicator_paths(row)[0]

    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    keys.press("Escape")
    for text in ("第一处", "第二处", "第三处"):
        keys.press("ArrowDown")
        keys.press("c")
        keys.type(text)
        keys.press("Control+Enter")
        expect(page.locator(".talk", has_text=text)).to_be_visible()
        expect(page.locator("[data-paper] [data-path]:focus")).to_have_count(1)
    keys.press("b")
    page.wait_for_selector("dialog[open]")
    keys.type("请修改")
    keys.press("Control+Enter")
    page.wait_for_url("**/review/**")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("[data-review]")).to_have_count(0)
    assert status(row) == "returned"
    assert ReviewComment.objects.filter(kind="must", state="open").count() == 3

    desk.enter(people["officer"])
    desk.open(f"/tables/{row.pk}/fill/")
    for number in range(1, 4):
        if number > 1:
            keys.press("F8")
        expect(page.locator("[data-margin] [data-say]")).to_have_count(1)
        expect(page.locator("[data-margin]")).to_contain_text(f"第{'一二三'[number - 1]}处")
        if number == 3:
            # Before the list of all there is nothing to answer in; the key leads back to the comment.
            page.locator("[data-answer-list]").focus()
            keys.press("Enter")
            expect(page.locator("[data-margin] [data-say]")).to_have_count(0)
        keys.press("Alt+a")
        keys.type(f"已改{number}")
        keys.press("Control+Enter")
        expect(page.locator("[data-answers-word]")).to_contain_text(f"{number}/3")
    page.goto(f"{desk.site}/tables/{row.pk}/fill/indicators/")
    page.wait_for_selector("[data-ready]")
    desk.cell(f"{first}/value").locator("textarea").focus()
    keys.type("≥96台")
    desk.stored()
    for _step in range(3):
        keys.press("Alt+PageDown")
    _submit_by_keyboard(desk, row)

    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    expect(page.locator("[data-changes] section").first.locator("tbody tr")).to_have_count(1)
    for _thread in range(3):
        keys.press("n")
        keys.press("x")
        expect(page.locator(".talk.is-open")).to_contain_text("已解决")
    keys.press("Control+Enter")
    page.wait_for_selector("dialog[open]")
    keys.press("Control+Enter")
    expect(page.locator("[data-review]")).to_have_count(0)
    assert status(row) == "dept_reviewed"

    desk.enter(people["finance"])
    desk.open(f"/tables/{row.pk}/review/")
    keys.press("e")
    keys.press("Home")
    for grade in "12111111":
        keys.press(grade)
    expect(page.locator("[data-saved]")).to_contain_text("各项均已评")
    keys.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_contain_text("总体评级：良")
    keys.press("Control+Enter")
    expect(page.locator("[data-review]")).to_have_count(0)
    assert status(row) == "approved"
    assert [item["grade"] for item in ReviewSheet.objects.get(level="finance").items.values()].count("优") == ITEMS - 1


# --- two at once --------------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(browser: Any, live_server: Any, people: dict[str, User]) -> Any:
    """A second window with the second reviewer of the department."""
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(5000)
    made = Desk(context.new_page(), live_server.url)
    made.enter(people["second"])
    yield made
    made.page.goto("about:blank")
    context.close()


def listen(desk: Desk) -> None:
    """What the page asks every quarter of a minute, now."""
    with desk.page.expect_response("**/review/pulse/"):
        desk.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def comment(desk: Desk, path: str, text: str) -> None:
    desk.cell(path).click()
    desk.keys.press("c")
    desk.page.fill(".compose textarea", text)
    desk.keys.press("Control+Enter")
    expect(desk.page.locator(".talk", has_text=text)).to_be_visible()


def test_comments_of_others_come_without_reload_and_presence_is_shown(
    desk: Desk, colleague: Desk, people: dict[str, User], row: TargetTable
) -> None:
    act(row, "submit", people["officer"])
    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    assert desk.page.locator("[data-presence]").is_hidden()
    colleague.open(f"/tables/{row.pk}/review/")
    comment(colleague, "goals.annual", "同事的批注")
    listen(desk)
    expect(desk.page.locator("[data-presence]")).to_contain_text("second 也在看")
    expect(desk.page.locator(".talk", has_text="同事的批注")).to_be_visible()
    expect(desk.cell("goals.annual")).to_have_class("pg-cell--text open fixed has-talk")
    # An opinion being written is not disturbed by what comes in.
    desk.cell("funding.total").click()
    desk.keys.press("c")
    desk.keys.type("写到一半")
    first = desk.page.locator(".talk", has_text="同事的批注").element_handle()
    writing = desk.page.locator(".compose textarea").element_handle()
    comment(colleague, "project.name", "又一条")
    listen(desk)
    expect(desk.page.locator(".talk", has_text="又一条")).to_be_visible()
    # What did not change is not drawn anew: the same elements are still there.
    assert [node.evaluate("node => node.isConnected") for node in (first, writing)] == [True, True]
    expect(desk.page.locator(".compose textarea")).to_have_value("写到一半")
    expect(desk.page.locator(".compose textarea")).to_be_focused()


def test_a_decision_on_what_has_changed_is_refused_and_tells_what(
    desk: Desk, colleague: Desk, people: dict[str, User], row: TargetTable
) -> None:
    act(row, "submit", people["officer"])
    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    colleague.open(f"/tables/{row.pk}/review/")
    comment(colleague, "goals.annual", "刚提的意见")
    desk.page.click("[data-decide=forward]")
    desk.page.fill("dialog[open] textarea", "同意")
    desk.page.click("dialog[open] .btn-primary")
    dialog = desk.page.locator("dialog[open]")
    expect(dialog).to_contain_text("情况刚刚变了")
    expect(dialog).to_contain_text("刚提的意见")
    expect(dialog).to_contain_text("您写的意见还在：同意")
    assert desk.faults() == []
    assert status(row) == "submitted"
    # A decision of somebody else is told, too.
    desk.keys.press("Escape")
    act(row, "return", people["second"])
    listen(desk)
    expect(desk.page.locator("[data-decided]")).to_contain_text("second已办理“退回”")


def test_a_decision_waits_for_what_its_author_is_still_sending(
    desk: Desk, people: dict[str, User], row: TargetTable
) -> None:
    act(row, "submit", people["officer"])
    desk.enter(people["reviewer"])
    desk.open(f"/tables/{row.pk}/review/")
    comment(desk, "goals.annual", "请写明数量")

    def slowly(route: Any) -> None:
        desk.page.wait_for_timeout(700)
        route.continue_()

    desk.page.route("**/comments/*/act/", slowly)
    desk.page.route("**/comments/", slowly)
    # Pressed twice while the first is under way, an opinion is one.
    desk.cell("funding.total").click()
    desk.keys.press("c")
    desk.keys.type("一句话")
    for _twice in range(2):
        desk.keys.press("Control+Enter")
    expect(desk.page.locator(".talk", has_text="一句话")).to_have_count(1)
    for _each in range(2):
        desk.keys.press("n")
        desk.keys.press("x")
    desk.keys.press("Control+Enter")
    desk.page.wait_for_selector("dialog[open]")
    desk.keys.press("Control+Enter")
    expect(desk.page.locator("[data-review]")).to_have_count(0)
    assert status(row) == "dept_reviewed"
    assert [one.state for one in ReviewComment.objects.all()] == ["resolved", "resolved"]


def test_grades_of_two_people_on_one_sheet_are_joined(
    desk: Desk, colleague: Desk, people: dict[str, User], row: TargetTable
) -> None:
    act(row, "submit", people["officer"])
    desk.enter(people["reviewer"])
    for one in (desk, colleague):
        one.open(f"/tables/{row.pk}/review/")
    items = [item.get_attribute("data-item") for item in desk.page.locator("[data-sheet] tr[data-item]").all()]
    for one, key, grade in ((desk, items[2], "优"), (colleague, items[4], "良")):
        one.page.locator(f"[data-sheet] [data-item={key}]").locator(f"input[value={grade}]").check()
        expect(one.page.locator("[data-saved]")).to_contain_text("已保存")
    stored = ReviewSheet.objects.get().items
    assert (stored[items[2]]["grade"], stored[items[4]]["grade"]) == ("优", "良")


# --- the queue ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_accessible_and_fit(desk: Desk, people: dict[str, User], row: TargetTable, width: int) -> None:
    act(row, "submit", people["officer"])
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.enter(people["reviewer"])
    desk.page.goto(f"{desk.site}/review/")
    assert desk.page.locator("tbody tr").count() == 1
    assert desk.faults() == []
    desk.page.locator(".list__open").click()
    desk.page.wait_for_selector("[data-ready]")
    assert desk.faults() == []
    comment(desk, "goals.annual", "请写明数量")
    assert desk.faults() == []
    desk.keys.press("Escape")
    desk.keys.press("?")
    assert desk.faults() == []


def test_deciding_goes_on_to_the_next_of_the_filter(desk: Desk, people: dict[str, User], row: TargetTable) -> None:
    others = tables(row.department, 3, year=2021, start=10)
    for one in (row, *others):
        act(one, "submit", people["officer"])
    desk.enter(people["reviewer"])
    desk.page.goto(f"{desk.site}/review/?q=购置1")
    names = desk.page.locator(".list__open").all_inner_texts()
    assert len(names) == len(others) + 1
    desk.keys.press("j")
    desk.keys.press("Enter")
    for name in names:
        desk.page.wait_for_selector("[data-ready]")
        expect(desk.page.locator("h1")).to_have_text(name)
        assert "q=%E8%B4%AD%E7%BD%AE1" in desk.page.url
        desk.keys.press("Control+Enter")
        expect(desk.page.locator("dialog[open]")).to_contain_text(name)
        desk.keys.press("Control+Enter")
        expect(desk.page.locator("dialog[open]")).to_have_count(0)
        expect(desk.page.locator("h1")).not_to_have_text(name)
    expect(desk.page.locator(".alert-success")).to_contain_text("已审核通过")
    assert [status(one) for one in (row, *others)] == ["dept_reviewed"] * 4


def test_several_are_assigned_and_refusals_of_a_bulk_approval_are_listed(
    desk: Desk, people: dict[str, User], row: TargetTable
) -> None:
    act(row, "submit", people["officer"])
    desk.enter(people["reviewer"])
    desk.page.goto(f"{desk.site}/review/")
    desk.keys.press("j")
    desk.keys.press("x")
    desk.keys.press("Control+Enter")
    expect(desk.page.locator("dialog[open] td")).to_have_text("还没有填审核表")
    assert desk.faults() == []
    desk.keys.press("Escape")
    desk.keys.press("a")
    desk.page.check("dialog[open] label:has-text('second') input")
    assert desk.faults() == []
    desk.page.click("dialog[open] .btn-primary")
    expect(desk.page.locator("[data-who]")).to_have_text("second")
    desk.page.select_option("[name=round]", "2")
    expect(desk.page.locator(".list__none")).to_contain_text("没有符合这些条件的表")
    desk.page.get_by_role("button", name="把当前条件存为视图").click()
    desk.page.fill("#view-name", "我的")
    desk.page.click("dialog[open] .btn-primary")
    expect(desk.page.locator(".viewsbar__own")).to_contain_text("我的")


@pytest.mark.parametrize("width", [390, 1440])
def test_records_are_accessible_and_fit(desk: Desk, people: dict[str, User], row: TargetTable, width: int) -> None:
    ReviewSetting.objects.update(finance_sheet=ReviewSetting.Demand.OPTIONAL)
    act(row, "submit", people["officer"])
    act(row, "pass", people["reviewer"], "同意")
    act(row, "approve", people["finance"], "同意" * 60)
    act(row, "adjust", people["officer"], "年中追加预算")
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.enter(people["finance"])
    for path in ("review/register/", "review/statistics/", f"tables/{row.pk}/adjustments/1/"):
        desk.page.goto(f"{desk.site}/{path}")
        assert desk.faults() == [], path
    desk.enter(person("admin", (Role.ADMINISTRATOR, None)))
    desk.page.goto(f"{desk.site}/review/settings/2021/")
    assert desk.faults() == []
    desk.page.fill("[name=key_amount]", "500")
    desk.page.locator("main [type=submit]").click()
    expect(desk.page.locator("[data-saved]")).to_have_text("已保存")
    assert ReviewSetting.objects.get().key_amount == 5_000_000
    desk.page.locator("[data-weight]").first.fill("90")
    desk.page.locator("main [type=submit]").click()
    expect(desk.page.locator("[data-alert]")).not_to_be_empty()
