"""Grids to HTML: semantic tables with classes only, fit for a strict Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Iterable

from projects.grids.grid import (
    BODY,
    CONTENTS,
    COVER,
    ENTRIES,
    HEAD,
    HEADING,
    LABEL,
    NUMBER,
    PART,
    TITLE,
    Block,
    Cell,
    Frame,
    Grid,
    Paragraph,
    Row,
)
from projects.grids.text import clean_text, escape

_TAGS = {COVER: "h1", CONTENTS: "h1", PART: "h1", TITLE: "h2", NUMBER: "h2", HEADING: "h3"}

PAGE_STYLE = """
@page { size: A4 portrait; margin: 22mm 20mm 20mm; }
* { box-sizing: border-box; }
body { max-width: 170mm; margin: 12mm auto; padding: 0 4mm; color: #000; background: #fff;
  font: 10.5pt/1.45 "Times New Roman", SimSun, "宋体", "Songti SC", "Noto Serif CJK SC", serif; }
.pg-part { font: 18pt/2 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; text-align: center; }
.pg-annex { font: 12pt/1.5 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; margin: 0; }
.pg-title { font: 17pt/1.4 "方正小标宋简体", "FZXiaoBiaoSong-B05S", SimHei, "黑体", "Noto Serif CJK SC",
  serif; text-align: center; margin: 6pt 0 10pt; break-after: avoid; }
.pg-heading { font: 14pt/1.6 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif;
  margin: 8pt 0 4pt; break-after: avoid; }
.pg-body { font: 14pt/1.5 FangSong, "仿宋", "STFangsong", "Noto Serif CJK SC", serif;
  text-indent: 2em; text-align: justify; margin: 0; }
.pg-caption, .pg-sign { display: flex; justify-content: space-between; gap: 2em; margin: 4pt 0;
  white-space: pre-wrap; }
.pg-sign { margin-top: 10pt; }
.pg-sign span { flex: 1; }
.pg-break { break-before: page; }
.pg-cover { font: 26pt/1.5 "方正小标宋简体", "FZXiaoBiaoSong-B05S", SimHei, "黑体", serif; text-align: center;
  margin: 60mm 0 20mm; }
.pg-cover-line { font: 16pt/2 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; text-align: center;
  margin: 0; }
.pg-contents { font: 18pt/2 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; text-align: center; }
.pg-number { font: 14pt/1.6 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; margin: 0 0 6pt; }
.pg-entry1, .pg-entry2, .pg-entry3 { margin: 2pt 0; }
.pg-entry2 { padding-left: 2em; }
.pg-entry3 { padding-left: 4em; }
.pg-entry1 a, .pg-entry2 a, .pg-entry3 a { color: inherit; text-decoration: none; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
@media screen and (max-width: 600px) { body { margin: 4mm auto; } }
"""


# A word across each page: drawn by the style sheet, so that it is no text of the document.
_MARK = """
body::before {{ content: "{}"; position: fixed; inset: 0; z-index: -1; display: flex; align-items: center;
  justify-content: center; font: 120pt/1 SimHei, "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif; color: #e3e3e3;
  rotate: -45deg; }}
"""


def write_html(blocks: Iterable[Block]) -> str:
    """Return ``blocks`` as an HTML fragment without scripts, styles or handlers.

    Tables have the class ``pg-form``, cells ``pg-cell--label|head|text|short|money`` and, where
    bound, ``data-field``; paragraphs ``pg-part``, ``pg-title``, …
    """
    return "\n".join(_table(block) if isinstance(block, Grid) else _paragraph(block) for block in blocks)


def write_html_page(blocks: Iterable[Block], title: str, form: str = "", frame: Frame | None = None) -> str:
    """Return a page of its own, to be kept as a file: it carries its style sheet and prints on A4.

    ``form`` names the form of an office that it is drawn in. Of ``frame`` only the mark is drawn; a browser prints
    heads and page numbers of its own.
    """
    named = f'<meta name="perfgoals-form" content="{escape(form)}">\n' if form else ""
    style = PAGE_STYLE
    if frame and frame.mark:
        style += _MARK.format(re.sub(r'["\\\n<]', "", frame.mark))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{named}<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{write_html(blocks)}\n</body>\n</html>\n"
    )


def _paragraph(block: Paragraph) -> str:
    tag = _TAGS.get(block.style, "p")
    name = re.sub(r"\s+", "_", block.anchor)
    ident = f' id="{escape(name)}"' if name else ""
    page = " pg-break" if block.page_break else ""
    text = escape(block.text).replace("\n", "<br>")
    if block.style in ENTRIES:  # a page of the web has no page numbers
        text = f'<a href="#{escape(block.target)}">{text.rpartition(chr(9))[0]}</a>'
    elif "\t" in text:
        text = "".join(f"<span>{part}</span>" for part in text.split("\t"))
    elif not text and block.style == BODY:
        return f'<div class="pg-gap{page}"></div>'
    return f'<{tag}{ident} class="pg-{escape(block.style)}{page}">{text}</{tag}>'


def _table(grid: Grid) -> str:
    total = sum(grid.widths) or 1.0
    columns = "".join(f'<col width="{width / total * 100:.4g}%">' for width in grid.widths)
    heads = _leading_heads(grid)
    lines = [f'<table class="pg-form"><colgroup>{columns}</colgroup>']
    if heads:
        lines += ["<thead>", *map(_row, grid.rows[:heads]), "</thead>"]
    lines += ["<tbody>", *map(_row, grid.rows[heads:]), "</tbody></table>"]
    return "\n".join(lines)


def _leading_heads(grid: Grid) -> int:
    """Rows that may stand in ``thead``: head rows at the top whose cells end there."""
    heads = 0
    while heads < len(grid.rows) and grid.rows[heads].head:
        heads += 1
    inside = all(index + cell.rowspan <= heads for index in range(heads) for cell in grid.rows[index].cells)
    return heads if inside else 0


def _row(row: Row) -> str:
    mark = ' class="pg-head"' if row.head else ""
    return f"<tr{mark}>{''.join(map(_cell, row.cells))}</tr>"


def _cell(cell: Cell) -> str:
    if not cell.text.strip():  # a heading without words is none
        tag, scope = "td", ""
    elif cell.style == HEAD:
        tag, scope = "th", ' scope="col"'
    elif cell.style == LABEL:
        tag, scope = "th", ' scope="row"'
    else:
        tag, scope = "td", ""
    spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    if cell.rowspan > 1:
        spans += f' rowspan="{cell.rowspan}"'
    bound = f' data-field="{escape(cell.field)}"' if cell.field else ""
    text = escape(clean_text(cell.text)).replace("\n", "<br>")
    return f'<{tag}{scope} class="pg-cell--{escape(cell.style)}"{spans}{bound}>{text}</{tag}>'
