"""Rules that compare tables: summary, details and department; texts and indicators copied; year against year.

They see briefs, not tables, so that ten thousand tables can be compared in little memory. A reported amount is yuan.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from projects.findings import WARN
from projects.layouts.names import name_of
from projects.rules import words
from projects.rules.brief import Brief, projects_of
from projects.rules.case import yuan_text
from projects.rules.engine import PRACTICE, Hit, Rule, Setup
from projects.rules.samples import goals, indicator, project, several, table
from projects.targettable import Indicator, TargetTable

OWN_SHARE = 0.5
"""Words are foreign while the own name has less than this part of their pairs of characters,"""
COVER = 0.5
"""and while they make up at least this part of the other project's name."""
ABBREVIATED = 0.7
"""… and while less than this part of the own name's characters are among them: 在乡老复 is 在乡复员军人."""
ALIKE = 0.5
"""A clause is like another when this part of all their pairs of characters is in both."""
MOST = 0.6
"""… and words that are this part of a text are its matter."""
CLEAR = 4
"""A name of fewer characters does not tell a project: 医疗, of “…经费预算的通知 医疗”."""
TEXT = 300
Found = Iterator[tuple[Brief, Hit]]
_CLAUSE = re.compile(r"[，。；,;\n]|\d[.、．]")
_GENERIC_LINE = re.compile(
    r"(?:严格)?按照?(?:相关|有关)?(?:文件|政策)?(?:规定|标准|要求|文件)+(?:落实|执行|发放|支付|拨付)?"
)
_MONEY_PAPER = re.compile(r"[^\s，,。；;]*(?:通知|批复|意见)|\S*〔\d{4}〕\d+号?|\S*[（(]\d{4}[）)]\d+号?")


@lru_cache(maxsize=4096)
def goal_core(text: str) -> str:
    """Return the goal without numbering, punctuation and lines like 按照标准发放, which say nothing of the project."""
    lines = [words.plain(line) for line in words.lines_of(text)]
    return "".join(line for line in lines if not (len(line) <= 12 and _GENERIC_LINE.fullmatch(line)))


def _alike(pairs: Iterable[tuple[Hashable, Brief]]) -> dict[Hashable, list[Brief]]:
    found: dict[Hashable, list[Brief]] = defaultdict(list)
    for key, brief in pairs:
        found[key].append(brief)
    return {key: group for key, group in found.items() if len({words.plain(one.project) for one in group}) > 1}


def _others(group: Sequence[Brief], one: Brief) -> str:
    """Return ``“a”`` or ``“a”等 3 个项目``: those of a group of other projects."""
    names = list(
        dict.fromkeys(other.project for other in group if words.plain(other.project) != words.plain(one.project))
    )
    return f"“{_told(names[0], one)}”" + (f"等 {len(names)} 个项目" if len(names) > 1 else "")


def _copied_indicators(briefs: Sequence[Brief], setup: Setup) -> Found:
    least = int(setup.threshold("copied_rows"))
    sets = (
        (tuple((target.name, target.value) for target in brief.targets), brief)
        for brief in projects_of(briefs)
        if len(brief.targets) >= least
    )
    for group in _alike(sets).values():
        for brief in group:
            yield brief, Hit("indicators", "", {"count": len(brief.targets), "others": _others(group, brief)})


def _copied_goals(briefs: Sequence[Brief], setup: Setup) -> Found:
    least = int(setup.threshold("copied_goal_length"))
    for leaf in ("annual", "period"):
        cores = ((goal_core(getattr(brief, leaf)), brief) for brief in projects_of(briefs))
        for group in _alike((core, brief) for core, brief in cores if len(core) >= least).values():
            for brief in group:
                facts = {"field": name_of(f"goals.{leaf}"), "others": _others(group, brief)}
                yield brief, Hit(f"goals.{leaf}", getattr(brief, leaf), facts)


@lru_cache(maxsize=4096)
def _subject(name: str) -> str:
    """Return what a project's name says of its matter: without the paper that grants the money."""
    return words.plain(_MONEY_PAPER.sub("", name))


def _called(name: str) -> str:
    """Return a project's name as short as it can be told: the matter behind the paper that grants the money."""
    return (" ".join(_MONEY_PAPER.sub("", name).split()) or name)[:40]


def _told(name: str, one: Brief) -> str:
    """Return how another project is told to ``one``: in full where the short name is its own, or says too little."""
    short = _called(name)
    own = _called(one.project)
    return name[:80] if len(short) < CLEAR or short == own else short


def _names_other(briefs: Sequence[Brief], setup: Setup) -> Found:
    """A goal or purpose that contains another project's matter word for word, of which its own name says nothing."""
    least = int(setup.threshold("foreign_words"))
    projects = projects_of(briefs)
    runs: dict[str, list[Brief]] = defaultdict(list)
    for brief in projects:
        subject = _subject(brief.project)
        for start in range(len(subject) - least + 1):
            runs[subject[start : start + least]].append(brief)
    for brief in projects:
        own = _subject(brief.project)
        for path, text in (
            ("goals.annual", brief.annual),
            ("goals.period", brief.period),
            ("project.purpose", brief.purpose),
        ):
            hit = _named(words.plain(text), own, brief, runs, least) if text else None
            if hit and _copied_from(text, *hit) and not _same_goal(path, brief, hit[1], setup):
                facts = {"field": name_of(path), "words": hit[0], "other": _told(hit[1].project, brief)}
                yield brief, Hit(path, text, facts)
                break


