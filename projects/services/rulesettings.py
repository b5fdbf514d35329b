"""A year's rules: switched, given another level or another threshold, by the administrator. Every change is audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from projects.models import FiscalYear, RuleSetup, StoredFinding
from projects.permissions import may_administer
from projects.rules import rule_of, rules
from projects.rules.engine import OFF, THRESHOLDS, BadSetup, Rule, setup_for
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User


class RulesRefused(Exception):
    """Nothing was changed; the message (Chinese) says why."""


def version_of(year: FiscalYear) -> int:
    """Return the version a page has to send back; 0 while the year has no settings of its own."""
    return RuleSetup.objects.filter(pk=year.pk).values_list("version", flat=True).first() or 0


def change_rules(
    *, user: User | Any, year_id: int, version: int, levels: Mapping[str, str], thresholds: Mapping[str, str]
) -> bool:
    """Set what a year decides about its rules; what equals the rule's own is not kept. Returns whether it changed.

    Stored findings of rules whose level changed follow at once; what a rule that was off, or another threshold,
    finds comes with the next check of each table. Raises :class:`RulesRefused`.
    """
    if why := may_administer(user, None):
        raise RulesRefused(why)
    try:
        wanted = setup_for({"*": {"rules": levels, "thresholds": thresholds}}, None)
    except BadSetup as error:
        raise RulesRefused(str(error)) from error
    own = {rule.id: rule.level for rule in rules()}
    kept_levels = {name: level for name, level in wanted.levels.items() if level != own[name]}
    kept = {name: f"{value:f}" for name, value in wanted.thresholds.items() if value != THRESHOLDS[name].default}
    with transaction.atomic():
        year = FiscalYear.objects.select_for_update().get(pk=year_id)
        setup = RuleSetup.objects.filter(pk=year.pk).first() or RuleSetup(fiscal_year=year, version=0)
        if setup.version != version:
            raise RulesRefused("设置已被别人修改，下面是现在的设置，请核对后重新保存")
        before = _told(setup.levels, setup.thresholds)
        after = _told(kept_levels, kept)
        if before == after:
            return False
        old = dict(setup.levels)
        setup.levels, setup.thresholds, setup.version = kept_levels, kept, setup.version + 1
        setup.save()
        for rule in rules():
            _follow(rule, year, old.get(rule.id, rule.level), kept_levels.get(rule.id, rule.level))
        audit.record("rules.change", actor=user, obj=year, before=before, after=after)
    return True


def _follow(rule: Rule, year: FiscalYear, old: str, new: str) -> None:
    """Give the stored findings of a rule its new level; those of one that is off go."""
    if old == new:
        return
    stored = StoredFinding.objects.filter(code=rule.id, table__fiscal_year=year)
    if new == OFF:
        stored.delete()
    else:
        stored.update(level=new)


def _told(levels: Mapping[str, str], thresholds: Mapping[str, str]) -> dict[str, Any]:
    """Return settings in words, for the audit log; empty: every rule at its own."""
    told: dict[str, Any] = {}
    for name, level in sorted(levels.items()):
        rule = rule_of(name)
        told[rule.title if rule else name] = level
    for name, value in sorted(thresholds.items()):
        known = THRESHOLDS.get(name)
        told[known.text if known else name] = value
    return told
