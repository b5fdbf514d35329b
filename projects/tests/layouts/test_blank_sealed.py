"""Forms with seals in merged cells below the indicators: what comes back, in every format."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import openpyxl
import pytest

from projects.grids.docx_writer import write_docx
from projects.grids.files import open_document
from projects.grids.xlsx_writer import write_xlsx
from projects.layouts import read_tables, render
from projects.layouts.blank.extract import Choices, read_blank
from projects.layouts.blank.filling import fill
from projects.layouts.blank.prove import prove, specimen
from projects.layouts.definition import Layout
from projects.layouts.registry import get_layout
from projects.services import pdf
from projects.tests.layouts.helpers import compare, tables
from projects.tests.sealed_forms import excel_form, word_form

MADE = {"docx": word_form, "xlsx": excel_form}


@cache
def form(suffix: str) -> Layout:
    classic = get_layout("hebei")
    assert classic is not None
    document = open_document(MADE[suffix](), f"表.{suffix}")
    found = read_blank(document, Choices(categories=classic.categories), f"sealed-{suffix}")
    assert found.layout is not None
    assert [finding.text for finding in found.findings if finding.level != "info"] == []
    return found.layout


@pytest.mark.parametrize("suffix", MADE)
def test_specimens_come_back(suffix: str) -> None:
    assert [finding.text for finding in prove(MADE[suffix](), suffix, form(suffix))] == []


@pytest.mark.parametrize("suffix", MADE)
def test_the_seals_stand_below_the_indicators_and_hold_nothing(suffix: str) -> None:
    table = specimen(form(suffix))
    document = open_document(fill(MADE[suffix](), suffix, [table], form(suffix)), f"表.{suffix}")
    grid = max((block for block in document.blocks if hasattr(block, "rows")), key=lambda block: len(block.rows))
    texts = ["".join(cell.text.split()) for row in grid.rows for cell in row.cells]
    seals = [text for text in texts if "章" in text]
    assert (
        seals
        == {
            "docx": ["单位负责人（签章）：年月日", "财政部门意见（签章）：年月日"],
            "xlsx": ["申报单位（盖章）年月日", "主管部门审核（盖章）年月日"],
        }[suffix]
    )


@pytest.mark.parametrize("suffix", MADE)
@pytest.mark.parametrize("drawn", ["docx", "xlsx"])
def test_the_form_drawn_in_either_format_comes_back(suffix: str, drawn: str) -> None:
    """A Word form is drawn by its layout when Excel is asked for, and the other way round."""
    table = specimen(form(suffix))
    out = io.BytesIO()
    blocks = list(render(table, form(suffix)))
    if drawn == "docx":
        write_docx(blocks, out, form=form(suffix).id)
    else:
        write_xlsx([("表", blocks)], out, form=form(suffix).id)
    found = read_tables(open_document(out.getvalue(), f"表.{drawn}"), filed=form(suffix))
    assert [compare(item.table, table) for item in found] == [[]]


@pytest.mark.parametrize("suffix", MADE)
def test_real_tables_come_back(suffix: str) -> None:
    broken = []
    for table in [table for table in tables("002") if table.kind == "project"][:6]:
        once = replace(table, layout=form(suffix).id, title=specimen(form(suffix)).title)
        content = fill(MADE[suffix](), suffix, [once], form(suffix))
        (found,) = read_tables(open_document(content, f"表.{suffix}"), filed=form(suffix))
        broken += compare(found.table, once, r"(period_)?indicators\.\d+\.level[12]|title")
    assert broken == []


def test_a_figure_too_long_for_its_column_is_printed_smaller() -> None:
    """Otherwise a workbook shows ### there, and so does every PDF made of it."""
    table = specimen(form("xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(fill(excel_form(), "xlsx", [table], form("xlsx")))).active
    assert [(sheet[place].value, sheet[place].alignment.shrink_to_fit) for place in ("C4", "G4")] == [
        (float(table.funding.total or 0), None),
        (float(table.funding.fiscal or 0), True),
    ]


@pytest.mark.office
def test_the_pdf_of_the_filled_word_form_comes_back() -> None:
    """The gap that LibreOffice sets between Chinese and figures is no blank, also in a large title."""
    table = specimen(form("docx"), full=False)
    made = pdf.from_office(fill(word_form(), "docx", [table], form("docx")), "docx")
    (found,) = read_tables(open_document(made, "表.pdf"), filed=form("docx"))
    assert compare(found.table, table) == []
