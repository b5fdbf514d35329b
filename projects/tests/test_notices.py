"""Who is told what; digests that neither get lost nor change their name; reminders once each."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.models import Department, Notice, Role, TransitionRecord, User
from projects.services import notices
from projects.services.reminders import remind
from projects.tests import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(name="财政局")


@pytest.fixture
def section(bureau: Department) -> Department:
    return Department.objects.create(name="国库处", parent=bureau)


def told(kind: str = "") -> list[tuple[str, str]]:
    found = Notice.objects.filter(kind=kind) if kind else Notice.objects.all()
    return list(found.order_by("id").values_list("user__username", "text"))


def people(bureau: Department, section: Department) -> dict[str, User]:
    other = Department.objects.create(name="卫健局")
    return {
        "officer": office.person("officer", (Role.OFFICER, section)),
        "above": office.person("above", (Role.DEPARTMENT_REVIEWER, bureau)),
        "inside": office.person("inside", (Role.DEPARTMENT_REVIEWER, section)),
        "foreign": office.person("foreign", (Role.DEPARTMENT_REVIEWER, other), (Role.FINANCE_REVIEWER, other)),
        "finance": office.person("finance", (Role.FINANCE_REVIEWER, None)),
        "gone": office.person("gone", (Role.DEPARTMENT_REVIEWER, bureau), is_active=False),
    }


def test_submit_tells_the_reviewers_of_the_next_level_above_the_table(bureau, section) -> None:
    who = people(bureau, section)
    (row,) = office.tables(section, submitted_by=who["officer"], status="submitted")
    notices.about_transition(table=row, record=office.record(row, "submit", "submitted", who["officer"]))
    assert told() == [("above", "“办公设备购置1”等待审核"), ("inside", "“办公设备购置1”等待审核")]


def test_submit_in_a_year_without_department_review_tells_finance(bureau, section) -> None:
    who = people(bureau, section)
    office.year(2027, levels="finance")
    (row,) = office.tables(section, submitted_by=who["officer"], status="submitted")
    notices.about_transition(table=row, record=office.record(row, "submit", "submitted", who["officer"]))
    assert told() == [("finance", "“办公设备购置1”等待审核")]


def test_pass_tells_submitter_and_finance_and_settles_what_waited(bureau, section) -> None:
    who = people(bureau, section)
    (row,) = office.tables(section, submitted_by=who["officer"], status="submitted")
    notices.about_transition(table=row, record=office.record(row, "submit", "submitted", who["officer"]))
    notices.about_transition(table=row, record=office.record(row, "pass", "dept_reviewed", who["above"]))
    unread = Notice.objects.filter(read_at=None).order_by("id").values_list("user__username", "text")
    assert list(unread) == [
        ("officer", "“办公设备购置1”已通过部门审核"),
        ("finance", "“办公设备购置1”等待审核"),
    ]


def test_return_tells_the_last_submitter_with_the_reason(bureau, section) -> None:
    who = people(bureau, section)
    (row,) = office.tables(section, status="returned", submitted_by=None)
    office.record(row, "submit", "submitted", who["officer"])
    record = office.record(row, "return", "returned", who["above"], "金额\n不符")
    notices.about_transition(table=row, record=record)
    assert told() == [("officer", "“办公设备购置1”被退回：金额 不符")]


def test_nobody_is_told_of_their_own_act_nor_asked_to_review_their_own_table(bureau, section) -> None:
    both = office.person(
        "both", (Role.OFFICER, section), (Role.DEPARTMENT_REVIEWER, section), (Role.FINANCE_REVIEWER, None)
    )
    (row,) = office.tables(section, status="submitted", submitted_by=both)
    notices.about_transition(table=row, record=office.record(row, "submit", "submitted", both))
    notices.about_transition(table=row, record=office.record(row, "return", "returned", both, "自己"))
    assert told() == []


def test_long_reason_is_cut_to_what_a_notice_holds(bureau, section) -> None:
    who = people(bureau, section)
    (row,) = office.tables(section)
    office.record(row, "submit", "submitted", who["officer"])
    notices.about_transition(table=row, record=office.record(row, "return", "returned", who["above"], "长" * 900))
    (text,) = (text for _, text in told())
    assert (len(text), text[-1]) == (500, "…")


def test_fifty_transitions_take_as_many_queries_as_one(bureau, section) -> None:
    who = people(bureau, section)
    counts = []
    for start, number in ((1, 1), (100, 50)):
        rows = office.tables(section, number, start=start, status="submitted", submitted_by=who["officer"])
        pairs = [(row, office.record(row, "pass", "dept_reviewed", who["above"])) for row in rows]
        with CaptureQueriesContext(connection) as queries:
            notices.about_transitions(pairs)
        counts.append(len(queries))
    assert counts == [4, 4]
    assert Notice.objects.filter(user=who["finance"]).count() == 51
    assert TransitionRecord.objects.count() == 51


def test_mark_read_touches_only_the_persons_own() -> None:
    one, two = office.person("one"), office.person("two")
    mine, also = (Notice.objects.create(user=one, kind="result", text="a") for _ in range(2))
    foreign = Notice.objects.create(user=two, kind="result", text="b")
    assert notices.mark_read(user=one, ids=[mine.pk, foreign.pk]) == 1
    assert set(Notice.objects.filter(read_at=None)) == {also, foreign}
    assert notices.mark_read(user=one) == 1
    assert list(Notice.objects.filter(read_at=None)) == [foreign]


# Mail -------------------------------------------------------------------------------------------------------------


def run_send() -> str:
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def mailing(settings, tmp_path):
    settings.EMAIL_CONFIGURED = True
    settings.VAR_DIR = tmp_path


def test_digest_is_one_mail_a_person_and_only_once(mailing) -> None:
    daily = office.person("daily")
    silent = office.person("silent", digest="none")
    office.person("nothing")
    away = office.person("away", is_active=False)
    for user in (daily, daily, silent, away):
        Notice.objects.create(user=user, kind="result", text=f"给{user}的通知")
    Notice.objects.create(user=daily, kind="result", text="读过", read_at=timezone.now())
    assert run_send() == "发出邮件 1 封，含通知 2 条"
    (letter,) = mail.outbox
    assert letter.to == ["daily@goals.example"]
    assert letter.subject == "绩效目标管理：2 条通知"
    assert (letter.body.count("给daily的通知"), "读过" in letter.body) == (2, False)
    assert run_send() == "发出邮件 0 封，含通知 0 条"
    assert len(mail.outbox) == 1


def test_crash_between_mail_and_mark_repeats_the_same_mail_under_the_same_name(mailing, monkeypatch) -> None:
    daily, second = office.person("daily"), office.person("second")
    Notice.objects.create(user=daily, kind="result", text="第一条")
    Notice.objects.create(user=second, kind="result", text="另一人")

    class PulledPlug(BaseException):
        pass

    def send_then_crash(self, messages):
        EmailBackend.send_messages(self, messages)
        raise PulledPlug

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _crash(send_then_crash))
    with pytest.raises(PulledPlug):
        run_send()
    monkeypatch.undo()
    assert Notice.objects.filter(mailed_at=None).count() == 2
    Notice.objects.create(user=daily, kind="result", text="崩溃之后的一条")
    assert run_send() == "发出邮件 3 封，含通知 3 条"
    first, again, *_rest = [letter for letter in mail.outbox if letter.to == ["daily@goals.example"]]
    assert (again.extra_headers["Message-ID"], again.body) == (first.extra_headers["Message-ID"], first.body)
    names = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert (len(names), len(set(names))) == (4, 3)
    assert Notice.objects.filter(mailed_at=None).count() == 0


def _crash(function):
    original = EmailBackend.send_messages

    def replacement(self, messages):
        EmailBackend.send_messages = original
        return function(self, messages)

    return replacement


def test_refused_mail_is_kept_for_the_next_run_and_stops_nobody_else(mailing, monkeypatch) -> None:
    for name in ("bad", "good"):
        Notice.objects.create(user=office.person(name), kind="result", text=name)
    real = EmailBackend.send_messages

    def send(self, messages):
        if messages[0].to == ["bad@goals.example"]:
            raise ConnectionRefusedError
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    with pytest.raises(Exception, match="1 封未能发出"):
        run_send()
    assert list(Notice.objects.filter(mailed_at=None).values_list("text", flat=True)) == ["bad"]
    monkeypatch.undo()
    assert run_send() == "发出邮件 1 封，含通知 1 条"


def test_without_mail_server_nothing_is_marked_as_mailed(settings) -> None:
    settings.EMAIL_CONFIGURED = False
    Notice.objects.create(user=office.person("one"), kind="result", text="a")
    assert run_send() == "没有配置邮件（EMAIL_URL），通知只在系统内显示"
    assert Notice.objects.filter(mailed_at=None, digest_key="").count() == 1


# Reminders --------------------------------------------------------------------------------------------------------

DUE = datetime(2027, 1, 31, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai


def test_reminders_come_7_3_and_1_days_before_and_once_each(bureau, section) -> None:
    office.person("officer", (Role.OFFICER, bureau))
    office.person("idle", (Role.OFFICER, Department.objects.create(name="没有表的局")))
    office.year(2027, due=DUE)
    office.tables(section, 2)
    office.tables(section, 1, start=10, status="returned")
    office.tables(section, 4, start=20, status="submitted")
    sent = {}
    for left in range(9, -2, -1):
        sent[left] = (remind(now=DUE - timedelta(days=left)), remind(now=DUE - timedelta(days=left)))
    assert {left: found for left, found in sent.items() if found != (0, 0)} == {7: (1, 0), 3: (1, 0), 1: (1, 0)}
    assert told() == [
        ("officer", f"2027年度绩效目标送审截止时间为 01月31日 18:00，还有 {left} 天，您还有 3 张表没有送审")
        for left in (7, 3, 1)
    ]


def test_reviewers_are_reminded_of_their_own_level_and_a_moved_date_starts_anew(bureau, section) -> None:
    who = people(bureau, section)
    office.year(2027, department_due=DUE, finance_due=DUE)
    office.tables(section, 2, status="submitted")
    office.tables(section, 1, start=10, status="dept_reviewed")
    assert remind(now=DUE - timedelta(days=2)) == 3
    assert {(user, text.split("，")[-1]) for user, text in told()} == {
        ("above", "您还有 2 张表没有部门审核"),
        ("inside", "您还有 2 张表没有部门审核"),
        ("finance", "您还有 1 张表没有财政审核"),
    }
    office.year(2027, department_due=DUE + timedelta(days=1), finance_due=DUE)
    assert remind(now=DUE - timedelta(days=2)) == 2
    assert Notice.objects.filter(user=who["finance"]).count() == 1


def test_closed_years_remind_nobody_and_many_people_take_no_more_queries(bureau, section) -> None:
    office.year(2027, due=DUE)
    office.tables(section, 3)
    counts = []
    for number in (1, 50):
        for index in range(number):
            office.person(f"p{number}-{index}", (Role.OFFICER, section))
        with CaptureQueriesContext(connection) as queries:
            remind(now=DUE - timedelta(days=1))
        counts.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert counts == [7, 7]
    office.year(2027, state="closed")
    Notice.objects.all().delete()
    assert remind(now=DUE - timedelta(days=1)) == 0


# Pages ------------------------------------------------------------------------------------------------------------


def test_page_lists_own_notices_and_the_bar_counts_the_unread(client, section) -> None:
    user, other = office.person("one"), office.person("two")
    (row,) = office.tables(section)
    notice = Notice.objects.create(user=user, kind="result", text="“甲”被退回", table=row)
    foreign = Notice.objects.create(user=other, kind="result", text="“乙”被退回")
    client.force_login(user)
    page = client.get(reverse("notice-list")).content.decode()
    assert ("“甲”被退回" in page, "“乙”被退回" in page, "通知，1 条未读" in page) == (True, False, True)
    assert client.post(reverse("notice-open", args=[foreign.pk])).status_code == 404
    answer = client.post(reverse("notice-open", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("table", args=[row.pk]))
    assert "条未读" not in client.get(reverse("notice-list")).content.decode()


def test_page_takes_as_many_queries_for_50_notices_as_for_1(client) -> None:
    user = office.person("one")
    client.force_login(user)
    counts = []
    for number in (1, 49):
        Notice.objects.bulk_create(Notice(user=user, kind="result", text=f"{index}") for index in range(number))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("notice-list")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_mail_can_be_switched_off_and_on(client) -> None:
    user = office.person("one")
    client.force_login(user)
    for choice in ("none", "daily"):
        assert client.post(reverse("notices-digest"), {"digest": choice}).status_code == 302
        assert User.objects.get().digest == choice
    assert client.post(reverse("notices-digest"), {"digest": "hourly"}).status_code == 400


def test_the_workflow_tells_people_and_a_refused_act_tells_nobody(bureau, section) -> None:
    from projects import workflow

    who = people(bureau, section)
    office.year(2027)
    (row,) = office.tables(section, status="submitted", submitted_by=who["officer"])
    office.record(row, "submit", "submitted", who["officer"])
    with pytest.raises(workflow.WorkflowError):
        workflow.apply(table_id=row.pk, action="return", user=who["foreign"], version=row.version, reason="不归我管")
    assert told() == []
    workflow.apply(table_id=row.pk, action="return", user=who["above"], version=row.version, reason="缺依据")
    assert told() == [("officer", "“办公设备购置1”被退回：缺依据")]
