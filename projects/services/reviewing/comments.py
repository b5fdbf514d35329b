"""审核意见: made, changed, removed, answered, resolved, reopened, and shown to the officer's side.

Each change takes the table's row lock, which puts the changes of one table in one order (``changed``); the table's own
version stays, since its content and state do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from projects.layouts.anchors import locate
from projects.layouts.editing import BadChange
from projects.models import CommentEntry, ReviewComment, Revision, TargetTable
from projects.models.review import TEXT_LENGTH
from projects.permissions import may_edit
from projects.reviewlevels import IN_REVIEW, is_reviewer, speaks_for
from projects.selectors.tables import visible_to
from projects.services import audit
from projects.services.entry_store import load
from projects.services.reviewing.versions import draft_of, submitted

if TYPE_CHECKING:
    from projects.models import User

Act, State, Kind = CommentEntry.Act, ReviewComment.State, ReviewComment.Kind
MOST = 500
"""Comments of one table, removed ones not counted: far beyond what anybody reads."""
QUOTE = 4_000


class CommentRefused(Exception):
    """Nothing was done. ``error``: ``closed`` (state, moment or rights), ``stale`` (with the comment as it is now)."""

    def __init__(self, error: str, message: str, comment: ReviewComment | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.comment = comment


class NotYours(Exception):
    """For this person there is no such table or comment."""


@dataclass(frozen=True, slots=True)
class Done:
    """The comment as it then is, and the number to ask for later changes with."""

    comment: ReviewComment
    cursor: int
    made: bool = False


def add(*, user: User | Any, table_id: int, uid: str, kind: str, anchor: str, path: str, text: str) -> Done:
    """Make a comment on the latest submitted revision. The same ``uid`` again gives the comment it was stored as.

    Raises :class:`NotYours`, :class:`CommentRefused` and :class:`.editing.BadChange` (no such place, no text).
    """
    key = _uuid(uid)
    if kind not in Kind.values:
        raise BadChange("kind 应为 must 或 advice")
    text = _text(text)
    with _locked(user, table_id) as table:
        known = ReviewComment.objects.filter(table=table, uid=key).first()
        if known is not None:
            if known.author_id != user.pk:
                raise BadChange("uid 已被使用")
            return Done(known, known.changed)
        _in_review(table)
        revision = _judged(table)
        if ReviewComment.objects.filter(table=table, removed=False).count() >= MOST:
            raise CommentRefused("closed", f"一张表最多 {MOST} 条意见")
        place = locate(draft_of(revision, now=_now(table) if not revision.uids else None), anchor, path)
        if place.gone:
            raise BadChange("这个位置在所审核的版本里不存在")
        comment = ReviewComment.objects.create(
            table=table,
            revision=revision,
            uid=key,
            level=speaks_for(user, table),
            kind=kind,
            anchor=anchor,
            path=place.path,
            place=place.name[:200],
            quote=place.text[:QUOTE],
            text=text,
            changed=_next(table),
            author=user,
            author_name=audit.actor_label(user),
        )
        after = {"位置": comment.place, "类别": comment.get_kind_display(), "意见": text}
        audit.record("comment.add", actor=user, obj=table, after=after)
        return Done(comment, comment.changed, made=True)


def change(
    *, user: User | Any, table_id: int, number: int, version: int, text: str | None = None, kind: str | None = None
) -> Done:
    """Change one's own comment that the officer's side has not seen."""
    if kind is not None and kind not in Kind.values:
        raise BadChange("kind 应为 must 或 advice")
    with _locked(user, table_id) as table:
        comment = _own_draft(user, table, number, version)
        before = {"类别": comment.get_kind_display(), "意见": comment.text}
        if text is not None:
            comment.text = _text(text)
        if kind is not None:
            comment.kind = kind
        _save(comment, "text", "kind")
        after = {"类别": comment.get_kind_display(), "意见": comment.text}
        audit.record("comment.change", actor=user, obj=table, before=before, after=after)
        return Done(comment, comment.changed)


def remove(*, user: User | Any, table_id: int, number: int, version: int) -> Done:
    """Take one's own comment back before the officer's side has seen it."""
    with _locked(user, table_id) as table:
        comment = _own_draft(user, table, number, version)
        comment.removed = True
        _save(comment, "removed")
        audit.record("comment.remove", actor=user, obj=table, before={"位置": comment.place, "意见": comment.text})
        return Done(comment, comment.changed)


def act(*, user: User | Any, table_id: int, number: int, version: int, act: str, text: str = "") -> Done:
    """Go on with a comment's thread: reviewers reply, resolve, reopen; the officer answers."""
    if act not in Act.values:
        raise BadChange("act 应为 reply、answer、resolve 或 reopen")
    text = _text(text, needed=act != Act.RESOLVE)
    with _locked(user, table_id, officers=True) as table:
        comment = _comment(user, table, number)
        if why := may_act(user, table, comment)[act]:
            raise CommentRefused("closed", why, comment)
        _check_version(comment, version)
        _add_entry(user, comment, act, text)
        audit.record(
            f"comment.{act}",
            actor=user,
            obj=table,
            after={"位置": comment.place, "意见": comment.text} | ({"内容": text} if text else {}),
        )
        return Done(comment, comment.changed)


