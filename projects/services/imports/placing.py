"""Where each table of a batch would go, and what it would change there. Writes nothing but the proposal.

A department is matched by its code or exact name, never guessed: similar names are proposals that a person confirms.
Everything is done for many tables at a time in a fixed number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from projects.bulk import insert, next_ids, update
from projects.filing import CODE_LENGTH, Misfiled, check_year, tidy
from projects.models import Department, FiscalYear, ImportBatch, ImportTable
from projects.models import TargetTable as Stored
from projects.models.department import NAME_LENGTH, subtree
from projects.models.imports import LABEL_LENGTH
from projects.models.keys import natural_key, project_key
from projects.models.table import LAYOUT_LENGTH
from projects.store import REPLACEABLE, Entry, Held, look
from projects.targettable import KINDS, DepartmentRef, TargetTable

AT_ONCE = 500
LIKE = 0.6
PROPOSALS = 3
# Reading could make nothing of such a table: its texts are kept, but there is nothing to file.
HOPELESS = frozenset(["layout-unknown"])
Outcome, Found = ImportTable.Outcome, ImportTable.Found
WRITTEN = (
    "label",
    "year",
    "kind",
    "layout",
    "sha256",
    "stated",
    "department",
    "found",
    "proposals",
    "excluded",
    "status",
    "place",
    "alone",
    "outcome",
    "reason",
    "twin",
    "target",
    "target_version",
    "target_sha256",
    "content",
    "corrections",
)
STARTED = ("batch", "file", "number", "row", "part", "form", "sure", "findings", "blocks", "warns")
UNTOUCHED = ("result", "stored_version", "before")


def scope(batch: ImportBatch) -> Q:
    """The condition for departments that a batch may file under."""
    return subtree(batch.department.path) if batch.department else Q()


@dataclass(slots=True)
class Register:
    """The departments of a batch's scope, by code and by name; ``foreign`` are names and codes outside it."""

    batch: ImportBatch
    by_id: dict[int, Department] = field(default_factory=dict)
    by_code: dict[str, Department] = field(default_factory=dict)
    by_name: dict[str, list[Department]] = field(default_factory=dict)
    by_both: dict[str, Department] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    _like: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: ImportBatch, rows: Iterable[ImportTable]) -> Register:
        """Two queries: the scope, and whether the rows name departments outside it."""
        made = cls(batch)
        for item in Department.objects.filter(scope(batch)).only("id", "code", "name", "path").order_by("id"):
            made.by_id[item.pk] = item
            if item.code:
                made.by_code[item.code] = item
            made.by_name.setdefault(natural_key(item.name), []).append(item)
            if item.code:
                made.by_both[natural_key(item.code + item.name)] = item
        if batch.department_id:
            refs = [row.table.department for row in rows]
            known = Department.objects.filter(
                Q(code__any_of=sorted({tidy(ref.code) for ref in refs} - {""}))
                | Q(name__any_of=sorted({tidy(ref.name) for ref in refs} - {""}))
            )
            for code, name in known.exclude(scope(batch)).values_list("code", "name"):
                made.foreign |= {code, name} - {""}
        return made

    def settle(self, row: ImportTable) -> None:
        """Set the row's department, how it was found, and what could be meant."""
        ref = row.table.department
        code, name = tidy(ref.code), tidy(ref.name)
        row.stated = (f"{code} {name}".strip())[:300]
        row.department, row.proposals = None, []
        chosen = row.corrections.get("department") or self.batch.options.get("departments", {}).get(row.stated)
        if chosen in self.by_id:
            row.department, row.found = self.by_id[chosen], Found.CHOSEN
            return
        if code and code in self.by_code:
            row.department, row.found = self.by_code[code], Found.MATCHED
            return
        if not code and natural_key(name) in self.by_both:
            # Code and name in one cell, the code too short to be told from the name: together they are exact.
            row.department, row.found = self.by_both[natural_key(name)], Found.MATCHED
            return
        named = self.by_name.get(natural_key(name), []) if name else []
        if code:
            named = [item for item in named if not item.code]
        if len(named) == 1:
            row.department, row.found = named[0], Found.MATCHED
            return
        row.proposals = [item.pk for item in named] or self.like(name)
        if not named and self.may_make(ref, like=bool(row.proposals)):
            row.found = Found.MADE
            return
        row.found = Found.PROPOSED if row.proposals else Found.UNKNOWN

    def may_make(self, ref: DepartmentRef, *, like: bool) -> bool:
        """Whether the commit makes a department of that name: it was asked to, ``all`` also where ``like`` ones are."""
        code, name = tidy(ref.code), tidy(ref.name) or tidy(ref.code)
        wanted = ("all",) if like else ("new", "all")
        if self.batch.options.get("unknown") not in wanted or self.batch.department_id or not name:
            return False
        return len(code) <= CODE_LENGTH and len(name) <= NAME_LENGTH

    def like(self, name: str) -> list[int]:
        """Ids of departments with a similar name, the most similar first."""
        wanted = natural_key(name)
        if not wanted:
            return []
        if wanted not in self._like:
            pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
            scored = []
            for known, items in self.by_name.items():
                if not any(pair in known for pair in pairs):
                    continue
                inside = (known in wanted or wanted in known) and min(len(known), len(wanted)) * 2 > max(
                    len(known), len(wanted)
                )
                score = max(SequenceMatcher(None, wanted, known).ratio(), 0.9 if inside else 0)
                if score >= LIKE:
                    scored += [(score, item.pk) for item in items]
            scored.sort(key=lambda pair: (-pair[0], pair[1]))
            self._like[wanted] = [pk for _score, pk in scored[:PROPOSALS]]
        return self._like[wanted]

    def why_not(self, row: ImportTable) -> str:
        ref = row.table.department
        if not row.stated:
            return "表中没有写明部门，请选择部门"
        if {tidy(ref.code), tidy(ref.name)} & self.foreign:
            return f"部门“{row.stated}”不在本次导入的范围内"
        if row.proposals:
            return f"部门“{row.stated}”没有完全一致的，请确认是否为列出的部门"
        return f"没有部门“{row.stated}”，请选择对应的部门或新建"


