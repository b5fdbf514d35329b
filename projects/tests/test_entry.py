"""Applying changes: what is written, what is answered, who is refused, how often the database is asked."""

from __future__ import annotations

import random
import re
import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from projects import workflow
from projects.layouts import editing
from projects.models import AuditEvent, Department, EntrySave, Project, Revision, Role, SearchText, TableIndicator, User
from projects.models import TargetTable as Stored
from projects.services import entry, findings
from projects.store import Entry, load_tables, save_tables
from projects.targettable import Indicator, TargetTable
from projects.tests.entry_helpers import send, set_, stored
from projects.tests.generated import table
from projects.tests.office import person, tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db: None) -> Department:
    return Department.objects.create(code="321001", name="财政局")


@pytest.fixture
def officer(bureau: Department) -> User:
    return person("officer", (Role.OFFICER, bureau))


@pytest.fixture
def row(bureau: Department) -> Stored:
    return tables(bureau)[0]


def content(row: Stored) -> TargetTable:
    return load_tables(Stored.objects.filter(pk=row.pk))[0]


def uids(row: Stored, rows: str = "indicators") -> list[str]:
    return entry.open_entry(stored(row.pk)).uids[rows]


def consistent(row: Stored) -> None:
    """What is kept beside the content agrees with it, as if the table had been imported."""
    now, made = Stored.objects.get(pk=row.pk), content(row)
    from projects.searchtext import grams, table_text

    assert now.sha256 == made.sha256()
    assert now.label == made.label()
    assert now.amount == (made.funding.total if isinstance(made.funding.total, Decimal) else None)
    search = SearchText.objects.get(table=row)
    assert (search.text, search.grams) == (table_text(made), " ".join(grams(table_text(made))))
    positions = TableIndicator.objects.filter(table=row, half="annual").order_by("position")
    assert list(positions.values_list("position", flat=True)) == list(range(len(made.indicators)))


def test_cells_of_every_kind_are_read_stored_and_answered(row: Stored, officer: User) -> None:
    first = uids(row)[0]
    applied = send(
        row.pk,
        officer,
        set_("goals.annual", " 第一行\r\n第二行 "),
        set_("funding.total", "30万元"),
        set_("spend_plan.06", "50"),
        set_("project.start", "2027年3月1日"),
        set_(f"indicators/{first}/value", "不少于3场"),
        set_(f"indicators/{first}/level2", "质量"),
        set_("extra.填表人", "李四"),
        set_("extra.电话", ""),
    )
    made = content(row)
    assert made.goals.annual == "第一行\n第二行"
    assert made.funding.total == Decimal("300000.00")
    assert [(point.by, point.percent) for point in made.spend_plan] == [
        ("03", Decimal("25.00")),
        ("06", Decimal(50)),
        ("12", Decimal("100.00")),
    ]
    assert made.project.start is not None
    assert made.project.start.isoformat() == "2027-03-01"  # type: ignore[union-attr]
    changed = made.indicators[0]
    assert (changed.value, changed.operator, changed.quantity, changed.unit) == ("不少于3场", "≥", Decimal(3), "场")
    assert (changed.level2, changed.category) == ("质量指标", "output.quality")
    assert made.extra == {"项目负责人": "张三", "填表人": "李四"}
    cells = applied.answer["cells"]
    assert cells["funding.total"] == {
        "text": "300000.00",
        "unread": False,
        "understood": {"kind": "money", "yuan": "300000.00"},
    }
    assert cells["spend_plan.06"]["text"] == "50.00%"
    assert cells["project.start"]["understood"] == {"kind": "day", "date": "2027-03-01"}
    assert cells[f"indicators/{first}/value"]["understood"] == {
        "kind": "target",
        "reading": "number",
        "operator": "≥",
        "quantity": "3",
        "unit": "场",
        "shown": "≥3场",
    }
    assert (applied.version, Stored.objects.get(pk=row.pk).version) == (2, 2)
    consistent(row)


