"""A blank form with placeholders → a layout, and everything that is not right about it. One way for Word and Excel.

The file is read like any other document; its placeholders say what each cell is. The rows become blocks of a
:class:`Layout` with the cells where they stand, so that reading, entry, view and export
know the form like a shipped one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from projects.findings import BLOCK, INFO, WARN, Finding
from projects.grids import grid as g
from projects.grids.grid import Cell, Document, Grid, Origin, Paragraph
from projects.layouts.blank.cells import Shelf
from projects.layouts.blank.lists import find_lists, take_list
from projects.layouts.blank.vocabulary import PLACEHOLDER, SECTION, Placeholder, parts_of
from projects.layouts.definition import Binding, Block, FormBlock, Layout
from projects.layouts.labels import squeeze, unit_of
from projects.layouts.lines import Line, department_line, is_annex, is_title, signatures, unit_line
from projects.layouts.values import UNITS

Parts = tuple[str | Binding, ...]
_DEPARTMENT_PATHS = ("funding.basic_expenditure", "funding.project_expenditure", "duties")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the administrator says about a form beside the file; empty: what the file suggests."""

    name: str = ""
    kind: str = ""
    unit: str = ""
    categories: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """One placeholder of the form and the field it stands for, for the list beside the form."""

    placeholder: str
    path: str
    place: Origin


@dataclass(slots=True)
class BlankForm:
    """``layout`` is ``None`` when the file cannot be a form at all; ``findings`` say why, and what else to mend."""

    layout: Layout | None
    findings: list[Finding]
    bound: list[Bound]

    @property
    def usable(self) -> bool:
        return self.layout is not None and not any(finding.level == BLOCK for finding in self.findings)


def read_blank(document: Document, choices: Choices, identifier: str = "") -> BlankForm:
    """Read the blank form in ``document``."""
    return _Extract(document, choices).form(identifier)


