"""The filter of the list of tables. It lives in the address; amounts are typed in 万元."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from perfgoals.web.figures import wan
from projects.findings import LEVEL_NAMES
from projects.forms.fields import WanField
from projects.forms.widgets import Choices, Select
from projects.layouts.registry import all_layouts
from projects.models import Department, FiscalYear, TargetTable
from projects.rules import rules
from projects.selectors.tables import filter_tables

INDENT = "\u3000"
FIELD_TEMPLATE = "projects/parts/filter_field.html"
FIELDS = {
    "q": "f-q",
    "department": "f-department",
    "year": "f-year",
    "status": "f-status",
    "kind": "f-kind",
    "layout": "f-layout",
    "finding": "f-layout",
    "amount_min": "f-money",
    "amount_max": "f-money",
}


class WanFilter(django_filters.NumberFilter):
    field_class = WanField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"class": "form-control"}), **kwargs)


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in force, and the address without it."""

    label: str
    url: str


def department_choices(departments: Iterable[Department]) -> Choices:
    """Return departments as choices, indented by their place in the tree; they come in the order of the tree."""
    rows = list(departments)
    top = min((row.depth for row in rows), default=0)
    return [(str(row.pk), INDENT * (row.depth - top) + row.name) for row in rows]


def finding_choices() -> Choices:
    """Return what findings can be asked for: a level, or one rule."""
    levels = [(f"level-{level}", _("有“%(name)s”的问题") % {"name": name}) for level, name in LEVEL_NAMES.items()]
    return [*levels, *((rule.id, rule.title) for rule in rules())]


def _finding(asked: str) -> dict[str, str]:
    if not asked:
        return {}
    return {"level": asked.removeprefix("level-")} if asked.startswith("level-") else {"rule": asked}


def _select(**kwargs: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(empty_label=_("全部"), widget=Select(attrs={"class": "form-select"}), **kwargs)


def _helper() -> FormHelper:
    """How crispy lays the form out: the fields of one row, each with its word above; form and button stand around."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*(Field(name, wrapper_class=css, template=FIELD_TEMPLATE) for name, css in FIELDS.items()))
    return helper


class TableFilter(django_filters.FilterSet):
    """Conditions on a queryset of tables.

    ``departments`` and ``years`` are those the person may see, so a foreign department is no valid choice.
    """

    q = django_filters.CharFilter(
        label=_("名称、编码或指标"),
        widget=forms.TextInput(
            attrs={"type": "search", "class": "form-control", "data-search": "page", "autocomplete": "off"}
        ),
        max_length=100,
    )
    department = _select(label=_("部门（含下级）"))
    year = _select(label=_("年度"))
    status = _select(label=_("状态"), choices=TargetTable.Status.choices)
    layout = _select(label=_("表式"))
    kind = _select(label=_("类型"), choices=TargetTable.Kind.choices)
    finding = _select(label=_("检查"))
    amount_min = WanFilter(label=_("金额自（万元）"))
    amount_max = WanFilter(label=_("金额至（万元）"))

    class Meta:
        model = TargetTable
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet[TargetTable],
        *,
        departments: list[Department],
        years: list[FiscalYear],
    ) -> None:
        super().__init__(data, queryset)
        self._departments = {str(row.pk): row for row in departments}
        self._years = {str(row.year): row for row in years}
        self.filters["department"].extra["choices"] = department_choices(departments)
        self.filters["year"].extra["choices"] = [(key, str(row)) for key, row in self._years.items()]
        self.filters["finding"].extra["choices"] = finding_choices()
        self.filters["layout"].extra["choices"] = [(layout.id, layout.name) for layout in all_layouts()]

    helper = _helper()

    @property
    def tables(self) -> QuerySet[TargetTable]:
        """The tables that meet all conditions; none while a condition cannot be understood."""
        return self.qs if self.is_valid() else self.queryset.none()

    @property
    def searches(self) -> bool:
        """Whether a text is looked for."""
        return self.is_valid() and bool(self.form.cleaned_data["q"])

    @property
    def by_status(self) -> bool:
        """Whether one state is asked for: then also void tables and former versions can be meant."""
        return self.is_valid() and bool(self.form.cleaned_data["status"])

    @property
    def broad(self) -> bool:
        """Whether there are conditions, and only such as may leave most of all tables."""
        if not self.is_valid():
            return False
        asked = self.form.cleaned_data
        return any(asked[name] for name in ("status", "layout", "kind", "finding")) and not (
            asked["year"] or asked["department"]
        )

    @property
    def with_retired(self) -> QuerySet[TargetTable]:
        """The same tables, void ones and former versions with them."""
        return self._narrowed(live=False) if self.is_valid() else self.queryset.none()

    def filter_queryset(self, queryset: QuerySet[TargetTable]) -> QuerySet[TargetTable]:
        return self._narrowed(live=True)

    def _narrowed(self, *, live: bool) -> QuerySet[TargetTable]:
        """Narrow by what was understood; how a condition is met is known to the selector alone."""
        asked = self.form.cleaned_data
        return filter_tables(
            self.queryset,
            text=asked["q"],
            department=self._departments.get(asked["department"]),
            year=int(asked["year"]) if asked["year"] else None,
            status=asked["status"],
            layout=asked["layout"],
            kind=asked["kind"],
            **_finding(asked["finding"]),
            amount_min=asked["amount_min"],
            amount_max=asked["amount_max"],
            live=live,
        )

    def chips(self) -> list[Chip]:
        """The conditions in force, each with the address that leaves it out."""
        if not self.is_valid():
            return []
        words = {
            "q": lambda value: f"“{value}”",
            "department": lambda value: self._departments[value].name,
            "year": lambda value: str(self._years[value]),
            "status": lambda value: TargetTable.Status(value).label,
            "layout": lambda value: dict(self.filters["layout"].extra["choices"])[value],
            "kind": lambda value: TargetTable.Kind(value).label,
            "finding": lambda value: dict(finding_choices())[value],
            "amount_min": lambda value: _("金额不低于 %(amount)s 万元") % {"amount": wan(value)},
            "amount_max": lambda value: _("金额不高于 %(amount)s 万元") % {"amount": wan(value)},
        }
        found = []
        for name, word in words.items():
            value = self.form.cleaned_data.get(name)
            if value in (None, ""):
                continue
            rest = self.data.copy()
            rest.pop(name, None)
            rest.pop("page", None)
            found.append(Chip(str(word(value)), "?" + rest.urlencode()))
        return found
