"""Undo: a committed batch is taken back as a whole, as long as nothing was built on what it wrote.

New tables go, changed ones get back the rows they had, and so do projects that were renamed; projects, years and
departments that the import brought along go where nothing else has come to need them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model, ProtectedError
from django.utils import timezone

from projects.bulk import update
from projects.models import (
    Department,
    EntrySave,
    FiscalYear,
    ImportBatch,
    ImportTable,
    Membership,
    Notice,
    Project,
)
from projects.models import TargetTable as Stored
from projects.permissions import may_administer
from projects.services import audit, findings
from projects.services.claims import alive
from projects.services.imports import jobs, snapshot
from projects.services.operator import decider
from projects.store import LOCK

logger = logging.getLogger(__name__)
AT_ONCE = 500
State, Result = ImportBatch.State, ImportTable.Result
# What may hang on a table without anybody having worked with it.
LOOSE: tuple[type[Model], ...] = (*snapshot.BESIDE, ImportTable, Notice, EntrySave)


class BuiltOn(Exception):
    """Something was built on what the batch wrote; the message (Chinese) says what."""


def run(pk: int) -> None:
    """Undo the batch, unless somebody else is at it. All or nothing."""
    batch = jobs.claim_batch(pk, State.UNDOING)
    if batch is None:
        return
    with alive(batch):
        try:
            _take_back(batch)
        except BuiltOn as error:
            _stay(batch, str(error))
        except DatabaseError as error:
            logger.exception("undoing import %s failed", pk)
            _stay(batch, f"未能撤销（{type(error).__name__}），没有改动任何表。请稍后重试，再次失败请交管理员排查。")
        except KeyboardInterrupt:
            _stay(batch, "撤销被中断，没有改动任何表")
            raise


def _stay(batch: ImportBatch, message: str) -> None:
    with transaction.atomic():
        mine = ImportBatch.objects.filter(pk=batch.pk, worker=batch.worker, state=State.UNDOING)
        if mine.update(state=State.COMMITTED, worker="", message=message, version=F("version") + 1):
            after = {"未撤销": message}
            audit.record(
                "import.undo",
                actor=decider(batch),
                obj=batch,
                department=batch.department,
                after=after,
                succeeded=False,
            )


def _take_back(batch: ImportBatch) -> None:
    user = decider(batch)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        current = ImportBatch.objects.select_for_update(of=("self",)).select_related("department").get(pk=batch.pk)
        if current.state != State.UNDOING or current.worker != batch.worker:
            return
        if why := may_administer(user, current.department) if user else "撤销人的账号已不存在":
            raise BuiltOn(why)
        counts = {"removed": 0, "restored": 0}
        places: set[tuple[int, int]] = set()
        for rows in _chunks(current, Result.UPDATED):
            places |= _untouched(rows)
            snapshot.restore({row.target_id: row.before for row in rows if row.target_id and row.before})
            counts["restored"] += len(rows)
        for rows in _chunks(current, Result.NEW):
            places |= _untouched(rows)
            _remove([row.target_id for row in rows if row.target_id])
            counts["removed"] += len(rows)
        _beside(current)
        findings.compare_all(places)
        ImportTable.objects.filter(batch=current, result=Result.NEW).update(target=None)
        ImportBatch.objects.filter(pk=current.pk).update(
            state=State.UNDONE,
            worker="",
            finished_at=timezone.now(),
            version=F("version") + 1,
            message="",
            result=current.result | counts,
        )
        audit.record(
            "table.import_undo",
            actor=user,
            obj=current,
            department=current.department,
            after={"删除新增": counts["removed"], "恢复原内容": counts["restored"]},
        )


def _chunks(batch: ImportBatch, result: str) -> Iterator[list[ImportTable]]:
    ids = list(ImportTable.objects.filter(batch=batch, result=result).order_by("id").values_list("id", flat=True))
    names = ("id", "label", "target_id", "stored_version", "before", "result")
    for start in range(0, len(ids), AT_ONCE):
        yield list(ImportTable.objects.filter(pk__any_of=ids[start : start + AT_ONCE]).only(*names).order_by("id"))


def _untouched(rows: list[ImportTable]) -> set[tuple[int, int]]:
    """Lock the tables and make sure that each is as the import left it. Raises :class:`BuiltOn`.

    Returns the departments and years that they are in.
    """
    wanted = [row.target_id for row in rows if row.target_id]
    locked = Stored.objects.select_for_update(of=("self",)).filter(pk__any_of=wanted).order_by("id")
    heads = {pk: rest for pk, *rest in locked.values_list("id", "version", "department_id", "fiscal_year__year")}
    moved = [row for row in rows if heads.get(row.target_id or 0, [None])[0] != row.stored_version]
    if moved:
        names = "、".join(f"“{row.label}”" for row in moved[:3])
        raise BuiltOn(f"导入之后有 {len(moved)} 张表又被修改、送审或删除（如{names}），整批不能撤销。")
    made = [row.target_id for row in rows if row.target_id and row.result == Result.NEW]
    relations: list[Any] = list(Stored._meta.get_fields(include_hidden=True))
    for relation in relations:
        if not (relation.one_to_many or relation.one_to_one) or not relation.auto_created or relation.concrete:
            continue
        model, name = relation.related_model, relation.field.name
        if model in LOOSE:
            continue
        found = model._base_manager.filter(**{f"{name}__any_of": made}).first()
        if found is not None:
            what = model._meta.verbose_name
            table = next(row.label for row in rows if row.target_id == getattr(found, relation.field.attname))
            raise BuiltOn(f"导入的表“{table}”已经有了{what}，整批不能撤销。")
    return {(department, year) for _version, department, year in heads.values()}


def _remove(ids: list[int]) -> None:
    """Delete tables that the import made, with everything the store wrote beside them; no signal needs to know."""
    ImportTable.objects.filter(target__any_of=ids).update(target=None)
    beside: tuple[type[Model], ...] = (*snapshot.BESIDE, Notice, EntrySave)
    for model in beside:
        model._default_manager.filter(table__any_of=ids)._raw_delete("default")
    Stored.objects.filter(pk__any_of=ids)._raw_delete("default")


def _beside(batch: ImportBatch) -> None:
    """Take back what came along with the tables. Raises :class:`BuiltOn` where others use it by now."""
    made = batch.made
    renamed = [(int(pk), *names) for pk, names in made.get("renamed", {}).items()]
    update(Project, ("code", "name", "key", "name_key"), renamed)
    projects = made.get("projects", [])
    used = _first_use(Stored.objects.filter(project__any_of=projects).values_list("project__name", flat=True))
    if used:
        raise BuiltOn(f"导入时新建的项目“{used}”已有其他的表，整批不能撤销。")
    try:
        Project.objects.filter(pk__any_of=projects).delete()
        FiscalYear.objects.filter(year__any_of=made.get("years", [])).exclude(
            pk__in=Stored.objects.order_by().values("fiscal_year")
        ).delete()
        departments = Department.objects.filter(pk__any_of=made.get("departments", []))
        if Membership.objects.filter(department__in=departments).exists():
            raise BuiltOn("导入时新建的部门里已有人员，整批不能撤销。")
        for department in departments.order_by("-path"):
            department.delete()
    except ProtectedError as error:
        names = "、".join(str(item) for item in list(error.protected_objects)[:3])
        raise BuiltOn(f"导入时新建的部门、年度或项目已被使用（{names}），整批不能撤销。") from error


def _first_use(names: Iterable[Any]) -> str:
    return next((str(name) for name in names), "")
