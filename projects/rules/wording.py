"""Does a value say anything that can be checked later."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.targets import Kind
from projects.findings import BLOCK, INFO, WARN
from projects.rules import words
from projects.rules.case import COST, NOT_APPLICABLE, NUMERIC, Case, Row
from projects.rules.engine import MOF_88, MOF_101, PRACTICE, Hit, Rule
from projects.rules.samples import indicator, row, rows

_WORDED = (Kind.TEXT, Kind.GRADED)


_NUMERALS = re.compile(r"[0-9ⅠⅡⅢⅣⅤⅥA-Z零一二两三四五六七八九十百千万]")


_FEELING = re.compile("[得福全属誉]感|意识|氛围|形象|稳定|和谐")  # no share of it can be counted
_ROUND = re.compile(  # 日产日清, 随报随修, 达到省级标准
    r"([日月周天即])[一-龥]\1[一-龥]|随[一-龥]{1,2}随[一-龥]{1,2}|不间断|全天候|[按逐每][日周月季年].{0,6}|当[日天][一-龥]{1,4}|达到.{1,10}(?:标准|等级|水平|要求)|通过.{0,6}(?:验收|评审|审核|认证|鉴定|检查|测评)"
)
_OWN_RATE = re.compile(r"率|比例|比重|占比|完成度|满意度")


def _yes_no(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind == Kind.YES_NO:
        yield row.hit()


def _unit_only(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind == Kind.UNIT_ONLY:
        yield row.hit()


def _repeats(row: Row) -> bool:
    value = words.plain(row.target.text)
    if len(value) >= 2 and value == words.plain(row.name):
        return True
    return len(value) >= 4 and value == words.plain(row.description)


def _value_repeats(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind in (*_WORDED, Kind.LIMIT) and _repeats(row):
        yield row.hit()


def _foreign(row: Row, case: Case) -> Row | None:
    """Return the row whose name stands in this row's value."""
    value = words.plain(row.target.text)
    if len(value) < 6 or row.target.kind not in _WORDED or _repeats(row):
        return None
    return next((other for other in case.rows if other.rows == row.rows and words.plain(other.name) == value), None)


def _value_foreign(row: Row, case: Case) -> Iterator[Hit]:
    if (other := _foreign(row, case)) is not None:
        yield row.hit(other=other.number)


def _is_vague(row: Row) -> bool:
    value = words.plain(row.target.text)
    if not value or row.target.kind not in _WORDED:
        return False
    hoped = words.HOPE.fullmatch(value) is not None and not words.MARK.search(value)
    return hoped or words.VAGUE.fullmatch(value) is not None


def _vague(row: Row, case: Case) -> Iterator[Hit]:
    if _is_vague(row) and not _repeats(row) and row.category not in COST:  # of costs: see cost-no-amount
        yield row.hit()


def _words_value(row: Row, case: Case) -> Iterator[Hit]:
    text = row.target.text
    if row.target.kind != Kind.TEXT or row.category in COST or _is_vague(row) or _repeats(row):
        return
    if _NUMERALS.search(text) or _ROUND.search(text):
        return
    if row.category != "output.quantity" and _foreign(row, case) is None:
        yield row.hit()


def _quantity_words(row: Row, case: Case) -> Iterator[Hit]:
    if row.category != "output.quantity" or row.target.kind not in (*_WORDED, Kind.LIMIT):
        return
    if _is_vague(row) or _repeats(row) or re.search("[0-9]", row.target.text):  # 1:3, 7×24小时 have a figure
        return
    if _foreign(row, case) is None:
        yield row.hit()


def _several(row: Row, case: Case) -> Iterator[Hit]:
    parts = [part for part in row.target.parts if part.kind in NUMERIC]
    if row.target.kind == Kind.SEVERAL and len(parts) > 1:
        yield row.hit(count=len(parts))


