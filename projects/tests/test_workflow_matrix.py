"""Every pair of state × action × role × review levels, against tables written out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from projects.life import checks
from projects.models import (
    AuditEvent,
    Department,
    FiscalYear,
    Membership,
    Notice,
    Revision,
    Role,
    TargetTable,
    TransitionRecord,
    User,
)
from projects.store import save_tables
from projects.tests.generated import table as filled
from projects.workflow import BY_ACTION, TRANSITIONS, IllegalTransition, apply, available

pytestmark = pytest.mark.django_db

OFFICER, DEPARTMENT, FINANCE, READER = "officer", "department_reviewer", "finance_reviewer", "reader"
ADMINISTRATOR, SECURITY, AUDITOR = "administrator", "security", "auditor"
NOBODY = "nobody"
ROLES = (OFFICER, DEPARTMENT, FINANCE, READER, ADMINISTRATOR, SECURITY, AUDITOR, NOBODY)
STATES = ("draft", "submitted", "dept_reviewed", "approved", "returned", "void", "history")
ACTIONS = ("submit", "withdraw", "return", "pass", "approve", "adjust", "cancel_adjustment", "void", "restore")

# Levels → state → action → who may, and where it leads. What is not here is forbidden.
FILLING = {
    "submit": ({OFFICER}, "submitted"),
    "void": ({OFFICER, ADMINISTRATOR}, "void"),
}
SETTLED = {
    "approved": {"adjust": ({OFFICER}, "draft")},
    "void": {"restore": ({OFFICER, ADMINISTRATOR}, "draft")},
    "history": {},
}
ALLOWED: dict[str, dict[str, dict[str, tuple[set[str], str]]]] = {
    "both": {
        "draft": FILLING,
        "returned": FILLING,
        "submitted": {
            "withdraw": ({OFFICER}, "draft"),
            "return": ({DEPARTMENT}, "returned"),
            "pass": ({DEPARTMENT}, "dept_reviewed"),
        },
        "dept_reviewed": {"return": ({FINANCE}, "returned"), "approve": ({FINANCE}, "approved")},
        **SETTLED,
    },
    "department": {
        "draft": FILLING,
        "returned": FILLING,
        "submitted": {
            "withdraw": ({OFFICER}, "draft"),
            "return": ({DEPARTMENT}, "returned"),
            "approve": ({DEPARTMENT}, "approved"),
        },
        "dept_reviewed": {"return": ({DEPARTMENT}, "returned"), "approve": ({DEPARTMENT}, "approved")},
        **SETTLED,
    },
    "finance": {
        "draft": FILLING,
        "returned": FILLING,
        "submitted": {
            "withdraw": ({OFFICER}, "draft"),
            "return": ({FINANCE}, "returned"),
            "approve": ({FINANCE}, "approved"),
        },
        "dept_reviewed": {"return": ({FINANCE}, "returned"), "approve": ({FINANCE}, "approved")},
        **SETTLED,
    },
}
# What a person with all roles reads where two levels review; "" is allowed.
REASONS = {
    "draft": {
        "submit": "",
        "withdraw": "“草稿”的表不能撤回",
        "return": "“草稿”的表不能退回",
        "pass": "“草稿”的表不能审核通过",
        "approve": "“草稿”的表不能批复",
        "adjust": "“草稿”的表不能启动调整",
        "cancel_adjustment": "这张表不在调整中",
        "void": "",
        "restore": "“草稿”的表不能恢复",
    },
    "returned": {
        "submit": "",
        "withdraw": "“已退回”的表不能撤回",
        "return": "“已退回”的表不能退回",
        "pass": "“已退回”的表不能审核通过",
        "approve": "“已退回”的表不能批复",
        "adjust": "“已退回”的表不能启动调整",
        "cancel_adjustment": "这张表不在调整中",
        "void": "",
        "restore": "“已退回”的表不能恢复",
    },
    "submitted": {
        "submit": "“已送审”的表不能送审",
        "withdraw": "",
        "return": "",
        "pass": "",
        "approve": "2021年设定为“部门审核、财政审核两级”，须先由部门审核通过",
        "adjust": "“已送审”的表不能启动调整",
        "cancel_adjustment": "“已送审”的表不能取消调整",
        "void": "已送审的表不能作废，请先撤回",
        "restore": "“已送审”的表不能恢复",
    },
    "dept_reviewed": {
        "submit": "“部门已审核”的表不能送审",
        "withdraw": "部门审核人已经审核，不能撤回；需要修改请联系审核人退回",
        "return": "",
        "pass": "“部门已审核”的表不能审核通过",
        "approve": "",
        "adjust": "“部门已审核”的表不能启动调整",
        "cancel_adjustment": "“部门已审核”的表不能取消调整",
        "void": "“部门已审核”的表不能作废",
        "restore": "“部门已审核”的表不能恢复",
    },
    "approved": {
        "submit": "“已批复”的表不能送审",
        "withdraw": "“已批复”的表不能撤回",
        "return": "已批复的表不能退回；需要修改时由填报人启动调整",
        "pass": "“已批复”的表不能审核通过",
        "approve": "“已批复”的表不能批复",
        "adjust": "",
        "cancel_adjustment": "“已批复”的表不能取消调整",
        "void": "已批复的表不能作废",
        "restore": "“已批复”的表不能恢复",
    },
    "void": {
        "submit": "“已作废”的表不能送审",
        "withdraw": "“已作废”的表不能撤回",
        "return": "“已作废”的表不能退回",
        "pass": "“已作废”的表不能审核通过",
        "approve": "“已作废”的表不能批复",
        "adjust": "“已作废”的表不能启动调整",
        "cancel_adjustment": "“已作废”的表不能取消调整",
        "void": "“已作废”的表不能作废",
        "restore": "",
    },
    "history": {
        "submit": "“历史”的表不能送审",
        "withdraw": "“历史”的表不能撤回",
        "return": "“历史”的表不能退回",
        "pass": "“历史”的表不能审核通过",
        "approve": "“历史”的表不能批复",
        "adjust": "“历史”的表不能启动调整",
        "cancel_adjustment": "“历史”的表不能取消调整",
        "void": "“历史”的表不能作废",
        "restore": "“历史”的表不能恢复",
    },
}
WITHOUT_ROLE = {
    "submit": "填报人，不能送审",
    "withdraw": "填报人，不能撤回",
    "return": "部门审核、财政审核，不能退回",
    "pass": "部门审核，不能审核通过",
    "approve": "部门审核、财政审核，不能批复",
    "adjust": "填报人，不能启动调整",
    "cancel_adjustment": "填报人、系统管理员，不能取消调整",
    "void": "填报人、系统管理员，不能作废",
    "restore": "填报人、系统管理员，不能恢复",
}
HOLDERS = {
    "submit": {OFFICER},
    "withdraw": {OFFICER},
    "return": {DEPARTMENT, FINANCE},
    "pass": {DEPARTMENT},
    "approve": {DEPARTMENT, FINANCE},
    "adjust": {OFFICER},
    "cancel_adjustment": {OFFICER, ADMINISTRATOR},
    "void": {OFFICER, ADMINISTRATOR},
    "restore": {OFFICER, ADMINISTRATOR},
}


@pytest.fixture(autouse=True)
def _least_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table must hold is the matter of other tests."""
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])


