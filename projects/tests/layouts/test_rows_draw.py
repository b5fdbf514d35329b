"""Two indicator lists beside each other: neither loses its order, equal categories share rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projects.grids.grid import Grid
from projects.layouts import get_layout, render
from projects.layouts.rows_draw import side_by_side
from projects.targettable import Indicator, TargetTable

halves = st.lists(
    st.builds(Indicator, st.sampled_from(["产出指标", "效益指标", "满意度指标", ""]), name=st.text(max_size=3)),
    max_size=12,
)


@given(halves, halves)
def test_side_by_side_keeps_both_orders(right: list[Indicator], left: list[Indicator]) -> None:
    pairs = side_by_side(right, left)
    assert [one for one, _ in pairs if one is not None] == right
    assert [other for _, other in pairs if other is not None] == left


@given(halves, halves)
def test_side_by_side_pairs_only_equal_categories(right: list[Indicator], left: list[Indicator]) -> None:
    pairs = side_by_side(right, left)
    assert all(one is not None or other is not None for one, other in pairs)
    assert all(one.level1 == other.level1 for one, other in pairs if one and other)


def rows(*names: str) -> list[Indicator]:
    """Return indicators of the categories ``产1`` (产出) and ``效2`` (效益)."""
    return [Indicator({"产": "产出指标", "效": "效益指标", "满": "满意度指标"}[name[0]], name=name) for name in names]


def drawn(right: list[Indicator], left: list[Indicator]) -> list[tuple[str, str]]:
    return [(one.name if one else "", other.name if other else "") for one, other in side_by_side(right, left)]


def test_side_by_side_examples() -> None:
    assert drawn(rows("产1", "效2"), rows("产3", "效4")) == [("产1", "产3"), ("效2", "效4")]
    assert drawn(rows("产1", "产2", "效3"), rows("产4")) == [("产1", "产4"), ("产2", ""), ("效3", "")]
    assert drawn(rows("效1"), rows("产2", "效3")) == [("", "产2"), ("效1", "效3")]
    assert drawn(rows("产1", "满2"), rows("效3")) == [("", "效3"), ("产1", ""), ("满2", "")]
    assert drawn([], rows("产1")) == [("", "产1")]
    assert drawn([], []) == []


def grid_of(table: TargetTable) -> Grid:
    return next(block for block in render(table) if isinstance(block, Grid))


def test_equal_categories_are_merged_downward_within_level1() -> None:
    table = TargetTable(layout="longhua", indicators=[
        Indicator("产出目标", "数量", "甲"), Indicator("产出目标", "数量", "乙"), Indicator("产出目标", "质量", "丙"),
        Indicator("效果目标", "质量", "丁"), Indicator("产出目标", "质量", "戊"),
    ])  # fmt: skip
    grids = [block for block in render(table) if isinstance(block, Grid)]
    spans = [[(cell.text, cell.rowspan) for cell in row.cells][:3] for row in grids[-1].rows[1:]]
    assert spans == [
        [("产出目标", 3), ("数量", 2), ("甲", 1)],
        [("乙", 1), ("", 1), ("", 1)],
        [("质量", 1), ("丙", 1), ("", 1)],
        [("效果目标", 1), ("质量", 1), ("丁", 1)],
        [("产出目标", 1), ("质量", 1), ("戊", 1)],
    ]


def test_blank_categories_are_not_merged() -> None:
    table = TargetTable(layout="longhua", indicators=[Indicator(name="甲"), Indicator(name="乙")])
    grids = [block for block in render(table) if isinstance(block, Grid)]
    assert [[cell.rowspan for cell in row.cells] for row in grids[-1].rows[1:]] == [[1] * 5, [1] * 5]


def test_empty_list_still_has_a_row_to_fill_in() -> None:
    grids = [block for block in render(TargetTable(layout="longhua")) if isinstance(block, Grid)]
    assert [[cell.text for cell in row.cells] for row in grids[-1].rows] == [
        ["一级指标", "二级指标", "指标内容", "目标值", "目标值来源"],
        ["", "", "", "", ""],
    ]


def test_side_label_covers_heading_rows_and_total() -> None:
    layout = get_layout("zhuzhou-3")
    assert layout is not None
    grid = grid_of(TargetTable(layout="zhuzhou-3", indicators=[Indicator("产出指标", "数量指标", "甲")]))
    sides = {
        cell.text: cell.rowspan
        for row in grid.rows
        for cell in row.cells
        if cell.text in ("年度绩效指标", "支出明细及测算说明")
    }
    assert sides == {"年度绩效指标": 2, "支出明细及测算说明": 3}
