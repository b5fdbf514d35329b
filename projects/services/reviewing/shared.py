"""Frequent opinions and saved filters: one's own, and those that reviewers share with each other.

What is shared counts in the department where its owner reviews and below it; reviewers above see it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from projects.models import Department, ReviewComment, SavedView, TextBlock
from projects.permissions import EVERYWHERE, REVIEWS, rights_of
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User

MOST = 200
BLOCK_LENGTH, NAME_LENGTH, QUERY_LENGTH, FIELD_LENGTH = 500, 40, 500, 40


class BadShared(ValueError):
    """What was sent cannot be kept; the message (Chinese) says why."""


class SharedStale(Exception):
    """Somebody changed it meanwhile."""


class NotReviewer(Exception):
    """Only reviewers have frequent opinions and filters of the queue."""


def reachable(user: User | Any) -> Q:
    """The condition for one's own and for what others share with the person."""
    paths = rights_of(user).paths(*REVIEWS)
    own = Q(user=user.pk)
    if paths is EVERYWHERE:
        return own | Q(shared=True)
    if not paths:
        return own
    places = Q(department=None)
    for path in paths:
        above = [path[:end] for end in range(1, len(path) + 1)]
        places |= Q(department__path__startswith=path) | Q(department__path__in=above)
    return own | (Q(shared=True) & places)


def may_keep(user: User | Any) -> None:
    if not rights_of(user).any(*REVIEWS):
        raise NotReviewer


def _place(user: User | Any) -> Department | None:
    """Where what the person shares counts: the topmost department in which he reviews."""
    paths = rights_of(user).paths(*REVIEWS)
    return None if paths is EVERYWHERE else Department.objects.get(path=paths[0])


# Frequent opinions ------------------------------------------------------------------------------------------------


def blocks_of(user: User | Any) -> QuerySet[TextBlock]:
    return TextBlock.objects.filter(reachable(user)).order_by("-uses", "id")[:MOST]


def block_data(block: TextBlock, user: User | Any) -> dict[str, Any]:
    return {
        "id": block.pk,
        "version": block.version,
        "text": block.text,
        "kind": block.kind,
        "field": block.field,
        "shared": block.shared,
        "mine": block.user_id == user.pk,
        "uses": block.uses,
    }


def save_block(
    *,
    user: User | Any,
    number: int | None = None,
    version: int = 0,
    text: str,
    kind: str = "",
    field: str = "",
    shared: bool = False,
) -> TextBlock:
    """Make a frequent opinion, or change one's own. Raises `BadShared`, `SharedStale`, `TextBlock.DoesNotExist`."""
    may_keep(user)
    text = _line(text, BLOCK_LENGTH, "常用意见")
    if kind and kind not in ReviewComment.Kind.values:
        raise BadShared("kind 应为 must、advice 或空")
    if len(field) > FIELD_LENGTH:
        raise BadShared("field 太长")
    with transaction.atomic():
        if number is None:
            if TextBlock.objects.filter(user=user).count() >= MOST:
                raise BadShared(f"常用意见最多 {MOST} 条")
            block = TextBlock(user=user, version=0)
        else:
            block = _own_block(user, number)
            if block.version != version:
                raise SharedStale
        before = block.text
        block.text, block.kind, block.field, block.shared = text, kind, field, shared
        block.department = _place(user) if shared else None
        block.version += 1
        block.save()
        audit.record(
            "review.block", actor=user, obj=block, before={"内容": before}, after={"内容": text, "共享": shared}
        )
    return block


def remove_block(*, user: User | Any, number: int) -> None:
    with transaction.atomic():
        block = _own_block(user, number)
        audit.record("review.block", actor=user, obj=block, before={"内容": block.text}, after={"删除": True})
        block.delete()


def block_used(*, user: User | Any, number: int) -> None:
    """Count one use. Raises `TextBlock.DoesNotExist` for one that the person does not have."""
    if not TextBlock.objects.filter(reachable(user), pk=number).update(uses=F("uses") + 1):
        raise TextBlock.DoesNotExist


def _own_block(user: User | Any, number: int) -> TextBlock:
    """One's own."""
    return TextBlock.objects.select_for_update().get(user=user, pk=number)


# Filters ----------------------------------------------------------------------------------------------------------


def views_of(user: User | Any) -> QuerySet[SavedView]:
    return SavedView.objects.filter(reachable(user)).order_by("name", "id")[:MOST]


def view_data(view: SavedView, user: User | Any) -> dict[str, Any]:
    return {
        "id": view.pk,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "mine": view.user_id == user.pk,
    }


def save_view(*, user: User | Any, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a filter under a name; the same name again replaces it."""
    may_keep(user)
    name = _line(name, NAME_LENGTH, "名称")
    query = query.replace("\0", "").lstrip("?")
    if len(query) > QUERY_LENGTH:
        raise BadShared("条件太长")
    with transaction.atomic():
        known = SavedView.objects.filter(user=user)
        if known.count() >= MOST and not known.filter(name=name).exists():
            raise BadShared(f"已存的筛选最多 {MOST} 个")
        values = {"query": query, "shared": shared, "department": _place(user) if shared else None}
        view, _made = SavedView.objects.update_or_create(user=user, name=name, defaults=values)
        audit.record("review.view", actor=user, obj=view, after={"条件": query, "共享": shared})
    return view


def remove_view(*, user: User | Any, number: int) -> None:
    """Remove one's own. Raises `SavedView.DoesNotExist`."""
    with transaction.atomic():
        view = SavedView.objects.get(user=user, pk=number)
        audit.record("review.view", actor=user, obj=view, before={"条件": view.query}, after={"删除": True})
        view.delete()


def _line(text: str, most: int, name: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise BadShared(f"请填写{name}")
    if len(text) > most:
        raise BadShared(f"{name}超过 {most} 字")
    return text
