"""The category tree (一级、二级指标) and the columns of a level-3 indicator (三级指标).

The concrete rows of a table's indicators belong to ``projects`` (``TableIndicator``), because a row needs its table
and this app must never import ``projects``. What an indicator *is* stands here, as an abstract base that
the rows of tables share with the indicator library.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A level-1 or level-2 category of the national frame; forms print it under their own names.

    Indicators refer to it by ``code`` as text, not by foreign key: a form may have no category at all, and an
    unknown code that arrives from outside is kept and reported, never dropped.
    """

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    order = models.PositiveSmallIntegerField(_("顺序"))

    class Meta:
        verbose_name = _("指标类别")
        verbose_name_plural = _("指标类别")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["order"], name="category_order_unique"),
            models.CheckConstraint(condition=~models.Q(code=""), name="category_code_present"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def level(self) -> int:
        """1 or 2; deeper categories do not exist."""
        return 1 if self.parent_id is None else 2


class IndicatorFields(models.Model):
    """One level-3 indicator as written (``value``) and as understood (operator, quantity, unit).

    All texts are unbounded: a draft accepts anything, and what was typed is never cut.
    """

    level1 = models.TextField(_("一级指标"), blank=True)
    level2 = models.TextField(_("二级指标"), blank=True)
    name = models.TextField(_("三级指标"), blank=True)
    description = models.TextField(_("指标描述"), blank=True)
    value = models.TextField(_("指标值"), blank=True)
    basis = models.TextField(_("确定依据"), blank=True)
    standard = models.TextField(_("绩效标准"), blank=True)
    weight = models.DecimalField(_("权重"), max_digits=15, decimal_places=4, null=True, blank=True)
    category = models.TextField(_("类别代码"), blank=True)
    operator = models.TextField(_("计算符号"), blank=True)
    quantity = models.DecimalField(_("数值"), max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.TextField(_("计量单位"), blank=True)

    class Meta:
        abstract = True
