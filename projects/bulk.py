"""Many rows in one statement, whatever their number.

``bulk_create`` compiles each field of each row and, on SQLite, starts a new statement every 999 parameters. Here one
statement takes any number of rows: ``executemany`` on SQLite, one array per column on PostgreSQL. Table and column
names come from the models; values always travel as parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connections, models
from django.db.models import Field, Lookup, Model


@models.ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """``field__any_of=[…]``: like ``in`` with one parameter, so that no backend's parameter limit counts."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, params = self.process_lhs(compiler, connection)
        # The left side is compiled by Django; the values are one parameter.
        return f"{sql} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.cast_db_type(connection)
        return f"{sql} = ANY(%s::{kind}[])", [*params, self.rhs]


def insert(
    model: type[Model],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    using: str = "default",
    replace: Iterable[str] = (),
) -> None:
    """Insert ``rows`` (values in the order of the field ``names``) in one statement.

    With ``replace``, rows whose primary key exists get these fields overwritten. Values are what the fields hold in
    Python, JSON fields included; nothing is validated here. No rows, no statement.
    """
    if not rows:
        return
    connection = connections[using]
    columns = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    head = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(f.column) for f in columns)})"
    tail = ""
    fields = [quote(model._meta.get_field(name).column) for name in replace]
    if fields:
        updates = ", ".join(f"{name} = excluded.{name}" for name in fields)
        tail = f" ON CONFLICT ({quote(model._meta.pk.column)}) DO UPDATE SET {updates}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
            values = [_array(field, column) for field, column in zip(columns, zip(*rows, strict=True), strict=True)]
            # Nothing but names from the models' definition and placeholders is put into the statement.
            cursor.execute(f"{head} SELECT * FROM unnest({arrays}){tail}", values)  # noqa: S608
            return
        marks = ", ".join(["%s"] * len(columns))
        adapters = [(index, adapt) for index, field in enumerate(columns) if (adapt := _adapter(field))]
        cursor.executemany(f"{head} VALUES ({marks}){tail}", (_adapted(row, adapters) for row in rows))


def update(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]], *, using: str = "default") -> None:
    """Set the fields ``names`` of the rows whose primary keys come first in ``rows``, in one statement.

    No rows, no statement. Like :func:`insert`, values are Python's and nothing is validated.
    """
    if not rows:
        return
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = [model._meta.get_field(name) for name in names]
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            fields = [model._meta.pk, *columns]
            listed = zip(fields, zip(*rows, strict=True), strict=True)
            kinds = [_rel_type(field, connection) for field in fields]
            sets = ", ".join(f"{quote(field.column)} = d.c{at}" for at, field in enumerate(columns, 1))
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
            named = ", ".join(f"c{at}" for at in range(len(fields)))
            # Nothing but names from the models' definition and placeholders is put into the statement.
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS d({named}) WHERE {table}.{key} = d.c0",  # noqa: S608
                [_array(field, column) for field, column in listed],
            )
            return
        sets = ", ".join(f"{quote(field.column)} = %s" for field in columns)
        adapters = [(index, adapt) for index, field in enumerate(columns, 1) if (adapt := _adapter(field))]
        values = ((*values[1:], values[0]) for values in (_adapted(row, adapters) for row in rows))
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", values)  # noqa: S608


def _rel_type(field: models.Field, connection: Any) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def next_ids(model: type[Model], count: int, *, using: str = "default") -> list[int]:
    """Reserve ``count`` primary keys. On SQLite the caller holds the write transaction that makes them its own."""
    if not count:
        return []
    connection = connections[using]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + count + 1))


def _array(field: models.Field, values: Iterable[Any]) -> str:
    """Return PostgreSQL's array literal: one constant, where ``ARRAY[…]`` would be parsed element by element."""
    if isinstance(field, models.JSONField):
        values = (json.dumps(value, ensure_ascii=False) for value in values)
    quoted = (
        "NULL" if value is None else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    )
    return "{" + ",".join(quoted) + "}"


def _adapted(row: Sequence[Any], adapters: list[tuple[int, Callable[[Any], Any]]]) -> Sequence[Any]:
    if not adapters:
        return row
    values = list(row)
    for index, adapt in adapters:
        if values[index] is not None:
            values[index] = adapt(values[index])
    return values


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    """Return how SQLite's driver wants a value of ``field``; None where it takes it as it is."""
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.DecimalField):
        return Decimal.__str__
    if isinstance(field, models.DateTimeField):
        return _utc
    return date.isoformat if isinstance(field, models.DateField) else None


def _utc(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))
