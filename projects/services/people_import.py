"""People from an Excel list: read, check every row at once, then make all or none."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from projects.models import Department, Role, User
from projects.permissions import held_apart, may_give
from projects.selectors.departments import find_departments
from projects.services.listfile import read_list, workbook
from projects.services.people import create_person

HEADS = ("用户名", "姓名", "部门", "角色", "邮箱")
NEEDED = HEADS[:4]
EVERYWHERE = "全部部门"
MOST = 1_000
BY_LABEL = {str(role.label): role.value for role in Role}


@dataclass(slots=True)
class Row:
    """One person as typed; ``number`` is the line in the file, ``errors`` everything that is wrong with it."""

    number: int
    username: str
    display_name: str
    department: str
    roles: str
    email: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """An account that was made, with the password to hand over."""

    username: str
    display_name: str
    department: str
    password: str


def read_rows(data: bytes, name: str) -> list[Row]:
    """Return the rows of the first sheet below its heading. Raises :class:`perfgoals.uploads.FileRefused`."""
    lines = read_list(data, name, heads=HEADS, needed=NEEDED, most=MOST)
    rows = []
    for line in lines:
        # Names stand on one line, whatever their cells do.
        username, display_name, department, roles, email = (" ".join(line.texts.get(h, "").split()) for h in HEADS)
        rows.append(Row(line.number, username, display_name, department, roles, email))
    return rows


def check_rows(rows: list[Row], *, actor: User) -> int:
    """Write into each row everything that is wrong with it; return the number of rows with errors. Writes nothing."""
    names = Counter(User.normalize_username(row.username).casefold() for row in rows)
    # Compared in Python: databases fold case differently.
    taken = {name.casefold() for name in User.objects.values_list("username", flat=True)}
    found: dict[str, list[Department]] = {}
    field_of = User._meta.get_field("username")
    for row in rows:
        row.errors = errors = []
        key = User.normalize_username(row.username).casefold()
        if not row.username:
            errors.append(_("没有用户名"))
        else:
            try:
                field_of.clean(row.username, None)
            except ValidationError:
                errors.append(_("用户名只能用字母、汉字、数字和 @ . + - _"))
            if names[key] > 1:
                errors.append(_("用户名在文件中重复"))
            if key in taken:
                errors.append(_("用户名已被使用"))
        if not row.display_name:
            errors.append(_("没有姓名"))
        elif len(row.display_name) > 60:
            errors.append(_("姓名超过 60 个字"))
        if row.email:
            try:
                validate_email(row.email)
            except ValidationError:
                errors.append(_("邮箱格式不正确"))
        errors += _role_errors(row, actor, found)
    return sum(bool(row.errors) for row in rows)


def _role_errors(row: Row, actor: User, found: dict[str, list[Department]]) -> list[str]:
    errors = []
    roles, unknown = roles_in(row.roles)
    if unknown:
        errors.append(_("没有这个角色：%(roles)s") % {"roles": "、".join(unknown)})
    elif not roles:
        errors.append(_("没有角色"))
    for at, role in enumerate(roles):
        if reason := held_apart(roles[:at], role):
            errors.append(reason)
    if not row.department:
        errors.append(_("没有部门"))
        return errors
    department = None
    if row.department != EVERYWHERE:
        matches = found.setdefault(row.department, find_departments(row.department))
        if len(matches) != 1:
            reason = _("部门名称不唯一，请填部门代码") if matches else _("没有这个部门：%(name)s")
            return [*errors, reason % {"name": row.department} if not matches else reason]
        department = matches[0]
    nobody = User()
    return errors + [reason for role in roles if (reason := may_give(actor, nobody, role, department))]


def roles_in(text: str) -> tuple[list[str], list[str]]:
    """Return the roles that ``text`` names (``填报人、只读``) and the words that are no role."""
    words = [word for word in text.replace("，", "、").replace(",", "、").replace(" ", "、").split("、") if word]
    words = list(dict.fromkeys(words))
    return [BY_LABEL[word] for word in words if word in BY_LABEL], [word for word in words if word not in BY_LABEL]


@transaction.atomic
def import_people(rows: list[Row], *, actor: User) -> list[Made]:
    """Make all accounts or none. Checked again: between preview and confirmation others work, too."""
    if check_rows(rows, actor=actor):
        raise ValidationError(_("名单中有错误，没有写入任何账号。"))
    made = []
    for row in rows:
        department = None if row.department == EVERYWHERE else find_departments(row.department)[0]
        try:
            user, password = create_person(
                actor=actor,
                username=User.normalize_username(row.username),
                display_name=row.display_name,
                email=row.email,
                roles=roles_in(row.roles)[0],
                department=department,
                action="user.import",
            )
        except PermissionDenied as error:
            raise ValidationError(str(error)) from error
        made.append(Made(user.username, user.display_name, row.department, password))
    return made


def pack(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the rows as plain data, to travel in the confirmation form."""
    return [asdict(row) | {"errors": []} for row in rows]


def unpack(data: list[dict[str, Any]]) -> list[Row]:
    return [Row(**item) for item in data]


def template() -> bytes:
    """The list to fill in, with an example and the roles to choose from."""
    return workbook(
        "用户名单",
        HEADS,
        [("zhangsan", "张三", "部门代码或名称", "填报人、只读", "")],
        (18, 14, 32, 28, 28),
        note="角色可填："
        + "、".join(BY_LABEL)
        + "，几个角色用顿号分开；部门填代码或全称，“全部部门”表示不限。请删去示例行。",
    )


def passwords_workbook(made: list[Made]) -> bytes:
    """Accounts with their first passwords."""
    rows = [(item.username, item.display_name, item.department, item.password) for item in made]
    heads = ("用户名", "姓名", "部门", "初始密码")
    return workbook("初始密码", heads, rows, (18, 14, 36, 22), note="首次登录须修改密码。请分发后销毁本文件。")
