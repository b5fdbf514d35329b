"""The review page's data and its addresses: what they say, to whom, in how many queries."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import ReviewComment, ReviewPresence, TargetTable, User
from projects.rules.dimensions import ITEM_KEYS
from projects.services.entry_store import load
from projects.services.reviewing.commentdata import comment_bar
from projects.services.reviewing.page import review_data
from projects.store import Entry, save_tables
from projects.tests.entry_helpers import cells, set_, stored
from projects.tests.generated import table as filled
from projects.tests.reviewing.conftest import Bureau


def ask(user: User, address: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    client = Client()
    client.force_login(user)
    answer: HttpResponse = (
        client.get(address) if body is None else client.post(address, json.dumps(body), content_type="application/json")
    )
    found = json.loads(answer.content) if answer["Content-Type"] == "application/json" else {}
    return answer.status_code, found


def at(bureau: Bureau, rest: str) -> str:
    return f"/tables/{bureau.pk}/review/{rest}"


def new(**fields: str) -> dict[str, str]:
    return {"uid": uuid.uuid4().hex, "kind": "must", "anchor": "cell", "path": "goals.annual", "text": "改"} | fields


def test_data_draws_the_submitted_version_with_everything_beside_it(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit", reason="请审")
    second = bureau.uids[1]
    bureau.comment(bureau.reviewer, f"indicators/{second}/value", "依据？")
    data = ask(bureau.reviewer2, at(bureau, "data/"))[1]
    assert (data["level"], data["round"], data["cursor"], data["table"]["open"]) == ("department", 1, 1, True)
    assert data["revision"] == {**data["revision"], "number": 1, "by": "officer", "comment": "请审", "fault": ""}
    paths = {cell["path"]: cell["text"] for cell in cells(data["steps"])}
    assert paths[f"indicators/{second}/value"] == "100%"
    (comment,) = data["comments"]
    assert (comment["place"], comment["quote"], comment["now"], comment["mine"], comment["may"]) == (
        "年度指标第2行·指标值", "100%", "100%", False, ["reply", "resolve"],
    )  # fmt: skip
    assert [(act["action"], act["why"] == "") for act in data["actions"]] == [
        ("return", True), ("pass", False), ("approve", False),
    ]  # fmt: skip
    assert [item["key"] for item in data["sheet"]["items"]] == list(ITEM_KEYS)
    assert (data["sheet"]["version"], data["marks"], data["last_year"]) == (0, {"round": None, "year": None}, None)
    assert [event["action"] for event in data["history"]] == ["submit"]


def test_second_round_marks_what_changed_since_the_return(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    first, second, third = bureau.uids
    bureau.comment(bureau.reviewer, f"indicators/{second}/value")
    bureau.act(bureau.reviewer, "return")
    new_row = uuid.uuid4().hex
    bureau.edit(
        {"op": "delete", "list": "indicators", "uid": first},
        {"op": "add", "list": "indicators", "uid": new_row, "after": third, "values": {"name": "新的", "value": "1台"}},
        set_(f"indicators/{second}/value", "≥98%"),
        set_("funding.total", "210000"),
    )
    bureau.go_on(bureau.officer, ReviewComment.objects.get(), "answer", "已改为98%")
    bureau.act(bureau.officer, "submit")
    data = ask(bureau.reviewer, at(bureau, "data/"))[1]
    mark = data["marks"]["round"]
    assert (mark["label"], mark["count"], data["round"]) == ("第1版（送审）", 4, 2)
    assert mark["cells"][f"indicators/{second}/value"]["old"] == "100%"
    assert mark["cells"]["funding.total"] == {
        "name": "资金总额（元）", "old": "200000.00", "runs": [["gone", "200000.00"], ["new", "210000.00"]],
    }  # fmt: skip
    assert mark["rows"] == {f"indicators/{second}": "changed", f"indicators/{new_row}": "added"}
    (removed,) = mark["removed"]
    assert (removed["list"], removed["after"], removed["label"]) == ("indicators", "", "购置台数")
    (comment,) = data["comments"]
    assert (comment["now"], comment["changed"], comment["state"], comment["revision"]) == ("≥98%", True, "answered", 1)


def test_last_years_targets_stand_beside_this_years(bureau: Bureau) -> None:
    before = filled(1, fiscal_year=2026)
    before.indicators[1].value = "99%"
    save_tables([Entry(before, bureau.department)])
    bureau.act(bureau.officer, "submit")
    data = review_data(user=bureau.reviewer, row=stored(bureau.pk))
    first, second, third = bureau.uids
    assert data["last_year"]["year"] == 2026
    assert data["last_year"]["rows"] == {
        first: {"name": "购置台数", "value": "≥95台", "same": True},
        second: {"name": "验收合格率", "value": "99%", "same": False},
        third: {"name": "职工满意度", "value": "≥90%", "same": True},
    }
    assert data["marks"]["year"]["count"] == 1
    assert data["marks"]["year"]["cells"][f"indicators/{second}/value"]["old"] == "99%"
    assert bureau.row.submission.changed_year == 1


def test_last_years_table_of_a_hidden_department_is_not_shown(bureau: Bureau) -> None:
    (saved,) = save_tables([Entry(filled(9, fiscal_year=2026), bureau.elsewhere)]).saved
    TargetTable.objects.filter(pk=bureau.pk).update(predecessor=saved.pk)
    bureau.act(bureau.officer, "submit")
    data = review_data(user=bureau.reviewer, row=stored(bureau.pk))
    assert (data["last_year"], data["marks"]["year"]) == (None, None)
    assert (bureau.row.submission.changed_year, bureau.row.submission.amount_year) == (None, None)


def test_a_round_of_requests(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    wish = new()
    status, made = ask(bureau.reviewer, at(bureau, "comments/"), wish)
    assert (status, made["cursor"], made["comment"]["may"]) == (201, 1, ["edit", "remove", "reply", "resolve"])
    assert ask(bureau.reviewer, at(bureau, "comments/"), wish)[0] == 200
    number = made["comment"]["id"]
    status, changed = ask(bureau.reviewer, at(bureau, f"comments/{number}/"), {"version": 1, "text": "请量化"})
    assert (status, changed["comment"]["text"], changed["comment"]["version"]) == (200, "请量化", 2)
    status, stale = ask(bureau.reviewer, at(bureau, f"comments/{number}/"), {"version": 1, "text": "x"})
    assert (status, stale["error"], stale["comment"]["text"]) == (409, "stale", "请量化")
    status, sheet = ask(bureau.reviewer, at(bureau, "sheet/"))
    assert (status, sheet["sheet"]["version"]) == (200, 0)
    items = {key: {"grade": "优"} for key in ITEM_KEYS}
    status, saved = ask(bureau.reviewer, at(bureau, "sheet/"), {"version": 0, "form": "general", "items": items})
    assert (status, saved["sheet"]["proposed"], saved["sheet"]["complete"]) == (200, "优", True)
    bad = {"version": 1, "form": "general", "items": {"form": {"grade": "X"}}}
    assert ask(bureau.reviewer, at(bureau, "sheet/"), bad) == (
        400,
        {"ok": False, "error": "bad", "field": "form", "message": "“规范完整性”应评为 优、良、中、差 之一"},
    )
    decision = {"action": "return", "version": 2, "cursor": 1, "sheet": 1}
    status, refused = ask(bureau.reviewer, at(bureau, "decide/"), decision)
    assert (status, refused["error"], [c["id"] for c in refused["comments"]], refused["cursor"]) == (
        409, "stale", [number], 2,
    )  # fmt: skip
    status, done = ask(bureau.reviewer, at(bureau, "decide/"), decision | {"cursor": 2})
    assert (status, done["status"], done["message"]) == (200, "returned", "已退回“办公设备购置1”")
    listed = ask(bureau.officer, at(bureau, "comments/"))[1]
    assert (listed["counts"]["must_open"], listed["comments"][0]["may"]) == (1, ["answer"])
    answer = {"version": listed["comments"][0]["version"], "act": "answer", "text": "已量化"}
    status, answered = ask(bureau.officer, at(bureau, f"comments/{number}/act/"), answer)
    assert (status, answered["comment"]["state"], answered["comment"]["thread"][0]["officer"]) == (
        200,
        "answered",
        True,
    )


def test_submitting_names_the_comments_that_wait_for_an_answer(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer)
    bureau.comment(bureau.reviewer, kind="advice")
    bureau.act(bureau.reviewer, "return")
    status, answer = ask(bureau.officer, f"/tables/{bureau.pk}/fill/submit/", {"version": 3, "reason": "改好了"})
    assert (status, answer["error"], answer["comments"]) == (409, "refused", [comment.pk])
    assert answer["message"] == "还有 1 条“必须修改”的审核意见没有答复，请逐条答复后再送审"


def test_refused_decision_names_what_stands_in_the_way(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer)
    status, refused = ask(bureau.reviewer, at(bureau, "decide/"), {"action": "pass", "version": 2, "cursor": 1})
    assert (status, refused["error"], refused["open"]) == (409, "refused", [comment.pk])
    assert bureau.row.status == "submitted"


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        ("comments/", {"uid": "x", "kind": "must", "anchor": "table", "path": "", "text": "改"}),
        ("comments/", {"kind": "must"}),
        ("comments/", new(kind="order")),
        ("comments/", new(text=" ")),
        ("comments/", new(text="长" * 4001)),
        ("sheet/", {"version": 0, "form": "general", "items": []}),
        ("decide/", {"action": "pass", "version": "2", "cursor": 0}),
        ("decide/", {"action": "pass", "version": 2, "cursor": 0, "resolve": "yes"}),
        ("pulse/", {"cursor": -1}),
    ],
)
def test_bodies_that_make_no_sense_are_a_400(bureau: Bureau, rest: str, body: dict[str, Any]) -> None:
    bureau.act(bureau.officer, "submit")
    status, answer = ask(bureau.reviewer, at(bureau, rest), body)
    assert (status, answer["error"], bool(answer["message"])) == (400, "bad", True)


def test_own_submission_and_other_departments_are_not_there_at_any_address(bureau: Bureau) -> None:
    bureau.act(bureau.all, "submit")  # who holds every role, but submitted it himself
    comment = bureau.comment(bureau.reviewer)
    addresses: list[tuple[str, dict[str, Any] | None]] = [
        ("data/", None),
        ("comments/", new()),
        (f"comments/{comment.pk}/", {"version": 1, "text": "x"}),
        (f"comments/{comment.pk}/remove/", {"version": 1}),
        (f"comments/{comment.pk}/act/", {"version": 1, "act": "resolve"}),
        ("sheet/", None),
        ("sheet/", {"version": 0, "form": "general", "items": {}}),
        ("decide/", {"action": "pass", "version": 2, "cursor": 1}),
    ]
    for rest, body in addresses:
        assert ask(bureau.reviewer, at(bureau, rest), body)[0] != 404, rest
        bureau_again = ReviewComment.objects.filter(pk=comment.pk)
        bureau_again.update(removed=False, version=1, state="open")
        TargetTable.objects.filter(pk=bureau.pk).update(status="submitted", version=2)
        for user in (bureau.all, bureau.stranger, bureau.officer, bureau.reader):
            assert ask(user, at(bureau, rest), body)[0] == 404, (rest, user)
    assert ask(bureau.all, at(bureau, "comments/"))[1]["comments"] == []
    assert ask(bureau.all, at(bureau, "pulse/"), {"cursor": 0})[1]["comments"] == []
    for rest, body in (("comments/", None), ("pulse/", {"cursor": 0})):
        assert ask(bureau.stranger, at(bureau, rest), body)[0] == 404


def test_pulse_tells_what_is_new_and_who_is_there(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    assert ask(bureau.reviewer, at(bureau, "pulse/"), {"cursor": 0})[1]["presence"] == []
    comment = bureau.comment(bureau.reviewer)
    found = ask(bureau.reviewer2, at(bureau, "pulse/"), {"cursor": 0})[1]
    assert [c["id"] for c in found["comments"]] == [comment.pk]
    assert [p["by"] for p in found["presence"]] == ["reviewer"]
    again = ask(bureau.reviewer2, at(bureau, "pulse/"), {"cursor": found["cursor"]})[1]
    assert (again["comments"], again["cursor"], again["decided"]) == ([], 1, "")
    ask(bureau.reviewer, at(bureau, "pulse/"), {"cursor": 0, "leave": True})
    assert ask(bureau.reviewer2, at(bureau, "pulse/"), {"cursor": 1})[1]["presence"] == []
    ask(bureau.officer, at(bureau, "pulse/"), {"cursor": 0})
    assert list(ReviewPresence.objects.values_list("user__username", flat=True)) == ["reviewer2"]
    bureau.act(bureau.reviewer, "return")
    told = ask(bureau.reviewer2, at(bureau, "pulse/"), {"cursor": 1})[1]["decided"]
    assert told == "reviewer已办理“退回”，现为“已退回”"


def test_comments_of_an_earlier_version(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    second = bureau.uids[1]
    bureau.comment(bureau.reviewer, f"indicators/{second}/value", "第一轮")
    bureau.act(bureau.reviewer, "return")
    bureau.go_on(bureau.officer, ReviewComment.objects.get(), "answer", "已删")
    bureau.edit({"op": "delete", "list": "indicators", "uid": second})
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer, text="第二轮")
    old = ask(bureau.reviewer, at(bureau, "comments/?revision=1"))[1]["comments"]
    assert [(c["text"], c["gone"], c["now"]) for c in old] == [("第一轮", False, "100%")]
    now = ask(bureau.reviewer, at(bureau, "comments/"))[1]["comments"]
    assert [(c["text"], c["gone"], c["quote"]) for c in now] == [
        ("第一轮", True, "100%"), ("第二轮", False, "完成购置"),
    ]  # fmt: skip
    assert ask(bureau.reviewer, at(bureau, "comments/?revision=7"))[0] == 404


def test_comment_bar_counts_for_the_officer(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    one = bureau.comment(bureau.reviewer)
    bureau.comment(bureau.reviewer, kind="advice")
    bureau.act(bureau.reviewer, "return")
    bar = comment_bar(user=bureau.officer, row=bureau.row, draft=load(stored(bureau.pk)).draft)
    assert (bar["done"], bar["all"], bar["must_open"], bar["first"]["id"]) == (0, 2, 1, one.pk)
    bureau.go_on(bureau.officer, one, "answer", "好")
    bar = comment_bar(user=bureau.officer, row=bureau.row, draft=load(stored(bureau.pk)).draft)
    assert (bar["done"], bar["must_open"], bar["first"]["kind"]) == (1, 0, "advice")


def test_page_takes_the_same_queries_for_few_and_many_rows_and_comments(
    bureau: Bureau,
) -> None:
    before = filled(1, fiscal_year=2026)
    save_tables([Entry(before, bureau.department)])
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return")
    bureau.go_on(bureau.officer, ReviewComment.objects.get(), "answer", "好")
    bureau.act(bureau.officer, "submit")

    def queries() -> int:
        user, row = User.objects.get(pk=bureau.reviewer.pk), stored(bureau.pk)
        with CaptureQueriesContext(connection) as captured:
            review_data(user=user, row=row)
        return len(captured)

    few = queries()
    bureau.act(bureau.reviewer, "return")
    added = [uuid.uuid4().hex for _ in range(57)]
    bureau.edit(
        *(
            {"op": "add", "list": "indicators", "uid": uid, "values": {"name": f"指标{uid[:4]}", "value": "1台"}}
            for uid in added
        )
    )
    bureau.act(bureau.officer, "submit")
    for uid in added[:40]:
        bureau.go_on(bureau.reviewer2, bureau.comment(bureau.reviewer, f"indicators/{uid}/value"), "reply", "同意")
    assert (few, queries()) == (25, 25)
