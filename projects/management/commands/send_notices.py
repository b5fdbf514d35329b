"""``send_notices``: unread notices as one mail a person, for a timer to call once a day."""

import fcntl
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError

from projects.services.notices import send_digests


class Command(BaseCommand):
    help = "把未读通知按人汇总发送邮件；中断后可重复执行，不会遗漏"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMAIL_CONFIGURED:
            self.stdout.write("没有配置邮件（EMAIL_URL），通知只在系统内显示")
            return
        with (Path(settings.VAR_DIR) / "send_notices.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError("已有一个 send_notices 在运行") from error
            sent = send_digests(connection=get_connection())
        self.stdout.write(f"发出邮件 {sent.mails} 封，含通知 {sent.notices} 条")
        if sent.failed:
            raise CommandError(f"{sent.failed} 封未能发出，下次执行时重发；原因见日志")
