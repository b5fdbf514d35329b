"""Steps are cut from the form's own definition, and nothing of the form is lost between them."""

from __future__ import annotations

import uuid

import pytest

from projects.layouts import all_layouts, get_layout, layout_of
from projects.layouts.definition import FormBlock, Layout, parse_layout
from projects.layouts.editing import Draft
from projects.layouts.entry_form import form_steps
from projects.layouts.render import draw_blocks
from projects.layouts.steps import bands, states, steps_of
from projects.targettable import ROW_TYPES, TargetTable
from projects.tests.layouts.helpers import all_tables

KEYS = {
    "longhua": "basics funding goals indicators check",
    "hebei": "basics funding plan goals indicators check",
    "hebei-department": "prose check",
    "zhuzhou-1": "basics funding goals tasks indicators check",
    "zhuzhou-2": "basics items check",
    "zhuzhou-3": "basics goals indicators costs check",
    "mof-2015": "basics funding goals indicators check",
}


def draft(table: TargetTable) -> Draft:
    uids = {name: [uuid.uuid4().hex for _row in getattr(table, name)] for name in ROW_TYPES}
    return Draft(table, layout_of(table), uids)


@pytest.mark.parametrize("layout", all_layouts(), ids=lambda layout: layout.id)
def test_each_form_has_its_steps(layout: Layout) -> None:
    assert " ".join(step.key for step in steps_of(layout)) == KEYS[layout.id]


@pytest.mark.parametrize("layout", all_layouts(), ids=lambda layout: layout.id)
def test_every_row_stands_on_exactly_one_step(layout: Layout) -> None:
    parts = [part for step in steps_of(layout) for part in step.parts]
    for number, block in enumerate(layout.blocks):
        mine = [part.rows for part in parts if part.block == number]
        if isinstance(block, FormBlock):
            assert sorted(row for rows in mine for row in rows or ()) == list(range(len(block.rows)))
        else:
            assert mine == [None]


def test_rows_that_a_merged_cell_holds_stay_together() -> None:
    hebei, mof = get_layout("hebei"), get_layout("mof-2015")
    assert hebei
    assert mof
    assert [bands(block) for block in hebei.blocks if isinstance(block, FormBlock)] == [
        [(0,), (1, 2)],
        [(0, 1), (2,)],
    ]
    assert steps_of(get_layout("zhuzhou-3") or hebei)[0].title == "基本信息、资金"


def test_a_form_of_ones_own_gets_its_steps_without_code() -> None:
    layout = parse_layout(
        {
            "id": "own",
            "name": "自定",
            "kind": "project",
            "title": "表",
            "unit": "万元",
            "money": "General",
            "blocks": [
                {"widths": [1, 1], "rows": ["预期目标 | {goals.annual}", "资金名称 | {project.name}"]},
                {"widths": [1, 1], "rows": ["当年预算 | {funding.total}", "联系人 | {extra.联系人}"]},
            ],
        }
    )
    assert [(step.key, step.paths) for step in steps_of(layout)] == [
        ("basics", ("project.name",)),
        ("funding", ("funding.total", "extra.联系人")),
        ("goals", ("goals.annual",)),
        ("check", ()),
    ]


def test_the_steps_of_all_samples_show_the_cells_of_the_form() -> None:
    for table in all_tables():
        made = draft(table)
        printed = [
            cell.text for grid in draw_blocks(table, made.layout) for rows in grid for row in rows for cell in row.cells
        ]
        shown = [
            cell.get("prefix", "") + cell["text"]
            for step in form_steps(made, {})
            for grid in step["grids"]
            for row in grid["rows"]
            for cell in row["cells"]
        ]
        assert sorted(shown) == sorted(printed)


def test_every_row_of_all_samples_can_be_reached_by_its_identity() -> None:
    for table in all_tables():
        made = draft(table)
        paths = set()
        for step in form_steps(made, {}):
            cells = [cell for grid in step["grids"] for row in grid["rows"] for cell in row["cells"]]
            cells += step.get("fields", [])
            paths.update(path for cell in cells for path in (cell["path"], *cell.get("covers", ())))
        for rows in ("indicators", "period_indicators", "costs", "tasks", "items", "sections"):
            for uid in made.uids[rows]:
                assert any(path.startswith(f"{rows}/{uid}/") for path in paths), (table.label(), rows, uid)


def test_a_blank_form_is_empty_everywhere() -> None:
    for layout in all_layouts():
        table = TargetTable(layout=layout.id, kind=layout.kind)
        assert set(states(table, layout, []).values()) <= {"empty", "complete"}
        assert [state for key, state in states(table, layout, []).items() if key != "check"] == ["empty"] * (
            len(steps_of(layout)) - 1
        )
