"""Divide the text of one category, names and values without anything between them, into rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from indicators.units import is_unit, unit_end
from projects.layouts.anyform.running_chunks import Column, FoundRow
from projects.layouts.anyform.words import ACTUAL

_SIGN = r"(?:[≥≤<>＞＜≧≦=＝]{1,2}|不(?:少于|低于|超过|高于|大于|小于)|大于等于|小于等于|大于|小于|等于|至少|控制在)"
_DAY = r"(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|底|末|[上中下]旬)?(?:之?前|底前|以前)?|20\d\d年(?:全年|底前?|度|末|之?前)?"
_DATE = rf"(?:{_DAY})(?:[-—–~～至到]{{1,2}}(?:{_DAY}))?"
_VALUE = re.compile(
    rf"(?P<sign>{_SIGN})?(?:(?P<date>{_DATE})|(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?(?:[-~～—至]\d+(?:\.\d+)?)?))"
)
_LATIN = re.compile(r"(?:[A-Za-z]{1,4}(?![A-Za-z]))?")
_TAIL = re.compile(r"[)）]?(?:及?以上|以内|以下|左右|之内|之前|[内前](?=[^\u4e00-\u9fff]|$))?")
_NAME_ENDS = re.compile(
    r"(?:率|数|量|面积|金额|成本|费用?|时间|时限|时长|程度|度|情况|性|比例|比|里程|长度|规模|标准|投入|周期|期限|收入|产值|增长|幅度|值|水平|能力|次"
    r"|天数|工程|项目|机制|作用|影响|效果|人口|年限|寿命|进度|经费|资金|支出|补助|价格?|工作|活动|培训|设备|以上|[)）])$"
)
_OPEN = re.compile(r"[、，,（(《“第:：和及与至~～\-—]$")
_GOES_ON = re.compile(r"^[、，,）)》”的至~～]")
_WORDS = re.compile(
    r"(?:有效|显著|明显|稳步|逐步|持续|不断|进一步|大幅|全面|较好|基本|充分|得到|有所|切实|长期)*"
    r"(?:提高|提升|改善|增强|增加|保障|降低|减少|促进|完善|优化|推动|达标|缓解|规范|健全|保持|满足|加强|控制|落实|完成|减轻|改进|巩固|扩大|下降|提供|延长|稳定|长远|深远|有效|显著|明显|持续|长期|及时|按时|按期)$"
    r"|(?:增加|减少|提高|降低|带动)[\u4e00-\u9fff]{2}$|(?:达到预期|达到要求|全覆盖|应[^，。]{1,2}尽[^，。]{1,2}|不适用|不超预算|预算内|合格|优秀|良好|较高|按时完成|及时完成|长期影响|中长期|高|中|低|优|良|好|是|否|无|有)$"
)
_DESCRIBES = re.compile(r"(?<=.{4})(?:反映|考核|衡量|体现|用于|按照|依据|根据)")
_LONG_NAME = 32
_RECENT = 60  # characters of a text that are looked at for words of a value


@dataclass(slots=True)
class _Found:
    start: int
    end: int
    strong: bool


def divided_rows(columns: list[Column], body: str, marks: set[int], behind: set[str]) -> list[FoundRow]:
    """Return the rows of a category; ``row`` of each is its place in the text.

    ``marks``: where lines begin that may be rows; ``behind``: texts found behind values so far, those here added.
    """
    name = next(n for n, column in enumerate(columns) if column.path == "name")
    rest = list(range(name + 1, len(columns)))
    if marks:
        edges = [0, *sorted(marks), len(body)]
        pieces = [(start, body[start:end]) for start, end in pairwise(edges) if end > start]
        if all(_is_row(piece) for _, piece in pieces):
            return [row for start, piece in pieces for row in _rows(columns, name, rest, piece, start, alone=True)]
    texts = [n for n in rest if _is_text(columns[n]) and any(columns[m].path == "value" and m < n for m in rest)]
    if not texts:
        return list(_rows(columns, name, rest, body, 0, alone=False))
    ending = next((text for text in behind if len(text) < len(body) and body.endswith(text)), "")
    rows = list(_rows(columns, name, rest, body.removesuffix(ending) if ending else body, 0, alone=False))
    return _behind_told(rows, name, texts[-1], ending, behind)


def _behind_told(rows: list[FoundRow], name: int, column: int, ending: str, behind: set[str]) -> list[FoundRow]:
    """Take the text behind each value off the next row's name where it is the one that ends the last row."""
    if rows and not ending and (told := rows[-1].cells.get(column, "")):
        ending = told
    if len(ending) > 2:
        behind.add(ending)
    for before, row in pairwise(rows):
        if ending and len(ending) > 2 and row.cells[name].startswith(ending):
            row.cells[name] = row.cells[name].removeprefix(ending)
            before.cells[column] = ending
    if rows and ending:
        rows[-1].cells[column] = ending
    for row in rows:
        row.doubtful = row.doubtful or column not in row.cells
    return rows


