"""What the workflow does beside changing a state: revisions, adjustments, deadlines, conflicts, races."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from projects.findings import BLOCK, WARN, Finding
from projects.life import checks
from projects.models import (
    AuditEvent,
    Department,
    FiscalYear,
    Project,
    Revision,
    Role,
    TargetTable,
    TransitionRecord,
    User,
    WrittenOnce,
)
from projects.store import Entry, load_tables, save_tables
from projects.targettable import TargetTable as Content
from projects.tests.generated import table as filled
from projects.tests.office import person, tables, year
from projects.workflow import IllegalTransition, StaleVersion, apply, available, available_for, warnings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _least_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table must hold is the matter of other tests."""
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])


class Office:
    """One department with a table of 2027, an officer, and two reviewers of each level."""

    def __init__(self) -> None:
        self.department = Department.objects.create(name="财政局")
        self.year = year(2027)
        self.row = tables(self.department)[0]
        at = self.department
        self.officer = person("officer", (Role.OFFICER, at))
        self.second = person("second", (Role.OFFICER, at))
        self.reviewer = person("reviewer", (Role.DEPARTMENT_REVIEWER, at))
        self.finance = person("finance", (Role.FINANCE_REVIEWER, at))
        self.finance2 = person("finance2", (Role.FINANCE_REVIEWER, at))
        self.all = person(
            "all", (Role.OFFICER, at), (Role.DEPARTMENT_REVIEWER, at), (Role.FINANCE_REVIEWER, at), ("reader", at)
        )

    def act(self, user: User, *actions: str, reason: str = "理由") -> TargetTable:
        for action in actions:
            self.row = apply(table_id=self.row.pk, action=action, user=user, version=self.fresh.version, reason=reason)
        return self.row

    def refused(self, user: User, action: str) -> str:
        with pytest.raises(IllegalTransition) as caught:
            self.act(user, action)
        return caught.value.reason

    def approve(self) -> None:
        self.act(self.officer, "submit")
        self.act(self.reviewer, "pass")
        self.act(self.finance, "approve")

    def edit(self, **changes: Any) -> None:
        content = copy.deepcopy(self.content)
        for name, value in changes.items():
            setattr(content, name, value)
        (saved,) = save_tables([Entry(content, self.department)]).saved
        assert saved.outcome == "updated", saved.reason

    @property
    def fresh(self) -> TargetTable:
        return TargetTable.objects.select_related("department", "fiscal_year").get(pk=self.row.pk)

    @property
    def content(self) -> Content:
        return load_tables(TargetTable.objects.filter(pk=self.row.pk))[0]


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_usual_way_leaves_records_revisions_and_audit_lines(office: Office) -> None:
    office.approve()
    row = office.fresh
    assert (row.status, row.version, row.adjustment) == ("approved", 4, 0)
    assert row.submitted_by == office.officer
    records = TransitionRecord.objects.order_by("id").values_list(
        "action", "source", "target", "actor_name", "reason", "version", "revision__number"
    )
    assert list(records) == [
        ("submit", "draft", "submitted", "officer", "理由", 1, 1),
        ("pass", "submitted", "dept_reviewed", "reviewer", "理由", 2, None),
        ("approve", "dept_reviewed", "approved", "finance", "理由", 3, 2),
    ]
    assert row.approved_revision == Revision.objects.get(number=2)
    events = AuditEvent.objects.order_by("id").values_list("action", "object_type", "object_id", "before", "after")
    assert list(events)[-1] == (
        "table.approve",
        "targettable",
        str(row.pk),
        {"状态": "部门已审核", "版本": 3},
        {"状态": "已批复", "版本": 4, "意见": "理由"},
    )
    assert {event.department_path for event in AuditEvent.objects.all()} == {office.department.path}


def test_a_revision_is_the_interchange_json_and_the_hash_of_its_bytes(office: Office) -> None:
    office.act(office.officer, "submit", reason="首次报送")
    revision = Revision.objects.get()
    assert (revision.number, revision.cause, revision.adjustment, revision.comment) == (1, "submit", 0, "首次报送")
    assert revision.sha256 == sha256(revision.content.encode()).hexdigest()
    assert Content.from_dict(json.loads(revision.content)) == office.content
    assert revision.content.startswith('{"schema":"perfgoals.table/1","layout":"hebei","kind":"project"')
    assert revision.actor_name == "officer"


