"""The page of the book: what is missing, which order, what is handed out and written down."""

import hashlib
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from projects.grids.docx_reader import read_docx
from projects.layouts import read_tables
from projects.models import AuditEvent, Department, ExportJob, ExportRecord, TargetTable, User
from projects.selectors.books import AMOUNT, CODE, FILED, book_chapters
from projects.selectors.tables import visible_to
from projects.services import revisions
from projects.services.exports import common_path
from projects.store import load_tables
from projects.tests.views.conftest import Make

ADDRESS = "/publish/book/"


def approve(row: TargetTable) -> None:
    """Write the version in force, as the workflow does."""
    content = load_tables(TargetTable.objects.filter(pk=row.pk))[0]
    revision = revisions.write(row, content, cause="approve", actor=None)
    TargetTable.objects.filter(pk=row.pk).update(status="approved", approved_revision=revision)


def order(row: TargetTable, *others: TargetTable, **fields: str) -> dict[str, object]:
    rows = [row, *others]
    return {
        "department": str(row.department_id),
        "year": "2021",
        "source": "approved",
        "order": "filed",
        "table": [str(item.pk) for item in rows],
        "listed": [str(item.pk) for item in rows],
        "title": "2021年部门预算绩效文本",
        "unit": "财政局",
        "cover": "1",
        "contents": "1",
        "parts": "form",
        "format": "docx",
        **fields,
    }


def names(data: bytes) -> list[str]:
    return [read.table.project.name for read in read_tables(read_docx(data, "a.docx"))]


def test_page_lists_what_will_be_in_the_book_and_what_is_missing(client: Client, make: Make) -> None:
    first, second = make("甲项目"), make("乙项目")
    make("别年的项目", year=2020)
    approve(first)
    text = client.get(ADDRESS, {"department": first.department_id, "year": "2021"}).content.decode()
    assert "还缺 1 张：没有批复的版本，不会编入" in text
    assert f'<a href="/tables/{second.pk}/">乙项目</a>' in text
    assert f'name="table" value="{first.pk}"' in text
    assert f'name="table" value="{second.pk}"' not in text
    assert "别年的项目" not in text
    assert "没有部门整体绩效目标，册中将没有第一部分" in text


def test_departments_below_are_taken_in_when_asked_and_empty_ones_named(client: Client, make: Make) -> None:
    row = make("甲项目")
    approve(make("处里的项目", department="office"))
    alone = client.get(ADDRESS, {"department": row.department_id, "year": "2021"}).content.decode()
    assert "处里的项目" not in alone
    below = client.get(ADDRESS, {"department": row.department_id, "year": "2021", "below": "1"}).content.decode()
    assert "处里的项目" in below
    other = Department.objects.get(code="322001")
    nothing = client.get(ADDRESS, {"department": other.pk, "year": "2021"}).content.decode()
    assert "“卫健局”这一年度没有绩效目标表" in nothing


def test_book_is_made_of_the_version_in_force_not_of_what_stands_now(client: Client, make: Make) -> None:
    row = make("甲项目")
    approve(row)
    TargetTable.objects.filter(pk=row.pk).update(status="draft", project_name="改名以后的项目")
    page = client.get(ADDRESS, {"department": row.department_id, "year": "2021"}).content.decode()
    assert "正在调整，编入的是仍然有效的第1版" in page
    data = client.post(ADDRESS, order(row)).getvalue()
    assert names(data) == ["甲项目"]
    document = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "改名以后的项目" not in document


def test_book_follows_the_numbers_given_and_leaves_out_what_is_not_ticked(client: Client, make: Make) -> None:
    rows = [make(name) for name in ("甲项目", "乙项目", "丙项目")]
    for row in rows:
        approve(row)
    places = {f"place-{rows[0].pk}": "3", f"place-{rows[1].pk}": "2", f"place-{rows[2].pk}": "1"}
    assert names(client.post(ADDRESS, order(*rows, **places)).getvalue()) == ["丙项目", "乙项目", "甲项目"]
    two = order(*rows, **places) | {"table": [str(rows[0].pk), str(rows[2].pk)]}
    data = client.post(ADDRESS, two).getvalue()
    assert names(data) == ["丙项目", "甲项目"]
    titles = re.findall(r"(\d)\.([甲乙丙]项目)", zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode())
    assert titles[2:] == [("1", "丙项目"), ("2", "甲项目")]


def test_draft_book_is_marked_on_each_page(client: Client, make: Make) -> None:
    row = make("甲项目")
    answer = client.post(ADDRESS, order(row, source="draft"))
    assert "%E8%8D%89%E7%A8%BF" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as package:
        heads = [package.read(name).decode() for name in package.namelist() if "header" in name]
    assert len(heads) == 2
    assert all('string="草稿"' in head and "未经批复" in head for head in heads)


def test_export_is_recorded_with_versions_and_hash_and_repeats_itself(client: Client, make: Make) -> None:
    row = make("甲项目")
    approve(row)
    first = client.post(ADDRESS, order(row)).getvalue()
    second = client.post(ADDRESS, order(row)).getvalue()
    assert first == second
    record, again = ExportRecord.objects.order_by("id")
    revision = row.revisions.get()
    assert record.sha256 == again.sha256 == hashlib.sha256(first).hexdigest()
    assert (record.kind, record.format, record.count, record.size) == ("book", "docx", 1, len(first))
    assert record.revisions == [[row.pk, 1, revision.sha256]]
    assert record.department_path == row.department.path
    assert record.actor_name == "王晓梅（officer）"
    assert AuditEvent.objects.filter(action="book.download").count() == 2


