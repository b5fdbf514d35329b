"""What the cells of a column look like: signs, units, numbers, categories, values, texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indicators.categories import core, level1_code, level2_code
from indicators.targets import Kind, parse
from indicators.units import is_unit

_SIGN = re.compile(
    r"[≥≤=<>≧≦＞＜＝﹦═]{1,2}|[<>]=|(大于|小于|高于|低于|不少于|不低于|不超过|不高于|至少)?(或)?(大于|小于|等于|大于等于|小于等于)?(等于)?|定性|定量"
)
_DIRECTION = re.compile(r"(正向|反向|逆向|负向|中性|定性|定量|正|反)(指标)?")
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?%?")
_NAMED = re.compile(
    r"(指标|目标|值|类)等?([（(][^（）()]*[)）])?分?$|满意度[（(]\d{1,3}(分|%)?[)）]分?$|标\d{1,3}分?[)）]$"
)
_UNITS_OWN = re.compile(r"[%％‰/]|[\u4e00-\u9fff㎡]{1,4}(/[\u4e00-\u9fff]{1,3})?|无|空")
_VALUES = frozenset([Kind.NUMBER, Kind.FREQUENCY, Kind.RANGE, Kind.SEVERAL, Kind.DATE, Kind.PERIOD, Kind.LIMIT])
_WORDS = frozenset([Kind.GRADED, Kind.YES_NO, Kind.NOT_APPLICABLE])


@lru_cache(maxsize=8192)
def is_sign(text: str) -> bool:
    """Tell whether a cell holds a sign of comparison, or 定性 / 定量 in its place."""
    return bool(text) and bool(_SIGN.fullmatch(text.strip()))


def is_direction(text: str) -> bool:
    return bool(_DIRECTION.fullmatch(text.strip()))


def is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text.strip()))


@lru_cache(maxsize=8192)
def is_unit_cell(text: str) -> bool:
    """Tell whether a cell can be nothing but a unit: a known one, or a few characters without figures."""
    return is_unit(text.strip()) or text.strip() in ("%", "％", "/", "无", "—", "-")


def may_be_unit(text: str) -> bool:
    """Tell whether a text could be a unit, also one that nobody listed: a few characters without figures."""
    return bool(_UNITS_OWN.fullmatch(text.strip()))


@lru_cache(maxsize=8192)
def is_level1(text: str) -> bool:
    return len(text) <= 24 and bool(level1_code(text))


@lru_cache(maxsize=8192)
def is_level2(text: str) -> bool:
    return len(text) <= 30 and bool(level2_code(text))


def is_category(text: str) -> bool:
    """Tell whether a text can only be a category: 产出指标, 数量指标; 满意度 alone also names indicators."""
    if not (is_level1(text) or is_level2(text)) or text.endswith("完成值"):  # a heading
        return False
    if core(text).endswith("满意度") and not _NAMED.search(re.sub(r"\s", "", text)):
        return False  # 受益群众（含脱贫户）满意度: the brackets make no category of it
    return core(text) != re.sub(r"[\s、*＊:：]", "", text) or level2_code(text).startswith("outcome")


@lru_cache(maxsize=8192)
def value_like(text: str) -> float:
    """Return how much a text looks like a target value, 0 to 1."""
    if not text:
        return 0.0
    kind = parse(text).kind
    if kind in _VALUES:
        return 1.0 if len(text) <= 30 else 0.6
    if kind in _WORDS:
        return 0.8 if len(text) <= 12 else 0.4
    return 0.3 if len(text) <= 8 else 0.1


@dataclass(frozen=True, slots=True)
class Looks:
    """Shares of the filled cells of a column that look like this; ``count`` how many are filled."""

    count: int = 0
    sign: float = 0.0
    direction: float = 0.0
    unit: float = 0.0
    number: float = 0.0
    level1: float = 0.0
    level2: float = 0.0
    value: float = 0.0
    length: float = 0.0
    different: float = 0.0


def looks(texts: Sequence[str]) -> Looks:
    """Return what a column's cells look like."""
    filled = [text for text in texts if text]
    count = len(filled)
    if not count:
        return Looks()

    def share(test: Callable[[str], bool | float]) -> float:
        return sum(float(test(text)) for text in filled) / count

    return Looks(
        count,
        share(is_sign),
        share(is_direction),
        share(is_unit_cell),
        share(is_number),
        share(is_level1),
        share(is_level2),
        share(value_like),
        sum(map(len, filled)) / count,
        len(set(filled)) / count,
    )


def divided(text: str) -> tuple[str, str]:
    """Return name and value of 调解案件：≥1500件, 调解案件≥1500件; a text without either mark is all name."""
    name, mark, value = text.replace("：", ":").rpartition(":")
    if mark and value.strip():
        return name.strip(), text[len(text) - len(value) :].strip()
    bare = re.sub(r"[（(][^（）()]*[)）]", lambda inner: "　" * len(inner[0]), text)  # a hint in brackets: (≥**%)
    found = re.search(r"[≥≤＝=＞＜<>≧≦]|不少于|不低于|不超过|不高于|达到?(?=\d)|(?<=\D)\d", bare)
    if found and found.start() > 1:
        return text[: found.start()].strip(), text[found.start() :].strip()
    return text, ""


_FILLER = re.compile(r"(?:指标|目标)?\s*[\d一二三]{0,2}\s*[:：、.．。…⋯·—-]*")


def is_filler(text: str) -> bool:
    """Tell whether a text only keeps a row of the blank form open: ……, 指标2：."""
    return bool(_FILLER.fullmatch(text.strip())) and not text.strip().isdigit()


_SCORING = re.compile(r"扣\s*(\d|$)|得满分|不得分|每(少|超|低|高|逾|增|减|降)|按.{0,6}比例[计扣得]|酌情")


def is_scoring(text: str) -> bool:
    """Tell whether a text says how points are given: 每低1个百分点扣1分."""
    return bool(_SCORING.search(text))
