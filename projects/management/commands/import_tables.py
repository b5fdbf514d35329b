"""``import_tables``: documents with target tables into the database as a batch, or only read and shown."""

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
from projects.services import importing
from projects.services.importing import ImportRefused, import_documents
from projects.services.imports.report import OUTCOME_NAMES, REFUSED, FileReport, ImportReport
from projects.services.issues import SUFFIXES, findings_file

NOT_ALL, NOT_BEGUN = 1, 2
"""Exit codes: not everything was taken; nothing was begun."""


class Command(BaseCommand):
    help = (
        "导入绩效目标表（Word、Excel、PDF、文本文件，文件夹或压缩包）；重复导入只更新有变化的表。"
        "退出码：0 全部接收，1 有文件或表未接收，2 没有开始"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", metavar="PATH", help="文件、文件夹或 zip 压缩包（可以套压缩包）")
        parser.add_argument("--year", type=int, metavar="Y", help="预算年度（文件中没有写明时使用）")
        parser.add_argument("--department", metavar="D", help="部门代码或名称（文件中没有写明时使用）")
        parser.add_argument("--dry-run", action="store_true", help="只读取、检查并与现有的表对比，不写数据库")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")
        parser.add_argument(
            "--readings", metavar="FILE", help="把每张表各栏的来源和把握写入 JSON 文件，顺序与读出的表一致"
        )
        parser.add_argument("--issues", metavar="FILE", help="把全部问题写入文件（.json、.csv 或 .xlsx）")
        parser.add_argument("--checks", metavar="FILE", help="把规则检查的结果写入文件（.json、.csv 或 .xlsx）")
        parser.add_argument(
            "--past", choices=["auto", "draft", "history"], default="auto",
            help="以前年度的表：auto 导入为历史（默认），draft 全部为草稿，history 全部为历史",
        )  # fmt: skip
        parser.add_argument(
            "--known-departments", action="store_true", help="只归入已有的部门，没有完全一致的不导入（默认新建）"
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--whole", action="store_true", help="有一张表无法归档就一张也不写入，批次留待更正")
        which.add_argument("--valid-only", action="store_true", help="只写入有效的表（导入文件时的默认做法）")
        parser.add_argument("--errors", metavar="FILE", help="把批次的问题清单写入 Excel 文件，改好后用 --answers 交回")
        parser.add_argument("--commit", type=int, metavar="BATCH", help="写入一个待确认的批次")
        parser.add_argument("--answers", metavar="FILE", help="先采用改好的问题清单（与 --commit 同用）")
        parser.add_argument("--undo", type=int, metavar="BATCH", help="整批撤销一个已写入的批次")

    def handle(self, *args: Any, **options: Any) -> None:
        self._sense(options)
        issues, checks = _target("--issues", options["issues"]), _target("--checks", options["checks"])
        try:
            if options["undo"] is not None:
                return self._undo(options["undo"])
            if options["commit"] is not None:
                return self._commit(options)
            report = self._import(options)
        except ImportRefused as error:
            raise CommandError(str(error), returncode=NOT_BEGUN) from error
        except DatabaseError as error:
            text = f"数据库不能使用（{error}）。请先运行 manage.py migrate。"
            raise CommandError(text, returncode=NOT_BEGUN) from error
        for path, findings in ((issues, report.findings), (checks, report.checks)):
            if path:
                _write(path, findings_file(findings, path.suffix[1:].lower()))
        if options["readings"]:
            _write(Path(options["readings"]), json.dumps(report.readings, ensure_ascii=False, indent=2).encode())
        if options["errors"] and report.batch:
            _write(Path(options["errors"]), importing.error_workbook(report.batch))
        if options["format"] == "json":
            data = [table.to_dict() for table in report.read] if options["dry_run"] else report.to_dict()
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self._summary(report, with_findings=issues is None)
        if report.message:
            batch = f"批次 {report.batch} 留待更正，可在浏览器中更正后写入，或用 --errors、--answers、--commit"
            raise CommandError(f"{report.message}。{batch}", returncode=NOT_ALL)
        if report.refused:
            refused = sum(1 for file in report.files if file.refused)
            text = "个文件不能全部接收" if report.compared else "个文件未能全部接收，其余已处理"
            raise CommandError(f"有 {refused} {text}", returncode=NOT_ALL)
        return None

    def _sense(self, options: dict[str, Any]) -> None:
        """Raise ``CommandError`` for options that do not go together."""
        of_batch = [name for name in ("commit", "undo") if options[name] is not None]
        if len(of_batch) + bool(options["paths"]) != 1:
            raise CommandError("请给出要导入的文件或文件夹，或者 --commit、--undo 其中之一", returncode=NOT_BEGUN)
        if options["answers"] and options["commit"] is None:
            raise CommandError("--answers 须与 --commit 批次编号同用", returncode=NOT_BEGUN)
        if options["errors"] and (options["dry_run"] or options["undo"] is not None):
            raise CommandError("--errors 是批次的问题清单；--dry-run 不建批次，请用 --issues", returncode=NOT_BEGUN)
        if options["errors"] and Path(options["errors"]).suffix.lower() != ".xlsx":
            raise CommandError(f"--errors 的文件名应以 .xlsx 结尾：{options['errors']}", returncode=NOT_BEGUN)

    def _import(self, options: dict[str, Any]) -> ImportReport:
        as_json = options["format"] == "json"
        bar = _Bar()
        chosen: dict[str, Any] = {
            "year": options["year"],
            "department": options["department"],
            "dry_run": options["dry_run"],
            "whole": options["whole"],
            "past": options["past"],
            "unknown": "ask" if options["known_departments"] else "all",
            "keep": (as_json and options["dry_run"]) or bool(options["readings"]),
            "progress": bar.step,
            "written": bar.written,
        }
        try:
            # The interchange form alone is asked for where there is no database at all, too.
            compare = options["dry_run"] and not as_json
            try:
                return import_documents(options["paths"], compare=compare, **chosen)
            except DatabaseError:
                if not compare:
                    raise
                self.stderr.write("数据库不能使用，没有与现有的表对比")
                return import_documents(options["paths"], **chosen)
        finally:
            bar.close()

    def _commit(self, options: dict[str, Any]) -> None:
        batch = options["commit"]
        if options["answers"]:
            path = Path(options["answers"])
            try:
                done = importing.take_answers(batch, path.read_bytes(), path.name)
            except OSError as error:
                raise CommandError(f"不能读取 {path}：{error.strerror}", returncode=NOT_BEGUN) from error
            self.stdout.write(f"已采用 {done.cells} 处更正，涉及 {done.tables} 张表")
            for problem in done.problems:
                self.stderr.write(problem)
        if options["errors"]:
            _write(Path(options["errors"]), importing.error_workbook(batch))
        bar = _Bar()
        try:
            message = importing.commit(batch, valid_only=options["valid_only"], written=bar.written)
        finally:
            bar.close()
        if message:
            raise CommandError(message, returncode=NOT_ALL)
        self.stdout.write(importing.result_text(batch))

    def _undo(self, batch: int) -> None:
        done = importing.undo(batch)
        self.stdout.write(
            f"已撤销批次 {batch}：删除新增 {done.result['removed']} 张，恢复原内容 {done.result['restored']} 张"
        )

    def _summary(self, report: ImportReport, *, with_findings: bool) -> None:
        for file in report.files:
            self.stdout.write(_line(file))
            for table in file.tables if report.compared else ():
                reason = f"：{table.reason}" if table.reason else ""
                name = OUTCOME_NAMES[table.outcome] if table.outcome != REFUSED else "无法归档"
                self.stdout.write(f"    {name}  第{table.number}张表 {table.label}　部门 {table.department}{reason}")
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
        tables = [table for file in report.files for table in file.tables]
        indicators = sum(table.indicators for table in tables)
        counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(report.counts.items()))
        dry = "（只读取，未写数据库）" if report.dry_run else ""
        self.stdout.write(
            f"共 {len(report.files)} 个文件，{len(tables)} 张表，{indicators} 条指标：{counts or '没有表'}；"
            f"问题 {len(report.findings)} 条{dry}"
        )
        if report.batch and not report.message:
            self.stdout.write(f"批次 {report.batch}（可在浏览器“批量导入”中查看；整批撤销：--undo {report.batch}）")


def _target(option: str, text: str | None) -> Path | None:
    path = Path(text) if text else None
    if path and path.suffix[1:].lower() not in SUFFIXES:
        listed = "、".join("." + item for item in SUFFIXES)
        raise CommandError(f"{option} 的文件名应以 {listed} 结尾：{path}", returncode=NOT_BEGUN)
    return path


class _Bar:
    """Progress bars when a person is watching, nothing otherwise: first files that are read, then tables written."""

    def __init__(self) -> None:
        self._watched, self._bar, self._unit = sys.stderr.isatty(), None, ""

    def step(self, file: FileReport) -> None:
        self._move("个文件", "读取", 1, file.name[-30:])

    def written(self, tables: int) -> None:
        self._move("张表", "写入", tables)

    def _move(self, unit: str, what: str, number: int, postfix: str = "") -> None:
        if not self._watched:
            return
        if unit != self._unit or self._bar is None:
            from tqdm import tqdm

            self.close()
            self._bar, self._unit = tqdm(unit=unit, desc=what, leave=False), unit
        self._bar.set_postfix_str(postfix, refresh=False)
        self._bar.update(number)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"不能写入 {path}：{error.strerror}", returncode=NOT_ALL) from error


def _line(file: FileReport) -> str:
    if file.refusal:
        return f"{file.name}：未接收"
    counts = "，".join(f"{OUTCOME_NAMES[key]} {number}" for key, number in sorted(file.counts.items()))
    return f"{file.name}：{len(file.tables)} 张表，{counts}，问题 {len(file.findings)} 条"
