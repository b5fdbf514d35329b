"""Text files: codings, and the three habits of writing a table as text."""

from __future__ import annotations

import pytest

from projects.grids.grid import Grid, Origin, Paragraph
from projects.grids.txt_reader import decode, read_txt


def cells(grid: object) -> list[list[str]]:
    assert isinstance(grid, Grid)
    return [[cell.text for cell in row.cells] for row in grid.rows]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_decode(coding: str) -> None:
    data = "绩效目标表\n项目\t名称".encode(coding)
    if coding in ("utf-16-le", "utf-16-be"):
        data = (b"\xff\xfe" if coding.endswith("le") else b"\xfe\xff") + data
    assert decode(data) == "绩效目标表\n项目\t名称"


def test_decode_never_raises() -> None:
    assert decode(b"\xff\xff\x81") == decode(b"\xff\xff\x81")
    assert decode(b"") == ""


def test_rows_divided_by_tabs() -> None:
    document = read_txt("标题\n\n甲\t乙\t\n\t\t丙\n尾\n".encode(), "表.txt")
    title, grid, tail = document.blocks
    assert (title, tail) == (Paragraph("标题", origin=Origin(1, 1)), Paragraph("尾", origin=Origin(5, 1)))
    assert cells(grid) == [["甲", "乙", ""], ["", "", "丙"]]
    assert isinstance(grid, Grid)
    assert [cell.origin for cell in grid.rows[1].cells] == [Origin(4, 1), Origin(4, 2), Origin(4, 3)]
    assert [cell.col for cell in grid.rows[0].cells] == [0, 1, 2]
    assert document.name == "表.txt"


def test_a_blank_line_inside_a_table_does_not_divide_it() -> None:
    document = read_txt("甲\t乙\t丙\n\n丁\t戊\t己\n".encode(), "表.txt")
    assert [cells(block) for block in document.blocks] == [[["甲", "乙", "丙"], ["丁", "戊", "己"]]]


def test_one_cell_to_a_line() -> None:
    text = "标题\n\t甲\n\t\n第二行\n\t 乙 \n\n \n\t丙\n\t丁\n\n尾\n"
    document = read_txt(text.encode(), "表.txt")
    title, grid, tail = document.blocks
    assert isinstance(grid, Grid)
    assert (title, tail) == (Paragraph("标题", origin=Origin(1, 1)), Paragraph("尾", origin=Origin(11, 1)))
    assert cells(grid) == [["甲", "第二行", "乙"], ["丙", "丁"]]
    assert [cell.origin for row in grid.rows for cell in row.cells] == [
        Origin(2, 1), Origin(3, 2), Origin(5, 3), Origin(8, 1), Origin(9, 2),
    ]  # fmt: skip


def test_flowing_text_is_one_paragraph_per_run_of_lines() -> None:
    document = read_txt("  标题\n\n\n甲\n乙 \n\n丙".encode(), "表.txt")
    assert document.blocks == [
        Paragraph("标题", origin=Origin(1, 1)),
        Paragraph("甲\n乙", origin=Origin(4, 1)),
        Paragraph("丙", origin=Origin(7, 1)),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(newline: str) -> None:
    document = read_txt(f"甲\t乙\t丙{newline}丁\t戊\t己{newline}".encode(), "表.txt")
    assert cells(document.blocks[0]) == [["甲", "乙", "丙"], ["丁", "戊", "己"]]


def test_control_characters_go_and_bookmarks_of_headings() -> None:
    document = read_txt(
        "[bookmark: _Toc61450405]1.甲\x00绩效目标表\n[2021]45号\t乙\t[bookmark: _GoBack]丙".encode(), "表.txt"
    )
    assert document.blocks[0] == Paragraph("1.甲绩效目标表", origin=Origin(1, 1))
    assert cells(document.blocks[1]) == [["[2021]45号", "乙", "[bookmark: _GoBack]丙"]]


def test_empty_file() -> None:
    assert read_txt(b"", "空.txt").blocks == []
    assert read_txt(b"\n \n", "空.txt").blocks == []
