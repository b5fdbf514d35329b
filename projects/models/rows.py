"""The repeated blocks of a table, each row with its position and a lasting identity."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models import IndicatorFields
from projects.models.table import money


class Row(models.Model):
    """``position`` counts from 0 in document order. ``uid`` outlives edits and new versions: comments and
    diffs refer to it."""

    table = models.ForeignKey("projects.TargetTable", models.CASCADE, related_name="%(class)ss", db_index=False)
    position = models.PositiveIntegerField(_("序号"))
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        ordering = ["table_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["table", "position"], name="%(class)s_position_unique"),
        ]


class SpendPlanPoint(Row):
    """资金支出计划: cumulative percent by the end of month ``by`` (two digits)."""

    by = models.TextField(_("月份"))
    percent = models.DecimalField(_("累计比例"), max_digits=18, decimal_places=2, null=True, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("资金支出计划")
        verbose_name_plural = _("资金支出计划")

    def __str__(self) -> str:
        return f"{self.by}月底 {'' if self.percent is None else self.percent}"


class TableIndicator(IndicatorFields, Row):
    """An indicator of a table; ``half`` tells the year's from the mid- or long-term ones."""

    class Half(models.TextChoices):
        ANNUAL = "annual", _("年度")
        PERIOD = "period", _("中期")

    half = models.CharField(_("期间"), max_length=6, choices=Half, default=Half.ANNUAL)

    class Meta(Row.Meta):
        verbose_name = _("绩效指标")
        verbose_name_plural = _("绩效指标")
        ordering = ["table_id", "half", "position"]
        constraints = [
            models.UniqueConstraint(fields=["table", "half", "position"], name="indicator_position_unique"),
            models.CheckConstraint(condition=Q(half__in=["annual", "period"]), name="indicator_half_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}".strip()


class CostDetail(Row):
    """支出明细及测算说明."""

    content = models.TextField(_("支出内容"), blank=True)
    detail = models.TextField(_("支出明细"), blank=True)
    amount = money(_("金额"))
    basis = models.TextField(_("测算依据"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("支出明细")
        verbose_name_plural = _("支出明细")

    def __str__(self) -> str:
        return self.content


class WorkTask(Row):
    """年度重点工作计划."""

    item = models.TextField(_("事项"), blank=True)
    unit = models.TextField(_("责任单位"), blank=True)
    goal = models.TextField(_("工作目标"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("重点工作")
        verbose_name_plural = _("重点工作")

    def __str__(self) -> str:
        return self.item


class SummaryItem(Row):
    """One project of a 汇总表."""

    no = models.TextField(_("编号"), blank=True)
    name = models.TextField(_("名称"), blank=True)
    amount = money(_("金额"))
    period_goal = models.TextField(_("实施期目标"), blank=True)
    annual_goal = models.TextField(_("年度目标"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("汇总项目")
        verbose_name_plural = _("汇总项目")

    def __str__(self) -> str:
        return self.name


class ProseSection(Row):
    """A prose part of a department's table."""

    title = models.TextField(_("标题"), blank=True)
    text = models.TextField(_("正文"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("文字说明")
        verbose_name_plural = _("文字说明")

    def __str__(self) -> str:
        return self.title
