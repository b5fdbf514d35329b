"""指标库 as lists: what a person sees of it, what is used how often, what looks alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator
from indicators.similar import Pair, similar_pairs
from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import ApprovedIndicator, Department, LibraryProposal, Role
from projects.models.department import STEP
from projects.permissions import EVERYWHERE, SEES_TABLES, Everywhere, rights_of
from projects.searchtext import mark
from projects.selectors.search import LIBRARY, containing

State = LibraryIndicator.State
STANDING = (State.IN_USE, State.RETIRED)
SHARED = "shared"
SHARED_MARK = mark("dep", SHARED)
MOST_VALUES = 12
MOST_TABLES = 20
MOST_CHOICES = 300
MOST_PAIRS = 200
# Beyond this many names of one category the list of near-duplicates is not drawn up while somebody waits; one
# indicator is compared with more.
MOST_COMPARED = 5_000
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class UsedValue:
    """One target value an indicator was approved with, and in how many rows."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Used:
    """``times`` in ``tables``; ``rows`` are the latest with their tables, ``values`` the most frequent first."""

    times: int
    tables: int
    values: list[UsedValue] = field(default_factory=list)
    rows: list[ApprovedIndicator] = field(default_factory=list)


def libraries_read(user: Any) -> list[int] | Everywhere:
    """Ids of the departments whose library ``user`` reads beside the shared one.

    Those whose tables the person sees, and those above the person's own: a bureau's library is made for its offices.
    """
    rights = rights_of(user)
    below = rights.department_ids(*SEES_TABLES)
    if below is EVERYWHERE:
        return EVERYWHERE
    paths = [path for role, _id, path in rights.grants if path and role in SEES_TABLES]
    above = {int(path[at : at + STEP]) for path in paths for at in range(0, len(path) - STEP, STEP)}
    return sorted({*below, *above})


def library_visible_to(user: Any) -> QuerySet[LibraryIndicator]:
    """The indicators in use and retired that ``user`` reads. Proposals are apart, see :func:`proposals_visible_to`."""
    if not rights_of(user).any(*SEES_TABLES):
        return LibraryIndicator.objects.none()
    standing = LibraryIndicator.objects.filter(state__in=STANDING)
    read = libraries_read(user)
    return standing if read is EVERYWHERE else standing.filter(Q(department=None) | Q(department__any_of=read))


def libraries_kept(user: Any) -> QuerySet[Department]:
    """The departments whose library ``user`` keeps; the shared one comes with ``rights.has(ADMINISTRATOR, None)``."""
    return Department.objects.filter(rights_of(user).departments(Role.ADMINISTRATOR)).order_by("path")


def kept_by(user: Any, prefix: str = "") -> Q:
    """The condition for indicators whose keeper ``user`` is; ``prefix`` leads to the indicator."""
    rights = rights_of(user)
    if rights.has(Role.ADMINISTRATOR, None):
        return Q()
    return ~Q(**{f"{prefix}department": None}) & rights.departments(Role.ADMINISTRATOR, prefix=f"{prefix}department__")


def proposals_visible_to(user: Any) -> QuerySet[LibraryProposal]:
    """What waits or waited for ``user`` as a keeper, and what ``user`` proposed."""
    found = LibraryProposal.objects.all()
    if not rights_of(user).has(Role.ADMINISTRATOR, None):
        mine = Q(proposer=user.pk)
        found = found.filter(mine | kept_by(user, "indicator__") if _keeps(user) else mine)
    return found.select_related("indicator__department", "table")


def proposals_waiting(user: Any) -> QuerySet[LibraryProposal]:
    """What ``user`` has to decide on."""
    if not _keeps(user):
        return LibraryProposal.objects.none()
    return LibraryProposal.objects.filter(kept_by(user, "indicator__"), outcome=LibraryProposal.Outcome.WAITING)


def _keeps(user: Any) -> bool:
    return rights_of(user).any(Role.ADMINISTRATOR)


def list_library(
    queryset: QuerySet[LibraryIndicator],
    *,
    text: str = "",
    category: str = "",
    sector: str = "",
    project_type: str = "",
    library: str = "",
    state: str = "",
) -> QuerySet[LibraryIndicator]:
    """Narrow ``queryset``; empty arguments do not narrow.

    ``category`` is a level-1 or level-2 code, ``library`` a department's id or :data:`SHARED`.
    """
    marks = []
    if category:
        exact = category in NATIONAL
        queryset = queryset.filter(**{"category" if exact else "category__startswith": category + "." * (not exact)})
        marks += [mark("cat", category)] * exact
    if sector:
        queryset = queryset.filter(sector=sector)
    if project_type:
        queryset = queryset.filter(project_type=project_type)
    if library:
        queryset = queryset.filter(department=None if library == SHARED else int(library))
        marks.append(mark("dep", library))
    if state:
        queryset = queryset.filter(state=state)
    if text.strip():
        queryset = containing(queryset, text, index=LIBRARY, field="search_text__text", marks=marks)
    return queryset.select_related("department").order_by("category", "name", "id")


