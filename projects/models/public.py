"""绩效目标公开: which approved revisions may be read without login, and which labelled cells are shown there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from projects.models.table import LABEL_LENGTH, money


class Release(models.Model):
    """One table made public: exactly one approved revision of it.

    ``uid`` is its lasting address, kept when it is withdrawn and released again. What lists and search need is copied
    from the revision, so that nothing of a later draft can be found. Shown only while ``active`` and while
    ``revision`` is the table's approved one (:func:`projects.selectors.public.public_releases`).
    """

    table = models.OneToOneField(
        "projects.TargetTable", models.PROTECT, related_name="release", verbose_name=_("绩效目标表")
    )
    uid = models.UUIDField(_("公开编号"), default=uuid.uuid4, unique=True, editable=False)
    revision = models.ForeignKey("projects.Revision", models.PROTECT, related_name="+", verbose_name=_("公开的版本"))
    active = models.BooleanField(_("公开"), default=True)
    label = models.CharField(_("名称"), max_length=LABEL_LENGTH)
    amount = money(_("金额"))
    text = models.TextField(_("查找用文字"), blank=True)
    at = models.DateTimeField(_("公开时间"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(_("公开人"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("公开的表")
        verbose_name_plural = _("公开的表")
        ordering = ["-id"]
        indexes = [models.Index(F("active"), F("label"), F("id"), name="release_list")]

    def __str__(self) -> str:
        return self.label


class PublicField(models.Model):
    """Whether a labelled cell without a field of its own is shown publicly; without a row its name decides."""

    label = models.CharField(_("栏目"), max_length=200, unique=True)
    shown = models.BooleanField(_("公开"))

    class Meta:
        verbose_name = _("公开的栏目")
        verbose_name_plural = _("公开的栏目")

    def __str__(self) -> str:
        return self.label
