"""绩效目标公开: nothing that is not approved and released, or is internal, can be read without login."""

from __future__ import annotations

import hashlib
import json
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from perfgoals.web.throttle import Throttle
from projects.models import (
    AuditEvent,
    Department,
    ExportRecord,
    FiscalYear,
    Membership,
    PublicField,
    Release,
    Role,
    User,
)
from projects.models import TargetTable as Stored
from projects.publicfields import hidden_by_default
from projects.services import publicity, revisions
from projects.services.publicity import ReleaseRefused
from projects.store import Entry, load_tables, save_tables
from projects.targettable import DepartmentRef
from projects.tests.generated import table as content
from projects.views import public

pytestmark = pytest.mark.django_db
SECRET = {"经办人": "张三丰", "联系电话": "0335-7654321", "审核意见": "金额再核", "实施单位": "某某街道"}


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.PUBLIC_PAGES = True
    settings.PUBLIC_PER_MINUTE = 0


@pytest.fixture
def admin() -> User:
    user = User.objects.create_user("admin", password="Correct-horse-7")
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    return user


def made(number: int = 0, *, status: str = "approved", approved: bool = True, department: str = "公开局") -> Stored:
    home, _new = Department.objects.get_or_create(code="321001" if department == "公开局" else "", name=department)
    data = content(number, department=DepartmentRef(home.code, home.name))
    data.fiscal_year, data.extra, data.project.name = 2021, dict(SECRET), f"公开项目{number}"
    saved = save_tables([Entry(data, department=home)]).saved[0]
    row = Stored.objects.get(pk=saved.pk)
    if approved:
        row.approved_revision = revisions.write(row, data, cause="approve", actor=None, comment="内部说明")
    row.status = status
    row.save()
    return row


def release(admin: User, *rows: Stored) -> publicity.Outcome:
    seen = {row.pk: row.approved_revision_id or 0 for row in rows}
    return publicity.release(user=admin, year=FiscalYear.objects.get(year=2021), seen=seen)


def withdraw(admin: User, *rows: Stored) -> publicity.Outcome:
    return publicity.withdraw(user=admin, year=FiscalYear.objects.get(year=2021), tables=[row.pk for row in rows])


def addresses(row: Stored, uid: Any) -> list[str]:
    """Every public address that could show this table."""
    return [
        reverse("public"),
        reverse("public") + "?year=2021",
        reverse("public-list", args=[2021]),
        reverse("public-list", args=[2021]) + f"?department={row.department_id}",
        reverse("public-list", args=[2021]) + "?q=" + row.label,
        reverse("public-list-data", args=[2021]),
        reverse("public-table", args=[uid]),
        reverse("public-data", args=[uid, "json"]),
        reverse("public-data", args=[uid, "csv"]),
    ]


def seen_anywhere(row: Stored, uid: Any) -> list[str]:
    """The addresses at which the table, or that its department has one, can be seen."""
    client, found = Client(), []
    for address in addresses(row, uid):
        answer = client.get(address)
        assert answer.status_code in (200, 404), address
        text = answer.content.decode("utf-8-sig")
        if answer.status_code == 200 and (row.department.name in text or f"/{uid}/" in text):
            found.append(address)
    return found


def test_the_list_of_public_addresses_is_whole() -> None:
    from projects.public_urls import urlpatterns

    row = made()
    named = {pattern.name for pattern in urlpatterns if pattern.name and pattern.name.startswith("public")}
    from django.urls import resolve

    assert {resolve(address.partition("?")[0]).view_name for address in addresses(row, uuid4())} == named
    from django.urls import get_resolver

    everything = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    open_names = {n for n in everything if getattr(_view(n), "login_required", True) is False}
    assert open_names == named | {"health", "ready", "login"}


def _view(name: str) -> Any:
    from django.urls import get_resolver

    def walk(patterns: Any) -> Any:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                found = walk(pattern.url_patterns)
                if found is not None:
                    return found
            elif pattern.name == name:
                return pattern.callback
        return None

    return walk(get_resolver().url_patterns)


