"""The page of the rules: everybody reads it, the administrator of everything sets a year's levels."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.models import Department, FiscalYear, Role, RuleSetup
from projects.rules import rules
from projects.rules.engine import THRESHOLDS
from projects.services import findings
from projects.tests.office import person, tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(code="321001", name="财政局")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(person("admin", (Role.ADMINISTRATOR, None)))
    return client


def form(version: int = 0, **changed: str) -> dict[str, str]:
    """What the page sends when nothing but ``changed`` was touched."""
    levels = {f"level-{rule.id}": rule.level for rule in rules()}
    thresholds = {f"threshold-{name}": f"{item.default:f}" for name, item in THRESHOLDS.items()}
    return {"year": "2027", "version": str(version)} | levels | thresholds | changed


def test_page_names_every_rule_with_source_and_examples(client: Client, bureau: Department) -> None:
    client.force_login(person("reader", (Role.READER, bureau)))
    text = client.get("/rules/").content.decode()
    for rule in rules():
        assert f'id="rule-{rule.id}"' in text
    assert "9%0" in text
    assert "<select" not in text.partition("rules")[2].partition("阈值")[0]


def test_counts_are_of_what_the_person_may_see(client: Client, bureau: Department) -> None:
    own = tables(bureau, 2)
    other = tables(Department.objects.create(name="卫健局"), 2, start=50)
    findings.refresh([row.pk for row in (*own, *other)])
    client.force_login(person("reader", (Role.READER, bureau)))
    groups = client.get("/rules/?year=2027").context["groups"]
    lines = {line.rule.id: line for group in groups for line in group.lines}
    assert (lines["copied-indicators"].tables, lines["yes-no"].tables) == (2, 0)
    assert client.get(lines["copied-indicators"].url).context["totals"].count == 2


def test_administrator_changes_a_year(admin: Client, bureau: Department) -> None:
    FiscalYear.objects.create(year=2027)
    answer = admin.post("/rules/", form(**{"level-typo": "off", "threshold-weight_sum": "80"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/rules/?year=2027")
    setup = RuleSetup.objects.get()
    assert (setup.levels, setup.thresholds, setup.version) == ({"typo": "off"}, {"weight_sum": "80"}, 1)
    text = admin.get("/rules/?year=2027").content.decode()
    assert "原为“提醒”" in text
    assert "原为 90" in text


def test_stale_or_senseless_settings_are_refused_with_the_reason(admin: Client) -> None:
    FiscalYear.objects.create(year=2027)
    admin.post("/rules/", form(**{"level-typo": "off"}))
    stale = admin.post("/rules/", form(0, **{"level-typo": "info"}))
    assert stale.status_code == 409
    assert "设置已被别人修改" in stale.content.decode()
    for changed, told in (
        ({"level-typo": "block"}, "不能设为“须修改”"),
        ({"threshold-weight_sum": "九十"}, "应为数字"),
        ({"version": "x"}, "设置已被别人修改"),
    ):
        answer = admin.post("/rules/", form(1) | changed)
        assert (answer.status_code, told in answer.content.decode()) == (409, True)
    assert RuleSetup.objects.get().levels == {"typo": "off"}


def test_page_opens_without_any_year(admin: Client) -> None:
    assert admin.get("/rules/").status_code == 200
    assert admin.post("/rules/", {"version": "0"}).status_code == 409


def test_page_takes_the_same_queries_for_1_and_3_tables(
    client: Client, bureau: Department, django_assert_num_queries
) -> None:
    client.force_login(person("reader", (Role.READER, bureau)))
    client.get("/rules/?year=2027")
    for count in (1, 3):
        findings.refresh([row.pk for row in tables(bureau, count, start=count * 10)])
        with django_assert_num_queries(9):
            client.get("/rules/?year=2027")
