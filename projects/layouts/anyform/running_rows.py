"""Divide the running text below the heading of an indicator list into its rows and their cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from indicators.categories import core, level1_code, level2_code
from indicators.targets import Kind
from projects.layouts.anyform.contents import (
    is_category,
    is_level1,
    is_level2,
)
from projects.layouts.anyform.running_cells import cells_of
from projects.layouts.anyform.running_chunks import Chunk, Column, FoundRow, by_pattern, doubt, two_halves
from projects.layouts.anyform.running_leads import leads_of, split_leads
from projects.layouts.anyform.tokens import Token

_SCORE = re.compile(
    r"[（(][^（）()]{0,10}分[^（）()]{0,4}[)）]|[（(]\d{1,3}([-—~～]\d{1,3})?[)）]分?|[（(](必填|选填|必选|可选|核心)[^（）()]{0,8}[)）]"
)
_SCORE_BEGUN = re.compile(r"[（(][\d\-—~～]*$")
_SHORT = frozenset(["经济", "社会", "生态", "环境", "对象"])
_HALVES = 0.5
_BARE = frozenset(["数量", "质量", "时效", "成本"])
_SIDE = re.compile(r"(年度|项目)?绩效指标")
_TAIL = re.compile(r"指标|标|目标")
_GRADED = frozenset([Kind.GRADED, Kind.YES_NO, Kind.NOT_APPLICABLE])
_FIGURES = re.compile(r"[-—－/]+|\d[\d.,]*\s*[%％分]?")
END_WORDS = re.compile(
    r"(总分|合计|总计|总得分|得分合计)[:：]?[\d.]*|(备注|注|说明)([:：].*)?|(填表人|填报人|审核人|单位负责人|联系电话)[:：]?.{0,12}"
    r"|(其他(需要)?说明|偏差大或|目标未完成|(未完成)?原因分析|改进措施|存在(的)?问题|(评价|自评)结论).*|.{2,12}(审核|初审|评审|审批)意见"
    r"|[^\d]{0,20}[（(](盖章|签字|签章|公章)[)）].{0,24}"
)


def category_at(tokens: Sequence[Token], at: int, *, bare: bool = False) -> int:
    """Return the position behind the category that begins at ``at``, which may be broken over lines; 0 for none.

    ``bare``: also 数量, 服务对象满意度, words that elsewhere may as well be a name.
    """
    text = ""
    for end in range(at, min(at + 4, len(tokens))):
        token = tokens[end]
        if end > at and not token.first:
            return 0
        text += token.text
        if len(text) > 24:
            return 0
        word = _SCORE.sub("", text).endswith(("指标", "目标")) or _stands_alone(tokens, at, end)
        if word and (_names_category(text) or (bare and (is_level2(text) or text in _SHORT))):
            if end > at and _names_category(_text(tokens[at + 1 : end + 1])) and not level2_code(text):
                return 0
            end += 1
            if end < len(tokens) and tokens[end].first and _TAIL.fullmatch(tokens[end].text):
                end += 1
            for more in range(end + 1, min(end + 4, len(tokens) + 1)):
                if _SCORE.fullmatch(_text(tokens[end:more])):
                    return more
            return end
    return 0


def _stands_alone(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Tell whether pieces are no more than the beginning of a category that the next lines go on."""
    for stop in range(end + 2, min(at + 4, len(tokens)) + 1):
        if not tokens[stop - 1].first:
            break
        if _names_category(_text(tokens[at:stop])):
            return False
    return True


