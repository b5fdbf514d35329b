"""``demo``: sample tables and accounts, for trying the system out and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from projects.models import Department, Membership, Role, User
from projects.security.passwords import encode_random, first_password
from projects.services.demo_life import bring_to_life
from projects.services.importing import import_documents
from projects.services.imports.report import OUTCOME_NAMES, ImportReport
from projects.services.library_starter import load_starter

SAMPLES = Path(settings.BASE_DIR) / "fixtures" / "samples"
# Samples that do not state their year themselves: by the start of the file name.
YEARS = {"001": 2021, "002": 2021, "003": 2023, "004": 2021}
# The departments of the samples, hung under what they belong to in life: code and name of the parent, names below it.
TREE = {
    ("", "深圳市龙华区"): ("深圳市龙华区退役军人事务局", "深圳市龙华区社区网格管理中心"),
    ("", "秦皇岛市山海关区退役军人事务局"): (
        "秦皇岛市山海关区退役军人事务局本级",
        "秦皇岛市山海关区军队离休退休干部休养所",
    ),
    ("", "株洲市石峰区"): ("株洲市石峰区退役军人事务局",),
}
SHANHAIGUAN, LONGHUA = "秦皇岛市山海关区退役军人事务局", "深圳市龙华区"
# Account, name, roles with their departments (none: everywhere), what else is set.
ACCOUNTS: tuple[tuple[str, str, tuple[tuple[str, str], ...], dict[str, bool]], ...] = (
    ("admin", "管理员", ((Role.ADMINISTRATOR, ""),), {"is_staff": True, "is_superuser": True}),
    (
        "officer",
        "填报人",
        ((Role.OFFICER, "秦皇岛市山海关区退役军人事务局本级"), (Role.OFFICER, "深圳市龙华区社区网格管理中心")),
        {},
    ),
    ("reviewer", "部门审核人", ((Role.DEPARTMENT_REVIEWER, SHANHAIGUAN), (Role.DEPARTMENT_REVIEWER, LONGHUA)), {}),
    ("finance", "财政审核人", ((Role.FINANCE_REVIEWER, ""),), {}),
    ("reader", "查阅人", ((Role.READER, ""),), {}),
    ("security", "安全管理员", ((Role.SECURITY, ""),), {}),
    ("auditor", "审计员", ((Role.AUDITOR, ""),), {}),
)


class Command(BaseCommand):
    help = "导入样例并建立演示账号（仅限演示模式，由 make run 调用）"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not (getattr(settings, "DEMO", False) or settings.DEBUG):
            raise CommandError("这不是演示模式：演示账号和样例不会建立在正式系统中。请用 make run 试用。")
        try:
            self._samples()
            self._departments()
            self._accounts()
            self._library()
            self._life()
        except DatabaseError as error:
            raise CommandError(f"数据库不能使用（{error}）。请先运行 manage.py migrate。") from error

    def _samples(self) -> None:
        report = ImportReport(dry_run=False)
        for path in sorted(SAMPLES.glob("*.txt")):
            part = import_documents([path], year=YEARS.get(path.name[:3]), past="draft")
            report.files += part.files
            report.read += part.read
        counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(report.counts.items()))
        self.stdout.write(f"样例：{len(report.files)} 个文件，{len(report.read)} 张表（{counts}）")
        for file in report.files:
            if file.refusal:
                self.stderr.write(file.refusal)

    def _departments(self) -> None:
        """Hang the samples' departments into a tree, so that rights have something to reach down."""
        for (code, name), below in TREE.items():
            parent, _ = Department.objects.get_or_create(name=name, code=code, parent=None)
            for child in Department.objects.filter(name__in=below, parent=None):
                child.parent = parent
                child.save()

    def _life(self) -> None:
        people = {name: User.objects.get(username=name) for name in ("officer", "reviewer", "finance", "admin")}
        moved = bring_to_life(**people)
        if moved:
            self.stdout.write(f"流转：{moved} 张表分别在已送审、部门已审核、已退回、已批复、已公开、调整中")

    def _library(self) -> None:
        self.stdout.write(f"指标库：{load_starter()} 个样例指标")

    def _accounts(self) -> None:
        """Make the accounts with fresh random passwords at every start: nothing fixed can leak or be guessed."""
        self.stdout.write("演示账号（密码每次启动时更换）：")
        for username, name, roles, rights in ACCOUNTS:
            password = first_password()
            user, made = User.objects.update_or_create(username=username, defaults={"display_name": name, **rights})
            user.password = encode_random(password)
            user.password_changed_at = timezone.now()
            user.must_change_password = False
            user.save()
            if made or not user.memberships.exists():
                for role, where in roles:
                    department = Department.objects.filter(name=where).first() if where else None
                    Membership.objects.get_or_create(user=user, role=role, department=department)
            self.stdout.write(f"  {name}  {username} / {password}")
