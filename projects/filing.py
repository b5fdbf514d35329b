"""Where a table belongs: its year, department and project, found by natural key or made. A fixed number of queries.

A department is found by its code, else by its name; a project inside its department by its code, else by its
name. A code that appears for the first time is taken up by the one record of that name which had none, so next year's
file with codes continues this year's without.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from projects.bulk import insert, next_ids
from projects.models import Department, FiscalYear, Project
from projects.models.department import NAME_LENGTH, STEP
from projects.models.fiscalyear import FIRST, LAST
from projects.models.keys import natural_key, project_key
from projects.targettable import DepartmentRef, TargetTable

CODE_LENGTH = 40


class Misfiled(Exception):
    """A table cannot be filed; the message (Chinese) says why and what helps."""


@dataclass(slots=True)
class Departments:
    """All departments that a batch of tables needs."""

    using: str
    created: list[Department] = field(default_factory=list)
    _by_code: dict[str, Department] = field(default_factory=dict)
    _by_name: dict[str, list[Department]] = field(default_factory=dict)
    _adopted: list[Department] = field(default_factory=list)

    def look_up(self, refs: Iterable[DepartmentRef]) -> None:
        """Read what exists (one query)."""
        refs = list(refs)
        known = Department.objects.using(self.using).filter(
            Q(code__any_of=sorted({tidy(ref.code) for ref in refs} - {""}))
            | Q(name__any_of=sorted({tidy(ref.name) for ref in refs} - {""}))
        )
        for department in known.order_by("id"):
            self._add(department)

    def find(self, ref: DepartmentRef) -> Department | None:
        """Return the department that ``ref`` means, None when there is none yet. Raises :class:`Misfiled`."""
        code, name = tidy(ref.code), tidy(ref.name)
        if code in self._by_code and code:
            return self._by_code[code]
        named = self._by_name.get(name, [])
        if code:
            named = [department for department in named if not department.code]
        if len(named) > 1:
            listed = "、".join(department.code or f"上级{department.parent_id}" for department in named)
            raise Misfiled(f"部门“{name}”有多个（{listed}），请用 --department 指明部门代码")
        return named[0] if named else None

    def find_or_make(self, ref: DepartmentRef) -> Department:
        """Like :meth:`find`, but plan a new root department when it is unknown (see :meth:`save`)."""
        code, name = tidy(ref.code), tidy(ref.name)
        if not (code or name):
            raise Misfiled("表中没有写明部门，请用 --department 指明部门代码或名称")
        if len(code) > CODE_LENGTH or len(name) > NAME_LENGTH:
            raise Misfiled(f"部门代码超过 {CODE_LENGTH} 字或名称超过 {NAME_LENGTH} 字，请核对表头是否错位")
        department = self.find(ref)
        if department is None:
            department = Department(code=code, name=name or code)
            self.created.append(department)
            self._add(department)
        elif code and not department.code:
            department.code = code
            self._by_code[code] = department
            self._adopted.append(department)
        return department

    def save(self) -> None:
        """Write the planned departments, as roots of the tree, and newly learnt codes."""
        for department, pk in zip(self.created, next_ids(Department, len(self.created), using=self.using), strict=True):
            department.pk, department.path = pk, f"{pk:0{STEP}d}"
            department.created_at = department._meta.get_field("created_at").pre_save(department, True)
        names = ("id", "code", "name", "path", "created_at")
        rows = [tuple(getattr(item, name) for name in names) for item in self.created]
        insert(Department, names, rows, using=self.using)
        if self._adopted:
            fresh = set(map(id, self.created))
            Department.objects.using(self.using).bulk_update(
                [item for item in self._adopted if id(item) not in fresh], ["code"]
            )

    def _add(self, department: Department) -> None:
        if department.code:
            self._by_code[department.code] = department
        self._by_name.setdefault(department.name, []).append(department)


def tidy(text: str) -> str:
    """Return a department's name or code without line breaks and doubled blanks."""
    return " ".join(text.split())


