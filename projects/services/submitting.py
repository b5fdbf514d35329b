"""Check and submit: blocking findings stop it (in the workflow), warnings ask for one line of reason (here)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from projects import workflow
from projects.findings import WARN, Finding
from projects.models import TargetTable as Stored
from projects.selectors.findings import compared_findings, setup_of
from projects.selectors.tables import visible_to
from projects.services.entry import blocking
from projects.store import load_tables

if TYPE_CHECKING:
    from projects.models import User

FINDINGS, REASON, REFUSED, STALE, MISSING = "findings", "reason", "refused", "stale", "missing"


class SubmitRefused(Exception):
    """The table was not submitted. ``error`` is one of this module's codes, ``findings`` what stands in the way."""

    def __init__(self, error: str, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.findings = list(findings)


@dataclass(frozen=True, slots=True)
class Wish:
    """One table to be submitted: the version the person saw, and why its warnings may stand."""

    id: int
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one table; ``error`` is empty when it was submitted."""

    id: int
    label: str
    error: str = ""
    message: str = ""
    findings: list[Finding] = field(default_factory=list)


def submit(*, user: User | Any, table_id: int, version: int, reason: str = "") -> Stored:
    """Submit one table. Raises :class:`SubmitRefused`; ``reason`` stands with the transition, where reviewers see it.

    Findings are looked at before the lock and decided again by the workflow under it, on the same version.
    """
    chosen = Stored.objects.filter(pk=table_id)
    content = load_tables(chosen)
    if not content:
        raise SubmitRefused(MISSING, "没有这张表，或您不能查看")
    setup = setup_of(chosen.values_list("fiscal_year", flat=True)[0])
    findings = workflow.submission_findings(content[0], setup)
    findings += compared_findings(table_id)
    if blocking(findings):
        raise SubmitRefused(FINDINGS, "还有必须修改的问题", findings)
    warned = [finding for finding in findings if finding.level == WARN]
    if warned and not reason.strip():
        raise SubmitRefused(REASON, f"有 {len(warned)} 处提醒，请用一句话说明理由", warned)
    try:
        return workflow.apply(table_id=table_id, action="submit", user=user, version=version, reason=reason)
    except workflow.StaleVersion as error:
        raise SubmitRefused(STALE, error.reason) from error
    except workflow.IllegalTransition as error:
        raise SubmitRefused(FINDINGS if error.findings else REFUSED, error.reason, error.findings) from error
    except workflow.WorkflowError as error:
        raise SubmitRefused(REFUSED, error.reason) from error


def submit_each(*, user: User | Any, wishes: Sequence[Wish]) -> list[Result]:
    """Submit several tables, each by itself; one refusal does not touch the others."""
    visible = visible_to(user).filter(pk__any_of=[wish.id for wish in wishes])
    labels = dict(visible.order_by().values_list("pk", "label"))
    results = []
    for wish in wishes:
        if wish.id not in labels:
            results.append(Result(wish.id, "", MISSING, "没有这张表，或您不能查看"))
            continue
        label = labels[wish.id]
        try:
            submit(user=user, table_id=wish.id, version=wish.version, reason=wish.reason)
        except SubmitRefused as error:
            results.append(Result(wish.id, label, error.error, error.message, error.findings))
        else:
            results.append(Result(wish.id, label))
    return results
