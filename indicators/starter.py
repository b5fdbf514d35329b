"""The starter set of the library: what is usable among the indicators of existing tables, cleaned. Pure.

A table says what one project did; a library says what can be measured. Kept is what names a measure (a rate, a number,
a time, a degree of satisfaction …) in the right category with a value of the right sort; a number of persons or things
belongs to its project, so only its unit is kept. Everything else is left out rather than mended.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from indicators.categories import NATIONAL
from indicators.targets import Kind, Target, format_target, parse
from indicators.units import FAMILIES

SHORTEST, LONGEST = 4, 20
RATE: Final = re.compile(r"(率|比例|占比|满意度|覆盖面|知晓度)$")
COUNT: Final = re.compile(
    r"(数|数量|人数|户数|次数|场次|批次|面积|套数|件数|份数|个数|期数|频次|规模|里程|长度|天数|总量|台数|金额)$"
)
TIME: Final = re.compile(r"(时间|及时性|时限|周期|(及时|按时|准时|按期|进度)\w*率)$")
MEASURE: Final = re.compile(
    rf"{RATE.pattern}|{COUNT.pattern}|{TIME.pattern}"
    r"|(成本|标准|准确性|规范性|完整性|稳定性|合格性|年限|可持续性|能力|水平|安全性|知晓度|单价|效率)$"
)
# Beginnings and words of a sentence, of debris, of a value that slipped into the name, of one project.
_NO_NAME: Final = re.compile(
    r"[0-9０-９≥≤＝=%％<>。；;！？?…“”《》]|XX|待填|null|不适用"
    r"|^(保障|保证|促进|提高|提升|确保|完成|控制|解决|加强|增强|有效|进一步|达到|及时|改善|维护|按|对|为|使|节约|长期|推动|支付|职离)"
    r"|(其他|项目名称|本项目|我局|我区|我市|年初|预算内|辖区内享受待遇人员|完成完成)"
)
_DEBRIS: Final = re.compile(r"XX|待填|null|[<>?？]|不适用")
_VAGUE: Final = re.compile(r"进一步|得到|显著|按要求")
_INPUT: Final = re.compile(r"费使用率|资金(使用|支付|到位|执行|拨付)|支付率|支付及时|预算执行|发放次数|支付次数")
_NATURE: Final = re.compile(r"环境|生态|绿|污染|垃圾|排放|节能|能耗|节水|植被|水质|空气")
_REVERSE: Final = re.compile(r"投诉|差错|事故|违规|超支|未注销|流失|逾期|成本")
_GENERAL_BASIS: Final = re.compile(r"[《〔]|标准|规定|办法|条例|通知|文件")
SECTORS: Final = (
    ("退役军人事务", re.compile(r"优抚|优待|退役|军|双拥|义务兵|涉核|烈士|抚恤|自主就业|现役|参战|复员|休养")),
    ("社区治理", re.compile(r"网格|社区|实有|采集|隐患|巡查|信息员")),
)
_SIGNS: Final = {"≥": "≥", "≤": "≤", "=": "=", ">": ">", "<": "<"}


@dataclass(frozen=True, slots=True)
class Written:
    """One indicator as a table has it; ``sector`` is what the table's department or project is about, in any words."""

    category: str
    name: str
    value: str = ""
    unit: str = ""
    basis: str = ""
    description: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Starter:
    """One entry of the starter set, its fields named as in the library; ``tables`` counts the rows it was made from."""

    category: str
    name: str
    explanation: str = ""
    basis_type: str = ""
    basis: str = ""
    direction: str = ""
    sign: str = ""
    unit: str = ""
    value: str = ""
    sector: str = ""

    def to_dict(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value}


def starter_set(rows: Iterable[Written]) -> list[Starter]:
    """Return the usable indicators of ``rows``, each once, in the order of the national categories and by name."""
    grouped: dict[tuple[str, str], list[Written]] = defaultdict(list)
    for row in rows:
        if usable(row):
            grouped[row.category, _plain(row.name)].append(row)
    made = [_made(category, name, listed) for (category, name), listed in grouped.items()]
    order = list(NATIONAL)
    return sorted(made, key=lambda one: (order.index(one.category), one.name))


