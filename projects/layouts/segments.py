"""Cut a document into its tables, and find the form each of them was printed on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from projects.grids.grid import PART
from projects.layouts.anyform.words import meaning
from projects.layouts.definition import Layout, RepeatBlock
from projects.layouts.frame import is_title_of
from projects.layouts.generic import project_labels
from projects.layouts.labels import norm, squeeze
from projects.layouts.lines import (
    Line,
    bare_labels,
    begins_supplement,
    department_line,
    is_annex,
    is_divider,
    is_title,
    unit_line,
)
from projects.layouts.registry import all_layouts

# A form is recognised when at least this share of its labels stands in the table.
ENOUGH = 0.6
_LIST_WORDS = frozenset(["一级指标", "三级指标", "指标值", "目标值", "指标名称", "指标内容"])


@dataclass(slots=True)
class Segment:
    """The lines of one table: its title, where it has one, and all that follows up to the next."""

    title: str = ""
    prose: Layout | None = None
    lines: list[Line] = field(default_factory=list)
    left: int | None = None
    head: Line | None = None

    def add(self, line: Line) -> None:
        """Append a line; ``left`` is the column where the rows so far begin."""
        self.lines.append(line)
        if not line.para:
            col = line.cells[line.filled[0]].col
            self.left = col if self.left is None else min(self.left, col)

    @property
    def has_rows(self) -> bool:
        return any(not line.para for line in self.lines)


Places = frozenset[tuple[str, int]]


def cut(
    lines: list[Line],
    *,
    known: Sequence[Layout] | None = None,
    filed: Layout | None = None,
    split: Places = frozenset(),
    join: Places = frozenset(),
) -> tuple[list[Segment], list[Line]]:
    """Return the segments in order, and the lines that belong to none of them.

    ``known`` are the layouts in use, ``filed`` the form in which the file says it was written. ``split``, ``join``:
    places ``(part, row)`` of lines where a person says that a table begins, or that none does.
    """
    if known is None:
        known = all_layouts()
    own = [layout for layout in known if layout.own]
    if filed is not None and filed.own:
        own = [filed, *(layout for layout in own if layout is not filed)]
    prose_titles = {squeeze(layout.title): layout for layout in known if layout.sections and not layout.own}
    dividers = {squeeze(text) for layout in known for text in layout.part}
    first_labels = _first_labels(known)
    labels = frozenset[str]().union(*(labels_of(layout) for layout in own))
    segments: list[Segment] = []
    loose: list[Line] = []
    ahead: list[Line] = []
    current: Segment | None = None
    for line in lines:
        if join and segments and line.place in join:
            current = segments[-1]
            current.lines += ahead
            ahead = []
            current.add(line)
            continue
        if split and line.place in split:
            current = Segment("".join(line.single.split("\n")) if is_title(line) else "", lines=ahead, head=line)
            ahead = []
            segments.append(current)
            if not current.title:
                current.add(line)
            continue
        text = line.single if _heads_table(line, current) else ""
        if text and (line.style == PART or is_divider(text) or squeeze(text) in dividers):
            current = None
            continue
        if text and is_annex(text):
            current = None
            continue
        titled = next((layout for layout in own if is_title_of(layout, text)), None) if text else None
        prose = titled if titled and titled.sections else prose_titles.get(squeeze(text)) if text else None
        if prose is not None:
            current = Segment(text, prose)
            segments.append(current)
            continue
        if titled is not None or (
            text
            and not (current and current.has_rows and not line.para and _fills_in(text, labels))
            and (is_title(line) or (current is None and line.para and _is_year_title(text)))
        ):
            current = Segment("".join(text.split("\n")), lines=ahead, head=line)
            ahead = []
            segments.append(current)
            continue
        if current is None and (line.para or _is_caption(line)):
            (ahead if _is_caption(line) else loose).append(line)
            continue
        if current is None or _begins_again(line, current, first_labels):
            current = Segment(lines=ahead)
            ahead = []
            segments.append(current)
        current.add(line)
    if not segments and all(line.para for line in lines) and _speaks_of_list(lines):
        return [Segment(lines=lines)], []  # a form that lost its title with its cells
    return _parts_joined(segments), loose + ahead


def _speaks_of_list(lines: list[Line]) -> bool:
    """Tell whether a text names the headings of a list of indicators."""
    text = squeeze("".join(cell for line in lines for cell in line.texts)[:_MOST_TEXT])
    named = "绩效目标" in text or any(label in text for label in project_labels())
    return named and sum(word in text for word in _TOLD_WORDS) >= _HEADINGS


_TOLD_WORDS = _LIST_WORDS | {"二级指标", "数量指标", "质量指标", "效益指标"}
_MOST_TEXT = 50_000
_HEADINGS = 2
_YEAR_TITLE = re.compile(r".{0,30}20\d\d年度?[^，。：:；]{0,40}绩效目标(情况|汇总|公开|批复|清单)?")
_PART_TITLE = re.compile(r"(项目)?(长期|中期|中长期|年度|实施期|当年)(绩效)?(目标|指标)(申报)?表?|(项目)?绩效指标表?")


def _parts_joined(segments: list[Segment]) -> list[Segment]:
    """Return the segments, those that are only a part of the table before them joined to it: 长期绩效目标表."""
    found: list[Segment] = []
    for segment in segments:
        part = found and segment.head is not None and _PART_TITLE.fullmatch(squeeze(segment.title))
        if not part or any(label in project_labels() for line in segment.lines[:6] for label in bare_labels(line)):
            found.append(segment)
            continue
        for line in (segment.head, *segment.lines):
            if line is not None:
                found[-1].add(line)
    return found


def _heads_table(line: Line, current: Segment | None) -> bool:
    """Tell whether a line may stand above a table: a row inside one begins right of the table's left edge."""
    if line.para or current is None or current.left is None:
        return True
    return line.cells[line.filled[0]].col <= current.left


