"""通知: what happened that a person should know."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One sentence for one person, with the table it is about.

    ``once`` is a key under which a person is told only once (reminders). ``digest_key`` names the mail that the notice
    was assigned to before it was sent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("用户"))
    kind = models.CharField(_("类别"), max_length=24)
    text = models.CharField(_("内容"), max_length=500)
    table = models.ForeignKey(
        "projects.TargetTable", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("绩效目标表")
    )
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("邮件时间"), null=True, blank=True)
    once = models.CharField(_("只通知一次的标识"), max_length=60, blank=True, default="", db_default="")
    digest_key = models.CharField(_("所属邮件"), max_length=32, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "once"], condition=~models.Q(once=""), name="notice_once"),
        ]
        indexes = [models.Index(fields=["user", "read_at", "id"], name="notice_unread")]

    def __str__(self) -> str:
        return self.text
