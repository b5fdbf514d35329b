"""Rules as small declared objects, and the loop that asks them. Pure; a rule that raises never stops the others."""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Literal, TypeVar

from projects.findings import BLOCK, LEVELS, WARN, Change, Finding
from projects.targettable import TargetTable

Scope = Literal["row", "table", "pair", "department", "year"]
SCOPE_NAMES: dict[str, str] = {
    "row": "一行指标",
    "table": "一张表",
    "pair": "同部门同年度的两个项目",
    "department": "同部门同年度的各张表",
    "year": "同一项目的前后两年",
}
OFF = "off"
_INNER = str.maketrans("“”", "‘’")
BROKEN = "broken-rule"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from. Only one whose wording was checked, or the form's own arithmetic, may block."""

    text: str
    checked: bool = False


FORM = Source("表式自身的填写和勾稽关系", checked=True)
MOF_101 = Source("财预〔2021〕101号（指标设置及取值）", checked=True)
MOF_88 = Source("财预〔2015〕88号（目标设定：指向明确、细化量化、合理可行、相应匹配）")
PRACTICE = Source("实践")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place a rule objects to; ``facts`` fill the rule's message."""

    field: str
    cell: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    remedy: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """An example of a rule: the tables it is asked about, and how a person reads it."""

    text: str
    tables: tuple[TargetTable, ...]


