"""``import_tables``: documents with target tables into the database, or only read and shown."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from projects.findings import LEVEL_NAMES
from projects.services.importing import (
    OUTCOME_NAMES,
    FileReport,
    ImportRefused,
    ImportReport,
    import_documents,
)
from projects.services.issues import SUFFIXES, findings_file


class Command(BaseCommand):
    help = "导入绩效目标表（Word、Excel、文本文件，文件夹或压缩包）；重复导入只更新有变化的表"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="文件、文件夹或 zip 压缩包")
        parser.add_argument("--year", type=int, metavar="Y", help="预算年度（文件中没有写明时使用）")
        parser.add_argument("--department", metavar="D", help="部门代码或名称（文件中没有写明时使用）")
        parser.add_argument("--dry-run", action="store_true", help="只读取和检查，不写数据库")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")
        parser.add_argument(
            "--readings", metavar="FILE", help="把每张表各栏的来源和把握写入 JSON 文件，顺序与读出的表一致"
        )
        parser.add_argument("--issues", metavar="FILE", help="把全部问题写入文件（.json、.csv 或 .xlsx）")
        parser.add_argument("--checks", metavar="FILE", help="把规则检查的结果写入文件（.json、.csv 或 .xlsx）")

    def handle(self, *args: Any, **options: Any) -> None:
        issues, checks = _target("--issues", options["issues"]), _target("--checks", options["checks"])
        report = self._import(options)
        for path, findings in ((issues, report.findings), (checks, report.checks)):
            if path:
                _write(path, findings_file(findings, path.suffix[1:].lower()))
        if options["readings"]:
            _write(Path(options["readings"]), json.dumps(report.readings, ensure_ascii=False, indent=2).encode())
        if options["format"] == "json":
            data = [table.to_dict() for table in report.read] if options["dry_run"] else report.to_dict()
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self._summary(report, with_findings=issues is None)
        if report.refused:
            refused = sum(1 for file in report.files if file.refused)
            raise CommandError(f"有 {refused} 个文件未能全部接收，其余已处理", returncode=1)

    def _import(self, options: dict[str, Any]) -> ImportReport:
        bar = _Bar()
        try:
            return import_documents(
                options["paths"],
                year=options["year"],
                department=options["department"],
                dry_run=options["dry_run"],
                progress=bar.step,
            )
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"数据库不能使用（{error}）。请先运行 manage.py migrate。") from error
        finally:
            bar.close()

    def _summary(self, report: ImportReport, *, with_findings: bool) -> None:
        for file in report.files:
            self.stdout.write(_line(file))
            for finding in file.findings if with_findings else ():
                self.stdout.write(f"    {finding.at(file='').describe()}")
        if report.departments:
            self.stdout.write(f"新建部门：{'、'.join(report.departments)}")
        if report.years:
            self.stdout.write(f"新建年度：{'、'.join(map(str, report.years))}")
        checks = Counter(finding.level for file in report.files for finding in file.checks)
        if checks:
            told = "，".join(f"{name} {checks[level]}" for level, name in LEVEL_NAMES.items())
            self.stdout.write(f"规则检查：{told}（逐条用 --checks 写入文件）")
        total = len(report.read)
        indicators = sum(table.indicators for file in report.files for table in file.tables)
        counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(report.counts.items()))
        dry = "（只读取，未写数据库）" if report.dry_run else ""
        self.stdout.write(
            f"共 {len(report.files)} 个文件，{total} 张表，{indicators} 条指标：{counts or '没有表'}；"
            f"问题 {len(report.findings)} 条{dry}"
        )


def _target(option: str, text: str | None) -> Path | None:
    path = Path(text) if text else None
    if path and path.suffix[1:].lower() not in SUFFIXES:
        raise CommandError(f"{option} 的文件名应以 {'、'.join('.' + item for item in SUFFIXES)} 结尾：{path}")
    return path


class _Bar:
    """A progress bar when a person is watching, nothing otherwise."""

    def __init__(self) -> None:
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(unit="个文件", desc="导入", leave=False)

    def step(self, file: FileReport) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(file.name[-30:], refresh=False)
            self._bar.update()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"不能写入 {path}：{error.strerror}") from error


def _line(file: FileReport) -> str:
    if file.refusal:
        return f"{file.name}：未接收"
    counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(file.counts.items()))
    return f"{file.name}：{len(file.tables)} 张表，{counts}，问题 {len(file.findings)} 条"
