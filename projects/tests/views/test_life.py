"""The pages of a table's life: actions, history, revisions, differences, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.life import checks
from projects.models import AuditEvent, Department, Membership, Revision, Role, TargetTable, User
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator
from projects.tests.views.conftest import Make
from projects.workflow import apply


@pytest.fixture(autouse=True)
def _least_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table must hold is the matter of other tests."""
    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [checks.mandatory])


@pytest.fixture
def reviewer(db: None) -> User:
    user = User.objects.create_user("reviewer", display_name="李国栋")
    Membership.objects.create(user=user, role=Role.DEPARTMENT_REVIEWER)
    return user


@pytest.fixture
def finance(db: None) -> User:
    user = User.objects.create_user("finance", display_name="陈静")
    Membership.objects.create(user=user, role=Role.FINANCE_REVIEWER)
    return user


@pytest.fixture
def desk(reviewer: User) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def act(table: TargetTable, action: str, user: User, reason: str = "理由") -> TargetTable:
    version = TargetTable.objects.get(pk=table.pk).version
    return apply(table_id=table.pk, action=action, user=user, version=version, reason=reason)


def post(client: Client, table: TargetTable, action: str, **data: Any) -> Any:
    data.setdefault("version", TargetTable.objects.get(pk=table.pk).version)
    return client.post(f"/tables/{table.pk}/act/{action}/", data)


def body(answer: Any) -> bytes:
    """What a download carries; read to its end, it closes the file behind it."""
    return b"".join(answer.streaming_content)


def edit(table: TargetTable, **changes: Any) -> None:
    content = load_tables(TargetTable.objects.filter(pk=table.pk))[0]
    for name, value in changes.items():
        setattr(content, name, value)
    (saved,) = save_tables([Entry(content, Department.objects.get(pk=table.department_id))]).saved
    assert saved.outcome == "updated", saved.reason


def test_table_page_offers_what_may_be_done_with_the_version_seen(client: Client, make: Make) -> None:
    text = client.get(f"/tables/{make().pk}/").content.decode()
    assert "确认送审" in text
    assert "确认作废" in text
    assert "确认批复" not in text
    assert '<input type="hidden" name="version" value="1">' in text


def test_what_stands_in_the_way_is_said_on_the_page(client: Client, make: Make) -> None:
    text = client.get(f"/tables/{make(amount=None).pk}/").content.decode()
    assert "现在不能送审：还有必须修改的问题：“预算数（元）”没有填写" in text
    assert "确认送审" not in text


def test_an_action_is_done_and_said(client: Client, make: Make) -> None:
    table = make()
    answer = client.post(f"/tables/{table.pk}/act/submit/", {"version": 1, "reason": "首次"}, follow=True)
    assert answer.redirect_chain == [(f"/tables/{table.pk}/", 302)]
    assert "已送审“办公设备购置”，现为“已送审”。" in answer.content.decode()
    assert TargetTable.objects.get().status == "submitted"


def test_a_refusal_is_explained_and_keeps_what_was_typed(client: Client, make: Make) -> None:
    answer = post(client, make(amount=None), "submit", reason="请<b>尽快</b>")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "还有必须修改的问题" in text
    assert "请&lt;b&gt;尽快&lt;/b&gt;" in text


def test_a_missing_reason_is_asked_for(client: Client, make: Make) -> None:
    answer = post(client, make(), "void", reason=" ")
    assert answer.status_code == 409
    assert "作废须填写原因" in answer.content.decode()


def test_a_stale_decision_shows_what_changed_meanwhile(desk: Client, reviewer: User, person: User, make: Make) -> None:
    table = make()
    act(table, "submit", person)
    seen = TargetTable.objects.get().version
    act(table, "withdraw", person)
    edit(table, duties="新写的职责")
    act(table, "submit", person, "改过了")
    answer = post(desk, table, "pass", version=seen, reason="同意")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "王晓梅（officer）已于" in text
    assert "您打开之后发生的事" in text
    assert [record.action for record in answer.context["since"]] == ["withdraw", "submit"]
    assert "与第1版相比，内容有 1 处变化" in text
    assert '<ins class="came">新写的职责</ins>' in text
    assert "同意" in text
    assert "确认审核通过" in text
    assert TargetTable.objects.get().status == "submitted"


