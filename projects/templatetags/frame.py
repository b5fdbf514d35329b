"""The frame of every page: navigation on the left, the year switch in the top bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.badges import state_badge
from projects.models import Role
from projects.permissions import KEEPS_PEOPLE, REVIEWS, SEES_TABLES, rights_of
from projects.views import current
from projects.views.shared import chosen_year, fiscal_years

register = template.Library()
register.filter("state", state_badge)

BY_YEAR = ("home", "department-list", "department", "table-list", "filling", "rule-list", "releases")
"""Pages that show one year or all years, as their address says."""

TABLE_PAGES = ("table-list", "table", "table-history", "revision", "table-diff", "table-act")
REVIEW_PAGES = ("review-queue", "review", "review-register", "review-statistics", "adjustment")
PEOPLE_PAGES = ("people", "person", "person-new", "people-import", "people-import-confirm", "person-reset")
PUBLISHING_PAGES = ("publishing", "book", "export-job", "export-file", "summaries")
LIBRARY_PAGES = (
    "library",
    "library-indicator",
    "library-new",
    "library-edit",
    "library-duplicates",
    "library-import",
    "library-import-confirm",
    "library-proposals",
    "library-proposal",
    "library-accept",
    "library-decline",
)
FORM_PAGES = ("form-list", "form-new", "form-edition", "form-try", "form-help")
FILLING_PAGES = ("filling", "filling-create", "filling-submit", "entry", "entry-step", "table-new")
IMPORT_PAGES = ("import-list", "import-batch", "import-table")
DEPARTMENT_PAGES = ("department-admin", "department-new", "department-edit")


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class YearChoice:
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Years:
    """``year`` is the one in force, ``None`` for all."""

    year: int | None
    label: str
    choices: list[YearChoice]


def _year(context: dict[str, Any]) -> int | None:
    """The year of the page: that of the table shown, or the one in the address."""
    if "frame_year" in context:
        return context["frame_year"]
    chosen = chosen_year(context["request"])
    return chosen.year if chosen else None


def _at(context: dict[str, Any]) -> str:
    match = context["request"].resolver_match
    return match.view_name if match else ""


@register.simple_tag(takes_context=True)
def frame_years(context: dict[str, Any]) -> Years:
    """The years to switch between; each choice keeps the page and its other conditions."""
    request = context["request"]
    current = _year(context)
    stay = _at(context) in BY_YEAR

    def address(year: int | None) -> str:
        query = request.GET.copy() if stay else request.GET.__class__(mutable=True)
        query.pop("page", None)
        query.pop("year", None)
        if year:
            query["year"] = str(year)
        base = request.path if stay else reverse("table-list")
        return f"{base}?{query.urlencode()}" if query else base

    years = [row.year for row in fiscal_years(request)]
    if not years:
        return Years(None, "", [])
    named = _("%(year)d年度")
    choices = [YearChoice(named % {"year": year}, address(year), year == current) for year in years]
    choices.append(YearChoice(_("全部年度"), address(None), current is None))
    return Years(current, named % {"year": current} if current else _("全部年度"), choices)


@dataclass(frozen=True, slots=True)
class DepartmentChoice:
    """``value`` is the department's id, empty for all."""

    value: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class OwnDepartments:
    label: str
    choices: list[DepartmentChoice]
    back: str


