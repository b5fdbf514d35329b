"""``review_facts``: figures of tables that were submitted before the queue kept any."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from projects.services.reviewing import facts


class Command(BaseCommand):
    """Thin: safe to repeat."""

    help = "为升级前已送审的表补记送审情况（问题数、与上年和上次的差别），供审核队列筛选；可重复执行"

    def handle(self, *args: Any, **options: Any) -> None:
        number = facts.write_missing()
        self.stdout.write(f"补记 {number} 张表")
