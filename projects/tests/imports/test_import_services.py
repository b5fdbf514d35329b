"""Uploading, placing, committing and undoing, through the services."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from projects.models import AuditEvent, Department, FiscalYear, ImportBatch, ImportFile, ImportTable, Project
from projects.models import TargetTable as Stored
from projects.selectors.tables import previous_table
from projects.services.imports import batches, correcting
from projects.services.imports.correcting import Refused, Stale
from projects.store import Entry, load_tables, save_tables
from projects.tests import office
from projects.tests.imports.conftest import SAMPLE_DEPARTMENTS, SAMPLES, archive, as_file, as_json, made

pytestmark = pytest.mark.django_db
LATER = {"updated_at", "version"}


def database() -> str:
    """One hash over everything stored but imports, logs and the locks' counters."""
    skipped = {"importbatch", "importfile", "importtable", "auditevent", "session"}
    parts = []
    for model in apps.get_app_config("projects").get_models():
        if model._meta.model_name not in skipped:
            names = [field.attname for field in model._meta.concrete_fields if field.name not in LATER]
            parts.append([model._meta.label, list(model._base_manager.order_by("pk").values_list(*names))])
    return hashlib.sha256(json.dumps(parts, cls=DjangoJSONEncoder).encode()).hexdigest()


def outcomes(batch: ImportBatch) -> list[tuple[str, str]]:
    return list(batch.tables.order_by("file_id", "number").values_list("label", "outcome"))


def commit(batch: ImportBatch, user: Any, **options: Any) -> ImportBatch:
    batch.refresh_from_db()
    batches.ask_commit(user=user, batch_id=batch.pk, version=batch.version, **options)
    batch.refresh_from_db()
    return batch


def undo(batch: ImportBatch, user: Any) -> ImportBatch:
    batches.ask_undo(user=user, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_new_changed_and_unchanged_are_told_apart_and_nothing_is_written_before_commit(admin, district, upload) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(1, bureau)), Entry(made(2, bureau))])
    before = database()
    batch = upload({"甲.json": as_json(made(1, bureau), made(2, bureau, duties="另一职责"), made(3, bureau))})
    assert [outcome for _label, outcome in outcomes(batch)] == ["unchanged", "changed", "new"]
    assert database() == before
    assert commit(batch, admin).result == {"new": 1, "updated": 1, "unchanged": 1, "skipped": 0}
    assert [table.duties for table in load_tables(Stored.objects.order_by("id"))] == ["", "另一职责", ""]
    again = upload({"甲.json": as_json(made(1, bureau), made(2, bureau, duties="另一职责"), made(3, bureau))})
    assert {outcome for _label, outcome in outcomes(again)} == {"unchanged"}
    with pytest.raises(Refused, match="没有要写入的表"):
        commit(again, admin)


def test_undo_leaves_the_database_as_it_was_by_hash(admin, district, upload) -> None:
    bureau = district["bureau"]
    renamed = made(2, bureau)
    renamed.project.code = ""
    save_tables([Entry(made(1, bureau)), Entry(renamed)])
    before = database()
    changed = made(1, bureau, duties="另一职责", indicators=made(1, bureau).indicators[:1])
    batch = upload({"甲.json": as_json(changed, made(2, bureau), made(4, "新成立的局", year=2031))})
    correcting.choose_department(
        user=admin, batch_id=batch.pk, stated="新成立的局", choice="new", version=batch.version
    )
    assert commit(batch, admin).result == {"new": 1, "updated": 2, "unchanged": 0, "skipped": 0}
    assert Department.objects.filter(name="新成立的局").exists()
    assert Project.objects.filter(code="P0002").exists()
    assert database() != before
    assert undo(batch, admin).state == "undone"
    assert database() == before
    assert not FiscalYear.objects.filter(year=2031).exists()
    versions = list(Stored.objects.order_by("id").values_list("version", flat=True))
    assert versions == [3, 3]  # what was seen as version 2 never comes back as other content


