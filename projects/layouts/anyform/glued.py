"""Text without anything between its cells: 一级指标二级指标三级指标指标值产出指标数量指标修缮校舍面积≥200平方米….

Web pages whose tables lost their cells, and the previews of document sites. Known words divide it: headings, labels,
categories, and values with their signs and units. What they leave open is reported as doubtful.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from indicators.categories import core, level1_code
from projects.layouts.anyform.contents import is_level1, is_level2
from projects.layouts.anyform.glued_rows import divided_rows
from projects.layouts.anyform.running_chunks import Chunk, Column, FoundRow
from projects.layouts.anyform.tokens import Token
from projects.layouts.anyform.words import heading, meaning, words
from projects.layouts.labels import norm
from projects.layouts.lines import Line

_BRACKET = r"(?:[（(][^（）()]{1,12}[)）])?"
_MORE_HEADS = (
    r"(?:全年|年度|本年|当年|半年)?(?:实际)?(?:完成|实现|执行)(?:值|情况|率|数|指标值)|(?:全年|年度)?实际值|(?:自评|评价|指标)?得分"
    r"|(?:未完成|偏差|偏离|扣分)的?(?:原因|情况)?(?:分析|说明)?(?:(?:和|及|与|、)?(?:拟采取的)?(?:改进|整改)(?:措施|情况))?"
    r"|(?:当年|年度|本年度?)?预期(?:当年)?(?:实现|完成)?(?:值|目标|水平)|计划完成值|评[分价]标准|指标权重|备注|说明|序号"
)
_MORE_LABELS = (
    r"(?:项目)?负责人(?:及|和|、)?(?:联系)?(?:电话|方式)?|联系人|联系电话|项目执行单位|(?:项目|[省市县区]级)主管部门|主管部门编码|资金情况|项目资金情况"
    r"|年初设定目标|(?:全年)?实际完成情况|年度总体目标完成情况(?:综述)?|年初目标|(?:年初|全年|调整后?)(?:\(调整\))?预算数|全年执行数|预算执行率|执行率"
    r"|上级资金|本级财政(?:资金)?|自有资金|[省市县区]级(?:财政)?资金|上年结转(?:资金)?|项目立项情况|项目实施进度计划|项目实施内容|保障绩效目标实现措施"
    r"|项目申报的?(?:可行性|必要性)|立项依据|项目立项的依据|单位职能概述|资金总额|绩效目标|自评总分|项目类别|项目[（(]专项[)）]名称|年度绩效总目标|项目(?:年度|当年|总体)(?:绩效)?目标|(?:年度|当年|本年度?)本级预算(?:金额|资金|数)|(?:项目)?(?:预算|申报|总)(?:总)?(?:金额|投资|资金)|预算申报数|(?:中央补助|省级财政|市级财政)安排|年度资金总额及构成(?:总额)?|专项资金名称"
)
_WHO = "社会公众|公众|群众|服务对象|受益对象|受益人|受益群体|使用者|使用人|对象|主管部门|职工|社会"
_SATISFIED = rf"(?:(?:{_WHO})(?:及|和|或|、|与|/)?){{0,3}}满意度"
_CATEGORY = re.compile(
    rf"(?:经济成本|社会成本|(?:生态)?环境成本|生态成本|(?:产出)?(?:数量|质量|时效)|(?:产出|项目)?成本|(?:经济|社会|生态环境|生态|环境)效益"
    rf"|可持续性?(?:影响|发展)|{_SATISFIED}|(?:项目|年度)?(?:产出|效益|效果|完成))(?:指标|目标)等?(?:[（(][^（）()]{{0,10}}[)）])?"
)
_BARE_TWICE = re.compile(rf"({_SATISFIED})(?=[^\d≥≤=＝<>]{{0,10}}满意度)")
_SIDE = re.compile(r"(?:长期|中长期|中期|实施期|年度|当年|本年度?)(?=绩效指标|$)$")
_REPEATED = re.compile(r"绩效指标(?=(?:产出|效益|满意度|成本|数量|质量)指标)")
_LIST_ENDS = re.compile(
    r"(?:填报人|填表人|单位负责人|项目负责人|注\d?[:：.、]|附件[:：\d]|(?:合计|总分)\d|评价结论|说明(?=无|[:：])|其他(?:需要)?说明的?(?:问题|事项)?|财政部门.{0,8}意见|[^。；\d%]{0,6}审核意见|[^。；\d%]{2,12}[（(](?:盖章|签字|签章|公章)[)）])"
)
_NO_LABEL = re.compile(
    "[的为和及与、，,]|任务|责任|考核|管理|编制|完成|申报|自评|批复|汇总|情况|公开|设定|评价|实现|审核|意见|表"
)  # 年度目标任务, 绩效目标管理: words of a sentence
_AFTER_LABEL = re.compile(r"[:：]?\s*[（(]?(?:单位[:：])?(?:万?元)?[)）]?[:：]?\s*(?=\d|$|□|√)")
_MOST_PLACES = 80
_NUMBERED = re.compile(r"(?<=[)）元\d])[一二三四五六七八九十]、$")  # of the label behind
_STAR = re.compile(r"(?<=[\u4e00-\u9fff])\*(?=[\u4e00-\u9fff])")
_WORK = re.compile(r"(?:建设|改造|工程|扩建|新建|修缮|修复|保护|治理|提升|推广|示范|整治|维修|种植|养殖|加工)$")
_SITE_MARK = re.compile(r"^\d{1,2}、")


@dataclass(slots=True)
class Part:
    """A stretch of the text: tokens of fields, or the columns and rows of a list below its heading."""

    tokens: list[Token] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: list[FoundRow] = field(default_factory=list)
    head: int = 0
    side: str = ""
    doubtful: bool = False


@dataclass(slots=True)
class _Text:
    """The text without blanks; ``lines``: where its lines begin, ``rows`` of the file; ``short``: they are rows."""

    text: str
    lines: list[int]
    rows: list[int]
    short: bool

    def row(self, at: int) -> int:
        return self.rows[max(0, bisect_right(self.lines, at) - 1)]

    def begins(self, at: int) -> bool:
        """Tell whether a line begins here."""
        number = bisect_right(self.lines, at) - 1
        return number >= 0 and self.lines[number] == at

    def edges(self, start: int, end: int) -> list[int]:
        """Return where lines begin inside a stretch."""
        return self.lines[bisect_right(self.lines, start) : bisect_right(self.lines, end - 1)]


def glued_parts(lines: Sequence[Line]) -> list[Part]:
    """Return the parts of a text without marks of cells: fields, and lists below their headings."""
    text = _text_of(lines)
    heads = list(_heads(text))
    parts: list[Part] = []
    at = 0
    for number, (start, end, columns, side) in enumerate(heads):
        parts.append(Part(tokens=list(_tokens(text, at, start)), doubtful=not text.short))
        limit = heads[number + 1][0] if number + 1 < len(heads) else len(text.text)
        rows, at = _list(text, columns, end, limit)
        parts.append(Part(columns=columns, rows=rows, head=text.row(start), side=side))
    if heads or text.short:
        parts.append(Part(tokens=list(_tokens(text, at, len(text.text))), doubtful=not text.short))
    return parts


def _text_of(lines: Sequence[Line]) -> _Text:
    made: list[str] = []
    begins: list[int] = []
    rows: list[int] = []
    size = 0
    texts = [
        (cell.origin.row + n, text)
        for line in lines
        for cell in line.cells
        for n, text in enumerate(cell.text.split("\n"))
    ]
    long = sum(len(text) > 200 for _, text in texts)
    for row, text in texts:
        bare = _STAR.sub("", _SITE_MARK.sub("", text.strip()) if long else text.strip())
        if not bare:
            continue
        begins.append(size)
        rows.append(row)
        for piece in bare.split():
            made.append(piece)
            size += len(piece)
    return _Text("".join(made), begins, rows, not long)


@cache
def _head_word() -> re.Pattern[str]:
    known = sorted((re.escape(word) for word in words().columns if word not in ("指标", "依据")), key=len, reverse=True)
    return re.compile(f"(?:{_MORE_HEADS}|{'|'.join(known)}){_BRACKET}")


def _heads(text: _Text) -> Iterator[tuple[int, int, list[Column], str]]:
    """Yield where the headings of a list begin and end, its columns, and what stands at its side."""
    at = 0
    for found in _head_word().finditer(text.text):
        if found.start() < at:
            continue
        columns: list[Column] = []
        start = end = found.start()
        while (one := _head_word().match(text.text, end)) and not _CATEGORY.match(text.text, end):
            meant = heading(norm(one[0]))
            if meant is None:
                break
            columns.append(Column(one[0], meant[0]))
            end = one.end()
        at = end
        while len([c for c in columns[:3] if c.path in ("name", "level1")]) > 1 and columns[0].path == "name":
            columns.pop(0)  # 绩效指标 at the side of the list
        paths = [column.path for column in columns]
        if "name" not in paths and len(paths) > 2 and "level2" in paths:
            columns[paths.index("level2")] = Column("三级指标", "name")  # the lowest level is the indicator
            paths = [column.path for column in columns]
        if "name" in paths and "value" not in paths and "operator" in paths:
            first = _CATEGORY.search(text.text, end, end + _MOST_PLACES)
            if first is not None:  # the values of several places, each below its name
                columns.append(Column("指标值", "value"))
                paths.append("value")
                end = first.start()
        if "name" not in paths or not {"value", "quantity"} & set(paths[paths.index("name") :]):
            continue
        side = _SIDE.search(text.text, max(0, start - 4), start)
        yield (side.start() if side else start), end, columns, (f"{side[0]}绩效指标" if side else "")


def _list(text: _Text, columns: list[Column], start: int, limit: int) -> tuple[list[FoundRow], int]:
    """Return the rows of a list and where it ends."""
    cats = [
        (one.start(), one.end())
        for one in _CATEGORY.finditer(text.text, start, limit)
        if is_level1(one[0]) or is_level2(one[0])
    ]
    last = cats[-1][1] if cats else start
    if end := _LIST_ENDS.search(text.text, last, limit):
        limit = end.start()
    rows: list[FoundRow] = []
    level1 = next((n for n, column in enumerate(columns) if column.path == "level1"), None)
    level2 = next((n for n, column in enumerate(columns) if column.path == "level2"), None)
    levels: dict[int, str] = {}
    behind: set[str] = set()  # texts that stood behind a value: 计划标准
    edges = [(start, start), *cats]
    for number, (begin, end_) in enumerate(edges):
        following = edges[number + 1][0] if number + 1 < len(edges) else limit
        word = text.text[begin:end_]
        empty = not text.text[end_:following].strip()
        if word:
            _open(levels, word, level1, level2, empty=empty)
        if empty:
            continue
        body = _REPEATED.sub("", text.text[end_:following])
        if level2 is not None and level2 not in levels and (bare := _BARE_TWICE.match(body)):
            levels[level2] = bare[1]  # 服务对象满意度 above 服务对象满意度
            end_ += bare.end(1)
            body = body[bare.end(1) :]
        if body.endswith("绩效指标"):
            body = body.removesuffix("绩效指标")
        marks = {edge - end_ for edge in text.edges(end_, following)} if text.short else set()
        found = divided_rows(columns, body, marks, behind)
        for row in found:
            row.row = text.row(end_ + row.row)
            row.doubtful = row.doubtful or not text.short
        rows += Chunk([], dict(levels), text.row(end_)).filled(found)
    return rows, limit


def _open(levels: dict[int, str], word: str, level1: int | None, level2: int | None, *, empty: bool) -> None:
    """Note a category: of level 1 where another follows at once, or where it can be nothing else."""
    satisfied = (
        core(word) == "满意度" and level1_code(levels.get(level1 if level1 is not None else -1, "")) != "satisfaction"
    )
    second = level2 is not None and is_level2(word) and not (is_level1(word) and (empty or satisfied))
    if second and level2 is not None:
        levels[level2] = word
        return
    if level1 is None and level2 is not None:
        levels[level2] = word
        return
    if level1 is not None:
        levels[level1] = word
        levels.pop(level2 if level2 is not None else -1, None)


@cache
def _label_word() -> re.Pattern[str]:
    known = sorted(
        (re.escape(word) for word in words().labels if len(word) > 2 and word != "资金主管部门"), key=len, reverse=True
    )
    return re.compile(
        f"(?:其中[:：]?)?(?:{_MORE_LABELS}|{'|'.join(known)}|其他(?=[:：])){_BRACKET}(?:名称|及代码)?[:：]?"
    )


def _tokens(text: _Text, start: int, end: int) -> Iterator[Token]:
    """Yield labels and what stands behind them."""
    seen: set[str] = set()
    at = look = start
    edge = start  # where the last label ended
    named = False
    while found := _label_word().search(text.text, look, end):
        look = found.end()
        if found.start() < at:
            continue
        if inside := text.edges(found.start(), found.end()) if text.short else []:
            look = inside[0]  # no label goes over a line's end
            continue
        if named and found[0].startswith("项目") and _WORK.search(text.text, at, found.start()):
            look = found.start() + 2  # 某某建设项目 | 主管部门
            continue
        if not _is_label(text, found, edge, seen, end):
            continue
        yield from _said(text, at, found.start())
        yield Token(found[0], text.row(found.start()), True, False, whole=True, label=True)
        label = norm(found[0])
        seen.add(label)
        named = words().labels.get(label) == "project.name"
        at = edge = look = found.end()
    yield from _said(text, at, end)


def _is_label(text: _Text, found: re.Match[str], edge: int, seen: set[str], end: int) -> bool:
    """Tell whether known words are a label here, and no words of a text."""
    word, start, stop = found[0], found.start(), found.end()
    label = norm(word)
    begins = text.begins(start) or start == edge
    if word.endswith(("：", ":")) or (begins and text.short):
        return True
    following = text.text[stop : stop + 12]
    meant = meaning(label)
    if meant is not None and meant.money is not None:
        behind = _label_word().match(text.text, stop, end)
        return bool(_AFTER_LABEL.match(following)) or bool(behind and behind[0] not in ("绩效目标", "项目绩效目标"))
    if begins and not _NO_LABEL.match(following):
        return True
    return label not in seen and len(label) > 2 and not _NO_LABEL.match(following)


def _said(text: _Text, start: int, end: int) -> Iterator[Token]:
    """Yield the text between labels, a piece for each of its lines."""
    edges = [start, *text.edges(start, end), end]
    first = text.begins(start)
    for number, (begin, stop) in enumerate(pairwise(edges)):
        piece = _NUMBERED.sub("", text.text[begin:stop]).removesuffix("绩效指标" if stop == end else "")
        if piece:
            yield Token(piece, text.row(begin), bool(number) or first, False, 2 * len(piece), label=False)
