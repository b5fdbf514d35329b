"""The office's own forms as layouts: which are known, which are offered, and when the database is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from projects.layouts import all_layouts, get_layout, registry
from projects.layouts.asdata import to_data
from projects.models import Department, Form, FormEdition, ShippedForm
from projects.selectors.forms import offered, stored_layouts

pytestmark = pytest.mark.django_db
SHIPPED = [layout.id for layout in registry.shipped_layouts()]


def edition(form: Form, number: int, *, first: int = 2020, last: int | None = None, active: bool = True) -> FormEdition:
    name = f"f{form.pk}v{number}"
    layout = replace(registry.shipped_layouts()[0], id=name, name=f"{form.name}{number}", own=True)
    made = FormEdition.objects.create(
        form=form, number=number, first_year=first, last_year=last, active=active,
        activated_at=timezone.now(), definition=to_data(layout), file="forms/x", file_name="表.docx", suffix="docx",
        sha256="0" * 64,
    )  # fmt: skip
    stored_layouts.forget()
    return made


def test_forms_in_use_are_known_once_the_database_was_asked(django_assert_num_queries: Any) -> None:
    form = Form.objects.create(name="某区表", kind="project")
    edition(form, 1, active=False)
    edition(form, 2)
    with django_assert_num_queries(3):
        assert [layout.id for layout in all_layouts()] == [*SHIPPED, f"f{form.pk}v2"]
        assert all_layouts() == all_layouts()
        assert get_layout(f"f{form.pk}v2") is all_layouts()[-1]
    with django_assert_num_queries(1):
        assert get_layout(f"f{form.pk}v1") is get_layout(f"f{form.pk}v1")


def test_an_edition_that_was_never_in_use_is_no_layout() -> None:
    form = Form.objects.create(name="某区表", kind="project")
    made = edition(form, 1, active=False)
    FormEdition.objects.filter(pk=made.pk).update(activated_at=None)
    assert get_layout(f"f{form.pk}v1") is None
    assert [layout.id for layout in all_layouts()] == SHIPPED


def test_a_shipped_form_switched_off_is_still_found_by_its_name() -> None:
    ShippedForm.objects.create(layout="longhua", active=False)
    stored_layouts.forget()
    assert [layout.id for layout in all_layouts()] == SHIPPED[1:]
    assert get_layout("longhua") is registry.shipped_layouts()[0]


def test_offered_by_year_and_department() -> None:
    top = Department.objects.create(code="1", name="甲局")
    below = Department.objects.create(code="11", name="甲处", parent=top)
    other = Department.objects.create(code="2", name="乙局")
    everywhere = Form.objects.create(name="丙表", kind="project")
    local = Form.objects.create(name="丁表", kind="project", department=top)
    edition(everywhere, 1, first=2020)
    edition(everywhere, 2, first=2023)
    edition(local, 1, first=2022, last=2024)
    ids = {1: f"f{everywhere.pk}v1", 2: f"f{everywhere.pk}v2", 3: f"f{local.pk}v1"}
    assert [layout.id for layout in offered(other, 2021)] == [ids[1], *SHIPPED]
    assert [layout.id for layout in offered(other, 2023)] == [ids[2], *SHIPPED]
    assert [layout.id for layout in offered(below, 2022)] == [ids[3], ids[1], *SHIPPED]
    assert [layout.id for layout in offered(top, 2024)] == [ids[3], ids[2], *SHIPPED]
    assert [layout.id for layout in offered(top, 2025)] == [ids[2], *SHIPPED]
    assert [layout.id for layout in offered(top, 2019)] == SHIPPED
