"""Forms of the pages on which an office keeps its own official forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.people import DepartmentField
from projects.models import Department
from projects.models.fiscalyear import FIRST, LAST
from projects.models.form import NAME_LENGTH
from projects.services.forms import Wish, trees
from projects.targettable import KINDS

BY_FILE = _("按文件")


class ChoicesForm(forms.Form):
    """What is said about a form beside its file."""

    name = forms.CharField(label=_("名称"), max_length=NAME_LENGTH, required=False, help_text=_("空着时取表的标题"))
    first_year = forms.IntegerField(label=_("起始年度"), min_value=FIRST, max_value=LAST)
    last_year = forms.IntegerField(
        label=_("截止年度"), min_value=FIRST, max_value=LAST, required=False, help_text=_("空着表示一直用下去")
    )
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("按占位符判断")), *KINDS.items()])
    unit = forms.ChoiceField(
        label=_("金额单位"),
        required=False,
        choices=[("", BY_FILE), ("万元", "万元"), ("元", "元"), ("千元", "千元")],
        help_text=_("占位符自己写明单位的，以占位符为准"),
    )
    tree = forms.ChoiceField(label=_("指标体系"), required=False, help_text=_("一级、二级指标印哪一套名称"))
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", BY_FILE), *((key, name) for key, (name, _words) in trees().items())]
        self.fields["tree"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_year"), data.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("截止年度不能早于起始年度"))
        return data

    def wish(self) -> Wish:
        """What the valid form says."""
        names = ("name", "kind", "unit", "tree", "first_year", "last_year", "note")
        return Wish(**{name: self.cleaned_data[name] for name in names})


class UploadForm(ChoicesForm):
    """A file with what is said about it; the department only for a form that is new."""

    file = forms.FileField(
        label=_("空白表样"),
        help_text=_("带占位符的 .docx 或 .xlsx，不超过 5 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.xlsx"}),
    )
    department = DepartmentField(label=_("适用部门"), help_text=_("含下级部门"))

    field_order = ["file", "name", "department", "first_year", "last_year", "kind", "unit", "tree", "note"]

    def __init__(self, *args: Any, departments: Iterable[Department] | None, top: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if departments is None:
            del self.fields["department"]
            del self.fields["name"]
            return
        self.fields["department"].offer(departments, everywhere=top)  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        self.cleaned_data.setdefault("name", "")
        return super().wish()