def _is_row(text: str) -> bool:
    """Tell whether a line ends with a value."""
    return _last_value(text) is not None or _worded(text) is not None


def _last_value(text: str) -> _Found | None:
    found = [one for one in _values(text, 0) if one.end == len(text)]
    return found[-1] if found else None


def _values(text: str, at: int) -> Iterator[_Found]:
    """Yield what can be a value, from left to right."""
    for found in _VALUE.finditer(text, at):
        start, end = found.span()
        unit = found["date"] is not None
        if not unit:
            after = max(unit_end(text, end), _LATIN.match(text, end).end())  # type: ignore[union-attr]
            unit = after > end
            end = after
        end = _TAIL.match(text, end).end() if (unit and not text.startswith(("）", ")"), end)) else end  # type: ignore[union-attr]
        if start == at and not found["sign"]:
            continue
        before = text[at:start]
        if len(before) < 2 or _OPEN.search(before) or _unclosed(before) or _GOES_ON.match(text[end:]):
            continue
        named = bool(_NAME_ENDS.search(before))
        strong = bool(found["sign"]) or (unit and named) or end == len(text)
        if strong or named or unit:
            yield _Found(start, end, strong)


def _unclosed(text: str) -> bool:
    return any(text.count(a) > text.count(b) for a, b in ("（）", "()", "《》", "“”"))


def _worded(text: str) -> int | None:
    """Return where a value in words begins that a text ends with."""
    tail = max(0, len(text) - _RECENT)
    for start in range(max(2, tail), len(text)):
        if _WORDS.match(text, start):
            return start
    return None


def _rows(
    columns: list[Column], name: int, rest: list[int], text: str, offset: int, *, alone: bool
) -> Iterator[FoundRow]:
    """Yield the rows of a text; ``alone``: it is a single one."""
    value = next(n for n in rest if columns[n].path in ("value", "quantity")) if rest else name
    at = 0
    last: FoundRow | None = None
    while at < len(text):
        one = _chosen(text, at, alone, paired=any(columns[n].path in (ACTUAL, "weight") for n in rest))
        if one is None:
            break
        row = FoundRow(row=offset + at, doubtful=not one.strong)
        row.cells[name] = text[at : one.start]
        row.cells[value] = text[one.start : one.end]
        _describe(columns, name, value, row)
        at = one.end
        at = _behind(columns, [n for n in rest if n > value], row, text, at)
        _unweighted(columns, value, row)
        _measured(columns, name, value, row)
        yield row
        last = row
    left = text[at:]
    if not left:
        return
    start = _worded(left)
    twice = len(left) > 2 and left[-1] == left[-2] and bool(_WORDS.match(left[-1]))
    if start is not None and not (last is not None and start < 2):
        if twice:
            start = len(left) - 2  # what was achieved is the same: 高高
        row = FoundRow({name: left[:start], value: left[start : start + 1] if twice else left[start:]}, offset + at)
        row.doubtful = not alone or twice
        _describe(columns, name, value, row)
        yield row
    elif last is not None and any(_is_text(columns[n]) for n in rest if n > value):
        last.cells[next(n for n in reversed(rest) if _is_text(columns[n]))] = left
        last.doubtful = True
    else:
        yield FoundRow({name: left}, offset + at, doubtful=True)


