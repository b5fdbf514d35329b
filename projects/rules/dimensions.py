"""The review sheet of 财预〔2015〕88号: four dimensions, eight items, and a draft of it made from findings. Pure.

A machine sees what stands in the form. Whether a goal fits the department's duties or the plan can be carried out, it
cannot see; such an item gets no grade but a sentence that says what is left to the reviewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from projects.findings import BLOCK, INFO, WARN
from projects.rules.engine import rule_of

SHEET = "财预〔2015〕88号"
GRADES = ("优", "良", "中", "差")
EXCELLENT, GOOD, FAIR, POOR = GRADES
# Warnings in one item from which it is 中 instead of 良, blocking ones from which it is 差 instead of 中.
MANY_WARNINGS = 6
MANY_BLOCKING = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One of the eight items (审核要点). ``machine``: findings alone allow a grade; ``left`` is the reviewer's part."""

    key: str
    dimension: str
    dimension_name: str
    name: str
    question: str
    left: str
    machine: bool


ITEMS: tuple[Item, ...] = (
    Item(
        "form", "completeness", "完整性", "规范完整性",
        "表格填写是否完整、规范，有无缺项、错项？",
        "附件、签章和表外说明是否齐全，由审核人核对",
        True,
    ),
    Item(
        "clarity", "completeness", "完整性", "明确清晰性",
        "绩效目标是否明确、清晰，能否反映项目的主要工作？",
        "目标是否说出了项目的主要工作，由审核人判断",
        False,
    ),
    Item(
        "goals", "relevance", "相关性", "目标相关性",
        "绩效目标是否符合法律法规、规划和部门职责，是否有充分的依据？",
        "目标与法规、规划、部门职责是否相符，由审核人判断",
        False,
    ),
    Item(
        "indicators", "relevance", "相关性", "指标科学性",
        "绩效指标是否全面反映绩效目标，是否选取了最关键的，是否细化、量化、可衡量？",
        "指标是否抓住了关键、能否取得数据，由审核人判断",
        True,
    ),
    Item(
        "results", "appropriateness", "适当性", "绩效合理性",
        "预期绩效是否显著，与同类项目、历史水平相比是否合适？",
        "绩效是否显著、与同类项目相比是否合适，由审核人判断",
        False,
    ),
    Item(
        "funding", "appropriateness", "适当性", "资金匹配性",
        "绩效目标与资金规模是否相称，资金构成和测算是否正确？",
        "支出标准是否合理、绩效与资金是否相称，由审核人判断",
        False,
    ),
    Item(
        "likelihood", "feasibility", "可行性", "实现可能性",
        "绩效目标是否经过论证和测算，在期限内能否实现？",
        "目标是否经过论证、期限内能否实现，由审核人判断",
        False,
    ),
    Item(
        "conditions", "feasibility", "可行性", "条件充分性",
        "实施方案、人员、制度等条件是否具备？",
        "绩效目标表里没有实施方案和制度，机器不能判断，由审核人判断",
        False,
    ),
)  # fmt: skip
ITEM_KEYS = tuple(item.key for item in ITEMS)
_BY_KEY = {item.key: item for item in ITEMS}
DEFAULT_ITEM = "form"


def item_of(key: str) -> Item:
    """Return an item by its key. Raises ``KeyError``."""
    return _BY_KEY[key]


def item_key(code: str) -> str:
    """Return the item that findings of rule ``code`` belong to; what no rule claims is about the form."""
    rule = rule_of(code)
    return rule.item if rule else DEFAULT_ITEM


class Found(Protocol):
    """What a draft needs of a finding, fresh or stored."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...


F = TypeVar("F", bound=Found)


@dataclass(frozen=True, slots=True)
class ItemDraft(Generic[F]):
    """One item prepared: its findings, the proposed grade (``None``: the machine cannot tell) and why."""

    item: Item
    findings: tuple[F, ...]
    grade: str | None
    note: str


def draft(findings: Iterable[F], *, item_for: Callable[[str], str] = item_key) -> list[ItemDraft[F]]:
    """Sort the findings of one table under the eight items (all eight, in their order) and propose grades."""
    sorted_: dict[str, list[F]] = {key: [] for key in ITEM_KEYS}
    for finding in findings:
        sorted_[item_for(finding.code)].append(finding)
    return [_item_draft(item, tuple(sorted_[item.key])) for item in ITEMS]


def _item_draft(item: Item, findings: tuple[F, ...]) -> ItemDraft[F]:
    counts = {level: sum(finding.level == level for finding in findings) for level in (BLOCK, WARN, INFO)}
    told = "、".join(f"{name} {counts[level]} 项" for level, name in _COUNTED if counts[level])
    if counts[BLOCK]:
        grade: str | None = POOR if counts[BLOCK] >= MANY_BLOCKING else FAIR
    elif counts[WARN]:
        grade = FAIR if counts[WARN] >= MANY_WARNINGS else GOOD
    else:
        grade = EXCELLENT if item.machine else None
    seen = f"机器检查：{told}" if told else "机器检查没有发现问题"
    return ItemDraft(item, findings, grade, f"{seen}；{item.left}。")


_COUNTED = ((BLOCK, "须修改"), (WARN, "提醒"), (INFO, "说明"))


def overall(drafts: Iterable[ItemDraft[F]]) -> tuple[str | None, str]:
    """Return the grade the machine proposes for the whole, and why: the worst of its items, never better than 良.

    优 needs a person's word on the items a machine cannot judge; while one of those is open and nothing was found,
    there is no proposal.
    """
    drafts = list(drafts)
    grades = [item.grade for item in drafts if item.grade is not None]
    left = [item.item.name for item in drafts if item.grade is None]
    worst = max(grades, key=GRADES.index, default=EXCELLENT)
    rest = f"{'、'.join(left)}由审核人判断" if left else ""
    if worst == EXCELLENT:
        return (None, f"机器检查没有需要修改的问题；{rest}后再定总评。") if left else (EXCELLENT, "各项均为优。")
    names = "、".join(item.item.name for item in drafts if item.grade == worst)
    return worst, f"{names}为“{worst}”，总评暂定不高于“{worst}”" + (f"；{rest}。" if rest else "。")
