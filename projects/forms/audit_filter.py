"""The filter of the audit log. It lives in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from projects.forms.table_filter import department_choices
from projects.forms.widgets import Select
from projects.models import AuditEvent, Department
from projects.selectors.audit import filter_events
from projects.services.audit import action_name

ALL = ("", _("全部"))


class AuditFilter(forms.Form):
    """``departments`` are those whose log the person may read."""

    actor = forms.CharField(label=_("操作人"), required=False, max_length=60)
    action = forms.ChoiceField(label=_("动作"), required=False, widget=Select)
    q = forms.CharField(label=_("对象、地址或请求编号"), required=False, max_length=100)
    department = forms.ChoiceField(label=_("部门（含下级）"), required=False, widget=Select)
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    failed = forms.BooleanField(label=_("只看未成功"), required=False)

    def __init__(self, data: Any, *, actions: Iterable[str], departments: list[Department]) -> None:
        super().__init__(data)
        self._departments = {str(row.pk): row for row in departments}
        named = sorted((action_name(action), action) for action in actions)
        self.fields["action"].choices = [ALL, *((action, name) for name, action in named)]  # type: ignore[attr-defined]
        choices = [ALL, *department_choices(departments)]
        self.fields["department"].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"
            elif not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期"))
        return asked

    def events(self, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The lines that meet all conditions; none while a condition cannot be understood."""
        if not self.is_valid():
            return queryset.none()
        asked = self.cleaned_data
        return filter_events(
            queryset,
            actor=asked["actor"],
            action=asked["action"],
            text=asked["q"],
            since=asked["since"],
            until=asked["until"],
            department=self._departments.get(asked["department"]),
            failed=asked["failed"],
        )