@dataclass(frozen=True)
class Rule:
    """``item`` is one of the eight items of the review sheet. ``find`` depends on the scope:

    row: ``find(row, case)``; table: ``find(case)``; pair, department: ``find(briefs, setup)`` of one department's year;
    year: ``find(earlier, later, setup)`` of one project. The last three give ``(brief, hit)``.
    """

    id: str
    title: str
    level: str
    scope: Scope
    item: str
    question: str
    source: Source
    message: str
    find: Callable[..., Iterable[Any] | None]
    wrong: tuple[Sample, ...]
    right: tuple[Sample, ...]

    def __post_init__(self) -> None:
        if self.level == BLOCK and not self.source.checked:
            raise ValueError(f"规则 {self.id} 没有核对过的正式出处，不能为“须修改”")

    @cached_property
    def _in_quotes(self) -> tuple[str, ...]:
        return tuple(re.findall(r"“\{(\w+)\}”", self.message))

    def _quoted(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the facts with ‘single’ quotes where the message sets “double” ones around them."""
        names = [name for name in self._in_quotes if "“" in str(facts.get(name))]
        return {**facts, **{name: str(facts[name]).translate(_INNER) for name in names}} if names else facts

    def finding(self, hit: Hit, level: str, label: str) -> Finding:
        """Return what is reported. Raises what the message's placeholders raise."""
        return Finding(
            level=level,
            code=self.id,
            text=self.message.format_map(self._quoted(hit.facts)),
            table=label,
            field=hit.field,
            cell=hit.cell,
            source=self.source.text,
            remedy=hit.remedy,
        )


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number an administrator may change."""

    id: str
    default: Decimal
    text: str


THRESHOLDS: dict[str, Threshold] = {
    item.id: item
    for item in (
        Threshold("satisfaction_full", Decimal(100), "满意度达到多少（%）时提醒目标过满"),
        Threshold("satisfaction_low", Decimal(60), "满意度低于多少（%）时提醒目标过低"),
        Threshold("arithmetic_tolerance", Decimal("0.0001"), "算式结果与所写结果相差多少（比例）以内不提醒"),
        Threshold("copied_goal_length", Decimal(8), "目标去掉编号和标点后至少多少字才比较是否照抄"),
        Threshold("large_purchase", Decimal(500000), "多少元以上的购置项目须有成本指标"),
        Threshold("foreign_words", Decimal(6), "目标或用途与别的项目名称至少连续多少字相同才提醒"),
        Threshold("copied_rows", Decimal(3), "至少多少条指标才比较是否照抄"),
        Threshold("year_before", Decimal(40), "文字中的年份比预算年度早多少年以上视为笔误"),
        Threshold("year_after", Decimal(20), "文字中的年份比预算年度晚多少年以上视为笔误"),
        Threshold("amount_change", Decimal("0.05"), "两年金额相差多少（比例）以上算有变化"),
        Threshold("weight_sum", Decimal(90), "指标权重合计应为多少（100 也接受）"),
    )
}


class BadSetup(ValueError):
    """Overrides that name an unknown rule, level or threshold; the message (Chinese) says which."""


@dataclass(frozen=True)
class Setup:
    """Switches, levels and thresholds of one year. ``only``: no other rules run (the form's own, while typing)."""

    levels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    thresholds: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)
    only: frozenset[str] | None = None

    def level_of(self, rule: Rule) -> str:
        """Return the level in force, ``off`` when the rule does not run."""
        if self.only is not None and rule.id not in self.only:
            return OFF
        return self.levels.get(rule.id, rule.level)

    def threshold(self, name: str) -> Decimal:
        value = self.thresholds.get(name)
        return THRESHOLDS[name].default if value is None else value

    @cached_property
    def running(self) -> dict[str, list[tuple[Rule, str]]]:
        """Rules that run, with their level, by scope."""
        found: dict[str, list[tuple[Rule, str]]] = {scope: [] for scope in SCOPE_NAMES}
        for rule in rules():
            if (level := self.level_of(rule)) != OFF:
                found[rule.scope].append((rule, level))
        return found


T = TypeVar("T")
logger = logging.getLogger(__name__)
_registry: dict[str, Rule] = {}


def register(found: Iterable[Rule]) -> None:
    """Add rules; two of the same identifier are a mistake in the code."""
    for rule in found:
        if rule.id in _registry:
            raise ValueError(f"规则 {rule.id} 声明了两次")
        _registry[rule.id] = rule


def rules() -> list[Rule]:
    """Return all rules in the order of their declaration."""
    return list(_registry.values())


def rule_of(name: str) -> Rule | None:
    return _registry.get(name)


def setup_for(data: Mapping[str, Any], year: int | None) -> Setup:
    """Build a year's setup from overrides: ``{"*": {"rules": {id: "off"|level}, "thresholds": {…}}, "2021": …}``.

    A year's own entries win over ``*``. Raises :class:`BadSetup` naming the first entry that is not understood.
    """
    levels: dict[str, str] = {}
    thresholds: dict[str, Decimal] = {}
    for key in ("*", str(year or "")):
        part = data.get(key) or {}
        if not isinstance(part, Mapping):
            raise BadSetup(f"{key} 的设置应为对象")
        for name, level in (part.get("rules") or {}).items():
            levels[name] = _level(name, level)
        for name, value in (part.get("thresholds") or {}).items():
            thresholds[name] = _number(name, value)
    return Setup(levels, thresholds)


def _level(name: str, level: Any) -> str:
    rule = rule_of(name)
    if rule is None:
        raise BadSetup(f"没有规则“{name}”")
    if level is False:
        return OFF
    if level is True:
        return rule.level
    if level != OFF and level not in LEVELS:
        raise BadSetup(f"规则“{rule.title}”的级别“{level}”不认识，应为 {'、'.join((*LEVELS, OFF))}")
    if level == BLOCK and not rule.source.checked:
        raise BadSetup(f"规则“{rule.title}”没有核对过的正式出处，不能设为“须修改”")
    return str(level)


def _number(name: str, value: Any) -> Decimal:
    if name not in THRESHOLDS:
        raise BadSetup(f"没有阈值“{name}”")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadSetup(f"阈值“{name}”应为数字：{value}") from None
    if not number.is_finite() or number < 0:
        raise BadSetup(f"阈值“{name}”应为不小于零的数字：{value}")
    return number


def broken(rule: Rule, error: Exception, label: str) -> Finding:
    """What is reported instead of a rule that raised."""
    text = f"规则“{rule.title}”运行出错，这一项没有检查（{type(error).__name__}）"
    return Finding(WARN, BROKEN, text, table=label, cell=rule.id)


def collect(rule: Rule, found: list[T], hits: Iterable[T], blame: Callable[[Exception], T]) -> None:
    """Add ``hits`` to ``found``; when the rule raises, what it gave before that and one that says so."""
    try:
        found.extend(hits)
    except Exception as error:  # the promise of this module: a broken rule breaks nothing else
        logger.exception("rule %s raised", rule.id)
        found.append(blame(error))
