"""Text in which every cell is a paragraph by itself and nothing tells where a row ends.

Web pages saved as text and Word files whose tables were dissolved are like this. The borders of cells are known, so no
word has to be cut; which cells make a row is found by laying them below the headings, each where it fits, the whole
list at its best (:func:`lay`). What stands around the lists is read as running text is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from projects.layouts.anyform.contents import is_category, is_number, is_sign
from projects.layouts.anyform.laying import Piece, lay
from projects.layouts.anyform.running import LINES, SIDE, RunningReader
from projects.layouts.anyform.running_chunks import Column
from projects.layouts.anyform.running_labels import Label, known
from projects.layouts.anyform.tokens import Token
from projects.layouts.anyform.told import Rows
from projects.layouts.anyform.words import ACTUAL, half_of, heading, is_actual, meaning, words
from projects.layouts.labels import norm, squeeze
from projects.layouts.lines import Line, unit_line

_MOST = 1500  # cells of a list: no form has more, and the time grows with them
_FEW = 4
_ITEM = re.compile(r"目标\s*1|[（(]?[1一][)）、.．]|①")
_IN_BRACKETS = re.compile(r"[（(][^（）()]{1,10}[)）]|\d{1,3}分?[)）]")
_QUALIFIES = re.compile(r"全年|年初|年度|本年度?|当年|实际|调整[前后]|其中[:：]?")
_UNFINISHED = re.compile(
    r".*[及和与的]|实际|全年|年度|预期|年初|一级|二级|三级|计量|度量|绩效|偏差|未完成|指标|全年实际"
)
_LIKE_LABEL = re.compile(
    r"[^，。；：:\d]{2,12}(指标|目标|情况|安排|计划|信息|内容|概况|依据|措施|来源|进度|表)(（.{1,8}）)?[:：]?"
)
_LIKE_HEADING = re.compile(
    r".{0,6}(属性|方向性?|内容|说明|备注|依据|来源|类型|标准|分值|权重|符号|公式|口径|类别|级别)"
)
_END = re.compile(
    r"(注|备注|说明|填表说明)[:：].*|(填表人|填报人|审核人|单位负责人|联系电话|填报日期)[:：]?.*|附件\d*[:：]?|"
    r".*(ICP备|公网安备|版权所有|责任编辑|扫一扫|上一篇|下一篇|网站地图|网站标识码).*|(其他)?需要?说明的?(问题|事项|情况).*|其他说明"
)


def stream(lines: Sequence[Line], *, barred: bool = False) -> Rows | None:
    """Return the rows of a form whose cells became paragraphs, ``None`` where the headings do not stand alone.

    ``barred``: each line ended in a bar, so that those left out were blank cells.
    """
    if len(lines) < _FEW * 4 or not (_stand_alone(lines) or _labels_alone(lines)):
        return None
    tokens, blanks = _tokens(lines, barred)
    reader = _StreamReader(tokens, blanks=blanks)
    for line in lines:
        if unit_line(line.single):
            reader.out.lines.append(line)
    heads = reader.heads()
    if not heads and not _labels_alone(lines):
        return None
    at = 0
    for start, end, columns in heads:
        reader.fields(at, start)
        following = next((other for other, _, _ in heads if other > start), len(tokens))
        at = end + reader.take_list(columns, end, following)
    reader.fields(at, len(tokens))
    if not heads:
        return reader.out
    listed = any(column.path == "@project.name" for _, _, columns in heads for column in columns)
    enough = listed or reader.known + len(heads) > 1 or reader.rows >= _FEW
    return reader.out if reader.rows and enough else None


def _stand_alone(lines: Sequence[Line]) -> bool:
    """Tell whether headings of a list follow each other, each a paragraph by itself."""
    alone = [line.para and _heads(line.single) for line in lines]
    if not any(all(run) for run in zip(alone, alone[1:], alone[2:], strict=False)):
        return False
    return not any(_beside(text) for line in lines for text in line.single.split("\n"))


def _labels_alone(lines: Sequence[Line]) -> bool:
    """Tell whether a form without a list has its labels in paragraphs of their own: its name, its office, its goal."""
    texts = [line.single for line in lines if line.para]
    if any("\n" in text or _beside(text) for text in texts) or any("指标" in text and _heads(text) for text in texts):
        return False
    paths = {found.path for text in texts if len(text) <= 12 and (found := meaning(norm(text)))}
    goal = any(path.startswith("goals.") for path in paths)
    return goal and {"project.name", "department.name"} <= paths


def _beside(text: str) -> bool:
    """Tell whether cells stand beside each other in a line: then rows are lines, as far as they go."""
    pieces = text.split()
    kinds = [_heads(piece) or is_category(piece) or _is_money(piece) for piece in pieces]
    return sum(kinds) > 1 and sum(map(len, pieces)) > _FEW * 2


def _table_path(text: str) -> str:
    """Return the field of a table that a heading of a list of projects names, with a mark before it; else ``""``."""
    if len(text) > 18 or re.search("[，。；]", text):
        return ""
    if text in ("序号", "编号"):
        return "@number"
    if re.fullmatch(r"(年度|项目)?绩效(目标|指标)", text):
        return "@side" if text.endswith("指标") else "@goals.annual"
    if re.search(r"单位[（(](项目|专项)[)）]名称|项目名称", squeeze(text)):
        return "@project.name"
    found = meaning(norm(text))
    return f"@{'money' if found.money else found.path}" if found else ""


def _is_money(text: str) -> bool:
    found = known(text)
    return bool(found and found.money)


def _heads(text: str) -> bool:
    """Tell whether a cell is the heading of a column."""
    bare = norm(text)  # without its hints: 指标内容（150字内）
    plain = len(bare) <= 14 and not re.search(r"[\d%％]", bare) and not re.search("[，。]", text)
    return plain and bool(heading(bare)) and not is_category(text)


def dissolved(lines: Sequence[Line]) -> list[Line] | None:
    """Return the cells of rows that are none as paragraphs: nearly all stand alone, or a row holds a whole list."""
    rows = sum(1 for line in lines if not line.para and len(line.filled) > 1)
    if rows * 6 > len(lines) and not any(_runs_on(line) for line in lines):
        return None
    found = []
    for line in lines:
        cells = [cell for cell, text in zip(line.cells, line.texts, strict=True) if text]
        found += [Line([cell], para=True, style=line.style, grid=line.grid, y=line.y) for cell in cells]
    return found


def _runs_on(line: Line) -> bool:
    """Tell whether a row goes on where the next ones should begin."""
    if line.para or len(line.filled) < _FEW * 2:
        return False
    heads = [heading(norm(text)) for text in line.texts if _heads(text)]
    levels = sum(1 for found in heads if found and found[0] in ("level1", "level2", "name"))
    return levels >= 2 and len(heads) > _FEW and any(is_category(text) for text in line.texts)


def _tokens(lines: Sequence[Line], barred: bool) -> tuple[list[Token], list[int]]:
    """Return a token per cell, and how many blank cells stand before each: what the lines left out tell."""
    tokens: list[Token] = []
    gaps: list[int] = []
    end = 0
    for line in lines:
        text = line.single
        if not text or unit_line(text):
            continue
        row = line.origin.row
        gap, end = row - end, row + text.count("\n")
        before = tokens[-1].text if tokens else ""
        if _IN_BRACKETS.fullmatch(text) and 1 < len(before) <= 12:
            tokens[-1].text += text  # its score, its unit
        elif _QUALIFIES.fullmatch(before) and known(before + text) is not False:
            tokens[-1].text += text
        else:
            tokens.append(Token(text, row, True, True, whole=True))
            gaps.append(gap)
    usual = max(1, Counter(gaps[1:]).most_common(1)[0][0]) if len(gaps) > 1 else 1
    if usual < 2 and not (barred and _tells_blanks(tokens, gaps)):
        return tokens, [0] * len(tokens)  # a single blank line between paragraphs is no cell
    blanks = [max(0, gap // usual - 1) for gap in gaps]
    return tokens, [min(blank, 12) for blank in blanks]


def _tells_blanks(tokens: list[Token], gaps: list[int]) -> bool:
    """Tell whether a lone bar is a blank cell: where it opens rows, it stands before every label of the form too."""
    heads = (n for n in range(len(tokens) - 2) if all(_heads(token.text) for token in tokens[n : n + 3]))
    first = next(heads, 0)
    return sum(gap > 1 for gap in gaps[1:first]) * 8 <= first


@dataclass(slots=True)
class _StreamReader(RunningReader):
    """``blanks``: how many blank cells stand before each token; ``rows``: how many rows of lists were found."""

    blanks: Sequence[int] = ()
    rows: int = 0

    def heads(self) -> list[tuple[int, int, list[Column]]]:
        """Return where headings of lists begin and end, those of a list of projects with its first columns."""
        found: list[tuple[int, int, list[Column]]] = []
        at = 0
        while at < len(self.tokens):
            columns, end = self.heading_at(at)
            start = at
            while len([column for column in columns if column.path == "name"]) > 1 and columns[0].path == "name":
                start, columns = start + 1, columns[1:]  # 绩效指标 at the side of the list
            paths = {column.path for column in columns}
            named, valued = paths & {"level1", "level2", "name"}, paths & {"value", "quantity"}
            if "name" not in paths or not ((named and valued) or len(named) >= 3):
                at += 1
                continue
            first, _, columns = self._with_projects(start, end, columns)
            if first == start and start and SIDE.fullmatch(side := self.tokens[start - 1].text):
                first = start - 1
                self.sides[end] = side if half_of(norm(side)) else ""
            found.append((first, end, columns))
            at = end
        return found

    def _with_projects(self, start: int, end: int, columns: list[Column]) -> tuple[int, int, list[Column]]:
        """Add the columns in front of the indicators: office, project, amount, goal."""
        more: list[Column] = []
        at = start
        while at and len(more) < _FEW * 2:
            text = self.tokens[at - 1].text
            path = _table_path(text)
            if not path and not re.fullmatch(r"[^，。：:\d]{0,6}(处室|科室|股室|属性|性质|类型|级次|方式|年限)", text):
                break
            more.insert(0, Column(text, path))
            at -= 1
        while more and more[0].path == "@side":
            more.pop(0)
            at += 1
        if len(more) == 1 and more[0].path == "@number":
            return at, end, [*more, *columns]
        named = any(column.path in ("@project.name", "@project.code") for column in more)
        return (at, end, [*more, *columns]) if named and len(more) > 1 else (start, end, columns)

    def heading_at(self, at: int) -> tuple[list[Column], int]:
        """Return the columns of a heading that begins here, and the position behind it."""
        columns: list[Column] = []
        while at < len(self.tokens):
            text, end = self._whole_heading(at)
            found = heading(norm(text)) if text else None
            if found is None:
                break
            if text in ("序号", "编号"):
                columns.append(Column(text, "@number"))
            elif columns or found[0] not in (ACTUAL, "description", "basis", "standard"):
                columns.append(Column(text, found[0]))
            at = end
        if columns:
            more, at = self._up_to_rows(at)
            columns += more
        return columns, at

    def _up_to_rows(self, at: int) -> tuple[list[Column], int]:
        """Return headings whose words are not known: short cells between those that are and the first category."""
        found: list[Column] = []
        for end in range(at, min(at + 9, len(self.tokens))):
            text = self.tokens[end].text
            if is_category(text):
                return (found, end) if found else ([], at)
            if len(text) > 16 or re.search("[，。；]", text) or is_number(text) or is_sign(text):
                break
            label = heading(norm(text))
            found.append(Column(text, label[0] if label else ""))
        # In a list of projects the first row begins with other cells: only what sounds like a heading is one.
        more = list(takewhile(lambda column: column.path or _LIKE_HEADING.fullmatch(column.text), found))
        return more, at + len(more)

    def _whole_heading(self, at: int) -> tuple[str, int]:
        """Return a heading and the position behind it, its pieces put together where it was parted."""
        text, end = self.tokens[at].text, at + 1
        pieces = [token.text for token in self.tokens[at : at + 4]]
        if not _heads(text) or _UNFINISHED.fullmatch(text):
            sizes = (n for n in range(2, len(pieces) + 1) if _heads("".join(pieces[:n])))
            size = next((n for n in sizes if norm("".join(pieces[:n])) in words().columns or not _heads(text)), 0)
            size = size or (2 if len(pieces) > 1 and is_actual(text) and _heads("".join(pieces[:2])) else 0)
            if any(len(piece) > 8 or is_category(piece) for piece in pieces[:size]):
                size = 0
            if not size and not _heads(text):
                return "", at
            text, end = "".join(pieces[: size or 1]), at + (size or 1)
        while end < len(self.tokens):
            piece = self.tokens[end].text
            whole = not re.search("[及和与的]$", text)
            if (
                len(piece) > (_FEW if whole else _FEW * 2)
                or _heads(piece) != bool(re.search("[及和与的]$", text))
                or not _heads(text + piece)
            ):
                break
            if is_category(piece):
                break
            text, end = text + piece, end + 1
        return text, end

    def label_at(self, at: int, end: int) -> Label | None:
        """Return the label that begins here: a cell, or the few short pieces one was parted into."""
        text = ""
        for stop in range(at, min(at + 4, end)):
            piece = self.tokens[stop].text
            if stop > at and (len(piece) > 8 or len(text) > 12 or known(piece) is not False):
                break
            text += piece
            found = known(text, self.tokens[stop + 1].text if stop + 1 < end else "")
            if is_category(text) or (found is None and stop > at):
                break
            if found is not False:
                return Label(text, found or None, at, self._label_end(text, stop + 1, end), self.tokens[at].row)
        return None

    def _label_end(self, text: str, at: int, end: int) -> int:
        """Return the position behind a label: 及编码 goes on the cell before it."""
        more = self.tokens[at].text if at < end else ""
        goes_on = re.match("[及和与、]", more) and len(more) <= _FEW * 2 and known(text + more) is not False
        return at + 1 if goes_on else at

    def goals(self, run: list[Label], body: list[Token]) -> None:
        """Add goals whose labels stand beside each other and their texts below, each of one paragraph or more."""
        while len(body) > 1 and _LIKE_LABEL.fullmatch(body[-1].text):
            self.loose(body[-1:])
            body = body[:-1]
        labels = run[-2:] if len(run) > 2 and len(body) != len(run) else run
        first = _ITEM.match(body[0].text) if body else None
        again = [n for n, one in enumerate(body) if n and first and one.text.startswith(first[0])]
        if len(labels) == 2 and len(body) > 2 and (len(again) == 1 or len(body) % 2 == 0):
            middle = again[0] if len(again) == 1 else len(body) // 2
            if not again:
                self.out.doubtful.update(label.row for label in labels)
            self.pair(labels[0], body[:middle], None)
            self.pair(labels[1], body[middle:], None)
            return
        RunningReader.goals(self, run, body)

    def take_list(self, columns: list[Column], start: int, limit: int) -> int:
        """Add the heading and the rows of a list; return how many tokens they took."""
        begin = start
        stop = min(limit, start + _MOST)
        stop = next((n for n in range(start, stop) if _END.fullmatch(self.tokens[n].text)), stop)
        columns = self._with_scores(columns, start, stop)
        if stop - start > 1 and is_number(self.tokens[start].text) and is_category(self.tokens[start + 1].text):
            start += 1  # how much the whole list scores
        pieces: list[Piece] = []
        if [token.text for token in self.tokens[start : start + 3]] == ["1", "2", "3"]:
            numbers = next((n for n in range(start, stop) if self.tokens[n].text != str(n - start + 1)), stop)
            start = min(numbers, start + len(columns))  # 1 2 3 4: the form numbers its columns
        for n in range(start, stop):
            pieces += [Piece("", self.tokens[n].row, n)] * self.blanks[n]
            pieces.append(Piece(self.tokens[n].text, self.tokens[n].row, n))
        rows, last = lay(columns, pieces)
        head = self.tokens[begin - 1].row
        self.rows += len(rows)
        self.add_list(columns, rows, head, self.sides.get(begin, ""))
        return last + 1 - begin if rows else 0

    def _with_scores(self, columns: list[Column], start: int, stop: int) -> list[Column]:
        """Add the column of scores that has no heading: a small number at the end of every row."""
        if any(column.path == "weight" or "分" in column.text for column in columns):
            return columns
        texts = [token.text for token in self.tokens[start:stop]]
        scores = sum(
            1
            for text, after in zip(texts, [*texts[1:], ""], strict=True)
            if re.fullmatch(r"\d{1,2}", text)
            and (not after or is_category(after) or re.match(r"(指标)?\d+[:：.、]", after))
        )
        rows = len(texts) / len(columns)
        return [*columns, Column("分值", ACTUAL)] if scores > _FEW and scores * 2 > rows else columns

    def pair(self, label: Label, body: list[Token], group: Label | None) -> None:
        """Add a label with the cell behind it; of a long text all its paragraphs, but no label that nobody knows."""
        found = label.found
        long = found is not None and LINES.match(found.path)
        kept = body if long else body[:1]
        while long and len(kept) > 1 and _LIKE_LABEL.fullmatch(kept[-1].text):
            kept = kept[:-1]
        RunningReader.pair(self, label, kept, group)
        self.loose(body[len(kept) :])

    def prose_of(self, body: list[Token]) -> str:
        """Return a long text: each of its paragraphs stood by itself."""
        return "\n".join(token.text for token in body)
