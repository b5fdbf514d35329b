"""Review sheets and adjustment forms as documents: gathered from the database, drawn by ``layouts.reviewforms``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone

from projects.grids.docx_writer import write_docx
from projects.grids.grid import Block
from projects.grids.html_writer import write_html_page
from projects.grids.xlsx_writer import write_xlsx
from projects.layouts.marks import by_identity
from projects.layouts.reviewforms import Change, Head, SheetView, adjustment_form, changes_of, review_form
from projects.models import ReviewSheet, Revision, TargetTable, TransitionRecord
from projects.reviewlevels import IN_REVIEW
from projects.services import pdf
from projects.services.entry_store import load
from projects.services.exports import Content
from projects.services.reviewing.commentdata import moment
from projects.services.reviewing.versions import draft_of
from projects.workflow import action_name

if TYPE_CHECKING:
    from projects.models import User

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
MOST = 500


class NoSuchPaper(Exception):
    """There is no such sheet, or no such adjustment."""


def write(documents: Sequence[tuple[str, list[Block]]], suffix: str, out: BinaryIO, *, title: str) -> None:
    """Write named documents as one file: in Word, PDF and HTML one after the other, in Excel a sheet each.

    Raises :class:`projects.services.pdf.PdfRefused` where no PDF can be made.
    """
    if suffix == "xlsx":
        write_xlsx(list(documents), out, title=title)
        return
    blocks = [block for _name, listed in documents for block in listed]
    if suffix == "docx":
        write_docx(blocks, out, title=title)
    elif suffix == "pdf":
        out.write(pdf.make_pdf(lambda: blocks, title=title).data)
    else:
        out.write(write_html_page(blocks, title).encode())


def told(row: TargetTable) -> bool:
    """Whether the officer's side may know of the sheets: not while the review goes on."""
    return row.status not in IN_REVIEW


# Review sheets --------------------------------------------------------------------------------------------------


def sheet_documents(
    rows: Sequence[TargetTable], *, reviewer: bool, revision: int | None = None
) -> list[tuple[str, list[Block]]]:
    """Return the review sheets of tables, each of its latest judged revision (or of ``revision``). Two queries.

    Drafts are for reviewers alone; for others a sheet is there once the officer's side may know of the decision.
    ``rows`` come with department and year. Tables without a sheet are left out.
    """
    by_table = _sheets(rows, reviewer=reviewer, revision=revision)
    found: list[tuple[str, list[Block]]] = []
    for row in rows:
        own = by_table.get(row.pk)
        if own:
            blocks = review_form(_head(row, own[0]), [_view(sheet) for sheet in own], page_break=bool(found))
            found.append((row.label or "未命名", blocks))
    return found


def judged(rows: Sequence[TargetTable], *, reviewer: bool, revision: int | None = None) -> list[Content]:
    """Return, for the record of exports, the versions that :func:`sheet_documents` is about."""
    by_table = _sheets(rows, reviewer=reviewer, revision=revision)
    versions = [by_table[row.pk][0].revision for row in rows if row.pk in by_table]
    return [(version.table_id, version.number, version.sha256) for version in versions]


def revisions_with_sheet(row: TargetTable, *, reviewer: bool) -> list[int]:
    """Return the numbers of the versions whose review sheet this side may have, the latest first. At most one query."""
    if not reviewer and not told(row):
        return []
    sheets = ReviewSheet.objects.filter(table=row)
    if not reviewer:
        sheets = sheets.filter(frozen_at__isnull=False)
    return list(sheets.order_by("-revision__number").values_list("revision__number", flat=True).distinct())


