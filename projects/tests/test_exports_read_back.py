"""What is exported is read back whole, in every format that the pages and commands offer (PDF: test_pdf_read_back)."""

from __future__ import annotations

import json

import pytest

from projects.grids.files import open_document
from projects.layouts import read_tables
from projects.services import exporting
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import all_tables, compare


@pytest.mark.parametrize("format", ["docx", "xlsx", "html", "list"])
def test_every_sample_table_alone(format: str) -> None:
    for table in all_tables():
        data = exporting.export_bytes([table], format=format)
        (found,) = read_tables(open_document(data, exporting.file_name(table, format)))
        assert compare(found.table, table) == []


@pytest.mark.parametrize("format", ["docx", "xlsx", "html", "list"])
def test_all_of_them_in_one_file(format: str) -> None:
    book = [table for table in all_tables() if table.department.code]  # of one department: a file names one
    found = read_tables(
        open_document(exporting.export_bytes(book, format=format), exporting.file_name(book[0], format))
    )
    assert [line for one, table in zip(found, book, strict=True) for line in compare(one.table, table)] == []


def test_json_is_the_table() -> None:
    mine = all_tables()
    told = json.loads(exporting.export_bytes(mine, format="json"))
    assert [compare(TargetTable.from_dict(item), table) for item, table in zip(told, mine, strict=True)] == [[]] * 70
