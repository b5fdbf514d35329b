"""One action on several tables: each by itself, under its own lock, refusals listed with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projects import workflow
from projects.models import TargetTable
from projects.selectors.tables import visible_to

if TYPE_CHECKING:
    from projects.models import User


@dataclass(frozen=True, slots=True)
class Refused:
    """A table on which nothing was done. ``name`` is empty where the person may not know the table."""

    table_id: int
    name: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """In the order in which the tables were given."""

    done: list[TargetTable] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def apply_each(*, action: str, user: User, versions: Mapping[int, int], reason: str = "") -> Outcome:
    """Do ``action`` on each table of ``versions`` (id → version the person saw).

    One refusal does not touch the others; every table is locked and checked again when its turn comes.
    """
    visible = visible_to(user).filter(pk__any_of=list(versions))
    names = dict(visible.order_by().values_list("pk", "label"))
    outcome = Outcome()
    for pk, version in versions.items():
        if pk not in names:
            outcome.refused.append(Refused(pk, "", "没有这张表，或您不能查看"))
            continue
        try:
            row = workflow.apply(table_id=pk, action=action, user=user, version=version, reason=reason)
        except workflow.WorkflowError as error:
            outcome.refused.append(Refused(pk, names[pk], error.reason))
        except TargetTable.DoesNotExist:
            outcome.refused.append(Refused(pk, names[pk], "这张表已不存在"))
        else:
            outcome.done.append(row)
    return outcome
