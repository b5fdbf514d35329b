"""The person's own notices: read, mark as read, choose the mail."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from projects.models import Notice, User
from projects.selectors.notices import notices_of
from projects.services import notices

PER_PAGE = 50


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "digests": User.Digest.choices}
    return render(request, "projects/notices.html", context)


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to its table."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    notices.mark_read(user=request.user, ids=[notice.pk])
    return redirect(reverse("table", args=[notice.table_id]) if notice.table_id else reverse("notice-list"))


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    notices.mark_read(user=request.user)
    return redirect("notice-list")


@require_POST
def notices_digest(request: HttpRequest) -> HttpResponse:
    """Whether this person gets the daily mail."""
    try:
        notices.set_digest(user=request.user, digest=request.POST.get("digest", ""))
    except ValueError:
        return HttpResponse(_("没有这种通知方式"), status=400, content_type="text/plain; charset=utf-8")
    messages.success(request, _("已保存"))
    return redirect("notice-list")
