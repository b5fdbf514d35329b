"""The office's own forms as layouts: kept in the process, read anew when something changed or after a while.

An edition never changes once it is in use, so a layout found is kept for good. Which editions are in use is read anew
at once where it was changed, and within :data:`REFRESH` seconds by the other processes.
"""

from __future__ import annotations

import math
import re
import time

from django.db import OperationalError, ProgrammingError
from django.db.models import Q, QuerySet

from projects.layouts import registry
from projects.layouts.asdata import from_data
from projects.layouts.definition import Layout
from projects.layouts.saved import parse_layout_text
from projects.models import Department, Form, FormEdition, SavedReading, ShippedForm
from projects.targettable import TargetTable

REFRESH = 20.0
_SAVED = re.compile(r"s(\d{1,18})")
_ID = re.compile(r"f(\d{1,18})v(\d{1,9})")


class StoredLayouts:
    """What :mod:`projects.layouts.registry` takes the office's layouts from."""

    def __init__(self) -> None:
        self._known: dict[str, Layout] = {}
        self._listed: tuple[Layout, ...] = ()
        self._off: frozenset[str] = frozenset()
        self._until = -math.inf

    def listed(self) -> tuple[Layout, ...]:
        self._refresh()
        return self._listed

    def switched_off(self) -> frozenset[str]:
        self._refresh()
        return self._off

    def find(self, name: str) -> Layout | None:
        if name in self._known:
            return self._known[name]
        if saved := _SAVED.fullmatch(name):
            reading = SavedReading.objects.filter(pk=int(saved[1])).first()
            return self._keep_reading(reading) if reading else None
        parts = _ID.fullmatch(name)
        if parts is None:
            return None
        found = activated().filter(form=int(parts[1]), number=int(parts[2])).first()
        return self._keep(found) if found else None

    def forget(self) -> None:
        """Have the next question read anew which forms are in use."""
        self._until = -math.inf

    def begin(self) -> None:
        """Begin without any form, and without asking the database until something changes: for tests."""
        self._known, self._listed, self._off, self._until = {}, (), frozenset(), math.inf

    def _keep(self, edition: FormEdition) -> Layout:
        name = edition.layout_id
        if name not in self._known:
            self._known[name] = from_data(edition.definition)
        return self._known[name]

    def _keep_reading(self, reading: SavedReading) -> Layout:
        name = reading.layout_id
        if name not in self._known:
            self._known[name] = parse_layout_text(reading.definition)
        return self._known[name]

    def _refresh(self) -> None:
        now = time.monotonic()
        if now < self._until:
            return
        try:
            # The latest edition of a form first: where two fit a file alike, it is the one that is meant.
            rows = list(activated().filter(active=True).order_by("form", "-number"))
            readings = list(SavedReading.objects.order_by("id"))
            off = frozenset(ShippedForm.objects.filter(active=False).values_list("layout", flat=True))
        except (OperationalError, ProgrammingError):
            self._until = now + REFRESH
            return  # A database that was not set up yet: reading a file works without one.
        self._listed = (*map(self._keep, rows), *map(self._keep_reading, readings))
        self._off = off
        self._until = now + REFRESH


stored_layouts = StoredLayouts()


def connect() -> None:
    """Make the office's forms known to the layouts' registry."""
    registry.connect(stored_layouts)


def activated() -> QuerySet[FormEdition]:
    """Editions that are or were in use: those a table may be filed in."""
    return FormEdition.objects.filter(activated_at__isnull=False)


def edition_of(layout: str) -> FormEdition | None:
    """Return the edition behind a layout's identifier, its file included."""
    parts = _ID.fullmatch(layout)
    return activated().filter(form=int(parts[1]), number=int(parts[2])).first() if parts else None


def latest_edition(layout: str) -> str:
    """Return the edition now in use of the form that a table was filed in; shipped forms have but one."""
    parts = _ID.fullmatch(layout)
    if parts is None:
        return layout
    own = f"f{parts[1]}v"
    return next((item.id for item in stored_layouts.listed() if item.id.startswith(own)), layout)


def in_editions_of(year: int, drafts: list[TargetTable]) -> list[TargetTable]:
    """Put drafts that continue earlier tables into the editions of their forms that serve ``year``. Changes them.

    One query, none when all are in shipped forms.
    """
    own = {number: parts for number, draft in enumerate(drafts) if (parts := _ID.fullmatch(draft.layout))}
    if not own:
        return drafts
    rows = activated().filter(Q(last_year=None) | Q(last_year__gte=year), active=True, first_year__lte=year)
    newest = {row.form_id: row.layout_id for row in rows.order_by("form", "number")}
    for number, parts in own.items():
        draft, wanted = drafts[number], newest.get(int(parts[1]))
        layout = stored_layouts.find(wanted) if wanted and wanted != draft.layout else None
        if layout is None:
            continue
        draft.layout = layout.id
        title = layout.title.replace("{year}", str(year))
        if draft.kind == "project":
            # The title of other kinds is their place among the year's tables and stays.
            draft.title = title if "{" not in title else ""
    return drafts


def offered_to(departments: list[Department], years: list[int]) -> list[Layout]:
    """Return the forms in which a table of any of these departments and years may be begun, each once."""
    wanted = {pk for department in departments for pk in (*department.ancestor_ids, department.pk)}
    if not years:
        return list(registry.all_layouts())
    rows = activated().filter(
        Q(form__department=None) | Q(form__department__in=wanted),
        Q(last_year=None) | Q(last_year__gte=min(years)),
        active=True,
        first_year__lte=max(years),
    )
    own = [stored_layouts.find(row.layout_id) for row in rows.order_by("form__name", "form", "-number")]
    off = stored_layouts.switched_off()
    shipped = [layout for layout in registry.shipped_layouts() if layout.id not in off]
    return [*(layout for layout in own if layout), *shipped]


def offered(department: Department, year: int) -> list[Layout]:
    """Return the forms in which a table of this department and year may be begun.

    Of each form of the office the latest edition in use for that year; shipped forms unless switched off.
    """
    above = [*department.ancestor_ids, department.pk]
    rows = activated().filter(
        Q(form__department=None) | Q(form__department__in=above),
        Q(last_year=None) | Q(last_year__gte=year),
        active=True,
        first_year__lte=year,
    )
    newest: dict[int, FormEdition] = {}
    for row in rows.order_by("form__name", "form", "number"):
        newest[row.form_id] = row
    off = stored_layouts.switched_off()
    shipped = [layout for layout in registry.shipped_layouts() if layout.id not in off]
    return [*(found for row in newest.values() if (found := stored_layouts.find(row.layout_id))), *shipped]


def forms_of(paths_condition: Q) -> QuerySet[Form]:
    """Return the forms that meet a condition on their department."""
    return Form.objects.filter(paths_condition).select_related("department")
