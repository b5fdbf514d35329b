"""TargetTable ↔ database, in bulk, in a number of queries that does not grow with the tables.

``save_tables`` compares by content hash: what did not change is not touched. A changed table keeps its row, its rows
keep their ``uid`` where a person would say it is the same row, and its version rises by one. ``load_tables`` gives back
exactly what was stored, unreadable texts included.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from projects import filing
from projects.bulk import insert, next_ids
from projects.filing import Departments, Misfiled
from projects.mapping import BLOCKS, FUNDING_COLUMNS, HEAD_COLUMNS, Block, Columns, put_together, take_apart
from projects.models import Department, FiscalYear, Funding, SearchText
from projects.models import TargetTable as Stored
from projects.models.keys import natural_key
from projects.models.table import LABEL_LENGTH, LAYOUT_LENGTH
from projects.searchtext import grams, table_text
from projects.targettable import KINDS, TargetTable

NEW, UPDATED, UNCHANGED, REFUSED = "new", "updated", "unchanged", "refused"
# States in which an import may replace the content: what can be edited, and records of past years.
REPLACEABLE = (*Stored.EDITABLE, Stored.Status.HISTORY)
BATCH = 1000
# Serialises writers on PostgreSQL, as SQLite's write lock does: two imports must not both create a department.
LOCK = 4_207_849_484_052_021
# PostgreSQL takes new grams to the index in one sorted go, twice as fast as text by text, and a search after this
# finds nothing left to read through. Only an index's owner may do it; elsewhere autovacuum will.
FLUSH = """
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('projects_searchindex') AND pg_has_role(relowner, 'USAGE')
"""

_FIXED = ("fiscal_year_id", "department_id", "project_id", "kind", "layout", "label", "amount", "sha256", "title_key")
_ORIGIN = ("position", "source")
_BESIDE = ("extra", "unread", "exact")
_HEAD = (*_FIXED, *_ORIGIN, "version", "updated_at", *_BESIDE, *HEAD_COLUMNS)
_MODELS = tuple(dict.fromkeys(block.model for block in BLOCKS))


@dataclass(slots=True)
class Entry:
    """A table to be stored. ``department`` files it there, whatever the table itself states.

    ``status`` is the state in which a new one begins: a draft, or 历史 for the record of a past year.
    """

    table: TargetTable
    department: Department | None = None
    source: str = ""
    position: int = 0
    status: str = "draft"


@dataclass(slots=True)
class Saved:
    """What became of one entry; ``reason`` (Chinese) tells why it was refused. ``same_as`` is the index of the earlier
    entry that claimed the same place."""

    outcome: str
    pk: int | None = None
    reason: str = ""
    same_as: int | None = None


@dataclass(slots=True)
class Result:
    """``saved`` is in the order of the entries."""

    saved: list[Saved] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    years: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Job:
    index: int
    entry: Entry
    sha256: str
    department: Department
    project: int | None = None
    year: int = 0
    pk: int = 0
    version: int = 1
    columns: Columns | None = None
    uids: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def place(self) -> tuple[Any, ...]:
        """The natural key. A project's form without a project's name is known by its content only."""
        kind = self.entry.table.kind
        if self.project:
            return self.year, kind, self.project
        title = natural_key(self.entry.table.title)
        return (self.year, kind, self.department.pk, title) + ((self.sha256,) if kind == "project" else ())


def save_tables(entries: Iterable[Entry | TargetTable], *, using: str = "default") -> Result:
    """Store tables in one transaction; departments, years and projects they name are made when unknown.

    Refuses, entry by entry and without touching the rest: no year or department, a table whose state does not allow
    changes, and a second table for a place that an earlier entry of this call has taken with other content.
    """
    listed = [entry if isinstance(entry, Entry) else Entry(entry) for entry in entries]
    result = Result(saved=[Saved(REFUSED) for _ in listed])
    taken: dict[int, int] = {}
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for start in range(0, len(listed), BATCH):
            _save_batch(listed, range(start, min(start + BATCH, len(listed))), result, taken, using)
    return result


@dataclass(frozen=True, slots=True)
class Held:
    """What stands in the place of a table that is to be stored: ``key`` names the place, also of a new project."""

    key: str
    project: int | None = None
    pk: int | None = None
    sha256: str = ""
    status: str = ""
    version: int = 0


def look(entries: Sequence[Entry], *, using: str = "default") -> list[Held]:
    """Say where ``entries`` (each with year and department) would go and what stands there now. Writes nothing."""
    planned, _new, _changed = filing.plan_projects(
        [(entry.department.pk, entry.table) for entry in entries if entry.department], using=using
    )
    years = dict(FiscalYear.objects.using(using).values_list("year", "id"))
    jobs = []
    for index, (entry, project) in enumerate(zip(entries, planned, strict=True)):
        year = years.get(entry.table.fiscal_year or 0, 0)
        job = _Job(index, entry, entry.table.sha256(), entry.department, project=project and project.pk, year=year)
        jobs.append(job)
    existing = _existing(jobs, using, lock=False)
    found = []
    for job, project in zip(jobs, planned, strict=True):
        table = job.entry.table
        fresh = project is not None and not project.pk
        place = (job.department.pk, project.key) if fresh and project else job.place[2:]
        key = "|".join(map(str, (table.fiscal_year, table.kind, "+" if fresh else "", *place)))
        pk, sha256, status, version = (None, "", "", 0) if fresh else existing.get(job.place, (None, "", "", 0))
        found.append(Held(key, job.project, pk, sha256, status, version))
    return found


def replace_content(
    row: Stored, table: TargetTable, *, uids: Mapping[str, Sequence[str]] | None = None, using: str = "default"
) -> None:
    """Give the stored ``row`` other content, whatever its state, and raise its version: for ``projects.workflow``.

    The caller holds the row's lock. Year, department and place in its file stay; the project follows the content.
    ``uids``: identities that the rows shall have, by block; without them they are kept as in ``save_tables``.
    """
    entry = Entry(table, row.department, row.source, row.position)
    job = _Job(0, entry, table.sha256(), row.department, year=row.fiscal_year_id, pk=row.pk, version=row.version + 1)
    job.uids = uids or {}
    job.project = filing.projects([(row.department.pk, table)], using=using)[0]
    _write([], [job], using)


def load_tables(queryset: QuerySet[Stored]) -> list[TargetTable]:
    """Return the tables of ``queryset`` in its order: one query for the heads, one for each kind of row."""
    names = (
        "id",
        "layout",
        "kind",
        "fiscal_year__year",
        *_BESIDE,
        *(f"funding__{name}" for name in FUNDING_COLUMNS),
        *HEAD_COLUMNS,
    )
    heads = list(queryset.values_list(*names))
    ids = [head[0] for head in heads]
    rows = [_rows_by_table(block, ids, queryset.db) for block in BLOCKS] if ids else []
    first_money, first_head = 7, 7 + len(FUNDING_COLUMNS)
    return [
        put_together(
            layout=head[1],
            kind=head[2],
            year=head[3],
            extra=head[4],
            unread=head[5],
            exact=head[6],
            funding=head[first_money:first_head],
            head=head[first_head:],
            rows=[by_table.get(head[0], ()) for by_table in rows],
        )
        for head in heads
    ]


def row_uids(ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Return the identities of all rows of these tables by block, in order: one query for each kind of row."""
    found: dict[int, dict[str, list[str]]] = {pk: {block.key: [] for block in BLOCKS} for pk in ids}
    for block in BLOCKS:
        chosen = block.model.objects.filter(table__any_of=list(ids), **dict(block.fixed))
        for table, uid in chosen.order_by("table_id", "position").values_list("table_id", "uid"):
            found[table][block.key].append(uid.hex)
    return found


