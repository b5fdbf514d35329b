"""Findings kept beside the tables: written with each change of the content, counted, filtered, printed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import AuditEvent, Department, FiscalYear, Role, RuleSetup, StoredFinding, TableBrief, User
from projects.models import TargetTable as Stored
from projects.rules import judged
from projects.selectors import findings as selector
from projects.selectors.tables import filter_tables
from projects.services import entry, findings, importing, rulesettings
from projects.services.rulesettings import RulesRefused, change_rules
from projects.store import Entry, save_tables
from projects.targettable import Indicator
from projects.tests.entry_helpers import stored
from projects.tests.generated import table
from projects.tests.office import person

pytestmark = pytest.mark.django_db
SAMPLE = next((Path(conf.BASE_DIR) / "fixtures" / "samples").glob("002_*"))


@pytest.fixture
def bureau(db: None) -> Department:
    return Department.objects.create(code="321001", name="财政局")


@pytest.fixture
def officer(bureau: Department) -> User:
    return person("officer", (Role.OFFICER, bureau))


@pytest.fixture
def admin(db: None) -> User:
    return person("admin", (Role.ADMINISTRATOR, None))


def made(bureau: Department, *numbers: int, **changes: object) -> list[int]:
    saved = save_tables([Entry(table(number, fiscal_year=2027, **changes), bureau) for number in numbers]).saved
    ids = [item.pk or 0 for item in saved]
    findings.refresh(ids)
    return ids


def codes(pk: int, **conditions: object) -> list[str]:
    found = StoredFinding.objects.filter(table=pk, **conditions).exclude(level="info")
    return sorted(found.values_list("code", flat=True))


def change(pk: int, user: User, path: str, value: str) -> entry.Applied:
    row = Stored.objects.get(pk=pk)
    uid = entry.open_entry(stored(pk)).uids["indicators"][0]
    batch = f"{pk:08x}-0000-4000-8000-{row.version:012x}"
    changes = [{"op": "set", "path": path.replace("*", uid), "value": value}]
    return entry.apply_changes(table_id=pk, user=user, version=row.version, batch=batch, changes=changes)


def test_import_stores_what_the_rules_find_with_the_rows_identity() -> None:
    importing.import_documents([SAMPLE])
    expected = judged.found(Path(conf.BASE_DIR) / "fixtures" / "expected")
    places = sum(1 for listed in expected.values() for sample, _table, _path in listed if sample == "002")
    assert StoredFinding.objects.count() == places
    row = Stored.objects.get(label__startswith="烈士子女定期生活补")
    finding = StoredFinding.objects.get(table=row, code="rate-unit")
    uid = entry.open_entry(stored(row.pk)).uids["indicators"][1]
    assert (finding.level, finding.path) == ("block", f"indicators/{uid}/value")
    assert TableBrief.objects.count() == 45


def test_importing_again_writes_nothing_new() -> None:
    importing.import_documents([SAMPLE])
    before = set(StoredFinding.objects.values_list("pk", flat=True))
    importing.import_documents([SAMPLE])
    assert set(StoredFinding.objects.values_list("pk", flat=True)) == before


def test_checking_takes_the_same_queries_for_2_and_40_tables() -> None:
    counts = []
    for name, numbers in (("一局", range(1, 3)), ("二局", range(10, 50))):
        office = Department.objects.create(name=name)
        ids = [item.pk or 0 for item in save_tables([Entry(table(n, fiscal_year=2027), office) for n in numbers]).saved]
        with CaptureQueriesContext(connection) as queries:
            findings.refresh(ids)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_save_renews_the_findings_of_its_table(bureau: Department, officer: User) -> None:
    (pk,) = made(bureau, 1)
    assert codes(pk) == []
    answer = change(pk, officer, "indicators/*/value", "95%").answer
    assert codes(pk) == ["count-percent"]
    assert [item["code"] for item in answer["findings"] if item["level"] == "block"] == ["count-percent"]
    change(pk, officer, "indicators/*/value", "95台")
    assert codes(pk) == []


def test_a_save_compares_its_own_table_and_leaves_the_others_alone(bureau: Department, officer: User) -> None:
    one, two = made(bureau, 1, 2)
    assert codes(one, compared=True) == codes(two, compared=True) == ["copied-indicators"]
    answer = change(one, officer, "indicators/*/name", "添置台数").answer
    assert codes(one, compared=True) == []
    assert answer["counts"]["warn"] == 0
    assert codes(two, compared=True) == ["copied-indicators"]
    findings.refresh([one])
    assert codes(two, compared=True) == []


def test_findings_of_comparison_stand_at_the_open_table(bureau: Department) -> None:
    one, _two = made(bureau, 1, 2)
    opened = entry.open_entry(stored(one))
    found = [item for item in opened.findings if item.code == "copied-indicators"]
    assert [(item.field, item.level, item.source) for item in found] == [("indicators", "warn", "实践")]


def test_lists_count_and_filter_by_rule_and_level(bureau: Department) -> None:
    good, bad = made(bureau, 1), made(bureau, 2, indicators=[Indicator("产出指标", "数量指标", "台数", value="是/否")])
    counts = selector.counts_of([*good, *bad])
    assert counts[good[0]] == {"block": 0, "warn": 0, "info": counts[good[0]]["info"]}
    assert counts[bad[0]]["block"] == 2
    every = Stored.objects.all()
    assert list(filter_tables(every, rule="yes-no").values_list("pk", flat=True)) == bad
    assert list(filter_tables(every, level="block").values_list("pk", flat=True)) == bad
    assert ("yes-no", "block", 1) in selector.by_rule(every)


# --- settings of a year ----------------------------------------------------------------------------


def test_switched_off_rule_is_silent_in_its_year_only(bureau: Department, officer: User, admin: User) -> None:
    (pk,) = made(bureau, 1)
    change(pk, officer, "indicators/*/value", "95%")
    year = FiscalYear.objects.get(year=2027)
    assert change_rules(user=admin, year_id=year.pk, version=0, levels={"count-percent": "off"}, thresholds={})
    assert codes(pk) == []
    assert [item.code for item in entry.open_entry(stored(pk)).findings if item.level == "block"] == []
    event = AuditEvent.objects.get(action="rules.change")
    assert (event.before, event.after) == ({}, {"数量用百分比表示": "off"})
    assert selector.setup_of(FiscalYear.objects.create(year=2028).pk).levels == {}


def test_changed_level_is_shown_at_once(bureau: Department, officer: User, admin: User) -> None:
    (pk,) = made(bureau, 1)
    change(pk, officer, "indicators/*/value", "95%")
    year = FiscalYear.objects.get(year=2027)
    change_rules(user=admin, year_id=year.pk, version=0, levels={"count-percent": "warn"}, thresholds={})
    assert list(StoredFinding.objects.filter(code="count-percent").values_list("level", flat=True)) == ["warn"]
    change_rules(user=admin, year_id=year.pk, version=1, levels={}, thresholds={})
    assert list(StoredFinding.objects.filter(code="count-percent").values_list("level", flat=True)) == ["block"]


def test_settings_that_somebody_else_changed_are_refused(bureau: Department, admin: User) -> None:
    year = FiscalYear.objects.create(year=2027)
    change_rules(user=admin, year_id=year.pk, version=0, levels={"typo": "info"}, thresholds={})
    with pytest.raises(RulesRefused, match="已被别人修改"):
        change_rules(user=admin, year_id=year.pk, version=0, levels={"typo": "off"}, thresholds={})
    assert RuleSetup.objects.get().levels == {"typo": "info"}
    assert rulesettings.version_of(year) == 1


def test_settings_are_refused_that_make_no_sense(bureau: Department, admin: User, officer: User) -> None:
    year = FiscalYear.objects.create(year=2027)
    for levels, thresholds, told in (
        ({"typo": "block"}, {}, "没有核对过的正式出处"),
        ({"nothing": "warn"}, {}, "没有规则"),
        ({}, {"weight_sum": "很多"}, "应为数字"),
    ):
        with pytest.raises(RulesRefused, match=told):
            change_rules(user=admin, year_id=year.pk, version=0, levels=levels, thresholds=thresholds)
    with pytest.raises(RulesRefused):
        change_rules(user=officer, year_id=year.pk, version=0, levels={"typo": "off"}, thresholds={})
    assert not AuditEvent.objects.filter(action="rules.change").exists()


def test_settings_kept_from_another_version_do_no_harm() -> None:
    setup = selector.build({"gone": "warn", "typo": "block", "yes-no": "info"}, {"gone": "1", "weight_sum": "100"})
    assert (dict(setup.levels), {name: str(value) for name, value in setup.thresholds.items()}) == (
        {"yes-no": "info"},
        {"weight_sum": "100"},
    )


# --- manage.py check_tables ------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_tables", *arguments, stdout=out)
    return out.getvalue()


def test_command_prints_what_is_annotated(tmp_path: Path) -> None:
    importing.import_documents([SAMPLE])
    listed = json.loads(run("--format", "json"))
    assert len(listed) == StoredFinding.objects.count()
    one = next(item for item in listed if item["code"] == "rate-unit")
    assert (one["year"], one["level"], one["item"], one["field"]) == (2021, "block", "指标科学性", "indicators.1.value")
    text = run("--year", "2021")
    assert text.splitlines()[-1].startswith("有问题的表 45 张：须修改 ")
    assert run("--year", "1999").splitlines() == ["有问题的表 0 张：须修改 0，提醒 0，说明 0"]


def test_command_writes_a_workbook_without_formulas(bureau: Department, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    made(bureau, 1, indicators=[Indicator("产出指标", "数量指标", "=1+1", value="是/否")])
    path = tmp_path / "found.xlsx"
    run("--format", "xlsx", "--output", str(path))
    sheet = load_workbook(path).active
    assert [cell.value for cell in sheet[1]][:5] == ["表编号", "年度", "部门", "表", "级别"]
    assert {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line} <= {"n", "s"}
    assert sheet.max_row > 2


def test_command_stores_when_asked(bureau: Department) -> None:
    ids = [item.pk for item in save_tables([Entry(table(n, fiscal_year=2027), bureau) for n in (1, 2)]).saved]
    assert not StoredFinding.objects.exists()
    run("--store", "--department", "321001")
    assert codes(ids[0] or 0) == ["copied-indicators"]


def test_command_names_what_it_cannot_do(bureau: Department) -> None:
    with pytest.raises(CommandError, match="须用 --output"):
        run("--format", "xlsx")
    with pytest.raises(CommandError, match="没有代码或名称为“x”的部门"):
        run("--department", "x")
