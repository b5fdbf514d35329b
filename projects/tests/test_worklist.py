"""What waits for whom: exact contents per role, the board's figures, query counts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Department, FiscalYear, Role, TargetTable, TransitionRecord, User
from projects.permissions import rights_of
from projects.selectors.worklist import WorkList, progress, worklist
from projects.tests import office

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture
def tree() -> dict[str, Department]:
    bureau = Department.objects.create(name="财政局")
    return {
        "bureau": bureau,
        "section": Department.objects.create(name="国库处", parent=bureau),
        "other": Department.objects.create(name="卫健局"),
    }


def shown(found: WorkList) -> dict[str, list[str]]:
    return {part.key: [task.label for task in part.tasks] for part in found.parts}


def stock(tree: dict[str, Department], officer: User) -> None:
    """One table of each state in every department; the number says which: 1x bureau, 2x section, 3x other."""
    for place, name in enumerate(tree, 1):
        for number, status in enumerate(TargetTable.Status.values):
            sender = officer if status not in ("draft", "returned") else None
            office.tables(tree[name], start=place * 10 + number, status=status, submitted_by=sender)


def named(*numbers: int) -> list[str]:
    return [f"办公设备购置{number}" for number in numbers]


def test_contents_of_every_role(tree) -> None:
    sender = office.person("sender")
    stock(tree, sender)
    draft, submitted, passed, returned = 0, 1, 2, 4

    def of(*roles: tuple[str, Department | None]) -> dict[str, list[str]]:
        return shown(worklist(office.person(f"p{User.objects.count()}", *roles), now=NOW))

    assert of((Role.OFFICER, tree["section"])) == {"returned": named(20 + returned), "drafts": named(20 + draft)}
    assert of((Role.OFFICER, tree["bureau"])) == {
        "returned": named(10 + returned, 20 + returned),
        "drafts": named(10 + draft, 20 + draft),
    }
    assert of((Role.DEPARTMENT_REVIEWER, tree["bureau"])) == {"reviews": named(10 + submitted, 20 + submitted)}
    assert of((Role.FINANCE_REVIEWER, None)) == {"reviews": named(10 + passed, 20 + passed, 30 + passed)}
    assert of((Role.DEPARTMENT_REVIEWER, tree["section"]), (Role.FINANCE_REVIEWER, tree["other"])) == {
        "reviews": named(20 + submitted, 30 + passed)
    }
    for role in (Role.READER, Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR):
        assert of((role, None)) == {}
    assert of() == {}


@pytest.mark.parametrize(
    ("levels", "department", "finance"),
    [("both", [11], [12]), ("department", [11, 12], []), ("finance", [], [11, 12])],
)
def test_review_levels_decide_who_waits(tree, levels: str, department: list[int], finance: list[int]) -> None:
    stock({"bureau": tree["bureau"]}, office.person("sender"))
    office.year(2027, levels=levels)
    one = office.person("one", (Role.DEPARTMENT_REVIEWER, None))
    two = office.person("two", (Role.FINANCE_REVIEWER, None))
    assert [shown(worklist(user, now=NOW))["reviews"] for user in (one, two)] == [named(*department), named(*finance)]


def test_own_submissions_and_tables_passed_by_oneself_do_not_wait(tree) -> None:
    user = office.person("both", (Role.DEPARTMENT_REVIEWER, None), (Role.FINANCE_REVIEWER, None))
    office.tables(tree["bureau"], status="submitted", submitted_by=user)
    (passed,) = office.tables(tree["bureau"], start=2, status="dept_reviewed", submitted_by=office.person("x"))
    office.record(passed, "pass", "dept_reviewed", user)
    (again,) = office.tables(tree["bureau"], start=3, status="dept_reviewed")
    office.record(again, "pass", "dept_reviewed", user)
    office.record(again, "pass", "dept_reviewed", office.person("y"))
    (nobody,) = office.tables(tree["bureau"], start=4, status="submitted", submitted_by=None)
    assert {task.pk for task in worklist(user, now=NOW).reviews.tasks} == {again.pk, nobody.pk}


def test_returned_tables_show_the_latest_reason_and_waiting_time(tree) -> None:
    officer = office.person("officer", (Role.OFFICER, tree["bureau"]))
    (row,) = office.tables(tree["bureau"], status="returned")
    for reason in ("第一次", "金额不符"):
        office.record(row, "return", "returned", None, reason)
    (task,) = worklist(officer).returned.tasks
    at = TransitionRecord.objects.order_by("-id").first().at
    assert (task.reason, task.since, task.department) == ("金额不符", at, "财政局")
    assert task.waited(at + timedelta(hours=5)) == timedelta(hours=5)


def test_overdue_is_measured_by_the_date_of_each_step(tree) -> None:
    officer = office.person("officer", (Role.OFFICER, None))
    one = office.person("one", (Role.DEPARTMENT_REVIEWER, None))
    two = office.person("two", (Role.FINANCE_REVIEWER, None))
    for number, status in enumerate(("draft", "returned", "submitted", "dept_reviewed")):
        office.tables(tree["bureau"], start=number, status=status)

    def late() -> list[tuple[int, bool]]:
        parts = [*worklist(officer, now=NOW).parts, worklist(one, now=NOW).reviews, worklist(two, now=NOW).reviews]
        return [(part.overdue, part.tasks[0].overdue) for part in parts]

    no, yes = (0, False), (1, True)
    assert late() == [no, no, no, no]
    office.year(2027, due=PAST, department_due=FUTURE, finance_due=FUTURE)
    assert late() == [yes, yes, no, no]
    office.year(2027, due=PAST, department_due=PAST, finance_due=FUTURE)
    assert late() == [yes, yes, yes, no]
    office.year(2027, due=FUTURE, department_due=FUTURE, finance_due=PAST)
    assert late() == [no, no, no, yes]


def test_closed_years_and_other_years_and_departments_do_not_wait(tree) -> None:
    officer = office.person("officer", (Role.OFFICER, None), (Role.DEPARTMENT_REVIEWER, None))
    office.year(2026, state="closed")
    for status in ("draft", "submitted"):
        for year, number in ((2026, 1), (2027, 2), (2028, 3)):
            office.tables(tree["bureau"], start=number if status == "draft" else number + 10, year=year, status=status)
    assert shown(worklist(officer)) == {"returned": [], "drafts": named(2, 3), "reviews": named(12, 13)}
    assert shown(worklist(officer, year=2027)) == {"returned": [], "drafts": named(2), "reviews": named(12)}
    assert worklist(officer, department=tree["other"]).total == 0


def test_long_lists_count_all_and_show_the_longest_waiting(tree) -> None:
    reviewer = office.person("r", (Role.DEPARTMENT_REVIEWER, None))
    rows = office.tables(tree["bureau"], 25, status="submitted")
    office.record(rows[0], "submit", "submitted", None)
    TargetTable.objects.exclude(pk=rows[0].pk).update(updated_at=timezone.now() - timedelta(days=2))
    part = worklist(reviewer).reviews
    assert (part.count, [task.pk for task in part.tasks]) == (25, [row.pk for row in rows[1:11]])


def test_worklist_takes_as_many_queries_for_50_tables_as_for_1(tree) -> None:
    roles = [(role, tree["bureau"]) for role in (Role.OFFICER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER)]
    user = office.person("all", *roles)
    rights_of(user)
    counts = []
    for start, number in ((1, 1), (100, 50)):
        for step, status in enumerate(("draft", "returned", "submitted", "dept_reviewed")):
            office.tables(tree["bureau"], number, start=start + step * 100, status=status)
        with CaptureQueriesContext(connection) as queries:
            worklist(user)
        counts.append(len(queries))
    assert counts == [6, 6]


# The board --------------------------------------------------------------------------------------------------------


def figures(user: User, year: FiscalYear) -> list[tuple]:
    return [
        (row.department.name, row.depth, row.filed, row.review, row.approved, row.drafts, row.missing, row.overdue)
        for row in progress(user, year, now=NOW)
    ]


def test_board_counts_departments_with_what_is_below(tree) -> None:
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    year = office.year(2027, due=FUTURE)
    stock(tree, office.person("sender"))
    office.tables(tree["section"], 3, year=2026, start=20)
    office.tables(tree["section"], 2, year=2026, start=50)
    office.tables(tree["other"], 1, year=2026, start=60, status="void")
    office.tables(tree["other"], 1, year=2025, start=61)
    Department.objects.create(name="没有表的局")
    assert figures(admin, year) == [
        ("财政局", 0, 8, 4, 4, 4, 2, 0),
        ("国库处", 1, 4, 2, 2, 2, 2, 0),
        ("卫健局", 0, 4, 2, 2, 2, 0, 0),
    ]
    year.due = PAST
    assert [row[-1] for row in figures(admin, year)] == [6, 4, 2]


def test_board_reaches_down_never_sideways_and_is_for_administrators_alone(tree) -> None:
    year = office.year(2027)
    for place, department in enumerate(tree.values()):
        office.tables(department, start=place)
    part = office.person("part", (Role.ADMINISTRATOR, tree["section"]), (Role.OFFICER, None))
    assert [row[:2] for row in figures(part, year)] == [("国库处", 0)]
    assert figures(office.person("officer", (Role.OFFICER, None)), year) == []
    everywhere = office.person("admin", (Role.ADMINISTRATOR, None))
    assert [row.department.name for row in progress(everywhere, year, department=tree["bureau"])] == [
        "财政局",
        "国库处",
    ]


def test_bar_has_the_figures_of_the_table(tree) -> None:
    admin = office.person("admin", (Role.ADMINISTRATOR, None))
    year = office.year(2027)
    for number, status in enumerate(("approved", "approved", "submitted", "draft")):
        office.tables(tree["other"], start=number, status=status)
    office.tables(tree["other"], 4, year=2026, start=50)
    (row,) = progress(admin, year)
    assert row.expected == 8
    assert row.bar() == [("approved", "0.00", "25.00"), ("review", "25.00", "12.50"), ("drafts", "37.50", "12.50")]


def test_board_takes_as_many_queries_for_50_departments_as_for_1() -> None:
    admin, year = office.person("admin", (Role.ADMINISTRATOR, None)), office.year(2027)
    rights_of(admin)
    counts = []
    for start, number in ((1, 1), (100, 50)):
        for index in range(start, start + number):
            office.tables(Department.objects.create(name=f"局{index}"), start=index)
        with CaptureQueriesContext(connection) as queries:
            rows = progress(admin, year)
        counts.append((len(rows), len(queries)))
    assert counts == [(1, 3), (51, 3)]


def test_home_shows_the_work_of_the_person_and_the_board_of_the_administrator(client, tree) -> None:
    office.year(2027, due=timezone.now() - timedelta(days=1))
    (row,) = office.tables(tree["bureau"], status="returned")
    office.record(row, "return", "returned", None, "请补<依据>")
    client.force_login(office.person("officer", (Role.OFFICER, tree["bureau"])))
    page = client.get("/").content.decode()
    assert "退回意见：请补&lt;依据&gt;" in page
    assert ("逾期 1" in page, "填报进度" in page) == (True, False)
    client.force_login(office.person("admin", (Role.ADMINISTRATOR, None)))
    page = client.get("/").content.decode()
    assert ("2027年度填报进度" in page, "退回意见" in page) == (True, False)
