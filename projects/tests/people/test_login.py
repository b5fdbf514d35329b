"""Lock, idle end, first login, second factor, ended sessions, cookies."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects.models import AuditEvent, FormerPassword, Session, User
from projects.security.passwords import first_password, set_password
from projects.tests.people.conftest import PASSWORD, Person, browser

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOCKED = "密码错误次数过多，该账号已暂停登录 30 分钟。请稍后再试，或联系本单位管理员。"
WRONG = "用户名或密码不正确。"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def log_in(username: str, password: str = PASSWORD, *, client: Client | None = None, **extra: str):
    return (client or Client()).post("/login/", {"username": username, "password": password}, **extra)


def told(answer) -> str:
    return "".join(re.findall(r'role="alert">([^<]*)<', answer.content.decode()))


# Lock ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_five_wrong_passwords_lock_without_telling_whether_the_account_exists(
    person: Person, clock: time_machine.Traveller, username: str
) -> None:
    person("wang", officer="bureau")
    answers = [log_in(username, "wrong-Pass-1", REMOTE_ADDR=f"10.0.0.{number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429, 429]
    assert [told(answer) for answer in answers] == [WRONG] * 4 + [LOCKED] * 3
    # The right password does not help while the lock holds, from nowhere, in no spelling.
    assert log_in(username).status_code == 429
    assert log_in("ｗａｎｇ" if username == "wang" else "ｎｏｂｏｄｙ").status_code == 429
    assert log_in("other", "wrong-Pass-1").status_code == 200
    clock.shift(timedelta(minutes=29))
    assert log_in(username).status_code == 429
    clock.shift(timedelta(minutes=1, seconds=1))
    assert log_in(username).status_code == (302 if username == "wang" else 200)


def test_right_password_starts_the_count_anew(person: Person) -> None:
    person("wang", officer="bureau")
    for _round in range(2):
        for _attempt in range(4):
            assert log_in("wang", "wrong-Pass-1").status_code == 200
        assert log_in("wang").status_code == 302


def test_deactivated_account_is_answered_like_a_wrong_password(person: Person) -> None:
    user = person("wang", officer="bureau")
    user.is_active = False
    user.save()
    assert told(log_in("wang")) == WRONG


def test_forwarded_address_counts_only_behind_the_configured_proxy(person: Person, settings) -> None:
    person("wang", officer="bureau")
    log_in("wang", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6")
    assert Session.objects.get(user__isnull=False).address == "10.0.0.1"
    settings.BEHIND_PROXY = True
    log_in("wang", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 7.7.7.7")
    assert sorted(Session.objects.filter(user__isnull=False).values_list("address", flat=True)) == [
        "10.0.0.1",
        "7.7.7.7",
    ]


def test_logins_failures_and_logouts_are_recorded_without_what_was_typed(person: Person, caplog) -> None:
    person("wang", officer="bureau")
    client = Client()
    log_in("Secret-typed-into-the-wrong-field", client=client)
    log_in("wang", "wrong-Pass-1", client=client)
    log_in("wang", client=client)
    key = client.session.session_key
    client.post("/logout/")
    lines = list(AuditEvent.objects.order_by("id").values_list("action", "object_name", "actor_name", "succeeded"))
    assert lines == [
        ("login.failed", "（没有这个账号）", "", False),
        ("login.failed", "wang氏", "", False),
        ("login", "wang氏", "wang氏（wang）", True),
        ("logout", "wang氏", "wang氏（wang）", True),
    ]
    written = caplog.text + str(list(AuditEvent.objects.values()))
    for secret in ("Secret-typed", "wrong-Pass-1", PASSWORD, key):
        assert secret not in written


# Idle ------------------------------------------------------------------------------------------------------------


def test_session_ends_after_thirty_idle_minutes_and_slides_until_then(
    person: Person, clock: time_machine.Traveller
) -> None:
    person("wang", officer="bureau")
    client = Client()
    log_in("wang", client=client)
    for _step in range(3):
        clock.shift(timedelta(minutes=29))
        assert client.get("/tables/").status_code == 200
    clock.shift(timedelta(minutes=30, seconds=1))
    answer = client.get("/tables/?q=%E7%94%B5")
    assert (answer.status_code, answer.url) == (
        302,
        "/login/?ended=idle&next=%2Ftables%2F%3Fq%3D%25E7%2594%25B5",
    )
    assert "您较长时间没有操作，已自动退出。请重新登录。" in client.get(answer.url).content.decode()
    assert client.get("/tables/").url == "/login/?next=/tables/"
    assert AuditEvent.objects.filter(action="logout", after={"reason": "idle"}).count() == 1
    assert Session.objects.filter(user__isnull=False).count() == 0


@pytest.mark.parametrize(
    "headers", [{"HTTP_HX_REQUEST": "true"}, {"HTTP_ACCEPT": "application/json"}, {"CONTENT_TYPE": "application/json"}]
)
def test_scripts_get_401_with_a_header_instead_of_a_login_page(
    person: Person, clock: time_machine.Traveller, headers: dict[str, str]
) -> None:
    client = browser(person("wang", officer="bureau"))
    clock.shift(timedelta(minutes=31))
    ended, later = client.get("/tables/", **headers), client.get("/tables/", **headers)
    assert [(answer.status_code, answer["X-Session-Ended"]) for answer in (ended, later)] == [
        (401, "idle"),
        (401, "login"),
    ]
    assert ended.json() == {"detail": "登录已失效，请重新登录。", "login": "/login/"}


def test_polling_does_not_keep_a_session_alive_and_a_day_ends_it(person: Person, clock: time_machine.Traveller) -> None:
    user = person("wang", officer="bureau")
    polling, working = browser(user), browser(user)
    for _step in range(2):
        clock.shift(timedelta(minutes=20))
        working.get("/")
        answer = polling.get("/", HTTP_X_BACKGROUND="1")
    assert answer.url == "/login/?ended=idle&next=%2F"
    for _step in range(12 * 3 - 2):
        clock.shift(timedelta(minutes=20))
        answer = working.get("/")
        assert answer.status_code == 200
    clock.shift(timedelta(minutes=1))
    assert working.get("/").url == "/login/?ended=expired&next=%2F"


def test_pages_of_a_minute_write_the_session_once(
    person: Person, clock: time_machine.Traveller, django_assert_num_queries
) -> None:
    client = browser(person("wang", officer="bureau"))
    seen = Session.objects.get().seen_at
    clock.shift(timedelta(seconds=59))
    client.get("/departments/")
    assert Session.objects.get().seen_at == seen
    clock.shift(timedelta(seconds=1))
    client.get("/departments/")
    assert Session.objects.get().seen_at == seen + timedelta(seconds=60)


# Passwords -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Aa1-Aa1-Aa", []),
        ("长安Abc-123456", []),
        ("Aa1-Aa1-A", ["password_too_short"]),
        ("aaaaaaaaaaaa1", ["password_too_plain"]),
        ("Xwangmei-2026-K", ["password_has_name"]),
        ("Xiemgnaw-2026-K", ["password_has_name"]),
        ("A1-王小梅-abcdef", ["password_has_name"]),
        ("Password123", ["password_too_common"]),
    ],
)
def test_password_rules(db: None, password: str, codes: list[str]) -> None:
    user = User(username="wangmei", display_name="王小梅", email="mei@example.cn")
    try:
        validate_password(password, user)
        found = []
    except ValidationError as error:
        found = [item.code for item in error.error_list]
    assert [code for code in found if code != "password_too_similar"] == codes


def test_last_five_passwords_may_not_come_back(person: Person) -> None:
    user = person("wang")
    used = [f"Former-pass-{number}" for number in range(6)]
    for password in used:
        set_password(user, password, must_change=False)
    refused = []
    for password in [PASSWORD, *used]:
        try:
            validate_password(password, user)
        except ValidationError as error:
            refused += [password for item in error.error_list if item.code == "password_used"]
    assert refused == used[1:]
    assert FormerPassword.objects.count() == 4


def test_generated_passwords_meet_the_rules(db: None) -> None:
    made = {first_password() for _number in range(200)}
    assert len(made) == 200
    for password in made:
        assert re.fullmatch(r"[a-km-zA-HJ-NP-Z2-9]{4}(-[a-km-zA-HJ-NP-Z2-9]{4}){2}", password)
        validate_password(password, User(username="x"))


def test_first_login_leads_to_a_new_password_and_nowhere_else(person: Person) -> None:
    user = person("wang", officer="bureau")
    set_password(user, "First-pass-22", must_change=True)
    client = Client()
    assert log_in("wang", "First-pass-22", client=client).status_code == 302
    for address in ("/", "/tables/", "/account/", "/departments/", "/admin/"):
        assert client.get(address).url == "/account/password/", address
    waiting = client.get("/tables/", HTTP_HX_REQUEST="true")
    assert (waiting.status_code, waiting["X-Session-Ended"]) == (401, "password")
    assert client.get("/healthz").status_code == 200
    change = {"old_password": "First-pass-22", "new_password1": "Brand-new-33", "new_password2": "Brand-new-33"}
    same = change | {"new_password1": "First-pass-22", "new_password2": "First-pass-22"}
    assert "不能使用现在或最近用过的密码。" in client.post("/account/password/", same).content.decode()
    assert client.post("/account/password/", change).url == "/"
    assert client.get("/tables/").status_code == 200
    user.refresh_from_db()
    assert (user.must_change_password, user.check_password("Brand-new-33")) == (False, True)
    assert AuditEvent.objects.filter(action="password.change").count() == 1


def test_old_password_has_to_be_changed(person: Person, clock: time_machine.Traveller) -> None:
    person("wang", officer="bureau")
    clock.shift(timedelta(days=91))
    client = Client()
    log_in("wang", client=client)
    assert client.get("/").url == "/account/password/"


# Sessions --------------------------------------------------------------------------------------------------------


def test_one_click_ends_all_other_sessions_of_mine_only(person: Person) -> None:
    user, other = person("wang", officer="bureau"), person("li", officer="bureau")
    here, there, third, foreign = browser(user), browser(user), browser(user), browser(other)
    page = here.get("/account/").content.decode()
    assert page.count("127.0.0.1") + page.count("—") >= 1
    assert "结束其他登录" in page
    assert here.post("/account/sessions/end/").url == "/account/"
    assert [client.get("/").status_code for client in (here, there, third, foreign)] == [200, 302, 302, 200]
    assert AuditEvent.objects.get(action="session.end").after == {"count": 2}


def test_changed_password_and_deactivation_end_sessions(person: Person) -> None:
    user = person("wang", officer="bureau")
    here, there = browser(user), browser(user)
    change = {"old_password": PASSWORD, "new_password1": "Brand-new-33", "new_password2": "Brand-new-33"}
    assert here.post("/account/password/", change).url == "/account/"
    assert [client.get("/").status_code for client in (here, there)] == [200, 302]
    user.refresh_from_db()
    browser(person("boss", administrator="")).post(f"/people/{user.pk}/state/", {"active": "0"})
    assert here.get("/").status_code == 302
    assert Session.objects.filter(user=user).count() == 0


def test_login_says_when_where_and_how_often_in_vain(person: Person, clock: time_machine.Traveller) -> None:
    person("wang", officer="bureau")
    client = Client()
    log_in("wang", client=client, REMOTE_ADDR="10.1.2.3")
    assert "这是您第一次登录。" in client.get("/").content.decode()
    clock.shift(timedelta(hours=1))
    log_in("wang", "wrong-Pass-1")
    log_in("wang", "wrong-Pass-1")
    again = Client()
    log_in("wang", client=again)
    text = again.get("/").content.decode()
    assert "上次登录：2026-03-02 17:00，地址 10.1.2.3。此后有 2 次登录失败" in text
    assert "上次登录" not in again.get("/").content.decode()


def test_session_key_changes_at_login_and_cookies_are_closed(person: Person, settings) -> None:
    person("wang", officer="bureau")
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get("/login/")
    cookie = log_in("wang", client=client).cookies["sessionid"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["expires"] == ""  # gone with the browser
    first = cookie.value
    log_in("wang", client=client)
    assert client.get("/")["Cache-Control"] == "private, no-cache, no-store"
    client.post("/logout/")
    assert not Session.objects.filter(session_key=first, user__isnull=False).exists()


def test_production_settings_close_cookies_and_sign_hsts() -> None:
    import os
    import subprocess
    import sys

    code = (
        "from perfgoals import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.SESSION_EXPIRE_AT_BROWSER_CLOSE, s.SECURE_HSTS_SECONDS, s.SESSION_IDLE_MINUTES, s.AXES_FAILURE_LIMIT)"
    )
    env = {**os.environ, "PERFGOALS_DEMO": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "perfgoals.example"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "True", "Lax", "True", "31536000", "30", "5"]


# Second factor ---------------------------------------------------------------------------------------------------


def code_of(user: User) -> str:
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key):06d}"


def set_up(client: Client, user: User) -> list[str]:
    page = client.get("/account/second-factor/").content.decode()
    assert re.search(r'<svg[^>]* class="qr"', page)
    done = client.post("/account/second-factor/", {"code": code_of(user)})
    return done.context["codes"]


def test_second_factor_from_set_up_to_login(person: Person, clock: time_machine.Traveller) -> None:
    user = person("wang", officer="bureau")
    client = browser(user)
    wrong = client.post("/account/second-factor/", {"code": "000000"})
    assert "口令不正确" in wrong.content.decode()
    clock.shift(timedelta(minutes=2))
    codes = set_up(client, user)
    assert len(set(codes)) == 10
    clock.shift(timedelta(minutes=2))
    fresh = Client()
    assert fresh.post("/login/?next=/tables/", {"username": "wang", "password": PASSWORD}).url == "/login/code/"
    # The password alone opens nothing.
    for address in ("/", "/tables/", "/account/", "/account/second-factor/off/", "/account/password/"):
        assert fresh.get(address).url == "/login/code/", address
    assert "动态口令不正确" in fresh.post("/login/code/", {"code": "000000"}).content.decode()
    clock.shift(timedelta(minutes=2))
    used = code_of(user)
    entered = fresh.post("/login/code/", {"code": used})
    assert (entered.status_code, entered.url) == (302, "/tables/")
    assert fresh.get("/tables/").status_code == 200
    # No code twice, a backup code once.
    again = Client()
    log_in("wang", client=again)
    assert again.post("/login/code/", {"code": used}).status_code == 200
    assert again.post("/login/code/", {"code": f" {codes[3]} "}).status_code == 302
    third = Client()
    log_in("wang", client=third)
    assert third.post("/login/code/", {"code": codes[3]}).status_code == 200
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions == {"otp.enable", "login", "login.failed"}


def test_five_wrong_codes_end_the_login(person: Person, clock: time_machine.Traveller) -> None:
    user = person("wang", officer="bureau")
    set_up(browser(user), user)
    client = Client()
    log_in("wang", client=client)
    answers = []
    for _attempt in range(5):
        clock.shift(timedelta(minutes=1))
        answers.append(client.post("/login/code/", {"code": "000000"}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 302]
    assert answers[-1].url == "/login/?ended=code"
    assert client.get("/").status_code == 302


def test_roles_named_in_the_settings_must_set_one_up(person: Person, settings, clock: time_machine.Traveller) -> None:
    settings.TOTP_REQUIRED_ROLES = ["administrator", "finance_reviewer"]
    person("free", officer="bureau")
    free = Client()
    log_in("free", client=free)
    assert free.get("/").status_code == 200
    user = person("bound", finance_reviewer="")
    bound = Client()
    log_in("bound", client=bound)
    assert bound.get("/tables/").url == "/account/second-factor/"
    set_up(bound, user)
    assert bound.get("/tables/").status_code == 200
    assert bound.get("/account/second-factor/off/").url == "/account/"
    assert bound.post("/account/second-factor/off/", {"password": PASSWORD}).url == "/account/"
    assert TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def test_switching_off_and_new_codes_ask_for_the_password(person: Person) -> None:
    user = person("wang", officer="bureau")
    client = browser(user)
    old = set_up(client, user)
    assert "密码不正确。" in client.post("/account/second-factor/codes/", {"password": "no"}).content.decode()
    new = client.post("/account/second-factor/codes/", {"password": PASSWORD}).context["codes"]
    assert len(set(old) | set(new)) == 20
    assert client.post("/account/second-factor/off/", {"password": "no"}).status_code == 200
    assert client.post("/account/second-factor/off/", {"password": PASSWORD}).url == "/account/"
    assert not TOTPDevice.objects.filter(user=user).exists()