def _rows_by_table(block: Block, ids: list[int], using: str) -> dict[int, list[tuple[Any, ...]]]:
    manager = block.model.objects.using(using)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    chosen = manager.filter(table__any_of=ids, **dict(block.fixed)).order_by("table_id", "position")
    for row in chosen.values_list("table_id", *block.names):
        found[row[0]].append(row[1:])
    return found


def _save_batch(listed: list[Entry], indices: range, result: Result, taken: dict[int, int], using: str) -> None:
    jobs = _file(listed, indices, result, using)
    new, changed = _compare(jobs, result, taken, using)
    for job, pk in zip(new, next_ids(Stored, len(new), using=using), strict=True):
        job.pk = pk
        result.saved[job.index] = Saved(NEW, pk)
        taken[pk] = job.index
    _write(new, changed, using)


def _file(listed: list[Entry], indices: range, result: Result, using: str) -> list[_Job]:
    """Resolve years, departments and projects; refused entries get their reason and no job."""
    departments = Departments(using)
    departments.look_up(listed[index].table.department for index in indices if not listed[index].department)
    jobs = []
    for index in indices:
        entry = listed[index]
        try:
            year = _checked(entry.table)
            department = entry.department or departments.find_or_make(entry.table.department)
        except Misfiled as error:
            result.saved[index].reason = str(error)
            continue
        jobs.append(_Job(index, entry, entry.table.sha256(), department, year=year))
    departments.save()
    result.departments += departments.created
    ids, created = filing.years({job.year for job in jobs}, using=using)
    result.years += created
    found = filing.projects([(job.department.pk, job.entry.table) for job in jobs], using=using)
    for job, project in zip(jobs, found, strict=True):
        job.project, job.year = project, ids[job.year]
    return jobs


