from copy import deepcopy
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from projects import models
from projects.models import TargetTable as Stored
from projects.store import Entry, load_tables, match_rows, save_tables
from projects.targettable import DepartmentRef, Indicator, TargetTable
from projects.tests.generated import table, target_tables

pytestmark = pytest.mark.django_db


def outcomes(tables: list[TargetTable]) -> list[str]:
    return [saved.outcome for saved in save_tables(tables).saved]


@settings(max_examples=60)
@given(target_tables())
def test_any_table_comes_back_exactly_as_it_went_in(made: TargetTable) -> None:
    with transaction.atomic():
        [saved] = save_tables([made]).saved
        [loaded] = load_tables(Stored.objects.filter(pk=saved.pk))
        transaction.set_rollback(True)
    assert loaded == made
    assert loaded.sha256() == made.sha256()
    assert list(loaded.extra) == list(made.extra)


@settings(max_examples=30)
@given(target_tables(), target_tables())
def test_an_update_leaves_nothing_of_the_former_content(first: TargetTable, second: TargetTable) -> None:
    for made in (first, second):
        made.kind, made.fiscal_year, made.project.code, made.department = "project", 2021, "P1", DepartmentRef("", "局")
    with transaction.atomic():
        save_tables([first])
        [saved] = save_tables([second]).saved
        loaded = load_tables(Stored.objects.filter(pk=saved.pk))
        assert Stored.objects.count() == 1
        transaction.set_rollback(True)
    assert loaded == [second]


def test_blank_none_and_zero_stay_apart() -> None:
    made = table()
    made.spend_plan[1].percent = "10075.00%"
    made.funding.annual, made.funding.fiscal, made.funding.other = None, "", Decimal("0.00")
    save_tables([made])
    [loaded] = load_tables(Stored.objects.all())
    assert (loaded.funding.annual, loaded.funding.fiscal, loaded.funding.other) == (None, "", Decimal("0.00"))
    assert Stored.objects.get().unread == {"spend_plan.1.percent": "10075.00%", "funding.fiscal": ""}


def test_load_keeps_the_order_of_the_queryset() -> None:
    tables = [table(number) for number in range(1, 6)]
    save_tables(tables)
    assert load_tables(Stored.objects.order_by("id")) == tables
    assert load_tables(Stored.objects.order_by("-id")[:2]) == [tables[4], tables[3]]
    assert load_tables(Stored.objects.none()) == []


@pytest.mark.parametrize("change", [False, True])
def test_store_and_load_take_the_same_queries_for_1_50_and_500(change: bool) -> None:
    save_tables([table(9999)])  # year and department are there
    counts = []
    for start, number in ((0, 1), (100, 50), (200, 500)):
        tables = [table(start + index) for index in range(number)]
        if change:
            save_tables(tables)
            for made in tables:
                made.indicators[0].value = "≥96%"
        with CaptureQueriesContext(connection) as queries:
            result = save_tables(tables)
        assert {saved.outcome for saved in result.saved} == {"updated" if change else "new"}
        with CaptureQueriesContext(connection) as loads:
            loaded = load_tables(Stored.objects.filter(pk__any_of=[saved.pk for saved in result.saved]).order_by("id"))
        assert loaded == tables
        counts.append((len(queries), len(loads)))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0][1] == 8


def test_import_twice_changes_nothing() -> None:
    tables = [table(number) for number in range(3)]
    assert outcomes(tables) == ["new"] * 3
    before = list(Stored.objects.order_by("id").values())
    assert outcomes(deepcopy(tables)) == ["unchanged"] * 3
    assert list(Stored.objects.order_by("id").values()) == before


def test_changed_table_keeps_its_row_and_raises_its_version() -> None:
    made = table()
    [first] = save_tables([made]).saved
    made.goals.annual = "改了"
    [second] = save_tables([made]).saved
    assert (second.outcome, second.pk) == ("updated", first.pk)
    row = Stored.objects.get()
    assert (row.version, row.goals_annual, row.sha256) == (2, "改了", made.sha256())


def test_update_keeps_uids_of_the_same_rows() -> None:
    made = table()
    save_tables([made])
    old = dict(models.TableIndicator.objects.values_list("name", "uid"))
    made.indicators.insert(0, Indicator("产出指标", "时效指标", "完成时间", value="12月底"))
    made.indicators[1].value = "≥99%"
    save_tables([made])
    new = dict(models.TableIndicator.objects.values_list("name", "uid"))
    assert {name: uid for name, uid in new.items() if name in old} == old
    assert new["完成时间"] not in old.values()


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], {0: "u1", 1: "u0"}),
        ([("a", 1), ("a", 1)], [("a", 1)], {0: "u0"}),
        ([("a", 1), ("b", 2)], [("a", 9), ("c", 2)], {0: "u0", 1: "u1"}),
        ([("a", 1)], [("x", 1), ("y", 2)], {}),
        ([], [("a", 1)], {}),
    ],
)
def test_match_rows(old: list, new: list, kept: dict) -> None:
    assert match_rows([(f"u{index}", row) for index, row in enumerate(old)], new, [0]) == kept


