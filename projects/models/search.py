"""The text that a search looks through, apart from the tables so that lists stay narrow."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchText(models.Model):
    """One row per table. ``text`` is normalised, ``grams`` its one- and two-character pieces separated by blanks.

    A full-text index (SQLite: FTS5 over ``grams`` kept by triggers, PostgreSQL: GIN over the array of grams) is made by
    a migration, because Chinese substrings of two characters are beyond either database's own text search.
    """

    table = models.OneToOneField("projects.TargetTable", models.CASCADE, primary_key=True, related_name="search_text")
    text = models.TextField()
    grams = models.TextField()

    class Meta:
        verbose_name = _("检索文本")
        verbose_name_plural = _("检索文本")

    def __str__(self) -> str:
        return self.text[:40]