def place(batch: ImportBatch, rows: Sequence[ImportTable]) -> None:
    """Decide for each row, in memory, where it would go by itself (``alone``); see :func:`pair` for the others."""
    for start in range(0, len(rows), AT_ONCE):
        _place(batch, rows[start : start + AT_ONCE])


def _place(batch: ImportBatch, rows: Sequence[ImportTable]) -> None:
    year = batch.options.get("year")
    for row in rows:
        if row.table.fiscal_year is None and year:
            row.table.fiscal_year = year
            row.changed()
        row.label = " ".join(row.table.label().split())[:LABEL_LENGTH]
        row.year, row.kind, row.layout = row.table.fiscal_year, row.table.kind, row.table.layout[:100]
        row.sha256 = row.table.sha256()
    register = Register.of(batch, rows)
    years = {year.year: year for year in FiscalYear.objects.all()}
    for row in rows:
        register.settle(row)
    filed = [row for row in rows if row.department and _fault(row) == ""]
    held = dict(zip(map(id, filed), look([Entry(row.table, row.department) for row in filed]), strict=True))
    for row in rows:
        _judge(row, register, held.get(id(row)), years.get(row.year or 0), batch.options.get("past", "auto"))


def _fault(row: ImportTable) -> str:
    if row.kind not in KINDS or len(row.table.layout) > LAYOUT_LENGTH:
        return "不认识的表类型或表式，不能导入"
    if row.year is None:
        return "没有写明年度，请填写预算年度"
    try:
        check_year(row.year)
    except Misfiled:
        return f"年度 {row.year} 不可能，请更正"
    return ""


def _judge(row: ImportTable, register: Register, held: Held | None, year: FiscalYear | None, past: str) -> None:
    row.twin, row.target_id, row.target_version, row.target_sha256, row.place = None, None, 0, "", ""
    row.status = _begin(row, year, past)
    row.alone, row.reason = Outcome.BLOCKED, ""
    codes = {finding["code"] for finding in row.findings}
    if row.excluded:
        row.alone = Outcome.EXCLUDED
    elif codes & HOPELESS and not natural_key(row.table.project.name + row.table.project.code):
        row.reason = "没有识别出这张表的表式，请更正后再导入，或选择不导入"
    elif not row.department and row.found != Found.MADE:
        row.reason = register.why_not(row)
    elif fault := _fault(row):
        row.reason = fault
    else:
        held = held or Held(_new_place(row.table))
        _compare(row, held, year)
    row.outcome = row.alone


def _new_place(table: TargetTable) -> str:
    """Names the place of a table whose department is to be made with it."""
    department = natural_key(tidy(table.department.code) + tidy(table.department.name))
    named = table.kind == "project" and natural_key(table.project.code + table.project.name)
    key = project_key(table.project.code.strip(), table.project.name.strip()) if named else natural_key(table.title)
    alone = table.sha256() if table.kind == "project" and not named else ""
    return "|".join(map(str, (table.fiscal_year, table.kind, "++", department, key, alone)))


