"""Filling in as an officer does: by keyboard, from the clipboard, through reloads, a dead server and a colleague."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import OperationalError
from playwright.sync_api import expect

from projects.models import Department, FiscalYear, Membership, Role, User
from projects.models import TargetTable as Stored
from projects.services.creating import create_table
from projects.store import load_tables
from projects.targettable import TargetTable
from projects.tests.browser.entry_robot import Robot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "fixtures" / "samples"
PASSWORD = "a-Long-pass-1"
ROWS = "tr.gridrow"


def officer(name: str = "officer") -> User:
    person = User.objects.create_user(name, password=PASSWORD, display_name=name)
    Membership.objects.create(user=person, role=Role.OFFICER)
    return person


def log_in(page: Any, url: str, name: str = "officer") -> None:
    page.goto(f"{url}/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("h1")


def samples(name: str) -> list[TargetTable]:
    out = io.StringIO()
    path = next(SAMPLES.glob(f"{name}_*"))
    call_command("import_tables", str(path), dry_run=True, format="json", year=2021, stdout=out)
    return [TargetTable.from_dict(item) for item in json.loads(out.getvalue())]


def blank(person: User, layout: str, department: str = "某局", code: str = "", year: int = 2021) -> Stored:
    fiscal_year, _made = FiscalYear.objects.get_or_create(year=year)
    place = Department.objects.filter(name=department).first() or Department.objects.create(name=department, code=code)
    return create_table(user=person, year=fiscal_year, department=place, layout=layout, skeleton=True)


def open_entry(page: Any, url: str, row: Stored | int, step: str = "") -> None:
    pk = row if isinstance(row, int) else row.pk
    page.goto(f"{url}/tables/{pk}/fill/{step + '/' if step else ''}")
    page.wait_for_selector("[data-ready]")


def saved(page: Any, timeout: int = 5000) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=timeout)


def all_saved(page: Any) -> None:
    """Leave the cell and wait until the server has everything."""
    page.evaluate("document.activeElement.blur()")
    expect(page.locator("[data-entry]")).to_have_attribute("data-waiting", "0")
    saved(page)


def stored(row: Stored) -> TargetTable:
    for _attempt in range(100):
        try:
            return load_tables(Stored.objects.filter(pk=row.pk))[0]
        except OperationalError:  # the shared database in memory refuses to read while a request writes
            time.sleep(0.02)
    raise AssertionError("the database stayed locked")


def cell(page: Any, path: str) -> Any:
    return page.locator(f'[data-path="{path}"] [data-in]').first


@pytest.fixture
def person() -> User:
    return officer()


@pytest.fixture
def site(live_server, page, person) -> Iterator[str]:
    log_in(page, live_server.url)
    yield live_server.url
    # Nothing may be on its way when the database is emptied.
    page.goto("about:blank")
    time.sleep(0.1)


# --- by keyboard alone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["longhua", "hebei", "zhuzhou-3"])
def test_a_whole_table_by_keyboard_alone_equals_the_imported_one(layout, site, page, person) -> None:
    wanted = sample(layout)
    row = blank(person, layout, wanted.department.name, wanted.department.code, wanted.fiscal_year or 2021)
    open_entry(page, site, row)
    page.keyboard.press("Alt+PageDown")
    page.keyboard.press("Alt+PageUp")
    Robot(page, wanted).fill()
    all_saved(page)
    assert stored(row).to_dict() == wanted.to_dict()


def sample(layout: str) -> TargetTable:
    """The first sample in this form with a fair number of indicators."""
    tables = (table for number in ("001", "002", "003", "004") for table in samples(number))
    return next(table for table in tables if table.layout == layout and len(table.indicators) > 5)


# --- from the clipboard ------------------------------------------------------------------------------------------


def test_twenty_indicators_from_a_spreadsheet_block(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "indicators")
    lines = [
        ["产出目标", "数量" if n < 10 else "质量", f"第{n + 1}项完成数", f"≥{n + 1}项", "年度计划"] for n in range(20)
    ]
    text = "\n".join("\t".join(line) for line in lines)
    page.locator(f"{ROWS} [data-in]").first.focus()
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          document.activeElement.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        text,
    )
    dialog = page.locator("dialog[open]")
    dialog.locator("tbody tr").nth(19).wait_for()
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="detached")
    all_saved(page)
    names = [one.name for one in stored(row).indicators]
    # The blank rows of the two categories are used up, those of the others still wait to be filled in.
    assert names == [line[2] for line in lines] + [""] * 5
    assert [one.quantity for one in stored(row).indicators][:20] == list(range(1, 21))
    page.keyboard.press("Control+z")
    expect(page.locator(ROWS)).to_have_count(7)
    all_saved(page)
    assert [one.name for one in stored(row).indicators] == [""] * 7


# --- nothing is lost ---------------------------------------------------------------------------------------------


def test_a_reload_in_mid_typing_loses_nothing(site, page, person) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "goals")
    page.route("**/fill/changes/", lambda route: route.abort())
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("完成三项工程，")
    page.keyboard.type("abc")
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert cell(page, "goals.annual").input_value() == "完成三项工程，abc"
    expect(page.locator("#save-state")).to_contain_text("网络中断")
    page.unroute("**/fill/changes/")
    saved(page)
    assert stored(row).goals.annual == "完成三项工程，abc"


def test_an_expired_session_and_a_new_login_lose_nothing(site, page, person, context) -> None:
    row = blank(person, "longhua")
    open_entry(page, site, row, "goals")
    context.clear_cookies(name="sessionid")
    cell(page, "goals.period").focus()
    page.keyboard.insert_text("三年内全部建成")
    page.get_by_role("link", name="登录已过期，点此重新登录").click()
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("[data-ready]")
    all_saved(page)
    assert cell(page, "goals.period").input_value() == "三年内全部建成"
    assert stored(row).goals.period == "三年内全部建成"


@pytest.fixture
def own_server(tmp_path) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """A server of our own on a database in a file: address, how to kill it, how to start it again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "PERFGOALS_DEMO": "1",
        "PERFGOALS_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3",
        "DJANGO_SETTINGS_MODULE": "perfgoals.settings",
    }
    environment = {**os.environ, **settings}
    manage = [sys.executable, str(ROOT / "manage.py")]
    seed = (
        "from projects.models import *\n"
        "from projects.services.creating import create_table\n"
        f"u = User.objects.create_user('officer', password={PASSWORD!r})\n"
        "Membership.objects.create(user=u, role=Role.OFFICER)\n"
        "y, d = FiscalYear.objects.create(year=2026), Department.objects.create(name='某局')\n"
        "create_table(user=u, year=y, department=d, layout='longhua', name='道路养护', skeleton=True)\n"
    )
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True, capture_output=True)
    subprocess.run([*manage, "shell", "-c", seed], env=environment, check=True, capture_output=True)
    url, running = f"http://127.0.0.1:{port}", []

    def start() -> None:
        command = [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for _attempt in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill() -> None:
        process = running.pop()
        process.kill()
        process.wait()

    start()
    yield url, kill, start
    while running:
        kill()


def test_a_server_killed_in_mid_typing_and_restarted_loses_nothing(own_server, page) -> None:
    url, kill, start = own_server
    log_in(page, url)
    open_entry(page, url, 1, "goals")
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("前半句")
    kill()
    page.keyboard.insert_text("，后半句")
    expect(page.locator("#save-state")).to_contain_text("已存在本机")
    start()
    saved(page, 15000)
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert cell(page, "goals.annual").input_value() == "前半句，后半句"


# --- two people --------------------------------------------------------------------------------------------------


def both(browser: Any, site: str, page: Any, row: Stored) -> Any:
    """A second person with the same table open."""
    officer("second")
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(5000)
    other = context.new_page()
    log_in(other, site, "second")
    open_entry(other, site, row, "goals")
    open_entry(page, site, row, "goals")
    return other


@pytest.mark.parametrize(
    ("choice", "text"),
    [("mine", "我的话"), ("theirs", "别人的话"), ("both", "别人的话\n我的话")],
    ids=["mine", "theirs", "both"],
)
def test_two_sessions_conflict_and_either_or_both_texts_are_kept(choice, text, site, page, person, browser) -> None:
    row = blank(person, "longhua")
    other = both(browser, site, page, row)
    cell(other, "goals.annual").focus()
    other.keyboard.insert_text("别人的话")
    all_saved(other)
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("我的话")
    page.keyboard.press("Tab")
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    assert "别人的话" in dialog.inner_text()
    assert "我的话" in dialog.inner_text()
    dialog.locator(f"input[value={choice}]").check()
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="detached")
    all_saved(page)
    assert stored(row).goals.annual == text
    assert cell(page, "goals.annual").input_value() == text
    other.context.close()


