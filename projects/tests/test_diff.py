"""The structural difference of two tables: complete, stable, and as a person would tell it."""

from __future__ import annotations

import copy
import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from projects.diff import Difference, diff, match_rows
from projects.targettable import ROW_TYPES, Cost, Indicator, PlanPoint, Section, TargetTable, leaf_text, leaves
from projects.tests.generated import table, target_tables
from projects.textdiff import GONE, NEW, SAME, Run, marks

QUANTITY = ("产出指标", "数量指标")
QUALITY = ("产出指标", "质量指标")


def told(difference: Difference) -> list[str]:
    """The difference as lines, for goldens."""
    lines = [f"{cell.name}：{shown(cell)}" for cell in difference.cells]
    for block in difference.blocks:
        for row in block.rows:
            cells = "；".join(f"{cell.name}：{shown(cell)}" for cell in row.shown) if row.old is not None else ""
            lines.append(
                f"{block.name} {row.kind} {row.label}" + (f"｜{cells}" if cells and row.new is not None else "")
            )
    return lines


def shown(cell: Any) -> str:
    if cell.difference is not None:
        percent = "" if cell.percent is None else f"（{cell.percent}%）"
        return f"{cell.old}→{cell.new} {cell.difference:+}{percent}"
    if cell.runs:
        signs = {SAME: "{}", GONE: "[-{}]", NEW: "[+{}]"}
        return "".join(signs[run.kind].format(run.text) for run in cell.runs)
    return f"{cell.old}→{cell.new}"


def patched(old: TargetTable, difference: Difference, new: TargetTable) -> TargetTable:
    """Rebuild ``new`` from ``old`` and what the difference says; ``new`` lends only the order of ``extra``."""
    made = copy.deepcopy(old)
    for cell in difference.cells:
        owner, _, leaf = cell.path.partition(".")
        if owner == "extra":
            if cell.new is None:
                made.extra.pop(leaf)
            else:
                made.extra[leaf] = cell.new
        elif leaf:
            setattr(getattr(made, owner), leaf, cell.new)
        else:
            setattr(made, owner, cell.new)
    for block in difference.blocks:
        rows: dict[int, Any] = {
            after: copy.deepcopy(getattr(old, block.key)[before])
            for before, after in block.pairs
            if before is not None and after is not None
        }
        for row in block.rows:
            if row.new is None:
                continue
            if row.old is None:
                rows[row.new] = ROW_TYPES[block.key](**({"by": ""} if block.key == "spend_plan" else {}))
            for cell in row.cells:
                setattr(rows[row.new], cell.path.rpartition(".")[2], cell.new)
        setattr(made, block.key, [rows[index] for index in sorted(rows)])
    return made


def plain(made: TargetTable) -> dict[str, str]:
    found = {}
    for path, value in leaves(made):
        parts = path.split(".")
        bare = ".".join((parts[0], *parts[2:])) if parts[0] in ROW_TYPES else path
        found[path] = str(value) if parts[0] == "extra" else leaf_text(bare, value)
    return found


@given(target_tables())
def test_a_table_does_not_differ_from_itself(made: TargetTable) -> None:
    assert not diff(made, copy.deepcopy(made))
    assert diff(made, made).count == 0


@given(target_tables(), target_tables())
def test_every_differing_leaf_is_told(old: TargetTable, new: TargetTable) -> None:
    assert plain(patched(old, diff(old, new), new)) == plain(new)


@given(target_tables(), target_tables())
def test_nothing_is_told_twice_and_the_way_back_is_as_long(old: TargetTable, new: TargetTable) -> None:
    there, back = diff(old, new), diff(new, old)
    paths = [cell.path for cell in there.cells]
    assert len(paths) == len(set(paths))
    assert {cell.path for cell in back.cells} == set(paths)
    for key in ROW_TYPES:
        pairs = match_rows(key, getattr(old, key), getattr(new, key))
        assert sorted(a for a, _ in pairs if a is not None) == list(range(len(getattr(old, key))))
        assert [b for _, b in pairs if b is not None] == list(range(len(getattr(new, key))))


