"""What became of files and tables that the command line imported: the report, as text lines and JSON need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.models import Department, ImportBatch, ImportTable
from projects.targettable import TargetTable

NEW, UPDATED, UNCHANGED, REFUSED, FOUND, HELD = "new", "updated", "unchanged", "refused", "found", "held"
OUTCOME_NAMES = {
    NEW: "新增",
    UPDATED: "更新",
    UNCHANGED: "未变",
    REFUSED: "未接收",
    FOUND: "识别",
    HELD: "未写入",
}

PLANNED = {
    ImportTable.Outcome.NEW: NEW,
    ImportTable.Outcome.CHANGED: UPDATED,
    ImportTable.Outcome.UNCHANGED: UNCHANGED,
    ImportTable.Outcome.TWICE: UNCHANGED,
    ImportTable.Outcome.BLOCKED: REFUSED,
}
WRITTEN = {ImportTable.Result.NEW: NEW, ImportTable.Result.UPDATED: UPDATED}


@dataclass(slots=True)
class TableReport:
    """What became of the ``number``-th table of a file, in a dry run what would become of it.

    ``department`` tells in words how the department was found, in a preview only.
    """

    number: int
    label: str
    outcome: str
    indicators: int
    pk: int | None = None
    reason: str = ""
    department: str = ""


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

    ``readings`` stands beside it, one for each table: file, form, confidence, and how each field was found. ``batch``
    is the number of the batch that is left to look at, ``None`` where nothing had to be written; ``message`` says why
    nothing was written although there was something to write. ``compared``: a dry run has looked at what is stored.
    """

    dry_run: bool
    files: list[FileReport] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    read: list[TargetTable] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    batch: int | None = None
    message: str = ""
    compared: bool = False

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
        return bool(self.message) or any(file.refused for file in self.files)

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
            "batch": self.batch,
            "message": self.message,
            "counts": dict(self.counts),
            "departments_created": self.departments,
            "years_created": self.years,
            "files": files,
        }


def complete(report: ImportReport, batch: int, by_file: dict[int | None, FileReport]) -> None:
    """Complete the report with what became of each table."""
    made = ImportBatch.objects.values_list("made", flat=True).get(pk=batch)
    names = dict(Department.objects.filter(pk__any_of=made.get("departments", [])).values_list("id", "name"))
    report.departments, report.years = [names[pk] for pk in made.get("departments", [])], made.get("years", [])
    fresh = set(names)
    rows = ImportTable.objects.filter(batch=batch).select_related("twin", "twin__file")
    rows = rows.only(
        *(
            "file_id",
            "number",
            "label",
            "kind",
            "year",
            "found",
            "outcome",
            "result",
            "reason",
            "target_id",
            "place",
            "sha256",
            "proposals",
        ),
        *("department_id", "stated", "twin__number", "twin__label", "twin__file__name"),
    )
    for row in rows.order_by("file_id", "number").iterator(chunk_size=2000):
        file = by_file[row.file_id]
        table = file.tables[row.number - 1]
        planned = PLANNED[ImportTable.Outcome(row.outcome)]
        table.outcome = WRITTEN.get(ImportTable.Result(row.result), HELD if planned in (NEW, UPDATED) else planned)
        table.pk, table.reason = row.target_id, row.reason
        if row.department_id in fresh and row.department_id is not None:
            fresh.discard(row.department_id)
            like = "、".join(Department.objects.filter(pk__in=row.proposals).values_list("name", flat=True))
            near = f"（与现有的{like}名称相近，如为同一部门请撤销后指明）" if like else ""
            text = f"新建了部门“{names[row.department_id]}”{near}，请核对名称并归入部门树"
            file.findings.append(Finding(INFO, "department-created", text, file=file.name))
        file.findings += _noticed(file, table, row)


def _noticed(file: FileReport, table: TableReport, row: ImportTable) -> Iterator[Finding]:
    """What placing and writing noticed of a table, with the remedy that the command offers."""
    shown = f"第{table.number}张表 {table.label}".strip()
    if row.twin is not None:
        there = "" if row.twin.file_id == row.file_id else f"“{row.twin.file.name}”的"
        same = table.outcome == UNCHANGED
        after = "内容相同，只存一张" if same else "内容不同，请更正或在浏览器中排除其中一张"
        text = f"{there}第{row.twin.number}张表与第{row.number}张表是同一年度的同一项目“{table.label}”，{after}"
        table.reason = text
        yield Finding(WARN if same else BLOCK, "table-twice", text, file=file.name, table=shown)
    elif table.outcome == REFUSED:
        option = "--year" if row.year is None else "--department" if not row.stated else ""
        table.reason += f"（可用 {option} 指明）" if option else ""
        yield Finding(BLOCK, "table-refused", table.reason, file=file.name, table=shown)
    # A project without a name is known by its content alone.
    if table.outcome == NEW and row.kind == "project" and row.place.endswith(row.sha256):
        text = "没有项目名称和编码，已存为草稿；内容改动后再导入会认不出是同一张表"
        yield Finding(WARN, "project-nameless", text, file=file.name, table=shown)
