"""退回、审核通过、批复 from the review page: on exactly what the reviewer saw, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from projects import workflow
from projects.life.case import Case
from projects.models import ReviewComment, ReviewSheet, TargetTable
from projects.reviewlevels import REVIEW_ACTIONS, is_reviewer
from projects.selectors.comments import must_ids
from projects.selectors.tables import visible_to
from projects.services.reviewing import comments
from projects.services.reviewing.comments import NotYours

if TYPE_CHECKING:
    from projects.models import User

State = ReviewComment.State
STALE, REFUSED = "stale", "refused"


@dataclass(eq=False)
class DecisionRefused(Exception):
    """Nothing was done. ``error``: ``stale`` (somebody decided, commented or saved since) or ``refused``.

    ``open``: ids of 必须修改 comments in the way; ``missing``: what the sheet lacks.
    """

    error: str
    message: str
    open: Sequence[int] = ()
    missing: Sequence[str] = field(default_factory=tuple)


class _Moved(workflow.IllegalTransition):
    """What the page showed is not what is there: comments or the sheet changed."""


@dataclass(slots=True)
class _Seen:
    """What the page showed, held against what is there under the lock; and what goes with the decision."""

    user: Any
    cursor: int
    sheet: int
    resolve: bool
    missing: Sequence[str] = ()

    def __call__(self, case: Case) -> str:
        if why := self._comments(case.table) or self._sheet(case.sheet):
            raise _Moved(why)
        if self.resolve:
            comments.resolve_answered(user=self.user, table=case.table)
        self.missing = case.sheet_missing
        return ""

    def _comments(self, table: TargetTable) -> str:
        since = ReviewComment.objects.filter(table=table, changed__gt=self.cursor).order_by("-changed")
        newest = since.values_list("author_name", "place").first()
        if newest is None:
            return ""
        return f"您打开之后，有人对“{newest[1]}”的意见作了改动。您的操作没有执行，请看清变化后再决定。"

    def _sheet(self, sheet: ReviewSheet | None) -> str:
        if (sheet.version if sheet else 0) == self.sheet:
            return ""
        who = sheet.saved_by_name if sheet else "他人"
        return f"{who}刚保存过审核表。您的操作没有执行，请看清变化后再决定。"


def said(action: str) -> str:
    """Return what the action is called, for the sentence that says it was done."""
    return workflow.action_name(action)


def decide(
    *,
    user: User | Any,
    table_id: int,
    action: str,
    version: int,
    cursor: int,
    reason: str = "",
    resolve: bool = False,
    sheet: int = 0,
) -> TargetTable:
    """Return, pass or approve a table as its reviewer saw it.

    ``version`` is the table's, ``cursor`` the number up to which the page knows the comments, ``sheet`` the version of
    the draft it shows. ``resolve`` marks every answered comment as resolved first. Raises :class:`NotYours`,
    :class:`DecisionRefused`.
    """
    visible = visible_to(user).select_related("department", "fiscal_year").filter(pk=table_id).first()
    if visible is None or not is_reviewer(user, visible):
        raise NotYours
    if action not in REVIEW_ACTIONS:
        raise DecisionRefused(REFUSED, "没有这种操作")
    seen = _Seen(user, cursor, sheet, resolve)
    try:
        return workflow.apply(table_id=table_id, action=action, user=user, version=version, reason=reason, prepare=seen)
    except _Moved as error:
        raise DecisionRefused(STALE, error.reason) from error
    except workflow.StaleVersion as error:
        raise DecisionRefused(STALE, error.reason) from error
    except workflow.WorkflowError as error:
        waiting = must_ids(visible, state=State.OPEN) + must_ids(visible, state=State.ANSWERED)
        standing_in_way = sorted(waiting) if action != "return" else []
        raise DecisionRefused(REFUSED, error.reason, standing_in_way, seen.missing) from error