@pytest.fixture
def row() -> TargetTable:
    department = Department.objects.create(name="山海关区退役军人事务局")
    save_tables([filled(1, funding=type(filled().funding)(total=Decimal("200000.00")))])
    made = TargetTable.objects.select_related("department", "fiscal_year").get()
    assert made.department == department
    return made


@pytest.fixture
def people(row: TargetTable) -> dict[str, User]:
    found = {}
    for role in ROLES:
        found[role] = User.objects.create(username=role, display_name=role)
        if role != NOBODY:
            Membership.objects.create(user=found[role], department=row.department, role=role)
    return found


def put(row: TargetTable, state: str, levels: str) -> TargetTable:
    FiscalYear.objects.update(levels=levels)
    TargetTable.objects.update(status=state)
    return TargetTable.objects.select_related("department", "fiscal_year").get(pk=row.pk)


def test_hand_written_tables_cover_every_state_action_and_role() -> None:
    assert set(STATES) == set(TargetTable.Status.values)
    assert {transition.action for transition in TRANSITIONS} == set(ACTIONS)
    assert set(ROLES) == {*Role.values, NOBODY}
    assert set(ALLOWED) == set(FiscalYear.Levels.values)
    assert all(set(states) == set(STATES) for states in ALLOWED.values())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("levels", sorted(ALLOWED))
def test_every_action_and_role_does_what_the_table_says(
    row: TargetTable, people: dict[str, User], levels: str, state: str
) -> None:
    shown = put(row, state, levels)
    for action in ACTIONS:
        who, target = ALLOWED[levels][state].get(action, (set(), ""))
        for role, user in people.items():
            before = transaction.savepoint()
            try:
                done = apply(table_id=row.pk, action=action, user=user, version=shown.version, reason="理由")
            except IllegalTransition as error:
                done, why = None, error.reason
            if done is None:
                assert role not in who, (action, role, why)
                assert why
                assert (TransitionRecord.objects.count(), Revision.objects.count()) == (0, 0)
                assert Notice.objects.count() == 0
            else:
                assert role in who, (action, role)
                stored = TargetTable.objects.get(pk=row.pk)
                assert (done.status, stored.status, stored.version) == (target, target, shown.version + 1)
                assert TransitionRecord.objects.count() == 1
            last = AuditEvent.objects.get()
            assert (last.action, last.succeeded, last.actor_id) == (f"table.{action}", role in who, user.pk)
            transaction.savepoint_rollback(before)
        offered = {
            role
            for role, user in people.items()
            for transition, why in available(shown, user)
            if transition.action == action and why == ""
        }
        assert offered == who, action


