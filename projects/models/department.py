"""部门 / 预算单位: a tree."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

STEP = 8  # digits of one level in a path
NAME_LENGTH = 200


class Department(models.Model):
    """A budget unit.

    ``path`` is the materialised way from the root: eight digits of the id per level, so that a subtree is one range
    of an index and digits sort alike under every collation. Saving keeps it right, for all
    descendants too. Names are unique beside their siblings where there is no code; with codes,
    the code decides (two 机关本级 of different bureaux are different departments).
    """

    code = models.CharField(_("部门代码"), max_length=40, blank=True)
    name = models.CharField(_("部门名称"), max_length=NAME_LENGTH, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级部门")
    )
    path = models.CharField(_("路径"), max_length=STEP * 16, editable=False, db_index=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="department_code_unique"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(code="", parent=None), name="department_root_name_unique"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(code="", parent__isnull=False),
                name="department_sibling_name_unique",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="department_name_present"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, then bring ``path`` (and those of all descendants, when the department moved) up to date."""
        parent = self.parent
        if parent is not None and self.pk and parent.path.startswith(self.path or "-"):
            raise ValueError("部门不能移到自己或自己的下级之下")
        super().save(*args, **kwargs)
        path = (parent.path if parent else "") + f"{self.pk:0{STEP}d}"
        if path == self.path:
            return
        old, self.path = self.path, path
        manager = type(self)._base_manager.using(self._state.db)
        moved = list(manager.filter(subtree(old)).exclude(pk=self.pk)) if old else []
        for child in moved:
            child.path = path + child.path[len(old) :]
        manager.filter(pk=self.pk).update(path=path)
        manager.bulk_update(moved, ["path"])

    @property
    def depth(self) -> int:
        """0 for a root."""
        return len(self.path) // STEP - 1

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to the parent, without a query."""
        return [int(self.path[i : i + STEP]) for i in range(0, len(self.path) - STEP, STEP)]


def subtree(path: str, field: str = "path") -> Q:
    """Return the condition for a department and everything below it; ``field`` leads to its path."""
    after = f"{int(path) + 1:0{len(path)}d}"
    return Q(**{f"{field}__gte": path, f"{field}__lt": after})
