"""What a search compares: normalised text and its grams. Pure.

Chinese has no blanks between words, so the index holds every run of one and of two letters or digits. A
query's grams are a subset of the grams of every text that contains it; the text itself is compared afterwards.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from projects.targettable import TargetTable

LONGEST_QUERY = 100


def normalise(text: str) -> str:
    """Return ``text`` without blanks, in half-width lower case: how it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).replace("\0", "")


def grams(text: str) -> list[str]:
    """Return the distinct one- and two-character runs of letters and digits, in order of appearance."""
    found = dict.fromkeys(char for char in text if char.isalnum())
    found.update(dict.fromkeys(a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()))
    return list(found)


def terms(query: str) -> list[str]:
    """Split what a person typed at blanks; every term has to be found. Overlong queries are cut."""
    words = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).split()
    return [term for word in words if (term := normalise(word))]


def needed_grams(term: str) -> list[str]:
    """Return the grams a text must have to contain ``term``: its pairs, single characters where no pair covers them."""
    found = grams(term)
    paired = {char for gram in found if len(gram) == 2 for char in gram}
    return [gram for gram in found if len(gram) == 2 or gram not in paired]


def mark(kind: str, value: object = "") -> str:
    """Return a word of the index that is no gram: ``kind`` (three letters or more) with the letters of ``value``."""
    return kind + "".join(char for char in str(value).lower() if char.isascii() and char.isalnum())


def table_text(table: TargetTable) -> str:
    """Return the searchable text of a table: names, codes, titles, and its indicators with their values."""
    parts = [
        table.project.code,
        table.project.name,
        table.project.parent,
        table.title,
        table.department.code,
        table.department.name,
    ]
    for row in (*table.indicators, *table.period_indicators):
        parts += (row.name, row.value)
    parts += [item.name for item in table.items]
    return "\n".join(dict.fromkeys(filter(None, map(normalise, parts))))
