"""What a person may want to type next: from the indicator library, from approved tables, from the department's drafts.

Ranked by category, then by how alike the projects are (department, type, name) and how often something is used. Each
source hands over a limited number of candidates, so the time does not grow with the database.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator
from indicators.similar import likeness
from projects.models import ApprovedIndicator, TableIndicator, TargetTable
from projects.models.keys import natural_key
from projects.permissions import EVERYWHERE, SEES_TABLES, Everywhere, rights_of
from projects.searchtext import mark, normalise, terms
from projects.selectors.library import SHARED_MARK, libraries_read, library_visible_to
from projects.selectors.search import APPROVED, LIBRARY, containing

if TYPE_CHECKING:
    from projects.models import User

# Column of a table → field of the library.
FIELDS = {
    "name": "name",
    "value": "value",
    "unit": "unit",
    "basis": "basis",
    "standard": "scoring",
    "description": "explanation",
}
MOST = 12
LONGEST = 60
# Candidates of one source, and how many of the index's latest rows they are looked for among.
CANDIDATES = 300
LATEST = 800
OWN_TABLES = 200
# With more departments than this the index is not asked for each of them.
MARKED = 60
COMPANY = ("value", "unit", "basis", "description")


@dataclass(slots=True)
class Candidate:
    """One text with everything known of it. ``near`` is how alike the nearest project is."""

    text: str
    fits: bool = False  # of the category asked for
    named: bool = False  # beside the same indicator (for other columns than the name)
    found: bool = True  # what was typed stands in the text itself, not only in its explanation
    near: float = 0.0
    used: int = 0
    drafts: int = 0
    library: list[tuple[str, str]] = field(default_factory=list)  # department's name ("" is shared), category
    categories: set[str] = field(default_factory=set)
    company: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COMPANY})

    @property
    def rank(self) -> tuple[Any, ...]:
        # A keeper's word weighs as much as seven uses.
        weight = 2 * self.near + math.log2(1 + self.used + self.drafts) + 3 * bool(self.library)
        return (not self.named, not self.fits, not self.found, -weight, len(self.text), self.text)


def suggestions(
    *, user: User | Any, table: TargetTable, field: str, category: str = "", q: str = "", name: str = ""
) -> list[dict[str, Any]]:
    """Return texts of the column ``field`` that contain every word of ``q``; for names also what goes with them.

    ``name`` is the indicator beside which another column is filled in. ``count`` is the number of approved rows the
    person sees; ``source`` says in words where a text comes from, ``library`` whether it stands in the library.
    """
    if field not in FIELDS:
        return []
    q = q[:LONGEST]
    found: dict[str, Candidate] = {}
    sources = _for_names(user, category, q) if field == "name" else _for_column(user, field, category, q, name)
    here = _Here(table, category, natural_key(name) if name and field != "name" else "")
    for source in sources:
        for row in source:
            _take(found, row, field, here, terms(q))
        if field == "name" and sum(one.fits for one in found.values()) >= MOST:
            break  # enough of the right category: the others would stand below
    for row in _own_rows(table, field, category, q):
        _take(found, row, field, here, terms(q))
    best = sorted(found.values(), key=lambda one: one.rank)[:MOST]
    if field == "name":
        _count_exactly(best, user)
    return [_item(one, field, category) for one in best]


class _Here:
    """The table that is filled in, as others are compared with it."""

    def __init__(self, table: TargetTable, category: str, name_key: str) -> None:
        self.table, self.category, self.name_key = table, category, name_key
        self._alike: dict[str, float] = {}

    def nearness(self, row: Row) -> float:
        """Between 0 and 2: the same department and type half each, likeness of the projects' names up to one."""
        if row.label not in self._alike:
            self._alike[row.label] = likeness(row.label, self.table.label)
        same = (row.department == self.table.department_id, bool(row.type) and row.type == self.table.project_type)
        return self._alike[row.label] + sum(same) / 2


