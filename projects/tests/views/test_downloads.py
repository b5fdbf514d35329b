import io
import json
import zipfile

import pytest
from django.test import Client

from projects.tests.views.conftest import Make

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}
NAME = "%E5%8A%9E%E5%85%AC%E8%AE%BE%E5%A4%87%E8%B4%AD%E7%BD%AE"  # 办公设备购置


def content(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue()  # the test client closes what has been read to its end


@pytest.mark.parametrize("suffix", TYPES)
def test_table_download_has_type_and_chinese_name(client: Client, make: Make, suffix: str) -> None:
    table = make("办公设备购置")
    answer = client.get(f"/tables/{table.pk}/table.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[suffix]
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{NAME}.{suffix}"
    content = answer.getvalue()
    assert int(answer.headers["Content-Length"]) == len(content) > 0
    if suffix == "json":
        assert [item["project"]["name"] for item in json.loads(content)] == ["办公设备购置"]


def test_table_download_in_another_layout(client: Client, make: Make) -> None:
    table = make("办公设备购置")
    answer = client.get(f"/tables/{table.pk}/table.docx?layout=mof-2015")
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as package:
        assert "项目支出绩效目标申报表" in package.read("word/document.xml").decode()


def test_book_holds_the_filtered_tables_in_order(client: Client, make: Make) -> None:
    make("乙项目", department="office")
    make("甲项目", department="bureau")
    make("去年的项目", year=2020)
    make("作废的项目", status="void")
    answer = client.get("/tables/book.docx?year=2021")
    assert answer.headers["Content-Type"] == TYPES["docx"]
    assert "filename*=utf-8''" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as package:
        text = package.read("word/document.xml").decode()
    assert 0 < text.index("甲项目") < text.index("乙项目")
    assert "去年的项目" not in text
    assert "作废的项目" not in text


def test_book_as_workbook_has_one_sheet_per_table(client: Client, make: Make) -> None:
    for number in range(3):
        make(f"项目{number}")
    answer = client.get("/tables/book.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 3


def test_book_of_nothing_is_no_page(client: Client, make: Make) -> None:
    make()
    assert client.get("/tables/book.docx?year=1066").status_code == 404


def test_book_that_would_be_too_large_is_explained(client: Client, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projects.views.downloads.LARGEST_BOOK", 1)
    make("甲")
    make("乙")
    answer = client.get("/tables/book.docx?year=2021")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "超过 1 张" in text
    assert 'href="/tables/?year=2021"' in text


def test_book_needs_a_fixed_number_of_queries(client: Client, make: Make, django_assert_num_queries) -> None:
    make("甲")
    content(client, "/tables/book.xlsx")
    with django_assert_num_queries(17):
        content(client, "/tables/book.xlsx")
    make("乙")
    make("丙")
    with django_assert_num_queries(17):
        content(client, "/tables/book.xlsx")
