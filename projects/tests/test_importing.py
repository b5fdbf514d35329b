import json
from pathlib import Path

import pytest
from django.conf import settings

from projects.models import Department, FiscalYear, TargetTable
from projects.services.exporting import export_bytes, export_each, file_name
from projects.services.importing import ImportRefused, import_documents
from projects.store import load_tables
from projects.targettable import Project
from projects.tests.generated import table

SAMPLES = Path(settings.BASE_DIR) / "fixtures" / "samples"


def source(name: str, *tables: object) -> tuple[str, bytes]:
    return name, json.dumps([item.to_dict() for item in tables], ensure_ascii=False).encode()


def everything() -> list:
    return load_tables(TargetTable.objects.order_by("id"))


@pytest.mark.django_db
def test_samples_are_stored_and_unchanged_the_second_time() -> None:
    first = import_documents([SAMPLES])
    assert dict(first.counts) == {"new": 70}
    assert (len(first.files), first.refused, first.years) == (4, False, [2021, 2023])
    assert len(first.departments) == Department.objects.count()
    assert everything() == first.read
    versions = list(TargetTable.objects.order_by("id").values_list("version", "updated_at"))
    second = import_documents([SAMPLES])
    assert dict(second.counts) == {"unchanged": 70}
    assert (second.departments, second.years) == ([], [])
    assert list(TargetTable.objects.order_by("id").values_list("version", "updated_at")) == versions


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["docx", "xlsx", "html", "json"])
def test_exported_book_imports_as_unchanged(format: str) -> None:
    import_documents([SAMPLES])
    for year in (2021, 2023):
        chosen = TargetTable.objects.filter(fiscal_year__year=year).order_by("id")
        content = export_bytes(load_tables(chosen), format=format)
        report = import_documents([(f"{year}.{format}", content)])
        assert dict(report.counts) == {"unchanged": chosen.count()}


@pytest.mark.django_db
def test_single_files_import_as_unchanged_though_the_form_prints_no_year(tmp_path: Path) -> None:
    import_documents([SAMPLES / "002_4229725100bda47c.txt"])
    tables = everything()
    paths = export_each(tables, format="docx", folder=tmp_path / "neu")
    assert len(paths) == len(set(paths)) == 45
    report = import_documents([tmp_path / "neu"])
    assert [file.refusal for file in report.files if file.refusal] == []
    assert report.years == []
    assert {table.fiscal_year for table in report.read} == {2021}


def test_dry_run_touches_no_database() -> None:
    report = import_documents([SAMPLES], dry_run=True, department="财政局")
    assert dict(report.counts) == {"found": 70}
    assert sum(item.indicators for file in report.files for item in file.tables) == 646


@pytest.mark.django_db
def test_bad_files_are_refused_and_the_others_stored() -> None:
    seen = []
    report = import_documents(
        [
            ("空.docx", b""),
            ("坏.json", b"{"),
            ("深.json", b"[" * 100_000),
            ("无表.txt", "只有一句话".encode()),
            source("好.json", table()),
            "没有这个文件.docx",
        ],
        progress=lambda file: seen.append(file.name),
    )
    assert [bool(file.refusal) for file in report.files] == [True, True, True, True, False, True]
    assert all(file.findings for file in report.files)
    assert seen == ["空.docx", "坏.json", "深.json", "无表.txt", "好.json", "没有这个文件.docx"]
    assert report.refused
    assert everything() == [table()]


@pytest.mark.django_db
def test_same_project_twice_in_a_file_names_both_places() -> None:
    report = import_documents([source("甲.json", table(1), table(2), table(1, duties="别的"))])
    assert dict(report.counts) == {"new": 2, "refused": 1}
    [finding] = [finding for finding in report.findings if finding.code == "table-twice"]
    assert finding.level == "block"
    assert "第1张表与第3张表" in finding.text
    assert finding.file == "甲.json"


@pytest.mark.django_db
def test_same_project_in_two_files_is_never_settled_silently() -> None:
    report = import_documents([source("甲.json", table(1)), source("乙.json", table(1, duties="别的"))])
    assert dict(report.counts) == {"new": 1, "refused": 1}
    [finding] = [finding for finding in report.findings if finding.code == "table-twice"]
    assert (finding.file, finding.level) == ("乙.json", "block")
    assert "“甲.json”的第1张表与第1张表" in finding.text
    assert everything() == [table(1)]


@pytest.mark.django_db
def test_year_and_department_options_fill_only_what_is_missing() -> None:
    Department.objects.create(code="101", name="财政局")
    bare = table(2, fiscal_year=None)
    bare.department.name = ""
    report = import_documents([source("甲.json", table(1), bare)], year=2024, department="101")
    assert dict(report.counts) == {"new": 2}
    assert list(TargetTable.objects.order_by("id").values_list("fiscal_year__year", "department__name")) == [
        (2021, "山海关区退役军人事务局"),
        (2024, "财政局"),
    ]


@pytest.mark.django_db
def test_missing_year_is_refused_with_the_remedy() -> None:
    report = import_documents([source("甲.json", table(1, fiscal_year=None))])
    [finding] = report.findings
    assert "--year" in finding.text
    assert (report.refused, FiscalYear.objects.count()) == (True, 0)


@pytest.mark.django_db
def test_unknown_department_code_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ImportRefused, match="999"):
        import_documents([source("甲.json", table())], department="999")


@pytest.mark.django_db
def test_control_characters_in_json_do_not_reach_the_database() -> None:
    report = import_documents([source("甲.json", table(1, duties="职\0责\x07"))])
    assert dict(report.counts) == {"new": 1}
    assert everything() == [table(1, duties="职责")]


@pytest.mark.django_db
def test_table_without_project_name_is_kept_and_noted() -> None:
    nameless = table(1, project=Project())
    report = import_documents([source("甲.json", nameless)])
    assert "project-nameless" in [finding.code for finding in report.findings]
    assert dict(import_documents([source("甲.json", nameless)]).counts) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("办公设备", "办公设备.docx"),
        ("../../etc/passwd", "etc_passwd.docx"),
        ('a\\b:c*?"<>|\n d', "a_b_c_d.docx"),
        ("con", "_con.docx"),
        ("  . ", "绩效目标表.docx"),
        ("长" * 300, "长" * 53 + ".docx"),
        ("a\u202eb", "ab.docx"),
    ],
)
def test_file_names_are_safe(name: str, file: str) -> None:
    assert file_name(table(1, title="", project=Project(name=name)), "docx") == file