def _checked(table: TargetTable) -> int:
    if table.kind not in KINDS:
        raise Misfiled(f"不认识的表类型：{table.kind}")
    if len(table.layout) > LAYOUT_LENGTH:
        raise Misfiled(f"表式标识超过 {LAYOUT_LENGTH} 字")
    return filing.check_year(table.fiscal_year)


def _compare(jobs: list[_Job], result: Result, taken: dict[int, int], using: str) -> tuple[list[_Job], list[_Job]]:
    """Part the jobs into new and changed ones; settle the others in ``result``."""
    existing = _existing(jobs, using)
    planned: dict[tuple[Any, ...], _Job] = {}
    new, changed = [], []
    for job in jobs:
        saved = result.saved[job.index]
        earlier = planned.get(job.place)
        pk, sha256, status, version = existing.get(job.place, (None, "", "", 0))
        if earlier is not None or pk in taken:
            saved.same_as = earlier.index if earlier else taken[pk]
            same = (earlier.sha256 if earlier else sha256) == job.sha256
            saved.outcome = UNCHANGED if same else REFUSED
            saved.reason = "" if same else "同一年度、同一项目已有一张内容不同的表"
            continue
        planned[job.place] = job
        if pk is None:
            new.append(job)
            continue
        taken[pk] = job.index
        saved.pk = pk
        if sha256 == job.sha256:
            saved.outcome = UNCHANGED
        elif status not in REPLACEABLE:
            saved.reason = f"该表“{Stored.Status(status).label}”，内容不能由导入改变，请先退回或走调整流程"
        else:
            saved.outcome = UPDATED
            job.pk, job.version = pk, version + 1
            changed.append(job)
    return new, changed


def _existing(jobs: list[_Job], using: str, *, lock: bool = True) -> dict[tuple[Any, ...], tuple[int, str, str, int]]:
    """Return ``{place: (id, hash, status, version)}`` of the live tables in these places, locked until the end.

    Without ``lock`` they are only looked at.
    """
    loose = [job for job in jobs if not job.project]
    titles = sorted({natural_key(job.entry.table.title) for job in loose})
    stored = Stored.objects.using(using)
    rows = (
        (stored.select_for_update(of=("self",)) if lock else stored)
        .exclude(status__in=Stored.RETIRED)
        .filter(
            Q(project__any_of=sorted({job.project for job in jobs if job.project}))
            | Q(project=None, department__any_of=sorted({j.department.pk for j in loose}), title_key__any_of=titles),
            fiscal_year__any_of=sorted({job.year for job in jobs}),
        )
        .values_list(
            "id", "sha256", "status", "version", "fiscal_year_id", "kind", "project_id", "department_id", "title_key"
        )
    )
    found: dict[tuple[Any, ...], tuple[int, str, str, int]] = {}
    for pk, sha256, status, version, year, kind, project, department, title in rows.order_by("id"):
        place = (year, kind, project) if project else (year, kind, department, title)
        found[place + ((sha256,) if kind == "project" and not project else ())] = (pk, sha256, status, version)
    return found


