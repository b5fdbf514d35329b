"""The index behind the search for Chinese substrings: made by migrations, named by searches.

It stands over a column ``grams`` of pieces separated by blanks, in each database's own way. SQLite: FTS5 with
external content, kept by three triggers; the ``ascii`` tokenizer takes every non-ASCII byte as part of a word, so a
gram is one token whatever its script. PostgreSQL: GIN over the array of grams, which is a column of its own made by the
database: as an expression over ``grams`` it costs more per row than the planner believes, and a search that reads the
table after all takes tens of milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SQLITE = (
    """
    CREATE VIRTUAL TABLE {index} USING fts5(
        grams, content='{table}', content_rowid='{key}', tokenize='ascii', detail=none, columnsize=0
    )
    """,
    """
    CREATE TRIGGER {table}_insert AFTER INSERT ON {table} BEGIN
        INSERT INTO {index} (rowid, grams) VALUES (new.{key}, new.grams);
    END
    """,
    """
    CREATE TRIGGER {table}_delete AFTER DELETE ON {table} BEGIN
        INSERT INTO {index} ({index}, rowid, grams) VALUES ('delete', old.{key}, old.grams);
    END
    """,
    """
    CREATE TRIGGER {table}_update AFTER UPDATE ON {table} BEGIN
        INSERT INTO {index} ({index}, rowid, grams) VALUES ('delete', old.{key}, old.grams);
        INSERT INTO {index} (rowid, grams) VALUES (new.{key}, new.grams);
    END
    """,
)
_SQLITE_UNDO = (
    "DROP TRIGGER {table}_insert",
    "DROP TRIGGER {table}_delete",
    "DROP TRIGGER {table}_update",
    "DROP TABLE {index}",
)
_POSTGRESQL = (
    "ALTER TABLE {table} ADD COLUMN gram_list text[] GENERATED ALWAYS AS (string_to_array(grams, ' ')) STORED",
    # Without a list of pending entries, which every search would read to its end; rows come one form at a time.
    "CREATE INDEX {index} ON {table} USING gin (gram_list) WITH (fastupdate = off)",
)
_POSTGRESQL_UNDO = ("DROP INDEX {index}", "ALTER TABLE {table} DROP COLUMN gram_list")


@dataclass(frozen=True, slots=True)
class GramIndex:
    """``table`` with its column ``grams`` and its primary key ``key``; names are ours, never a user's.

    ``array`` is what PostgreSQL's index stands over, where an earlier migration made another one than is made here.
    """

    table: str
    key: str
    index: str
    array: str = "gram_list"

    def create(self, _apps: Any, schema_editor: Any) -> None:
        self._run(schema_editor, {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})

    def drop(self, _apps: Any, schema_editor: Any) -> None:
        self._run(schema_editor, {"sqlite": _SQLITE_UNDO, "postgresql": _POSTGRESQL_UNDO})

    def sql(self, statement: str) -> str:
        """Return ``statement`` with our names in it."""
        return statement.format(table=self.table, key=self.key, index=self.index, array=self.array)

    def _run(self, schema_editor: Any, statements: dict[str, tuple[str, ...]]) -> None:
        with schema_editor.connection.cursor() as cursor:
            for statement in statements[schema_editor.connection.vendor]:
                cursor.execute(self.sql(statement))