@dataclass(slots=True)
class Row:
    """One indicator from any of the sources, its texts by the columns of a table."""

    texts: dict[str, str]
    category: str
    department: int | None
    type: str = ""
    label: str = ""
    library: str | None = None  # name of the library's department, "" for the shared one; None: no library
    draft: bool = False


def _for_names(user: Any, category: str, q: str) -> Iterator[Iterable[Row]]:
    """First what is of the category, then of any; each from the library and from approved tables."""
    for kind in [category, ""] if category else [""]:
        yield [*_library_rows(_library(user, kind, q)), *_approved_rows(_approved(user, kind, q))]


def _for_column(user: Any, field: str, category: str, q: str, name: str) -> Iterator[Iterable[Row]]:
    """First what stands beside the same indicator, then what the latest of the category have in this column."""
    standing, approved = _library(user, category, ""), _approved(user, category, "")
    if name:
        same = {"name_key": natural_key(name)}
        # By the name alone first: with more conditions SQLite takes the index of the state, which almost all share.
        ids = list(LibraryIndicator.objects.filter(**same).order_by().values_list("pk", flat=True)[:LATEST])
        beside = library_visible_to(user).filter(state=LibraryIndicator.State.IN_USE, pk__any_of=ids)
        yield _library_rows(_with_text(beside, FIELDS[field], q))
        others = _of_departments(ApprovedIndicator.objects.filter(**same), _departments(user))
        yield _approved_rows(_with_text(others, field, q))
        standing, approved = standing.exclude(**same), approved.exclude(**same)
    yield _library_rows(_with_text(standing, FIELDS[field], q))
    yield _approved_rows(_with_text(approved, field, q))


def _library(user: Any, category: str, q: str) -> QuerySet[LibraryIndicator]:
    rows = library_visible_to(user).filter(state=LibraryIndicator.State.IN_USE)
    marks = [mark("sta", LibraryIndicator.State.IN_USE)]
    if category:
        rows, marks = rows.filter(category=category), [*marks, mark("cat", category)]
    read = libraries_read(user)
    places = [SHARED_MARK, *own] if (own := _marks_of(read)) else []
    field, latest = "search_text__text", _latest(read)
    return containing(rows, q, index=LIBRARY, field=field, marks=marks, any_marks=places, latest=latest)


def _approved(user: Any, category: str, q: str) -> QuerySet[ApprovedIndicator]:
    departments = _departments(user)
    rows = _of_departments(ApprovedIndicator.objects.all(), departments)
    marks = []
    if category:
        rows, marks = rows.filter(category=category), [mark("cat", category)]
    places, latest = _marks_of(departments), _latest(departments)
    return containing(rows, q, index=APPROVED, field="text", marks=marks, any_marks=places, latest=latest)


def _departments(user: Any) -> list[int] | Everywhere:
    return rights_of(user).department_ids(*SEES_TABLES)


def _of_departments(rows: QuerySet[ApprovedIndicator], ids: list[int] | Everywhere) -> QuerySet[ApprovedIndicator]:
    return rows if ids is EVERYWHERE else rows.filter(department__any_of=ids)


def _marks_of(ids: list[int] | Everywhere) -> list[str]:
    return [] if ids is EVERYWHERE or len(ids) > MARKED else [mark("dep", pk) for pk in ids]


def _latest(ids: list[int] | Everywhere) -> int:
    """The latest rows will do where the index knows whose they are; else they might all be foreign."""
    return LATEST if ids is EVERYWHERE or len(ids) <= MARKED else 0


def _library_rows(rows: QuerySet[LibraryIndicator]) -> Iterator[Row]:
    columns = (*FIELDS.values(), "category", "department_id", "project_type", "department__name")
    for *texts, category, department, kind, place in rows.order_by("-id").values_list(*columns)[:CANDIDATES]:
        yield Row(dict(zip(FIELDS, texts, strict=True)), category, department, kind, library=place or "")


def _approved_rows(rows: QuerySet[ApprovedIndicator]) -> Iterator[Row]:
    columns = (*FIELDS, "category", "department_id", "table__project_type", "table__label")
    for *texts, category, department, kind, label in rows.order_by("-id").values_list(*columns)[:CANDIDATES]:
        yield Row(dict(zip(FIELDS, texts, strict=True)), category, department, kind, label)


