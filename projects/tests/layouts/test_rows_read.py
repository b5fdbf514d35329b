"""Rows of an indicator list: headings, cells under headings, and every way in which a row can be shifted."""

from __future__ import annotations

import pytest

from projects.grids.grid import Cell
from projects.layouts import get_layout
from projects.layouts.definition import Layout, RepeatBlock
from projects.layouts.lines import Line
from projects.layouts.rows_read import Column, Vocabulary, best_placement, by_column, is_regular, read_head
from projects.tests.layouts.helpers import line


def form(name: str) -> tuple[Layout, RepeatBlock]:
    layout = get_layout(name)
    assert layout is not None
    block = next(block for block in layout.blocks if isinstance(block, RepeatBlock) and block.of == "indicators")
    return layout, block


LONGHUA, LIST = form("longhua")
WORDS = Vocabulary(LONGHUA)


def columns(layout_list: RepeatBlock, *labels: str) -> list[Column]:
    found = read_head(layout_list, line(*labels))
    assert found is not None
    return found


HEADS = columns(LIST, "一级指标", "二级指标", "指标内容", "目标值", "目标值来源")


def placed(*texts: str) -> list[str]:
    """Return the texts as they were placed under the five headings."""
    found = best_placement(row := line(*texts), HEADS, WORDS)
    assert found is not None
    return ["" if index is None else row.texts[index] for index in found]


def test_head_binds_headings_by_name_in_any_spelling() -> None:
    found = columns(LIST, "一级\n指标", "二 级 指 标", "指标内容：", "目标值(%)", "目标值来源")
    assert [(c.path, c.start, c.end) for c in found] == [
        ("level1", 0, 1), ("level2", 1, 2), ("name", 2, 3), ("value", 3, 4), ("basis", 4, 5),
    ]  # fmt: skip


def test_head_keeps_an_unknown_heading_and_leaves_out_the_side_label() -> None:
    _, block = form("zhuzhou-1")
    found = columns(block, "年度绩效指标", "一级指标", "二级指标", "三级指标", "备注", "指标值及单位")
    assert [(c.path, c.label) for c in found] == [
        ("level1", "一级指标"), ("level2", "二级指标"), ("name", "三级指标"), ("", "备注"), ("value", "指标值及单位"),
    ]  # fmt: skip


def test_head_of_two_halves() -> None:
    _, block = form("mof-2015")
    found = columns(block, "绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值")
    assert [(c.path, c.beside) for c in found] == [
        ("level1", False), ("level2", True), ("name", True), ("value", True), ("level2", False), ("name", False),
        ("value", False),
    ]  # fmt: skip


@pytest.mark.parametrize("texts", [("一级指标", "二级指标"), ("甲", "乙", "丙", "丁", "戊"), ("一级指标",) * 5])
def test_other_rows_are_no_head(texts: tuple[str, ...]) -> None:
    assert read_head(LIST, line(*texts)) is None


def test_cells_under_merged_headings() -> None:
    heads = [Column("name", False, 0, 2, "指标"), Column("value", False, 2, 3, "值")]
    row = Line([Cell("甲", 0), Cell("乙", 1), Cell("丙", 2), Cell("丁", 3)], para=False)
    assert by_column(row, heads) == ([0, 2], [1, 3])


def test_cells_left_of_the_headings_belong_to_the_side_label() -> None:
    heads = [Column("name", False, 1, 2, "指标"), Column("value", False, 2, 3, "值")]
    assert by_column(line("年度指标", "甲", "1"), heads) == ([1, 2], [])
    assert by_column(Line([Cell("1", 2)], para=False), heads) == ([None, 0], [])


@pytest.mark.parametrize(
    ("texts", "regular"),
    [
        (["产出目标", "数量", "采集员数量", "153", "合同"], True),
        (["", "质量", "覆盖率", "100%", "合同"], True),
        (["", "", "覆盖率", "100%", "合同"], True),
        (["效果目标", "满意度", "满意", "75%以上", "调研"], True),
        (["", "经济效益", "社会效益", "100%", ""], True),
        (["产出目标", "", "稿费奖励", "4", "办法"], True),
        (["工作时效", "", "1年", "考核标准", ""], False),
        (["时效", "及时性", "及时", "通知", ""], False),
        (["满意度", "网格员满意度", "100%", "计划", ""], False),
        (["", "效果目标", "经济效益", "不适用", "不适用"], False),
        (["", "", "经济效益", "不适用", "不适用"], False),
        (["数量", "律师服务费", "", "1", "根据"], False),
        (["", "财务工作", "", "1", "服务"], False),
    ],
)
def test_regular_rows(texts: list[str], regular: bool) -> None:
    assert is_regular(texts, HEADS, WORDS) is regular


