"""Search for Chinese substrings of any length over names, codes, titles and indicators."""

from __future__ import annotations

from django.db import connections
from django.db.models import QuerySet

from projects.models import TargetTable
from projects.searchtext import needed_grams, terms

# Up to this many candidates the index names them; above, so many rows match that reading in list order finds a page sooner.
FEW = 2000


def search_tables(queryset: QuerySet[TargetTable], text: str) -> QuerySet[TargetTable]:
    """Return the tables of ``queryset`` that contain every blank-separated word of ``text``.

    Case, width and blanks inside a word do not matter. One small query asks the index how common the words are; the
    texts themselves always decide.
    """
    words = list(dict.fromkeys(terms(text)))
    if not words:
        return queryset
    for word in words:
        queryset = queryset.filter(search_text__text__contains=word)
    wanted = list(dict.fromkeys(gram for word in words for gram in needed_grams(word)))
    if not wanted:
        return queryset
    candidates = _candidates(wanted, queryset.db)
    if candidates is None:
        return queryset
    return queryset.filter(pk__any_of=candidates)


def _candidates(wanted: list[str], using: str) -> list[int] | None:
    """Return the ids of all tables that have these grams, None when they are many."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT table_id FROM projects_searchtext WHERE string_to_array(grams, ' ') @> %s::text[] LIMIT %s",
                [wanted, FEW + 1],
            )
        else:
            match = " AND ".join('"' + gram + '"' for gram in wanted)
            cursor.execute(
                "SELECT rowid FROM projects_searchindex WHERE projects_searchindex MATCH %s LIMIT %s",
                [match, FEW + 1],
            )
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= FEW else None
