"""Our HTML is fit for a strict policy; other people's HTML is read by the usual rules."""

from __future__ import annotations

from projects.grids.grid import Cell, Grid, Paragraph, Row, shape
from projects.grids.html_reader import read_html
from projects.grids.html_writer import write_html


def test_write_html_has_classes_widths_scopes_and_fields_but_no_style() -> None:
    grid = Grid(
        [
            Row([Cell("指标", 0, 2, style="head")], head=True),
            Row([Cell("金额", 0, 1, 2, "label"), Cell("1\n2", 1, style="money", field="funding.total")]),
            Row([Cell('<b>&"', 1)]),
        ],
        [1, 3],
    )
    assert write_html([Paragraph("左\t右", "caption"), grid]) == (
        '<p class="pg-caption"><span>左</span><span>右</span></p>\n'
        '<table class="pg-form"><colgroup><col width="25%"><col width="75%"></colgroup>\n'
        "<thead>\n"
        '<tr class="pg-head"><th scope="col" class="pg-cell--head" colspan="2">指标</th></tr>\n'
        "</thead>\n<tbody>\n"
        '<tr><th scope="row" class="pg-cell--label" rowspan="2">金额</th>'
        '<td class="pg-cell--money" data-field="funding.total">1<br>2</td></tr>\n'
        '<tr><td class="pg-cell--text">&lt;b&gt;&amp;&quot;</td></tr>\n'
        "</tbody></table>"
    )


def test_read_foreign_page() -> None:
    page = """<html><head><meta charset="gb2312"><title>表</title><style>x</style></head><body>
    <h1>目标表</h1>说明<br>二行<script>alert(1)</script>
    <table><tr><th rowspan=2>产出
      指标</th><td colspan="2"> 数量&nbsp;指标 <p>一</p><p>二</p></td></tr>
    <tr><td>a<td>b<table><tr><td>内</table></table></body>"""
    document = read_html(page.encode("gb18030"), "a.html")
    assert document.title == "表"
    assert [b.text if isinstance(b, Paragraph) else shape(b) for b in document.blocks] == [
        "目标表",
        "说明\n二行",
        [[("产出 指标", 0, 1, 2), ("数量\xa0指标\n一\n二", 1, 2, 1)], [("a", 1, 1, 1), ("b", 2, 1, 1)]],
        [[("内", 0, 1, 1)]],
    ]


def test_spans_are_cut_to_the_table() -> None:
    page = b"<table><tr><td rowspan=99>a<td rowspan=0>b<tr><td>c</table>"
    (grid,) = read_html(page, "a.html").blocks
    assert isinstance(grid, Grid)
    assert shape(grid) == [[("a", 0, 1, 2), ("b", 1, 1, 2)], [("c", 2, 1, 1)]]
