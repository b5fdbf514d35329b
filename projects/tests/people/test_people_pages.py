"""People and departments as administrators keep them."""

import io
from base64 import b64decode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from projects.models import AuditEvent, Department, Membership, User
from projects.services.people_import import HEADS, workbook
from projects.tests.people.conftest import PASSWORD, Person, browser

Tree = dict[str, Department]
NEW = {"username": "zhang", "display_name": "张三", "email": "", "roles": ["officer", "reader"]}


def roles(user: User) -> list[tuple[str, str]]:
    rows = Membership.objects.filter(user=user).order_by("department__path", "role")
    return [(str(row.department or ""), row.role) for row in rows.select_related("department")]


def names(client: Client, query: str = "") -> list[str]:
    return [user.username for user in client.get(f"/people/{query}").context["page"]]


def test_list_shows_the_people_of_the_subtree(person: Person) -> None:
    person("up", officer="district")
    person("down", officer="office")
    person("both", officer="office+sibling")
    person("beside", officer="sibling")
    person("bare")
    assert names(browser(person("mine", administrator="bureau"))) == ["both", "down", "mine"]
    assert names(browser(person("all", administrator=""))) == ["all", "bare", "beside", "both", "down", "mine", "up"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=li", ["li"]),
        ("?q=li氏", ["li"]),
        ("?role=reader", ["li", "wang"]),
        ("?department={bureau}", ["li"]),
        ("?department={bureau}&role=reader", ["li"]),
        ("?department={sibling}&role=officer", ["wang"]),
        ("?department={bureau}&role=administrator", []),
        ("?state=inactive", ["wang"]),
        ("?state=waiting", ["li"]),
        ("?state=active&q=boss", ["boss"]),
    ],
)
def test_list_filters(person: Person, tree: Tree, query: str, expected: list[str]) -> None:
    boss = browser(person("boss", administrator=""))
    person("li", reader="office")
    wang = person("wang", officer="sibling", reader="")
    wang.is_active = False
    wang.save()
    assert names(boss, query.format(**{place: row.pk for place, row in tree.items()})) == expected


def test_list_needs_as_many_queries_for_twenty_people_as_for_one(person: Person) -> None:
    client = browser(person("boss", administrator=""))
    counts = []
    for start in (0, 1):
        for number in range(start, start * 20 + 1):
            person(f"p{start}{number}", officer="office+sibling")
        client.get("/people/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_new_person_gets_a_password_shown_once(person: Person, tree: Tree) -> None:
    client = browser(person("boss", administrator="bureau"))
    answer = client.post("/people/new/", NEW | {"department": tree["office"].pk})
    password = answer.context["password"]
    made = User.objects.get(username="zhang")
    assert roles(made) == [("国库处", "officer"), ("国库处", "reader")]
    assert (made.must_change_password, made.check_password(password)) == (True, True)
    assert answer.content.decode().count(password) == 1
    assert password not in client.get(f"/people/{made.pk}/").content.decode()
    assert password not in str(list(AuditEvent.objects.values()))
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "user.create",
        "membership.add",
        "membership.add",
    ]
    assert Client().post("/login/", {"username": "zhang", "password": password}).status_code == 302


@pytest.mark.parametrize("change", [{"department": "sibling"}, {"department": "all"}, {"department": ""}])
def test_new_person_only_in_departments_of_ones_own(person: Person, tree: Tree, change: dict[str, str]) -> None:
    client = browser(person("boss", administrator="bureau"))
    place = change["department"]
    data = NEW | {"department": tree[place].pk if place in tree else place}
    assert client.post("/people/new/", data).status_code == 200
    assert not User.objects.filter(username="zhang").exists()


def test_protected_roles_are_not_for_the_system_administrator(person: Person, tree: Tree) -> None:
    boss, guard = browser(person("boss", administrator="")), browser(person("guard", security=""))
    zhang = person("zhang", reader="office")
    for role in ("administrator", "security", "auditor"):
        data = NEW | {"username": f"x{role}", "department": "all", "roles": [role]}
        assert boss.post("/people/new/", data).status_code == 200
        assert boss.post(f"/people/{zhang.pk}/roles/", {"department": "all", "role": role}).status_code == 400
        assert guard.post("/people/new/", data).context["password"]
    # The list says who holds what apart, the page why it is refused.
    refused = guard.post(f"/people/{zhang.pk}/roles/", {"department": tree["office"].pk, "role": "auditor"})
    assert (refused.status_code, "“审计员”不能与“只读”由同一人担任" in refused.content.decode()) == (400, True)
    assert guard.post(f"/people/{zhang.pk}/roles/", {"department": "all", "role": "officer"}).status_code == 400
    assert roles(zhang) == [("国库处", "reader")]