def may_act(user: User | Any, table: TargetTable, comment: ReviewComment) -> dict[str, str]:
    """Return for each act why the person cannot take it now, ``""`` where it is allowed."""
    if comment.removed:
        return dict.fromkeys(Act.values, "这条意见已撤销")
    found = {}
    reviewer = "" if is_reviewer(user, table) else "只有审核人可以这样办理"
    reviewer = reviewer or ("" if table.status in IN_REVIEW else f"这张表“{table.get_status_display()}”，不在审核中")
    resolved = comment.state == State.RESOLVED
    found[Act.REPLY] = reviewer
    found[Act.RESOLVE] = reviewer or ("这条意见已解决" if resolved else "")
    found[Act.REOPEN] = reviewer or ("这条意见没有答复，仍待处理" if comment.state == State.OPEN else "")
    officer = may_edit(user, table)
    if not officer and comment.shown_at is None:
        officer = "没有这条意见"
    found[Act.ANSWER] = officer or ("这条意见已解决" if resolved else "")
    return {str(key): why for key, why in found.items()}


def resolve_answered(*, user: User | Any, table: TargetTable) -> list[int]:
    """Resolve every answered comment of ``table``, whose lock the caller holds; return their ids."""
    found = list(ReviewComment.objects.filter(table=table, removed=False, state=State.ANSWERED).order_by("id"))
    number = _next(table)
    for comment in found:
        _add_entry(user, comment, Act.RESOLVE, "", number=number)
        audit.record("comment.resolve", actor=user, obj=table, after={"位置": comment.place, "意见": comment.text})
    return [comment.pk for comment in found]


def show(table: TargetTable, now: datetime) -> int:
    """Show the officer's side what it has not seen: with 退回 and 批复. The caller holds the row's lock."""
    mine = ReviewComment.objects.filter(table=table, removed=False)
    new = mine.filter(shown_at=None)
    fresh = CommentEntry.objects.filter(comment__table=table, comment__removed=False, shown_at=None)
    touched = set(new.values_list("pk", flat=True)) | set(fresh.values_list("comment_id", flat=True))
    if not touched:
        return 0
    number = _next(table)
    fresh.update(shown_at=now)
    new.update(shown_at=now)
    mine.filter(pk__in=touched).update(shown_state=F("state"), changed=number, version=F("version") + 1)
    return len(touched)


# Inside ---------------------------------------------------------------------------------------------------------


@contextmanager
def _locked(user: User | Any, table_id: int, *, officers: bool = False) -> Iterator[TargetTable]:
    """Lock the table's row for one of its reviewers (or, with ``officers``, for anybody who sees it)."""
    with transaction.atomic():
        visible = visible_to(user).select_related("department", "fiscal_year").order_by()
        table = visible.select_for_update(of=("self",)).filter(pk=table_id).first()
        if table is None or not (officers or is_reviewer(user, table)):
            raise NotYours
        yield table


def _in_review(table: TargetTable) -> None:
    if table.status not in IN_REVIEW:
        raise CommentRefused("closed", f"这张表“{table.get_status_display()}”，不在审核中，不能提意见")


def _judged(table: TargetTable) -> Revision:
    found = submitted(table)
    if not found:
        raise CommentRefused("closed", "这张表没有送审版本，不能提意见")
    return found[0]


def _now(table: TargetTable) -> Any:
    return load(table).draft


def _uuid(uid: str) -> UUID:
    try:
        return UUID(str(uid))
    except ValueError as error:
        raise BadChange("uid 应为 UUID") from error


def _text(text: str, *, needed: bool = True) -> str:
    text = text.replace("\0", "").strip()
    if needed and not text:
        raise BadChange("请写明内容")
    if len(text) > TEXT_LENGTH:
        raise BadChange(f"内容超过 {TEXT_LENGTH} 字")
    return text


def _comment(user: User | Any, table: TargetTable, number: int) -> ReviewComment:
    """A comment of this table that the person may see; the officer's side knows nothing of the others."""
    comment = ReviewComment.objects.filter(table=table, pk=number).first()
    if comment is None or (not is_reviewer(user, table) and (comment.shown_at is None or comment.removed)):
        raise NotYours
    return comment


def _own_draft(user: User | Any, table: TargetTable, number: int, version: int) -> ReviewComment:
    comment = _comment(user, table, number)
    if comment.author_id != user.pk:
        raise CommentRefused("closed", "只能修改或撤销自己的意见", comment)
    if comment.removed:
        raise CommentRefused("closed", "这条意见已撤销", comment)
    if comment.shown_at is not None:
        raise CommentRefused("closed", "填报人已经看到这条意见，不能再修改；可以回复或标为已解决", comment)
    _in_review(table)
    _check_version(comment, version)
    return comment


def _check_version(comment: ReviewComment, version: int) -> None:
    if comment.version != version:
        raise CommentRefused("stale", "这条意见刚被他人改动，请看清后再办理", comment)


def _next(table: TargetTable) -> int:
    last = ReviewComment.objects.filter(table=table).aggregate(last=Max("changed"))["last"]
    return (last or 0) + 1


def _save(comment: ReviewComment, *names: str, number: int = 0) -> None:
    comment.version += 1
    comment.changed = number or _next(comment.table)
    comment.save(update_fields=[*names, "version", "changed"])


def _add_entry(user: User | Any, comment: ReviewComment, act: str, text: str, *, number: int = 0) -> None:
    """Officers' answers are for everybody at once; what reviewers write waits for the next 退回 or 批复."""
    answer = act == Act.ANSWER
    CommentEntry.objects.create(
        comment=comment,
        act=act,
        text=text,
        shown_at=timezone.now() if answer else None,
        author=user,
        author_name=audit.actor_label(user),
    )
    after = {Act.ANSWER: State.ANSWERED, Act.RESOLVE: State.RESOLVED, Act.REOPEN: State.OPEN}
    comment.state = after.get(Act(act), State(comment.state))
    if answer:
        comment.shown_state = State.ANSWERED
    _save(comment, "state", "shown_state", number=number)