@pytest.mark.parametrize("path", ["history/", "diff/", "revisions/1/", "revisions/1/table.docx", "act/submit/"])
def test_a_foreign_table_does_not_exist(
    path: str, departments: dict[str, Department], person: User, make: Make
) -> None:
    table = make()
    act(table, "submit", person)
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, role=Role.OFFICER, department=departments["other"])
    client = Client()
    client.force_login(stranger)
    send = client.post if path.startswith("act") else client.get
    assert send(f"/tables/{table.pk}/{path}", {"version": 1}).status_code == 404


def test_odd_addresses_are_not_found(client: Client, person: User, make: Make) -> None:
    table = make()
    act(table, "submit", person)
    base = f"/tables/{table.pk}/"
    for path in ("revisions/9/", "revisions/1/table.exe", "diff/?from=r9", "diff/?to=t1", "diff/?from=zz&to=now"):
        assert client.get(base + path).status_code == 404, path
    assert post(client, table, "publish").status_code == 404
    assert post(client, table, "withdraw", version="x").status_code == 404
    assert client.get(base + "act/submit/").status_code == 405


def test_history_lists_what_was_done_and_the_versions(
    client: Client, person: User, reviewer: User, finance: User, make: Make
) -> None:
    table = make()
    assert "这张表还没有送审过" in client.get(f"/tables/{table.pk}/history/").content.decode()
    act(table, "submit", person, "首次报送")
    act(table, "pass", reviewer)
    act(table, "approve", finance, "同意")
    answer = client.get(f"/tables/{table.pk}/history/")
    text = answer.content.decode()
    assert [record.action for record in answer.context["records"]] == ["approve", "pass", "submit"]
    for words in ("首次报送", "陈静（finance）", "草稿 → 已送审", "第2版 · 批复", "现行有效"):
        assert words in text
    assert Revision.objects.get(number=1).sha256 in text


@pytest.mark.parametrize(("rounds", "queries"), [(1, 0), (4, 0)])
def test_history_and_difference_take_the_same_queries_however_long_the_way_was(
    client: Client, person: User, reviewer: User, make: Make, rounds: int, queries: int
) -> None:
    from django.db import connection

    table = make()
    for _ in range(rounds):
        act(table, "submit", person)
        act(table, "return", reviewer)
    for path, most in (("history/", 16), ("diff/?from=r1&to=now", 24)):
        with CaptureQueriesContext(connection) as found:
            client.get(f"/tables/{table.pk}/{path}")
        COUNTS.setdefault(path, len(found))
        assert len(found) == COUNTS[path] + queries, path
        assert len(found) <= most


COUNTS: dict[str, int] = {}


def test_a_revision_is_shown_and_downloaded_as_it_was(client: Client, person: User, reviewer: User, make: Make) -> None:
    table = make()
    act(table, "submit", person)
    act(table, "return", reviewer)
    edit(table, indicators=[Indicator("产出指标", "数量指标", "全新的指标", value="1个")])
    text = client.get(f"/tables/{table.pk}/revisions/1/").content.decode()
    assert "购置电脑数量" in text
    assert "全新的指标" not in text
    (data,) = json.loads(body(client.get(f"/tables/{table.pk}/revisions/1/table.json")))
    assert data == json.loads(Revision.objects.get().content)
    for suffix in ("docx", "xlsx"):
        assert body(client.get(f"/tables/{table.pk}/revisions/1/table.{suffix}"))[:2] == b"PK"
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.object_id, event.after["版本"]) == ("revision.download", str(table.pk), "第1版")


def test_a_tampered_revision_is_named_and_not_given_out(client: Client, person: User, make: Make) -> None:
    from django.db import connection

    table = make()
    act(table, "submit", person)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_revision SET content = replace(content, '200000', '900000')")
    text = client.get(f"/tables/{table.pk}/revisions/1/").content.decode()
    assert "这个版本不可信：内容与校验值不符" in text
    assert "900000" not in text
    assert client.get(f"/tables/{table.pk}/revisions/1/table.json").status_code == 404
    assert client.get(f"/tables/{table.pk}/diff/?from=r1&to=now").status_code == 404