def test_what_cannot_be_read_is_kept_and_reported(row: Stored, officer: User) -> None:
    applied = send(row.pk, officer, set_("funding.other", "约三万"), set_("spend_plan.12", "9%0"))
    assert content(row).funding.other == "约三万"
    assert applied.answer["cells"]["funding.other"]["unread"] is True
    assert applied.answer["cells"]["spend_plan.12"]["text"] == "9%0"
    unread = [item["path"] for item in applied.answer["findings"] if item["code"] == "unread"]
    assert unread == ["funding.other", "spend_plan.12"]


def test_rows_are_added_moved_and_deleted_in_order(row: Stored, officer: User) -> None:
    one, two, three = uids(row)
    new, last = uuid.uuid4().hex, uuid.uuid4().hex
    send(
        row.pk,
        officer,
        {"op": "add", "list": "indicators", "uid": new, "after": "", "values": {"level1": "产出", "name": "新"}},
        {"op": "delete", "list": "indicators", "uid": two},
        {"op": "move", "list": "indicators", "uid": one, "after": three, "level1": "效益指标", "level2": "社会效益"},
        {"op": "add", "list": "indicators", "uid": last, "after": "00" * 16, "values": {"name": "末"}},
    )
    assert uids(row) == [new, three, one, last]
    made = content(row).indicators
    assert [item.name for item in made] == ["新", "职工满意度", "购置台数", "末"]
    assert (made[0].level1, made[2].level2, made[2].category) == ("产出指标", "社会效益指标", "outcome.social")
    consistent(row)


def test_undo_of_a_deletion_brings_back_the_same_row(row: Stored, officer: User) -> None:
    before, rows = content(row), uids(row)
    texts = {"level1": "效益指标", "level2": "社会效益指标", "name": "验收合格率", "value": "100%"}
    send(row.pk, officer, {"op": "delete", "list": "indicators", "uid": rows[1]})
    assert len(content(row).indicators) == 2
    undo = {"op": "add", "list": "indicators", "uid": rows[1], "after": rows[0], "values": texts}
    send(row.pk, officer, undo)
    assert uids(row) == rows
    assert content(row).indicators[1].value == before.indicators[1].value


def test_a_row_that_is_gone_is_named_and_the_rest_is_applied(row: Stored, officer: User) -> None:
    gone = uuid.uuid4().hex
    applied = send(row.pk, officer, set_(f"indicators/{gone}/name", "无"), set_("duties", "有"))
    assert applied.answer["gone"] == [gone]
    assert content(row).duties == "有"


def test_the_same_batch_is_applied_once(row: Stored, officer: User) -> None:
    batch, uid = str(uuid.uuid4()), uuid.uuid4().hex
    change = {"op": "add", "list": "costs", "uid": uid, "values": {"content": "打印机", "amount": "1.5"}}
    first = send(row.pk, officer, change, version=1, batch=batch)
    again = send(row.pk, officer, change, version=1, batch=batch)
    assert again.answer == first.answer
    assert (first.repeated, again.repeated) == (False, True)
    assert [cost.content for cost in content(row).costs] == ["电脑", "打印机"]
    assert Stored.objects.get(pk=row.pk).version == 2


def test_a_stale_save_is_refused_with_both_texts(row: Stored, officer: User, bureau: Department) -> None:
    other = person("other", (Role.OFFICER, bureau))
    send(row.pk, other, set_("goals.annual", "别人写的"))
    with pytest.raises(entry.Stale) as refused:
        send(row.pk, officer, set_("goals.annual", "我写的", was="完成购置"), set_("duties", "职责", was=""), version=1)
    assert (refused.value.version, refused.value.by) == (2, "other")
    assert refused.value.cells == {
        "goals.annual": {"text": "别人写的", "mine": "我写的", "same": False},
        "duties": {"text": "", "mine": "职责", "same": True},
    }
    assert content(row).goals.annual == "别人写的"
    send(row.pk, officer, set_("goals.annual", "我写的"), version=2)
    assert content(row).goals.annual == "我写的"


