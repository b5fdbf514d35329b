"""Corrections by label and column, and readings that were confirmed and saved."""

from __future__ import annotations

import pytest

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.layouts.corrections import Correction
from projects.layouts.saved import layout_from_reading, parse_layout_text
from projects.targettable import TargetTable
from projects.tests.anyform.paper import Paper, Sheet, rows_text, written
from projects.tests.anyform.test_papers import PAPERS
from projects.tests.layouts.helpers import compare

ODD = """
办什么事 | {name}(2x1)
归谁管 | 某区水务局(2x1)
花多少钱 | {money}(2x1)
要办成什么样 | 河道水质稳定达标。(2x1)
项目绩效目标 | 完成清淤。(2x1)
一级指标 | 二级指标 | 三级指标 | 甲 | 乙
产出指标 | 数量指标 | 清淤长度 | 公里 | {value}
效益指标 | 生态效益指标 | 水质达标率 | % | 100
"""


def odd(**texts: str) -> bytes:
    return written(Paper("odd", [Sheet(["河道整治绩效目标表"], rows_text(ODD.format(**texts)))], []), "docx")


FIRST = odd(name="东河整治", money="300", value="12")
OTHER = odd(name="西河整治", money="450.5", value="7")


def corrections(form: str) -> list[Correction]:
    return [
        Correction("label", form=form, label="办什么事", path="project.name"),
        Correction("label", form=form, label="归谁管", path="department.name"),
        Correction("label", form=form, label="花多少钱", path="funding.total"),
        Correction("label", form=form, label="要办成什么样", path="goals.period"),
        Correction("column", form=form, label="乙", path="quantity"),
        Correction("column", form=form, label="甲", path="unit"),
        Correction("unit", form=form, text="元"),
    ]


def read(data: bytes, **options: object) -> ReadTable:
    found = read_tables(open_document(data, "某表.docx"), **options)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def test_corrections_hold_for_all_tables_of_the_form() -> None:
    form = read(FIRST).form
    assert read(OTHER).form == form
    table = read(OTHER, corrections=corrections(form)).table
    assert (table.project.name, table.department.name, str(table.funding.total)) == ("西河整治", "某区水务局", "450.50")
    assert (table.goals.period, table.goals.annual) == ("河道水质稳定达标。", "完成清淤。")
    assert [row.value for row in table.indicators] == ["7公里", "100%"]
    assert read(OTHER, corrections=corrections("form-of-others")).table.project.name != "西河整治"


def test_a_saved_reading_is_known_next_time() -> None:
    made_with = corrections(read(FIRST).form)
    confirmed = read(FIRST, corrections=made_with)
    text = layout_from_reading(confirmed, ident="odd-form", name="河道整治表", corrections=made_with)
    layout = parse_layout_text(text)
    again = read(OTHER, layouts=[layout])
    expected = read(OTHER, corrections=made_with).table
    expected.layout = "odd-form"
    assert compare(again.table, expected) == []
    assert again.form == "odd-form"
    assert {one.how for one in again.bound if one.path == "project.name"} == {"layout"}
    assert again.sure >= confirmed.sure - 0.1


# Who does the work was a guess and kept as other text too; once confirmed it is the department.
GUESSED = {
    "category-rows": "责任单位",
    "names-in-headings": "项目单位",
    "name-in-title": "实施单位",
    "strange-words": "牵头部门",
}
# One has no headings to know it by; the other is a form of ours.
NOT_SAVED = {"levels-with-scores", "described"}


@pytest.mark.parametrize("name", [name for name in PAPERS if PAPERS[name].sheets and name not in NOT_SAVED])
def test_every_paper_is_read_by_its_saved_reading_as_before(name: str) -> None:
    paper = PAPERS[name]
    document = open_document(written(paper, paper.kinds[0]), f"a.{paper.kinds[0]}")
    before = read_tables(document)
    layout = parse_layout_text(layout_from_reading(before[0], ident="mine", name="本地表"))
    after = read_tables(document, layouts=[layout])
    assert len(after) == len(before)
    for one, other in zip(after, before, strict=True):
        other.table.layout = "mine"
        ignored = rf"extra(\.{GUESSED[name]})?" if name in GUESSED else ""
        assert compare(one.table, other.table, ignored) == []


def test_a_saved_reading_draws_its_form() -> None:
    from projects.layouts import book
    from projects.tests.layouts.helpers import written as written_blocks

    confirmed = read(FIRST, corrections=corrections(read(FIRST).form))
    layout = parse_layout_text(layout_from_reading(confirmed, ident="odd-form", name="河道整治表"))
    table: TargetTable = confirmed.table
    blocks = book([table], layout)
    assert written_blocks("docx", [("a", blocks)]).blocks


def test_what_was_not_read_by_meaning_cannot_be_saved() -> None:
    with pytest.raises(ValueError, match="标识"):
        layout_from_reading(read(FIRST), ident="A B", name="x")
    with pytest.raises(ValueError, match="不能另存"):
        layout_from_reading(ReadTable(TargetTable()), ident="a", name="x")
    with pytest.raises(ValueError, match="格式"):
        parse_layout_text("id = ")
