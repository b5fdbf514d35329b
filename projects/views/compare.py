"""Any two versions of a table side by side, or this year against an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.diff import diff
from projects.models import Revision
from projects.models import TargetTable as Stored
from projects.selectors.tables import previous_table, visible_to
from projects.services import revisions
from projects.targettable import TargetTable
from projects.views.table import content_of, stored_table

NOW = "now"


@dataclass(frozen=True, slots=True)
class Side:
    """One version that can be compared: ``now``, ``r3`` for a revision, ``t45`` for another year's table."""

    key: str
    label: str


def sides_of(row: Stored, found: Sequence[Revision]) -> list[Side]:
    """The versions of one table, the present one first."""
    now = Side(NOW, _("现在的内容（%(state)s）") % {"state": row.get_status_display()})
    return [now, *(Side(f"r{item.number}", _name(item)) for item in found)]


def _name(revision: Revision) -> str:
    number = f"（第{revision.adjustment}次调整）" if revision.adjustment else ""
    return f"{revision} · {revision.get_cause_display()}{number}"


def earlier_table(request: HttpRequest, row: Stored) -> Stored | None:
    """Return last year's table: the one this was copied from, else the same project's of the latest earlier year."""
    visible = visible_to(request.user).select_related("fiscal_year", "department", "approved_revision")
    found = row.predecessor_id or getattr(previous_table(row), "pk", None)
    return visible.filter(pk=found).first() if found else None


@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """``?from=…&to=…``: without them, the present content against what a reader is likely to have seen before."""
    row = stored_table(request, pk)
    found = list(row.revisions.defer("content").order_by("-number"))
    earlier = earlier_table(request, row)
    sides = sides_of(row, found)
    if earlier is not None:
        sides.append(Side(f"t{earlier.pk}", _earlier_name(earlier)))
    known = {side.key: side for side in sides}
    start = request.GET.get("from") or _usual_start(row, found, earlier)
    end = request.GET.get("to") or NOW
    if (start and start not in known) or end not in known:
        raise Http404(_("没有这个版本"))
    context = {
        "row": row,
        "name": row.label or _("（未命名）"),
        "sides": sides,
        "start": known.get(start),
        "end": known[end],
        "difference": diff(_content(row, earlier, start), _content(row, earlier, end)) if start else None,
        "frame_year": row.fiscal_year.year,
    }
    return render(request, "projects/diff.html", context)


def _usual_start(row: Stored, found: Sequence[Revision], earlier: Stored | None) -> str:
    """Return the side to compare the present content with: what is in force while it is being adjusted, what was
    submitted before while it is open or under review, last year's for a table that has no earlier version."""
    states = Stored.Status
    if row.approved_revision_id is not None and row.status != states.APPROVED:
        return next(f"r{item.number}" for item in found if item.pk == row.approved_revision_id)
    before = list(found)
    last = 0 if row.status in (*Stored.EDITABLE, *Stored.RETIRED) else 1  # the latest version is the present content
    if row.status == states.APPROVED:
        # The approved version repeats the one that was submitted for it.
        before = [item for item in found if item.adjustment < row.adjustment and item.cause == Revision.Cause.APPROVE]
        last = 0
    if len(before) > last:
        return f"r{before[last].number}"
    return f"t{earlier.pk}" if earlier is not None else f"r{found[-1].number}" if found else ""


def _earlier_name(earlier: Stored) -> str:
    which = _("批复版本") if earlier.approved_revision_id else earlier.get_status_display()
    return f"{earlier.fiscal_year}（{which}）"


def _content(row: Stored, earlier: Stored | None, key: str) -> TargetTable:
    """Return what a side says. Last year's table speaks by its approved version where it has one."""
    if key == NOW:
        return content_of(row)
    if key.startswith("t"):
        if earlier is None:
            raise Http404(_("没有这个版本"))
        return _verified(earlier.approved_revision) if earlier.approved_revision else content_of(earlier)
    return _verified(row.revisions.get(number=int(key[1:])))


def _verified(revision: Revision) -> TargetTable:
    if fault := revisions.fault(revision):
        raise Http404(f"{revision}{fault}")
    return revisions.content_of(revision)
