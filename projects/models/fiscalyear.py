"""预算年度, with its calendar and its review levels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FIRST, LAST = 1990, 2099


class FiscalYear(models.Model):
    """A budget year: whether it is open, which review levels it has, until when things are due."""

    class State(models.TextChoices):
        OPEN = "open", _("填报中")
        CLOSED = "closed", _("已关闭")
        PUBLISHED = "published", _("已公布")

    class Levels(models.TextChoices):
        BOTH = "both", _("部门审核、财政审核两级")
        DEPARTMENT = "department", _("只有部门审核")
        FINANCE = "finance", _("只有财政审核")

    year = models.PositiveSmallIntegerField(_("年度"), unique=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.OPEN, db_default=State.OPEN)
    levels = models.CharField(_("审核级次"), max_length=12, choices=Levels, default=Levels.BOTH, db_default=Levels.BOTH)
    due = models.DateTimeField(_("送审截止"), null=True, blank=True, help_text=_("空白表示没有期限"))
    department_due = models.DateTimeField(_("部门审核截止"), null=True, blank=True)
    finance_due = models.DateTimeField(_("财政审核截止"), null=True, blank=True)

    class Meta:
        verbose_name = _("预算年度")
        verbose_name_plural = _("预算年度")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=FIRST, year__lte=LAST), name="fiscalyear_plausible"),
            models.CheckConstraint(condition=Q(state__in=["open", "closed", "published"]), name="fiscalyear_state"),
            models.CheckConstraint(condition=Q(levels__in=["both", "department", "finance"]), name="fiscalyear_levels"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年"
