"""The pages of reviewing. What they show comes from the functions that docs/review.md names, and so do the rights."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from projects.layouts.editing import Draft
from projects.selectors.review_queue import filter_of_query, neighbours
from projects.services.reviewing import page
from projects.services.reviewing.papers import FORMATS
from projects.views.aside import aside_of
from projects.views.review_json import reviewed_row
from projects.views.table import change_text

BLOCK_URLS = {"list": "text-blocks", "used": "text-block-used", "remove": "text-block-remove"}


def with_query(url: str, query: str) -> str:
    return f"{url}?{query}" if query else url


@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One table to be judged. The address carries the conditions of the queue, so that "next" keeps to them."""
    row = reviewed_row(request, pk)
    found = page.judged(row)
    data = page.review_data(user=request.user, row=row, found=found)
    last = data["last_year"]
    context = {
        "row": row,
        "review": data,
        "review_json": data,
        "frame": _frame(request, pk),
        "frame_year": row.fiscal_year.year,
        "papers": {name: reverse("review-sheet-file", args=[pk, name]) for name in FORMATS} if data["sheets"] else {},
        "aside": aside_of(found.draft.table),
        "years": _years(found.draft, last) if last else [],
        "change": change_text(row.amount, Decimal(last["amount"]) if last["amount"] else None) if last else "",
    }
    return render(request, "projects/review/page.html", context)


def _frame(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Where the table stands in the queue, and addresses that need no table."""
    query = filter_of_query(request.GET.urlencode()).query(page="")
    before, after, place, count = neighbours(user=request.user, table_id=pk, query=query)

    def address(other: int | None) -> str:
        return with_query(reverse("review", args=[other]), query) if other else ""

    return {
        "queue": query,
        "queueUrl": with_query(reverse("review-queue"), query),
        "prev": address(before),
        "next": address(after),
        "place": place,
        "count": count,
        "blocks": {name: reverse(view, args=[] if name == "list" else [0]) for name, view in BLOCK_URLS.items()},
    }


def _years(draft: Draft, last: dict[str, Any]) -> list[dict[str, Any]]:
    """This year's targets beside last year's, those that are gone at the end."""
    lines = []
    for uid, indicator in zip(draft.uids["indicators"], draft.table.indicators, strict=True):
        then = last["rows"].get(uid)
        lines.append(
            {
                "name": indicator.name,
                "before": then["value"] if then else "",
                "now": indicator.value,
                "same": bool(then and then["same"]),
            }
        )
    lines += [{"name": gone["name"], "before": gone["value"], "now": "", "same": False} for gone in last["gone"]]
    return lines