def test_difference_of_a_revision_and_the_present(client: Client, person: User, reviewer: User, make: Make) -> None:
    table = make()
    act(table, "submit", person)
    act(table, "return", reviewer)
    content = load_tables(TargetTable.objects.filter(pk=table.pk))[0]
    content.funding.total = Decimal("250000.00")
    edit(table, funding=content.funding, duties="一<script>")
    answer = client.get(f"/tables/{table.pk}/diff/")
    text = answer.content.decode()
    assert (answer.context["start"].key, answer.context["end"].key) == ("r1", "now")
    for words in ("+50,000.00", "+25%", "资金总额（元）", '<ins class="came">一&lt;script&gt;</ins>', "共 2 处变化"):
        assert words in text


def test_difference_begins_with_what_was_seen_before(
    client: Client, person: User, reviewer: User, finance: User, make: Make
) -> None:
    def start() -> str:
        side = client.get(f"/tables/{table.pk}/diff/").context["start"]
        return side.key if side else ""

    last, table = make(code="A1", year=2020), make(code="A1", year=2021)
    assert start() == f"t{last.pk}"
    act(table, "submit", person)
    assert start() == f"t{last.pk}"
    act(table, "return", reviewer)
    assert start() == "r1"
    act(table, "submit", person)
    assert start() == "r1"
    act(table, "pass", reviewer)
    act(table, "approve", finance)
    assert start() == f"t{last.pk}"
    act(table, "adjust", person)
    assert start() == "r3"
    act(table, "submit", person)
    assert start() == "r3"
    act(table, "pass", reviewer)
    act(table, "approve", finance)
    assert start() == "r3"


def test_difference_of_this_year_and_last(client: Client, make: Make) -> None:
    last, table = make(code="A1", year=2020), make(code="A1", year=2021, amount="300000")
    text = client.get(f"/tables/{table.pk}/diff/").content.decode()
    assert f'<option value="t{last.pk}" selected>2020年（草稿）</option>' in text
    assert "+50%" in text
    assert f"/tables/{table.pk}/diff/?from=t{last.pk}&amp;to=now" in (
        client.get(f"/tables/{table.pk}/history/").content.decode()
    )


def test_last_years_table_is_hidden_where_the_person_may_not_see_it(
    departments: dict[str, Department], make: Make
) -> None:
    last = make(department="other", year=2020)
    table = make(year=2021)
    TargetTable.objects.filter(pk=table.pk).update(predecessor=last)
    user = User.objects.create_user("local")
    Membership.objects.create(user=user, role=Role.OFFICER, department=departments["bureau"])
    client = Client()
    client.force_login(user)
    assert f'value="t{last.pk}"' not in client.get(f"/tables/{table.pk}/history/").content.decode()
    assert client.get(f"/tables/{table.pk}/diff/?from=t{last.pk}&to=now").status_code == 404


def test_nothing_to_compare_is_said(client: Client, make: Make) -> None:
    text = client.get(f"/tables/{make().pk}/diff/").content.decode()
    assert "还没有提交过版本，也没有上年的表可以对比" in text


def test_downloads_leave_a_line_in_the_log(client: Client, make: Make) -> None:
    table = make()
    body(client.get(f"/tables/{table.pk}/table.json"))
    body(client.get("/tables/book.xlsx?year=2021"))
    body(client.head(f"/tables/{table.pk}/table.json"))
    events: Callable[..., Any] = AuditEvent.objects.order_by("id").values_list
    assert list(events("action", "object_name", "after", "actor_name")) == [
        ("table.download", "办公设备购置", {"格式": "json", "表式": "项目绩效目标表（河北）"}, "王晓梅（officer）"),
        ("book.download", "绩效目标表（1张）", {"格式": "xlsx", "张数": 1, "year": "2021"}, "王晓梅（officer）"),
    ]
