"""The queue page: what waits for a reviewer, as a list to work through."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from projects.services.reviewing.queue import queue_data
from projects.views.listing import query_without
from projects.views.review_pages import with_query
from projects.views.review_work import must_review
from projects.views.table import change_text

PRESETS = (
    ("all", _("全部"), ""),
    ("mine", _("分派给我"), "mine=me"),
    ("nobody", _("未分派"), "mine=nobody"),
    ("clean", _("没有问题"), "findings=none"),
)
# Name of the column, its class, and the ways it can be sorted, first the one that a first click gives.
HEADS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (_("部门"), "q-department is-minor", ("department",)),
    (_("金额（万元）"), "q-amount is-money", ("-amount", "amount")),
    (_("比上年（万元）"), "q-change is-money is-minor-2", ()),
    (_("检查问题"), "q-findings", ("findings",)),
    (_("与上年不同"), "q-year is-count is-minor-2", ()),
    (_("轮次·批注"), "q-round is-count", ()),
    (_("已等待"), "q-waited is-count", ("waited",)),
    (_("分派·在看"), "q-who", ()),
)
SHORT = {"min": _("金额从（万元）"), "max": _("到（万元）"), "waited": _("等待满（天）")}
DOWNWARD = ("waited", "-amount", "findings")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this reviewer; the conditions stand in the address."""
    must_review(request)
    data = queue_data(user=request.user, params=request.GET)
    for row in data["rows"]:
        row["url"] = with_query(reverse("review", args=[row["id"]]), data["query"])
        row["change_text"] = change_text(_amount(row["amount"]), _amount(row["amount_last_year"]))
    for item in data["filters"]:
        item["name"] = SHORT.get(item["key"], item["name"])
    names = ("review-queue-data", "review-assign", "review-bulk", "review-views")
    urls = {name.removeprefix("review-"): reverse(name) for name in names}
    presets = [{"name": name, "query": query, "count": data["counts"][key]} for key, name, query in PRESETS]
    context = {
        "queue": data,
        "queue_json": data | {"urls": urls},
        "presets": presets,
        "known_view": data["query"] in {item["query"] for item in [*presets, *data["views"]]},
        "heads": [_head(request, data["sort"], *head) for head in HEADS],
        "tabs": {"queue": True},
    }
    return render(request, "projects/review/queue.html", context)


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _head(request: HttpRequest, sort: str, name: Any, css: str, ways: tuple[str, ...]) -> dict[str, Any]:
    """A heading that sorts; a second click sorts the other way where there is one."""
    if not ways:
        return {"name": name, "css": css}
    wanted = ways[(ways.index(sort) + 1) % len(ways)] if sort in ways else ways[0]
    state = ("descending" if sort in DOWNWARD else "ascending") if sort in ways else ""
    return {"name": name, "css": css, "url": query_without(request.GET, "page", sort=wanted), "sort": state}
