"""Documents into the database from the command line: a batch as in the browser, read and committed on the spot.

Nothing is parsed inside a transaction; everything is written in one. A file that cannot be read does not stop the
others, and everything noticed is in the report with its place. Where nothing could be written, the batch stays open, to
be corrected in the browser.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import DatabaseError

from perfgoals.uploads import FileRefused
from projects.findings import Finding
from projects.models import Department, ImportBatch, ImportFile, ImportTable
from projects.services.imports import batches, committing, files, placing, reading, undoing, workbook
from projects.services.imports.correcting import Refused
from projects.services.imports.reading import Taken
from projects.services.imports.report import (
    FOUND,
    PLANNED,
    FileReport,
    ImportReport,
    TableReport,
    complete,
)
from projects.services.imports.workbook import Applied
from projects.services.operator import Operator
from projects.targettable import TargetTable

Source = str | Path | tuple[str, Any]


class ImportRefused(Exception):
    """The whole import cannot begin; the message (Chinese) says why."""


Progress = Callable[[FileReport], None]


def import_documents(
    sources: Iterable[Source],
    *,
    year: int | None = None,
    department: str | None = None,
    dry_run: bool = False,
    compare: bool = False,
    whole: bool = False,
    past: str = "auto",
    unknown: str = "all",
    keep: bool = True,
    progress: Progress | None = None,
    written: Callable[[int], None] = lambda tables: None,
) -> ImportReport:
    """Read ``sources`` and store what they hold, as one batch.

    A source is a path (file, folder or archive) or a ``(name, content)`` pair as ``walk`` yields them. ``year`` and
    ``department`` (code or name) count only where a document states none. ``past`` and ``unknown`` are the options of
    a batch. ``whole``: a table that cannot be filed holds up all the others.

    With ``dry_run`` nothing is written and no database is touched, so outcomes are ``found``; with ``compare`` they
    are those of the preview. ``keep``: have the tables and readings in the report, which takes memory. ``progress`` is
    called after each file, ``written`` with numbers of tables. Raises :class:`ImportRefused` when the options make no
    sense; every problem of a file is in its report instead.
    """
    report = ImportReport(dry_run, compared=compare)
    chosen = None if not department or (dry_run and not compare) else _chosen_department(department)
    named = chosen.name if chosen else (department or "")
    options: dict[str, Any] = {"past": past, "year": year, "unknown": unknown, "unstated": named}
    if chosen and chosen.pk:
        options["departments"] = {named: chosen.pk}
    take: _Preview | _Import = _Preview(options, compare) if dry_run else _Import(options, sources := list(sources))
    by_file: dict[int | None, FileReport] = {}
    with take:
        for shown, content in _contents(sources):
            file, taken = take.file(shown, content)
            if file.pk in by_file and not dry_run:
                continue  # the very same file once more
            told = by_file[file.pk] = _told(shown, taken)
            report.files.append(told)
            if keep:
                report.read += [item.table for item in taken.items]
                readings = [item.read.reading() if item.read else {} for item in taken.items]
                report.readings += [{"file": shown, "table": number} | one for number, one in enumerate(readings, 1)]
            if progress:
                progress(told)
        take.end(report, by_file, whole=whole, written=written)
    return report


def _told(shown: str, taken: Taken) -> FileReport:
    file = FileReport(shown, refusal=taken.reason, findings=list(taken.findings))
    for number, item in enumerate(taken.items, 1):
        file.findings += item.findings
        indicators = len(item.table.indicators) + len(item.table.period_indicators)
        file.tables.append(TableReport(number, item.table.label(), FOUND, indicators))
    file.checks = _checks(file, [item.table for item in taken.items])
    return file


class _Preview:
    """A dry run: everything in memory, the database at most looked at."""

    def __init__(self, options: dict[str, Any], compare: bool) -> None:
        self.batch, self.compare = ImportBatch(options=options), compare
        self.places: dict[str, list[ImportTable]] = defaultdict(list)
        self.told: list[tuple[ImportTable, str]] = []

    def __enter__(self) -> _Preview:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def file(self, shown: str, content: bytes | FileRefused) -> tuple[ImportFile, Taken]:
        file = ImportFile(batch=self.batch, name=shown)
        taken = _opened(content, file) or reading.attempt(content, file)  # type: ignore[arg-type]
        rows = [reading.row_of(file, number, item) for number, item in enumerate(taken.items, 1)]
        if self.compare:
            placing.place(self.batch, rows)
        for row in rows:
            self.places[row.place].append(row)
            self.told.append((row, _department(row)))
            # What was compared is not needed any more; thousands of tables stay small.
            row.content, row.findings = {}, []
            row.__dict__.pop("table", None)
        return file, taken

    def end(self, report: ImportReport, by_file: Any, **_options: Any) -> None:
        if not self.compare:
            return
        for place, rows in self.places.items():
            for row, outcome, _first, reason in list(placing.contest(rows)) if place else ():
                row.outcome, row.reason = outcome, reason
        tables = (table for file in report.files for table in file.tables)
        for table, (row, department) in zip(tables, self.told, strict=True):
            table.outcome, table.reason, table.department = (
                PLANNED[ImportTable.Outcome(row.outcome)],
                row.reason,
                department,
            )


def _department(row: ImportTable) -> str:
    """How the department was found, in words."""
    if row.department:
        return f"{row.department.name}（{row.get_found_display()}）"
    like = Department.objects.in_bulk(row.proposals)
    names = "、".join(like[pk].name for pk in row.proposals if pk in like)
    near = f"，相近：{names}" if names else ""
    return f"{row.stated or '没有写明'}（{row.get_found_display()}{near}）"


def _opened(content: bytes | FileRefused, file: ImportFile) -> Taken | None:
    """What there is to say of a file that could not even be opened."""
    from projects.grids.files import refusal

    return Taken([], [refusal(content)], content.message) if isinstance(content, FileRefused) else None


class _Import:
    """A batch of the database. Left early, by a key or an error, it is given up."""

    def __init__(self, options: dict[str, Any], sources: list[Source]) -> None:
        self.user = Operator()
        names = [source[0] if isinstance(source, tuple) else Path(source).name for source in sources]
        more = f" 等 {len(names)} 项" if len(names) > 1 else ""
        name = f"{names[0] if names else ''}{more}"
        self.batch = batches.begin(user=self.user, department=None, name=name, options=options)

    def __enter__(self) -> _Import:
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is not None:
            with suppress(Refused, DatabaseError):
                batches.drop(user=self.user, batch_id=self.batch.pk)

    def file(self, shown: str, content: bytes | FileRefused) -> tuple[ImportFile, Taken]:
        refusal = content if isinstance(content, FileRefused) else None
        data = b"" if isinstance(content, FileRefused) else content
        try:
            file = batches.add_file(
                user=self.user, batch=self.batch, name=shown, data=data, refusal=refusal, queue=False
            )
        except Refused as error:
            raise ImportRefused(str(error)) from error
        if file.state == ImportFile.State.REFUSED:
            return file, Taken([], [Finding(**finding) for finding in file.findings], file.refusal)
        return file, reading.read_file(file.pk)

    def end(
        self,
        report: ImportReport,
        by_file: dict[int | None, FileReport],
        *,
        whole: bool,
        written: Callable[[int], None],
    ) -> None:
        rows = ImportTable.objects.filter(batch=self.batch)
        counts = Counter(map(ImportTable.Outcome, rows.order_by().values_list("outcome", flat=True)))
        going = counts[ImportTable.Outcome.NEW] + counts[ImportTable.Outcome.CHANGED]
        blocked = counts[ImportTable.Outcome.BLOCKED]
        report.batch = self.batch.pk
        if going and blocked and whole:
            report.message = f"有 {blocked} 张表无法归档，没有写入任何表"
        elif going:
            report.message = commit(self.batch.pk, valid_only=not whole, written=written)
        complete(report, self.batch.pk, by_file)
        if not going and not blocked:
            batches.drop(user=self.user, batch_id=self.batch.pk)
            report.batch = None


def commit(batch_id: int, *, valid_only: bool, written: Callable[[int], None] = lambda tables: None) -> str:
    """Write an open batch here and now; return why it was not written. Raises :class:`ImportRefused`."""
    with _refused(batch_id):
        version = ImportBatch.objects.values_list("version", flat=True).get(pk=batch_id)
        batches.ask_commit(user=Operator(), batch_id=batch_id, version=version, valid_only=valid_only, queue=False)
    committing.run(batch_id, written)
    done = ImportBatch.objects.get(pk=batch_id)
    return "" if done.state == ImportBatch.State.COMMITTED else done.message or f"批次{done.get_state_display()}"


def error_workbook(batch_id: int) -> bytes:
    """The issues of a batch as an Excel file to be corrected. Raises :class:`ImportRefused`."""
    with _refused(batch_id):
        return workbook.build(ImportBatch.objects.get(pk=batch_id))


def take_answers(batch_id: int, data: bytes, name: str) -> Applied:
    """Make the corrections of a filled-in error workbook. Raises :class:`ImportRefused`."""
    with _refused(batch_id):
        return workbook.apply(user=Operator(), batch_id=batch_id, data=data, name=name)


def result_text(batch_id: int) -> str:
    """What a commit did, in one line."""
    result = ImportBatch.objects.values_list("result", flat=True).get(pk=batch_id)
    told = "，".join(f"{ImportTable.Result(name).label} {number}" for name, number in result.items())
    return f"批次 {batch_id} 已写入：{told}"


@contextmanager
def _refused(batch_id: int) -> Iterator[None]:
    """Turn what the services of a batch refuse into :class:`ImportRefused`."""
    try:
        yield
    except Refused as error:
        raise ImportRefused(str(error)) from error
    except ImportBatch.DoesNotExist as error:
        raise ImportRefused(f"没有编号为 {batch_id} 的批次") from error


def undo(batch_id: int) -> ImportBatch:
    """Take a committed batch back here and now. Raises :class:`ImportRefused` when that cannot be."""
    with _refused(batch_id):
        batches.ask_undo(user=Operator(), batch_id=batch_id, queue=False)
    undoing.run(batch_id)
    done = ImportBatch.objects.get(pk=batch_id)
    if done.state != ImportBatch.State.UNDONE:
        raise ImportRefused(done.message or f"批次{done.get_state_display()}")
    return done


def _checks(file: FileReport, tables: list[TargetTable]) -> list[Finding]:
    """Return what the rules, each at its own level, find in the tables of one file, also by comparing them."""
    from projects.rules import Checker

    checker = Checker()
    found = [(number, item) for number, table in enumerate(tables, 1) for item in checker.add(number, table)]
    found += list(checker.compare())
    labels = {number: f"第{number}张表 {' '.join(table.label().split())}" for number, table in enumerate(tables, 1)}
    return [item.at(file=file.name, table=labels[number]) for number, item in sorted(found, key=lambda pair: pair[0])]


def _contents(sources: Iterable[Source]) -> Iterator[tuple[str, Any]]:
    from projects.grids.files import walk

    for source in sources:
        if isinstance(source, tuple):
            yield source
        else:
            yield from walk([source], files.limits())


def _chosen_department(text: str) -> Any:
    """Return the department that the option names, a new unsaved one for a new name."""
    from projects.selectors.departments import find_departments

    found = find_departments(text)
    if len(found) > 1:
        codes = "、".join(item.code or f"编号{item.pk}" for item in found)
        raise ImportRefused(f"名称为“{text}”的部门有多个（{codes}），请改用部门代码")
    if found:
        return found[0]
    if text.isascii():
        raise ImportRefused(f"没有代码为“{text}”的部门；新部门请给出名称，导入时会建立")
    return Department(name=text)
