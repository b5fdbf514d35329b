"""The queue: filters, counts, order, neighbours, assignments, several decisions at once, in constant queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import (
    Assignment,
    Department,
    FiscalYear,
    Membership,
    ReviewPresence,
    ReviewSheet,
    Role,
    Submission,
    TargetTable,
    TransitionRecord,
    User,
)
from projects.rules.dimensions import ITEM_KEYS
from projects.selectors.review_queue import Filter, filter_of, filter_of_query, neighbours
from projects.services.reviewing import assigning, bulk, facts, presence, sheets
from projects.services.reviewing.queue import queue_data
from projects.store import Entry, save_tables
from projects.tests.generated import table as filled
from projects.tests.office import person
from projects.tests.reviewing.conftest import Bureau
from projects.tests.reviewing.test_review_json import ask
from projects.workflow import apply


def submitted(bureau: Bureau, count: int, *, start: int = 10, at: Department | None = None) -> list[int]:
    """More tables of the bureau (or of ``at``) that wait for the department's reviewers."""
    home = at or bureau.department
    saved = save_tables([Entry(filled(n, fiscal_year=2027), home) for n in range(start, start + count)]).saved
    ids = [row.pk for row in saved if row.pk]
    for pk in ids:
        apply(table_id=pk, action="submit", user=bureau.officer, version=1)
    return ids


def good_sheet(bureau: Bureau, pk: int, user: User | None = None, **others: str) -> ReviewSheet:
    items = {key: {"grade": others.get(key, "优")} for key in ITEM_KEYS}
    return sheets.save(user=user or bureau.reviewer, table_id=pk, version=0, form="general", items=items)


def rows(bureau: Bureau, user: User | None = None, **params: str) -> list[int]:
    data = queue_data(user=User.objects.get(pk=(user or bureau.reviewer).pk), params=params)
    return [row["id"] for row in data["rows"]]


def test_queue_shows_what_waits_with_its_figures(bureau: Bureau) -> None:
    before = filled(1, fiscal_year=2026)
    before.goals.annual = "去年的目标"
    save_tables([Entry(before, bureau.department)])
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer2)
    presence.here(bureau.row, bureau.reviewer2)
    data = queue_data(user=bureau.reviewer, params={})
    (row,) = data["rows"]
    assert {key: row[key] for key in ("id", "version", "round", "findings", "changed_year", "amount", "here")} == {
        "id": bureau.pk,
        "version": 2,
        "round": 1,
        "findings": {"block": 0, "warn": 0, "info": 0},
        "changed_year": 1,
        "amount": "200000.00",
        "here": ["reviewer2"],
    }
    assert (row["amount_last_year"], row["comments"]) == ("200000.00", {"must_open": 1, "answered": 0})
    assert row["bulk"] == "有 1 条未解决的“必须修改”意见"
    assert data["counts"] == {"all": 1, "mine": 0, "nobody": 1, "overdue": 0, "clean": 1}
    assert data["shown"] == {"count": 1, "amount": "200000.00"}


def test_only_what_is_mine_to_judge_waits(bureau: Bureau) -> None:
    bureau.act(bureau.all, "submit")
    assert (rows(bureau), rows(bureau, bureau.all), rows(bureau, bureau.finance)) == ([bureau.pk], [], [])
    assert rows(bureau, bureau.stranger) == []
    bureau.act(bureau.reviewer, "pass")
    assert (rows(bureau), rows(bureau, bureau.finance)) == ([], [bureau.pk])


