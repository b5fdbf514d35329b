"""The words of target values: spellings of the signs, 不适用, 是/否, graded words, Chinese numerals.

以上, 以下, 以内 include the number itself, as in legal usage (民法典 art. 1259); 超过, 不满 and their like exclude it.
"""

import re
from decimal import Decimal
from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


EDGES: Final = " ,;。、:!\"'“”‘’"  # punctuation that means nothing at either end of a value
APPROX: Final = "~"
WEAK: Final = "≤?"  # 控制在5%: a ceiling, unless another word says otherwise (控制在95%以上)
BETWEEN: Final = "-"

# words directly in front of the number; "" is filler that hides an operator before it
LEAD: Final[dict[str, str]] = {
    **dict.fromkeys(
        _words(
            "≥ 不少于 不低于 不小于 不得少于 不得低于 不得小于 不能少于 不能低于 不应低于 不应少于"
            " 大于等于 大于或等于 大于/等于 高于等于 高于或等于 超过或等于 多于等于 多于或等于 至少"
            " 最少 最低 起码 不下于 不短于 至少达到 至少达 下限"
        ),
        "≥",
    ),
    **dict.fromkeys(_words("> 大于 高于 超过 多于 超 超出 突破 长于"), ">"),
    **dict.fromkeys(_words("< 小于 低于 少于 不足 不到 不满 未满 短于"), "<"),
    **dict.fromkeys(
        _words(
            "≤ 不超过 不高于 不大于 不多于 不得超过 不得高于 不得大于 不得多于 不能超过 不能高于"
            " 不应超过 不应高于 未超过 不超 不超出 不突破 小于等于 小于或等于 小于/等于 低于等于"
            " 低于或等于 少于等于 少于或等于 不长于 至多 最多 最高 上限 控制在不超过"
        ),
        "≤",
    ),
    **dict.fromkeys(_words("= 等于"), "="),
    **dict.fromkeys(_words("控制在 控制到 控制为 控制"), WEAK),
    **dict.fromkeys(_words("约 大约 约为 约达 大概 近 将近 接近 大致"), APPROX),
    **dict.fromkeys(_words("达到 达 到 为 是 在 了 共 : 即 须 应 从 由 计"), ""),
}
LEAD_LONGEST: Final = max(map(len, LEAD))
ADVERBS: Final = (("至少", "≥"), ("最少", "≥"), ("至多", "≤"), ("最多", "≤"))  # a verb may follow: 至少开展2次

# words behind the number and its unit
TAIL: Final[dict[str, str]] = {
    **dict.fromkeys(_words("以上 及以上 或以上 及其以上 含以上 之上 起 或更多 及更多 以上(含) (含)以上"), "≥"),
    **dict.fromkeys(
        _words(
            "以下 及以下 或以下 及其以下 含以下 之下 以内 之内 内 范围内 范围以内 以里 为限 封顶"
            " 或更少 (含)以下 (含)以内"
        ),
        "≤",
    ),
    **dict.fromkeys(_words("左右 上下 前后"), APPROX),
    **dict.fromkeys(_words("之间 间 不等 区间"), BETWEEN),
}
TAIL_LONGEST: Final = max(map(len, TAIL))