def _write(new: list[_Job], changed: list[_Job], using: str) -> None:
    """Write heads, funding, search texts and rows, each in one statement."""
    jobs = [*new, *changed]
    now = timezone.now()
    for job in jobs:
        job.columns = take_apart(job.entry.table)
    uids = _kept_uids(changed, using) if changed else {}
    names = ("id", "created_at", "status", *_HEAD)
    heads = [(job.pk, now, job.entry.status, *_head(job, now)) for job in jobs]
    insert(Stored, names, heads, using=using, replace=_HEAD)
    money = [(job.pk, *job.columns.funding) for job in jobs if job.columns]
    insert(Funding, ("table_id", *FUNDING_COLUMNS), money, using=using, replace=FUNDING_COLUMNS)
    texts = [(job.pk, text, " ".join(grams(text))) for job, text in ((j, table_text(j.entry.table)) for j in jobs)]
    insert(SearchText, ("table_id", "text", "grams"), texts, using=using, replace=("text", "grams"))
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(FLUSH)
    if changed:
        for model in _MODELS:
            stale = model.objects.using(using).filter(table__any_of=[job.pk for job in changed])
            stale._raw_delete(using)
    for place, block in enumerate(BLOCKS):
        fixed = tuple(value for _, value in block.fixed)
        rows = [
            (job.pk, position, uids.get((block.key, job.pk, position)) or "", *fixed, *row)
            for job in jobs
            if job.columns
            for position, row in enumerate(job.columns.rows[place])
        ]
        block_names = ("table_id", "position", "uid", *(name for name, _ in block.fixed), *block.names)
        insert(block.model, block_names, _with_uids(rows), using=using)


def _head(job: _Job, now: Any) -> tuple[Any, ...]:
    table = job.entry.table
    columns = job.columns or take_apart(table)
    return (
        job.year,
        job.department.pk,
        job.project,
        table.kind,
        table.layout,
        " ".join(table.label().split())[:LABEL_LENGTH],
        columns.funding[0],
        job.sha256,
        "" if job.project else natural_key(table.title),
        job.entry.position,
        job.entry.source,
        job.version,
        now,
        columns.extra,
        columns.unread,
        columns.exact,
        *columns.head,
    )


def _with_uids(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give each row without one a fresh random identity (one call to the system for all)."""
    pool = os.urandom(16 * len(rows)).hex()
    return [row if row[2] else (row[0], row[1], pool[i * 32 : i * 32 + 32], *row[3:]) for i, row in enumerate(rows)]


def _kept_uids(changed: list[_Job], using: str) -> dict[tuple[str, int, int], str]:
    """Return the uids that rows of changed tables keep, by block, table and new position."""
    ids = [job.pk for job in changed]
    kept: dict[tuple[str, int, int], str] = {}
    for place, block in enumerate(BLOCKS):
        old: dict[int, list[tuple[str, tuple[Any, ...]]]] = defaultdict(list)
        manager = block.model.objects.using(using).filter(table__any_of=ids, **dict(block.fixed))
        for table, uid, *row in manager.order_by("position").values_list("table_id", "uid", *block.names):
            old[table].append((uid.hex, tuple(row)))
        identity = [block.names.index(name) for name in block.identity]
        for job in changed:
            rows = job.columns.rows[place] if job.columns else []
            given = job.uids.get(block.key, ())
            if given and len(given) == len(rows):
                kept |= {(block.key, job.pk, position): uid for position, uid in enumerate(given)}
                continue
            for position, uid in match_rows(old[job.pk], rows, identity).items():
                kept[block.key, job.pk, position] = uid
    return kept


def match_rows(
    old: Sequence[tuple[str, tuple[Any, ...]]], new: Sequence[tuple[Any, ...]], identity: Sequence[int]
) -> dict[int, str]:
    """Return ``{new position: uid}``: equal rows first, then rows of the same identity, then those left in place.

    Each uid is given once. The third step holds only where both lists are equally long: there a row whose very
    name was corrected is still the same row; after an insertion the position proves nothing.
    """
    found: dict[int, str] = {}
    free = dict(enumerate(old))

    def claim(sign: Any) -> None:
        waiting = defaultdict(list)
        for index, (_, row) in free.items():
            waiting[sign(row)].append(index)
        for position, row in enumerate(new):
            if position not in found and waiting.get(sign(row)):
                found[position] = free.pop(waiting[sign(row)].pop(0))[0]

    claim(lambda row: row)
    claim(lambda row: tuple(row[index] for index in identity))
    if len(old) == len(new):
        for index in list(free):
            if index not in found:
                found[index] = free.pop(index)[0]
    return found
