"""The benchmark runs and prints; how fast anything was is never a test."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from projects.bench.report import MET, MISSED, Report, Row, at_least, at_most
from projects.management.commands.bench import SUBJECTS, module_of


def test_bench_docx_quick_prints_its_tables() -> None:
    out = StringIO()
    call_command("bench", "--quick", "--only", "docx", stdout=out)
    text = out.getvalue()
    assert "Word：11 张表成册 docx export, 99 条指标" in text
    assert "三份文件的文字与合并单元格逐格相同" in text
    assert "Word：由少到多 docx growth" in text
    assert "要求 4 项" in text


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_subject_can_be_measured(name: str) -> None:
    assert callable(module_of(name).run)


def test_bench_unknown_subject_names_the_known_ones() -> None:
    with pytest.raises(CommandError, match="docx、xlsx、reading"):
        call_command("bench", "--only", "word")


def test_report_verdict_stands_in_last_column_and_again_at_the_end() -> None:
    lines: list[str] = []
    report = Report(lines.append, postgres=None)  # type: ignore[arg-type]
    rows = [Row("快", "1", **at_least(31, 30)), Row("慢", "2", **at_most(4.1, 4))]
    report.table("表", "毫秒", rows)
    report.missing("PostgreSQL")
    report.end()
    assert [line.rsplit(None, 1)[-1] for line in lines if line.startswith(("快", "慢"))] == [MET, MISSED]
    assert lines[-3:] == ["═══ 要求 2 项，达标 1 项 ═══", "  未达标：表：慢", "  未测 NOT MEASURED：PostgreSQL"]
