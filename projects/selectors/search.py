"""Search for Chinese substrings of any length over names, codes, titles and indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from perfgoals.gramindex import GramIndex
from projects.models import TargetTable
from projects.searchtext import needed_grams, terms

TABLES = GramIndex("projects_searchtext", "table_id", "projects_searchindex", "string_to_array(grams, ' ')")
LIBRARY = GramIndex("indicators_librarytext", "indicator_id", "indicators_libraryindex")
APPROVED = GramIndex("projects_approvedtext", "indicator_id", "projects_approvedindex")

# Up to so many candidates are handed to the list by id. Above, up to MANY, SQLite collects them itself; more match so
# often that reading in the list's own order fills a page soonest.
FEW = 2_000
MANY = 20_000

_POSTGRESQL = "SELECT {key} FROM {table} WHERE {array} @> %s::text[]{any} LIMIT %s"
_POSTGRESQL_PLAN = "EXPLAIN (FORMAT JSON) SELECT {key} FROM {table} WHERE {array} @> %s::text[]{any}"
_POSTGRESQL_ANY = " AND {array} && %s::text[]"
_POSTGRESQL_LATEST = "SELECT {key} FROM {table} WHERE {where} ORDER BY {key} DESC LIMIT %s"
_SQLITE_LATEST = "SELECT rowid FROM {index} WHERE {index} MATCH %s ORDER BY rowid DESC LIMIT %s"
_SQLITE_ALL = "SELECT rowid FROM {index} WHERE {index} MATCH %s"
_SQLITE = "SELECT rowid FROM {index} WHERE {index} MATCH %s LIMIT %s"
_SQLITE_COUNT = "SELECT count(*) FROM (SELECT rowid FROM {index} WHERE {index} MATCH %s LIMIT %s)"

Row = TypeVar("Row", bound=Model)


def search_tables(queryset: QuerySet[TargetTable], text: str) -> QuerySet[TargetTable]:
    """Return the tables of ``queryset`` that contain every blank-separated word of ``text``.

    Case, width and blanks inside a word do not matter. One or two small queries ask the index how common the words
    are; the texts themselves always decide.
    """
    return containing(queryset, text, index=TABLES, field="search_text__text")


def containing(
    queryset: QuerySet[Row],
    text: str,
    *,
    index: GramIndex,
    field: str,
    marks: Sequence[str] = (),
    any_marks: Sequence[str] = (),
    latest: int = 0,
) -> QuerySet[Row]:
    """Narrow ``queryset`` to the rows whose normalised ``field`` contains every word of ``text``.

    ``marks`` are words of the index beside the grams that all rows sought carry, ``any_marks`` such of which they carry
    one. Both only make the search faster: the caller's own conditions have to say the same. With ``latest``, only so
    many rows that the index names are looked at, those with the highest keys: one query more, whatever is searched.
    """
    words = list(dict.fromkeys(terms(text)))
    for word in words:
        queryset = queryset.filter(**{f"{field}__contains": word})
    wanted = list(dict.fromkeys(gram for word in words for gram in needed_grams(word)))
    if latest and not wanted and not marks and not any_marks:
        return queryset.filter(pk__any_of=list(queryset.order_by("-pk").values_list("pk", flat=True)[:latest]))
    if not wanted and not marks and not latest:
        return queryset
    if latest:
        return _latest(queryset, index, [*wanted, *marks], list(any_marks), latest)
    narrow = _on_postgresql if connections[queryset.db].vendor == "postgresql" else _on_sqlite
    return narrow(queryset, index, [*wanted, *marks], list(any_marks))


def _latest(
    queryset: QuerySet[Row], index: GramIndex, wanted: list[str], some: list[str], number: int
) -> QuerySet[Row]:
    connection = connections[queryset.db]
    if connection.vendor == "postgresql":
        # Containing nothing at all is true of every row, but would have the whole index read.
        conditions = [("{array} @> %s::text[]", wanted), ("{array} && %s::text[]", some)]
        asked = [(sql, words) for sql, words in conditions if words]
        statement = index.sql(_POSTGRESQL_LATEST.replace("{where}", " AND ".join(sql for sql, _words in asked)))
        values: list[Any] = [*(words for _sql, words in asked), number]
    else:
        statement, values = index.sql(_SQLITE_LATEST), [_match(wanted, some), number]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return queryset.filter(pk__any_of=[row[0] for row in cursor.fetchall()])


def _match(wanted: list[str], some: list[str]) -> str:
    """Grams and marks are letters and digits alone, so quoting them is all that FTS5's query language needs."""
    parts = [f'"{gram}"' for gram in wanted]
    if some:
        parts.append("(" + " OR ".join(f'"{mark}"' for mark in some) + ")")
    return " AND ".join(parts)


def _on_postgresql(queryset: QuerySet[Row], index: GramIndex, wanted: list[str], some: list[str]) -> QuerySet[Row]:
    """PostgreSQL estimates well how common a gram is, but would read the whole table to stop at a limit."""
    plan, fetch = (
        index.sql(statement.replace("{any}", _POSTGRESQL_ANY if some else ""))
        for statement in (_POSTGRESQL_PLAN, _POSTGRESQL)
    )
    values: list[Any] = [wanted, some] if some else [wanted]
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(plan, values)
        if cursor.fetchone()[0][0]["Plan"]["Plan Rows"] > FEW:
            return queryset
        cursor.execute(fetch, [*values, FEW + 1])
        found = [row[0] for row in cursor.fetchall()]
    return queryset.filter(pk__any_of=found) if len(found) <= FEW else queryset


def _on_sqlite(queryset: QuerySet[Row], index: GramIndex, wanted: list[str], some: list[str]) -> QuerySet[Row]:
    match = _match(wanted, some)
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(index.sql(_SQLITE), [match, FEW + 1])
        found = [row[0] for row in cursor.fetchall()]
        if len(found) <= FEW:
            return queryset.filter(pk__any_of=found)
        cursor.execute(index.sql(_SQLITE_COUNT), [match, MANY + 1])
        count = cursor.fetchone()[0]
    # Constant SQL with one parameter.
    return queryset.filter(pk__in=RawSQL(index.sql(_SQLITE_ALL), [match])) if count <= MANY else queryset  # noqa: S611
