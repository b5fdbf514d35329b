"""附件: what may lie beside a table, who may put it there, and where it lies."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from perfgoals.uploads import DOCX, PDF, XLS, XLSX, FileRefused, Limits, check_upload, refuse, suffix_of, too_large
from projects.models import Attachment
from projects.models import TargetTable as Stored
from projects.permissions import may_edit
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User

# Kind → what a browser is told; pictures are known by their first bytes.
CONTENT_TYPES = {
    PDF: "application/pdf",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    XLS: "application/vnd.ms-excel",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
}
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png", ("png",)),
    (b"\xff\xd8\xff", "jpg", ("jpg", "jpeg")),
    (b"GIF8", "gif", ("gif",)),
)
MOST = 30
NAME_LENGTH = 200


class AttachmentRefused(Exception):
    """The file was not taken or not removed; the message (Chinese) is fit for the page."""


def add(*, user: User | Any, table: Stored, name: str, data: bytes) -> Attachment:
    """Check and keep a file. Raises :class:`AttachmentRefused`. ``table`` comes with department and year."""
    if reason := may_edit(user, table):
        raise AttachmentRefused(reason)
    name = _base(name)
    try:
        kind = kind_of(data, name)
    except FileRefused as error:
        raise AttachmentRefused(error.message) from error
    with transaction.atomic():
        Stored.objects.select_for_update(of=("self",)).get(pk=table.pk)
        if Attachment.objects.filter(table=table).count() >= MOST:
            raise AttachmentRefused(f"一张表最多 {MOST} 个附件")
        made = Attachment(
            table=table,
            name=name,
            kind=kind,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            user=user,
            user_name=audit.actor_label(user),
        )
        made.file.save(name, ContentFile(data), save=False)
        try:
            made.save()
        except Exception:
            made.file.delete(save=False)
            raise
        audit.record("attachment.add", actor=user, obj=table, after={"附件": name, "字节": made.size})
    return made


def remove(*, user: User | Any, attachment: Attachment) -> None:
    """Take an attachment away; the file goes once the database has forgotten it. Raises :class:`AttachmentRefused`."""
    if reason := may_edit(user, attachment.table):
        raise AttachmentRefused(reason)
    with transaction.atomic():
        audit.record("attachment.delete", actor=user, obj=attachment.table, before={"附件": attachment.name})
        file = attachment.file
        storage, path = file.storage, str(file.name)
        attachment.delete()
        transaction.on_commit(lambda: storage.delete(path))


def kind_of(data: bytes, name: str) -> str:
    """Return the kind by content. Raises ``FileRefused``: empty, too large, macros, encrypted, other kinds."""
    limits = Limits(
        settings.UPLOAD_MAX_BYTES,
        settings.UPLOAD_MAX_ENTRIES,
        settings.UPLOAD_MAX_UNPACKED_BYTES,
        settings.UPLOAD_MAX_RATIO,
    )
    if len(data) > limits.max_bytes:
        raise too_large(name, len(data), limits)
    for signature, kind, suffixes in _PICTURES:
        if data.startswith(signature):
            if suffix_of(name) not in suffixes:
                raise refuse(name, "wrong-suffix", "的后缀与内容不符", f"请把后缀改为 .{kind} 再上传")
            return kind
    try:
        kind = check_upload(data, name, limits)
    except FileRefused as error:
        # What may be imported is another list than what may lie beside a table.
        if error.code == "unsupported":
            raise _unfit(name) from error
        raise
    if kind not in CONTENT_TYPES:
        raise _unfit(name)
    return kind


def _unfit(name: str) -> FileRefused:
    remedy = "附件可以是 PDF、Word（.docx）、Excel（.xlsx、.xls）和图片（.png、.jpg、.gif）"
    return refuse(name, "unsupported", "不是可以作附件的文件", remedy)


def _base(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(char for char in base if char.isprintable()).strip() or "附件"
    if len(base) <= NAME_LENGTH:
        return base
    stem, dot, suffix = base.rpartition(".")
    return stem[: NAME_LENGTH - 12] + dot + suffix[:11] if dot else base[:NAME_LENGTH]