def _compare(row: ImportTable, held: Held, year: FiscalYear | None) -> None:
    row.place, row.project = held.key, held.project
    closed = year is not None and year.state != FiscalYear.State.OPEN
    if held.pk is None:
        if closed and row.status == Stored.Status.DRAFT:
            row.reason = f"{year}{year.get_state_display()}，不能新建草稿；可以作为历史记录导入" if year else ""
        else:
            row.alone = Outcome.NEW
        return
    row.target_id, row.target_version, row.target_sha256 = held.pk, held.version, held.sha256
    if held.sha256 == row.sha256:
        row.alone = Outcome.UNCHANGED
    elif held.status not in REPLACEABLE:
        state = Stored.Status(held.status).label
        row.reason = f"已有的表“{state}”，内容不能由导入改变，请先退回或走调整流程"
    elif closed and held.status != Stored.Status.HISTORY:
        row.reason = f"{year}{year.get_state_display()}，不能修改" if year else ""
    else:
        row.alone = Outcome.CHANGED


def _begin(row: ImportTable, year: FiscalYear | None, past: str) -> str:
    """The state of a new table: a record for years that are over, else a draft."""
    if past in (Stored.Status.DRAFT, Stored.Status.HISTORY):
        return past
    over = year is not None and year.state != FiscalYear.State.OPEN
    if over or (row.year or 9999) < timezone.localdate().year:
        return Stored.Status.HISTORY
    return Stored.Status.DRAFT


def store_new(batch: ImportBatch, rows: list[ImportTable], places: Iterable[str] = ()) -> None:
    """Place and insert fresh rows, in one transaction of the caller's; those that were there before bring their id.

    ``places`` are those that tables now gone were in.
    """
    place(batch, rows)
    fresh = [row for row in rows if row.pk is None]
    for row, pk in zip(fresh, next_ids(ImportTable, len(fresh)), strict=True):
        row.pk = pk
    names = ("id", *STARTED, *WRITTEN, *UNTOUCHED)
    insert(ImportTable, _columns(names), [_values(row, names) for row in rows])
    pair(batch, {row.place for row in rows} | set(places))


def store_again(batch: ImportBatch, rows: list[ImportTable], places: Iterable[str] = ()) -> None:
    """Place rows anew and write what changed; ``places`` are those that other tables were in before."""
    before = {row.place for row in rows} | set(places)
    place(batch, rows)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        update(ImportTable, _columns(WRITTEN), [(row.pk, *_values(row, WRITTEN)) for row in part])
    pair(batch, before | {row.place for row in rows})


def _columns(names: Sequence[str]) -> tuple[str, ...]:
    fields: list[Any] = [ImportTable._meta.get_field(name) for name in names]
    return tuple(field.attname for field in fields)


def _values(row: ImportTable, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _columns(names))


def pair(batch: ImportBatch, places: Iterable[str]) -> None:
    """Find tables of the batch that claim the same place: the first keeps it, the others repeat it or contradict it."""
    wanted = sorted(set(places) - {""})
    if not wanted:
        return
    live = ImportTable.objects.filter(batch=batch, place__any_of=wanted, excluded=False)
    crowded = live.order_by().values("place").annotate(n=Count("id")).filter(n__gt=1).values_list("place", flat=True)
    groups: dict[str, list[ImportTable]] = defaultdict(list)
    names = ("id", "place", "alone", "outcome", "sha256", "number", "label", "twin_id", "reason", "file__name")
    chosen = live.filter(Q(place__any_of=list(crowded)) | Q(twin__isnull=False)).select_related("file").only(*names)
    for row in chosen.order_by("file_id", "number"):
        groups[row.place].append(row)
    changes = []
    for rows in groups.values():
        for row, outcome, first, reason in contest(rows):
            twin = first and first.pk
            if (outcome, twin, reason) != (row.outcome, row.twin_id, row.reason):
                changes.append((row.pk, outcome, twin, reason))
    update(ImportTable, ("outcome", "twin_id", "reason"), changes)


def contest(rows: Sequence[ImportTable]) -> Iterator[tuple[ImportTable, str, ImportTable | None, str]]:
    """Settle who keeps a place that all ``rows`` claim: each with its outcome, the one it repeats, and why."""
    keeper = next((row for row in rows if row.alone != Outcome.BLOCKED), rows[0])
    for row in rows:
        if row is keeper or row.alone == Outcome.BLOCKED:
            yield row, row.alone, None, "" if row.twin_id else row.reason
            continue
        what = f"与“{keeper.file.name}”第{keeper.number}张表是同一年度的同一项目"
        if row.sha256 == keeper.sha256:
            yield row, Outcome.TWICE, keeper, f"{what}，内容相同，只导入一张"
        else:
            yield row, Outcome.BLOCKED, keeper, f"{what}而内容不同，请排除其中一张或更正"