def test_second_import_of_all_samples_is_unchanged_and_undo_restores_the_database(admin, upload) -> None:
    for name in SAMPLE_DEPARTMENTS:
        Department.objects.create(name=name)
    before = database()
    files = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*.txt"))}
    first = upload(files)
    assert set(ImportFile.objects.values_list("state", flat=True)) == {"read"}
    stated = ImportTable.objects.exclude(found="matched").order_by().values_list("stated", flat=True).distinct()
    for text in list(stated):
        first.refresh_from_db()
        correcting.choose_department(user=admin, batch_id=first.pk, stated=text, choice="new", version=first.version)
    first.refresh_from_db()
    correcting.set_options(user=admin, batch_id=first.pk, year=2021, past="auto", version=first.version)
    total = first.tables.count()
    assert total == 70
    assert set(first.tables.values_list("outcome", flat=True)) == {"new"}
    assert commit(first, admin).result["new"] == 70
    second = upload(files)
    correcting.set_options(user=admin, batch_id=second.pk, year=2021, past="auto", version=second.version)
    assert set(second.tables.values_list("outcome", flat=True)) == {"unchanged"}
    assert undo(first, admin).message == ""
    assert database() == before


def test_undo_is_refused_once_something_was_built_on_it(admin, district, upload) -> None:
    batch = commit(upload({"甲.json": as_json(made(1, district["bureau"]), made(2, district["bureau"]))}), admin)
    Stored.objects.filter(label="办公设备购置2").update(version=2)
    state = database()
    assert "“办公设备购置2”" in undo(batch, admin).message
    assert (batch.state, database()) == ("committed", state)


def test_undo_is_refused_when_a_later_year_follows_an_imported_table(admin, district, upload) -> None:
    batch = commit(upload({"甲.json": as_json(made(1, district["bureau"]))}), admin)
    earlier = Stored.objects.get()
    save_tables([Entry(made(1, district["bureau"], year=2028))])
    Stored.objects.exclude(pk=earlier.pk).update(predecessor=earlier)
    assert "已经有了绩效目标表" in undo(batch, admin).message


def test_department_is_matched_exactly_or_proposed_never_guessed(admin, district, upload) -> None:
    named = made(3, "")
    named.department.code = "111"
    batch = upload(
        {"甲.json": as_json(made(1, "财政局"), made(2, "某区卫生健康局机关"), named, made(4, "气象局"), made(5, ""))}
    )
    rows = list(batch.tables.order_by("number"))
    assert [row.found for row in rows] == ["matched", "proposed", "matched", "unknown", "unknown"]
    assert rows[1].proposals == [district["health"].pk]
    assert [row.outcome for row in rows] == ["new", "blocked", "new", "blocked", "blocked"]
    assert rows[2].department == district["office"]
    correcting.choose_department(
        user=admin, batch_id=batch.pk, stated=rows[1].stated, choice=str(district["health"].pk), version=batch.version
    )
    assert ImportTable.objects.get(pk=rows[1].pk).outcome == "new"


def test_two_departments_of_one_name_are_proposed(admin, district, upload) -> None:
    other = Department.objects.create(code="13", name="财政局", parent=district["top"])
    row = upload({"甲.json": as_json(made(1, "财政局"))}).tables.get()
    assert (row.found, row.proposals, row.department) == ("proposed", [district["bureau"].pk, other.pk], None)


def test_local_administrator_cannot_file_outside_the_subtree(local, district, upload) -> None:
    with pytest.raises(Refused):
        batches.begin(user=local, department=None)
    batch = upload(
        {"甲.json": as_json(made(1, district["foreign"]), made(2, district["office"]))}, local, district["bureau"]
    )
    rows = list(batch.tables.order_by("number"))
    assert [row.outcome for row in rows] == ["blocked", "new"]
    assert "不在本次导入的范围内" in rows[0].reason
    for choice in (str(district["foreign"].pk), "0", "９"):
        with pytest.raises(Refused, match="范围"):
            correcting.choose_department(
                user=local, batch_id=batch.pk, stated=rows[0].stated, choice=choice, version=batch.version
            )


def test_same_project_twice_in_a_batch(admin, district, upload) -> None:
    bureau = district["bureau"]
    batch = upload(
        {"甲.json": as_json(made(1, bureau)), "乙.json": as_json(made(1, bureau), made(1, bureau, duties="别的"))}
    )
    rows = list(batch.tables.order_by("file_id", "number"))
    assert [row.outcome for row in rows] == ["new", "twice", "blocked"]
    assert "“甲.json”第1张表" in rows[2].reason
    with pytest.raises(Refused, match="无法归档"):
        commit(batch, admin)
    correcting.exclude(user=admin, batch_id=batch.pk, tables=[rows[0].pk], excluded=True, version=batch.version)
    assert [row.outcome for row in batch.tables.order_by("file_id", "number")] == ["excluded", "new", "blocked"]
    batch.refresh_from_db()
    correcting.exclude(
        user=admin, batch_id=batch.pk, tables=[rows[0].pk, rows[1].pk], excluded=True, version=batch.version
    )
    assert [row.outcome for row in batch.tables.order_by("file_id", "number")] == ["excluded", "excluded", "new"]
    assert commit(batch, admin).result == {"new": 1, "updated": 0, "unchanged": 0, "skipped": 2}


