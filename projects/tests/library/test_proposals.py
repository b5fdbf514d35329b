"""From a row of an approved table into the library."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from indicators.models import LibraryIndicator
from projects.models import AuditEvent, Department, LibraryProposal, Notice, TableIndicator, TargetTable, User
from projects.selectors.library import library_visible_to, proposals_visible_to, proposals_waiting
from projects.services import library
from projects.services.library_proposals import accept, decline, propose
from projects.targettable import Indicator
from projects.tests.library.conftest import Add, Approve, quality

State = LibraryIndicator.State


@pytest.fixture
def row(approve: Approve) -> TargetTable:
    return approve(
        1,
        quality(
            "发放准确率", "≥98%", basis="《发放办法》", standard="计划标准", description="准确发放的占比", unit="%"
        ),
        quality("服务水平", "有效提升"),
        Indicator("", "", "没有类别", value="1"),
        type="一次性项目",
    )


def uid_of(name: str) -> uuid.UUID:
    return TableIndicator.objects.get(name=name).uid


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("text", flat=True))


def test_a_proposal_takes_what_the_row_says_and_tells_the_keepers(row: TargetTable, people: dict[str, User]) -> None:
    made = propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False)
    fields = {name: getattr(made, name) for name in library.FIELDS if getattr(made, name)}
    assert fields == {
        "category": "output.quality",
        "name": "发放准确率",
        "explanation": "准确发放的占比",
        "basis_type": "plan",
        "basis": "《发放办法》",
        "sign": "≥",
        "unit": "%",
        "value": "≥98%",
        "project_type": "一次性项目",
    }
    assert (made.state, made.department) == (State.PROPOSED, row.department)
    text = "“发放准确率”被建议加入“财政局”指标库，等待审核"
    assert told(people["keeper"]) == told(people["top"]) == [text]
    assert told(people["officer"]) == told(people["stranger"]) == []
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.action, event.actor, event.department_path) == (
        "library.propose",
        people["officer"],
        row.department.path,
    )
    # Not a part of the library yet.
    assert library_visible_to(people["top"]).count() == 0
    graded = propose(actor=people["officer"], table=row, row=uid_of("服务水平"), shared=True)
    assert (graded.sign, graded.department) == ("定性", None)
    assert told(people["keeper"]) == [text]  # the shared library is not his


def test_who_may_propose_what(row: TargetTable, people: dict[str, User]) -> None:
    uid = uid_of("发放准确率")
    for who in ("reader", "clerk", "stranger"):
        with pytest.raises(PermissionDenied):
            propose(actor=people[who], table=row, row=uid, shared=False)
    with pytest.raises(library.Unfit, match="没有这一行"):
        propose(actor=people["officer"], table=row, row=uuid.uuid4(), shared=False)
    with pytest.raises(library.Unfit, match="类别未能识别"):
        propose(actor=people["officer"], table=row, row=uid_of("没有类别"), shared=False)
    row.status = "draft"
    with pytest.raises(library.Unfit, match="只有已批复的表"):
        propose(actor=people["officer"], table=row, row=uid, shared=False)
    assert LibraryProposal.objects.count() == 0


def test_a_second_click_does_no_harm(row: TargetTable, people: dict[str, User], add: Add) -> None:
    uid = uid_of("发放准确率")
    propose(actor=people["officer"], table=row, row=uid, shared=False)
    with pytest.raises(library.Unfit, match="“财政局”指标库里已有这个指标（待审核）"):
        propose(actor=people["officer"], table=row, row=uid, shared=False)
    add("发放准确率")
    with pytest.raises(library.Unfit, match="共享指标库里已有这个指标（在用）"):
        propose(actor=people["officer"], table=row, row=uid, shared=True)
    assert LibraryProposal.objects.count() == 1


def test_the_keeper_mends_and_accepts(row: TargetTable, people: dict[str, User], places: dict[str, Department]) -> None:
    made = propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False)
    proposal = LibraryProposal.objects.get()
    arguments = {"pk": proposal.pk, "version": 1, "fields": {"scoring": "按比例得分"}, "department": row.department}
    with pytest.raises(PermissionDenied):
        accept(actor=people["officer"], **arguments)
    accept(actor=people["keeper"], **arguments)
    made.refresh_from_db()
    proposal.refresh_from_db()
    assert (made.state, made.scoring, made.version) == (State.IN_USE, "按比例得分", 2)
    assert (proposal.outcome, proposal.decided_by_name) == ("accepted", "keeper")
    assert told(people["officer"]) == ["您建议的“发放准确率”已加入“财政局”指标库"]
    assert [row.name for row in library_visible_to(people["clerk"])] == ["发放准确率"]
    assert list(library_visible_to(people["stranger"])) == []
    with pytest.raises(library.Stale):
        accept(actor=people["keeper"], **arguments)
    assert AuditEvent.objects.filter(action="library.accept").count() == 1


def test_a_keeper_of_one_library_cannot_accept_into_another(
    row: TargetTable, people: dict[str, User], places: dict[str, Department]
) -> None:
    propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False)
    pk = LibraryProposal.objects.get().pk
    for place in (None, places["foreign"]):
        with pytest.raises(PermissionDenied):
            accept(actor=people["keeper"], pk=pk, version=1, fields={}, department=place)
    assert accept(actor=people["keeper"], pk=pk, version=1, fields={}, department=places["office"]).pk


def test_declining_needs_a_reason_and_says_it(row: TargetTable, people: dict[str, User]) -> None:
    made = propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False)
    proposal = LibraryProposal.objects.get()
    with pytest.raises(library.Unfit):
        decline(actor=people["keeper"], pk=proposal.pk, version=1, reason=" ")
    decline(actor=people["keeper"], pk=proposal.pk, version=1, reason="与“准确率”\n重复")
    made.refresh_from_db()
    proposal.refresh_from_db()
    assert (made.state, proposal.outcome, proposal.reason) == (State.DECLINED, "declined", "与“准确率”\n重复")
    assert told(people["officer"]) == ["您建议的“发放准确率”未被“财政局”指标库采纳：与“准确率” 重复"]
    assert library_visible_to(people["top"]).count() == 0
    # It can be proposed again.
    assert propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False).pk != made.pk


def test_proposals_are_seen_by_their_keepers_and_whoever_made_them(row: TargetTable, people: dict[str, User]) -> None:
    propose(actor=people["officer"], table=row, row=uid_of("发放准确率"), shared=False)
    propose(actor=people["keeper"], table=row, row=uid_of("服务水平"), shared=True)

    def seen(chosen: object) -> dict[str, int]:
        return {who: chosen(user).count() for who, user in people.items()}  # type: ignore[operator]

    assert seen(proposals_visible_to) == {"top": 2, "keeper": 2, "officer": 1, "clerk": 0, "reader": 0, "stranger": 0}
    assert seen(proposals_waiting) == {"top": 2, "keeper": 1, "officer": 0, "clerk": 0, "reader": 0, "stranger": 0}
