"""New tables to be filled in: a blank one, or drafts that continue last year's. Every place is taken only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from projects.layouts import Layout, get_layout
from projects.layouts.definition import RepeatBlock
from projects.layouts.steps import frame_paths
from projects.layouts.typed import INDICATOR_LISTS
from projects.models import Department, FiscalYear, Project
from projects.models import TargetTable as Stored
from projects.models.keys import project_key
from projects.permissions import may_create
from projects.selectors.forms import in_editions_of, offered
from projects.selectors.tables import visible_to
from projects.services import audit, findings
from projects.services.rollover import Choice, copied
from projects.store import NEW, Entry, load_tables, save_tables
from projects.targettable import DepartmentRef, Indicator, PlanPoint, Section, TargetTable

if TYPE_CHECKING:
    from projects.models import User

PARTS = ("basics", "funding", "plan", "goals", "tasks", "indicators", "costs", "items", "prose", "other")


class CreateRefused(Exception):
    """No table was made; ``reason`` (Chinese) says why, ``existing`` is the table that holds the place already."""

    def __init__(self, reason: str, existing: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.existing = existing


@dataclass(frozen=True, slots=True)
class Skipped:
    source: int
    label: str
    message: str


@dataclass(slots=True)
class Bulk:
    """``created``: pairs of the earlier table's id and the new one's."""

    created: list[tuple[int, int]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def create_table(
    *,
    user: User | Any,
    year: FiscalYear,
    department: Department,
    layout: str,
    project: Project | None = None,
    name: str = "",
    skeleton: bool = False,
) -> Stored:
    """Make a blank draft in a form. Raises :class:`CreateRefused`.

    ``project`` continues a project of the department, ``name`` begins a new one. ``skeleton`` puts a blank row for
    each category of the form.
    """
    form = get_layout(layout)
    if form is None:
        raise CreateRefused("没有这种表式")
    if reason := may_create(user, department, year):
        raise CreateRefused(reason)
    if form.id not in {item.id for item in offered(department, year.year)}:
        raise CreateRefused(f"“{form.name}”不用于{year}的“{department}”，或已停用，请另选表式")
    if project is not None and project.department_id != department.pk:
        raise CreateRefused("这个项目不属于所选部门")
    table = blank_table(form, year.year, department, skeleton=skeleton)
    if form.kind == "project":
        if project is not None:
            table.project.code, table.project.name = project.code, project.name
        else:
            table.project.name = name.strip()
    with transaction.atomic():
        _refuse_taken(table, year, department, project)
        saved = save_tables([Entry(table, department)]).saved[0]
        if saved.outcome != NEW or saved.pk is None:
            raise CreateRefused(saved.reason or "这张表已经有了", saved.pk)
        row = Stored.objects.select_related("department", "fiscal_year").get(pk=saved.pk)
        _link(row)
        findings.refresh_one(row.pk)
        audit.record("table.create", actor=user, obj=row, after={"表式": form.name, "年度": year.year})
    return row


def blank_table(layout: Layout, year: int, department: Department, *, skeleton: bool = False) -> TargetTable:
    """Return the form as it is before the first word: the department, the months of its plan, and its title. Pure."""
    paths = {*layout.paths, *frame_paths(layout)}
    months = sorted(path.partition(".")[2] for path in layout.paths if path.startswith("spend_plan."))
    table = TargetTable(layout=layout.id, kind=layout.kind, fiscal_year=year)
    coded = "department.code" in paths
    table.department = DepartmentRef(department.code if coded else "", department.name)
    table.spend_plan = [PlanPoint(month) for month in months]
    title = layout.title.replace("{year}", str(year))
    if "{" not in title:
        table.title = title
    table.sections = [Section(title) for title in layout.sections]
    own = list(layout.own_categories.items())
    if skeleton:
        for block in layout.blocks:
            if not isinstance(block, RepeatBlock):
                continue
            # A form with two halves prints the categories in both.
            for rows in {block.of, block.beside} & {*INDICATOR_LISTS}:
                blank = [Indicator(level1=one, level2=two, category=code) for code, (one, two) in own]
                setattr(table, rows, blank)
    return table


def _refuse_taken(table: TargetTable, year: FiscalYear, department: Department, project: Project | None) -> None:
    live = Stored.objects.filter(fiscal_year=year, kind=table.kind).exclude(status__in=Stored.RETIRED)
    if table.kind == "project":
        key = project_key(table.project.code, table.project.name)
        if project is None and key == project_key("", ""):
            # Nothing names it yet; a blank sheet of the same form that nobody touched is as good.
            same = live.filter(department=department, project=None, sha256=table.sha256())
            for pk in same.values_list("pk", flat=True)[:1]:
                raise CreateRefused("已有一张同样的空白表", pk)
            return
        found = live.filter(project__department=department, project__key=key)
        found = found or (live.filter(project=project) if project else found)
    else:
        found = live.filter(department=department, project=None, layout=table.layout)
    for pk in found.values_list("pk", flat=True)[:1]:
        raise CreateRefused("本年度已有这张表", pk)


def _link(row: Stored) -> None:
    """Name last year's table of the same project as the predecessor."""
    if not row.project_id:
        return
    earlier = Stored.objects.filter(project=row.project_id, kind=row.kind, fiscal_year__year__lt=row.fiscal_year.year)
    last = earlier.exclude(status__in=Stored.RETIRED).order_by("-fiscal_year__year", "-id").first()
    if last is not None:
        row.predecessor = last
        Stored.objects.filter(pk=row.pk).update(predecessor=last)