@pytest.mark.parametrize(
    ("status", "approved", "life", "on"),
    list(product(Stored.Status.values, (True, False), ("never", "released", "withdrawn", "renewed"), (True, False))),
)
def test_only_what_is_approved_and_released_can_be_reached(
    admin: User, settings: Any, status: str, approved: bool, life: str, on: bool
) -> None:
    row = made(approved=True)
    uid = uuid4()
    if life != "never":
        assert release(admin, row).done == 1
        uid = row.release.uid
    if life == "withdrawn":
        withdraw(admin, row)
    if life == "renewed":
        # Approved anew after an adjustment: the released revision is no longer the one in force.
        changed = load_tables(Stored.objects.filter(pk=row.pk))[0]
        row.approved_revision = revisions.write(row, changed, cause="approve", actor=None)
    if not approved:
        row.approved_revision = None
    row.status = status
    row.save()
    settings.PUBLIC_PAGES = on
    public_now = on and approved and life == "released" and status not in Stored.RETIRED
    assert seen_anywhere(row, uid) == (addresses(row, uid) if public_now else [])
    if not on:
        assert {Client().get(address).status_code for address in addresses(row, uid)} == {404}


def test_nothing_internal_is_shown(admin: User) -> None:
    row = made()
    release(admin, row)
    stored = load_tables(Stored.objects.filter(pk=row.pk))[0]
    assert stored.extra == SECRET
    texts = [Client().get(address).content.decode("utf-8-sig") for address in addresses(row, row.release.uid)]
    for inside in ("张三丰", "0335-7654321", "金额再核", "内部说明", "admin"):
        assert not any(inside in text for text in texts), inside
    assert json.loads(texts[7])[0]["extra"] == {"实施单位": "某某街道"}


def test_field_settings_decide(admin: User) -> None:
    row = made()
    release(admin, row)
    assert publicity.set_fields(user=admin, shown={"联系电话": True, "实施单位": False, "经办人": False}) == 2
    found = json.loads(Client().get(reverse("public-data", args=[row.release.uid, "json"])).content)[0]
    assert found["extra"] == {"联系电话": "0335-7654321"}
    publicity.set_fields(user=admin, shown={"联系电话": False, "实施单位": True})
    assert not PublicField.objects.exists()


@pytest.mark.parametrize(
    ("label", "hidden"),
    [("填表人", True), ("联系电话", True), ("单位负责人签字", True), ("项目负责人", True), ("审核意见（一）", True),
     ("其他文字", True), ("原表内容", True), ("备注（第2行）", True), ("分管领导", True), ("E-mail", True),
     ("实施单位", False), ("所属专项金额", False), ("支出明细合计", False)],
)  # fmt: skip
def test_names_and_numbers_are_hidden_by_default(label: str, hidden: bool) -> None:
    assert hidden_by_default(label) is hidden


def test_a_later_draft_is_not_found_by_its_words(admin: User) -> None:
    row = made()
    release(admin, row)
    draft = load_tables(Stored.objects.filter(pk=row.pk))[0]
    draft.goals.annual = "尚未公开的新目标"
    draft.indicators[0].name = "尚未公开的新指标"
    Stored.objects.filter(pk=row.pk).update(status="draft")
    save_tables([Entry(draft, row.department)])
    listed = reverse("public-list", args=[2021])
    assert "公开项目0" not in Client().get(listed + "?q=尚未公开的新指标").content.decode()
    assert "公开项目0" in Client().get(listed + "?q=公开项目").content.decode()
    texts = [Client().get(address).content.decode("utf-8-sig") for address in addresses(row, row.release.uid)[5:]]
    assert "尚未公开" not in "".join(texts)


