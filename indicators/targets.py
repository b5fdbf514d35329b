"""Target values (指标值, 目标值): from what was typed to operator, quantity and unit, and back.

Pure, total and linear: any string gives a ``Target`` in bounded time, the typed text is kept beside what was
understood, and nothing is repaired. Two figures, a date, or a slip like ``9%0`` are named as such and left to the
reader: only one clear single number has operator, quantity and unit. Sources: 财预〔2021〕101号 (sign, unit), and
KPI_VAL(1000) of the 预算管理一体化 data fields. Words stand in ``target_words``, figures in ``target_numbers``.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Final, Literal, overload

from indicators import dates, units
from indicators.dates import When
from indicators.target_numbers import (
    DIGIT,
    NUMBER,
    SIGN_CHARS,
    TEXT,
    UNREADABLE,
    Lead,
    only_figures,
    percent,
    read_single,
    read_two,
    resolve,
)
from indicators.target_types import Kind, Operator, Target
from indicators.target_words import (
    CHINESE,
    CHINESE_ORDINAL,
    DOCUMENT,
    EDGES,
    GRADED,
    LEAD,
    LIMIT_LEADS,
    NAMES,
    NOT_APPLICABLE,
    PART_SIGNS,
    PARTS_OF,
    PLACEHOLDER,
    RELATED_LIMIT,
    TAIL,
    YES_NO,
    chinese_number,
)

__all__ = ["Kind", "Operator", "Style", "Target", "When", "format_target", "normalise", "parse", "understood"]

Style = Literal["sign", "words", "cells"]

MAX_LENGTH: Final = 1000  # KPI_VAL; a longer text is prose
CACHED_LENGTH: Final = 200
MAX_PARTS: Final = 12
MAX_WORDS: Final = 10  # around a period


def understood(text: str) -> tuple[Operator, Decimal | None, str]:
    """Operator, quantity and unit of the interchange form; ``("", None, "")`` for all but one clear single number."""
    target = parse(text)
    return (target.operator, target.quantity, target.unit) if target.single else ("", None, "")


def parse(text: str) -> Target:
    """Read one target value; never raises."""
    text = str.__str__(text)  # a plain str: a SafeString must not come back out of the cache for someone else's text
    return _cached(text) if len(text) <= CACHED_LENGTH else _parse(text)


def _parse(text: str) -> Target:
    if len(text) > MAX_LENGTH:
        return Target(text, Kind.TEXT if text.strip() else Kind.EMPTY)
    core = normalise(text)
    target = _read(core)
    if (
        target.quantity is not None
        and (printed := format_target(target)) != core
        and not _same(_read_again(printed), target)
    ):
        target = TEXT  # what would read differently once it is printed was not clear
    return replace(target, text=text)


def _same(one: Target, other: Target) -> bool:
    return replace(one, text="") == replace(other, text="")


_cached: Final[Callable[[str], Target]] = lru_cache(maxsize=8192)(_parse)


@lru_cache(maxsize=2048)  # few printed forms stand behind the many written ones
def _read_again(printed: str) -> Target:
    return _read(printed)


_WIDTH: Final[dict[int, int | str]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "≧⩾≮⪰"), "≥"),
    **dict.fromkeys(map(ord, "≦⩽≯⪯"), "≤"),
    **dict.fromkeys(map(ord, "═﹦⁼゠"), "="),
    **dict.fromkeys(map(ord, "﹥〉"), ">"),
    **dict.fromkeys(map(ord, "﹤〈"), "<"),
    **dict.fromkeys(map(ord, "﹣−‐‑"), "-"),
    **dict.fromkeys(map(ord, "–—―─∼〜﹏"), "~"),  # a dash joins a range but is no minus sign
    **dict.fromkeys(map(ord, "﹪℅"), "%"),
    **dict.fromkeys(map(ord, "﹐"), ","),
    **dict.fromkeys(map(ord, "﹔；"), ";"),
    **dict.fromkeys(map(ord, "﹕："), ":"),
    **dict.fromkeys(map(ord, "｡"), "。"),
    **dict.fromkeys(map(ord, "﹙【﹝"), "("),
    **dict.fromkeys(map(ord, "﹚】﹞"), ")"),
    **dict.fromkeys(map(ord, "∕⁄"), "/"),
    **dict.fromkeys(map(ord, "|｜¦"), " "),  # between the cells of a three-cell value
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), ""),
    ord("於"): "于",
}
_TAGS: Final = re.compile(r"</?[A-Za-z][^<>]{0,60}>")
_BLANK: Final = re.compile(r"(?<=[0-9.,%‰])\s+(?=[0-9.])|(\s+)")
_SIGNS: Final = (
    (">=", "≥"),
    ("=>", "≥"),
    ("<=", "≤"),
    ("=<", "≤"),
    ("==", "="),
    ("≥=", "≥"),
    ("≤=", "≤"),
    ("大于=", "≥"),
    ("小于=", "≤"),
)


def normalise(text: str) -> str:
    """Half width, one sign per meaning; no markup, no edge punctuation, no blanks but those that part two numbers."""
    core = text.translate(_WIDTH)
    if "<" in core and ">" in core:
        core = _TAGS.sub("", core)
    if not core.isascii() or " " in core or not core.isprintable():
        core = _BLANK.sub(lambda blank: "" if blank[1] else " ", core)
    if "=" in core:
        for spelling, sign in _SIGNS:
            core = core.replace(spelling, sign)
    core = core.strip(EDGES)
    return core[:-1] if len(core) > 1 and core[-1] == "." and core[-2] != "." else core


_WORD: Final = re.compile(r"[^\W_]")
_LIST: Final = re.compile(r"[;。、]|,(?![0-9]{3}(?![0-9]))")
_EVERY: Final = re.compile("^(?:每|按|逐)(?:个)?(年度?|半年|季度?|月|周|星期|日|天)(?:度)?$")
_INCLUSIVE: Final[dict[Operator, Operator]] = {">": "≥", "<": "≤"}
_EXCLUSIVE: Final[dict[Operator, Operator]] = {"≥": ">", "≤": "<"}


def _read(core: str, nested: bool = False) -> Target:
    if not core:
        return Target("", Kind.EMPTY)
    if "分" in core:
        core = PARTS_OF.sub(_part_number, core).replace("百分百", "100%")
    if not DIGIT.search(core):
        return _read_words(core)
    if (found := dates.find(core)) is not None:
        return _read_dated(core, found, nested)
    bound, core = _strip_note(core)
    numbers = list(islice(NUMBER.finditer(core), 3))
    if not numbers or ("号" in core and DOCUMENT.search(core)):
        return TEXT
    if len(numbers) == 1:
        return _bounded(read_single(core, numbers[0]), bound)
    if len(numbers) == 2:
        return _bounded(read_two(core, numbers[0], numbers[1]) or _several(core, nested), bound)
    return UNREADABLE if only_figures(core) else _several(core, nested)


def _part_number(match: re.Match[str]) -> str:
    value = match[2] or chinese_number(match[3])
    return match[0] if value is None else f"{value}{PART_SIGNS[match[1]]}"


def _strip_note(core: str) -> tuple[str, str]:
    """Take a remark in brackets off the end: 90%(计划标准). A unit or a bound in brackets is no remark."""
    if not core.endswith(")"):
        return "", core
    start = core.rfind("(")
    inner, before = core[start + 1 : -1], core[: max(start, 0)]
    if start < 0 or units.is_unit(inner):
        return "", core
    if not before:
        return "", inner
    if not DIGIT.search(before):
        return "", core
    if inner in TAIL:
        return "", before + inner
    if inner in ("含", "含本数", "含本级"):
        return "+", before
    return ("-" if inner in ("不含", "不含本数", "不含本级") else ""), before


def _bounded(target: Target, bound: str) -> Target:
    if not bound:
        return target
    changed = (_INCLUSIVE if bound == "+" else _EXCLUSIVE).get(target.operator)
    return replace(target, operator=changed) if changed else target


def _several(core: str, nested: bool) -> Target:
    if nested:
        return Target("", Kind.SEVERAL)
    pieces = [piece for piece in _LIST.split(core) if DIGIT.search(piece)]
    if len(pieces) < 2:
        return Target("", Kind.SEVERAL)
    parts = tuple(replace(_read(piece, nested=True), text=piece) for piece in pieces[:MAX_PARTS])
    return Target("", Kind.SEVERAL, parts=parts)


def _read_dated(core: str, found: dates.Found, nested: bool) -> Target:
    if not found.possible:
        return UNREADABLE
    if found.extra:
        return _several(core, nested)
    if found.period and (len(found.words) > MAX_WORDS or found.words.endswith(NAMES)):
        return TEXT  # 2021年度工作计划: a name that contains a year
    return Target("", Kind.PERIOD if found.period else Kind.DATE, when=found.when, until=found.until)


def _read_words(core: str) -> Target:
    if core in NOT_APPLICABLE or core.lower() in NOT_APPLICABLE:
        return Target("", Kind.NOT_APPLICABLE)
    if core in YES_NO or core.startswith("是否"):
        return Target("", Kind.YES_NO)
    if PLACEHOLDER.search(core):
        return Target("", Kind.PLACEHOLDER)
    for reader in (_read_unit_only, _read_time_words, _read_chinese_number, _read_limit):
        if (target := reader(core)) is not None:
            return target
    if not _WORD.search(core):
        return UNREADABLE
    return Target("", Kind.GRADED if GRADED.search(core) else Kind.TEXT)


def _read_unit_only(core: str) -> Target | None:
    lead = core.lstrip("".join(SIGN_CHARS))
    sign = core[: len(core) - len(lead)]
    bare = lead[1:-1] if lead.startswith("(") and lead.endswith(")") else lead
    if not units.is_unit(bare):
        return None
    operator = resolve([sign]) if sign in LEAD else ""
    return Target("", Kind.UNIT_ONLY, operator=operator or "", unit=percent(bare))


def _read_time_words(core: str) -> Target | None:
    if (when := dates.standing(core)) is not None:
        return Target("", Kind.PERIOD, when=when)
    if match := _EVERY.match(core):
        return Target("", Kind.FREQUENCY, when=When(every=dates.PERIODS.get(match[1], match[1])))
    found = dates.find(core)
    return _read_dated(core, found, nested=True) if found is not None and len(found.words) <= 8 else None


def _read_chinese_number(core: str) -> Target | None:
    """不少于三场, 每周一次: a Chinese numeral counts only where signs, numeral and a known unit are all there is."""
    match = CHINESE.search(core)
    if match is None or (value := chinese_number(match[0])) is None:
        return None
    end = units.unit_end(core, match.end())
    if (
        end == match.end()
        or core[match.end() : end] in CHINESE_ORDINAL
        or core[end:] not in ("", *TAIL)
        or Lead(core[: match.start()]).rest
    ):
        return None
    figure = f"{core[: match.start()]}{value}{core[match.end() :]}"
    number = NUMBER.search(figure)
    return read_single(figure, number) if number else None


def _read_limit(core: str) -> Target | None:
    """控制在预算内, 不超过财政支持经费, 不低于上年: an operator whose other side is not a figure."""
    if RELATED_LIMIT.search(core) or core.startswith("控制在"):
        return Target("", Kind.LIMIT, operator="≤")
    if not core.startswith(LIMIT_LEADS) or not _WORD.search(core):
        return None
    lead = max((word for word in LIMIT_LEADS if core.startswith(word)), key=len)
    return Target("", Kind.LIMIT, operator=resolve([LEAD[lead]]) or "")


_SPOKEN: Final[dict[Operator, tuple[str, str]]] = {
    "": ("", ""),
    "=": ("等于", ""),
    ">": ("超过", ""),
    "<": ("低于", ""),
    "≥": ("", "以上"),
    "≤": ("不超过", ""),
}


@overload
def format_target(target: Target, style: Literal["sign", "words"] = ...) -> str: ...
@overload
def format_target(target: Target, style: Literal["cells"]) -> tuple[str, str, str]: ...
def format_target(target: Target, style: Style = "sign") -> str | tuple[str, str, str]:
    """``sign`` ≥95%, ``words`` 95%以上, ``cells`` ("≥", "95", "%"). What has no figure prints as typed."""
    if target.quantity is None:
        return ("", target.text, "") if style == "cells" else target.text
    figure = f"{target.quantity:f}"
    if target.upper is not None:
        negative = target.quantity < 0 or target.upper < 0
        figure = f"{figure}{'~' if negative else '-'}{target.upper:f}"
    about = "约" if target.approximate else ""
    if style == "cells":
        return target.operator, about + figure, target.unit
    if style == "sign" or target.quantity.is_signed():
        return f"{about}{target.operator}{figure}{target.unit}"
    before, after = _SPOKEN[target.operator]
    return f"{about}{before}{figure}{target.unit}{after}"
