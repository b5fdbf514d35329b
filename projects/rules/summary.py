"""Rules that hold a department's forms together: summary = details, department = summary. Amounts are yuan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from projects.findings import BLOCK, INFO, WARN
from projects.layouts.names import name_of
from projects.rules import words
from projects.rules.brief import Brief, projects_of
from projects.rules.case import yuan_text
from projects.rules.engine import FORM, PRACTICE, Hit, Rule, Setup
from projects.rules.samples import funding, goals, item, project, several, table
from projects.targettable import Indicator, Item, TargetTable

Found = Iterator[tuple[Brief, Hit]]
TEXT = 300


def _summaries(briefs: Iterable[Brief]) -> list[Brief]:
    return [brief for brief in briefs if brief.kind == "summary" and brief.items]


def _details(briefs: Iterable[Brief]) -> dict[str, Brief]:
    return {words.plain(brief.project): brief for brief in projects_of(briefs)}


def _summary_amount(briefs: Sequence[Brief], setup: Setup) -> Found:
    details = _details(briefs)
    for summary in _summaries(briefs):
        for index, line in enumerate(summary.items):
            detail = details.get(words.plain(line.name))
            if detail is None or detail.amount is None or not line.amount or Decimal(line.amount) == detail.amount:
                continue
            facts = {"name": line.name, "row": yuan_text(Decimal(line.amount)), "detail": yuan_text(detail.amount)}
            yield summary, Hit(f"items.{index}.amount", line.amount, facts)
            yield detail, Hit("funding.total", detail.total, facts)


def _summary_goals(briefs: Sequence[Brief], setup: Setup) -> Found:
    details = _details(briefs)
    for summary in _summaries(briefs):
        for index, line in enumerate(summary.items):
            detail = details.get(words.plain(line.name))
            for leaf in ("period", "annual") if detail else ():
                stated, filed = getattr(line, f"{leaf}_goal"), getattr(detail, leaf)
                if stated and filed and words.plain(stated)[:TEXT] != words.plain(filed)[:TEXT]:
                    facts = {"name": line.name, "field": name_of(f"goals.{leaf}")}
                    yield summary, Hit(f"items.{index}.{leaf}_goal", stated, facts)


def _summary_rows(briefs: Sequence[Brief], setup: Setup) -> Found:
    details = _details(briefs)
    for summary in _summaries(briefs):
        listed = {words.plain(line.name) for line in summary.items}
        for index, line in enumerate(summary.items):
            if details and words.plain(line.name) not in details:
                yield summary, Hit(f"items.{index}.name", line.name, {"told": f"“{line.name}”没有对应的绩效目标表"})
        for name, detail in details.items():
            if name and name not in listed:
                yield detail, Hit("project.name", detail.project, {"told": f"“{detail.project}”不在汇总表中"})


def _department_sum(briefs: Sequence[Brief], setup: Setup) -> Found:
    """Against the summary where there is one, else against the details, which may not all be there yet."""
    summaries, details = _summaries(briefs), projects_of(briefs)
    for brief in briefs:
        if brief.kind != "department" or not brief.project_expenditure:
            continue
        stated = Decimal(brief.project_expenditure)
        if summaries:
            what, found = "汇总表合计", sum((one.amount or Decimal(0) for one in summaries), Decimal(0))
        elif details and all(one.amount is not None for one in details):
            what, found = "各项目合计", sum((one.amount or Decimal(0) for one in details), Decimal(0))
        else:
            continue
        if found != stated:
            facts = {"stated": yuan_text(stated), "what": what, "found": yuan_text(found)}
            yield brief, Hit("funding.project_expenditure", brief.project_expenditure, facts)


def _named_table(name: str, *rows: Indicator, total: str = "100000", **more: Any) -> TargetTable:
    return table(*rows, total=total, project=project(name), **({"goals": goals(f"做好{name}工作")} | more))


def _summary(*lines: Item, total: str) -> TargetTable:
    return table(layout="zhuzhou-2", kind="summary", total=total, items=list(lines), project=project(""))


def _department(total: str, basic: str, spent: str) -> TargetTable:
    money = funding(total=total, basic_expenditure=basic, project_expenditure=spent)
    return table(layout="zhuzhou-1", kind="department", funding=money, project=project(""))


RULES = (
    Rule(
        "summary-amount",
        "汇总表与明细表金额不同",
        BLOCK,
        "department",
        "funding",
        "汇总表每一行的金额与该项目的绩效目标表是否相同？",
        FORM,
        "“{name}”在汇总表中为 {row}，在项目表中为 {detail}",
        _summary_amount,
        wrong=(
            several(
                "汇总表 9万元，项目表 10万元",
                _summary(item("一", "培训", "90000"), total="90000"),
                _named_table("培训"),
            ),
        ),
        right=(several("都是 10万元", _summary(item("一", "培训", "100000"), total="100000"), _named_table("培训")),),
    ),
    Rule(
        "summary-goals",
        "汇总表与明细表目标不同",
        INFO,
        "department",
        "form",
        "汇总表里的目标与该项目的绩效目标表是否一致？",
        PRACTICE,
        "“{name}”的“{field}”与项目表中的文字不同",
        _summary_goals,
        wrong=(
            several(
                "汇总表“做好培训”，项目表“做好培训工作”",
                _summary(item("一", "培训", "100000", annual_goal="做好培训"), total="100000"),
                _named_table("培训"),
            ),
        ),
        right=(
            several(
                "文字相同",
                _summary(item("一", "培训", "100000", annual_goal="做好培训工作。"), total="100000"),
                _named_table("培训"),
            ),
        ),
    ),
    Rule(
        "summary-rows",
        "汇总表与明细表不对应",
        WARN,
        "department",
        "form",
        "汇总表的每一行是否都有项目表，每张项目表是否都在汇总表里？",
        PRACTICE,
        "{told}",
        _summary_rows,
        wrong=(
            several(
                "汇总表有“培训”，项目表是“慰问”",
                _summary(item("一", "培训", "100000"), total="100000"),
                _named_table("慰问"),
            ),
        ),
        right=(several("一一对应", _summary(item("一", "培训", "100000"), total="100000"), _named_table("培训")),),
    ),
    Rule(
        "department-sum",
        "部门项目支出与汇总不等",
        BLOCK,
        "department",
        "funding",
        "部门整体表的项目支出是否等于项目汇总表的合计？",
        FORM,
        "项目支出 {stated}，{what} {found}，两者不等",
        _department_sum,
        wrong=(
            several(
                "项目支出 20万元，汇总表 10万元",
                _department("300000", "100000", "200000"),
                _summary(item("一", "培训", "100000"), total="100000"),
            ),
        ),
        right=(
            several(
                "都是 10万元",
                _department("200000", "100000", "100000"),
                _summary(item("一", "培训", "100000"), total="100000"),
            ),
        ),
    ),
)
