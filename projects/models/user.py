"""People who log in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An account. What a person may do follows from memberships in departments, not from columns here."""

    class Digest(models.TextChoices):
        NONE = "none", _("不发邮件")
        DAILY = "daily", _("每日汇总")

    display_name = models.CharField(_("姓名"), max_length=60, blank=True)
    must_change_password = models.BooleanField(_("下次登录须修改密码"), default=False)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)
    last_login_address = models.CharField(_("上次登录地址"), max_length=64, blank=True, default="", db_default="")
    failed_logins = models.PositiveIntegerField(_("上次登录后的失败次数"), default=0, db_default=0)
    digest = models.CharField(_("通知邮件"), max_length=8, choices=Digest, default=Digest.DAILY)

    class Meta(AbstractUser.Meta):
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name()

    def get_short_name(self) -> str:
        return self.display_name or super().get_short_name()