def test_nobody_reviews_what_they_submitted(office: Office) -> None:
    office.act(office.all, "submit")
    own = "这张表是您本人送审的，须由他人审核"
    assert [office.refused(office.all, action) for action in ("pass", "return")] == [own, own]
    office.act(office.reviewer, "pass")
    assert [office.refused(office.all, action) for action in ("approve", "return")] == [own, own]
    office.act(office.finance, "approve")


@pytest.mark.parametrize("levels", ["department", "finance"])
def test_nobody_approves_what_they_submitted_with_one_level(office: Office, levels: str) -> None:
    year(2027, levels=levels)
    office.act(office.all, "submit")
    assert office.refused(office.all, "approve") == "这张表是您本人送审的，须由他人审核"
    office.act(office.reviewer if levels == "department" else office.finance, "approve")
    assert office.fresh.status == "approved"


def test_nobody_approves_what_they_passed(office: Office) -> None:
    office.act(office.officer, "submit")
    office.act(office.all, "pass")
    why = "这张表的部门审核是您本人办理的，须由他人批复"
    assert office.refused(office.all, "approve") == why
    assert {t.action: reason for t, reason in available(office.fresh, office.all)}["approve"] == why
    office.act(office.all, "return")
    office.act(office.officer, "submit")
    office.act(office.reviewer, "pass")
    office.act(office.all, "approve")


def test_levels_changed_on_the_way_leave_no_table_stuck(office: Office) -> None:
    office.act(office.officer, "submit")
    office.act(office.reviewer, "pass")
    year(2027, levels="department")
    assert office.refused(office.reviewer, "approve") == "这张表的部门审核是您本人办理的，须由他人批复"
    office.act(office.all, "approve")
    assert office.fresh.status == "approved"


def test_first_submission_after_the_deadline_is_refused_with_the_date(office: Office) -> None:
    year(2027, due=timezone.now() - timedelta(hours=1))
    due = timezone.localtime(FiscalYear.objects.get().due)
    assert office.refused(office.officer, "submit") == (
        f"2027年的送审已于{due:%Y年%-m月%-d日 %H:%M}截止；确需送审请联系管理员延长期限"
    )
    year(2027, due=timezone.now() + timedelta(hours=1))
    office.act(office.officer, "submit")
    year(2027, due=timezone.now() - timedelta(hours=1))
    assert office.refused(office.officer, "withdraw").startswith("送审已于")
    office.act(office.reviewer, "return")
    office.act(office.officer, "submit")
    office.act(office.reviewer, "pass")
    office.act(office.finance, "approve")
    office.act(office.officer, "adjust", "submit", "withdraw", "submit")


def test_review_deadlines_only_warn(office: Office) -> None:
    past = timezone.now() - timedelta(days=1)
    year(2027, department_due=past, finance_due=past)
    office.act(office.officer, "submit")
    by_action = {t.action: (t, why) for t, why in available(office.fresh, office.reviewer)}
    transition, why = by_action["pass"]
    assert why == ""
    assert warnings(office.fresh, transition)[0].startswith("审核已于")
    assert warnings(office.fresh, by_action["submit"][0]) == []
    office.act(office.reviewer, "pass")
    office.act(office.finance, "approve")


def test_withdrawing_and_returning(office: Office) -> None:
    office.act(office.officer, "submit")
    office.act(office.second, "withdraw")
    assert (office.fresh.status, office.fresh.submitted_by, office.fresh.submitted_at) == ("draft", None, None)
    office.act(office.second, "submit")
    office.act(office.reviewer, "pass")
    assert office.refused(office.second, "withdraw").startswith("部门审核人已经审核")
    office.act(office.finance, "return", reason="指标值缺依据")
    assert TransitionRecord.objects.order_by("-id").first().reason == "指标值缺依据"
    assert [revision.number for revision in Revision.objects.all()] == [1, 2]


# Adjustment -----------------------------------------------------------------------------------------------------


