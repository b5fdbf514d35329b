"""What is typed into the form equals the same table imported from a file."""

import io
from copy import deepcopy

import pytest
from django.db import transaction

from projects.layouts import get_layout, layout_of
from projects.models import Department, FiscalYear, Role
from projects.models import TargetTable as Stored
from projects.services import exporting
from projects.services.creating import create_table
from projects.services.entry_store import load
from projects.store import Entry, load_tables, save_tables
from projects.targettable import TargetTable
from projects.tests.entry_helpers import LISTS, drawn, send, stored, typed_from
from projects.tests.layouts.helpers import all_tables, tables
from projects.tests.office import person, year

pytestmark = pytest.mark.django_db

SAMPLES = [("001", "longhua"), ("004", "longhua"), ("002", "hebei"), ("003", "zhuzhou-3")]
OTHERS = [("003", "zhuzhou-1"), ("003", "zhuzhou-2"), ("002", "hebei-department")]


def docx(table: TargetTable) -> bytes:
    out = io.BytesIO()
    exporting.export([table], format="docx", out=out, title="表")
    return out.getvalue()


def filled_by_hand(imported: TargetTable, *, at_once: bool = False) -> TargetTable:
    """Store the imported table, draw it, and type what stands there into a blank form, each cell a save of its own."""
    office = Department.objects.create(name="填报单位")
    officer = person("officer", (Role.OFFICER, office))
    source = Department.objects.create(name="来源单位")
    saved = save_tables([Entry(imported, source)]).saved[0]
    assert saved.pk
    made = create_table(
        user=officer,
        year=FiscalYear.objects.get(year=imported.fiscal_year),
        department=office,
        layout=layout_of(imported).id,
    )
    blank = load(stored(made.pk)).draft.uids
    rows = [{"op": "delete", "list": name, "uid": uid} for name in LISTS for uid in blank[name]]
    batches = [rows, *typed_from(drawn(saved.pk))]
    everything = [change for changes in batches for change in changes]
    for batch in [everything] if at_once else batches:
        send(made.pk, officer, *batch)
    return load_tables(Stored.objects.filter(pk=made.pk))[0]


@pytest.mark.parametrize(("sample", "layout"), SAMPLES + OTHERS)
def test_typed_cell_by_cell_equals_imported(sample: str, layout: str) -> None:
    year(2021)
    imported = deepcopy(next(table for table in tables(sample) if table.layout == layout))
    imported.fiscal_year = imported.fiscal_year or 2021
    typed = filled_by_hand(imported)
    assert typed.to_dict() == imported.to_dict()
    assert typed.sha256() == imported.sha256()
    assert docx(typed) == docx(imported)
    assert get_layout(layout) is layout_of(typed)


def test_every_sample_table_typed_at_once_equals_the_imported() -> None:
    year(2021)
    for number, imported in enumerate(deepcopy(all_tables())):
        imported.fiscal_year = imported.fiscal_year or 2021
        with transaction.atomic():
            typed = filled_by_hand(imported, at_once=True)
            transaction.set_rollback(True)
        assert typed.to_dict() == imported.to_dict(), (number, imported.label())
        assert docx(typed) == docx(imported)