@register.simple_tag(takes_context=True)
def own_departments(context: dict[str, Any]) -> OwnDepartments:
    """The departments in which the person has roles, to switch between; none to choose for one alone."""
    request = context["request"]
    rows, chosen = current.own_departments(request), current.current_department(request)
    if not rows:
        return OwnDepartments("", [], "")
    everything = _("全部部门")
    choices = [DepartmentChoice(str(row.pk), row.name, row == chosen) for row in rows]
    choices.append(DepartmentChoice("", everything, chosen is None))
    # A list is filtered by department in its address as well; that filter would fight with the switch.
    query = request.GET.copy()
    for name in ("department", "page"):
        query.pop(name, None)
    stay = request.method == "GET" and _at(context) in ("home", "table-list", "department-list")
    back = f"{request.path}?{query.urlencode()}" if stay and query else request.path if stay else reverse("home")
    return OwnDepartments(chosen.name if chosen else everything, choices, back)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Entry]:
    """The rooms that exist; each keeps the year."""
    year = _year(context)
    query = f"?year={year}" if year else ""
    at = _at(context)
    rights = rights_of(context["request"].user)
    rooms: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ((_("首页"), "home", "home", ("home",)),)
    if rights.any(Role.OFFICER):
        rooms += ((_("填报清单"), "filling", "edit", FILLING_PAGES),)
    if rights.any(*SEES_TABLES):
        rooms += ((_("绩效目标表"), "table-list", "tables", TABLE_PAGES),)
        rooms += ((_("部门"), "department-list", "departments", ("department-list", "department")),)
    if rights.any(*REVIEWS, Role.ADMINISTRATOR):
        # Administrators have no queue, but what was decided.
        first = "review-queue" if rights.any(*REVIEWS) else "review-register"
        rooms = (*rooms[:-1], (_("审核"), first, "state-done", REVIEW_PAGES), rooms[-1])
    if rights.any(*SEES_TABLES):
        rooms += ((_("公开与导出"), "publishing", "publish", PUBLISHING_PAGES),)
        rooms += ((_("指标库"), "library", "library", LIBRARY_PAGES),)
    rooms += ((_("检查规则"), "rule-list", "filter", ("rule-list",)),)
    if rights.has(Role.ADMINISTRATOR, None):
        rooms += ((_("预算年度"), "year-list", "calendar", ("year-list", "year", "year-rollover")),)
    if rights.any(*KEEPS_PEOPLE):
        rooms += ((_("用户"), "people", "person", PEOPLE_PAGES),)
    if rights.any(Role.ADMINISTRATOR):
        rooms += ((_("批量导入"), "import-list", "upload", IMPORT_PAGES),)
        rooms += ((_("部门管理"), "department-admin", "layout", DEPARTMENT_PAGES),)
        rooms += ((_("表样"), "form-list", "layout", FORM_PAGES),)
        rooms += ((_("对外公开"), "releases", "publish", ("releases", "release-fields")),)
    if rights.any(Role.AUDITOR):
        rooms += ((_("审计日志"), "audit", "log", ("audit", "export-records")),)
    return [Entry(label, reverse(name) + query, symbol, at in inside) for label, name, symbol, inside in rooms]


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What to do where there is nothing yet: a sentence, and where it is done, the likeliest first."""

    text: str
    entries: list[Entry]


@register.simple_tag(takes_context=True)
def beginnings(context: dict[str, Any]) -> Beginnings:
    """The first step of this person's roles, for pages without a table."""
    rights = rights_of(context["request"].user)
    found: list[tuple[str, str]] = []
    if rights.any(Role.ADMINISTRATOR):
        text = _("把已有的 Word、Excel、PDF 文件导入系统；确认之前先列出读到的内容，不写入任何表。")
        found.append((_("批量导入"), "import-list"))
    elif rights.any(Role.OFFICER):
        text = _("在填报清单里新建，或由上年的表、已有的文件开始。")
    elif rights.any(*SEES_TABLES):
        text = _("填报人新建或系统管理员导入之后，绩效目标表会列在这里。")
    else:
        text = _("您的角色不查看绩效目标表。")
    if rights.any(Role.OFFICER):
        found.append((_("填报清单"), "filling"))
    if rights.any(Role.AUDITOR):
        found += [(_("审计日志"), "audit"), (_("导出记录"), "export-records")]
    if rights.any(Role.SECURITY):
        found.append((_("用户"), "people"))
    return Beginnings(text, [Entry(label, reverse(name), "", False) for label, name in found])
