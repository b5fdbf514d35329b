"""``import_tables`` is a batch like those of the browser: previewed, written in one go, seen there, taken back."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import AuditEvent, Department, ImportBatch, ImportFile, ImportTable, StoredFinding
from projects.models import TargetTable as Stored
from projects.services.importing import import_documents
from projects.services.imports import batches
from projects.store import Entry, save_tables
from projects.tests.imports.conftest import SAMPLES, archive, as_file, as_json, made
from projects.tests.imports.test_import_services import database

pytestmark = pytest.mark.django_db


def run(*args: Any) -> str:
    out = io.StringIO()
    call_command("import_tables", *map(str, args), stdout=out, stderr=out)
    return out.getvalue()


def fails(code: int, *args: Any) -> str:
    """Run, and return what was said, the reason for the exit code last."""
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_tables", *map(str, args), stdout=out, stderr=out)
    assert caught.value.returncode == code
    return f"{out.getvalue()}{caught.value}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_dry_run_shows_what_each_table_would_do_and_writes_nothing(folder: Path, district: dict[str, Any]) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(1, bureau)), Entry(made(2, bureau))])
    tables = (
        made(1, bureau),
        made(2, bureau, duties="另一职责"),
        made(3, "某区卫生健康局机关"),
        made(4, "气象局"),
        made(4, "气象局", duties="别的"),
        made(5, ""),
    )
    (folder / "甲.json").write_bytes(as_json(*tables))
    before = database()
    out = fails(1, folder, "--dry-run")
    assert out.endswith("有 1 个文件不能全部接收")
    assert re.findall(r"^    (\S+)  第(\d)张表", out, re.MULTILINE) == [
        ("未变", "1"),
        ("更新", "2"),
        ("新增", "3"),
        ("新增", "4"),
        ("无法归档", "5"),
        ("无法归档", "6"),
    ]
    assert "部门 财政局（已对应）" in out
    assert "部门 某区卫生健康局机关（写入时新建，相近：卫生健康局）" in out
    assert "与“甲.json”第4张表是同一年度的同一项目而内容不同" in out
    known = fails(1, folder, "--dry-run", "--known-departments")
    assert "部门 某区卫生健康局机关（待确认，相近：卫生健康局）：部门“某区卫生健康局机关”没有完全一致的" in known
    assert "部门 气象局（没有对应）" in known
    assert (database(), ImportBatch.objects.count()) == (before, 0)


def test_import_is_a_batch_that_the_browser_shows_and_both_can_undo(folder: Path, admin: Any, client: Client) -> None:
    client.force_login(admin)
    before = database()
    (folder / "甲.docx").write_bytes(as_file(made(1, "财政局"), made(2, "财政局")))
    inner = archive({"丙.docx": as_file(made(3, "气象局"))})
    (folder / "里面.zip").write_bytes(archive({"深.zip": inner}))
    out = run(folder)
    batch = ImportBatch.objects.get()
    assert f"--undo {batch.pk}" in out
    assert "新建部门：气象局" in out
    assert (batch.state, batch.result["new"], Stored.objects.count()) == ("committed", 3, 3)
    assert sorted(batch.files.values_list("name", flat=True)) == ["甲.docx", "里面.zip/深.zip/丙.docx"]
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert batch.user_name.startswith("命令行（")
    assert batch.user_name in page
    row = ImportTable.objects.select_related("department").get(label="办公设备购置3")
    assert row.department == Department.objects.get(name="气象局")
    assert client.get(f"/imports/{batch.pk}/tables/{row.pk}/").status_code == 200
    assert f"已撤销批次 {batch.pk}：删除新增 3 张" in run("--undo", batch.pk)
    assert database() == before
    assert "不能撤销" in fails(2, "--undo", batch.pk)
    assert run(folder).count("新增") == 3
    again = ImportBatch.objects.latest("id")
    batches.ask_undo(user=admin, batch_id=again.pk)
    assert database() == before


def test_second_import_is_unchanged_and_leaves_no_batch(folder: Path, media: Path) -> None:
    run(SAMPLES)
    state, batch = database(), ImportBatch.objects.get()
    out = run(SAMPLES)
    assert "未变 70" in out
    assert "批次" not in out
    assert (database(), list(ImportBatch.objects.all())) == (state, [batch])
    kept = [path for path in (media / "imports").rglob("*") if path.is_file()]
    assert len(kept) == len(set(ImportFile.objects.values_list("sha256", flat=True)))


def test_whole_writes_nothing_and_the_batch_is_corrected_and_committed(folder: Path, tmp_path: Path) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局"), made(2, "财政局", year=None)))
    errors = tmp_path / "errors.xlsx"
    before = database()
    assert "有 1 张表无法归档，没有写入任何表" in fails(1, folder, "--whole", "--errors", errors)
    batch = ImportBatch.objects.get()
    assert (batch.state, database()) == ("open", before)
    book = openpyxl.load_workbook(errors)
    heads = [cell.value for cell in book.active[1]]
    [line] = [row for row in book.active.iter_rows(min_row=2) if "没有写明年度" in (row[7].value or "")]
    line[heads.index("改为")].value = "2027"
    book.save(errors)
    assert "无法归档" in fails(2, "--commit", batch.pk)
    out = run("--commit", batch.pk, "--answers", errors)
    assert "已采用 1 处更正" in out
    assert f"批次 {batch.pk} 已写入：新增 2" in out
    assert Stored.objects.count() == 2


def test_what_is_valid_is_written_unless_asked_for_the_whole(folder: Path) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局"), made(2, "财政局", year=None)))
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    assert "2 个文件" in fails(1, folder)
    assert [row.label for row in Stored.objects.all()] == ["办公设备购置1"]
    report = import_documents([folder / "甲.json"], dry_run=False)
    assert dict(report.counts) == {"unchanged": 1, "refused": 1}
    assert "--year" in report.files[0].tables[1].reason


def test_past_years_become_records_or_drafts_as_asked(folder: Path) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局", year=2020), made(1, "财政局", year=2030)))
    run(folder)
    assert list(Stored.objects.order_by("fiscal_year__year").values_list("status", flat=True)) == ["history", "draft"]
    run("--undo", ImportBatch.objects.get().pk)
    run(folder, "--past", "draft")
    assert list(Stored.objects.values_list("status", flat=True)) == ["draft", "draft"]


def test_a_new_department_is_told_with_those_of_similar_names(folder: Path, district: dict[str, Any]) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "某区卫生健康局机关")))
    out = run(folder)
    assert "新建了部门“某区卫生健康局机关”（与现有的卫生健康局名称相近" in out


def test_known_departments_makes_none(folder: Path, district: dict[str, Any]) -> None:
    count = Department.objects.count()
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局"), made(2, "气象局")))
    assert "1 个文件" in fails(1, folder, "--known-departments")
    assert (Department.objects.count(), Stored.objects.count()) == (count, 1)


def test_submitted_tables_are_left_alone(folder: Path, district: dict[str, Any]) -> None:
    save_tables([Entry(made(1, district["bureau"]))])
    Stored.objects.update(status="submitted")
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局", duties="别的")))
    fails(1, folder)
    assert Stored.objects.get().version == 1


def test_undo_gives_back_findings_and_a_departments_code(folder: Path) -> None:
    Department.objects.create(name="财政局")
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局"), made(2, "财政局")))
    run(folder)
    assert StoredFinding.objects.exists()
    state = database()
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局", duties="x"), made(2, "财政局")))
    run(folder)
    assert database() != state
    run("--undo", ImportBatch.objects.latest("id").pk)
    assert database() == state


def test_json_report_names_the_batch(folder: Path) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局")))
    report = json.loads(run(folder, "--format", "json"))
    assert (report["batch"], report["counts"]) == (ImportBatch.objects.get().pk, {"new": 1})
    assert report["files"][0]["tables"][0]["pk"] == Stored.objects.get().pk


def test_every_step_names_the_account_in_the_audit_log(folder: Path) -> None:
    (folder / "甲.json").write_bytes(as_json(made(1, "财政局")))
    run(folder)
    run("--undo", ImportBatch.objects.get().pk)
    events = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert events == [
        "import.begin",
        "import.commit",
        "department.create",
        "table.import",
        "import.undo",
        "table.import_undo",
    ]
    assert all(name.startswith("命令行（") for name in AuditEvent.objects.values_list("actor_name", flat=True))


def test_writing_takes_as_many_queries_for_many_tables(folder: Path) -> None:
    counts = []
    for number in (1, 30):
        tables = [made(number * 100 + place, "财政局") for place in range(number)]
        with CaptureQueriesContext(connection) as queries:
            import_documents([(f"{number}.json", as_json(*tables))])
        counts.append(len(queries))
    # The first import also makes the year and the department.
    assert counts[1] <= counts[0]


def test_interrupted_import_leaves_nothing_behind(folder: Path, media: Path) -> None:
    def interrupt(_done: Any) -> None:
        raise KeyboardInterrupt

    before = database()
    data = as_json(made(1, "财政局"))
    for when in ("progress", "written"):
        with pytest.raises(KeyboardInterrupt):
            import_documents([("甲.json", data)], **{when: interrupt})
        assert (database(), ImportBatch.objects.count()) == (before, 0)
    assert [path for path in media.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "请给出要导入的文件"),
        (["甲.docx", "--undo", "1"], "请给出要导入的文件"),
        (["--undo", "99"], "没有编号为 99 的批次"),
        (["--commit", "99"], "没有编号为 99 的批次"),
        (["甲.docx", "--answers", "a.xlsx"], "--commit"),
        (["甲.docx", "--dry-run", "--errors", "a.xlsx"], "--issues"),
        (["甲.docx", "--errors", "a.csv"], ".xlsx"),
        (["甲.docx", "--department", "999"], "999"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(args: list[str], message: str) -> None:
    assert message in fails(2, *args)
    assert not ImportBatch.objects.exists()
