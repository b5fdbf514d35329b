"""Every mess of the samples is reported, with its place in the file; nothing else is."""

from __future__ import annotations

from projects.findings import INFO, WARN
from projects.tests.layouts.helpers import reads

Place = tuple[str, str, int, int, str]


def found(sample: str) -> dict[int, list[Place]]:
    """Return level, code, row, column and field of the findings, by the table's number."""
    return {
        number: [(f.level, f.code, f.row, f.column, f.field) for f in read.findings]
        for number, read in enumerate(reads(sample), start=1)
        if read.findings
    }


def shifted(row: int, column: int, indicator: int) -> Place:
    return WARN, "cells-shifted", row, column, f"indicators.{indicator}"


def markup(*rows: int) -> list[Place]:
    return [(INFO, "markup-removed", row, 2, "") for row in rows]


def test_flowing_text_of_001_reads_without_a_doubt() -> None:
    assert found("001") == {}


def test_002_year_department_and_impossible_percent() -> None:
    assert found("002") == {
        1: [(INFO, "year-filled", 0, 0, "fiscal_year"), (WARN, "department-filled", 0, 0, "department.name")],
        22: [(WARN, "percent-unreadable", 2303, 4, "spend_plan.2.percent")],
    }
    percent = reads("002")[21].findings[0]
    assert percent.file == "002_4229725100bda47c.txt"
    assert percent.table == "第22张表 两参退役人员生活补"
    assert percent.cell == "10075.00%"
    year, department = reads("002")[0].findings
    assert year.text == "从这张表起共 45 张表内没有写明年度，按文件中的文字取 2021 年"
    assert "2 个单位" in department.text


def test_003_department_bookmark_and_names_without_a_value() -> None:
    assert found("003") == {
        2: [(INFO, "department-filled", 0, 0, "department.name")],
        3: markup(253),
        5: [(INFO, "value-blank", 524, 5, "indicators.0.value")],
        6: [(INFO, "value-blank", 650, 5, "indicators.0.value")],
    }
    assert reads("003")[1].findings[0].text == (
        "从这张表起共 8 张表内没有写明单位，按同一文件的其他表取“株洲市石峰区退役军人事务局”"
    )


def test_004_shifted_rows_lost_cell_implied_levels_and_markup() -> None:
    assert found("004") == {
        1: [shifted(23, 1, 6)],
        2: [*markup(37, 38, 40, 41), shifted(47, 1, 4), shifted(54, 1, 11)],
        5: [*markup(108, 109, 111, 112), shifted(128, 1, 13)],
        6: [*markup(142, 143, 145, 146), shifted(156, 1, 8)],
        7: [shifted(186, 1, 10), shifted(187, 1, 11)],
        8: [
            *markup(201, 202, 204, 205),
            (INFO, "level1-implied", 207, 2, "indicators.0.level1"),
            shifted(219, 2, 11),
            shifted(220, 1, 12),
            shifted(221, 1, 13),
            shifted(222, 1, 14),
        ],
        9: markup(232, 233),
        10: [*markup(261, 262), shifted(273, 1, 6)],
        11: [
            *markup(287, 288, 290, 291),
            shifted(293, 1, 0),
            (INFO, "level1-implied", 293, 1, "indicators.0.level1"),
            shifted(294, 2, 1),
            shifted(295, 2, 2),
            shifted(296, 2, 3),
        ],
        13: [shifted(352, 1, 8)],
        15: [*markup(386, 387, 389, 390), (INFO, "year-filled", 0, 0, "fiscal_year")],
    }


def test_004_lost_cell_is_named_with_the_words_of_its_row() -> None:
    lost = next(f for f in reads("004")[7].findings if f.row == 219)
    assert lost.text == "这一行的单元格错位，已按内容归位，请核对；缺少“目标值来源”一格"
    assert lost.cell == "效果目标 | 经济效益 | 不适用 | 不适用"


def test_004_implied_level_says_what_it_follows_from() -> None:
    texts = [f.text for read in reads("004") for f in read.findings if f.code == "level1-implied"]
    assert texts == ["一级指标空缺，按二级指标“数量”归入“产出目标”"] * 2
