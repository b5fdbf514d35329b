"""Make approved tables public, and take them back. Administrators only; each table is a line in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from projects.models import FiscalYear, PublicField, Release, Revision, Role
from projects.models import TargetTable as Stored
from projects.models.table import LABEL_LENGTH
from projects.permissions import may_administer, rights_of
from projects.publicfields import hidden_by_default
from projects.services import audit
from projects.services.revisions import content_of, fault
from projects.targettable import TargetTable

if TYPE_CHECKING:
    from projects.models import User

MOST = 2_000


class ReleaseRefused(Exception):
    """Nothing was changed; the message (Chinese) says why."""


@dataclass(slots=True)
class Outcome:
    """How many tables were changed, and why others were not."""

    done: int = 0
    skipped: list[str] = field(default_factory=list)


def release(*, user: User | Any, year: FiscalYear, seen: Mapping[int, int]) -> Outcome:
    """Make tables public. ``seen``: id of the table → id of the approved revision that the administrator looked at."""
    outcome = Outcome()
    with transaction.atomic():
        for row in _locked(user, year, list(seen)):
            revision: Revision | None = row.approved_revision
            why = _refusal(row, revision, seen[row.pk])
            if why or revision is None:
                outcome.skipped.append(f"《{row.label}》{why}")
                continue
            content = content_of(revision)
            found, made = Release.objects.get_or_create(table=row, defaults=_values(content, revision, user))
            if not made:
                if found.active and found.revision_id == revision.pk:
                    continue
                for name, value in _values(content, revision, user).items():
                    setattr(found, name, value)
                found.save()
            outcome.done += 1
            audit.record("public.release", actor=user, obj=row, after={"版本": revision.number, "编号": str(found.uid)})
    return outcome


def withdraw(*, user: User | Any, year: FiscalYear, tables: Sequence[int]) -> Outcome:
    """Take tables back from the public pages; their addresses are kept for a later release."""
    outcome = Outcome()
    with transaction.atomic():
        for row in _locked(user, year, list(tables)):
            found = Release.objects.filter(table=row, active=True).first()
            if found is None:
                continue
            found.active = False
            found.save(update_fields=["active"])
            outcome.done += 1
            audit.record("public.withdraw", actor=user, obj=row, before={"编号": str(found.uid)})
    return outcome


def set_fields(*, user: User | Any, shown: Mapping[str, bool]) -> int:
    """Decide which labelled cells are public; what equals the default keeps no row. Returns how many changed."""
    if why := may_administer(user, None):
        raise ReleaseRefused(why)
    changed: dict[str, bool] = {}
    with transaction.atomic():
        known = {row.label: row for row in PublicField.objects.select_for_update()}
        for label, wanted in shown.items():
            row = known.get(label)
            now = row.shown if row else not hidden_by_default(label)
            if now == wanted or not 0 < len(label) <= 200:
                continue
            changed[label] = wanted
            if wanted != hidden_by_default(label):
                if row:
                    row.delete()
            else:
                PublicField.objects.update_or_create(label=label, defaults={"shown": wanted})
        if changed:
            audit.record("public.fields", actor=user, name="公开栏目", after=changed)
    return len(changed)


def _locked(user: User | Any, year: FiscalYear, ids: list[int]) -> list[Stored]:
    """Return the tables of the year that this person administers, locked, in order."""
    if len(ids) > MOST:
        raise ReleaseRefused(f"一次最多 {MOST} 张")
    rights = rights_of(user)
    if not rights.any(Role.ADMINISTRATOR):
        raise ReleaseRefused("只有系统管理员可以公开绩效目标表")
    own = rights.departments(Role.ADMINISTRATOR, prefix="department__")
    rows = Stored.objects.filter(own, Q(pk__any_of=ids), fiscal_year=year).select_for_update(of=("self",))
    return list(rows.select_related("department", "approved_revision").order_by("id"))


def _refusal(row: Stored, revision: Revision | None, seen: int) -> str:
    if revision is None or row.status in Stored.RETIRED:
        return "没有批复的版本"
    if revision.pk != seen:
        return "刚刚有了新的批复版本，请看过再公开"
    return fault(revision)


def _values(content: TargetTable, revision: Revision, user: Any) -> dict[str, Any]:
    total = content.funding.total
    words = [content.label(), content.project.code, content.department.name]
    words += [row.name for row in content.indicators]
    return {
        "revision": revision,
        "active": True,
        "label": content.label()[:LABEL_LENGTH] or "（未命名）",
        "amount": None if isinstance(total, str) else total,
        "text": "\n".join(filter(None, words)).lower(),
        "at": timezone.now(),
        "user": user,
        "user_name": str(user)[:160],
    }