def test_the_address_is_kept(admin: User) -> None:
    row = made()
    release(admin, row)
    uid = Release.objects.get().uid
    withdraw(admin, row)
    assert release(admin, row).done == 1
    assert Release.objects.get().uid == uid
    assert release(admin, row).done == 0
    found = AuditEvent.objects.filter(action__startswith="public").order_by("id").values_list("action", flat=True)
    assert list(found) == ["public.release", "public.withdraw", "public.release"]


def test_what_was_not_looked_at_is_not_released(admin: User) -> None:
    row = made()
    old = row.approved_revision_id
    row.approved_revision = revisions.write(row, content(5), cause="approve", actor=None)
    row.save()
    outcome = publicity.release(user=admin, year=FiscalYear.objects.get(year=2021), seen={row.pk: old or 0})
    assert (outcome.done, outcome.skipped) == (0, ["《公开项目0》刚刚有了新的批复版本，请看过再公开"])
    draft = made(1, status="draft", approved=False)
    assert release(admin, draft).skipped == ["《公开项目1》没有批复的版本"]


def test_administrators_release_in_their_departments_alone(admin: User) -> None:
    row, other = made(), made(1, department="外局")
    local = User.objects.create_user("local", password="Correct-horse-7")
    Membership.objects.create(user=local, department=row.department, role=Role.ADMINISTRATOR)
    assert release(local, row, other).done == 1
    assert Release.objects.get().table == row
    officer = User.objects.create_user("officer", password="Correct-horse-7")
    Membership.objects.create(user=officer, department=row.department, role=Role.OFFICER)
    for act in (release, withdraw):
        with pytest.raises(ReleaseRefused, match="只有系统管理员"):
            act(officer, row)
    with pytest.raises(ReleaseRefused, match="需要全部部门的系统管理员"):
        publicity.set_fields(user=local, shown={"x": True})


def test_the_page_of_releases(admin: User, client: Client) -> None:
    rows = [made(number) for number in range(3)]
    client.force_login(admin)
    page = reverse("releases") + "?year=2021"
    assert client.get(page).content.decode().count("未公开</td>") == 3
    chosen = [f"{row.pk}:{row.approved_revision_id}" for row in rows[:2]]
    assert client.post(page, {"action": "release", "choose": chosen}).status_code == 302
    assert Release.objects.filter(active=True).count() == 2
    client.post(page, {"action": "withdraw", "choose": chosen[:1]})
    client.post(page, {"action": "all"})
    assert Release.objects.filter(active=True).count() == 3
    client.post(reverse("release-fields"), {"year": "2021", "label": ["经办人", "实施单位"], "shown": ["经办人"]})
    assert dict(PublicField.objects.values_list("label", "shown")) == {"经办人": True, "实施单位": False}


def test_the_number_of_queries_does_not_grow(admin: User, django_assert_num_queries: Any) -> None:
    row = made()
    release(admin, row)
    address = reverse("public-table", args=[row.release.uid])
    for more in (0, 5):
        release(admin, *[made(10 + n) for n in range(more)])
        with django_assert_num_queries(3):
            Client().get(reverse("public"))
        with django_assert_num_queries(2):
            Client().get(reverse("public-list", args=[2021]))
        with django_assert_num_queries(2):
            Client().get(address)