def choices_of(queryset: QuerySet[LibraryIndicator], name: str) -> list[str]:
    """The sectors or project types that occur."""
    found = queryset.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
    return list(found[:MOST_CHOICES])


def with_merged(queryset: QuerySet[LibraryIndicator]) -> QuerySet[LibraryIndicator]:
    """Fetch what was merged into each along: their names count for it."""
    return queryset.prefetch_related(Prefetch("merged", LibraryIndicator.objects.order_by("name", "id")))


def usage_of(indicators: Sequence[LibraryIndicator], user: Any) -> dict[int, int]:
    """How often each of ``indicators`` (with its merged ones) is in approved tables that ``user`` sees. One query."""
    keys = {(one.name_key, one.category) for item in indicators for one in (item, *item.merged.all())}
    rows = _approved(user).filter(name_key__any_of=sorted({key for key, _ in keys}))
    counted = rows.order_by().values_list("name_key", "category").annotate(n=Count("pk"))
    found = {(key, category): n for key, category, n in counted}
    return {
        item.pk: sum(found.get((one.name_key, one.category), 0) for one in (item, *item.merged.all()))
        for item in indicators
    }


def used(indicator: LibraryIndicator, user: Any) -> Used:
    """How ``indicator`` is used in approved tables. Three queries."""
    same = Q(pk__in=[])
    for one in (indicator, *indicator.merged.all()):
        same |= Q(name_key=one.name_key, category=one.category)
    rows = _approved(user).filter(same)
    values = rows.exclude(value="").order_by().values("value").annotate(n=Count("pk"), last=Max("pk"))
    latest = rows.order_by("-pk").select_related("table__fiscal_year", "table__department")
    figures = rows.aggregate(times=Count("pk"), tables=Count("table", distinct=True))
    return Used(
        figures["times"],
        figures["tables"],
        [UsedValue(row["value"], row["n"]) for row in values.order_by("-n", "-last")[:MOST_VALUES]],
        list(latest[:MOST_TABLES]),
    )


def _approved(user: Any) -> QuerySet[ApprovedIndicator]:
    ids = rights_of(user).department_ids(*SEES_TABLES)
    rows = ApprovedIndicator.objects.all()
    return rows if ids is EVERYWHERE else rows.filter(department__any_of=ids)


def near_duplicates(queryset: QuerySet[LibraryIndicator], *, least: float) -> tuple[list[Pair], bool]:
    """Pairs of indicators in use whose names look alike, the likest first; ``True`` beside them when there are more.

    Only within a category. Raises ``ValueError`` when there is too much to compare.
    """
    rows = list(queryset.filter(state=State.IN_USE).order_by("id").values_list("pk", "category", "name_key"))
    by_category: dict[str, list[tuple[int, str]]] = {}
    for pk, category, key in rows:
        by_category.setdefault(category, []).append((pk, key))
    if max(map(len, by_category.values()), default=0) > MOST_COMPARED:
        raise ValueError(len(rows))
    pairs = [pair for listed in by_category.values() for pair in similar_pairs(listed, least=least)]
    pairs.sort(key=lambda pair: (-pair.likeness, pair.one, pair.other))
    return pairs[:MOST_PAIRS], len(pairs) > MOST_PAIRS


def lookalikes(indicator: LibraryIndicator, queryset: QuerySet[LibraryIndicator], *, least: float) -> list[Pair]:
    """The indicators in use of the same category that look like ``indicator``."""
    rows = queryset.filter(state=State.IN_USE, category=indicator.category).exclude(pk=indicator.pk)
    listed = list(rows.order_by("id").values_list("pk", "name_key")[:MOST_LOOKED_AT])
    pairs = similar_pairs(listed, least=least, against=(indicator.pk, indicator.name_key))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.other))[:8]


def known_rows(names: Iterable[tuple[str, str]], user: Any) -> dict[tuple[str, str], LibraryIndicator]:
    """Which of these (name key, category) stand in a library that ``user`` reads, or wait to. One query."""
    keys = set(names)
    rows = LibraryIndicator.objects.filter(name_key__any_of=sorted({key for key, _ in keys}))
    rows = rows.filter(state__in=[State.IN_USE, State.PROPOSED])
    read = libraries_read(user)
    if read is not EVERYWHERE:
        rows = rows.filter(Q(department=None) | Q(department__any_of=read))
    # Those in use are set last, so they win.
    found = sorted(rows, key=lambda row: row.state == State.IN_USE)
    return {(row.name_key, row.category): row for row in found if (row.name_key, row.category) in keys}
