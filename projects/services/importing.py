"""Documents into the database: read, then store, file by file.

Nothing is parsed inside a transaction. A file is stored as a whole or not at all; a file or a table that cannot be
taken does not stop the others, and everything noticed is in the report with its place.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.targettable import DepartmentRef, TargetTable

logger = logging.getLogger(__name__)

NEW, UPDATED, UNCHANGED, REFUSED, FOUND = "new", "updated", "unchanged", "refused", "found"
OUTCOME_NAMES = {NEW: "新增", UPDATED: "更新", UNCHANGED: "未变", REFUSED: "未接收", FOUND: "识别"}

Source = str | Path | tuple[str, Any]


class ImportRefused(Exception):
    """The whole import cannot begin; the message (Chinese) says why."""


@dataclass(slots=True)
class TableReport:
    """What became of the ``number``-th table of a file."""

    number: int
    label: str
    outcome: str
    indicators: int
    pk: int | None = None
    reason: str = ""


@dataclass(slots=True)
class FileReport:
    """What became of one file. ``findings`` is what reading noticed, ``checks`` what the rules say of its tables.

    ``refusal`` is set when nothing of it was taken.
    """

    name: str
    tables: list[TableReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    checks: list[Finding] = field(default_factory=list)
    refusal: str = ""

    @property
    def counts(self) -> Counter[str]:
        """Number of tables by outcome."""
        return Counter(table.outcome for table in self.tables)

    @property
    def refused(self) -> bool:
        """Whether the file, or a table in it, was not taken."""
        return bool(self.refusal) or REFUSED in self.counts


@dataclass(slots=True)
class ImportReport:
    """The report of a whole import. ``read`` holds the tables in document order, those that were refused included.

    ``readings`` stands beside it, one for each table: file, form, confidence, and how each field was found.
    """

    dry_run: bool
    files: list[FileReport] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    read: list[TargetTable] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Number of tables by outcome over all files."""
        return sum((file.counts for file in self.files), Counter())

    @property
    def findings(self) -> list[Finding]:
        """All findings of all files, in order."""
        return [finding for file in self.files for finding in file.findings]

    @property
    def checks(self) -> list[Finding]:
        """What the rules say of all tables, file by file."""
        return [finding for file in self.files for finding in file.checks]

    @property
    def refused(self) -> bool:
        """Whether anything was not taken."""
        return any(file.refused for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, without the tables themselves."""
        files = [
            {
                "file": file.name,
                "refusal": file.refusal,
                "counts": dict(file.counts),
                "tables": [asdict(table) for table in file.tables],
                "findings": [finding.to_dict() for finding in file.findings],
                "checks": [finding.to_dict() for finding in file.checks],
            }
            for file in self.files
        ]
        return {
            "dry_run": self.dry_run,
            "counts": dict(self.counts),
            "departments_created": self.departments,
            "years_created": self.years,
            "files": files,
        }


@dataclass(slots=True)
class _Read:
    table: TargetTable
    findings: list[Finding]
    place: str
    reading: dict[str, Any] = field(default_factory=dict)


def import_documents(
    sources: Iterable[Source],
    *,
    year: int | None = None,
    department: str | None = None,
    dry_run: bool = False,
    progress: Callable[[FileReport], None] | None = None,
) -> ImportReport:
    """Read ``sources`` and store what they hold.

    A source is a path (file, folder or archive) or a ``(name, content)`` pair as ``walk`` yields them. ``year`` and
    ``department`` (code or name) count only where a document states none. With ``dry_run`` no database is touched,
    so outcomes are ``found``. ``progress`` is called after each file. Raises :class:`ImportRefused` when the options
    make no sense; every problem of a file is in its report instead.
    """
    from projects.grids.files import FileRefused, refusal

    report = ImportReport(dry_run)
    chosen = None if dry_run or not department else _chosen_department(department)
    name = chosen.name if chosen else (department or "")
    stored_by: dict[int, str] = {}
    for shown, content in _contents(sources):
        file = FileReport(shown)
        report.files.append(file)
        try:
            if isinstance(content, FileRefused):
                raise content
            reads = _read(content, shown, year, name)
        except FileRefused as error:
            file.refusal = error.message
            file.findings.append(refusal(error))
            reads = []
        except Exception as error:
            # A bug in a reader must not take the other files down with it; the log keeps what it was.
            logger.error("reading %s failed: %s: %s", shown, type(error).__name__, error)
            logger.debug("where it failed", exc_info=True)
            _refuse(
                file,
                "file-unreadable",
                f"“{shown}”的内容无法解析（{type(error).__name__}）。请把该文件交给管理员排查。",
            )
            reads = []
        else:
            if not reads:
                _refuse(file, "file-no-table", f"“{shown}”中没有找到绩效目标表。请确认选对了文件。")
        report.read += [read.table for read in reads]
        report.readings += [{"file": shown, "table": number} | read.reading for number, read in enumerate(reads, 1)]
        for number, read in enumerate(reads, 1):
            file.findings += read.findings
            indicators = len(read.table.indicators) + len(read.table.period_indicators)
            file.tables.append(TableReport(number, read.table.label(), FOUND, indicators))
        file.checks = _checks(file, [read.table for read in reads])
        if reads and not dry_run:
            _store(report, file, reads, chosen, stored_by)
        if progress:
            progress(file)
    return report


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
            yield from walk([source], _limits())


def _limits() -> Any:
    from projects.grids.files import Limits

    return Limits(
        settings.UPLOAD_MAX_BYTES,
        settings.UPLOAD_MAX_ENTRIES,
        settings.UPLOAD_MAX_UNPACKED_BYTES,
        settings.UPLOAD_MAX_RATIO,
    )


def _read(content: bytes, name: str, year: int | None, department: str) -> list[_Read]:
    """Return the tables of one file, read without any database."""
    from projects.grids.files import open_document
    from projects.layouts import read_tables
    from projects.services.pdf import office

    if name.lower().endswith(".json"):
        return read_json(content, name, year, department)
    reads = read_tables(open_document(content, name, _limits(), office=office()), year=year, department=department)
    result = []
    for number, read in enumerate(reads, 1):
        where = "、".join(part for part in (read.part, f"第{read.row}行" if read.row else "") if part)
        place = f"第{number}张表" + (f"（{where}）" if where else "")
        result.append(_Read(read.table, list(read.findings), place, read.reading()))
    return result


def read_json(content: bytes, name: str, year: int | None, department: str) -> list[_Read]:
    """Read the interchange form itself: an array of tables, or one table."""
    from projects.grids.files import FileRefused

    try:
        data = _clean(json.loads(content.decode("utf-8-sig")))
        tables = [TargetTable.from_dict(item) for item in (data if isinstance(data, list) else [data])]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FileRefused(f"“{name}”不是本系统的 JSON 格式（{error}）。", code="json", name=name) from error
    for table in tables:
        table.fiscal_year = table.fiscal_year or year
        if not (table.department.name or table.department.code):
            table.department = DepartmentRef("", department)
    return [_Read(table, [], f"第{number}张表") for number, table in enumerate(tables, 1)]


def _clean(value: Any) -> Any:
    """Remove control characters and lone surrogates from every text, as the readers of other formats do."""
    from projects.grids.text import clean_text

    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {clean_text(key): _clean(item) for key, item in value.items()} if isinstance(value, dict) else value


def _chosen_department(text: str) -> Any:
    """Return the department that the option names, a new unsaved one for a new name."""
    from projects.models import Department
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


def _store(report: ImportReport, file: FileReport, reads: list[_Read], chosen: Any, stored_by: dict[int, str]) -> None:
    """Store the tables of one file in one transaction and complete its report."""
    from projects.services import findings
    from projects.store import Entry, save_tables

    entries = []
    for position, read in enumerate(reads):
        ref = read.table.department
        filed = chosen if chosen and chosen.pk and not ref.code and ref.name == chosen.name else None
        entries.append(Entry(read.table, filed, file.name, position))
    try:
        with transaction.atomic():
            result = save_tables(entries)
            findings.refresh(saved.pk for saved in result.saved if saved.pk and saved.outcome in (NEW, UPDATED))
    except (IntegrityError, DataError) as error:
        logger.error("storing %s failed: %s", file.name, error)
        for table in file.tables:
            table.outcome = REFUSED
        _refuse(
            file,
            "file-conflict",
            f"“{file.name}”未能存入：内容超出数据库的限制，或同时有人在改动同样的数据。请重新导入，再次失败请交管理员排查。",
        )
        return
    report.departments += [item.name for item in result.departments]
    report.years += result.years
    for item in result.departments:
        text = f"新建了部门“{item.name}”，请核对名称并归入部门树"
        file.findings.append(Finding(INFO, "department-created", text, file=file.name))
    for saved, read, table in zip(result.saved, reads, file.tables, strict=True):
        table.outcome, table.pk, table.reason = saved.outcome, saved.pk, saved.reason
        shown = f"第{table.number}张表 {table.label}".strip()
        if saved.same_as is not None:
            other = f"{reads[saved.same_as].place}与{read.place}是同一年度的同一项目“{table.label}”"
            after = "内容相同，只存一张" if saved.outcome == UNCHANGED else "内容不同，已存前一张，未接收后一张，请核对"
            table.reason = f"{other}，{after}"
            level = WARN if saved.outcome == UNCHANGED else BLOCK
            file.findings.append(Finding(level, "table-twice", table.reason, file=file.name, table=shown))
        elif saved.outcome == REFUSED:
            file.findings.append(Finding(BLOCK, "table-refused", saved.reason, file=file.name, table=shown))
        elif saved.pk in stored_by and saved.outcome == UPDATED:
            text = f"本次导入的“{stored_by[saved.pk]}”中也有这张表而内容不同，以后读到的“{file.name}”为准"
            file.findings.append(Finding(WARN, "table-twice-files", text, file=file.name, table=shown))
        if saved.pk:
            stored_by[saved.pk] = file.name
        nameless = read.table.kind == "project" and not (read.table.project.code or read.table.project.name).strip()
        if nameless and saved.outcome == NEW:
            text = "没有项目名称和编码，已存为草稿；内容改动后再导入会认不出是同一张表"
            file.findings.append(Finding(WARN, "project-nameless", text, file=file.name, table=shown))


def _refuse(file: FileReport, code: str, text: str) -> None:
    file.refusal = text
    file.findings.append(Finding(BLOCK, code, text, file=file.name))
