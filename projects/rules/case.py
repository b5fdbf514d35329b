"""What rules look at: a table with its values read once (:class:`Case`) and its rows in use (:class:`Row`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from indicators.categories import category, level1_code
from indicators.targets import Kind, Target, parse
from projects.findings import Change
from projects.layouts.definition import Layout
from projects.layouts.printed import place_name
from projects.layouts.typed import is_unread
from projects.rules import words
from projects.rules.engine import Hit, Setup
from projects.targettable import Indicator, TargetTable, leaves

LISTS = ("indicators", "period_indicators")
NOT_APPLICABLE = "不适用"
COST = ("output.cost", "cost.economic")
_WAN = Decimal(10000)
NUMERIC = (Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE, Kind.SEVERAL)
_TEXT_PATHS = frozenset(f"indicators.{leaf}" for leaf in ("level1", "level2", "name", "description", "value", "basis"))


def yuan_text(amount: Decimal) -> str:
    """Return an amount as officers write it: 9.5万元, 800元."""
    if amount >= _WAN and amount % 100 == 0:
        return f"{(amount / _WAN).normalize():f}万元"
    return f"{amount.normalize():f}元"


def is_unused(row: Indicator) -> bool:
    """Whether an indicator row only keeps the place of a category: blank, or 不适用."""
    texts = {row.name.strip(), row.value.strip()} - {""}
    return not texts or texts <= {NOT_APPLICABLE, "/", "无", "—", "-"}


@lru_cache(maxsize=256)
def _parts_of(layout: Layout) -> frozenset[str]:
    return frozenset(path.partition(".")[0] for path in layout.paths)


@dataclass(slots=True)
class Row:
    """An indicator in use, with what was understood of it."""

    rows: str
    index: int
    item: Indicator
    name: str
    description: str
    target: Target
    category: str
    group: str

    @property
    def subject(self) -> str:
        return f"{self.name} {self.description}"

    @property
    def number(self) -> int:
        """The row's number as a person counts."""
        return self.index + 1

    def path(self, leaf: str) -> str:
        return f"{self.rows}.{self.index}.{leaf}"

    def hit(self, leaf: str = "value", remedy: tuple[Change, ...] = (), **facts: Any) -> Hit:
        """Return a hit on one cell of this row; name and value are always at hand for the message."""
        told = {"name": words.bare(self.name)[:40], "value": self.target.text.strip()[:60]} | facts
        return Hit(self.path(leaf), str(getattr(self.item, leaf) or ""), told, remedy)

    @property
    def percent(self) -> Decimal | None:
        """The figure of a clear ``95%``."""
        return self.target.quantity if self.target.single and self.target.unit == "%" else None

    def as_unused(self) -> tuple[Change, ...]:
        """Return the changes that write 不适用 into this row."""
        changes = [self.put("name", NOT_APPLICABLE), self.put("value", NOT_APPLICABLE)]
        if self.description:
            changes.append(self.put("description", ""))
        return tuple(changes)

    def put(self, leaf: str, value: str) -> Change:
        return Change("set", self.path(leaf), value)


@dataclass(eq=False)
class Case:
    """One table being checked."""

    table: TargetTable
    layout: Layout
    setup: Setup

    @cached_property
    def rows(self) -> list[Row]:
        """All indicators in use; a list that the form does not print is left out."""
        return [row for rows in LISTS if self.has(rows) for row in self._rows(rows)]

    def called(self, path: str) -> str:
        """Return what a place is called on this form."""
        return place_name(self.layout, path)

    def has(self, rows: str) -> bool:
        """Whether the form prints anything of a list or part (``costs``, ``spend_plan``)."""
        return rows in _parts_of(self.layout)

    def _rows(self, rows: str) -> Iterator[Row]:
        for index, item in enumerate(getattr(self.table, rows)):
            if is_unused(item):
                continue
            code = item.category or category(item.level1, item.level2)
            group = code.partition(".")[0] or level1_code(item.level1)
            name, description = item.name.strip(), item.description.strip()
            yield Row(rows, index, item, name, description, parse(item.value), code, group)

    def prints(self, path: str) -> bool:
        """Whether the form has a cell for ``path``; for lists without index."""
        return path in self.layout.paths

    @cached_property
    def total(self) -> Decimal | None:
        total = self.table.funding.total
        return total if isinstance(total, Decimal) else None

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Running texts with their paths: goals, overview, purpose, duties, names, bases and the texts of all lists."""
        table = self.table
        found = [
            ("project.name", table.project.name),
            ("project.overview", table.project.overview),
            ("project.purpose", table.project.purpose),
            ("goals.period", table.goals.period),
            ("goals.annual", table.goals.annual),
            ("duties", table.duties),
        ]
        for rows, names in _TEXT_ROWS:
            for index, row in enumerate(getattr(table, rows)):
                found += [(f"{rows}.{index}.{leaf}", getattr(row, leaf)) for leaf in names]
        return [(path, text) for path, text in found if text]

    @cached_property
    def written(self) -> list[tuple[str, str]]:
        """The running texts and the target values, but those that only hold the place of one (待填, XX人)."""
        values = ((row.path("value"), row.item.value) for row in self.rows if row.target.kind != Kind.PLACEHOLDER)
        return [*self.texts, *((path, value) for path, value in values if value)]

    @cached_property
    def unread(self) -> list[tuple[str, str, str]]:
        """Amounts, days and percents that are still text: path, path without row number, text."""
        found = []
        for path, value in leaves(self.table):
            if not isinstance(value, str) or not value:
                continue
            first, _, rest = path.partition(".")
            bare = f"{first}.{rest.partition('.')[2]}" if rest[:1].isdigit() else path
            if bare not in _TEXT_PATHS and bare != "spend_plan.by" and is_unread(bare, value):
                found.append((path, bare, value))
        return found

    @cached_property
    def context(self) -> str:
        """All words of the table but those of its satisfaction indicators: whom and what it is about."""
        table = self.table
        parts = [table.department.name, table.title, table.duties]
        parts += [text for path, text in self.texts if not path.startswith(LISTS)]
        parts += [row.subject for row in self.rows if row.group != "satisfaction"]
        return words.plain("".join(parts))

    @cached_property
    def span(self) -> tuple[date, date] | None:
        """First and last day of the project, or of the budget year where the form does not say."""
        project, year = self.table.project, self.table.fiscal_year
        start = project.start if isinstance(project.start, date) else None
        end = project.end if isinstance(project.end, date) else None
        if start and end and start <= end:
            return start, end
        if year is None or not 1 <= year <= 9998:
            return None
        return start or date(year, 1, 1), end or date(year, 12, 31)


_TEXT_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tasks", ("item", "unit", "goal")),
    ("indicators", ("name", "description", "basis")),
    ("period_indicators", ("name", "description", "basis")),
    ("costs", ("content", "detail", "basis")),
    ("items", ("name", "period_goal", "annual_goal")),
    ("sections", ("title", "text")),
)
