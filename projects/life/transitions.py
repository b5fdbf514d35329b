"""流转表: every way in which a table changes its state, as data. ``projects.workflow`` applies it.

One :class:`Transition` per action; its :class:`Step` rows say from where to where, who, in which years. Guards are
sentences with a predicate, effects sentences with an act; README prints both from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from projects.life import effects, guards
from projects.life.effects import Effect
from projects.life.guards import Guard
from projects.models import FiscalYear, Role, TargetTable

Status = TargetTable.Status
Levels = FiscalYear.Levels
YearState = FiscalYear.State

ANY_LEVELS = (Levels.BOTH, Levels.DEPARTMENT, Levels.FINANCE)
OPEN = (YearState.OPEN,)
UNTIL_CLOSED = (YearState.OPEN, YearState.CLOSED)
EVERY_YEAR = (YearState.OPEN, YearState.CLOSED, YearState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Step:
    """One row: in years of these review levels and states, one of these roles leads from ``source`` to ``target``."""

    source: TargetTable.Status
    target: TargetTable.Status
    roles: tuple[Role, ...]
    levels: tuple[FiscalYear.Levels, ...] = ANY_LEVELS
    years: tuple[FiscalYear.State, ...] = OPEN


@dataclass(frozen=True, slots=True)
class Transition:
    """One action, named as the button says it."""

    action: str
    name: str
    steps: tuple[Step, ...]
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    needs_reason: bool = False
    instead_of_reason: Guard | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """State → what to say there instead of the plain “…的表不能…”."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles that some step gives this action to, in the order of the steps."""
        return tuple(dict.fromkeys(role for step in self.steps for role in step.roles))


def _by_officer(source: TargetTable.Status, target: TargetTable.Status) -> Step:
    return Step(source, target, (Role.OFFICER,))


def _by_reviewers(target: TargetTable.Status) -> tuple[Step, ...]:
    """Who decides at each stage. A table that one level passed before the year's levels were changed is not stuck."""
    department, finance = (Role.DEPARTMENT_REVIEWER,), (Role.FINANCE_REVIEWER,)
    return (
        Step(Status.SUBMITTED, target, department, (Levels.DEPARTMENT,)),
        Step(Status.SUBMITTED, target, finance, (Levels.FINANCE,)),
        Step(Status.DEPT_REVIEWED, target, finance, (Levels.BOTH, Levels.FINANCE)),
        Step(Status.DEPT_REVIEWED, target, department, (Levels.DEPARTMENT,)),
    )


def _by_keeper(source: TargetTable.Status, target: TargetTable.Status) -> Step:
    return Step(source, target, (Role.ADMINISTRATOR,), years=UNTIL_CLOSED)


DRAFTS = (Status.DRAFT, Status.RETURNED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "submit",
        "送审",
        tuple(_by_officer(source, Status.SUBMITTED) for source in DRAFTS),
        (guards.FILING_OPEN, guards.ANSWERED, guards.COMPLETE, guards.FILED_ONCE),
        (effects.SUBMITTED_BY,),
    ),
    Transition(
        "withdraw",
        "撤回",
        (_by_officer(Status.SUBMITTED, Status.DRAFT),),
        (guards.STILL_FILING,),
        (effects.NOT_SUBMITTED,),
        elsewhere={Status.DEPT_REVIEWED: "部门审核人已经审核，不能撤回；需要修改请联系审核人退回"},
    ),
    Transition(
        "return",
        "退回",
        (
            Step(Status.SUBMITTED, Status.RETURNED, (Role.DEPARTMENT_REVIEWER,), (Levels.BOTH,)),
            *_by_reviewers(Status.RETURNED),
        ),
        (guards.NOT_OWN,),
        (effects.SHOWN, effects.FROZEN),
        needs_reason=True,
        instead_of_reason=guards.MUST_OPEN,
        elsewhere={Status.APPROVED: "已批复的表不能退回；需要修改时由填报人启动调整"},
    ),
    Transition(
        "pass",
        "审核通过",
        (Step(Status.SUBMITTED, Status.DEPT_REVIEWED, (Role.DEPARTMENT_REVIEWER,), (Levels.BOTH,)),),
        (guards.NOT_OWN, guards.RESOLVED, guards.SHEET),
        (effects.FROZEN,),
    ),
    Transition(
        "approve",
        "批复",
        _by_reviewers(Status.APPROVED),
        (guards.NOT_OWN, guards.NOT_PASSED_BY_SELF, guards.RESOLVED, guards.SHEET),
        (effects.APPROVED_REVISION, effects.SHOWN, effects.FROZEN),
    ),
    Transition(
        "adjust",
        "启动调整",
        (_by_officer(Status.APPROVED, Status.DRAFT),),
        effects=(effects.NEXT_ADJUSTMENT,),
        needs_reason=True,
    ),
    Transition(
        "cancel_adjustment",
        "取消调整",
        tuple(
            step
            for source in DRAFTS
            for step in (
                _by_officer(source, Status.APPROVED),
                Step(source, Status.APPROVED, (Role.ADMINISTRATOR,), years=EVERY_YEAR),
            )
        ),
        (guards.UNDER_ADJUSTMENT, guards.INTACT),
        (effects.RESTORED,),
    ),
    Transition(
        "void",
        "作废",
        tuple(
            step for source in DRAFTS for step in (_by_officer(source, Status.VOID), _by_keeper(source, Status.VOID))
        ),
        (guards.NOT_UNDER_ADJUSTMENT,),
        needs_reason=True,
        elsewhere={
            Status.SUBMITTED: "已送审的表不能作废，请先撤回",
            Status.APPROVED: "已批复的表不能作废",
        },
    ),
    Transition(
        "restore",
        "恢复",
        (_by_officer(Status.VOID, Status.DRAFT), _by_keeper(Status.VOID, Status.DRAFT)),
        (guards.PLACE_FREE,),
        (effects.NOT_SUBMITTED,),
    ),
)

BY_ACTION = {transition.action: transition for transition in TRANSITIONS}
