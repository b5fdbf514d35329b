"""Placeholders of a blank form: what ``{{预算金额|万元|千分位}}`` means, and how a binding is written as one.

The names stand in ``placeholders.toml``; words that localities use for the same field (``meaning.toml``) are taken
too. A placeholder is only ever looked up here: nothing of it is executed.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from projects.layouts.cells import BARE_PERCENT, CHINESE_DAY
from projects.layouts.definition import COMPUTED, Binding
from projects.layouts.generic import column_words, label_words
from projects.layouts.labels import norm
from projects.layouts.names import FIELD_NAMES, ROW_FIELD_NAMES
from projects.layouts.values import UNITS
from projects.targettable import field_kind

PLACEHOLDER = re.compile(r"[{｛]{2}([^{}｛｝]*)[}｝]{2}")
OPENED = re.compile(r"[{｛]{2}|[}｝]{2}")
SECTION = "section"
ROW_NUMBER = "row"
_EXTRA = re.compile(r"其他(?:栏目)?\s*[:：·]\s*(.+)")
_PLAN = re.compile(
    r"(?:资金)?(?:支出计划)?(?:截至)?\s*(\d{1,2})\s*月底?(?:累计比例|累计|比例|支出计划)?(?:[（(][%％][)）])?"
)
_MONEY_STYLES = {"千分位": "#,##0.00", "两位小数": "0.00", "不补零": "General"}
_DEPARTMENT = {"代码在前": "front", "代码在后": "back"}
OPTIONS = {
    "元 万元 千元 亿元": "金额按这个单位印",
    "千分位": "金额印作 1,008.14",
    "两位小数": "金额印作 1008.14",
    "不补零": "金额印作 1008.14、20（不补零）",
    "零写0": "金额为零时只印 0",
    "不带百分号": "百分比印作 25.00",
    "年月日": "日期印作 2021年1月1日",
    "代码在前 代码在后": "部门代码与名称印在一起",
    "不合并": "一级、二级指标每行都印，不向下合并",
}


@dataclass(frozen=True, slots=True)
class Name:
    """One placeholder as the list of them shows it; ``rows`` is the list whose row it stands in."""

    path: str
    name: str
    help: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder as found in a form. ``path`` is empty when its name is unknown; ``near`` then proposes some.

    ``wrong``: options that it cannot have.
    """

    text: str
    path: str = ""
    rows: str = ""
    unit: str = ""
    style: str = ""
    option: str = ""
    bare_zero: bool = False
    apart: bool = False
    near: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def full_path(self) -> str:
        return f"{self.rows}.{self.path}" if self.rows else self.path

    def binding(self, *, beside: bool = False) -> Binding:
        return Binding(self.path, self.option, self.bare_zero, beside)


@dataclass(slots=True)
class _Words:
    single: dict[str, str] = field(default_factory=dict)
    listed: dict[str, tuple[str, str]] = field(default_factory=dict)


@cache
def groups() -> tuple[Group, ...]:
    """Return all placeholders in their groups, as the help page lists them."""
    with (Path(__file__).parent / "placeholders.toml").open("rb") as stream:
        data = tomllib.load(stream)
    return tuple(
        Group(raw["title"], tuple(Name(path, name, text, raw.get("rows", "")) for path, name, text in raw["names"]))
        for raw in data["groups"]
    )


@cache
def _words() -> _Words:
    words = _Words()
    for name in (name for group in groups() for name in group.names):
        if name.rows:
            words.listed[_key(name.name)] = (name.rows, name.path)
        else:
            words.single[_key(name.name)] = name.path
    for label, path in label_words().items():
        known = path in FIELD_NAMES or path == "department" or path.startswith("extra.")
        if known and _key(label) not in words.listed:
            words.single.setdefault(_key(label), path)
    for label, path in column_words().items():
        if path in ROW_FIELD_NAMES["indicators"] and path != "category" and _key(label) not in words.single:
            words.listed.setdefault(_key(label), ("indicators", path))
    return words


def _key(text: str) -> str:
    return norm(text) or text


