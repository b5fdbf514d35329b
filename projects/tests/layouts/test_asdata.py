"""Layouts as plain data and back; the seam that takes further layouts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import fields, replace

import pytest

from projects.layouts import all_layouts, get_layout, layouts_for, registry
from projects.layouts.asdata import from_data, to_data
from projects.layouts.definition import Binding, Layout


@pytest.mark.parametrize("layout", registry.shipped_layouts(), ids=lambda layout: layout.id)
def test_a_layout_survives_being_stored(layout: Layout) -> None:
    made = replace(layout, units={"funding.total": "元"}, styles={"project.start": "年月日"}, own=True)
    made = replace(made, above=(((Binding("extra.编号"), " | {x}(2x1)"),),))
    data = json.loads(json.dumps(to_data(made), sort_keys=True))
    back = from_data(data)
    assert [(f.name, getattr(back, f.name)) for f in fields(Layout)] == [
        (f.name, getattr(made, f.name)) for f in fields(Layout)
    ]
    assert list(back.categories) == list(layout.categories)


def test_data_of_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match="应为 1"):
        from_data(to_data(registry.shipped_layouts()[0]) | {"format": 2})


class Shelf:
    """A source with one form in use and one out of use."""

    def __init__(self) -> None:
        hebei = get_layout("hebei")
        assert hebei is not None
        self.new, self.old = replace(hebei, id="f1v2"), replace(hebei, id="f1v1")

    def listed(self) -> tuple[Layout, ...]:
        return (self.new,)

    def find(self, name: str) -> Layout | None:
        return {"f1v2": self.new, "f1v1": self.old}.get(name)

    def switched_off(self) -> Set[str]:
        return {"longhua"}


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    before, made = registry._source, Shelf()
    registry.connect(made)
    yield made
    registry.connect(before)


def test_further_layouts_come_after_the_shipped_ones(shelf: Shelf) -> None:
    ids = ["hebei", "hebei-department", "zhuzhou-1", "zhuzhou-2", "zhuzhou-3", "mof-2015", "f1v2"]
    assert [layout.id for layout in all_layouts()] == ids
    assert [layout.id for layout in layouts_for("project")] == ["hebei", "zhuzhou-3", "mof-2015", "f1v2"]


def test_a_layout_out_of_use_is_still_found(shelf: Shelf) -> None:
    assert get_layout("f1v1") is shelf.old
    assert get_layout("longhua") is registry.shipped_layouts()[0]
    assert get_layout("f1v3") is None
    assert get_layout("") is None
