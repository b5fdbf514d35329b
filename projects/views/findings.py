"""What the rules find, on pages: beside a table, and the rules themselves with a year's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from projects.findings import BLOCK, INFO, LEVEL_NAMES, LEVELS, WARN, Finding
from projects.layouts import layout_of
from projects.layouts.printed import place_name
from projects.life.checks import submission_findings
from projects.models import FiscalYear
from projects.models import TargetTable as Stored
from projects.permissions import may_administer
from projects.rules import Setup, rules
from projects.rules.dimensions import ITEMS, Item
from projects.rules.engine import OFF, SCOPE_NAMES, THRESHOLDS, Rule, Threshold
from projects.selectors.findings import by_rule, compared_findings, setup_of
from projects.selectors.tables import visible_to
from projects.services.rulesettings import RulesRefused, change_rules, version_of
from projects.targettable import TargetTable
from projects.views.shared import chosen_year

OFF_NAME = "关闭"


@dataclass(slots=True)
class Note:
    """A finding as a page shows it; ``more`` others of the same rule are told in one."""

    finding: Finding
    place: str
    more: int = 0

    @property
    def level_name(self) -> str:
        return LEVEL_NAMES[self.finding.level]


@dataclass(slots=True)
class Notes:
    """The findings of a table, the gravest first; remarks gathered by rule."""

    listed: list[Note]
    counts: dict[str, int]
    item: str = ""

    @property
    def total(self) -> int:
        return self.counts[BLOCK] + self.counts[WARN]


def notes_of(row: Stored, content: TargetTable) -> Notes:
    """Check ``content`` by the rules of its year, with what comparison showed last."""
    found = submission_findings(content, setup_of(row.fiscal_year_id))
    found += compared_findings(row.pk, label=row.label)
    layout = layout_of(content)
    first: dict[str, Note] = {}
    listed: list[Note] = []
    for finding in sorted(found, key=lambda item: LEVELS.index(item.level)):
        if finding.level == INFO and finding.code in first:
            first[finding.code].more += 1
            continue
        note = Note(finding, place_name(layout, finding.field) if finding.field else "")
        first.setdefault(finding.code, note)
        listed.append(note)
    return Notes(listed, {level: sum(item.level == level for item in found) for level in LEVELS})


@dataclass(slots=True)
class RuleLine:
    """A rule with what a year makes of it; ``tables``: how many tables of the year it speaks of."""

    rule: Rule
    level: str
    tables: int
    url: str
    choices: list[tuple[str, str]]

    @property
    def scope(self) -> str:
        return SCOPE_NAMES[self.rule.scope]

    @property
    def level_name(self) -> str:
        return LEVEL_NAMES.get(self.level, OFF_NAME)

    @property
    def own(self) -> str:
        """The rule's own level where the year has another."""
        return "" if self.level == self.rule.level else LEVEL_NAMES[self.rule.level]


@dataclass(slots=True)
class Group:
    item: Item
    lines: list[RuleLine] = field(default_factory=list)


@dataclass(slots=True)
class ThresholdLine:
    threshold: Threshold
    value: Decimal

    @property
    def text(self) -> str:
        return f"{self.value:f}"

    @property
    def own(self) -> str:
        return "" if self.value == self.threshold.default else f"{self.threshold.default:f}"


def _groups(setup: Setup, counts: dict[str, int], year: FiscalYear | None) -> list[Group]:
    groups = {item.key: Group(item) for item in ITEMS}
    for rule in rules():
        levels = [level for level in LEVELS if level != BLOCK or rule.source.checked]
        choices = [*((level, LEVEL_NAMES[level]) for level in levels), (OFF, OFF_NAME)]
        address = f"{reverse('table-list')}?finding={rule.id}" + (f"&year={year.year}" if year else "")
        line = RuleLine(rule, setup.level_of(rule), counts.get(rule.id, 0), address, choices)
        groups[rule.item].lines.append(line)
    return [group for group in groups.values() if group.lines]


@require_http_methods(["GET", "HEAD", "POST"])
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules by the items of the review sheet, for everybody; the administrator sets a year's levels here."""
    year = _year(request)
    refusal = may_administer(request.user, None)
    wrong = ""
    if request.method == "POST":
        if refusal:
            raise PermissionDenied(refusal)
        wrong = _save(request, year)
        if not wrong:
            return redirect(f"{reverse('rule-list')}?year={year.year}" if year else reverse("rule-list"))
    setup = setup_of(year.pk) if year else Setup()
    live = visible_to(request.user).exclude(status__in=Stored.RETIRED)
    found = by_rule(live.filter(fiscal_year=year)) if year else []
    counts: dict[str, int] = {}
    for code, _level, number in found:
        counts[code] = counts.get(code, 0) + number
    context = {
        "year": year,
        "years": FiscalYear.objects.all(),
        "groups": _groups(setup, counts, year),
        "thresholds": [ThresholdLine(item, setup.threshold(item.id)) for item in THRESHOLDS.values()],
        "total": len(rules()),
        "editable": year is not None and not refusal,
        "version": version_of(year) if year else 0,
        "wrong": wrong,
    }
    return render(request, "projects/rules.html", context, status=409 if wrong else 200)


def _save(request: HttpRequest, year: FiscalYear | None) -> str:
    """Store what was sent; returns why it was refused, ``""`` when it was not."""
    if year is None:
        return _("还没有年度，请先新建")
    data: Any = request.POST
    levels = {rule.id: data[f"level-{rule.id}"] for rule in rules() if f"level-{rule.id}" in data}
    thresholds = {name: data[f"threshold-{name}"] for name in THRESHOLDS if f"threshold-{name}" in data}
    version = data.get("version", "")
    try:
        changed = change_rules(
            user=request.user,
            year_id=year.pk,
            version=int(version) if version.isdecimal() and len(version) < 9 else -1,
            levels=levels,
            thresholds=thresholds,
        )
    except RulesRefused as error:
        return str(error)
    if changed:
        told = _("已保存。改级别和关闭已经生效；新打开的规则和新的阈值在每张表下次保存或检查时生效")
        messages.success(request, told)
    return ""


def _year(request: HttpRequest) -> FiscalYear | None:
    number = request.POST.get("year", "")
    if number.isdecimal() and len(number) == 4:
        return FiscalYear.objects.filter(year=int(number)).first()
    return chosen_year(request) or FiscalYear.objects.order_by("-year").first()
