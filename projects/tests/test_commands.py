import csv
import hashlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from projects.models import Department, ExportRecord, Release, TableIndicator, TargetTable, TransitionRecord, User
from projects.services.reviewing.queue import queue_data
from projects.store import load_tables, save_tables
from projects.tests.generated import table

SAMPLES = Path(settings.BASE_DIR) / "fixtures" / "samples"
ONE = str(SAMPLES / "001_3ad2748c046c5134.txt")


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def test_dry_run_json_prints_the_array_alone_without_a_database() -> None:
    data = json.loads(run("import_tables", str(SAMPLES), "--dry-run", "--format", "json"))
    assert len(data) == 70
    assert sum(len(item["indicators"]) + len(item["period_indicators"]) for item in data) == 646


@pytest.mark.django_db
def test_import_says_what_happened() -> None:
    first = run("import_tables", ONE)
    assert "新增 1" in first
    assert "新建部门：深圳市龙华区退役军人事务局" in first
    second = run("import_tables", ONE)
    assert "未变 1" in second
    assert "新建" not in second


@pytest.mark.django_db
def test_refused_file_fails_the_command_after_the_rest_is_stored(tmp_path: Path) -> None:
    bad, issues = tmp_path / "bad.docx", tmp_path / "issues.csv"
    bad.write_text("kein docx")
    with pytest.raises(CommandError, match="1 个文件"):
        run("import_tables", str(bad), ONE, "--issues", str(issues))
    assert TargetTable.objects.count() == 1
    rows = list(csv.DictReader(io.StringIO(issues.read_text("utf-8-sig"))))
    assert (rows[0]["级别"], rows[0]["文件"]) == ("须修改", "bad.docx")


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
def test_issues_file_in_each_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"issues.{suffix}"
    run("import_tables", str(SAMPLES), "--dry-run", "--issues", str(path))
    if suffix == "json":
        assert {"level", "file", "table", "row", "column", "text"} <= set(json.loads(path.read_text())[0])
    assert path.stat().st_size > 500


@pytest.mark.django_db
def test_checks_file_holds_what_the_rules_find(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    out = run("import_tables", str(SAMPLES), "--dry-run", "--year", "2021", "--checks", str(path))
    found = json.loads(path.read_text(encoding="utf-8"))
    rates = [item for item in found if item["code"] == "rate-unit"]
    assert len(rates) == 17
    assert rates[0]["table"].startswith("第6张表 烈士子女定期生活补")
    assert "规则检查：须修改 " in out


def test_issues_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\.json"):
        run("import_tables", ONE, "--dry-run", "--issues", str(tmp_path / "issues.doc"))


@pytest.mark.django_db
def test_export_json_to_stdout_is_the_interchange_form() -> None:
    tables = [table(2), table(1)]
    save_tables(tables)
    data = json.loads(run("export_tables", "--format", "json", "--output", "-"))
    assert data == [item.to_dict() for item in load_tables(TargetTable.objects.order_by("position", "id"))]


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["docx", "xlsx", "json", "html"])
def test_export_one_file_or_a_folder(tmp_path: Path, format: str) -> None:
    save_tables([table(1), table(2)])
    assert "2 张表" in run("export_tables", "--format", format, "--output", str(tmp_path / f"all.{format}"))
    assert (tmp_path / f"all.{format}").stat().st_size > 1000
    run("export_tables", "--format", format, "--output", f"{tmp_path}/each/")
    names = sorted(path.name for path in (tmp_path / "each").iterdir())
    assert names == [f"001_办公设备购置1.{format}", f"002_办公设备购置2.{format}"]
    whole, *each = ExportRecord.objects.order_by("id")
    assert (whole.kind, whole.name, whole.count) == ("command", f"all.{format}", 2)
    assert whole.sha256 == hashlib.sha256((tmp_path / f"all.{format}").read_bytes()).hexdigest()
    assert whole.actor_name.startswith("命令行（")
    assert [(record.name, record.count) for record in each] == [(name, 1) for name in names]
    ids = list(TargetTable.objects.order_by("id").values_list("pk", flat=True))
    assert [[pk for pk, _number, _sha in record.revisions] for record in (whole, *each)] == [ids, ids[:1], ids[1:]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--project", "P0002"], [2]),
        (["--project", "办公设备购置1"], [1]),
        (["--year", "2021"], [1, 2]),
        (["--department", "财政局"], [3]),
        (["--department", "101"], [3]),
    ],
)
def test_export_chooses(options: list[str], numbers: list[int]) -> None:
    upper = Department.objects.create(code="101", name="财政局")
    Department.objects.create(code="101001", name="国库处", parent=upper)
    other = table(3, fiscal_year=2022)
    other.department.name = "国库处"
    save_tables([table(1), table(2), other])
    data = json.loads(run("export_tables", "--format", "json", "--output", "-", *options))
    assert [item["project"]["code"] for item in data] == [f"P{number:04d}" for number in numbers]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "docx", "--output", "-"], "标准输出"),
        (["--format", "json", "--output", "-", "--year", "1999"], "没有符合条件"),
        (["--format", "json", "--output", "-", "--layout", "nix"], "longhua"),
        (["--format", "json", "--output", "-", "--department", "无"], "不存在"),
        (["--format", "json", "--output", "/no/such/folder/a.json"], "文件夹不存在"),
    ],
)
def test_export_errors_name_the_reason(options: list[str], message: str) -> None:
    save_tables([table()])
    with pytest.raises(CommandError, match=message):
        run("export_tables", *options)


