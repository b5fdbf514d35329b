#!/usr/bin/env python
import os
import sys

# What serves or judges a production set-up never falls back to the demo.
NEEDS_PRODUCTION = {"runserver", "check", "collectstatic", "createsuperuser", "changepassword"}


def choose_database() -> None:
    """Without any production setting, commands work on the embedded database that ``make run`` shows."""
    if {"SECRET_KEY", "PERFGOALS_DEMO"} & os.environ.keys() or len(sys.argv) < 2 or sys.argv[1] in NEEDS_PRODUCTION:
        return
    os.environ["PERFGOALS_DEMO"] = "1"
    if sys.stderr.isatty():
        sys.stderr.write("（没有设置 SECRET_KEY：本命令使用 make run 的本机演示环境）\n")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
    choose_database()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Settings refuse with a sentence that names the remedy; a traceback would bury it.
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