@pytest.mark.parametrize("state", STATES)
def test_forbidden_pairs_say_why_to_a_person_with_all_roles(row: TargetTable, state: str) -> None:
    everybody = User.objects.create(username="everybody")
    for role in Role.values:
        Membership.objects.create(user=everybody, department=row.department, role=role)
    shown = put(row, state, "both")
    found = {transition.action: why for transition, why in available(shown, everybody)}
    assert found == REASONS[state]
    for action, why in REASONS[state].items():
        if why:
            with pytest.raises(IllegalTransition) as caught:
                apply(table_id=row.pk, action=action, user=everybody, version=shown.version, reason="理由")
            assert caught.value.reason == why


@pytest.mark.parametrize("state", STATES)
def test_people_without_any_role_for_an_action_read_who_may(
    row: TargetTable, people: dict[str, User], state: str
) -> None:
    shown = put(row, state, "both")
    for role, user in people.items():
        for transition, why in available(shown, user):
            if role not in HOLDERS[transition.action]:
                expected = f"您不是“山海关区退役军人事务局”的{WITHOUT_ROLE[transition.action]}"
                assert why == expected


@pytest.mark.parametrize(
    ("state", "action", "role", "why"),
    [
        ("submitted", "return", FINANCE, "这一步由部门审核办理"),
        ("dept_reviewed", "return", DEPARTMENT, "这一步由财政审核办理"),
        ("dept_reviewed", "approve", DEPARTMENT, "这一步由财政审核办理"),
    ],
)
def test_the_other_level_reads_whose_turn_it_is(
    row: TargetTable, people: dict[str, User], state: str, action: str, role: str, why: str
) -> None:
    shown = put(row, state, "both")
    assert dict((t.action, reason) for t, reason in available(shown, people[role]))[action] == why


def test_pass_is_no_step_where_one_level_reviews(row: TargetTable, people: dict[str, User]) -> None:
    shown = put(row, "submitted", "department")
    why = {t.action: reason for t, reason in available(shown, people[DEPARTMENT])}["pass"]
    assert why == "2021年设定为“只有部门审核”，没有这一步，请直接批复"


@pytest.mark.parametrize("action", ["return", "adjust", "void"])
def test_actions_that_need_a_reason_are_refused_without_one(
    row: TargetTable, people: dict[str, User], action: str
) -> None:
    state, role = {
        "return": ("submitted", DEPARTMENT),
        "adjust": ("approved", OFFICER),
        "void": ("draft", OFFICER),
    }[action]
    shown = put(row, state, "both")
    with pytest.raises(IllegalTransition) as caught:
        apply(table_id=row.pk, action=action, user=people[role], version=shown.version, reason=" \n\u3000")
    instead = "，或至少提出一条“必须修改”的意见" if action == "return" else ""
    assert caught.value.reason == f"{BY_ACTION[action].name}须填写原因{instead}"
    assert {t.action for t in TRANSITIONS if t.needs_reason} == {"return", "adjust", "void"}


@pytest.mark.parametrize("year_state", ["closed", "published"])
def test_years_that_are_not_open_refuse_all_but_tidying_up_by_administrators(
    row: TargetTable, people: dict[str, User], year_state: str
) -> None:
    allowed = set()
    for state in STATES:
        shown = put(row, state, "both")
        FiscalYear.objects.update(state=year_state)
        shown.fiscal_year.state = year_state
        for role, user in people.items():
            allowed |= {(state, t.action, role) for t, why in available(shown, user) if not why}
    word = {"closed": "已关闭", "published": "已公布"}[year_state]
    keeping = {
        ("draft", "void", ADMINISTRATOR),
        ("returned", "void", ADMINISTRATOR),
        ("void", "restore", ADMINISTRATOR),
    }
    assert allowed == (keeping if year_state == "closed" else set())
    shown = put(row, "draft", "both")
    with pytest.raises(IllegalTransition) as caught:
        apply(table_id=row.pk, action="submit", user=people[OFFICER], version=shown.version)
    assert caught.value.reason == f"2021年{word}，不能送审"