def test_valid_tables_only_leaves_the_others_out(admin, district, upload) -> None:
    batch = upload({"甲.json": as_json(made(1, "气象局"), made(2, district["bureau"]))})
    assert commit(batch, admin, valid_only=True).result == {"new": 1, "updated": 0, "unchanged": 0, "skipped": 1}
    assert list(Stored.objects.values_list("label", flat=True)) == ["办公设备购置2"]


def test_commit_writes_nothing_when_a_stored_table_changed_after_the_preview(admin, district, upload) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(1, bureau))])
    batch = upload({"甲.json": as_json(made(1, bureau, duties="导入的"), made(2, bureau))})
    save_tables([Entry(made(1, bureau, duties="别人刚改的"))])
    state = database()
    commit(batch, admin)
    assert (batch.state, database()) == ("open", state)
    assert "预览之后有 1 张表" in batch.message
    assert commit(batch, admin).result["updated"] == 1  # the renewed preview was looked at and confirmed


def test_only_the_version_that_was_seen_can_be_committed(admin, district, upload) -> None:
    batch = upload({"甲.json": as_json(made(1, district["bureau"]))})
    seen = batch.version
    row = batch.tables.get()
    correcting.correct(user=admin, batch_id=batch.pk, table_id=row.pk, cells={"duties": "新"}, version=seen)
    with pytest.raises(Stale):
        batches.ask_commit(user=admin, batch_id=batch.pk, version=seen)


def test_past_years_become_records_that_serve_as_last_years_values(admin, district, upload) -> None:
    bureau = district["bureau"]
    batch = commit(upload({"甲.json": as_json(made(1, bureau, year=2020), made(1, bureau, year=2030))}), admin)
    old, new = Stored.objects.order_by("fiscal_year__year")
    assert (old.status, new.status) == ("history", "draft")
    assert previous_table(new) == old
    again = upload({"甲.json": as_json(made(1, bureau, year=2020), made(1, bureau, year=2030))})
    assert {outcome for _label, outcome in outcomes(again)} == {"unchanged"}
    assert batch.result["new"] == 2


def test_submitted_tables_and_closed_years_are_not_changed(admin, district, upload) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(1, bureau)), Entry(made(2, bureau, year=2028))])
    Stored.objects.filter(label="办公设备购置1").update(status="submitted")
    office.year(2028, state="closed")
    batch = upload({"甲.json": as_json(made(1, bureau, duties="x"), made(2, bureau, year=2028, duties="x"))})
    rows = list(batch.tables.order_by("number"))
    assert [row.outcome for row in rows] == ["blocked", "blocked"]
    assert ("已送审" in rows[0].reason, "已关闭" in rows[1].reason) == (True, True)


def test_correction_applies_to_all_tables_of_the_form_that_say_the_same(admin, district, upload) -> None:
    bureau = district["bureau"]
    tables = [made(number, bureau) for number in range(1, 5)]
    for table, kind in zip(tables, ("一般", "一般", "专项", "一般"), strict=True):
        table.project.type = kind
    batch = upload({"甲.json": as_json(*tables)})
    ImportTable.objects.filter(number__lt=4).update(form="hebei")
    first = batch.tables.get(number=1)
    count = correcting.correct(
        user=admin,
        batch_id=batch.pk,
        table_id=first.pk,
        cells={"project.type": "一般性项目", "funding.total": "3万元", "indicators.0.value": "≥80台"},
        version=batch.version,
        everywhere=True,
    )
    rows = list(batch.tables.order_by("number"))
    assert count == 3
    assert [row.content["project"]["type"] for row in rows] == ["一般性项目", "一般性项目", "专项", "一般"]
    assert rows[0].content["funding"]["total"] == "30000.00"
    assert rows[0].content["indicators"][0]["quantity"] == "80"
    assert rows[0].corrections["cells"]["project.type"] == {"was": "一般", "text": "一般性项目"}
    assert rows[0].sha256 == rows[0].table.sha256()


