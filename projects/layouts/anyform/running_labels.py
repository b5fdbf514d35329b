"""Labels in running text, and the shapes of what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.tokens import Token
from projects.layouts.anyform.words import Meaning, is_actual, meaning, words
from projects.layouts.labels import norm, unit_of
from projects.layouts.lines import department_line, signatures, unit_line

_OTHER = re.compile(
    r"(项目|部门|单位)?(主要)?(负责人|联系人|经办人|填报人|填表人)(姓名)?((及|和|、)?(联系)?(电话|方式))?|联系(电话|方式)|填(报|表)(日期|时间)"
    r"|(项目)?(审批|立项)(情况|文号|依据|必要性|可行性)?|(主管)?(部门|单位)(编码|代码)|.{2,8}(审核|初审|评审)意见|预算执行率?|执行率"
    r"|.{2,6}(名称|编码|代码|日期|时间|电话|年限|地点|级次)|(项目)?(实施|保证|保障)(进度)?(计划|措施|条件)|备注|其他(需要)?说明(的问题|事项)?"
)
_TWICE = re.compile(r"(\d+(?:\.\d+)?)\1(?=\d{0,3}(?:\.\d+)?%?$)")
_LEADING = re.compile(r"(\d[\d,]*(?:\.\d+)?(?:万元|亿元|元|(?=[\u4e00-\u9fff])))(?![（(])")
_SCORES = re.compile(r"分值|得分|执行率([（(]%[)）])?|权重|.{0,8}(执行|支出|到位)数|备注")


@dataclass(slots=True)
class Label:
    text: str
    found: Meaning | None
    start: int
    end: int
    row: int

    @property
    def money(self) -> bool:
        return bool(self.found and self.found.money)


def opened(token: Token) -> list[Token]:
    """Return a label with its value behind the colon as two pieces."""
    head, mark, rest = token.text.replace("：", ":").partition(":")
    if not mark or not rest or len(head) > 16 or known(head + mark) in (False, None):
        return [token]
    label = token.text[: len(head) + 1]
    return [
        Token(label, token.row, token.first, token.gap, token.width),
        Token(token.text[len(label) :], token.row, False, False, token.width),
    ]


def known(text: str, following: str = "") -> Meaning | Literal[False] | None:
    """Return what a text means as a label, ``None`` for one without a field, ``False`` where it is no label."""
    label = norm(text)
    if not 2 <= len(label) <= 16 or re.search(r"[，。；！？“”]|^[—（(\[【]", text):
        return False
    if unit_of(text) and len(label) <= 8 and "单位" not in label:
        return meaning(label)
    if _OTHER.fullmatch(label) or _SCORES.fullmatch(label) or signatures(text):
        return None
    if unit_line(text) or department_line(text):
        return False
    found = meaning(label)
    if found is None:
        return (
            None
            if is_actual(label) and len(label) <= 12 and label.endswith(("情况", "完成值", "数", "综述"))
            else False
        )
    beside = meaning(norm(following))
    amount = found.money is not None and (is_figure(following) or bool(beside and beside.money))
    if found.vague and not amount and not text.rstrip().endswith(("：", ":")):
        return False
    exact = label in words().labels
    if found.path.startswith("goals.") and not exact and len(label) > 12:
        return False
    return found


def line_of_figures(body: list[Token]) -> list[Token]:
    """Return the figures that the first line of a text consists of."""
    found: list[Token] = []
    for token in body:
        if not is_figure(token.text) or (found and token.first and not token.whole):
            break
        found.append(token)
    return found


def is_goal(label: Label) -> bool:
    found = label.found
    return bool(found and found.path.startswith("goals.")) or is_actual(norm(label.text))


def is_figure(text: str) -> bool:
    return is_number(text) or bool(re.fullmatch(r"[-—－/]+|\d[\d.,]*(%|％|分|万元|元)?", text))


def figures(tokens: Sequence[Token]) -> list[Token]:
    """Return figures, those broken at a cell's width in one piece: 1,800. ↵ 00."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if (
            last is not None
            and token.first
            and not token.whole
            and re.search(r"[.,]\d?$", last.text)
            and token.text.isdigit()
        ):
            found[-1] = Token(last.text + token.text, last.row, last.first, last.gap, last.width)
        else:
            found.append(token)
    return found


def amount(body: list[Token]) -> str:
    """Return the amount that pieces broken at the column's width make, with what stands behind it."""
    text = body[0].text
    if body[0].label is False:  # without anything between: planned and paid, 194.9194.9, or the next label unknown
        told = _TWICE.match(text) or _LEADING.match(text)
        return told[1] if told else text
    for token in body[1:]:
        if token.first and not token.whole and re.fullmatch(r"[\d.,]*\d(万?元)?|万?元", token.text):
            text += token.text
        else:
            return text
    return text


def texts_beside(body: list[Token], cells: int) -> list[list[Token]]:
    """Return the texts of cells beside each other: the pieces of a single line, else runs between blank lines."""
    if cells > 1 and body and len(body) <= cells and all(token.whole for token in body):
        return [[token] for token in body]
    if cells > 1 and len(body) in (cells, cells - 1) and all(len(token.text) > 12 for token in body):
        return [[token] for token in body]
    if body and all(not token.first for token in body[1:]):
        return [[token] for token in body]
    parts: list[list[Token]] = []
    for token in body:
        if token.gap or not parts:
            parts.append([])
        parts[-1].append(token)
    return parts
