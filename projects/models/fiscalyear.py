"""预算年度."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FIRST, LAST = 1990, 2099


class FiscalYear(models.Model):
    """A budget year."""

    year = models.PositiveSmallIntegerField(_("年度"), unique=True)

    class Meta:
        verbose_name = _("预算年度")
        verbose_name_plural = _("预算年度")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=FIRST, year__lte=LAST), name="fiscalyear_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年"
