"""The index behind the search for Chinese substrings, in each database's own way.

Both index the ``grams`` that Python made (runs of one and two characters). SQLite: FTS5 with external content, kept by
three triggers; the ``ascii`` tokenizer takes every non-ASCII byte as part of a word, so a gram is one token whatever
its script. PostgreSQL: GIN over the array of grams.
"""

from django.db import migrations

SQLITE = (
    """
    CREATE VIRTUAL TABLE projects_searchindex USING fts5(
        grams, content='projects_searchtext', content_rowid='table_id',
        tokenize='ascii', detail=none, columnsize=0
    )
    """,
    """
    CREATE TRIGGER projects_searchtext_insert AFTER INSERT ON projects_searchtext BEGIN
        INSERT INTO projects_searchindex (rowid, grams) VALUES (new.table_id, new.grams);
    END
    """,
    """
    CREATE TRIGGER projects_searchtext_delete AFTER DELETE ON projects_searchtext BEGIN
        INSERT INTO projects_searchindex (projects_searchindex, rowid, grams)
        VALUES ('delete', old.table_id, old.grams);
    END
    """,
    """
    CREATE TRIGGER projects_searchtext_update AFTER UPDATE ON projects_searchtext BEGIN
        INSERT INTO projects_searchindex (projects_searchindex, rowid, grams)
        VALUES ('delete', old.table_id, old.grams);
        INSERT INTO projects_searchindex (rowid, grams) VALUES (new.table_id, new.grams);
    END
    """,
)
SQLITE_UNDO = (
    "DROP TRIGGER projects_searchtext_insert",
    "DROP TRIGGER projects_searchtext_delete",
    "DROP TRIGGER projects_searchtext_update",
    "DROP TABLE projects_searchindex",
)
POSTGRESQL = (
    """
    CREATE INDEX projects_searchindex ON projects_searchtext
    USING gin (string_to_array(grams, ' '))
    """,
)
POSTGRESQL_UNDO = ("DROP INDEX projects_searchindex",)


def _run(schema_editor, sqlite, postgresql):
    statements = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def create(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def drop(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
