"""The life of a table: ``apply`` is the one function that changes a state, ``available`` says what it would allow.

The table of transitions is data in ``projects.life.transitions``; README prints it, tests walk every cell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.life.case import Case, passers
from projects.life.checks import SUBMISSION_CHECKS, submission_findings
from projects.life.guards import TAKEN, moment
from projects.life.transitions import BY_ACTION, TRANSITIONS, Step, Transition
from projects.models import FiscalYear, TargetTable, TransitionRecord
from projects.reviewlevels import IN_REVIEW
from projects.selectors.comments import must_counts
from projects.selectors.sheets import drafts_of, settings_of
from projects.services import audit
from projects.targettable import TargetTable as Content

if TYPE_CHECKING:
    from projects.findings import Finding
    from projects.models import User

__all__ = [
    "BY_ACTION",
    "SUBMISSION_CHECKS",
    "TRANSITIONS",
    "IllegalTransition",
    "StaleVersion",
    "Transition",
    "WorkflowError",
    "action_name",
    "apply",
    "available",
    "available_for",
    "submission_findings",
    "warnings",
]
REASON_LENGTH = 2_000
TAKES_A_PLACE = ("restore", "cancel_adjustment")
"""Actions that a table which came meanwhile can stand in the way of; the database's constraint has the last word."""


