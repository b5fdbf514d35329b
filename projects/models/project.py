"""项目: what money is asked for, over the years."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.keys import KEY_LENGTH, natural_key, project_key


class Project(models.Model):
    """One project of a department. Its tables of all years hang here, which links last year's to this year's.

    ``key`` is the natural key inside the department (see :func:`.keys.project_key`). Codes are compared
    inside a department only: a place that numbers its projects 001, 002 … must not mix them up with its neighbour's.
    ``code`` and ``name`` are the latest ones; each table keeps what it said itself.
    """

    department = models.ForeignKey(
        "projects.Department", models.PROTECT, related_name="projects", verbose_name=_("部门")
    )
    code = models.TextField(_("项目编码"), blank=True)
    name = models.TextField(_("项目名称"), blank=True)
    key = models.CharField(max_length=KEY_LENGTH + 2, editable=False)
    name_key = models.CharField(max_length=KEY_LENGTH, editable=False)

    class Meta:
        verbose_name = _("项目")
        verbose_name_plural = _("项目")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["department", "key"], name="project_key_unique"),
        ]
        indexes = [models.Index(fields=["name_key", "department"], name="project_name_key")]

    def __str__(self) -> str:
        return self.name or self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = project_key(self.code, self.name)
        self.name_key = natural_key(self.name)
        super().save(*args, **kwargs)
