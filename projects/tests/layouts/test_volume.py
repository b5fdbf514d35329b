"""The book: what a reader finds in it, in which order, under which numbers, and on which pages."""

import io
import json
import re
import zipfile
from decimal import Decimal

import pytest
from lxml import etree

from projects.grids import grid as g
from projects.grids.docx_parts import W_NS
from projects.grids.docx_reader import read_docx
from projects.grids.docx_writer import write_docx
from projects.grids.grid import Grid, Paragraph
from projects.grids.html_reader import read_html
from projects.grids.html_writer import write_html_page
from projects.layouts import read_tables
from projects.layouts.volume import ALWAYS, NEVER, Chapter, Entry, Volume, contents_of, renumbered, volume_blocks
from projects.targettable import DepartmentRef, Funding, Project, TargetTable
from projects.tests.layouts.helpers import FIXTURES

W = f"{{{W_NS}}}"
BOOK, ANNEXES = "002_4229725100bda47c", "003_6fc3c3bcd6c0de3e"
PLAIN = Volume(cover=False, contents=False)
FULL = Volume("2021年部门预算绩效文本", ("某局", "2021年1月"))


def imported(sample: str) -> list[TargetTable]:
    return [
        TargetTable.from_dict(item)
        for item in json.loads((FIXTURES / "expected" / f"{sample}.json").read_text("utf-8"))
    ]


def one(tables: list[TargetTable], name: str = "某局") -> list[Chapter]:
    return [Chapter(name, lambda: tables)]


def docx(chapters: list[Chapter], volume: Volume) -> bytes:
    out = io.BytesIO()
    write_docx(volume_blocks(chapters, volume), out, title=f"2021年{volume.title}", frame=volume.frame())
    return out.getvalue()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", re.sub(r"\[bookmark:[^]]*]", "", text))


def words(data: bytes) -> list[str]:
    """Every line of a Word file in reading order, cell by cell, without blanks."""
    lines: list[str] = []
    for block in read_docx(data, "book.docx").blocks:
        texts = [c.text for _, c in block.cells()] if isinstance(block, Grid) else [block.text]
        lines += [line for text in texts for line in re.split("[\t\n]", text)]
    return [line for line in map(squeezed, lines) if line]


def sample_words(sample: str) -> list[str]:
    text = (FIXTURES / "samples" / f"{sample}.txt").read_text("utf-8")
    return [line for line in map(squeezed, text.split("\n")) if line]


def plain(name: str, *, layout: str = "mof-2015", kind: str = "project") -> TargetTable:
    return TargetTable(
        layout=layout,
        kind=kind,
        fiscal_year=2021,
        department=DepartmentRef("", "某局"),
        project=Project(name=name),
        funding=Funding(total=Decimal(1)),
    )


def test_book_of_sample_002_says_what_the_sample_says_line_by_line() -> None:
    found = words(docx(one(imported(BOOK)), PLAIN))
    assert len(found) == 3606
    assert found == sample_words(BOOK)


def test_book_of_sample_003_says_what_the_sample_says_but_for_the_department_that_it_left_blank() -> None:
    found = "\n".join(words(docx(one(imported(ANNEXES)), PLAIN)))
    expected = "\n".join(sample_words(ANNEXES))
    assert found.count("填报单位：株洲市石峰区退役军人事务局（盖章）") == 8
    found = found.replace("填报单位：株洲市石峰区退役军人事务局（盖章）", "填报单位：（盖章）")
    assert found.replace("年度预算申请（万元）", "年度预算申请\n（万元）") == expected


def test_cover_and_contents_stand_before_the_same_book() -> None:
    tables = imported(BOOK)
    bare, full = words(docx(one(tables), PLAIN)), words(docx(one(tables), FULL))
    front = full[: len(full) - len(bare)]
    assert full[len(front) :] == bare
    assert front[:5] == ["2021年部门预算绩效文本", "某局", "2021年1月", "目录", "第一部分部门整体绩效目标"]
    assert front[-2:] == ["44.遗属补助绩效目标表", "52"]


def test_contents_list_parts_sections_and_tables_with_their_pages() -> None:
    found = contents_of(one(imported(BOOK)), FULL)
    assert found[:6] == [
        Entry(1, "第一部分　部门整体绩效目标", "toc_1", 4),
        Entry(2, "一、总体绩效目标", "toc_2", 4),
        Entry(2, "二、分项绩效目标", "toc_3", 5),
        Entry(2, "三、工作保障措施", "toc_4", 7),
        Entry(1, "第二部分　预算项目绩效目标", "toc_5", 8),
        Entry(
            2,
            "1.关于提前下达2021年中央优抚对象医疗保障经费预算的通知 医疗 秦财社（2020）835号绩效目标表",
            "toc_6",
            9,
        ),
    ]
    assert [entry.page for entry in found[5:]] == list(range(9, 53))


def test_annexes_are_told_apart_by_their_projects() -> None:
    found = [entry.text for entry in contents_of(one(imported(ANNEXES)), FULL)]
    assert found[:3] == [
        "附表1　2023年部门整体支出绩效目标表",
        "附表2　2023年区级专项资金绩效目标汇总表",
        "附表3　2023年区级专项资金支出方向绩效目标表（烈士纪念设施整修）",
    ]


