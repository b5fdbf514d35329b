"""``export_tables``: target tables out of the database as Word, Excel, JSON or HTML."""

from __future__ import annotations

import hashlib
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from projects.selectors.departments import find_departments
from projects.selectors.tables import filter_tables
from projects.services.exporting import (
    FORMATS,
    LIST,
    ExportRefused,
    export,
    export_each,
    find_layout,
    write_whole,
)
from projects.services.exports import Written, content_line, record_export
from projects.services.operator import Operator


class Command(BaseCommand):
    help = "导出绩效目标表：一个文件包含全部表，或每张表一个文件（PATH 为文件夹）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, metavar="Y", help="预算年度")
        parser.add_argument("--department", metavar="C", help="部门代码或名称，含下级部门")
        parser.add_argument("--project", metavar="P", help="项目编码或名称")
        parser.add_argument("--layout", metavar="L", help="换用另一种表式")
        parser.add_argument(
            "--format", choices=[*FORMATS, LIST], required=True, help="文件格式；list 为 Excel 列表，一行一条指标"
        )
        parser.add_argument(
            "--output",
            required=True,
            metavar="PATH",
            help="文件；已有的文件夹或以 / 结尾：每张表一个文件；- 为标准输出（仅 json、html）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._export(options)
        except ExportRefused as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"数据库不能使用（{error}）。请先运行 manage.py migrate。") from error
        except ValueError as error:
            raise CommandError(f"不能导出：{error}") from error
        except OSError as error:
            raise CommandError(f"不能写入 {options['output']}：{error.strerror or error}") from error

    def _export(self, options: dict[str, Any]) -> None:
        layout = find_layout(options["layout"]) if options["layout"] else None
        tables, places = self._tables(options)
        kind, output = options["format"], options["output"]

        def note(content: bytes, name: str, some: slice = slice(None)) -> None:
            record_export(
                kind="command",
                format="xlsx" if kind == LIST else kind,
                name=name,
                written=Written(len(content), hashlib.sha256(content).hexdigest()),
                actor=None,
                revisions=[
                    content_line(pk, 0, table) for (pk, _), table in zip(places[some], tables[some], strict=True)
                ],
                paths={path for _, path in places[some]},
                layout=layout.id if layout else "",
                by=Operator().get_username(),
            )

        if output == "-":
            if kind not in ("json", "html"):
                raise CommandError(f"{kind} 不能写到标准输出，请给出文件名")
            out = io.BytesIO()
            export(tables, format=kind, out=out, layout=layout)
            note(out.getvalue(), "标准输出")
            self.stdout.write(out.getvalue().decode(), ending="")
            return
        path = Path(output)
        if path.is_dir() or output.endswith(("/", "\\")):
            written = export_each(tables, format=kind, folder=path, layout=layout)
            for number, file in enumerate(written):
                note(file.read_bytes(), file.name, slice(number, number + 1))
            self.stdout.write(f"已导出 {len(written)} 张表到 {path}，每张一个文件")
            return
        if not path.parent.is_dir():
            raise CommandError(f"文件夹不存在：{path.parent}")
        out = io.BytesIO()
        findings = export(tables, format=kind, out=out, layout=layout)
        write_whole(path, out.getvalue())
        note(out.getvalue(), path.name)
        for finding in findings:
            self.stderr.write(finding.describe())
        self.stdout.write(f"已导出 {len(tables)} 张表到 {path}")

    def _tables(self, options: dict[str, Any]) -> tuple[list[Any], list[tuple[int, str]]]:
        """The chosen tables in order, and of each the id and its department's path."""
        from projects.models import TargetTable
        from projects.store import load_tables

        department = None
        if options["department"]:
            found = find_departments(options["department"])
            if len(found) != 1:
                codes = "、".join(item.code or f"编号{item.pk}" for item in found)
                reason = f"有多个（{codes}），请改用部门代码" if found else "不存在"
                raise CommandError(f"部门“{options['department']}”{reason}")
            department = found[0]
        chosen = filter_tables(
            TargetTable.objects.all(),
            year=options["year"],
            department=department,
            project=options["project"] or "",
        )
        ordered = chosen.order_by("fiscal_year__year", "source", "position", "id")
        tables = load_tables(ordered)
        if not tables:
            raise CommandError("没有符合条件的绩效目标表，未写任何文件")
        return tables, list(ordered.values_list("pk", "department__path"))
