"""Tables written with bars: a row of a table to a line (Markdown), or, as web pages are saved, a cell to a line.

In the second habit each cell ends with a bar and a run of bars stands for the columns that a cell spans; nothing else
marks the end of a row. Rows are told apart by the number of bars that most of them have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from projects.grids.grid import Block, Cell, Grid, Origin, Paragraph, Row

_RULE = re.compile(r"\s*\|?(\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*")
_ONLY_BARS = re.compile(r"[\s|]*\|[\s|]*")

_BETWEEN = re.compile(
    r"附\s*[件表]\s*[一二三四五六七八九十\d-]*\s*[:：]?.*|.{4,60}(表|书)([（(].{1,16}[)）])?|[（(]?\s*20\d\d\s*年?度?\s*[)）]"
)
_LONG = 30  # characters of a line that is no part of a label

Text = tuple[str, int]  # what stands in a cell, and its line


def without_lone_bars(lines: list[str]) -> list[str]:
    """Return the lines, those of nothing but a bar blank: between cells a line each, they say no more than the line."""
    lone = sum(1 for line in lines if line.strip() == "|")
    wordy = sum(1 for line in lines if "|" in line) - lone
    return [("" if line.strip() == "|" else line) for line in lines] if lone > 4 and lone > 2 * wordy else lines


def has_bars(lines: list[str]) -> bool:
    """Tell whether the lines are a table written with bars."""
    filled = [line for line in lines if line.strip()]
    barred = [line for line in filled if "|" in line]
    return len(barred) >= 4 and len(barred) * 2 > len(filled)


def bar_blocks(lines: list[str]) -> list[Block]:
    """Return paragraphs and grids; rows count from the first line of the text."""
    wordy = [line for line in lines if "|" in line and not _ONLY_BARS.fullmatch(line)]
    inside = sum(1 for line in wordy if "|" in line.strip().strip("|"))
    return _whole_rows(lines) if inside * 2 > len(wordy) else _cell_by_cell(lines)


def _grid_of(blocks: list[Block]) -> Grid:
    last = blocks[-1] if blocks else None
    grid = last if isinstance(last, Grid) else Grid()
    if grid is not last:
        blocks.append(grid)
    return grid


def _add(blocks: list[Block], texts: list[Text]) -> None:
    if not any(text.strip() for text, _ in texts):
        return
    cells = [Cell(text.strip(), col, origin=Origin(line, col + 1)) for col, (text, line) in enumerate(texts)]
    _grid_of(blocks).rows.append(Row(cells))


def _whole_rows(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    barred = [line.lstrip() for line in lines if "|" in line]
    opened = sum(line.startswith("|") for line in barred) * 2 > len(barred)  # else a bar in front is a blank cell's
    for number, line in enumerate(lines, start=1):
        if _RULE.fullmatch(line):
            continue
        if "|" not in line:
            if line.strip():
                blocks.append(Paragraph(line.strip().lstrip("#").strip(), origin=Origin(number, 1)))
            continue
        bare = line.strip().removesuffix("|")
        bare = bare.removeprefix("|") if opened else bare
        _add(blocks, [(text, number) for text in bare.split("|")])
    return blocks


def _cell_by_cell(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    table: list[list[Text]] = []
    for run in [*_runs(lines), None]:
        if isinstance(run, list):
            table.append(run)
            continue
        _add_table(blocks, table)
        table = []
        if run is not None:
            blocks.append(run)
    return blocks


def _add_table(blocks: list[Block], runs: list[list[Text]]) -> None:
    """Add the rows of one table: each has as many bars as most have, a full one no mark of its end."""
    opened = sum(1 for run in runs if not run[0][0]) * 4 > len(runs) * 3  # a bar opens each row
    width = _width([len(run) - opened for run in runs], int(opened))
    for run in runs:
        if opened:
            for start in range(0, len(run), width + 1):
                _add(blocks, _trimmed(run[start + (not run[start][0]) : start + width + 1]))
            continue
        for start in range(0, len(run), width):
            _add(blocks, _trimmed(run[start : start + width]))


def _trimmed(texts: list[Text]) -> list[Text]:
    """Return a row without the blank columns at its end that its last cell spans."""
    last = max((n for n, (text, _) in enumerate(texts) if text.strip()), default=-1)
    return texts[: last + 1]


def _runs(lines: list[str]) -> Iterator[list[Text] | Paragraph]:
    """Yield the cells up to each run of two bars or more (its bars are blank cells), and paragraphs between."""
    run: list[Text] = []
    open_: list[str] = []
    begun = 0
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        bars = text.count("|")
        if _ONLY_BARS.fullmatch(text):
            if open_ and run:  # the last row of a table needs no mark of its end
                yield run
                run = []
            yield from (Paragraph(one, origin=Origin(begun, 1)) for one in open_)
            open_ = []
            run += [("", number)] * bars
            if bars > 1:
                yield run
                run = []
            continue
        if not open_:
            begun = number
        if not text.endswith("|"):
            open_.append(text)
            continue
        outside = _outside(open_, begins=not run)
        if outside and run:
            yield run
            run = []
        yield from (Paragraph(one, origin=Origin(begun, 1)) for one in open_[:outside])
        open_ = open_[outside:]
        words = text.rstrip("| ")
        bars = text.count("|", len(words))
        run.append(("\n".join([*open_, words]).strip(), begun))
        run += [("", number)] * (bars - 1)
        open_ = []
        if bars > 1:
            yield run
            run = []
    if run:
        yield run
    yield from (Paragraph(one, origin=Origin(begun, 1)) for one in open_)


def _outside(lines: list[str], *, begins: bool) -> int:
    """Return how many lines in front of a cell's last one are none of it: titles between two tables."""
    if begins and lines and len(lines[0]) > _LONG:
        return len(lines)
    return max((n for n, line in enumerate(lines, start=1) if _BETWEEN.fullmatch(line)), default=0)


def _width(sizes: list[int], opened: int) -> int:
    """Return how many bars a row has: most runs are whole rows; ``opened``: bars that open a row."""
    found = Counter(size for size in sizes if size > 1)

    def fits(width: int) -> int:
        return sum(many for size, many in found.items() if (size + opened) % (width + opened) == 0)

    return max(found, key=lambda width: (fits(width), found[width], width), default=1)
