"""A small part of the cases of ``fuzz``; the figures of a long run are in docs/import.md."""

from __future__ import annotations

import pytest

from projects.tests.anyform.fuzz import run


@pytest.mark.parametrize("first", [100_000, 200_000, 300_000, 400_000])
def test_damaged_files_are_read_or_refused(first: int) -> None:
    found, failed, _ = run(60, first)
    assert failed == []
    assert found.total() == 60
    assert found["read"] > 10
