"""审核: comments on cells, their threads, and the review sheet (绩效目标审核表). The contract is docs/review.md."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.fiscalyear import FiscalYear
from projects.models.record import WrittenOnce

PATH_LENGTH = 300
TEXT_LENGTH = 4_000


class Level(models.TextChoices):
    """审核级次: which level somebody speaks for."""

    DEPARTMENT = "department", _("部门审核")
    FINANCE = "finance", _("财政审核")


class ReviewComment(models.Model):
    """审核意见 on a cell, a row, a step or the whole table.

    ``path`` names rows by their uid, so the comment stays on its cell wherever the row goes; ``place`` and ``quote``
    keep what the cell was called and what stood in it, for when it is gone. ``state`` is what reviewers see,
    ``shown_state`` what the officer's side sees (``shown_at`` empty: nothing at all). ``changed`` counts up per table
    with every change of a comment or its thread: pages ask for what came after the number they know. ``uid`` is the
    page's own name for a new comment, under which it is stored once.
    """

    class Kind(models.TextChoices):
        MUST = "must", _("必须修改")
        ADVICE = "advice", _("建议")

    class Anchor(models.TextChoices):
        CELL = "cell", _("单元格")
        ROW = "row", _("行")
        STEP = "step", _("部分")
        TABLE = "table", _("整张表")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        ANSWERED = "answered", _("已答复")
        RESOLVED = "resolved", _("已解决")

    table = models.ForeignKey(
        "projects.TargetTable", models.PROTECT, related_name="comments", db_index=False, verbose_name=_("绩效目标表")
    )
    revision = models.ForeignKey("projects.Revision", models.PROTECT, related_name="+", verbose_name=_("所针对的版本"))
    uid = models.UUIDField(_("标识"))
    level = models.CharField(_("审核级次"), max_length=12, choices=Level)
    kind = models.CharField(_("类别"), max_length=8, choices=Kind)
    anchor = models.CharField(_("位置类别"), max_length=8, choices=Anchor)
    path = models.CharField(_("位置"), max_length=PATH_LENGTH, blank=True)
    place = models.CharField(_("位置名称"), max_length=200, blank=True)
    quote = models.TextField(_("当时的内容"), blank=True)
    text = models.TextField(_("意见"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    shown_state = models.CharField(_("填报人所见状态"), max_length=10, choices=State, default=State.OPEN)
    shown_at = models.DateTimeField(_("对填报人公开的时间"), null=True, blank=True)
    removed = models.BooleanField(_("已撤销"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1)
    changed = models.PositiveIntegerField(_("变动序号"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(_("提出人"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("审核意见")
        verbose_name_plural = _("审核意见")
        ordering = ["table", "id"]
        constraints = [
            models.UniqueConstraint(fields=["table", "uid"], name="comment_uid_unique"),
            models.CheckConstraint(condition=Q(kind__in=["must", "advice"]), name="comment_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered", "resolved"])
                & Q(shown_state__in=["open", "answered", "resolved"]),
                name="comment_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["table", "changed"], name="comment_changed"),
            models.Index(fields=["table", "kind", "state"], name="comment_open"),
        ]

    def __str__(self) -> str:
        return f"{self.place}：{self.text}"[:200]


class CommentEntry(models.Model):
    """One line of a comment's thread: an answer, a reply, 已解决, 重新打开. ``shown_at`` as of the comment."""

    class Act(models.TextChoices):
        REPLY = "reply", _("回复")
        ANSWER = "answer", _("答复")
        RESOLVE = "resolve", _("已解决")
        REOPEN = "reopen", _("重新打开")

    comment = models.ForeignKey(ReviewComment, models.PROTECT, related_name="entries", verbose_name=_("审核意见"))
    act = models.CharField(_("动作"), max_length=8, choices=Act)
    text = models.TextField(_("内容"), blank=True)
    shown_at = models.DateTimeField(_("对填报人公开的时间"), null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(_("姓名"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("意见往来")
        verbose_name_plural = _("意见往来")
        ordering = ["comment", "id"]

    def __str__(self) -> str:
        return self.text[:200] or self.get_act_display()


class SheetQuerySet(models.QuerySet[Any]):
    """Frozen sheets are neither changed nor deleted, whoever asks."""

    def _spare_frozen(self) -> None:
        if self.filter(frozen_at__isnull=False).exists():
            raise WrittenOnce("审核表已随审核决定固定，不能修改或删除")

    def update(self, **kwargs: Any) -> int:
        self._spare_frozen()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._spare_frozen()
        return super().delete()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce("审核表只能逐张保存")


class ReviewSheet(models.Model):
    """绩效目标审核表 of one level for one submitted revision: a draft until the decision freezes it.

    ``items``: ``{key: {"grade", "score", "opinion"}}`` of the eight items, texts as typed; ``weights`` those in force
    when the draft was made. ``grade`` is the overall grade, proposed or given with ``reason``; ``score`` the sum of the
    key-project version. ``decided_version`` is the table's version on which the decision was taken, as in its
    transition record.
    """

    class Form(models.TextChoices):
        GENERAL = "general", _("一般性项目")
        KEY = "key", _("重点项目")

    table = models.ForeignKey(
        "projects.TargetTable", models.PROTECT, related_name="sheets", verbose_name=_("绩效目标表")
    )
    revision = models.ForeignKey("projects.Revision", models.PROTECT, related_name="+", verbose_name=_("所审核的版本"))
    level = models.CharField(_("审核级次"), max_length=12, choices=Level)
    form = models.CharField(_("表式"), max_length=8, choices=Form, default=Form.GENERAL)
    items = models.JSONField(_("各项"), default=dict)
    weights = models.JSONField(_("分值"), default=dict)
    proposed = models.CharField(_("建议总评"), max_length=4, blank=True)
    overall = models.CharField(_("所选总评"), max_length=4, blank=True)
    reason = models.TextField(_("改变总评的理由"), blank=True)
    opinion = models.TextField(_("总体意见"), blank=True)
    grade = models.CharField(_("总评"), max_length=4, blank=True)
    score = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_by_name = models.CharField(_("审核人"), max_length=160, blank=True)
    saved_at = models.DateTimeField(_("保存时间"))
    decision = models.CharField(_("审核决定"), max_length=24, blank=True)
    decided_version = models.PositiveIntegerField(_("决定时的版本"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("固定时间"), null=True, blank=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("绩效目标审核表")
        verbose_name_plural = _("绩效目标审核表")
        ordering = ["table", "-id"]
        constraints = [
            # A table passed back and forth between levels is judged anew on each revision.
            models.UniqueConstraint(fields=["revision", "level"], name="sheet_level_unique"),
            models.CheckConstraint(
                condition=Q(frozen_at=None) | (~Q(decision="") & Q(decided_version__isnull=False)),
                name="sheet_frozen_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}：{self.grade or '未评定'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and type(self).objects.filter(pk=self.pk, frozen_at__isnull=False).exists():
            raise WrittenOnce("审核表已随审核决定固定，不能修改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.frozen_at is not None:
            raise WrittenOnce("审核表已随审核决定固定，不能删除")
        return super().delete(*args, **kwargs)


class ReviewSetting(models.Model):
    """What a year asks of its reviews. A year without one: sheets optional, no key projects, the official weights."""

    class Demand(models.TextChoices):
        NONE = "none", _("不用")
        OPTIONAL = "optional", _("可填")
        REQUIRED = "required", _("必须填完")

    fiscal_year = models.OneToOneField(
        FiscalYear, models.CASCADE, primary_key=True, related_name="review_setting", verbose_name=_("年度")
    )
    department_sheet = models.CharField(_("部门审核的审核表"), max_length=10, choices=Demand, default=Demand.OPTIONAL)
    finance_sheet = models.CharField(_("财政审核的审核表"), max_length=10, choices=Demand, default=Demand.OPTIONAL)
    key_amount = models.DecimalField(_("重点项目起点金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    weights = models.JSONField(_("重点项目各项分值"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = _("审核设置")
        verbose_name_plural = _("审核设置")

    def __str__(self) -> str:
        return f"{self.fiscal_year}审核设置"
