"""Notices: who is told what, who has read it, who gets it by mail.

A notice is written in the transaction of the act it speaks of. Mail leaves later and in digests (``send_digests``).
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from projects.models import FiscalYear, Membership, Notice, Role, TargetTable, TransitionRecord, User

logger = logging.getLogger(__name__)

REVIEW, RESULT = "review", "result"
TEXT_LENGTH = 500
DIGEST_LINES = 100
"""Lines of one mail; the rest is counted and read in the application."""

Status = TargetTable.Status
_TOLD = {
    "return": "“{label}”被退回",
    "pass": "“{label}”已通过部门审核",
    "approve": "“{label}”已批复",
    "adjust": "“{label}”已启动调整",
    "cancel_adjustment": "“{label}”的调整已取消",
    "void": "“{label}”已作废",
    "restore": "“{label}”已恢复",
}


def about_transition(*, table: TargetTable, record: TransitionRecord) -> list[Notice]:
    """Tell those whom one change of state concerns. See :func:`about_transitions`."""
    return about_transitions([(table, record)])


def about_transitions(pairs: Iterable[tuple[TargetTable, TransitionRecord]]) -> list[Notice]:
    """Tell the submitter what became of the table, and the reviewers of the next level what waits for them.

    Nobody is told what they did themselves. Earlier notices that a table waits are settled, since it moved on. Takes
    the same number of queries for one table and for many.
    """
    listed = list(pairs)
    tables = [table for table, _ in listed]
    if not listed:
        return []
    _settle(tables)
    submitters = _submitters(tables)
    found: list[Notice] = []
    reviewers = _reviewers(listed)
    for table, record in listed:
        text = _TOLD.get(record.action, "")
        if text and (person := submitters.get(table.pk)) and person != record.actor_id:
            reason = f"：{' '.join(record.reason.split())}" if record.reason.strip() else ""
            found.append(_notice(person, RESULT, text.format(label=str(table)) + reason, table))
        waiting = f"“{table}”等待审核"
        found += [_notice(person, REVIEW, waiting, table) for person in reviewers.get(table.pk, ())]
    return Notice.objects.bulk_create(found)


def mark_read(*, user: User, ids: Sequence[int] | None = None) -> int:
    """Mark the person's own unread notices (all, or those with these ids) as read; return how many."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__any_of=list(ids))
    return unread.update(read_at=timezone.now())


def set_digest(*, user: User, digest: str) -> None:
    """Choose whether mail is sent. Raises ``ValueError`` for an unknown choice."""
    if digest not in User.Digest.values:
        raise ValueError(f"没有这种通知方式：{digest}")
    user.digest = digest
    user.save(update_fields=["digest"])


@dataclass(frozen=True, slots=True)
class Sent:
    """What ``send_digests`` did: mails, the notices in them, people whose mail could not be handed over."""

    mails: int
    notices: int
    failed: int


def send_digests(*, connection: Any = None, progress: Callable[[], None] | None = None) -> Sent:
    """Send every person who wants mail one digest of what is unread and unsent.

    Each notice is assigned to a digest first, then the digest is handed to the mail server, then marked as mailed.
    After a crash in between, the next run sends exactly the same digest under the same Message-ID, which mail servers
    recognise as a repetition; nothing is lost and nothing is sent under two names. The caller sees to it that only one
    process sends at a time.
    """
    _assign()
    waiting: dict[tuple[int, str], list[Notice]] = defaultdict(list)
    unsent = Notice.objects.filter(mailed_at=None).exclude(digest_key="").select_related("user")
    for notice in unsent.order_by("id"):
        waiting[notice.user_id, notice.digest_key].append(notice)
    mails = notices = failed = 0
    for (_user, key), listed in waiting.items():
        try:
            _mail(listed, key, connection).send()
        except OSError as error:
            # Addresses stay out of the log; the id is enough to find the account.
            logger.error("digest of user %s not sent: %s", listed[0].user_id, type(error).__name__)
            failed += 1
            continue
        Notice.objects.filter(pk__any_of=[notice.pk for notice in listed]).update(mailed_at=timezone.now())
        mails, notices = mails + 1, notices + len(listed)
        if progress:
            progress()
    return Sent(mails, notices, failed)


