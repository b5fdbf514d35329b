"""A bureau under review: an officer, reviewers of both levels, one table of 2027 with three indicators."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from projects.life import checks
from projects.models import Department, ReviewComment, Role, TargetTable, User
from projects.services.reviewing import comments
from projects.store import row_uids
from projects.tests.entry_helpers import send
from projects.tests.office import person, tables, year
from projects.workflow import apply


class Bureau:
    def __init__(self) -> None:
        self.department = at = Department.objects.create(code="1", name="财政局")
        self.elsewhere = Department.objects.create(code="2", name="卫健局")
        self.year = year(2027)
        self.officer = person("officer", (Role.OFFICER, at))
        self.reviewer = person("reviewer", (Role.DEPARTMENT_REVIEWER, at))
        self.reviewer2 = person("reviewer2", (Role.DEPARTMENT_REVIEWER, at))
        self.finance = person("finance", (Role.FINANCE_REVIEWER, at))
        self.reader = person("reader", (Role.READER, at))
        self.stranger = person("stranger", (Role.DEPARTMENT_REVIEWER, self.elsewhere), (Role.OFFICER, self.elsewhere))
        self.all = person("all", (Role.OFFICER, at), (Role.DEPARTMENT_REVIEWER, at), (Role.FINANCE_REVIEWER, at))
        self.pk = tables(at)[0].pk

    @property
    def row(self) -> TargetTable:
        return TargetTable.objects.select_related("department", "fiscal_year").get(pk=self.pk)

    @property
    def uids(self) -> list[str]:
        """The identities of the indicators, in order."""
        return row_uids([self.pk])[self.pk]["indicators"]

    def act(self, user: User, *actions: str, reason: str = "理由") -> TargetTable:
        for action in actions:
            apply(table_id=self.pk, action=action, user=user, version=self.row.version, reason=reason)
        return self.row

    def comment(
        self, user: User, path: str = "goals.annual", text: str = "请修改", *, kind: str = "must", anchor: str = "cell"
    ) -> ReviewComment:
        return comments.add(
            user=user, table_id=self.pk, uid=uuid.uuid4().hex, kind=kind, anchor=anchor, path=path, text=text
        ).comment

    def go_on(self, user: User, comment: ReviewComment, act: str, text: str = "") -> ReviewComment:
        version = ReviewComment.objects.get(pk=comment.pk).version
        done = comments.act(user=user, table_id=self.pk, number=comment.pk, version=version, act=act, text=text)
        return done.comment

    def edit(self, *changes: dict[str, Any]) -> None:
        send(self.pk, self.officer, *changes)


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """What a table must hold is the matter of other tests."""
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])
    return Bureau()