def _is_year_title(text: str) -> bool:
    return bool(_YEAR_TITLE.fullmatch(squeeze(text)))


_CAPTIONS = 12  # cells of a line above a table, at most


def _is_caption(line: Line) -> bool:
    texts = [text for text in line.texts if text]
    if len(texts) > _CAPTIONS:
        return False  # a whole table in a row
    if any(unit_line(text) or department_line(text) is not None for text in texts):
        return True
    return line.para and any(_is_labelled(text) for text in texts)


def _is_labelled(text: str) -> bool:
    """Tell whether a line above a table fills in a field of it: 项目名称：…, 主管部门：…."""
    head, rest = _halves(text)
    found = meaning(norm(head)) if rest and len(text) <= 80 and "\n" not in text else None
    return found is not None and found.path.startswith(("project.", "department."))


def _halves(text: str) -> tuple[str, str]:
    """Return what stands before the first colon, and what behind it."""
    head, _, rest = text.replace("：", ":").partition(":")
    return head, rest.strip()


def _fills_in(text: str, labels: frozenset[str]) -> bool:
    """Tell whether a line fills in a field, however much its content sounds like a title: 年度目标：编制绩效目标表."""
    head, rest = _halves(text)
    return bool(rest) and (norm(head) in labels or meaning(norm(head)) is not None)


def _first_labels(known: Sequence[Layout]) -> frozenset[str]:
    """Return the label that each form begins with: a second one in a segment begins another table."""
    found = set()
    for layout in known:
        first = next(iter(layout.slots), "")
        if first:
            found.add(first)
    return frozenset(found | project_labels())


def _begins_again(line: Line, segment: Segment, first_labels: frozenset[str]) -> bool:
    """Tell whether an untitled table begins here: a first label after the indicators of the one before."""
    label = norm(line.texts[line.filled[0]])
    if label not in first_labels or line.para or not _heads_table(line, segment):
        return False
    if any(begins_supplement(seen) for seen in segment.lines):
        return False  # Its supplement names fields of other forms.
    return any(_LIST_WORDS & set(bare_labels(seen)) for seen in segment.lines)


@cache
def labels_of(layout: Layout) -> frozenset[str]:
    """Return all labels that a form prints."""
    found = set(layout.slots)
    for block in layout.blocks:
        if isinstance(block, RepeatBlock):
            found.update(block.head_labels)
    return frozenset(found)


def recognise(
    segment: Segment, layouts: Sequence[Layout] = (), filed: Layout | None = None
) -> tuple[Layout | None, float]:
    """Return the form whose labels fit best and the share of them found, or ``None`` below enough.

    ``filed``, the form that the file itself names, is taken whenever it fits at all.

    The headings of its lists have to stand there whole: a form that differs in them is another form.
    """
    present: set[str] = set()
    heads: list[list[str]] = []
    for line in segment.lines:
        bare = [norm(text) for text in line.texts if text and len(text) <= 60]
        present.update(bare)
        if len(bare) > 1:
            heads.append(bare)
        for text in line.texts:
            if "：" in text or ":" in text:
                present.add(norm(text.replace("：", ":").partition(":")[0]))
    best: tuple[float, int, Layout | None] = (0.0, 0, None)
    known = layouts or all_layouts()
    for layout in (filed, *known) if filed is not None else known:
        if layout.words and layout is not filed:
            continue  # a saved reading is known by its words
        labels = labels_of(layout)
        hits = len(labels & present)
        share = hits / len(labels) if labels else 0.0
        if layout is filed and share >= ENOUGH and _has_heads(layout, heads):
            return layout, share
        if (share, hits) > best[:2] and share >= ENOUGH and _has_heads(layout, heads):
            best = (share, hits, layout)
    return best[2], best[0]


def _has_heads(layout: Layout, lines: list[list[str]]) -> bool:
    for block in layout.blocks:
        if not isinstance(block, RepeatBlock):
            continue
        needed = 0.8 * len(block.head_labels)
        candidates = (line for line in lines if len(block.head_words.intersection(line)) >= block.head_needs)
        if not any((Counter(block.head_labels) & Counter(line)).total() >= needed for line in candidates):
            return False
    return True