def years(numbers: Iterable[int], *, using: str) -> tuple[dict[int, int], list[int]]:
    """Return ``{year: id}`` for all ``numbers`` and the years that were created."""
    wanted = set(numbers)
    manager = FiscalYear.objects.using(using)
    known = dict(manager.filter(year__any_of=sorted(wanted)).values_list("year", "id"))
    missing = sorted(wanted - set(known))
    for year, pk in zip(missing, next_ids(FiscalYear, len(missing), using=using), strict=True):
        known[year] = pk
    insert(FiscalYear, ("id", "year"), [(known[year], year) for year in missing], using=using)
    return known, missing


def check_year(year: int | None) -> int:
    """Return ``year`` if a table can be filed under it. Raises :class:`Misfiled`."""
    if year is None:
        raise Misfiled("表中没有写明年度，请用 --year 指明预算年度")
    if not FIRST <= year <= LAST:
        raise Misfiled(f"年度 {year} 不在 {FIRST}—{LAST} 之间，请用 --year 指明预算年度")
    return year


def projects(wanted: list[tuple[int, TargetTable]], *, using: str) -> list[int | None]:
    """Return the project id of each ``(department id, table)``; None for tables that name no project.

    Existing projects are read in one query, new ones inserted in one statement, and changed codes and names
    written in one.
    """
    result, fresh, changed = plan_projects(wanted, using=using)
    for project, pk in zip(fresh, next_ids(Project, len(fresh), using=using), strict=True):
        project.pk = pk
    names = ("id", "department_id", "code", "name", "key", "name_key")
    rows = [tuple(getattr(project, name) for name in names) for project in (*fresh, *changed)]
    insert(Project, names, rows, using=using, replace=names[2:])
    return [project and project.pk for project in result]


def plan_projects(
    wanted: list[tuple[int, TargetTable]], *, using: str
) -> tuple[list[Project | None], list[Project], list[Project]]:
    """Return the project that each ``(department id, table)`` means, the new ones among them (without ids), and the
    known ones whose code or name the tables change. Writes nothing."""
    refs = [_reference(department, table) for department, table in wanted]
    real = [ref for ref in refs if ref]
    known: dict[tuple[int, str], Project] = {}
    named: dict[tuple[int, str], list[Project]] = {}
    found = Project.objects.using(using).filter(
        Q(department__any_of=sorted({ref[0] for ref in real})),
        Q(key__any_of=sorted({ref[1] for ref in real})) | Q(name_key__any_of=sorted({ref[2] for ref in real} - {""})),
    )
    for project in found:
        known[project.department_id, project.key] = project
        named.setdefault((project.department_id, project.name_key), []).append(project)
    claimed = {id(known[ref[:2]]) for ref in real if ref[:2] in known}
    fresh: list[Project] = []
    changed: dict[int, Project] = {}
    result: list[Project | None] = []
    for ref in refs:
        if ref is None:
            result.append(None)
            continue
        department, key, name_key, code, name = ref
        project = known.get((department, key)) or _namesake(named.get((department, name_key), []), code, claimed)
        if project is None:
            project = Project(department_id=department, code=code, name=name, key=key, name_key=name_key)
            fresh.append(project)
        elif (code and project.code != code) or (name and project.name != name):
            project.code, project.name = code or project.code, name or project.name
            project.key, project.name_key = project_key(project.code, project.name), natural_key(project.name)
            if project.pk:
                changed[project.pk] = project
        claimed.add(id(project))
        known[department, key] = project
        result.append(project)
    return result, fresh, list(changed.values())


def _reference(department: int, table: TargetTable) -> tuple[int, str, str, str, str] | None:
    code, name = table.project.code.strip(), table.project.name.strip()
    if table.kind != "project" or not natural_key(code + name):
        return None
    return department, project_key(code, name), natural_key(name), code, name


def _namesake(candidates: list[Project], code: str, claimed: set[int]) -> Project | None:
    """Return the one project of that name which may be meant although its key differs, if there is one."""
    free = [item for item in candidates if id(item) not in claimed and not (code and item.code)]
    return free[0] if len(free) == 1 and len(candidates) == 1 else None
