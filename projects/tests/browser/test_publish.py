"""Books, archives and summaries in a real browser: order by keyboard and mouse, progress, download; axe."""

import io
import zipfile
from pathlib import Path

import pytest

from projects.grids.docx_reader import read_docx
from projects.layouts import read_tables
from projects.models import Department, ExportJob, ExportRecord, Role, TargetTable
from projects.services import export_jobs, revisions
from projects.store import load_tables
from projects.tests import office
from projects.tests.browser.test_work import SIZES, enter, faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rows() -> list[TargetTable]:
    bureau = Department.objects.create(name="某某市某某区退役军人事务局")
    office.year(2027)
    made = office.tables(bureau, 4)
    for row in made[:3]:
        content = load_tables(TargetTable.objects.filter(pk=row.pk))[0]
        revision = revisions.write(row, content, cause="approve", actor=None)
        TargetTable.objects.filter(pk=row.pk).update(status="approved", approved_revision=revision)
    return made


def download(page, button) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def names(data: bytes) -> list[str]:
    return [read.table.label() for read in read_tables(read_docx(data, "a.docx"))]


def listed(page) -> list[str]:
    return page.locator(".book-list td.is-name a").all_inner_texts()


def test_book_is_put_in_order_by_number_by_key_and_by_mouse_then_taken(live_server, page, rows) -> None:
    site = enter(live_server, page, office.person("reader", (Role.READER, rows[0].department)))
    page.get_by_role("link", name="公开与导出").click()
    page.get_by_role("link", name="绩效文本").click()
    one, two, three = (row.label for row in rows[:3])
    assert listed(page) == [one, two, three]
    assert page.get_by_role("heading", name="还缺 1 张：没有批复的版本，不会编入").is_visible()
    place = page.get_by_label(f"序号：{three}", exact=True)
    place.fill("1")
    place.press("Tab")
    assert listed(page) == [three, one, two]
    page.get_by_label(f"序号：{one}", exact=True).press("Alt+ArrowUp")
    assert listed(page) == [one, three, two]
    grips = page.locator("[data-grip]")
    grips.nth(2).drag_to(grips.nth(0), target_position={"x": 4, "y": 2})
    assert listed(page) == [two, one, three]
    assert page.locator(".book-place").evaluate_all("boxes => boxes.map(box => box.value)") == ["1", "2", "3"]
    page.get_by_label(f"编入：{one}", exact=True).uncheck()
    name, data = download(page, page.get_by_role("button", name="Word 文档"))
    assert name == "某某市某某区退役军人事务局2027年部门预算绩效文本.docx"
    assert names(data) == [two, three]
    assert ExportRecord.objects.get().count == 2
    assert site


def test_archive_of_the_list_is_built_and_fetched(live_server, page, rows) -> None:
    site = enter(live_server, page, office.person("reader", (Role.READER, rows[0].department)))
    page.goto(f"{site}/tables/?year=2027")
    page.get_by_text("整册下载").click()
    page.locator(".menu__list").get_by_role("button", name="Excel", exact=True).click()
    page.wait_for_url("**/publish/files/*/")
    link = page.get_by_role("link", name="下载", exact=True)
    link.wait_for()
    name, data = download(page, link)
    assert name.startswith("绩效目标表（4张）_")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert len(package.namelist()) == 5
        assert package.namelist()[0].startswith("某某市某某区退役军人事务局/001_")


def test_chosen_tables_are_packed_and_the_bar_comes_and_goes(live_server, page, rows) -> None:
    site = enter(live_server, page, office.person("reader", (Role.READER, rows[0].department)))
    assert faults(page, f"{site}/tables/?year=2027") == []
    page.set_viewport_size(SIZES[0])
    page.goto(f"{site}/tables/?year=2027")
    bar = page.locator("[data-pick]")
    assert bar.is_hidden()
    page.get_by_label("选择本页全部").check()
    assert bar.get_by_role("status").inner_text() == "已选 4 张"
    bar.get_by_role("button", name="取消选择").click()
    assert bar.is_hidden()
    for row in (rows[1], rows[3]):
        page.get_by_label(f"选择：{row.label}", exact=True).check()
    bar.get_by_role("button", name="数据（JSON）").click()
    page.wait_for_url("**/publish/files/*/")
    assert sorted(ExportJob.objects.get().tables) == [rows[1].pk, rows[3].pk]


def test_progress_is_followed_until_the_file_is_there(live_server, page, rows) -> None:
    user = office.person("reader", (Role.READER, rows[0].department))
    site = enter(live_server, page, user)
    job = export_jobs.order_zip(user=user, ids=[row.pk for row in rows], format="json", name="一包")
    page.goto(f"{site}/publish/files/{job.pk}/")
    assert page.get_by_role("status").inner_text() == "排队中"
    ExportJob.objects.filter(pk=job.pk).update(state="running", done=2)
    page.get_by_text("2 / 4").wait_for()
    ExportJob.objects.filter(pk=job.pk).update(state="queued")
    export_jobs.run(job.pk)
    page.get_by_role("link", name="下载", exact=True).wait_for()


def test_pages_of_publishing_on_desk_and_phone(live_server, page, rows) -> None:
    user = office.person("both", (Role.READER, rows[0].department))
    site = enter(live_server, page, user)
    done = export_jobs.order_zip(user=user, ids=[row.pk for row in rows], format="json", name="一包")
    export_jobs.run(done.pk)
    waiting = export_jobs.order_zip(user=user, ids=[rows[0].pk], format="json", name="二包")
    here = f"department={rows[0].department_id}&year=2027"
    addresses = [
        f"{site}/publish/",
        f"{site}/publish/book/?{here}",
        f"{site}/publish/book/?{here}&source=draft",
        f"{site}/publish/summaries/?{here}",
        f"{site}/publish/files/{done.pk}/",
        f"{site}/publish/files/{waiting.pk}/",
    ]
    assert faults(page, *addresses) == []


def test_auditors_see_what_left(live_server, page, rows) -> None:
    reader = office.person("reader", (Role.READER, rows[0].department))
    done = export_jobs.order_zip(user=reader, ids=[row.pk for row in rows], format="json", name="一包")
    export_jobs.run(done.pk)
    done.refresh_from_db()
    export_jobs.fetch(done, user=reader).close()
    site = enter(live_server, page, office.person("auditor", (Role.AUDITOR, rows[0].department)))
    page.set_viewport_size(SIZES[0])
    page.goto(f"{site}/audit/")
    page.get_by_role("link", name="导出记录").click()
    page.get_by_label("文件名、操作人或校验值（SHA-256）").fill(done.sha256)
    page.get_by_role("button", name="查询").click()
    page.locator("summary", has_text="4 张").click()
    assert page.get_by_text(done.sha256, exact=True).is_visible()
    assert faults(page, f"{site}/audit/exports/") == []
