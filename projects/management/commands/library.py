"""``library``: load the starter set, draw it anew from tables, file approved tables again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.services.approved import refile as refile_approved
from projects.services.library_starter import as_json, drawn_from, load_starter
from projects.targettable import TargetTable


class Command(BaseCommand):
    """Thin: which of the three."""

    help = "指标库：载入样例指标；从绩效目标表（交换格式 JSON）提取样例指标；重新归集已批复的指标"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_mutually_exclusive_group(required=True)
        acts.add_argument("--load", action="store_true", help="把样例指标加入共享指标库，已有的不动")
        acts.add_argument("--draw", nargs="+", metavar="文件", help="从这些 JSON 文件提取样例指标，打印到标准输出")
        acts.add_argument("--refile", action="store_true", help="按批复版本重新归集全部已批复的指标")

    def handle(self, *args: Any, load: bool, draw: list[str] | None, refile: bool, **options: Any) -> None:
        if load:
            self.stdout.write(f"加入 {load_starter()} 个指标")
        elif draw:
            self.stdout.write(as_json(drawn_from(table for path in sorted(draw) for table in _read(path))), ending="")
        else:
            self.stdout.write(f"归集 {refile_approved()} 张表")


def _read(path: str) -> list[TargetTable]:
    try:
        return [TargetTable.from_dict(item) for item in json.loads(Path(path).read_text(encoding="utf-8"))]
    except (OSError, ValueError) as error:
        raise CommandError(f"“{path}”读不出绩效目标表：{error}") from error