def test_an_adjustment_keeps_the_approved_version_in_force(office: Office) -> None:
    office.approve()
    approved = office.fresh.approved_revision
    office.act(office.officer, "adjust", reason="压减预算")
    row = office.fresh
    assert (row.status, row.adjustment, row.approved_revision) == ("draft", 1, approved)
    assert office.refused(office.officer, "void").startswith("这张表正在调整")
    funding = copy.deepcopy(office.content.funding)
    funding.total = Decimal("150000.00")
    office.edit(funding=funding)
    office.approve()
    row = office.fresh
    assert [(r.number, r.cause, r.adjustment) for r in Revision.objects.order_by("number")] == [
        (1, "submit", 0),
        (2, "approve", 0),
        (3, "submit", 1),
        (4, "approve", 1),
    ]
    assert row.approved_revision.number == 4
    assert json.loads(row.approved_revision.content)["funding"]["total"] == "150000.00"


def test_cancelling_an_adjustment_brings_back_content_number_and_identities(office: Office) -> None:
    office.approve()
    before, uids = office.content, list(office.row.tableindicators.values_list("uid", flat=True))
    project = office.fresh.project
    office.act(office.officer, "adjust")
    other = copy.deepcopy(before.indicators)
    other[0].value = "≥99%"
    office.edit(indicators=other, extra={})
    version = office.fresh.version
    office.act(office.officer, "cancel_adjustment")
    row = office.fresh
    assert (row.status, row.adjustment, row.version) == ("approved", 0, version + 1)
    assert office.content == before
    assert row.sha256 == before.sha256()
    assert row.project == project
    assert list(office.row.tableindicators.values_list("uid", flat=True)) == uids
    assert Revision.objects.count() == 2
    assert office.refused(office.officer, "cancel_adjustment") == "“已批复”的表不能取消调整"


def test_cancelling_a_returned_second_adjustment_goes_back_to_the_first(office: Office) -> None:
    office.approve()
    for _ in range(2):
        office.act(office.officer, "adjust")
        office.approve()
    office.act(office.officer, "adjust", "submit")
    assert office.fresh.adjustment == 3
    office.act(office.reviewer, "return")
    office.act(office.second, "cancel_adjustment")
    assert (office.fresh.adjustment, office.fresh.approved_revision.adjustment) == (2, 2)


def test_an_adjustment_is_not_cancelled_from_a_tampered_revision(office: Office) -> None:
    office.approve()
    office.act(office.officer, "adjust")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_revision SET content = replace(content, '200000', '900000')")
    assert office.refused(office.officer, "cancel_adjustment") == (
        "已批复的第2版内容与校验值不符，不能恢复，请联系管理员"
    )


def test_a_table_under_adjustment_may_be_given_up_in_a_closed_year_by_the_administrator(office: Office) -> None:
    keeper = person("keeper", (Role.ADMINISTRATOR, None))
    office.approve()
    office.act(office.officer, "adjust")
    year(2027, state="published")
    assert office.refused(office.officer, "cancel_adjustment") == "2027年已公布，不能取消调整"
    office.act(keeper, "cancel_adjustment")
    assert office.fresh.status == "approved"


# Void and restore -----------------------------------------------------------------------------------------------


def test_a_void_table_comes_back_only_into_a_free_place(office: Office) -> None:
    office.act(office.officer, "void", reason="重复")
    (other,) = save_tables([Entry(filled(1, fiscal_year=2027), office.department)]).saved
    assert other.outcome == "new"
    assert office.refused(office.officer, "restore") == "同一年度、同一项目已有另一张有效的表"
    TargetTable.objects.filter(pk=other.pk).update(status="void")
    office.act(office.officer, "restore")
    assert office.fresh.status == "draft"


# Checks ---------------------------------------------------------------------------------------------------------


def test_submission_names_what_is_missing(office: Office) -> None:
    content = filled(7, fiscal_year=2027)
    content.funding.total = None
    (saved,) = save_tables([Entry(content, office.department)]).saved
    office.row = TargetTable.objects.get(pk=saved.pk)
    with pytest.raises(IllegalTransition) as caught:
        office.act(office.officer, "submit")
    assert caught.value.reason == "还有必须修改的问题：“预算数（元）”没有填写"
    assert [(f.level, f.field) for f in caught.value.findings] == [(BLOCK, "funding.total")]
    content.funding.total = "十万"
    assert [f.text for f in checks.submission_findings(content)] == ["“预算数（元）”应为不小于零的金额"]
    content.funding.total, content.project.name, content.department.name = Decimal(1), " ", ""
    assert [f.field for f in checks.submission_findings(content)] == ["department.name", "project.name"]


