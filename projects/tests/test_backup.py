"""Backup and restore on the database of the run: every row back, hashes compared, nothing taken that was changed."""

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models

from projects.models import AuditEvent, Department, Notice, Revision, Role, SearchText, TargetTable, User
from projects.selectors.search import search_tables
from projects.services import audit
from projects.services.backup import LEFT_OUT, SEEDED, BackupRefused, backed_up_models, create, restore, verify
from projects.store import load_tables
from projects.tests import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "2027").mkdir(parents=True)
    (tmp_path / "media" / "2027" / "附件 1.pdf").write_bytes(b"%PDF-1.7\x00\xff" * 1000)
    return tmp_path / "media"


def contents() -> dict[str, tuple[int, str]]:
    """Every table of the database by itself: number of rows and hash of what Django reads from them."""

    def plain(value: object) -> str:
        # The order of an object's keys is not kept by PostgreSQL.
        return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value)

    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.label_lower not in LEFT_OUT:
            rows = [
                {field.attname: plain(field.value_from_object(row)) for field in model._meta.concrete_fields}
                for row in model._base_manager.order_by("pk")
            ]
            text = json.dumps(rows, ensure_ascii=False, sort_keys=True)
            found[model._meta.label] = (len(rows), hashlib.sha256(text.encode()).hexdigest())
    return found


def fill() -> None:
    """Something in every kind of column: amounts, dates, JSON, identities, links in both directions."""
    bureau = Department.objects.create(code="101", name="财政局")
    section = Department.objects.create(name="国库处", parent=bureau)
    user = office.person("zhang", (Role.OFFICER, section), (Role.ADMINISTRATOR, None))
    user.set_password("x")
    user.save()
    rows = office.tables(section, 30, submitted_by=user, submitted_at=datetime(2027, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))
    TargetTable.objects.filter(pk=rows[1].pk).update(
        predecessor=rows[0],
        extra=[["b", '“引号”\\ " \n'], ["a", "NULL"]],
        unread={"funding.total": "十万", "funding.other": "{"},
        amount=Decimal("-0.01"),
    )
    revision = Revision.objects.create(
        table=rows[0], number=1, cause="submit", content="{}", sha256="0" * 64, actor=user
    )
    TargetTable.objects.filter(pk=rows[0].pk).update(approved_revision=revision)
    office.record(rows[0], "submit", "submitted", user)
    audit.record("login", actor=user, after={"数": 1, "真": True, "空": None})
    Notice.objects.create(user=user, kind="result", text="一", table=rows[0])
    session = SessionStore()
    session["x"] = 1
    session.create()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    fill()
    return create(tmp_path / "backups").path