def test_each_filter_narrows(bureau: Bureau) -> None:
    office = Department.objects.create(code="11", name="国库处", parent=bureau.department)
    one, two, three = submitted(bureau, 2) + submitted(bureau, 1, start=30, at=office)
    Submission.objects.filter(table=one).update(warns=2, changed_year=3, round=2)
    Submission.objects.filter(table=two).update(changed_year=0)
    Submission.objects.filter(table=three).update(blocks=1)
    TargetTable.objects.filter(pk=two).update(amount="5000000")
    ago = timezone.now() - timedelta(days=5)
    QuerySet(TransitionRecord).filter(table=one).update(at=ago)  # its own manager only adds
    Assignment.objects.create(table_id=two, level="department", user=bureau.reviewer)
    Assignment.objects.create(table_id=three, level="finance", user=bureau.reviewer)  # of the other level
    expected: dict[tuple[str, str], list[int]] = {
        ("findings", "none"): [two],
        ("findings", "some"): [one, three],
        ("findings", "block"): [three],
        ("findings", "warn"): [one],
        ("changed", "yes"): [one],
        ("changed", "no"): [two],
        ("changed", "new"): [three],
        ("round", "1"): [two, three],
        ("round", "2"): [one],
        ("mine", "me"): [two],
        ("mine", "nobody"): [one, three],
        ("mine", str(bureau.reviewer.pk)): [two],
        ("min", "100"): [two],
        ("max", "20"): [one, three],
        ("waited", "5"): [one],
        ("department", str(office.pk)): [three],
        ("department", "999"): [],
        ("q", "办公设备购置30"): [three],
        ("sort", "-amount"): [two, one, three],
        ("sort", "findings"): [three, one, two],
        ("year", "2020"): [],
    }  # fmt: skip
    for (name, value), ids in expected.items():
        found = rows(bureau, **{name: value})
        assert (found if name == "sort" else sorted(found)) == ids, (name, value)
    assert rows(bureau, findings="some", round="2") == [one]
    data = queue_data(user=bureau.reviewer, params={"mine": "me"})
    listed = {item["key"]: {c["value"]: c["count"] for c in item["choices"]} for item in data["filters"]}
    assert listed["findings"] == {"none": 1, "some": 2, "block": 1, "warn": 1}
    assert listed["mine"] == {"me": 1, "nobody": 2}
    assert listed["department"] == {str(bureau.department.pk): 2, str(office.pk): 1}


@pytest.mark.parametrize(
    "params", [{"min": "NaN"}, {"min": "1e999999"}, {"sort": "x"}, {"page": "-1"}, {"mine": "x"}, {"waited": "１e"}]
)
def test_conditions_that_make_no_sense_are_left_out(bureau: Bureau, params: dict[str, str]) -> None:
    bureau.act(bureau.officer, "submit")
    assert filter_of(params) == Filter()
    assert rows(bureau, **params) == [bureau.pk]


def test_conditions_have_one_spelling() -> None:
    found = filter_of_query("?round=2&nonsense=1&department=3&page=4&q=办公 设备")
    assert found.query(page="") == "department=3&round=2&q=%E5%8A%9E%E5%85%AC+%E8%AE%BE%E5%A4%87"


def test_pages_of_fifty(bureau: Bureau) -> None:
    submitted(bureau, 51)
    data = queue_data(user=bureau.reviewer, params={"page": "9"})
    assert (len(data["rows"]), data["page"]) == (1, {"number": 2, "pages": 2, "size": 50})


def test_queue_takes_the_same_queries_for_one_table_and_for_many(bureau: Bureau) -> None:
    def queries() -> int:
        user = User.objects.get(pk=bureau.reviewer.pk)
        with CaptureQueriesContext(connection) as captured:
            queue_data(user=user, params={})
        return len(captured)

    ids = submitted(bureau, 1)
    one = queries()
    ids += submitted(bureau, 12, start=20)
    for pk in ids:
        good_sheet(bureau, pk)
        ReviewPresence.objects.create(table_id=pk, user=bureau.reviewer2, since=timezone.now(), seen=timezone.now())
    assigning.assign(user=bureau.reviewer, tables=ids, how="evenly", users=[bureau.reviewer.pk, bureau.reviewer2.pk])
    assert (one, queries()) == (11, 11)


def test_neighbours_keep_to_the_filter(bureau: Bureau) -> None:
    one, two, three = submitted(bureau, 3)
    Submission.objects.filter(table=two).update(warns=1)
    found = [neighbours(user=bureau.reviewer, table_id=pk, query="findings=none") for pk in (one, three, two)]
    assert found == [(None, three, 1, 2), (one, None, 2, 2), (None, one, 0, 2)]


