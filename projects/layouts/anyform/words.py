"""What a label means, by exact words first (``meaning.toml``), by what it is made of after that.

A label that matches only by what it is made of is less sure; one that matches nothing stays a label without a field.
"""

# ruff: noqa: E501  a pattern is easier to check in one line

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from projects.layouts.anyform.money import Money, money_of
from projects.layouts.bound import GUESS, SYNONYM
from projects.layouts.labels import norm

_MEANING = Path(__file__).parent.parent / "meaning.toml"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field, or ``money`` whose field the whole form decides. ``rank``: the lower wins where several claim it.

    ``group``: words like 金额 or 名称 that mean something only below a label that spans them.
    """

    path: str
    sure: float
    how: str = SYNONYM
    money: Money | None = None
    rank: int = 0
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of ``meaning.toml`` by bare label."""

    labels: dict[str, str]
    second: dict[str, str]
    columns: dict[str, str]


@cache
def words() -> Words:
    with _MEANING.open("rb") as stream:
        data = tomllib.load(stream)
    labels = {norm(word): path for path, listed in data["labels"].items() for word in listed}
    columns = {norm(word): path for path, listed in data["columns"].items() for word in listed}
    return Words(labels, data["second"], columns)


# Whose money it is: the local department in charge before the budget unit, both before who does the work.
_DEPARTMENTS = (
    (
        0,
        re.compile(
            r"((省|市|区|县|州|自治区|旗|本|地方)级?|业务|项目|专项|资金|行业|预算|归口)?(业务|行政|[农林水牧渔医教文商交]\w|民政)?主管(预算)?(部门|单位|局|委办局)(及|和|、)?(名称|代码|编码)?(.{0,4}|(及|和|、)(部门|单位)?(预算)?(编码|代码))"
        ),
    ),
    (
        1,
        re.compile(
            r"归口(管理)?(部门|单位|处室|科室)|(一级)?预算(部门|单位)(及|和|、)?(名称|代码|编码)?.{0,4}|(所属|所在|本)(部门|单位)(名称)?"
        ),
    ),
    (
        2,
        re.compile(
            r"(填报|编制|申报|填表|申请|提报|报送|上报|资金申报)(部门|单位|科室|处室)(名称)?|(部门|单位|机构)(全称|名称)"
        ),
    ),
    (3, re.compile(r"中央主管(部门|单位).{0,4}|(省|市|区|县|地方|同)级财政(部门|厅|局)|部门|单位")),
)
_DOERS = re.compile(
    r"(项目|资金|具体|任务)?(实施|承担|承办|执行|使用|建设|责任|牵头|组织|用款|经办|落实)(单位|部门|机构|主体|科室|处室|股室)(名称)?|项目单位(名称)?|用款单位"
)
_LONG_TERM = re.compile(r"中期|长期|中长期|实施期|项目期|周期|三年|规划期|20\d\d年?[-—~至到]20\d\d|远期|整个|全周期")
_OF_YEAR = re.compile(r"年度|当年|本年|全年|今年|20\d\d年")
_GOAL = re.compile(
    r"(?!.*(一级|二级|三级|指标|完成|实际|自评|偏差|任务))[^，。；]{0,14}(目标|目的)(内容|描述|说明|概述|设定|情况|设置|值得)?((和|及|与)(主要|预期)?(成果|效果|产出|内容))?"
    r"|(绩效|预期|总体|项目)(预期)?(成果|效果|产出|绩效)|(?!.*(一级|二级|三级|指标|完成|实际))[^，。；]{0,10}(达到|取得|实现)的?(成效|效果|绩效)"
)
_ACTUAL = re.compile(r"完成|实际|执行情况|自评|偏差|得分|评分|扣分|改进|整改")
_FIELDS: tuple[tuple[str, float, re.Pattern[str]], ...] = (
    ("project.code", 0.9, re.compile(r"(二级|预算|支出)?(项目|专项|任务)(支出)?(唯一)?(代码|编码|编号|码)")),
    (
        "project.parent",
        0.8,
        re.compile(r"(所属|上级|归属)(的)?(一级)?(项目|专项|政策|任务)(名称)?|一级项目(名称)?|大专项(名称)?"),
    ),
    (
        "project.name",
        0.88,
        re.compile(
            r"(?!一级)[^，。]{0,8}(项目|专项|资金|政策|课题|工程|任务|活动|事项|转移支付|补助|子项|预算)(支出)?(及|或|和)?(项目)?(的)?(名称|全称|名)|项目|二级项目|三级项目|子项目"
        ),
    ),
    ("department.code", 0.85, re.compile(r"(预算)?(部门|单位|机构)(代码|编码|编号)")),
    ("project.type", 0.8, re.compile(r"(项目|支出|预算)(支出)?(类型|属性|性质|类别|分类|级次|级别|种类)")),
    (
        "project.start",
        0.88,
        re.compile(r"(计划|项目|预计)?(开始|起始|开工|启动|起始)(实施|执行)?(日期|时间|年月|年度|年份)"),
    ),
    (
        "project.end",
        0.88,
        re.compile(r"(计划|项目|预计)?(完成|完工|结束|终止|截止|竣工|结项)(日期|时间|年月|年度|年份)"),
    ),
    (
        "project.period",
        0.85,
        re.compile(
            r"(项目|计划|预计)?(实施|建设|执行|起止|存续|服务|延续|设立)?(的)?(期限|周期|起止时间|起止日期|起止年限|起止年度|起止年月|实施期|项目期|工期|时间|年限|期间|时限)"
        ),
    ),
    (
        "project.overview",
        0.8,
        re.compile(
            r"(项目|专项|工作|政策|资金)?(的)?(基本)?(概况|简介|概述|基本情况|情况(说明|介绍|描述|简介)|内容|主要内容|描述|背景|(立项|设立|政策|实施)(的)?依据|(实施|建设|工作|支出)(的)?内容|实施方案|介绍)(及.{1,6})?"
        ),
    ),
    (
        "project.purpose",
        0.8,
        re.compile(r"(项目|资金|主要|经费)(主要|具体)?(用途|使用方向|使用范围|投向|用于)|(资金)?使用(方向|范围|用途)"),
    ),
    ("project.procurement", 0.8, re.compile(r"(政府)?采购(品目|内容|目录|项目)(名称)?")),
    (
        "duties",
        0.8,
        re.compile(r"(部门|单位|主要|机构)?(主要)?(职能|职责)(职能|职责|任务)?(概述|简介|描述|概况|简述)?"),
    ),
)


