"""What filling in leaves behind beside the table itself: saves that can be repeated, and attachments."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EntrySave(models.Model):
    """One autosave: who, when, up to which version, and the answer that a retry of the same batch gets again.

    Only the latest of a table are kept; the audit log is what remembers for good.
    """

    table = models.ForeignKey("projects.TargetTable", models.CASCADE, related_name="entry_saves", db_index=False)
    batch = models.UUIDField(_("批次"))
    version = models.PositiveIntegerField(_("保存后的版本"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(_("填报人"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"))
    answer = models.TextField(_("答复"))

    class Meta:
        verbose_name = _("自动保存")
        verbose_name_plural = _("自动保存")
        constraints = [
            models.UniqueConstraint(fields=["table", "batch"], name="entrysave_batch_unique"),
        ]
        indexes = [models.Index(fields=["table", "version"], name="entrysave_version")]

    def __str__(self) -> str:
        return f"{self.table_id} 第{self.version}版"


def _path(attachment: Attachment, filename: str) -> str:
    """A name of our own: what a person called the file never becomes a path."""
    return f"attachments/{attachment.table_id}/{uuid.uuid4().hex}"


class Attachment(models.Model):
    """附件 of a table. The file lies under MEDIA_ROOT without its name and is handed out through permission alone."""

    table = models.ForeignKey(
        "projects.TargetTable", models.PROTECT, related_name="attachments", verbose_name=_("绩效目标表")
    )
    file = models.FileField(_("文件"), upload_to=_path, max_length=200)
    name = models.CharField(_("文件名"), max_length=200)
    kind = models.CharField(_("类型"), max_length=12)
    size = models.PositiveBigIntegerField(_("字节"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(_("上传人"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["table", "id"]

    def __str__(self) -> str:
        return self.name
