"""What reading yields: a table, everything noticed on the way, and where each field came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from projects.findings import Finding
from projects.grids.grid import Cell, Grid
from projects.layouts.bound import LAYOUT, Bound, table_sure
from projects.layouts.lines import Line
from projects.layouts.source import source_grid
from projects.targettable import TargetTable


@dataclasses.dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list as it was read: what a person re-binds.

    ``label`` and ``nth`` (0 for the first column of that label) name it in a correction; ``path`` is what it was read
    as, in the words of a ``column`` correction, ``""`` when it is kept as other text. ``heading``: as printed.
    """

    label: str
    nth: int
    path: str
    how: str
    sure: float
    heading: str = ""


Later = Callable[[], Iterable[Bound]]


def bound_to(
    path: str, at: Cell | None, *, how: str = LAYOUT, sure: float = 0.99, label: str = "", text: str = ""
) -> Bound:
    """Return the field ``path`` as read from the cell ``at``; ``text`` where it is not the cell's own."""
    if at is None:
        return Bound(path, how, round(sure, 2), label, text)
    origin = at.origin
    return Bound(path, how, round(sure, 2), label, text or at.text, origin.part, origin.row, origin.column)


@dataclasses.dataclass(slots=True)
class ReadTable:
    """One table as it was read.

    ``row``, ``part``: place of its first line in the file. ``share``: how much of the form's labels was found.
    ``told``: what :attr:`bound` is made of, the rows of long lists only when asked for. ``lines``, ``head``: its own
    lines in the file and the one that is its title. ``form``: the same
    for all tables of the same form, whichever file they stand in; corrections and saved readings go by it.
    ``columns``, ``words``: of a table read by meaning, the columns of its lists and the words its form is known by.
    """

    table: TargetTable
    findings: list[Finding] = dataclasses.field(default_factory=list)
    row: int = 0
    part: str = ""
    share: float = 1.0
    told: list[Bound | Later] = dataclasses.field(default_factory=list)
    lines: Sequence[Line] = ()
    head: Line | None = None
    form: str = ""
    columns: list[ListColumn] = dataclasses.field(default_factory=list)
    words: frozenset[str] = frozenset()

    @property
    def bound(self) -> list[Bound]:
        """Each cell that was read into a field, with how and how sure, in the order of reading."""
        if any(type(one) is not Bound for one in self.told):
            self.told = [bound for one in self.told for bound in ((one,) if isinstance(one, Bound) else one())]
        return self.told  # type: ignore[return-value]

    @bound.setter
    def bound(self, bound: list[Bound]) -> None:
        self.told = list(bound)

    @property
    def source(self) -> Grid:
        """The table's own lines as a grid (paragraphs are rows of one cell), each cell with its ``origin``.

        Made when asked for: only who shows the source beside the reading needs it.
        """
        return source_grid(self.lines, self.head)

    @property
    def sure(self) -> float:
        """How sure the whole reading is, 0 to 1."""
        return table_sure(self.bound)

    def note(
        self, level: str, code: str, text: str, at: Cell | None = None, *, field: str = "", cell: str = ""
    ) -> None:
        """Record a finding at a cell's place."""
        row, column = (at.origin.row, at.origin.column) if at else (0, 0)
        self.findings.append(Finding(level, code, text, row=row, column=column, field=field, cell=cell))

    def bind(
        self, path: str, at: Cell | None, *, how: str = LAYOUT, sure: float = 0.99, label: str = "", text: str = ""
    ) -> None:
        """Record that the field ``path`` was read from the cell ``at``."""
        self.told.append(bound_to(path, at, how=how, sure=sure, label=label, text=text))

    def reading(self) -> dict[str, Any]:
        """Return form, confidence and the bound cells as plain data: what stands beside the interchange form."""
        return {
            "layout": self.table.layout,
            "form": self.form,
            "sure": self.sure,
            "part": self.part,
            "row": self.row,
            "columns": [dataclasses.asdict(one) for one in self.columns],
            "fields": [one.to_dict() for one in self.bound],
        }