def usable(row: Written) -> bool:
    """Whether a row names a measure, stands in a fitting category and has a value of the right sort."""
    name = _plain(row.name)
    if row.category not in NATIONAL or not SHORTEST <= len(name) <= LONGEST or _NO_NAME.search(row.name):
        return False
    if not MEASURE.search(name) or _INPUT.search(name) or name == _plain(row.value):
        return False
    return _in_place(row.category, name) and _value_fits(row, name)


def _in_place(category: str, name: str) -> bool:
    satisfaction = "满意" in name
    if satisfaction != (category == "satisfaction.beneficiaries"):
        return False
    if category == "outcome.ecological":
        return bool(_NATURE.search(name))
    if category == "output.quantity":
        return bool(COUNT.search(name))
    if category == "output.timeliness":
        return bool(TIME.search(name))
    if category in ("output.cost", "cost.economic"):
        return bool(re.search(r"成本|标准|单价", name))
    return not COUNT.search(name)


def _value_fits(row: Written, name: str) -> bool:
    target = _target(row)
    if _all_satisfied(row, target) or _VAGUE.search(row.value):
        return False
    if name.endswith("性"):
        return target.kind == Kind.GRADED
    if RATE.search(name):
        return target.kind == Kind.NUMBER and target.base_unit in ("%", "％") and 0 <= (target.scaled or 0) <= 100
    if COUNT.search(name):
        return target.kind in (Kind.NUMBER, Kind.RANGE, Kind.FREQUENCY) and FAMILIES.get(target.base_unit) not in (
            None,
            "percent",
        )
    if row.category == "output.timeliness":
        return target.kind in (Kind.DATE, Kind.PERIOD, Kind.FREQUENCY, Kind.GRADED)
    return target.kind in (Kind.NUMBER, Kind.GRADED, Kind.LIMIT, Kind.PERIOD)


def _all_satisfied(row: Written, target: Target) -> bool:
    """Everybody satisfied: nobody measures that."""
    return row.category == "satisfaction.beneficiaries" and target.scaled == 100


def _target(row: Written) -> Target:
    target = parse(row.value)
    if target.kind == Kind.NUMBER and not target.unit and row.unit:
        return parse(row.value + row.unit)
    return target


def _made(category: str, name: str, rows: list[Written]) -> Starter:
    targets = [(_target(row), row) for row in rows]
    of_project = bool(COUNT.search(name)) or any(target.when for target, _row in targets)
    value = "" if of_project else _most(format_target(target) for target, _row in targets)
    chosen = next((target for target, _row in targets if format_target(target) == value), targets[0][0])
    # A bare 100% can only mean all of it; another bare number does not say which side is good.
    sign = _SIGNS.get(chosen.operator, "=" if chosen.scaled == 100 else "")
    if of_project:
        sign = ""
    if chosen.kind in (Kind.GRADED, Kind.LIMIT):
        sign = "定性"
    basis = _most(row.basis for row in rows if _GENERAL_BASIS.search(row.basis) and len(row.basis) <= 60)
    told = (row.description.strip() for row in rows if not _DEBRIS.search(row.description))
    # Descriptions of satisfaction were copied from table to table: kept where they name the very group.
    fits = name if category.startswith("satisfaction") else ""
    explanation = _most(text for text in told if 6 <= len(text) <= 80 and _plain(text) != name and fits in text)
    return Starter(
        category=category,
        name=name,
        explanation=explanation,
        basis=basis,
        direction="reverse" if _REVERSE.search(name) else "positive",
        sign=sign,
        unit=chosen.unit if chosen.kind in (Kind.NUMBER, Kind.RANGE, Kind.FREQUENCY) else "",
        value=value,
        sector=next((word for word, pattern in SECTORS if pattern.search(name)), ""),
    )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _most(texts: Iterable[str]) -> str:
    """The most frequent text that is not blank; of several the shortest, then the first by its letters."""
    counted = Counter(text for text in texts if text)
    return min(counted, key=lambda text: (-counted[text], len(text), text), default="")
