"""Findings as a file that people pass around: JSON, CSV or Excel by the name's suffix."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from projects.findings import LEVEL_NAMES, Finding

HEADINGS = ("级别", "文件", "表", "行", "列", "栏目", "问题", "原文", "依据", "代码")
SUFFIXES = ("json", "csv", "xlsx")


def findings_file(findings: Sequence[Finding], suffix: str) -> bytes:
    """Return the findings in the format of ``suffix`` (without dot). Raises ``ValueError`` for another."""
    if suffix == "json":
        data = [finding.to_dict() for finding in findings]
        return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()
    if suffix == "csv":
        return _csv(findings)
    if suffix == "xlsx":
        return _xlsx(findings)
    raise ValueError(f"问题清单的文件名应以 {'、'.join('.' + item for item in SUFFIXES)} 结尾")


def _row(finding: Finding) -> tuple[str, ...]:
    place = tuple(str(number) if number else "" for number in (finding.row, finding.column))
    return (
        LEVEL_NAMES.get(finding.level, finding.level),
        finding.file,
        finding.table,
        *place,
        finding.field,
        finding.text,
        finding.cell,
        finding.source,
        finding.code,
    )


def _csv(findings: Sequence[Finding]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for finding in findings:
        # Cells from foreign files: none may start what a spreadsheet takes for a formula.
        writer.writerow(
            [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in _row(finding)]
        )
    return out.getvalue().encode("utf-8-sig")


def _xlsx(findings: Sequence[Finding]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    sheet = book.add_worksheet("问题清单")
    for column, width in enumerate((8, 28, 36, 6, 6, 20, 60, 30, 24, 18)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, text in enumerate(HEADINGS):
        sheet.write_string(0, column, text, bold)
    for number, finding in enumerate(findings, 1):
        for column, text in enumerate(_row(finding)):
            sheet.write_string(number, column, text[:32_000])
    book.close()
    return out.getvalue()
