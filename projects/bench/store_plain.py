"""The ordinary way in and out of the database: ``save()`` for every row in one transaction, and table by table back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from projects.mapping import BLOCKS, FUNDING_COLUMNS, HEAD_COLUMNS, put_together, take_apart
from projects.models import Department, FiscalYear, Funding, Project, SearchText
from projects.models import TargetTable as Stored
from projects.searchtext import grams, table_text
from projects.targettable import TargetTable

_RELATED = tuple(dict.fromkeys(f"{block.model._meta.model_name}s" for block in BLOCKS))


def save(tables: Iterable[TargetTable]) -> int:
    """Store new tables row by row, the same columns as :mod:`projects.store`; nothing is looked up. Return how many."""
    years: dict[int | None, FiscalYear] = {}
    departments: dict[str, Department] = {}
    count = 0
    with transaction.atomic():
        for table in tables:
            if table.fiscal_year not in years:
                years[table.fiscal_year] = FiscalYear.objects.create(year=table.fiscal_year)
            place = table.department
            if place.code not in departments:
                departments[place.code] = Department.objects.create(code=place.code, name=place.name)
            department = departments[place.code]
            project = Project(department=department, code=table.project.code, name=table.project.name)
            project.save()
            columns = take_apart(table)
            stored = Stored(
                fiscal_year=years[table.fiscal_year],
                department=department,
                project=project,
                kind=table.kind,
                layout=table.layout,
                label=table.label(),
                amount=columns.funding[0],
                sha256=table.sha256(),
                extra=columns.extra,
                unread=columns.unread,
                exact=columns.exact,
                **dict(zip(HEAD_COLUMNS, columns.head, strict=True)),
            )
            stored.save()
            Funding(table=stored, **dict(zip(FUNDING_COLUMNS, columns.funding, strict=True))).save()
            text = table_text(table)
            SearchText(table=stored, text=text, grams=" ".join(grams(text))).save()
            count += 4
            for block, rows in zip(BLOCKS, columns.rows, strict=True):
                for position, row in enumerate(rows):
                    values = dict(zip(block.names, row, strict=True)) | dict(block.fixed)
                    block.model(table=stored, position=position, **values).save()
                count += len(rows)
    return count


def load(queryset: QuerySet[Stored]) -> list[TargetTable]:
    """Load table by table: its head with year and funding, then each kind of row."""
    ids = queryset.values_list("id", flat=True)
    return [_table(Stored.objects.select_related("fiscal_year", "funding").get(pk=pk)) for pk in ids]


def load_prefetched(queryset: QuerySet[Stored]) -> list[TargetTable]:
    """Load with ``prefetch_related``: what a careful author would write."""
    found = queryset.select_related("fiscal_year", "funding").prefetch_related(*_RELATED)
    return [_table(stored, prefetched=True) for stored in found]


def _table(stored: Stored, *, prefetched: bool = False) -> TargetTable:
    rows: list[list[Sequence[object]]] = []
    for block in BLOCKS:
        fixed = dict(block.fixed)
        if prefetched:
            listed = getattr(stored, f"{block.model._meta.model_name}s").all()
            chosen = [row for row in listed if all(getattr(row, name) == value for name, value in fixed.items())]
        else:
            chosen = list(block.model.objects.filter(table=stored, **fixed).order_by("position"))
        rows.append([block.get(row) for row in chosen])
    return put_together(
        layout=stored.layout,
        kind=stored.kind,
        year=stored.fiscal_year.year,
        head=[getattr(stored, name) for name in HEAD_COLUMNS],
        funding=[getattr(stored.funding, name) for name in FUNDING_COLUMNS],
        rows=rows,
        extra=stored.extra,
        unread=stored.unread,
        exact=stored.exact,
    )
