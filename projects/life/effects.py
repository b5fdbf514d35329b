"""What happens beside the change of state. Each returns columns of the row that are written together with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projects.life.case import Case
from projects.models import Revision
from projects.services import findings, revisions
from projects.services.approved import file_approved
from projects.services.reviewing import comments, facts, sheets
from projects.store import replace_content, row_uids


@dataclass(frozen=True, slots=True)
class Effect:
    """``text`` is the effect's line in README."""

    text: str
    act: Callable[[Case], dict[str, Any]]


def _submit(case: Case) -> dict[str, Any]:
    revision = _revision(case, Revision.Cause.SUBMIT)
    facts.write(case.table, revision, case.content, case.findings)
    return {"submitted_by": case.user, "submitted_at": case.now}


def _approve(case: Case) -> dict[str, Any]:
    revision = _revision(case, Revision.Cause.APPROVE)
    file_approved(case.table, case.content)
    return {"approved_revision": revision}


def _revision(case: Case, cause: str) -> Revision:
    case.revision = revisions.write(
        case.table,
        case.content,
        cause=cause,
        actor=case.user,
        comment=case.reason,
        adjustment=case.table.adjustment,
        uids=row_uids([case.table.pk])[case.table.pk],
    )
    return case.revision


def _not_submitted(_case: Case) -> dict[str, Any]:
    return {"submitted_by": None, "submitted_at": None}


def _next_adjustment(case: Case) -> dict[str, Any]:
    return {"adjustment": case.table.adjustment + 1}


def _restore_approved(case: Case) -> dict[str, Any]:
    revision = case.table.approved_revision
    if revision is None:
        raise ValueError("the guard asked for an adjustment")
    replace_content(case.table, revisions.content_of(revision), uids=revision.uids)
    findings.refresh_one(case.table.pk)
    case.revision = revision
    return {"adjustment": revision.adjustment}


def _show(case: Case) -> dict[str, Any]:
    comments.show(case.table, case.now)
    return {}


def _freeze(case: Case) -> dict[str, Any]:
    if case.sheet is not None:
        sheets.freeze(case.sheet, action=case.action, version=case.table.version, now=case.now)
    return {}


SUBMITTED_BY = Effect("记下送审人、时间，写入送审版本", _submit)
APPROVED_REVISION = Effect("写入批复版本，登记为有效版本", _approve)
NOT_SUBMITTED = Effect("清除送审人、时间", _not_submitted)
NEXT_ADJUSTMENT = Effect("调整次数加一，原批复版本继续有效", _next_adjustment)
SHOWN = Effect("本轮审核意见对填报人公开", _show)
FROZEN = Effect("固定本级审核表", _freeze)
RESTORED = Effect("内容恢复为已批复的版本，调整次数退回", _restore_approved)