def wipe() -> None:
    """An empty database, as ``migrate`` leaves it."""
    kept = {apps.get_model(label)._meta.db_table for label in SEEDED}
    tables = [m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {', '.join(t for t in tables if t not in kept)} CASCADE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        else:
            for table in set(tables) - kept:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  names of our own tables


def test_archive_holds_every_table_every_file_and_their_hashes(archive: Path) -> None:
    manifest = verify(archive)
    data = {name: entry["rows"] for name, entry in manifest["entries"].items() if name.startswith("data/")}
    assert data == {f"data/{m._meta.label_lower}.jsonl": m._base_manager.count() for m in backed_up_models()}
    assert data["data/projects.targettable.jsonl"] == 30
    managed = {m._meta.label_lower for m in apps.get_models(include_auto_created=True) if m._meta.managed}
    assert managed - {m._meta.label_lower for m in backed_up_models()} == set(LEFT_OUT)
    assert [name for name in manifest["entries"] if name.startswith("media/")] == ["media/2027/附件 1.pdf"]
    assert archive.stat().st_mode & 0o077 == 0
    checked = subprocess.run(["sha256sum", "-c", archive.name + ".sha256"], cwd=archive.parent, capture_output=True)
    assert checked.returncode == 0


def test_restore_into_an_empty_database_gives_back_every_row_and_file(archive: Path, media: Path) -> None:
    before, files = contents(), [path.read_bytes() for path in media.rglob("*.pdf")]
    tables = load_tables(TargetTable.objects.order_by("id"))
    wipe()
    (media / "2027" / "附件 1.pdf").unlink()
    assert contents()["projects.TargetTable"][0] == 0
    restore(archive)
    assert contents() == before
    assert load_tables(TargetTable.objects.order_by("id")) == tables
    assert [path.read_bytes() for path in media.rglob("*.pdf")] == files
    assert list(media.parent.glob(".media.*")) == []
    # Search finds again, and new rows get new ids.
    assert search_tables(TargetTable.objects.all(), "购置").count() == SearchText.objects.count() == 30
    top = max(User.objects.values_list("pk", flat=True))
    assert office.person("new").pk > top
    assert office.tables(Department.objects.get(code="101"), start=500)[0].pk > 30


def test_a_database_in_use_is_left_alone_unless_told_to_replace(archive: Path) -> None:
    before = contents()
    Department.objects.create(name="后来建的局")
    with pytest.raises(BackupRefused, match="数据库中已有数据"):
        restore(archive)
    assert Department.objects.filter(name="后来建的局").exists()
    restore(archive, replace=True)
    assert contents() == before


def test_files_that_are_there_are_left_alone(archive: Path, media: Path) -> None:
    wipe()
    with pytest.raises(BackupRefused, match="中已有文件"):
        restore(archive)
    assert contents()["projects.User"][0] == 0


def changed(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(archive) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    change(entries)
    path = archive.with_name("changed.zip")
    with zipfile.ZipFile(path, "w") as out:
        for name, content in entries.items():
            out.writestr(name, content)
    return path


def _amount(entries: dict[str, bytes]) -> None:
    name = "data/projects.targettable.jsonl"
    entries[name] = entries[name].replace(b'"200000.00"', b'"900000.00"', 1)


def _manifest(archive: dict[str, bytes], **values: object) -> None:
    archive["manifest.json"] = json.dumps(json.loads(archive["manifest.json"]) | values).encode()


def _climb(entries: dict[str, bytes]) -> None:
    listed = json.loads(entries["manifest.json"])["entries"]
    entries["media/../../x"] = b"x"
    _manifest(entries, entries=listed | {"media/../../x": {"sha256": hashlib.sha256(b"x").hexdigest(), "rows": 0}})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_amount, "projects.targettable.jsonl 校验值不符"),
        (lambda entries: entries.pop("data/projects.user.jsonl"), "与清单不一致"),
        (lambda entries: entries.update({"data/more.jsonl": b""}), "与清单不一致"),
        (lambda entries: entries.pop("manifest.json"), "不能作为备份读取"),
        (lambda entries: _manifest(entries, format="other/1"), "不是本系统的备份"),
        (_climb, "不允许的文件名"),
        (lambda entries: _manifest(entries, migrations=[["projects", "0001_initial"]]), "版本不同"),
    ],
)
def test_changed_archive_is_refused_before_anything_is_touched(archive: Path, change, why: str) -> None:
    before = contents()
    with pytest.raises(BackupRefused, match=why):
        restore(changed(archive, change), replace=True)
    assert contents() == before


def test_cut_archive_is_refused(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(BackupRefused, match="不能作为备份读取"):
        verify(archive)


def test_database_that_would_differ_from_the_archive_is_rolled_back(archive: Path, monkeypatch) -> None:
    before = contents()
    from projects.services import backup

    real = backup.insert
    lost = lambda model, names, rows: real(model, names, rows[1:] if model is Notice else rows)  # noqa: E731
    monkeypatch.setattr(backup, "insert", lost)
    with pytest.raises(BackupRefused, match=r"projects\.Notice 恢复后与备份不一致，已全部撤销"):
        restore(archive, replace=True)
    assert contents() == before


def test_the_same_rows_give_the_same_hashes_on_every_database(archive: Path) -> None:
    """Columns must not hold anything that one database would give back in another form."""
    allowed = (
        models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.DateTimeField,
        models.DecimalField, models.BooleanField, models.UUIDField, models.JSONField, models.GenericIPAddressField,
        models.DateField, models.FileField,
    )  # fmt: skip
    odd = [f"{m._meta.label}.{f.name}" for m in backed_up_models() for f in m._meta.local_concrete_fields
           if not isinstance(f, allowed)]  # fmt: skip
    assert odd == []
    first = verify(archive)["entries"]
    second = verify(create(archive.parent / "again").path)["entries"]
    assert second == first


def test_commands_say_what_they_did_and_leave_an_audit_line(tmp_path: Path, media: Path) -> None:
    fill()
    out = StringIO()
    call_command("backup", str(tmp_path / "b"), stdout=out)
    path, counted = out.getvalue().splitlines()
    assert "1 个文件" in counted
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest() in counted
    out = StringIO()
    call_command("restore", path, "--check", stdout=out)
    assert out.getvalue().startswith("备份完整：")
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", path)
    call_command("restore", path, "--replace", stdout=StringIO())
    # The line about making the backup is younger than the backup.
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["login", "backup.restore"]
