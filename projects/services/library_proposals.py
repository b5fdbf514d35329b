"""入库建议: a row of an approved table is proposed with one click; the keeper mends, accepts or declines it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator
from indicators.targets import Kind, parse
from projects.models import Department, LibraryProposal, Membership, Notice, Role, TableIndicator, TargetTable, User
from projects.models.keys import natural_key
from projects.permissions import may_propose
from projects.services import audit, library
from projects.services.approved import NOT_APPLICABLE
from projects.services.audit import actor_label
from projects.services.notices import clip

State = LibraryIndicator.State
Outcome = LibraryProposal.Outcome
NOTICE = "library"
_STANDARDS = {str(label): value for value, label in LibraryIndicator.BasisType.choices}


@transaction.atomic
def propose(*, actor: User, table: TargetTable, row: UUID, shared: bool) -> LibraryIndicator:
    """Propose one row of an approved table for its department's library or for the shared one.

    The same name proposed or in use there already is refused (``Unfit``), so a second click does no harm.
    """
    library.allow(may_propose(actor, table))
    if table.status != TargetTable.Status.APPROVED:
        raise library.Unfit(_("只有已批复的表可以提出入库建议"))
    written = TableIndicator.objects.filter(table=table, uid=row).first()
    if written is None:
        raise library.Unfit(_("表里没有这一行"))
    if natural_key(written.name) in ("", NOT_APPLICABLE):
        raise library.Unfit(_("这一行没有指标，不能入库"))
    if written.category not in NATIONAL:
        raise library.Unfit(_("这一行的指标类别未能识别，不能入库"))
    department = None if shared else table.department
    there = LibraryIndicator.objects.filter(
        name_key=natural_key(written.name),
        category=written.category,
        department=department,
        state__in=[State.IN_USE, State.PROPOSED],
    ).first()
    if there is not None:
        names = {"library": library.library_name(department), "state": there.get_state_display()}
        raise library.Unfit(_("%(library)s里已有这个指标（%(state)s）") % names)
    indicator = library.create_indicator(
        actor=actor,
        department=department,
        fields=texts_of(written, table),
        state=State.PROPOSED,
        action="library.propose",
    )
    LibraryProposal.objects.create(
        indicator=indicator, table=table, row_uid=row, proposer=actor, proposer_name=actor_label(actor)
    )
    text = clip(_("“%(name)s”被建议加入%(library)s，等待审核") % _names(indicator))
    Notice.objects.bulk_create(
        Notice(user_id=user, kind=NOTICE, text=text) for user in keepers_of(department) if user != actor.pk
    )
    return indicator


def texts_of(row: TableIndicator, table: TargetTable) -> dict[str, str]:
    """Return the library's fields as far as a table's row tells them; too long texts are cut for the keeper to mend."""
    target = parse(row.value)
    graded = target.kind in (Kind.GRADED, Kind.LIMIT, Kind.TEXT)
    fields: dict[str, Any] = {
        "category": row.category,
        "name": row.name[:200],
        "explanation": row.description,
        "value": row.value[:200],
        "sign": target.operator or ("定性" if graded else ""),
        "unit": (row.unit or target.unit)[:40],
        "basis": row.basis,
        "basis_type": _STANDARDS.get(row.standard.strip(), ""),
        "project_type": table.project_type[:60],
    }
    if not fields["basis_type"] and row.standard and not row.basis:
        fields["basis"] = row.standard
    return fields


@transaction.atomic
def accept(
    *, actor: User, pk: int, version: int, fields: Mapping[str, str], department: Department | None
) -> LibraryIndicator:
    """Take a proposal into the library, as mended by the keeper, who may also choose another library of his."""
    indicator, proposal = _waiting(pk, actor, version)
    library.allow(library.may_keep_library(actor, department))
    before = library.facts(indicator)
    library.fill(indicator, fields)
    indicator.department, indicator.state = department, State.IN_USE
    indicator.version += 1
    library.save(indicator)
    _decide(proposal, actor, Outcome.ACCEPTED, "")
    audit.record("library.accept", actor=actor, obj=indicator, before=before, after=library.facts(indicator))
    return indicator


@transaction.atomic
def decline(*, actor: User, pk: int, version: int, reason: str) -> LibraryIndicator:
    """Decline a proposal; the proposer is told why."""
    if not reason.strip():
        raise library.Unfit({"reason": _("请写明不采纳的理由")})
    indicator, proposal = _waiting(pk, actor, version)
    indicator.state = State.DECLINED
    indicator.version += 1
    library.save(indicator)
    _decide(proposal, actor, Outcome.DECLINED, reason.strip())
    audit.record("library.decline", actor=actor, obj=indicator, after={"理由": reason.strip()})
    return indicator


def _waiting(pk: int, actor: User, version: int) -> tuple[LibraryIndicator, LibraryProposal]:
    """The proposal ``pk`` with its indicator, locked; ``version`` is the indicator's."""
    proposal = LibraryProposal.objects.select_for_update().get(pk=pk)
    indicator = library.locked(proposal.indicator_id, actor=actor, version=version)
    if proposal.outcome != Outcome.WAITING:
        raise library.Stale(indicator)
    return indicator, proposal


def _decide(proposal: LibraryProposal, actor: User, outcome: str, reason: str) -> None:
    proposal.outcome, proposal.reason = outcome, reason
    proposal.decided_by_name, proposal.decided_at = actor_label(actor), timezone.now()
    proposal.save(update_fields=["outcome", "reason", "decided_by_name", "decided_at"])
    if proposal.proposer_id and proposal.proposer_id != actor.pk:
        names = _names(proposal.indicator)
        told = (
            _("您建议的“%(name)s”已加入%(library)s") % names
            if outcome == Outcome.ACCEPTED
            else _("您建议的“%(name)s”未被%(library)s采纳：") % names + " ".join(reason.split())
        )
        Notice.objects.create(user_id=proposal.proposer_id, kind=NOTICE, text=clip(told))


def _names(indicator: LibraryIndicator) -> dict[str, str]:
    return {"name": indicator.name, "library": library.library_name(indicator.department)}


def keepers_of(department: Department | None) -> list[int]:
    """Ids of the active system administrators who keep the library of ``department``."""
    members = Membership.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if department is None:
        members = members.filter(department=None)
    else:
        above = [*department.ancestor_ids, department.pk]
        members = members.filter(department__any_of=above) | members.filter(department=None)
    return sorted(set(members.values_list("user_id", flat=True)))
