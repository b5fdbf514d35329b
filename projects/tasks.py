"""Background jobs: thin, each by the id of what it works on. Whether there is anything to do, the services decide."""

from __future__ import annotations

from django_tasks import task


@task()
def read_file(pk: int) -> None:
    """Read one file of an import."""
    from projects.services.imports import reading

    reading.read_file(pk)


@task()
def commit_batch(pk: int) -> None:
    """Write an import into the tables."""
    from projects.services.imports import committing

    committing.run(pk)


@task()
def undo_batch(pk: int) -> None:
    """Take an import back."""
    from projects.services.imports import undoing

    undoing.run(pk)
