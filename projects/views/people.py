"""People: the list, one person, and what administrators do with accounts and roles."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.forms.people import MoveForm, PeopleFilter, PersonChangeForm, PersonForm, RoleForm
from projects.models import Department, Membership, User
from projects.permissions import EVERYWHERE, KEEPS_PEOPLE, may_give, may_keep, rights_of
from projects.security import secondfactor
from projects.security.lockout import is_locked
from projects.selectors.people import departments_kept, list_people, people_of, roles_given
from projects.services import people as service
from projects.views.listing import query_without

PER_PAGE = 50


def keeper_only(request: HttpRequest) -> None:
    if not rights_of(request.user).any(*KEEPS_PEOPLE):
        raise PermissionDenied(_("只有系统管理员和安全管理员可以管理用户"))


def person_of(request: HttpRequest, pk: int) -> User:
    """A person this administrator may see; others do not exist."""
    keeper_only(request)
    return get_object_or_404(people_of(request.user), pk=pk)


def everywhere(request: HttpRequest) -> bool:
    return rights_of(request.user).paths(*KEEPS_PEOPLE) is EVERYWHERE


def add_errors(form: Form, error: ValidationError) -> None:
    """Show what a service refused beside the field it concerns."""
    if hasattr(error, "error_dict"):
        for name, found in error.error_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        form.add_error(None, error)


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    keeper_only(request)
    kept = list(departments_kept(request.user))
    form = PeopleFilter(request.GET, departments=kept)
    asked = form.cleaned_data if form.is_valid() else {}
    people = list_people(
        people_of(request.user),
        text=asked.get("q", ""),
        department=asked.get("department"),
        role=asked.get("role", ""),
        state=asked.get("state", ""),
    )
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rest": query_without(request.GET, "page"),
        "asked": any(asked.values()),
        "may_create": bool(roles_given(request.user)),
    }
    return render(request, "people/people_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponseBase:
    keeper_only(request)
    form = PersonForm(
        request.POST or None,
        departments=departments_kept(request.user),
        roles=roles_given(request.user),
        everywhere=everywhere(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            user, password = service.create_person(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        except PermissionDenied as error:
            form.add_error("roles", str(error))
        else:
            return render(request, "people/password.html", {"person": user, "password": password, "new": True})
    return render(request, "people/person_new.html", {"form": form})


def person_page(request: HttpRequest, person: User, **forms: Form) -> HttpResponse:
    """One person with everything that can be done here; ``forms`` are those that came back with errors."""
    rows = Membership.objects.filter(user=person).select_related("department").order_by("department__path", "role")
    memberships = [{"row": row, "refusal": may_give(request.user, person, row.role, row.department)} for row in rows]
    kept = list(departments_kept(request.user))
    given = [] if person.pk == request.user.pk else roles_given(request.user)
    sources = {row["row"].department for row in memberships if row["row"].department and not row["refusal"]}
    initial = {"display_name": person.display_name, "email": person.email}
    context = {
        "person": person,
        "memberships": memberships,
        "refusal": may_keep(request.user, person),
        "locked": is_locked(person.username),
        "second_factor": secondfactor.is_on(person),
        "change_form": forms.get("change") or PersonChangeForm(initial=initial),
        "role_form": forms.get("role")
        or (RoleForm(None, departments=kept, roles=given, everywhere=everywhere(request)) if given else None),
        "move_form": forms.get("move") or (MoveForm(None, sources=sources, targets=kept) if sources else None),
    }
    return render(request, "people/person.html", context, status=400 if forms else 200)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return person_page(request, person_of(request, pk))


@require_POST
def person_change(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = person_of(request, pk)
    form = PersonChangeForm(request.POST)
    if not form.is_valid():
        return person_page(request, found, change=form)
    service.change_person(actor=request.user, person=found, **form.cleaned_data)
    messages.success(request, _("已保存。"))
    return redirect("person", pk)


@require_POST
def person_state(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Deactivate or reactivate."""
    active = request.POST.get("active") == "1"
    found = person_of(request, pk)
    service.set_active(actor=request.user, person=found, active=active)
    messages.success(request, _("账号已启用。") if active else _("账号已停用，此人的登录已经结束。"))
    return redirect("person", pk)


@require_POST
def person_unlock(request: HttpRequest, pk: int) -> HttpResponseBase:
    service.unlock(actor=request.user, person=person_of(request, pk))
    messages.success(request, _("已解除锁定。"))
    return redirect("person", pk)


@never_cache
@require_POST
def person_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password, shown once."""
    found = person_of(request, pk)
    password = service.reset_password(actor=request.user, person=found)
    return render(request, "people/password.html", {"person": found, "password": password, "new": False})


@require_POST
def role_give(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = person_of(request, pk)
    form = RoleForm(
        request.POST,
        departments=departments_kept(request.user),
        roles=roles_given(request.user),
        everywhere=everywhere(request),
    )
    if form.is_valid():
        try:
            service.give_role(actor=request.user, person=found, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        except PermissionDenied as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已授予角色。"))
            return redirect("person", pk)
    return person_page(request, found, role=form)


@require_POST
def role_take(request: HttpRequest, pk: int, membership: int) -> HttpResponseBase:
    found = person_of(request, pk)
    rows = Membership.objects.filter(user=found).select_related("user", "department")
    row = get_object_or_404(rows, pk=membership)
    service.take_role(actor=request.user, membership=row)
    messages.success(request, _("已收回角色。"))
    return back_to(request, found)


@require_POST
def person_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = person_of(request, pk)
    theirs = Department.objects.filter(memberships__user=found).distinct()
    form = MoveForm(request.POST, sources=theirs, targets=departments_kept(request.user))
    if form.is_valid():
        try:
            moved = service.move_person(actor=request.user, person=found, **form.cleaned_data)
        except PermissionDenied as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已移动 %(n)d 个角色。") % {"n": moved})
            return redirect("person", pk)
    return person_page(request, found, move=form)


def back_to(request: HttpRequest, found: User) -> HttpResponseBase:
    """To the person's page, or to the list when nothing there is ours any more."""
    try:
        person_of(request, found.pk)
    except Http404:
        return redirect("people")
    return redirect("person", found.pk)