def _is_text(column: Column) -> bool:
    return column.path in (ACTUAL, "basis", "standard", "description")


def _chosen(text: str, at: int, alone: bool, *, paired: bool) -> _Found | None:
    """Return the value of the next row: the first that is surely one, or a likely one with a name behind it."""
    weak: _Found | None = None
    if alone:
        return (_last_of_row(text) if paired else _last_value(text)) if not at else None
    for one in _values(text, at):
        if one.strong:
            if weak is None:
                return one
            between = text[weak.end : one.start]
            return (
                weak
                if not between or one.start - at > _LONG_NAME or (len(between) > 3 and _NAME_ENDS.search(between))
                else one
            )
        weak = weak or one
    return weak


def _last_of_row(text: str) -> _Found | None:
    """Return the value of a line that is a row: the first of the values that it ends with."""
    found = [one for one in _values(text, 0)]
    end = len(text)
    best: _Found | None = None
    for one in reversed(found):
        if one.end != end:
            break
        best, end = _Found(one.start, one.end, True), one.start
    return best


def _behind(columns: list[Column], rest: list[int], row: FoundRow, text: str, at: int) -> int:
    """Take values that follow at once into the columns behind the value; return where they end."""
    value = next(n for n, column in enumerate(columns) if column.path in ("value", "quantity"))
    if not any(columns[n].path in (ACTUAL, "weight") for n in rest):
        again = _VALUE.match(text, at)
        if again and again[0]:  # of a column that nobody named
            row.doubtful = True
            return max(again.end(), unit_end(text, again.end()))
        return at
    taken = row.cells[value]
    half = len(taken) // 2
    figures = [n for n in rest if columns[n].path in (ACTUAL, "weight")]
    if len(taken) > 1 and len(taken) % 2 == 0 and taken[:half] == taken[half:] and taken.isdigit():
        row.cells[value], row.cells[figures[0]] = taken[:half], taken[half:]  # 00: nothing wanted, nothing done
        row.doubtful = True
        return at
    for n in figures:
        found = _VALUE.match(text, at)
        if found is None or not found[0]:
            break
        end = unit_end(text, found.end())
        row.cells[n] = text[at:end]
        at = end
    return at


def _unweighted(columns: list[Column], value: int, row: FoundRow) -> None:
    """Take the weight off a value that it stands in front of: 8|550万粒, where 550万粒 were achieved."""
    weight = next((n for n in range(value) if columns[n].path == "weight"), None)
    if weight is None:
        return
    taken, done = row.cells[value], next((row.cells[n] for n in row.cells if columns[n].path == ACTUAL), "")
    row.doubtful = True
    if done and taken.endswith(done) and taken.removesuffix(done).isdigit():
        row.cells[weight], row.cells[value] = taken.removesuffix(done), done


def _measured(columns: list[Column], name: int, value: int, row: FoundRow) -> None:
    """Take the unit off the name where its column stands between name and value: 绿化公路|米|=|3500."""
    unit = next((n for n in range(name + 1, value) if columns[n].path == "unit"), None)
    if unit is None:
        return
    text = row.cells[name]
    size = next((size for size in range(min(6, len(text) - 2), 0, -1) if is_unit(text[-size:])), 0)
    if size:
        row.cells[name], row.cells[unit] = text[:-size], text[-size:]
    else:
        row.doubtful = True


def _describe(columns: list[Column], name: int, value: int, row: FoundRow) -> None:
    """Take what describes an indicator off its name where there is a column for it."""
    between = [n for n in range(name + 1, value) if columns[n].path in ("description", "standard", "basis")]
    if between and (found := _DESCRIBES.search(row.cells[name])):
        text = row.cells[name]
        row.cells[name], row.cells[between[0]] = text[: found.start()], text[found.start() :]
        row.doubtful = True