def bulk_create(
    *, user: User | Any, year: FiscalYear, tables: Sequence[int], take: Sequence[str] = ("goals", "indicators")
) -> Bulk:
    """Make a draft of ``year`` for each earlier table, with the chosen parts; what exists already is skipped."""
    result = Bulk()
    rows = list(
        visible_to(user).filter(pk__any_of=list(tables)).select_related("department", "fiscal_year").order_by("id")
    )
    choice = Choice(goals="goals" in take, indicators="indicators" in take, funding="funding" in take)
    contents = load_tables(Stored.objects.filter(pk__any_of=[row.pk for row in rows]).order_by("id"))
    for row, content in zip(rows, contents, strict=True):
        reason = may_create(user, row.department, year)
        if not reason and row.fiscal_year.year >= year.year:
            reason = "只能由以前年度的表新建"
        if reason:
            result.skipped.append(Skipped(row.pk, row.label, reason))
            continue
        with transaction.atomic():
            made = _continue(user, row, content, year, choice, take)
        if isinstance(made, str):
            result.skipped.append(Skipped(row.pk, row.label, made))
        else:
            result.created.append((row.pk, made))
    return result


def _continue(
    user: Any,
    row: Stored,
    content: TargetTable,
    year: FiscalYear,
    choice: Choice,
    take: Sequence[str],
) -> int | str:
    live = Stored.objects.filter(fiscal_year=year, kind=row.kind).exclude(status__in=Stored.RETIRED)
    if row.project_id:
        taken = live.filter(project=row.project_id)
    else:
        taken = live.filter(department=row.department_id, project=None, layout=row.layout)
    if taken.exists():
        return "本年度已有这张表"
    (draft,) = in_editions_of(year.year, [copied(content, year.year, choice)])
    if choice.funding and "plan" not in take:
        for point in draft.spend_plan:
            point.percent = None
    saved = save_tables([Entry(draft, row.department)]).saved[0]
    if saved.outcome != NEW or saved.pk is None:
        return saved.reason or "本年度已有这张表"
    Stored.objects.filter(pk=saved.pk).update(predecessor=row)
    findings.refresh_one(saved.pk)
    made = Stored.objects.select_related("department").get(pk=saved.pk)
    audit.record("table.create", actor=user, obj=made, after={"来源": f"{row.fiscal_year.year}年《{row.label}》"})
    return saved.pk
