"""Layout files: what they parse to, and how a bad one is refused."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from projects.layouts import all_layouts, get_layout, layouts_for
from projects.layouts.definition import (
    Binding,
    FormBlock,
    Layout,
    RepeatBlock,
    TemplateCell,
    block_edges,
    load_layout,
    parse_layout,
    parse_parts,
    parse_row,
)
from projects.layouts.registry import DATA, ORDER
from projects.targettable import KINDS


def layout(*rows: str, widths: tuple[int, ...] = (1, 1), **more: Any) -> Layout:
    head = {"id": "x", "name": "某表", "kind": "project", "title": "某表", "unit": "元", "money": "0.00"}
    return parse_layout(head | {"blocks": [{"widths": list(widths), "rows": list(rows)}]} | more)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("项目名称", ("项目名称",)),
        ("{project.name}", (Binding("project.name"),)),
        ("{funding.other!0}", (Binding("funding.other", bare_zero=True),)),
        ("{department:front}", (Binding("department", "front"),)),
        ("{<name}", (Binding("name", beside=True),)),
        ("资金总额：{funding.total}元", ("资金总额：", Binding("funding.total"), "元")),
        ("{number}.{project.name}", (Binding("number"), ".", Binding("project.name"))),
        ("", ()),
    ],
)
def test_parts(text: str, parts: tuple[str | Binding, ...]) -> None:
    assert parse_parts(text) == parts


def test_row_with_spans_blank_cells_and_a_start() -> None:
    assert parse_row("甲(2x1) | {project.name}(1x3) | 　 | 乙（丙）", start=1) == (
        TemplateCell(("甲",), 1, 2, 1),
        TemplateCell((Binding("project.name"),), 3, 1, 3),
        TemplateCell((), 4, 1, 1),
        TemplateCell(("乙（丙）",), 5, 1, 1),
    )


def test_rows_leave_out_columns_covered_from_above() -> None:
    block = layout("甲(1x2) | 乙 | 丙(1x3)", "{duties}", "丁 | 戊", widths=(1, 1, 1)).blocks[0]
    assert isinstance(block, FormBlock)
    assert [[(cell.col, cell.rowspan) for cell in row] for row in block.rows] == [
        [(0, 2), (1, 1), (2, 3)],
        [(1, 1)],
        [(0, 1), (1, 1)],
    ]


@pytest.mark.parametrize(
    ("rows", "widths", "message"),
    [
        (["甲 | 乙 | 丙"], (1, 1), "版式行“甲 | 乙 | 丙”"),
        (["甲"], (1, 1), "版式行“甲”占 1 列，应占 2 列"),
        (["甲(3x1)"], (1, 1), "版式行“甲(3x1)”占 3 列，应占 2 列"),
        (["甲(1x2) | 乙", "丙 | 丁"], (1, 1), "版式行“丙 | 丁”"),
        (["甲 | 乙", "甲(1x2) | 乙", "丙 | 丁"], (1, 1), "版式行“丙 | 丁”"),
    ],
)
def test_bad_row_is_named(rows: list[str], widths: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        layout(*rows, widths=widths)


def test_edges_are_the_union_of_all_blocks() -> None:
    made = parse_layout(
        {"id": "x", "name": "某表", "kind": "project", "title": "某表", "unit": "元", "money": "0.00"}
        | {"blocks": [{"widths": [1, 1], "rows": ["甲 | {duties}"]}, {"widths": [1, 2, 1], "rows": ["乙 | 丙 | 丁"]}]}
    )
    assert made.edges == [0.0, 25.0, 50.0, 75.0, 100.0]
    assert made.widths == [25.0, 25.0, 25.0, 25.0]
    assert block_edges((1, 1, 1)) == [0.0, 33.33, 66.67, 100.0]


def test_slots_say_where_a_value_stands() -> None:
    hebei = get_layout("hebei")
    mof = get_layout("mof-2015")
    zhuzhou = get_layout("zhuzhou-1")
    assert hebei is not None
    assert mof is not None
    assert zhuzhou is not None
    places = {label: [(slot.binding.path, slot.place) for slot in slots] for label, slots in hebei.slots.items()}
    assert places == {
        "项目编码": [("project.code", "right")],
        "项目名称": [("project.name", "right")],
        "预算数": [("funding.total", "right")],
        "财政资金": [("funding.fiscal", "right")],
        "其他资金": [("funding.other", "right")],
        "预算规模及资金用途": [("project.purpose", "under")],
        "3月底": [("spend_plan.03", "below")],
        "6月底": [("spend_plan.06", "below")],
        "10月底": [("spend_plan.10", "below")],
        "12月底": [("spend_plan.12", "below")],
        "绩效目标": [("goals.annual", "right")],
    }
    assert [slot.binding.path for slot in mof.slots["财政拨款"]] == ["funding.fiscal", "funding.annual_fiscal"]
    assert [(slot.binding.path, slot.place) for slot in mof.slots["中期目标"]] == [("goals.period", "below")]
    assert [(slot.binding.path, slot.place) for slot in zhuzhou.slots["资金总额"]] == [("funding.total", "inline")]


def test_paths_of_a_form() -> None:
    longhua = get_layout("longhua")
    mof = get_layout("mof-2015")
    assert longhua is not None
    assert mof is not None
    assert "department.name" in longhua.paths
    assert "department.code" not in longhua.paths
    assert {"department.name", "department.code", "extra.实施单位", "period_indicators.level1"} <= mof.paths
    assert not {"number", "year", "years", "department"} & mof.paths


def test_shipped_layouts_in_their_order() -> None:
    assert tuple(made.id for made in all_layouts())[: len(ORDER)] == ORDER
    assert [made.id for made in layouts_for("project")] == ["longhua", "hebei", "zhuzhou-3", "mof-2015"]
    assert get_layout("nirgends") is None


@pytest.mark.parametrize("made", all_layouts(), ids=lambda made: made.id)
def test_shipped_layout_is_sound(made: Layout) -> None:
    assert load_layout(DATA / f"{made.id}.toml").id == made.id
    assert made.kind in KINDS
    assert sum(made.widths) == pytest.approx(100)
    for block in made.blocks:
        if isinstance(block, RepeatBlock):
            assert len(block.head) == len(block.row) == len(block.widths) - bool(block.side)
        assert set(block_edges(block.widths)) <= set(made.edges)


def test_broken_file_is_refused() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads("id = ")
    with pytest.raises(ValueError, match="版式“x”缺少 title"):
        parse_layout({"id": "x", "name": "某表", "kind": "project"})


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"head": "事项 | 目标", "row": "{item} | {unit} | {goal}"}, "版式行“事项 | 目标”占 2 列，应占 3 列"),
        ({"head": "事项 | 单位 | 目标", "row": "{item} | {unit}"}, "版式行“{item} | {unit}”占 2 列，应占 3 列"),
        ({"side": "工作", "head": "事项 | 单位 | 目标", "row": "{item} | {unit}"}, "占 3 列，应占 2 列"),
        (
            {"head": "甲 | 乙 | 丙", "row": "{item} | {unit} | {goal}", "last": "合计(4x1)"},
            "“合计(4x1)”占 4 列，应占 3 列",
        ),
        ({"head": "甲 | 乙 | 丙"}, "版式“x”的 tasks 缺少 head 或 row"),
        ({"rows": None}, "版式“x”缺少 widths"),
    ],
)
def test_bad_repeated_block_is_named(block: dict[str, Any], message: str) -> None:
    head = {"id": "x", "name": "某表", "kind": "project", "title": "某表", "unit": "元", "money": "0.00"}
    whole = {"of": "tasks"} | ({} if "rows" in block else {"widths": [1, 1, 1]}) | block
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_layout(head | {"blocks": [whole]})