_FIGURE = re.compile(r"\d(?!\d?月)")
_YEAR_NUMBER = re.compile(r"20\d\d(?=年|[-—~至到]|$)")


@lru_cache(maxsize=8192)
def meaning(label: str) -> Meaning | None:
    """Return what a bare label means; ``None`` where it names no field."""
    if not label or len(label) > 24 or _FIGURE.search(_YEAR_NUMBER.sub("", label)):
        return None
    exact = words().labels.get(label)
    if exact and not exact.startswith(("funding.", "department", "goals.", "extra.")):
        return Meaning(exact, 0.96)
    if found := _department(label):
        return found
    if found := _goal(label):
        return found
    money = money_of(label)
    if money is not None:
        return Meaning("", 0.93 if exact else 0.85, money=money, vague=label in _VAGUE)
    if exact and exact.startswith("funding."):
        return Meaning("", 0.9, money=Money(exact.partition(".")[2].removeprefix("annual_").replace("annual", "total")))
    for path, sure, pattern in _FIELDS:
        if pattern.fullmatch(label):
            return Meaning(path, sure if label != "项目" else 0.6, vague=label in _VAGUE)
    return None


_VAGUE = frozenset(
    ["金额", "总额", "小计", "合计", "资金", "预算", "项目", "内容", "部门", "单位", "时间", "支出", "预算数"]
)


def _department(label: str) -> Meaning | None:
    if label.endswith(("编码", "代码", "编号")) and not re.search("及|和|、", label):
        return None
    for rank, pattern in _DEPARTMENTS:
        if pattern.fullmatch(label):
            sure = (0.95, 0.92, 0.9, 0.6)[rank]
            return Meaning("department.name", sure, rank=rank, vague=label in _VAGUE)
    if _DOERS.fullmatch(label):
        return Meaning("department.name", 0.55, how=GUESS, rank=9)
    return None


def _goal(label: str) -> Meaning | None:
    if not _GOAL.fullmatch(label) or _ACTUAL.search(label):
        return None
    exact = words().labels.get(label, "")
    sure = 0.95 if exact.startswith("goals.") else 0.85
    if _LONG_TERM.search(label):
        return Meaning("goals.period", sure)
    if _OF_YEAR.search(label):
        return Meaning("goals.annual", sure)
    if label.startswith(("总目标", "项目总")):
        return Meaning("goals.whole", 0.7)  # the whole period's where the year has its own, else the year's
    return Meaning("goals.annual", sure, rank=1)