class _Extract:
    """One pass over one document."""

    def __init__(self, document: Document, choices: Choices) -> None:
        self.document = document
        self.choices = choices
        self.shelf = Shelf(document.name)
        self.title: Parts = ()
        self.annex = ""
        self.captions: list[tuple[Parts, ...]] = []
        self.signs: list[Parts] = []
        self.blocks: list[Block] = []
        self.sections: list[str] = []

    def form(self, identifier: str) -> BlankForm:
        grids = [index for index, block in enumerate(self.document.blocks) if isinstance(block, Grid)]
        self._one_sheet()
        if grids and _is_prose(self.document):
            self.document = replace(self.document, blocks=_flat(self.document))
            grids = []
        if any(SECTION in self._paths(block) for block in self.document.blocks if isinstance(block, Paragraph)):
            self._prose()
        elif not grids:
            self.shelf.note(BLOCK, "no-table", "文件里没有表格，也没有“{{正文}}”，不能作为表样")
        else:
            self._around(grids[0], grids[-1])
        layout = self._layout(identifier) if self.blocks or self.sections else None
        if layout is not None:
            self._complete(layout)
        return BlankForm(layout, self.shelf.findings, [Bound(p.text, p.full_path, at) for p, at in self.shelf.found])

    def _paths(self, block: Paragraph) -> set[str]:
        return {part.path for part in parts_of(block.text) if isinstance(part, Placeholder)}

    def _one_sheet(self) -> None:
        parts = {block.part for block in self.document.blocks if isinstance(block, Grid)}
        parts |= {b.origin.part for b in self.document.blocks if isinstance(b, Paragraph) and b.origin.part != "正文"}
        if len(parts) > 1 and not self._is_word():
            text = f"有文字的工作表有 {len(parts)} 张（{'、'.join(sorted(parts))}），只能有一张；请删去其他工作表"
            self.shelf.note(BLOCK, "sheets", text)

    def _is_word(self) -> bool:
        return self.document.name.lower().endswith(".docx")

    # -- around the table -------------------------------------------------------------------

    def _around(self, first: int, last: int) -> None:
        for index, block in enumerate(self.document.blocks):
            if isinstance(block, Grid):
                self._grid(block, first=index == first, last=index == last)
            elif index < first:
                self._above(block)
            elif index > last:
                self._below(block)
            elif block.text.strip():
                # Between two tables: a row of its own.
                cell = Cell(block.text.replace("\t", "　"), origin=block.origin)
                self.blocks.append(FormBlock((1.0,), (self.shelf.row([cell], 1),)))

    def _above(self, block: Paragraph) -> None:
        if not block.text.strip():
            return
        groups = tuple(self.shelf.line(piece, block.origin) for piece in block.text.split("\t"))
        plain = PLACEHOLDER.sub("某某", block.text)
        if is_annex(plain) and not self.annex:
            self.annex = block.text.strip()
        elif not self.title and "\t" not in block.text and not _is_caption(plain):
            self._take_title(groups[0])
        else:
            self._take_caption(groups, block.origin)

    def _take_title(self, parts: Parts) -> None:
        self.title = parts

    def _take_caption(self, groups: tuple[Parts, ...], origin: Origin) -> None:
        fields = [p for group in groups for p in group if isinstance(p, Binding)]
        words = squeeze("".join(p for group in groups for p in group if isinstance(p, str)))
        if fields and not words and [b.path for b in fields] not in (["department"], ["department.name"]):
            self.shelf.note(
                BLOCK, "line-without-words", "表格外的一行只有占位符，读回时认不出来；请加上栏目名称", origin
            )
        self.captions.append(groups)

    def _below(self, block: Paragraph) -> None:
        if not block.text.strip():
            return
        # A tab between two signatures is a wide blank on the form.
        parts = self.shelf.line(block.text.replace("\t", "　　　　　　"), block.origin)
        self._sign(parts, block.origin)

    def _sign(self, parts: Parts, origin: Origin) -> None:
        if any(isinstance(p, Binding) for p in parts) and not squeeze("".join(p for p in parts if isinstance(p, str))):
            self.shelf.note(
                BLOCK, "line-without-words", "表格外的一行只有占位符，读回时认不出来；请加上栏目名称", origin
            )
        self.signs.append(parts)

    # -- prose ------------------------------------------------------------------------------

    def _prose(self) -> None:
        before: Paragraph | None = None
        for block in self.document.blocks:
            if isinstance(block, Grid):
                self.shelf.note(BLOCK, "prose-table", "有“{{正文}}”的表样里不能再有表格", block.rows[0].cells[0].origin)
                continue
            if not block.text.strip():
                continue
            if SECTION not in self._paths(block):
                if before is not None:
                    self._prose_line(before)
                before = block
                continue
            self.shelf.line(block.text, block.origin)
            if before is None:
                self.shelf.note(BLOCK, "prose-heading", "“{{正文}}”的上一段应是小标题", block.origin)
                continue
            if len(parts_of(block.text.strip())) > 1:
                self.shelf.note(BLOCK, "prose-mixed", "“{{正文}}”须单独成段", block.origin)
            self.sections.append(before.text.strip())
            before = None
        if before is not None:
            self.shelf.note(BLOCK, "prose-after", "最后一段“{{正文}}”之后的文字不能填写，请删去", before.origin)

    def _prose_line(self, block: Paragraph) -> None:
        if not self.sections and not self.title and not is_annex(block.text):
            self._take_title(self.shelf.line(block.text, block.origin))
        elif not self.sections and is_annex(block.text):
            self.annex = block.text.strip()
        else:
            self.shelf.note(BLOCK, "prose-loose", f"“{block.text[:20]}”既不是标题也不是小标题，请删去", block.origin)

    # -- the table --------------------------------------------------------------------------

    def _grid(self, grid: Grid, *, first: bool, last: bool) -> None:
        widths = _whole_widths(grid)
        rows = [list(row.cells) for row in grid.rows]
        _fill_gaps(rows, len(widths))
        start, end = 0, len(rows)
        if first:
            start = self._leading(rows, len(widths))
        if last:
            end = self._trailing(rows, start)
        lists = find_lists(rows, start, end, self.shelf)
        at = start
        for found in lists:
            self._form_rows(rows, at, found.top, widths)
            block = take_list(found, rows, widths, self.shelf)
            if block is not None:
                self.blocks.append(block)
            at = found.bottom + 1
        self._form_rows(rows, at, end, widths)

    def _leading(self, rows: list[list[Cell]], columns: int) -> int:
        """Take title, annex and unit lines that stand in the first rows of the table; return where the form begins."""
        at = 0
        for cells in rows:
            filled = [cell for cell in cells if cell.text.strip()]
            if any(cell.rowspan > 1 for cell in filled) or len(filled) > 2:
                break
            plain = [PLACEHOLDER.sub("某某", cell.text) for cell in filled]
            if filled:
                line = Line([Cell(text) for text in plain], para=False)
                groups = tuple(self.shelf.line(cell.text, cell.origin) for cell in filled)
                wide = len(filled) == 1 and filled[0].colspan >= columns
                if len(filled) == 1 and is_annex(plain[0]) and not self.annex:
                    self.annex = plain[0]
                elif not self.title and len(filled) == 1 and (is_title(line) or (wide and not _is_caption(plain[0]))):
                    self._take_title(groups[0])
                elif all(_is_caption(text) for text in plain):
                    self._take_caption(groups, filled[0].origin)
                else:
                    self.shelf.forget(filled)
                    break
            at += 1
        return at if at < len(rows) else 0

    def _trailing(self, rows: list[list[Cell]], start: int) -> int:
        """Take signature lines that stand in the last rows of the table; return where the form ends."""
        end = len(rows)
        found: list[Parts] = []
        while end - 1 > start:
            filled = [cell for cell in rows[end - 1] if cell.text.strip()]
            if any(at + cell.rowspan >= end for at, row in enumerate(rows[: end - 1]) for cell in row):
                break  # a cell from above reaches down into it
            if not all(signatures(PLACEHOLDER.sub("", cell.text)) for cell in filled):
                break
            if filled:
                spaced: list[str | Binding] = []
                for cell in filled:
                    spaced += ["　　　　"] if spaced else []
                    spaced += self.shelf.line(cell.text, cell.origin)
                found.insert(0, tuple(spaced))
            end -= 1
        for parts in found:
            self._sign(parts, Origin())
        return end

    def _form_rows(self, rows: list[list[Cell]], start: int, end: int, widths: list[float]) -> None:
        chosen = rows[start:end]
        if not chosen:
            return
        for index, row in enumerate(chosen):
            for cell in row:
                if index + cell.rowspan > len(chosen):
                    self.shelf.note(BLOCK, "merged-into-list", "这个合并单元格伸进了指标行，请拆开", cell.origin)
        made = tuple(self.shelf.row(row, len(widths)) for row in chosen)
        self.blocks.append(FormBlock(tuple(widths), made))
        self.shelf.label_units(chosen, self.blocks[-1])

    # -- the layout as a whole --------------------------------------------------------------

    def _layout(self, identifier: str) -> Layout:
        shelf = self.shelf
        unit = self.choices.unit or self._stated_unit() or shelf.usual_unit() or "万元"
        style = Counter(shelf.styles[path] for path in shelf.money if path in shelf.styles).most_common(1)
        money = style[0][0] if style else "General"
        title = "".join(part if isinstance(part, str) else "{" + part.path + "}" for part in self.title)
        caption, *above = self.captions or [()]
        layout = Layout(
            id=identifier,
            name=self.choices.name or _title_name(self.title) or "未命名表样",
            kind=self.choices.kind or self._kind(),
            title=title,
            unit=unit,
            money=money,
            blocks=tuple(self.blocks),
            annex=self.annex,
            caption=caption,
            above=tuple(above),
            sign=tuple(self.signs),
            sections=tuple(self.sections),
            units={path: own for path, own in shelf.units.items() if own != unit},
            styles={path: own for path, own in shelf.styles.items() if own != money},
            own=True,
        )
        # Paths of the rows have no category where the form prints no levels.
        levels = {f"{rows}.level1" for rows in ("indicators", "period_indicators")}
        return replace(layout, categories=dict(self.choices.categories) if levels & layout.paths else {})

    def _stated_unit(self) -> str:
        texts = [_words(group) for line in self.captions for group in line]
        found = (unit_line(text) or unit_of(text) for text in texts)
        return next((unit for unit in found if unit in UNITS), "")

    def _kind(self) -> str:
        paths = {placeholder.full_path for placeholder, _ in self.shelf.found}
        if any(path.startswith("items.") for path in paths):
            return "summary"
        department = any(path.startswith("tasks.") or path in _DEPARTMENT_PATHS for path in paths)
        return "department" if self.sections or (department and "project.name" not in paths) else "project"

    def _complete(self, layout: Layout) -> None:
        """Report what the form lacks."""
        self._unlabelled(layout)
        paths = layout.paths
        wanted = {"project": "project.name", "summary": "items.name"}.get(layout.kind)
        if wanted and wanted not in paths:
            name = {"project.name": "{{项目名称}}", "items.name": "{{汇总名称}}"}[wanted]
            self.shelf.note(BLOCK, "mandatory", f"缺少必须有的占位符 {name}", path=wanted)
        if layout.kind == "project":
            for leaf, name in (("name", "{{三级指标}}"), ("value", "{{指标值}}")):
                both = paths & {f"{rows}.{leaf}" for rows in ("indicators", "period_indicators")}
                split = leaf == "value" and any(path.endswith(".quantity") for path in paths)
                if not both and not split:
                    self.shelf.note(BLOCK, "mandatory", f"缺少必须有的占位符 {name}", path=f"indicators.{leaf}")
        usual = {"department.name": "主管单位", "funding.total": "资金总额", "goals.annual": "年度绩效目标"}
        for path, name in usual.items() if not layout.sections else ():
            if path not in paths and (path != "goals.annual" or layout.kind == "project"):
                self.shelf.note(INFO, "usual", f"没有 {{{{{name}}}}}；填报时没有这一栏，导出时另附于表后", path=path)
        if not layout.title:
            self.shelf.note(WARN, "no-title", "没有找到表格上方的标题；读回时只能靠栏目名称辨认")
        elif any(isinstance(p, Binding) and p.path == "department" for p in layout.title_parts):
            self.shelf.note(INFO, "title-field", "标题里的部门名称在读回时不作为部门，请在表中另设一栏")

    def _unlabelled(self, layout: Layout) -> None:
        for label, slots in layout.slots.items():
            if not label:
                for slot in slots:
                    where = self.shelf.place_of(slot.binding.path)
                    text = "这一格左边、上边和格内都没有栏目名称（或超过 60 字），读回时认不出来"
                    self.shelf.note(BLOCK, "no-label", text, where, path=slot.binding.path)
            for slot in slots:
                if slot.place == "inline" and not any(
                    mark in self.shelf.prefix_of(slot.binding.path) for mark in "：:"
                ):
                    text = f"“{label}”与占位符在同一格，名称后请加冒号"
                    self.shelf.note(BLOCK, "no-colon", text, self.shelf.place_of(slot.binding.path))


