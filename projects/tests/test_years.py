"""Years: acts, guards, audit lines; roll-over: what is copied, what is left alone, how many queries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import AuditEvent, Department, FiscalYear, Project, Role, TargetTable, User
from projects.permissions import rights_of
from projects.services import years
from projects.services.rollover import Choice, Outcome, copied, preview, roll_over
from projects.services.years import YearRefused
from projects.store import load_tables
from projects.targettable import Funding, Goals
from projects.tests import office
from projects.tests.generated import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return office.person("admin", (Role.ADMINISTRATOR, None))


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(name="财政局")


def audited() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "object_name"))


def test_life_of_a_year_and_its_audit_lines(admin, bureau) -> None:
    year = years.create_year(user=admin, number=2027)
    office.tables(bureau, 2, status="approved")
    for action, state in (
        ("close", "closed"),
        ("open", "open"),
        ("close", "closed"),
        ("publish", "published"),
        ("unpublish", "closed"),
    ):
        assert years.change_state(user=admin, year_id=year.pk, action=action).state == state
    assert audited() == [
        (f"year.{name}", "2027年") for name in ("create", "close", "open", "close", "publish", "close")
    ]
    last = AuditEvent.objects.order_by("id").last()
    assert (last.before, last.after) == ({"状态": "已公布"}, {"状态": "已关闭"})


@pytest.mark.parametrize(
    ("state", "action", "why"),
    [
        ("open", "open", "2027年“填报中”，不能重新开放"),
        ("open", "publish", "2027年“填报中”，不能公布；请先关闭"),
        ("open", "unpublish", "2027年“填报中”，不能撤回公布"),
        ("closed", "close", "2027年“已关闭”，不能关闭"),
        ("closed", "unpublish", "2027年“已关闭”，不能撤回公布"),
        ("published", "open", "2027年“已公布”，不能重新开放"),
        ("published", "close", "2027年“已公布”，不能关闭"),
        ("published", "publish", "2027年“已公布”，不能公布"),
        ("open", "burn", "没有这种操作"),
        ("closed", "publish", "没有已批复的表，不能公布"),
    ],
)
def test_every_other_step_is_refused(admin, state: str, action: str, why: str) -> None:
    year = office.year(2027, state=state)
    with pytest.raises(YearRefused) as refused:
        years.change_state(user=admin, year_id=year.pk, action=action)
    assert str(refused.value) == why
    assert (FiscalYear.objects.get().state, audited()) == (state, [])


@pytest.mark.parametrize("status", ["submitted", "dept_reviewed"])
def test_a_year_with_tables_under_review_is_not_published_and_keeps_its_levels(admin, bureau, status: str) -> None:
    year = office.year(2027, state="closed")
    office.tables(bureau, 1, status="approved")
    office.tables(bureau, 3, start=5, status=status)
    with pytest.raises(YearRefused, match="有 3 张表正在审核，不能公布；请重新开放，办结或退回后再公布"):
        years.change_state(user=admin, year_id=year.pk, action="publish")
    with pytest.raises(YearRefused, match="有 3 张表正在审核，审核级次不能改变"):
        _change(admin, year, levels="finance")


def _change(user: User, year: FiscalYear, **fields: object) -> FiscalYear:
    values = {"levels": "both", "due": None, "department_due": None, "finance_due": None}
    return years.change_year(user=user, year_id=year.pk, **(values | fields))


def test_due_dates_follow_the_steps(admin) -> None:
    year = office.year(2027)
    early, late = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    with pytest.raises(YearRefused, match="财政审核截止不能早于送审截止"):
        _change(admin, year, due=late, finance_due=early)
    with pytest.raises(YearRefused, match="部门审核截止不能早于送审截止"):
        _change(admin, year, due=late, department_due=early)
    changed = _change(admin, year, due=early, department_due=late, finance_due=late, levels="finance")
    assert (changed.due, changed.department_due, changed.finance_due) == (early, None, late)
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.after["送审截止"], line.after["审核级次"]) == (
        "year.change",
        "2027-01-01 08:00",
        "只有财政审核",
    )
    _change(admin, year, due=early, finance_due=late, levels="finance")
    assert AuditEvent.objects.count() == 1


def test_only_the_administrator_of_everything_keeps_years(bureau) -> None:
    year = office.year(2027)
    for name, role, at in (("a", Role.ADMINISTRATOR, bureau), ("b", Role.OFFICER, None), ("c", Role.SECURITY, None)):
        user = office.person(name, (role, at))
        for act in (
            lambda user=user: years.create_year(user=user, number=2030),
            lambda user=user: years.change_state(user=user, year_id=year.pk, action="close"),
            lambda user=user: _change(user, year),
            lambda user=user: roll_over(user=user, source=year, target=year, choice=Choice()),
        ):
            with pytest.raises(YearRefused, match="需要全部部门的系统管理员"):
                act()


@pytest.mark.parametrize(("number", "why"), [(2027, "2027年已经有了"), (1900, "1900"), (20270, "20270")])
def test_years_are_new_and_plausible(admin, number: int, why: str) -> None:
    office.year(2027)
    with pytest.raises(YearRefused):
        years.create_year(user=admin, number=number)
    assert FiscalYear.objects.count() == 1


# Roll-over --------------------------------------------------------------------------------------------------------


def test_copy_takes_what_was_chosen_and_always_what_the_project_is() -> None:
    old = table(1, fiscal_year=2027, title="2027年度项目绩效目标表（2027号）", duties="职责")
    whole = copied(old, 2028, Choice(funding=True))
    assert whole == table(1, fiscal_year=2028, title="2028年度项目绩效目标表（2027号）", duties="职责")
    bare = copied(old, 2028, Choice(goals=False, indicators=False, funding=False))
    assert (bare.goals, bare.duties, bare.indicators, bare.funding, bare.spend_plan) == (Goals(), "", [], Funding(), [])
    assert (bare.project, bare.extra, bare.layout, bare.costs[0].content) == (old.project, old.extra, "hebei", "电脑")
    assert bare.costs[0].amount is None
    assert old.costs[0].amount == Decimal("20000.00")


def test_roll_over_makes_linked_drafts_once(admin, bureau) -> None:
    old = office.tables(bureau, 3, status="approved")
    target = office.year(2028)
    source = FiscalYear.objects.get(year=2027)
    shown = preview(source=source, target=target, choice=Choice())
    assert [(line.department, line.found, line.existing) for line in shown.lines] == [(bureau, 3, 0)]
    assert roll_over(user=admin, source=source, target=target, choice=Choice()) == Outcome(3, 0)
    new = list(TargetTable.objects.filter(fiscal_year=target).order_by("position"))
    assert [(row.predecessor_id, row.status, row.project_id, row.source) for row in new] == [
        (row.pk, "draft", row.project_id, "由2027年度结转") for row in old
    ]
    assert load_tables(TargetTable.objects.filter(pk=new[0].pk))[0].indicators == table(1).indicators
    assert roll_over(user=admin, source=source, target=target, choice=Choice()) == Outcome(0, 3)
    assert preview(source=source, target=target, choice=Choice()).fresh == 0
    lines = AuditEvent.objects.filter(action="year.rollover").order_by("id")
    assert [(line.object_name, line.after["新建草稿"], line.after["已有"]) for line in lines] == [
        ("2028年", 3, 0),
        ("2028年", 0, 3),
    ]
    assert Project.objects.count() == 3


def test_what_somebody_wrote_or_voided_in_the_new_year_stays(admin, bureau) -> None:
    office.tables(bureau, 3)
    target, source = office.year(2028), FiscalYear.objects.get(year=2027)
    (own,) = office.tables(bureau, 1, year=2028, start=2)
    TargetTable.objects.filter(pk=own.pk).update(label="自己写的")
    assert roll_over(user=admin, source=source, target=target, choice=Choice()) == Outcome(2, 1)
    assert TargetTable.objects.get(pk=own.pk).label == "自己写的"
    TargetTable.objects.filter(fiscal_year=target, predecessor__isnull=False).update(status="void")
    assert roll_over(user=admin, source=source, target=target, choice=Choice()) == Outcome(0, 3)


def test_choice_of_departments_and_of_approved_tables(admin, bureau) -> None:
    section = Department.objects.create(name="国库处", parent=bureau)
    other = Department.objects.create(name="卫健局")
    office.tables(bureau, 1, status="approved")
    office.tables(section, 2)
    office.tables(other, 4, status="void")
    office.tables(other, 3, start=10)
    source, target = FiscalYear.objects.get(year=2027), office.year(2028)

    def found(**choice: object) -> dict[str, int]:
        lines = preview(source=source, target=target, choice=Choice(**choice)).lines
        return {line.department.name: line.fresh for line in lines}

    assert found() == {"财政局": 1, "国库处": 2, "卫健局": 3}
    assert found(department_ids=(bureau.pk,)) == {"财政局": 1, "国库处": 2}
    assert found(department_ids=(section.pk, other.pk)) == {"国库处": 2, "卫健局": 3}
    assert found(only_approved=True) == {"财政局": 1}


def test_department_tables_are_found_again_by_their_title(admin, bureau) -> None:
    from projects.store import Entry, save_tables

    whole = table(1, fiscal_year=2027, kind="department", title="2027年部门整体支出绩效目标表")
    whole.project.code = whole.project.name = ""
    save_tables([Entry(whole, bureau)])
    source, target = FiscalYear.objects.get(year=2027), office.year(2028)
    whole.fiscal_year, whole.title = 2028, "2028年部门整体支出绩效目标表"
    save_tables([Entry(whole, bureau)])
    assert roll_over(user=admin, source=source, target=target, choice=Choice()) == Outcome(0, 1)


@pytest.mark.parametrize(
    ("source", "target", "state", "why"),
    [
        (2027, 2027, "open", "只能结转到以后的年度"),
        (2027, 2026, "open", "只能结转到以后的年度"),
        (2027, 2028, "closed", "2028年“已关闭”，不能结转"),
    ],
)
def test_roll_over_goes_forward_into_an_open_year(admin, source: int, target: int, state: str, why: str) -> None:
    office.year(source)
    office.year(target, state=state)
    found = {row.year: row for row in FiscalYear.objects.all()}
    with pytest.raises(YearRefused) as refused:
        roll_over(user=admin, source=found[source], target=found[target], choice=Choice())
    assert str(refused.value) == why


def test_roll_over_of_200_tables_takes_as_many_queries_as_of_2(admin, bureau) -> None:
    source = office.year(2027)
    rights_of(admin)
    counts = []
    for start, number in ((1, 2), (100, 200)):
        office.tables(bureau, number, start=start)
        target = office.year(2028 + len(counts))
        with CaptureQueriesContext(connection) as queries:
            roll_over(user=admin, source=source, target=target, choice=Choice(funding=True))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert TargetTable.objects.filter(fiscal_year__year=2029).count() == 202
