"""Bulk import in a real browser: drop, watch, correct, write, take back; keyboard, phone and axe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from projects.models import Department, ImportBatch, ImportFile, Role
from projects.models import TargetTable as Stored
from projects.services.imports import reading
from projects.store import Entry, save_tables
from projects.tests import office
from projects.tests.browser.test_work import enter, faults
from projects.tests.imports.conftest import archive, as_file, made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """async ([name, base64, kind]) => {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: kind }));
  const place = document.querySelector("[data-drop]");
  const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
  for (const type of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(type, how));
}"""


@pytest.fixture
def bureau(settings: Any, tmp_path: Path) -> Department:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Department.objects.create(code="321001", name="财政局")


def drop(page: Any, name: str, data: bytes) -> None:
    from base64 import b64encode

    page.evaluate(DROP, [name, b64encode(data).decode(), "application/zip"])


def test_dropped_archive_is_watched_corrected_written_and_taken_back(live_server, page, bureau, settings) -> None:
    save_tables([Entry(made(1, bureau))])
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    page.set_default_timeout(20_000)
    site = enter(live_server, page, admin)
    page.goto(f"{site}/imports/")
    # Nobody reads yet: the page shows how it waits, and goes on by itself once the files are read.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
    books = {"甲.docx": as_file(made(1, bureau, duties="新"), made(2, bureau)), "乙.docx": as_file(made(3, "气象局"))}
    drop(page, "全区.zip", archive({**books, "坏.xlsx": b"PK\x03\x04 broken"}))
    page.wait_for_url("**/imports/*/")
    assert page.locator("progress.import-bar").is_visible()
    assert page.locator("[data-progress-text]").inner_text() == "已读 0 / 1 个，找到 0 张表"
    reading.read_file(ImportFile.objects.get().pk)
    page.wait_for_selector("text=已读 0 / 3 个")
    page.goto(f"{site}/")  # the page can be left
    page.goto(f"{site}/imports/{ImportBatch.objects.get().pk}/")
    for file in ImportFile.objects.filter(state="waiting"):
        reading.read_file(file.pk)
    page.wait_for_selector("#preview")
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    assert page.locator(".import-refused li").count() == 1
    batch = page.url
    assert faults(page, f"{site}/imports/", batch) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    page.goto(batch)
    choice = page.get_by_label("“气象局”归入的部门")
    choice.select_option(label="财政局（321001）", force=True)
    page.locator(".import-choice", has=choice).get_by_role("button", name="确定").click()
    page.wait_for_selector("text=已按所选部门重新对应 1 张表")

    page.get_by_role("link", name="办公设备购置2", exact=True).click()
    assert faults(page, page.url) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    bound = page.locator('.source td[data-paths*="goals.annual"]').first
    bound.click()
    field = page.locator("[id='c:goals.annual']")
    assert field.evaluate("node => node === document.activeElement")
    assert "is-here" in (bound.get_attribute("class") or "")
    field.fill("改过的年度目标")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_selector("text=已更正，涉及 1 张表")

    page.goto(batch)
    page.get_by_role("button", name="写入").click()
    page.wait_for_selector("text=导入结果")
    assert Stored.objects.get(label="办公设备购置2").goals_annual == "改过的年度目标"
    page.get_by_role("button", name="撤销整批").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    page.wait_for_selector("h2:has-text('已撤销')")
    assert list(Stored.objects.values_list("label", flat=True)) == ["办公设备购置1"]
    assert faults(page, batch) == []


def test_chosen_files_are_uploaded_and_a_large_one_is_refused_before_it_is_sent(
    live_server, page, bureau, settings, tmp_path
) -> None:
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    page.set_default_timeout(20_000)
    site = enter(live_server, page, admin)
    settings.UPLOAD_MAX_BYTES = 1 << 20
    folder = tmp_path / "上年"
    (folder / "里").mkdir(parents=True)
    (folder / "甲.docx").write_bytes(as_file(made(1, bureau)))
    (folder / "里" / "乙.docx").write_bytes(as_file(made(2, bureau)))
    (folder / "里" / "~$乙.docx").write_bytes(b"lock")
    (folder / "大.pdf").write_bytes(b"x" * (1 << 21))
    page.goto(f"{site}/imports/")
    page.set_input_files("#drop-folder", folder)
    page.wait_for_url("**/imports/*/")
    page.wait_for_selector("#preview")
    assert dict(ImportFile.objects.values_list("name", "state")) == {
        "上年/甲.docx": "read",
        "上年/里/乙.docx": "read",
        "上年/大.pdf": "refused",
    }
    assert "“上年/大.pdf”" in page.locator(".import-refused li").inner_text()
    assert ImportBatch.objects.get().name == "上年"