def test_every_entry_points_to_one_bookmark_on_a_heading_of_its_level() -> None:
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(docx(one(imported(BOOK)), FULL))).read("word/document.xml"))
    marks = [mark.get(f"{W}name") for mark in root.iter(f"{W}bookmarkStart")]
    links = [link.get(f"{W}anchor") for link in root.iter(f"{W}hyperlink")]
    fields = [text.text.split()[1] for text in root.iter(f"{W}instrText")]
    assert links == fields == marks == [f"toc_{number}" for number in range(1, 50)]
    levels = [level.get(f"{W}val") for level in root.iter(f"{W}outlineLvl")]
    assert levels.count("0") == 2
    assert levels.count("1") == 47


def test_chosen_order_gives_the_numbers() -> None:
    tables = imported(BOOK)[1:4]
    titles = [line for line in words(docx(one([tables[2], tables[0]]), PLAIN)) if line.endswith("绩效目标表")]
    assert [title[:6] for title in titles] == ["1.优抚“解", "2.关于提前"]


def test_renumbered_takes_the_old_number_off_and_nothing_else() -> None:
    assert renumbered("12.2021年双拥绩效目标表", 3) == "3.2021年双拥绩效目标表"
    assert renumbered("双拥绩效目标表", 3) == "3.双拥绩效目标表"
    assert renumbered("2021年绩效目标表", 1) == "1.2021年绩效目标表"


def dividers(tables: list[TargetTable], volume: Volume) -> list[str]:
    blocks = volume_blocks(one(tables), volume)
    return [block.text for block in blocks if isinstance(block, Paragraph) and block.style == g.PART]


def test_parts_may_be_asked_for_where_the_form_has_none() -> None:
    tables = [plain("", layout="zhuzhou-1", kind="department"), plain("甲")]
    assert dividers(tables, Volume(parts=ALWAYS)) == ["第一部分", "部门整体绩效目标", "第二部分", "预算项目绩效目标"]
    assert dividers(tables, Volume()) == []
    assert dividers(imported(BOOK)[:2], Volume(parts=NEVER)) == []


def test_numbers_for_forms_that_print_none_stand_above_them() -> None:
    volume = Volume(contents=True, cover=False, numbered=True)
    blocks = [b for b in volume_blocks(one([plain("甲"), plain("乙")]), volume) if isinstance(b, Paragraph)]
    numbers = [b for b in blocks if b.style == g.NUMBER]
    assert [(b.text, b.page_break) for b in numbers] == [("1．甲", True), ("2．乙", True)]
    assert [b.text.split("\t")[0] for b in blocks if b.style in g.ENTRIES] == ["1．甲", "2．乙"]


def test_several_departments_are_chapters_that_number_their_own_projects() -> None:
    tables = imported(BOOK)
    chapters = [Chapter("甲局", lambda: tables[:3]), Chapter("乙局", lambda: [tables[5]])]
    found = contents_of(chapters, FULL)
    assert [(entry.level, entry.text[:9]) for entry in found] == [
        (1, "甲局"),
        (2, "第一部分　部门整体"[:9]),
        (3, "一、总体绩效目标"),
        (3, "二、分项绩效目标"),
        (3, "三、工作保障措施"),
        (2, "第二部分　预算项目"[:9]),
        (3, "1.关于提前下达2"),
        (3, "2.优抚对象门诊补"),
        (1, "乙局"),
        (2, "1.烈士子女定期生"),
    ]


@pytest.mark.parametrize("sample", [BOOK, ANNEXES])
@pytest.mark.parametrize("volume", [FULL, Volume("绩效文本", ("某局",), parts=ALWAYS, numbered=True, mark="草稿")])
def test_a_book_read_back_holds_the_same_tables(sample: str, volume: Volume) -> None:
    tables = imported(sample)
    blocks = list(volume_blocks(one(tables), volume))
    out = io.BytesIO()
    write_docx(blocks, out, title=f"{tables[0].fiscal_year}年", frame=volume.frame())
    page = write_html_page(blocks, f"{tables[0].fiscal_year}年", frame=volume.frame()).encode()
    for document in (read_docx(out.getvalue(), "a.docx"), read_html(page, "a.html")):
        reads = [read.table for read in read_tables(document)]
        assert [read.to_dict() for read in reads] == [table.to_dict() for table in tables]


def test_the_same_book_is_the_same_bytes() -> None:
    tables = imported(ANNEXES)
    assert docx(one(tables), FULL) == docx(one(tables), FULL)


@pytest.mark.parametrize("mark", ["", "草稿"])
def test_every_part_of_the_package_is_declared_and_well_formed(mark: str) -> None:
    volume = Volume("绩效文本", ("某局",), mark=mark)
    with zipfile.ZipFile(io.BytesIO(docx(one(imported(ANNEXES)), volume))) as package:
        names = set(package.namelist())
        for name in names:
            etree.fromstring(package.read(name))
        types = etree.fromstring(package.read("[Content_Types].xml"))
        declared = {item.get("PartName").lstrip("/") for item in types if item.get("PartName")}
        relations = etree.fromstring(package.read("word/_rels/document.xml.rels"))
        targets = {item.get("Id"): f"word/{item.get('Target')}" for item in relations}
        document = package.read("word/document.xml").decode()
        used = set(re.findall(r'r:id="(\w+)"', document))
        heads = "".join(package.read(name).decode() for name in sorted(names) if "header" in name)
        settings = package.read("word/settings.xml").decode()
    assert declared == names - {"[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"}
    assert set(targets.values()) <= names
    assert used == {"rIdheader1", "rIdheader2", "rIdfooter1", "rIdfooter2"}
    assert heads.count('string="草稿"') == (2 if mark else 0)
    assert "某局 绩效文本" in heads
    assert '<w:updateFields w:val="true"/>' in settings
    assert "<w:titlePg/>" in document