def test_other_checks_plug_in_and_only_blocking_ones_refuse(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def rule(table: Content, layout: Any, setup: Any) -> list[Finding]:
        seen.append(layout.id)
        return [Finding(WARN, "x", "提醒"), *(Finding(BLOCK, "y", f"问题{n}") for n in range(blocking))]

    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [rule])
    blocking = 7
    why = "还有必须修改的问题：问题0；问题1；问题2；问题3；问题4；等共7处"
    assert office.refused(office.officer, "submit") == why
    content = office.content
    assert {t.action: r for t, r in available(office.fresh, office.officer, content=content)}["submit"] == why
    blocking = 0
    office.act(office.officer, "submit")
    assert set(seen) == {"hebei"}


# Versions and races ---------------------------------------------------------------------------------------------


def test_a_stale_version_is_refused_and_says_who_was_quicker(office: Office) -> None:
    office.act(office.officer, "submit")
    seen = office.row.version
    office.act(office.reviewer, "pass")
    with pytest.raises(StaleVersion) as caught:
        apply(table_id=office.row.pk, action="pass", user=office.all, version=seen)
    assert caught.value.reason.startswith("reviewer已于")
    assert "办理了“审核通过”，现为“部门已审核”（版本3）。您的操作没有执行" in caught.value.reason
    assert (caught.value.seen, caught.value.table.version) == (seen, 3)
    last = AuditEvent.objects.order_by("-id").first()
    assert (last.action, last.succeeded, last.actor) == ("table.pass", False, office.all)


def test_a_changed_content_makes_a_decision_stale_too(office: Office) -> None:
    seen = office.row.version
    office.edit(duties="另写")
    with pytest.raises(StaleVersion) as caught:
        apply(table_id=office.row.pk, action="submit", user=office.officer, version=seen)
    assert caught.value.reason.startswith("这张表的内容在您打开之后被修改过")