def test_no_revision_is_written_and_nothing_when_nothing_changed(row: Stored, officer: User) -> None:
    send(row.pk, officer, set_("goals.annual", "改"))
    again = send(row.pk, officer, set_("goals.annual", "改"))
    assert Revision.objects.count() == 0
    assert again.version == 2
    assert AuditEvent.objects.filter(action="table.change").count() == 1
    assert EntrySave.objects.count() == 2


def test_old_saves_are_forgotten(row: Stored, officer: User) -> None:
    for number in range(1, 6):
        EntrySave.objects.create(
            table=row, batch=uuid.uuid4(), version=number, at=row.updated_at, answer="{}", user=officer
        )
    Stored.objects.filter(pk=row.pk).update(version=249)
    send(row.pk, officer, set_("duties", "职责"))
    assert set(EntrySave.objects.values_list("version", flat=True)) == {250}


@pytest.mark.parametrize("status", ["submitted", "dept_reviewed", "approved", "void", "history"])
def test_a_table_under_way_is_closed(row: Stored, officer: User, status: str) -> None:
    Stored.objects.filter(pk=row.pk).update(status=status)
    with pytest.raises(entry.Closed):
        send(row.pk, officer, set_("duties", "职责"))
    assert content(row).duties == ""


def test_who_may_not_edit_is_refused_and_who_may_not_see_finds_nothing(row: Stored, bureau: Department) -> None:
    reader = person("reader", (Role.READER, bureau))
    foreign = person("foreign", (Role.OFFICER, Department.objects.create(name="卫健局")))
    with pytest.raises(entry.Closed):
        send(row.pk, reader, set_("duties", "职责"))
    with pytest.raises(Stored.DoesNotExist):
        send(row.pk, foreign, set_("duties", "职责"))


@pytest.mark.parametrize(
    "change",
    [
        {"op": "set", "path": "nowhere.at_all", "value": ""},
        {"op": "set", "path": "project.pk", "value": "1"},
        {"op": "set", "path": "fiscal_year", "value": "1"},
        {"op": "set", "path": "sha256", "value": "1"},
        {"op": "set", "path": "indicators/x/name", "value": "1"},
        {"op": "set", "path": "indicators/" + "0" * 32 + "/table", "value": "1"},
        {"op": "set", "path": "duties", "value": 3},
        {"op": "set", "path": "spend_plan.13", "value": "1"},
        {"op": "add", "list": "users", "uid": "0" * 32},
        {"op": "add", "list": "costs", "uid": "0" * 32, "values": {"table": "1"}},
        {"op": "drop", "list": "costs", "uid": "0" * 32},
        {},
    ],
)
def test_a_change_that_no_cell_takes_changes_nothing(row: Stored, officer: User, change: dict[str, Any]) -> None:
    with pytest.raises(entry.BadChange):
        send(row.pk, officer, set_("duties", "职责"), change)
    assert content(row).duties == ""
    assert Stored.objects.get(pk=row.pk).version == 1


def test_characters_that_no_database_takes_are_left_out(row: Stored, officer: User) -> None:
    applied = send(row.pk, officer, set_("extra.电\0话\ud800", "1\x002\ud8003"), set_("goals.annual", "a\u2028b"))
    made = content(row)
    assert (made.extra["电话"], made.goals.annual) == ("123", "a\nb")
    assert list(applied.answer["cells"]) == ["extra.电话", "goals.annual"]
    consistent(row)