def _own_rows(table: TargetTable, field: str, category: str, q: str) -> Iterator[Row]:
    """What the department's latest tables say that are not approved yet: in the first year there is nothing else."""
    drafts = TargetTable.objects.filter(department=table.department_id, approved_revision=None).exclude(pk=table.pk)
    drafts = drafts.exclude(status__in=TargetTable.RETIRED).order_by("-id")
    ids = list(drafts.values_list("id", flat=True)[:OWN_TABLES])
    rows = _with_text(TableIndicator.objects.filter(table__any_of=ids), field, q)
    if category:
        rows = rows.filter(category=category)
    columns = (*FIELDS, "category", "table__project_type", "table__label")
    for *texts, code, kind, label in rows.order_by("-table", "position").values_list(*columns)[:CANDIDATES]:
        yield Row(dict(zip(FIELDS, texts, strict=True)), code, table.department_id, kind, label, draft=True)


def _with_text(rows: QuerySet[Any], field: str, q: str) -> QuerySet[Any]:
    """Rows whose ``field`` is filled and contains every word; case only matters where there is one."""
    rows = rows.exclude(**{field: ""})
    for word in q.split():
        cased = word.lower() != word.upper()
        rows = rows.filter(**{f"{field}__icontains" if cased else f"{field}__contains": word})
    return rows


def _take(found: dict[str, Candidate], row: Row, field: str, here: _Here, words: list[str]) -> None:
    text = row.texts[field].strip()
    key = natural_key(text)
    if not key:
        return
    one = found.setdefault(key, Candidate(text, found=all(word in normalise(text) for word in words)))
    one.categories.add(row.category)
    one.fits = one.fits or row.category == here.category
    one.named = one.named or (bool(here.name_key) and natural_key(row.texts["name"]) == here.name_key)
    one.near = max(one.near, here.nearness(row))
    if row.library is not None:
        place = (row.library, row.category)
        if place not in one.library:
            one.library.append(place)
    elif row.draft:
        one.drafts += 1
    else:
        one.used += 1
    for name in COMPANY:
        if company := row.texts[name].strip():
            # What the keeper wrote into the library counts for more than what a table happens to say.
            one.company[name][company] += 1 if row.library is None else CANDIDATES


def _count_exactly(best: list[Candidate], user: Any) -> None:
    """Replace the counts among the candidates by those among all approved rows that the person sees. One query."""
    keys = {natural_key(one.text): one for one in best}
    same = Q(name_key__any_of=sorted(keys))
    rows = _of_departments(ApprovedIndicator.objects.filter(same), _departments(user))
    counted = dict(rows.order_by().values_list("name_key").annotate(n=Count("pk")))
    for key, one in keys.items():
        one.used = counted.get(key, 0)


def _item(one: Candidate, field: str, category: str) -> dict[str, Any]:
    item: dict[str, Any] = {"text": one.text, "count": one.used, "library": bool(one.library), "source": _source(one)}
    if category and not one.fits:
        item["source"] = " · ".join([*_level2(one.categories), item["source"]])
    if field == "name":
        for name in COMPANY:
            common = one.company[name].most_common(1)
            item[name] = common[0][0] if common else ""
    return item


def _source(one: Candidate) -> str:
    """``共享指标库 · 已批复 12 次``."""
    places = dict.fromkeys(place for place, _category in one.library)
    parts = [_("“%(name)s”指标库") % {"name": place} if place else _("共享指标库") for place in places]
    if one.used:
        parts.append(_("已批复 %(n)d 次") % {"n": one.used})
    elif one.drafts:
        parts.append(_("本部门未批复的表 %(n)d 次") % {"n": one.drafts})
    return " · ".join(parts)


def _level2(codes: Iterable[str]) -> list[str]:
    return sorted({NATIONAL[code][1] for code in codes if code in NATIONAL})
