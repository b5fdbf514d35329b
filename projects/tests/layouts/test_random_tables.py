"""Random tables, drawn in every form of their kind and read again: no field is lost, none changes.

Restrictions, each of which a paper form has too: texts are stripped and have no blank lines; indicators stand grouped
by category in names of the form; a row has a name; no cost is called 合计; signature lines hold names.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from projects.layouts import get_layout, read_tables, render, title_property
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import compare, written
from projects.tests.layouts.strategies import FORMS, random_tables

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# What a form words itself: its title and the names of the categories (their codes stay).
OWN_WORDS = r"layout|title|(period_)?indicators\.\d+\.level[12]"


def lost(table: TargetTable, form: str, kind: str) -> list[str]:
    document = written(kind, [("表", render(table, get_layout(form)))], title_property([table]))
    found = read_tables(document)
    if len(found) != 1:
        return [f"{len(found)} tables"]
    return compare(found[0].table, table, "title" if table.layout == form else OWN_WORDS)


@pytest.mark.parametrize("form", FORMS["project"])
@relaxed
@given(table=random_tables("project"))
def test_project_table_in_every_form(form: str, table: TargetTable) -> None:
    assert lost(table, form, "html") == []


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@settings(relaxed, max_examples=15)
@given(table=random_tables("project"))
def test_project_table_in_its_own_form_as_word_and_excel(kind: str, table: TargetTable) -> None:
    assert lost(table, table.layout, kind) == []


@relaxed
@given(table=random_tables("department"))
def test_department_table(table: TargetTable) -> None:
    assert lost(table, "zhuzhou-1", "html") == []


@relaxed
@given(table=random_tables("summary"))
def test_summary_table(table: TargetTable) -> None:
    assert lost(table, "zhuzhou-2", "html") == []


@pytest.mark.parametrize("form", FORMS["project"])
@settings(relaxed, max_examples=12)
@given(table=random_tables("project"))
def test_project_table_there_and_back(form: str, table: TargetTable) -> None:
    document = written("html", [("表", render(table, get_layout(form)))], title_property([table]))
    there = read_tables(document)[0].table
    assert lost_on_the_way_back(there, table) == []


def lost_on_the_way_back(there: TargetTable, table: TargetTable) -> list[str]:
    document = written("html", [("表", render(there, get_layout(table.layout)))], title_property([there]))
    return compare(read_tables(document)[0].table, table, "title")
