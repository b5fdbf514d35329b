"""One file of a batch: claimed, read outside any transaction, stored in one.

A file that cannot be read is refused with its reason; nothing a file does stops the others.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from perfgoals.uploads import ZIP, check_upload, refuse, suffix_of
from projects.findings import BLOCK, WARN, Finding
from projects.models import ImportBatch, ImportFile, ImportTable
from projects.services.claims import alive
from projects.services.imports import files, jobs, placing
from projects.targettable import DepartmentRef, TargetTable

if TYPE_CHECKING:
    from projects.layouts import ReadTable

logger = logging.getLogger(__name__)
MOST_TABLES = 5_000


@dataclass(slots=True)
class Item:
    """A table as it was read, with what stands beside it in the preview."""

    table: TargetTable
    findings: list[Finding] = field(default_factory=list)
    row: int = 0
    part: str = ""
    sure: float = 1.0
    form: str = ""
    read: ReadTable | None = None


def read_file(pk: int) -> Taken:
    """Read the file if it is still to be had; return what came of it. Never raises for what is in the file."""
    file = jobs.claim_file(pk)
    if file is None:
        return Taken()
    from projects.grids.files import FileRefused, refusal

    children: list[ImportFile] = []
    taken = Taken()
    with alive(file, limit=settings.IMPORT_FILE_SECONDS):
        try:
            data = files.content(file)
            if suffix_of(file.name) == "zip" and file.parent_id is None and data.startswith(b"PK"):
                children = unpack(file, data)
            else:
                taken = attempt(data, file)
        except FileRefused as error:
            taken = Taken(reason=error.message, findings=[refusal(error)])
        except Exception as error:
            taken = _broken(file, error)
    try:
        fresh = _store(file, taken.items, children, taken.findings, taken.reason)
    except DatabaseError as error:
        logger.exception("storing %s of import %s failed", file.name, file.batch_id)
        reason = f"“{file.name}”的内容超出数据库的限制（{type(error).__name__}），未能保存。请把该文件交给管理员排查。"
        taken = Taken.refused(file, "file-unstorable", reason)
        fresh = _store(file, [], [], taken.findings, taken.reason)
    if fresh:
        jobs.queue_files(fresh)
    return taken


@dataclass(slots=True)
class Taken:
    """What came of one file: its tables, or the reason why there are none."""

    items: list[Item] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    reason: str = ""

    @classmethod
    def refused(cls, file: ImportFile, code: str, reason: str) -> Taken:
        return cls([], [Finding(BLOCK, code, reason, file=file.name)], reason)


def attempt(data: bytes, file: ImportFile) -> Taken:
    """Read one document. Never raises for what is in it."""
    from projects.grids.files import FileRefused, refusal

    try:
        items = parse(data, file)
    except FileRefused as error:
        return Taken([], [refusal(error)], error.message)
    except Exception as error:
        return _broken(file, error)
    if items:
        return Taken(items)
    return Taken.refused(file, "file-no-table", f"“{file.name}”中没有找到绩效目标表。请确认选对了文件。")


def _broken(file: ImportFile, error: Exception) -> Taken:
    """A bug in a reader must not take the other files down with it; the log keeps what it was."""
    if isinstance(error, MemoryError | RecursionError):
        reason = f"“{file.name}”的结构过于复杂，超出了内存上限，无法读取。请拆分后再上传。"
        return Taken.refused(file, "file-too-complex", reason)
    logger.error("reading %s of import %s failed", file.name, file.batch_id, exc_info=error)
    reason = f"“{file.name}”的内容无法解析（{type(error).__name__}）。请把该文件交给管理员排查。"
    return Taken.refused(file, "file-unreadable", reason)


def parse(data: bytes, file: ImportFile) -> list[Item]:
    """Return the tables of one document. Raises ``FileRefused``."""
    if suffix_of(file.name) == "json":
        return [Item(table, row=number) for number, table in enumerate(read_json(data, file), 1)]
    return [
        # Prose has no bound cells; how sure that is, its headings say.
        Item(
            read.table,
            list(read.findings),
            read.row,
            read.part,
            read.sure if read.bound else read.share,
            read.form,
            read,
        )
        for read in reads(data, file)
    ]


def reads(data: bytes, file: ImportFile) -> list[ReadTable]:
    """Return the tables of a document with all that is known of where they stand, corrections of the batch applied."""
    from projects.grids.files import open_document
    from projects.layouts import read_tables
    from projects.layouts.corrections import Correction
    from projects.services.pdf import office

    document = open_document(data, file.name, files.limits(), office=office())
    listed = [*file.batch.options.get("readings", []), *file.readings]
    corrections = [Correction.from_dict(item) for item in listed]
    options = file.batch.options
    named = options.get("unstated", "")
    return read_tables(document, year=options.get("year"), department=named, corrections=corrections)


def read_json(data: bytes, file: ImportFile) -> list[TargetTable]:
    """Read the interchange form itself: an array of tables, or one table. Raises ``FileRefused``."""
    from projects.grids.files import FileRefused

    try:
        found = _clean(json.loads(data.decode("utf-8-sig")))
        tables = [TargetTable.from_dict(item) for item in (found if isinstance(found, list) else [found])]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FileRefused(f"“{file.name}”不是本系统的 JSON 格式（{error}）。", code="json", name=file.name) from error
    for table in tables:
        table.fiscal_year = table.fiscal_year or file.batch.options.get("year")
        if not (table.department.name or table.department.code):
            table.department = DepartmentRef("", file.batch.options.get("unstated", ""))
    return tables


def _clean(value: Any) -> Any:
    """Remove control characters and lone surrogates from every text, as the readers of other formats do."""
    from projects.grids.text import clean_text

    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {clean_text(key): _clean(item) for key, item in value.items()} if isinstance(value, dict) else value


def unpack(file: ImportFile, data: bytes) -> list[ImportFile]:
    """Return the files inside an archive, archives in it included, as unsaved rows; their bytes are kept already.

    One file at a time is in memory. Those that cannot be unpacked come refused.
    """
    from projects.grids.files import FileRefused, refusal
    from projects.grids.walk import unpacked

    try:
        kind = check_upload(data, file.name, files.limits())
    except FileRefused as error:
        # One entry that leads out of the archive or has a password is refused by itself.
        if error.code not in ("path", "encrypted"):
            raise
        kind = ZIP
    if kind != ZIP:
        raise refuse(file.name, "wrong-suffix", "的后缀是 .zip，内容却是 Office 文件", "请把后缀改正后再上传")
    rows = []
    for name, content in unpacked(data, file.name, files.limits()):
        row = ImportFile(batch=file.batch, parent=file, name=files.tidy_name(name), queued_at=timezone.now())
        if isinstance(content, FileRefused):
            row.state, row.refusal, row.sha256 = ImportFile.State.REFUSED, content.message, ""
            row.findings = [refusal(content).to_dict()]
        else:
            row.size, row.sha256 = len(content), files.keep(file.batch_id, content)
        rows.append(row)
    return rows


def _store(
    file: ImportFile, items: list[Item], children: list[ImportFile], findings: list[Finding], reason: str
) -> list[int]:
    """Write what came of a file, if it is still ours; return the ids of files to be read next."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=file.batch_id)
        mine = ImportFile.objects.select_for_update(of=("self",)).filter(
            pk=file.pk, state=ImportFile.State.READING, worker=file.worker
        )
        current = mine.first()
        if current is None or batch.state != ImportBatch.State.OPEN:
            return []
        earlier = {(row.part, row.row): row for row in current.tables.all()}
        if earlier:
            ImportTable.objects.filter(pk__any_of=[row.pk for row in earlier.values()]).delete()
        rows = []
        for number, item in enumerate(items, 1):
            rows.append(row_of(current, number, item, earlier.pop((item.part[:200], item.row), None)))
        placing.store_new(batch, rows, [row.place for row in earlier.values()])
        ImportFile.objects.bulk_create(children, ignore_conflicts=True, batch_size=500)
        state = ImportFile.State.REFUSED if reason else ImportFile.State.READ
        current.state = ImportFile.State.UNPACKED if children else state
        current.refusal, current.worker, current.tables_found = reason, "", len(rows)
        current.findings = [finding.to_dict() for finding in findings]
        current.save(update_fields=["state", "refusal", "worker", "tables_found", "findings", "changed_at"])
        waiting = ImportFile.objects.filter(parent=current, state=ImportFile.State.WAITING)
        return list(waiting.order_by("id").values_list("id", flat=True)) if children else []


def row_of(file: ImportFile, number: int, item: Item, earlier: ImportTable | None = None) -> ImportTable:
    """The row of one table; what a person had corrected before a second reading is kept where it still fits."""
    row = ImportTable(
        batch_id=file.batch_id,
        file=file,
        number=number,
        row=item.row,
        part=item.part[:200],
        form=item.form[:120],
        sure=round(item.sure * 100),
        findings=[finding.to_dict() for finding in item.findings],
        blocks=sum(finding.level == BLOCK for finding in item.findings),
        warns=sum(finding.level == WARN for finding in item.findings),
        content=item.table.to_dict(),
    )
    if earlier is not None:
        from projects.services.imports.correcting import reapply

        row.pk, row.excluded = earlier.pk, earlier.excluded
        reapply(row, earlier.corrections)
    return row
