"""Backup and restore: database and uploaded files in one archive that every entry of can be verified.

The archive is a zip of JSON lines, one file a model in the order of the primary key, of the uploaded files, and of
``manifest.json`` with the SHA-256 of each. The rows do not depend on the database: a backup of SQLite restores into
PostgreSQL and the other way round. Sessions are left out on purpose (whoever works on a restored system logs in
again), and so is the search index of SQLite, which fills itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from projects.bulk import insert

FORMAT = "perfgoals.backup/1"
MANIFEST = "manifest.json"
LEFT_OUT = ("sessions.session", "projects.session")
SEEDED = ("contenttypes.contenttype", "auth.permission", "indicators.category")
"""Models that migrations fill: rows in them do not make a database used."""
CHUNK = 2_000
BLOCK = 1024 * 1024

Progress = Callable[[str], None]


class BackupRefused(Exception):
    """Nothing was done; the message (Chinese) says why and what helps."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What an archive holds. ``sha256`` is that of the archive itself."""

    path: Path
    rows: int
    files: int
    size: int
    sha256: str


def backed_up_models() -> list[type[models.Model]]:
    """Every table of every app but the sessions, in a fixed order."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return sorted((m for m in found if m._meta.label_lower not in LEFT_OUT), key=lambda m: m._meta.label_lower)


# Writing ----------------------------------------------------------------------------------------------------------


def create(folder: Path, *, progress: Progress | None = None) -> Summary:
    """Write an archive into ``folder`` and return what it holds.

    The rows are those of one moment: people may go on working. The archive appears under its name when it is complete,
    readable by its owner alone, with a ``.sha256`` file beside it that ``sha256sum -c`` understands.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"perfgoals-{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    handle, unfinished = tempfile.mkstemp(prefix=f".{name}.", dir=folder)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as out:
            rows, files = _write(out, progress)
            out.flush()
            os.fsync(out.fileno())
        path = folder / name
        if path.exists():
            raise BackupRefused(f"{path} 已经存在")
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    digest = _file_hash(path)
    beside = path.with_name(path.name + ".sha256")
    beside.write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return Summary(path, rows, files, path.stat().st_size, digest)


def _write(out: IO[bytes], progress: Progress | None) -> tuple[int, int]:
    entries: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with _one_moment():
            applied = sorted(MigrationRecorder(connection).applied_migrations())
            for model in backed_up_models():
                name = f"data/{model._meta.label_lower}.jsonl"
                with archive.open(name, "w", force_zip64=True) as entry:
                    entries[name] = _pour(lines(model), entry)
                _say(progress, f"{model._meta.label_lower}: {entries[name]['rows']}")
        rows = sum(entry["rows"] for entry in entries.values())
        media = Path(settings.MEDIA_ROOT)
        found = sorted(path for path in media.rglob("*") if path.is_file()) if media.exists() else []
        for path in found:
            name = f"media/{path.relative_to(media).as_posix()}"
            with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as entry:
                entries[name] = _pour(iter(lambda: source.read(BLOCK), b""), entry)
        manifest = {
            "format": FORMAT,
            "created": timezone.now().astimezone(UTC).isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": [list(item) for item in applied],
            "entries": entries,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return rows, len(found)


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees one state of the database and keeps nobody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Django's own transactions take SQLite's write lock at once.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """Yield a model as JSON lines: the names of its columns, then each row. The same rows give the same bytes."""
    fields = model._meta.local_concrete_fields
    yield _line([field.attname for field in fields])
    coders = [_encoder(field) for field in fields]
    names = [field.attname for field in fields]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        yield _line([value if value is None else code(value) for code, value in zip(coders, row, strict=True)])


def _line(values: Sequence[Any]) -> bytes:
    # Sorted keys: PostgreSQL gives the keys of an object back in an order of its own.
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _encoder(field: models.Field) -> Callable[[Any], Any]:
    if isinstance(field, models.DateTimeField):
        return lambda value: value.astimezone(UTC).isoformat()
    if isinstance(field, models.DateField):
        return date.isoformat
    if isinstance(field, models.DecimalField):
        return lambda value: f"{value:f}"
    if isinstance(field, models.UUIDField):
        return lambda value: value.hex
    if isinstance(field, models.FileField | models.GenericIPAddressField):
        return str
    return _same


def _decoder(field: models.Field) -> Callable[[Any], Any]:
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field, models.DateField):
        return date.fromisoformat
    return Decimal if isinstance(field, models.DecimalField) else _same


def _same(value: Any) -> Any:
    return value


def _pour(parts: Iterator[bytes], out: IO[bytes]) -> dict[str, Any]:
    """Write the parts and return their hash, size, and number of rows (lines but the first)."""
    digest, size, number = hashlib.sha256(), 0, 0
    for part in parts:
        digest.update(part)
        out.write(part)
        size += len(part)
        number += 1
    return {"sha256": digest.hexdigest(), "size": size, "rows": max(number - 1, 0)}


# Reading ----------------------------------------------------------------------------------------------------------


