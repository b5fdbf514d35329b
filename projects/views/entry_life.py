"""Begin tables and submit them: one at a time, or many."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.models import Department, FiscalYear, Project, Role, TargetTable
from projects.permissions import EVERYWHERE, rights_of
from projects.selectors.comments import must_ids
from projects.selectors.forms import latest_edition, offered_to
from projects.selectors.tables import visible_to
from projects.services import creating, submitting
from projects.services.entry import finding_data
from projects.services.entry_store import load
from projects.views.current import current_department
from projects.views.entry import answers_json, row_of
from projects.views.jsonbody import BadBody, body_of, number_of, text_of

KINDS = {"project": "项目支出", "department": "部门整体", "summary": "汇总表"}


@require_http_methods(["GET", "HEAD", "POST"])
@answers_json
def new(request: HttpRequest) -> HttpResponse:
    """The page that asks for year, department, form and project; or, posted, the new table."""
    if request.method != "POST":
        return _new_page(request)
    if request.content_type == "application/json":
        return _create(request, body_of(request))
    body = _typed(request)
    answer = _create(request, body)
    if answer.status_code == 201:
        return redirect(json.loads(answer.content)["url"])
    told = json.loads(answer.content)
    return _new_page(request, body, told["message"], told.get("url", ""))


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The page's own form as the JSON that scripts send."""
    found: dict[str, Any] = {key: request.POST.get(key, "") for key in ("layout", "name")}
    for key in ("year", "department"):
        text = request.POST.get(key, "")
        found[key] = int(text) if text.isdecimal() and len(text) < 19 else None
    return found | {"skeleton": bool(request.POST.get("skeleton"))}


def _new_page(
    request: HttpRequest, body: dict[str, Any] | None = None, message: str = "", existing: str = ""
) -> HttpResponse:
    departments = _own_departments(request)
    if not departments:
        raise Http404(_("只有填报人可以新建绩效目标表"))
    wanted = str(body["department"]) if body else request.GET.get("department", "")
    here = current_department(request)
    chosen = next((item for item in departments if str(item.pk) == wanted), here if here in departments else None)
    chosen = chosen or departments[0]
    usual = _usual_layouts(departments)
    asked = str(body["year"]) if body else request.GET.get("year", "")
    years = list(FiscalYear.objects.filter(state=FiscalYear.State.OPEN).order_by("-year"))
    context = {
        "years": years,
        "year": next((row for row in years if str(row.year) == asked), None),
        "departments": [(item, usual[item.pk]) for item in departments],
        "department": chosen,
        "layouts": _offered(departments, years),
        "kinds": KINDS,
        "projects": Project.objects.filter(department=chosen).order_by("name", "id")[:500],
        "usual": body["layout"] if body else usual[chosen.pk],
        "body": body or {},
        "message": message,
        "existing": existing,
    }
    return render(request, "projects/entry/new.html", context, status=409 if message else 200)


def _own_departments(request: HttpRequest) -> list[Department]:
    ids = rights_of(request.user).department_ids(Role.OFFICER)
    departments = Department.objects.order_by("path")
    return list(departments if ids is EVERYWHERE else departments.filter(pk__any_of=ids))


def _offered(departments: list[Department], years: list[FiscalYear]) -> list[dict[str, Any]]:
    """The forms of the office first; which department and year each is for, the service checks and says."""
    return [
        {"id": form.id, "name": form.name, "kind": form.kind}
        for form in offered_to(departments, [row.year for row in years])
    ]


def _usual_layouts(departments: list[Department]) -> dict[int, str]:
    """The form that each department files most, in its present edition. One query."""
    tables = TargetTable.objects.filter(department__in=departments).exclude(layout="").order_by()
    counted = tables.values_list("department", "layout").annotate(n=Count("id")).order_by("n", "layout")
    most = {department: layout for department, layout, _n in counted}
    return {item.pk: latest_edition(most[item.pk]) if item.pk in most else "mof-2015" for item in departments}


def _create(request: HttpRequest, body: dict[str, Any]) -> JsonResponse:
    department = _department(request, number_of(body, "department"))
    year = get_object_or_404(FiscalYear, year=number_of(body, "year"))
    project = None
    if body.get("project") is not None:
        project = get_object_or_404(Project, pk=number_of(body, "project"), department=department)
    try:
        row = creating.create_table(
            user=request.user,
            year=year,
            department=department,
            layout=text_of(body, "layout"),
            project=project,
            name=text_of(body, "name", ""),
            skeleton=body.get("skeleton") is True,
        )
    except creating.CreateRefused as error:
        answer: dict[str, Any] = {"ok": False, "error": "refused", "message": error.reason}
        if error.existing and visible_to(request.user).filter(pk=error.existing).exists():
            answer |= {"error": "taken", "id": error.existing, "url": reverse("entry", args=[error.existing])}
        return JsonResponse(answer, status=409)
    return JsonResponse({"id": row.pk, "url": reverse("entry", args=[row.pk])}, status=201)


def _department(request: HttpRequest, pk: int) -> Department:
    """A department where this person files; any other does not exist for them."""
    department = get_object_or_404(Department, pk=pk)
    if not rights_of(request.user).has(Role.OFFICER, department):
        raise Http404(_("没有这个部门"))
    return department


@require_POST
@answers_json
def bulk(request: HttpRequest) -> JsonResponse:
    body = body_of(request)
    year = get_object_or_404(FiscalYear, year=number_of(body, "year"))
    tables, take = body.get("tables"), body.get("take", ["goals", "indicators"])
    if not _numbers(tables) or not isinstance(take, list):
        raise BadBody("tables 应为编号的数组")
    made = creating.bulk_create(user=request.user, year=year, tables=tables, take=[str(name) for name in take])
    return JsonResponse(
        {
            "created": [{"source": source, "id": pk} for source, pk in made.created],
            "skipped": [{"source": s.source, "label": s.label, "message": s.message} for s in made.skipped],
        }
    )


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 1_000 and all(type(item) is int for item in value)


@require_POST
@answers_json
def submit(request: HttpRequest, pk: int) -> JsonResponse:
    row = row_of(request, pk)
    body = body_of(request)
    version, reason = number_of(body, "version"), text_of(body, "reason", "")
    try:
        submitting.submit(user=request.user, table_id=row.pk, version=version, reason=reason)
    except submitting.SubmitRefused as error:
        draft = load(row).draft
        findings = [finding_data(finding, draft) for finding in error.findings]
        answer = {"ok": False, "error": error.error, "message": error.message, "findings": findings}
        if not findings:
            del answer["findings"]
            # What a reviewer asked for and nobody answered: the page leads there.
            answer["comments"] = must_ids(row, shown_state="open", shown_at__isnull=False)
        return JsonResponse(answer, status=409)
    return JsonResponse({"ok": True, "url": reverse("table", args=[pk])})


@require_POST
@answers_json
def submit_many(request: HttpRequest) -> JsonResponse:
    listed = body_of(request).get("tables")
    if not isinstance(listed, list) or len(listed) > 500 or not all(isinstance(item, dict) for item in listed):
        raise BadBody("tables 应为表的数组")
    wishes = [
        submitting.Wish(number_of(item, "id"), number_of(item, "version"), text_of(item, "reason", ""))
        for item in listed
    ]
    results = submitting.submit_each(user=request.user, wishes=wishes)
    return JsonResponse(
        {
            "results": [
                {
                    "id": result.id,
                    "label": result.label,
                    "ok": not result.error,
                    "error": result.error,
                    "message": result.message,
                    "findings": [f"{finding.text}" for finding in result.findings],
                }
                for result in results
            ]
        }
    )
