"""Put what was found of one table together: the claims of its labels, its amounts, its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from indicators.categories import NATIONAL, category, core, level1_code
from indicators.targets import parse, understood
from projects.findings import INFO, WARN
from projects.grids.grid import Cell
from projects.layouts.anyform.goal_told import told_in
from projects.layouts.anyform.money import Money, resolve
from projects.layouts.anyform.words import Meaning, is_doer
from projects.layouts.bound import CONTENTS, GUESS, POSITION, SYNONYM, UNSURE, Bound
from projects.layouts.generic import joined_value
from projects.layouts.labels import squeeze
from projects.layouts.lines import parse_department
from projects.layouts.readtable import ReadTable
from projects.layouts.values import day_of_serial, parse_day, parse_money, parse_number, parse_percent
from projects.targettable import Indicator, PlanPoint, TargetTable, field_kind

_LINES_KEPT = frozenset(
    [
        "project.overview",
        "project.purpose",
        "goals.period",
        "goals.annual",
        "goals.whole",
        "duties",
        "project.procurement",
    ]
)
_NOTHING = frozenset(["/", "—", "－", "-", "--", "无", "\\"])
_YEAR = re.compile(r"(20[0-4]\d)\s*年?度?")
_OF_TITLE = re.compile(
    r"(?:20\d\d年度?)?(?:[^（）]{0,12}?(?:预算|部门|本级|市级|省级|区级|县级))?(.+?)(?:项目)?(?:支出)?(?:预算)?绩效(?:目标)?(?:申报|批复|自评)?表(?:[（(].*)?"
)
_OFFICE_AND_YEAR = re.compile(r"(.{2,20}?(?:局|委|办|厅|中心|院|政府|街道|镇|乡|会|部|所|站))?20\d\d年度?(.{3,})")
_OFFICE = re.compile(
    r"(局|委|办|室|厅|部|院|校|所|站|馆|会|社|团|队|组|处|科|司|中心|政府|街道|镇|乡|村|县|区|市|省|学|园|库|场|集团|公司|机关|单位|部门|银行|总署)"
    r"(（.*）|\(.*\)|本级|机关)?$"
)
_LARGE = Decimal(30000)


Own = dict[str, tuple[str, Cell | None, str, float, str]]  # leaf → text, cell, how, sure, heading


@dataclass(slots=True)
class Claim:
    """A cell that says something about a field."""

    path: str
    text: str
    cell: Cell
    how: str
    sure: float
    label: str
    rank: int = 0
    unit: str = ""
    money: Money | None = None
    order: int = 0


@dataclass(slots=True)
class Builder:
    """Gathers one table. ``unit``: the unit of amounts that state none, ``""`` when nothing stated one."""

    title: str
    kind: str = "project"
    unit: str = ""
    claims: list[Claim] = field(default_factory=list)
    read: ReadTable = field(init=False)
    levels: dict[str, tuple[str, str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # level-1 categories that stand nowhere, told by level 2
    units: list[str] = field(default_factory=list)  # stated beside some label

    def __post_init__(self) -> None:
        self.read = ReadTable(TargetTable(kind=self.kind, title=self.title), share=0.5)

    @property
    def table(self) -> TargetTable:
        return self.read.table

    # -- claims ---------------------------------------------------------------------------------

    def claim(
        self, found: Meaning, text: str, cell: Cell, label: str, *, unit: str = "", sure: float = 0.0, how: str = ""
    ) -> None:
        """Note what a labelled cell says; blank cells say nothing."""
        if not text:
            return
        self.claims.append(
            Claim(
                found.path,
                text,
                cell,
                how or found.how,
                sure or found.sure,
                label,
                found.rank,
                unit,
                found.money,
                len(self.claims),
            )
        )

    def other(self, label: str, text: str, cell: Cell, *, sure: float = 0.7) -> None:
        """Keep a labelled cell that has no field."""
        if text:
            self.claims.append(Claim(f"extra.{label}", text, cell, POSITION, sure, label, order=len(self.claims)))

    def loose(self, text: str, cell: Cell) -> None:
        """Keep a text that belongs to no label."""
        extra = self.table.extra
        extra["其他文字"] = "\n".join(filter(None, [extra.get("其他文字", ""), text]))
        self.read.note(INFO, "loose-text", "表内有不属于任何栏目的文字，已保留在“其他文字”", cell, cell=text)

    def more(self, text: str, cell: Cell) -> bool:
        """Add a further line to the text claimed last; tell whether there was one that takes lines."""
        if not self.claims or self.claims[-1].path not in _LINES_KEPT:
            return False
        last = self.claims[-1]
        last.text = f"{last.text}\n{text}"
        self.read.bind(last.path, cell, how=POSITION, sure=min(last.sure, 0.85), label=last.label, text=text)
        return True

    # -- indicators -----------------------------------------------------------------------------

    def indicator(self, own: dict[str, tuple[str, Cell | None, str, float, str]], first: Cell, half: str) -> None:
        """Add a row; ``own``: leaf → text, cell, how, sure, heading. Levels are filled down."""
        of = "period_indicators" if half == "period" else "indicators"
        rows: list[Indicator] = getattr(self.table, of)
        row = Indicator()
        row.level1, row.level2, row.category = self._levels(own, half)
        for leaf, (text, _, _, _, _) in own.items():
            if leaf in ("level1", "level2", "value", "operator", "quantity", "unit"):
                continue
            setattr(row, leaf, parse_number(text) if leaf == "weight" else text)
        parts = {leaf: own[leaf][0] if leaf in own else "" for leaf in ("operator", "value", "quantity", "unit")}
        row.value = joined_value(parts["operator"], _unbroken(parts["value"] or parts["quantity"]), parts["unit"])
        row.operator, row.quantity, row.unit = understood(row.value)
        number = len(rows)
        for leaf, (text, cell, how, sure, label) in own.items():
            if text:
                shown = "value" if leaf in ("operator", "quantity", "unit") else leaf
                self.read.bind(f"{of}.{number}.{shown}", cell or first, how=how, sure=sure, label=label, text=text)
        for leaf in ("level1", "level2"):
            if getattr(row, leaf) and not (leaf in own and own[leaf][0]):
                sure = 0.5 if leaf == "level1" and row.level1 in self.named else 0.85
                self.read.bind(f"{of}.{number}.{leaf}", first, how=POSITION, sure=sure, text=getattr(row, leaf))
        if row.name and not row.value:
            self.read.note(INFO, "value-blank", f"第{number + 1}行指标没有指标值", first, field=f"{of}.{number}.value")
        rows.append(row)

    def _levels(self, own: dict[str, tuple[str, Cell | None, str, float, str]], half: str) -> tuple[str, str, str]:
        above1, above2 = self.levels.get(half, ("", ""))
        text1, text2 = (squeeze(own[leaf][0]) if leaf in own else "" for leaf in ("level1", "level2"))
        level1 = text1 or above1
        same = not text1 or core(text1) == core(above1)
        level2 = text2 or (above2 if same else "")
        code = category(level1, level2)
        if code and "level1" in own and not text1 and text2:
            named = NATIONAL[code][0]
            group = level1_code(level1)
            fits = code.startswith(f"{group}.") or (code.startswith("satisfaction") and group == "outcome")
            if (group or not level1) and not fits and core(named) != core(level1):
                level1 = named
                code = category(level1, level2)
                self.named.add(named)
        elif text1:
            self.named.discard(text1)
        self.levels[half] = (level1, level2)
        return level1, level2, code

    # -- the whole ------------------------------------------------------------------------------

    def finish(self) -> ReadTable:
        """Decide between the claims and fill the table."""
        self._told()
        self._goals()
        self._money()
        best: dict[str, Claim] = {}
        for claim in sorted(self.claims, key=lambda one: (one.rank, -one.sure, one.order)):
            if claim.money:
                continue
            if claim.path.startswith("extra.") or not claim.path:
                self._keep(claim)
            elif claim.path not in best:
                best[claim.path] = claim
                self._set(claim)
            elif best[claim.path].text != claim.text:
                self._keep(claim)
        if "project.name" not in best and "project.parent" in best and self.kind == "project":
            parent = best["project.parent"]
            self._set(Claim("project.name", parent.text, parent.cell, GUESS, 0.5, parent.label))
        self._year()
        self._name_of_title()
        self._unsure()
        return self.read

    def _told(self) -> None:
        """Take the indicators that the cell of a goal tells below marks of their categories."""
        for claim in list(self.claims):
            told = told_in(claim.text) if claim.path.startswith("goals.") else None
            if told is None:
                continue
            goal = next((text for mark, text in told.texts.items() if mark.endswith("目标")), told.texts.get("", ""))
            claim.text, claim.sure = goal, min(claim.sure, 0.85)
            if not goal:
                self.claims.remove(claim)
            for level1, level2, name, value in told.rows:
                leaves = {"level1": level1, "level2": level2, "name": name, "value": value}
                sure = 0.8 if value else 0.5
                own: Own = {leaf: (text, claim.cell, CONTENTS, sure, claim.label) for leaf, text in leaves.items()}
                self.indicator(own, claim.cell, "")

    def _keep(self, claim: Claim) -> None:
        name = claim.path.removeprefix("extra.") if claim.path.startswith("extra.") else claim.label
        name = name or "其他文字"
        extra = self.table.extra
        extra[name] = "\n".join(filter(None, [extra.get(name, ""), claim.text]))
        self.read.bind(f"extra.{name}", claim.cell, how=POSITION, sure=claim.sure, label=claim.label, text=claim.text)

    def _goals(self) -> None:
        """A goal of the whole project is the year's where no other is, else the mid- or long-term one."""
        paths = {(claim.path, claim.rank) for claim in self.claims}
        year = ("goals.annual", 0) in paths
        whole = ("goals.period", 0) in paths
        for claim in self.claims:
            if claim.path == "goals.whole":
                other = year or ("goals.annual", 1) in paths
                claim.path, claim.rank = ("goals.period", 2) if other else ("goals.annual", 2)
            elif claim.path == "goals.annual" and claim.rank == 1 and year:
                if "总" in claim.label and not whole:
                    claim.path, claim.sure = "goals.period", 0.6
                else:
                    claim.path = f"extra.{claim.label}"

    def _money(self) -> None:
        amounts = [claim for claim in self.claims if claim.money]
        _tell_columns(amounts)
        fields = resolve([claim.money for claim in amounts if claim.money], self.kind)
        done: set[str] = set()
        guessed = self.unit == "" and not any(claim.unit for claim in amounts)
        for claim in amounts:
            path = fields.get(claim.money) if claim.money else None
            if path is None or path in done:
                if claim.text not in _NOTHING:
                    claim.money, claim.path = None, f"extra.{claim.label}"
                continue
            done.add(path)
            self._amount(path, claim, guessed)
        if "funding.total" not in done and self.kind == "project":
            self._sum()

    def _amount(self, path: str, claim: Claim, guessed: bool) -> None:
        unit = claim.unit or self.unit
        sure = claim.sure
        if not unit and len(set(self.units)) == 1:
            unit = self.units[0]
            sure = min(sure, 0.7)
        if not unit:
            unit = _likely_unit(claim.text)
            sure = min(sure, 0.5)
        value = parse_money(_bare_amount(claim.text), unit)
        if isinstance(value, str):
            sure = min(sure, 0.3)
            self.read.note(
                WARN, "amount-unreadable", "金额无法识别，已按原文保留", claim.cell, field=path, cell=claim.text
            )
        elif guessed and not re.search(r"元\s*$", claim.text) and value is not None:
            self.read.note(
                WARN, "unit-assumed", f"没有写明金额单位，按{unit}读取，请核对", claim.cell, field=path, cell=claim.text
            )
        else:
            sure = max(sure, claim.sure)
        first, _, leaf = path.partition(".")
        setattr(getattr(self.table, first), leaf, value)
        self.read.bind(path, claim.cell, how=claim.how, sure=sure, label=claim.label, text=claim.text)

    def _sum(self) -> None:
        """Fiscal and other money without a total: nothing is added up, it is only said."""
        if isinstance(self.table.funding.fiscal, Decimal):
            self.read.note(INFO, "total-missing", "没有找到资金总额，只有其中各项", field="funding.total")

    def _set(self, claim: Claim) -> None:
        path, text = claim.path, claim.text
        first, _, leaf = path.partition(".")
        if path == "department.name":
            code, name = parse_department(text)
            if not code and not _OFFICE.search(name):
                claim.sure = min(claim.sure, 0.55)  # no office by its name: a value that moved, perhaps
            self.table.department.name = name
            self.table.department.code = code or self.table.department.code
            if is_doer(claim.label) and claim.rank == 9:
                self.table.extra.setdefault(claim.label, text)
        elif first == "spend_plan":
            percent = parse_percent(text)
            self.table.spend_plan.append(PlanPoint(leaf, percent))
            self.table.spend_plan.sort(key=lambda point: point.by)
        elif first == "duties":
            self.table.duties = text
        else:
            setattr(getattr(self.table, first), leaf, self._value(path, text, claim.cell))
        self.read.bind(path, claim.cell, how=claim.how, sure=claim.sure, label=claim.label, text=text)

    def _value(self, path: str, text: str, cell: Cell) -> Any:
        if field_kind(path) == "money":
            amount = parse_money(text, self.unit or "元")
            if isinstance(amount, str):
                self.read.note(WARN, "amount-unreadable", "金额无法识别，已按原文保留", cell, field=path, cell=text)
            return amount
        if field_kind(path) != "day":
            return text if path in _LINES_KEPT else "".join(text.split("\n"))
        day: date | str | None = day_of_serial(text) or parse_day(text)
        if isinstance(day, str):
            self.read.note(WARN, "date-unreadable", "日期无法识别，已按原文保留", cell, field=path, cell=text)
        return day

    def _year(self) -> None:
        found = _YEAR.search(self.title)
        if (
            found
            and self.table.fiscal_year is None
            and re.match(r"\s*20\d\d\s*年|.*[（(]\s*20\d\d\s*年?度?\s*[)）]", self.title)
        ):
            self.table.fiscal_year = int(found[1])

    def _name_of_title(self) -> None:
        """A form without a cell for the project's name may have it in its title."""
        if self.kind != "project" or self.table.project.name or not self.table.indicators:
            return
        found = _OF_TITLE.fullmatch(squeeze(self.title))
        name = found[1].strip('“”"《》、 ') if found else ""
        if dated := _OFFICE_AND_YEAR.fullmatch(name):
            name = dated[2]
            if not self.table.department.name:
                self.table.department.name = dated[1]
                self.read.bind("department.name", None, how=GUESS, sure=0.4, text=dated[1])
        if len(name) > 3 and name not in ("部门预算", "项目支出", "财政支出", "专项资金", "重点项目", "预算项目"):
            self.table.project.name = name
            self.read.bind("project.name", None, how=GUESS, sure=0.4, text=name)

    def _unsure(self) -> None:
        """Say once per label or column what was read without certainty."""
        told: set[tuple[str, str]] = set()
        for one in self.read.bound:
            leaf = re.sub(r"\.\d+\.", ".", one.path)
            if one.sure >= UNSURE or leaf.startswith("extra.") or (leaf, one.label) in told:
                continue
            told.add((leaf, one.label))
            self.read.findings.append(_doubt(one))


