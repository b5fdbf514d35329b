"""One target table: the official form, and the same data beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from perfgoals.web.figures import percent, wan
from projects.grids.html_writer import write_html
from projects.layouts import layout_of, layouts_for
from projects.layouts import render as render_form
from projects.layouts.definition import Layout
from projects.models import TargetTable as Stored
from projects.reviewlevels import is_reviewer
from projects.selectors.tables import visible_to
from projects.services.reviewing import papers
from projects.store import load_tables
from projects.targettable import TargetTable
from projects.views.aside import aside_of
from projects.views.findings import notes_of

PDF = "pdf"
FORMATS = {
    "docx": gettext_lazy("Word 文档"),
    "xlsx": gettext_lazy("Excel 工作簿"),
    "html": gettext_lazy("网页文件（HTML）"),
    "json": gettext_lazy("数据交换文件（JSON）"),
    PDF: "PDF",
}


@dataclass(frozen=True, slots=True)
class OtherYear:
    """The same project's table of another year; ``change`` is how this table's amount differs, as text."""

    pk: int
    year: int
    amount: Decimal | None
    change: str


def stored_table(request: HttpRequest, pk: int) -> Stored:
    """Return a table that this person may see; anything else does not exist for them."""
    visible = visible_to(request.user).select_related("department", "fiscal_year")
    return get_object_or_404(visible, pk=pk)


def content_of(row: Stored) -> TargetTable:
    """Return what the table says, in the neutral form."""
    return load_tables(Stored.objects.filter(pk=row.pk))[0]


def chosen_layout(request: HttpRequest, content: TargetTable) -> Layout:
    """Return the form the address asks for, the table's own without one. A form of another kind is a 404."""
    wanted = request.GET.get("layout", "")
    if not wanted:
        return layout_of(content)
    found = next((layout for layout in layouts_for(content.kind) if layout.id == wanted), None)
    if found is None:
        raise Http404(_("没有这种表式"))
    return found


def form_html(content: TargetTable, layout: Layout) -> SafeString:
    """Return the official form as HTML. The writer escapes every text itself, hence safe."""
    return SafeString(write_html(render_form(content, layout)))


def change_text(now: Decimal | None, then: Decimal | None) -> str:
    """Difference in 万元 with its percentage: ``+12.00（+8.7%）``; empty when an amount is missing."""
    if now is None or then is None:
        return ""
    difference = now - then
    if not difference:
        return _("持平")
    sign = "+" if difference > 0 else "−"
    text = sign + wan(abs(difference))
    if then > 0:
        text += f"（{sign}{percent((abs(difference) * 100 / then).quantize(Decimal('0.1')))}）"
    return text


def other_years(request: HttpRequest, row: Stored) -> list[OtherYear]:
    """The same project's tables of other years, the latest first."""
    if row.project_id is None:
        return []
    found = (
        visible_to(request.user)
        .filter(project=row.project_id, kind=row.kind)
        .exclude(fiscal_year=row.fiscal_year_id)
        .exclude(status__in=Stored.RETIRED)
        .order_by("-fiscal_year__year", "-id")
        .values_list("pk", "fiscal_year__year", "amount")
    )
    return [OtherYear(pk, year, amount, change_text(row.amount, amount)) for pk, year, amount in found]


def _layout_choices(content: TargetTable, current: Layout) -> list[dict[str, Any]]:
    own = layout_of(content)
    return [
        {
            "label": layout.name,
            "query": None if layout is own else layout.id,
            "current": layout is current,
            "own": layout is own,
        }
        for layout in layouts_for(content.kind)
    ]


def _sheet_files(request: HttpRequest, row: Stored) -> list[dict[str, str]]:
    """The review sheet of the latest round in each format, once this person may have it."""
    if not papers.revisions_with_sheet(row, reviewer=is_reviewer(request.user, row)):
        return []
    names = {"docx": _("Word 文档"), "xlsx": _("Excel 工作簿"), "pdf": "PDF"}
    return [{"label": label, "url": reverse("review-sheet-file", args=[row.pk, key])} for key, label in names.items()]


@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponse:
    row = stored_table(request, pk)
    content = content_of(row)
    layout = chosen_layout(request, content)
    query = "" if layout is layout_of(content) else f"?layout={layout.id}"
    context = {
        "row": row,
        "name": row.label or _("（未命名）"),
        "content": content,
        "frame_year": row.fiscal_year.year,
        "form": form_html(content, layout),
        "layout": layout,
        "layouts": _layout_choices(content, layout),
        "downloads": [
            {"label": label, "url": reverse("table-download", args=[pk, suffix]) + query}
            for suffix, label in FORMATS.items()
        ],
        "sheet_files": _sheet_files(request, row),
        "others": other_years(request, row),
        "aside": aside_of(content),
        "notes": notes_of(row, content),
    }
    return render(request, "projects/table.html", context)
