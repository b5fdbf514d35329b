"""Forms of the indicator library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator
from projects.forms.people import DepartmentField
from projects.forms.table_filter import INDENT, department_choices
from projects.forms.widgets import Choices, Select
from projects.models import Department
from projects.selectors.library import SHARED
from projects.services.library import FIELDS, NAMES, SHARED_NAME

State = LibraryIndicator.State
EVERY = "all"
LONG = {"explanation": 3, "formula": 2, "basis": 2, "scoring": 3, "evidence": 2}
HELP = {
    "name": _("写具体的事，如“优抚对象补助发放人数”，不写数值"),
    "explanation": _("指标反映什么、怎样统计"),
    "formula": _("如：按时发放人数 ÷ 应发放人数 × 100%"),
    "basis": _("指标值依据的文件、标准或历史数据"),
    "value": _("填报时供参考的指标值，如“≥95%”"),
    "scoring": _("自评时怎样计分"),
    "evidence": _("自评时能证明完成情况的材料"),
}


def category_choices(*, level1: bool) -> Choices:
    """The national categories in their order; with ``level1`` the upper ones can be chosen, too."""
    found: Choices = []
    for code, (first, second) in NATIONAL.items():
        if level1:
            top = code.partition(".")[0]
            if (top, first) not in found:
                found.append((top, first))
            found.append((code, INDENT + second))
        else:
            found.append((code, f"{first} · {second}"))
    return found


class LibraryFilter(forms.Form):
    """The conditions of the list; they live in the address. Without a state, indicators in use are shown."""

    q = forms.CharField(
        label=_("名称、解释或公式"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "data-search": "page", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(label=_("类别"), required=False, widget=Select)
    library = forms.ChoiceField(label=_("指标库"), required=False, widget=Select)
    sector = forms.ChoiceField(label=_("行业领域"), required=False, widget=Select)
    project_type = forms.ChoiceField(label=_("项目类型"), required=False, widget=Select)
    state = forms.ChoiceField(label=_("状态"), required=False, widget=Select)

    def __init__(
        self, data: Any, *, departments: Iterable[Department], sectors: list[str], project_types: list[str]
    ) -> None:
        super().__init__(data)
        every = ("", _("全部"))
        places = [(SHARED, SHARED_NAME), *department_choices(departments)]
        listed = {
            "category": category_choices(level1=True),
            "library": places,
            "sector": [(word, word) for word in sectors],
            "project_type": [(word, word) for word in project_types],
        }
        for name, choices in listed.items():
            self.fields[name].choices = [every, *choices]
        self.fields["state"].choices = [
            ("", State.IN_USE.label),
            (State.RETIRED, State.RETIRED.label),
            (EVERY, _("全部")),
        ]

    @property
    def asked(self) -> dict[str, str]:
        """Arguments of :func:`projects.selectors.library.list_library`."""
        found = dict(self.cleaned_data)
        found["text"] = found.pop("q")
        found["state"] = "" if found["state"] == EVERY else found["state"] or State.IN_USE
        return found


class LibraryForm(forms.Form):
    """An indicator of the library, with the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    department = DepartmentField(label=_("指标库"))

    def __init__(self, data: Any, *, departments: Iterable[Department], shared: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["department"].offer(departments, empty=SHARED_NAME if shared else None)
        for name in FIELDS:
            self.fields[name] = _field(name)

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FIELDS}


def _field(name: str) -> forms.Field:
    column = LibraryIndicator._meta.get_field(name)
    common = {"label": NAMES[name], "required": name in ("category", "name"), "help_text": HELP.get(name, "")}
    if name == "category":
        return forms.ChoiceField(choices=[("", _("请选择")), *category_choices(level1=False)], widget=Select, **common)
    if column.choices:
        return forms.ChoiceField(choices=[("", "—"), *column.choices], widget=Select, **common)
    if name in LONG:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": LONG[name]}), **common)
    return forms.CharField(max_length=column.max_length, **common)


class LibraryImportForm(forms.Form):
    file = forms.FileField(label=_("Excel 文件"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}))
    department = DepartmentField(label=_("没有写明指标库的行，写入"), required=False)

    def __init__(self, data: Any, files: Any, *, departments: Iterable[Department], shared: bool) -> None:
        super().__init__(data, files)
        self.fields["department"].offer(departments, empty=SHARED_NAME if shared else None)