def test_reset_state_unlock_and_change_are_refused_for_accounts_of_others(person: Person) -> None:
    boss = browser(person("boss", administrator="bureau"))
    both, above = person("both", officer="office+sibling"), person("above", officer="district")
    guard = person("guard", security="office")
    for user, status in ((both, 403), (guard, 403), (above, 404)):
        for act in ("reset", "state", "unlock"):
            assert boss.post(f"/people/{user.pk}/{act}/").status_code == status, (user, act)
        change = boss.post(f"/people/{user.pk}/change/", {"display_name": "x"})
        assert change.status_code == status
        user.refresh_from_db()
        assert (user.is_active, user.check_password(PASSWORD), user.display_name) == (
            True,
            True,
            f"{user.username}氏",
        )


def test_reset_gives_a_new_first_password_and_frees_the_account(person: Person) -> None:
    boss, wang = browser(person("boss", administrator="")), person("wang", officer="office")
    for _attempt in range(5):
        Client().post("/login/", {"username": "wang", "password": "wrong-Pass-1"})
    assert boss.get(f"/people/{wang.pk}/").context["locked"] is True
    password = boss.post(f"/people/{wang.pk}/reset/").context["password"]
    assert boss.get(f"/people/{wang.pk}/").context["locked"] is False
    assert Client().post("/login/", {"username": "wang", "password": PASSWORD}).status_code == 200
    client = Client()
    assert client.post("/login/", {"username": "wang", "password": password}).status_code == 302
    assert client.get("/").url == "/account/password/"


def test_unlock_frees_and_keeps_the_password(person: Person) -> None:
    boss, wang = browser(person("boss", administrator="")), person("wang", officer="office")
    for _attempt in range(5):
        Client().post("/login/", {"username": "wang", "password": "wrong-Pass-1"})
    boss.post(f"/people/{wang.pk}/unlock/")
    assert Client().post("/login/", {"username": "wang", "password": PASSWORD}).status_code == 302
    assert AuditEvent.objects.filter(action="user.unlock", object_id=str(wang.pk)).count() == 1


def test_roles_given_taken_and_moved(person: Person, tree: Tree) -> None:
    boss, wang = browser(person("boss", administrator="district")), person("wang", officer="office+foreign")
    page = f"/people/{wang.pk}/"
    give = {"department": tree["sibling"].pk, "role": "department_reviewer"}
    assert boss.post(f"{page}roles/", give).url == page
    assert "此人在这个部门已经有这个角色。" in boss.post(f"{page}roles/", give).content.decode()
    move = {"source": tree["office"].pk, "target": tree["sibling"].pk}
    assert boss.post(f"{page}move/", move).url == page
    assert roles(wang) == [("卫健局", "department_reviewer"), ("卫健局", "officer"), ("外区", "officer")]
    away = {"source": tree["foreign"].pk, "target": tree["sibling"].pk}
    assert boss.post(f"{page}move/", away).status_code == 400
    foreign = Membership.objects.get(user=wang, department=tree["foreign"])
    assert boss.post(f"{page}roles/{foreign.pk}/take/").status_code == 403
    for row in Membership.objects.filter(user=wang, department=tree["sibling"]):
        answer = boss.post(f"{page}roles/{row.pk}/take/")
    assert answer.url == "/people/"  # no longer among those this administrator sees
    assert boss.get(page).status_code == 404
    assert roles(wang) == [("外区", "officer")]
    somebody = Membership.objects.get(user__username="boss")
    assert boss.post(f"/people/{somebody.user_id}/roles/{somebody.pk}/take/").status_code == 403


# Excel list --------------------------------------------------------------------------------------------------------