def verify(path: Path) -> dict[str, Any]:
    """Return the manifest of an archive of which every entry has the hash that it names. Raises `BackupRefused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise BackupRefused(f"{path} 不是本系统的备份（{FORMAT}）")
            listed: dict[str, Any] = manifest["entries"]
            inside = archive.namelist()
            if sorted(inside) != sorted([*listed, MANIFEST]):
                raise BackupRefused(f"{path} 的文件与清单不一致，备份已被改动或不完整")
            for name, entry in listed.items():
                _safe(name)
                with archive.open(name) as source:
                    if _stream_hash(source) != entry["sha256"]:
                        raise BackupRefused(f"{path} 中的 {name} 校验值不符，备份已损坏或被改动")
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise BackupRefused(f"{path} 不能作为备份读取（{type(error).__name__}）") from error
    return dict(manifest)


def restore(path: Path, *, replace: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """Put an archive back and return its manifest. Raises :class:`BackupRefused` and then has changed nothing.

    Everything is verified before the first row is written; the database is compared with the archive, table by table,
    before its transaction ends. Without ``replace`` only a database without data and an empty folder of files are
    taken. Nobody may work on the system meanwhile.
    """
    manifest = verify(path)
    _same_release(manifest)
    media = Path(settings.MEDIA_ROOT)
    if not replace:
        _empty(media)
    staged = _stage(path, manifest, media)
    try:
        with transaction.atomic(), zipfile.ZipFile(path) as archive:
            _clear()
            for model in backed_up_models():
                name = f"data/{model._meta.label_lower}.jsonl"
                with archive.open(name) as source:
                    _load(model, source)
                _say(progress, f"{model._meta.label_lower}: {manifest['entries'][name]['rows']}")
            connection.check_constraints()
            _reset_sequences()
            _compare(manifest)
        if media.exists():
            old = media.with_name(media.name + ".old")
            shutil.rmtree(old, ignore_errors=True)
            media.rename(old)
            staged.rename(media)
            shutil.rmtree(old)
        else:
            staged.rename(media)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        ContentType.objects.clear_cache()
    return manifest


def _same_release(manifest: dict[str, Any]) -> None:
    theirs = {tuple(item) for item in manifest["migrations"]}
    ours = set(MigrationRecorder(connection).applied_migrations())
    if not ours:
        raise BackupRefused("数据库还没有建表，请先运行 manage.py migrate")
    names = {f"data/{model._meta.label_lower}.jsonl" for model in backed_up_models()}
    if theirs != ours or {name for name in manifest["entries"] if name.startswith("data/")} != names:
        differing = "、".join(f"{app}.{name}" for app, name in sorted(theirs ^ ours)[:5])
        raise BackupRefused(f"备份与本系统的版本不同（{differing}）。请用备份时的版本恢复，再升级")


def _empty(media: Path) -> None:
    for model in backed_up_models():
        if model._meta.label_lower not in SEEDED and model._base_manager.exists():
            raise BackupRefused(
                f"数据库中已有数据（{model._meta.verbose_name}）。确认要全部替换时加 --replace，原有数据会丢失"
            )
    if media.exists() and any(path.is_file() for path in media.rglob("*")):
        raise BackupRefused(f"{media} 中已有文件。确认要全部替换时加 --replace")


def _stage(path: Path, manifest: dict[str, Any], media: Path) -> Path:
    """Unpack the uploaded files beside their folder, so that putting them in place is a rename."""
    media.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{media.name}.", dir=media.parent))
    staged.chmod(0o755)
    with zipfile.ZipFile(path) as archive:
        for name in manifest["entries"]:
            if name.startswith("media/"):
                target = staged / _safe(name).relative_to("media")
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, BLOCK)
    return staged


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or path.parts[0] not in ("data", "media"):
        raise BackupRefused(f"备份中有不允许的文件名：{name}")
    return path


def _clear() -> None:
    """Empty every table, sessions included; constraints are checked after the last row."""
    if connection.vendor == "postgresql":
        # It truncates no table with checks outstanding.
        connection.check_constraints()
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=False, allow_cascade=False)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _load(model: type[models.Model], source: IO[bytes]) -> None:
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    names = json.loads(source.readline())
    if set(names) != set(fields):
        raise BackupRefused(f"{model._meta.label} 的栏目与备份不同")
    decoders = [_decoder(fields[name]) for name in names]
    columns = [fields[name].name if not fields[name].is_relation else name for name in names]
    while chunk := list(islice(source, CHUNK)):
        rows = [
            [
                value if value is None else decode(value)
                for decode, value in zip(decoders, json.loads(line), strict=True)
            ]
            for line in chunk
        ]
        insert(model, columns, rows)


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), backed_up_models()):
            cursor.execute(statement)


def _compare(manifest: dict[str, Any]) -> None:
    """What the database now says must have the hashes of the archive."""
    for model in backed_up_models():
        digest = hashlib.sha256()
        for line in lines(model):
            digest.update(line)
        if digest.hexdigest() != manifest["entries"][f"data/{model._meta.label_lower}.jsonl"]["sha256"]:
            raise BackupRefused(f"{model._meta.label} 恢复后与备份不一致，已全部撤销")


def _stream_hash(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while part := source.read(BLOCK):
        digest.update(part)
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    with path.open("rb") as source:
        return _stream_hash(source)


def _say(progress: Progress | None, text: str) -> None:
    if progress:
        progress(text)