def test_a_name_like_a_category_is_a_name_below_a_merged_category() -> None:
    assert is_regular(["", "", "经济效益", "100%", ""], HEADS, WORDS, merged=True)


BASIS = "龙华区数字化城管事务管理项目合同"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # Nothing shifted.
        (("产出目标", "数量", "采集员数量", "153", BASIS), ["产出目标", "数量", "采集员数量", "153", BASIS]),
        (("", "", "采集案件量", "150000", BASIS), ["", "", "采集案件量", "150000", BASIS]),
        # The name alone moved two columns to the left, the rest one.
        (("工作时效", "", "1年", BASIS, ""), ["", "", "工作时效", "1年", BASIS]),
        (("宣传工作完成及时性", "", "100%", BASIS, ""), ["", "", "宣传工作完成及时性", "100%", BASIS]),
        # All cells moved one to the left.
        (("时效", "信息采集及时性", "及时", BASIS, ""), ["", "时效", "信息采集及时性", "及时", BASIS]),
        (("满意度", "网格员满意度", "100%", BASIS, ""), ["", "满意度", "网格员满意度", "100%", BASIS]),
        (("", "采集员数量", "153", BASIS, ""), ["", "", "采集员数量", "153", BASIS]),
        # All cells moved two to the left.
        (("采集员数量", "153", BASIS, "", ""), ["", "", "采集员数量", "153", BASIS]),
        # Moved to the right, the last cell lost.
        (("", "效果目标", "经济效益", "不适用", "不适用"), ["效果目标", "经济效益", "不适用", "不适用", ""]),
        # Level 2 and name in the columns before theirs, value and basis in place.
        (
            ("社会效益", "", "促进治安明显好转", "有效促进", "调查"),
            ["", "社会效益", "促进治安明显好转", "有效促进", "调查"],
        ),
        (("生态效益", "", "不适用", "不适用", "不适用"), ["", "生态效益", "不适用", "不适用", "不适用"]),
        (("数量", "律师服务费", "", "1", BASIS), ["", "数量", "律师服务费", "1", BASIS]),
        (("", "财务工作", "", "1", BASIS), ["", "", "财务工作", "1", BASIS]),
        # A full row whose level 1 is missing at the front.
        (("数量", "采集员数量", "153人", BASIS), ["", "数量", "采集员数量", "153人", BASIS]),
    ],
)
def test_placement_of_shifted_rows(texts: tuple[str, ...], expected: list[str]) -> None:
    assert placed(*texts) == expected


def test_no_placement_for_too_many_cells_or_none() -> None:
    assert best_placement(line("一", "二", "三", "四", "五", "六"), HEADS, WORDS) is None
    assert best_placement(line("", ""), HEADS, WORDS) is None


@pytest.mark.parametrize(
    ("form_name", "text", "levels"),
    [
        ("longhua", "满意度", (False, True)),
        ("longhua", "产出目标", (True, False)),
        ("longhua", "产出指标", (True, False)),
        ("longhua", "数量指标", (False, True)),
        ("hebei", "满意度指标", (True, False)),
        ("hebei", "服务对象满意度指标", (False, True)),
        ("hebei", "成本指标", (False, True)),
        ("zhuzhou-1", "社会公众及服务对象满意度指标", (False, True)),
        ("hebei", "生态效益", (False, True)),
        ("hebei", "年度工作计划", (False, False)),
        ("hebei", "", (False, False)),
    ],
)
def test_vocabulary_of_a_form(form_name: str, text: str, levels: tuple[bool, bool]) -> None:
    words = Vocabulary(form(form_name)[0])
    assert (words.is_level(text, 1), words.is_level(text, 2)) == levels