@pytest.mark.parametrize("path", ["nothing", "project.nothing", "indicators.99.name", "indicators.0.nothing", "x.y.z"])
def test_correction_of_a_cell_that_is_none_is_refused(admin, district, upload, path) -> None:
    batch = upload({"甲.json": as_json(made(1, district["bureau"]))})
    row = batch.tables.get()
    with pytest.raises(Refused, match="没有这一格"):
        correcting.correct(user=admin, batch_id=batch.pk, table_id=row.pk, cells={path: "x"}, version=batch.version)


def test_archives_in_archives_are_unpacked_and_bad_files_stop_nothing(admin, district, upload) -> None:
    inner = archive({"内/丙.docx": as_file(made(3, district["bureau"])), "坏.xlsx": b"PK\x03\x04 broken"})
    batch = upload(
        {
            "全区.zip": archive({"甲.docx": as_file(made(1, district["bureau"])), "里面.zip": inner, "空.docx": b""}),
            "乙.docx": as_file(made(2, district["bureau"])),
            "空.txt": b"",
        }
    )
    files = {file.name: file.state for file in batch.files.all()}
    assert files == {
        "全区.zip": "unpacked",
        "全区.zip/甲.docx": "read",
        "全区.zip/里面.zip/内/丙.docx": "read",
        "全区.zip/里面.zip/坏.xlsx": "refused",
        "全区.zip/空.docx": "refused",
        "乙.docx": "read",
        "空.txt": "refused",
    }
    assert all(file.refusal and file.findings for file in batch.files.filter(state="refused"))
    assert sorted(batch.tables.values_list("label", flat=True)) == ["办公设备购置1", "办公设备购置2", "办公设备购置3"]


def test_the_same_file_again_is_taken_once(admin, district, upload) -> None:
    data = as_json(made(1, district["bureau"]))
    batch = upload({"甲.json": data})
    batches.add_file(user=admin, batch=batch, name="甲.json", data=data)
    assert (batch.files.count(), batch.tables.count()) == (1, 1)


def test_every_step_is_in_the_audit_log(admin, district, upload) -> None:
    batch = commit(upload({"甲.json": as_json(made(1, district["bureau"]))}), admin)
    undo(batch, admin)
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["import.begin", "import.commit", "table.import", "import.undo", "table.import_undo"]


def test_discarded_batch_keeps_its_line_and_nothing_else(admin, district, upload, media) -> None:
    batch = upload({"甲.json": as_json(made(1, district["bureau"]))})
    assert list((media / "imports" / str(batch.pk)).iterdir()) != []
    batches.discard(user=admin, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.files.count(), batch.tables.count()) == ("discarded", 0, 0)
    assert list((media / "imports" / str(batch.pk)).iterdir()) == []


def test_departments_that_are_not_known_are_made_by_the_commit_where_none_is_similar(admin, district, upload) -> None:
    before = database()
    batch = upload({"甲.json": as_json(made(1, "气象局"), made(2, "某区卫生健康局机关"), made(3, "气象局"))})
    correcting.set_options(user=admin, batch_id=batch.pk, year=None, past="auto", unknown="new", version=batch.version)
    rows = list(batch.tables.order_by("number"))
    assert [(row.found, row.outcome) for row in rows] == [("made", "new"), ("proposed", "blocked"), ("made", "new")]
    assert database() == before
    assert commit(batch, admin, valid_only=True).result["new"] == 2
    weather = Department.objects.get(name="气象局")
    assert {row.department for row in Stored.objects.all()} == {weather}
    assert list(batch.tables.order_by("number").values_list("department", flat=True)) == [weather.pk, None, weather.pk]
    undo(batch, admin)
    assert database() == before


def test_only_the_administrator_of_everything_has_departments_made(local, district, upload) -> None:
    batch = upload({"甲.json": as_json(made(1, "气象局"))}, local, district["bureau"])
    with pytest.raises(Refused, match="全部部门"):
        correcting.set_options(
            user=local, batch_id=batch.pk, year=None, past="auto", unknown="new", version=batch.version
        )


def test_what_is_committed_is_checked_and_undo_gives_the_findings_back(admin, district, upload) -> None:
    bureau = district["bureau"]
    vague = made(1, bureau)
    vague.indicators[0].value = "进一步提升"
    commit(upload({"甲.json": as_json(vague)}), admin)
    found = list(Stored.objects.get().findings.values_list("code", flat=True))
    assert "vague-value" in found
    state = database()
    batch = commit(upload({"甲.json": as_json(made(1, bureau))}), admin)
    assert "vague-value" not in Stored.objects.get().findings.values_list("code", flat=True)
    undo(batch, admin)
    assert database() == state
