"""TargetTable ↔ columns: which leaf stands in which field, and how every value survives. No queries.

A number or date goes into its typed column. What the column cannot hold goes beside it: a text that could not be read
into ``unread``, the decimal text of a number with more places than the column into ``exact``; both are keyed by the
interchange path. So any table comes back as it went in, and typed columns stay fit for sums and filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from operator import attrgetter
from typing import Any

from projects import models
from projects.targettable import (
    PART_TYPES,
    ROW_TYPES,
    Funding,
    TargetTable,
    decimal_text,
    field_kind,
)

# Digits that survive in SQLite, whose decimals are floating point.
SAFE_DIGITS = 15
PLACES = {"money": 2, "percent": 2, "number": 4}
SHOWN = {"money": 2, "percent": 2, "number": 0}


@dataclass(frozen=True, slots=True)
class Block:
    """One repeated block: interchange key, model, its fields in the dataclass's order, typed fields among them.

    ``fixed`` are constant columns. ``identity`` names the fields by which a person would recognise an edited row.
    """

    key: str
    model: type[models.TargetTable]
    identity: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    typed: tuple[tuple[int, str, str], ...] = ()
    get: Callable[[Any], tuple[Any, ...]] = field(default=tuple)


def _block(key: str, model: Any, identity: tuple[str, ...], **fixed: str) -> Block:
    names = tuple(item.name for item in fields(ROW_TYPES[key]))
    kinds = [(index, name, field_kind(f"{key}.{name}")) for index, name in enumerate(names)]
    return Block(
        key,
        model,
        identity,
        tuple(fixed.items()),
        names,
        tuple(item for item in kinds if item[2] != "text"),
        attrgetter(*names),
    )


BLOCKS = (
    _block("spend_plan", models.SpendPlanPoint, ("by",)),
    _block("tasks", models.WorkTask, ("item",)),
    _block("indicators", models.TableIndicator, ("level2", "name"), half="annual"),
    _block("period_indicators", models.TableIndicator, ("level2", "name"), half="period"),
    _block("costs", models.CostDetail, ("content",)),
    _block("items", models.SummaryItem, ("name",)),
    _block("sections", models.ProseSection, ("title",)),
)

# Leaves of the head: path → column ("project.name" → "project_name"); funding has its own model.
HEAD_PATHS = (
    "title",
    "duties",
    *(f"{part}.{item.name}" for part, kind in PART_TYPES.items() if part != "funding" for item in fields(kind)),
)
HEAD_TEXTS = tuple(path for path in HEAD_PATHS if field_kind(path) == "text")
HEAD_TYPED = tuple(path for path in HEAD_PATHS if field_kind(path) != "text")
HEAD_COLUMNS = tuple(path.replace(".", "_") for path in (*HEAD_TEXTS, *HEAD_TYPED))
FUNDING_COLUMNS = tuple(item.name for item in fields(Funding))
_head_texts = attrgetter(*HEAD_TEXTS)
_head_typed = attrgetter(*HEAD_TYPED)
_funding = attrgetter(*FUNDING_COLUMNS)


@dataclass(slots=True)
class Columns:
    """A table taken apart. ``rows`` are per block, in the order of :data:`BLOCKS`."""

    head: tuple[Any, ...]
    funding: tuple[Any, ...]
    rows: list[list[tuple[Any, ...]]]
    extra: list[list[str]]
    unread: dict[str, str]
    exact: dict[str, str]


def take_apart(table: TargetTable) -> Columns:
    """Return what the columns of ``table`` hold. Raises ``TypeError`` for values that the interchange form lacks."""
    unread: dict[str, str] = {}
    exact: dict[str, str] = {}

    def column(value: Any, path: str, kind: str) -> Any:
        if value is None:
            return None
        if isinstance(value, str):
            unread[path] = value
            return None
        if isinstance(value, date) and kind == "day":
            return value
        if not isinstance(value, Decimal):
            raise TypeError(f"{path} 的值类型不对：{type(value).__name__}")
        stored, whole = _fit(value, PLACES[kind], SHOWN[kind])
        if not whole:
            exact[path] = decimal_text(value, SHOWN[kind])
        return stored

    head = _head_texts(table) + tuple(
        column(value, path, field_kind(path)) for path, value in zip(HEAD_TYPED, _head_typed(table), strict=True)
    )
    funding = tuple(
        column(value, f"funding.{name}", "money")
        for name, value in zip(FUNDING_COLUMNS, _funding(table.funding), strict=True)
    )
    rows = []
    for block in BLOCKS:
        taken = []
        for place, row in enumerate(getattr(table, block.key)):
            values = block.get(row)
            if block.typed:
                typed = list(values)
                for index, name, kind in block.typed:
                    if typed[index] is not None:
                        typed[index] = column(typed[index], f"{block.key}.{place}.{name}", kind)
                values = tuple(typed)
            taken.append(values)
        rows.append(taken)
    extra = [[key, text] for key, text in table.extra.items()]
    return Columns(head, funding, rows, extra, unread, exact)


def put_together(
    *,
    layout: str,
    kind: str,
    year: int,
    head: Sequence[Any],
    funding: Sequence[Any],
    rows: Sequence[Iterable[Sequence[Any]]],
    extra: list[list[str]],
    unread: dict[str, str],
    exact: dict[str, str],
) -> TargetTable:
    """The inverse of :func:`take_apart`; arguments as the columns hold them."""
    table = TargetTable(layout=layout, kind=kind, fiscal_year=year, extra=dict(extra))
    for path, value in zip((*HEAD_TEXTS, *HEAD_TYPED), head, strict=True):
        owner, _, name = path.rpartition(".")
        setattr(getattr(table, owner) if owner else table, name, value)
    table.funding = Funding(*funding)
    for block, values in zip(BLOCKS, rows, strict=True):
        numbers = [index for index, _, kind in block.typed if kind == "number"]
        built = ROW_TYPES[block.key]
        setattr(table, block.key, [built(*_numbers(row, numbers)) for row in values])
    for path, text in unread.items():
        _set(table, path, text)
    for path, text in exact.items():
        _set(table, path, Decimal(text))
    return table


def _numbers(row: Sequence[Any], numbers: list[int]) -> Sequence[Any]:
    """Free numbers come out of their column with four places; those nobody wrote are taken off."""
    if not any(row[index] is not None for index in numbers):
        return row
    values = list(row)
    for index in numbers:
        if values[index] is not None:
            values[index] = _plain(values[index])
    return values


def _plain(value: Decimal) -> Decimal:
    text = f"{value:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _fit(value: Decimal, places: int, shown: int) -> tuple[Decimal | None, bool]:
    """Return the column's value (None when none is near) and whether it gives back the same text."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return None, False
    if len(digits) + exponent > SAFE_DIGITS - places:
        return None, False
    if -places <= exponent <= 0 and not (sign and not value):
        trailing = -exponent > shown and digits[-1] == 0
        return value, not trailing
    with localcontext(prec=40):
        stored = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    same = exponent > 0 and not (sign and not value)
    return stored + 0, same


def _set(table: TargetTable, path: str, value: Any) -> None:
    target: Any = table
    *owners, name = path.split(".")
    for owner in owners:
        target = target[int(owner)] if isinstance(target, list) else getattr(target, owner)
    setattr(target, name, value)
