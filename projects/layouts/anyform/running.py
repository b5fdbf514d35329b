"""Find the rows of an unknown form in running text: the text of a PDF, or of a table whose cells became words.

Known labels divide the text in front of a list, known headings tell where a list begins, categories and values divide
what stands below it. What comes out are rows as a table has them; :mod:`projects.layouts.anyform.reader` reads those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from projects.grids.grid import Cell, Origin
from projects.layouts.anyform.contents import is_category
from projects.layouts.anyform.running_chunks import Column, FoundRow, swapped, tell_levels, worth
from projects.layouts.anyform.running_labels import (
    Label,
    amount,
    figures,
    is_figure,
    is_goal,
    known,
    line_of_figures,
    texts_beside,
)
from projects.layouts.anyform.running_laid import laid
from projects.layouts.anyform.running_leads import lead_columns
from projects.layouts.anyform.running_rows import category_at, divide
from projects.layouts.anyform.tokens import Token, glue, prose
from projects.layouts.anyform.told import Rows
from projects.layouts.anyform.words import ACTUAL, half_of, heading, is_actual, meaning, words
from projects.layouts.labels import norm, unit_of
from projects.layouts.lines import Line, department_line, is_coded_department, unit_line

SIDE = re.compile(
    r"(年度|项目|专项|长期|中期|实施期|本年度?)?(年度|绩效|目标|项目)*(指标|目标|指标表|(指标|目标)(信息|情况|内容))"
)
_BRACKET_UNIT = re.compile(r"[（(](?:单位[:：])?(?:万元|元)[)）]")
LINES = re.compile(r"goals\.|project\.(overview|purpose)|duties")
_LETTER = re.compile(r"[（(]?[A-D][)）]?$")  # 预算数(A), 实际完成值(B
_GOES_ON = ("及", "和", "或", "（", "(")
_NO_DATE = re.compile(r"年?\s*月\s*日")  # to be signed here
_SCORE = re.compile(r"[（(]?\d{1,3}分[)）]?")
_FULLER = 0.3
_LAID, _HALVES = 0.03, -0.1  # by how much the rows laid out have to look better


def _worth(rows: list[FoundRow], columns: list[Column]) -> float:
    places = [n for n, column in enumerate(columns) if column.path in ("name", "value", "quantity")]
    told = [worth(row, columns) for row in rows if any(row.cells.get(n) for n in places)]
    return sum(told) / len(told) if told else -1.0


def _filled(rows: list[FoundRow], columns: list[Column]) -> float:
    kept = [n for n, column in enumerate(columns) if column.path not in ("level1", "level2")]
    return sum(bool(row.cells.get(n)) for row in rows for n in kept) / max(len(rows), 1)


@dataclass(slots=True)
class RunningReader:
    """Turns pieces of text into rows, list by list and what stands between."""

    tokens: list[Token]
    out: Rows = field(default_factory=Rows)
    known: int = 0
    y: int = 0
    listed: bool = False
    sides: dict[int, str] = field(default_factory=dict)

    # -- lists ----------------------------------------------------------------------------------

    def heads(self) -> list[tuple[int, int, list[Column]]]:
        """Return where headings of indicator lists begin and end, and their columns."""
        found = []
        at = 0
        while at < len(self.tokens):
            columns, end = self.heading_at(at)
            tell_levels(columns)
            paths = {column.path for column in columns}
            named, valued = paths & {"level1", "level2", "name"}, paths & {"value", "quantity"}
            if "name" in paths and ((named and valued) or len(named) >= 3):
                start = at
                side = columns[0].text
                popped = ""
                while columns[0].path == "name" and len([c for c in columns if c.path == "name"]) > 1:
                    popped += columns.pop(0).text  # 绩效指标 at the side of the list
                leads, start = lead_columns(self.tokens, start)
                if not leads:
                    start, side = self._side_before(start, side, popped)
                columns = [*leads, *columns]
                self.sides[end] = side if half_of(norm(side)) and SIDE.fullmatch(side) else ""
                found.append((start, end, columns))
                at = end
            else:
                at += 1
        return found

    def _side_before(self, start: int, side: str, popped: str) -> tuple[int, str]:
        """Return what stands at the side of a list right before its headings, and where it begins.

        ``popped``: what was read as a heading of it: 指标 of 年度绩效 | 指标.
        """
        for back in range(min(3, start), 0, -1):
            text = "".join(token.text for token in self.tokens[start - back : start])
            if SIDE.fullmatch(text):
                return start - back, text
            if popped and SIDE.fullmatch(text + popped):
                return start - back, text + popped
        return start, side

    def heading_at(self, at: int) -> tuple[list[Column], int]:
        """Return the columns of a heading that begins here, and the position behind it."""
        columns: list[Column] = []
        while at < len(self.tokens):
            valued = any(column.path in ("value", "quantity") for column in columns)
            text = self.tokens[at].text
            if valued and (SIDE.fullmatch(text) or (heading(norm(text)) is None and category_at(self.tokens, at))):
                break  # the first row
            text, end, path = self._one_heading(at)
            if not end:
                break
            if path == "operator" and "方向" in text and any(column.path == path for column in columns):
                path = ACTUAL  # the sign stands in a column of its own
            columns.append(Column(text, path))
            at = end
        return columns, at

    def _one_heading(self, at: int) -> tuple[str, int, str]:
        """Return a heading that begins here, the position behind it and its field; broken over lines or not."""
        best: tuple[str, int, str] = ("", 0, "")
        text = ""
        for end in range(at, min(at + 4, len(self.tokens))):
            token = self.tokens[end]
            if end > at and not token.first and not _BRACKET_UNIT.fullmatch(token.text):
                break
            if end > at and category_at(self.tokens, end):
                break
            text += token.text
            label = norm(_LETTER.sub("", text))
            if (token.gap or token.whole) and best[1] and label not in words().columns:
                break
            if end > at and any(known(one.text) not in (None, False) for one in (token, self.tokens[at])):
                break
            if re.search(r"[，。；]|\d[%\d]", text) or len(text) > 24:
                break
            if not label or is_category(text) or re.fullmatch(r"[（(].*[)）]", text):
                continue
            found = heading(label)
            if found is None:
                continue
            rest = norm(text[len(best[0]) :]) if best[1] else ""
            if len(rest) > 3 and heading(rest) and label not in words().columns:
                break  # two headings, each whole: 指标值 | 度量单位
            piece = norm(token.text)
            own = heading(piece)  # 成值 ends 实际完成值, 得分 is a heading by itself
            whole = own is not None and (len(piece) > 2 or piece in words().columns or own[0] != "value")
            told = len(norm(best[0])) > 3 and norm(best[0]) in words().columns
            again = end > at and (whole or told) and label not in words().columns
            if not (again and best[1]):
                best = (text, end + 1, found[0])
        if (
            best[1]
            and best[1] < len(self.tokens)
            and re.fullmatch(r"[（(][^（）()]{1,8}[)）]", self.tokens[best[1]].text)
        ):
            best = (best[0] + self.tokens[best[1]].text, best[1] + 1, best[2])
        return best

    def take_list(self, columns: list[Column], start: int, limit: int) -> int:
        """Add the heading and the rows of a list; return how many tokens they took."""
        rows, taken, fits = divide(columns, self.tokens[start:limit])
        other, used = laid(columns, self.tokens[start:limit])
        if other and self._better(other, rows, columns):
            rows, taken, fits = other, used, 0.0
        self.out.fits = min(self.out.fits, fits)
        self.add_list(columns, rows, self.tokens[start - 1].row, self.sides.get(start, ""))
        return taken

    @staticmethod
    def _better(laid_out: list[FoundRow], divided: list[FoundRow], columns: list[Column]) -> bool:
        """Tell whether the rows laid out look better than those divided, or as good with more of their cells found."""
        halves = sum(column.path == "name" for column in columns) > 1
        more = _worth(laid_out, columns) - _worth(divided, columns)
        if more > (_HALVES if halves else _LAID):
            return True
        paths = [column.path for column in columns]
        described = "value" in paths and "description" in paths[: paths.index("value")]  # a text between name and value
        return described and more >= 0 and _filled(laid_out, columns) > _filled(divided, columns) + _FULLER

    def add_list(self, columns: list[Column], rows: list[FoundRow], head: int, side: str) -> None:
        """Add the heading of a list, what stands at its side, and its rows."""
        self.listed = True
        if side:
            self.out.lines.append(Line([Cell(side, origin=Origin(head, 1))], para=True))
        self._row([(n, column.text) for n, column in enumerate(columns)], head)
        for row in rows:
            self._listed(row, columns, head)

    def _listed(self, row: FoundRow, columns: list[Column], head: int) -> None:
        number = row.row or head
        if row.doubtful or swapped(row, columns):
            self.out.doubtful.add(number)
        self.out.listed.append(worth(row, columns))
        self.out.at.append(number)
        self._row([(n, row.cells.get(n, "")) for n in range(len(columns))], number)

    # -- fields ---------------------------------------------------------------------------------

    def fields(self, start: int, end: int) -> None:
        """Add the labels and texts between two lists."""
        labels = self._labels(start, end)
        first = labels[0].start if labels else end
        self._around(start, first)
        number = 0
        group: Label | None = None
        while number < len(labels):
            run = self._run(labels, number, end)
            if len(run) > 1 and (taken := self._matrix(labels, number, run, end)):
                number = taken
                continue
            limit = labels[number + len(run)].start if number + len(run) < len(labels) else end
            body = self.tokens[run[-1].end : limit]
            figures = line_of_figures(body)
            if len(run) > 1 and len(figures) > 1 and len(figures) in (len(run), len(run) - 1):
                for one, token in zip(run[-len(figures) :], figures, strict=True):
                    self.pair(one, [token], run[0] if len(run) > len(figures) else None)
            elif len(run) > 1 and all(is_goal(one) for one in run[-2:]):
                self.goals(run, body)
            else:
                for one in run[:-1]:
                    group = one
                    if not one.money:
                        self.pair(one, [], None)
                last = run[-1]
                if group is not None and not last.money and last.found:
                    group = None
                self.pair(last, body, group)
            number += len(run)

    def _labels(self, start: int, end: int) -> list[Label]:
        found: list[Label] = []
        at = start
        while at < end:
            label = self.label_at(at, end)
            if label is None:
                at += 1
                continue
            found.append(label)
            at = label.end
        self.known += sum(1 for label in found if label.found)
        return found

    def label_at(self, at: int, end: int) -> Label | None:
        """Return the label that begins here: the longest that its pieces, broken over lines, make."""
        if self.tokens[at].label is not None:
            told = self.tokens[at]
            return Label(told.text, meaning(norm(told.text)), at, at + 1, told.row) if told.label else None
        best: Label | None = None
        text = ""
        for stop in range(at, min(at + 5, end)):
            token = self.tokens[stop]
            if stop > at and not token.first and not _BRACKET_UNIT.fullmatch(token.text):
                break
            text += token.text
            new = (token.gap or token.whole) and not token.text.startswith(_GOES_ON)
            if len(text) > 30 or (stop > at and new and best):
                break
            if is_category(text):
                return None
            following = self.tokens[stop + 1].text if stop + 1 < end else ""
            found = known(text, following)
            exact = norm(text) in words().labels
            if found is not False and (exact or stop == at or not self._ends_label(at + 1, stop + 1)):
                best = Label(text, found or None, at, stop + 1, self.tokens[at].row)
        return best

    def _ends_label(self, start: int, end: int) -> bool:
        """Tell whether the later pieces are a label by themselves: what stands before them is no part of it."""
        for first in range(start, end):
            rest = "".join(token.text for token in self.tokens[first:end])
            if len(rest) > 2 and known(rest) is not False:
                return True
        return False

    def _run(self, labels: list[Label], number: int, end: int) -> list[Label]:
        """Return labels that follow each other without any text between."""
        run = [labels[number]]
        for label in labels[number + 1 :]:
            if run[-1].end != label.start or (run[-1].text.rstrip().endswith(("：", ":")) and not label.money):
                break
            run.append(label)
        return run

    def _matrix(self, labels: list[Label], number: int, run: list[Label], end: int) -> int:
        """Add amounts in rows and columns; return the label behind them, 0 where there is no such thing."""
        last = number + len(run) - 1
        heads = list(run[:-1])
        if len([one for one in heads if one.money]) < 2 or not run[-1].money:
            return 0
        row_starts = self.tokens[run[-1].start].first
        rows: list[tuple[Label, list[Token]]] = []
        at = last
        while at < len(labels) and labels[at].money:
            limit = labels[at + 1].start if at + 1 < len(labels) else end
            cells = self.tokens[labels[at].end : limit]
            if cells and cells[0].whole:
                cells = line_of_figures(cells)
            body = figures(cells)
            if not all(is_figure(token.text) for token in cells) or (not body and rows):
                break
            rows.append((labels[at], body))
            at += 1
        most = max((len(body) for _, body in rows), default=0)
        if not rows or most < 2 or not row_starts:
            return 0
        heads = heads[-most:] if len(heads) >= most else heads
        side = run[0] if run[0] not in heads else None
        self._row(
            [(0, side.text if side else ""), *((n, one.text) for n, one in enumerate(heads, start=2))], run[0].row
        )
        self.out.lines[-1].cells[0].rowspan = len(rows) + 1
        for label, body in rows:
            self._row([(1, label.text), *((n, token.text) for n, token in enumerate(body, start=2))], label.row)
        return at

    def goals(self, run: list[Label], body: list[Token]) -> None:
        """Add goals whose labels stand beside each other and their texts below, one for each or fewer."""
        aims = [number for number, one in enumerate(run) if not is_goal(one)]
        for one in run[: aims[-1] + 1 if aims else 0]:
            if not one.money:
                self.pair(one, [], None)
        run = run[aims[-1] + 1 :] if aims else run
        parts = texts_beside(body, len(run))
        goals = list(run)
        paths = {one.found.path for one in run if one.found}
        if len(parts) < 2 and "goals.annual" in paths and {"goals.period", "goals.whole"} & paths:
            self.out.doubtful.add(run[-1].row)  # both may stand in the one text
        while len(goals) > len(parts) and len(goals) > 1 and not all(is_actual(norm(g.text)) for g in goals[:2]):
            if is_actual(norm(goals[0].text)) and len(goals) == 2:
                break
            if len(goals) == 2 and is_actual(norm(goals[1].text)):
                break
            goals.pop(0)
        if len(goals) == len(parts):
            for label, part in zip(goals, parts, strict=True):
                self.pair(label, part, None)
            return
        target = [one for one in goals if not is_actual(norm(one.text))][-1:] or goals[-1:]
        if len(parts) > 1:
            self.out.doubtful.add(target[0].row)
        self.pair(target[0], body, None)

    def pair(self, label: Label, body: list[Token], group: Label | None) -> None:
        """Add a label with what stands behind it."""
        found = label.found
        rest: list[Token] = []
        if found and LINES.match(found.path):
            text = self.prose_of(body)
        elif label.money and body and (len(body) > 1 or body[0].label is False):
            text = amount(body)
        elif len(body) > 1 and body[0].whole and found:
            text, rest = body[0].text, body[1:]
        else:
            text = glue(body)
        if found is None and self.listed:
            # Below a list a row would be taken for one of its own.
            cell = Cell(f"{label.text.rstrip('：:')}：{text}", origin=Origin(label.row, 1))
            self.out.lines.append(Line([cell], para=True))
            return
        if _SCORE.fullmatch(text) or _NO_DATE.fullmatch(text):
            return
        unit = unit_of(label.text) or (unit_of(group.text) if group else "")
        shown = label.text if not unit or unit_of(label.text) else f"{label.text.rstrip('：:')}（{unit}）"
        self._row([(0, shown), (1, text)], label.row)
        for one, other in zip(rest[::2], rest[1::2], strict=False):
            self._row([(0, one.text), (1, other.text)], one.row)

    def prose_of(self, body: list[Token]) -> str:
        """Return the long text that pieces make."""
        return prose(body)

    def _around(self, start: int, end: int) -> None:
        """Add what stands in front of the first label line by line: unit, department, year."""
        self.loose(self.tokens[start:end])

    def loose(self, tokens: Sequence[Token]) -> None:
        """Add pieces without a label line by line."""
        line: list[Token] = []
        for token in [*tokens, None]:
            if line and (token is None or token.first):
                texts = [one.text for one in line]
                parts = (
                    texts
                    if any(unit_line(t) or is_coded_department(t) or department_line(t) is not None for t in texts)
                    else [glue(line)]
                )
                cells = [Cell(text, n, origin=Origin(line[0].row, n + 1)) for n, text in enumerate(parts)]
                self.out.lines.append(Line(cells, para=True))
                line = []
            if token is not None:
                line.append(token)

    def _row(self, cells: list[tuple[int, str]], row: int) -> None:
        self.y += 1
        made = [Cell(text, col, origin=Origin(row, col + 1)) for col, text in cells]
        self.out.lines.append(Line(made, para=False, grid=1, y=self.y))
