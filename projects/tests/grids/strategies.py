"""Random grids: full coverage by random merges, texts that break careless writers."""

from __future__ import annotations

from hypothesis import strategies as st

from projects.grids.grid import CELL_STYLES, Cell, Grid, Row
from projects.grids.text import cell_text

NASTY = [
    "", "=1+1", "+86", "-5", "@SUM(A1)", "a&b<c>\"d'", "]]>", "&amp;", "<p>段落</p>", "≥95%", "001",
    "1,008.14", "2021/1/6", "http://例子.cn", "mailto:a@b", "😀👩‍👩‍👧", "一\n二\n\n三", "a\tb", "两  格",
    "不断行\xa0空格", "全角　空格", "#REF!", "TRUE", "_x0041_", "{=1}", "'引号", "𠮷野家", "é",
]  # fmt: skip
LONG = "扎实推进各项工作。" * 400

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=30).map(cell_text),
    st.sampled_from([LONG, f"{LONG}\n{LONG[:700]}"]),
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """A grid whose anchors cover every place exactly once."""
    rows = draw(st.integers(1, 6))
    columns = draw(st.integers(1, 5))
    taken = [[False] * columns for _ in range(rows)]
    grid = Grid([], draw(st.lists(st.integers(5, 40), min_size=columns, max_size=columns)))
    for r in range(rows):
        row = Row([], head=draw(st.booleans()))
        for c in range(columns):
            if taken[r][c]:
                continue
            width = 1
            while c + width < columns and not taken[r][c + width] and draw(st.integers(0, 3)) == 0:
                width += 1
            height = draw(st.sampled_from([1, 1, 1, 2, 3]))
            height = min(height, rows - r)
            for y in range(r, r + height):
                for x in range(c, c + width):
                    taken[y][x] = True
            style = draw(st.sampled_from(CELL_STYLES))
            row.cells.append(Cell(draw(texts), c, width, height, style))
        grid.rows.append(row)
    return grid


def uses_every_edge(grid: Grid) -> bool:
    """Whether each column edge is the side of a cell (a sheet with two tables keeps only those)."""
    edges = {c.col for _, c in grid.cells()} | {c.col + c.colspan for _, c in grid.cells()}
    return edges == set(range(grid.columns + 1))
