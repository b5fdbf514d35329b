"""Findings kept beside the tables, so that lists can count and filter them. Written in the caller's transaction.

What rows and tables show is renewed with each change of the content; what comparison shows is renewed for the table
that changes, and for its whole department and year by imports and by ``check_tables --store``: two people who save
two tables of one department never write each other's rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from projects import bulk
from projects.findings import Finding
from projects.layouts import layout_of
from projects.layouts.editing import Draft
from projects.models import StoredFinding, TableBrief
from projects.models import TargetTable as Stored
from projects.models.rules import PATH_LENGTH
from projects.rules import Setup, check_case, compare
from projects.rules.brief import Brief, brief_of
from projects.rules.case import Case
from projects.selectors.findings import setups
from projects.store import load_tables, row_uids
from projects.targettable import TargetTable

BATCH = 500
MOST_COMPARED = 300
"""Tables of a department around one year up to which every save compares; beyond, imports and check_tables do."""
_FIELDS = ("table_id", "code", "level", "path", "text", "compared")
Key = tuple[str, str, str, str]


def refresh(ids: Iterable[int], *, using: str = "default") -> None:
    """Check these tables anew and compare their departments. A constant number of queries per batch."""
    listed = sorted(set(ids))
    touched: set[tuple[int, int]] = set()
    for start in range(0, len(listed), BATCH):
        touched |= check(listed[start : start + BATCH], using=using)
    if touched:
        _compare(touched, using=using)


def compare_all(places: Iterable[tuple[int, int]]) -> None:
    """Compare the tables of these departments and years, one after another: memory does not grow with the places."""
    for place in sorted(set(places)):
        _compare({place})


def refresh_one(pk: int) -> None:
    """Check one table anew, and compare it, leaving its neighbours' findings alone."""
    for department, year in check([pk]):
        _compare({(department, year)}, only={pk})


def check(ids: Sequence[int], *, using: str = "default") -> set[tuple[int, int]]:
    """Store what rows and tables show, of one batch; return the departments and years touched, to be compared."""
    chosen = Stored.objects.using(using).filter(pk__any_of=list(ids)).order_by("pk")
    heads = list(chosen.values_list("pk", "fiscal_year_id", "fiscal_year__year", "department_id"))
    tables = load_tables(chosen)
    uids = row_uids([head[0] for head in heads])
    setup = setups({head[1] for head in heads}, using=using)
    wanted: dict[int, list[Key]] = {}
    briefs = []
    for (pk, year_id, _year, _department), table in zip(heads, tables, strict=True):
        case = Case(table, layout_of(table), setup[year_id])
        wanted[pk] = keys(check_case(case), Draft(table, case.layout, uids[pk]))
        briefs.append((pk, brief_of(case, pk).dump()))
    _write(wanted, compared=False, using=using)
    bulk.insert(TableBrief, ("table_id", "data"), briefs, using=using, replace=("data",))
    return {(department, year) for _pk, _id, year, department in heads}


def keep(row: Stored, draft: Draft, findings: Sequence[Finding], setup: Setup) -> set[str]:
    """Store what a save has found of ``row``, which the service of filling in has checked already.

    Returns the places whose findings are other than before, wherever on the form they stand.
    """
    changed = _write({row.pk: keys(findings, draft)}, compared=False)
    data = brief_of(Case(draft.table, draft.layout, setup), row.pk).dump()
    known = TableBrief.objects.filter(pk=row.pk).values_list("data", flat=True).first()
    if data == known:
        return changed
    bulk.insert(TableBrief, ("table_id", "data"), [(row.pk, data)], replace=("data",))
    return changed | _compare({(row.department_id, row.fiscal_year.year)}, only={row.pk}, most=MOST_COMPARED)


def keys(findings: Iterable[Finding], draft: Draft) -> list[Key]:
    """Return findings as they are stored: rule, level, place by the row's identity, text."""
    return [(item.code, item.level, draft.entry_path(item.field)[:PATH_LENGTH], item.text) for item in findings]


def _write(wanted: Mapping[int, Iterable[Key]], *, compared: bool, using: str = "default") -> set[str]:
    """Make the stored findings of these tables equal to ``wanted``; what is there already is not touched.

    Returns the places of what came or went.
    """
    left = {table: Counter(listed) for table, listed in wanted.items()}
    manager = StoredFinding.objects.using(using)
    stored = manager.filter(table__any_of=sorted(wanted), compared=compared).order_by()
    gone, changed = [], set()
    for pk, table, *key in stored.values_list("id", "table_id", "code", "level", "path", "text"):
        counted = left[table]
        if counted[tuple(key)] > 0:  # type: ignore[index]
            counted[tuple(key)] -= 1  # type: ignore[index]
        else:
            gone.append(pk)
            changed.add(key[2])
    if gone:
        manager.filter(pk__any_of=gone)._raw_delete(using)
    rows = [(table, *key, compared) for table, counted in left.items() for key in counted.elements()]
    bulk.insert(StoredFinding, _FIELDS, rows, using=using)
    return changed | {row[3] for row in rows}


def _compare(
    places: set[tuple[int, int]],
    *,
    only: Collection[int] | None = None,
    most: int | None = None,
    using: str = "default",
) -> set[str]:
    """Compare the tables of these departments and years with each other and with the year before."""
    around = Q()
    for department, years in _years(places).items():
        around |= Q(table__department=department, table__fiscal_year__year__in=sorted(years))
    chosen = TableBrief.objects.using(using).filter(around).exclude(table__status__in=Stored.RETIRED).order_by("pk")
    names = ("pk", "table__department_id", "table__fiscal_year__year", "table__fiscal_year_id", "data")
    found = list(chosen.values_list(*names)[: most + 1 if most else None])
    if most and len(found) > most:
        return set()
    briefs, targets, year_ids = [], set(), {}
    for pk, department, year, year_id, data in found:
        brief = Brief.load(pk, data)
        brief.department, brief.year = str(department), year
        briefs.append(brief)
        year_ids[year] = year_id
        if (department, year) in places and (only is None or pk in only):
            targets.add(pk)
    setup = setups(year_ids.values(), using=using)
    findings: dict[int, list[Finding]] = {pk: [] for pk in targets}
    for pk, finding in compare(briefs, lambda year: setup[year_ids[year or 0]]):
        if pk in findings:
            findings[pk].append(finding)
    return _write(_placed(findings), compared=True, using=using)


def _years(places: set[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for department, year in places:
        found[department] |= {year - 1, year}
    return found


def _placed(findings: Mapping[int, Sequence[Finding]]) -> dict[int, list[Key]]:
    """Name rows by their identity; only tables with findings in rows are asked for theirs."""
    rows = [pk for pk, listed in findings.items() if any(item.field.count(".") > 1 for item in listed)]
    uids: dict[int, Any] = row_uids(rows) if rows else {}
    empty = TargetTable()
    return {pk: keys(listed, Draft(empty, layout_of(empty), uids.get(pk, {}))) for pk, listed in findings.items()}


def refresh_all(queryset: Any) -> None:
    """Check all tables of ``queryset`` anew, batch by batch, each in a transaction of its own."""
    ids = list(queryset.order_by("department_id", "fiscal_year_id", "pk").values_list("pk", flat=True))
    touched: set[tuple[int, int]] = set()
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            touched |= check(ids[start : start + BATCH])
    for place in sorted(touched):
        with transaction.atomic():
            _compare({place})
