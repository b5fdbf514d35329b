"""Two people at the same table in the same moment."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection

from projects.life import checks
from projects.models import ReviewComment, ReviewSheet, TransitionRecord
from projects.rules.dimensions import ITEM_KEYS
from projects.services.reviewing import bulk, comments, sheets
from projects.services.reviewing.deciding import DecisionRefused, decide
from projects.tests.reviewing.conftest import Bureau
from projects.tests.test_workflow import run_together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])
    bureau = Bureau()
    bureau.act(bureau.officer, "submit")
    return bureau


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def wish(bureau: Bureau, number: int) -> dict[str, Any]:
    place = {"anchor": "cell", "path": "goals.annual", "text": f"意见{number}"}
    return {"table_id": bureau.pk, "uid": uuid.uuid4().hex, "kind": "advice", **place}


def test_comments_made_at_once_are_all_kept_in_one_order(busy: Bureau) -> None:
    people = [busy.reviewer, busy.reviewer2, busy.finance]
    wishes = [(people[number % 3], wish(busy, number)) for number in range(6)]
    run_together([lambda user=user, sent=sent: comments.add(user=user, **sent) for user, sent in wishes])
    assert sorted(ReviewComment.objects.values_list("changed", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_one_comment_sent_twice_at_once_is_made_once(busy: Bureau) -> None:
    sent = wish(busy, 1)
    results = run_together([lambda: comments.add(user=busy.reviewer, **sent)] * 2)
    assert sorted(result.made for result in results) == [False, True]
    assert ReviewComment.objects.count() == 1


def test_two_first_drafts_at_once_leave_one_sheet(busy: Bureau) -> None:
    items = {key: {"grade": "优"} for key in ITEM_KEYS}

    def save(user: Any) -> Any:
        return sheets.save(user=user, table_id=busy.pk, version=0, form="general", items=items)

    results = run_together([lambda: save(busy.reviewer), lambda: save(busy.reviewer2)])
    assert kinds(results) == ["ReviewSheet", "SheetRefused"]
    assert ReviewSheet.objects.get().version == 1


def test_two_decisions_at_once_leave_one(busy: Bureau) -> None:
    def act(user: Any, action: str) -> Any:
        return decide(user=user, table_id=busy.pk, action=action, version=2, cursor=0, reason="理由")

    results = run_together([lambda: act(busy.reviewer, "pass"), lambda: act(busy.reviewer2, "return")])
    assert kinds(results) == ["DecisionRefused", "TargetTable"]
    (refused,) = [result for result in results if isinstance(result, DecisionRefused)]
    assert (refused.error, "您的操作没有执行" in refused.message) == ("stale", True)
    assert TransitionRecord.objects.count() == 2


def test_bulk_and_a_decision_at_once_leave_one(busy: Bureau) -> None:
    items = {key: {"grade": "优"} for key in ITEM_KEYS}
    sheets.save(user=busy.reviewer, table_id=busy.pk, version=0, form="general", items=items)
    results = run_together(
        [
            lambda: bulk.pass_on(user=busy.reviewer, versions={busy.pk: 2}),
            lambda: decide(
                user=busy.reviewer2, table_id=busy.pk, action="return", version=2, cursor=0, reason="改", sheet=1
            ),
        ]
    )
    passed = [row for result in results if isinstance(result, bulk.Outcome) for row in result.done]
    returned = [result for result in results if getattr(result, "status", "") == "returned"]
    assert (len(passed) + len(returned), TransitionRecord.objects.count()) == (1, 2)
    assert ReviewSheet.objects.get().frozen_at is not None
