"""Sessions that know whose they are, and the passwords a person had before."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class Session(AbstractBaseSession):
    """A login on one device. With the user beside the data, all others of the same person end in one statement."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("用户"),
    )
    address = models.CharField(_("地址"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("登录时间"), null=True, blank=True)
    seen_at = models.DateTimeField(_("最近活动"), null=True, blank=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("会话")
        verbose_name_plural = _("会话")

    @classmethod
    def get_session_store_class(cls) -> type:
        from projects.security.sessions import SessionStore

        return SessionStore


class FormerPassword(models.Model):
    """The hash of a password that may not be taken again soon."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_passwords")
    password = models.CharField(_("密码摘要"), max_length=128)
    created_at = models.DateTimeField(_("停用时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("曾用密码")
        verbose_name_plural = _("曾用密码")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id}"