def _unbroken(text: str) -> str:
    """Return a value that was broken at the cell's width in one piece: 不少于↵12000人."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    joined = "".join(lines)
    return (
        joined if len(joined) <= 24 and parse(joined).single and not all(parse(one).single for one in lines) else text
    )


def _doubt(one: Bound) -> Any:
    from projects.findings import Finding
    from projects.layouts.bound import HOW_NAMES
    from projects.layouts.names import name_of

    label = f"“{one.label}”" if one.label else "这一格"
    text = f"{label}按{HOW_NAMES[one.how]}读作“{name_of(one.path)}”，把握只有 {one.sure:.0%}，请核对"
    return Finding(WARN, "reading-unsure", text, row=one.row, column=one.column, field=one.path, cell=one.text)


def _tell_columns(amounts: list[Claim]) -> None:
    """Of two equal labels below the totals of the whole project and of the year the second is the year's."""
    spans = {claim.money.span for claim in amounts if claim.money and claim.money.part == "total"}
    if "year" not in spans or len(spans) < 2:
        return
    seen: set[str] = set()
    for claim in amounts:
        if claim.money and claim.money.part in ("fiscal", "other", "general_budget") and not claim.money.span:
            if claim.money.part in seen:
                claim.money = Money(claim.money.part, "year")
                claim.how, claim.sure = POSITION, min(claim.sure, 0.85)
            seen.add(claim.money.part)


def _bare_amount(text: str) -> str:
    if told := _AMOUNT_TOLD.match(text.strip()):
        return told[1] + (told[2] if told[2].endswith("元") or not told[2] else "万元")
    return re.sub(r"^(人民币|约|共计?|合计|¥|￥)[:：]?", "", text.strip()).strip()


_AMOUNT_TOLD = re.compile(r"(\d[\d,.]*)\s*(万元?|元|)\s*(?:[（(][^（）()]|$)")  # 854万(新建400万元,改建454万元)


def _likely_unit(text: str) -> str:
    """Return the unit an amount without one is probably in: nobody writes 300,000 万元 for a project."""
    amount = parse_money(_bare_amount(text), "元")
    return "元" if isinstance(amount, Decimal) and amount >= _LARGE else "万元"


__all__ = ["SYNONYM", "Builder", "Claim"]
