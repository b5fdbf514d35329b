"""A form of the office in the browser: uploaded, tried, activated; a table begun in it and exported. Public pages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from projects.models import Department, FiscalYear, FormEdition, Membership, Release, Role, User
from projects.models import TargetTable as Stored
from projects.services import revisions
from projects.store import Entry, load_tables, save_tables
from projects.tests.layouts.helpers import tables
from projects.tests.own_forms import word_form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server: Any, context: Any, settings: Any, tmp_path: Path) -> str:
    settings.MEDIA_ROOT, settings.PUBLIC_PAGES = tmp_path / "media", True
    person = User.objects.create_user("both", password="Correct-horse-7")
    bureau = Department.objects.create(code="321001", name="山海局")
    for role, department in ((Role.ADMINISTRATOR, None), (Role.OFFICER, bureau)):
        Membership.objects.create(user=person, role=role, department=department)
    FiscalYear.objects.create(year=2026)
    client = Client()
    client.force_login(person)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return live_server.url


def clean(page: Any) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_from_upload_to_export(site: str, page: Any, tmp_path: Path) -> None:
    row = save_tables([Entry(tables("001")[0], Department.objects.get())]).saved[0]
    page.goto(site + reverse("form-list"))
    clean(page)
    page.get_by_role("link", name="上传表样").click()
    clean(page)
    page.get_by_label("空白表样").set_input_files(
        {"name": "申报书.docx", "mimeType": "application/octet-stream", "buffer": word_form()}
    )
    page.get_by_label("适用部门").select_option(label="全部部门")
    page.get_by_label("起始年度").fill("2026")
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_text("没有问题：试填的内容都能原样读回。").wait_for()
    assert page.get_by_role("cell", name="{{计划开始日期|年月日}}").count() == 2  # on the form, and in the list
    clean(page)
    page.get_by_role("link", name="试填").click()
    page.get_by_role("link", name=tables("001")[0].label()).click()
    page.get_by_text("填好的文件重新读入，与原表逐项相同。").wait_for()
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载填好的 Word").click()
    filled = docx.Document(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert filled.tables[0].cell(0, 1).text == tables("001")[0].project.name
    page.goto(site + reverse("form-edition", args=[FormEdition.objects.get().form_id, 1]))
    page.get_by_role("button", name="启用").click()
    page.get_by_text("已启用", exact=True).first.wait_for()
    assert Stored.objects.get(pk=row.pk).layout == "longhua"

    page.goto(site + reverse("table-new"))
    page.get_by_label("表式", exact=True).select_option(label="滨江市市级财政项目绩效申报书")
    page.get_by_label("项目名称", exact=True).fill("海堤加固")
    page.get_by_role("button", name="开始填报").click()
    page.get_by_text("项目全称").first.wait_for()
    made = Stored.objects.get(label="海堤加固")
    layout = FormEdition.objects.get().layout_id
    assert made.layout == layout
    with page.expect_download() as download:
        page.evaluate("address => { location.href = address }", reverse("table-download", args=[made.pk, "docx"]))
    word = docx.Document(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert word.tables[0].cell(0, 1).text == "海堤加固"
    assert word.paragraphs[0].text == "2026年度滨江市市级财政项目绩效申报书"


def test_pages_on_a_phone(site: str, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("form-list", "form-new", "form-help", "releases"):
        page.goto(site + reverse(name))
        clean(page)


def test_release_and_read_without_login(site: str, page: Any, browser: Any) -> None:
    saved = save_tables([Entry(table, Department.objects.get()) for table in tables("001")]).saved
    for done in saved:
        row = Stored.objects.get(pk=done.pk)
        content = load_tables(Stored.objects.filter(pk=row.pk))[0]
        row.approved_revision = revisions.write(row, content, cause="approve", actor=None)
        row.status = "approved"
        row.save()
    page.goto(site + reverse("releases") + "?year=2021")
    clean(page)
    page.get_by_role("button", name="公开全部已批复的").click()
    page.get_by_text("已公开 1 张").first.wait_for()
    clean(page)
    stranger = browser.new_context()
    try:
        other = stranger.new_page()
        for width in (1440, 390):
            other.set_viewport_size({"width": width, "height": 844})
            for address in (
                reverse("public"),
                reverse("public-list", args=[2021]),
                reverse("public-table", args=[Release.objects.get().uid]),
            ):
                other.goto(site + address)
                clean(other)
        assert other.get_by_role("heading", name=tables("001")[0].label()).count() == 1
        assert stranger.cookies() == []
    finally:
        stranger.close()
