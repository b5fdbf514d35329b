"""The vocabulary of measuring units (计量单位), and the reading of a unit at a place in a text.

Pure. A unit is an optional multiplier (万, 亿), a base unit, and any number of divisors: ``万元/人/月``.
"""

from decimal import Decimal
from typing import Final, Literal

Family = Literal[
    "", "percent", "money", "person", "count", "event", "time", "length", "area", "volume", "mass", "other"
]

_WORDS: Final[dict[Family, str]] = {
    "percent": "% ‰ ‱ 百分比 百分率 百分点 个百分点",
    "money": "元 角 美元 欧元 港元 港币 人民币 块钱",
    "person": "人 名 位 人员 人次 工人 学员 职工 户 户次 家庭",
    "event": "次 场 期 批 轮 回 遍 趟 班 场次 批次 轮次 班次 期次 频次 台次 车次 件次 次数 起 起次",
    "time": (
        "年 月 周 日 天 季 旬 时 分钟 秒 秒钟 小时 钟头 季度 年度 个月 个年度 个季度 个小时"
        " 个工作日 个自然日 工作日 自然日 个星期 星期 学年 学期 个学期 学时 课时 半年 月份 个周"
        " 昼夜 ms h"
    ),
    "length": "米 千米 公里 里 厘米 毫米 分米 海里 延米 延长米 m km cm mm",
    "area": "平方米 平米 平方公里 平方千米 平方厘米 公顷 亩 ㎡ m² m2 km² km2 ha 平方",
    "volume": "立方米 立方 立方分米 升 毫升 m³ m3 L mL ml 方 ㎥",
    "mass": "吨 千克 公斤 斤 克 毫克 微克 t kg mg μg µg ug 两 吨标准煤 吨标煤",
    "count": (
        "个 家 项 件 台 套 台套 台件 篇 份 册 本 部 辆 艘 架 条 只 支 张 间 座 栋 幢 处 所 站"
        " 块 面 片 株 棵 头 羽 口 盏 根 枚 组 队 对 双 盒 瓶 箱 袋 包 床 床位 张床 宗 例 单 笔"
        " 则 幅 道 门 款 类 种 级 层 节 段 点 点位 卷 扇 具 顶 副 杆 孔 眼 樘 项目 项次 样次"
        " 标段 站点 课题 案件 企业 单位 机构 社区 村 镇 乡 街道 县 区 市 省 校 学校 班级 网格"
        " 条次 件套 套次 台时 平台 系统 版 栏 屏 字 页 字节 个点 个次 万人口 床日 航次 车 船 机"
        " 杯 桶 卡 枪 通 席 席位 岗 岗位 人口"
    ),
    "other": (
        "分 度 千瓦 千瓦时 兆瓦 兆瓦时 瓦 千伏 千伏安 伏 安 焦 兆 兆帕 帕 分贝 摄氏度 ℃ °C kW"
        " KW kWh kwh MW MWh kV dB GB TB MB KB Mbps Gbps M/s 比特 倍 折 成 星 星级 名次 位次 度电"
        " 当量 标准煤 勒克斯 ppm"
    ),
}
FAMILIES: Final[dict[str, Family]] = {word: family for family, words in _WORDS.items() for word in words.split()}
_LONGEST: Final = max(map(len, FAMILIES))

SCALES: Final[dict[str, int]] = {
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "万亿": 12,
}
_ALONE: Final = frozenset({"万", "十万", "百万", "千万", "亿", "万亿"})  # may stand without a base unit: 620万/月
_DIVISORS: Final = ("/每", ".每", "·每", "*每", "每", "/", "·", ".", "*")
_STOPS: Final = ("以上", "以下", "以内", "之内", "及以", "或以", "左右", "之间", "上下", "范围", "为限", "封顶")


def is_cjk(char: str) -> bool:
    """Whether the character is a common Chinese one."""
    return "\u4e00" <= char <= "\u9fff"


def base_end(text: str, start: int) -> int:
    """End of the longest base unit that begins at ``start``; ``start`` itself when there is none."""
    for end in range(min(start + _LONGEST, len(text)), start, -1):
        if text[start:end] in FAMILIES:
            last, following = text[end - 1], text[end : end + 1]
            if last.isascii() and last.isalpha() and following.isascii() and following.isalnum():
                continue
            return end
    return start


def _scale_end(text: str, start: int) -> int:
    for end in (start + 2, start + 1):
        if text[start:end] in SCALES and end <= len(text):
            return end
    return start


def head_end(text: str, start: int) -> int:
    """End of ``万平方米``, ``元``, ``万`` at ``start``: a unit without its divisors."""
    end = base_end(text, start)
    scaled = _scale_end(text, start)
    if scaled > start:
        based = base_end(text, scaled)
        if based > max(scaled, end):
            return based
        if end == start and text[start:scaled] in _ALONE:
            return scaled
    return end


def _unknown_divisor_end(text: str, start: int) -> int:
    """``元/标的物``: up to four Chinese characters that the vocabulary does not hold, if the unit stops there."""
    for end in range(start, min(start + 5, len(text) + 1)):
        if end == len(text) or text[end] in "/.·*()" or text.startswith(_STOPS, end):
            return end
        if not is_cjk(text[end]):
            break
    return start


def unit_end(text: str, start: int = 0) -> int:
    """End of the unit, divisors included, that begins at ``start``; ``start`` itself when there is none."""
    end = head_end(text, start)
    if end == start:
        return start
    for _ in range(4):
        divisor = next((d for d in _DIVISORS if text.startswith(d, end)), "")
        if not divisor:
            break
        after = end + len(divisor)
        following = base_end(text, after)
        if following == after and divisor == "/":
            if text[after : after + 1] == "(":
                close = text.find(")", after, after + 14)
                following = (
                    close + 1 if close > 0 and unit_end(text[after + 1 : close]) == close - after - 1 > 0 else after
                )
            else:
                following = _unknown_divisor_end(text, after)
        if following == after:
            break
        end = following
    return end


def is_unit(text: str) -> bool:
    """Whether the whole text is one unit of the vocabulary."""
    return bool(text) and unit_end(text) == len(text)


def split_scale(unit: str) -> tuple[Decimal, str]:
    """``万平方米`` → (10000, 平方米); a unit without a multiplier → (1, unit)."""
    if base_end(unit, 0) == len(unit) or unit[:2] in FAMILIES or unit[:3] in FAMILIES:
        return Decimal(1), unit
    end = _scale_end(unit, 0)
    if end and (unit[:end] in _ALONE or base_end(unit, end) > end):
        return Decimal(10) ** SCALES[unit[:end]], unit[end:]
    return Decimal(1), unit


def family(unit: str) -> Family:
    """What a unit measures, by its numerator: ``元/人/月`` is money, ``次/周`` an event; ``""`` when unknown."""
    base = split_scale(unit)[1]
    return FAMILIES.get(base[: base_end(base, 0)], "")


def is_frequency(unit: str) -> bool:
    """``次/周``, ``场/季度``: an event per time."""
    base = split_scale(unit)[1]
    end = base_end(base, 0)
    counted = base[:end]
    per = base[end:].lstrip("/.·*每")
    return (
        (FAMILIES.get(counted) == "event" or counted in ("人次", "户次"))
        and end < len(base)
        and FAMILIES.get(per) == "time"
    )