@pytest.mark.django_db
def test_demo_refuses_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="演示"):
        run("demo")
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_demo_makes_tables_and_accounts_with_printed_passwords(settings: Any) -> None:
    settings.DEMO = True
    text = run("demo")
    assert TargetTable.objects.exclude(fiscal_year__year=2022).count() == 70
    [password] = [line.split(" / ")[1] for line in text.splitlines() if "admin /" in line]
    assert User.objects.get(username="admin").check_password(password)
    assert "未变 70" in run("demo")


@pytest.mark.django_db
def test_demo_shows_tables_in_every_state_and_keeps_the_samples_words(settings: Any) -> None:
    settings.DEMO = True
    run("demo")
    states = Counter(TargetTable.objects.filter(fiscal_year__year=2021).values_list("status", flat=True))
    assert states == {"draft": 53, "submitted": 3, "dept_reviewed": 2, "returned": 1, "approved": 2}
    assert Release.objects.get().table.label == "数字化城管事务管理（信息采集员）"
    second, adjusted = TargetTable.objects.filter(fiscal_year__year=2022).order_by("id")
    assert (second.status, second.revisions.count(), second.predecessor.label) == ("submitted", 2, second.label)
    assert (adjusted.status, adjusted.adjustment) == ("submitted", 1)
    waiting = {level: queue_data(user=User.objects.get(username=level), params={}) for level in ("reviewer", "finance")}
    assert {level: found["counts"]["all"] for level, found in waiting.items()} == {"reviewer": 5, "finance": 2}
    moved = TransitionRecord.objects.count()
    assert "未变 70" in run("demo")
    assert TransitionRecord.objects.count() == moved


@pytest.mark.django_db
def test_demo_leaves_tables_alone_that_cannot_go_on_their_way(settings: Any) -> None:
    settings.DEMO = True
    changed = "日常管理事务"
    run("import_tables", *(str(path) for path in SAMPLES.glob("004*.txt")), "--year", "2021")
    TableIndicator.objects.filter(table__label=changed).delete()
    text = run("demo")
    assert "admin /" in text
    assert "流转：" not in text
    assert not TransitionRecord.objects.exists()
    assert not TargetTable.objects.filter(fiscal_year__year=2022).exists()
