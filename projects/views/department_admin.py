"""部门管理: create, rename, move and remove departments."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.forms.people import DepartmentForm
from projects.models import Department, Membership, Role
from projects.permissions import EVERYWHERE, may_change_departments, rights_of
from projects.services import departments as service
from projects.views.people import add_errors


def kept(request: HttpRequest) -> QuerySet[Department]:
    """The departments that this person administers."""
    if reason := may_change_departments(request.user):
        raise PermissionDenied(reason)
    condition = rights_of(request.user).departments(Role.ADMINISTRATOR)
    return Department.objects.filter(condition).order_by("path")


def _top(request: HttpRequest) -> bool:
    return rights_of(request.user).paths(Role.ADMINISTRATOR) is EVERYWHERE


@require_safe
def department_admin(request: HttpRequest) -> HttpResponse:
    """The tree with how many people and tables each department has itself."""
    rows = list(kept(request).annotate(tables_n=Count("tables")))
    people = dict(
        Membership.objects.filter(department__in=rows)
        .order_by()
        .values_list("department_id")
        .annotate(n=Count("user", distinct=True))
    )
    top = min((row.depth for row in rows), default=0)
    shown = [{"row": row, "depth": min(row.depth - top, 4), "people": people.get(row.pk, 0)} for row in rows]
    return render(request, "people/department_admin.html", {"rows": shown})


@require_http_methods(["GET", "POST"])
def department_new(request: HttpRequest) -> HttpResponseBase:
    parents = kept(request)
    form = DepartmentForm(
        request.POST or None, parents=parents, top=_top(request), initial={"parent": request.GET.get("parent", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = service.create_department(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已新建“%(name)s”。") % {"name": made.name})
            return redirect("department-admin")
    return render(request, "people/department_form.html", {"form": form, "department": None})


@require_http_methods(["GET", "POST"])
def department_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Name, code and place in the tree. Who does not keep what is above may not move it."""
    mine = kept(request)
    department = get_object_or_404(mine.select_related("parent"), pk=pk)
    movable = rights_of(request.user).has(Role.ADMINISTRATOR, department.parent)
    parents = [row for row in mine if not row.path.startswith(department.path)] if movable else []
    if not movable and department.parent:
        parents = [department.parent]
    initial = {"name": department.name, "code": department.code, "parent": department.parent_id or ""}
    form = DepartmentForm(
        request.POST or None, parents=parents, top=_top(request) or department.parent is None, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.change_department(actor=request.user, department=department, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("department-admin")
    context = {"form": form, "department": department, "name": initial["name"], "movable": movable}
    return render(request, "people/department_form.html", context)


@require_POST
def department_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    department = get_object_or_404(kept(request), pk=pk)
    try:
        service.delete_department(actor=request.user, department=department)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("department-edit", pk)
    messages.success(request, _("已删除“%(name)s”。") % {"name": department.name})
    return redirect("department-admin")
