"""How reviewers share their work: who has which table, who looks at it now, saved filters, frequent opinions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.review import Level, ReviewComment


class Submission(models.Model):
    """What was known of a table when it was last submitted: figures that the queue filters by.

    ``round``: how often it was submitted (in the running adjustment); ``changed_year``, ``changed_round``: how many
    things differ from last year's table and from the revision before, empty where there is none; ``amount_year``: last
    year's amount in yuan; ``codes``: findings by rule, without mere notes. Derived: ``services.reviewing.facts`` can
    write it again at any time.
    """

    table = models.OneToOneField(
        "projects.TargetTable",
        models.CASCADE,
        primary_key=True,
        related_name="submission",
        verbose_name=_("绩效目标表"),
    )
    revision = models.ForeignKey("projects.Revision", models.PROTECT, related_name="+", verbose_name=_("送审版本"))
    round = models.PositiveIntegerField(_("第几次送审"), default=1)
    blocks = models.PositiveIntegerField(_("须修改的问题"), default=0)
    warns = models.PositiveIntegerField(_("提醒"), default=0)
    infos = models.PositiveIntegerField(_("说明"), default=0)
    changed_year = models.PositiveIntegerField(_("与上年不同"), null=True, blank=True)
    changed_round = models.PositiveIntegerField(_("与上次送审不同"), null=True, blank=True)
    codes = models.JSONField(_("各类问题数"), default=dict, blank=True)
    amount_year = models.DecimalField(_("上年金额"), max_digits=18, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("送审情况")
        verbose_name_plural = _("送审情况")

    def __str__(self) -> str:
        return f"第{self.round}次送审"


class Assignment(models.Model):
    """分派: whose work a table is at one level. It changes no rights: whoever may review it still may."""

    table = models.ForeignKey(
        "projects.TargetTable", models.CASCADE, related_name="assignments", db_index=False, verbose_name=_("绩效目标表")
    )
    level = models.CharField(_("审核级次"), max_length=12, choices=Level)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name=_("审核人")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = _("审核分派")
        verbose_name_plural = _("审核分派")
        constraints = [models.UniqueConstraint(fields=["table", "level"], name="assignment_level_unique")]

    def __str__(self) -> str:
        return f"{self.get_level_display()}：{self.user}"


class ReviewPresence(models.Model):
    """Who has a table's review page open; of no meaning once ``seen`` is old."""

    table = models.ForeignKey(
        "projects.TargetTable", models.CASCADE, related_name="presences", db_index=False, verbose_name=_("绩效目标表")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("审核人"))
    since = models.DateTimeField(_("打开时间"))
    seen = models.DateTimeField(_("最近一次"))

    class Meta:
        verbose_name = _("正在审核")
        verbose_name_plural = _("正在审核")
        constraints = [models.UniqueConstraint(fields=["table", "user"], name="presence_unique")]
        indexes = [models.Index(fields=["seen"], name="presence_seen")]

    def __str__(self) -> str:
        return f"{self.user}"


class Shared(models.Model):
    """Something of one's own that may be shared with the reviewers of ``department`` (empty: of all departments)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("所有人"))
    shared = models.BooleanField(_("共享"), default=False)
    department = models.ForeignKey(
        "projects.Department", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("共享范围")
    )

    class Meta:
        abstract = True


class SavedView(Shared):
    """A filter of the queue under a name."""

    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("条件"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("已存的筛选")
        verbose_name_plural = _("已存的筛选")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="savedview_name_unique")]

    def __str__(self) -> str:
        return self.name


class TextBlock(Shared):
    """常用意见. ``field``: the leaf of a row (``value``, ``name``) for which it is offered first."""

    text = models.CharField(_("内容"), max_length=500)
    kind = models.CharField(_("类别"), max_length=8, choices=ReviewComment.Kind, blank=True)
    field = models.CharField(_("适用栏目"), max_length=40, blank=True)
    uses = models.PositiveIntegerField(_("使用次数"), default=0)
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = _("常用意见")
        verbose_name_plural = _("常用意见")
        ordering = ["-uses", "id"]

    def __str__(self) -> str:
        return self.text[:80]
