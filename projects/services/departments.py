"""部门: create, rename, move, remove, by the system administrator of what is above."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from projects.models import Department, Membership, User
from projects.permissions import may_administer
from projects.services import audit


def facts(department: Department) -> dict[str, Any]:
    return {"名称": department.name, "代码": department.code, "上级": str(department.parent or "")}


@transaction.atomic
def create_department(*, actor: User, name: str, code: str, parent: Department | None) -> Department:
    """Make a department below ``parent``; a root needs the administrator of everything."""
    _allow(may_administer(actor, parent))
    department = Department(name=name, code=code, parent=parent)
    _save(department)
    audit.record("department.create", actor=actor, obj=department, after=facts(department))
    return department


@transaction.atomic
def change_department(*, actor: User, department: Department, name: str, code: str, parent: Department | None) -> None:
    """Rename, recode and move. Moving takes everything below along, and needs rights over both parents."""
    _allow(may_administer(actor, department))
    before, moved = facts(department), department.parent_id != (parent.pk if parent else None)
    if moved:
        # Locked, so that two moves at once cannot make a circle.
        list(Department.objects.select_for_update().order_by("id"))
        department.refresh_from_db()
        _allow(may_administer(actor, department.parent))
        _allow(may_administer(actor, parent))
        if parent is not None:
            parent.refresh_from_db()
            if parent.path.startswith(department.path):
                raise ValidationError({"parent": _("部门不能移到自己或自己的下级之下。")})
    department.name, department.code, department.parent = name, code, parent
    _save(department)
    if facts(department) != before:
        action = "department.move" if moved else "department.change"
        audit.record(action, actor=actor, obj=department, before=before, after=facts(department))


@transaction.atomic
def delete_department(*, actor: User, department: Department) -> None:
    """Remove a department that holds nothing."""
    _allow(may_administer(actor, department))
    _allow(may_administer(actor, department.parent))
    if Membership.objects.filter(department=department).exists():
        raise ValidationError(_("还有人在这个部门任职，请先移走。"))
    before = facts(department)
    audit.record("department.delete", actor=actor, obj=department, before=before)
    try:
        department.delete()
    except ProtectedError as error:
        raise ValidationError(_("这个部门还有下级部门、项目、绩效目标表或指标库，不能删除。")) from error


def _allow(reason: str) -> None:
    if reason:
        raise PermissionDenied(reason)


def _save(department: Department) -> None:
    department.full_clean(exclude=["path"])
    try:
        with transaction.atomic():
            department.save()
    except IntegrityError as error:
        raise ValidationError(_("同级已有同名的部门，或代码已被使用。")) from error
