"""The audit log as its readers may see it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from projects.models import AuditEvent, Department, Role
from projects.models.department import subtree
from projects.permissions import EVERYWHERE, rights_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from projects.models import User


def events_visible_to(user: User | AnonymousUser) -> QuerySet[AuditEvent]:
    """Return the lines of the departments where ``user`` is auditor, the latest first.

    Lines about no department (accounts, years, the system) are for auditors of all departments.
    """
    paths = rights_of(user).paths(Role.AUDITOR)
    everything = AuditEvent.objects.order_by("-id")
    if paths is EVERYWHERE:
        return everything
    if not paths:
        return everything.none()
    condition = Q()
    for path in paths:
        condition |= subtree(path, "department_path")
    return everything.filter(condition)


def filter_events(
    queryset: QuerySet[AuditEvent],
    *,
    actor: str = "",
    action: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
    department: Department | None = None,
    failed: bool = False,
) -> QuerySet[AuditEvent]:
    """Narrow the log; empty arguments do not. Both days are included, in local time.

    ``text`` is looked for in the object's name and number, the address and the request's number.
    """
    if actor:
        queryset = queryset.filter(actor_name__icontains=actor)
    if action:
        queryset = queryset.filter(action=action)
    if text:
        queryset = queryset.filter(
            Q(object_name__icontains=text) | Q(object_id=text) | Q(address=text) | Q(request_id=text)
        )
    if since:
        queryset = queryset.filter(at__gte=_midnight(since))
    if until:
        queryset = queryset.filter(at__lt=_midnight(until + timedelta(days=1)))
    if department is not None:
        queryset = queryset.filter(subtree(department.path, "department_path"))
    return queryset.filter(succeeded=False) if failed else queryset


def known_actions(queryset: QuerySet[AuditEvent]) -> list[str]:
    """Return the actions that occur."""
    return sorted(queryset.order_by().values_list("action", flat=True).distinct())


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
