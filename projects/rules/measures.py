"""Does a value fit its name: rates in percent, counts in pieces, a unit behind each number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators import units
from indicators.targets import Kind
from projects.findings import BLOCK, INFO, WARN
from projects.rules import words
from projects.rules.case import NUMERIC, Case, Row
from projects.rules.engine import MOF_101, PRACTICE, Hit, Rule
from projects.rules.samples import row

_UNITS = {
    "人数": "人",
    "人员数量": "人",
    "员数量": "人",
    "人次": "人次",
    "次数": "次",
    "户数": "户",
    "场数": "场",
    "场次": "场次",
    "个数": "个",
    "件数": "件",
    "天数": "天",
    "台数": "台",
    "套数": "套",
    "篇数": "篇",
    "册数": "册",
}


_MOST = 500
"""What passes 100 % rightly (负债率, 完成率) still has a bound that only a slip passes."""
_PERCENT_FRIENDLY = frozenset(["%", "‰", "‱", "百分点", "个百分点", "分", "倍", "折", "成", "星", "级"])


def _rate_unit(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not words.is_rate(row.name) or not target.single or not target.unit:
        return
    if target.base_unit in _PERCENT_FRIENDLY or "/" in target.unit or words.OTHER_BASE.search(row.name):
        return
    yield row.hit(unit=target.unit)


def _rate_bare(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not words.is_rate(row.name) or not target.single or target.unit or row.item.unit.strip() in ("%", "百分比"):
        return
    if words.OTHER_BASE.search(row.name):
        return
    quantity = target.quantity
    if not quantity or quantity < 0:  # 0 needs no sign
        return
    if quantity > 100:
        if not words.BEYOND.search(row.name) and not words.GROWTH.search(row.name):
            yield row.hit(meant="百分比")
        return
    meant = quantity * 100 if quantity <= 1 else quantity
    text = f"{target.operator}{meant.normalize():f}%"
    yield row.hit(meant=text, remedy=(row.put("value", text),))


def _rate_range(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if not words.is_rate(row.name) or target.unit != "%" or words.GROWTH.search(row.name):
        return
    most = _MOST if words.BEYOND.search(row.name) else 100
    figures = [figure for figure in (target.quantity, target.upper) if figure is not None]
    if any(not 0 <= figure <= most for figure in figures):
        yield row.hit()


def _rate_over(row: Row, case: Case) -> Iterator[Hit]:
    percent = row.percent
    if percent is None or words.is_count(row.name) or words.GROWTH.search(row.subject):
        return
    if words.BEYOND.search(row.name) or row.group == "satisfaction":  # see satisfaction-full
        return
    if (row.target.operator == "≥" and percent == 100) or (row.target.operator == ">" and percent >= 100):
        yield row.hit(remedy=(row.put("value", "100%"),))


def _count_percent(row: Row, case: Case) -> Iterator[Hit]:
    if not words.is_count(row.name) or row.target.unit not in ("%", "‰") or row.target.kind not in NUMERIC:
        return
    if words.GROWTH.search(row.name) or re.search("增|减|升|降|超", row.target.text):
        return
    yield row.hit()


def _quantity_rate(row: Row, case: Case) -> Iterator[Hit]:
    if row.category == "output.quantity" and row.percent is not None and not words.is_count(row.name):
        yield row.hit("name")


def _quality_count(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if row.category != "output.quality" or not target.single or target.kind != Kind.NUMBER:
        return
    if words.is_rate(row.name) or words.is_count(row.name) or words.is_reverse(row.name):
        return
    if target.operator in ("≤", "<") or not target.quantity or words.GROWTH.search(row.name):
        return
    if words.DIMENSIONLESS.search(words.bare(row.name)):
        return
    if not target.unit or units.family(target.unit) in ("count", "event", "person"):
        yield row.hit()


def _unit_missing(row: Row, case: Case) -> Iterator[Hit]:
    target = row.target
    if target.kind != Kind.NUMBER or not target.single or target.unit or row.item.unit.strip():
        return
    if not target.quantity or words.is_rate(row.name) or re.search(r"[（(][^（()）]{1,6}[）)]$", row.name):
        return
    if row.category == "output.timeliness" and 40_000 <= target.quantity < 50_000:  # a day: see serial-date
        return
    if words.DIMENSIONLESS.search(words.bare(row.name)) or any(_quality_count(row, case)):
        return
    unit = next((unit for end, unit in _UNITS.items() if words.bare(row.name).endswith(end)), "")
    remedy = (row.put("value", f"{row.target.text.strip()}{unit}"),) if unit else ()
    yield row.hit(remedy=remedy)


RULES = (
    Rule(
        "rate-unit",
        "比率用人数等单位表示",
        BLOCK,
        "row",
        "indicators",
        "比率类指标（率、比例、满意度）的指标值是否以百分比表示？",
        MOF_101,
        "“{name}”是比率，指标值却写成“{value}”，应为百分比",
        _rate_unit,
        wrong=(row("优抚对象补助发放准确率", "7人"), row("补助落实率", "16人")),
        right=(
            row("优抚对象补助发放准确率", "100%"),
            row("服务对象满意度", "≥95分", "satisfaction.beneficiaries"),
            row("管网事故率", "≤0.5次/公里"),
        ),
    ),
    Rule(
        "rate-bare",
        "比率没有百分号",
        WARN,
        "row",
        "indicators",
        "比率类指标的数字后面有没有百分号？（1 常常是 100% 的意思）",
        MOF_101,
        "“{name}”是比率，“{value}”没有百分号，应为“{meant}”",
        _rate_bare,
        wrong=(row("培训合格率", "≥95"), row("项目验收合格率", "1"), row("项目验收合格率", "950")),
        right=(
            row("培训合格率", "≥95%"),
            row("提高工作效率", "1"),
            row("试卷差错率", "0"),
            row("万车死亡率", "≤1.5", "outcome.social"),
        ),
    ),
    Rule(
        "rate-range",
        "比率超出 0–100%",
        BLOCK,
        "row",
        "indicators",
        "比率是否在 0% 与 100% 之间？（增长率、收益率等除外）",
        MOF_101,
        "“{name}”的指标值“{value}”不在 0% 与 100% 之间",
        _rate_range,
        wrong=(row("设备完好率", "950%"),),
        right=(
            row("设备完好率", "95%"),
            row("亩均收入增长率", "≥120%", "outcome.economic"),
            row("综合债务率", "≤120%", "outcome.economic"),
        ),
    ),
    Rule(
        "rate-over",
        "“≥100%”",
        INFO,
        "row",
        "indicators",
        "已到上限的百分比前面是否还写着“≥”？",
        PRACTICE,
        "“{name}”写成“{value}”，比率不会超过 100%，写“100%”即可",
        _rate_over,
        wrong=(row("义务兵人数覆盖率", "≥100%", "output.quantity"),),
        right=(
            row("义务兵人数覆盖率", "100%", "output.quantity"),
            row("营业收入增长率", "≥100%", "outcome.economic"),
            row("年度投资完成率", "≥100%", "output.timeliness"),
        ),
    ),
    Rule(
        "count-percent",
        "数量用百分比表示",
        BLOCK,
        "row",
        "indicators",
        "人数、次数、数量的指标值是否为绝对数？",
        MOF_101,
        "“{name}”是数量，指标值却是“{value}”；请填绝对数，或把名称改为比率",
        _count_percent,
        wrong=(
            row("抚恤补助发放人数", "100%", "output.quantity"),
            row("义务兵人数", "100%", "output.quantity", description="义务兵人数覆盖率"),
        ),
        right=(
            row("抚恤补助发放人数", "10人", "output.quantity"),
            row("义务兵人数覆盖率", "100%", "output.quantity"),
            row("参观人数", "比上年增长5%", "outcome.social"),
        ),
    ),
    Rule(
        "quantity-rate",
        "数量指标写成比率",
        INFO,
        "row",
        "indicators",
        "数量指标是否说明提供多少产品和服务，而不是比率？",
        MOF_101,
        "数量指标“{name}”以比率“{value}”表示，宜改为人数、次数等绝对数，比率放在质量指标",
        _quantity_rate,
        wrong=(row("帮扶率", "100%", "output.quantity"),),
        right=(row("帮扶人数", "30人", "output.quantity"), row("帮扶率", "100%", "output.quality")),
    ),
    Rule(
        "quality-count",
        "质量指标写成数量",
        WARN,
        "row",
        "indicators",
        "质量指标是否说明达到的标准，而不是件数？",
        MOF_101,
        "质量指标“{name}”的指标值“{value}”是数量，请移到数量指标，或写合格率、达标率",
        _quality_count,
        wrong=(row("外业设备采购", "1"), row("宣传手册", "500册")),
        right=(
            row("外业设备验收合格率", "100%"),
            row("安全事故次数", "0次"),
            row("泄密事件", "0起"),
            row("耕地质量等级提升", "0.5个等级"),
            row("宣传手册", "500册", "output.quantity"),
        ),
    ),
    Rule(
        "unit-missing",
        "数字没有单位",
        WARN,
        "row",
        "indicators",
        "指标值的数字后面有没有计量单位？",
        MOF_101,
        "“{name}”的指标值“{value}”没有计量单位",
        _unit_missing,
        wrong=(row("采集员数量", "153", "output.quantity"), row("培训活动", "2", "output.quantity")),
        right=(
            row("采集员数量", "153人", "output.quantity"),
            row("造林面积（亩）", "300", "output.quantity"),
            row("培训活动", "2", "output.quantity", unit="场"),
            row("灌溉水有效利用系数", "≥0.58", "outcome.economic"),
        ),
    ),
)
