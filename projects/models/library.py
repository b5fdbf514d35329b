"""Between tables and the indicator library: proposals, and the indicators of approved tables."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.keys import KEY_LENGTH


class LibraryProposal(models.Model):
    """入库建议: a row of an approved table that somebody would have in the library.

    Its texts are a library indicator in the state "proposed", which the keeper may mend before accepting.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("待审核")
        ACCEPTED = "accepted", _("已采纳")
        DECLINED = "declined", _("未采纳")

    indicator = models.OneToOneField("indicators.LibraryIndicator", models.CASCADE, related_name="proposal")
    table = models.ForeignKey("projects.TargetTable", models.SET_NULL, null=True, blank=True, related_name="+")
    row_uid = models.UUIDField(_("指标行"))
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("提出人")
    )
    proposer_name = models.CharField(_("提出人姓名"), max_length=160, blank=True)
    at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, default=Outcome.WAITING)
    reason = models.TextField(_("理由"), blank=True)
    decided_by_name = models.CharField(_("审核人"), max_length=160, blank=True)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("入库建议")
        verbose_name_plural = _("入库建议")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["waiting", "accepted", "declined"]), name="proposal_outcome_known"
            ),
        ]
        indexes = [models.Index(fields=["outcome", "id"], name="proposal_outcome")]

    def __str__(self) -> str:
        return str(self.indicator)


class ApprovedIndicator(models.Model):
    """One indicator of a table's approved revision, apart for suggestions and for the library's figures.

    Written when a table is approved, from the revision itself, so an adjustment that is under way changes nothing here.
    ``text`` is the name as it is searched, ``name_key`` the name as it is counted.
    """

    table = models.ForeignKey("projects.TargetTable", models.CASCADE, related_name="approved_indicators")
    department = models.ForeignKey("projects.Department", models.CASCADE, related_name="+")
    category = models.TextField(_("类别代码"), blank=True)
    name = models.TextField(_("三级指标"))
    name_key = models.CharField(max_length=KEY_LENGTH)
    text = models.TextField()
    value = models.TextField(_("指标值"), blank=True)
    unit = models.TextField(_("计量单位"), blank=True)
    basis = models.TextField(_("确定依据"), blank=True)
    standard = models.TextField(_("绩效标准"), blank=True)
    description = models.TextField(_("指标描述"), blank=True)

    class Meta:
        verbose_name = _("已批复的指标")
        verbose_name_plural = _("已批复的指标")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["name_key", "department"], name="approved_name_key"),
            models.Index(fields=["category", "id"], name="approved_category"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}".strip()


class ApprovedText(models.Model):
    """Grams of one approved indicator's name with marks of its category and department, under a full-text index."""

    indicator = models.OneToOneField(ApprovedIndicator, models.CASCADE, primary_key=True, related_name="grams")
    grams = models.TextField()

    class Meta:
        verbose_name = _("已批复指标的检索文本")
        verbose_name_plural = _("已批复指标的检索文本")

    def __str__(self) -> str:
        return f"{self.indicator_id}"
