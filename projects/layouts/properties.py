"""The title property of an exported file: ``2021年度绩效目标表 321001某局 · 某项目``.

Some forms print neither year nor department; the file then says so where Word, Excel and a browser
show a document's title, and reading takes both from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from projects.targettable import TargetTable

YEAR_IN_TITLE = re.compile(r"(20\d\d)\s*年")
_YEAR = re.compile(r"(20[1-4]\d)\s*年")
_TITLE = re.compile(r"(20\d\d)年度绩效目标表(?: (\d*)([^\d·].*?))?(?: · .*)?")


def own_year(table: TargetTable) -> int | None:
    """Return the year of a project that begins and ends in the same year, or of a stated period."""
    start, end = getattr(table.project.start, "year", None), getattr(table.project.end, "year", None)
    if start is not None and start == end:
        return int(start)
    years = set(_YEAR.findall(table.project.period))
    return int(years.pop()) if len(years) == 1 else None


def title_property(tables: Iterable[TargetTable]) -> str:
    """Return the title of a file that holds these tables; what they do not share is left out, a single one named."""
    years, departments, names = set(), set(), []
    for table in tables:
        years.add(table.fiscal_year)
        departments.add((table.department.code, table.department.name))
        names.append(" ".join(table.label().split()))
    year = f"{years.pop()}年度" if len(years) == 1 and None not in years else ""
    code, name = departments.pop() if len(departments) == 1 else ("", "")
    of = f" {code}{name}" if year and name else ""
    return f"{year}绩效目标表{of}" + (f" · {names[0]}" if len(names) == 1 and names[0] else "")


def parse_title_property(title: str) -> tuple[int | None, str, str]:
    """Return year, department code and name from a title property; ``None`` and blanks where it states none."""
    found = _TITLE.fullmatch(title.strip())
    if not found:
        year = re.search(r"(20[1-4]\d)\s*年", title)
        return (int(year[1]) if year else None), "", ""
    return int(found[1]), found[2] or "", found[3] or ""
