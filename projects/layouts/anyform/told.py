"""The rows of a form whose indicators are told in text, and what reading running text results in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from projects.grids.grid import Cell, Origin
from projects.layouts.anyform.contents import value_like
from projects.layouts.anyform.spoken import said
from projects.layouts.anyform.spoken_lists import told_projects
from projects.layouts.lines import Line

_LIKELY = 0.8
_BETTER = 0.05
_KNOWN = 0.7
_FEW = 2


@dataclass(slots=True)
class Rows:
    """The lines found, and the rows of the file whose cells were told apart without certainty."""

    lines: list[Line] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)
    listed: list[float] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    fits: float = 1.0
    known: int = 0

    @property
    def worth(self) -> float:
        """How much the rows of the lists look like rows: 1 where each has a name and a value."""
        return sum(self.listed) / len(self.listed) if self.listed else 0.0

    @property
    def strange(self) -> float:
        """The share of the lists' rows that are doubtful."""
        return sum(row in self.doubtful for row in self.at) / len(self.at) if self.at else 0.0

    def better(self, other: Rows, enough: float, *, apart: bool) -> bool:
        """Tell whether this reading of whole cells is to be taken rather than the one of their pieces."""
        if self.known < _KNOWN * other.known:
            return False
        return self.fits >= enough or (apart and self.worth > other.worth + _BETTER)


def told(lines: Sequence[Line]) -> Rows | None:
    """Return the rows of a form whose indicators are told in numbered lines, each field in a line of its own."""
    texts = [
        (cell.origin.row + number, text)
        for line in lines
        for cell in line.cells
        for number, text in enumerate(cell.text.split("\n"))
        if text.strip()
    ]
    if many := _told_many(texts):
        return many
    found, taken = said(texts)
    if len(found) < _FEW:
        return None
    out = Rows(doubtful={one.row for one in found if value_like(one.value) < _LIKELY})
    for row, text in texts:
        if row not in taken:
            out.lines.append(Line([Cell(text.strip(), origin=Origin(row, 1))], para=True))
    rows = [("一级指标", "二级指标", "三级指标", "指标值", found[0].row)]
    rows += [(one.level1, one.level2, one.name, one.value, one.row) for one in found]
    for y, (*words, row) in enumerate(rows):
        cells = [Cell(str(text), col, origin=Origin(int(row), col + 1)) for col, text in enumerate(words)]
        out.lines.append(Line(cells, para=False, grid=1, y=y))
    return out


_TOLD_COLUMNS = {
    "project.name": "项目名称",
    "department.name": "主管部门",
    "funding.total": "项目金额",
    "project.overview": "项目概况",
    "goals.annual": "年度绩效目标",
}


def _told_many(told: list[tuple[int, str]]) -> Rows | None:
    """Return a list of projects as rows with the project's fields in front of its indicators."""
    projects, first = told_projects(told)
    if not projects:
        return None
    out = Rows()
    for row, text in told:
        if row < first:
            out.lines.append(Line([Cell(text.strip(), origin=Origin(row, 1))], para=True))
    paths = [path for path in _TOLD_COLUMNS if any(path in one.fields for one in projects)]
    heads = [*(_TOLD_COLUMNS[path] for path in paths), "一级指标", "二级指标", "三级指标", "指标值"]
    rows: list[tuple[int, list[str]]] = [(first, heads)]
    for one in projects:
        fields = [one.fields.get(path, "") for path in paths]
        for indicator in one.said:
            rows.append((indicator.row, [*fields, indicator.level1, indicator.level2, indicator.name, indicator.value]))
            if value_like(indicator.value) < _LIKELY:
                out.doubtful.add(indicator.row)
    for y, (row, texts) in enumerate(rows):
        cells = [Cell(text, col, origin=Origin(row, col + 1)) for col, text in enumerate(texts)]
        out.lines.append(Line(cells, para=False, grid=1, y=y))
    return out
