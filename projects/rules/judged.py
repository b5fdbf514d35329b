"""How well the rules do on the samples: what they find against fixtures/expected/findings.toml, written by hand."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from projects.rules import Checker, rules
from projects.targettable import TargetTable

_LEAVES = {"n": "name", "v": "value", "d": "description", "b": "basis"}
_SHORT = re.compile(r"(\d+)([nvdb])")
Place = tuple[str, int, str]


@dataclass(slots=True)
class Score:
    """Places of one rule: found rightly, found wrongly, missed."""

    right: list[Place] = field(default_factory=list)
    wrong: list[Place] = field(default_factory=list)
    missed: list[Place] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        found = len(self.right) + len(self.wrong)
        return len(self.right) / found if found else None

    @property
    def recall(self) -> float | None:
        due = len(self.right) + len(self.missed)
        return len(self.right) / due if due else None


def samples(folder: Path) -> Iterator[tuple[str, list[TargetTable]]]:
    """Yield each sample's number and tables from the interchange files of ``folder``."""
    for path in sorted(folder.glob("[0-9]*.json")):
        yield path.name[:3], [TargetTable.from_dict(item) for item in json.loads(path.read_text(encoding="utf-8"))]


def expected(folder: Path) -> tuple[dict[str, set[Place]], set[tuple[str, str, int]]]:
    """Return the annotated places by rule, and ``(rule, sample, table)`` where a finding can be argued either way."""
    data: dict[str, Any] = tomllib.loads((folder / "findings.toml").read_text(encoding="utf-8"))
    must: dict[str, set[Place]] = {}
    may: set[tuple[str, str, int]] = set()
    for sample, tables in data.items():
        for number, marks in tables.items():
            for rule, places in marks.items():
                if rule == "may":
                    may |= {(name, sample, int(number)) for name in places.split()}
                else:
                    must.setdefault(rule, set()).update((sample, int(number), _path(place)) for place in places.split())
    return must, may


def _path(place: str) -> str:
    short = _SHORT.fullmatch(place)
    return f"indicators.{short[1]}.{_LEAVES[short[2]]}" if short else place


def found(folder: Path) -> dict[str, set[Place]]:
    """Return what the rules report on the samples, by rule."""
    places: dict[str, set[Place]] = {}
    for sample, tables in samples(folder):
        checker = Checker()
        findings = [(number, finding) for number, table in enumerate(tables) for finding in checker.add(number, table)]
        for number, finding in (*findings, *checker.compare()):
            places.setdefault(finding.code, set()).add((sample, number, finding.field))
    return places


def scores(folder: Path) -> dict[str, Score]:
    """Return the score of every rule, in the rules' order; codes that are no rule come last."""
    must, may = expected(folder)
    seen = found(folder)
    names = [rule.id for rule in rules()]
    result: dict[str, Score] = {}
    for name in (*names, *sorted({*must, *seen} - {*names})):
        due = must.get(name, set())
        got = {place for place in seen.get(name, set()) if place in due or (name, *place[:2]) not in may}
        result[name] = Score(sorted(got & due), sorted(got - due), sorted(due - got))
    return result


def readme_table(folder: Path) -> str:
    """Return recall and precision of each rule as a Markdown table."""
    lines = [
        "| 规则 | 级别 | 应报 | 报对 | 误报 | 漏报 | 查准率 | 查全率 |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    every = scores(folder)
    total = Score()
    for rule in rules():
        score = every[rule.id]
        total.right += score.right
        total.wrong += score.wrong
        total.missed += score.missed
        lines.append(f"| {rule.title} `{rule.id}` | {rule.level} | {_figures(score)} |")
    return "\n".join([*lines, f"| **合计** |  | {_figures(total)} |"])


def _figures(score: Score) -> str:
    counts = (len(score.right) + len(score.missed), len(score.right), len(score.wrong), len(score.missed))
    shares = ("—" if share is None else f"{share:.1%}" for share in (score.precision, score.recall))
    return " | ".join((*map(str, counts), *shares))
