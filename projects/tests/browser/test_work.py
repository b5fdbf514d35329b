"""Work list, notices and years in a real browser: a year is opened and filled from the last one; axe finds nothing."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from projects.models import Department, FiscalYear, Notice, Role, TargetTable, User
from projects.tests import office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-Long-pass-1"
SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]


@pytest.fixture
def places() -> tuple[Department, Department]:
    bureau = Department.objects.create(name="某某市某某区退役军人事务局")
    return bureau, Department.objects.create(name="军队离休退休干部休养所", parent=bureau)


def enter(live_server, page, user: User) -> str:
    user.set_password(PASSWORD)
    user.password_changed_at = timezone.now()
    user.save()
    page.goto(f"{live_server.url}/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("h1")
    return live_server.url


def faults(page, *addresses: str) -> list[str]:
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(address)
            for item in Axe().run(page).response["violations"]:
                found += [f"{size['width']} {address} {item['id']}: {node['html'][:160]}" for node in item["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{size['width']} {address} is wider than the window")
    return found


def test_officer_and_reviewer_see_their_work_and_notices(live_server, page, places) -> None:
    bureau, section = places
    office.year(2027, due=timezone.now() - timedelta(days=1))
    user = office.person("both", (Role.OFFICER, section), (Role.DEPARTMENT_REVIEWER, bureau))
    office.tables(section, 12)
    (returned,) = office.tables(section, start=20, status="returned")
    office.record(returned, "return", "returned", None, "数量指标与上年不一致，请说明测算依据后重新送审")
    office.tables(section, 2, start=30, status="submitted")
    Notice.objects.create(user=user, kind="result", text="“办公设备购置20”被退回", table=returned)
    Notice.objects.create(user=user, kind="due", text="还有 1 天")
    site = enter(live_server, page, user)
    assert page.locator(".work__head").all_inner_texts() == [
        "已退回，待修改\n1\n逾期 1",
        "待填报、送审\n12\n逾期 12",
        "等我审核\n2",
    ]
    assert faults(page, f"{site}/", f"{site}/notices/") == []
    page.get_by_role("button", name="打开表").click()
    page.wait_for_url(f"**/tables/{returned.pk}/")
    assert page.get_by_role("link", name="通知，1 条未读").is_visible()


def test_administrator_opens_a_year_and_fills_it_from_the_last(live_server, page, places) -> None:
    for place in places:
        office.tables(place, 3, start=place.pk * 10, status="approved", year=2027)
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    site = enter(live_server, page, admin)
    page.goto(f"{site}/years/")
    page.fill("[name=number]", "2028")
    page.get_by_role("button", name="新建").click()
    page.wait_for_url("**/years/2028/")
    page.fill("[name=due]", "2028-01-31T18:00")
    page.get_by_role("button", name="保存").click()
    page.wait_for_selector(".alert-success")
    page.get_by_role("link", name="从上年结转").click()
    page.get_by_role("button", name="新建 6 张草稿").click()
    page.wait_for_selector("text=已新建草稿 6 张")
    assert TargetTable.objects.filter(fiscal_year__year=2028, predecessor__isnull=False).count() == 6
    assert FiscalYear.objects.get(year=2028).due is not None
    pages = ("?year=2028", "years/", "years/2028/", "years/2028/rollover/")
    assert faults(page, *(f"{site}/{part}" for part in pages)) == []


def test_an_officer_begins_last_years_projects_by_keyboard(live_server, page, places) -> None:
    bureau, _section = places
    office.year(2026)
    office.year(2027)
    user = office.person("files", (Role.OFFICER, bureau))
    earlier = office.tables(bureau, 3, year=2026)
    site = enter(live_server, page, user)
    page.goto(f"{site}/filling/")
    assert page.locator("h1").inner_text() == "2027年度填报清单"
    page.locator("a.list__open").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-picked]").inner_text() == "已选：待新建 2 项"
    assert page.get_by_role("button", name="送审选中的表").count() == 0
    page.locator("summary:has-text('由上年新建')").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="为选中的新建草稿").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".outcome")
    assert page.locator(".outcome").inner_text() == "已新建 2 张草稿。"
    made = TargetTable.objects.filter(fiscal_year__year=2027)
    assert {row.predecessor_id for row in made} < {row.pk for row in earlier}
    assert made.count() == 2
    assert faults(page, f"{site}/filling/", f"{site}/filling/?show=missing") == []


def test_the_officers_list_begins_a_table_by_a_key_and_fits_a_phone(live_server, page, places) -> None:
    _bureau, section = places
    office.year(2028)
    user = office.person("officer", (Role.OFFICER, section))
    (before,) = office.tables(section, 1)
    site = enter(live_server, page, user)
    assert faults(page, f"{site}/filling/?year=2028", f"{site}/tables/new/?year=2028") == []
    page.goto(f"{site}/filling/?year=2028")
    for words in ("由上年新建", "批量送审"):
        page.locator("summary", has_text=words).click()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), words
        page.keyboard.press("Escape")
    page.set_viewport_size(SIZES[0])
    page.goto(f"{site}/filling/?year=2028")
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.wait_for_selector("[data-ready]")
    made = TargetTable.objects.get(fiscal_year__year=2028)
    assert made.predecessor_id == before.pk
    assert page.url == f"{site}/tables/{made.pk}/fill/"
