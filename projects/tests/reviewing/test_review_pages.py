"""The pages of reviewing: what they show, and that they ask the same number of questions for few and for many."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Department, Role, TargetTable, User
from projects.services.reviewing import comments
from projects.tests.office import person, tables
from projects.workflow import apply

pytestmark = pytest.mark.django_db
QUEUE, REVIEW = 15, 23


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(name="财政局")


@pytest.fixture
def officer(bureau: Department) -> User:
    return person("officer", (Role.OFFICER, bureau))


@pytest.fixture
def reviewer(bureau: Department) -> User:
    return person("reviewer", (Role.DEPARTMENT_REVIEWER, bureau))


@pytest.fixture
def client(reviewer: User) -> Client:
    made = Client()
    made.force_login(reviewer)
    return made


def submitted(bureau: Department, officer: User, count: int, start: int = 1) -> list[TargetTable]:
    made = tables(bureau, count, year=2021, start=start)
    for row in made:
        apply(table_id=row.pk, action="submit", user=officer, version=row.version)
    return made


def comment(row: TargetTable, user: User, number: int) -> None:
    comments.add(
        user=user,
        table_id=row.pk,
        uid=f"{number:032x}",
        kind="must",
        anchor="cell",
        path="goals.annual",
        text=f"意见{number}",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_queue_asks_the_same_for_one_and_for_three(
    client: Client, bureau: Department, officer: User, django_assert_num_queries: Any, count: int
) -> None:
    submitted(bureau, officer, count)
    client.get(reverse("review-queue"))  # what is read once per process
    with django_assert_num_queries(QUEUE):
        answer = client.get(reverse("review-queue"))
    assert len(answer.context["queue"]["rows"]) == count


@pytest.mark.parametrize("count", [1, 5])
def test_review_page_asks_the_same_for_one_comment_and_for_five(
    client: Client, bureau: Department, officer: User, reviewer: User, django_assert_num_queries: Any, count: int
) -> None:
    (row,) = submitted(bureau, officer, 1)
    for number in range(1, count + 1):
        comment(row, reviewer, number)
    client.get(reverse("review", args=[row.pk]))
    with django_assert_num_queries(REVIEW):
        answer = client.get(reverse("review", args=[row.pk]))
    assert len(answer.context["review"]["comments"]) == count


def test_the_filter_goes_with_the_table_and_on_to_the_next(client: Client, bureau: Department, officer: User) -> None:
    first, second, third = submitted(bureau, officer, 3)
    page = client.get(reverse("review-queue"), {"q": "购置", "sort": "amount", "nonsense": "1"})
    rows = page.context["queue"]["rows"]
    assert [row["id"] for row in rows] == [first.pk, second.pk, third.pk]
    answer = client.get(rows[1]["url"])
    frame = answer.context["frame"]
    assert (frame["place"], frame["count"]) == (2, 3)
    query = "q=%E8%B4%AD%E7%BD%AE&sort=amount"
    assert frame["prev"] == f"/tables/{first.pk}/review/?{query}"
    assert frame["next"] == f"/tables/{third.pk}/review/?{query}"
    assert frame["queueUrl"] == f"/review/?{query}"


def test_headings_sort_one_way_and_the_other(client: Client, bureau: Department, officer: User) -> None:
    submitted(bureau, officer, 1)
    heads = client.get(reverse("review-queue"), {"sort": "-amount"}).context["heads"]
    amount = next(head for head in heads if "金额" in str(head["name"]))
    assert (amount["sort"], amount["url"]) == ("descending", "?sort=amount")


def test_work_list_leads_reviewers_to_the_review_and_officers_to_filling_in(
    client: Client, bureau: Department, officer: User, reviewer: User
) -> None:
    waiting, returned = submitted(bureau, officer, 2)
    comment(returned, reviewer, 1)
    apply(table_id=returned.pk, action="return", user=reviewer, version=2, reason="请修改")
    assert f'href="/tables/{waiting.pk}/review/"' in client.get("/").content.decode()
    own = Client()
    own.force_login(officer)
    assert f'href="/tables/{returned.pk}/fill/"' in own.get("/").content.decode()


def test_entry_page_tells_the_officer_who_returned_and_how_much_is_done(
    bureau: Department, officer: User, reviewer: User
) -> None:
    (row,) = submitted(bureau, officer, 1)
    comment(row, reviewer, 1)
    own = Client()
    own.force_login(officer)
    before = own.get(reverse("entry", args=[row.pk]))
    assert before.context["entry"]["comments"]["all"] == 0
    assert "data-answers" not in before.content.decode()
    apply(table_id=row.pk, action="return", user=reviewer, version=2, reason="请逐条修改")
    page = own.get(reverse("entry", args=[row.pk]))
    assert page.context["entry"]["comments"]["must_open"] == 1
    assert page.context["returned"].reason == "请逐条修改"
    assert "0/1" in page.content.decode()


def approved(bureau: Department, officer: User, reviewer: User) -> TargetTable:
    finance = person("finance", (Role.FINANCE_REVIEWER, None))
    (row,) = submitted(bureau, officer, 1)
    for action, user in (("pass", reviewer), ("approve", finance)):
        row.refresh_from_db()
        apply(table_id=row.pk, action=action, user=user, version=row.version, reason="同意")
    row.refresh_from_db()
    return row


def test_register_and_statistics_show_what_was_decided(
    client: Client, bureau: Department, officer: User, reviewer: User
) -> None:
    assert "还没有办理过的审核" in client.get(reverse("review-register")).content.decode()
    assert "还没有可统计的审核" in client.get(reverse("review-statistics")).content.decode()
    row = approved(bureau, officer, reviewer)
    page = client.get(reverse("review-register"), {"decision": "approve"})
    assert [line["table"]["id"] for line in page.context["register"]["rows"]] == [row.pk]
    assert page.context["whole"] == "/review/sheets.docx?decision=approve"
    blocks = client.get(reverse("review-statistics")).context["blocks"]
    assert [block["key"] for block in blocks if block["plot"]] == ["rounds", "days"]


def test_an_adjustment_is_shown_before_and_after(bureau: Department, officer: User, reviewer: User) -> None:
    row = approved(bureau, officer, reviewer)
    own = Client()
    own.force_login(officer)
    assert own.get(reverse("adjustment", args=[row.pk, 1])).status_code == 404
    own.post(reverse("table-act", args=[row.pk, "adjust"]), {"version": row.version, "reason": "年中追加预算"})
    assert f'href="/tables/{row.pk}/adjustments/1/"' in own.get(reverse("table", args=[row.pk])).content.decode()
    page = own.get(reverse("adjustment", args=[row.pk, 1]))
    assert page.context["adjustment"]["reason"] == "年中追加预算"
    assert page.context["fill"] is True
    assert "内容还没有改动" in page.content.decode()


def test_settings_of_a_year_are_shown_to_its_administrator(bureau: Department, officer: User) -> None:
    submitted(bureau, officer, 1)
    admin = Client()
    admin.force_login(person("admin", (Role.ADMINISTRATOR, None)))
    page = admin.get(reverse("review-settings", args=[2021]))
    assert sum(int(weight) for weight in page.context["settings"]["weights"].values()) == 100
    assert [name for name, _label in page.context["levels"]] == ["department", "finance"]
