"""The transition table as README prints it. A test compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from projects.life.transitions import ANY_LEVELS, TRANSITIONS, Levels, Step, Transition, YearState
from projects.models import Role

HEAD = ("操作", "从", "到", "谁", "审核级次", "年度", "条件", "同时")
LEVEL_WORDS = {Levels.BOTH: "两级", Levels.DEPARTMENT: "只有部门", Levels.FINANCE: "只有财政"}
YEAR_WORDS = {YearState.OPEN: "填报中", YearState.CLOSED: "已关闭", YearState.PUBLISHED: "已公布"}


def markdown() -> str:
    """Return the table of all transitions, one line per action, way and role."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(cells) for transition in TRANSITIONS for cells in _rows(transition)]
    return "\n".join(lines)


def _rows(transition: Transition) -> Iterator[list[str]]:
    ways = [_way(step) for step in transition.steps]
    ordered = sorted(transition.steps, key=lambda step: ways.index(_way(step)))
    for number, (_key, group) in enumerate(groupby(ordered, key=_way)):
        steps = list(group)
        step = steps[0]
        yield [
            f"**{transition.name}** `{transition.action}`" if number == 0 else "",
            "、".join(str(item.source.label) for item in steps),
            str(step.target.label),
            "、".join(str(Role(role).label) for role in step.roles),
            "" if step.levels == ANY_LEVELS else "、".join(LEVEL_WORDS[level] for level in step.levels),
            "、".join(YEAR_WORDS[state] for state in step.years),
            _conditions(transition) if number == 0 else "",
            "；".join(effect.text for effect in transition.effects) if number == 0 else "",
        ]


def _way(step: Step) -> tuple[object, ...]:
    return step.roles, step.levels, step.years, step.target


def _conditions(transition: Transition) -> str:
    texts = [guard.text for guard in transition.guards]
    return "；".join([*([_reason(transition)] if transition.needs_reason else []), *texts])


def _reason(transition: Transition) -> str:
    instead = transition.instead_of_reason
    return f"必须写明原因，或有{instead.text}" if instead else "必须写明原因"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
