"""Forms of the fiscal years' administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Department, FiscalYear
from projects.models.fiscalyear import FIRST, LAST
from projects.services.rollover import Choice


class NewYearForm(forms.Form):
    """One number."""

    number = forms.IntegerField(label=_("新年度"), min_value=FIRST, max_value=LAST)


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label, required=False, widget=widget, help_text=help_text, input_formats=["%Y-%m-%dT%H:%M"]
    )


class YearForm(forms.Form):
    """Review levels and due dates; the service checks how they go together."""

    levels = forms.ChoiceField(label=_("审核级次"), choices=FiscalYear.Levels)
    due = _moment(_("送审截止"), _("过后首次送审须由管理员延长期限；空白表示没有期限"))
    department_due = _moment(_("部门审核截止"), _("只用于提醒和逾期标记，过后仍可审核"))
    finance_due = _moment(_("财政审核截止"), _("同上"))


class RolloverForm(forms.Form):
    """From which year, which departments, what to take along."""

    source = forms.ModelChoiceField(label=_("来源年度"), queryset=FiscalYear.objects.none(), empty_label=None)
    departments = forms.MultipleChoiceField(
        label=_("部门"),
        required=False,
        help_text=_("含下级；不选表示全部部门"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    goals = forms.BooleanField(label=_("绩效目标"), required=False)
    indicators = forms.BooleanField(label=_("绩效指标"), required=False)
    funding = forms.BooleanField(label=_("资金数额和支出计划"), required=False)
    only_approved = forms.BooleanField(label=_("只结转已批复的表"), required=False)

    def __init__(self, *args: Any, target: FiscalYear, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = FiscalYear.objects.filter(year__lt=target.year)  # type: ignore[attr-defined]
        indented = [(str(row.pk), "\u3000" * row.depth + row.name) for row in departments]
        self.fields["departments"].choices = indented  # type: ignore[attr-defined]

    def choice(self) -> Choice:
        """What the valid form says."""
        data = self.cleaned_data
        return Choice(
            goals=data["goals"],
            indicators=data["indicators"],
            funding=data["funding"],
            only_approved=data["only_approved"],
            department_ids=tuple(int(pk) for pk in data["departments"]),
        )