def test_same_project_twice_with_other_content_is_refused() -> None:
    other = table(1, duties="别的")
    result = save_tables([table(1), table(2), other, table(1)]).saved
    assert [saved.outcome for saved in result] == ["new", "new", "refused", "unchanged"]
    assert [saved.same_as for saved in result] == [None, None, 0, 0]
    assert Stored.objects.count() == 2


@pytest.mark.parametrize("status", ["submitted", "dept_reviewed", "approved"])
def test_table_under_review_is_not_overwritten(status: str) -> None:
    made = table()
    save_tables([made])
    Stored.objects.update(status=status)
    assert outcomes([deepcopy(made)]) == ["unchanged"]
    [saved] = save_tables([table(1, duties="新")]).saved
    assert saved.outcome == "refused"
    assert str(Stored.Status(status).label) in saved.reason
    assert load_tables(Stored.objects.all()) == [made]


def test_void_table_makes_room_for_a_new_one() -> None:
    save_tables([table()])
    Stored.objects.update(status="void")
    assert outcomes([table(1, duties="新")]) == ["new"]
    assert Stored.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"fiscal_year": None}, "--year"),
        ({"fiscal_year": 2121}, "--year"),
        ({"department": DepartmentRef()}, "--department"),
        ({"department": DepartmentRef("", "长" * 201)}, "错位"),
    ],
)
def test_table_without_a_place_is_refused_with_the_remedy(change: dict, remedy: str) -> None:
    result = save_tables([table(1, **change), table(2)]).saved
    assert [saved.outcome for saved in result] == ["refused", "new"]
    assert remedy in result[0].reason


def test_years_of_one_project_share_it() -> None:
    save_tables([table(1), table(1, fiscal_year=2022)])
    assert models.Project.objects.count() == 1
    assert Stored.objects.values("project").distinct().count() == 1


def test_code_that_comes_later_continues_the_project() -> None:
    before = table(1)
    before.project.code = ""
    save_tables([before])
    save_tables([table(1, fiscal_year=2022)])
    assert [project.code for project in models.Project.objects.all()] == ["P0001"]
    after = table(1, fiscal_year=2023)
    after.project.code = ""
    save_tables([after])
    assert models.Project.objects.get().tables.count() == 3


def test_same_code_in_two_departments_is_two_projects() -> None:
    save_tables([table(1), table(1, department=DepartmentRef("", "卫生健康局"))])
    assert models.Project.objects.count() == 2


def test_department_code_that_comes_later_is_taken_up() -> None:
    save_tables([table(1)])
    result = save_tables([table(2, department=DepartmentRef("101", "山海关区退役军人事务局"))])
    assert result.departments == []
    assert [item.code for item in models.Department.objects.all()] == ["101"]
    assert outcomes([table(3)]) == ["new"]
    assert models.Department.objects.count() == 1


def test_ambiguous_department_name_is_refused() -> None:
    for code in ("101", "102"):
        models.Department.objects.create(code=code, name="机关本级")
    [saved] = save_tables([table(1, department=DepartmentRef("", "机关本级"))]).saved
    assert saved.outcome == "refused"
    assert "101、102" in saved.reason


def test_entry_is_filed_in_the_given_department() -> None:
    department = models.Department.objects.create(name="财政局")
    save_tables([Entry(table(), department, "甲.docx", 7)])
    row = Stored.objects.get()
    assert (row.department, row.department_name, row.source, row.position) == (
        department,
        "山海关区退役军人事务局",
        "甲.docx",
        7,
    )


def test_failure_leaves_the_database_as_it_was() -> None:
    broken = table(2)
    broken.funding.total = 5  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"funding\.total"):
        save_tables([table(1), broken])
    assert (Stored.objects.count(), models.Department.objects.count()) == (0, 0)


def test_amount_of_the_list_is_the_total_when_it_can_be_read() -> None:
    unreadable = table(2)
    unreadable.funding.total = "约20万"
    save_tables([table(1), unreadable])
    assert list(Stored.objects.order_by("id").values_list("amount", flat=True)) == [Decimal("200000.00"), None]


def test_second_live_table_of_a_project_and_year_breaks_a_constraint() -> None:
    save_tables([table()])
    row = Stored.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.status = "history"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.status = "void"
    row.save()


def test_second_summary_of_that_title_breaks_a_constraint() -> None:
    save_tables([table(1, kind="summary", title="汇总表")])
    row = Stored.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize(("field", "value"), [("kind", "other"), ("status", "lost"), ("version", 0)])
def test_impossible_heads_break_a_constraint(field: str, value: object) -> None:
    save_tables([table()])
    with pytest.raises(IntegrityError), transaction.atomic():
        Stored.objects.update(**{field: value})


def test_two_rows_in_one_position_break_a_constraint() -> None:
    save_tables([table()])
    with pytest.raises(IntegrityError), transaction.atomic():
        models.TableIndicator.objects.update(position=0)