def _range_bound(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind == Kind.RANGE and row.target.operator in ("≥", "≤", ">", "<"):
        yield row.hit()


def _none(row: Row, case: Case) -> Iterator[Hit]:
    """A named indicator whose value is 无; 不适用 is no slip where a category may be without indicators."""
    if row.target.kind != Kind.NOT_APPLICABLE or not row.name or words.CATEGORY_NAME.fullmatch(words.bare(row.name)):
        return
    written = words.plain(row.target.text)
    if written == NOT_APPLICABLE and row.group != "output":
        return
    if words.is_reverse(row.name) or words.EVENT.search(row.name):
        return
    yield row.hit(remedy=row.as_unused())


def _unreadable(row: Row, case: Case) -> Iterator[Hit]:
    if row.target.kind == Kind.UNREADABLE:
        yield row.hit()


def _percent_of_nothing(row: Row, case: Case) -> Iterator[Hit]:
    if row.group != "outcome" or row.percent is None or _OWN_RATE.search(row.target.text):
        return
    name, text = words.bare(row.name), f"{row.subject} {row.target.text}"
    if words.is_rate(name) or re.search(r"(?<!效)率|比例|比重|占比|指数|强度|覆盖|增|降|减", text):
        return
    if row.percent == 100 or _FEELING.search(name):
        yield row.hit()


RULES = (
    Rule(
        "yes-no",
        "指标值写“是/否”",
        BLOCK,
        "row",
        "indicators",
        "指标值是不是一个可以考核的值，而不是“是/否”？",
        MOF_101,
        "“{name}”的指标值是“{value}”，请写明要达到的数值或状态",
        _yes_no,
        wrong=(row("控制在年初预算内", "是/否", "output.cost"), row("是否提高工作效率", "是", "outcome.economic")),
        right=(row("项目总成本", "≤10万元", "output.cost"),),
    ),
    Rule(
        "unit-only",
        "指标值只有单位",
        BLOCK,
        "row",
        "form",
        "指标值是不是只写了“人”“%”而没有数字？",
        MOF_101,
        "“{name}”的指标值只有“{value}”，没有数字",
        _unit_only,
        wrong=(row("抚恤补助发放人数", "人", "output.quantity"), row("培训合格率", "≥%")),
        right=(row("抚恤补助发放人数", "10人", "output.quantity"),),
    ),
    Rule(
        "value-repeats",
        "指标值照抄指标",
        BLOCK,
        "row",
        "indicators",
        "指标值是不是把指标的名称又写了一遍？",
        MOF_101,
        "指标值与指标“{name}”的文字相同，没有说明要达到多少",
        _value_repeats,
        wrong=(row("辖区内享受待遇人员的获得感、幸福感", "辖区内享受待遇人员的获得感、幸福感", "outcome.social"),),
        right=(
            row("辖区内享受待遇人员的获得感", "较上年提高", "outcome.social"),
            row("2021年12月前完成", "2021年12月前完成", "output.timeliness"),
        ),
    ),
    Rule(
        "value-foreign",
        "指标值是另一条指标的文字",
        WARN,
        "row",
        "indicators",
        "指标值是不是从另一条指标错填过来的？",
        PRACTICE,
        "“{name}”的指标值“{value}”是第{other}行指标的名称，像是填错了位置",
        _value_foreign,
        wrong=(
            rows(
                "对象满意度：辖区内人员的获得感（上一条指标的名称）",
                indicator("辖区内人员的获得感", "提高", "outcome.social"),
                indicator("对象满意度", "辖区内人员的获得感", "satisfaction.beneficiaries"),
            ),
        ),
        right=(
            rows(
                "对象满意度：≥95%",
                indicator("辖区内人员的获得感", "提高", "outcome.social"),
                indicator("优抚对象满意度", "≥95%", "satisfaction.beneficiaries"),
            ),
        ),
    ),
    Rule(
        "vague-value",
        "指标值空泛",
        WARN,
        "row",
        "indicators",
        "能用数值或分级表述的，是不是只写了“进一步”“有效”“显著”一类的话？",
        MOF_88,
        "“{name}”的指标值“{value}”无法考核，请改为数值，或写明分级标准",
        _vague,
        wrong=(
            row("优抚对象生活情况", "有效改善", "outcome.social"),
            row("促进社会和谐", "效果显著", "outcome.social"),
            row("资金支出情况", "按要求支出", "outcome.economic"),
            row("信息采集及时性", "及时", "output.timeliness"),
            row("项目的社会影响", "促进社会和谐稳定", "outcome.social"),
            row("资料质量", "符合相关要求"),
        ),
        right=(
            row("优抚对象人均医疗自付比例", "≤10%", "outcome.social"),
            row("病险水库除险加固", "应修尽修", "outcome.social"),
            row("项目支出", "控制在预算内", "output.cost"),
            row("信访量", "低于上年", "outcome.social"),
        ),
    ),
    Rule(
        "words-value",
        "指标值不是目标值",
        WARN,
        "row",
        "indicators",
        "指标值是不是写成了文件名、计划名、地名等无法衡量的话？",
        MOF_88,
        "“{name}”的指标值“{value}”没有说明要达到什么程度",
        _words_value,
        wrong=(
            row("双拥氛围营造情况", "双拥慰问工作计划安排", "outcome.social"),
            row("系统正常运行范围", "某某区", "outcome.social"),
        ),
        right=(
            row("双拥慰问活动", "每年2次", "output.quantity"),
            row("系统正常运行率", "≥99%"),
            row("垃圾清运", "日产日清", "output.timeliness"),
            row("河道水质", "Ⅲ类及以上", "outcome.ecological"),
        ),
    ),
    Rule(
        "quantity-words",
        "数量指标没有数字",
        WARN,
        "row",
        "indicators",
        "数量指标有没有写出数量？",
        MOF_101,
        "数量指标“{name}”的指标值“{value}”没有数字，请写明人数、次数或件数",
        _quantity_words,
        wrong=(row("门诊补助发放人数", "覆盖全部优抚对象", "output.quantity"),),
        right=(
            row("门诊补助发放人数", "320人", "output.quantity"),
            row("督查检查", "每周2次", "output.quantity"),
            row("护理人员配置比例", "1:3", "output.quantity"),
        ),
    ),
    Rule(
        "several-values",
        "一格写了几个指标值",
        INFO,
        "row",
        "indicators",
        "一条指标是否只有一个指标值？",
        PRACTICE,
        "“{name}”一格里有 {count} 个目标值，宜拆成 {count} 条指标，便于逐条考核",
        _several,
        wrong=(row("人口信息采集", "采集率达97%以上，准确率达97%以上", "outcome.social"),),
        right=(row("人口信息采集率", "≥97%"), row("培训人数", "≥1,200人", "output.quantity")),
    ),
    Rule(
        "value-none",
        "有指标而指标值写“无”",
        WARN,
        "row",
        "indicators",
        "写了指标名称的，指标值是不是写了“无”“/”？",
        PRACTICE,
        "“{name}”的指标值是“{value}”：要考核就写明指标值，不要考核就整行写“不适用”",
        _none,
        wrong=(row("培训人数", "无", "output.quantity"), row("带动就业人数", "/", "outcome.social")),
        right=(
            row("不适用", "不适用", "outcome.ecological"),
            row("对环境的影响", "不适用", "outcome.ecological"),
            row("安全事故", "无"),
        ),
    ),
    Rule(
        "range-bound",
        "区间又加“以上”“以下”",
        WARN,
        "row",
        "indicators",
        "区间后面是否又写了“以上”“以下”，使界限不明？",
        PRACTICE,
        "“{name}”的指标值“{value}”既是区间又有上下限，考核时无法判断",
        _range_bound,
        wrong=(row("站点建设完成率", "完成70-80%以上"),),
        right=(row("站点建设完成率", "70-80%"), row("站点建设完成率", "≥80%")),
    ),
    Rule(
        "value-unreadable",
        "指标值不能识别",
        WARN,
        "row",
        "form",
        "指标值有没有笔误（9%0、2023年13月）？",
        PRACTICE,
        "“{name}”的指标值“{value}”不能识别，请核对",
        _unreadable,
        wrong=(row("培训合格率", "9%0"), row("完工时间", "2023年13月", "output.timeliness")),
        right=(row("培训合格率", "90%"),),
    ),
    Rule(
        "percent-of-nothing",
        "效益写 100% 而没有口径",
        WARN,
        "row",
        "indicators",
        "效益指标的百分比是否说得清是什么占什么？",
        PRACTICE,
        "“{name}”不是比率，“{value}”说不清是什么占什么，请改写指标名称或指标值",
        _percent_of_nothing,
        wrong=(
            row("辖区内人员的获得感、幸福感", "100%", "outcome.social"),
            row("提高工作效率", "100%", "outcome.economic"),
        ),
        right=(
            row("信访化解率", "100%", "outcome.social"),
            row("信息通报", "信息通报率达100%", "outcome.social"),
            row("研发投入强度", "≥2.5%", "outcome.economic"),
            row("吸毒人员数", "较上年下降10%", "outcome.social"),
        ),
    ),
)
