"""Two tables for one project: a table may be given the name of another's project while it is being filled in."""

from __future__ import annotations

from projects.models import TargetTable
from projects.models.keys import natural_key, project_key


def filed_twice(row: TargetTable, *, code: str, name: str) -> str:
    """Return why a table of this project must not be filed beside another of the same year, ``""`` when it may.

    ``code`` and ``name`` are those that stand in the table; while the place is taken it belongs to another project.
    """
    if row.kind != TargetTable.Kind.PROJECT or not natural_key(code + name):
        return ""
    others = TargetTable.objects.filter(fiscal_year=row.fiscal_year_id, kind=row.kind).exclude(pk=row.pk)
    same = others.filter(project__department=row.department_id, project__key=project_key(code, name))
    if not same.exclude(status__in=TargetTable.RETIRED).exists():
        return ""
    return "本部门本年度已有同名（或同编码）项目的表，请改名，或作废重复的一张"
