"""The list of target tables: which columns, how each is written, how it is sorted and fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableQuerysetData

from perfgoals.templatetags.pg import icon
from perfgoals.web.figures import wan, yuan
from projects.badges import state_badge
from projects.findings import BLOCK, WARN
from projects.layouts.registry import get_layout
from projects.models import TableIndicator, TargetTable
from projects.selectors.findings import counts_of

ROW_FIELDS = (
    "label",
    "amount",
    "status",
    "kind",
    "layout",
    "unread",
    "updated_at",
    "project_code",
    "department__name",
    "fiscal_year__year",
)
EMPTY = "—"


def layout_name(identifier: str) -> str:
    """The name of an official form; the bare identifier when the form is not at hand."""
    layout = get_layout(identifier)
    return layout.name if layout else identifier


class ListData(TableQuerysetData):
    """A queryset of which only one page is ever fetched.

    Ids are found, sorted and cut first, on the narrow indexes; the few rows of the page follow with their department,
    year, number of indicators and of findings: four queries, whatever the page. ``total`` is known from the sums
    under the list.
    """

    def __init__(self, data: QuerySet[TargetTable], total: int) -> None:
        super().__init__(data)
        self._length = total

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return super().__getitem__(key)
        return fetch_rows(list(self.data.values_list("id", flat=True)[key]))


def fetch_rows(ids: list[int]) -> list[TargetTable]:
    """Return the tables with these ids, in this order, with what a row shows. Three queries."""
    rows = (
        TargetTable.objects.filter(id__in=ids)
        .select_related("department", "fiscal_year")
        .only(*ROW_FIELDS)
        .order_by()
        .in_bulk()
        if ids
        else {}
    )
    counts = dict(
        TableIndicator.objects.filter(table_id__in=ids).order_by().values_list("table_id").annotate(n=Count("id"))
    )
    found = counts_of(ids)
    for pk, row in rows.items():
        row.indicator_count = counts.get(pk, 0)  # type: ignore[attr-defined]
        row.findings_by_level = found[pk]  # type: ignore[attr-defined]
    return [rows[pk] for pk in ids if pk in rows]


def finding_marks(record: TargetTable) -> SafeString:
    """How many blocking findings and warnings a table has, as marks that lead to its findings."""
    counts = getattr(record, "findings_by_level", None) or {}
    words = {BLOCK: _("须修改 %(n)d 处"), WARN: _("提醒 %(n)d 处")}
    return format_html_join(
        "",
        ' <a class="mark mark--{}" href="{}#findings" title="{}">{}{}</a>',
        (
            (level, reverse("table", args=[record.pk]), word % {"n": counts[level]}, icon(level), counts[level])
            for level, word in words.items()
            if counts.get(level)
        ),
    )


def _clipped(text: str) -> SafeString:
    """A text that may be cut by its column, in full in the title."""
    return format_html('<span title="{}">{}</span>', text, text)


def _cell(*classes: str, label: Any = None) -> dict[str, dict[str, Any]]:
    name = " ".join(classes)
    return {"th": {"class": name}, "td": {"class": name} | ({"data-label": label} if label else {})}


class TargetTableTable(tables.Table):
    """Tables as rows. Amounts in 万元 with the unit in the head; the exact yuan stand in the cell's title."""

    label = tables.Column(_("名称"), attrs=_cell("is-name"))
    findings = tables.Column(_("检查"), accessor="pk", orderable=False, attrs=_cell("c-findings", label=_("检查")))
    project_code = tables.Column(_("编码"), attrs=_cell("c-code", "is-extra", "is-off"), orderable=False)
    department = tables.Column(
        _("部门"),
        accessor="department__name",
        order_by=("department_id", "id"),
        attrs=_cell("c-department", "is-wide"),
    )
    fiscal_year = tables.Column(
        _("年度"), accessor="fiscal_year__year", order_by=("fiscal_year_id", "id"), attrs=_cell("c-year")
    )
    kind = tables.Column(_("类型"), order_by=("kind", "id"), attrs=_cell("c-kind", "is-minor-2"))
    layout = tables.Column(_("表式"), order_by=("layout", "id"), attrs=_cell("c-layout", "is-extra", "is-off"))
    amount = tables.Column(_("金额（万元）"), attrs=_cell("c-amount", "is-money", label=_("金额（万元）")))
    indicators = tables.Column(
        _("指标"),
        accessor="indicator_count",
        orderable=False,
        attrs=_cell("c-count", "is-count", "is-minor", "is-off"),
    )
    status = tables.Column(_("状态"), order_by=("status", "id"), attrs=_cell("c-status"))
    updated_at = tables.Column(_("修改时间"), attrs=_cell("c-time", "is-minor", "is-off"))

    class Meta:
        model = TargetTable
        fields = ()
        sequence = (
            "label",
            "findings",
            "project_code",
            "department",
            "fiscal_year",
            "kind",
            "layout",
            "amount",
            "indicators",
            "status",
            "updated_at",
        )
        order_by_field = "sort"
        per_page = 50
        template_name = "projects/parts/list.html"
        attrs = {"class": "list list--cards", "data-rows": ""}

    def body(self) -> Iterator[SafeString]:
        """The cells of each row of the page, as HTML.

        tables2 would inspect the signature of each cell's method; a page of fifty rows is drawn three times as fast
        when every ``render_…`` here simply takes the record.
        """
        tags = [
            (format_html("<td {}>", column.attrs["td"].as_html()), getattr(self, f"render_{column.name}"))
            for column in self.columns
        ]
        rows = self.page.object_list if hasattr(self, "page") else self.rows
        for record in rows.data:
            yield format_html_join("", "{}{}</td>", ((tag, draw(record)) for tag, draw in tags))

    def render_label(self, record: TargetTable) -> SafeString:
        name = record.label or str(_("（未命名）"))
        link = format_html(
            '<a class="list__open" href="{}" title="{}">{}</a>', reverse("table", args=[record.pk]), name, name
        )
        if not record.unread:
            return link
        n = len(record.unread)
        return format_html(
            '{} <span class="mark mark--warn" title="{}">{}{}</span>',
            link,
            _("%(n)d 处原文未能识别") % {"n": n},
            icon("warn"),
            n,
        )

    def render_findings(self, record: TargetTable) -> SafeString | str:
        return finding_marks(record)

    def render_project_code(self, record: TargetTable) -> str:
        return record.project_code

    def render_department(self, record: TargetTable) -> SafeString:
        return _clipped(record.department.name)

    def render_fiscal_year(self, record: TargetTable) -> str:
        return str(record.fiscal_year.year)

    def render_kind(self, record: TargetTable) -> str:
        return record.get_kind_display()

    def render_layout(self, record: TargetTable) -> SafeString | str:
        return _clipped(layout_name(record.layout)) if record.layout else EMPTY

    def render_amount(self, record: TargetTable) -> SafeString | str:
        if record.amount is None:
            return EMPTY
        return format_html('<span title="{} {}">{}</span>', yuan(record.amount), _("元"), wan(record.amount))

    def render_indicators(self, record: TargetTable) -> str:
        return str(record.indicator_count)  # type: ignore[attr-defined]

    def render_status(self, record: TargetTable) -> SafeString:
        return state_badge(record.status)

    def render_updated_at(self, record: TargetTable) -> SafeString:
        moment = f"{localtime(record.updated_at):%Y-%m-%d %H:%M}"
        return format_html('<time title="{}">{}</time>', moment, moment[:10])

    def order_amount(self, queryset: QuerySet[TargetTable], is_descending: bool) -> tuple[QuerySet[TargetTable], bool]:
        """Tables without an amount stand last either way round on both databases."""
        amount = F("amount").desc(nulls_last=True) if is_descending else F("amount").asc(nulls_last=True)
        return queryset.order_by(amount, "-id" if is_descending else "id"), True

    def order_label(self, queryset: QuerySet[TargetTable], is_descending: bool) -> tuple[QuerySet[TargetTable], bool]:
        return queryset.order_by(*(("-label", "-id") if is_descending else ("label", "id"))), True

    def order_updated_at(
        self, queryset: QuerySet[TargetTable], is_descending: bool
    ) -> tuple[QuerySet[TargetTable], bool]:
        return queryset.order_by(*(("-updated_at", "-id") if is_descending else ("updated_at", "id"))), True


class RecentTable(TargetTableTable):
    """A short list that is neither sorted nor paged: on the first page and on a department's."""

    class Meta(TargetTableTable.Meta):
        exclude = ("project_code", "kind", "layout", "indicators")
        orderable = False