class WorkflowError(Exception):
    """The action was not done; ``reason`` (Chinese) is fit for the page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IllegalTransition(WorkflowError):
    """The action is not allowed now, or not to this person. ``findings`` when the content stands in its way."""

    def __init__(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(reason)
        self.findings = list(findings)


class StaleVersion(WorkflowError):
    """The table changed after the person last saw it. ``seen`` is that version, ``table`` the row as it is now."""

    def __init__(self, reason: str, *, table: TargetTable, seen: int) -> None:
        super().__init__(reason)
        self.table = table
        self.seen = seen


Prepare = Callable[[Case], str]


def apply(
    *,
    table_id: int,
    action: str,
    user: User | Any,
    version: int,
    reason: str = "",
    prepare: Prepare | None = None,
) -> TargetTable:
    """Do ``action`` on a table under its row's lock, all or nothing, and return the table as it then is.

    ``version`` is what the person saw. Raises :class:`IllegalTransition`, :class:`StaleVersion` and, for a table that
    is not there, ``TargetTable.DoesNotExist``; whether the person may know of the table is the caller's question.
    Writes the state, the transition record, the audit line, a revision where the action asks for one, and notices.
    A refusal is recorded in the audit log too. ``prepare`` is called under the lock, after the version was compared
    and before the guards are asked; what it writes goes with the action or not at all, what it returns refuses it.
    """
    transition = BY_ACTION.get(action)
    if transition is None:
        raise IllegalTransition("没有这种操作")
    reason = reason.replace("\0", "").strip()[:REASON_LENGTH]
    try:
        with transaction.atomic():
            return _apply(transition, table_id, user, version, reason, prepare)
    except IntegrityError as error:
        if action not in TAKES_A_PLACE:
            raise
        refused: WorkflowError = IllegalTransition(f"{TAKEN}，不能{transition.name}")
        refused.__cause__ = error
    except WorkflowError as error:
        refused = error
    _record_refusal(transition, table_id, user, version, refused)
    raise refused


def _apply(
    transition: Transition, table_id: int, user: Any, version: int, reason: str, prepare: Prepare | None
) -> TargetTable:
    table = (
        TargetTable.objects.select_for_update(of=("self",))
        .select_related("department", "fiscal_year", "approved_revision")
        .get(pk=table_id)
    )
    case = Case(table, user, now=timezone.now(), reason=reason, action=transition.action)
    if why := _without_role(transition, case):
        raise IllegalTransition(why)
    if table.version != version:
        raise StaleVersion(_what_happened(table), table=table, seen=version)
    if prepare is not None and (why := prepare(case)):
        raise IllegalTransition(why)
    if why := refusal(transition, case):
        raise IllegalTransition(why, case.findings)
    if transition.needs_reason and not reason:
        instead = transition.instead_of_reason
        why = instead.check(case) if instead else f"{transition.name}须填写原因"
        if why:
            raise IllegalTransition(why)
    return _write(transition, case)


def _write(transition: Transition, case: Case) -> TargetTable:
    table, before = case.table, case.table.status
    target = next(step.target for step in _steps(transition, case))
    columns: dict[str, Any] = {"status": target, "version": table.version + 1, "updated_at": case.now}
    for effect in transition.effects:
        columns |= effect.act(case)
    seen = table.version
    for name, value in columns.items():
        setattr(table, name, value)
    TargetTable.objects.filter(pk=table.pk).update(**columns)
    record = TransitionRecord.objects.create(
        table=table,
        action=transition.action,
        source=before,
        target=target,
        reason=case.reason,
        version=seen,
        revision=case.revision,
        actor=case.user,
        actor_name=audit.actor_label(case.user),
    )
    audit.record(
        f"table.{transition.action}",
        actor=case.user,
        obj=table,
        before={"状态": TargetTable.Status(before).label, "版本": seen},
        after={"状态": TargetTable.Status(target).label, "版本": table.version}
        | ({"意见": case.reason} if case.reason else {}),
    )
    _notify(table, record)
    return table


def _notify(table: TargetTable, record: TransitionRecord) -> None:
    from projects.services import notices

    notices.about_transition(table=table, record=record)


def _record_refusal(transition: Transition, table_id: int, user: Any, version: int, error: WorkflowError) -> None:
    table = TargetTable.objects.select_related("department").filter(pk=table_id).first()
    audit.record(
        f"table.{transition.action}",
        actor=user,
        obj=table,
        before={"所见版本": version},
        after={"未执行": error.reason},
        succeeded=False,
    )


def refusal(transition: Transition, case: Case) -> str:
    """Return why ``transition`` is not allowed in this case, ``""`` when it is. A missing reason is not asked for."""
    if why := _without_role(transition, case):
        return why
    year = case.table.fiscal_year
    here = [step for step in transition.steps if step.source == case.table.status]
    if not here:
        plain = f"“{case.table.get_status_display()}”的表不能{transition.name}"
        return transition.elsewhere.get(case.table.status, plain)
    level = [step for step in here if year.levels in step.levels]
    if not level:
        hint = "没有这一步，请直接批复" if transition.action == "pass" else "须先由部门审核通过"
        return f"{year}设定为“{year.get_levels_display()}”，{hint}"
    mine = [step for step in level if any(case.has(role) for role in step.roles)]
    if not mine:
        return f"这一步由{_names(level)}办理"
    if not any(year.state in step.years for step in mine):
        return f"{year}{year.get_state_display()}，不能{transition.name}"
    return next((why for guard in transition.guards if (why := guard.check(case))), "")


def _steps(transition: Transition, case: Case) -> list[Step]:
    """The rows that lead on from here, once nothing refuses."""
    return [
        step
        for step in transition.steps
        if step.source == case.table.status and case.table.fiscal_year.levels in step.levels
    ]


def _without_role(transition: Transition, case: Case) -> str:
    if any(case.has(role) for role in transition.roles):
        return ""
    return f"您不是“{case.table.department}”的{_names(transition.steps)}，不能{transition.name}"


def _names(steps: Sequence[Step]) -> str:
    roles = dict.fromkeys(role for step in steps for role in step.roles)
    return "、".join(str(role.label) for role in roles)


def available(table: TargetTable, user: User | Any, *, content: Content | None = None) -> list[tuple[Transition, str]]:
    """Return every transition with the reason why ``user`` cannot take it now; ``""`` means it is allowed.

    ``table`` comes with department and year. Checks of the content count only where ``content`` is given (pages that
    have loaded it); :func:`apply` always checks.
    """
    return available_for([table], user, contents={table.pk: content} if content is not None else {})[table.pk]


def available_for(
    tables: Sequence[TargetTable], user: User | Any, *, contents: dict[int, Content] | None = None
) -> dict[int, list[tuple[Transition, str]]]:
    """Like :func:`available` for many tables, by id.

    Four queries for all of them, and one more for each void table that the person might restore.
    """
    contents = contents or {}
    passed = passers(tables)
    must = must_counts(tables)
    drafts = drafts_of(tables)
    years = {table.fiscal_year_id: table.fiscal_year for table in tables if table.status in IN_REVIEW}
    settings = settings_of(years.values()) if years else {}
    now = timezone.now()
    found = {}
    for table in tables:
        known = contents.get(table.pk)
        case = Case(
            table,
            user,
            now=now,
            check_content=known is not None,
            _content=known,
            _passed_by=passed.get(table.pk),
            _must=must.get(table.pk),
            _sheet=drafts.get(table.pk),
            _setting=settings.get(table.fiscal_year_id),
        )
        found[table.pk] = [(transition, refusal(transition, case)) for transition in TRANSITIONS]
    return found


def warnings(table: TargetTable, transition: Transition) -> list[str]:
    """Return what a person should know before an allowed action: a review that is past its date, for one."""
    year = table.fiscal_year
    if transition.action not in ("pass", "approve", "return"):
        return []
    due = year.department_due
    if table.status == TargetTable.Status.DEPT_REVIEWED or year.levels == FiscalYear.Levels.FINANCE:
        due = year.finance_due
    if due is None or timezone.now() <= due:
        return []
    return [f"审核已于{moment(due)}到期，仍可办理"]


def _what_happened(table: TargetTable) -> str:
    """Say who was quicker. The last transition is the latest change unless the content was saved after it."""
    last = TransitionRecord.objects.filter(table=table).order_by("-id").first()
    state = f"现为“{table.get_status_display()}”（版本{table.version}）"
    after = "您的操作没有执行，请看清变化后再决定"
    if last is not None and last.version + 1 == table.version:
        who = last.actor_name or "他人"
        return f"{who}已于{moment(last.at)}对这张表办理了“{action_name(last.action)}”，{state}。{after}。"
    return f"这张表的内容在您打开之后被修改过，{state}。{after}。"


def action_name(action: str) -> str:
    """Return what an action is called; the bare code when the table of transitions no longer has it."""
    return BY_ACTION[action].name if action in BY_ACTION else action
