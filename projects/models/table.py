"""绩效目标表: the head of a table and its money."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models.keys import KEY_LENGTH

LABEL_LENGTH = 200
LAYOUT_LENGTH = 100


def _text(name: str) -> models.TextField:
    return models.TextField(name, blank=True, default="")


def money(name: str) -> models.DecimalField:
    """An amount in yuan, empty when the form is empty or its text could not be read (see ``unread``)."""
    return models.DecimalField(name, max_digits=18, decimal_places=2, null=True, blank=True)


class TargetTable(models.Model):
    """One table of one year. ``projects.store`` is the way in and out; the columns follow the interchange form.

    ``version`` is the optimistic lock: each change of the content or the state raises it by one. ``unread`` keeps,
    by interchange path, the texts of amounts, percents and dates that could not be read; ``exact`` the decimal text of
    numbers with more places than their column; ``extra`` the labelled cells without a field, as pairs in order
    (a PostgreSQL object would forget the order). ``label`` and ``amount`` repeat the name and ``funding.total`` for
    lists that sort and filter. ``title_key`` is the natural key of tables that belong to no project.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", _("项目支出")
        DEPARTMENT = "department", _("部门整体")
        SUMMARY = "summary", _("汇总表")

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已送审")
        DEPT_REVIEWED = "dept_reviewed", _("部门已审核")
        APPROVED = "approved", _("已批复")
        RETURNED = "returned", _("已退回")
        VOID = "void", _("已作废")
        HISTORY = "history", _("历史")

    # States in which the content may be replaced (by a person or by an import).
    EDITABLE = (Status.DRAFT, Status.RETURNED)
    # States that no longer occupy the place of the year's table. 历史, a past year's table taken in from its file, does
    # occupy it: it is what that year said, and what the next year's table is compared with.
    RETIRED = (Status.VOID,)

    fiscal_year = models.ForeignKey(
        "projects.FiscalYear", models.PROTECT, related_name="tables", verbose_name=_("年度")
    )
    department = models.ForeignKey("projects.Department", models.PROTECT, related_name="tables", verbose_name=_("部门"))
    project = models.ForeignKey(
        "projects.Project", models.PROTECT, null=True, blank=True, related_name="tables", verbose_name=_("项目")
    )
    kind = models.CharField(_("类型"), max_length=12, choices=Kind, default=Kind.PROJECT)
    status = models.CharField(_("状态"), max_length=16, choices=Status, default=Status.DRAFT)
    layout = models.CharField(_("表式"), max_length=LAYOUT_LENGTH, blank=True)
    label = models.CharField(_("名称"), max_length=LABEL_LENGTH, blank=True, editable=False)
    amount = money(_("金额"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    sha256 = models.CharField(_("内容校验值"), max_length=64, editable=False)
    title_key = models.CharField(max_length=KEY_LENGTH, blank=True, editable=False)
    position = models.PositiveIntegerField(_("在文件中的位置"), default=0)
    # Life of the table: written by projects.workflow alone.
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("送审人")
    )
    submitted_at = models.DateTimeField(_("送审时间"), null=True, blank=True)
    adjustment = models.PositiveIntegerField(_("第几次调整"), default=0, db_default=0)
    approved_revision = models.ForeignKey(
        "projects.Revision", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批复的版本")
    )
    predecessor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="successors", verbose_name=_("上年的表")
    )
    source = models.TextField(_("来源文件"), blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    title = _text(_("表名"))
    department_code = _text(_("表内部门代码"))
    department_name = _text(_("表内部门名称"))
    project_code = _text(_("项目编码"))
    project_name = _text(_("项目名称"))
    project_parent = _text(_("所属专项"))
    project_type = _text(_("项目类型"))
    project_usage = _text(_("资金用途"))
    project_start = models.DateField(_("开始日期"), null=True, blank=True)
    project_end = models.DateField(_("完成日期"), null=True, blank=True)
    project_period = _text(_("实施期"))
    project_overview = _text(_("项目概况"))
    project_purpose = _text(_("项目用途"))
    project_fixed_assets = money(_("固定资产采购金额"))
    project_procurement = _text(_("采购品目"))
    goals_period = _text(_("中期目标"))
    goals_annual = _text(_("年度目标"))
    duties = _text(_("部门职责"))
    extra = models.JSONField(_("其他栏目"), default=list, blank=True)
    unread = models.JSONField(_("未能识别的原文"), default=dict, blank=True)
    exact = models.JSONField(_("精确数值"), default=dict, blank=True)

    class Meta:
        verbose_name = _("绩效目标表")
        verbose_name_plural = _("绩效目标表")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "kind", "project"],
                condition=Q(project__isnull=False) & ~Q(status__in=["void"]),
                name="table_project_unique",
            ),
            models.UniqueConstraint(
                fields=["fiscal_year", "kind", "department", "title_key"],
                condition=Q(project=None) & ~Q(kind="project") & ~Q(status__in=["void"]),
                name="table_title_unique",
            ),
            models.CheckConstraint(condition=Q(kind__in=["project", "department", "summary"]), name="table_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft",
                        "submitted",
                        "dept_reviewed",
                        "approved",
                        "returned",
                        "void",
                        "history",
                    ]
                ),
                name="table_status_known",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="table_version_positive"),
        ]
        indexes = [
            models.Index(F("fiscal_year"), F("id").desc(), name="table_year"),
            models.Index(F("department"), F("id").desc(), name="table_department"),
            models.Index(F("status"), F("id").desc(), name="table_status"),
            models.Index(F("layout"), F("id").desc(), name="table_layout"),
            models.Index(F("kind"), F("id").desc(), name="table_kind"),
            models.Index(fields=["label", "id"], name="table_label"),
            models.Index(fields=["amount", "id"], name="table_amount"),
            models.Index(fields=["updated_at", "id"], name="table_updated"),
            # Counts and totals under the list: answered from this index alone, whatever is filtered.
            models.Index(
                fields=["fiscal_year", "department", "status", "kind", "layout", "amount", "id"],
                name="table_totals",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.title


class Funding(models.Model):
    """资金构成 in yuan: one row per table, apart from the head so that lists stay narrow."""

    table = models.OneToOneField(
        TargetTable, models.CASCADE, primary_key=True, related_name="funding", verbose_name=_("绩效目标表")
    )
    total = money(_("资金总额"))
    fiscal = money(_("财政拨款"))
    other = money(_("其他资金"))
    annual = money(_("本年度金额"))
    annual_fiscal = money(_("本年度财政拨款"))
    annual_other = money(_("本年度其他资金"))
    central_transfer = money(_("中央转移支付"))
    government_purchase = money(_("政府购买服务"))
    general_budget = money(_("一般公共预算"))
    government_fund = money(_("政府性基金"))
    basic_expenditure = money(_("基本支出"))
    project_expenditure = money(_("项目支出"))

    class Meta:
        verbose_name = _("资金构成")
        verbose_name_plural = _("资金构成")

    def __str__(self) -> str:
        return "" if self.total is None else f"{self.total}"