texts = st.text(st.sampled_from("预算绩效目标的了，。；\n 12%ab完成率"), max_size=40)


@given(texts, texts)
@example("", "")
@example("a\n\nb", "\n")
def test_marks_spell_both_texts(old: str, new: str) -> None:
    runs = marks(old, new)
    assert "".join(run.text for run in runs if run.kind != NEW) == old
    assert "".join(run.text for run in runs if run.kind != GONE) == new
    assert all(run.text for run in runs)
    assert not any(a.kind == b.kind for a, b in itertools.pairwise(runs))


def test_marks_take_words_and_numbers_whole() -> None:
    assert marks("完成率≥95%", "完成率≥98.5%") == [Run(SAME, "完成率≥"), Run(GONE, "95%"), Run(NEW, "98.5%")]
    assert marks("2021年采购电脑20台", "2022年采购电脑25台") == [
        Run(GONE, "2021"),
        Run(NEW, "2022"),
        Run(SAME, "年采购电脑"),
        Run(GONE, "20"),
        Run(NEW, "25"),
        Run(SAME, "台"),
    ]


def test_marks_swallow_islands_but_keep_sentences() -> None:
    old = "保障机关正常运转。做好退役军人服务工作。"
    new = "保障机关正常运转。开展双拥优抚活动工作。"
    assert marks(old, new) == [
        Run(SAME, "保障机关正常运转。"),
        Run(GONE, "做好退役军人服务"),
        Run(NEW, "开展双拥优抚活动"),
        Run(SAME, "工作。"),
    ]
    assert marks("第一段。\n第二段。", "第一段。\n插入一段。\n第二段。") == [
        Run(SAME, "第一段。\n"),
        Run(NEW, "插入一段。\n"),
        Run(SAME, "第二段。"),
    ]


def test_marks_of_long_texts_stay_quick() -> None:
    old = "的预算绩效目标管理工作需要各部门的配合，" * 400
    new = old[:4000] + "新增内容" + old[4000:]
    assert [run.kind for run in marks(old, new) if run.kind != SAME] in ([NEW], [GONE, NEW])


def test_amounts_have_difference_and_percent() -> None:
    old = table()
    new = copy.deepcopy(old)
    new.funding.total, new.funding.fiscal, new.funding.other = Decimal("217400"), None, Decimal("17400")
    assert told(diff(old, new)) == [
        "资金总额（元）：200000.00→217400 +17400.00（8.7%）",
        "财政拨款资金（元）：200000.00→None",
        "其他资金（元）：0.00→17400 +17400.00",
    ]


def test_dates_texts_plan_costs_and_extra_are_told() -> None:
    old = table()
    new = copy.deepcopy(old)
    new.project.start = date(2021, 3, 1)
    new.goals.annual = "全部完成购置并验收"
    new.spend_plan = [PlanPoint("03", Decimal("30.00")), PlanPoint("06", Decimal(60)), old.spend_plan[-1]]
    new.costs = [Cost("电脑", amount=Decimal("25000.00")), Cost("打印机", amount=Decimal(5000))]
    new.sections = [Section("一、总体绩效目标", "……")]
    new.extra = {"项目负责人": "李四", "传真": "123"}
    assert told(diff(old, new)) == [
        "计划开始日期：2021-01-01→2021-03-01",
        "年度绩效目标：[+全部]完成购置[+并验收]",
        "项目负责人：[-张三][+李四]",
        "传真：[+123]",
        "电话：→None",
        "支出计划 changed 3月底｜累计比例（%）：25.00→30.00 +5.00（20.0%）",
        "支出计划 added 6月底",
        "支出明细 changed 电脑｜金额（元）：20000.00→25000.00 +5000.00（25.0%）",
        "支出明细 added 打印机",
        "文字部分 added 一、总体绩效目标",
    ]


def with_indicators(*rows: Indicator) -> TargetTable:
    return table(indicators=list(rows))


