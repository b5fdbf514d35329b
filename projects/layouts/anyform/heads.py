"""Find the heading rows of the lists in a table, one to four lines high, and what each column is called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from indicators.categories import core
from projects.layouts.anyform.contents import is_category, is_level1, is_level2
from projects.layouts.anyform.money import Money, money_at
from projects.layouts.anyform.sheet import Sheet, Spot, covering
from projects.layouts.anyform.words import ACTUAL, GRADE, half_of, heading, is_actual, meaning
from projects.layouts.bound import CONFIRMED, CONTENTS, SYNONYM
from projects.layouts.corrections import PERIOD, Hints
from projects.layouts.labels import norm, squeeze, unit_of

LIST_FIELDS = frozenset(
    ["level1", "level2", "name", "value", "quantity", "operator", "unit", "weight", "description", "basis", "standard"]
)
_NAMES = frozenset(["level1", "level2", "name"])
_VALUES = frozenset(["value", "quantity", GRADE])
_GROUP = re.compile(
    r"(?!.*[，。；])[^：]{0,8}(指标|目标|中期|年度|实施期|长期|产出|效益|满意度|成本|金额|资金|预算|评价|标准|情况|任务)[^：]{0,8}"
)
_MOST = 3
PAIRS = "pairs"  # a column of a category with several indicators and their values in one cell

TASKS = {
    "item": re.compile(r"(重点|主要|年度|工作)?(工作)?(任务|事项|重点工作)(名称|事项|计划)?|主要工作"),
    "goal": re.compile(r"(主要|工作|任务)?(内容|目标|举措)|预期(目标|成果)|(具体)?(工作)?(目标|要求)"),
    "unit": re.compile(r"(责任|牵头|承担|实施)(单位|科室|部门|处室|股室).{0,3}|责任人"),
}
COSTS = {
    "content": re.compile(r"(支出|费用)?(内容|项目|事项|用途|科目)(简介|名称)?|支出(内容|名称)"),
    "detail": re.compile(r"(支出)?明细(项目|内容)?|规格型号|(支出)?子项"),
    "amount": re.compile(r"(预算|支出|测算)?(金额|预算数|小计)"),
    "basis": re.compile(r".*(测算|计算)(依据|标准|过程|公式|说明).*|备注"),
}
ITEMS = {
    "no": re.compile(r"序号|编号"),
    "name": re.compile(r".{0,6}(项目|专项|资金|支出)?名称|项目"),
    "amount": re.compile(r".{0,6}(金额|预算数|总额|资金|预算)"),
    "period_goal": re.compile(r".*(实施期|中期|长期|总体?).{0,4}目标"),
    "annual_goal": re.compile(r".{0,8}目标"),
}


@dataclass(slots=True)
class Column:
    """A column of a list. ``path``: a leaf of its rows, ``@`` and a field of the table, ``-`` (achieved), or ``""``."""

    start: int
    end: int
    label: str
    labels: tuple[str, ...] = ()
    path: str = ""
    half: str = ""
    level1: str = ""
    level2: str = ""
    money: Money | None = None
    rank: int = 0
    unit: str = ""
    how: str = SYNONYM
    sure: float = 0.0
    name: str = ""  # the indicator, where it stands in the heading


@dataclass(slots=True)
class Head:
    """The heading of a list: its lines, its columns, what it lists, and which half of two it is."""

    of: str
    first: int
    last: int
    columns: list[Column] = field(default_factory=list)
    half: str = ""

    @property
    def many(self) -> bool:
        """Whether each row, or run of rows, names its own project."""
        named = ["@project.name", "@project.code", *(["@department.name"] if self.of == "wide" else [])]
        return any(column.path in named for column in self.columns)


def find_heads(sheet: Sheet, hints: Hints) -> list[Head]:
    """Return the headings of all lists of a table in order."""
    found: list[Head] = []
    index = 0
    while index < len(sheet.lines):
        if not any(head.of == "indicators" for head in found) and (bare := _headless(sheet, index)):
            found.append(bare)
            index += 1
            continue
        head = None if sheet.lines[index].para else _head_at(sheet, index, hints, found[-1].last if found else -1)
        if head is None:
            index += 1
            continue
        found.append(head)
        index = head.last + 1
    return found


def _headless(sheet: Sheet, index: int) -> Head | None:
    """Return the columns of a list without any heading: its first row begins with a level-1 and a level-2 category."""
    tops = sheet.filled(index)
    if sheet.lines[index].para or len(tops) < 4 or not (is_level1(tops[0].text) and is_level2(tops[1].text)):
        return None
    if not any(is_category(spot.text) for spot in tops[:2]):
        return None
    paths = ["level1", "level2"]
    columns = [
        Column(spot.col, spot.end, "", ("",), paths[n] if n < 2 else "", how=CONTENTS, sure=0.8)
        for n, spot in enumerate(tops)
    ]
    return Head("indicators", index, index - 1, columns)


def _head_at(sheet: Sheet, index: int, hints: Hints, after: int) -> Head | None:
    of = _kind_of(sheet, index, hints)
    if not of:
        return None
    last = _bottom(sheet, index)
    if of == "wide":
        sides = [s.last for s in sheet.filled(index) if s.tall and s.last - index < _MOST and meaning(norm(s.text))]
        last = max([last, *sides[:1]])
        if last == index and _second_categories(sheet, index + 1):
            last = index + 1
    if of in ("projects", "items", "wide") and last > index and _kind_of(sheet, last, hints) == "indicators":
        of = "indicators"
    first = _top(sheet, index, last, after)
    head = Head(of, first, last)
    for spot in sheet.spots[last]:
        stack = _stack(sheet, first, last, spot)
        if stack and not (spot.last > last and spot.tall):
            head.columns.append(_column(of, spot, stack, hints, head.columns))
    if not head.columns or (of in ("projects", "wide") and not head.many):
        return None
    head.half = _half(sheet, head)
    if of == "indicators":
        _second_level(sheet, head)
    return head


def _second_categories(sheet: Sheet, index: int) -> bool:
    """Tell whether a line is the second of a heading of categories: 数量指标, 质量指标 below 产出指标, else blank."""
    if index >= len(sheet.lines) or not sheet.follows(index):
        return False
    texts = [spot.text for spot in sheet.filled(index)]
    return len(texts) > 2 and all(is_category(text) and is_level2(text) for text in texts)


def _second_level(sheet: Sheet, head: Head) -> None:
    """Divide a heading of categories that stands above two columns: 指标类别 above 产出指标 and 数量.

    Where merges were lost the rows simply have one cell more than the heading.
    """
    levels = [column for column in head.columns if column.path in ("level1", "level2")]
    following = range(head.last + 1, min(head.last + 7, len(sheet.lines)))
    rows = [sheet.filled(index) for index in following if sheet.follows(index)]
    if len(levels) != 1 or not rows:
        return
    level = levels[0]
    at = head.columns.index(level)
    inside = [s.col for row in rows for s in row if level.start < s.col < level.end]
    if len(inside) * 2 > len(rows):
        second = Column(min(inside), level.end, "", ("",), "level2", how=CONTENTS, sure=0.75)
        level.end = second.start
    else:
        full = [row for row in rows if len(row) > 2 and is_level1(row[0].text) and row[0].col == level.start]
        more = [row for row in full if _is_short_category(row[1].text) and row[1].col == level.end]
        if not full or len(more) < len(full) or any(s.cell.colspan > 1 for row in rows for s in row):
            return
        if max(s.end for row in rows for s in row) != head.columns[-1].end + 1:
            return
        for column in head.columns[at + 1 :]:
            column.start, column.end = column.start + 1, column.end + 1
        second = Column(level.end, level.end + 1, "", ("",), "level2", how=CONTENTS, sure=0.75)
    level.path = "level1"
    head.columns.insert(at + 1, second)


def _is_short_category(text: str) -> bool:
    return is_level2(text) or text in ("经济", "社会", "生态", "环境", "可持续", "对象")


def _kind_of(sheet: Sheet, index: int, hints: Hints) -> str:
    spots = sheet.filled(index)
    if len(spots) < 2:
        return ""
    labels = [norm(spot.text) for spot in spots]
    fields = set()
    for label, spot in zip(labels, spots, strict=True):
        hinted = hints.columns.get((label, 0))
        found = (hinted, 1.0) if hinted else None if is_category(spot.text) else heading(label)
        if found and found[0]:
            fields.add(found[0].removeprefix(PERIOD))
    named, valued = fields & _NAMES, fields & _VALUES
    if (named and valued) or len(named) >= 2:
        if any(_is_figure(spot.text) for spot in spots) or sum(map(is_category, (s.text for s in spots))) > 1:
            return ""
        return "indicators"
    for of, patterns, needs in (
        ("tasks", TASKS, {"item", "goal"}),
        ("costs", COSTS, {"content", "amount", "basis"}),
        ("items", ITEMS, {"no", "name", "amount", "annual_goal"}),
    ):
        matched = {name for name, pattern in patterns.items() if any(map(pattern.fullmatch, labels))}
        if needs <= matched and not (of == "items" and len(spots) > 6):
            return of
    if _is_wide(sheet, index):
        return "wide"
    return "projects" if _lists_projects(labels, spots) else ""


def _is_wide(sheet: Sheet, index: int) -> bool:
    """Tell whether a row heads a list with one project a row and its indicators in columns of categories."""
    columns = [s for s in sheet.filled(index) if is_category(s.text) and (is_level2(s.text) or is_level1(s.text))]
    names = [s for s in sheet.spots[index] if s.text and not is_category(s.text) and meaning(norm(s.text))]
    named = any((found := meaning(norm(s.text))) and found.path in ("project.name", "department.name") for s in names)
    return len(columns) >= 3 and named and not any(_is_figure(s.text) for s in sheet.filled(index))


def _lists_projects(labels: list[str], spots: list[Spot]) -> bool:
    """Tell whether a row is the heading of a list with one project a row, without indicators."""
    means = [meaning(label) for label in labels]
    paths = {found.path for found in means if found and not found.money}
    paths |= {"project.name" for spot in spots if _UNIT_OR_PROJECT.fullmatch(squeeze(spot.text))}
    known = sum(found is not None for found in means)
    goals = any(path.startswith("goals.") for path in paths)
    return "project.name" in paths and goals and known >= 3 and known * 2 >= len(spots) and len(spots) >= 3


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[≥≤=]?\s*\d[\d.,]*\s*[%％]?", text))


def _bottom(sheet: Sheet, index: int) -> int:
    """Return the last line of a heading that begins in (or has its main line) ``index``."""
    headed = [s for s in sheet.filled(index) if heading(norm(s.text)) or meaning(norm(s.text))]
    depth = index
    tall = [spot.last for spot in headed if spot.tall and spot.last - index < _MOST]
    if tall and len(tall) * 2 >= sum(1 for spot in headed):
        depth = min(tall)
    wide = [spot for spot in headed if spot.cell.colspan > 1 and not spot.tall]
    following = index + 1
    if depth == index and wide and following < len(sheet.lines) and sheet.follows(following):
        below = sheet.filled(following)
        inside = [any(w.col <= s.col and s.end <= w.end for w in wide) for s in below]
        if len(below) >= 2 and all(inside) and all(_is_subheading(s.text) for s in below):
            depth = following
    while depth > index and not all(_is_subheading(s.text) for s in sheet.filled(depth)):
        depth -= 1
    return depth


def _is_subheading(text: str) -> bool:
    label = norm(text)
    if not label or len(label) > 14 or _is_figure(text):
        return False
    known = heading(label) or meaning(label) or half_of(label) or is_actual(label)
    return bool(known) or len(label) <= 4


def _top(sheet: Sheet, index: int, last: int, after: int) -> int:
    """Return the first line of the heading: group headings above, and cells that reach down into it."""
    first = index
    while first - 1 > after and sheet.follows(first):
        above = first - 1
        reaching = [s for s in sheet.spots[index] if not s.top and s.line <= above and s.text and s.last <= last]
        filled = sheet.filled(above)
        wide = [s for s in filled if s.cell.colspan > 1]
        grouped = len(wide) >= 2 and len(filled) >= 2 and all(_is_group(s) for s in filled)
        # Headings above blank cells of the heading row: the merge was lost, the cell is theirs.
        blank = [s for s in sheet.tops(index) if not s.text]
        over = [covering(sheet.spots[above], s.col, s.end) for s in blank]
        named = [
            s for s in over if s and s.text and s.cell.colspan == 1 and (meaning(norm(s.text)) or heading(norm(s.text)))
        ]
        lost = len(named) >= 2 and all(len(norm(s.text)) <= 16 for s in filled)
        if not reaching and not grouped and not lost:
            break
        if reaching and not all(len(norm(s.text)) <= 24 for s in filled):
            break
        first = above
    return first


def _is_group(spot: Spot) -> bool:
    label = norm(spot.text)
    return len(label) <= 16 and bool(_GROUP.fullmatch(label)) and not spot.text.rstrip().endswith(("：", ":"))


def _stack(sheet: Sheet, first: int, last: int, spot: Spot) -> list[str]:
    """Return the texts above a column, the outermost first."""
    texts: list[str] = []
    seen: list[int] = []
    for line in range(first, last + 1):
        found = covering(sheet.spots[line], spot.col, spot.end)
        if found and found.text and id(found.cell) not in seen and not (found.tall and found.last > last):
            seen.append(id(found.cell))
            texts.append(found.text)
    return texts


def _column(of: str, spot: Spot, stack: list[str], hints: Hints, before: list[Column]) -> Column:
    labels = tuple(norm(text) for text in stack)
    label = labels[-1]
    column = Column(spot.col, spot.end, label, labels)
    column.unit = next((unit for text in reversed(stack) if (unit := unit_of(text))), "")
    nth = sum(1 for one in before if one.label == label)
    column.half = next((half for text in reversed(labels) if (half := half_of(text))), "")
    column.level1 = next((text for text in stack[:-1] if is_level1(text)), "")
    if (label, nth) in hints.columns:
        _hinted(column, hints.columns[label, nth])
        return column
    if of in ("tasks", "costs", "items"):
        _plain(of, column, before)
        return column
    if of == "wide" and is_category(stack[-1]):
        column.path, column.sure = PAIRS, 0.75
        column.level1 = next((squeeze(text) for text in stack if is_level1(text)), "")
        alone = squeeze(stack[-1]) == column.level1 and core(stack[-1]) == "满意度"
        column.level2 = squeeze(stack[-1]) if is_level2(stack[-1]) and not alone else ""
        return column
    if of == "wide" and len(stack) > 1 and is_category(stack[-2]) and not is_category(stack[-1]):
        column.path, column.sure, column.name = PAIRS, 0.75, "".join(stack[-1].split("\n"))
        column.level1 = next((squeeze(text) for text in stack if is_level1(text)), "")
        column.level2 = squeeze(stack[-2]) if is_level2(stack[-2]) else ""
        return column
    named = _UNIT_OR_PROJECT.fullmatch(squeeze(stack[-1]))
    found = None if of in ("projects", "wide") or named else heading(label)
    if found is None and of == "indicators" and len(labels) > 1 and half_of(label):
        found = heading(labels[-2])
    if found:
        column.path, column.sure = found
        if any(is_actual(text) for text in labels[:-1]):
            column.path = ACTUAL
        return column
    _table_field(column, stack[-1], hints)
    return column


def _hinted(column: Column, path: str) -> None:
    column.how, column.sure = CONFIRMED, 1.0
    if path.startswith(PERIOD):
        column.path, column.half = path.removeprefix(PERIOD), "period"
    elif path in LIST_FIELDS or not path:
        column.path = path
    else:
        column.money = money_at(path)
        column.path = "@money" if column.money else f"@{path}"


_UNIT_OR_PROJECT = re.compile(r"单位[（(](专项|项目)[)）]名称|单位名称[（(][^）)]*项目[^）)]*[)）]")
_IN_BRACKETS = re.compile(r"[（(]项目(名称|编码|代码)[)）]")


def _table_field(column: Column, text: str, hints: Hints) -> None:
    """Set the field of the table that a column of a list of projects holds."""
    if column.label in hints.labels:
        _hinted(column, hints.labels[column.label])
        return
    own = meaning(column.label)
    grouped = meaning("".join(column.labels[-2:])) if len(column.labels) > 1 else None
    found = own if own and not own.vague else grouped or own
    if _UNIT_OR_PROJECT.fullmatch(squeeze(text)):
        column.path, column.sure = "@project.name", 0.85
    elif raw := _IN_BRACKETS.search(squeeze(text)):
        column.path, column.sure = ("@project.name" if raw[1] == "名称" else "@project.code"), 0.9
    elif column.label in ("单位名称、项目名称", "单位名称项目名称") or re.fullmatch(
        r"(预算)?单位.{0,5}项目名称", column.label
    ):
        column.path, column.sure = "@project.name", 0.9
    elif found and found.money:
        column.path, column.money, column.sure = "@money", found.money, found.sure
    elif found:
        column.path, column.sure, column.how, column.rank = f"@{found.path}", found.sure, found.how, found.rank


def _plain(of: str, column: Column, before: list[Column]) -> None:
    patterns = {"tasks": TASKS, "costs": COSTS, "items": ITEMS}[of]
    taken = {one.path for one in before}
    for name, pattern in patterns.items():
        if name not in taken and pattern.fullmatch(column.label):
            column.path, column.sure = name, 0.9
            return
    found = meaning(column.label) or meaning("".join(column.labels[-2:]))
    if found and found.money:
        column.path, column.money, column.sure = "@money", found.money, found.sure


_AT_SIDE = re.compile(r"(年度|长期|中期|中长期|实施期|项目期|当年|本年度?)(绩效)?(目标)?指标")


def _half(sheet: Sheet, head: Head) -> str:
    """Return the half that stands beside a list, in the cell at its side, or in the line above it."""
    left = head.columns[0].start
    sides = [s.text for s in sheet.spots[head.last] if s.end <= left or (s.tall and s.last > head.last)]
    if _AT_SIDE.fullmatch(head.columns[0].label):
        sides.append(head.columns[0].label)
    above = sheet.filled(head.first - 1) if head.first else []
    if len(above) == 1 and len(norm(above[0].text)) <= 16:
        sides.append(above[0].text)
    return next((half for text in sides if (half := half_of(norm(text)))), "")