def test_a_failure_on_the_way_leaves_nothing_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("mail room on fire")

    monkeypatch.setattr("projects.services.notices.about_transition", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        office.act(office.officer, "submit")
    assert (office.fresh.status, office.fresh.version) == ("draft", 1)
    assert (Revision.objects.count(), TransitionRecord.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_an_unknown_action_and_a_missing_table(office: Office) -> None:
    assert office.refused(office.officer, "publish") == "没有这种操作"
    with pytest.raises(TargetTable.DoesNotExist):
        apply(table_id=0, action="submit", user=office.officer, version=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (("finance", "approve"), ("finance2", "approve"), {"approved"}),
        (("finance", "approve"), ("finance2", "return"), {"approved", "returned"}),
    ],
)
def test_two_reviewers_at_once_leave_one_winner(
    first: tuple[str, str], second: tuple[str, str], status: set[str]
) -> None:
    office = Office()
    office.act(office.officer, "submit")
    office.act(office.reviewer, "pass")
    results = at_once(office, first, second)
    winners = [result for result in results if isinstance(result, TargetTable)]
    losers = [result for result in results if isinstance(result, StaleVersion)]
    assert (len(winners), len(losers)) == (1, 1), results
    assert office.fresh.status in status
    assert "您的操作没有执行，请看清变化后再决定" in losers[0].reason
    assert office.fresh.version == 4
    assert TransitionRecord.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("action", ["pass", "return"])
def test_reviewing_against_withdrawing_leaves_one_winner(action: str) -> None:
    office = Office()
    office.act(office.officer, "submit")
    results = at_once(office, ("officer", "withdraw"), ("reviewer", action))
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "TargetTable"]
    assert TransitionRecord.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_officers_submitting_at_once_write_one_revision() -> None:
    office = Office()
    results = at_once(office, ("officer", "submit"), ("second", "submit"))
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "TargetTable"]
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_tables_restored_into_one_place_at_once() -> None:
    office = Office()
    office.act(office.officer, "void")
    (other,) = save_tables([Entry(filled(1, fiscal_year=2027), office.department)]).saved
    TargetTable.objects.filter(pk=other.pk).update(status="void")
    rows = [office.fresh, TargetTable.objects.get(pk=other.pk)]
    results = run_together(
        [
            lambda row=row: apply(table_id=row.pk, action="restore", user=office.officer, version=row.version)
            for row in rows
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["IllegalTransition", "TargetTable"]
    assert TargetTable.objects.filter(status="draft").count() == 1


def at_once(office: Office, *who: tuple[str, str]) -> list[Any]:
    version, pk = office.fresh.version, office.row.pk
    return run_together(
        [
            lambda name=name, action=action: apply(
                table_id=pk, action=action, user=User.objects.get(username=name), version=version, reason="理由"
            )
            for name, action in who
        ]
    )


def run_together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run in threads that start together; each result is what came back or the refusal."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


# Queries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_available_for_a_list_takes_five_queries(
    office: Office, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    rows = tables(office.department, count, start=100, status="dept_reviewed")
    user = User.objects.get(username="finance")
    with django_assert_num_queries(5):  # memberships, who passed, comments, sheets, what the year asks
        found = available_for(rows, user)
    assert {t.action for t, why in found[rows[0].pk] if not why} == {"return", "approve"}


def test_apply_takes_the_same_queries_whatever_the_size(
    office: Office, django_assert_num_queries: Callable[[int], Any]
) -> None:
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number, rows in ((50, 1), (51, 80)):
        content = filled(number, fiscal_year=2027)
        content.indicators = content.indicators[:1] * rows
        (saved,) = save_tables([Entry(content, office.department)]).saved
        with CaptureQueriesContext(connection) as captured:
            apply(table_id=saved.pk, action="submit", user=User.objects.get(username="officer"), version=1)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Written once ---------------------------------------------------------------------------------------------------


def test_revisions_and_records_refuse_every_way_of_changing_them(office: Office) -> None:
    office.approve()
    for model in (Revision, TransitionRecord, AuditEvent):
        row = model.objects.first()
        row.actor_name = "别人"
        tries: list[Callable[[], Any]] = [
            row.save,
            row.delete,
            lambda model=model: model.objects.update(actor_name="别人"),
            lambda model=model: model.objects.filter(pk__gt=0).delete(),
            lambda model=model, row=row: model.objects.bulk_update([row], ["actor_name"]),
            lambda model=model, row=row: model.objects.update_or_create(pk=row.pk, defaults={"actor_name": "别人"}),
            lambda model=model, row=row: model.objects.bulk_create(
                [row], update_conflicts=True, update_fields=["actor_name"], unique_fields=["id"]
            ),
            lambda model=model: model.objects.all()._raw_delete("default"),
        ]
        for number, attempt in enumerate(tries):
            with pytest.raises(WrittenOnce), transaction.atomic():
                attempt()
            assert number >= 0
    for related in (office.fresh.revisions, office.fresh.transitions):
        with pytest.raises(WrittenOnce):
            related.all().delete()
        with pytest.raises(WrittenOnce):
            related.update(actor_name="别人")
    assert not TransitionRecord.objects.filter(actor_name="别人").exists()


def test_records_outlive_the_account_and_protect_the_table(office: Office) -> None:
    from django.db.models import ProtectedError

    office.approve()
    office.finance.delete()
    record = TransitionRecord.objects.order_by("-id").first()
    assert (record.actor, record.actor_name) == (None, "finance")
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.actor, event.actor_name, event.action) == (None, "finance", "table.approve")
    with pytest.raises(ProtectedError):
        office.fresh.delete()
    assert Project.objects.count() == 1


def test_verify_revisions_reports_a_tampered_row(office: Office) -> None:
    office.approve()
    out, err = StringIO(), StringIO()
    call_command("verify_revisions", stdout=out, stderr=err)
    assert out.getvalue() == "共核对 2 个版本，全部相符\n"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_revision SET content = replace(content, '200000', '900000') WHERE number = 2")
    with pytest.raises(CommandError, match="共核对 2 个版本，发现 1 处问题"):
        call_command("verify_revisions", stdout=out, stderr=err)
    pk = Revision.objects.get(number=2).pk
    assert err.getvalue() == f"表{office.row.pk}“办公设备购置1”第2版（版本编号{pk}）：内容与校验值不符\n"


def test_verify_revisions_reports_a_missing_number_and_a_wrong_approval(office: Office) -> None:
    office.approve()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_transitionrecord SET revision_id = NULL")
        cursor.execute("DELETE FROM projects_submission")
        cursor.execute("DELETE FROM projects_revision WHERE number = 1")
        cursor.execute("UPDATE projects_revision SET cause = 'submit'")
    err = StringIO()
    with pytest.raises(CommandError, match="发现 2 处问题"):
        call_command("verify_revisions", stderr=err)
    assert "前面缺少第1版" in err.getvalue()
    assert "不是批复时写入的" in err.getvalue()