def _is_prose(document: Document) -> bool:
    """Tell whether a sheet holds prose: a text placeholder, and one text to a row."""
    cells = [[c for c in row.cells if c.text.strip()] for b in document.blocks if isinstance(b, Grid) for row in b.rows]
    marked = any(
        isinstance(p, Placeholder) and p.path == SECTION for row in cells for c in row for p in parts_of(c.text)
    )
    return marked and all(len(row) <= 1 for row in cells)


def _flat(document: Document) -> list[g.Block]:
    found: list[g.Block] = []
    for block in document.blocks:
        if isinstance(block, Grid):
            found += [Paragraph(c.text, origin=c.origin) for row in block.rows for c in row.cells if c.text.strip()]
        else:
            found.append(block)
    return found


def _is_caption(text: str) -> bool:
    """Tell whether a line states the unit or the department."""
    stripped = text.strip()
    return bool(unit_line(stripped)) or department_line(stripped) is not None or "单位：" in stripped


def _words(parts: Sequence[str | Binding]) -> str:
    return "".join(part for part in parts if isinstance(part, str))


def _title_name(title: Sequence[str | Binding]) -> str:
    """Return what a form is called by its title, without its fields and the words that stood beside the year."""
    text = squeeze("".join(part if isinstance(part, str) else "\0" for part in title))
    return re.sub(r"（\0年度?）|\0年度?|\0", "", text)


def _whole_widths(grid: Grid) -> list[float]:
    """Widths as whole numbers, so that sums of columns are exact; a hair-thin column keeps a place."""
    widths = grid.widths or [1.0] * grid.columns
    total = sum(widths) or 1.0
    return [float(max(round(width / total * 10_000), 20)) for width in widths]


def _fill_gaps(rows: list[list[Cell]], columns: int) -> None:
    """Put a blank cell where a row leaves columns out."""
    taken: list[int] = [0] * columns
    for row in rows:
        covered = [left > 0 for left in taken]
        taken = [max(left - 1, 0) for left in taken]
        for cell in row:
            for col in range(cell.col, min(cell.col + cell.colspan, columns)):
                covered[col] = True
                taken[col] = max(taken[col], cell.rowspan - 1)
        origin = row[0].origin if row else Origin()
        row += [Cell("", col, origin=origin) for col, there in enumerate(covered) if not there]
        row.sort(key=lambda cell: cell.col)