def test_decide_and_next(bureau: Bureau) -> None:
    one, two, three = submitted(bureau, 3)
    Submission.objects.filter(table=two).update(warns=1)

    def next_after(pk: int) -> Any:
        body = {"action": "return", "version": 2, "cursor": 0, "reason": "改", "queue": "findings=none&page=2"}
        status, answer = ask(bureau.reviewer, f"/tables/{pk}/review/decide/", body)
        assert status == 200
        return answer["next"]

    assert next_after(three) == {"id": one, "url": f"/tables/{one}/review/?findings=none"}
    assert next_after(one) is None


def test_presence_expires(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    start = timezone.now()
    presence.here(bureau.row, bureau.reviewer, now=start)
    for seconds, there in ((59, 1), (61, 0)):
        now = start + timedelta(seconds=seconds)
        assert len(presence.present([bureau.pk], now=now).get(bureau.pk, [])) == there
    presence.here(bureau.row, bureau.reviewer, now=start + timedelta(seconds=30))
    assert ReviewPresence.objects.get().since == start
    presence.here(bureau.row, bureau.reviewer, now=start + timedelta(seconds=200))
    assert ReviewPresence.objects.get().since == start + timedelta(seconds=200)
    presence.here(bureau.row, bureau.reviewer2, now=start + timedelta(hours=2))
    assert ReviewPresence.objects.get().user == bureau.reviewer2


def test_figures_can_be_written_again(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    Submission.objects.all().delete()
    assert queue_data(user=bureau.reviewer, params={})["rows"][0]["bulk"] == "没有送审时的检查记录"
    assert (facts.write_missing(), facts.write_missing()) == (1, 0)
    assert Submission.objects.get().round == 1


# Assignments ----------------------------------------------------------------------------------------------------


def assign(bureau: Bureau, tables: Sequence[int], how: str, *users: User, by: User | None = None) -> assigning.Outcome:
    return assigning.assign(user=by or bureau.reviewer, tables=tables, how=how, users=[user.pk for user in users])


def test_assigning_by_hand_evenly_and_by_department(bureau: Bureau) -> None:
    office = Department.objects.create(code="11", name="国库处", parent=bureau.department)
    here, there = submitted(bureau, 3), submitted(bureau, 4, start=30, at=office)
    both = (bureau.reviewer, bureau.reviewer2)
    assert [given.user for given in assign(bureau, here, "hand", bureau.reviewer2).done] == [bureau.reviewer2] * 3
    # Three are with the second already: the first gets three before they are level, then it is his turn again.
    evenly = assign(bureau, there, "evenly", *both).done
    assert sorted(str(given.user) for given in evenly) == ["reviewer"] * 4
    by_department = assign(bureau, here + there, "department", *both).done
    owners = {given.table_id: str(given.user) for given in by_department}
    assert {owners[pk] for pk in there} == {"reviewer"}
    assert {owners[pk] for pk in here} == {"reviewer2"}
    assert len(assign(bureau, here, "clear").done) == 3
    assert Assignment.objects.count() == 4


def test_assigning_respects_who_may_review(bureau: Bureau) -> None:
    (own,) = submitted(bureau, 1)
    foreign = submitted(bureau, 1, start=40)[0]
    TargetTable.objects.filter(pk=foreign).update(department=bureau.elsewhere)
    TargetTable.objects.filter(pk=own).update(submitted_by=bureau.reviewer2)
    outcome = assign(bureau, [own, foreign, 999], "hand", bureau.reviewer2)
    assert [(item.table_id, item.label) for item in outcome.refused] == [
        (foreign, ""),
        (999, ""),
        (own, "办公设备购置10"),
    ]
    assert "是本人送审的" in outcome.refused[-1].message
    assert [item.message for item in assign(bureau, [own], "hand", bureau.finance).refused] == [
        "finance不能审核这张表（不是“财政局”本级的审核人，或是本人送审的）"
    ]
    assert assign(bureau, [own], "hand", bureau.reviewer, by=bureau.officer).done == []
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(("how", "users"), [("random", 1), ("hand", 0), ("hand", 2), ("evenly", 0)])
def test_assigning_needs_a_way_and_people(bureau: Bureau, how: str, users: int) -> None:
    people = [bureau.reviewer, bureau.reviewer2][:users]
    with pytest.raises(assigning.BadAssignment):
        assign(bureau, [], how, *people)


# Several at once ------------------------------------------------------------------------------------------------


def test_bulk_passes_clean_and_well_graded_tables_and_lists_the_others(bureau: Bureau) -> None:
    good, ungraded, poor, commented, stale = submitted(bureau, 5)
    good_sheet(bureau, good, goals="良")
    good_sheet(bureau, poor, goals="中")
    good_sheet(bureau, stale)
    good_sheet(bureau, commented)
    bureau.pk = commented
    bureau.comment(bureau.reviewer)
    versions = dict.fromkeys([good, ungraded, poor, commented], 2) | {stale: 1, 999: 1}
    outcome = bulk.pass_on(user=bureau.reviewer, versions=versions)
    assert [(row.pk, row.status) for row in outcome.done] == [(good, "dept_reviewed")]
    reasons = {item.table_id: item.reason for item in outcome.refused}
    assert reasons[ungraded] == "还没有填审核表"
    assert reasons[poor] == "审核表有评为“中”或“差”的项"
    assert reasons[commented].startswith("还有 1 条“必须修改”的意见没有解决")
    assert "您的操作没有执行" in reasons[stale]
    assert reasons[999] == "没有这张表，或您不能审核"
    assert ReviewSheet.objects.get(table=good).decision == "pass"


def test_bulk_looks_at_the_content_again(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    from projects.findings import WARN, Finding
    from projects.life import checks

    (pk,) = submitted(bureau, 1)
    good_sheet(bureau, pk)
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [lambda *_args: [Finding(WARN, "late", "后来的规则")]])
    outcome = bulk.pass_on(user=bureau.reviewer, versions={pk: 2})
    assert [item.reason for item in outcome.refused] == ["有 1 个检查问题"]


def test_bulk_never_takes_own_or_foreign_tables(bureau: Bureau) -> None:
    (pk,) = submitted(bureau, 1)
    good_sheet(bureau, pk)
    TargetTable.objects.filter(pk=pk).update(submitted_by=bureau.all)
    for user in (bureau.all, bureau.stranger, bureau.officer):
        outcome = bulk.pass_on(user=user, versions={pk: 2})
        assert [(item.name, item.reason) for item in outcome.refused] == [("", "没有这张表，或您不能审核")]


def test_bulk_approves_where_no_level_follows(bureau: Bureau) -> None:
    FiscalYear.objects.filter(pk=bureau.year.pk).update(levels="finance")
    (pk,) = submitted(bureau, 1)
    good_sheet(bureau, pk, bureau.finance)
    assert [row.status for row in bulk.pass_on(user=bureau.finance, versions={pk: 2}).done] == ["approved"]


def test_queue_addresses(bureau: Bureau) -> None:
    (pk,) = submitted(bureau, 1)
    assert [row["id"] for row in ask(bureau.reviewer, "/review/data/?round=1")[1]["rows"]] == [pk]
    wish = {"tables": [pk], "how": "hand", "users": [bureau.reviewer2.pk]}
    assert ask(bureau.reviewer, "/review/assign/", wish)[1]["done"] == [{"id": pk, "to": "reviewer2"}]
    assert ask(bureau.reviewer, "/review/assign/", wish | {"users": []})[0] == 400
    assert ask(bureau.reviewer, "/review/assign/", wish | {"tables": ["1"]})[0] == 400
    status, answer = ask(bureau.reviewer, "/review/bulk/", {"tables": [{"id": pk, "version": 2}]})
    assert (status, answer["done"], answer["refused"][0]["message"]) == (200, [], "还没有填审核表")
    assert ask(bureau.reviewer, "/review/bulk/", {"tables": [3]})[0] == 400


# Shared -----------------------------------------------------------------------------------------------------------


def test_opinions_and_filters_are_shared_inside_the_department_only(bureau: Bureau) -> None:
    mine = {"text": "请量化", "kind": "must", "shared": True}
    assert ask(bureau.reviewer, "/review/blocks/", mine)[0] == 201
    assert ask(bureau.reviewer, "/review/blocks/", {"text": "私下的"})[0] == 201
    assert ask(bureau.reviewer, "/review/views/", {"name": "再审", "query": "round=2", "shared": True})[0] == 200
    above = person("above", (Role.FINANCE_REVIEWER, None))
    office = Department.objects.create(code="11", name="国库处", parent=bureau.department)
    below = person("below", (Role.DEPARTMENT_REVIEWER, office))
    for user, texts in (
        (bureau.reviewer, ["请量化", "私下的"]),
        (bureau.finance, ["请量化"]),
        (above, ["请量化"]),
        (below, ["请量化"]),
        (bureau.stranger, []),
    ):
        assert [item["text"] for item in ask(user, "/review/blocks/")[1]["items"]] == texts
        assert len(ask(user, "/review/views/")[1]["items"]) == (1 if texts else 0)
    number = ask(bureau.reviewer, "/review/blocks/")[1]["items"][0]["id"]
    assert ask(bureau.finance, f"/review/blocks/{number}/", {"version": 1, "text": "x"})[0] == 404
    assert ask(bureau.finance, f"/review/blocks/{number}/remove/", {})[0] == 404
    assert ask(bureau.finance, f"/review/blocks/{number}/used/", {})[0] == 200
    assert ask(bureau.stranger, f"/review/blocks/{number}/used/", {})[0] == 404
    changed = ask(bureau.reviewer, f"/review/blocks/{number}/", {"version": 1, "text": "请细化"})
    assert (changed[0], changed[1]["block"]["text"], changed[1]["block"]["uses"]) == (200, "请细化", 1)
    assert ask(bureau.reviewer, f"/review/blocks/{number}/", {"version": 1, "text": "y"})[0] == 409
    assert ask(bureau.reviewer, f"/review/blocks/{number}/remove/", {})[0] == 200
    for bad in ({"text": ""}, {"text": "长" * 501}, {"text": "x", "kind": "order"}, {"text": 3}):
        assert ask(bureau.reviewer, "/review/blocks/", bad)[0] == 400


def test_a_filter_of_the_same_name_is_replaced(bureau: Bureau) -> None:
    for query in ("round=1", "?round=2"):
        ask(bureau.reviewer, "/review/views/", {"name": "再审", "query": query})
    (view,) = ask(bureau.reviewer, "/review/views/")[1]["items"]
    assert (view["query"], view["mine"], view["shared"]) == ("round=2", True, False)
    assert ask(bureau.reviewer2, f"/review/views/{view['id']}/remove/", {})[0] == 404
    assert ask(bureau.reviewer, f"/review/views/{view['id']}/remove/", {})[0] == 200


def test_a_revoked_reviewer_keeps_nothing(bureau: Bureau) -> None:
    ask(bureau.reviewer, "/review/blocks/", {"text": "请量化"})
    Membership.objects.filter(user=bureau.reviewer).delete()
    assert ask(bureau.reviewer, "/review/blocks/")[0] == 403


def test_colleagues_to_assign_to_are_those_of_the_same_level(bureau: Bureau) -> None:
    names = {one["name"] for one in queue_data(user=bureau.finance, params={})["colleagues"]}
    assert names == {str(bureau.finance), str(bureau.all)}
    names = {one["name"] for one in queue_data(user=bureau.reviewer, params={})["colleagues"]}
    assert names == {str(bureau.reviewer), str(bureau.reviewer2), str(bureau.all)}
