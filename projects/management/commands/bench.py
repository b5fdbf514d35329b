"""``manage.py bench``: speed and memory beside other ways of doing the same. Never fails because something is slow."""

from __future__ import annotations

import platform
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from perfgoals.testing.postgres import cluster
from projects.bench.report import Report

SUBJECTS = {
    "docx": "写 Word",
    "xlsx": "写 Excel",
    "reading": "读 Word",
    "store": "存取数据库",
    "list": "十万张表的列表页",
    "entry": "填报时自动保存",
    "suggest": "填报时的建议，十万个指标",
    "review": "审核页",
    "rules": "检查规则",
    "imports": "批量导入",
    "book": "绩效文本",
    "units": "小件",
}


def module_of(name: str) -> Any:
    """Return the module that measures a subject."""
    return import_module(f"projects.bench.{'list_page' if name == 'list' else name}")


class Command(BaseCommand):
    """Thin: which subjects, how thoroughly."""

    help = "性能对照：同一次运行中与常规做法、最简做法比较（中位数与倍数）；不因速度而失败"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        names = "、".join(f"{name} {text}" for name, text in SUBJECTS.items())
        parser.add_argument("--only", default="", metavar="名称,名称", help=f"只测这几项：{names}")
        parser.add_argument("--quick", action="store_true", help="少测几轮、规模减小，只看大概")

    def handle(self, *args: Any, only: str, quick: bool, **options: Any) -> None:
        wanted = [name.strip() for name in only.split(",") if name.strip()] or list(SUBJECTS)
        if unknown := [name for name in wanted if name not in SUBJECTS]:
            raise CommandError(f"没有“{'、'.join(unknown)}”这一项，可选：{'、'.join(SUBJECTS)}")
        report = Report(self._line, cluster, quick)
        self._line(f"性能对照 bench · Python {platform.python_version()} · 倍数均取自同一次运行的中位数")
        for name in wanted:
            module_of(name).run(report)
        report.end()

    def _line(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
