"""What leaves the house: the record of every export, and files that are built in the background."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.record import AppendOnly


class ExportRecord(AppendOnly):
    """One file that was handed out: who took it, which versions of which tables are in it, and its SHA-256.

    ``revisions`` lists ``[table id, number of the version (0: the content as it stood), SHA-256 of the content]`` in
    the order of the file. ``department_path`` is the narrowest department that holds them all; it decides which
    auditors see the line.
    """

    kind = models.CharField(_("种类"), max_length=16, db_index=True)
    format = models.CharField(_("格式"), max_length=8)
    name = models.CharField(_("文件名"), max_length=255)
    layout = models.CharField(_("表式"), max_length=100, blank=True)
    how = models.CharField(_("生成方式"), max_length=120, blank=True)
    size = models.PositiveBigIntegerField(_("字节"))
    sha256 = models.CharField(_("校验值"), max_length=64, db_index=True)
    count = models.PositiveIntegerField(_("张数"), default=0)
    revisions = models.JSONField(_("版本"), default=list, blank=True)
    department_path = models.CharField(_("部门路径"), max_length=128, blank=True, db_index=True)
    address = models.CharField(_("地址"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("导出记录")
        verbose_name_plural = _("导出记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


def _path(job: ExportJob, filename: str) -> str:
    """A name that cannot be guessed and that no person typed."""
    return f"exports/{uuid.uuid4().hex}"


class ExportJob(models.Model):
    """A file being built in the background for one person, who alone may fetch it until ``expires_at``.

    ``order`` says what to build, as the service that builds it wrote it; ``tables`` are the ids of what is in the file:
    the right to see them is asked again at each download. ``worker`` is the claim of who builds it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("生成中")
        DONE = "done", _("已生成")
        FAILED = "failed", _("未能生成")
        EXPIRED = "expired", _("已过期")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="export_jobs", verbose_name=_("申请人")
    )
    kind = models.CharField(_("种类"), max_length=16)
    format = models.CharField(_("格式"), max_length=8)
    name = models.CharField(_("文件名"), max_length=255)
    order = models.JSONField(_("内容"), default=dict)
    tables = models.JSONField(_("绩效目标表"), default=list)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    message = models.TextField(_("说明"), blank=True)
    file = models.FileField(_("文件"), upload_to=_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("字节"), default=0)
    sha256 = models.CharField(_("校验值"), max_length=64, blank=True)
    how = models.CharField(_("生成方式"), max_length=120, blank=True)
    revisions = models.JSONField(_("版本"), default=list)
    created_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    worker = models.CharField(_("处理进程"), max_length=120, blank=True)
    beat_at = models.DateTimeField(_("最近活动"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("有效期至"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("导出任务")
        verbose_name_plural = _("导出任务")
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="exportjob_owner")]

    def __str__(self) -> str:
        return self.name
