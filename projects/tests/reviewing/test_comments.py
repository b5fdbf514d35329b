"""Comments: who makes, sees, answers and closes them, and that they stay on their cell."""

from __future__ import annotations

import uuid

import pytest

from projects.layouts.anchors import locate
from projects.layouts.editing import BadChange
from projects.models import AuditEvent, Revision
from projects.selectors.comments import comments_of, must_counts
from projects.services.entry_store import load
from projects.services.reviewing import comments
from projects.services.reviewing.comments import CommentRefused, NotYours
from projects.services.reviewing.versions import draft_of
from projects.tests.entry_helpers import set_, stored
from projects.tests.reviewing.conftest import Bureau
from projects.workflow import IllegalTransition


def seen(bureau: Bureau, *, reviewer: bool) -> list[tuple[str, str, list[str]]]:
    found = comments_of(bureau.row, reviewer=reviewer)
    return [(c.text, c.state if reviewer else c.shown_state, [e.act for e in c.entries.all()]) for c in found]


def test_comment_keeps_place_quote_level_and_revision(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    path = f"indicators/{bureau.uids[1]}/value"
    found = bureau.comment(bureau.reviewer, path, "请说明依据")
    assert (found.place, found.quote, found.level, found.revision.number) == (
        "年度指标第2行·指标值", "100%", "department", 1,
    )  # fmt: skip
    row = bureau.comment(bureau.reviewer, f"indicators/{bureau.uids[0]}", anchor="row")
    assert (row.place, row.quote) == ("年度指标第1行", "产出指标 | 数量指标 | 购置台数 | ≥95台")
    assert bureau.comment(bureau.reviewer, "plan", anchor="step").place == "支出计划"
    assert bureau.comment(bureau.reviewer, "", anchor="table").place == "整张表"
    event = AuditEvent.objects.filter(action="comment.add").order_by("id").first()
    assert event is not None
    assert event.after == {"位置": "年度指标第2行·指标值", "类别": "必须修改", "意见": "请说明依据"}


def test_the_same_uid_is_stored_once(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    uid = uuid.uuid4().hex
    wish = {"table_id": bureau.pk, "uid": uid, "kind": "must", "anchor": "cell", "path": "goals.annual", "text": "改"}
    first, again = (comments.add(user=bureau.reviewer, **wish) for _ in range(2))  # type: ignore[arg-type]
    assert (first.made, again.made, first.comment.pk) == (True, False, again.comment.pk)
    with pytest.raises(BadChange, match="uid 已被使用"):
        comments.add(user=bureau.reviewer2, **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("anchor", "path"),
    [
        ("cell", "goals.nothing"),
        ("cell", "indicators/00000000000000000000000000000001/value"),
        ("cell", "indicators/+/value"),
        ("cell", "project.parent"),  # not on this form, and empty
        ("row", "goals.annual"),
        ("row", "nothing/00000000000000000000000000000001"),
        ("step", "nonsense"),
        ("page", ""),
    ],
)
def test_a_place_that_is_not_there_is_refused(bureau: Bureau, anchor: str, path: str) -> None:
    bureau.act(bureau.officer, "submit")
    with pytest.raises(BadChange):
        bureau.comment(bureau.reviewer, path, anchor=anchor)


def test_only_reviewers_of_the_department_comment_and_only_under_review(bureau: Bureau) -> None:
    with pytest.raises(CommentRefused) as caught:
        bureau.comment(bureau.reviewer)
    assert (caught.value.error, caught.value.message) == ("closed", "这张表“草稿”，不在审核中，不能提意见")
    bureau.act(bureau.officer, "submit")
    for user in (bureau.officer, bureau.reader, bureau.stranger):
        with pytest.raises(NotYours):
            bureau.comment(user)
    bureau.act(bureau.officer, "withdraw")
    bureau.act(bureau.all, "submit")
    with pytest.raises(NotYours):
        bureau.comment(bureau.all)  # a reviewer, but of his own submission


def test_officer_sees_comments_and_threads_only_after_the_return(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer, text="第一条")
    bureau.go_on(bureau.reviewer2, comment, "reply", "同意")
    assert seen(bureau, reviewer=True) == [("第一条", "open", ["reply"])]
    assert seen(bureau, reviewer=False) == []
    with pytest.raises(NotYours):
        bureau.go_on(bureau.officer, comment, "answer", "改了")
    bureau.act(bureau.reviewer, "return", reason="")
    assert seen(bureau, reviewer=False) == [("第一条", "open", ["reply"])]
    bureau.go_on(bureau.officer, comment, "answer", "改了")
    bureau.act(bureau.officer, "submit")
    bureau.go_on(bureau.reviewer, comment, "reopen", "还不够")
    assert seen(bureau, reviewer=True) == [("第一条", "open", ["reply", "answer", "reopen"])]
    assert seen(bureau, reviewer=False) == [("第一条", "answered", ["reply", "answer"])]


def test_passing_on_shows_nothing_and_approval_shows_all(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer, text="建议", kind="advice")
    bureau.act(bureau.reviewer, "pass")
    assert seen(bureau, reviewer=False) == []
    assert bureau.comment(bureau.finance, text="财政建议", kind="advice").level == "finance"
    bureau.act(bureau.finance, "approve")
    assert [text for text, *_ in seen(bureau, reviewer=False)] == ["建议", "财政建议"]


def test_own_drafts_can_be_changed_and_removed_until_they_are_shown(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer)
    wish = {"table_id": bureau.pk, "number": comment.pk}
    with pytest.raises(CommentRefused) as caught:
        comments.change(user=bureau.reviewer2, version=1, text="x", **wish)
    assert caught.value.error == "closed"
    changed = comments.change(user=bureau.reviewer, version=1, text="改写", kind="advice", **wish).comment
    assert (changed.text, changed.kind, changed.version) == ("改写", "advice", 2)
    with pytest.raises(CommentRefused) as caught:
        comments.change(user=bureau.reviewer, version=1, text="y", **wish)
    assert caught.value.error == "stale"
    cursor = comments.remove(user=bureau.reviewer, version=2, **wish).cursor
    assert seen(bureau, reviewer=True) == []
    assert [c.removed for c in comments_of(bureau.row, reviewer=True, since=cursor - 1)] == [True]
    second = bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return")
    with pytest.raises(CommentRefused, match="填报人已经看到"):
        comments.remove(user=bureau.reviewer, table_id=bureau.pk, number=second.pk, version=2)


def test_changes_of_a_table_have_one_order(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    first = bureau.comment(bureau.reviewer)
    second = bureau.comment(bureau.reviewer2)
    bureau.go_on(bureau.reviewer2, first, "reply", "看法")
    assert [(c.pk, c.changed) for c in comments_of(bureau.row, reviewer=True)] == [(first.pk, 3), (second.pk, 2)]
    assert [c.pk for c in comments_of(bureau.row, reviewer=True, since=2)] == [first.pk]


def test_return_needs_a_must_comment_or_a_reason(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    bureau.comment(bureau.reviewer, kind="advice")
    with pytest.raises(IllegalTransition, match="退回须填写原因，或至少提出一条“必须修改”的意见"):
        bureau.act(bureau.reviewer, "return", reason="")
    bureau.comment(bureau.reviewer)
    assert bureau.act(bureau.reviewer, "return", reason="").status == "returned"


def test_passing_needs_every_must_resolved_and_resubmission_every_must_answered(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    one, two = bureau.comment(bureau.reviewer), bureau.comment(bureau.reviewer, "title")
    bureau.comment(bureau.reviewer, kind="advice")
    with pytest.raises(IllegalTransition, match="还有 2 条“必须修改”的意见没有解决（其中 2 条没有答复）"):
        bureau.act(bureau.reviewer, "pass")
    bureau.act(bureau.reviewer, "return", reason="")
    bureau.go_on(bureau.officer, one, "answer", "已改")
    with pytest.raises(IllegalTransition, match="还有 1 条“必须修改”的审核意见没有答复"):
        bureau.act(bureau.officer, "submit")
    bureau.go_on(bureau.officer, two, "answer", "已改")
    bureau.act(bureau.officer, "submit")
    counts = must_counts([bureau.row])[bureau.pk]
    assert (counts.pending, counts.open, counts.unanswered) == (2, 0, 0)
    with pytest.raises(IllegalTransition, match="其中 0 条没有答复"):
        bureau.act(bureau.reviewer, "pass")
    bureau.go_on(bureau.reviewer, one, "resolve")
    bureau.go_on(bureau.reviewer, two, "resolve")
    assert bureau.act(bureau.reviewer, "pass").status == "dept_reviewed"
    with pytest.raises(CommentRefused, match="这条意见已解决"):
        bureau.go_on(bureau.finance, two, "resolve")
    bureau.go_on(bureau.finance, two, "reopen", "财政认为不够")
    with pytest.raises(IllegalTransition, match="还有 1 条"):
        bureau.act(bureau.finance, "approve")


def test_reopening_hidden_from_the_officer_does_not_stop_him_after_a_withdrawal(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return", reason="")
    bureau.go_on(bureau.officer, comment, "answer", "已改")
    bureau.act(bureau.officer, "submit")
    bureau.go_on(bureau.reviewer, comment, "reopen", "不够")
    bureau.act(bureau.officer, "withdraw", "submit")
    assert must_counts([bureau.row])[bureau.pk].unanswered == 0


def test_who_may_go_on_with_a_thread(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    comment = bureau.comment(bureau.reviewer)
    bureau.act(bureau.reviewer, "return", reason="")
    for user in (bureau.reader, bureau.reviewer):
        with pytest.raises(CommentRefused):
            bureau.go_on(user, comment, "answer", "我来答")
    with pytest.raises(CommentRefused, match="不在审核中"):
        bureau.go_on(bureau.reviewer, comment, "resolve")
    with pytest.raises(NotYours):
        bureau.go_on(bureau.stranger, comment, "reply", "看看")
    with pytest.raises(BadChange, match="请写明内容"):
        bureau.go_on(bureau.officer, comment, "answer", "  ")


# Staying on the cell --------------------------------------------------------------------------------------------


def test_comments_stay_on_their_cell_when_rows_come_move_and_go(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    first, second, third = bureau.uids
    path = f"indicators/{second}/value"
    bureau.comment(bureau.reviewer, path)
    bureau.act(bureau.reviewer, "return")
    new = uuid.uuid4().hex
    bureau.edit(
        {"op": "add", "list": "indicators", "uid": new, "after": "", "values": {"name": "新的", "value": "1台"}},
        {"op": "move", "list": "indicators", "uid": second, "after": third},
        {"op": "delete", "list": "indicators", "uid": first},
        set_(path, "≥99%"),
    )
    place = locate(load(stored(bureau.pk)).draft, "cell", path)
    assert (place.name, place.text, place.gone) == ("年度指标第3行·指标值", "≥99%", False)
    bureau.edit({"op": "delete", "list": "indicators", "uid": second})
    place = locate(load(stored(bureau.pk)).draft, "cell", path)
    assert (place.gone, place.step) == (True, "indicators")
    (comment,) = comments_of(bureau.row, reviewer=True)
    assert (comment.place, comment.quote) == ("年度指标第2行·指标值", "100%")


def test_an_older_version_still_has_the_rows_that_were_deleted_since(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    second = bureau.uids[1]
    bureau.act(bureau.reviewer, "return")
    bureau.edit({"op": "delete", "list": "indicators", "uid": second})
    revision = Revision.objects.get(table=bureau.pk, number=1)
    assert locate(draft_of(revision), "cell", f"indicators/{second}/value").text == "100%"


def test_a_version_without_identities_gets_those_of_today(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    uids = bureau.uids
    bureau.act(bureau.reviewer, "return")
    bureau.edit({"op": "delete", "list": "indicators", "uid": uids[0]})
    revision = Revision.objects.get(table=bureau.pk, number=1)
    revision.uids = {}  # as before identities were kept
    assert draft_of(revision, now=load(stored(bureau.pk)).draft).uids["indicators"] == ["", *uids[1:]]


def test_a_cancelled_adjustment_gives_the_rows_their_identities_back(bureau: Bureau) -> None:
    bureau.act(bureau.officer, "submit")
    bureau.act(bureau.reviewer, "pass")
    bureau.act(bureau.finance, "approve")
    before = bureau.uids
    bureau.act(bureau.officer, "adjust")
    bureau.edit(*({"op": "delete", "list": "indicators", "uid": uid} for uid in before[:2]))
    bureau.act(bureau.officer, "cancel_adjustment")
    assert bureau.uids == before
