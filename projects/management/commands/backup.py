"""``backup DIR``: database and uploaded files as one archive that can be verified."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.services import audit
from projects.services.backup import BackupRefused, create


class Command(BaseCommand):
    help = "备份数据库和上传文件到一个带校验值的压缩包；不影响正在使用系统的人"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="存放备份的文件夹")

    def handle(self, *args: Any, folder: Path, verbosity: int, **options: Any) -> None:
        try:
            done = create(folder, progress=self.stdout.write if verbosity > 1 else None)
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        audit.record(
            "backup.create", name=done.path.name, after={"记录": done.rows, "文件": done.files, "校验值": done.sha256}
        )
        self.stdout.write(f"{done.path}")
        self.stdout.write(f"{done.rows} 条记录，{done.files} 个文件，{done.size:,} 字节，SHA-256 {done.sha256}")
