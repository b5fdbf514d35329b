"""The department a person works in at the moment: chosen in the top bar, kept in the session, ``None`` for all."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from projects.models import Department, TargetTable
from projects.permissions import SEES_TABLES, rights_of
from projects.selectors.tables import filter_tables, visible_to

KEY = "department"


def own_departments(request: HttpRequest) -> list[Department]:
    """The departments to switch between: those that the person's roles name. No query when there is one or none."""
    found: list[Department] | None = getattr(request, "_own_departments", None)
    if found is None:
        ids = rights_of(request.user).own_department_ids
        found = list(Department.objects.filter(id__in=ids).order_by("path")) if len(ids) > 1 else []
        request._own_departments = found  # type: ignore[attr-defined]
    return found


def current_department(request: HttpRequest) -> Department | None:
    """The chosen department; ``None`` when all are shown, or when the role there has been taken away since."""
    chosen = request.session.get(KEY)
    if chosen is None:
        return None
    return next((row for row in own_departments(request) if row.pk == chosen), None)


def tables_in_view(request: HttpRequest) -> QuerySet[TargetTable]:
    """The tables the person may see, narrowed to the current department: where lists begin.

    A single table is looked up in ``visible_to`` alone, so that a link works whatever department is chosen.
    """
    tables = visible_to(request.user)
    department = current_department(request)
    return tables if department is None else filter_tables(tables, department=department, live=False)


def departments_in_view(request: HttpRequest) -> QuerySet[Department]:
    """The departments whose tables the person may see, narrowed to the current one and what is below it."""
    found = Department.objects.filter(rights_of(request.user).departments(*SEES_TABLES)).order_by("path")
    department = current_department(request)
    return found if department is None else found.filter(path__startswith=department.path)


@require_POST
def department_switch(request: HttpRequest) -> HttpResponseBase:
    """Choose a department of one's own, or all with an empty choice, and go back to the page."""
    wanted = request.POST.get("department", "")
    if wanted:
        chosen = next((row for row in own_departments(request) if str(row.pk) == wanted), None)
        if chosen is None:
            raise Http404(_("您在这个部门没有角色"))
        request.session[KEY] = chosen.pk
    else:
        request.session.pop(KEY, None)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if target and safe else "home")
