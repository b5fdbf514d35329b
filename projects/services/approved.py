"""The indicators of approved tables, filed apart for suggestions and for the figures of the library."""

from __future__ import annotations

from django.db import transaction

from projects import bulk
from projects.models import ApprovedIndicator, ApprovedText
from projects.models import TargetTable as Stored
from projects.models.keys import natural_key
from projects.searchtext import grams, mark, normalise
from projects.services import revisions
from projects.targettable import Indicator, TargetTable

BATCH = 200
NOT_APPLICABLE = "不适用"
_COLUMNS = (
    "table",
    "department",
    "category",
    "name",
    "name_key",
    "text",
    "value",
    "unit",
    "basis",
    "standard",
    "description",
)


def file_approved(row: Stored, content: TargetTable) -> None:
    """Replace what is filed of a table by the indicators of the revision just approved."""
    file_many([(row, content)])


@transaction.atomic
def file_many(pairs: list[tuple[Stored, TargetTable]]) -> None:
    """File several tables at once; the number of statements does not grow with them."""
    ApprovedIndicator.objects.filter(table__any_of=[row.pk for row, _content in pairs]).delete()
    listed = [(row, indicator) for row, content in pairs for indicator in _worth_filing(content)]
    ids = bulk.next_ids(ApprovedIndicator, len(listed))
    rows, texts = [], []
    for pk, (row, one) in zip(ids, listed, strict=True):
        text = normalise(one.name)
        rows.append(
            (
                pk,
                row.pk,
                row.department_id,
                one.category,
                one.name,
                natural_key(one.name),
                text,
                one.value,
                one.unit,
                one.basis,
                one.standard,
                one.description,
            )
        )
        marks = [mark("cat", one.category), mark("dep", row.department_id)]
        texts.append((pk, " ".join([*grams(text), *marks])))
    bulk.insert(ApprovedIndicator, ["id", *_COLUMNS], rows)
    bulk.insert(ApprovedText, ["indicator", "grams"], texts)


def refile() -> int:
    """File all approved tables anew, from their approved revisions; return how many. For a database from before."""
    done = 0
    rows = Stored.objects.exclude(approved_revision=None).select_related("approved_revision").order_by("id")
    batch: list[tuple[Stored, TargetTable]] = []
    for row in rows.iterator(chunk_size=BATCH):
        if row.approved_revision is not None:
            batch.append((row, revisions.content_of(row.approved_revision)))
            done += 1
        if len(batch) == BATCH:
            file_many(batch)
            batch = []
    file_many(batch)
    return done


def _worth_filing(content: TargetTable) -> list[Indicator]:
    """Rows with a name; those that say 不适用 suggest nothing to anybody."""
    rows = [*content.indicators, *content.period_indicators]
    return [row for row in rows if normalise(row.name) not in ("", NOT_APPLICABLE)]
