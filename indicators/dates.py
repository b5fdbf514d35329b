"""Days, deadlines and periods inside a target value: 2021年12月前, 12月底到位, 每月15日前, 2023年度. Pure.

Works on text already brought to one width (see ``targets.normalise``).
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

Side = Literal["", "before", "after", "within"]

_TOKEN: Final = re.compile(
    r"(?<![0-9.])(?P<y>[12][0-9]{3})年度?(?:第?(?P<q>[1-4一二三四])季度|(?P<h>[上下]半年)"
    r"|(?P<m>[0-9]{1,2})月份?(?:(?P<d>[0-9]{1,2})[日号])?)?"
    r"|(?<![0-9.,])(?P<y2>[12][0-9]{3})(?P<s>[-/.])(?P<m2>[0-9]{1,2})(?P=s)(?P<d2>[0-9]{1,2})(?![0-9.])[日号]?"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|(?<![0-9.,])(?P<y3>(?:19|20)[0-9]{2})(?:[-/](?P<m3>[0-9]{1,2})(?=月|前|底|末|之前|以前|$)"
    r"|\.(?P<m6>[0-9]{1,2})(?=月|前|底|末|之前|以前))月?份?"
    r"|(?<![0-9.])(?P<m4>[0-9]{1,2})月份?(?:(?P<d4>[0-9]{1,2})[日号])?"
    r"|(?<![0-9.])(?P<d5>[0-9]{1,2})[日号](?=前|之前|以前|止|后)"
    r"|第?(?P<q2>[1-4一二三四])季度|(?P<h2>[上下]半年)"
    r"|(?<![0-9一二两三四五六七八九十半几多个近])(?P<w>年底|年末|年初|月底|月末|季度?末|年内|当年|本年度?|年度内)"
)
_SPAN: Final = re.compile(
    r"(?<![0-9.])(?P<y1>(?:19|20)[0-9]{2})年?度?[-~至到](?P<y2>(?:19|20)[0-9]{2})(?:年度?(?![0-9])|$)"
    r"|(?<![0-9.])(?P<c>(?:19|20)[0-9]{2})(?P<s>[./])(?P<cm>0?[1-9]|1[0-2])[-~至到]"
    r"(?P<d>(?:19|20)[0-9]{2})(?P=s)(?P<dm>0?[1-9]|1[0-2])月?(?:$|[底末前止])"
    r"|(?<![0-9.])(?:(?P<y>[12][0-9]{3})年)?(?P<a>[0-9]{1,2})[-~至到](?P<b>[0-9]{1,2})月份?(?![0-9])"
)
_AFTER: Final = re.compile(
    r"(?P<part>年?底|末|初|[上中下]旬)?(?P<side>\(?含?\)?(?:之前|以前|前)|之后|以后|后|止|以内|之内|内|起)?"
)
_EVERY: Final = re.compile(r"每(?:个)?(半年|年度?|季度?|月|周|星期|日|天|学期|学年)")
_COMPACT: Final = re.compile(  # 20231231, the whole of a value
    r"(?P<y>(?:19[89]|20[0-4])[0-9])(?P<m>0[1-9]|1[0-2])(?P<d>[0-2][0-9]|3[01])(?:前|之前|以前|止)?"
)
_HINT: Final = re.compile(r"[年月日号季]|[0-9]{4}[-/.]|[0-9]{4}[~至到]")
_JOIN: Final = re.compile(r"[-~至到]")
_QUARTER: Final = {c: n for pair, n in (("1一", 1), ("2二", 2), ("3三", 3), ("4四", 4)) for c in pair}
PERIODS: Final = {"年度": "年", "季": "季度", "星期": "周", "天": "日"}  # to one spelling
_STANDING: Final = frozenset(
    (
        "长期",
        "中长期",
        "中期",
        "短期",
        "全年",
        "全年性",
        "常年",
        "永久",
        "长年",
        "全年度",
        "年度",
        "实施期",
        "实施期内",
        "项目期内",
        "合同期内",
        "全周期",
        "当期",
    )
)


@dataclass(frozen=True, slots=True)
class When:
    """One day, month, quarter or year as far as it was written; ``None`` and ``""`` where it was not."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: str = ""  # 底 初 上旬 一季度 上半年 年底 长期, in a normal spelling
    side: Side = ""
    every: str = ""  # 年 季度 月 周 日: a deadline that returns

    def bounds(self, year: int | None = None) -> tuple[date, date] | None:
        """First and last day it can mean, a missing year filled from ``year``; ``None`` when that is not enough.

        A deadline is read generously: 12月前 may still mean 31 December, so that a rule built on it does not cry wolf.
        """
        known = self.year or year
        if known is None or not 1 <= known <= 9999 or (self.day and not self.month):
            return None
        first, last = self._months()
        if not first:
            return None
        start, end = self.day or 1, monthrange(known, last)[1]
        if self.day:
            end = min(self.day, end)
        return date(known, first, min(start, monthrange(known, first)[1])), date(known, last, end)

    def _months(self) -> tuple[int, int]:
        if self.month:
            return self.month, self.month
        if self.part[1:3] == "季度":
            last = 3 * _QUARTER[self.part[0]]
            return (last if _is_point(self.part) else last - 2), last
        if self.part in _PART_MONTHS:
            return _PART_MONTHS[self.part]
        return (1, 12) if self.year else (0, 0)