def upload(client: Client, *rows: tuple[str, ...], heads: tuple[str, ...] = HEADS, name: str = "名单.xlsx"):
    data = workbook("名单", heads, list(rows), (10,) * len(heads), note="")
    return client.post("/people/import/", {"file": SimpleUploadedFile(name, data)})


def test_import_shows_all_errors_of_all_rows_and_writes_nothing(person: Person) -> None:
    boss = browser(person("boss", administrator="district"))
    person("taken", officer="office")
    Department.objects.create(code="121", name="国库处", parent=Department.objects.get(code="12"))
    before = (User.objects.count(), Membership.objects.count(), AuditEvent.objects.count())
    answer = upload(
        boss,
        ("good", "好", "111", "填报人、只读", ""),
        ("", "", "", "", "x"),
        ("Taken", "甲", "不存在", "领导", "a@b.cn"),
        ("twice", "乙", "国库处", "填报人", ""),
        ("TWICE", "丙", "2", "审计员，填报人", "no-mail"),
        ("a b", "丁", "全部部门", "只读", ""),
    )
    assert answer.status_code == 400
    assert [(row.number, row.errors) for row in answer.context["rows"]] == [
        (2, []),
        (3, ["没有用户名", "没有姓名", "邮箱格式不正确", "没有角色", "没有部门"]),
        (4, ["用户名已被使用", "没有这个角色：领导", "没有这个部门：不存在"]),
        (5, ["用户名在文件中重复", "部门名称不唯一，请填部门代码"]),
        (
            6,
            [
                "用户名在文件中重复",
                "邮箱格式不正确",
                "“填报人”不能与“审计员”由同一人担任",
                "“审计员”由“外区”的安全管理员授予和收回",
                "“填报人”由“外区”的系统管理员授予和收回",
            ],
        ),
        (7, ["用户名只能用字母、汉字、数字和 @ . + - _", "“只读”由“全部部门”的系统管理员授予和收回"]),
    ]
    text = answer.content.decode()
    assert "6 行中有 5 行需要修改" in text
    assert 'name="rows"' not in text
    assert (User.objects.count(), Membership.objects.count(), AuditEvent.objects.count()) == before


