from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indicators.models import LibraryIndicator
from projects.models import Department, Role, TargetTable, User
from projects.services import library
from projects.services.approved import file_approved
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator
from projects.tests.generated import table
from projects.tests.office import person

Add = Callable[..., LibraryIndicator]
Approve = Callable[..., TargetTable]


@pytest.fixture
def places(db: None) -> dict[str, Department]:
    """district ⊃ bureau ⊃ office; foreign beside."""
    district = Department.objects.create(code="1", name="某区")
    bureau = Department.objects.create(code="11", name="财政局", parent=district)
    return {
        "district": district,
        "bureau": bureau,
        "office": Department.objects.create(code="111", name="国库处", parent=bureau),
        "foreign": Department.objects.create(code="2", name="外区"),
    }


@pytest.fixture
def people(places: dict[str, Department]) -> dict[str, User]:
    return {
        "top": person("top", (Role.ADMINISTRATOR, None)),
        "keeper": person("keeper", (Role.ADMINISTRATOR, places["bureau"])),
        "officer": person("officer", (Role.OFFICER, places["bureau"])),
        "clerk": person("clerk", (Role.OFFICER, places["office"])),
        "reader": person("reader", (Role.READER, places["bureau"])),
        "stranger": person("stranger", (Role.OFFICER, places["foreign"])),
    }


@pytest.fixture
def add(people: dict[str, User]) -> Add:
    """Put an indicator into the shared library or a department's."""

    def build(name: str, department: Department | None = None, **fields: Any) -> LibraryIndicator:
        texts = {"category": "output.quality", "name": name} | fields
        return library.create_indicator(actor=people["top"], department=department, fields=texts)

    return build


@pytest.fixture
def approve(places: dict[str, Department]) -> Approve:
    """Store a table with these indicators and file it as approved."""

    def build(number: int, *indicators: Indicator, place: str = "bureau", **project: str) -> TargetTable:
        content = table(number, fiscal_year=2027)
        content.indicators = list(indicators)
        for name, value in project.items():
            setattr(content.project, name, value)
        pk = save_tables([Entry(content, places[place])]).saved[0].pk
        TargetTable.objects.filter(pk=pk).update(status="approved")
        row = TargetTable.objects.select_related("department", "fiscal_year").get(pk=pk)
        file_approved(row, load_tables(TargetTable.objects.filter(pk=pk))[0])
        return row

    return build


def quality(name: str, value: str = "≥95%", **fields: Any) -> Indicator:
    return Indicator("产出指标", "质量指标", name, value=value, category="output.quality", **fields)
