"""``manage.py check_tables``: the rules over what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.models import TargetTable
from projects.selectors.departments import find_departments
from projects.selectors.tables import filter_tables
from projects.services import checking, findings


class Command(BaseCommand):
    """Thin: which tables, in which format, where to."""

    help = "用检查规则逐张检查库里的绩效目标表，并互相比较"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, metavar="年度", help="只检查这个年度")
        parser.add_argument("--department", default="", metavar="部门", help="部门代码或名称（含下级）")
        parser.add_argument("--format", choices=["text", "json", "xlsx"], default="text", help="输出格式")
        parser.add_argument("--output", metavar="文件", help="写入文件；xlsx 必须给出")
        parser.add_argument("--store", action="store_true", help="同时更新页面上显示的检查结果")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "xlsx" and not options["output"]:
            raise CommandError("--format xlsx 须用 --output 指明文件")
        chosen = filter_tables(
            TargetTable.objects.all(), year=options["year"], department=self._department(options["department"])
        )
        if options["store"]:
            findings.refresh_all(chosen)
        found = checking.check_stored(chosen)
        try:
            self._write(found, options["format"], options["output"])
        except OSError as error:
            raise CommandError(f"不能写入 {options['output']}：{error.strerror}") from error

    def _department(self, text: str) -> Any:
        if not text:
            return None
        departments = find_departments(text)
        if not departments:
            raise CommandError(f"没有代码或名称为“{text}”的部门")
        if len(departments) > 1:
            raise CommandError(f"名称为“{text}”的部门有 {len(departments)} 个，请改用部门代码")
        return departments[0]

    def _write(self, found: Any, kind: str, output: str | None) -> None:
        if kind == "xlsx":
            Path(output or "").write_bytes(checking.as_xlsx(found))
            return
        pieces = checking.as_json(found) if kind == "json" else checking.as_text(found)
        if output:
            with Path(output).open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            return
        for piece in pieces:
            self.stdout.write(piece, ending="")