def _assign() -> None:
    """Give what is unread and in no digest yet its digest: one new key per person and run, in one statement."""
    run = uuid.uuid4().hex[:16]
    wanting = User.objects.filter(is_active=True).exclude(email="").exclude(digest=User.Digest.NONE)
    free = Notice.objects.filter(read_at=None, mailed_at=None, digest_key="", user__in=wanting)
    free.update(digest_key=run)


def _mail(listed: list[Notice], key: str, connection: Any) -> EmailMessage:
    user = listed[0].user
    lines = [f"{timezone.localtime(notice.created_at):%m-%d %H:%M}  {notice.text}" for notice in listed[:DIGEST_LINES]]
    if len(listed) > DIGEST_LINES:
        lines.append(f"另有 {len(listed) - DIGEST_LINES} 条，请登录系统查看。")
    name = hashlib.sha256(f"{user.pk}:{key}".encode()).hexdigest()[:32]
    return EmailMessage(
        subject=f"绩效目标管理：{len(listed)} 条通知",
        body=f"{user.get_full_name() or user.get_username()}：\n\n"
        + "\n".join(lines)
        + "\n\n不想再收到邮件，可在系统的“通知”页中关闭。\n",
        to=[user.email],
        headers={"Message-ID": f"<{name}@perfgoals.invalid>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _notice(user: int, kind: str, text: str, table: TargetTable | None) -> Notice:
    return Notice(user_id=user, kind=kind, text=clip(text), table=table)


def clip(text: str) -> str:
    """Cut to what a notice holds."""
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + "…"


def _settle(tables: list[TargetTable]) -> None:
    ids = [table.pk for table in tables]
    Notice.objects.filter(table__any_of=ids, kind=REVIEW, read_at=None).update(read_at=timezone.now())


def _submitters(tables: list[TargetTable]) -> dict[int, int]:
    """Who submitted each table last: as the history says, because a table sent back may no longer name anybody."""
    history = TransitionRecord.objects.filter(
        table__any_of=[table.pk for table in tables], action="submit", actor__is_active=True
    )
    return dict(history.order_by("id").values_list("table_id", "actor_id"))


def next_reviewer(status: str, levels: str) -> str:
    """The role that a table in ``status`` waits for under a year's ``levels``; empty when it waits for no review."""
    if status == Status.SUBMITTED:
        finance = levels == FiscalYear.Levels.FINANCE
    elif status == Status.DEPT_REVIEWED:
        finance = levels != FiscalYear.Levels.DEPARTMENT
    else:
        return ""
    return Role.FINANCE_REVIEWER if finance else Role.DEPARTMENT_REVIEWER


def _reviewers(listed: list[tuple[TargetTable, TransitionRecord]]) -> dict[int, list[int]]:
    """People who may take the next step on each table; never the one who acted or who submitted."""
    waiting = [(table, record) for table, record in listed if record.target in (Status.SUBMITTED, Status.DEPT_REVIEWED)]
    if not waiting:
        return {}
    above = {table.pk: {*table.department.ancestor_ids, table.department_id} for table, _ in waiting}
    reach = Q(department=None) | Q(department__any_of=sorted(set().union(*above.values())))
    roles = (Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER)
    members = Membership.objects.filter(reach, role__in=roles, user__is_active=True).order_by("user_id")
    by_role: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for user, department, role in members.values_list("user_id", "department_id", "role"):
        by_role[role].append((user, department))
    found: dict[int, list[int]] = {}
    for table, record in waiting:
        role = next_reviewer(record.target, table.fiscal_year.levels)
        not_own = {record.actor_id, table.submitted_by_id}
        people = [user for user, department in by_role[role] if department is None or department in above[table.pk]]
        found[table.pk] = [user for user in dict.fromkeys(people) if user not in not_own]
    return found