def _sheets(rows: Sequence[TargetTable], *, reviewer: bool, revision: int | None) -> dict[int, list[ReviewSheet]]:
    wanted = ReviewSheet.objects.filter(table__in=list(rows)).select_related("revision")
    if revision is not None:
        wanted = wanted.filter(revision__number=revision)
    else:
        wanted = wanted.annotate(latest=Max("table__sheets__revision")).filter(Q(revision=F("latest")))
    if not reviewer:
        wanted = wanted.filter(frozen_at__isnull=False)
    by_table: dict[int, list[ReviewSheet]] = {}
    for sheet in wanted.order_by("id"):
        by_table.setdefault(sheet.table_id, []).append(sheet)
    return by_table


def _head(row: TargetTable, sheet: ReviewSheet) -> Head:
    return Head(row.label, row.department.name, row.fiscal_year.year, row.amount, str(sheet.revision))


def _view(sheet: ReviewSheet) -> SheetView:
    at = sheet.frozen_at or sheet.saved_at
    return SheetView(
        level=sheet.level,
        form=sheet.form,
        items=sheet.items,
        weights=sheet.weights,
        grade=sheet.grade,
        score="" if sheet.score is None else f"{sheet.score.normalize():f}",
        reason=sheet.reason if sheet.overall and sheet.overall != sheet.proposed else "",
        opinion=sheet.opinion,
        decision=action_name(sheet.decision) if sheet.decision else "（未定）",
        by=sheet.saved_by_name,
        at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    )


# Adjustments ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Adjusted:
    """The ``number``-th adjustment: what was in force before, what came of it (``None``: not approved yet)."""

    number: int
    record: TransitionRecord
    before: Revision
    after: Revision | None
    changes: list[Change]


def adjusted(row: TargetTable, number: int) -> Adjusted:
    """Compare the versions before and after an adjustment. Raises :class:`NoSuchPaper`."""
    if not 1 <= number <= row.adjustment:
        raise NoSuchPaper
    versions = list(
        Revision.objects.filter(table=row, cause=Revision.Cause.APPROVE, adjustment__in=(number - 1, number))
    )
    before = next((item for item in versions if item.adjustment == number - 1), None)
    after = next((item for item in reversed(versions) if item.adjustment == number), None)
    begun = TransitionRecord.objects.filter(table=row, action="adjust").order_by("-id")
    if after is not None:
        begun = begun.filter(at__lte=after.at)
    record = begun.first()
    if before is None or record is None:
        raise NoSuchPaper
    now = load(row).draft if after is None or not (before.uids and after.uids) else None
    new = draft_of(after, now=now) if after is not None else now
    if new is None:
        raise NoSuchPaper
    old = draft_of(before, now=now)
    return Adjusted(number, record, before, after, changes_of(by_identity(old, new), old, new))


def adjustment_document(row: TargetTable, found: Adjusted) -> list[Block]:
    head = Head(row.label, row.department.name, row.fiscal_year.year, row.amount)
    approved = ""
    if found.after is not None:
        approved = f"{found.after.actor_name} {timezone.localtime(found.after.at):%Y-%m-%d}"
    return adjustment_form(
        head,
        found.number,
        found.record.reason,
        found.changes,
        by=found.record.actor_name,
        at=f"{timezone.localtime(found.record.at):%Y-%m-%d}",
        approved=approved,
    )


def adjustment_data(*, user: User | Any, row: TargetTable, number: int) -> dict[str, Any]:
    """Return the page's data; see docs/review.md. Raises :class:`NoSuchPaper`."""
    found = adjusted(row, number)
    after = found.after
    return {
        "number": number,
        "reason": found.record.reason,
        "by": found.record.actor_name,
        "at": moment(found.record.at),
        "status": row.status,
        "before": {"revision": found.before.number, "at": moment(found.before.at)},
        "after": {"revision": after.number if after else None, "at": moment(after.at) if after else ""},
        "rows": [
            {
                "section": change.section,
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "runs_before": change.runs_before,
                "runs_after": change.runs_after,
                "kind": change.kind,
            }
            for change in found.changes
        ],
        "files": {suffix: reverse("adjustment-form", args=[row.pk, number, suffix]) for suffix in FORMATS},
    }
