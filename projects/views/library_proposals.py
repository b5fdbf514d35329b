"""入库建议: made on an approved table's page, decided on by the library's keeper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from projects.forms.library import LibraryForm
from projects.models import LibraryProposal
from projects.permissions import may_keep_library
from projects.selectors import library as selectors
from projects.selectors.tables import visible_to
from projects.services import library as service
from projects.services import library_proposals as proposals
from projects.views.library import LEAST_OFFERED, PER_PAGE, both_texts, keeps_shared, readers_only
from projects.views.people import add_errors
from projects.views.table import stored_table


@require_POST
def table_propose(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Propose one row of a table; back to the table, which says what became of it."""
    table = stored_table(request, pk)
    try:
        row = UUID(request.POST.get("row", ""))
    except ValueError as error:
        raise Http404(_("表里没有这一行")) from error
    try:
        made = proposals.propose(
            actor=request.user, table=table, row=row, shared=request.POST.get("library") == selectors.SHARED
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        names = {"name": made.name, "library": service.library_name(made.department)}
        messages.success(request, _("已建议把“%(name)s”加入%(library)s，等待审核。") % names)
    return redirect("table", pk)


@require_safe
def library_proposals(request: HttpRequest) -> HttpResponse:
    """What waits for this keeper, and what this person proposed; the waiting ones first."""
    readers_only(request)
    found = selectors.proposals_visible_to(request.user)
    waiting = found.filter(outcome=LibraryProposal.Outcome.WAITING).order_by("id")
    decided = found.exclude(outcome=LibraryProposal.Outcome.WAITING).order_by("-decided_at", "-id")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_line(request, row) for row in page],
        "decided": [_line(request, row) for row in decided[:PER_PAGE]],
    }
    return render(request, "library/proposals.html", context)


def _line(request: HttpRequest, row: LibraryProposal) -> dict[str, Any]:
    indicator = row.indicator
    return {
        "row": row,
        "indicator": indicator,
        "category": service.category_name(indicator.category),
        "place": service.library_name(indicator.department),
        "keeps": not may_keep_library(request.user, indicator.department),
    }


def _proposal(request: HttpRequest, pk: int) -> LibraryProposal:
    return get_object_or_404(selectors.proposals_visible_to(request.user), pk=pk)


def _kept(request: HttpRequest, pk: int) -> LibraryProposal:
    row = _proposal(request, pk)
    if reason := may_keep_library(request.user, row.indicator.department):
        raise PermissionDenied(reason)
    return row


def _form(request: HttpRequest, row: LibraryProposal, data: Any = None) -> LibraryForm:
    indicator = row.indicator
    initial = {name: getattr(indicator, name) for name in service.FIELDS}
    initial |= {"version": indicator.version, "department": indicator.department_id or ""}
    kept = selectors.libraries_kept(request.user)
    return LibraryForm(data, departments=kept, shared=keeps_shared(request), initial=initial)


def _page(
    request: HttpRequest, row: LibraryProposal, form: LibraryForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The proposal as a form for its keeper, as facts for its proposer."""
    line = _line(request, row)
    open_ = line["keeps"] and row.outcome == LibraryProposal.Outcome.WAITING
    pairs, found = [], {}
    if open_:
        visible = selectors.library_visible_to(request.user)
        pairs = selectors.lookalikes(row.indicator, visible, least=LEAST_OFFERED)
        found = visible.select_related("department").in_bulk([pair.other for pair in pairs])
    indicator = row.indicator
    context = line | {
        "open": open_,
        "form": (form or _form(request, row)) if open_ else None,
        "facts": [(service.NAMES[name], service.shown(indicator, name)) for name in service.FIELDS],
        "table": visible_to(request.user).filter(pk=row.table_id).first() if row.table_id else None,
        "alike": [(found[pair.other], round(pair.likeness * 100)) for pair in pairs],
    }
    return render(request, "library/proposal.html", context | more, status=status)


@require_safe
def library_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _proposal(request, pk))


@require_POST
def library_accept(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = _kept(request, pk)
    form = _form(request, row, request.POST)
    if form.is_valid():
        try:
            made = proposals.accept(
                actor=request.user,
                pk=pk,
                version=form.cleaned_data["version"] or 0,
                fields=form.texts,
                department=form.cleaned_data["department"],
            )
        except ValidationError as error:
            add_errors(form, error)
        except service.Stale as stale:
            return _page(request, _proposal(request, pk), form, status=409, **both_texts(form, stale))
        else:
            messages.success(request, _("“%(name)s”已加入指标库。") % {"name": made.name})
            return redirect("library-indicator", made.pk)
    return _page(request, row, form, status=400)


@require_POST
def library_decline(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = _kept(request, pk)
    typed = request.POST.get("version", "")
    reason = request.POST.get("reason", "")
    try:
        proposals.decline(
            actor=request.user, pk=pk, version=int(typed) if typed.isdecimal() and len(typed) < 10 else 0, reason=reason
        )
    except ValidationError as error:
        return _page(request, row, status=400, reason=reason, reason_error=" ".join(error.messages))
    except service.Stale as stale:
        return _page(request, _proposal(request, pk), status=409, reason=reason, reason_error=str(stale))
    messages.success(request, _("未采纳“%(name)s”，已告知提出人。") % {"name": row.indicator.name})
    return redirect("library-proposals")