def indicator(levels: tuple[str, str], name: str, value: str = "") -> Indicator:
    return Indicator(*levels, name=name, value=value)


def test_indicators_added_removed_changed() -> None:
    old = with_indicators(
        indicator(QUANTITY, "购置电脑数量", "20台"),
        indicator(QUANTITY, "培训次数", "3次"),
        indicator(QUALITY, "验收合格率", "100%"),
    )
    new = with_indicators(
        indicator(QUANTITY, "购置电脑数量", "25台"),
        indicator(QUALITY, "验收合格率", "100%"),
        indicator(QUALITY, "设备完好率", "≥98%"),
    )
    assert told(diff(old, new)) == [
        "年度指标 changed 购置电脑数量｜指标值：[-20][+25]台",
        "年度指标 removed 培训次数",
        "年度指标 added 设备完好率",
    ]


def test_a_renamed_indicator_is_the_same_one() -> None:
    old = with_indicators(indicator(QUANTITY, "购置台式电脑数量", "20台"), indicator(QUANTITY, "办公家具", "5套"))
    new = with_indicators(indicator(QUANTITY, "办公家具", "5套"), indicator(QUANTITY, "购置台式计算机数量", "20台"))
    assert [(row.kind, row.label) for row in diff(old, new).rows()] in (
        [("moved", "办公家具"), ("changed", "购置台式计算机数量")],
        [("moved", "购置台式计算机数量")],
    )


def test_moving_into_another_category_is_a_move() -> None:
    old = with_indicators(indicator(QUANTITY, "活动参与率", "≥80%"), indicator(QUANTITY, "活动场次", "3场"))
    new = with_indicators(indicator(QUANTITY, "活动场次", "3场"), indicator(QUALITY, "活动参与率", "≥80%"))
    assert told(diff(old, new)) == ["年度指标 moved 活动参与率｜二级指标：[-数][+质]量指标"]


def test_one_row_taken_to_the_front_is_one_move() -> None:
    rows = [indicator(QUANTITY, name) for name in ("甲项目数量", "乙类场次", "丙级人数", "丁种面积")]
    found = list(diff(with_indicators(*rows), with_indicators(rows[3], *rows[:3])).rows())
    assert [(row.kind, row.label, row.old, row.new) for row in found] == [("moved", "丁种面积", 3, 0)]


def test_same_names_in_two_categories_are_not_mixed_up() -> None:
    old = with_indicators(indicator(QUANTITY, "完成率", "90%"), indicator(QUALITY, "完成率", "95%"))
    new = with_indicators(indicator(QUANTITY, "完成率", "91%"), indicator(QUALITY, "完成率", "96%"))
    assert told(diff(old, new)) == [
        "年度指标 changed 完成率｜指标值：[-90%][+91%]",
        "年度指标 changed 完成率｜指标值：[-95%][+96%]",
    ]


def test_a_similar_name_is_looked_for_in_its_category_first() -> None:
    old = with_indicators(indicator(QUANTITY, "培训参加人数", "30人"), indicator(QUALITY, "培训参加人员比例", "90%"))
    new = with_indicators(
        indicator(QUANTITY, "培训参加总人数", "40人"), indicator(QUALITY, "培训参加人员的比例", "95%")
    )
    assert [(row.old, row.new) for row in diff(old, new).rows()] == [(0, 0), (1, 1)]


def test_what_follows_from_a_changed_value_is_told_but_not_shown() -> None:
    old, new = table(), table()
    new.indicators[0].value, new.indicators[0].quantity = "≥98%", Decimal(98)
    (row,) = diff(old, new).rows()
    assert [cell.path for cell in row.cells] == ["indicators.0.value", "indicators.0.quantity"]
    assert [cell.name for cell in row.shown] == ["指标值"]


def test_an_unreadable_amount_is_compared_as_text() -> None:
    old, new = table(), table()
    old.funding.total, new.funding.total = "十万", Decimal(100000)
    (cell,) = diff(old, new).cells
    assert (cell.old, cell.new, cell.difference, cell.kind) == ("十万", Decimal(100000), None, "money")
