"""Rights reach down the tree, never sideways; what is refused says why."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import permissions
from projects.models import Department, FiscalYear, Membership, Role, TargetTable, User
from projects.permissions import EVERYWHERE, held_apart, may_give, may_keep, rights_of
from projects.selectors.tables import visible_to
from projects.tests.people.conftest import Person, browser

Tree = dict[str, Department]
Tables = dict[str, TargetTable]


def seen(user: User, tables: Tables) -> list[str]:
    found = set(visible_to(user).values_list("id", flat=True))
    return [place for place, table in tables.items() if table.pk in found]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({}, []),
        ({"officer": "office"}, ["office"]),
        ({"officer": "bureau"}, ["bureau", "office"]),
        ({"department_reviewer": "district"}, ["district", "bureau", "office", "sibling"]),
        ({"finance_reviewer": ""}, ["district", "bureau", "office", "sibling", "foreign"]),
        ({"reader": "sibling+foreign"}, ["sibling", "foreign"]),
        ({"administrator": "bureau"}, ["bureau", "office"]),
        ({"security": ""}, []),
        ({"auditor": ""}, []),
        ({"security": "", "reader": "office"}, ["office"]),
    ],
)
def test_tables_seen_are_those_of_the_departments_and_below(
    person: Person, tables: Tables, roles: dict[str, str], expected: list[str]
) -> None:
    assert TargetTable.objects.count() == 5  # what could leak is there
    assert seen(person("a", **roles), tables) == expected


def test_nobody_and_the_deactivated_see_nothing_and_a_superuser_is_an_administrator(
    person: Person, tables: Tables
) -> None:
    gone = person("gone", officer="district")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert visible_to(AnonymousUser()).count() == 0
    assert seen(User.objects.get(pk=gone.pk), tables) == []
    root = person("root", superuser=True)
    assert seen(root, tables) == list(tables)
    assert rights_of(root).has(Role.ADMINISTRATOR, None)
    assert [role for role in Role.values if rights_of(root).any(role)] == ["administrator"]


def test_rights_take_one_query_whatever_is_asked(person: Person, tree: Tree) -> None:
    user = User.objects.get(pk=person("a", officer="bureau+foreign", reader="office").pk)
    with CaptureQueriesContext(connection) as queries:
        rights = rights_of(user)
        assert rights.paths(Role.OFFICER) == [tree["bureau"].path, tree["foreign"].path]
        assert rights.paths() == [tree["bureau"].path, tree["foreign"].path]
        assert rights.paths(Role.AUDITOR) == []
        assert rights.has(Role.OFFICER, tree["office"])
        assert not rights.has(Role.OFFICER, tree["sibling"])
        assert not rights.has(Role.OFFICER, tree["district"])
        assert not rights.has(Role.READER, tree["bureau"])
        assert not rights.has(Role.OFFICER, None)
        assert rights_of(user) is rights
    assert len(queries) == 1
    below = Department.objects.filter(rights.departments(Role.OFFICER)).values_list("name", flat=True)
    assert list(below) == ["财政局", "国库处", "外区"]
    assert not Department.objects.filter(rights.departments(Role.AUDITOR)).exists()


def test_everywhere_is_all_departments(person: Person, tree: Tree) -> None:
    rights = rights_of(person("a", officer="", reader="office"))
    assert rights.paths(Role.OFFICER) is EVERYWHERE
    assert rights.paths() is EVERYWHERE
    assert rights.paths(Role.READER) == [tree["office"].path]
    assert rights.department_ids(Role.OFFICER) is EVERYWHERE
    assert Department.objects.filter(rights.departments(Role.OFFICER)).count() == 5


def test_root_of_many_departments_means_all_of_them(
    person: Person, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "BROAD", 3)
    assert rights_of(person("a", reader="district+foreign")).department_ids(Role.READER) is EVERYWHERE
    assert rights_of(person("b", reader="district")).department_ids(Role.READER) == [
        tree[place].pk for place in ("district", "bureau", "office", "sibling")
    ]


def test_moved_department_takes_its_visibility_along(person: Person, tables: Tables, tree: Tree) -> None:
    above, beside = person("above", reader="district"), person("beside", reader="foreign")
    bureau = tree["bureau"]
    bureau.parent = tree["foreign"]
    bureau.save()
    assert seen(User.objects.get(pk=above.pk), tables) == ["district", "sibling"]
    assert seen(User.objects.get(pk=beside.pk), tables) == ["bureau", "office", "foreign"]


@pytest.mark.parametrize("status", TargetTable.Status.values)
@pytest.mark.parametrize("year", FiscalYear.State.values)
def test_edit_needs_officer_editable_state_and_an_open_year(
    person: Person, tables: Tables, status: str, year: str
) -> None:
    table = tables["office"]
    table.status, table.fiscal_year.state = status, year
    allowed = status in ("draft", "returned") and year == "open"
    assert (permissions.may_edit(person("a", officer="bureau"), table) == "") is allowed
    for role in set(Role.values) - {"officer"}:
        assert permissions.may_edit(person(role, **{role: ""}), table) == "您不是“国库处”的填报人"
    assert permissions.may_edit(person("s", officer="sibling"), table) == "您不是“国库处”的填报人"


APART = {
    "officer": {"security", "auditor"},
    "department_reviewer": {"security", "auditor"},
    "finance_reviewer": {"security", "auditor"},
    "reader": {"auditor"},
    "administrator": {"security", "auditor"},
    "security": {"officer", "department_reviewer", "finance_reviewer", "administrator", "auditor"},
    "auditor": {"officer", "department_reviewer", "finance_reviewer", "reader", "administrator", "security"},
}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("held", Role.values)
def test_roles_held_apart(role: str, held: str) -> None:
    assert bool(held_apart([held], role)) is (held in APART[role])
    assert (role in APART[held]) is (held in APART[role])  # the table is symmetric


GIVERS = {role: "administrator" for role in ("officer", "department_reviewer", "finance_reviewer", "reader")} | {
    role: "security" for role in ("administrator", "security", "auditor")
}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("actor", Role.values)
def test_who_gives_which_role_where(person: Person, tree: Tree, role: str, actor: str) -> None:
    giver, other = person("giver", **{actor: "bureau"}), person("other")
    right = GIVERS[role] == actor
    given = {place: may_give(giver, other, role, tree[place]) == "" for place in tree}
    assert given == {
        "district": False,
        "bureau": right,
        "office": right,
        "sibling": False,
        "foreign": False,
    }
    assert may_give(giver, other, role, None) != ""
    assert may_give(giver, giver, role, tree["office"]) == "不能给自己授予或收回角色"


def test_first_security_administrator_comes_from_the_superuser_and_no_second(person: Person) -> None:
    root, other = person("root", superuser=True), person("other")
    assert may_give(root, other, Role.SECURITY, None) == ""
    assert may_give(root, other, Role.AUDITOR, None) == "“审计员”由“全部部门”的安全管理员授予和收回"
    Membership.objects.create(user=other, role=Role.SECURITY)
    assert may_give(root, person("third"), Role.SECURITY, None) == "“安全管理员”由“全部部门”的安全管理员授予和收回"


def test_accounts_are_kept_by_who_covers_all_their_roles(person: Person) -> None:
    mine, security = person("mine", administrator="bureau"), person("security", security="")
    inside, outside = person("inside", officer="office"), person("outside", officer="office+sibling")
    auditor, gone = person("auditor", auditor="office"), person("gone", officer="office")
    gone.is_active = False
    gone.save()
    assert may_keep(mine, inside) == ""
    assert may_keep(mine, gone) == ""
    assert may_keep(mine, outside) == "此人还有您管理范围以外的角色，或没有角色，由上级系统管理员维护"
    assert may_keep(mine, person("bare")) == "此人还有您管理范围以外的角色，或没有角色，由上级系统管理员维护"
    assert may_keep(mine, auditor) == "三员（系统管理员、安全管理员、审计员）的账号由安全管理员维护"
    assert may_keep(security, auditor) == ""
    assert may_keep(security, mine) == ""
    assert may_keep(security, inside) != ""
    assert may_keep(mine, mine) == "自己的账号在“我的账户”里维护"
    assert may_keep(security, person("root", superuser=True)) == "超级管理员的账号只能在服务器上维护"


# Pages -------------------------------------------------------------------------------------------------------------


def test_list_and_switch_narrow_to_the_current_department(person: Person, tables: Tables, tree: Tree) -> None:
    client = browser(person("a", officer="bureau+foreign"))

    def listed() -> set[int]:
        return {row.record.pk for row in client.get("/tables/").context["table"].page}

    everything = {tables[place].pk for place in ("bureau", "office", "foreign")}
    assert listed() == everything
    answer = client.post("/department/", {"department": tree["bureau"].pk, "next": "/tables/"})
    assert (answer.status_code, answer.url) == (302, "/tables/")
    assert listed() == {tables["bureau"].pk, tables["office"].pk}
    assert client.get("/").context["total"] == 2
    # A link to a table of one's other department still works.
    assert client.get(f"/tables/{tables['foreign'].pk}/").status_code == 200
    assert client.post("/department/", {"department": tree["sibling"].pk}).status_code == 404
    assert client.post("/department/", {"department": "", "next": "https://evil.example/"}).url == "/"
    assert listed() == everything


def test_switch_ends_with_the_role(person: Person, tables: Tables, tree: Tree) -> None:
    user = person("a", officer="bureau+foreign")
    client = browser(user)
    client.post("/department/", {"department": tree["bureau"].pk})
    Membership.objects.filter(user=user, department=tree["bureau"]).delete()
    found = {row.record.pk for row in client.get("/tables/").context["table"].page}
    assert found == {tables["foreign"].pk}
    assert 'class="menu bar__department"' not in client.get("/tables/").content.decode()


def test_foreign_departments_leak_nowhere(person: Person, tables: Tables, tree: Tree) -> None:
    client = browser(person("a", officer="bureau"))
    for place in ("district", "sibling", "foreign"):
        table = tables[place]
        for address in (
            f"/tables/{table.pk}/",
            f"/tables/{table.pk}/table.json",
            f"/tables/{table.pk}/table.docx",
            f"/departments/{tree[place].pk}/",
        ):
            assert client.get(address).status_code == 404, address
    for address in ("/", "/tables/", "/departments/", f"/tables/?department={tree['foreign'].pk}", "/tables/?q=项目"):
        text = client.get(address).content.decode()
        for name in ("卫健局", "外区"):
            assert name not in text, (address, name)


@pytest.mark.parametrize("address", ["/", "/tables/", "/departments/"])
def test_rights_cost_a_page_the_same_queries_for_one_department_and_for_many(
    person: Person, tables: Tables, address: str
) -> None:
    counts = []
    for user in (person("one", officer="office"), person("many", officer="district")):
        client = browser(user)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
