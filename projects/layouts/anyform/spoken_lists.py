"""Lists of many projects whose parts are named in brackets: 【总体目标】…, 【产出指标-数量指标】 水泵台数(≥7台)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from projects.layouts.anyform.contents import divided, is_category, is_number
from projects.layouts.anyform.spoken import Said
from projects.layouts.anyform.words import meaning
from projects.layouts.labels import norm

_MARK = re.compile(r"\s*【([^【】]{2,24})】\s*[:：]?\s*(.*)")
_HALVES = re.compile(r"[-—–－/]")
_ITEM = re.compile(r"\s*(指标\s*\d{1,2}\s*[:：.、]|\d{1,2}[.、．:：])\s*(?!\d)")
_BRACKETED = re.compile(r"(.+?)[（(]((?:[^（）()]|[（(][^（）()]*[)）])+)[)）]\s*[;；。]?$")
_OFFICE = re.compile(r".*(局|委|委员会|办|办公室|院|厅|中心|政府|部|所|站|校|学校|馆|队|社|会|团)")


@dataclass(slots=True)
class ToldProject:
    """A project of such a list: its fields by path, with the line each stood in, and its indicators."""

    row: int
    fields: dict[str, str] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)


def told_projects(lines: Sequence[tuple[int, str]]) -> tuple[list[ToldProject], int]:
    """Return the projects, and the line where the first begins."""
    found: list[ToldProject] = []
    open_: ToldProject | None = None
    levels: tuple[str, str] | None = None
    path = ""
    ahead: list[tuple[int, str]] = []
    office = ""
    for row, text in lines:
        mark = _MARK.match(text)
        if mark is None:
            if levels is not None and open_ is not None and (_ITEM.match(text) or _BRACKETED.match(text.strip())):
                open_.said += _indicators(levels, text, row)
            elif levels is None and path and open_ is not None:
                open_.fields[path] = "\n".join(filter(None, (open_.fields.get(path, ""), text.strip())))
            else:
                ahead.append((row, text.strip()))
            continue
        pair = _categories(mark[1])
        if pair is None and (levels is not None or open_ is None):
            open_, office = _begun(ahead, row, office)
            found.append(open_)
            ahead = []
        levels = pair
        meant = meaning(norm(mark[1])) if pair is None else None
        path = "goals.annual" if meant and meant.path.startswith("goals.") else meant.path if meant else "-"
        rest = mark[2].strip()
        if rest and open_ is not None:
            if levels is not None:
                open_.said += _indicators(levels, rest, row)
            else:
                open_.fields[path] = rest
    return [one for one in found if one.said], found[0].row if found else 0


def _categories(text: str) -> tuple[str, str] | None:
    parts = [part.strip() for part in _HALVES.split(text)]
    if len(parts) == 2 and all(map(is_category, parts)):
        return parts[0], parts[1]
    return ("", parts[0]) if len(parts) == 1 and is_category(parts[0]) else None


def _indicators(levels: tuple[str, str], text: str, row: int) -> Iterator[Said]:
    for piece in filter(None, (one.strip() for one in re.split("[;；]", text))):
        found = _BRACKETED.match(piece)
        name, value = (found[1].strip(), found[2].strip()) if found else divided(piece)
        yield Said(*levels, name, value, row)


def _begun(ahead: list[tuple[int, str]], row: int, office: str) -> tuple[ToldProject, str]:
    """Return a project with what its heading lines say: a code, its name, its amount; and whose it is."""
    texts = [(at, text) for at, text in ahead if text]
    fields: dict[str, str] = {}
    if texts and is_number(texts[-1][1]):
        fields["funding.total"] = texts.pop()[1]
    begins = row
    if texts:
        begins, fields["project.name"] = texts.pop()
    if texts and texts[-1][1].isdigit() and texts[-1][1].startswith("0"):
        texts.pop()
    for (_, text), (_, following) in pairwise(texts):
        if _OFFICE.fullmatch(text) and is_number(following):
            office = text
    if office:
        fields["department.name"] = office
    return ToldProject(begins, fields), office