@pytest.mark.parametrize("path", ["nowhere.at_all", "fiscal_year", "layout", "indicators/x/name", "indicators"])
def test_a_stale_save_of_no_cell_is_a_bad_change(row: Stored, officer: User, path: str) -> None:
    with pytest.raises(entry.BadChange):
        send(row.pk, officer, set_(path, "1"), version=7)


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_changes_leaves_everything_in_step(row: Stored, officer: User, seed: int) -> None:
    chance = random.Random(seed)
    for _turn in range(6):
        opened = entry.open_entry(stored(row.pk))
        changes: list[dict[str, Any]] = []
        lists = {name: list(opened.uids[name]) for name in ("indicators", "period_indicators", "costs")}
        for _change in range(chance.randint(1, 8)):
            name = chance.choice(list(lists))
            rows, fresh = lists[name], uuid.UUID(int=chance.getrandbits(128)).hex
            op = chance.choice(["add", "set", "move", "delete"]) if rows else "add"
            uid = chance.choice(rows) if rows else ""
            after = chance.choice(["", *rows])
            if op == "add":
                rows.append(fresh)
                changes.append(
                    {"op": "add", "list": name, "uid": fresh, "after": after, "values": {"basis": fresh[:3]}}
                )
            elif op == "set":
                changes.append(set_(f"{name}/{uid}/basis", chance.choice(["", "依据", "其他"])))
            elif op == "move":
                changes.append({"op": "move", "list": name, "uid": uid, "after": after})
            else:
                rows.remove(uid)
                changes.append({"op": "delete", "list": name, "uid": uid})
        expected = opened.draft
        editing.apply(expected, changes)
        send(row.pk, officer, *changes)
        again = entry.open_entry(stored(row.pk))
        assert again.table == expected.table
        assert {name: again.uids[name] for name in lists} == {name: expected.uids[name] for name in lists}
    consistent(row)


# --- the project behind a table --------------------------------------------------------------------


def test_typing_a_name_leaves_one_project(row: Stored, officer: User) -> None:
    for name in ("办", "办公", "办公用房"):
        send(row.pk, officer, set_("project.name", name), set_("project.code", ""))
    assert [project.name for project in Project.objects.all()] == ["办公用房"]
    consistent(row)


def test_a_rename_never_renames_another_years_project(row: Stored, officer: User, bureau: Department) -> None:
    tables(bureau, year=2026)
    assert Project.objects.count() == 1
    send(row.pk, officer, set_("project.code", ""), set_("project.name", "另一个项目"))
    assert sorted(Project.objects.values_list("name", flat=True)) == ["办公设备购置1", "另一个项目"]


def test_a_place_that_another_table_holds_is_not_taken(row: Stored, officer: User, bureau: Department) -> None:
    [other] = tables(bureau, start=2)
    applied = send(other.pk, officer, set_("project.code", "P0001"), set_("project.name", "办公设备购置1"))
    assert Stored.objects.get(pk=other.pk).project_id != Stored.objects.get(pk=row.pk).project_id
    assert content(other).project.name == "办公设备购置1"
    told = [(item["level"], item["code"]) for item in applied.answer["findings"] if item["path"] == "project.name"]
    assert told == [("block", "filing")]
    # It is said again whenever the table is opened, and the table cannot be submitted beside the other.
    fresh = Stored.objects.select_related("department", "fiscal_year").get(pk=other.pk)
    opened = entry.open_entry(fresh)
    assert [(item.code, item.field) for item in opened.findings if item.code == "filing"] == [
        ("filing", "project.name")
    ]
    assert opened.states["basics"] == "findings"
    with pytest.raises(
        workflow.IllegalTransition, match="本部门本年度已有同名（或同编码）项目的表，请改名，或作废重复的一张"
    ):
        workflow.apply(table_id=other.pk, action="submit", user=officer, version=fresh.version)
    send(other.pk, officer, set_("project.code", "P0002"), set_("project.name", "办公设备购置2"))
    fresh = Stored.objects.select_related("department", "fiscal_year").get(pk=other.pk)
    assert [item for item in entry.open_entry(fresh).findings if item.code == "filing"] == []


# --- how much it costs -----------------------------------------------------------------------------


