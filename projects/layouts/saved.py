"""A confirmed reading of an unknown form, kept as a layout: the form is known from then on.

Such a layout draws a plain form of what was read (label beside field, then the list) and carries ``[reading]``: the
words the form is known by, and what its labels and columns mean. Tables of that form are then read by these meanings,
not by the drawn rows, so that they are read exactly as the confirmed one was.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence

from projects.layouts.anyform import form_words
from projects.layouts.bound import CONFIRMED
from projects.layouts.corrections import COLUMN_PATHS, LABEL_PATHS, Correction, Hints, hints_for
from projects.layouts.definition import Layout, parse_layout
from projects.layouts.lines import Line
from projects.layouts.names import FIELD_NAMES, ROW_FIELD_NAMES
from projects.layouts.readtable import ReadTable

# Two tables have the same form when they share at least this much of their known words.
SAME = 0.85
_LEAVES = ("level1", "level2", "name", "description", "value", "basis", "standard", "weight")
_WIDE = {"name": 28, "description": 20, "basis": 20}


def layout_from_reading(
    read: ReadTable, *, ident: str, name: str, corrections: Iterable[Correction] = (), unit: str = "万元"
) -> str:
    """Return the definition (TOML) of a layout that reads later tables of this form as ``read`` was read.

    ``corrections`` are those the reading was made with; ``unit`` is what the form's amounts are printed in. The text
    is checked by parsing it; raises ``ValueError`` (Chinese) when ``ident`` is no identifier or nothing was read.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", ident):
        raise ValueError("标识只能用小写字母、数字和连字符")
    if not read.bound or not read.words:
        raise ValueError("这张表没有按栏目含义识读，不能另存为表式")
    hints = hints_for(read.form, corrections).over(_hints_of(read))
    unit = hints.unit or unit
    title = re.sub(r"20\d\d(?=年)", "{year}", read.table.title) or name
    lines = [f"id = {_text(ident)}", f"name = {_text(name)}", f"kind = {_text(read.table.kind)}"]
    lines += [f"title = {_text(title)}", f"unit = {_text(unit)}", 'money = "General"', ""]
    lines += _categories(read)
    lines += _fields(read)
    lines += _list(read)
    lines += ["[reading]", f"words = {_texts(sorted(read.words))}"]
    if hints.unit:
        lines.append(f"unit = {_text(hints.unit)}")
    lines += ["labels = [", *(f"    {_texts(pair)}," for pair in sorted(hints.labels.items())), "]"]
    lines.append("columns = [")
    lines += [f"    [{_text(label)}, {nth}, {_text(path)}]," for (label, nth), path in sorted(hints.columns.items())]
    lines += ["]", ""]
    text = "\n".join(lines)
    parse_layout_text(text)
    return text


def parse_layout_text(text: str) -> Layout:
    """Return the layout of a definition. Raises ``ValueError`` (Chinese) when it is none."""
    try:
        return parse_layout(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"表式定义的格式不正确：{error}") from error


def saved_for(lines: list[Line], layouts: Sequence[Layout]) -> Layout | None:
    """Return the saved reading whose form these lines have, the likest of several; ``None`` when there is none."""
    known = [layout for layout in layouts if layout.words]
    if not known:
        return None
    words = form_words(lines)
    shares = [(len(words & layout.words) / len(words | layout.words), layout) for layout in known]
    share, best = max(shares, key=lambda item: item[0])
    return best if share >= SAME else None


def _hints_of(read: ReadTable) -> Hints:
    """Return what a reading found its labels and columns to mean, where a label means one thing."""
    meant: dict[str, set[str]] = {}
    listed = {column.label for column in read.columns}
    for one in read.bound:
        if one.label and one.label not in listed and "·" not in one.label and one.path in LABEL_PATHS:
            meant.setdefault(one.label, set()).add(one.path)
    labels = {label: paths.pop() for label, paths in meant.items() if len(paths) == 1}
    columns = {
        (column.label, column.nth): column.path
        for column in read.columns
        if column.path in COLUMN_PATHS or (not column.path and column.how == CONFIRMED)
    }
    return Hints(labels, columns)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def _cell(text: str) -> str:
    """Return a text as it may stand in a row of a layout file."""
    return re.sub(r"\s+", " ", text).translate({ord("|"): "｜", ord("{"): "｛", ord("}"): "｝"})


def _categories(read: ReadTable) -> list[str]:
    found: dict[str, tuple[str, str]] = {}
    for row in read.table.indicators:
        if row.category and row.level1 and row.level2:
            found.setdefault(row.category, (row.level1, row.level2))
    return ["[categories]", *(f'"{code}" = {_texts(levels)}' for code, levels in found.items()), ""] if found else []


def _fields(read: ReadTable) -> list[str]:
    rows: dict[str, str] = {}
    for one in read.bound:
        known = one.path in FIELD_NAMES or one.path.startswith(("spend_plan.", "extra."))
        if known and one.path not in rows and "第" not in one.path and "\n" not in one.path:
            rows[one.path] = _cell(one.label or FIELD_NAMES.get(one.path, one.path.partition(".")[2]))
    if not rows:
        return []
    texts = [
        f"{label or path} | {{{path.translate({ord(c): None for c in '|{}:!<'})}}}" for path, label in rows.items()
    ]
    return ["[[blocks]]", "widths = [26, 74]", "rows = [", *(f"    {_text(text)}," for text in texts), "]", ""]


def _list(read: ReadTable) -> list[str]:
    used = {one.path.rpartition(".")[2] for one in read.bound if one.path.startswith("indicators.")}
    leaves = [leaf for leaf in _LEAVES if leaf in used]
    if not leaves:
        return []
    labels = {column.path: column.label for column in reversed(read.columns) if column.label}
    head = " | ".join(_cell(labels.get(leaf) or ROW_FIELD_NAMES["indicators"][leaf]) for leaf in leaves)
    row = " | ".join(f"{{{leaf}}}" for leaf in leaves)
    merge = [leaf for leaf in ("level1", "level2") if leaf in leaves]
    return [
        "[[blocks]]",
        'of = "indicators"',
        f"widths = [{', '.join(str(_WIDE.get(leaf, 14)) for leaf in leaves)}]",
        f"head = {_text(head)}",
        f"row = {_text(row)}",
        f"merge = {_texts(merge)}",
        "",
    ]
