"""Comments as pages get them: see docs/review.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from projects.layouts.anchors import locate
from projects.layouts.editing import BadChange, Draft
from projects.models import CommentEntry, ReviewComment, TargetTable
from projects.reviewlevels import IN_REVIEW, is_reviewer
from projects.selectors.comments import comments_of
from projects.services.reviewing.comments import may_act

if TYPE_CHECKING:
    from projects.models import User

State, Kind, Act = ReviewComment.State, ReviewComment.Kind, CommentEntry.Act


def comments_data(
    comments: Iterable[ReviewComment], *, user: User | Any, table: TargetTable, draft: Draft
) -> list[dict[str, Any]]:
    """Return comments (of :func:`.selectors.comments.comments_of`) with their places in ``draft``."""
    reviewer = is_reviewer(user, table)
    return [_comment(comment, user, table, draft, reviewer) for comment in comments]


def _comment(
    comment: ReviewComment, user: User | Any, table: TargetTable, draft: Draft, reviewer: bool
) -> dict[str, Any]:
    try:
        place = locate(draft, comment.anchor, comment.path)
        gone, step, uid, name, now = place.gone, place.step, place.uid, place.name, place.text
    except BadChange:  # a cell that the form no longer knows
        gone, step, uid, name, now = True, "", "", "", ""
    shown = comment.shown_at is not None
    mine = comment.author_id == user.pk
    may = [act for act, why in may_act(user, table, comment).items() if not why]
    if mine and reviewer and not shown and not comment.removed and table.status in IN_REVIEW:
        may = ["edit", "remove", *may]
    return {
        "id": comment.pk,
        "key": comment.uid.hex,
        "version": comment.version,
        "changed_at": comment.changed,
        "kind": comment.kind,
        "kind_name": str(comment.get_kind_display()),
        "state": comment.state if reviewer else comment.shown_state,
        "anchor": comment.anchor,
        "path": comment.path,
        "uid": uid,
        "step": step,
        "place": name or comment.place,
        "quote": comment.quote,
        "now": now,
        "changed": not gone and comment.anchor in ("cell", "row") and now != comment.quote,
        "gone": gone,
        "text": comment.text,
        "by": comment.author_name,
        "level": comment.level,
        "level_name": str(comment.get_level_display()),
        "at": moment(comment.at),
        "revision": getattr(comment, "revision_number", None) or comment.revision.number,
        "shown": shown,
        "removed": comment.removed,
        "mine": mine,
        "may": may,
        "thread": [
            {
                "id": entry.pk,
                "act": entry.act,
                "act_name": str(entry.get_act_display()),
                "text": entry.text,
                "by": entry.author_name,
                "officer": entry.act == Act.ANSWER,
                "at": moment(entry.at),
                "shown": entry.shown_at is not None,
            }
            for entry in comment.entries.all()
        ],
    }


def one_comment(user: User | Any, table: TargetTable, draft: Draft, number: int) -> dict[str, Any] | None:
    """Return one comment as the person may see it, ``None`` when it is not there for him."""
    found = comments_of(table, reviewer=is_reviewer(user, table), since=-1).filter(pk=number)
    listed = comments_data(found, user=user, table=table, draft=draft)
    return listed[0] if listed else None


def counts_data(listed: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count comments as the page has them. ``done``: answered or resolved, as the officer's side counts."""
    live = [item for item in listed if not item["removed"]]
    must = [item for item in live if item["kind"] == Kind.MUST]
    done = [item for item in live if item["state"] != State.OPEN]
    return {
        "all": len(live),
        "must": len(must),
        "must_open": sum(item["state"] == State.OPEN for item in must),
        "must_pending": sum(item["state"] != State.RESOLVED for item in must),
        "advice": len(live) - len(must),
        "answered": sum(item["state"] == State.ANSWERED for item in live),
        "resolved": sum(item["state"] == State.RESOLVED for item in live),
        "open": len(live) - len(done),
        "done": len(done),
    }


def comment_bar(*, user: User | Any, row: TargetTable, draft: Draft) -> dict[str, Any]:
    """Return the officer's “3 of 5 done” and the first open comment, in the order of the form."""
    reviewer = is_reviewer(user, row)
    listed = comments_data(comments_of(row, reviewer=reviewer), user=user, table=row, draft=draft)
    waiting = [item for item in listed if item["state"] == State.OPEN]
    counted = counts_data(listed)
    first = min(waiting, key=lambda item: (item["kind"] != Kind.MUST, item["id"])) if waiting else None
    return {"done": counted["done"], "all": counted["all"], "must_open": counted["must_open"], "first": first}


def moment(value: Any) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")
