"""评定: what the four-dimension review sheet adds up to. Pure; texts as typed in, grades and scores out.

Sources: 财预〔2015〕88号 for the dimensions, the two versions and the limits 90, 80, 60. The general version's proposal
is the worst grade of its items; the reviewer may give another one with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from projects.rules.dimensions import GRADES, ITEM_KEYS, ITEMS, item_of

GENERAL, KEY = "general", "key"
FULL = Decimal(100)
# 优 goes on, 良 goes on after amendments; 中 and 差 may not.
PASSING = GRADES[:2]
LIMITS = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"))
GOOD_SHARE = Decimal("0.8")
# Shares of the key-project version where the year sets none: 20 for completeness and relevance, 30 for the others.
WEIGHTS: dict[str, str] = {key: "10" if number < 4 else "15" for number, key in enumerate(ITEM_KEYS)}


class BadGrade(ValueError):
    """A grade, score or weight that cannot be one; ``field`` is where it was typed, the message (Chinese) says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Verdict:
    """``proposed`` is empty while nothing can be proposed. ``missing`` names the items without grade or score."""

    proposed: str
    why: str
    score: Decimal | None = None
    missing: tuple[str, ...] = ()


def number_of(text: Any, field: str, *, most: Decimal) -> Decimal:
    """Return a score or weight typed as text: 0 to ``most``, at most two places. Raises :class:`BadGrade`."""
    name = item_of(field).name
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        raise BadGrade(field, f"“{name}”的“{str(text)[:20]}”不是数字") from None
    if not number.is_finite() or not 0 <= number <= most:
        raise BadGrade(field, f"“{name}”应在 0 到 {most.normalize():f} 之间")
    if number != number.quantize(Decimal("0.01")):
        raise BadGrade(field, f"“{name}”最多两位小数")
    return number


def weights_of(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return the weights of all eight items as plain texts. Raises :class:`BadGrade` unless they add up to 100."""
    found = {key: number_of(typed.get(key, ""), key, most=FULL) for key in ITEM_KEYS}
    total = sum(found.values(), Decimal(0))
    if total != FULL:
        raise BadGrade("", f"各项分值合计应为 100，现为 {total.normalize():f}")
    return {key: f"{value.normalize():f}" for key, value in found.items()}


def item_typed(key: str, typed: Mapping[str, Any], weights: Mapping[str, str]) -> dict[str, str]:
    """Return one item as it is stored: grade, score and opinion as typed. Raises :class:`BadGrade`."""
    found = {}
    for name in ("grade", "score", "opinion"):
        value = typed.get(name, "")
        if not isinstance(value, str):
            raise BadGrade(key, f"“{item_of(key).name}”的 {name} 应为文字")
        found[name] = value.replace("\0", "").strip()
    if found["grade"] and found["grade"] not in GRADES:
        raise BadGrade(key, f"“{item_of(key).name}”应评为 {'、'.join(GRADES)} 之一")
    if found["score"]:
        found["score"] = f"{number_of(found['score'], key, most=Decimal(weights[key])):f}"
    return found


def verdict(form: str, items: Mapping[str, Mapping[str, str]], weights: Mapping[str, str]) -> Verdict:
    """Return what the items come to in this version of the sheet."""
    return _scored(items, weights) if form == KEY else _graded(items)


def _graded(items: Mapping[str, Mapping[str, str]]) -> Verdict:
    grades = {item.name: items.get(item.key, {}).get("grade", "") for item in ITEMS}
    missing = tuple(name for name, grade in grades.items() if not grade)
    given = [grade for grade in grades.values() if grade]
    worst = max(given, key=GRADES.index, default="")
    if missing and worst in ("", GRADES[0]):
        return Verdict("", f"还有 {len(missing)} 项没有评定", missing=missing)
    names = "、".join(name for name, grade in grades.items() if grade == worst)
    why = "各项均为“优”" if worst == GRADES[0] else f"最低的是“{worst}”：{names}"
    return Verdict(worst, why + (f"；还有 {len(missing)} 项没有评定" if missing else ""), missing=missing)


def _scored(items: Mapping[str, Mapping[str, str]], weights: Mapping[str, str]) -> Verdict:
    scores = {item.name: items.get(item.key, {}).get("score", "") for item in ITEMS}
    missing = tuple(name for name, score in scores.items() if not score)
    total = sum((Decimal(score) for score in scores.values() if score), Decimal(0))
    if missing:
        return Verdict("", f"已评 {total:f} 分，还有 {len(missing)} 项没有评分", total, missing)
    grade = next((name for limit, name in LIMITS if total >= limit), GRADES[-1])
    return Verdict(grade, f"得分 {total:f}（优 ≥ 90，良 80–90，中 60–80，差 < 60）", total)


def all_good(form: str, items: Mapping[str, Mapping[str, str]], weights: Mapping[str, str]) -> bool:
    """Whether every item is 优 or 良; of a score, at least 80 % of the item's weight."""
    for key in ITEM_KEYS:
        item = items.get(key, {})
        if form == KEY:
            if not item.get("score") or Decimal(item["score"]) < GOOD_SHARE * Decimal(weights[key]):
                return False
        elif item.get("grade") not in PASSING:
            return False
    return True
