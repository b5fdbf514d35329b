"""``demo``: sample tables and accounts, for trying the system out and nowhere else."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from projects.services.importing import OUTCOME_NAMES, ImportReport, import_documents

SAMPLES = Path(settings.BASE_DIR) / "fixtures" / "samples"
# Samples that do not state their year themselves: by the start of the file name.
YEARS = {"001": 2021, "002": 2021, "003": 2023, "004": 2021}
ACCOUNTS = (
    ("admin", "管理员", {"is_staff": True, "is_superuser": True}),
    ("officer", "填报人", {}),
    ("reviewer", "部门审核人", {}),
    ("finance", "财政审核人", {}),
    ("reader", "查阅人", {}),
)


class Command(BaseCommand):
    help = "导入样例并建立演示账号（仅限演示模式，由 make run 调用）"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not (getattr(settings, "DEMO", False) or settings.DEBUG):
            raise CommandError("这不是演示模式：演示账号和样例不会建立在正式系统中。请用 make run 试用。")
        try:
            self._samples()
            self._accounts()
        except DatabaseError as error:
            raise CommandError(f"数据库不能使用（{error}）。请先运行 manage.py migrate。") from error

    def _samples(self) -> None:
        report = ImportReport(dry_run=False)
        for path in sorted(SAMPLES.glob("*.txt")):
            part = import_documents([path], year=YEARS.get(path.name[:3]))
            report.files += part.files
            report.read += part.read
        counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(report.counts.items()))
        self.stdout.write(f"样例：{len(report.files)} 个文件，{len(report.read)} 张表（{counts}）")
        for file in report.files:
            if file.refusal:
                self.stderr.write(file.refusal)

    def _accounts(self) -> None:
        """Make the accounts with fresh random passwords at every start: nothing fixed can leak or be guessed."""
        from projects.models import User

        self.stdout.write("演示账号（密码每次启动时更换）：")
        for username, name, rights in ACCOUNTS:
            password = secrets.token_urlsafe(9)
            user, _ = User.objects.update_or_create(username=username, defaults={"display_name": name, **rights})
            user.set_password(password)
            user.save()
            self.stdout.write(f"  {name}  {username} / {password}")