_PART_MONTHS: Final = {
    **{"上半年": (1, 6), "下半年": (7, 12), "底": (12, 12), "末": (12, 12), "年底": (12, 12), "年末": (12, 12)},
    **{"初": (1, 3), "年初": (1, 3), "年内": (1, 12), "当年": (1, 12), "本年": (1, 12), "本年度": (1, 12)},
    **{"全年": (1, 12), "全年性": (1, 12), "年度": (1, 12), "年度内": (1, 12), "全年度": (1, 12)},
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a text says about time. ``extra``: it carries other digits too. ``possible``: the calendar knows the day."""

    when: When
    until: When | None = None
    period: bool = False
    extra: bool = False
    possible: bool = True
    words: str = ""  # what stands around it


def standing(text: str) -> When | None:
    """长期, 全年: a period that names no day."""
    core = text.removesuffix("完成")
    return When(part=core) if core in _STANDING else None


def find(text: str) -> Found | None:
    """The day, deadline or period a normalised text names, or ``None``."""
    if compact := _COMPACT.fullmatch(text):
        return _from_compact(text, compact)
    if not _HINT.search(text):
        return None
    if span := _SPAN.search(text):
        return _from_span(text, span)
    tokens: list[tuple[int, int, When]] = []
    for match in _TOKEN.finditer(text):
        if (when := _when(match, text)) is not None:
            tail = _AFTER.match(text, match.end())
            tokens.append((match.start(), tail.end() if tail else match.end(), when))
            if len(tokens) > 2:
                break
    if not tokens:
        return None
    first = tokens[0]
    if len(tokens) == 2 and _JOIN.fullmatch(text, first[1], tokens[1][0]):
        return _from_two(text, first, tokens[1])
    rest = text[: first[0]] + " " + text[first[1] :]
    every = _EVERY.search(text, 0, first[0] + 2)
    when = _repeat(first[2], every[1] if every else "")
    return Found(
        when=when,
        period=when.month is None and when.day is None and when.side in ("", "within") and not _is_point(when.part),
        extra=len(tokens) > 1 or _has_digit(rest),
        possible=_possible(when),
        words=rest.strip(),
    )


def _is_point(part: str) -> bool:
    return part.endswith(("底", "末", "初", "旬"))


def _has_digit(text: str) -> bool:
    return any("0" <= char <= "9" for char in text)


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _repeat(when: When, every: str) -> When:
    if not every:
        return when
    return replace(when, every=PERIODS.get(every, every))


def _side(text: str | None) -> Side:
    if not text:
        return ""
    if text.endswith(("前", "止")):
        return "before"
    return "within" if text.endswith("内") else "after"


def _when(match: re.Match[str], text: str) -> When | None:
    year, month, day, quarter, half, word = match.group("y", "m", "d", "q", "h", "w")
    if match["y2"]:
        year, month, day = match.group("y2", "m2", "d2")
    elif match["y3"]:
        year, month = match["y3"], match["m3"] or match["m6"]
    month, day = month or match["m4"], day or match["d4"] or match["d5"]
    quarter, half = quarter or match["q2"], half or match["h2"]
    if year and not 1900 <= int(year) <= 2199:
        return None
    part = half or word or ""
    if quarter:
        part = f"{'一二三四'[_QUARTER[quarter] - 1]}季度"
    tail = _AFTER.match(text, match.end())
    side = _side(tail["side"]) if tail else ""
    if tail and tail["part"]:
        part += tail["part"].removeprefix("年")  # 底, 三季度末
    return When(_number(year), _number(month), _number(day), part, side)


def _possible(when: When) -> bool:
    if when.month is not None and not 1 <= when.month <= 12:
        return False
    if when.day is None:
        return True
    longest = monthrange(when.year or 2000, when.month)[1] if when.month else 31
    return 1 <= when.day <= longest


def _from_compact(text: str, match: re.Match[str]) -> Found:
    when = When(int(match["y"]), int(match["m"]), int(match["d"]), side="" if text[-1].isdigit() else "before")
    return Found(when=when, possible=_possible(when))


def _from_span(text: str, span: re.Match[str]) -> Found:
    rest = text[: span.start()] + " " + text[span.end() :]
    if span["y1"]:
        when, until = When(int(span["y1"])), When(int(span["y2"]))
    elif span["c"]:  # 2023.1-2023.12
        when, until = When(int(span["c"]), int(span["cm"])), When(int(span["d"]), int(span["dm"]))
    else:
        year = _number(span["y"])
        when, until = When(year, int(span["a"])), When(year, int(span["b"]))
    return Found(
        when=when,
        until=until,
        period=True,
        extra=_has_digit(rest),
        possible=_possible(when) and _possible(until) and _ordered(when, until),
        words=rest.strip(),
    )


def _from_two(text: str, first: tuple[int, int, When], second: tuple[int, int, When]) -> Found:
    when, until = first[2], second[2]
    rest = text[: first[0]] + " " + text[second[1] :]
    if until.year is None and when.year is not None:
        until = replace(until, year=when.year)
    return Found(
        when=when,
        until=until,
        period=True,
        extra=_has_digit(rest),
        possible=_possible(when) and _possible(until) and _ordered(when, until),
        words=rest.strip(),
    )


def _ordered(when: When, until: When) -> bool:
    """2023年至2021年 is impossible; 9月至6月 without years may cross the turn of the year."""
    if when.year is None or until.year is None:
        return True
    return (when.year, when.month or 0, when.day or 0) <= (until.year, until.month or 99, until.day or 99)
