"""The category tree (一级、二级指标) and the columns of a level-3 indicator (三级指标).

The concrete rows of a table's indicators belong to ``projects`` (``TableIndicator``), because a row needs its table
and this app must never import ``projects``. What an indicator *is* stands here, as an abstract base of those rows, and
the indicator library (``LibraryIndicator``), whose rights and services belong to ``projects`` again.
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
    explanation = models.TextField(_("说明"), blank=True, default="", db_default="")

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


class LibraryIndicator(models.Model):
    """An indicator to choose from (指标库), with the fields of 财预〔2021〕101号. Tables copy its texts.

    ``department`` is whose library it stands in, ``None`` the shared one. ``name_key`` is the name as tables' rows are
    compared with it. A merged indicator is retired and names the one that took its place; that one is never merged
    itself. ``version`` is the optimistic lock.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审核")
        IN_USE = "in_use", _("在用")
        RETIRED = "retired", _("已停用")
        DECLINED = "declined", _("未采纳")

    class SourceType(models.TextChoices):
        POLICY = "policy", _("政策文件")
        STATISTICS = "statistics", _("统计指标")
        MANAGEMENT = "management", _("部门管理指标")
        SOCIAL = "social", _("社会评比")
        OTHER = "other", _("其他")

    class BasisType(models.TextChoices):
        PLAN = "plan", _("计划标准")
        INDUSTRY = "industry", _("行业标准")
        HISTORY = "history", _("历史标准")
        BUDGET = "budget", _("预算支出标准")
        OTHER = "other", _("其他标准")

    class Direction(models.TextChoices):
        POSITIVE = "positive", _("正向指标")
        REVERSE = "reverse", _("反向指标")

    class Sign(models.TextChoices):
        AT_LEAST = "≥", "≥"
        AT_MOST = "≤", "≤"
        EQUAL = "=", "="
        MORE = ">", ">"
        LESS = "<", "<"
        GRADED = "定性", _("定性")

    category = models.CharField(_("二级指标"), max_length=40)
    name = models.CharField(_("三级指标"), max_length=200)
    name_key = models.CharField(max_length=160, editable=False)
    explanation = models.TextField(_("指标解释"), blank=True)
    formula = models.TextField(_("计算公式"), blank=True)
    source_type = models.CharField(_("指标来源"), max_length=12, choices=SourceType, blank=True)
    basis_type = models.CharField(_("指标值依据类型"), max_length=12, choices=BasisType, blank=True)
    basis = models.TextField(_("指标值依据"), blank=True)
    direction = models.CharField(_("指标方向"), max_length=12, choices=Direction, blank=True)
    sign = models.CharField(_("计算符号"), max_length=4, choices=Sign, blank=True)
    unit = models.CharField(_("计量单位"), max_length=40, blank=True)
    value = models.CharField(_("参考值"), max_length=200, blank=True)
    scoring = models.TextField(_("评分标准"), blank=True)
    evidence = models.TextField(_("佐证资料"), blank=True)
    sector = models.CharField(_("行业领域"), max_length=60, blank=True)
    project_type = models.CharField(_("项目类型"), max_length=60, blank=True)
    department = models.ForeignKey(
        "projects.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指标库")
    )
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.IN_USE)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    version = models.PositiveIntegerField(_("版本"), default=1)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("指标库指标")
        verbose_name_plural = _("指标库指标")
        ordering = ["category", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "name_key"],
                condition=models.Q(state="in_use", department=None),
                name="library_shared_name_unique",
            ),
            models.UniqueConstraint(
                fields=["department", "category", "name_key"],
                condition=models.Q(state="in_use", department__isnull=False),
                name="library_department_name_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "in_use", "retired", "declined"]), name="library_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(state="retired"), name="library_merged_is_retired"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="library_name_present"),
        ]
        indexes = [
            models.Index(fields=["name_key", "category"], name="library_name_key"),
            models.Index(fields=["state", "category", "name", "id"], name="library_category"),
        ]

    def __str__(self) -> str:
        return self.name


class LibraryText(models.Model):
    """What a search in the library looks through: normalised text, and its grams with a few marks, see ``projects``.

    The full-text index over ``grams`` is made by a migration, as for the search in tables.
    """

    indicator = models.OneToOneField(LibraryIndicator, models.CASCADE, primary_key=True, related_name="search_text")
    text = models.TextField()
    grams = models.TextField()

    class Meta:
        verbose_name = _("指标库检索文本")
        verbose_name_plural = _("指标库检索文本")

    def __str__(self) -> str:
        return self.text[:40]