def _names_category(text: str) -> bool:
    bare = _SCORE.sub("", text)
    if _SCORE_BEGUN.search(bare):
        return False
    return not re.search("[（(]", bare) and is_category(bare)


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def divide(columns: list[Column], tokens: Sequence[Token]) -> tuple[list[FoundRow], int, float]:
    """Return the rows, and how many of the tokens they took: a total or a signature ends the list.

    The last says how well the cells, being whole, fit below the headings; 0 where some are left over.
    """
    if _hides_level(columns, tokens):
        level = next(n for n, column in enumerate(columns) if column.path in ("level1", "level2"))
        columns[level].path = "level1"
        columns.insert(level + 1, Column("二级指标", "level2"))
    reader = _Rows(columns)
    leads = leads_of(columns)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.first and END_WORDS.fullmatch(token.text) and (reader.chunks or reader.body):
            break
        starts = token.first or reader.fresh or bool(leads)
        end = category_at(tokens, at, bare=reader.wants_second) if starts else 0
        if end:
            reader.category(_text(tokens[at:end]), token.row, _following(tokens, end))
            at = end
            continue
        numbered = reader.numbered and token.first and token.text.isdigit()
        if not reader.body and (numbered or (token.first and _SIDE.fullmatch(token.text))):
            reader.fresh = True
            at += 1
            continue
        reader.body.append(token)
        reader.fresh = reader.numbered and token.first and token.text.isdigit()
        if reader.fresh:
            reader.body.pop()
        at += 1
    reader.close()
    halves = [n for n, column in enumerate(columns) if column.path == "name"]
    if len(halves) == 2:
        rows, fits = two_halves(columns, reader.chunks, halves), _HALVES
    elif any(token.whole for token in tokens[:at]):
        rows, fits = by_pattern(columns, reader.chunks)
    else:
        rows, fits = [row for chunk in reader.chunks for row in chunk.rows(columns)], 0.0
    doubt(rows, columns)
    for row in rows if leads else ():
        row.doubtful = row.doubtful or leads[-1] not in row.cells or leads[-1] not in rows[0].cells
    return rows, at, fits


def _hides_level(columns: list[Column], tokens: Sequence[Token]) -> bool:
    """Tell whether one heading stands above both categories: 指标类别 above 产出指标 and 数量."""
    if len([column for column in columns if column.path in ("level1", "level2")]) != 1:
        return False
    for at, token in enumerate(tokens):
        end = category_at(tokens, at) if token.first else 0
        if end and end < len(tokens):
            return tokens[end].text in _BARE
    return False


def _following(tokens: Sequence[Token], at: int) -> str:
    end = category_at(tokens, at) if at < len(tokens) else 0
    return _text(tokens[at:end]) if end else ""


@dataclass(slots=True)
class _Rows:
    columns: list[Column]
    chunks: list[Chunk] = field(default_factory=list)
    body: list[Token] = field(default_factory=list)
    fields: dict[int, str] = field(default_factory=dict)
    level1: str = ""
    level2: str = ""
    opened: int = 0
    waits: bool = False
    fresh: bool = False
    bare: bool = False

    @property
    def wants_second(self) -> bool:
        """Whether a level-1 category was just opened, or categories stand without 指标 in this list."""
        opened = bool(self.level1) and not self.level2 and not self.body and self.at("level2") is not None
        return opened or self.bare

    @property
    def numbered(self) -> bool:
        return self.columns[0].text in ("序号", "编号")

    def at(self, path: str) -> int | None:
        return next((n for n, column in enumerate(self.columns) if column.path == path), None)

    def category(self, text: str, row: int, following: str) -> None:
        """Open a category: of level 1 or of level 2, as what came before and what follows makes it."""
        first = self._is_first(text, following)
        self.close(ends=first)
        if first:
            self.level1, self.level2, self.waits = text, "", False
        else:
            self.level2, self.waits = text, True
            self.bare = self.bare or (core(text) in _BARE and core(text) == text)
            if self.at("level1") is None and self.at("level2") is None:
                self.waits = False
        self.opened = row
        self.fresh = True

    def _is_first(self, text: str, following: str) -> bool:
        bare = core(text)
        if self.at("level2") is None:
            return is_level1(text) or self.at("level1") is not None
        if not is_level1(text):
            return False
        if bare == "满意度" and level1_code(self.level1) == "outcome" and not self.level2:
            return core(following).endswith("满意度")
        if bare == "满意度":
            return not (level1_code(self.level1) == "satisfaction" and not self.level2 and not self.waits)
        if bare.endswith("满意度"):
            return False
        if bare == "成本":
            return bool(following) and core(following).endswith("成本") and core(following) != "成本"
        return not is_level2(text) or True

    def close(self, *, ends: bool = False) -> None:
        """Keep what was gathered below a category; in a list of projects the next one's fields may end it."""
        body, self.body = self.body, []
        if not body and not self.waits:
            return
        cells = cells_of(body, signs=self.at("operator") is None, units=self.at("unit") is None)
        fields: dict[int, str] = {}
        if ends and leads_of(self.columns):
            cells, fields = split_leads(self.columns, cells)
        levels = {self.at("level1"): self.level1, self.at("level2"): self.level2}
        known = {number: text for number, text in levels.items() if number is not None and text}
        if cells or self.waits:
            self.chunks.append(Chunk(cells, self.fields | known, self.opened))
        self.waits = False
        self.fields = self.fields | fields
