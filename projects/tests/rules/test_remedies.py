"""What one click does: the finding is gone, and nothing else is found instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from projects.findings import Finding
from projects.rules import check_table, judged, rules
from projects.targettable import TargetTable

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "expected"


def _tables() -> Iterator[tuple[str, TargetTable]]:
    for sample, tables in judged.samples(FOLDER):
        yield from ((f"{sample}.{number}", table) for number, table in enumerate(tables))
    for rule in rules():
        for sample_ in rule.wrong:
            yield from ((rule.id, table) for table in sample_.tables)


TABLES = list(_tables())


def _mended(table: TargetTable, finding: Finding) -> TargetTable:
    data = table.to_dict()
    for change in finding.remedy:
        assert change.op == "set"
        place = data
        *parents, leaf = change.path.split(".")
        for part in parents:
            place = place[int(part)] if part.isdigit() else place[part]
        place[leaf] = change.value
    return TargetTable.from_dict(data)


def test_every_remedy_mends_its_finding_and_brings_no_other() -> None:
    tried = set()
    for label, table in TABLES:
        findings = check_table(table)
        before = {(finding.code, finding.field) for finding in findings}
        for finding in findings:
            if not finding.remedy:
                continue
            after = {(one.code, one.field) for one in check_table(_mended(table, finding))}
            # An example of one row has no indicator left once that row is 不适用.
            assert after - before <= {("no-indicators", "indicators")}, (label, finding.text)
            assert (finding.code, finding.field) not in after, (label, finding.text)
            tried.add(finding.code)
    assert tried == {
        "cost-no-amount",
        "doubled-words",
        "forward-sign",
        "not-ecological",
        "rate-bare",
        "rate-over",
        "reverse-sign",
        "serial-date",
        "typo",
        "unit-missing",
        "value-none",
    }


@pytest.mark.parametrize(("label", "table"), [pytest.param(*pair, id=pair[0]) for pair in TABLES[:70]])
def test_no_place_is_reported_twice_by_the_same_rule(label: str, table: TargetTable) -> None:
    places = [(finding.code, finding.field) for finding in check_table(table)]
    assert len(places) == len(set(places))
