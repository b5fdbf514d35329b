"""Checking: how a year sets its rules, what the rules found, and the digest of each table for comparison."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.fiscalyear import FiscalYear

CODE_LENGTH = 40
PATH_LENGTH = 300


class RuleSetup(models.Model):
    """What a year decides differently from the rules' own levels and thresholds.

    ``levels``: rule → ``block``, ``warn``, ``info`` or ``off``; ``thresholds``: name → number as text. ``version`` is
    the optimistic lock.
    """

    fiscal_year = models.OneToOneField(
        FiscalYear, models.CASCADE, primary_key=True, related_name="rule_setup", verbose_name=_("年度")
    )
    levels = models.JSONField(_("级别"), default=dict, blank=True)
    thresholds = models.JSONField(_("阈值"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("检查设置")
        verbose_name_plural = _("检查设置")

    def __str__(self) -> str:
        return str(self.fiscal_year)


class StoredFinding(models.Model):
    """One finding of the last check of a table. ``path`` names rows by their uid, so that it survives a moved row.

    ``compared``: it came from comparison with other tables and is renewed on other occasions than the rest.
    """

    table = models.ForeignKey(
        "projects.TargetTable", models.CASCADE, related_name="findings", db_index=False, verbose_name=_("绩效目标表")
    )
    code = models.CharField(_("规则"), max_length=CODE_LENGTH)
    level = models.CharField(_("级别"), max_length=8)
    path = models.CharField(_("位置"), max_length=PATH_LENGTH, blank=True)
    text = models.TextField(_("问题"))
    compared = models.BooleanField(_("比较得出"), default=False)

    class Meta:
        verbose_name = _("检查发现的问题")
        verbose_name_plural = _("检查发现的问题")
        ordering = ["table_id", "id"]
        indexes = [
            models.Index(fields=["table", "level", "code"], name="finding_table"),
            models.Index(fields=["code", "table"], name="finding_code"),
            models.Index(fields=["level", "table"], name="finding_level"),
        ]

    def __str__(self) -> str:
        return self.text


class TableBrief(models.Model):
    """The digest of a table (``projects.rules.brief``) as JSON text."""

    table = models.OneToOneField(
        "projects.TargetTable", models.CASCADE, primary_key=True, related_name="brief", verbose_name=_("绩效目标表")
    )
    data = models.TextField(_("摘要"))

    class Meta:
        verbose_name = _("比较用摘要")
        verbose_name_plural = _("比较用摘要")

    def __str__(self) -> str:
        return self.data[:80]
