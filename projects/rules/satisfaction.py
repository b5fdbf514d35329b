"""Whom a satisfaction indicator asks, and what it promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from projects.findings import WARN
from projects.rules import words
from projects.rules.case import Case, Row
from projects.rules.engine import PRACTICE, Hit, Rule
from projects.rules.samples import indicator, project, row, rows

_OPINION = re.compile(
    "满意|投诉|评价|评议|测评|好评|差评|认可|认同|信任|支持率|感受|获得感|幸福感|安全感|意见|反馈|表扬|口碑|申诉|信访|续约|体验"
)


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
    if target.quantity is not None and case.setup.threshold("satisfaction_full") <= target.quantity <= 100:
        yield row.hit()


def _satisfaction_low(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not _asks(row) or not target.single or target.unit != "%" or target.operator in ("≤", "<"):
        return
    if target.quantity and target.quantity < case.setup.threshold("satisfaction_low") and "不满意" not in row.name:
        yield row.hit()


def _not_satisfaction(row: Row, case: Case) -> Iterator[Hit]:
    if row.group == "satisfaction" and row.name and not _OPINION.search(f"{row.subject} {row.target.text}"):
        yield row.hit("name")


def _satisfaction_foreign(row: Row, case: Case) -> Iterator[Hit]:
    """Asks of people no character of whom occurs elsewhere in the table; 受助学生 fits 生活补助."""
    if not _asks(row):
        return
    group = words.GENERAL_PEOPLE.sub("", _group_of(row.name))
    if len(group) >= 2 and not any(char in case.context for char in group):
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
        "satisfaction-low",
        "满意度过低",
        WARN,
        "row",
        "results",
        "满意度目标是否低得没有意义？",
        PRACTICE,
        "“{name}”定为“{value}”，达到了也说明不了服务对象满意，请核对",
        _satisfaction_low,
        wrong=(row("市民满意度", "≥10%", "satisfaction.beneficiaries"),),
        right=(
            row("市民满意度", "≥75%", "satisfaction.beneficiaries"),
            row("市民不满意率", "≤5%", "satisfaction.beneficiaries"),
        ),
    ),
    Rule(
        "not-satisfaction",
        "满意度指标不说满意度",
        WARN,
        "row",
        "indicators",
        "满意度指标说的是不是服务对象的评价？",
        PRACTICE,
        "“{name}”不是服务对象的满意程度，请移到产出或效益指标",
        _not_satisfaction,
        wrong=(row("新增就业人数", "≥200人", "satisfaction.beneficiaries"),),
        right=(
            row("工作人员投诉次数", "≤1次", "satisfaction.beneficiaries"),
            row("用户评价", "≥4.5分", "satisfaction.beneficiaries"),
        ),
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
            rows(
                "困难学生生活补助：受助学生满意度",
                indicator("受助学生满意度", "≥95%", "satisfaction.beneficiaries"),
                project=project("困难学生生活补助"),
            ),
        ),
    ),
)
