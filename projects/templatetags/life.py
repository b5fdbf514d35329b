"""What a page shows of a table's life: its actions, and differences with marks that colour alone does not carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from perfgoals.web import figures
from projects import workflow
from projects.diff import KIND_NAMES, Cell, Row
from projects.models import Role, TargetTable
from projects.permissions import rights_of
from projects.services.audit import action_name as audit_name
from projects.targettable import TargetTable as Content
from projects.targettable import leaf_text
from projects.textdiff import GONE, SAME

register = template.Library()
register.filter("action_name", workflow.action_name)
register.filter("audit_name", audit_name)

FORWARD = ("submit", "pass", "approve")
EXPLAINED = {
    "submit": _("送审后内容不能再改，送审时的内容留存为一个版本。"),
    "withdraw": _("撤回后回到草稿，可以继续修改。"),
    "return": _("退回后由填报人修改、再送审，意见会通知送审人。"),
    "pass": _("通过后转给财政审核。"),
    "approve": _("批复后内容不能再改，留存为批复版本；以后只能通过调整修改。"),
    "adjust": _("回到草稿修改，走同样的审核；新版本批复之前，原批复版本一直有效。"),
    "cancel_adjustment": _("内容恢复为已批复的版本，调整中所作的修改不再保留在表中。"),
    "void": _("作废后不再计入列表和合计，需要时可以恢复。"),
    "restore": _("恢复为草稿，可以继续填报。"),
}
REASONS = {
    "submit": _("送审说明（可不填）"),
    "return": _("退回意见"),
    "pass": _("审核意见（可不填）"),
    "approve": _("批复意见（可不填）"),
    "adjust": _("调整原因"),
    "void": _("作废原因"),
}
SIGNS = {"added": "＋", "removed": "－", "changed": "～", "moved": "⇅"}


@dataclass(frozen=True, slots=True)
class Action:
    """One button: what it does, what must be said, what a person should know before."""

    action: str
    name: str
    forward: bool
    needs_reason: bool
    label: str
    explained: str
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Actions:
    """``blocked``: what this person could do from here, were it not for the reason beside it."""

    allowed: list[Action]
    blocked: list[tuple[str, str]]


@register.simple_tag(takes_context=True)
def table_actions(context: dict[str, Any], row: TargetTable, content: Content | None = None) -> Actions:
    """Return what the person may do with ``row`` now."""
    user = context["request"].user
    allowed, blocked = [], []
    for transition, why in workflow.available(row, user, content=content):
        if not why:
            allowed.append(_action(transition, row))
        elif _near(transition, row, user):
            blocked.append((transition.name, why))
    return Actions(sorted(allowed, key=lambda item: not item.forward), blocked)


def _near(transition: workflow.Transition, row: TargetTable, user: Any) -> bool:
    """Whether the action starts in this state and belongs to a role of this person, in this department."""
    if transition.action == "cancel_adjustment" and row.approved_revision_id is None:
        return False
    if transition.action == "void" and row.approved_revision_id is not None:
        return False
    rights = rights_of(user)
    return any(
        step.source == row.status
        and row.fiscal_year.levels in step.levels
        and any(role != Role.ADMINISTRATOR and rights.has(role, row.department) for role in step.roles)
        for step in transition.steps
    )


def _action(transition: workflow.Transition, row: TargetTable) -> Action:
    return Action(
        transition.action,
        transition.name,
        transition.action in FORWARD,
        transition.needs_reason,
        str(REASONS.get(transition.action, _("说明（可不填）"))),
        str(EXPLAINED.get(transition.action, "")),
        workflow.warnings(row, transition),
    )


@register.filter
def state_word(status: str) -> str:
    """A state's word; a code that no longer exists as it stands."""
    return str(TargetTable.Status(status).label) if status in TargetTable.Status.values else status


# Differences ----------------------------------------------------------------------------------------------------


@register.filter
def change_word(row: Row) -> SafeString:
    """``＋ 新增``: a sign and a word, so that colour is never alone."""
    return format_html(
        '<span class="change change--{}"><span aria-hidden="true">{}</span>{}</span>',
        row.kind,
        SIGNS[row.kind],
        KIND_NAMES[row.kind],
    )


def _text(cell: Cell, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        if cell.kind == "money":
            return figures.yuan(value)
        return figures.percent(value) if cell.kind == "percent" else f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return leaf_text(cell.path, value)


@register.filter
def old_text(cell: Cell) -> str:
    return _text(cell, cell.old)


@register.filter
def new_text(cell: Cell) -> str:
    return _text(cell, cell.new)


@register.filter
def difference(cell: Cell) -> str:
    """``+12,000.00``; percents differ by 个百分点."""
    if cell.difference is None:
        return ""
    sign = "+" if cell.difference > 0 else "−" if cell.difference < 0 else ""
    size = abs(cell.difference)
    if cell.kind == "money":
        return sign + figures.yuan(size)
    number = figures.percent(size)[:-1]
    return f"{sign}{number}个百分点" if cell.kind == "percent" else sign + number


@register.filter
def rate(cell: Cell) -> str:
    """The change in percent of the old amount; nothing for percents, whose change is told in points."""
    if cell.percent is None or cell.kind == "percent":
        return ""
    sign = "+" if cell.percent > 0 else "−" if cell.percent < 0 else ""
    return sign + figures.percent(abs(cell.percent))


@register.filter
def marked(cell: Cell) -> SafeString:
    """A changed value with what went struck through and what came underlined."""
    if not cell.runs:
        return _replaced(_text(cell, cell.old), _text(cell, cell.new))
    tags = {SAME: "{}", GONE: '<del class="gone">{}</del>'}
    return format_html_join(
        "", "{}", ((format_html(tags.get(run.kind, '<ins class="came">{}</ins>'), run.text),) for run in cell.runs)
    )


def _replaced(old: str, new: str) -> SafeString:
    gone = format_html('<del class="gone">{}</del>', old) if old else format_html('<span class="quiet">（空）</span>')
    came = format_html('<ins class="came">{}</ins>', new) if new else format_html('<span class="quiet">（空）</span>')
    return format_html('{} <span aria-hidden="true">→</span> {}', gone, came)
