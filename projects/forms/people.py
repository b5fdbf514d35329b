"""Forms of people, their roles, and departments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.forms.table_filter import department_choices
from projects.forms.widgets import Select
from projects.models import Department, Role, User
from projects.models.department import NAME_LENGTH

ALL = "all"
STATES = [("", _("全部")), ("active", _("在用")), ("inactive", _("已停用")), ("waiting", _("尚未登录"))]


class DepartmentField(forms.ChoiceField):
    """One of the departments handed to :meth:`offer`; cleaned to the department, ``None`` for the empty choice."""

    widget = Select

    def offer(self, departments: Iterable[Department], *, empty: Any = None, everywhere: bool = False) -> None:
        """``empty`` names the choice of no department in particular; without it one has to be chosen.

        ``everywhere`` adds all departments as a choice of its own, cleaned to ``None``: never taken by oversight.
        """
        rows = list(departments)
        self._rows = {str(row.pk): row for row in rows}
        head = [("", empty if empty is not None else _("请选择"))]
        if everywhere:
            head.append((ALL, _("全部部门")))
        self.choices = head + department_choices(rows)
        self.required = empty is None

    def clean(self, value: Any) -> Department | None:  # type: ignore[override]
        return self._rows.get(super().clean(value))


class PeopleFilter(forms.Form):
    """The conditions of the list of people; they live in the address."""

    q = forms.CharField(
        label=_("姓名、用户名或邮箱"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "data-search": "page", "autocomplete": "off"}),
    )
    department = DepartmentField(label=_("部门（含下级）"), required=False)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices], widget=Select)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES, widget=Select)

    def __init__(self, data: Any, *, departments: Iterable[Department]) -> None:
        super().__init__(data)
        self.fields["department"].offer(departments, empty=_("全部"))


class PersonForm(forms.Form):
    """A new account with its first roles."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("登录用，建立后不能修改"),
    )
    display_name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"), required=False)
    department = DepartmentField(label=_("部门"))
    roles = forms.MultipleChoiceField(label=_("角色"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, departments: Iterable[Department], roles: list[str], everywhere: bool) -> None:
        super().__init__(data)
        self.fields["department"].offer(departments, everywhere=everywhere)
        self.fields["roles"].choices = [(role, Role(role).label) for role in roles]

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("这个用户名已被使用。"))
        return name


class PersonChangeForm(forms.Form):
    display_name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"), required=False)


class RoleForm(forms.Form):
    """One more role."""

    department = DepartmentField(label=_("部门"))
    role = forms.ChoiceField(label=_("角色"), widget=Select)

    def __init__(self, data: Any, *, departments: Iterable[Department], roles: list[str], everywhere: bool) -> None:
        super().__init__(data)
        self.fields["department"].offer(departments, everywhere=everywhere)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]


class MoveForm(forms.Form):
    """All roles in one department to another."""

    source = DepartmentField(label=_("从"))
    target = DepartmentField(label=_("移到"))

    def __init__(self, data: Any, *, sources: Iterable[Department], targets: Iterable[Department]) -> None:
        super().__init__(data)
        self.fields["source"].offer(sources)
        self.fields["target"].offer(targets)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            self.add_error("target", _("请选择另一个部门。"))
        return cleaned


class PeopleImportForm(forms.Form):
    file = forms.FileField(label=_("Excel 文件"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}))


class DepartmentForm(forms.Form):
    name = forms.CharField(label=_("部门名称"), max_length=NAME_LENGTH)
    code = forms.CharField(label=_("部门代码"), max_length=40, required=False)
    parent = DepartmentField(label=_("上级部门"), required=False)

    def __init__(self, data: Any, *, parents: Iterable[Department], top: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["parent"].offer(parents, empty=_("（没有上级）") if top else None)
