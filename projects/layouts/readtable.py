"""What reading yields: a table, and everything that was noticed on the way."""

from __future__ import annotations

import dataclasses

from projects.findings import Finding
from projects.grids.grid import Cell
from projects.targettable import TargetTable


@dataclasses.dataclass(slots=True)
class ReadTable:
    """One table as it was read: the table, everything noticed, and the first line's place in the file."""

    table: TargetTable
    findings: list[Finding] = dataclasses.field(default_factory=list)
    row: int = 0
    part: str = ""
    share: float = 1.0

    def note(
        self, level: str, code: str, text: str, at: Cell | None = None, *, field: str = "", cell: str = ""
    ) -> None:
        """Record a finding at a cell's place."""
        row, column = (at.origin.row, at.origin.column) if at else (0, 0)
        self.findings.append(Finding(level, code, text, row=row, column=column, field=field, cell=cell))
