"""Whom a satisfaction indicator asks, and what it promises."""

from __future__ import annotations

from collections.abc import Iterator

from projects.findings import WARN
from projects.rules import words
from projects.rules.case import Case, Row
from projects.rules.engine import PRACTICE, Hit, Rule
from projects.rules.samples import indicator, project, row, rows


def _group_of(text: str) -> str:
    """Return whom a satisfaction indicator asks: 随机抽样调查老复遗属满意度 → 老复遗属."""
    core = words.ASKING.sub("", words.plain(text))
    return core.replace("调查", "")


def _asks(row: Row) -> bool:
    return row.group == "satisfaction" and ("满意" in row.subject or not row.name)


def _satisfaction_group(row: Row, case: Case) -> Iterator[Hit]:
    if _asks(row) and all(words.NOBODY.fullmatch(_group_of(text)) for text in (row.name, row.description)):
        yield row.hit("name")


def _satisfaction_full(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not _asks(row) or not target.single or target.unit != "%" or target.operator in ("≤", "<"):
        return
    if target.quantity is not None and target.quantity >= case.setup.threshold("satisfaction_full"):
        yield row.hit()


def _satisfaction_foreign(row: Row, case: Case) -> Iterator[Hit]:
    if not _asks(row):
        return
    group = words.GENERAL_PEOPLE.sub("", _group_of(row.name))
    if len(group) >= 2 and not any(group[i : i + 2] in case.context for i in range(len(group) - 1)):
        yield row.hit("name", group=group)


RULES = (
    Rule(
        "satisfaction-group",
        "满意度没有对象",
        WARN,
        "row",
        "clarity",
        "满意度指标有没有说明问谁？",
        PRACTICE,
        "“{name}”没有说明是谁的满意度",
        _satisfaction_group,
        wrong=(
            row("满意度", "≥95%", "satisfaction.beneficiaries"),
            row("对象满意度", "≥95%", "satisfaction.beneficiaries"),
        ),
        right=(
            row("优抚对象满意度", "≥95%", "satisfaction.beneficiaries"),
            row("满意度", "≥95%", "satisfaction.beneficiaries", description="随机抽样调查老复遗属满意度"),
        ),
    ),
    Rule(
        "satisfaction-full",
        "满意度 100%",
        WARN,
        "row",
        "likelihood",
        "满意度目标是否过满，难以实现？",
        PRACTICE,
        "“{name}”定为“{value}”，难以实现，也难以核实",
        _satisfaction_full,
        wrong=(row("市民满意度", "100%", "satisfaction.beneficiaries"),),
        right=(row("市民满意度", "≥95%", "satisfaction.beneficiaries"),),
    ),
    Rule(
        "satisfaction-foreign",
        "满意度的对象与项目无关",
        WARN,
        "row",
        "goals",
        "问的是不是本项目服务的人？",
        PRACTICE,
        "“{name}”问的是“{group}”，本表其他地方没有提到，像是从别的项目抄来的",
        _satisfaction_foreign,
        wrong=(
            rows(
                "退役士兵教育培训：涉核人员满意度",
                indicator("涉核人员满意度", "≥95%", "satisfaction.beneficiaries"),
                project=project("退役士兵教育培训"),
            ),
        ),
        right=(
            rows(
                "涉核体检费：涉核人员满意度",
                indicator("涉核人员满意度", "≥95%", "satisfaction.beneficiaries"),
                project=project("涉核体检费"),
            ),
            row("单位工作人员满意度", "≥95%", "satisfaction.beneficiaries"),
        ),
    ),
)
