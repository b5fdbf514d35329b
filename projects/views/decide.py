"""Decisions on one table: the buttons of its page lead here, and a refusal is explained here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from projects import workflow
from projects.diff import Difference, diff
from projects.models import Revision
from projects.models import TargetTable as Stored
from projects.services import revisions
from projects.views.table import content_of, stored_table


@require_POST
def decide(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one action; a refusal is a page of its own (409) which keeps what was typed."""
    row = stored_table(request, pk)
    transition = workflow.BY_ACTION.get(action)
    version = request.POST.get("version", "")
    if transition is None or not version.isdecimal():
        raise Http404(_("没有这种操作"))
    reason = request.POST.get("reason", "")
    try:
        done = workflow.apply(table_id=row.pk, action=action, user=request.user, version=int(version), reason=reason)
    except workflow.StaleVersion as error:
        return _stale(request, error, transition, reason)
    except workflow.IllegalTransition as error:
        row = stored_table(request, pk)
        context = _context(row, transition, error, reason) | {"findings": error.findings}
        return render(request, "projects/refused.html", context, status=409)
    said = _("已%(action)s“%(name)s”，现为“%(state)s”。")
    names = {"action": transition.name, "name": done.label, "state": done.get_status_display()}
    messages.success(request, said % names)
    return redirect("table", pk=pk)


def _context(
    row: Stored, transition: workflow.Transition, error: workflow.WorkflowError, reason: str
) -> dict[str, object]:
    return {
        "row": row,
        "name": row.label or _("（未命名）"),
        "transition": transition,
        "why": error.reason,
        "typed": reason.strip(),
        "frame_year": row.fiscal_year.year,
    }


def _stale(
    request: HttpRequest, error: workflow.StaleVersion, transition: workflow.Transition, reason: str
) -> HttpResponse:
    """Show what happened since the version that the person saw, and the table's actions as they now are."""
    row = stored_table(request, error.table.pk)
    since = row.transitions.filter(version__gte=error.seen).order_by("id")
    base, changes = _changes(row, error.seen)
    context = _context(row, transition, error, reason) | {"since": since, "base": base, "difference": changes}
    return render(request, "projects/stale.html", context, status=409)


def _changes(row: Stored, seen: int) -> tuple[Revision | None, Difference | None]:
    """Compare the content with the revision that stood when the person looked, where there is one.

    A revision comes with a transition; the latest one made on an earlier version is what the person can have seen.
    """
    made = row.transitions.filter(version__lt=seen, revision__isnull=False).order_by("-id")
    record = made.select_related("revision").first()
    if record is None or record.revision is None:
        return None, None
    return record.revision, diff(revisions.content_of(record.revision), content_of(row))
