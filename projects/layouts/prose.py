"""Read the prose part of a department's book: section titles divide it, all else is text."""

from __future__ import annotations

from projects.findings import WARN
from projects.layouts.definition import Layout
from projects.layouts.labels import norm, squeeze
from projects.layouts.lines import Line, begins_supplement, supplement_row
from projects.layouts.readtable import ReadTable
from projects.layouts.supplement import apply_supplement
from projects.targettable import Section, TargetTable


def match_prose(lines: list[Line], layout: Layout, title: str) -> ReadTable:
    """Read a prose part: known section titles divide it, everything else is text of its section."""
    read = ReadTable(TargetTable(layout=layout.id, kind=layout.kind, title=title))
    titles = {norm(text): text for text in layout.sections}
    texts: list[list[str]] = []
    supplement: list[tuple[str, str]] | None = None
    for line in lines:
        if supplement is not None or begins_supplement(line):
            supplement = supplement_row(supplement, line)
            continue
        for text in (line.texts[index] for index in line.filled):
            if norm(text) in titles and len(squeeze(text)) <= len(titles[norm(text)]) + 4:
                read.table.sections.append(Section(text))
                texts.append([])
            elif texts:
                texts[-1].append(text)
            else:
                read.table.sections.append(Section("", ""))
                texts.append([text])
    apply_supplement(read.table, supplement or [])
    for section, paragraphs in zip(read.table.sections, texts, strict=True):
        section.text = "\n".join(paragraphs)
    missing = [text for key, text in titles.items() if key not in {norm(s.title) for s in read.table.sections}]
    for text in missing:
        read.note(WARN, "section-missing", f"没有找到“{text}”这一部分")
    return read
