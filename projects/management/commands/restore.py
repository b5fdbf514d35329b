"""``restore FILE``: put a backup back, or only verify it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from projects.services import audit
from projects.services.backup import BackupRefused, restore, verify


class Command(BaseCommand):
    help = "从备份恢复数据库和上传文件；恢复前应停止服务"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--replace", action="store_true", help="替换现有的全部数据（会丢失）")
        parser.add_argument("--check", action="store_true", help="只核对备份是否完整，不恢复")

    def handle(self, *args: Any, file: Path, replace: bool, check: bool, verbosity: int, **options: Any) -> None:
        try:
            if check:
                manifest = verify(file)
            else:
                manifest = restore(file, replace=replace, progress=self.stdout.write if verbosity > 1 else None)
                audit.record("backup.restore", name=file.name, after={"备份时间": manifest["created"]})
        except (BackupRefused, DatabaseError, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(entry["rows"] for name, entry in manifest["entries"].items() if name.startswith("data/"))
        files = sum(name.startswith("media/") for name in manifest["entries"])
        self.stdout.write(
            f"{'备份完整' if check else '已恢复'}：{rows} 条记录，{files} 个文件，备份于 {manifest['created']}"
        )
