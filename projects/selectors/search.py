"""Search for Chinese substrings of any length over names, codes, titles and indicators."""

from __future__ import annotations

from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from projects.models import TargetTable
from projects.searchtext import needed_grams, terms

# Up to so many candidates are handed to the list by id. Above, up to MANY, SQLite collects them itself; more match so
# often that reading in the list's own order fills a page soonest.
FEW = 2_000
MANY = 20_000

_POSTGRESQL = "SELECT table_id FROM projects_searchtext WHERE string_to_array(grams, ' ') @> %s::text[] LIMIT %s"
_POSTGRESQL_PLAN = (
    "EXPLAIN (FORMAT JSON) SELECT table_id FROM projects_searchtext WHERE string_to_array(grams, ' ') @> %s::text[]"
)
_SQLITE_ALL = "SELECT rowid FROM projects_searchindex WHERE projects_searchindex MATCH %s"
_SQLITE = "SELECT rowid FROM projects_searchindex WHERE projects_searchindex MATCH %s LIMIT %s"
_SQLITE_COUNT = (
    "SELECT count(*) FROM (SELECT rowid FROM projects_searchindex WHERE projects_searchindex MATCH %s LIMIT %s)"
)


def search_tables(queryset: QuerySet[TargetTable], text: str) -> QuerySet[TargetTable]:
    """Return the tables of ``queryset`` that contain every blank-separated word of ``text``.

    Case, width and blanks inside a word do not matter. One or two small queries ask the index how common the words
    are; the texts themselves always decide.
    """
    words = list(dict.fromkeys(terms(text)))
    for word in words:
        queryset = queryset.filter(search_text__text__contains=word)
    wanted = list(dict.fromkeys(gram for word in words for gram in needed_grams(word)))
    if not wanted:
        return queryset
    narrow = _on_postgresql if connections[queryset.db].vendor == "postgresql" else _on_sqlite
    return narrow(queryset, wanted)


def _on_postgresql(queryset: QuerySet[TargetTable], wanted: list[str]) -> QuerySet[TargetTable]:
    """PostgreSQL estimates well how common a gram is, but would read the whole table to stop at a limit."""
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(_POSTGRESQL_PLAN, [wanted])
        if cursor.fetchone()[0][0]["Plan"]["Plan Rows"] > FEW:
            return queryset
        cursor.execute(_POSTGRESQL, [wanted, FEW + 1])
        found = [row[0] for row in cursor.fetchall()]
    return queryset.filter(pk__any_of=found) if len(found) <= FEW else queryset


def _on_sqlite(queryset: QuerySet[TargetTable], wanted: list[str]) -> QuerySet[TargetTable]:
    # Grams are letters and digits alone, so quoting them is all that FTS5's query language needs.
    match = " AND ".join(f'"{gram}"' for gram in wanted)
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(_SQLITE, [match, FEW + 1])
        found = [row[0] for row in cursor.fetchall()]
        if len(found) <= FEW:
            return queryset.filter(pk__any_of=found)
        cursor.execute(_SQLITE_COUNT, [match, MANY + 1])
        count = cursor.fetchone()[0]
    # Constant SQL with one parameter.
    return queryset.filter(pk__in=RawSQL(_SQLITE_ALL, [match])) if count <= MANY else queryset  # noqa: S611
