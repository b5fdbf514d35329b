"""Forms of bulk import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Department
from projects.models.fiscalyear import FIRST, LAST

ACCEPTED = ".docx,.xlsx,.xls,.txt,.html,.htm,.pdf,.doc,.wps,.et,.json,.zip"
FILTER_NAMES = {
    "": _("全部"),
    "blocked": _("无法归档"),
    "changed": _("有变化"),
    "new": _("新增"),
    "unchanged": _("未变"),
    "twice": _("重复"),
    "excluded": _("不导入"),
    "unsure": _("把握较低"),
    "issues": _("有问题"),
    "corrected": _("已更正"),
}


class NewBatchForm(forms.Form):
    """Where a batch may file its tables."""

    department = forms.ChoiceField(label=_("导入范围"), required=False)

    def __init__(self, data: Any, *, scopes: Sequence[Department | None]) -> None:
        super().__init__(data)
        self.scopes = {str(item.pk) if item else "": item for item in scopes}
        self.fields["department"].choices = [
            (key, str(_("全部部门")) if item is None else "　" * item.depth + item.name)
            for key, item in self.scopes.items()
        ]
        self.fields["department"].widget.attrs["class"] = "form-select"

    def clean_department(self) -> Department | None:
        chosen = self.cleaned_data["department"]
        if chosen not in self.scopes:
            raise forms.ValidationError(_("请选择导入范围"))
        return self.scopes[chosen]


class OptionsForm(forms.Form):
    """What counts where files say nothing, and what past years' tables become."""

    year = forms.IntegerField(
        label=_("没有写明年度的表按此年度"),
        required=False,
        min_value=FIRST,
        max_value=LAST,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    past = forms.ChoiceField(
        label=_("导入后的状态"),
        choices=[
            ("auto", _("今年和以后为草稿，以前年度为历史")),
            ("draft", _("全部为草稿")),
            ("history", _("全部为历史")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    unknown = forms.ChoiceField(
        label=_("系统中没有的部门"),
        required=False,
        choices=[
            ("ask", _("逐个由人确认")),
            ("new", _("写入时新建，有名称相近的仍由人确认")),
            ("all", _("写入时都按文件中的名称新建")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