def test_tampered_version_is_not_printed(client: Client, make: Make) -> None:
    row = make("甲项目")
    approve(row)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_revision SET content = replace(content, '甲项目', '乙项目')")
    answer = client.post(ADDRESS, order(row))
    assert answer.status_code == 400
    assert "内容与校验值不符，不能用于成册" in answer.content.decode()
    assert ExportRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": []}, "没有选择绩效目标表"),
        ({"title": ""}, "请先改正封面和目录的设置"),
        ({"format": "exe"}, "请先改正"),
    ],
)
def test_what_cannot_be_made_is_said_and_the_choice_kept(
    client: Client, make: Make, change: dict[str, object], message: str
) -> None:
    first, second = make("甲项目"), make("乙项目")
    for row in (first, second):
        approve(row)
    places = {f"place-{first.pk}": "2", f"place-{second.pk}": "1"}
    answer = client.post(ADDRESS, order(first, second, **places, date="2021年1月") | change)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert message in text
    assert text.index(f'name="place-{second.pk}" value="1"') < text.index(f'name="place-{first.pk}" value="2"')
    assert 'value="2021年1月"' in text


def test_foreign_tables_in_the_form_are_left_out(client: Client, make: Make) -> None:
    row, other = make("甲项目"), make("别局的项目", department="other")
    approve(row)
    approve(other)
    assert names(client.post(ADDRESS, order(row, other)).getvalue()) == ["甲项目"]


def test_a_department_one_does_not_see_does_not_exist(make: Make, departments: dict[str, Department]) -> None:
    make("甲项目")
    person = User.objects.create_user("elsewhere", password="a-Long-pass-1")
    person.memberships.create(department=departments["other"], role="reader")
    client = Client()
    client.force_login(person)
    assert client.get(ADDRESS, {"department": departments["bureau"].pk, "year": "2021"}).status_code == 404


def test_pdf_goes_to_the_background(client: Client, make: Make, django_capture_on_commit_callbacks) -> None:
    row = make("甲项目")
    approve(row)
    answer = client.post(ADDRESS, order(row, format="pdf"))
    job = ExportJob.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("export-job", args=[job.pk])
    assert (job.state, job.kind, job.format, job.tables) == ("queued", "book", "pdf", [row.pk])


def test_orders_of_the_book(client: Client, make: Make, person: User) -> None:
    make("甲", code="300", amount="100")
    make("乙", code="100", amount="300")
    make("丙", code="", amount="200")
    make("整体", kind="department", layout="zhuzhou-1", amount=None)
    top = Department.objects.get(code="321001")

    def found(by: str) -> list[str]:
        chapters = book_chapters(visible_to(person), department=top, year=2021, below=True, source="draft", order=by)
        return [table.label[:1] for table in chapters[0].tables]

    assert found(FILED) == ["整", "甲", "乙", "丙"]
    assert found(CODE) == ["整", "乙", "甲", "丙"]
    assert found(AMOUNT) == ["整", "乙", "丙", "甲"]


def test_page_needs_a_fixed_number_of_queries(client: Client, make: Make, django_assert_num_queries) -> None:
    row = make("甲")
    client.get(ADDRESS, {"department": row.department_id, "year": "2021"})
    with django_assert_num_queries(7):
        client.get(ADDRESS, {"department": row.department_id, "year": "2021"})
    for name in ("乙", "丙", "丁"):
        make(name)
    with django_assert_num_queries(7):
        client.get(ADDRESS, {"department": row.department_id, "year": "2021"})


def test_common_path_is_the_narrowest_department_above_all() -> None:
    assert common_path([]) == ""
    assert common_path(["0000000100000002"]) == "0000000100000002"
    assert common_path(["0000000100000002", "0000000100000003"]) == "00000001"
    assert common_path(["00000001", "00000002"]) == ""


def test_page_begins_where_there_is_something_approved(client: Client, make: Make, departments) -> None:
    approve(make("去年批复的", department="office", year=2021))
    approve(make("批复的", department="other", year=2022))
    make("今年的草稿", department="office", year=2023)
    for page in ("/publish/book/", "/publish/summaries/"):
        choice = client.get(page).context["choice"]
        assert (choice.cleaned_data["department"], choice.cleaned_data["year"]) == (departments["other"].pk, 2022)
    choice = client.get("/publish/book/?year=2023").context["choice"]
    assert (choice.cleaned_data["department"], choice.cleaned_data["year"]) == (departments["bureau"].pk, 2023)


def test_a_table_being_adjusted_counts_with_its_approved_amount(client: Client, make: Make) -> None:
    row = make("正在调整的", amount="200000")
    approve(row)
    TargetTable.objects.filter(pk=row.pk).update(status="draft", adjustment=1, amount="150000")
    query = f"?department={row.department_id}&year=2021&below=1&source="
    for source, amount in (("approved", "200000"), ("draft", "150000")):
        (chapter,) = [c for c in client.get(f"{ADDRESS}{query}{source}&order=filed").context["rows"] if c[1]]
        assert [line.table.amount for line in chapter[1]] == [Decimal(amount)]
    found = client.get(f"/publish/summaries/{query}approved&order=filed").context["found"]
    assert (found.amount, found.differences) == (Decimal(200000), [])
