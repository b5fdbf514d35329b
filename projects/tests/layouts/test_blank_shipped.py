"""Every shipped layout as a blank form, uploaded unchanged: the same form again, in Word and in Excel."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import pytest

from projects.grids.docx_writer import write_docx
from projects.grids.files import open_document
from projects.grids.grid import Grid
from projects.grids.xlsx_writer import write_xlsx
from projects.layouts import read_tables, render
from projects.layouts.blank.draw import blank_blocks, form_mark_of
from projects.layouts.blank.extract import BlankForm, Choices, read_blank
from projects.layouts.blank.filling import fill
from projects.layouts.blank.prove import prove
from projects.layouts.definition import Layout
from projects.layouts.registry import shipped_layouts
from projects.targettable import TargetTable
from projects.tests.layouts.helpers import all_tables, compare

BOTH = ("docx", "xlsx")
SHIPPED = {layout.id: layout for layout in shipped_layouts()}


@cache
def blank(name: str, suffix: str) -> bytes:
    layout, out = SHIPPED[name], io.BytesIO()
    if suffix == "docx":
        write_docx(blank_blocks(layout), out, form=form_mark_of(layout))
    else:
        assert write_xlsx([(layout.name, blank_blocks(layout))], out, form=form_mark_of(layout)) == []
    return out.getvalue()


@cache
def uploaded(name: str, suffix: str) -> BlankForm:
    document = open_document(blank(name, suffix), f"表.{suffix}")
    layout = SHIPPED[name]
    return read_blank(document, Choices(categories=layout.categories), f"own-{name}")


def form(name: str, suffix: str) -> Layout:
    found = uploaded(name, suffix).layout
    assert found is not None
    return found


def samples(name: str) -> list[TargetTable]:
    return [table for table in all_tables() if table.layout == name]


@pytest.mark.parametrize("suffix", BOTH)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_exported_blank_form_is_a_usable_form(name: str, suffix: str) -> None:
    found = uploaded(name, suffix)
    assert [f"{f.code} {f.text}" for f in found.findings if f.level == "block"] == []
    assert form(name, suffix).kind == SHIPPED[name].kind
    assert form(name, suffix).paths == SHIPPED[name].paths
    assert open_document(blank(name, suffix), f"表.{suffix}").form == f"shipped:{name}"


@pytest.mark.parametrize("suffix", BOTH)
@pytest.mark.parametrize("name", SHIPPED)
def test_it_draws_every_sample_with_the_same_cells(name: str, suffix: str) -> None:
    own = form(name, suffix)
    tables = samples(name) or [t for t in all_tables() if t.kind == SHIPPED[name].kind][::9]
    assert tables
    for table in tables:
        table = replace(table, layout=name)
        ours, theirs = render(replace(table, layout=own.id), own), render(table, SHIPPED[name])
        texts = [
            [[(c.text, c.rowspan) for c in row.cells] for b in blocks if isinstance(b, Grid) for row in b.rows]
            for blocks in (ours, theirs)
        ]
        assert texts[0] == texts[1]
        around = [["".join(b.text.split()) for b in blocks if not isinstance(b, Grid)] for blocks in (ours, theirs)]
        assert around[0] == around[1]


@pytest.mark.parametrize("suffix", BOTH)
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_filled_in_is_read_back(name: str, suffix: str) -> None:
    own = form(name, suffix)
    assert [finding.text for finding in prove(blank(name, suffix), suffix, own)] == []
    broken = []
    for table in samples(name)[::4]:
        mine = replace(table, layout=own.id)
        content = fill(blank(name, suffix), suffix, [mine], own)
        found = read_tables(open_document(content, f"表.{suffix}"), filed=own)
        assert len(found) == 1
        broken += compare(found[0].table, mine)
    assert broken == []


@pytest.mark.parametrize("suffix", BOTH)
def test_the_same_table_gives_the_same_bytes(suffix: str) -> None:
    own, table = form("hebei", suffix), samples("hebei")[0]
    first = fill(blank("hebei", suffix), suffix, [table], own)
    assert fill(blank("hebei", suffix), suffix, [table], own) == first


@pytest.mark.parametrize("suffix", BOTH)
@pytest.mark.parametrize("name", ["hebei", "zhuzhou-3"])
def test_several_tables_in_one_file(name: str, suffix: str) -> None:
    own = form(name, suffix)
    mine = [replace(table, layout=own.id) for table in samples(name)[:4]]
    content = fill(blank(name, suffix), suffix, mine, own)
    found = [read.table for read in read_tables(open_document(content, f"表.{suffix}"), filed=own)]
    assert len(found) == 4
    assert [compare(one, other) for one, other in zip(found, mine, strict=True) if one != other] == []
