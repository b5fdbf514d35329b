"""``verify_revisions``: are all submitted and approved revisions still what was written?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.models import Revision
from projects.services import revisions


class Command(BaseCommand):
    help = "逐一核对提交版本的内容与 SHA-256 校验值，报告被改动或缺失的版本；有问题时退出码不为零"

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for item in revisions.tampered():
            found += 1
            revision = item.revision
            where = f"表{revision.table_id}“{revision.table}”{revision}（版本编号{revision.pk}）"
            self.stderr.write(f"{where}：{item.reason}")
        total = Revision.objects.count()
        if found:
            raise CommandError(f"共核对 {total} 个版本，发现 {found} 处问题")
        self.stdout.write(f"共核对 {total} 个版本，全部相符")
