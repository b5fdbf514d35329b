"""Who works where: roles of people in departments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do in a department and everything below it.

    The last three are kept apart as 等保 2.0 (GB/T 22239—2019, 8.1.5 安全管理中心) asks: the system administrator
    keeps departments, years and people, the security administrator locks and frees accounts and gives roles,
    the auditor reads the log and nothing else.
    """

    OFFICER = "officer", _("填报人")
    DEPARTMENT_REVIEWER = "department_reviewer", _("部门审核")
    FINANCE_REVIEWER = "finance_reviewer", _("财政审核")
    READER = "reader", _("只读")
    ADMINISTRATOR = "administrator", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDITOR = "auditor", _("审计员")


class Membership(models.Model):
    """One role of one person in one department; no department means all of them. Rights reach down the tree."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("用户")
    )
    department = models.ForeignKey(
        "projects.Department",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("部门"),
        help_text=_("空白表示全部部门"),
    )
    role = models.CharField(_("角色"), max_length=24, choices=Role)
    created_at = models.DateTimeField(_("授予时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("角色")
        verbose_name_plural = _("角色")
        ordering = ["user", "role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "department", "role"],
                condition=Q(department__isnull=False),
                name="membership_unique",
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(department=None), name="membership_everywhere_unique"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.department or '全部部门'}"