def _clauses(text: str) -> list[str]:
    return [clause for clause in map(words.plain, _CLAUSE.split(text)) if clause]


def _copied_from(text: str, found: str, other: Brief) -> bool:
    """Whether the words stand in a clause much like one of the other project's, or are most of the text.

    A mention among other tasks (保障水电、物业管理服务等支出) is no copy.
    """
    if len(found) >= MOST * len(words.plain(text)):
        return True
    said = [words.pairs_of(clause) for part in (other.annual, other.period, other.purpose) for clause in _clauses(part)]
    for clause in _clauses(text):
        pairs = words.pairs_of(clause)
        if found in clause and any(len(pairs & one) >= ALIKE * len(pairs | one) for one in said):
            return True
    return False


def _same_goal(path: str, one: Brief, other: Brief, setup: Setup) -> bool:
    """Whether both have the same goal, which copied-goals reports."""
    leaf = path.removeprefix("goals.")
    if leaf == path:
        return False
    core = goal_core(getattr(one, leaf))
    return len(core) >= setup.threshold("copied_goal_length") and core == goal_core(getattr(other, leaf))


def _named(text: str, own: str, brief: Brief, runs: dict[str, list[Brief]], least: int) -> tuple[str, Brief] | None:
    if len(own) < 2 or own in text:
        return None
    for start in range(len(text) - least + 1):
        run = text[start : start + least]
        other = next((one for one in runs.get(run, ()) if one is not brief and _subject(one.project) != own), None)
        if other is None:
            continue
        subject = _subject(other.project)
        end = start + least
        while end < len(text) and text[start : end + 1] in subject:
            end += 1
        found = text[start:end]
        if (
            len(found.replace("工作", "")) >= least
            and _share(found, own) < OWN_SHARE
            and len(set(own) & set(found)) < ABBREVIATED * len(set(own))
            and len(found) >= COVER * len(subject)
        ):
            return found, other
    return None


def _share(found: str, own: str) -> float:
    """Return the part of the found words' pairs of characters that the own name has too."""
    pairs = words.pairs_of(found)
    return len(pairs & words.pairs_of(own)) / len(pairs) if pairs else 1.0


# --- year against year --------------------------------------------------------------------------


def _unchanged(earlier: Brief, later: Brief, setup: Setup) -> Found:
    """The amount changed, the targets did not."""
    before, now = earlier.amount, later.amount
    if not before or now is None or abs(now - before) <= setup.threshold("amount_change") * before:
        return
    if not later.targets or [row[1:3] for row in earlier.targets] != [row[1:3] for row in later.targets]:
        return
    facts = {"before": yuan_text(before), "now": yuan_text(now), "year": earlier.year}
    yield later, Hit("indicators", "", facts)


def _lower(earlier: Brief, later: Brief, setup: Setup) -> Found:
    """A target below last year's; for what should be low, above it."""
    before = {row.name: row for row in earlier.targets if row.quantity}
    for row in later.targets:
        old = before.get(row.name)
        if old is None or not row.quantity or old.unit != row.unit:
            continue
        if words.SPENT.search(row.name):  # less money is no lower aim
            continue
        reverse = row.operator in ("≤", "<") or words.is_reverse(row.name) or words.WAITING.search(row.name)
        change = Decimal(row.quantity) - Decimal(old.quantity)
        if change and (change > 0) == bool(reverse):
            facts = {"name": row.name[:40], "value": row.value, "old": old.value, "year": earlier.year}
            yield later, Hit(f"indicators.{row.row}.value", row.value, facts)


_ROWS = (
    indicator("慰问部队数量", "16个", "output.quantity"),
    indicator("慰问活动完成率", "100%"),
    indicator("双拥氛围", "较上年提升", "outcome.social"),
)
_OTHERS = (*_ROWS[:2], indicator("军地互访次数", "4次", "outcome.social"))


def _named_table(name: str, *rows: Indicator, total: str = "100000", **more: Any) -> TargetTable:
    return table(*rows, total=total, project=project(name), **({"goals": goals(f"做好{name}工作")} | more))


def _years(first: TargetTable, second: TargetTable) -> tuple[TargetTable, TargetTable]:
    second.fiscal_year = 2022
    return first, second


