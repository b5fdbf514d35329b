"""The audit log: what is never written, who reads it, how it leaves the house."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import timezone
from openpyxl import load_workbook

from perfgoals.context import Origin, OriginMiddleware, address_of, origin
from projects.life import checks
from projects.models import AuditEvent, Department, Role, User
from projects.selectors.audit import events_visible_to, filter_events
from projects.services import audit, audit_export
from projects.tests.office import person, tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _least_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table must hold is the matter of other tests."""
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])


@pytest.fixture
def tree() -> dict[str, Department]:
    bureau = Department.objects.create(name="财政局")
    office = Department.objects.create(name="国库处", parent=bureau)
    return {"bureau": bureau, "office": office, "other": Department.objects.create(name="卫健局")}


def login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password1",
        "old_password",
        "passwd",
        "pwd",
        "initial_pwd",
        "token",
        "csrfmiddlewaretoken",
        "access_token",
        "session_key",
        "sessionid",
        "cookie",
        "secret",
        "otp",
        "totp_key",
        "api_key",
        "apikey",
        "Authorization",
        "credentials",
        "recovery_codes",
        "密码",
        "初始密码",
        "口令",
        "动态口令",
        "密钥",
        "令牌",
        "验证码",
    ],
)
def test_secrets_are_never_written_whatever_the_caller_passes(name: str) -> None:
    given = {name: "abc123", "里面": [{name: "abc123"}, {"再": {name: ["abc123"]}}]}
    event = audit.record("user.change", before=given, after=given)
    event.refresh_from_db()
    assert "abc123" not in str([event.before, event.after])
    assert event.before[name] == "（不记录）"


@pytest.mark.parametrize("value", ["pbkdf2_sha256$1000000$salt$hash=", "argon2$argon2id$v=19", "Bearer abc.def.ghi"])
def test_values_that_look_like_secrets_are_not_written(value: str) -> None:
    assert audit.cleaned({"栏目": value}) == {"栏目": "（不记录）"}


def test_harmless_values_become_json() -> None:
    given = {
        "金额": Decimal("1.50"),
        "日期": date(2027, 1, 1),
        "是": True,
        "空": None,
        "长": "字" * 5000,
        "坏\0": "a\0b",
    }
    assert audit.cleaned(given) == {
        "金额": "1.50",
        "日期": "2027-01-01",
        "是": True,
        "空": None,
        "长": "字" * 2000 + "…",
        "坏": "ab",
    }
    assert audit.cleaned({"must_change_password": True}) == {"must_change_password": True}


def test_a_line_names_person_object_department_and_outlives_them(tree: dict[str, Department]) -> None:
    row = tables(tree["office"])[0]
    user = person("王晓梅")
    audit.record("table.change", actor=user, obj=row)
    audit.record("department.change", actor=AnonymousUser(), obj=tree["bureau"])
    audit.record("login.failed", name="mallory\0", succeeded=False)
    first, second, third = AuditEvent.objects.order_by("id")
    assert (first.object_type, first.object_id, first.object_name) == ("targettable", str(row.pk), "办公设备购置1")
    assert (first.department_path, second.department_path, third.department_path) == (
        tree["office"].path,
        tree["bureau"].path,
        "",
    )
    assert (second.actor, second.actor_name) == (None, "")
    assert (third.object_name, third.succeeded) == ("mallory", False)
    row.delete()
    user.delete()
    first.refresh_from_db()
    assert (first.actor, first.actor_name, first.object_name) == (None, "王晓梅", "办公设备购置1")


# Where a request came from --------------------------------------------------------------------------------------


def seen(settings: Any, *, proxy: bool, **headers: str) -> Origin:
    settings.BEHIND_PROXY = proxy
    found: list[Origin] = []

    def view(_request: Any) -> Any:
        from django.http import HttpResponse

        found.append(origin())
        return HttpResponse()

    response = OriginMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **headers))
    assert response["X-Request-ID"] == found[0].request_id
    assert origin() == Origin()
    return found[0]


def test_address_and_number_of_a_request(settings: Any) -> None:
    forged = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 192.168.1.7", "HTTP_X_REQUEST_ID": "abcdef-123456"}
    direct = seen(settings, proxy=False, **forged)
    assert direct.address == "10.0.0.9"
    assert len(direct.request_id) == 32
    assert seen(settings, proxy=True, **forged) == Origin("192.168.1.7", "abcdef-123456")
    odd = {"HTTP_X_FORWARDED_FOR": "<script>", "HTTP_X_REQUEST_ID": 'x" evil'}
    behind = seen(settings, proxy=True, **odd)
    assert behind.address == "10.0.0.9"
    assert "evil" not in behind.request_id
    settings.BEHIND_PROXY = True
    assert address_of(RequestFactory().get("/", HTTP_X_FORWARDED_FOR="2001:db8::1")) == "2001:db8::1"


def test_lines_written_in_a_request_carry_its_address_and_number(tree: dict[str, Department]) -> None:
    row = tables(tree["bureau"])[0]
    client = login(person("officer", (Role.OFFICER, tree["bureau"])))
    answer = client.post(f"/tables/{row.pk}/act/submit/", {"version": 1}, REMOTE_ADDR="10.1.2.3")
    event = AuditEvent.objects.get(action="table.submit")
    assert (event.address, event.request_id) == ("10.1.2.3", answer["X-Request-ID"])