def test_caches_may_keep_a_page_and_ask_again(admin: User, settings: Any) -> None:
    row = made()
    release(admin, row)
    address = reverse("public-table", args=[row.release.uid])
    first = Client().get(address)
    assert first["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    person = Client()
    person.force_login(admin)
    assert person.get(address)["Cache-Control"] == "private, no-cache"
    assert "X-Robots-Tag" not in first
    settings.PUBLIC_NOINDEX = True
    hidden = Client().get(address)
    assert hidden["X-Robots-Tag"] == "noindex, nofollow"
    assert b'<meta name="robots" content="noindex, nofollow">' in hidden.content


def test_one_address_may_not_ask_too_often(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(public, "throttle", Throttle(lambda: now[0]))
    settings.PUBLIC_PER_MINUTE = 3
    answers = [Client().get(reverse("public")).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert Client(REMOTE_ADDR="10.0.0.9").get(reverse("public")).status_code == 200
    now[0] = 61.0
    assert Client().get(reverse("public")).status_code == 200


def test_all_processes_of_a_machine_count_together(tmp_path: Path) -> None:
    now = [120.0]
    first, second = (Throttle(lambda: now[0], lambda: tmp_path / "var" / "counts") for _ in range(2))
    assert [first.refuses("10.0.0.1", 3), second.refuses("10.0.0.1", 3), first.refuses("10.0.0.1", 3)] == [False] * 3
    assert (second.refuses("10.0.0.1", 3), first.refuses("10.0.0.2", 3)) == (True, False)
    now[0] = 181.0
    assert second.refuses("10.0.0.1", 3) is False
    assert (tmp_path / "var" / "counts").stat().st_mode & 0o777 == 0o600


def test_without_a_folder_to_write_in_each_process_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one = Throttle(lambda: 0.0, lambda: tmp_path / "file" / "counts")
    assert [one.refuses("::1", 1), one.refuses("::1", 1)] == [False, True]


def test_csv_holds_no_formula(admin: User) -> None:
    row = made()
    data = load_tables(Stored.objects.filter(pk=row.pk))[0]
    data.indicators[0].name = "=cmd|' /C calc'!A0"
    row.approved_revision = revisions.write(row, data, cause="approve", actor=None)
    row.save()
    release(admin, row)
    text = Client().get(reverse("public-data", args=[row.release.uid, "csv"])).content.decode("utf-8-sig")
    assert "'=cmd|" in text
    assert text.splitlines()[0].startswith("年度,部门代码,部门,项目编码,名称")


@pytest.mark.parametrize("query", ["?year=9999", "?year=abc", "?year=²"])
def test_odd_addresses_are_not_found(query: str) -> None:
    assert Client().get(reverse("public") + query).status_code == 404
    assert Client().get(reverse("public-list", args=[2021]) + "?department=" + query[6:]).status_code == 404
    assert Client().get(reverse("public-list", args=[2021]) + "?page=zz").status_code == 200
    assert Client().post(reverse("public")).status_code == 405


def test_data_taken_is_recorded_once_a_day_and_nobody_is_named(admin: User, settings: Any) -> None:
    row = made(1)
    release(admin, row)
    uid = Release.objects.get().uid
    for _again in range(2):
        answer = Client().get(reverse("public-data", args=[uid, "json"]))
        Client().get(reverse("public-list-data", args=[2021]))
    Client().head(reverse("public-data", args=[uid, "csv"]))
    listed, data = ExportRecord.objects.order_by("format")
    assert data.sha256 == hashlib.sha256(answer.content).hexdigest()
    assert (data.kind, data.count, data.actor, data.actor_name, data.address) == (
        "public", 1, None, "公众（未登录）", "",
    )  # fmt: skip
    assert row.approved_revision is not None
    assert data.revisions == listed.revisions == [[row.pk, row.approved_revision.number, row.approved_revision.sha256]]
    assert data.department_path == row.department.path


def test_releases_begin_with_the_latest_year_that_has_approved_tables(admin: User, client: Client) -> None:
    made(1)
    FiscalYear.objects.create(year=2024)
    client.force_login(admin)
    assert client.get(reverse("releases")).context["year"].year == 2021
    assert client.get(reverse("releases") + "?year=2024").context["year"].year == 2024


def test_the_page_of_releases_shows_the_amount_that_would_be_public(admin: User, client: Client) -> None:
    row = made(1)
    approved = row.amount
    Stored.objects.filter(pk=row.pk).update(status="draft", adjustment=1, amount=1)
    client.force_login(admin)
    assert [item.table.amount for item in client.get(reverse("releases")).context["rows"]] == [approved]
