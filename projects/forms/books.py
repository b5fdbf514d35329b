"""What a person chooses for a book: whose, of which year, from which versions, in which order, with what around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from projects.forms.table_filter import department_choices
from projects.forms.widgets import Select
from projects.layouts.volume import ALWAYS, AS_FORM, NEVER
from projects.models import Department, FiscalYear
from projects.selectors.books import APPROVED, FILED, ORDERS, SOURCES, BookChapter, BookTable
from projects.services.books import FORMATS, BookOrder

PARTS = {
    AS_FORM: _("跟随表式"),
    ALWAYS: _("都分第一、第二部分"),
    NEVER: _("不分"),
}


def _select() -> Select:
    return Select(attrs={"class": "form-select"})


class BookChoice(forms.Form):
    """The conditions in the page's address."""

    department = forms.TypedChoiceField(label=_("部门"), coerce=int, widget=_select())
    year = forms.TypedChoiceField(label=_("预算年度"), coerce=int, widget=_select())
    below = forms.BooleanField(label=_("包括下级部门"), required=False)
    source = forms.ChoiceField(label=_("内容取自"), choices=list(SOURCES.items()), widget=_select())
    order = forms.ChoiceField(label=_("先后次序"), choices=list(ORDERS.items()), widget=_select())

    def __init__(
        self,
        data: Any,
        *,
        departments: Sequence[Department],
        years: Iterable[FiscalYear],
        begin: Callable[[], tuple[int, int] | None] = lambda: None,
    ) -> None:
        """``begin`` says where to begin, department and year, when the address names neither."""
        first = {
            "department": departments[0].pk if departments else "",
            "source": APPROVED,
            "order": FILED,
            "below": "1",
        }
        years = list(years)
        first["year"] = years[0].year if years else ""
        given = {key: value for key, value in data.items() if value}
        if "department" not in given and "year" not in given and (place := begin()):
            first["department"], first["year"] = place
        if "department" in given:
            first.pop("below")
        super().__init__({**first, **given}, auto_id="book-%s")
        self.fields["department"].choices = department_choices(departments)  # type: ignore[attr-defined]
        self.fields["year"].choices = [(str(item.year), str(item)) for item in years]  # type: ignore[attr-defined]


class BookForm(forms.Form):
    """What stands around the tables."""

    title = forms.CharField(label=_("封面标题"), max_length=80, widget=forms.TextInput(attrs={"class": "form-control"}))
    unit = forms.CharField(
        label=_("封面单位"), max_length=80, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    date = forms.CharField(
        label=_("封面日期"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": _("如 2021年1月，可不填")}),
    )  # fmt: skip
    cover = forms.BooleanField(label=_("封面"), required=False)
    contents = forms.BooleanField(label=_("目录（带页码）"), required=False)
    numbered = forms.BooleanField(label=_("表式没有序号的项目表也编号"), required=False)
    parts = forms.ChoiceField(label=_("分部分"), choices=list(PARTS.items()), widget=_select())
    format = forms.ChoiceField(choices=[(name, name) for name in FORMATS])

    def order(
        self, chapters: Sequence[BookChapter], chosen: Sequence[BookTable], *, year: int, draft: bool
    ) -> BookOrder:
        """Return what the valid form orders: the chosen tables by department, in the order in which they come."""
        data = self.cleaned_data
        held = [
            (chapter.department.name, tuple(table.pk for table in chosen if table.department == chapter.department.pk))
            for chapter in chapters
        ]
        return BookOrder(
            year=year,
            chapters=tuple((name, ids) for name, ids in held if ids),
            draft=draft,
            title=data["title"],
            lines=tuple(text for text in (data["unit"], data["date"]) if text),
            cover=data["cover"],
            contents=data["contents"],
            parts=data["parts"],
            numbered=data["numbered"],
        )


@dataclass(frozen=True, slots=True)
class BookRow:
    """One table on the page: whether it is taken, and its place."""

    table: BookTable
    place: int
    taken: bool


def rows_of(chapters: Sequence[BookChapter], data: QueryDict | None = None) -> list[tuple[BookChapter, list[BookRow]]]:
    """Return the chapters with their rows, as found or as sent back: by number, then in the order of the page."""
    taken = None if data is None else set(data.getlist("table"))
    sent = {} if data is None else {pk: index for index, pk in enumerate(data.getlist("listed"))}
    found = []
    for chapter in chapters:
        keyed = []
        for index, table in enumerate(chapter.tables):
            place = _number(data.get(f"place-{table.pk}", "")) if data is not None else index + 1
            keyed.append(((place, sent.get(str(table.pk), index)), table))
        keyed.sort(key=lambda item: item[0])
        rows = [
            BookRow(table, number, taken is None or str(table.pk) in taken)
            for number, (_key, table) in enumerate(keyed, 1)
        ]
        found.append((chapter, rows))
    return found


def _number(text: str) -> float:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else float("inf")
