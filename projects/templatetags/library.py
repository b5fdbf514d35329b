"""The library on pages: states with their shapes, and the rows of an approved table that can be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator
from perfgoals.templatetags.pg import icon
from projects.models import LibraryProposal, TableIndicator, TargetTable
from projects.models.keys import natural_key
from projects.permissions import may_propose
from projects.selectors.library import known_rows
from projects.services.approved import NOT_APPLICABLE

register = template.Library()
_STATES = {"proposed": "working", "in_use": "done", "retired": "void", "declined": "back"}
_OUTCOMES = {"waiting": "working", "accepted": "done", "declined": "back"}


@register.filter
def library_state(state: str) -> SafeString:
    """A state as its word with its shape."""
    return _badge(_STATES[state], LibraryIndicator.State(state).label)


@register.filter
def proposal_state(outcome: str) -> SafeString:
    return _badge(_OUTCOMES[outcome], LibraryProposal.Outcome(outcome).label)


def _badge(shape: str, word: Any) -> SafeString:
    return format_html('<span class="state state--{}">{}{}</span>', shape, icon(f"state-{shape}"), word)


@dataclass(frozen=True, slots=True)
class ProposeRow:
    """One indicator of the table; ``known`` says that it stands in the library or waits, ``url`` where."""

    uid: str
    name: str
    value: str
    known: str = ""
    url: str = ""


@register.simple_tag
def propose_rows(user: Any, row: TargetTable) -> list[ProposeRow]:
    """The indicators of an approved table, for whoever may propose them. Two queries at most."""
    if row.status != TargetTable.Status.APPROVED or may_propose(user, row):
        return []
    listed = TableIndicator.objects.filter(table=row, category__in=NATIONAL).order_by("-half", "position")
    rows = [one for one in listed if one.name.strip() and natural_key(one.name) != NOT_APPLICABLE]
    keys = [(natural_key(one.name), one.category) for one in rows]
    known = known_rows(keys, user)
    return [_row(one, known.get(key)) for one, key in zip(rows, keys, strict=True)]


def _row(one: TableIndicator, there: LibraryIndicator | None) -> ProposeRow:
    if there is None:
        return ProposeRow(str(one.uid), one.name, one.value)
    if there.state == LibraryIndicator.State.PROPOSED:
        return ProposeRow(str(one.uid), one.name, one.value, _("已建议"), reverse("library-proposals"))
    return ProposeRow(str(one.uid), one.name, one.value, _("已在库"), reverse("library-indicator", args=[there.pk]))