def test_import_after_confirmation_gives_the_passwords_once(person: Person) -> None:
    boss = browser(person("boss", administrator="district"))
    preview = upload(boss, ("zhang", "张三", "国库处", "填报人、只读", ""), ("li", "=1+1", "11", "部门审核", "l@b.cn"))
    assert preview.status_code == 200
    assert User.objects.count() == 1
    token = preview.context["token"]
    # Not another person's to confirm, and not to be changed on the way.
    assert (
        browser(person("other", administrator="")).post("/people/import/confirm/", {"rows": token}).status_code == 400
    )
    assert boss.post("/people/import/confirm/", {"rows": token[:-2]}).status_code == 400
    done = boss.post("/people/import/confirm/", {"rows": token})
    assert done.status_code == 200
    assert "no-store" in done["Cache-Control"]
    sheet = load_workbook(io.BytesIO(b64decode(done.context["file"].partition(",")[2]))).active
    lines = [[cell.value for cell in row[:4]] for row in sheet.iter_rows()]
    assert lines[0] == ["用户名", "姓名", "部门", "初始密码"]
    assert [line[:3] for line in lines[1:]] == [["zhang", "张三", "国库处"], ["li", "=1+1", "11"]]
    assert sheet.cell(3, 2).data_type == "s"
    for username, _name, _place, password in lines[1:]:
        user = User.objects.get(username=username)
        assert (user.must_change_password, user.check_password(password)) == (True, True)
    assert roles(User.objects.get(username="zhang")) == [("国库处", "officer"), ("国库处", "reader")]
    # Confirmed twice: everything is checked again, nobody is made twice.
    again = boss.post("/people/import/confirm/", {"rows": token})
    assert (again.status_code, again.context["bad"]) == (400, 2)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("名单.xlsx", b"hello", "内容却不是"),
        ("名单.txt", "用户名".encode(), "不是 Excel 工作簿"),
        ("名单.xlsm", b"PK\x03\x04", "宏"),
        ("名单.xlsx", b"", "empty"),
    ],
)
def test_import_refuses_other_files(person: Person, name: str, data: bytes, words: str) -> None:
    boss = browser(person("boss", administrator=""))
    answer = boss.post("/people/import/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 200
    assert words in answer.content.decode() or words == "empty"
    assert 'name="rows"' not in answer.content.decode()


def test_import_needs_its_heading(person: Person) -> None:
    boss = browser(person("boss", administrator=""))
    answer = upload(boss, ("a", "b"), heads=("姓名", "电话"))
    assert "的前十行里没有表头（用户名、姓名、部门、角色）" in answer.content.decode()


def test_template_can_be_filled_in_and_read(person: Person) -> None:
    boss = browser(person("boss", administrator=""))
    data = b"".join(boss.get("/people/import/template.xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[1][:5]] == list(HEADS)
    assert "系统管理员" in sheet.cell(1, 7).value


# Departments -------------------------------------------------------------------------------------------------------


def test_departments_are_kept_in_ones_subtree(person: Person, tree: Tree) -> None:
    boss = browser(person("boss", administrator="bureau"))
    assert [item["row"].name for item in boss.get("/manage/departments/").context["rows"]] == ["财政局", "国库处"]
    for place in ("district", "sibling", "foreign"):
        assert boss.get(f"/manage/departments/{tree[place].pk}/").status_code == 404
        assert boss.post(f"/manage/departments/{tree[place].pk}/delete/").status_code == 404
    new = {"name": "预算处", "code": "112", "parent": tree["bureau"].pk}
    assert boss.post("/manage/departments/new/", new).url == "/manage/departments/"
    made = Department.objects.get(code="112")
    assert made.path.startswith(tree["bureau"].path)
    for parent in ("", tree["sibling"].pk):
        assert boss.post("/manage/departments/new/", new | {"parent": parent, "code": "9"}).status_code == 200
    # What is one's own top may be renamed, not moved or removed.
    top = f"/manage/departments/{tree['bureau'].pk}/"
    assert boss.post(top, {"name": "财政局（新）", "code": "11", "parent": tree["district"].pk}).status_code == 302
    assert boss.post(top, {"name": "财政局", "code": "11", "parent": tree["office"].pk}).status_code == 200
    assert boss.post(f"{top}delete/").status_code == 403
    bureau = Department.objects.get(pk=tree["bureau"].pk)
    assert (bureau.name, bureau.parent) == ("财政局（新）", tree["district"])
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "department.create",
        "department.change",
    ]


def test_department_moves_with_everything_below_and_never_below_itself(person: Person, tree: Tree) -> None:
    boss = browser(person("boss", administrator=""))
    page = f"/manage/departments/{tree['bureau'].pk}/"
    assert boss.post(page, {"name": "财政局", "code": "11", "parent": tree["office"].pk}).status_code == 200
    assert boss.post(page, {"name": "财政局", "code": "11", "parent": tree["foreign"].pk}).status_code == 302
    office = Department.objects.get(pk=tree["office"].pk)
    assert office.ancestor_ids == [tree["foreign"].pk, tree["bureau"].pk]
    event = AuditEvent.objects.get(action="department.move")
    assert (event.before["上级"], event.after["上级"]) == ("某区", "外区")
    twice = boss.post("/manage/departments/new/", {"name": "x", "code": "12", "parent": ""})
    assert "代码" in twice.content.decode()
    assert Department.objects.filter(code="12").count() == 1


def test_only_empty_departments_are_removed(person: Person, tree: Tree, tables: dict) -> None:
    boss = browser(person("boss", administrator=""))
    person("wang", officer="office")
    empty = Department.objects.create(name="空处", parent=tree["bureau"])
    for place, status in ((tree["office"], False), (tree["sibling"], False), (empty, True)):
        boss.post(f"/manage/departments/{place.pk}/delete/")
        assert Department.objects.filter(pk=place.pk).exists() is not status
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["department.delete"]


@pytest.mark.parametrize("role", ["officer", "department_reviewer", "finance_reviewer", "reader", "auditor", ""])
def test_pages_are_closed_to_everybody_else(person: Person, role: str) -> None:
    client = browser(person("a", **({role: ""} if role else {})))
    for address in ("/people/", "/people/new/", "/people/import/", "/people/1/", "/manage/departments/"):
        assert client.get(address).status_code == 403, address
