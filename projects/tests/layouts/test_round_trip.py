"""Every sample table through every format, and every project table through every project form and back."""

from __future__ import annotations

import pytest

from projects.grids.grid import PART, TITLE, Paragraph
from projects.layouts import book, get_layout, layouts_for, read_tables, render, title_property
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import FORMATS, SAMPLES, all_tables, compare, tables, written

PROJECT_FORMS = [layout.id for layout in layouts_for("project")]
# What a form words itself: its title and the names of the categories (their codes stay).
FORMS_OWN = r"layout|title|(period_)?indicators\.\d+\.level[12]"


def reread(kind: str, table: TargetTable, form: str = "") -> TargetTable:
    document = written(kind, [("表", render(table, get_layout(form) if form else None))], title_property([table]))
    found = read_tables(document)
    assert len(found) == 1
    return found[0].table


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_table_read_again_is_equal(kind: str, sample: str) -> None:
    broken = [(n, compare(reread(kind, t), t)) for n, t in enumerate(tables(sample)) if reread(kind, t) != t]
    assert broken == []


@pytest.mark.parametrize("form", PROJECT_FORMS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_project_table_through_another_form_and_back(form: str, sample: str) -> None:
    for table in tables(sample):
        if table.kind != "project" or table.layout == form:
            continue
        there = reread("html", table, form)
        assert there.layout == form
        assert compare(there, table, FORMS_OWN) == []
        back = reread("html", there, table.layout)
        assert compare(back, table, "title") == []


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@pytest.mark.parametrize("form", PROJECT_FORMS)
def test_project_tables_in_another_form_as_word_and_excel(kind: str, form: str) -> None:
    """One table of each sample: the forms differ in what they cannot show, not the tables of one sample."""
    for table in (tables("001")[0], tables("002")[21], tables("003")[4], tables("004")[7], tables("004")[14]):
        there = reread(kind, table, form)
        assert compare(there, table, FORMS_OWN) == []
        assert compare(reread(kind, there, table.layout), table, "title") == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_book_read_again_is_equal(kind: str, sample: str) -> None:
    mine = tables(sample)
    if kind == "xlsx":
        document = written(kind, [(f"{n}", render(t)) for n, t in enumerate(mine)], title_property(mine))
    else:
        document = written(kind, [("", list(book(mine)))], title_property(mine))
    found = [read.table for read in read_tables(document)]
    assert len(found) == len(mine)
    assert [compare(one, other) for one, other in zip(found, mine, strict=True) if one != other] == []


@pytest.mark.parametrize("form", PROJECT_FORMS)
def test_book_of_all_samples_in_one_form(form: str) -> None:
    """Years and departments differ between the samples: only what every form prints can come back."""
    mine = [table for table in all_tables() if table.kind == "project"]
    document = written("docx", [("", list(book(mine, get_layout(form))))], title_property(mine))
    found = [read.table for read in read_tables(document)]
    assert [table.layout for table in found] == [form] * 67
    loose = f"{FORMS_OWN}|fiscal_year"
    assert [diff for one, other in zip(found, mine, strict=True) if (diff := compare(one, other, loose))] == []


def test_book_has_dividers_numbers_and_page_breaks() -> None:
    blocks = list(book(tables("002")))
    paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
    parts = [(p.text, p.page_break) for p in paragraphs if p.style == PART]
    assert parts == [("第一部分", False), ("第二部分", True), ("预算项目绩效目标", False)]
    titles = [p for p in paragraphs if p.style == TITLE]
    assert [p.text for p in titles] == [t.title for t in tables("002")]
    # The prose stands below its divider; the divider before the project tables has a page of its own.
    assert [p.page_break for p in titles] == [False] + [True] * 44


def test_book_numbers_titles_of_converted_tables() -> None:
    mine = tables("001") + tables("004")
    titles = [b.text for b in book(mine, get_layout("hebei")) if isinstance(b, Paragraph) and b.style == TITLE]
    assert titles == [f"{n}.{table.project.name}绩效目标表" for n, table in enumerate(mine, start=1)]


def test_book_of_zhuzhou_names_the_annexes() -> None:
    blocks = list(book(tables("003")))
    annexes = [(b.text, b.page_break) for b in blocks if isinstance(b, Paragraph) and b.style == "annex"]
    assert annexes == [("附表1", False), ("附表2", True)] + [("附表3", True)] * 7


def test_render_refuses_a_form_of_another_kind() -> None:
    with pytest.raises(ValueError, match="不是“项目支出”类表的表式"):
        render(tables("001")[0], get_layout("zhuzhou-1"))


def test_render_draws_a_table_of_an_unknown_form_in_the_usual_one() -> None:
    table = TargetTable(title="某某表", fiscal_year=2024)
    title = render(table)[0]
    assert isinstance(title, Paragraph)
    assert title.text == "项目支出绩效目标申报表（2024年度）"
