"""Commit: what the preview showed is written in one transaction, or nothing is.

Everything is compared once more under the store's lock. If a stored table is no longer what the preview compared with,
nothing is written, the preview is renewed, and the batch waits for another look; with "valid tables only" such tables
are left out instead.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from projects.bulk import update
from projects.models import Department, FiscalYear, ImportBatch, ImportFile, ImportTable, Project
from projects.models import TargetTable as Stored
from projects.permissions import may_administer
from projects.services import audit, departments, findings
from projects.services.claims import alive
from projects.services.imports import jobs, placing, snapshot
from projects.services.operator import decider
from projects.store import LOCK, NEW, UNCHANGED, UPDATED, Entry, save_tables

logger = logging.getLogger(__name__)
AT_ONCE = 500
Outcome, Result, State = ImportTable.Outcome, ImportTable.Result, ImportBatch.State
Progress = Callable[[int], None]
RESULTS = {NEW: Result.NEW, UPDATED: Result.UPDATED, UNCHANGED: Result.UNCHANGED}


class Drifted(Exception):
    """What is stored is no longer what the preview showed; the message names examples."""


def why_not(batch: ImportBatch, *, valid_only: bool) -> str:
    """Why the batch may not be written now, ``""`` when it may. Two queries."""
    open_files = batch.files.filter(state__in=(ImportFile.State.WAITING, ImportFile.State.READING)).count()
    if open_files:
        return f"还有 {open_files} 个文件没有读完，请稍候"
    counts = Counter(dict(_counts(batch)))
    if counts[Outcome.BLOCKED] and not valid_only:
        return f"有 {counts[Outcome.BLOCKED]} 张表无法归档，请更正、排除，或选择只写入有效的表"
    if not counts[Outcome.NEW] + counts[Outcome.CHANGED]:
        return "没有要写入的表：全部未变、重复、不导入或无法归档"
    return ""


def _counts(batch: ImportBatch) -> Iterator[tuple[str, int]]:
    from django.db.models import Count

    yield from batch.tables.order_by().values_list("outcome").annotate(n=Count("id"))


def run(pk: int, progress: Progress = lambda tables: None) -> None:
    """Commit the batch, unless somebody else is at it. A killed run leaves nothing behind and is begun again.

    ``progress`` is told how many tables were written, some at a time.
    """
    batch = jobs.claim_batch(pk, State.COMMITTING)
    if batch is None:
        return
    with alive(batch):
        try:
            _write(batch, progress)
        except Drifted as error:
            _back(batch, str(error), renew=True)
        except DatabaseError as error:
            logger.exception("committing import %s failed", pk)
            _back(batch, f"未能写入（{type(error).__name__}），没有改动任何表。请稍后重试，再次失败请交管理员排查。")
        except KeyboardInterrupt:
            # Somebody at the command line has thought better of it; no worker may take it up again.
            _back(batch, "写入被中断，没有改动任何表")
            raise


def _back(batch: ImportBatch, message: str, *, renew: bool = False) -> None:
    """Nothing was written: open the batch again, with the reason, and what it shows brought up to date."""
    with transaction.atomic():
        mine = ImportBatch.objects.filter(pk=batch.pk, worker=batch.worker, state=State.COMMITTING)
        if not mine.update(state=State.OPEN, worker="", message=message, version=F("version") + 1):
            return
        audit.record(
            "import.commit",
            actor=decider(batch),
            obj=batch,
            department=batch.department,
            after={"未写入": message},
            succeeded=False,
        )
        if renew:
            for rows in _chunks(batch, ImportTable.objects.filter(batch=batch)):
                placing.store_again(batch, rows, {row.place for row in rows})


def _write(batch: ImportBatch, progress: Progress) -> None:
    only_valid = bool(batch.options.get("valid_only"))
    user = decider(batch)
    counts: Counter[str] = Counter()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        current = ImportBatch.objects.select_for_update(of=("self",)).select_related("department").get(pk=batch.pk)
        if current.state != State.COMMITTING or current.worker != batch.worker:
            return
        if why := may_administer(user, current.department) if user else "提交人的账号已不存在":
            raise Drifted(why)
        last_project = Project.objects.aggregate(last=Max("id"))["last"] or 0
        years = set(FiscalYear.objects.values_list("year", flat=True))
        along = _Along(made=list(current.made.get("departments", [])))
        going = ImportTable.objects.filter(batch=current, outcome__in=(Outcome.NEW, Outcome.CHANGED))
        for rows in _chunks(current, going):
            counts += _write_some(current, rows, only_valid=only_valid, along=along)
            progress(len(rows))
        findings.compare_all(along.touched)
        for made_department in along.departments:
            facts = departments.facts(made_department)
            audit.record("department.create", actor=user, obj=made_department, after=facts)
        rest = ImportTable.objects.filter(batch=current)
        same = rest.filter(outcome=Outcome.UNCHANGED).update(result=Result.UNCHANGED, before=None)
        skipped = rest.filter(result=Result.NONE).update(result=Result.SKIPPED)
        counts += Counter({Result.UNCHANGED.value: same, Result.SKIPPED.value: skipped})
        made = current.made | {
            "projects": list(Project.objects.filter(pk__gt=last_project).order_by("id").values_list("id", flat=True)),
            "years": sorted(set(FiscalYear.objects.values_list("year", flat=True)) - years),
            "departments": along.made + [item.pk for item in along.departments],
            "renamed": along.renamed,
        }
        result = {name.value: counts[name.value] for name in Result if name.value}
        ImportBatch.objects.filter(pk=current.pk).update(
            state=State.COMMITTED,
            worker="",
            made=made,
            result=result,
            finished_at=timezone.now(),
            version=F("version") + 1,
            message="",
        )
        names = {str(Result(name).label): number for name, number in result.items()}
        audit.record("table.import", actor=user, obj=current, department=current.department, after=names)


def _chunks(batch: ImportBatch, rows: Any) -> Iterator[list[ImportTable]]:
    ids = list(rows.order_by("file_id", "number").values_list("id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = ImportTable.objects.filter(pk__any_of=part).select_related("file", "department")
        yield list(found.order_by("file_id", "number"))


@dataclass(slots=True)
class _Along:
    """What comes along with the tables: ``made`` are ids of departments that were made before the commit."""

    made: list[int]
    departments: list[Department] = field(default_factory=list)
    renamed: dict[str, Any] = field(default_factory=dict)
    touched: set[tuple[int, int]] = field(default_factory=set)


def _write_some(batch: ImportBatch, rows: list[ImportTable], *, only_valid: bool, along: _Along) -> Counter[str]:
    """Write some tables if they are still what the preview showed."""
    seen = {row.pk: (row.outcome, row.target_id, row.target_version, row.target_sha256, row.sha256) for row in rows}
    twins = {row.pk: row.twin_id for row in rows}
    placing.place(batch, rows)
    good: list[ImportTable] = []
    drifted: list[ImportTable] = []
    for row in rows:
        now = (row.alone, row.target_id, row.target_version, row.target_sha256, row.sha256)
        (good if now == seen[row.pk] and twins[row.pk] is None else drifted).append(row)
    if drifted and not only_valid:
        names = "、".join(f"“{row.label}”" for row in drifted[:3])
        raise Drifted(
            f"预览之后有 {len(drifted)} 张表的现有内容、部门或年度变了（如{names}），没有写入任何表。"
            "预览已更新，请看过后重新确认。"
        )
    before = snapshot.take([row.target_id for row in good if row.target_id])
    projects = snapshot.names_of([row.project for row in good if row.project])
    entries = [Entry(row.table, row.department, row.file.name, row.number - 1, row.status) for row in good]
    # Departments that are to be made are left to the store: it makes each once, whoever of the batch names it first.
    stored = save_tables(entries)
    along.departments += stored.departments
    counts: Counter[str] = Counter()
    written = []
    for row, done in zip(good, stored.saved, strict=True):
        expected = NEW if row.alone == Outcome.NEW else UPDATED
        if done.outcome != expected:
            raise Drifted(
                f"“{row.label}”与本批次的另一张表是同一个项目（{done.reason or '位置相同'}），没有写入任何表。"
            )
        row.target_id, row.result = done.pk, RESULTS[done.outcome]
        row.before = before.get(done.pk or 0) if done.outcome == UPDATED else None
        counts[row.result] += 1
        written.append(row)
    heads = Stored.objects.filter(pk__any_of=[row.target_id for row in written])
    where = {pk: place for pk, *place in heads.values_list("id", "version", "department_id")}
    for row in written:
        row.stored_version, row.department_id = where[row.target_id or 0]
    columns = ("target_id", "result", "before", "stored_version", "department_id")
    update(ImportTable, columns, [(row.pk, *(getattr(row, name) for name in columns)) for row in written])
    along.touched |= findings.check([row.target_id for row in written if row.target_id])
    for pk, former in snapshot.changed_names(projects).items():
        along.renamed.setdefault(str(pk), former)
    return counts
