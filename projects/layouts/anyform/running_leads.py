"""Lists of many projects in running text: what stands in a row in front of its categories, a project's fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.running_cells import ListCell, is_value
from projects.layouts.anyform.running_chunks import LEAD, Column
from projects.layouts.anyform.tokens import Token
from projects.layouts.anyform.words import Meaning, meaning
from projects.layouts.labels import norm

_OTHER = re.compile(r"序号|编号|(项目|单位|部门|预算单位)(编码|代码)|项目(类别|类型|属性)|备注|负责人|科室|股室")
_AMOUNT = re.compile(r"[\d,.]+\s*(万?元)?|[-—/]")
_MOST = 12
_PIECES = 4


def lead_columns(tokens: Sequence[Token], start: int) -> tuple[list[Column], int]:
    """Return the headings of a project's fields directly in front of a list's, and where they begin.

    Empty where none of them names a project: then these are labels of a form.
    """
    columns: list[Column] = []
    at = start
    while at > 0 and len(columns) < _MOST:
        size = _heading_before(tokens, at)
        if not size:
            break
        columns.insert(0, Column("".join(token.text for token in tokens[at - size : at]), LEAD))
        at -= size
    if not any(_path(column) == "project.name" for column in columns):
        return [], start
    return columns, at


def _heading_before(tokens: Sequence[Token], at: int) -> int:
    """Return of how many pieces the heading consists that ends here: broken at its column's width or not."""
    best = 0
    for size in range(1, min(_PIECES, at) + 1):
        pieces = tokens[at - size : at]
        if any(not piece.first for piece in pieces[1:]):
            break
        text = norm("".join(piece.text for piece in pieces))
        cut = text[:1] == "号" and size < at and tokens[at - size - 1].text == "序"
        numbered = cut or (text.startswith(("序号", "编号")) and len(text) > len("序号"))  # two headings
        if len(text) <= 12 and not numbered and (_OTHER.fullmatch(text) or meaning(text)):
            best = size
    return best


def told_leads(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with what each field of a project is, as :mod:`projects.layouts.anyform.laying` has it."""
    return [Column(column.text, _told(column)) if column.path == LEAD else column for column in columns]


def _told(column: Column) -> str:
    text = norm(column.text)
    if text in ("序号", "编号"):
        return "@number"
    if _OTHER.fullmatch(text):
        return "@code" if re.search("编码|代码", text) else "@short"
    return "@money" if _is_money(column) else f"@{_path(column)}"


def leads_of(columns: Sequence[Column]) -> list[int]:
    """Return the columns that hold a project's fields."""
    return [n for n, column in enumerate(columns) if column.path == LEAD]


def split_leads(columns: Sequence[Column], cells: list[ListCell]) -> tuple[list[ListCell], dict[int, str]]:
    """Return the cells that end the project before, and the fields of the next one, which its first category follows.

    Blank fields are those that the project shares with the one before: the first ones.
    """
    leads = leads_of(columns)
    parted = _around_amount(columns, leads, cells)
    if parted is not None:
        return parted
    for count in range(min(len(leads), len(cells)), 0, -1):
        before, fields = cells[: len(cells) - count], cells[len(cells) - count :]
        chosen = leads[len(leads) - count :]
        if before and not (is_value(before[-1].text) or is_number(before[-1].text) or len(before) % 2 == 0):
            continue
        if all(_holds(columns[n], cell.text) for n, cell in zip(chosen, fields, strict=True)):
            return before, {n: cell.text for n, cell in zip(chosen, fields, strict=True)}
    return cells, {}


def _around_amount(
    columns: Sequence[Column], leads: list[int], cells: list[ListCell]
) -> tuple[list[ListCell], dict[int, str]] | None:
    """Divide at the amount, where blanks fall into the text behind it: 某某项目 | 12.00 | 在 20 所学校开展…."""
    money = [place for place, n in enumerate(leads) if _is_money(columns[n])]
    if len(money) != 1 or money[0] != len(leads) - 2 or not money[0]:
        return None
    width = money[0]
    for at in range(width, len(cells) - 1):
        before, fields = cells[: at - width], cells[at - width : at]
        ends = not before or is_value(before[-1].text)
        if ends and _AMOUNT.fullmatch(cells[at].text) and not any(is_number(cell.text) for cell in fields):
            text = cells[at + 1].text
            for cell in cells[at + 2 :]:
                text += ("" if cell.first else " ") + cell.text
            told = [*(cell.text for cell in fields), cells[at].text, text]
            return before, dict(zip(leads, told, strict=True))
    return None


def _meant(column: Column) -> Meaning | None:
    return meaning(norm(column.text))


def _is_money(column: Column) -> bool:
    found = _meant(column)
    return found is not None and found.money is not None


def _path(column: Column) -> str:
    found = _meant(column)
    return found.path if found else ""


def _holds(column: Column, text: str) -> bool:
    """Tell whether a text can stand below a heading: a figure below an amount's, words below a name's."""
    found = _meant(column)
    if _is_money(column):
        return bool(_AMOUNT.fullmatch(text))
    if found is None:
        return True
    return not is_number(text) and len(text) > 1