def read_placeholder(inner: str) -> Placeholder:
    """Return what stands between the braces: a name, then options behind bars."""
    name, *options = (piece.strip() for piece in re.split(r"[|｜]", inner))
    text = "{{" + inner.strip() + "}}"
    path, rows = _look_up(name)
    if not path:
        return Placeholder(text, near=nearest(name))
    found: dict[str, str | bool] = {}
    wrong = [option for option in options if option and not _option(option, f"{rows}.{path}" if rows else path, found)]
    return Placeholder(text, path, rows, wrong=tuple(wrong), **found)  # type: ignore[arg-type]


def _look_up(name: str) -> tuple[str, str]:
    key = _key(name)
    words = _words()
    if key in words.single:
        return words.single[key], ""
    if key in words.listed:
        rows, leaf = words.listed[key]
        return leaf, rows
    extra = _EXTRA.fullmatch(name)
    if extra:
        return f"extra.{extra[1].strip()}", ""
    plan = _PLAN.fullmatch(name)
    if plan and 1 <= int(plan[1]) <= 12:
        return f"spend_plan.{int(plan[1]):02d}", ""
    return "", ""


def _option(option: str, path: str, found: dict[str, str | bool]) -> bool:
    """Take one option into ``found``; tell whether the field can have it."""
    kind = "percent" if path.startswith("spend_plan.") else field_kind(path)
    if kind == "money" and option in UNITS:
        found["unit"] = option
    elif kind == "money" and option in _MONEY_STYLES:
        found["style"] = _MONEY_STYLES[option]
    elif kind == "money" and option == "零写0":
        found["bare_zero"] = True
    elif kind == "percent" and option == "不带百分号":
        found["style"] = BARE_PERCENT
    elif kind == "percent" and option == "带百分号":
        found["style"] = ""
    elif kind == "day" and option == "年月日":
        found["style"] = CHINESE_DAY
    elif path == "department" and option in _DEPARTMENT:
        found["option"] = _DEPARTMENT[option]
    elif path.endswith((".level1", ".level2")) and option == "不合并":
        found["apart"] = True
    else:
        return False
    return True


def nearest(name: str) -> tuple[str, ...]:
    """Return at most three known names that a wrong one may have been meant for, the likeliest first."""
    known = [item.name for group in groups() for item in group.names]
    inside = [word for word in known if len(name) > 1 and (word in name or name in word)]
    inside.sort(key=lambda word: -difflib.SequenceMatcher(None, word, name).ratio())
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return tuple(dict.fromkeys([*inside, *close]))[:3]


@cache
def _names() -> dict[tuple[str, str], str]:
    return {(name.rows, name.path): name.name for group in groups() for name in group.names}


def written(binding: Binding, rows: str = "", *, unit: str = "", style: str = "", apart: bool = False) -> str:
    """Return a binding as a placeholder; ``unit`` and ``style`` only for fields that have them."""
    path = "department" if binding.path == "department.name" else binding.path
    if path == ROW_NUMBER:
        return "{{序号}}"
    name = _names().get((rows, path), "")
    if not name and path.startswith("spend_plan."):
        name = f"支出计划{int(path[-2:])}月"
    if not name and path.startswith("extra."):
        name = "其他:" + path.removeprefix("extra.")
    options = [unit, *(word for word, code in _MONEY_STYLES.items() if code == style)]
    options += [word for word, code in _DEPARTMENT.items() if code == binding.option and path == "department"]
    options += ["零写0"] if binding.bare_zero else []
    options += {BARE_PERCENT: ["不带百分号"], CHINESE_DAY: ["年月日"]}.get(style, [])
    options += ["不合并"] if apart else []
    return "{{" + "|".join([name, *filter(None, options)]) + "}}"


def parts_of(text: str) -> list[str | Placeholder]:
    """Split a text into words and placeholders."""
    parts: list[str | Placeholder] = []
    for number, piece in enumerate(PLACEHOLDER.split(text)):
        if number % 2:
            parts.append(read_placeholder(piece))
        elif piece:
            parts.append(piece)
    return parts


def is_computed(path: str) -> bool:
    return path in COMPUTED
