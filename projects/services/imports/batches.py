"""Batches and their files: begun, added to, committed or undone on request, given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from perfgoals.uploads import FileRefused, refuse, too_large
from projects.findings import BLOCK, Finding
from projects.models import Department, ImportBatch, ImportFile, User
from projects.permissions import may_administer
from projects.services import audit
from projects.services.imports import files, jobs
from projects.services.imports.correcting import Refused, locked
from projects.services.operator import signed

State = ImportBatch.State
ENTRIES_SHOWN = 200


def begin(
    *, user: User | Any, department: Department | None, name: str = "", options: Mapping[str, Any] | None = None
) -> ImportBatch:
    """Start an empty batch for ``department`` and what is below it, ``None`` for everything."""
    if why := may_administer(user, department):
        raise Refused(why)
    name = " ".join(name.split())[:200] or f"{timezone.localtime():%Y-%m-%d %H:%M} 导入"
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            department=department,
            name=name,
            user=user if user.pk else None,
            user_name=audit.actor_label(user),
            options={"past": "auto"} | dict(options or {}),
        )
        audit.record("import.begin", actor=user, obj=batch, department=department)
    return batch


def add_file(
    *,
    user: User | Any,
    batch: ImportBatch,
    name: str,
    data: bytes,
    size: int | None = None,
    refusal: FileRefused | None = None,
    queue: bool = True,
) -> ImportFile:
    """Take a file in and have it read. The same file again is the one that is there; a bad one is kept as refused.

    ``size`` is the real size of a file that was too large to be handed over, ``refusal`` why it could not even be
    opened. Without ``queue`` the caller reads it.
    """
    name = files.tidy_name(name)
    if refusal is None and (size or len(data)) > settings.UPLOAD_MAX_BYTES:
        refusal = too_large(name, size or len(data), files.limits())
    elif refusal is None and not data:
        refusal = refuse(name, "empty", "是空文件（0 字节）", "请检查文件是否保存成功后重新选择")
    sha256 = "" if refusal else files.keep(batch.pk, data)
    with transaction.atomic():
        open_batch = locked(batch.pk, user=user)
        there = ImportFile.objects.filter(batch=open_batch, name=name, sha256=sha256).first()
        if there is not None:
            return there
        _room(open_batch, len(data))
        file = ImportFile(batch=open_batch, name=name, size=size or len(data), sha256=sha256, queued_at=timezone.now())
        if refusal:
            file.state, file.refusal = ImportFile.State.REFUSED, refusal.message
            file.findings = [Finding(BLOCK, f"file-{refusal.code}", refusal.message, file=name).to_dict()]
        try:
            with transaction.atomic():
                file.save()
        except IntegrityError:
            return ImportFile.objects.get(batch=open_batch, name=name, sha256=sha256)
    if queue and not refusal:
        jobs.queue_files([file.pk])
        file.refresh_from_db()
    return file


def _room(batch: ImportBatch, size: int) -> None:
    uploaded = ImportFile.objects.filter(batch=batch, parent=None)
    if ImportFile.objects.filter(batch=batch).count() >= settings.IMPORT_MAX_FILES:
        raise Refused(f"一个批次最多 {settings.IMPORT_MAX_FILES} 个文件，请另建一个批次")
    total = uploaded.aggregate(total=Sum("size"))["total"] or 0
    if total + size > settings.IMPORT_MAX_BYTES:
        raise Refused("一个批次的文件总大小超过上限，请另建一个批次")


def ask_commit(
    *, user: User | Any, batch_id: int, version: int, valid_only: bool = False, queue: bool = True
) -> ImportBatch:
    """Have the batch written as its preview shows it. Raises :class:`.correcting.Refused`.

    Without ``queue`` the caller carries it out (:func:`.committing.run`).
    """
    from projects.services.imports import committing

    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        if why := committing.why_not(batch, valid_only=valid_only):
            raise Refused(why)
        _turn(batch, State.COMMITTING, options=batch.options | {"valid_only": valid_only} | signed(user))
        audit.record(
            "import.commit",
            actor=user,
            obj=batch,
            department=batch.department,
            after={"只写入有效的表": valid_only},
        )
    return _asked(batch, queue=queue)


def ask_undo(*, user: User | Any, batch_id: int, queue: bool = True) -> ImportBatch:
    """Have a committed batch taken back as a whole; without ``queue`` by the caller (:func:`.undoing.run`)."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("department").get(pk=batch_id)
        if why := may_administer(user, batch.department):
            raise Refused(why)
        if batch.state != State.COMMITTED:
            raise Refused(f"这个批次{batch.get_state_display()}，不能撤销")
        _turn(batch, State.UNDOING, options=batch.options | signed(user))
        audit.record("import.undo", actor=user, obj=batch, department=batch.department)
    return _asked(batch, queue=queue)


def _asked(batch: ImportBatch, *, queue: bool) -> ImportBatch:
    if queue:
        jobs.queue_batch(batch)
    batch.refresh_from_db()
    return batch


def _turn(batch: ImportBatch, state: str, **fields: Any) -> None:
    batch.state = state
    values = {"worker": "", "beat_at": timezone.now(), "done": 0, "message": ""} | fields
    ImportBatch.objects.filter(pk=batch.pk).update(state=state, **values)


def discard(*, user: User | Any, batch_id: int) -> None:
    """Give up an open batch: its files and readings go, the line in the list stays."""
    with transaction.atomic():
        batch = locked(batch_id, user=user)
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=State.DISCARDED, finished_at=timezone.now(), version=batch.version + 1
        )
        batch.tables.all().delete()
        batch.files.all().delete()
        audit.record("import.discard", actor=user, obj=batch, department=batch.department)
    files.forget(batch.pk)


def drop(*, user: User | Any, batch_id: int) -> None:
    """Remove an open batch without a trace in the list: all that it held is stored already."""
    with transaction.atomic():
        locked(batch_id, user=user).delete()
    files.forget(batch_id)


def read_again(*, user: User | Any, batch_id: int, file_ids: list[int]) -> int:
    """Read files once more (refused ones, or after a reading was corrected); return how many."""
    with transaction.atomic():
        batch = locked(batch_id, user=user)
        done = (ImportFile.State.READ, ImportFile.State.REFUSED)
        chosen = ImportFile.objects.filter(batch=batch, pk__any_of=file_ids, state__in=done).exclude(sha256="")
        ids = list(chosen.values_list("id", flat=True))
        ImportFile.objects.filter(pk__any_of=ids).update(
            state=ImportFile.State.WAITING, attempts=0, refusal="", findings=[], changed_at=timezone.now()
        )
    if ids:
        jobs.queue_files(ids)
    return len(ids)
