"""What is written once: revisions of tables, transitions, the audit log. Never changed, never deleted."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WrittenOnce(Exception):
    """A record that may only be added was to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Adds and reads; anything else is refused, also for administrators and scripts."""

    def _refuse(self) -> NoReturn:
        raise WrittenOnce("这类记录只能新增，不能修改或删除")

    def update(self, **kwargs: Any) -> NoReturn:
        self._refuse()

    def delete(self) -> NoReturn:
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def update_or_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def bulk_create(self, objs: Any, *args: Any, update_conflicts: bool = False, **kwargs: Any) -> list[Any]:
        if update_conflicts or any(not obj._state.adding for obj in objs):
            self._refuse()
        return super().bulk_create(objs, *args, **kwargs)

    def _raw_delete(self, using: str) -> NoReturn:
        self._refuse()


class AppendOnly(models.Model):
    """A row that is written once. Who acted is kept by name too, so the record outlives the account."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("操作人"),
    )
    actor_name = models.CharField(_("操作人姓名"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise WrittenOnce("这类记录只能新增，不能修改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce("这类记录只能新增，不能删除")


class Revision(AppendOnly):
    """A table as it was submitted or approved: the interchange JSON, byte for byte, and its SHA-256.

    ``uids`` names the rows of the repeated blocks, which the interchange form does not: ``{block: [uid in hex]}`` in
    the order of the content. Comments are found again by them; revisions written before they were kept have none.
    """

    class Cause(models.TextChoices):
        SUBMIT = "submit", _("送审")
        APPROVE = "approve", _("批复")

    table = models.ForeignKey(
        "projects.TargetTable", models.PROTECT, related_name="revisions", verbose_name=_("绩效目标表")
    )
    number = models.PositiveIntegerField(_("序号"))
    cause = models.CharField(_("缘由"), max_length=12, choices=Cause)
    adjustment = models.PositiveIntegerField(_("第几次调整"), default=0)
    content = models.TextField(_("内容"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    comment = models.TextField(_("说明"), blank=True)
    uids = models.JSONField(_("各行标识"), default=dict, blank=True)

    class Meta:
        verbose_name = _("提交版本")
        verbose_name_plural = _("提交版本")
        ordering = ["table", "number"]
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="revision_number_unique")]

    def __str__(self) -> str:
        return f"第{self.number}版"


class TransitionRecord(AppendOnly):
    """One change of a table's state: what, from where to where, who, why, on which version."""

    table = models.ForeignKey(
        "projects.TargetTable", models.PROTECT, related_name="transitions", verbose_name=_("绩效目标表")
    )
    action = models.CharField(_("动作"), max_length=24)
    source = models.CharField(_("原状态"), max_length=16)
    target = models.CharField(_("新状态"), max_length=16)
    reason = models.TextField(_("意见"), blank=True)
    version = models.PositiveIntegerField(_("所依据的版本"))
    revision = models.ForeignKey(
        Revision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交版本")
    )

    class Meta:
        verbose_name = _("流转记录")
        verbose_name_plural = _("流转记录")
        ordering = ["table", "id"]
        indexes = [models.Index(fields=["table", "id"], name="transition_table")]

    def __str__(self) -> str:
        return f"{self.action} {self.source}→{self.target}"


class AuditEvent(AppendOnly):
    """One line of the audit log. Objects are kept by name too: the log outlives what it speaks of."""

    action = models.CharField(_("动作"), max_length=40, db_index=True)
    object_type = models.CharField(_("对象类型"), max_length=40, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    object_name = models.CharField(_("对象名称"), max_length=255, blank=True)
    department_path = models.CharField(_("部门路径"), max_length=128, blank=True, db_index=True)
    address = models.CharField(_("地址"), max_length=64, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=40, blank=True)
    before = models.JSONField(_("之前"), default=dict, blank=True)
    after = models.JSONField(_("之后"), default=dict, blank=True)
    succeeded = models.BooleanField(_("成功"), default=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_name}"
