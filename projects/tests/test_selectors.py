from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from indicators.models import Category
from projects.models import Department, Membership, Role, TargetTable, User
from projects.models.department import subtree
from projects.selectors.departments import find_departments
from projects.selectors.tables import filter_tables, list_tables, previous_table, previous_tables, visible_to
from projects.store import save_tables
from projects.targettable import DepartmentRef
from projects.tests.generated import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Department]:
    root = Department.objects.create(name="区政府")
    bureau = Department.objects.create(name="财政局", parent=root)
    office = Department.objects.create(name="国库处", parent=bureau)
    return {"root": root, "bureau": bureau, "office": office, "other": Department.objects.create(name="卫健局")}


def test_subtree_is_the_department_and_everything_below(tree: dict[str, Department]) -> None:
    below = Department.objects.filter(subtree(tree["bureau"].path)).order_by("path")
    assert [item.name for item in below] == ["财政局", "国库处"]
    assert tree["office"].ancestor_ids == [tree["root"].pk, tree["bureau"].pk]
    assert tree["office"].depth == 2


def test_moved_department_takes_its_descendants_along(tree: dict[str, Department]) -> None:
    tree["bureau"].parent = tree["other"]
    tree["bureau"].save()
    below = Department.objects.filter(subtree(tree["other"].path)).order_by("path")
    assert [item.name for item in below] == ["卫健局", "财政局", "国库处"]
    assert [item.name for item in Department.objects.filter(subtree(tree["root"].path))] == ["区政府"]


def test_department_cannot_move_below_itself(tree: dict[str, Department]) -> None:
    tree["root"].parent = tree["office"]
    with pytest.raises(ValueError, match="下级"):
        tree["root"].save()


@pytest.mark.parametrize(
    "double",
    [{"name": "卫健局"}, {"name": "新", "code": "101"}],
)
def test_department_names_and_codes_are_unique_where_they_identify(
    tree: dict[str, Department], double: dict[str, str]
) -> None:
    Department.objects.create(name="有代码", code="101")
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.create(**double)
    Department.objects.create(name="卫健局", code="102")
    Department.objects.create(name="卫健局", parent=tree["root"])


def test_find_departments_by_code_then_name(tree: dict[str, Department]) -> None:
    coded = Department.objects.create(name="本级", code="101")
    assert find_departments("101") == [coded]
    assert find_departments(" 财政局 ") == [tree["bureau"]]
    assert find_departments("") == []


def test_list_takes_one_query_for_1_and_for_30_tables() -> None:
    counts = []
    for numbers in (range(1), range(1, 30)):
        save_tables([table(number) for number in numbers])
        with CaptureQueriesContext(connection) as queries:
            for row in list_tables(TargetTable.objects.all()):
                assert (row.department.name, row.fiscal_year.year) == ("山海关区退役军人事务局", 2021)
                assert row.label
                assert row.amount is not None
        counts.append(len(queries))
    assert counts == [1, 1]


def test_filters_narrow_and_leave_out_retired_tables(tree: dict[str, Department]) -> None:
    rows = [
        table(1, department=DepartmentRef("", "国库处")),
        table(2, department=DepartmentRef("", "财政局"), fiscal_year=2022),
        table(3, department=DepartmentRef("", "卫健局"), layout="longhua"),
    ]
    rows[2].funding.total = Decimal("5.00")
    save_tables(rows)
    TargetTable.objects.filter(project_code="P0002").update(status="void")

    def codes(**options: object) -> list[str]:
        chosen = filter_tables(TargetTable.objects.order_by("id"), **options)
        return [row.project_code for row in chosen]

    assert codes() == ["P0001", "P0003"]
    assert codes(status="void") == ["P0002"]
    assert codes(live=False, year=2022) == ["P0002"]
    assert codes(department=tree["root"]) == ["P0001"]
    assert codes(department=tree["bureau"], below=False, live=False) == ["P0002"]
    assert codes(layout="longhua") == ["P0003"]
    assert codes(amount_max=Decimal("5")) == ["P0003"]
    assert codes(amount_min=Decimal("200000"), kind="project") == ["P0001"]
    assert codes(text="国库") == ["P0001"]


def test_previous_tables_are_those_of_the_latest_earlier_year_in_one_query() -> None:
    for year in (2019, 2021, 2022):
        save_tables([table(1, fiscal_year=year), table(2, fiscal_year=year, kind="department", title=f"{year}年整体")])
    rows = list(TargetTable.objects.select_related("fiscal_year").order_by("id"))
    with CaptureQueriesContext(connection) as queries:
        found = previous_tables(rows)
    assert len(queries) == 1
    assert {pk: before.pk for pk, before in found.items()} == {
        rows[2].pk: rows[0].pk,
        rows[3].pk: rows[1].pk,
        rows[4].pk: rows[2].pk,
        rows[5].pk: rows[3].pk,
    }
    assert previous_table(rows[0]) is None


def test_visible_to_nobody_without_login() -> None:
    save_tables([table()])
    assert visible_to(AnonymousUser()).count() == 0
    reader = User.objects.create(username="a")
    assert visible_to(reader).count() == 0
    Membership.objects.create(user=reader, role=Role.READER)
    assert visible_to(User.objects.get(pk=reader.pk)).count() == 1
    User.objects.update(is_active=False)
    assert visible_to(User.objects.get(pk=reader.pk)).count() == 0


def test_national_category_tree() -> None:
    codes = list(Category.objects.values_list("code", flat=True))
    assert [code for code in codes if "." not in code] == ["cost", "output", "outcome", "satisfaction"]
    assert len([code for code in codes if "." in code]) == 12
    assert {category.code: category.level for category in Category.objects.all() if category.level == 1}.keys() == {
        "cost",
        "output",
        "outcome",
        "satisfaction",
    }