def with_indicators(bureau: Department, count: int, number: int) -> Stored:
    rows = [Indicator("产出指标", "数量指标", f"指标{n}", value="≥95%") for n in range(count)]
    saved = save_tables([Entry(table(number, indicators=rows, fiscal_year=2027), bureau)]).saved[0]
    findings.refresh_one(saved.pk or 0)
    return Stored.objects.get(pk=saved.pk)


def queries(user: User, row: Stored, *changes: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        send(row.pk, User.objects.get(pk=user.pk), *changes)
    return len(captured)


@pytest.mark.parametrize("kind", ["set", "many", "add", "delete", "move"])
def test_a_save_takes_the_same_queries_for_3_and_100_rows(officer: User, bureau: Department, kind: str) -> None:
    counts = []
    for number, count in ((1, 3), (2, 100)):
        row = with_indicators(bureau, count, number)
        rows = uids(row)
        changes: list[dict[str, Any]] = {
            "set": [set_(f"indicators/{rows[0]}/value", "≥96%")],
            "many": [set_(f"indicators/{uid}/value", f"≥{at}%") for at, uid in enumerate(rows)],
            "add": [
                {"op": "add", "list": "indicators", "uid": uuid.uuid4().hex, "after": "", "values": {"name": "新"}}
            ],
            "delete": [{"op": "delete", "list": "indicators", "uid": rows[0]}],
            "move": [{"op": "move", "list": "indicators", "uid": rows[-1], "after": ""}],
        }[kind]
        counts.append(queries(officer, row, *changes))
    assert counts[0] == counts[1]
    assert counts[0] <= 31


def test_only_what_changed_is_written(officer: User, bureau: Department) -> None:
    row = with_indicators(bureau, 5, 1)
    uid = uids(row)[2]
    with CaptureQueriesContext(connection) as captured:
        send(row.pk, officer, set_(f"indicators/{uid}/description", "说明"))
    # Django's SQLite puts the number of repetitions in front of a statement for many rows.
    asked = [re.sub(r"^[\d?]+ times: ", "", query["sql"]) for query in captured]
    writes = [sql for sql in asked if sql.startswith(("UPDATE", "INSERT", "DELETE"))]
    names = ("projects_tableindicator", "projects_targettable", "projects_auditevent", "projects_entrysave")
    assert len(writes) == 4
    for sql, name in zip(writes, names, strict=True):
        assert name in sql
    assert '"description"' in writes[0]
    assert '"value"' not in writes[0]
    assert "goals_annual" not in writes[1]


# --- two people at once ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks")
def test_two_saves_at_once_leave_one_winner_and_one_stale(bureau: Department, officer: User, row: Stored) -> None:
    results: list[str] = []
    barrier = threading.Barrier(2)

    def save(text: str) -> None:
        barrier.wait(timeout=10)
        try:
            send(row.pk, User.objects.get(pk=officer.pk), set_("goals.annual", text), version=1)
            results.append(text)
        except entry.Stale as error:
            results.append(f"stale {error.cells['goals.annual']['mine']}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(text,)) for text in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    winner = content(row).goals.annual
    assert sorted(results) == sorted([winner, f"stale {({'甲', '乙'} - {winner}).pop()}"])
    assert Stored.objects.get(pk=row.pk).version == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks")
def test_a_batch_sent_twice_at_once_is_applied_once(bureau: Department, officer: User, row: Stored) -> None:
    batch, uid = str(uuid.uuid4()), uuid.uuid4().hex
    answers: list[Any] = []
    barrier = threading.Barrier(2)

    def save() -> None:
        barrier.wait(timeout=10)
        change = {"op": "add", "list": "costs", "uid": uid, "values": {"content": "打印机"}}
        try:
            applied = send(row.pk, User.objects.get(pk=officer.pk), change, version=1, batch=batch)
            answers.append(applied.answer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert [cost.content for cost in content(row).costs] == ["电脑", "打印机"]
