"""Forms that no layout describes: every cell of every document, and low confidence where one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.grids.files import open_document
from projects.layouts import ReadTable, read_tables
from projects.layouts.bound import UNSURE
from projects.tests.anyform import papers_four, papers_one, papers_three, papers_two
from projects.tests.anyform.measure import compare
from projects.tests.anyform.paper import Paper, as_pdf, written

PAPERS = {
    paper.name: paper for paper in (*papers_one.PAPERS, *papers_two.PAPERS, *papers_three.PAPERS, *papers_four.PAPERS)
}
PRINTED = Path(__file__).parent / "pdf"


def read(paper: Paper, data: bytes, kind: str) -> list[ReadTable]:
    return read_tables(open_document(data, f"{paper.name}.{kind}"))


def wrong(reads: list[ReadTable], paper: Paper) -> list[object]:
    return [cell for cell in compare(reads, paper.tables) if cell[1] != cell[2]]


@pytest.mark.parametrize(
    ("name", "kind"), [(paper.name, kind) for paper in PAPERS.values() for kind in paper.kinds if kind != "pdf"]
)
def test_every_cell_of_an_unknown_form_is_read(name: str, kind: str) -> None:
    paper = PAPERS[name]
    assert wrong(read(paper, written(paper, kind), kind), paper) == []


@pytest.mark.parametrize("path", sorted(PRINTED.glob("*.pdf")), ids=lambda path: path.stem)
def test_every_cell_of_a_printed_form_is_read(path: Path) -> None:
    paper = PAPERS[path.stem]
    assert wrong(read(paper, path.read_bytes(), "pdf"), paper) == []


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