RULES = (
    Rule(
        "copied-indicators",
        "指标与别的项目完全相同",
        WARN,
        "pair",
        "indicators",
        "同一部门同一年度，有没有两个项目的指标和指标值一字不差？",
        PRACTICE,
        "全部 {count} 条指标与{others}完全相同，请按本项目的实际填写",
        _copied_indicators,
        wrong=(
            several(
                "两个项目三条指标、指标值都相同", _named_table("拥军慰问", *_ROWS), _named_table("军属优待", *_ROWS)
            ),
        ),
        right=(several("有一条指标不同", _named_table("拥军慰问", *_ROWS), _named_table("军属优待", *_OTHERS)),),
    ),
    Rule(
        "copied-goals",
        "目标与别的项目相同",
        WARN,
        "pair",
        "clarity",
        "同一部门同一年度，有没有两个项目的目标一字不差？（“按照标准发放”一类的话不算）",
        PRACTICE,
        "“{field}”与{others}相同，像是照抄来的",
        _copied_goals,
        wrong=(
            several(
                "两个项目都写“1.足额发放门诊补助 2.及时发放门诊补助”",
                _named_table("中央优抚医疗保障", goals=goals("1.足额发放门诊补助\n2.及时发放门诊补助\n3.按照标准发放")),
                _named_table("门诊补助", goals=goals("1.足额发放门诊补助\n2.及时发放门诊补助\n3.按标准发放")),
            ),
        ),
        right=(
            several(
                "目标不同",
                _named_table("住院补助", goals=goals("1.足额发放住院补助\n2.按照标准发放")),
                _named_table("门诊补助", goals=goals("1.足额发放门诊补助\n2.按照标准发放")),
            ),
        ),
    ),
    Rule(
        "names-other",
        "目标或用途写的是别的项目",
        WARN,
        "pair",
        "goals",
        "目标、用途里说的是不是本项目的事，而不是同部门另一个项目的？",
        PRACTICE,
        "“{field}”里的“{words}”是另一个项目“{other}”的内容，本项目名称里没有",
        _names_other,
        wrong=(
            several(
                "无军籍人员经费的用途写“发放退役士兵一次性经济补助”",
                table(project=project("退役安置补助经费 无军籍", purpose="主要用于发放退役士兵一次性经济补助")),
                table(project=project("退役士兵一次性经济补助", purpose="主要用于发放一次性经济补助")),
            ),
        ),
        right=(
            several(
                "目标里提到另一个项目的工作，但不是照抄",
                table(project=project("机关运行"), goals=goals("保障水电、信息系统运行维护、公务用车等日常支出")),
                table(project=project("信息系统运行维护"), goals=goals("保障12个信息系统稳定运行")),
            ),
            several(
                "用途说的是本项目",
                table(project=project("退役安置补助经费 无军籍", purpose="主要用于发放无军籍人员经费")),
                table(project=project("退役士兵一次性经济补助", purpose="主要用于发放退役士兵一次性经济补助")),
            ),
        ),
    ),
    Rule(
        "year-unchanged",
        "金额变了指标没变",
        WARN,
        "year",
        "funding",
        "与上一年相比，金额变了，指标和指标值是否也作了相应调整？",
        PRACTICE,
        "金额由 {year} 年的 {before} 变为 {now}，全部指标和指标值却与那一年相同",
        _unchanged,
        wrong=(
            several(
                "10万元变为 20万元，三条指标照旧",
                *_years(_named_table("慰问", *_ROWS), _named_table("慰问", *_ROWS, total="200000")),
            ),
        ),
        right=(
            several(
                "10万元变为 20万元，指标有调整",
                *_years(_named_table("慰问", *_ROWS), _named_table("慰问", *_OTHERS, total="200000")),
            ),
            several("金额没有变", *_years(_named_table("慰问", *_ROWS), _named_table("慰问", *_ROWS))),
        ),
    ),
    Rule(
        "year-lower",
        "指标值低于上年",
        WARN,
        "year",
        "results",
        "同一条指标的目标是否比上一年还低？",
        PRACTICE,
        "“{name}”定为“{value}”，{year} 年为“{old}”，请说明降低要求的原因",
        _lower,
        wrong=(
            several(
                "慰问部队数量 16个 → 12个",
                *_years(
                    _named_table("慰问", indicator("慰问部队数量", "16个", "output.quantity")),
                    _named_table("慰问", indicator("慰问部队数量", "12个", "output.quantity")),
                ),
            ),
            several(
                "投诉次数 ≤1次 → ≤3次",
                *_years(
                    _named_table("慰问", indicator("投诉次数", "≤1次")),
                    _named_table("慰问", indicator("投诉次数", "≤3次")),
                ),
            ),
        ),
        right=(
            several(
                "响应时间 30分钟 → 20分钟",
                *_years(
                    _named_table("运维", indicator("故障响应时间", "30分钟", "output.timeliness")),
                    _named_table("运维", indicator("故障响应时间", "20分钟", "output.timeliness")),
                ),
            ),
            several(
                "慰问部队数量 16个 → 18个",
                *_years(
                    _named_table("慰问", indicator("慰问部队数量", "16个", "output.quantity")),
                    _named_table("慰问", indicator("慰问部队数量", "18个", "output.quantity")),
                ),
            ),
        ),
    ),
)
