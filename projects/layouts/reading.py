"""Read all tables of a document: cut it, recognise each form, match, and fill in what only the whole states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.grids.collecting import no_collection
from projects.grids.grid import Document
from projects.layouts.anyform import form_of, form_words, read_by_meaning
from projects.layouts.anyform.stream import dissolved, stream
from projects.layouts.anyform.told import Rows
from projects.layouts.anyform.undivided import better_apart, running
from projects.layouts.anyform.words import meaning
from projects.layouts.beside import apart
from projects.layouts.bound import CONFIRMED, LAYOUT, POSITION
from projects.layouts.corrections import JOIN, SET, SPLIT, Correction, Hints, corrected, hints_for, lines_named
from projects.layouts.definition import Layout
from projects.layouts.flow import reflow
from projects.layouts.labels import norm
from projects.layouts.lines import Line, bare_labels, divided_at_titles, lines_of
from projects.layouts.listbook import read_list
from projects.layouts.match import match
from projects.layouts.properties import own_year, parse_title_property
from projects.layouts.prose import match_prose
from projects.layouts.readtable import ReadTable
from projects.layouts.registry import all_layouts, get_layout
from projects.layouts.saved import saved_for
from projects.layouts.segments import Segment, cut, recognise
from projects.layouts.setting import set_field
from projects.targettable import TargetTable

# With fewer of its labels a table of a known form is also read by meaning, and the better reading taken.
ALIKE = 0.9
# A paragraph that begins with the year speaks of the year it was written for.
_OPENING_YEAR = re.compile(r"\s*(20[1-4]\d)年(?!\s*\d{1,2}\s*月)")
_YEAR = re.compile(r"(20[1-4]\d)\s*年")


@no_collection()
def read_tables(
    document: Document,
    *,
    year: int | None = None,
    department: str = "",
    corrections: Sequence[Correction] = (),
    layouts: Sequence[Layout] = (),
    filed: Layout | None = None,
) -> list[ReadTable]:
    """Return the tables of a document in order, each with everything noticed about it and where each field stood.

    Year and department are taken from the table, else from the other tables of the document, else
    from its title property, else from the arguments; which of these it was is noted. Lines that
    belong to no table are noted on the first table, or dropped when the document has no table.
    ``filed``: the form the document is known to be in; else the file may name it.
    ``corrections``: what a person said about this document or its forms. ``layouts``: forms beside the shipped
    ones, saved readings included (:mod:`projects.layouts.saved`); they are tried first.
    """
    document = corrected(document, corrections)
    listed = read_list(document)
    if listed is not None:
        return _finished(listed, document, [], year, department, corrections)
    lines = divided_at_titles(lines_of(apart(document)))
    if filed is None and document.form:
        filed = get_layout(document.form)
    known = all_layouts()
    split, join = lines_named(SPLIT, corrections), lines_named(JOIN, corrections)
    segments, loose = cut(lines, known=known, filed=filed, split=split, join=join)
    forms = (*layouts, *known)
    if not segments and loose and all(line.para for line in loose):
        # A page without a title that is known may still hold a form.
        segments, loose = [Segment(lines=loose)], []
    reads = []
    for segment in segments:
        found = _read_segment(segment, forms, corrections, filed)
        reads += found
        if not found and not segment.title:
            loose = [*loose, *segment.lines]
    if reads:
        for line in loose:
            reads[0].note(INFO, "outside", "这段文字不属于任何一张表", line.cells[0], cell=line.single)
    return _finished(reads, document, lines, year, department, corrections)


def _finished(
    reads: list[ReadTable],
    document: Document,
    lines: list[Line],
    year: int | None,
    department: str,
    corrections: Sequence[Correction],
) -> list[ReadTable]:
    """Fill in what only the whole document states, and name the file and the table in every finding."""
    _tell_apart(reads)
    _fill_years(reads, document, lines, year)
    _fill_departments(reads, document, department)
    for read in reads:
        _set_fields(read, corrections)
    for number, read in enumerate(reads, start=1):
        name = f"第{number}张表 {read.table.label()}".strip()
        read.findings = [_placed(finding, document.name, name) for finding in read.findings]
    return reads


def _tell_apart(reads: list[ReadTable]) -> None:
    """Give tables that begin in the same row places of their own: corrections name a table by its place."""
    seen: set[tuple[str, int]] = set()
    for read in reads:
        if (read.part, read.row) in seen:
            others = (line.place for line in read.lines if line.place not in seen)
            read.part, read.row = next(others, (read.part, read.row))
        seen.add((read.part, read.row))


def _placed(finding: Finding, file: str, table: str) -> Finding:
    return finding.at(file=file, table=table)


def _read_segment(
    segment: Segment, layouts: Sequence[Layout], corrections: Sequence[Correction], filed: Layout | None
) -> list[ReadTable]:
    lines = segment.lines
    if segment.prose and not _lists_indicators(segment):
        read = match_prose(lines, segment.prose, segment.title)
    elif segment.has_rows:
        layout, share = recognise(segment, layouts, filed)
        if layout is None and (parted := dissolved(lines)) and (cells := stream(parted, barred=True)):
            return _read_running(segment, corrections, cells)
        saved = None if layout is not None and layout is filed else saved_for(lines, layouts)
        form = layout.id if layout else form_of(lines)
        hints = hints_for(form, corrections)
        if saved is not None:
            hints = hints_for(saved.id, corrections).over(hints).over(saved.hints)
        if layout is None or hints or saved:
            reads = _read_by_meaning(segment, saved.id if saved else form, hints)
            for one in reads:
                one.lines, one.head = lines, segment.head
                if saved is not None:
                    _as_saved(one, saved)
            return reads
        read = match(lines, layout, segment.title)
        read.share = share
        if share < ALIKE and layout is not filed:
            other = _read_by_meaning(segment, form_of(lines), Hints())
            if len(other) == 1 and _understood(other[0].table) > _understood(read.table):
                other[0].lines, other[0].head = lines, segment.head
                return other
    elif cells := stream(lines):
        return _read_running(segment, corrections, better_apart(lines, cells))
    else:
        flow = reflow(lines)
        if flow is None or not flow.whole:
            found = _read_running(segment, corrections)
            if found or flow is None:
                return found
        read = match(flow.lines, flow.layout, segment.title)
        read.findings += flow.findings
        if not read.table.indicators:
            found = _read_running(segment, corrections)
            if len(found) == 1 and _understood(found[0].table) > _understood(read.table):
                return found
        # The cells were found in running text: right as a rule, yet nobody saw their borders.
        read.bound = [one._replace(how=POSITION, sure=min(one.sure, 0.85)) for one in read.bound]
    if lines:
        read.row, _, read.part = lines[0].origin
    read.lines, read.head = lines, segment.head
    read.form = read.form or read.table.layout
    return [read]


def _understood(table: TargetTable) -> int:
    """Count what a table says that can be right: a form much like a known one may have its cells elsewhere."""
    money = table.funding
    amounts = (money.total, money.fiscal, money.other, money.annual, money.annual_fiscal, money.annual_other)
    told = sum(bool(text) for text in (table.project.name, table.department.name, table.goals.annual))
    rows = sum(bool(row.name and row.value) for row in (*table.indicators, *table.period_indicators))
    return told + rows + sum(isinstance(one, Decimal) for one in amounts) - sum(isinstance(one, str) for one in amounts)


def _read_running(segment: Segment, corrections: Sequence[Correction], cells: Rows | None = None) -> list[ReadTable]:
    """Read a table of an unknown form that became running text; ``cells``: its rows where its cells stood apart."""
    found = cells or running(segment.lines)
    if found is None:
        lost = _unrecognised(segment) if segment.title and _speaks_of_indicators(segment) else None
        return [lost] if lost else []
    form = form_of(found.lines)
    hints = hints_for(form, corrections)
    reads = _read_by_meaning(replace(segment, lines=found.lines), form, hints)
    for read in reads:
        read.lines, read.head = segment.lines, segment.head
        read.note(WARN, "cells-of-text", "这张表只有文字、没有单元格，各栏按文字的次序分开，请逐格核对")
        read.bound = [
            one._replace(how=POSITION, sure=min(one.sure, 0.5 if one.row in found.doubtful else 0.8))
            for one in read.bound
        ]
    return reads


def _as_saved(read: ReadTable, layout: Layout) -> None:
    """Mark a reading as made on a saved one: a person confirmed what its labels and columns mean."""
    read.table.layout = layout.id
    read.share = 1.0
    read.findings = [one for one in read.findings if one.code != "layout-by-meaning"]
    read.bound = [
        one._replace(how=LAYOUT, sure=max(one.sure, 0.95)) if one.how == CONFIRMED or one.sure >= 0.9 else one
        for one in read.bound
    ]


def _set_fields(read: ReadTable, corrections: Sequence[Correction]) -> None:
    """Put the texts of ``SET`` corrections into the table they name."""
    for one in corrections:
        if one.op != SET or (one.part, one.row) != (read.part, read.row):
            continue
        layout = get_layout(read.table.layout)
        if set_field(read.table, one.path, one.text, layout.unit if layout else "元"):
            read.bound = [bound for bound in read.bound if bound.path != one.path]
            read.bind(one.path, None, how=CONFIRMED, sure=1.0, text=one.text)
        else:
            read.note(WARN, "correction-lost", f"更正的位置“{one.path}”不在这张表里，没有采用", cell=one.text)


def _read_by_meaning(segment: Segment, form: str, hints: Hints) -> list[ReadTable]:
    """Read a table of a form that no layout describes by what its labels, headings and columns mean."""
    reads = read_by_meaning(segment.lines, segment.title, hints)
    if not reads:
        lost = _unrecognised(segment)
        reads = [lost] if lost else []
    else:
        reads[0].note(
            WARN,
            "layout-by-meaning",
            "没有与这张表相同的表式，已按栏目名称识读，请逐栏核对",
            segment.lines[0].cells[0],
        )
    for read in reads:
        read.form = form
        read.row, _, read.part = segment.lines[0].origin
    for read in reads[1:]:
        # A list of many projects: each is named by its own first row.
        places = [(one.row, one.part) for one in read.bound if one.row and one.path.startswith(("project.", "indic"))]
        read.row, read.part = min(places, default=(read.row, read.part))
    return reads


def _speaks_of_indicators(segment: Segment) -> bool:
    text = "".join(text for line in segment.lines for text in line.texts)
    return len(text) > 100 and sum(word in text for word in ("一级指标", "二级指标", "三级指标", "指标值")) > 1


def _lists_indicators(segment: Segment) -> bool:
    """Tell whether a row heads a list of indicators: then this is a form, however much its title is that of prose."""
    listed = {"一级指标", "二级指标", "三级指标", "指标值", "目标值", "指标名称"}
    alone = {norm(line.single) for line in segment.lines if line.para}  # a page saved as text: a cell to a paragraph
    rows = any(not line.para and len(listed.intersection(bare_labels(line))) > 1 for line in segment.lines)
    return rows or len(listed & alone) > 2


def _names_target(rows: list[Line]) -> bool:
    """Tell whether rows have a label or a heading that only a target table has."""
    found = form_words(rows)
    named = [one for label in found if (one := meaning(label)) and one.path.startswith(("project.name", "goals."))]
    return bool(named) or "三级指标" in found or sum(1 for label in found if label.endswith(("指标", "指标值"))) > 1


def _unrecognised(segment: Segment) -> ReadTable | None:
    """Keep a table of an unknown form as its texts: shown and reported, never dropped."""
    rows = [line for line in segment.lines if not line.para] or segment.lines
    if not segment.title and (len(rows) < 4 or not _names_target(rows)):
        return None  # what stands around a form: the site's own table, an allocation
    read = ReadTable(_as_extra(segment), row=rows[0].origin.row, part=rows[0].origin.part, share=0.0)
    read.note(
        BLOCK,
        "layout-unknown",
        "没有识别出这张表的表式，内容已原样保留在“原表内容”，请核对后补录",
        rows[0].cells[0],
    )
    return read


def _as_extra(segment: Segment) -> TargetTable:
    text = "\n".join(" | ".join(line.texts) for line in segment.lines)
    return TargetTable(title=segment.title, extra={"原表内容": text})


def _fill_years(reads: list[ReadTable], document: Document, lines: list[Line], option: int | None) -> None:
    """Give every table its year: its own, the document's, the option's."""
    for read in reads:
        if read.table.fiscal_year is None:
            read.table.fiscal_year = own_year(read.table)
    stated = Counter(read.table.fiscal_year for read in reads if read.table.fiscal_year)
    found: int | None
    if len(stated) == 1 or (stated and stated.most_common(1)[0][1] * 2 > sum(stated.values())):
        found, source, guessed = stated.most_common(1)[0][0], "同一文件的其他表", False
    else:
        found, source, guessed = _year_elsewhere(document, lines, option)
    missing = [read for read in reads if read.table.fiscal_year is None]
    if found is None or not missing:
        return
    for read in missing:
        read.table.fiscal_year = found
    which = "这张表" if len(missing) == 1 else f"从这张表起共 {len(missing)} 张表"
    check = "，请核对" if guessed else ""
    missing[0].note(
        WARN if guessed else INFO,
        "year-filled",
        f"{which}内没有写明年度，按{source}取 {found} 年{check}",
        field="fiscal_year",
    )


def _year_elsewhere(document: Document, lines: list[Line], option: int | None) -> tuple[int | None, str, bool]:
    """Return the year no table states, where it was found, and whether it is only a guess."""
    year, _, _ = parse_title_property(document.title)
    if year:
        return year, "文件的标题属性", False
    opening = {found[1] for line in lines if line.para for text in line.texts if (found := _OPENING_YEAR.match(text))}
    if len(opening) == 1:
        return int(opening.pop()), "文件中的文字", False
    if option is not None:
        return option, "导入时的指定", False
    years = Counter(year for line in lines for text in line.texts if "年" in text for year in _YEAR.findall(text))
    if years:
        return int(years.most_common(1)[0][0]), "文件中出现最多的年份", True
    named = re.search(r"20[1-4]\d", document.name)
    return (int(named[0]) if named else None), "文件名", True


def _fill_departments(reads: list[ReadTable], document: Document, option: str) -> None:
    """Give tables without a department the one that most other tables of the document state."""
    stated = Counter(
        (read.table.department.code, read.table.department.name) for read in reads if read.table.department.name
    )
    found = stated.most_common(1)[0][0] if stated else None
    source = "同一文件的其他表"
    _, code, name = parse_title_property(document.title)
    if found is None and name:
        found, source = (code, name), "文件的标题属性"
    if found is None and option:
        found, source = ("", option), "导入时的指定"
    missing = [read for read in reads if not read.table.department.name]
    for read in reads:
        # Many forms print the name alone; an exported file states the code beside it.
        if name and read.table.department.name == name and not read.table.department.code:
            read.table.department.code = code
    if found is None or not missing:
        return
    for read in missing:
        read.table.department.code, read.table.department.name = found
    which = "这张表" if len(missing) == 1 else f"从这张表起共 {len(missing)} 张表"
    several = f"（文件中共有 {len(stated)} 个单位，取表数最多的一个，请核对）" if len(stated) > 1 else ""
    missing[0].note(
        WARN if several else INFO,
        "department-filled",
        f"{which}内没有写明单位，按{source}取“{found[1]}”{several}",
        field="department.name",
    )
