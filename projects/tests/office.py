"""A small administration for tests: departments, people with roles, tables in any state."""

from __future__ import annotations

from typing import Any

from projects.models import Department, FiscalYear, Membership, Role, TargetTable, TransitionRecord, User
from projects.store import Entry, save_tables
from projects.tests.generated import table


def person(name: str, *roles: tuple[str, Department | None], **fields: Any) -> User:
    """An account with roles; ``("reader", None)`` is a role everywhere."""
    user = User.objects.create(username=name, display_name=name, email=f"{name}@goals.example", **fields)
    Membership.objects.bulk_create(Membership(user=user, role=role, department=at) for role, at in roles)
    return user


def year(number: int, **fields: Any) -> FiscalYear:
    return FiscalYear.objects.update_or_create(year=number, defaults=fields)[0]


def tables(
    department: Department, count: int = 1, *, year: int = 2027, start: int = 1, **fields: Any
) -> list[TargetTable]:
    """``count`` stored tables of different projects; ``fields`` (status, submitted_by …) are set on the rows."""
    made = [table(number, fiscal_year=year) for number in range(start, start + count)]
    saved = save_tables([Entry(item, department, "test", place) for place, item in enumerate(made)])
    ids = [row.pk for row in saved.saved]
    if fields:
        TargetTable.objects.filter(pk__in=ids).update(**fields)
    return list(TargetTable.objects.filter(pk__in=ids).select_related("department", "fiscal_year").order_by("id"))


def record(row: TargetTable, action: str, target: str, actor: User | None, reason: str = "") -> TransitionRecord:
    """A line of the table's history, as the workflow writes it."""
    return TransitionRecord.objects.create(
        table=row, action=action, source=row.status, target=target, actor=actor, reason=reason, version=row.version
    )


__all__ = ["Role", "person", "record", "tables", "year"]