def is_actual(label: str) -> bool:
    """Tell whether a label is about what was achieved: self-evaluations print it beside the target."""
    return bool(_ACTUAL.search(label))


def is_doer(label: str) -> bool:
    """Tell whether a label names who does the work, which is no department in charge."""
    return bool(_DOERS.fullmatch(label)) and not any(pattern.fullmatch(label) for _, pattern in _DEPARTMENTS[:3])


# --- headings of indicator lists ---------------------------------------------------------------

# What a list's column may be beside the fields of an indicator.
ACTUAL = "-"  # achieved, scores, years before: kept, never taken for the target
GRADE = "grade"  # 优 良 中 差

_HEADINGS: tuple[tuple[str, float, re.Pattern[str]], ...] = (
    ("level1", 0.95, re.compile(r"(绩效)?(一级|1级|第一级|Ⅰ级)(绩效)?(指标|目标|分类|类别|维度)?(名称|类别)?|(LV1PERFIND|LV1_PERF_IND)_?NAME", re.I)),
    ("level2", 0.95, re.compile(r"(绩效)?(二级|2级|第二级|Ⅱ级)(绩效)?(指标|目标|分类|类别|维度)?(名称|类别)?|LV2_PERF_IND_NAME", re.I)),
    ("name", 0.95, re.compile(r"(绩效)?(三级|3级|第三级|Ⅲ级)(绩效)?(指标|目标)?(名称|内容)?|LV3_PERF_IND_NAME", re.I)),
    ("weight", 0.9, re.compile(r".{0,8}(权重|分值|权值)(分值|占比|系数)?(%|\(%\))?|(指标)?(满分|标准分|WEIGHT)", re.I)),
    (ACTUAL, 0.9, re.compile(r"(?!计划|预计|预期|目标).*(完成|实际|得分|自评|评分|扣分|偏差|改进|执行|上年|前年|去年|历史|近两年|半年|整改|达成|监控|备注|属性|序号|佐证|REMARK).*", re.I)),
    ("operator", 0.85, re.compile(r"(绩效)?(指标)?(值)?(计算|运算|比较|关系|逻辑)?(符号|运算符|方向性?|性质|比较符|关系符|COMPUTESIGN)", re.I)),
    ("unit", 0.9, re.compile(r"(绩效)?(指标值?)?(的)?(度量|计量|计算|数量|衡量|指标)?单位(名称)?|METERUNIT", re.I)),
    ("standard", 0.75, re.compile(r"(绩效|评价|评判|衡量|指标值?)?(确定)?标准(类型|依据)?")),
    ("basis", 0.85, re.compile(r".{0,12}(依据|来源|出处|KPI_EVALSTD)(及.{1,6})?", re.I)),
    ("description", 0.85, re.compile(r".{0,8}(解释|说明|描述|内涵|定义|计算方法|计算公式|口径|释义|释义及计算|KPI_CONTENT)(及.{1,8})?", re.I)),
    ("quantity", 0.8, re.compile(r"(指标|目标)?(数值|值的数字|数量值)")),
    ("value", 0.92, re.compile(r".{0,10}(指标值|目标值|预期值|计划完成值|计划值|计划水平|标准值|绩效值|考核值|期望值|年度值|预期(指标|水平|实现|目标|结果|完成值)|预计.{0,6}(实现|完成|达到)(.{0,3}值)?|预计.{0,8}值|目标要求|标杆值|数值|值|KPI_VAL)(及单位|及计量单位|内容|设定|水平)?", re.I)),
    ("name", 0.85, re.compile(r"(绩效|考核|评价|具体|个性|末级|明细|主要|衡量|关键|四级|产出|效益)*(指标|KPI)(名称|内容|项目|项|描述内容)?")),
)  # fmt: skip


@lru_cache(maxsize=8192)
def heading(label: str) -> tuple[str, float] | None:
    """Return the field of an indicator that a bare column heading names, and how sure that is."""
    if not label or len(label) > 24:
        return None
    if label in ("优", "良", "中", "差"):
        return GRADE, 0.7
    exact = words().columns.get(label)
    if exact and not is_actual(label):
        return exact, 0.96
    for field, sure, pattern in _HEADINGS:
        if pattern.fullmatch(label):
            return field, sure
    return None


def half_of(label: str) -> str:
    """Return ``period`` or ``annual`` where a heading says which half of two it belongs to, else ``""``."""
    if _LONG_TERM.search(label) or label.startswith("总体"):
        return "period"
    return "annual" if _OF_YEAR.search(label) else ""
