"""Does the sign and size of a figure make sense: which way is better, below nothing, half a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators import units
from indicators.targets import Kind
from projects.findings import WARN
from projects.rules import words
from projects.rules.case import COST, NUMERIC, Case, Row
from projects.rules.engine import PRACTICE, Hit, Rule
from projects.rules.samples import row

_UP, _DOWN = {"≥": "≤", ">": "<"}, {"≤": "≥", "<": ">"}
_MEAN = re.compile("均|每|比|率|系数|指数")


def _turned(row: Row, signs: dict[str, str]) -> Hit:
    target = row.target
    text = f"{signs[target.operator]}{target.quantity:f}{target.unit}"
    return row.hit(remedy=(row.put("value", text),))


def _less_is_better(row: Row) -> bool:
    family = units.family(row.target.unit)
    if family == "time" and words.WAITING.search(words.bare(row.name)):
        return True
    if family == "money" and row.category in COST and words.SPENT.search(words.bare(row.name)):
        return True
    return words.is_reverse(row.name)


def _reverse_sign(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if target.operator in ("", "=") and row.percent == 100 and words.is_rate(row.name) and words.is_reverse(row.name):
        yield row.hit()  # 事故率 100%
        return
    if target.operator in _UP and target.quantity and target.kind in NUMERIC and _less_is_better(row):
        yield _turned(row, _UP)


def _forward_sign(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if target.operator in _DOWN and target.single and target.unit in ("%", "分") and words.is_forward(row.name):
        yield _turned(row, _DOWN)


def _zero(row: Row, case: Case) -> Iterator[Hit]:
    """≥0人 is reached whatever is done; 培训人数 0人 asks for nothing."""
    target = row.target
    if not target.single or target.quantity != 0 or words.GROWTH.search(row.subject):
        return
    if row.category in COST and words.SPENT.search(words.bare(row.name)) and target.operator in ("", "="):
        yield row.hit()
        return
    welcome = words.is_reverse(row.name) or words.EVENT.search(row.name)
    asked_nothing = row.category == "output.quantity" and target.operator in ("", "=") and not welcome
    if target.operator == "≥" or asked_nothing:
        yield row.hit()


_COUNTED = ("time", "person", "event", "count", "money", "area", "length", "volume", "mass", "percent")


def _negative(row: Row, case: Case) -> Iterator[Hit]:
    quantity = row.target.quantity
    if quantity is None or quantity >= 0 or words.GROWTH.search(f"{row.subject} {row.target.text}"):
        return
    if not row.target.unit or units.family(row.target.unit) in _COUNTED:
        yield row.hit()


def _fraction(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not target.single or target.kind != Kind.NUMBER or target.quantity is None or _MEAN.search(row.name):
        return
    scale, base = units.split_scale(target.unit)
    whole = target.quantity == target.quantity.to_integral_value()
    if scale == 1 and not whole and units.FAMILIES.get(base) in ("person", "event"):
        yield row.hit()


_MEASURES = ("person", "event", "count", "area", "length", "volume", "mass", "money", "time", "percent")
# what a name measures, and the units that cannot be its own
_QUANTITIES: tuple[tuple[re.Pattern[str], frozenset[str], str], ...] = tuple(
    (re.compile(ends), frozenset(_MEASURES) - {*own, "" if what == "时间" else "percent"}, what)
    for ends, own, what in (
        ("人(?:员)?(?:总)?(?:数|数量)$", ("person", "count"), "人数"),
        ("(?:次数|频次|场次|场数|期数)$", ("event", "count"), "次数"),
        ("面积$", ("area",), "面积"),
        ("(?:里程|长度)$", ("length",), "长度"),
        ("天数$", ("time",), "天数"),
        ("(?:时间|时限|时长|工期)$", ("time",), "时间"),
        ("(?:金额|总额|产值|投资额|(?<!人均)收入)$", ("money",), "金额"),
    )
)


def _unit_kind(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not target.single or not target.unit or target.kind != Kind.NUMBER:
        return
    family, name = units.family(target.unit), words.bare(row.name)
    for pattern, foreign, what in _QUANTITIES:
        if pattern.search(name):
            if family in foreign and not units.split_scale(target.unit)[1].startswith(("人次", "批次")):
                yield row.hit(what=what, unit=target.unit)
            return


RULES = (
    Rule(
        "reverse-sign",
        "越低越好的指标用“≥”",
        WARN,
        "row",
        "indicators",
        "投诉、差错、成本、等候时间等越低越好的指标，方向是否写反？",
        PRACTICE,
        "“{name}”越低越好，“{value}”方向相反",
        _reverse_sign,
        wrong=(
            row("人口信息未注销率", "≥3%"),
            row("工作人员投诉次数", "≥1次", "satisfaction.beneficiaries"),
            row("安全事故率", "100%"),
            row("项目总成本", "≥8万元", "output.cost"),
            row("故障响应时间", "≥2小时", "output.timeliness"),
        ),
        right=(
            row("人口信息未注销率", "低于3%"),
            row("投诉处理率", "≥95%"),
            row("二氧化硫排放量削减", "≥120吨", "outcome.ecological"),
            row("水土流失治理面积", "≥8平方公里", "outcome.ecological"),
            row("每周开放时间", "≥56小时", "output.quantity"),
        ),
    ),
    Rule(
        "forward-sign",
        "越高越好的指标用“≤”",
        WARN,
        "row",
        "indicators",
        "合格率、满意度、覆盖率等越高越好的指标，方向是否写反？",
        PRACTICE,
        "“{name}”越高越好，“{value}”方向相反",
        _forward_sign,
        wrong=(row("群众满意度", "≤95%", "satisfaction.beneficiaries"), row("工程验收合格率", "低于90%")),
        right=(row("群众满意度", "≥95%", "satisfaction.beneficiaries"), row("产品不合格率", "≤2%")),
    ),
    Rule(
        "zero-value",
        "指标值为 0",
        WARN,
        "row",
        "indicators",
        "数量是不是写成了 0，或者“≥0”这样怎么做都能达到的值？",
        PRACTICE,
        "“{name}”的指标值“{value}”不用做什么就能达到",
        _zero,
        wrong=(row("培训人数", "0人", "output.quantity"), row("学生满意度", "≥0%", "satisfaction.beneficiaries")),
        right=(row("培训人数", "30人", "output.quantity"), row("安全事故起数", "0起", "output.quantity")),
    ),
    Rule(
        "negative-value",
        "指标值为负数",
        WARN,
        "row",
        "indicators",
        "人数、金额、面积等是不是写成了负数？（增长、下降类除外）",
        PRACTICE,
        "“{name}”的指标值“{value}”是负数，请核对",
        _negative,
        wrong=(row("项目总成本", "-5万元", "output.cost"),),
        right=(row("用电量增长率", "-5%", "outcome.ecological"), row("冷库温度", "-18℃")),
    ),
    Rule(
        "fraction",
        "人数、次数有小数",
        WARN,
        "row",
        "indicators",
        "人数、次数是不是整数？（平均数除外）",
        PRACTICE,
        "“{name}”的指标值“{value}”不是整数，请核对",
        _fraction,
        wrong=(row("培训人数", "12.5人", "output.quantity"),),
        right=(row("服务人次", "1.2万人次", "output.quantity"), row("户均就业人数", "1.5人", "outcome.social")),
    ),
    Rule(
        "unit-kind",
        "计量单位与指标不配",
        WARN,
        "row",
        "indicators",
        "面积用面积单位、人数用人、时间用时间单位，计量单位是否相配？",
        PRACTICE,
        "“{name}”说的是{what}，指标值的单位却是“{unit}”",
        _unit_kind,
        wrong=(
            row("绿化面积", "500公里", "output.quantity"),
            row("培训人数", "30场", "output.quantity"),
            row("故障修复时间", "95%", "output.timeliness"),
        ),
        right=(
            row("绿化面积", "500亩", "output.quantity"),
            row("培训人数", "1.2万人次", "output.quantity"),
            row("巡查次数", "2次/周", "output.quantity"),
            row("故障修复时间", "≤4小时", "output.timeliness"),
        ),
    ),
)
