"""The four sample documents, compared leaf by leaf with a reading that was made without our reader."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from projects.targettable import TargetTable
from projects.tests.layouts.helpers import FIXTURES, SAMPLES, all_tables, differences, tables

COUNTS = {"001": (1, 7), "002": (45, 396), "003": (9, 72), "004": (15, 171)}


def expected(sample: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = json.loads((FIXTURES / "expected" / f"{SAMPLES[sample].stem}.json").read_text("utf-8"))
    return data


@pytest.mark.parametrize(
    ("sample", "number"),
    [(sample, number) for sample, (count, _) in COUNTS.items() for number in range(count)],
)
def test_sample_table_equals_independent_reading(sample: str, number: int) -> None:
    assert differences(tables(sample)[number].to_dict(), expected(sample)[number]) == []


@pytest.mark.parametrize("sample", COUNTS)
def test_sample_counts(sample: str) -> None:
    found = tables(sample)
    assert (len(found), sum(len(t.indicators) for t in found)) == COUNTS[sample]
    assert len(expected(sample)) == len(found)


def test_sample_kinds_and_layouts() -> None:
    found = all_tables()
    assert Counter(t.kind for t in found) == {"project": 67, "department": 2, "summary": 1}
    assert Counter(t.layout for t in found) == {
        "hebei": 44, "longhua": 16, "zhuzhou-3": 7, "hebei-department": 1, "zhuzhou-1": 1, "zhuzhou-2": 1,
    }  # fmt: skip
    assert sum(len(t.indicators) for t in found) == 646


@pytest.mark.parametrize("sample", COUNTS)
def test_sample_survives_its_own_json(sample: str) -> None:
    for data, table in zip(expected(sample), tables(sample), strict=True):
        assert TargetTable.from_dict(data) == table