# Reading --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(tree: dict[str, Department]) -> None:
    audit.record("table.submit", actor=person("张三"), name="甲项目", department=tree["office"])
    audit.record("table.return", actor=person("李四"), name="乙项目", department=tree["other"], succeeded=False)
    audit.record("year.close", actor=person("管理员"), name="2027年")


def named(queryset: Any) -> list[str]:
    return [event.object_name for event in queryset]


def test_auditors_read_their_departments_and_all_of_them_everything(tree: dict[str, Department], lines: None) -> None:
    local = person("local", (Role.AUDITOR, tree["bureau"]))
    everywhere = person("everywhere", (Role.AUDITOR, None))
    other = person("admin", (Role.ADMINISTRATOR, None), (Role.SECURITY, None), is_superuser=True)
    assert named(events_visible_to(local)) == ["甲项目"]
    assert named(events_visible_to(everywhere)) == ["2027年", "乙项目", "甲项目"]
    assert named(events_visible_to(other)) == []
    assert named(events_visible_to(AnonymousUser())) == []


def test_filters(tree: dict[str, Department], lines: None) -> None:
    everything = events_visible_to(person("auditor", (Role.AUDITOR, None)))
    today = timezone.localdate()
    day = timedelta(days=1)
    assert named(filter_events(everything, actor="张")) == ["甲项目"]
    assert named(filter_events(everything, action="year.close")) == ["2027年"]
    assert named(filter_events(everything, text="项目")) == ["乙项目", "甲项目"]
    assert named(filter_events(everything, department=tree["bureau"])) == ["甲项目"]
    assert named(filter_events(everything, failed=True)) == ["乙项目"]
    assert len(filter_events(everything, since=today, until=today)) == 3
    assert named(filter_events(everything, until=today - day)) == []
    assert named(filter_events(everything, since=today + day)) == []


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.AUDITOR])
def test_the_page_is_for_auditors_only(role: str) -> None:
    client = login(person("somebody", (role, None)))
    for path in ("/audit/", "/audit/events.csv", "/audit/events.xlsx"):
        assert client.get(path).status_code == 403


def test_the_page_shows_actions_in_chinese(lines: None) -> None:
    client = login(person("auditor", (Role.AUDITOR, None)))
    text = client.get("/audit/").content.decode()
    for words in ("送审", "退回", "关闭年度", "未成功", "张三", "甲项目"):
        assert words in text
    assert "table.submit" not in text.replace('value="table.submit"', "")
    assert "没有符合这些条件的记录" in client.get("/audit/?actor=无此人").content.decode()
    odd = client.get("/audit/?since=2027-02-30&action=x&department=9")
    assert odd.status_code == 200
    assert odd.context["rows"] == []


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_takes_the_same_queries_for_few_and_many(
    count: int, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = login(person("auditor", (Role.AUDITOR, None)))
    for number in range(count):
        audit.record("login", name=f"用户{number}")
    with django_assert_max_num_queries(14):
        answer = client.get("/audit/?page=1")
    assert len(answer.context["rows"]) == min(count, 50)
    if count > 50:
        assert len(client.get("/audit/?page=2").context["rows"]) == 10


FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(1)", "\t=1", "＝1", "  =1", "\r=1"]


def test_csv_is_formula_safe_and_opens_in_excel() -> None:
    for text in FORMULAS:
        audit.record("user.create", name=text, after={text: text})
    client = login(person("auditor", (Role.AUDITOR, None)))
    answer = client.get("/audit/events.csv")
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0] == list(audit_export.HEADINGS)
    assert len(rows) == len(FORMULAS) + 1
    for row in rows[1:]:
        for cell in row:
            assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert AuditEvent.objects.order_by("-id").first().action == "audit.export"


def test_xlsx_holds_texts_and_no_formulas() -> None:
    for text in FORMULAS:
        audit.record("user.create", name=text)
    client = login(person("auditor", (Role.AUDITOR, None)))
    raw = b"".join(client.get("/audit/events.xlsx?action=user.create").streaming_content)
    sheet = load_workbook(io.BytesIO(raw)).active
    assert [cell.value for cell in sheet[1]] == list(audit_export.HEADINGS)
    assert sheet.max_row == len(FORMULAS) + 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert client.get("/audit/events.pdf").status_code == 404


def test_no_address_of_the_site_changes_or_removes_a_line(lines: None) -> None:
    client = login(person("auditor", (Role.AUDITOR, None)))
    assert client.post("/audit/").status_code == 405
    assert client.delete("/audit/").status_code == 405
    assert AuditEvent.objects.count() == 3


def test_what_changed_is_told_by_the_names_of_the_cells() -> None:
    values = {
        "版本": 3,
        "内容": {
            "funding.total": "275.00",
            "indicators/4f1c2d3e4f5a6b7c/value": "≥95%",
            "costs/4f1c2d3e4f5a6b7c": "",
            "spend_plan.03": "25",
            "extra.填表人": "王芳",
        },
        "栏目": ["甲", "乙"],
        "共享": True,
        "意见": "",
    }
    assert audit_export.plain(values) == (
        "版本：3；内容：（资金总额（元）＝275.00，年度指标 4f1c2d3e·指标值＝≥95%，"
        "支出明细 4f1c2d3e＝空白，3月底支出计划＝25，填表人＝王芳）；栏目：甲、乙；共享：是；意见：空白"
    )