def test_changes_in_different_cells_are_joined_without_a_question(site, page, person, browser) -> None:
    row = blank(person, "longhua")
    other = both(browser, site, page, row)
    cell(other, "goals.period").focus()
    other.keyboard.insert_text("三年目标")
    all_saved(other)
    cell(page, "goals.annual").focus()
    page.keyboard.insert_text("今年目标")
    all_saved(page)
    expect(cell(page, "goals.period")).to_have_value("三年目标")
    assert (stored(row).goals.period, stored(row).goals.annual) == ("三年目标", "今年目标")
    other.context.close()


# --- for everybody, on every screen ------------------------------------------------------------------------------


def violations(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


@pytest.mark.parametrize("layout", ["zhuzhou-3", "mof-2015", "hebei-department"])
def test_axe_finds_nothing_on_any_step(layout, site, page, person) -> None:
    row = blank(person, layout)
    open_entry(page, site, row)
    keys = page.eval_on_selector_all(".stepnav a[data-to]", "links => links.map((link) => link.dataset.to)")
    assert keys[-2:] == ["check", "all"]
    for key in keys:
        page.click(f'.stepnav a[data-to="{key}"]')
        assert violations(page) == [], key


def test_on_a_phone_the_paper_scrolls_inside_its_frame(site, page, person) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    row = blank(person, "hebei")
    for step in ("basics", "indicators", "check", "all"):
        open_entry(page, site, row, step)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, step
    page.click("[data-steps]")
    page.click('.stepnav a[data-to="goals"]')
    assert page.locator('[data-path="goals.annual"]').first.is_visible()
    assert violations(page) == []
