"""Tables as files: one table, or the filtered list as one book."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from perfgoals.web.downloads import attachment
from projects.services import exporting
from projects.views.table import chosen_layout, content_of, stored_table
from projects.views.tables import filter_of

LARGEST_BOOK = 2_000
"""Tables in one book made while the browser waits; more than that is split by year or department."""


@require_safe
def single(request: HttpRequest, pk: int, suffix: str) -> FileResponse:
    raise NotImplementedError


@require_safe
def book(request: HttpRequest, suffix: str) -> HttpResponse | FileResponse:
    raise NotImplementedError
