"""Forms that no layout describes: every cell of every document, and low confidence where one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.layouts.bound import UNSURE
from projects.tests.anyform import (
    papers_eight,
    papers_eleven,
    papers_five,
    papers_four,
    papers_nine,
    papers_one,
    papers_seven,
    papers_six,
    papers_ten,
    papers_three,
    papers_twelve,
    papers_two,
)
from projects.tests.anyform.measure import compare
from projects.tests.anyform.paper import Paper, as_pdf, written
from projects.tests.anyform.texts import TEXTS
from projects.tests.anyform.texts_two import MORE

_OLD = (papers_one, papers_two, papers_three, papers_four)
_SETS = (
    *_OLD,
    papers_five,
    papers_six,
    papers_seven,
    papers_eight,
    papers_nine,
    papers_ten,
    papers_eleven,
    papers_twelve,
)
PAPERS = {paper.name: paper for one in _SETS for paper in one.PAPERS}
PRINTED = Path(__file__).parent / "pdf"
RUNNING = Path(__file__).parent / "text"

# Forms not all of whose cells are right yet when saved as text, "kind name" a line.
WEAK = set((Path(__file__).parent / "weak.txt").read_text().splitlines())


def read(paper: Paper, data: bytes, kind: str) -> list[ReadTable]:
    return read_tables(open_document(data, f"{paper.name}.{kind if kind in ('docx', 'xlsx', 'pdf') else 'txt'}"))


def wrong(reads: list[ReadTable], paper: Paper) -> list[object]:
    return [cell for cell in compare(reads, paper.tables) if cell[1] != cell[2]]


@pytest.mark.parametrize(
    ("name", "kind"), [(paper.name, kind) for paper in PAPERS.values() for kind in paper.kinds if kind != "pdf"]
)
def test_every_cell_of_an_unknown_form_is_read(name: str, kind: str) -> None:
    paper = PAPERS[name]
    assert wrong(read(paper, written(paper, kind), kind), paper) == []


@pytest.mark.parametrize("kind", ["stream", "pieces", "bars", "barred"])
@pytest.mark.parametrize("name", [name for name, paper in PAPERS.items() if paper.sheets])
def test_every_cell_of_a_page_saved_as_text_is_read(name: str, kind: str) -> None:
    """A cell to a paragraph, or rows that lost their merges: the same forms as web pages become text."""
    paper = PAPERS[name]
    bad = wrong(read(paper, written(paper, kind), kind), paper)
    assert bad == [] or f"{kind} {name}" in WEAK


@pytest.mark.parametrize("path", sorted(PRINTED.glob("*.pdf")), ids=lambda path: path.stem)
def test_every_cell_of_a_printed_form_is_read(path: Path) -> None:
    paper = PAPERS[path.stem]
    assert wrong(read(paper, path.read_bytes(), "pdf"), paper) == []


@pytest.mark.parametrize("path", sorted(RUNNING.glob("*.txt")), ids=lambda path: path.stem)
def test_every_cell_of_a_form_in_running_text_is_read(path: Path) -> None:
    """The text of a PDF as extractors give it, saved web pages, Markdown, rows whose cells blanks divide."""
    tables = TEXTS.get(path.stem) or MORE.get(path.stem) or PAPERS[path.stem].tables
    reads = read_tables(open_document(path.read_bytes(), path.name))
    assert [cell for cell in compare(reads, tables) if cell[1] != cell[2]] == []


@pytest.mark.office
def test_a_form_printed_now_is_read(tmp_path: Path) -> None:
    paper = PAPERS["hunan-standard"]
    assert wrong(read(paper, as_pdf(paper, tmp_path), "pdf"), paper) == []


def test_reading_is_never_unsure_of_everything_nor_sure_of_all() -> None:
    paper = PAPERS["levels-with-scores"]  # no heading at all: found by contents
    reads = read(paper, written(paper, "docx"), "docx")
    values = [one for one in reads[0].bound if one.path.endswith(".value")]
    assert {one.how for one in values} == {"contents"}
    assert max(one.sure for one in values) < UNSURE
    assert [f.code for f in reads[0].findings if f.field == "indicators.0.value"] == ["reading-unsure"]


def test_all_tables_of_a_form_have_the_same_mark_in_any_format() -> None:
    paper = PAPERS["several-on-one-sheet"]
    marks = {one.form for kind in ("docx", "xlsx") for one in read(paper, written(paper, kind), kind)}
    assert len(marks) == 1
    assert marks.pop().startswith("form-")


def test_a_text_whose_columns_are_mixed_is_unsure_of_every_cell() -> None:
    text = """项目支出绩效目标表
项目名称 河道清淤
主管部门 某县水利局
一级指标 二级指标 三级指标 指标值
产出指标 数量指标
质量指标
清淤河道长度
验收合格率
≥12公里
100%
时效指标 完成时间 效益指标 社会效益指标
10月底前 防洪能力
有所提升
"""
    reads = read_tables(open_document(text.encode(), "mixed.txt"))
    assert {one.sure for one in reads[0].bound} == {0.5}
    assert UNSURE > 0.5
