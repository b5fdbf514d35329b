"""What was noticed while reading or checking a table: pure data, no exceptions.

A reader, a matcher or a rule never stops at the first problem; it returns everything it saw, each
item with its place, so that a person can find the cell and mend it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

BLOCK = "block"
WARN = "warn"
INFO = "info"
LEVELS = (BLOCK, WARN, INFO)
LEVEL_NAMES = {BLOCK: "须修改", WARN: "提醒", INFO: "说明"}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that would mend a finding; ``path`` is a path of the interchange form (``indicators.3.value``)."""

    op: str
    path: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem with its place.

    ``row`` and ``column`` count from 1 inside the source (a line of a text file, a row of a Word
    table or of a sheet); 0 means that the problem has no single row or column. ``field`` is the
    path in the interchange form (``funding.total``, ``indicators.3.value``). ``cell`` is the text
    that was found there, ``source`` the document a rule comes from, ``remedy`` what a person may take over.
    """

    level: str
    code: str
    text: str
    file: str = ""
    table: str = ""
    row: int = 0
    column: int = 0
    field: str = ""
    cell: str = ""
    source: str = ""
    remedy: tuple[Change, ...] = ()

    def at(self, **place: Any) -> Finding:
        """Return a copy with the given place filled in."""
        return replace(self, **place)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; ``remedy`` only where there is one."""
        data = asdict(self)
        data["remedy"] = [asdict(change) for change in self.remedy]
        return data if self.remedy else {key: value for key, value in data.items() if key != "remedy"}

    def describe(self) -> str:
        """One line of Chinese: level, place, text, and the cell's own words."""
        place = [self.file, self.table]
        if self.row:
            place.append(f"第{self.row}行")
        if self.column:
            place.append(f"第{self.column}列")
        where = " ".join(part for part in place if part)
        quoted = f"（原文：{self.cell}）" if self.cell else ""
        return f"[{LEVEL_NAMES[self.level]}] {where + '：' if where else ''}{self.text}{quoted}"