NOT_APPLICABLE: Final = frozenset(
    _words(
        "不适用 无 不涉及 未涉及 无此项 暂无 没有 / // \\ - -- ~ ~~ ~~~~ n/a na n.a. 无指标 无要求"
        " 不需要 不适应 无此指标 (无)"
    )
)
YES_NO: Final = frozenset(
    _words("是 否 是/否 否/是 是否 是或否 是、否 是,否 是\\否 有/无 有 有或无 √ × ✓ ✗ ☑ ✔ 对 错 能 能/否 对/错")
)
PLACEHOLDER: Final = re.compile(
    r"^(?:null|none|nan|undefined|todo|tbd|待填.{0,2}|待定|待补充?|待完善|填写.{0,6}|请填写.{0,6}|请选择.{0,4}"
    r"|#[a-z/]{2,7}[!?0]?|\.{2,}|…+)$|[*_]{2}|[x×○〇□]{2}",
    re.IGNORECASE,
)
GRADED: Final = re.compile(
    "提升|提高|改善|改进|保障|保证|保持|保护|促进|推动|推进|增强|加强|加快|强化|优化|完善|健全|规范|显著|明显|有效|进一步"
    "|逐步|逐年|持续|稳步|不断|大幅|充分|全面|基本|合理|及时|按时|准时|按期|如期|按要求|按照|按计划|按规定|按标准|符合"
    "|应.{1,3}尽|达标|合格|完成|到位|覆盖|全部|全额|足额|满意|稳定|平稳|可持续|减少|减轻|降低|下降|缓解|消除|遏制|增加"
    "|增长|扩大|解决|得到|实现|落实|支持|有所|较|良|优|中$|差|高|低|强|好|安全|正常|健康|和谐|严格|零.|无.|未.|不."
    "|长效|长期|深远|积极|正面|明确|提供|满足|引导|激发|营造|丰富|惠及|带动|助力|^超"
)
RELATED_LIMIT: Final = re.compile(  # 控制在年初预算内, 标准范围以内, 规定时间内完成
    "(?:预算|概算|估算|标准|限额|定额|额度|计划|批复|规定|合同|控制数|指标|经费|资金|成本|限价|期限|时间)"
    "[^,;。]{0,6}(?:以内|之内|内)(?:完成|支出|执行)?$"
)
LIMIT_LEADS: Final = tuple(  # words that compare even where no figure follows: 不低于上年; not 超额, 最高, 突破
    word
    for word, sign in LEAD.items()
    if sign in ("≥", "≤", ">", "<", "=")
    and ((len(word) == 1 and not word.isalpha()) or "于" in word or "不" in word or word == "超过")
)
COMPARISONS: Final = tuple(word for word in LIMIT_LEADS if len(word) > 1)
NO_UNIT: Final = re.compile("[零〇一二两三四五六七八九十百千内外以上下约之年月日号前后底第每或至到及和与的等是否]")
ORDINAL: Final = re.compile("[《》〔〕]|[0-9][号#]|第[0-9]")  # documents and ordinals: their digits measure nothing
DOCUMENT: Final = re.compile(r"[〔(\[][12][0-9]{3}年?[〕)\]]第?[0-9]+号")
NAMES: Final = ("计划", "方案", "通知", "合同", "文件", "报表", "标准", "目标", "办法")

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1000}
CHINESE: Final = re.compile("[零〇一二两三四五六七八九十][零〇一二两三四五六七八九十百千]{0,8}")
CHINESE_ORDINAL: Final = frozenset("级类期层段方面点道度节门省市县区村分种月")  # 二级, 一期, 三月: no counts
PARTS_OF: Final = re.compile(r"(百|千|万)分之(?:([0-9]+(?:\.[0-9]+)?)|([零〇一二两三四五六七八九十百点]{1,9}))")
PART_SIGNS: Final = {"百": "%", "千": "‰", "万": "‱"}


def chinese_number(text: str) -> Decimal | None:
    """一千零五 → 1005, 九十五点五 → 95.5, 百 → 100; ``None`` for what is no well-formed numeral."""
    whole, dot, fraction = text.partition("点")
    total = 0
    digit: int | None = None
    power = 10_000
    for char in "一百" if whole == "百" else whole:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _POWERS and _POWERS[char] < power:
            power = _POWERS[char]
            if digit is None and not (power == 10 and total == 0):
                return None
            total += (1 if digit is None else digit) * power
            digit = None
        else:
            return None
    total += digit or 0
    if dot and (not fraction or any(char not in _DIGITS for char in fraction)):
        return None
    return Decimal(f"{total}.{''.join(str(_DIGITS[c]) for c in fraction)}") if dot else Decimal(total)
