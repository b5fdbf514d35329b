"""From login to a downloaded form, as a person does it; axe finds nothing; nothing is wider than a phone."""

import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from projects.models import Membership, Role, TargetTable, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAMPLES = Path(__file__).resolve().parents[3] / "fixtures" / "samples"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def site(live_server, page):
    """The samples are in, and somebody who sees them all is logged in."""
    for path in sorted(SAMPLES.glob("00[23]*.txt")):
        call_command("import_tables", str(path), year=2021, stdout=io.StringIO())
    person = User.objects.create_user("officer", password="a-Long-pass-1", display_name="王晓梅")
    Membership.objects.create(user=person, role=Role.OFFICER)
    page.goto(f"{live_server.url}/login/")
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", "a-Long-pass-1")
    page.click("main button[type=submit]")
    page.wait_for_selector("h1")
    return live_server.url


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_officer_searches_opens_a_table_and_downloads_it(site: str, page) -> None:
    page.goto(f"{site}/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("两参")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tables/?*q=*")
    rows = page.locator("table.list tbody tr")
    assert rows.count() == 1
    rows.first.locator("td").last.click()  # the whole row opens
    page.wait_for_url("**/tables/*/")
    assert page.locator(".paper .pg-form").first.is_visible()
    assert "两参退役人员生活补" in page.locator("h1").inner_text()
    page.locator("summary", has_text="下载").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Word 文档").click()
    assert download.value.suggested_filename == "两参退役人员生活补.docx"
    page.go_back()
    page.wait_for_url("**/tables/?*q=*")
    assert page.locator("main input[name=q]").input_value() == "两参"


def test_filter_applies_at_once_and_keeps_the_address_clean(site: str, page) -> None:
    page.goto(f"{site}/tables/")
    page.select_option("main select[name=kind]", "summary")
    page.wait_for_url("**/tables/?kind=summary")
    assert page.locator("table.list tbody tr").count() == 1
    page.locator(".chip a").click()
    page.wait_for_url(lambda url: "kind" not in url)
    assert page.locator("table.list tbody tr").count() == 50


def test_another_layout_is_one_click_away(site: str, page) -> None:
    table = TargetTable.objects.filter(layout="hebei").first()
    page.goto(f"{site}/tables/{table.pk}/")
    page.locator("summary", has_text="表式").click()
    page.locator('a[href="?layout=mof-2015"]').click()
    page.wait_for_url("**?layout=mof-2015")
    assert "项目支出绩效目标申报表" in page.locator(".paper").inner_text()


def test_keys_are_listed_and_menus_close(site: str, page) -> None:
    page.goto(f"{site}/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.locator(".person summary").click()
    assert page.locator(".person .menu__list").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".person .menu__list").is_visible()


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(site: str, page, viewport: dict) -> None:
    page.set_viewport_size(viewport)
    table = TargetTable.objects.exclude(unread={}).first()
    addresses = [
        "/",
        "/tables/",
        "/tables/?q=满意&year=2021&amount_min=1&sort=-amount",
        "/tables/?amount_min=abc",
        "/departments/",
        f"/departments/{table.department_id}/",
        f"/tables/{table.pk}/",
        f"/tables/{TargetTable.objects.filter(layout='zhuzhou-3').first().pk}/",
        f"/tables/{TargetTable.objects.filter(layout='hebei-department').first().pk}/",
        "/no-such-page/",
    ]
    for address in addresses:
        page.goto(site + address)
        assert violations(page) == [], address
        assert overflow(page) <= 0, address


def test_login_page_is_accessible(live_server, page) -> None:
    page.goto(f"{live_server.url}/login/")
    assert violations(page) == []
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("main button[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert violations(page) == []


def test_phone_opens_the_navigation_as_a_drawer(site: str, page) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/")
    assert not page.locator("#nav").is_visible()
    page.locator("[data-drawer]").click()
    assert page.locator("#nav").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#nav").is_visible()
    page.locator("[data-drawer]").click()
    page.locator("#nav a", has_text="部门").first.click()
    page.wait_for_url("**/departments/")


def test_printed_page_holds_the_form_alone(site: str, page) -> None:
    table = TargetTable.objects.filter(layout="hebei").first()
    page.goto(f"{site}/tables/{table.pk}/")
    page.emulate_media(media="print")
    assert page.locator(".paper").is_visible()
    for hidden in (".bar", ".rail", ".desk__side", ".page-head", ".crumbs"):
        assert not page.locator(hidden).first.is_visible(), hidden
