"""表样 that an office added itself: the blank file, what was read from it, for which years it serves."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.fiscalyear import FIRST, LAST

NAME_LENGTH = 120


class Form(models.Model):
    """One official form through the years. ``version`` is the optimistic lock of the form and of its editions."""

    name = models.CharField(_("名称"), max_length=NAME_LENGTH)
    kind = models.CharField(_("类别"), max_length=12)
    department = models.ForeignKey(
        "projects.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="forms",
        verbose_name=_("适用部门"),
        help_text=_("含下级部门；空白表示全部部门"),
    )
    version = models.PositiveIntegerField(_("版本"), default=1)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("表样")
        verbose_name_plural = _("表样")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["project", "department", "summary"]), name="form_kind_known")
        ]

    def __str__(self) -> str:
        return self.name


def _path(edition: FormEdition, filename: str) -> str:
    """A name of our own: what a person called the file never becomes a path."""
    return f"forms/{uuid.uuid4().hex}"


class FormEdition(models.Model):
    """One edition of a form: the file as uploaded, and the layout read from it.

    ``definition`` is the layout as data; from ``activated_at`` on it never changes again, since tables may be filed
    in it. Their ``layout`` is :attr:`layout_id`.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="editions", verbose_name=_("表样"))
    number = models.PositiveIntegerField(_("第几版"))
    first_year = models.PositiveSmallIntegerField(_("起始年度"))
    last_year = models.PositiveSmallIntegerField(_("截止年度"), null=True, blank=True)
    active = models.BooleanField(_("启用"), default=False)
    activated_at = models.DateTimeField(_("首次启用时间"), null=True, blank=True)
    definition = models.JSONField(_("版式"))
    choices = models.JSONField(_("上传时的设定"), default=dict, blank=True)
    report = models.JSONField(_("检查结果"), default=dict, blank=True)
    file = models.FileField(_("文件"), upload_to=_path, max_length=200)
    file_name = models.CharField(_("文件名"), max_length=200)
    suffix = models.CharField(_("格式"), max_length=8)
    sha256 = models.CharField(_("校验值"), max_length=64)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(_("上传人"), max_length=160, blank=True)
    at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("表样版次")
        verbose_name_plural = _("表样版次")
        ordering = ["form", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="formedition_number_unique"),
            models.CheckConstraint(
                condition=Q(first_year__gte=FIRST, first_year__lte=LAST)
                & (Q(last_year=None) | Q(last_year__gte=models.F("first_year"), last_year__lte=LAST)),
                name="formedition_years",
            ),
            models.CheckConstraint(condition=Q(suffix__in=["docx", "xlsx"]), name="formedition_suffix"),
            models.CheckConstraint(
                condition=Q(active=False) | Q(activated_at__isnull=False), name="formedition_activated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}（第{self.number}版）"

    @property
    def layout_id(self) -> str:
        """What tables filed in this edition carry as their layout."""
        return f"f{self.form_id}v{self.number}"


class ShippedForm(models.Model):
    """Whether a layout that comes with the system is offered here; without a row it is."""

    layout = models.CharField(_("表样"), max_length=100, unique=True)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("自带表样")
        verbose_name_plural = _("自带表样")

    def __str__(self) -> str:
        return self.layout
