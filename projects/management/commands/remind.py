"""``remind``: reminders before due dates, for a timer to call once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.services.reminders import remind


class Command(BaseCommand):
    help = "截止前 7、3、1 天提醒有未办事项的人，每档只提醒一次；可重复执行"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"新增提醒 {remind()} 条")
