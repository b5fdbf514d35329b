"""What is known of a submission, kept as figures so that the queue can filter and sort by them in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from projects.diff import diff
from projects.findings import BLOCK, INFO, WARN, Finding
from projects.models import Revision, Submission, TargetTable
from projects.reviewlevels import IN_REVIEW
from projects.selectors.tables import previous_tables
from projects.services import revisions
from projects.services.reviewing.findings import findings_of
from projects.store import load_tables
from projects.targettable import TargetTable as Content

if TYPE_CHECKING:
    from collections.abc import Callable


def last_years(table: TargetTable) -> TargetTable | None:
    """Return last year's table: the one this was copied from, else the same project's of the latest earlier year."""
    if table.predecessor_id:
        chosen = TargetTable.objects.select_related("fiscal_year", "department", "approved_revision")
        return chosen.get(pk=table.predecessor_id)
    found = previous_tables([table]).get(table.pk)
    if found is None:
        return None
    return TargetTable.objects.select_related("fiscal_year", "department", "approved_revision").get(pk=found.pk)


def content_of_year(earlier: TargetTable) -> Content:
    """Return what last year's table says: its approved version where it has one."""
    if earlier.approved_revision is not None:
        return revisions.content_of(earlier.approved_revision)
    return load_tables(TargetTable.objects.filter(pk=earlier.pk))[0]


def amount_of(content: Content) -> Decimal | None:
    total = content.funding.total
    return total if isinstance(total, Decimal) else None


def write(
    table: TargetTable, revision: Revision, content: Content, findings: Sequence[Finding] | None = None
) -> Submission:
    """Write down the figures of the submission ``revision``, over those of the one before."""
    findings = findings_of(content) if findings is None else findings
    levels = {level: sum(item.level == level for item in findings) for level in (BLOCK, WARN, INFO)}
    earlier = last_years(table)
    if earlier is not None and earlier.department_id != table.department_id:
        earlier = None  # whoever sees the figures need not be allowed to see another department's table
    then = content_of_year(earlier) if earlier else None
    before = revision_before(revision)
    rounds = Revision.objects.filter(
        table=table, cause=Revision.Cause.SUBMIT, adjustment=revision.adjustment, number__lte=revision.number
    )
    values = {
        "revision": revision,
        "round": rounds.count(),
        "blocks": levels[BLOCK],
        "warns": levels[WARN],
        "infos": levels[INFO],
        "codes": dict(Counter(item.code for item in findings if item.level != INFO)),
        "changed_year": differs(then, content) if then is not None else None,
        "changed_round": diff(revisions.content_of(before), content).count if before else None,
        "amount_year": amount_of(then) if then is not None else None,
    }
    found, _made = Submission.objects.update_or_create(table=table, defaults=values)
    return found


def revision_before(revision: Revision) -> Revision | None:
    """Return the version a reviewer last judged before ``revision``: the submission before it, or what is in force."""
    return Revision.objects.filter(table=revision.table_id, number__lt=revision.number).order_by("-number").first()


def differs(then: Content, now: Content) -> int:
    """Count what differs between two years; the year itself and the title that names it do not count."""
    found = diff(then, now)
    return found.count - sum(cell.path in ("fiscal_year", "title") for cell in found.cells)


def missing() -> Iterable[TargetTable]:
    """Tables under review whose figures were never written (submitted before this was kept)."""
    found = TargetTable.objects.filter(status__in=IN_REVIEW, submission=None)
    return found.select_related("department", "fiscal_year").order_by("id")


def write_missing(*, progress: Callable[[], None] | None = None) -> int:
    """Write the figures that are missing; return for how many tables."""
    number = 0
    for table in missing():
        latest = Revision.objects.filter(table=table, cause=Revision.Cause.SUBMIT).order_by("-number").first()
        if latest is None:
            continue
        write(table, latest, revisions.content_of(latest))
        number += 1
        if progress:
            progress()
    return number
